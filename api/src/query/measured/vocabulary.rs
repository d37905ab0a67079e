//! The words of aggregates: what the rows of a table can be grouped by, and what can be computed of them.
//!
//! A type declares a few of its own (in `schema/`, by [`Table::keys`], [`Table::sums`] and their kin). The
//! rest follows: a date is also its year, quarter, month and fiscal year, and a row can be grouped by
//! whatever the rows that it refers to can be grouped by, at any depth.

use std::{collections::HashMap, sync::LazyLock};

use sea_orm::prelude::ColumnTrait;

use super::{apart::Apart, event};
use crate::{
    analytics::{End, Key, Measure, Path, Way},
    query::{
        catalog::{Cardinality, Catalog, Column, Table, screaming_case},
        scalar::Scalar,
    },
};

/// What a type says of itself.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    /// Columns by which rows are grouped.
    keys: Vec<usize>,
    /// Columns of people by whose bands rows are grouped.
    bands: Vec<usize>,
    /// Names, paths and descriptions of what is computed; a description of none is that of the column.
    measures: Vec<(String, String, &'static str)>,
    ratios: Vec<DeclaredRatio>,
    /// Names of what is not to be asked for any more, and what is instead.
    deprecated: Vec<(&'static str, &'static str)>,
    /// Names of what has no sense here, and why.
    refused: Vec<(&'static str, &'static str)>,
    /// A column of people, whom several rows may count, and the column by whose values rows do not.
    pub(super) overlapping: Option<(usize, usize)>,
    /// What is never added up, and across what.
    pub(super) apart: Apart,
}

#[derive(Debug)]
struct DeclaredRatio {
    name: &'static str,
    above: &'static str,
    below: &'static str,
    factor: i64,
    /// Whether rows count only where there are any of what is divided by.
    is_of_people: bool,
    description: &'static str,
}

/// What rows can be grouped by.
#[derive(Debug)]
pub(crate) struct Dimension {
    /// The name of the field of `key`.
    pub(crate) field: String,
    /// The name of the value of `by`.
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) key: Key,
    pub(crate) shows: Shows,
}

/// What the value of a key is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shows {
    /// A row.
    Row(&'static Table),
    /// The value of a column.
    Column(&'static Column),
    /// A year.
    Year,
    /// A day: of a month or a quarter, its first.
    Day,
    /// A band of population.
    Band,
    /// A number of years.
    Years,
    /// Whether something is so.
    Truth,
}

/// What can be computed of rows.
#[derive(Debug)]
pub(crate) struct Computed {
    /// The name of the field.
    pub(crate) field: String,
    pub(crate) description: String,
    pub(crate) what: What,
    /// Whether it can be had in the dollars of another year.
    pub(crate) is_priced: bool,
    /// What to ask for instead, where this goes.
    pub(crate) deprecated: Option<&'static str>,
    /// Why it is not answered, where it has no sense.
    pub(crate) refused: Option<&'static str>,
}

/// What is computed.
#[derive(Debug)]
pub(crate) enum What {
    /// A number of rows.
    Count(Measure),
    /// Statistics of numbers.
    Statistics(Measure, Unit),
    /// The quotient of two sums, over the rows where both are known; of people, where there are any.
    Ratio { above: Measure, below: Measure, factor: (i64, i64), is_of_people: bool },
}

/// The unit of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Dollars,
    Officers,
    Hours,
    Whole,
}

impl Unit {
    pub(crate) const ALL: [Self; 4] = [Self::Dollars, Self::Officers, Self::Hours, Self::Whole];

    /// The unit of a column of a type.
    fn of(type_name: &str) -> Self {
        match type_name {
            "Dollars" => Self::Dollars,
            "Officers" => Self::Officers,
            "Hours" => Self::Hours,
            _ => Self::Whole,
        }
    }

    /// The GraphQL type of an exact number of this unit.
    pub(crate) fn scalar_name(self) -> &'static str {
        match self {
            Self::Dollars => "Dollars",
            Self::Officers => "Officers",
            Self::Hours => "Hours",
            Self::Whole => "BigInt",
        }
    }

    /// The decimals of an exact number of this unit.
    pub(crate) fn digits(self) -> u32 {
        match self {
            Self::Dollars => 2,
            Self::Officers | Self::Hours => 1,
            Self::Whole => 0,
        }
    }

    /// The GraphQL type of the statistics.
    pub(crate) fn statistics_name(self) -> &'static str {
        match self {
            Self::Dollars => "DollarStats",
            Self::Officers => "OfficerStats",
            Self::Hours => "HourStats",
            Self::Whole => "IntStats",
        }
    }

    /// The unit in words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Dollars => "dollars",
            Self::Officers => "officers",
            Self::Hours => "hours",
            Self::Whole => "whole numbers",
        }
    }
}

