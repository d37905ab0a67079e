//! A small dataset for tests, made by formulas: every table, with ties and missing values everywhere
//! that they can be.

use chrono::{DateTime, Days, NaiveDate};
use cops_graphql::database::load::{Load, LoadCounts, TableTally};
use entity::{
    agency, claim, grant,
    kind::{
        AgencyKind, CensusDivision, CensusRegion, ClaimField, ClaimOrigin, FigureMetric,
        GrantStatus, Instrument, MatchedBy, MeasureCategory, Modality, OfficerKind,
        OrganizationKind, OutcomeFlag, ProgramCategory, PublicationTopic, Qualifier, SourceKind,
        TraineeRole,
    },
    measure, obligation, officers_funded, organization, outcome, partnership, price_index, program,
    publication, published_figure, revision,
    scalar::{BigInt, Dollars, Figure, Hours, IndexPoints, Officers},
    search, source, state_population, trainee, training, training_session, us_state,
};
use sea_orm::{ColumnTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _};

/// How many rows there are.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) agencies: i32,
    pub(crate) grants_of_each: i32,
    pub(crate) officers_of_each: i32,
    pub(crate) trainees: i32,
}

/// Enough for every case.
pub(crate) const SMALL: Size =
    Size { agencies: 24, grants_of_each: 3, officers_of_each: 2, trainees: 60 };

const STATES: [&str; 5] = ["CA", "DC", "MN", "TX", "WA"];
const MATCHED: [MatchedBy; 4] =
    [MatchedBy::Ori, MatchedBy::Name, MatchedBy::Municipality, MatchedBy::Reviewed];
const SOURCE: i32 = 1;
const REVISION: i32 = 1;

/// `value`, but missing for every so manieth row.
fn except<T>(index: i32, every: i32, value: T) -> Option<T> {
    (index % every != every - 1).then_some(value)
}

fn day(index: i32) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2010, 1, 1).unwrap();
    first + Days::new(u64::try_from(index).unwrap() * 97)
}

fn state(index: i32) -> entity::scalar::State {
    STATES[usize::try_from(index).unwrap() % STATES.len()].parse().unwrap()
}

/// Loads the dataset into an empty database.
pub(crate) async fn load(db: &DatabaseConnection, size: Size) {
    let load = Load::begin(db, "fixture", false).await.unwrap();
    assert_eq!(load.revision(), REVISION, "the database is empty");
    cops_graphql::reference::note(&load).await.unwrap();
    load.insert::<source::Entity>(&[source::Model {
        id: SOURCE,
        code: "fixture".into(),
        kind: SourceKind::Publication,
        title: "Made by formulas".into(),
        publisher: None,
        published_on: Some("2026-11".into()),
        url: None,
        sha256: None,
        bytes: None,
        revision_id: REVISION,
    }])
    .await
    .unwrap();
    states(&load).await;
    reference(&load).await;
    agencies(&load, size).await;
    awards(&load, size).await;
    trainings(&load, size).await;
    outcomes(&load, size).await;
    let tables = [("sources", TableTally { added: 1, ..TableTally::default() })].into();
    load.commit(LoadCounts { rows_read: 1, tables }).await.unwrap();
    // The moment of the load is the one thing that no formula makes.
    let moment: DateTime<chrono::Utc> = "2026-11-21T12:00:00Z".parse().unwrap();
    revision::Entity::update_many()
        .col_expr(revision::Column::LoadedAt, moment.into())
        .filter(revision::Column::Id.eq(REVISION))
        .exec(db)
        .await
        .unwrap();
}

/// States, and who lives there.
async fn states(load: &Load) {
    let states = (1..).zip(STATES).map(|(number, code)| us_state::Model {
        id: number,
        code: code.parse().unwrap(),
        name: format!("State of {code}"),
        fips: format!("{:02}", number + 4),
        region: except(number, 5, CensusRegion::West),
        division: except(number, 5, CensusDivision::Pacific),
        latitude: except(number, 4, f64::from(number) + 35.5),
        longitude: except(number, 4, -100.25),
        residents2020: except(number, 3, number * 1_000_000),
        source_id: SOURCE,
        revision_id: REVISION,
    });
    load.insert::<us_state::Entity>(&states.collect::<Vec<_>>()).await.unwrap();
    let populations = (1..=10).map(|number| state_population::Model {
        id: number,
        state_id: number % 5 + 1,
        year: 2010 + number % 2,
        residents: number * 900_000,
        source_id: SOURCE,
        revision_id: REVISION,
    });
    load.insert::<state_population::Entity>(&populations.collect::<Vec<_>>()).await.unwrap();
}

