//! The program of an award, from its own data or from a user's file.

use cops_graphql::{ingest::Format, reference};

use super::{Place, SUMMARIES, csv, request};

/// A place whose dataset has all programs.
async fn place() -> Place {
    let place = Place::new().await;
    let mut load =
        cops_graphql::database::load::Load::begin(&place.db, "fixture", false).await.unwrap();
    reference::reset(&mut load).await.unwrap();
    load.commit(cops_graphql::database::load::LoadCounts::default()).await.unwrap();
    place
}

fn awards(rows: &[(&str, &str)]) -> String {
    let keys: Vec<String> =
        rows.iter().map(|(number, _)| format!("ASST_NON_{number}_015")).collect();
    let rows: Vec<Vec<(&str, &str)>> = rows
        .iter()
        .zip(&keys)
        .map(|((number, description), key)| {
            vec![
                ("assistance_award_unique_key", key.as_str()),
                ("award_id_fain", *number),
                ("recipient_name", "CITY OF A"),
                ("recipient_state_code", "CA"),
                ("total_obligated_amount", "1"),
                ("cfda_numbers_and_titles", "16.710"),
                ("prime_award_base_transaction_description", *description),
            ]
        })
        .collect();
    csv(SUMMARIES, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

const PROGRAMS: &str = "SELECT award_key || ' ' || COALESCE(p.code, '-') AS line FROM grants g \
    LEFT JOIN programs p ON p.id = program_id ORDER BY award_key";

#[tokio::test]
async fn the_description_wins_and_what_is_unknown_is_counted() {
    let place = place().await;
    let file = place.file(
        "awards.csv",
        awards(&[
            ("15JCOPS25GG00001INDI", "FUNDS FOR RADIOS"),
            ("15JCOPS25GG00002MUMU", "THE TRIBAL RESOURCES GRANT HIRING PROGRAM (TRGP-HIRE)"),
            ("15JCOPS25GG00003MUMU", "THE COPS HIRING PROGRAM (CHP)"),
            ("15JCOPS25GG00004UHPX", "SCHOOL VIOLENCE PREVENTION PROGRAM (SVPP)"),
            ("15JCOPS25GG00005DETX", ""),
            ("15JCOPS25GG00006TECP", "RADIOS"),
            ("15JCOPS25GG00007PPSE", "A RECRUITMENT PROJECT"),
            ("2020MUMU0006", "SERVICES FOR VICTIMS"),
        ]),
    );
    let report = place.load(Format::Usaspending, &[&file]).await.unwrap();
    assert_eq!(
        place.rows(PROGRAMS).await,
        [
            "15JCOPS25GG00001INDI TRGP",
            "15JCOPS25GG00002MUMU TRGP",
            "15JCOPS25GG00003MUMU CHP",
            "15JCOPS25GG00004UHPX SVPP",
            "15JCOPS25GG00005DETX SAFER_OUTCOMES",
            "15JCOPS25GG00006TECP TEP",
            "15JCOPS25GG00007PPSE -",
            "2020MUMU0006 -",
        ]
    );
    let text = report.to_string();
    for words in [
        "awards without a known program: 2",
        "such as 15JCOPS25GG00007PPSE (A RECRUITMENT PROJECT)",
        "such as 2020MUMU0006 (SERVICES FOR VICTIMS)",
    ] {
        assert!(text.contains(words), "{text}");
    }
}

#[tokio::test]
async fn a_person_says_by_what_a_program_is_known() {
    let place = place().await;
    let file = place.file(
        "awards.csv",
        awards(&[
            ("15JCOPS25GG00007PPSE", "A RECRUITMENT PROJECT"),
            ("15JCOPS25GG00008XXXX", "GRANT 8"),
            ("15JCOPS25GG00009UHPX", "MICROGRANTS"),
        ]),
    );
    let spellings = place.file(
        "programs.csv",
        "program,kind,text\nCPD,LETTERS,PPSE\nCHP,AWARD,15JCOPS-25-GG-00008-XXXX\ncpd_microgrants,NAME,microgrants\n",
    );
    let mut wanted = request(Format::Usaspending, &[&file]);
    wanted.programs_file = Some(spellings);
    place.run(&wanted).await.unwrap();
    assert_eq!(
        place.rows(PROGRAMS).await,
        [
            "15JCOPS25GG00007PPSE CPD",
            "15JCOPS25GG00008XXXX CHP",
            "15JCOPS25GG00009UHPX CPD_MICROGRANTS",
        ]
    );
    for (text, words) in [
        (
            "program,kind,text\nNONE,NAME,a\n",
            "\"NONE\" is not a program in the dataset; the programs are AHEAD",
        ),
        ("program,kind,text\nCHP,SUFFIX,a\n", "line: 2"),
        ("program,text\nCHP,a\n", "missing field `kind`"),
        ("program,kind,text\nCHP,NAME,\n", "has no program or no text"),
    ] {
        wanted.programs_file = Some(place.file("wrong.csv", text));
        wanted.again = true;
        let error = place.run(&wanted).await.unwrap_err();
        assert_eq!(error.exit_code(), 2);
        let error = error.to_string();
        assert!(error.contains(words) && error.contains("wrong.csv"), "{words}: {error}");
    }
}
