//! `GET /export/{table}.{format}`: a whole table.

use axum::{
    extract::{Path, Request, State},
    http::{StatusCode, request::Parts},
    response::Response,
};

use crate::server::request::format::TableFormat;
use crate::{
    catalog::table::{Cardinality, Table},
    error::codes,
    graphql::{self, execute::AskedFor},
    limits::Limits,
    server::{
        endpoint::{self, Endpoint},
        request::{answer::Refusal, ask::Ask, pin::Pin, report::ReportOptions},
    },
};

/// Sends the table that a path names.
pub(in crate::server) async fn serve(
    State(endpoint): State<Endpoint>,
    Path(file): Path<String>,
    request: Request,
) -> Response {
    let span = endpoint::span("/export/{file}", &request);
    let (parts, _) = request.into_parts();
    endpoint.watch(span, endpoint.whole(&file, &parts)).await
}

impl Endpoint {
    async fn whole(&self, file: &str, parts: &Parts) -> Response {
        let account = self.account(parts);
        let named = file.split_once('.').and_then(|(name, extension)| {
            let tables = graphql::catalog().tables;
            Some((
                tables.iter().find(|table| table.list == name)?,
                TableFormat::of_extension(extension)?,
            ))
        });
        let sent = match (account.may_ask(), named) {
            (Err(seconds), _) => Err(self.refused(Refusal::too_many(seconds))),
            (_, None) => Err(self.refused(no_such_file())),
            (_, Some((table, format))) => {
                let in_url = Pin::of_url(parts.uri.query().unwrap_or_default());
                match in_url.and_then(|pin| Pin::of_both(Pin::of_headers(&parts.headers)?, pin)) {
                    Err(refusal) => Err(self.refused(refusal)),
                    Ok(pin) => {
                        let document = document(table).into();
                        let variables = <_>::default();
                        let report = ReportOptions::of(&parts.headers).unwrap_or_default();
                        let report = ReportOptions { cite: report.cite, ..<_>::default() };
                        // The document is ours, so it is within the limits.
                        let limits = Limits::default();
                        match self.wanted(pin).await {
                            Ok(wanted) => {
                                let is_by_token = pin.is_some_and(Pin::names_data);
                                let ask = Ask {
                                    document,
                                    operation: None,
                                    variables,
                                    report,
                                    wanted,
                                    is_by_token,
                                    asked_for: AskedFor::OneAnswer,
                                };
                                Box::pin(self.send(ask, limits, format, parts, account.clone()))
                                    .await
                            }
                            Err(answer) => Err(answer),
                        }
                    }
                }
            }
        };
        self.finish(sent, parts, &account)
    }
}

fn no_such_file() -> Refusal {
    let tables = graphql::catalog().tables;
    let names: Vec<_> = tables.iter().map(|table| table.list).collect();
    let reason = format!(
        "There is no such file. A file is named TABLE.csv, TABLE.ndjson or TABLE.parquet, and the tables are {}.",
        names.join(", ")
    );
    Refusal::new(StatusCode::NOT_FOUND, codes::NOT_FOUND, &reason)
}

/// The query for all rows of a table.
fn document(table: &Table) -> String {
    let fields: Vec<_> = columns(table)
        .map(|name| match name.split_once('.') {
            Some((relation, field)) => format!("{relation} {{ {field} }}"),
            None => name,
        })
        .collect();
    format!("{{ {} {{ nodes {{ {} }} }} }}", table.list, fields.join(" "))
}

/// The columns of a whole table: the visible columns of its rows, and the ids of the rows that they refer to.
pub(in crate::server) fn columns(table: &Table) -> impl Iterator<Item = String> {
    let ones = table.relations.iter().filter(|it| it.cardinality == Cardinality::One);
    let visible = table.visible().map(|(name, _)| name.to_owned());
    let id = std::iter::once("id".to_owned());
    let computed = table.computed.iter().map(|computed| computed.field.to_owned());
    id.chain(visible).chain(computed).chain(ones.map(|relation| format!("{}.id", relation.field)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_of_a_table_names_all_that_clients_see() {
        let table = graphql::catalog().by_type("Trainee").expect("there are trainees");
        assert_eq!(
            document(table),
            "{ trainees { nodes { id role completedOn hours session { id } agency { id } \
             source { id } revision { id } } } }"
        );
    }
}
