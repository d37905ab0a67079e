//! All tables as described by their entities: columns and references.
//!
//! Code that handles every table (removing a dataset, rebuilding indexes, comparing with the migrations) uses
//! [`tables`], so a new table only has to be added to that list.

use sea_orm::{
    ColumnDef, ColumnTrait, EntityTrait, IdenStatic, Identity, Iterable, RelationDef,
    RelationTrait, sea_query::TableRef,
};

use crate::{
    agency, claim, commit_mark, congressional_district, counter, county, grant, measure,
    obligation, officers_funded, organization, outcome, partnership, price_index, program,
    publication, published_figure, review, revision, source, state_population, table_load, trainee,
    training, training_session, us_state,
};

/// A table as described by its entity.
#[derive(Clone, Debug)]
pub struct EntityTable {
    /// The name in the database.
    pub name: &'static str,
    /// The columns, by their names.
    pub columns: Vec<(&'static str, ColumnDef)>,
    /// The references of its rows to other tables.
    pub references: Vec<Reference>,
}

impl EntityTable {
    fn of<E: EntityTrait>() -> Self {
        let columns = E::Column::iter().map(|column| (column.as_str(), column.def()));
        let references = E::Relation::iter().map(|relation| reference(&relation.def()));
        let name = E::default().table_name().to_owned().leak();
        Self { name, columns: columns.collect(), references: references.collect() }
    }

    /// Whether earlier states of its rows are kept when loads change or remove them. `table_loads` needs none: its
    /// rows never change.
    #[must_use]
    pub fn has_history(&self) -> bool {
        self.has("revision_id") && self.name != "table_loads"
    }

    /// The name of its history table.
    #[must_use]
    pub fn history(&self) -> String {
        history(self.name)
    }

    /// Whether the table has this column.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|(name, _)| *name == column)
    }
}

/// The name of the history table of a table.
#[must_use]
pub fn history(table: &str) -> String {
    format!("{table}_history")
}

/// Every table, ordered so that a table comes before the tables it refers to. Rows can be deleted in this order.
///
/// # Panics
/// If the references form a cycle.
#[must_use]
pub fn tables() -> Vec<EntityTable> {
    let mut left = vec![
        EntityTable::of::<agency::Entity>(),
        EntityTable::of::<claim::Entity>(),
        EntityTable::of::<commit_mark::Entity>(),
        EntityTable::of::<congressional_district::Entity>(),
        EntityTable::of::<counter::Entity>(),
        EntityTable::of::<county::Entity>(),
        EntityTable::of::<grant::Entity>(),
        EntityTable::of::<measure::Entity>(),
        EntityTable::of::<obligation::Entity>(),
        EntityTable::of::<officers_funded::Entity>(),
        EntityTable::of::<organization::Entity>(),
        EntityTable::of::<outcome::Entity>(),
        EntityTable::of::<partnership::Entity>(),
        EntityTable::of::<price_index::Entity>(),
        EntityTable::of::<program::Entity>(),
        EntityTable::of::<publication::Entity>(),
        EntityTable::of::<published_figure::Entity>(),
        EntityTable::of::<review::Entity>(),
        EntityTable::of::<revision::Entity>(),
        EntityTable::of::<source::Entity>(),
        EntityTable::of::<state_population::Entity>(),
        EntityTable::of::<table_load::Entity>(),
        EntityTable::of::<trainee::Entity>(),
        EntityTable::of::<training::Entity>(),
        EntityTable::of::<training_session::Entity>(),
        EntityTable::of::<us_state::Entity>(),
    ];
    let mut sorted = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let is_free = |table: &EntityTable| {
            let refers =
                |other: &EntityTable| other.references.iter().any(|it| it.table == table.name);
            !left.iter().any(|other| other.name != table.name && refers(other))
        };
        let free =
            left.iter().position(is_free).expect("tables do not refer to each other in a circle");
        sorted.push(left.remove(free));
    }
    sorted
}

/// A column that refers to a row of another table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The table that has the column.
    pub from: String,
    /// The column.
    pub column: String,
    /// The other table.
    pub table: String,
    /// The column of the other table.
    pub to: String,
}

/// Converts a relation of an entity.
#[must_use]
pub fn reference(relation: &RelationDef) -> Reference {
    let name = |table: &TableRef| table.sea_orm_table().to_string();
    let column = |columns: &Identity| {
        columns.clone().into_iter().map(|column| column.to_string()).collect::<String>()
    };
    Reference {
        from: name(&relation.from_tbl),
        column: column(&relation.from_col),
        table: name(&relation.to_tbl),
        to: column(&relation.to_col),
    }
}
