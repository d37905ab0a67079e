//! The values of subjects by year, read from the database.

use super::statement::{SqlRows, Statements};
use crate::{
    database::session::{Purpose, Session},
    error::Error,
    measures::{
        difference::{DifferenceRequest, FirstYear, Panel, PanelRow},
        prices::Prices,
    },
};

/// Reads the values to compare.
pub(crate) async fn panel(session: &Session, asked: &DifferenceRequest) -> Result<Panel, Error> {
    let request = &asked.request;
    let prices = Prices::default();
    let rows = SqlRows { request, level: 0, shown: None };
    let mut statements = Statements::new(rows, None, &prices, session.backend())?;
    let select = statements.panel(&asked.of)?;
    let mut panel = Panel::default();
    for row in session.all(request.table.name, Purpose::Aggregates, select).await? {
        let number = |index: usize| row.try_get_by_index::<Option<i64>>(index);
        let subject = number(0)?.and_then(|key| u32::try_from(key).ok());
        let sides = asked.of.sides(number(1)?, number(2)?);
        let value = sides.and_then(|sides| asked.of.value(sides));
        let (Some(subject), Some(year), Some(value)) = (subject, number(3)?, value) else {
            panel.missing += 1;
            continue;
        };
        let first = match (number(4)?, number(5)?) {
            (None, _) => FirstYear::Never,
            (Some(_), None) => FirstYear::Unknown,
            (Some(_), Some(year)) => FirstYear::In(year),
        };
        panel.rows.push(PanelRow { subject, year, first, value });
    }
    Ok(panel)
}
