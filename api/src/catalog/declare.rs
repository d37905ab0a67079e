//! How a type declares its table: what leads from a row, what names one, what rows are grouped by and what is
//! computed of them.
//!
//! ```ignore
//! table_of::<officers_funded::Entity>("officersFunded", "officersFunded")
//!     .one("grant", Relation::Grant, "The award that funds them.")
//!     .keys(&[Column::Kind])
//!     .sums(&[Column::Requested, Column::Funded])
//!     .ratio("hiredRate", ("hired", "funded"), 1, "Officers hired for each officer funded.")
//! ```
//!
//! A column is named by its entity, so the compiler knows whether it is there; what is named by a text is looked up
//! when the catalog is made, and a name that leads nowhere stops the program at its start.

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
    /// Adds a field that is the one row which a relation of the entity leads to.
    ///
    /// # Panics
    /// Where the relation is that of another entity.
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

    /// Says of the relation that was added last that lists are not ordered or grouped by the row that it leads to.
    pub(crate) fn aside(mut self) -> Self {
        if let Some(relation) = self.relations.last_mut() {
            relation.orders = false;
        }
        self
    }

    /// Adds a list of the rows of another table whose relation leads here, and says what it means that there are none.
    ///
    /// # Panics
    /// Where the relation leads elsewhere.
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

    /// Adds a field that is one of several to-one relations.
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

    /// Adds a way to name one row: an argument, and the unique columns it may stand in.
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

    /// Says which key tells of which year the amounts of a row are.
    pub(crate) fn priced_by(mut self, key: &'static str) -> Self {
        self.priced_by = Some(key);
        self
    }

    /// Says where rows are: the columns of the degrees north and east.
    pub(crate) fn located<C: ColumnTrait>(mut self, latitude: C, longitude: C) -> Self {
        let [latitude, longitude] =
            [latitude, longitude].map(|column| self.column_index(column.as_str()));
        self.location = Some(Location { latitude, longitude });
        self
    }

    /// Says what first happens to those whom its rows are of.
    pub(crate) fn event(mut self, event: FirstEvent) -> Self {
        self.event = Some(event);
        self
    }

    /// Shows a column that the entity does not, under another name.
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

    /// Shows a text column as the list that it holds.
    pub(crate) fn list<C: ColumnTrait>(mut self, column: C) -> Self {
        let column = self.column_index(column.as_str());
        self.columns[column].kind = ColumnKind::new(Scalar::TextList, &sea_orm::ColumnType::Text);
        self
    }

    /// Adds the relations that every row of data has: its source and the load that brought it.
    pub(crate) fn provenance<R: RelationTrait>(self, source: R, revision: R) -> Self {
        self.one("source", source, "Where the row came from.").one(
            "revision",
            revision,
            "The load that brought the row, or changed it last.",
        )
    }
}

impl Table {
    /// Lets rows be grouped by columns.
    pub(crate) fn keys<C: ColumnTrait>(mut self, columns: &[C]) -> Self {
        let columns = columns.iter().map(|column| self.column_index(column.as_str()));
        self.declared.keys = columns.collect();
        self
    }

    /// Says that columns hold years.
    pub(crate) fn years<C: ColumnTrait>(mut self, columns: &[C]) -> Self {
        let columns = columns.iter().map(|column| self.column_index(column.as_str()));
        self.declared.years = columns.collect();
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
    /// as [`Measure::parse`](super::key::Measure::parse) reads it.
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

    /// Says that columns are never added up across the values of another column, which references may imply; and what
    /// to do instead, for whoever tries.
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
