use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use async_graphql::{Pos, Response, ServerError, Value};
use tokio::sync::Notify;

use super::*;
use crate::server::request::report::ReportOptions;

fn dataset(revision: i32) -> Dataset {
    let (token, identity) = (i64::from(revision).into(), 7.into());
    Dataset { revision, loaded_at: None, synthetic: false, token, identity, stamp: <_>::default() }
}

fn ask(document: &str) -> Ask {
    Ask {
        document: document.into(),
        operation: None,
        variables: serde_json::Map::new(),
        report: ReportOptions::default(),
        wanted: None,
        is_by_token: false,
        asked_for: AskedFor::OneAnswer,
    }
}

fn answer(text: &str, revision: i32) -> HttpAnswer {
    HttpAnswer::of(Response::new(Value::from(text)), &dataset(revision))
}

/// Answers, and how often one was computed.
struct Bench {
    answers: Arc<Answers>,
    runs: Arc<AtomicU32>,
    /// Lets the runs finish.
    go: Arc<Notify>,
}

impl Bench {
    fn new() -> Self {
        let answers = Answers::new(dataset(1), 1 << 20, Arc::default());
        Self { answers, runs: Arc::default(), go: Arc::default() }
    }

    /// A client that requests while `told` is known, and whose answer turns out to be of `of`.
    fn client(
        &self,
        document: &str,
        told: i32,
        of: i32,
    ) -> tokio::task::JoinHandle<(Arc<HttpAnswer>, CacheOutcome)> {
        let (answers, runs, go) =
            (Arc::clone(&self.answers), Arc::clone(&self.runs), Arc::clone(&self.go));
        let ask = ask(document);
        tokio::spawn(async move {
            let key = AnswerKey::of(&ask, &dataset(1));
            let run = || async move {
                runs.fetch_add(1, SeqCst);
                go.notified().await;
                if ask.document.contains("wrong") {
                    let error = ServerError::new("wrong", Some(Pos::default()));
                    return HttpAnswer::of(Response::from_errors(vec![error]), &dataset(of));
                }
                answer(&ask.document, of)
            };
            answers.get(dataset(told), key, Coding::Identity, run).await
        })
    }

    fn counts(&self) -> crate::server::cache::counters::CacheCounts {
        self.answers.counters.counts()
    }

    /// Waits until `count` runs have begun and no task can continue on its own.
    async fn runs(&self, count: u32) {
        while self.runs.load(SeqCst) < count {
            tokio::task::yield_now().await;
        }
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(self.runs.load(SeqCst), count);
    }
}

#[tokio::test]
async fn who_asks_the_same_at_the_same_time_shares_the_work() {
    let bench = Bench::new();
    let clients: Vec<_> = (0..10).map(|_| bench.client("{ a }", 1, 1)).collect();
    let other = bench.client("{ b }", 1, 1);
    bench.runs(2).await;
    bench.go.notify_waiters();
    let mut found = Vec::new();
    for client in clients {
        found.push(client.await.expect("an answer").1);
    }
    assert_eq!(found.iter().filter(|found| **found == CacheOutcome::Miss).count(), 1);
    assert_eq!(found.iter().filter(|found| **found == CacheOutcome::Joined).count(), 9);
    other.await.expect("an answer");
    let (_, found) = bench.client("{ a }", 1, 1).await.expect("an answer");
    assert_eq!(found, CacheOutcome::Hit);
    let counts = bench.counts();
    assert_eq!((counts.hits, counts.joined, counts.misses), (1, 9, 2));
}

#[tokio::test]
async fn a_client_that_hangs_up_ends_nothing_for_the_others() {
    let bench = Bench::new();
    let first = bench.client("{ a }", 1, 1);
    bench.runs(1).await;
    let second = bench.client("{ a }", 1, 1);
    bench.runs(1).await;
    first.abort();
    assert!(first.await.is_err());
    bench.runs(1).await;
    bench.go.notify_waiters();
    assert_eq!(second.await.expect("an answer").1, CacheOutcome::Joined);
    bench.runs(1).await;
}

#[tokio::test]
async fn what_nobody_waits_for_ends_and_can_begin_again() {
    let bench = Bench::new();
    let alone = bench.client("{ a }", 1, 1);
    bench.runs(1).await;
    alone.abort();
    assert!(alone.await.is_err());
    let next = bench.client("{ a }", 1, 1);
    bench.runs(2).await;
    bench.go.notify_waiters();
    assert_eq!(next.await.expect("an answer").1, CacheOutcome::Miss);
}