async fn reference(load: &Load) {
    let program = |id: i32, code: &str, name: &str, category| program::Model {
        id,
        code: code.into(),
        name: name.into(),
        category,
        first_year: except(id, 3, 1994 + id),
        last_year: except(id, 2, 2000 + id),
        note: None,
        search: search::index([Some(code), Some(name)]),
        source_id: SOURCE,
        revision_id: REVISION,
    };
    load.insert::<program::Entity>(&[
        program(1, "CHP", "COPS Hiring Program", ProgramCategory::Hiring),
        program(2, "SVPP", "School Violence Prevention Program", ProgramCategory::SchoolSafety),
        program(3, "CPD", "Community Policing Development", ProgramCategory::CommunityPolicing),
    ])
    .await
    .unwrap();
    let organization = |id: i32, name: &str, kind, former: Option<&str>| organization::Model {
        id,
        name: name.into(),
        kind,
        city: except(id, 2, "Los Ángeles".into()),
        state: except(id, 3, state(id)),
        founded_year: except(id, 2, 1990 + id),
        former_names: former.map(Into::into),
        uei: except(id, 3, format!("UEI{id:09}")),
        note: None,
        search: search::index([Some(name), former]),
        state_id: None,
        source_id: SOURCE,
        revision_id: REVISION,
    };
    load.insert::<organization::Entity>(&[
        organization(1, "Out to Protect", Some(OrganizationKind::Nonprofit), None),
        organization(2, "Cañon School District", Some(OrganizationKind::SchoolDistrict), None),
        organization(3, "Beyond Us & Them", None, Some("Center for Council|The Council")),
    ])
    .await
    .unwrap();
    load.insert::<partnership::Entity>(&[partnership::Model {
        id: 1,
        organization_id: 3,
        announced_on: NaiveDate::from_ymd_opt(2022, 4, 4),
        purpose: None,
        source_id: SOURCE,
        revision_id: REVISION,
    }])
    .await
    .unwrap();
    load.insert::<publication::Entity>(&[publication::Model {
        id: 1,
        title: "Building Trust Between the Police and the Citizens They Serve".into(),
        series: None,
        topic: Some(PublicationTopic::BuildingTrust),
        year: Some(2012),
        search: search::index([Some("Building Trust")]),
        source_id: SOURCE,
        revision_id: REVISION,
    }])
    .await
    .unwrap();
    let figure = |id, metric, program_id, qualifier, value, unit: &str| published_figure::Model {
        id,
        metric,
        program_id,
        from_year: 2010 + id,
        to_year: except(id, 2, 2010 + id),
        as_of: except(id, 2, "2024-09".into()),
        qualifier,
        value: Figure(value),
        unit: unit.into(),
        note: None,
        source_id: SOURCE,
        revision_id: REVISION,
    };
    load.insert::<published_figure::Entity>(&[
        figure(1, FigureMetric::OfficersFunded, Some(1), Qualifier::Exact, 604_950, "officers"),
        figure(2, FigureMetric::DollarsObligated, None, Qualifier::About, 51_370_137_409, "USD"),
    ])
    .await
    .unwrap();
    prices(load).await;
}

/// The prices of years; that of 2018, in which there are grants, is not there.
async fn prices(load: &Load) {
    let index = [
        (2010, 218_056),
        (2011, 224_939),
        (2012, 229_594),
        (2013, 232_957),
        (2014, 236_736),
        (2015, 237_017),
        (2016, 240_007),
        (2017, 245_120),
        (2024, 313_689),
    ];
    let index = index.map(|(year, cpi_u)| price_index::Model {
        year,
        cpi_u: IndexPoints(cpi_u),
        source_id: SOURCE,
        revision_id: REVISION,
    });
    load.insert::<price_index::Entity>(&index).await.unwrap();
}

async fn agencies(load: &Load, size: Size) {
    let kinds = [AgencyKind::MunicipalPolice, AgencyKind::Sheriff, AgencyKind::Tribal];
    let agencies: Vec<_> = (1..=size.agencies)
        .map(|id| {
            // Upper and lower case, accents and wildcards of LIKE are in names, too.
            let name = match id % 6 {
                0 => format!("Ñandú 100%_Sure Police {id}"),
                1 => format!("city of alpha {}", id / 6),
                2 => format!("ALPHA County Sheriff {}", id / 6),
                _ => format!("Beta Falls Police Department {}", id % 4),
            };
            agency::Model {
                id,
                ori9: except(id, 4, format!("ZZ{id:05}00").parse().unwrap()),
                ori7: except(id, 5, format!("ZZ{id:05}").parse().unwrap()),
                kind: except(id, 7, kinds[usize::try_from(id).unwrap() % 3]),
                state: except(id, 8, state(id)),
                county_fips: except(id, 4, format!("{:02}{:03}", 6 + id % 2, id % 3 * 2 + 1)),
                county_name: except(id, 2, format!("County {}", id % 3)),
                city: except(id, 3, format!("City {}", id % 4)),
                zip: None,
                latitude: except(id, 5, f64::from(id) * 0.5 + 30.25),
                longitude: except(id, 5, f64::from(id) * -0.25 - 90.125),
                population: except(id, 5, (id % 7) * 10_000),
                sworn_officers: except(id, 6, id * 3),
                search: search::index([Some(name.as_str())]),
                name: except(id, 12, name),
                state_id: None,
                county_id: None,
                source_id: SOURCE,
                revision_id: REVISION,
            }
        })
        .collect();
    load.insert::<agency::Entity>(&agencies).await.unwrap();
}

