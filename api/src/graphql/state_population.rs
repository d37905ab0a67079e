//! Declares the GraphQL type `StatePopulation`.

use entity::state_population;

use super::registry::table_of;
use crate::catalog::table::Table;

pub(super) fn table() -> Table {
    table_of::<state_population::Entity>("statePopulation", "statePopulations")
        .one("inState", state_population::Relation::State, "The state that the people lived in.")
        .years(&[state_population::Column::Year])
        .keys(&[state_population::Column::Year])
        .sums(&[state_population::Column::Residents])
        .provenance(state_population::Relation::Source, state_population::Relation::Revision)
}
