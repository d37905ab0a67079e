//! The parts of random requests: tables, and the possible queries of each.

use cops_graphql::measures::Statistic;
use serde_json::{Value, json};

/// A table with what can be asked of it here.
pub(super) struct Subject {
    pub(super) table: &'static str,
    pub(super) keys: &'static [&'static str],
    /// Distinct rows, which are counted, and numbers, which have every statistic.
    pub(super) distinct: &'static [&'static str],
    pub(super) numbers: &'static [&'static str],
    /// What is searched for.
    pub(super) words: &'static [&'static str],
    pub(super) filters: fn() -> Vec<Value>,
    /// What may count as the event by which rows are placed.
    pub(super) events: fn() -> Vec<Value>,
}

pub(super) static SUBJECTS: [Subject; 5] = [
    Subject {
        table: "grants",
        keys: &[
            "fiscalYear",
            "agency",
            "agency.state",
            "agency.kind",
            "agency.name",
            "agency.population:band",
            "organization.name",
            "program",
            "program.category",
            "obligatedOn",
            "obligatedOn:year",
            "obligatedOn:quarter",
            "obligatedOn:month",
            "obligatedOn:fiscalYear",
            "federalShare",
            "status",
            "revision.synthetic",
            "id",
        ],
        distinct: &["agency", "program", "organization"],
        numbers: &[
            "federalShare",
            "localMatch",
            "agency.population",
            "agency.outcomes.value",
            "officersFunded.funded",
            "officersFunded.schoolResourceOfficers",
            "obligations.amount",
            "obligations.count",
            "agency.grants.count",
            "agency.grants.officersFunded.funded",
            "trainingSessions.trainees.count",
            "trainingSessions.trainees.hours",
            "program.firstYear",
        ],
        words: &["hir", "hiring", "nothing"],
        filters: || {
            vec![
                json!({ "fiscalYear": { "gte": 2013 } }),
                json!({ "fiscalYear": { "in": [2011, 2012, 2099] } }),
                json!({ "fiscalYear": { "notIn": [] } }),
                json!({ "fiscalYear": { "isNull": true } }),
                json!({ "federalShare": { "gt": "250001.00" } }),
                json!({ "status": { "ne": "CLOSED" } }),
                json!({ "obligatedOn": { "lt": "2016-03-01" } }),
                json!({ "title": { "contains": "OFFICERS" } }),
                json!({ "agency": { "name": { "startsWith": "city OF" } } }),
                json!({ "agency": { "name": { "contains": "100%_" } } }),
                json!({ "agency": { "name": { "gte": "a" } } }),
                json!({ "agency": { "grants": { "some": { "fiscalYear": { "eq": 2012 } } } } }),
                json!({ "officersFunded": { "some": { "kind": { "eq": "REDEPLOYED" } } } }),
                json!({ "officersFunded": { "none": { "hired": { "gt": 10 } } } }),
                json!({ "trainingSessions": { "some": {} } }),
                json!({ "program": { "category": { "notIn": ["HIRING"] } } }),
                json!({ "revision": { "synthetic": { "eq": false } } }),
                json!({ "revision": { "loadedAt": { "gt": "2020-01-01T00:00:00Z" } } }),
            ]
        },
        events: Vec::new,
    },
    Subject {
        table: "trainees",
        keys: &[
            "role",
            "agency.state",
            "agency",
            "session",
            "session.state",
            "session.training",
            "session.training.provider",
            "session.training.provider.name",
            "session.grant.agency.kind",
            "session.grant.agency.population:band",
            "completedOn:year",
            "completedOn:month",
            "hours",
        ],
        distinct: &["agency", "session", "session.training.provider", "session.grant"],
        numbers: &[
            "hours",
            "session.training.hours",
            "session.grant.federalShare",
            "session.trainees.hours",
            "agency.grants.federalShare",
        ],
        words: &[],
        filters: || {
            vec![
                json!({ "role": { "eq": "LAW_ENFORCEMENT" } }),
                json!({ "agency": { "name": { "contains": "alpha" } } }),
                json!({ "agency": { "name": { "endsWith": "1" } } }),
                json!({ "agency": { "latitude": { "gte": 35.25 } } }),
                json!({ "session": { "state": { "isNull": false } } }),
                json!({ "session": { "training": { "topics": { "contains": "self-" } } } }),
                json!({ "session": { "training": { "provider": { "kind": { "eq": "NONPROFIT" } } } } }),
                json!({ "completedOn": { "gte": "2012-01-01", "lt": "2014-01-01" } }),
                json!({ "hours": { "lte": 4.2 } }),
            ]
        },
        events: Vec::new,
    },
    Subject {
        table: "agencies",
        keys: &["state", "kind", "population:band", "city", "countyName", "ori9", "id"],
        distinct: &["revision"],
        numbers: &["population", "swornOfficers", "grants.federalShare", "outcomes.value"],
        words: &["alph", "falls bet", "nandu sure", "police 1", "x"],
        filters: || {
            vec![
                json!({ "state": { "in": ["CA", "DC"] } }),
                json!({ "population": { "lt": 40_000 } }),
                json!({ "grants": { "none": { "fiscalYear": { "eq": 2014 } } } }),
                json!({ "trainees": { "some": { "role": { "ne": "LAW_ENFORCEMENT" } } } }),
                json!({ "ori9": { "startsWith": "zz0000" } }),
            ]
        },
        events: Vec::new,
    },
    Subject {
        table: "officers_funded",
        keys: &["kind", "grant", "grant.agency.state", "grant.obligatedOn:fiscalYear"],
        distinct: &["grant", "grant.agency"],
        numbers: &["funded", "hired", "grant.federalShare", "grant.agency.population"],
        words: &[],
        filters: || {
            vec![
                json!({ "kind": { "isNull": true } }),
                json!({ "funded": { "gte": 2.5 } }),
                json!({ "grant": { "agency": { "state": { "eq": "TX" } } } }),
            ]
        },
        events: Vec::new,
    },
    Subject {
        table: "outcomes",
        keys: &[
            "measure",
            "measure.code",
            "year",
            "year:since",
            "agency:ever",
            "state",
            "agency.kind",
            "flag",
        ],
        distinct: &["agency", "measure"],
        numbers: &["value", "monthsReported", "populationServed", "agency.population", "year"],
        words: &[],
        filters: || {
            vec![
                json!({ "year": { "gt": 2001 } }),
                json!({ "value": { "gte": "100000000000" } }),
                json!({ "measure": { "code": { "eq": "violent_crime" } } }),
                json!({ "monthsReported": { "eq": 12 } }),
                json!({ "agency": { "state": { "isNull": false } } }),
                json!({ "flag": { "isNull": true } }),
            ]
        },
        events: || {
            vec![
                json!({}),
                json!({ "program": { "code": { "eq": "CHP" } } }),
                json!({ "fiscalYear": { "isNull": true } }),
                json!({ "federalShare": { "gt": 500_000 } }),
                json!({ "fiscalYear": { "gte": 2016 } }),
                json!({ "fiscalYear": { "gte": 2099 } }),
            ]
        },
    },
];

pub(super) const STATISTICS: [Statistic; 11] = [
    Statistic::Count,
    Statistic::Missing,
    Statistic::Sum,
    Statistic::Average(1),
    Statistic::Minimum,
    Statistic::Maximum,
    Statistic::MEDIAN,
    Statistic::Percentile(0.9, 0),
    Statistic::Percentile(0.0, 0),
    Statistic::Deviation(0),
    Statistic::Variance(0),
];
