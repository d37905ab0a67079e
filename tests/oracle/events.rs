//! Outcomes before and after the first grant of their agency.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    data::{Data, Row},
    filters::Filter,
    tables::{One, Table},
};

/// What counts as the event, the window around it, and whether the panel is balanced.
#[derive(Clone, Debug, Default)]
pub(super) struct Event {
    pub(super) grants: Option<Filter>,
    pub(super) from: Option<i128>,
    pub(super) to: Option<i128>,
    pub(super) balanced: bool,
}

/// When something first happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum First {
    Never,
    Unknown,
    In(i128),
}

impl First {
    pub(super) fn year(self) -> Option<i128> {
        match self {
            Self::In(year) => Some(year),
            Self::Never | Self::Unknown => None,
        }
    }
}

fn one(name: &str) -> &'static One {
    Table::named("outcomes").one(name).unwrap()
}

impl Event {
    /// The grants of the agency that count; none where the value is of no agency.
    fn counted<'a>(&self, data: &'a Data, outcome: &Row) -> Option<Vec<&'a Row>> {
        let agency = data.parent(outcome, one("agency"))?;
        let mut grants = data.children(agency, Table::named("agencies").many("grants").unwrap());
        grants.retain(|grant| self.grants.as_ref().is_none_or(|filter| filter.keeps(data, grant)));
        Some(grants)
    }

    /// When the agency of a value first had a grant that counts.
    pub(super) fn first(&self, data: &Data, outcome: &Row) -> First {
        let grants = self.counted(data, outcome).unwrap_or_default();
        let year = grants.iter().filter_map(|grant| grant.number("fiscal_year")).min();
        match (grants.is_empty(), year) {
            (true, _) => First::Never,
            (false, None) => First::Unknown,
            (false, Some(year)) => First::In(year),
        }
    }

    /// Whether the agency ever had a grant that counts.
    pub(super) fn ever(&self, data: &Data, outcome: &Row) -> Option<bool> {
        self.counted(data, outcome).map(|grants| !grants.is_empty())
    }

    /// The year of the value less that of the first grant.
    pub(super) fn since(&self, data: &Data, outcome: &Row) -> Option<i128> {
        let grants = self.counted(data, outcome)?;
        let first = grants.iter().filter_map(|grant| grant.number("fiscal_year")).min()?;
        Some(outcome.number("year")? - first)
    }

    /// The rows within the window, and those of a balanced panel. Rows without years since stay.
    pub(super) fn rows<'a>(&self, data: &Data, rows: &[&'a Row]) -> Vec<&'a Row> {
        let mut years: BTreeMap<_, BTreeSet<i128>> = BTreeMap::new();
        let series = |row: &Row| (row.number("agency_id"), row.number("measure_id"));
        for row in rows {
            years.entry(series(row)).or_default().extend(self.since(data, row));
        }
        let stays = |row: &&Row| {
            let Some(since) = self.since(data, row) else { return true };
            let is_within =
                self.from.is_none_or(|from| from <= since) && self.to.is_none_or(|to| since <= to);
            let (from, to) = (self.from.unwrap_or(0), self.to.unwrap_or(-1));
            is_within
                && (!self.balanced || (from..=to).all(|year| years[&series(row)].contains(&year)))
        };
        rows.iter().copied().filter(stays).collect()
    }

    pub(super) fn text(&self) -> String {
        let mut fields = Vec::new();
        fields.extend(self.grants.as_ref().map(|grants| format!("grants: {}", grants.text())));
        fields.extend(self.from.map(|from| format!("from: {from}")));
        fields.extend(self.to.map(|to| format!("to: {to}")));
        fields.extend(self.balanced.then(|| "balanced: true".to_owned()));
        format!("{{ {} }}", fields.join(", "))
    }
}
