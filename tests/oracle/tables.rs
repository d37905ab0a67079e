//! The columns, relations and measures of each type, as `schema.graphql` and the declarations of the types define
//! them, without how they are computed.

use self::{
    Kind::{Big, Code, Date, Dollars, Enum, Tenths, Text, Truth, Whole},
    Measure::{Distinct, Number, PeopleRatio, Ratio},
};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Whole,
    Big,
    /// In cents.
    Dollars,
    /// Officers and hours.
    Tenths,
    Text,
    /// Text that is not searched: states.
    Code,
    Enum,
    /// As text, year first.
    Date,
    /// 1 where it is true, and 0 where it is not.
    Truth,
}

impl Kind {
    pub(super) fn is_number(self) -> bool {
        matches!(self, Whole | Big | Dollars | Tenths)
    }

    /// How many units of the column one is.
    pub(super) fn unit(self) -> i128 {
        match self {
            Dollars => 100,
            Tenths => 10,
            _ => 1,
        }
    }
}

/// A column: its name in the database and what it holds.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) sql: &'static str,
    pub(super) kind: Kind,
    /// Whether rows are grouped by it; by its band, where it is `population`.
    pub(super) key: bool,
}

const fn key(sql: &'static str, kind: Kind) -> Column {
    Column { sql, kind, key: true }
}

const fn plain(sql: &'static str, kind: Kind) -> Column {
    Column { sql, kind, key: false }
}

/// A relation to one row: its name, the column that refers, and the table that is referred to.
#[derive(Debug)]
pub(super) struct One {
    pub(super) name: &'static str,
    pub(super) column: &'static str,
    pub(super) table: &'static str,
}

const fn one(name: &'static str, column: &'static str, table: &'static str) -> One {
    One { name, column, table }
}

/// A relation to many rows: its name, their table, and their column that refers.
#[derive(Debug)]
pub(super) struct Many {
    pub(super) name: &'static str,
    pub(super) table: &'static str,
    pub(super) column: &'static str,
    /// Whether a sum over no rows is 0; else it is unknown.
    pub(super) zero: bool,
}

const fn many(name: &'static str, table: &'static str, column: &'static str, zero: bool) -> Many {
    Many { name, table, column, zero }
}

/// A measure: its name, and the paths that say what it is of.
#[derive(Debug)]
pub(super) enum Measure {
    /// The number of different rows.
    Distinct(&'static str, &'static str),
    /// A number with all statistics.
    Number(&'static str, &'static str),
    /// What is divided by what, and for how many.
    Ratio(&'static str, &'static str, &'static str, i128),
    /// The same by people: rows without people are left out.
    PeopleRatio(&'static str, &'static str, &'static str, i128),
}

#[derive(Debug)]
pub(super) struct Table {
    /// The name of the list, by which all else names the table, too.
    pub(super) name: &'static str,
    pub(super) sql: &'static str,
    pub(super) type_name: &'static str,
    pub(super) columns: &'static [Column],
    pub(super) ones: &'static [One],
    pub(super) manys: &'static [Many],
    /// The column whose (fiscal) year is that of the amounts.
    pub(super) priced_by: Option<&'static str>,
    pub(super) measures: &'static [Measure],
}

impl Table {
    pub(super) fn named(name: &str) -> &'static Self {
        TABLES.iter().find(|table| table.name == name).unwrap()
    }

    pub(super) fn one(&self, name: &str) -> Option<&'static One> {
        self.ones.iter().find(|one| one.name == name)
    }

    pub(super) fn many(&self, name: &str) -> Option<&'static Many> {
        self.manys.iter().find(|many| many.name == name)
    }

    pub(super) fn column(&self, sql: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.sql == sql)
    }
}

/// `sworn_officers` as `swornOfficers`.
pub(super) fn camel(sql: &str) -> String {
    let mut words = sql.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| name + &word[..1].to_uppercase() + &word[1..])
}

/// `swornOfficers` as `SWORN_OFFICERS`.
pub(super) fn screaming(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text
}

