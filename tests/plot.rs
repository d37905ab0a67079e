//! The plot in the docs: the answer of the query next to it over the synthetic dataset.
//!
//! `UPDATE_PLOT=1 cargo test --workspace` draws it again.

use std::{fmt::Write as _, path::Path};

use serde_json::Value;

use crate::support::Client;

const WIDTH: f64 = 720.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 150.0;
const TOP: f64 = 48.0;
/// Where the rates stand on their axis, and the bars of agencies on theirs.
const FLOOR: f64 = 250.0;
const BARS: f64 = 318.0;
const HEIGHT: f64 = 350.0;

/// A year since the grant: the rate, and how many agencies are behind it.
struct Point {
    since: i64,
    rate: f64,
    agencies: f64,
}

/// Asserts that the plot is what the query answers.
pub(crate) async fn check(client: &Client) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries");
    let query = std::fs::read_to_string(folder.join("readme_event_study.graphql")).unwrap();
    let data = client.data(&query).await;
    let drawn = draw(data["outcomes"]["groups"]["nodes"].as_array().unwrap());
    let path = folder.join("readme_event_study.svg");
    if std::env::var_os("UPDATE_PLOT").is_some() {
        std::fs::write(&path, &drawn).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == drawn,
        "the plot is not what its query answers: if the change is meant, run \
         `UPDATE_PLOT=1 cargo test --workspace` and commit it"
    );
}

fn draw(groups: &[Value]) -> String {
    let rate = |group: &Value| group["ratePer100k"].as_f64().unwrap();
    let points: Vec<Point> = groups
        .iter()
        .filter_map(|group| {
            let since = group["key"]["yearsSinceFirstGrant"].as_i64()?;
            let agencies = group["agencies"].as_f64().unwrap();
            Some(Point { since, rate: rate(group), agencies })
        })
        .collect();
    assert!(points.len() > 10, "{groups:?}");
    let never = groups.iter().find(|group| group["key"]["everFunded"] == Value::Bool(false));
    let never = never.unwrap();
    let most = points.iter().map(|point| point.rate).chain([rate(never)]).fold(0.0, f64::max);
    let most = (most / 100.0).ceil() * 100.0;
    #[expect(clippy::cast_precision_loss, reason = "years are few")]
    let x =
        |index: usize| LEFT + (WIDTH - LEFT - RIGHT) * (index as f64 + 0.5) / points.len() as f64;
    let y = |rate: f64| FLOOR - (FLOOR - TOP) * rate / most;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"11\" fill=\"#444\" role=\"img\">\n\
         <title>Violent crime for each 100,000 people by years since the first hiring grant, synthetic data</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"{LEFT}\" y=\"18\" font-size=\"14\" font-weight=\"600\" fill=\"#111\">\
         Violent crime for each 100,000 people, by years since the first hiring grant</text>\n\
         <text x=\"{LEFT}\" y=\"34\">Synthetic data, in which nothing depends on a grant: the fall is the \
         nation's. Agency-years of 12 months.</text>\n"
    );
    for step in 0..=4 {
        let of = most * f64::from(step) / 4.0;
        let at = y(of);
        let end = WIDTH - RIGHT;
        writeln!(
            svg,
            "<path d=\"M{LEFT} {at:.1}H{end}\" stroke=\"#e4e4e4\"/>\
             <text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{of:.0}</text>",
            LEFT - 8.0,
            at + 4.0
        )
        .unwrap();
    }
    let (end, at) = (WIDTH - RIGHT, y(rate(never)));
    writeln!(
        svg,
        "<path d=\"M{LEFT} {at:.1}H{end}\" stroke=\"#8a8a8a\" stroke-dasharray=\"4 4\"/>\
         <text x=\"{:.0}\" y=\"{:.1}\">never funded, all</text><text x=\"{:.0}\" y=\"{:.1}\">years ({} agencies)</text>",
        end + 6.0,
        at + 1.0,
        end + 6.0,
        at + 14.0,
        never["agencies"]
    )
    .unwrap();
    let line: Vec<String> = points
        .iter()
        .enumerate()
        .map(|(index, point)| format!("{:.1} {:.1}", x(index), y(point.rate)))
        .collect();
    writeln!(
        svg,
        "<path d=\"M{}\" fill=\"none\" stroke=\"#1f5fa8\" stroke-width=\"2\"/>",
        line.join("L")
    )
    .unwrap();
    let agencies = points.iter().map(|point| point.agencies).fold(1.0, f64::max);
    for (index, Point { since, rate, agencies: of }) in points.iter().enumerate() {
        let (at, height) = (x(index), 28.0 * of / agencies);
        writeln!(
            svg,
            "<circle cx=\"{at:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"#1f5fa8\"/>\
             <text x=\"{at:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text>\
             <rect x=\"{:.1}\" y=\"{:.1}\" width=\"18\" height=\"{height:.1}\" fill=\"#c9d8ea\"/>\
             <text x=\"{at:.1}\" y=\"{:.0}\" text-anchor=\"middle\" font-size=\"9\">{of:.0}</text>",
            y(*rate),
            FLOOR + 16.0,
            if *since > 0 { format!("+{since}") } else { since.to_string() },
            at - 9.0,
            BARS - height,
            BARS + 11.0,
        )
        .unwrap();
    }
    writeln!(
        svg,
        "<text x=\"{:.0}\" y=\"{:.0}\">years since</text><text x=\"{:.0}\" y=\"{:.0}\">agencies</text>\n</svg>",
        end + 6.0,
        FLOOR + 16.0,
        end + 6.0,
        BARS + 11.0
    )
    .unwrap();
    svg
}
