//! The functions with which a type declares its table: relations, natural keys, group keys and measures.
//!
//! ```ignore
//! table_of::<officers_funded::Entity>("officersFunded", "officersFunded")
//!     .one("grant", Relation::Grant, "The award that funds them.")
//!     .keys(&[Column::Kind])
//!     .sums(&[Column::Requested, Column::Funded])
//!     .ratio("hiredRate", ("hired", "funded"), 1, "Officers hired for each officer funded.")
//! ```
//!
//! The entity defines the columns, so the compiler checks their names. Names given as text are looked up when the
//! catalog is built; an unknown name stops the program at startup.

use std::sync::OnceLock;

use entity::table::reference;
use sea_orm::{ColumnTrait, IdenStatic, RelationTrait};

use super::{
    declared::{Across, DeclaredRatio, FirstEvent},
    place::Location,
    scalar::{ColumnKind, Scalar},
    table::{Cardinality, Childless, NaturalKey, Relation, Table, Union, leak},
};

impl Table {
    /// Adds a field for the one row that a relation of the entity leads to.
    ///
    /// # Panics
    /// If the relation belongs to another entity.
    #[expect(clippy::needless_pass_by_value, reason = "a relation is named, not kept")]
    pub(crate) fn one(
        mut self,
        field: &'static str,
        relation: impl RelationTrait,
        description: &'static str,
    ) -> Self {
        let reference = reference(&relation.def());
        assert!(
            reference.from == self.name,
            "{}.{field}: this relation leads from {}",
            self.name,
            reference.from
        );
        self.relations.push(Relation {
            field,
            description,
            cardinality: Cardinality::One,
            nullable: self.columns[self.column_index(&reference.column)].nullable,
            table: leak(&reference.table),
            from: leak(&reference.column),
            to: leak(&reference.to),
            orders: !matches!(field, "source" | "revision"),
            childless: Childless::Unknown,
            other: OnceLock::new(),
        });
        self
    }

    /// Excludes the relation added last from the orders and group keys of lists.
    pub(crate) fn aside(mut self) -> Self {
        if let Some(relation) = self.relations.last_mut() {
            relation.orders = false;
        }
        self
    }

    /// Adds a list of the rows of another table whose relation leads here, and defines what a row without such rows
    /// means.
    ///
    /// # Panics
    /// If the relation leads elsewhere.
    #[expect(clippy::needless_pass_by_value, reason = "a relation is named, not kept")]
    pub(crate) fn many(
        mut self,
        field: &'static str,
        relation: impl RelationTrait,
        childless: Childless,
        description: &'static str,
    ) -> Self {
        let reference = reference(&relation.def());
        assert!(
            reference.table == self.name,
            "{}.{field}: this relation leads to {}",
            self.name,
            reference.table
        );
        self.relations.push(Relation {
            field,
            description,
            cardinality: Cardinality::Many,
            table: leak(&reference.from),
            from: leak(&reference.to),
            to: leak(&reference.column),
            nullable: false,
            orders: false,
            childless,
            other: OnceLock::new(),
        });
        self
    }