pub(super) static TABLES: [Table; 18] = [
    Table {
        name: "agencies",
        sql: "agencies",
        type_name: "Agency",
        columns: &[
            plain("name", Text),
            key("kind", Enum),
            key("state", Code),
            key("county_fips", Text),
            key("county_name", Text),
            key("city", Text),
            key("zip", Text),
            key("population", Whole),
            plain("sworn_officers", Whole),
        ],
        ones: &[one("inState", "state_id", "states"), one("inCounty", "county_id", "counties")],
        manys: &[
            many("grants", "grants", "agency_id", true),
            many("trainees", "trainees", "agency_id", true),
            many("outcomes", "outcomes", "agency_id", false),
        ],
        priced_by: None,
        measures: &[
            Number("population", "population"),
            Number("swornOfficers", "swornOfficers"),
            Number("grants", "grants.count"),
            Number("federalShare", "grants.federalShare"),
            Number("trainees", "trainees.count"),
            PeopleRatio("swornOfficersPer100k", "swornOfficers", "population", 100_000),
            PeopleRatio("dollarsPerCapita", "grants.federalShare", "population", 1),
            Ratio("dollarsPerSwornOfficer", "grants.federalShare", "swornOfficers", 1),
            PeopleRatio("officersPer100k", "swornOfficers", "population", 100_000),
            Ratio("dollarsPerOfficer", "grants.federalShare", "swornOfficers", 1),
        ],
    },
    Table {
        name: "organizations",
        sql: "organizations",
        type_name: "Organization",
        columns: &[
            plain("name", Text),
            key("kind", Enum),
            key("city", Text),
            key("state", Code),
            plain("founded_year", Whole),
        ],
        ones: &[one("inState", "state_id", "states")],
        manys: &[
            many("grants", "grants", "organization_id", true),
            many("trainings", "trainings", "provider_id", true),
            many("partnerships", "partnerships", "organization_id", true),
        ],
        priced_by: None,
        measures: &[
            Number("grants", "grants.count"),
            Number("federalShare", "grants.federalShare"),
            Number("trainings", "trainings.count"),
        ],
    },
    Table {
        name: "states",
        sql: "states",
        type_name: "UsState",
        columns: &[
            plain("name", Text),
            key("region", Enum),
            key("division", Enum),
            plain("residents2020", Whole),
        ],
        ones: &[],
        manys: &[
            many("agencies", "agencies", "state_id", true),
            many("organizations", "organizations", "state_id", true),
            many("populations", "statePopulations", "state_id", false),
        ],
        priced_by: None,
        measures: &[
            Number("residents2020", "residents2020"),
            Number("agencies", "agencies.count"),
            Number("federalShare", "agencies.grants.federalShare"),
            PeopleRatio("dollarsPerResident", "agencies.grants.federalShare", "residents2020", 1),
        ],
    },
    Table {
        name: "statePopulations",
        sql: "state_populations",
        type_name: "StatePopulation",
        columns: &[key("year", Whole), plain("residents", Whole)],
        ones: &[one("inState", "state_id", "states")],
        manys: &[],
        priced_by: None,
        measures: &[Number("residents", "residents")],
    },
    Table {
        name: "counties",
        sql: "counties",
        type_name: "County",
        columns: &[plain("fips", Text), key("name", Text)],
        ones: &[],
        manys: &[many("agencies", "agencies", "county_id", true)],
        priced_by: None,
        measures: &[
            Number("agencies", "agencies.count"),
            Number("federalShare", "agencies.grants.federalShare"),
        ],
    },
    Table {
        name: "congressionalDistricts",
        sql: "congressional_districts",
        type_name: "CongressionalDistrict",
        columns: &[plain("code", Text), key("number", Whole)],
        ones: &[],
        manys: &[many("grants", "grants", "district_id", true)],
        priced_by: None,
        measures: &[
            Number("grants", "grants.count"),
            Number("federalShare", "grants.federalShare"),
        ],
    },
    Table {
        name: "programs",
        sql: "programs",
        type_name: "Program",
        columns: &[
            plain("code", Text),
            plain("name", Text),
            key("category", Enum),
            key("first_year", Whole),
            key("last_year", Whole),
        ],
        ones: &[],
        manys: &[many("grants", "grants", "program_id", true)],
        priced_by: None,
        measures: &[
            Number("grants", "grants.count"),
            Number("federalShare", "grants.federalShare"),
        ],
    },
    Table {
        name: "grants",
        sql: "grants",
        type_name: "Grant",
        columns: &[
            plain("award_number", Text),
            key("assistance_listing", Text),
            key("instrument", Enum),
            key("fiscal_year", Whole),
            key("announced_on", Date),
            key("obligated_on", Date),
            key("period_start", Date),
            key("period_end", Date),
            plain("original_period_end", Date),
            plain("federal_share", Dollars),
            plain("local_match", Dollars),
            plain("project_total", Dollars),
            plain("outlayed", Dollars),
            key("status", Enum),
            plain("title", Text),
            plain("recipient_name", Text),
            plain("recipient_uei", Text),
            key("matched_by", Enum),
        ],
        ones: &[
            one("agency", "agency_id", "agencies"),
            one("organization", "organization_id", "organizations"),
            one("inDistrict", "district_id", "congressionalDistricts"),
            one("program", "program_id", "programs"),
        ],
        manys: &[
            many("claims", "claims", "grant_id", false),
            many("obligations", "obligations", "grant_id", false),
            many("officersFunded", "officersFunded", "grant_id", false),
            many("trainingSessions", "trainingSessions", "grant_id", true),
        ],
        priced_by: Some("fiscal_year"),
        measures: &[
            Distinct("agencies", "agency"),
            Distinct("organizations", "organization"),
            Distinct("programs", "program"),
            Number("federalShare", "federalShare"),
            Number("localMatch", "localMatch"),
            Number("projectTotal", "projectTotal"),
            Number("outlayed", "outlayed"),
            Number("officersRequested", "officersFunded.requested"),
            Number("officersFunded", "officersFunded.funded"),
            Number("officersAccepted", "officersFunded.accepted"),
            Number("officersHired", "officersFunded.hired"),
            Number("officersRetained", "officersFunded.retained"),
            Number("peopleTrained", "trainingSessions.trainees.count"),
            Number("population", "agency.population"),
            Ratio("dollarsPerOfficer", "federalShare", "officersFunded.funded", 1),
            PeopleRatio("dollarsPerCapita", "federalShare", "agency.population", 1),
            PeopleRatio("dollarsPerResident", "federalShare", "agency.inState.residents2020", 1),
            PeopleRatio("officersPer100k", "officersFunded.funded", "agency.population", 100_000),
            Ratio("hiredRate", "officersFunded.hired", "officersFunded.funded", 1),
            Ratio("retainedRate", "officersFunded.retained", "officersFunded.hired", 1),
        ],
    },
    Table {
        name: "claims",
        sql: "claims",
        type_name: "Claim",
        columns: &[
            key("field", Enum),
            key("origin", Enum),
            plain("value", Text),
            key("shown", Truth),
            key("differs", Truth),
        ],
        ones: &[one("grant", "grant_id", "grants")],
        manys: &[],
        priced_by: None,
        measures: &[Distinct("grants", "grant")],
    },
    Table {
        name: "obligations",
        sql: "obligations",
        type_name: "Obligation",
        columns: &[
            plain("modification_number", Text),
            key("obligated_on", Date),
            plain("amount", Dollars),
        ],
        ones: &[one("grant", "grant_id", "grants")],
        manys: &[],
        priced_by: Some("obligated_on"),
        measures: &[
            Distinct("grants", "grant"),
            Distinct("agencies", "grant.agency"),
            Number("amount", "amount"),
        ],
    },
    Table {
        name: "officersFunded",
        sql: "officers_funded",
        type_name: "OfficersFunded",
        columns: &[
            key("kind", Enum),
            plain("requested", Tenths),
            plain("funded", Tenths),
            plain("accepted", Tenths),
            plain("hired", Tenths),
            plain("retained", Tenths),
            plain("school_resource_officers", Tenths),
            plain("veterans", Tenths),
            plain("part_time", Tenths),
        ],
        ones: &[one("grant", "grant_id", "grants")],
        manys: &[],
        priced_by: None,
        measures: &[
            Distinct("grants", "grant"),
            Distinct("agencies", "grant.agency"),
            Number("requested", "requested"),
            Number("funded", "funded"),
            Number("accepted", "accepted"),
            Number("hired", "hired"),
            Number("retained", "retained"),
            Number("schoolResourceOfficers", "schoolResourceOfficers"),
            Number("veterans", "veterans"),
            Number("partTime", "partTime"),
            Number("federalShare", "grant.federalShare"),
            Number("population", "grant.agency.population"),
            PeopleRatio("officersPer100k", "funded", "grant.agency.population", 100_000),
            Ratio("hiredRate", "hired", "funded", 1),
            Ratio("retainedRate", "retained", "hired", 1),
        ],
    },
    Table {
        name: "trainings",
        sql: "trainings",
        type_name: "Training",
        columns: &[
            plain("title", Text),
            plain("acronym", Text),
            plain("hours", Tenths),
            key("modality", Enum),
            key("certified_by", Text),
            key("first_year", Whole),
        ],
        ones: &[one("provider", "provider_id", "organizations")],
        manys: &[many("sessions", "trainingSessions", "training_id", true)],
        priced_by: None,
        measures: &[
            Distinct("providers", "provider"),
            Number("hours", "hours"),
            Number("sessions", "sessions.count"),
        ],
    },
    Table {
        name: "trainingSessions",
        sql: "training_sessions",
        type_name: "TrainingSession",
        columns: &[
            plain("code", Text),
            key("starts_on", Date),
            key("ends_on", Date),
            key("state", Code),
            key("modality", Enum),
        ],
        ones: &[one("training", "training_id", "trainings"), one("grant", "grant_id", "grants")],
        manys: &[many("trainees", "trainees", "session_id", true)],
        priced_by: None,
        measures: &[
            Distinct("trainings", "training"),
            Distinct("grants", "grant"),
            Number("trainees", "trainees.count"),
            Number("traineeHours", "trainees.hours"),
            Number("hours", "training.hours"),
        ],
    },
    Table {
        name: "trainees",
        sql: "trainees",
        type_name: "Trainee",
        columns: &[key("role", Enum), key("completed_on", Date), plain("hours", Tenths)],
        ones: &[
            one("session", "session_id", "trainingSessions"),
            one("agency", "agency_id", "agencies"),
        ],
        manys: &[],
        priced_by: None,
        measures: &[
            Distinct("sessions", "session"),
            Distinct("trainings", "session.training"),
            Distinct("agencies", "agency"),
            Number("hours", "hours"),
        ],
    },
    Table {
        name: "partnerships",
        sql: "partnerships",
        type_name: "Partnership",
        columns: &[key("announced_on", Date), plain("purpose", Text)],
        ones: &[one("organization", "organization_id", "organizations")],
        manys: &[],
        priced_by: None,
        measures: &[Distinct("organizations", "organization")],
    },
    Table {
        name: "publications",
        sql: "publications",
        type_name: "Publication",
        columns: &[
            plain("title", Text),
            key("series", Text),
            key("topic", Enum),
            key("year", Whole),
        ],
        ones: &[],
        manys: &[],
        priced_by: None,
        measures: &[],
    },
    Table {
        name: "measures",
        sql: "measures",
        type_name: "Measure",
        columns: &[
            key("code", Text),
            plain("name", Text),
            key("category", Enum),
            plain("unit", Text),
        ],
        ones: &[],
        manys: &[many("outcomes", "outcomes", "measure_id", false)],
        priced_by: None,
        measures: &[],
    },
    Table {
        name: "outcomes",
        sql: "outcomes",
        type_name: "Outcome",
        columns: &[
            key("level", Enum),
            key("state", Code),
            key("year", Whole),
            plain("value", Big),
            plain("population_served", Whole),
            key("months_reported", Whole),
            key("flag", Enum),
            plain("note", Text),
        ],
        ones: &[one("measure", "measure_id", "measures"), one("agency", "agency_id", "agencies")],
        manys: &[],
        priced_by: None,
        measures: &[
            Distinct("agencies", "agency"),
            Distinct("measures", "measure"),
            Number("years", "year"),
            Number("value", "value"),
            Number("populationServed", "populationServed"),
            Number("population", "agency.population"),
            PeopleRatio("ratePer100k", "value", "populationServed", 100_000),
        ],
    },
];
