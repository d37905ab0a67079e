//! The names of aggregates: the group keys and measures of a table.
//!
//! A type declares a few of its own (in `graphql/`, with [`Table::keys`], [`Table::sums`] and similar functions). The
//! rest is derived: a date also provides its year, quarter, month and fiscal year, and rows can be grouped by all
//! keys of the rows that they refer to, at any depth.

use super::{
    key::{BANDS, End, Key, Measure, Path, Way},
    scalar::Scalar,
    table::{Cardinality, Column, Table, screaming_case},
};

/// A group key.
#[derive(Debug)]
pub(crate) struct Dimension {
    /// The name of the field in `key`.
    pub(crate) field: String,
    /// The name of the enum value in `by`.
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) key: Key,
    pub(crate) shows: Shows,
}

/// The kinds of values of keys.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shows {
    /// A row.
    Row(&'static Table),
    /// The value of a column.
    Column(&'static Column),
    /// A year.
    Year,
    /// A day; for a month or a quarter, its first day.
    Day,
    /// A band of population.
    Band,
    /// A number of years.
    Years,
    /// True or false.
    Truth,
}

/// A measure of rows.
#[derive(Debug)]
pub(crate) struct ComputedMeasure {
    /// The name of the field.
    pub(crate) field: String,
    pub(crate) description: String,
    pub(crate) what: What,
    /// Whether it can be converted to the dollars of another year.
    pub(crate) is_priced: bool,
    /// The replacement, if the measure is deprecated.
    pub(crate) deprecated: Option<&'static str>,
    /// The reason for refusing it, if it makes no sense.
    pub(crate) refused: Option<&'static str>,
}

/// The kinds of measures.
#[derive(Debug)]
pub(crate) enum What {
    /// A number of rows.
    Count(Measure),
    /// Statistics of numbers.
    Statistics(Measure, Unit),
    /// The quotient of two sums, over the rows where both are known; for people, also only where the denominator is
    /// not 0.
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

    /// The GraphQL type of a bin of a histogram.
    pub(crate) fn bin_name(self) -> &'static str {
        match self {
            Self::Dollars => "DollarBin",
            Self::Officers => "OfficerBin",
            Self::Hours => "HourBin",
            Self::Whole => "IntBin",
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

    /// The type and description of a statistic.
    pub(crate) fn statistic_type(self, name: &str) -> (String, String) {
        let exact = self.scalar_name().to_owned();
        let real = || "Float".to_owned();
        let none = "Null if no value is known.";
        let units = self.words();
        match name {
            "known" => ("Int!".to_owned(), "The number of known values.".to_owned()),
            "missing" => ("Int!".to_owned(), "The number of unknown values.".to_owned()),
            "distinct" => ("Int!".to_owned(), "The number of different known values.".to_owned()),
            "mode" => {
                (exact, format!("The most frequent value, or the smallest of several. {none}"))
            }
            "sum" => (exact, format!("The exact sum. {none}")),
            "avg" => (
                real(),
                format!("The mean: the exact sum divided by the number of known values. {none}"),
            ),
            "min" => (exact, format!("The smallest value. {none}")),
            "max" => (exact, format!("The greatest value. {none}")),
            "median" => (
                real(),
                format!(
                    "The median. For an even number of values, the mean of the two in the middle. {none}"
                ),
            ),
            "percentile" => (
                real(),
                format!(
                    "The continuous percentile: the value at position `p * (known - 1)` of the sorted values, with \
                     linear interpolation. {none}"
                ),
            ),
            "stddev" => (
                real(),
                format!(
                    "The sample standard deviation, in {units}. Null for fewer than two known values."
                ),
            ),
            _ => (
                real(),
                format!(
                    "The sample variance, in {units} squared. Null for fewer than two known values."
                ),
            ),
        }
    }
}

impl ComputedMeasure {
    /// The type and description of the measure.
    pub(crate) fn type_name(&self) -> (String, String) {
        let about = &self.description;
        match &self.what {
            What::Count(_) => ("Int!".to_owned(), about.clone()),
            What::Statistics(_, unit) => (format!("{}!", unit.statistics_name()), about.clone()),
            What::Ratio { .. } => {
                ("Float".to_owned(), format!("{about} Null if there is nothing to divide by."))
            }
        }
    }
}

/// The name of a band of population, given its lower limit.
pub(crate) fn band_name(first: i64) -> String {
    match first {
        0 => format!("UNDER_{}", BANDS[1]),
        first => format!("FROM_{first}"),
    }
}

/// The group keys and measures of one table.
#[derive(Debug)]
pub(crate) struct MeasureCatalog {
    pub(crate) dimensions: Vec<Dimension>,
    pub(crate) computed: Vec<ComputedMeasure>,
    /// The days between two dates of a row; `None` if it has fewer than two.
    pub(crate) days: Option<DaysBetween>,
}

/// The measure of the days from one date of a row to another.
#[derive(Debug)]
pub(crate) struct DaysBetween {
    /// The date columns by their positions, and their names as enum values.
    pub(crate) columns: Vec<(usize, String)>,
    /// The measure.
    pub(crate) computed: ComputedMeasure,
}

impl DaysBetween {
    fn of(table: &'static Table) -> Option<Self> {
        let visible = table.columns.iter().enumerate().filter_map(|(index, column)| {
            let field = column.field.as_deref()?;
            (column.kind.scalar == Scalar::Date).then(|| (index, screaming_case(field)))
        });
        let columns: Vec<_> = visible.collect();
        let [(from, _), (to, _), ..] = columns.as_slice() else { return None };
        let computed = ComputedMeasure {
            field: "days".to_owned(),
            description:
                "The days from one date of each row to another. Negative if the second date comes first; unknown if \
                 either date is unknown."
                    .to_owned(),
            what: What::Statistics(Measure::days(*from, *to), Unit::Whole),
            is_priced: false,
            deprecated: None,
            refused: None,
        };
        Some(Self { columns, computed })
    }

    /// The column with a name.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().find(|(_, of)| of == name).map(|(column, _)| *column)
    }
}

impl MeasureCatalog {
    /// The group keys and measures of a table. `None` if its rows can only be listed.
    pub(super) fn of(table: &'static Table) -> Option<Self> {
        if table.declared.keys.is_empty() {
            return None;
        }
        let mut dimensions = Vec::new();
        collect_dimensions(table, table, &[], &mut dimensions);
        dimensions.extend(of_event(table));
        Some(Self { dimensions, computed: computed(table), days: DaysBetween::of(table) })
    }

    /// The measure of a field.
    pub(crate) fn computed(&self, field: &str) -> Option<&ComputedMeasure> {
        self.computed.iter().find(|computed| computed.field == field)
    }
}

/// Adds the group keys at the end of a path of relations.
fn collect_dimensions(
    root: &'static Table,
    table: &'static Table,
    path: &[&'static str],
    dimensions: &mut Vec<Dimension>,
) {
    let mut add = |names: &str, part: &str, shows, description: &str| {
        let mut names: Vec<&str> = path.iter().copied().chain([names]).collect();
        let key = format!("{}{part}", names.join("."));
        let key = Key::parse(root, &key).expect("a type declares keys of its own");
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
            let year = "The federal fiscal year (which begins in October of the previous year)";
            add(field, ":fiscalYear", Shows::Year, &of(year));
        }
        if column.kind.scalar == Scalar::Date || table.declared.years.contains(index) {
            let of = format!("The decade of `{field}`, as its first year: {}", column.description);
            add(field, ":decade", Shows::Year, &of);
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
        let other = relation.other();
        add(relation.field, "", Shows::Row(other), relation.description);
    }
    for relation in &table.relations {
        if relation.cardinality == Cardinality::Many || !relation.orders {
            continue;
        }
        let path: Vec<_> = path.iter().copied().chain([relation.field]).collect();
        collect_dimensions(root, relation.other(), &path, dimensions);
    }
}

/// The group keys for the event of the rows' subjects.
fn of_event(table: &'static Table) -> Vec<Dimension> {
    let Some(event) = &table.event else { return Vec::new() };
    let year = table.columns[table.column_index(event.years[0])].field.as_deref();
    let year = year.expect("the year of an event is visible");
    [
        (event.since, format!("{year}:since"), Shows::Years),
        (event.ever, format!("{}:ever", event.subject), Shows::Truth),
    ]
    .into_iter()
    .map(|((field, description), key, shows)| Dimension {
        field: field.to_owned(),
        name: screaming_case(field),
        description: description.to_owned(),
        key: Key::parse(table, &key).expect("an event is declared with columns of the table"),
        shows,
    })
    .collect()
}

/// Joins several names into one camelCase name.
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

fn computed(table: &'static Table) -> Vec<ComputedMeasure> {
    let measure =
        |path: &str| Measure::parse(table, path).expect("a type declares measures of its own");
    let mut all = vec![ComputedMeasure {
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
        all.push(ComputedMeasure { field, description, what, is_priced, deprecated, refused });
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
        all.push(ComputedMeasure {
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

/// The unit of the numbers at the end of a path, the description of their column, and whether their year is known.
fn unit(table: &'static Table, path: &Path) -> (Unit, &'static str, bool) {
    let amounts = path.amounts(table);
    match path.end {
        End::Column(column)
        | End::Children { column: Some(column), .. }
        | End::Grandchildren { column: Some(column), .. }
        | End::Beside { column, .. } => {
            let column = &amounts.columns[column];
            let unit = Unit::of(&column.type_name);
            let is_priced = unit == Unit::Dollars && amounts.priced_by.is_some();
            (unit, &column.description, is_priced)
        }
        End::Row
        | End::Days { .. }
        | End::Children { column: None, .. }
        | End::Grandchildren { column: None, .. } => (Unit::Whole, "", false),
    }
}
