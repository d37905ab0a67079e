//! Pages for people: the front page, the explorer and the playground.

mod bundle;
pub(crate) mod explore;
pub(crate) mod front;
mod page;
pub(crate) mod playground;
