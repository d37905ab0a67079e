//! `commit_marks`: one row where the database is on several machines, and none elsewhere.

use sea_orm::entity::prelude::*;

/// What tells readers that a load is being committed, which several machines do one after the other.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "commit_marks")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Raised before each commit and again after it: odd while one is on.
    pub value: i32,
}

/// It refers to nothing.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
