//! `commit_marks`: holds one row if the database is distributed over several machines, and is empty otherwise.

use sea_orm::entity::prelude::*;

/// Tells readers that a load is being committed, which several machines do one after the other.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "commit_marks")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Incremented before each commit and again after it, so it is odd during a commit.
    pub value: i32,
}

/// This table refers to no other.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
