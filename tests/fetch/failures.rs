//! An API that is slow, broken or not the expected one.

use std::time::{Duration, Instant};

use cops_graphql::fetch::{FetchError, Options};

use super::{Fault, One, names, options, run, stand_in::StandIn};

#[tokio::test]
async fn a_transfer_goes_on_where_it_broke_off() {
    let one = One::new().await;
    // It breaks more often than one thing is tried again: what moves is not given up.
    let breaks = [Fault::BreakAt(100), Fault::BreakAt(50), Fault::BreakAt(1), Fault::BreakAt(9)];
    one.api.fail("file", breaks);
    one.check(&one.fetch().await.unwrap());
    let log = one.api.log();
    let files: Vec<_> = log.iter().filter(|line| line.starts_with("file")).collect();
    let expected = [
        "file",
        "file bytes=100- \"v0\"",
        "file bytes=150- \"v0\"",
        "file bytes=151- \"v0\"",
        "file bytes=160- \"v0\"",
    ];
    assert_eq!(files, expected);
}

#[tokio::test]
async fn a_transfer_that_stands_still_is_begun_again() {
    let one = One::new().await;
    one.api.fail("file", [Fault::StandAt(100)]);
    one.check(&one.fetch().await.unwrap());
    assert!(one.api.log().contains(&"file bytes=100- \"v0\"".to_owned()));
}

#[tokio::test]
async fn a_file_that_changed_meanwhile_is_not_patched_together() {
    let one = One::new().await;
    one.api.fail("file", [Fault::BreakAt(100), Fault::Change]);
    one.check(&one.fetch().await.unwrap());
    let one = One::new().await;
    one.api.fail("file", [Fault::BreakAt(100), Fault::WrongPart]);
    one.check(&one.fetch().await.unwrap());
    assert_eq!(one.api.log().last().unwrap(), "file");
}

#[tokio::test]
async fn what_fails_for_a_while_is_tried_again() {
    let api = StandIn::start().await;
    let folder = tempfile::tempdir().unwrap();
    let unwell = || Fault::Answer(503, None, "<html>unwell</html>");
    api.fail("count", [unwell(), Fault::Silence]);
    api.fail("order", [Fault::Answer(429, Some(("retry-after", "1")), ""), unwell()]);
    api.fail("status", [Fault::Answer(502, None, ""), Fault::Answer(500, None, "")]);
    api.fail(
        "file",
        [unwell(), Fault::Redirect("/csv_downloads/Prime%20&%20Sub_0.zip".to_owned())],
    );
    let began = Instant::now();
    assert_eq!(run(&options(&api, folder.path())).await.unwrap().len(), 3);
    assert!(began.elapsed() >= Duration::from_secs(1), "it was asked to wait for a second");
}

#[tokio::test]
async fn what_fails_for_good_is_given_up() {
    let one = One::new().await;
    one.api.fail("order", [const { Fault::Answer(503, None, "") }; 3]);
    let error = one.fetch().await.unwrap_err();
    assert_eq!(error.exit_code(), 1);
    let text = error.to_string();
    assert!(text.contains("503 Service Unavailable (tries: 3)"), "{text}");
    assert!(text.contains("/api/v2/bulk_download/awards/"), "{text}");
    // To wait longer than anybody would is to be given up at once.
    one.api.fail("order", [Fault::Answer(429, Some(("retry-after", "86400")), "")]);
    let text = one.fetch().await.unwrap_err().to_string();
    assert!(text.contains("asks to wait 86400 s (tries: 1)"), "{text}");
    // Nobody is there.
    let nobody = Options { api: "http://127.0.0.1:1".to_owned(), ..one.options() };
    let text = run(&nobody).await.unwrap_err().to_string();
    assert!(text.contains("refused"), "{text}");
    // And it goes on when all is well.
    one.check(&one.fetch().await.unwrap());
}

#[tokio::test]
async fn a_request_that_is_refused_is_not_tried_again() {
    let one = One::new().await;
    one.api.fail("order", [Fault::Answer(422, None, "{\"detail\": \"no such\\nfilter\"}")]);
    let error = one.fetch().await.unwrap_err();
    assert_eq!(error.exit_code(), 2);
    let text = error.to_string();
    assert!(text.contains("422 Unprocessable Entity: no such filter"), "{text}");
    assert_eq!(one.api.count_of("order"), 1);
}