async fn awards(load: &Load, size: Size) {
    let mut grants = Vec::new();
    let mut obligations = Vec::new();
    let mut officers = Vec::new();
    for index in 0..size.agencies * size.grants_of_each {
        let id = index + 1;
        let to_organization = index % 11 == 10;
        let number = format!("15JCOPS-{:02}-GG-{id:05}-UHPX", 10 + index % 9);
        let share = i64::from(index % 13) * 12_500_050;
        grants.push(grant::Model {
            district: except(
                index,
                3,
                format!("{}-{:02}", STATES[usize::try_from(index % 5).unwrap()], index % 4),
            ),
            district_id: None,
            id,
            award_key: Some(number.replace('-', "")),
            award_number: Some(number),
            usaspending_key: None,
            agency_id: (!to_organization).then_some(index % size.agencies + 1),
            organization_id: to_organization.then_some(index % 3 + 1),
            recipient_name: except(index, 4, format!("City of Alpha {}", index % 5)),
            recipient_uei: except(index, 3, format!("UEI{:09}", index % 7)),
            matched_by: except(index, 6, MATCHED[usize::try_from(index).unwrap() % 4]),
            program_id: except(index, 6, index % 3 + 1),
            assistance_listing: except(index, 5, "16.710".into()),
            instrument: except(index, 4, Instrument::ProjectGrant),
            fiscal_year: except(index, 9, 2010 + index % 9),
            announced_on: except(index, 3, day(index % 40)),
            obligated_on: except(index, 7, day(index % 50)),
            period_start: except(index, 4, day(index % 60)),
            period_end: except(index, 4, day(index % 60 + 10)),
            original_period_end: None,
            federal_share: except(index, 8, Dollars(share)),
            local_match: except(index, 3, Dollars(share / 3)),
            project_total: None,
            outlayed: except(index, 2, Dollars(share / 2)),
            status: except(index, 5, GrantStatus::Open),
            title: except(index, 2, format!("Hiring {} officers", index % 5)),
            search: search::index([Some("hiring")]),
            source_id: SOURCE,
            revision_id: REVISION,
        });
        for (part, amount) in [share + 1000, -1000].into_iter().enumerate() {
            obligations.push(obligation::Model {
                id: i32::try_from(obligations.len()).unwrap() + 1,
                grant_id: id,
                transaction_key: None,
                modification_number: except(index, 4, part.to_string()),
                obligated_on: day(index % 50 + i32::try_from(part).unwrap()),
                amount: Dollars(amount),
                description: None,
                source_id: SOURCE,
                revision_id: REVISION,
            });
        }
        let kinds = [OfficerKind::NewHire, OfficerKind::Redeployed, OfficerKind::RehireLaidOff];
        for number in 0..size.officers_of_each {
            let funded = (index * 7 + number * 3) % 50;
            officers.push(officers_funded::Model {
                id: i32::try_from(officers.len()).unwrap() + 1,
                grant_id: id,
                kind: except(index + number, 9, kinds[usize::try_from(number).unwrap() % 3]),
                requested: Some(Officers(funded + 15)),
                funded: except(index, 10, Officers(funded)),
                accepted: Some(Officers(funded)),
                hired: except(index, 4, Officers(funded / 2)),
                retained: except(index, 3, Officers(funded / 3)),
                school_resource_officers: None,
                veterans: Some(Officers(number)),
                part_time: None,
                source_id: SOURCE,
                revision_id: REVISION,
            });
        }
    }
    load.insert::<grant::Entity>(&grants).await.unwrap();
    load.insert::<obligation::Entity>(&obligations).await.unwrap();
    load.insert::<claim::Entity>(&claims(size)).await.unwrap();
    load.insert::<officers_funded::Entity>(&officers).await.unwrap();
}

