//! All tables, as their entities know them: columns, and what rows refer to.
//!
//! Whoever does something to every table (removes a dataset, rebuilds indexes, compares with the migrations) goes
//! through [`tables`], so a new table is known to all of them when it is in that list.

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

/// A table, as its entity knows it.
#[derive(Clone, Debug)]
pub struct EntityTable {
    /// The name in the database.
    pub name: &'static str,
    /// The columns, by their names.
    pub columns: Vec<(&'static str, ColumnDef)>,
    /// What rows refer to.
    pub references: Vec<Reference>,
}

impl EntityTable {
    fn of<E: EntityTrait>() -> Self {
        let columns = E::Column::iter().map(|column| (column.as_str(), column.def()));
        let references = E::Relation::iter().map(|relation| reference(&relation.def()));
        let name = E::default().table_name().to_owned().leak();
        Self { name, columns: columns.collect(), references: references.collect() }
    }

    /// Whether what its rows were before loads changed or removed them is kept. Nothing changes what a load has done.
    #[must_use]
    pub fn has_history(&self) -> bool {
        self.has("revision_id") && self.name != "table_loads"
    }

    /// The table of what its rows were.
    #[must_use]
    pub fn history(&self) -> String {
        history(self.name)
    }

    /// Whether it has a column.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|(name, _)| *name == column)
    }
}

/// The table of what the rows of a table were.
#[must_use]
pub fn history(table: &str) -> String {
    format!("{table}_history")
}

/// Every table, each before those that it refers to: in this order rows can be taken out.
///
/// # Panics
/// Where tables refer to each other in a circle.
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

/// The column that refers to a row of another table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The table that has the column.
    pub from: String,
    /// The column.
    pub column: String,
    /// The other table.
    pub table: String,
    /// The column there.
    pub to: String,
}

/// What a relation of an entity says.
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