#[tokio::test]
async fn an_answer_of_somebody_else_is_told() {
    let one = One::new().await;
    for body in ["<html>Log in to the network", "{}", "{\"status\": \"resting\"}"] {
        one.api.fail("order", [Fault::Answer(200, None, body)]);
        let error = one.fetch().await.unwrap_err();
        assert!(matches!(&error, FetchError::Contract { .. }), "{error}");
        assert!(error.to_string().contains("does not follow the API's contract"), "{error}");
        assert_eq!(error.exit_code(), 2);
    }
    one.api.fail("order", [const { Fault::Redirect(String::new()) }; 1]);
    assert!(matches!(one.fetch().await, Err(FetchError::Contract { .. })));
}

#[tokio::test]
async fn what_is_no_whole_zip_is_never_kept() {
    let page = || Fault::Answer(200, None, "<html>Not your file</html>");
    for fault in [page(), Fault::Damage, Fault::Answer(200, None, "")] {
        let one = One::new().await;
        one.api.fail("file", [fault.clone(), fault.clone()]);
        let error = one.fetch().await.unwrap_err();
        assert!(matches!(&error, FetchError::Damaged { .. }), "{error}");
        let left = names(one.folder.path());
        assert!(left.iter().all(|name| !name.contains("zip")), "{left:?}");
        one.check(&one.fetch().await.unwrap());
        // Once is mended without a word.
        let one = One::new().await;
        one.api.fail("file", [fault]);
        one.check(&one.fetch().await.unwrap());
        assert_eq!(one.api.count_of("order"), 2);
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_made_is_asked_for_once_more() {
    let one = One::new().await;
    one.api.fail("order", [Fault::Fail]);
    one.check(&one.fetch().await.unwrap());
    let one = One::new().await;
    one.api.fail("order", [Fault::Fail, Fault::Fail]);
    let text = one.fetch().await.unwrap_err().to_string();
    assert!(text.contains("could not generate the file: out of memory"), "{text}");
    // The next time, nothing of that is left.
    one.check(&one.fetch().await.unwrap());
}

#[tokio::test]
async fn a_file_that_is_gone_is_made_anew() {
    for (kind, status) in [("file", 404), ("file", 403), ("status", 400)] {
        let one = One::new().await;
        one.api.fail(kind, [Fault::Answer(status, None, "")]);
        one.check(&one.fetch().await.unwrap());
        assert_eq!(one.api.count_of("order"), 2, "{kind} {status}");
    }
}

#[tokio::test]
async fn a_file_that_is_not_finished_is_waited_for_the_next_time() {
    let one = One::new().await;
    let mut options = one.options();
    options.pace.making = Duration::ZERO;
    let error = run(&options).await.unwrap_err();
    assert_eq!(error.exit_code(), 1);
    assert!(error.to_string().contains("--wait"), "{error}");
    one.check(&one.fetch().await.unwrap());
    assert_eq!(one.api.count_of("order"), 1);
}

#[tokio::test]
async fn options_that_cannot_be_are_told_before_anything_is_asked() {
    let one = One::new().await;
    let backwards = Options { until: "2006-01-01".parse().unwrap(), ..one.options() };
    let nothing = Options { listings: Vec::new(), ..one.options() };
    let file = one.folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let no_folder = Options { folder: file, ..one.options() };
    let mut wrong = vec![backwards, nothing, no_folder];
    for api in ["", "api.usaspending.gov", "ftp://a", "http://", "https://a?b=c"] {
        wrong.push(Options { api: api.to_owned(), ..one.options() });
    }
    for options in wrong {
        assert_eq!(run(&options).await.unwrap_err().exit_code(), 2, "{options:?}");
    }
    assert_eq!(one.api.log(), Vec::<String>::new());
}

#[tokio::test]
async fn two_do_not_fetch_into_one_folder() {
    let one = One::new().await;
    one.api.fail("file", [Fault::StandAt(100)]);
    let (options, other) = (one.options(), one.options());
    let first = tokio::spawn(async move { run(&options).await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let error = run(&other).await.unwrap_err();
    assert!(matches!(error, FetchError::Busy(_)), "{error}");
    first.await.unwrap().unwrap();
}
