//! Resolves the names in a [`FirstEvent`] to relations.

use super::{
    declared::FirstEvent,
    table::{Cardinality, Relation, Table},
};

impl FirstEvent {
    /// The relation from a row to its subject.
    pub(crate) fn subject(&self, table: &'static Table) -> &'static Relation {
        relation(table, self.subject, Cardinality::One)
    }

    /// The relation from the subject to the events.
    pub(crate) fn happens(&self, table: &'static Table) -> &'static Relation {
        let subject = self.subject(table).other();
        relation(subject, self.happens, Cardinality::Many)
    }
}

fn relation(table: &'static Table, field: &str, cardinality: Cardinality) -> &'static Relation {
    let mut relations = table.relations.iter();
    let found = relations.find(|it| it.field == field && it.cardinality == cardinality);
    found.expect("an event is declared by relations of the tables")
}
