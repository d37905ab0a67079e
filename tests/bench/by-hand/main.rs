//! The limit that the benchmark holds servers against: one statement for a question, written by hand, whose JSON
//! PostgreSQL builds, and nothing between it and HTTP but a pool of connections.
//!
//! `sql-by-hand URL CONNECTIONS`; a question is `{"query": "agency", "id": 5}`.

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
};
use sea_orm::sqlx::{self, PgPool, postgres::PgPoolOptions};
use serde_json::Value;

/// Each statement by its name.
const STATEMENTS: [(&str, &str); 6] = [
    ("agency", include_str!("../queries/agency/by-hand.sql")),
    ("page", include_str!("../queries/page/by-hand.sql")),
    ("nested", include_str!("../queries/nested/by-hand.sql")),
    ("filtered", include_str!("../queries/filtered/by-hand.sql")),
    ("years", include_str!("../queries/years/by-hand.sql")),
    ("trainees", include_str!("../queries/trainees/by-hand.sql")),
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("name the database: sql-by-hand URL CONNECTIONS")?;
    let connections = arguments.next().ok_or("say how many connections it may have")?.parse()?;
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .test_before_acquire(false)
        .connect(&url)
        .await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    #[expect(clippy::print_stderr, reason = "who started it reads where it listens")]
    {
        eprintln!("listening on http://{}/graphql", listener.local_addr()?);
    }
    let router = Router::new().route("/graphql", post(answer)).with_state(pool);
    Ok(axum::serve(listener, router).await?)
}

/// Runs the statement that a body names.
async fn answer(State(pool): State<PgPool>, body: Bytes) -> Response {
    let Ok(asked) = serde_json::from_slice::<Value>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let Some((name, sql)) = STATEMENTS.iter().find(|(name, _)| asked["query"] == *name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut statement = sqlx::query_scalar::<_, String>(*sql);
    if *name == "agency" {
        let id = asked["id"].as_i64().and_then(|id| i32::try_from(id).ok());
        statement = statement.bind(id);
    }
    match statement.fetch_one(&pool).await {
        Ok(json) => ([(CONTENT_TYPE, "application/json")], json).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
