//! A stand-in for the API of USAspending: it follows the published contracts, makes real ZIP files of a handful of
//! rows, refuses what the API refuses, and fails on demand.

use std::{
    collections::{HashMap, VecDeque},
    io::{Cursor, Write as _},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use chrono::NaiveDate;
use futures_util::stream;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use crate::import::{SUMMARIES, TRANSACTIONS, csv};

/// What goes wrong, once.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    /// Another status, with a header or without.
    Answer(u16, Option<(&'static str, &'static str)>, &'static str),
    /// It leads elsewhere.
    Redirect(String),
    /// No answer at all.
    Silence,
    /// The connection breaks after so many bytes of the file.
    BreakAt(usize),
    /// The transfer stands still after so many bytes of the file.
    StandAt(usize),
    /// A byte in the middle of the file is another.
    Damage,
    /// Another part than was asked for.
    WrongPart,
    /// From here on, the file is another one.
    Change,
    /// The file cannot be made.
    Fail,
}

/// A transaction: key, award, listing, day, dollars.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str);

/// The oldest two are from before what the search reaches.
pub(super) const ROWS: [Row; 7] = [
    ("T0", "OLD0", "16.710", "2006-10-01", "100"),
    ("T1", "OLD1", "16.999", "2007-09-30", "200"),
    ("T2", "NEW0", "16.710", "2007-10-01", "300"),
    ("T3", "NEW0", "16.710", "2008-02-29", "-50"),
    ("T4", "NEW1", "16.068", "2009-01-01", "400"),
    ("T5", "NEW2", "16.071", "2009-12-30", "500"),
    ("T6", "NEW3", "16.999", "2009-12-30", "600"),
];

#[derive(Default)]
struct Inner {
    faults: HashMap<&'static str, VecDeque<Fault>>,
    /// What was asked, a line a request.
    log: Vec<String>,
    orders: Vec<(String, Value)>,
    jobs: Vec<Job>,
    limit: usize,
    version: u32,
}

struct Job {
    rows: Vec<Row>,
    summaries: bool,
    polls: u32,
    fails: bool,
}

/// The stand-in, which listens for as long as the test runs.
#[derive(Clone)]
pub(super) struct StandIn {
    pub(super) url: String,
    inner: Arc<Mutex<Inner>>,
}

impl StandIn {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Mutex::new(Inner { limit: 500_000, ..Inner::default() }));
        let this = Self { url, inner };
        let app = Router::new()
            .route("/api/v2/download/count/", post(count))
            .route("/api/v2/download/transactions/", post(order))
            .route("/api/v2/download/awards/", post(order))
            .route("/api/v2/bulk_download/awards/", post(order))
            .route("/api/v2/download/status", get(status))
            .route("/csv_downloads/{file}", get(file))
            .with_state(this.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        this
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// What goes wrong with the next requests of a kind: `count`, `order`, `status` or `file`.
    pub(super) fn fail(&self, kind: &'static str, faults: impl IntoIterator<Item = Fault>) {
        self.inner().faults.entry(kind).or_default().extend(faults);
    }

    /// How many rows a file may have.
    pub(super) fn limit(&self, rows: usize) {
        self.inner().limit = rows;
    }

    /// The requests since the last time.
    pub(super) fn log(&self) -> Vec<String> {
        std::mem::take(&mut self.inner().log)
    }

    /// How many requests of a kind there were since the last time.
    pub(super) fn count_of(&self, kind: &str) -> usize {
        self.log().iter().filter(|line| line.starts_with(kind)).count()
    }

    /// The endpoints that were asked for files, and the bodies.
    pub(super) fn orders(&self) -> Vec<(String, Value)> {
        self.inner().orders.clone()
    }

    /// Notes a request, and says what goes wrong with it.
    fn meet(&self, kind: &'static str, detail: &str) -> Option<Fault> {
        let mut inner = self.inner();
        inner.log.push(format!("{kind} {detail}").trim_end().to_owned());
        inner.faults.get_mut(kind)?.pop_front()
    }
}

/// The faults that are the same for every kind.
async fn common(fault: Option<&Fault>) -> Option<Response> {
    match fault? {
        Fault::Answer(status, header, body) => {
            let mut response = (StatusCode::from_u16(*status).unwrap(), *body).into_response();
            if let Some((name, value)) = header {
                response.headers_mut().insert(*name, value.parse().unwrap());
            }
            Some(response)
        }
        Fault::Redirect(to) => {
            Some((StatusCode::FOUND, [(header::LOCATION, to.clone())]).into_response())
        }
        Fault::Silence => {
            tokio::time::sleep(Duration::from_mins(1)).await;
            None
        }
        _ => None,
    }
}

fn refuse(detail: &str) -> Response {
    (StatusCode::BAD_REQUEST, axum::Json(json!({ "detail": detail }))).into_response()
}

fn day(value: &Value) -> Result<NaiveDate, String> {
    let text = value.as_str().ok_or("a date is missing")?;
    text.parse().map_err(|_| format!("{text} is not a date"))
}

/// The rows that a body of the search asks for, or why it is refused.
fn searched(body: &Value) -> Result<Vec<Row>, String> {
    let filters = body["filters"].as_object().ok_or("Filters parameter not provided as a dict")?;
    for key in filters.keys() {
        if !["program_numbers", "award_type_codes", "time_period"].contains(&key.as_str()) {
            return Err(format!("{key} is not a filter"));
        }
    }
    let [period] = filters["time_period"].as_array().ok_or("time_period is no list")?.as_slice()
    else {
        return Err("more than one time period".to_owned());
    };
    let (from, until) = (day(&period["start_date"])?, day(&period["end_date"])?);
    if from < day(&json!("2007-10-01"))? {
        return Err("start_date falls before the earliest available search date".to_owned());
    }
    let wanted = filters["program_numbers"].as_array().ok_or("program_numbers is no list")?;
    types(&filters["award_type_codes"])?;
    Ok(between(from, until).filter(|row| wanted.contains(&json!(row.2))).collect())
}

/// The rows that a body of the bulk download asks for, or why it is refused.
fn bulk(body: &Value) -> Result<Vec<Row>, String> {
    let filters = &body["filters"];
    let agency = json!({ "type": "awarding", "tier": "toptier", "name": "Department of Justice" });
    if filters["agencies"] != json!([agency]) || filters["date_type"] != "action_date" {
        return Err("Missing one or more required body parameters".to_owned());
    }
    let range = &filters["date_range"];
    let (from, until) = (day(&range["start_date"])?, day(&range["end_date"])?);
    if (until - from).num_days() + 1 > 366 {
        return Err("Invalid Parameter: date_range total days must be within a year".to_owned());
    }
    types(&filters["prime_award_types"])?;
    Ok(between(from, until).collect())
}

fn types(codes: &Value) -> Result<(), String> {
    let codes = codes.as_array().ok_or("award types are no list")?;
    let known = |code: &Value| {
        code.as_str()
            .is_some_and(|code| code.len() == 2 && matches!(code.parse::<u8>(), Ok(2..=11)))
    };
    match !codes.is_empty() && codes.iter().all(known) {
        true => Ok(()),
        false => Err("an award type is none".to_owned()),
    }
}

fn between(from: NaiveDate, until: NaiveDate) -> impl Iterator<Item = Row> {
    ROWS.into_iter().filter(move |row| (from..=until).contains(&row.3.parse().unwrap()))
}

async fn count(State(it): State<StandIn>, body: String) -> Response {
    if let Some(response) = common(it.meet("count", "").as_ref()).await {
        return response;
    }
    match searched(&serde_json::from_str(&body).unwrap()) {
        Ok(rows) => {
            let limit = it.inner().limit;
            axum::Json(json!({
                "calculated_transaction_count": rows.len(),
                "maximum_transaction_limit": limit,
                "transaction_rows_gt_limit": rows.len() > limit,
                "messages": [],
            }))
            .into_response()
        }
        Err(detail) => refuse(&detail),
    }
}

async fn order(State(it): State<StandIn>, uri: Uri, headers: HeaderMap, body: String) -> Response {
    let fault = it.meet("order", uri.path());
    if let Some(response) = common(fault.as_ref()).await {
        return response;
    }
    assert_eq!(headers[header::CONTENT_TYPE], "application/json");
    let agent = headers[header::USER_AGENT].to_str().unwrap();
    assert!(agent.starts_with("cops-graphql/"), "{agent}");
    let body: Value = serde_json::from_str(&body).unwrap();
    let bulky = uri.path().contains("/bulk_download/");
    let rows = match if bulky { bulk(&body) } else { searched(&body) } {
        Ok(rows) => rows,
        Err(detail) => return refuse(&detail),
    };
    let mut inner = it.inner();
    let summaries = uri.path() == "/api/v2/download/awards/";
    let fails = matches!(fault, Some(Fault::Fail));
    let name = format!("Prime & Sub_{}.zip", inner.jobs.len());
    inner.jobs.push(Job { rows, summaries, polls: 0, fails });
    inner.orders.push((uri.path().to_owned(), body.clone()));
    axum::Json(json!({
        "status_url": format!("http://localhost:8000/api/v2/download/status?file_name={name}"),
        "file_name": name,
        "file_url": format!("/csv_downloads/{name}"),
        "download_request": body,
    }))
    .into_response()
}

fn number(file: &str) -> Option<usize> {
    file.strip_prefix("Prime & Sub_")?.strip_suffix(".zip")?.parse().ok()
}

async fn status(State(it): State<StandIn>, RawQuery(query): RawQuery) -> Response {
    if let Some(response) = common(it.meet("status", "").as_ref()).await {
        return response;
    }
    let query = query.unwrap();
    let name = query.strip_prefix("file_name=").unwrap().replace("+%26+", " & ");
    let mut inner = it.inner();
    let Some(job) = number(&name).and_then(|at| inner.jobs.get_mut(at)) else {
        return refuse("Download job with that file name does not exist.");
    };
    job.polls += 1;
    let (status, message) = match job.polls {
        1 => ("ready", Value::Null),
        2 => ("running", Value::Null),
        _ if job.fails => ("failed", json!("out of\nmemory")),
        _ => ("finished", Value::Null),
    };
    axum::Json(json!({
        "status": status,
        "message": message,
        "file_name": name,
        "file_url": format!("/csv_downloads/{}", name.replace(" & ", "%20&%20")),
        "total_size": null,
        "total_columns": null,
        "total_rows": null,
        "seconds_elapsed": "0.1",
    }))
    .into_response()
}

/// The ZIP as the API lays it out: awards, and subawards beside them.
fn archive(job: &Job, version: u32) -> Vec<u8> {
    let header = if job.summaries { SUMMARIES } else { TRANSACTIONS };
    let rows: Vec<Vec<(&str, &str)>> = job
        .rows
        .iter()
        .map(|&(key, award, listing, day, amount)| {
            let mut row = vec![
                ("assistance_award_unique_key", award),
                ("award_id_fain", award),
                ("recipient_name", "CITY OF PERRY"),
                ("recipient_state_code", "PA"),
            ];
            row.extend(match job.summaries {
                true => vec![
                    ("cfda_numbers_and_titles", listing),
                    ("award_latest_action_date", day),
                    ("total_outlayed_amount", "7"),
                ],
                false => vec![
                    ("assistance_transaction_unique_key", key),
                    ("cfda_number", listing),
                    ("action_date", day),
                    ("federal_action_obligation", amount),
                ],
            });
            row
        })
        .collect();
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(Vec::as_slice).collect();
    let subawards =
        "prime_award_unique_key,prime_award_base_transaction_description,subaward_amount\r\n";
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    let name = if job.summaries { "AwardSummaries" } else { "Transactions" };
    zip.start_file(format!("Assistance_Prime{name}_v{version}_1.csv"), options).unwrap();
    zip.write_all(csv(header, &rows).as_bytes()).unwrap();
    zip.start_file("Assistance_Subawards_1.csv", options).unwrap();
    zip.write_all(subawards.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

async fn file(State(it): State<StandIn>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let (range, same) = (text(header::RANGE), text(header::IF_RANGE));
    let detail = [range.as_deref(), same.as_deref()].map(Option::unwrap_or_default).join(" ");
    let fault = it.meet("file", &detail);
    if let Some(response) = common(fault.as_ref()).await {
        return response;
    }
    let (mut bytes, tag) = {
        let mut inner = it.inner();
        if matches!(fault, Some(Fault::Change)) {
            inner.version += 1;
        }
        let version = inner.version;
        let Some(job) = number(&name).and_then(|at| inner.jobs.get(at)) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        (archive(job, version), format!("\"v{version}\""))
    };
    if matches!(fault, Some(Fault::Damage)) {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0xff;
    }
    let total = bytes.len();
    let first = range.filter(|_| same.as_deref() == Some(&tag)).map(|range| {
        range.strip_prefix("bytes=").unwrap().strip_suffix('-').unwrap().parse::<usize>().unwrap()
    });
    if first.is_some_and(|first| first >= total) {
        let range = format!("bytes */{total}");
        return (StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, range)])
            .into_response();
    }
    let rest = bytes.split_off(first.unwrap_or(0));
    let mut response = Response::builder().header(header::ETAG, &tag);
    response = response.header(header::CONTENT_LENGTH, rest.len());
    if let Some(mut first) = first {
        if matches!(fault, Some(Fault::WrongPart)) {
            first += 1;
        }
        let range = format!("bytes {first}-{}/{total}", total - 1);
        response =
            response.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, range);
    }
    let body = match fault {
        Some(Fault::BreakAt(at)) => broken(rest[..at].to_vec(), Duration::from_millis(50)),
        Some(Fault::StandAt(at)) => broken(rest[..at].to_vec(), Duration::from_mins(1)),
        _ => Body::from(rest),
    };
    response.body(body).unwrap()
}

/// Some bytes, and after a while the end of the connection.
fn broken(bytes: Vec<u8>, after: Duration) -> Body {
    Body::from_stream(stream::unfold(Some(bytes), move |left| async move {
        if let Some(bytes) = left {
            return Some((Ok(bytes), None));
        }
        tokio::time::sleep(after).await;
        Some((Err(std::io::Error::other("broken")), None))
    }))
}
