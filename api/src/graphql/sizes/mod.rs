//! How large a document is, held against the [`Limits`](crate::limits::Limits) of a request.
//!
//! [`document()`] looks at the text, before anything else does: parsers work by recursion. [`operation`]
//! looks at the tree, with its fragments spread, before it is validated. What a query costs is known when
//! it is planned ([`crate::query`]), and is looked at last.

mod document;
mod operation;

pub(crate) use self::{
    document::{MOST_NESTING, document},
    operation::Sizes,
};
