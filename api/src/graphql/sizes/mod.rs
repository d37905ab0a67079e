//! Measures a document against the [`Limits`](crate::limits::Limits) of a request.
//!
//! [`document()`] checks the text before anything else does, because parsers are recursive. [`operation`] checks the
//! tree before it is validated, counting fragments each time they are spread. The price of a query is known once it
//! is planned ([`crate::query`]), and is checked last.

mod document;
mod operation;

pub(crate) use self::{
    document::{MOST_NESTING, document},
    operation::Sizes,
};
