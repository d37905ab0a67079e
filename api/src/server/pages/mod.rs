//! Pages for people: the front page, the playground, and what citations link to.

pub(crate) mod cited;
pub(crate) mod front;
mod page;
pub(crate) mod playground;
