//! `counters`: numbers that only increase.

use sea_orm::entity::prelude::*;

/// A number that only increases: the last id that a table assigned, keyed by the table's name, or the edition of the
/// reference data. Ids are never reused, even after a row is removed, so an id that a client stored means the same
/// row or none.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "counters")]
pub struct Model {
    /// The name of the counter.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub name: String,
    /// The current value.
    pub value: i32,
}

/// This table refers to no other.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
