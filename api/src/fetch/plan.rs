//! Plans which files cover the wanted days.

use super::{
    FetchError, Options,
    client::FetchClient,
    contract::{COUNT, FIRST_SEARCHED, Piece, RowCount, RowsOf, end_of_fiscal_year},
};

/// The files, oldest days first.
pub(crate) async fn plan(
    client: &FetchClient,
    options: &Options,
) -> Result<Vec<Piece>, FetchError> {
    let mut listings = options.listings.clone();
    listings.sort();
    listings.dedup();
    let mut pieces = Vec::new();
    let mut from = options.from;
    while from < FIRST_SEARCHED && from <= options.until {
        let until = end_of_fiscal_year(from).min(options.until);
        // This file has all listings, so it is the same whichever are wanted.
        pieces.push(Piece { rows: RowsOf::Department, listings: Vec::new(), from, until });
        from = until.succ_opt().unwrap_or(until);
    }
    if from > options.until {
        return Ok(pieces);
    }
    for rows in [RowsOf::Transactions, RowsOf::Awards] {
        let whole = Piece { rows, listings: listings.clone(), from, until: options.until };
        let mut left = vec![whole];
        while let Some(piece) = left.pop() {
            client.progress.set_message(format!("counting {piece}"));
            let count = client.post::<RowCount>(COUNT, &piece.count()).await?;
            if !count.too_many {
                pieces.push(piece);
                continue;
            }
            match piece.halves() {
                Some([first, second]) => left.extend([second, first]),
                None => {
                    return Err(FetchError::Request(format!(
                        "{piece}: the API allows at most {} rows per file, and this day has more: name fewer listings \
                         with --listing",
                        count.limit
                    )));
                }
            }
        }
    }
    Ok(pieces)
}