/// The words of one table.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    pub(crate) dimensions: Vec<Dimension>,
    pub(crate) computed: Vec<Computed>,
}

impl Vocabulary {
    /// The words of a table. None where its rows are only listed.
    pub(crate) fn of(table: &Table) -> Option<&'static Self> {
        static ALL: LazyLock<HashMap<&str, Vocabulary>> = LazyLock::new(|| {
            let tables = Catalog::get().tables.iter();
            tables
                .filter(|table| !table.declared.keys.is_empty())
                .map(|table| (table.name, Vocabulary::new(table)))
                .collect()
        });
        ALL.get(table.name)
    }

    fn new(table: &'static Table) -> Self {
        let mut dimensions = Vec::new();
        collect_dimensions(table, table, &[], &mut dimensions);
        dimensions.extend(event::dimensions(table));
        Self { dimensions, computed: computed(table) }
    }

    /// What a field of the measures is.
    pub(crate) fn computed(&self, field: &str) -> Option<&Computed> {
        self.computed.iter().find(|computed| computed.field == field)
    }
}

impl Table {
    /// Lets rows be grouped by columns.
    pub(crate) fn keys<C: ColumnTrait>(mut self, columns: &[C]) -> Self {
        let columns = columns.iter().map(|column| self.column_index(column.as_str()));
        self.declared.keys = columns.collect();
        self
    }

    /// Lets rows be grouped by the band of population that a column falls into.
    pub(crate) fn banded<C: ColumnTrait>(mut self, column: C) -> Self {
        let column = self.column_index(column.as_str());
        self.declared.bands.push(column);
        self
    }

    /// Says that rows count the same people in a column, unless they are of one kind.
    pub(crate) fn overlapping<C: ColumnTrait>(mut self, people: C, kind: C) -> Self {
        let columns = [people, kind].map(|column| self.column_index(column.as_str()));
        self.declared.overlapping = Some(columns.into());
        self
    }

    /// Lets columns be added up.
    pub(crate) fn sums<C: ColumnTrait>(mut self, columns: &[C]) -> Self {
        for column in columns {
            let column = &self.columns[self.column_index(column.as_str())];
            let field = column.field.clone().expect("what is added up is visible");
            self.declared.measures.push((field.clone(), field, ""));
        }
        self
    }

    /// Lets something else be computed: distinct related rows, or numbers of related rows, by their path
    /// as [`Measure::parse`] reads it.
    pub(crate) fn measure(
        mut self,
        name: &'static str,
        path: &'static str,
        description: &'static str,
    ) -> Self {
        self.declared.measures.push((name.to_owned(), path.to_owned(), description));
        self
    }

    /// Says that a measure goes, and what to ask for instead.
    pub(crate) fn deprecated(mut self, name: &'static str, instead: &'static str) -> Self {
        self.declared.deprecated.push((name, instead));
        self
    }

    /// Says that a measure, which goes, is not answered any more, and why.
    pub(crate) fn refused(mut self, name: &'static str, reason: &'static str) -> Self {
        self.declared.refused.push((name, reason));
        self.deprecated(name, reason)
    }

    /// Lets one sum be divided by another, and the quotient be multiplied.
    pub(crate) fn ratio(
        mut self,
        name: &'static str,
        (above, below): (&'static str, &'static str),
        factor: i64,
        description: &'static str,
    ) -> Self {
        let is_of_people = false;
        let ratio = DeclaredRatio { name, above, below, factor, is_of_people, description };
        self.declared.ratios.push(ratio);
        self
    }

    /// The same of people: where there are none, others count them, and there is nothing to divide by.
    pub(crate) fn ratio_of_people(
        mut self,
        name: &'static str,
        sides: (&'static str, &'static str),
        factor: i64,
        description: &'static str,
    ) -> Self {
        self = self.ratio(name, sides, factor, description);
        if let Some(ratio) = self.declared.ratios.last_mut() {
            ratio.is_of_people = true;
        }
        self
    }
}

