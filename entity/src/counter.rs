//! `counters`: numbers that only grow.

use sea_orm::entity::prelude::*;

/// A number that only grows: the last id that a table has given out, by the name of the table, or the edition of the
/// reference data. Ids are never given out again, not even those of rows that are gone: an id that a client has kept
/// is of the row that it was of, or of none.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "counters")]
pub struct Model {
    /// What is counted.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub name: String,
    /// How far it has come.
    pub value: i32,
}

/// It refers to nothing.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
