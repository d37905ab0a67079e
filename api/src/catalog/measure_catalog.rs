//! The words of aggregates: what the rows of a table can be grouped by, and what can be computed of them.
//!
//! A type declares a few of its own (in `graphql/`, by [`Table::keys`], [`Table::sums`] and their kin). The
//! rest follows: a date is also its year, quarter, month and fiscal year, and a row can be grouped by
//! whatever the rows that it refers to can be grouped by, at any depth.

use super::{
    key::{BANDS, End, Key, Measure, Path, Way},
    scalar::Scalar,
    table::{Cardinality, Column, Table, screaming_case},
};

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
pub(crate) struct ComputedMeasure {
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

    /// The type and the description of a statistic.
    pub(crate) fn statistic_type(self, name: &str) -> (String, String) {
        let exact = self.scalar_name().to_owned();
        let real = || "Float".to_owned();
        let none = "Null where no value is known.";
        let units = self.words();
        match name {
            "known" => ("Int!".to_owned(), "How many values are known.".to_owned()),
            "missing" => ("Int!".to_owned(), "How many values are unknown.".to_owned()),
            "distinct" => ("Int!".to_owned(), "How many different values are known.".to_owned()),
            "mode" => {
                (exact, format!("The most frequent value: the least of several that are. {none}"))
            }
            "sum" => (exact, format!("The exact sum. {none}")),
            "avg" => {
                (real(), format!("The mean: the exact sum by the number of values known. {none}"))
            }
            "min" => (exact, format!("The least value. {none}")),
            "max" => (exact, format!("The greatest value. {none}")),
            "median" => (
                real(),
                format!(
                    "The median: of an even number of values the mean of the two in the middle. {none}"
                ),
            ),
            "percentile" => (
                real(),
                format!(
                    "The continuous percentile: at place `p * (known - 1)` of the values in order, and linear between two of them. {none}"
                ),
            ),
            "stddev" => (
                real(),
                format!(
                    "The standard deviation of a sample, in {units}. Null below two known values."
                ),
            ),
            _ => (
                real(),
                format!(
                    "The variance of a sample, in {units} squared. Null below two known values."
                ),
            ),
        }
    }
}

impl ComputedMeasure {
    /// The type and the description of what is computed.
    pub(crate) fn type_name(&self) -> (String, String) {
        let about = &self.description;
        match &self.what {
            What::Count(_) => ("Int!".to_owned(), about.clone()),
            What::Statistics(_, unit) => (format!("{}!", unit.statistics_name()), about.clone()),
            What::Ratio { .. } => {
                ("Float".to_owned(), format!("{about} Null where there is nothing to divide by."))
            }
        }
    }
}

/// The name of a band of population, by its first number.
pub(crate) fn band_name(first: i64) -> String {
    match first {
        0 => format!("UNDER_{}", BANDS[1]),
        first => format!("FROM_{first}"),
    }
}

/// The words of one table.
#[derive(Debug)]
pub(crate) struct MeasureCatalog {
    pub(crate) dimensions: Vec<Dimension>,
    pub(crate) computed: Vec<ComputedMeasure>,
    /// The days between two of a row's; none where it has not two.
    pub(crate) days: Option<DaysBetween>,
}

/// What is computed of the days from one day of a row to another.
#[derive(Debug)]
pub(crate) struct DaysBetween {
    /// The columns of days, by their positions, and their names as values of an enum.
    pub(crate) columns: Vec<(usize, String)>,
    /// What it says of itself.
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
                "The days from one day of each row to another: negative where the other comes \
                          first, and unknown where one of them is."
                    .to_owned(),
            what: What::Statistics(Measure::days(*from, *to), Unit::Whole),
            is_priced: false,
            deprecated: None,
            refused: None,
        };
        Some(Self { columns, computed })
    }

    /// The column of a name.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().find(|(_, of)| of == name).map(|(column, _)| *column)
    }
}

impl MeasureCatalog {
    /// The words of a table. None where its rows are only listed.
    pub(super) fn of(table: &'static Table) -> Option<Self> {
        if table.declared.keys.is_empty() {
            return None;
        }
        let mut dimensions = Vec::new();
        collect_dimensions(table, table, &[], &mut dimensions);
        dimensions.extend(of_event(table));
        Some(Self { dimensions, computed: computed(table), days: DaysBetween::of(table) })
    }

    /// What a field of the measures is.
    pub(crate) fn computed(&self, field: &str) -> Option<&ComputedMeasure> {
        self.computed.iter().find(|computed| computed.field == field)
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
            let year = "The federal fiscal year (it begins in October of the year before)";
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

/// What the rows of a table can be grouped by because of what happens to those whom they are of.
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

/// The unit of the numbers that a path ends in, what their column says of itself, and whether their
/// years are known.
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