#[tokio::test]
async fn an_error_is_given_to_all_who_wait_and_kept_for_nobody() {
    let bench = Bench::new();
    let clients: Vec<_> = (0..5).map(|_| bench.client("{ wrong }", 1, 1)).collect();
    bench.runs(1).await;
    bench.go.notify_waiters();
    for client in clients {
        assert!(!client.await.expect("an answer").0.is_flawless());
    }
    let again = bench.client("{ wrong }", 1, 1);
    bench.runs(2).await;
    bench.go.notify_waiters();
    assert_eq!(again.await.expect("an answer").1, CacheOutcome::Miss);
}

#[tokio::test]
async fn a_new_revision_never_gets_an_old_answer() {
    let bench = Bench::new();
    let begun_before = bench.client("{ a }", 1, 1);
    bench.runs(1).await;
    // The server learns of a load while a query runs: later requests do not wait for that run.
    let begun_after = bench.client("{ a }", 2, 2);
    bench.runs(2).await;
    bench.go.notify_waiters();
    assert_eq!(begun_before.await.expect("an answer").0.dataset, Some(dataset(1)));
    assert_eq!(begun_after.await.expect("an answer").0.dataset, Some(dataset(2)));
    let (kept, found) = bench.client("{ a }", 2, 2).await.expect("an answer");
    assert_eq!((kept.dataset.clone(), found), (Some(dataset(2)), CacheOutcome::Hit));
}

#[tokio::test]
async fn who_finds_a_load_first_finds_it_for_all() {
    let bench = Bench::new();
    let kept = bench.client("{ a }", 1, 1);
    bench.runs(1).await;
    bench.go.notify_waiters();
    kept.await.expect("an answer");
    // The server knows only revision 1, but a query finds revision 2.
    let finder = bench.client("{ b }", 1, 2);
    bench.runs(2).await;
    bench.go.notify_waiters();
    finder.await.expect("an answer");
    let again = bench.client("{ a }", 1, 2);
    bench.runs(3).await;
    bench.go.notify_waiters();
    let (again, found) = again.await.expect("an answer");
    assert_eq!((again.dataset.clone(), found), (Some(dataset(2)), CacheOutcome::Miss));
    // An answer that read nothing still counts as of revision 1: it is not cached as if it were of 2.
    let stale = bench.client("{ c }", 1, 1);
    bench.runs(4).await;
    bench.go.notify_waiters();
    stale.await.expect("an answer");
    let stale = bench.client("{ c }", 1, 1);
    bench.runs(5).await;
    bench.go.notify_waiters();
    assert_eq!(stale.await.expect("an answer").1, CacheOutcome::Miss);
}

#[tokio::test]
async fn what_is_kept_is_bounded() {
    let bench = Bench::new();
    for number in 0..2_000 {
        let document = format!("{{ a{number} {} }}", " ".repeat(4_000));
        let run = || async { answer("a", 1) };
        let key = AnswerKey::of(&ask(&document), &dataset(1));
        bench.answers.get(dataset(1), key, Coding::Identity, run).await;
    }
    let generation = bench.answers.generation(dataset(1));
    let kept = generation.kept.as_ref().expect("a cache");
    assert!(kept.weight() <= 1 << 20 && kept.len() > 50, "{} in {}", kept.weight(), kept.len());
}

#[test]
fn questions_that_differ_have_different_keys() {
    let mut keys = std::collections::HashSet::new();
    let variables = |text: &str| serde_json::from_str(text).expect("JSON");
    for (document, operation, given) in [
        ("{ a }", None, "{}"),
        ("{ a } ", None, "{}"),
        ("{ a }", Some("A"), "{}"),
        ("A{ a }", None, "{}"),
        ("{ a }", None, "{\"n\":1}"),
        ("{ a }", None, "{\"n\":1.0}"),
        ("{ a }", None, "{\"n\":\"1\"}"),
        ("{ a }", None, "{\"n\":null}"),
        ("{ a }{\"n\":1}", None, "{}"),
    ] {
        let operation = operation.map(str::to_owned);
        let ask = Ask {
            document: document.into(),
            operation,
            variables: variables(given),
            report: ReportOptions::default(),
            wanted: None,
            is_by_token: false,
            asked_for: AskedFor::OneAnswer,
        };
        assert!(keys.insert(AnswerKey::of(&ask, &dataset(1)).0), "{document} {given}");
    }
    let [one, two] = ["{\"a\":1,\"b\":{\"c\":2,\"d\":3}}", "{\"b\":{\"d\":3,\"c\":2},\"a\":1}"]
        .map(|given| {
            AnswerKey::of(
                &Ask {
                    document: "{ a }".into(),
                    operation: None,
                    variables: variables(given),
                    report: ReportOptions::default(),
                    wanted: None,
                    is_by_token: false,
                    asked_for: AskedFor::OneAnswer,
                },
                &dataset(1),
            )
            .0
        });
    assert_eq!(one, two);
}
