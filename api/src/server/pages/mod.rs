<<<<<<< HEAD
//! Pages for people: the front page, the playground, and what citations link to.

pub(crate) mod cited;
=======
//! Pages for people: the front page, the explorer and the playground.

mod bundle;
pub(crate) mod explore;
>>>>>>> 2ec70dd9cd5705047b4784d131f6917c5635acc1
pub(crate) mod front;
mod page;
pub(crate) mod playground;