/// What two kinds of sources say of every fifth award.
fn claims(size: Size) -> Vec<claim::Model> {
    let mut claims = Vec::new();
    for grant_id in (1..=size.agencies * size.grants_of_each).step_by(5) {
        let fields = [(ClaimField::FederalShare, "125000.50"), (ClaimField::Program, "CHP")];
        for (field, value) in fields {
            let differs = grant_id % 2 == 0;
            let list = if differs { format!("{value}0") } else { value.to_owned() };
            let origins =
                [(ClaimOrigin::Usaspending, value.to_owned()), (ClaimOrigin::AwardList, list)];
            for (shown, (origin, value)) in [true, false].into_iter().zip(origins) {
                let id = i32::try_from(claims.len()).unwrap() + 1;
                claims.push(claim::Model {
                    id,
                    grant_id,
                    field,
                    origin,
                    value,
                    shown,
                    differs,
                    source_id: SOURCE,
                    revision_id: REVISION,
                });
            }
        }
    }
    claims
}

async fn trainings(load: &Load, size: Size) {
    let trainings: Vec<_> = (1..=3)
        .map(|id| training::Model {
            id,
            title: format!("Course {id}"),
            acronym: except(id, 2, format!("C{id}")),
            provider_id: except(id, 3, id),
            topics: except(id, 2, "de-escalation|self-care".into()),
            hours: except(id, 3, Hours(80 * id + 5)),
            modality: except(id, 2, Modality::Hybrid),
            certified_by: None,
            first_year: Some(2018),
            note: None,
            search: search::index([Some("course")]),
            source_id: SOURCE,
            revision_id: REVISION,
        })
        .collect();
    load.insert::<training::Entity>(&trainings).await.unwrap();
    let sessions: Vec<_> = (1..=9)
        .map(|id| training_session::Model {
            id,
            training_id: id % 3 + 1,
            grant_id: except(id, 4, id),
            code: except(id, 5, format!("S-{id:03}")),
            starts_on: except(id, 6, day(id)),
            ends_on: None,
            state: except(id, 3, state(id)),
            modality: Some(Modality::InPerson),
            source_id: SOURCE,
            revision_id: REVISION,
        })
        .collect();
    load.insert::<training_session::Entity>(&sessions).await.unwrap();
    let roles =
        [TraineeRole::LawEnforcement, TraineeRole::CommunityMember, TraineeRole::GovernmentLeader];
    let trainees: Vec<_> = (1..=size.trainees)
        .map(|id| trainee::Model {
            id,
            session_id: id % 9 + 1,
            role: roles[usize::try_from(id).unwrap() % 3],
            agency_id: except(id, 3, id % size.agencies + 1),
            completed_on: except(id, 4, day(id % 30)),
            hours: except(id, 7, Hours(40 + id % 5)),
            source_id: SOURCE,
            revision_id: REVISION,
        })
        .collect();
    load.insert::<trainee::Entity>(&trainees).await.unwrap();
}

async fn outcomes(load: &Load, size: Size) {
    let measure = |id, code: &str, category, unit: &str| measure::Model {
        id,
        code: code.into(),
        name: code.replace('_', " "),
        category,
        unit: unit.into(),
        description: "Made by a formula.".into(),
        source_id: SOURCE,
        revision_id: REVISION,
    };
    load.insert::<measure::Entity>(&[
        measure(1, "violent_crime", MeasureCategory::Offense, "offenses"),
        measure(2, "sworn_officers", MeasureCategory::Staffing, "officers"),
    ])
    .await
    .unwrap();
    // Of most agencies in most years, of some states, and of the nation.
    let years = 2008..2020;
    let filed = (1..=size.agencies).flat_map(|agency| {
        let of_both = years.clone().flat_map(move |year| [(year, 1), (year, 2)]);
        let filed = of_both.filter(move |(year, measure)| (agency + year * measure) % 6 != 0);
        filed.map(move |(year, measure)| {
            (Some(agency), except(agency, 11, state(agency)), year, measure)
        })
    });
    let estimated = [Some(0), Some(3), None]
        .into_iter()
        .flat_map(|of: Option<i32>| (2010..2013).map(move |year| (None, of.map(state), year, 1)));
    let outcomes: Vec<_> = (1..)
        .zip(filed.chain(estimated))
        .map(|(id, (agency_id, state, year, measure_id))| outcome::Model {
            id,
            measure_id,
            agency_id,
            level: outcome::Model::level_of(agency_id, state.as_ref()),
            state,
            year,
            value: BigInt(i64::from(id * 7 % 90) * 5_000_000_000),
            population_served: except(id, 4, 1_000 * (id % 7 + 1) + year % 10),
            months_reported: except(id, 3, 12 - id % 3 / 2),
            flag: (id % 9 == 0).then_some(OutcomeFlag::Implausible),
            note: (id % 9 == 0).then(|| "Filed late.".into()),
            source_id: SOURCE,
            revision_id: REVISION,
        })
        .collect();
    load.insert::<outcome::Entity>(&outcomes).await.unwrap();
}
