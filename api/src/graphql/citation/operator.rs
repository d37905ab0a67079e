//! Who runs the server, as citations name them.

/// Who runs the server, as citations name them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operator {
    /// Where the server is found, without a slash at the end, such as `https://data.example.gov/cops`.
    pub public_url: Option<String>,
    /// Who has made the dataset of the server.
    pub author: Option<String>,
    /// Who publishes it.
    pub publisher: Option<String>,
}
