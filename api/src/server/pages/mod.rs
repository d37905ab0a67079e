//! Pages for people: the front page and the playground.

pub(crate) mod front;
mod page;
pub(crate) mod playground;
