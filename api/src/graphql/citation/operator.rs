//! The operator of the server, as named in citations.

/// The operator of the server, as named in citations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operator {
    /// The public address of the server, without a trailing slash, such as `https://data.example.gov/cops`.
    pub public_url: Option<String>,
    /// The author of the dataset.
    pub author: Option<String>,
    /// The publisher of the dataset.
    pub publisher: Option<String>,
}