/// Adds what rows can be grouped by at the end of a path of relations.
fn collect_dimensions(
    root: &'static Table,
    table: &'static Table,
    path: &[&'static str],
    dimensions: &mut Vec<Dimension>,
) {
    let mut add = |names: &str, part: &str, shows, description: &str| {
        let mut names: Vec<&str> = path.iter().copied().chain([names]).collect();
        let key = format!("{}{part}", names.join("."));
        let key = Key::of(root, &key).expect("a type declares keys of its own");
        names.extend(part.strip_prefix(':'));
        let field = camel(&names);
        let description = match path {
            [] => description.to_owned(),
            path => format!("Of the `{}`: {description}", path.join(".")),
        };
        dimensions.push(Dimension { name: screaming_case(&field), field, description, key, shows });
    };
    for index in &table.declared.keys {
        let column = &table.columns[*index];
        let field = column.field.as_deref().expect("a key is visible");
        add(field, "", Shows::Column(column), &column.description);
        if column.kind.scalar == Scalar::Date {
            let of = |what: &str| format!("{what} of `{field}`: {}", column.description);
            add(field, ":year", Shows::Year, &of("The calendar year"));
            let quarter = "The calendar quarter, as its first day,";
            add(field, ":quarter", Shows::Day, &of(quarter));
            add(field, ":month", Shows::Day, &of("The calendar month, as its first day,"));
            let year = "The federal fiscal year (it begins in October of the year before)";
            add(field, ":fiscalYear", Shows::Year, &of(year));
        }
    }
    for index in &table.declared.bands {
        let column = &table.columns[*index];
        let field = column.field.as_deref().expect("a key is visible");
        let description = format!("The band of `{field}`: {}", column.description);
        add(field, ":band", Shows::Band, &description);
    }
    for relation in &table.relations {
        if relation.cardinality == Cardinality::Many || !relation.orders {
            continue;
        }
        let other = Catalog::get().table(relation.table);
        add(relation.field, "", Shows::Row(other), relation.description);
    }
    for relation in &table.relations {
        if relation.cardinality == Cardinality::Many || !relation.orders {
            continue;
        }
        let path: Vec<_> = path.iter().copied().chain([relation.field]).collect();
        collect_dimensions(root, Catalog::get().table(relation.table), &path, dimensions);
    }
}

/// Names with points between them as one name.
fn camel(names: &[&str]) -> String {
    let mut out = String::new();
    for name in names {
        let mut letters = name.chars();
        match letters.next() {
            Some(first) if !out.is_empty() => out.push(first.to_ascii_uppercase()),
            Some(first) => out.push(first),
            None => {}
        }
        out.push_str(letters.as_str());
    }
    out
}

fn computed(table: &'static Table) -> Vec<Computed> {
    let measure =
        |path: &str| Measure::of(table, path).expect("a type declares measures of its own");
    let mut all = vec![Computed {
        field: "count".to_owned(),
        description: "The number of rows.".to_owned(),
        what: What::Count(Measure::Rows),
        is_priced: false,
        deprecated: None,
        refused: None,
    }];
    for (name, path, description) in &table.declared.measures {
        let measure = measure(path);
        let (what, own, is_priced) = match &measure {
            Measure::Rows | Measure::Distinct(_) => (What::Count(measure), "", false),
            Measure::Numbers(Way(way), _) => {
                let (unit, own, is_priced) = unit(table, way);
                (What::Statistics(measure, unit), own, is_priced)
            }
        };
        let description = if description.is_empty() { own } else { description };
        let description = description.to_owned();
        let (deprecated, refused) = (None, None);
        let field = name.clone();
        all.push(Computed { field, description, what, is_priced, deprecated, refused });
    }
    for ratio in &table.declared.ratios {
        let (above, below) = (measure(ratio.above), measure(ratio.below));
        let (Measure::Numbers(Way(up), _), Measure::Numbers(Way(down), _)) = (&above, &below)
        else {
            unreachable!("a ratio is one of numbers");
        };
        let ((upper, _, is_priced), (lower, ..)) = (unit(table, up), unit(table, down));
        let factor = (ratio.factor * 10_i64.pow(lower.digits()), 10_i64.pow(upper.digits()));
        let is_of_people = ratio.is_of_people;
        let (above, below) = above.sides(below);
        all.push(Computed {
            field: ratio.name.to_owned(),
            description: ratio.description.to_owned(),
            what: What::Ratio { above, below, factor, is_of_people },
            is_priced,
            deprecated: None,
            refused: None,
        });
    }
    for computed in &mut all {
        let said = |all: &[(&'static str, &'static str)]| {
            all.iter().find(|(name, _)| *name == computed.field).map(|(_, text)| *text)
        };
        let (deprecated, refused) =
            (said(&table.declared.deprecated), said(&table.declared.refused));
        (computed.deprecated, computed.refused) = (deprecated, refused);
    }
    all
}

/// The unit of the numbers that a path ends in, what their column says of itself, and whether their
/// years are known.
fn unit(table: &'static Table, path: &Path) -> (Unit, &'static str, bool) {
    let amounts = path.amounts(table);
    match path.end {
        End::Column(column)
        | End::Children { column: Some(column), .. }
        | End::Beside { column, .. } => {
            let column = &amounts.columns[column];
            let unit = Unit::of(&column.type_name);
            let is_priced = unit == Unit::Dollars && amounts.priced_by.is_some();
            (unit, &column.description, is_priced)
        }
        End::Row | End::Children { column: None, .. } => (Unit::Whole, "", false),
    }
}