    /// Adds a union field over several to-one relations.
    pub(crate) fn union(
        mut self,
        field: &'static str,
        type_name: &'static str,
        arms: &'static [&'static str],
        description: &'static str,
    ) -> Self {
        self.unions.push(Union { field, type_name, description, arms });
        self
    }

    /// Adds a natural key: an argument, and the unique columns to look it up in.
    pub(crate) fn named_by<C: ColumnTrait>(
        mut self,
        argument: &'static str,
        type_name: &'static str,
        columns: &[C],
        normalise: fn(&str) -> String,
        description: &'static str,
    ) -> Self {
        let columns = columns.iter().map(IdenStatic::as_str).collect();
        self.natural_keys.push(NaturalKey { argument, description, type_name, columns, normalise });
        self
    }

    /// Sets the key for the year of a row's amounts.
    pub(crate) fn priced_by(mut self, key: &'static str) -> Self {
        self.priced_by = Some(key);
        self
    }

    /// Sets the columns with the location of rows, in degrees north and east.
    pub(crate) fn located<C: ColumnTrait>(mut self, latitude: C, longitude: C) -> Self {
        let [latitude, longitude] =
            [latitude, longitude].map(|column| self.column_index(column.as_str()));
        self.location = Some(Location { latitude, longitude });
        self
    }

    /// Sets the event of the subjects of its rows.
    pub(crate) fn event(mut self, event: FirstEvent) -> Self {
        self.event = Some(event);
        self
    }

    /// Shows a column that the entity hides, under another name.
    pub(crate) fn shows<C: ColumnTrait>(
        mut self,
        column: C,
        field: &str,
        type_name: &str,
        description: &str,
    ) -> Self {
        let index = self.column_index(column.as_str());
        let column = &mut self.columns[index];
        column.field = Some(field.to_owned());
        type_name.clone_into(&mut column.type_name);
        description.clone_into(&mut column.description);
        self
    }

    /// Shows a text column as a list.
    pub(crate) fn list<C: ColumnTrait>(mut self, column: C) -> Self {
        let column = self.column_index(column.as_str());
        self.columns[column].kind = ColumnKind::new(Scalar::TextList, &sea_orm::ColumnType::Text);
        self
    }

    /// Adds the relations that every row of data has: its source and its load.
    pub(crate) fn provenance<R: RelationTrait>(self, source: R, revision: R) -> Self {
        self.one("source", source, "The source of the row.").one(
            "revision",
            revision,
            "The load that added the row or last changed it.",
        )
    }
}

impl Table {
    /// Sets the columns that rows can be grouped by.
    pub(crate) fn keys<C: ColumnTrait>(mut self, columns: &[C]) -> Self {
        let columns = columns.iter().map(|column| self.column_index(column.as_str()));
        self.declared.keys = columns.collect();
        self
    }

    /// Sets the columns that hold years.
    pub(crate) fn years<C: ColumnTrait>(mut self, columns: &[C]) -> Self {
        let columns = columns.iter().map(|column| self.column_index(column.as_str()));
        self.declared.years = columns.collect();
        self
    }

    /// Allows grouping by the population band of a column.
    pub(crate) fn banded<C: ColumnTrait>(mut self, column: C) -> Self {
        let column = self.column_index(column.as_str());
        self.declared.bands.push(column);
        self
    }

    /// Declares that rows may count the same people in a column, unless they are of the same kind.
    pub(crate) fn overlapping<C: ColumnTrait>(mut self, people: C, kind: C) -> Self {
        let columns = [people, kind].map(|column| self.column_index(column.as_str()));
        self.declared.overlapping = Some(columns.into());
        self
    }

    /// Adds measures for columns.
    pub(crate) fn sums<C: ColumnTrait>(mut self, columns: &[C]) -> Self {
        for column in columns {
            let column = &self.columns[self.column_index(column.as_str())];
            let field = column.field.clone().expect("what is added up is visible");
            self.declared.measures.push((field.clone(), field, ""));
        }
        self
    }

    /// Adds another measure: distinct related rows, or numbers of related rows, by their path for
    /// [`Measure::parse`](super::key::Measure::parse).
    pub(crate) fn measure(
        mut self,
        name: &'static str,
        path: &'static str,
        description: &'static str,
    ) -> Self {
        self.declared.measures.push((name.to_owned(), path.to_owned(), description));
        self
    }

    /// Deprecates a measure and names its replacement.
    pub(crate) fn deprecated(mut self, name: &'static str, instead: &'static str) -> Self {
        self.declared.deprecated.push((name, instead));
        self
    }

    /// Deprecates a measure that is no longer answered, with the reason.
    pub(crate) fn refused(mut self, name: &'static str, reason: &'static str) -> Self {
        self.declared.refused.push((name, reason));
        self.deprecated(name, reason)
    }

    /// Adds the quotient of two sums, multiplied by a factor.
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

    /// Adds a quotient with people as the denominator. Rows with 0 people do not count, because others count their
    /// people.
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

    /// Declares that columns must not be added up across the values of another column, which foreign keys may imply,
    /// with an error text that says what to do instead.
    pub(crate) fn never_added<C: ColumnTrait>(
        mut self,
        columns: &[C],
        across: C,
        implied_by: &'static [&'static str],
        words: &'static str,
    ) -> Self {
        let columns = columns.iter().map(|column| self.column_index(column.as_str()));
        self.declared.never_added.columns = columns.collect();
        self.declared.never_added.across.push(Across {
            column: across.as_str(),
            implied_by,
            words,
        });
        self
    }
}
