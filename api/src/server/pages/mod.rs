//! Web pages: the front page, the explorer, the playground, the docs, and the pages that citations link to.

mod bundle;
pub(crate) mod cited;
pub(crate) mod docs;
pub(crate) mod explore;
pub(crate) mod front;
mod page;
pub(crate) mod playground;
