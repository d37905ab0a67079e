//! Sums over child rows for each parent: a table of sums, joined to the parents.
//!
//! It is computed once for all parents. A subquery for each parent would look up the children of each one, and a
//! distributed database could not run it. If the filter keeps few parents, the table covers only those.

use sea_orm::sea_query::{
    Alias, CaseStatement, Expr, ExprTrait as _, Func, JoinType, Query, SelectStatement,
};

use super::statement::{Statements, YearRates};
use crate::{
    catalog::{
        predicate::column_of,
        table::{Childless, Relation, Table},
    },
    error::Error,
};

/// The names of the parent and of the sum in a table of sums.
const PARENT: &str = "parent";
const SUM: &str = "sum";
/// The sums of grandchildren within a table of sums.
const EACH: &str = "of_each";

impl Statements<'_> {
    /// The sum of a column over the rows that a relation leads to, or their number if there is no column.
    pub(super) fn sum_of_children(
        &mut self,
        relations: &[usize],
        relation: &Relation,
        column: Option<usize>,
        rates: Option<&YearRates>,
    ) -> Result<Expr, Error> {
        let (sum, childless) = self.sum(relation, column, rates)?;
        let parents = self.parents(relations, relation);
        let sums = sums(relation, sum, parents);
        Ok(self.join_sums(relations, relation, sums, childless))
    }

    /// The sum over the children of the sums of their own children.
    pub(super) fn sum_of_grandchildren(
        &mut self,
        relations: &[usize],
        [relation, then]: [&Relation; 2],
        column: Option<usize>,
        rates: Option<&YearRates>,
    ) -> Result<Expr, Error> {
        let children = relation.other();
        let parents = self.parents(relations, relation);
        let among = parents.clone().map(|parents| {
            let mut among = Query::select();
            let is_of_parent = column_of(children.name, relation.to).in_subquery(parents);
            among.expr(column_of(children.name, then.from)).from(Alias::new(children.name));
            among.and_where(is_of_parent).to_owned()
        });
        let (each, childless) = self.sum(then, column, rates)?;
        let each = sums(then, each, among);
        let of_each = read(EACH, childless);
        let childless = column.map_or(Childless::Zero, |_| relation.childless);
        let mut sums = sums(relation, sum_where_known(of_each, childless), parents);
        let on = column_of(children.name, then.from).eq(column_of(EACH, PARENT));
        sums.join_subquery(JoinType::LeftJoin, each, Alias::new(EACH), on);
        Ok(self.join_sums(relations, relation, sums, childless))
    }

    /// The sum of a column over the children whose other column has a value.
    pub(super) fn sum_beside(
        &mut self,
        relations: &[usize],
        relation: &Relation,
        [column, other]: [usize; 2],
    ) -> Expr {
        let children = relation.other();
        let cell = |column: usize| column_of(children.name, children.columns[column].name);
        let both = CaseStatement::new().case(cell(other).is_not_null(), cell(column));
        let parents = self.parents(relations, relation);
        let sums = sums(relation, Expr::expr(both).sum(), parents);
        self.join_sums(relations, relation, sums, Childless::Unknown)
    }

    /// The sum over the children of a parent, which is zero or unknown without children, as the relation declares.
    fn sum(
        &self,
        relation: &Relation,
        column: Option<usize>,
        rates: Option<&YearRates>,
    ) -> Result<(Expr, Childless), Error> {
        let Some(column) = column else { return Ok((Expr::cust("COUNT(*)"), Childless::Zero)) };
        let children: &'static Table = relation.other();
        let cell = column_of(children.name, children.columns[column].name);
        let number = self.priced(children, children.name, cell, rates)?;
        Ok((sum_where_known(number, relation.childless), relation.childless))
    }

    /// Joins a table of sums, and returns the expression to read it.
    fn join_sums(
        &mut self,
        relations: &[usize],
        relation: &Relation,
        sums: SelectStatement,
        childless: Childless,
    ) -> Expr {
        let parent = self.joined(relations);
        let alias = format!("sums_{}", self.tables_of_sums);
        self.tables_of_sums += 1;
        let on = column_of(&parent, relation.from).eq(column_of(&alias, PARENT));
        self.select.join_subquery(JoinType::LeftJoin, sums, Alias::new(&alias), on);
        read(&alias, childless)
    }

    /// The parents that the filter keeps; `None` if it keeps all.
    fn parents(&self, relations: &[usize], relation: &Relation) -> Option<SelectStatement> {
        let mut kept = self.kept.clone()?;
        for steps in 1..=relations.len() {
            self.join(&mut kept, &relations[..steps]);
        }
        let parent = self.alias(relations);
        Some(kept.expr(column_of(&parent, relation.from)).to_owned())
    }
}

/// A table of sums, for each parent that has children.
fn sums(relation: &Relation, sum: Expr, parents: Option<SelectStatement>) -> SelectStatement {
    let children = relation.table;
    let parent = || column_of(children, relation.to);
    let mut sums = Query::select();
    sums.expr_as(parent(), Alias::new(PARENT))
        .expr_as(sum, Alias::new(SUM))
        .from(Alias::new(children))
        .add_group_by([parent()]);
    if let Some(parents) = parents {
        sums.and_where(parent().in_subquery(parents));
    }
    sums
}

/// Reads the sum of a parent from the table.
fn read(alias: &str, childless: Childless) -> Expr {
    let sum = column_of(alias, SUM);
    match childless {
        Childless::Unknown => sum,
        Childless::Zero => CaseStatement::new()
            .case(column_of(alias, PARENT).is_null(), Expr::val(0))
            .finally(sum)
            .into(),
    }
}

/// The sum of numbers, which is known only if each number is.
fn sum_where_known(number: Expr, childless: Childless) -> Expr {
    let all_are_known = Expr::cust("COUNT(*)").eq(number.clone().count());
    let sum = match childless {
        Childless::Zero => Func::coalesce([number.sum(), Expr::val(0)]).into(),
        Childless::Unknown => number.sum(),
    };
    CaseStatement::new().case(all_are_known, sum).into()
}
