//! Published figures beside what the loaded data say: for all figures of a page at once, a request for
//! aggregates for each thing that they count.
//!
//! Amounts and officers are added up by program and year, and a figure is the sum of its groups. Agencies are
//! not: one that was funded in two years is one. So they are counted by the database, in one statement for all
//! figures.

use std::collections::{HashMap, hash_map::Entry};

use async_graphql::Value as GraphQl;
use entity::{
    kind::{FigureMetric, Qualifier},
    published_figure::{self, Model as Claim},
    scalar::{Figure, fixed_to_value},
};
use futures_util::FutureExt as _;
use sea_orm::{
    ActiveEnum as _, ColumnTrait as _, EntityTrait as _, FromQueryResult as _, QueryFilter as _,
    QueryTrait as _,
    sea_query::{Alias, Cond, Expr, ExprTrait as _, JoinType, Query, SelectStatement},
};

use crate::{
    catalog::Catalog,
    database::session::{Purpose, Session},
    error::Error,
    measures::{Cell, Number, Request, Statistic},
    query::computed::{ComputedRows, ComputedSources, ComputedValues},
};

/// Something that figures count, where the data hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum FigureSubject {
    Share,
    Officers,
    Agencies,
    Obligations,
    People,
}

impl FigureSubject {
    fn of(claim: &Claim) -> Option<Self> {
        match claim.metric {
            FigureMetric::DollarsInvested | FigureMetric::DollarsAwarded => Some(Self::Share),
            FigureMetric::OfficersFunded => Some(Self::Officers),
            FigureMetric::AgenciesFunded => Some(Self::Agencies),
            FigureMetric::DollarsObligated => Some(Self::Obligations),
            // The day of a training is not always known, and its program never.
            FigureMetric::PeopleTrained => {
                (claim.to_year.is_none() && claim.program_id.is_none()).then_some(Self::People)
            }
            FigureMetric::BudgetAuthority | FigureMetric::PublicationsDistributed => None,
        }
    }

    /// What is asked of the data: of each program in each year, but for people.
    fn request(self, catalog: &Catalog) -> Result<Request, Error> {
        let (table, program, year, measure) = match self {
            Self::Share => ("grants", "program", "fiscalYear", "federalShare"),
            Self::Officers => ("officers_funded", "grant.program", "grant.fiscalYear", "funded"),
            Self::Agencies => ("grants", "program", "fiscalYear", "agency"),
            Self::Obligations => {
                ("obligations", "grant.program", "obligatedOn:fiscalYear", "amount")
            }
            Self::People => {
                return Request::over(catalog.find("trainees")?).figure("count", Statistic::Count);
            }
        };
        let known = Request::over(catalog.find(table)?)
            .by(program)?
            .by(year)?
            .figure(measure, Statistic::Count)?;
        if self == Self::Agencies {
            return Ok(known);
        }
        known.figure(measure, Statistic::Missing)?.figure(measure, Statistic::Sum)
    }

    /// The hundredths in the smallest unit.
    fn hundredths(self) -> i128 {
        match self {
            Self::Share | Self::Obligations => 1,
            Self::Officers => 10,
            Self::Agencies | Self::People => 100,
        }
    }
}

/// What is known of a program in a year; the program may be none, and so may the year.
struct KnownGroup {
    program: Option<i128>,
    year: Option<i128>,
    /// None where a part of it is not known.
    sum: Option<i128>,
}

/// What the data say of figures, in the order of the fields: `computed`, `difference`, `agrees`.
pub(super) fn compare(rows: ComputedRows<'_>) -> ComputedValues<'_> {
    async move {
        let (ComputedSources { session, .. }, keys) = (rows.sources, rows.keys);
        let select = published_figure::Entity::find()
            .filter(published_figure::Column::Id.is_in(keys.iter().copied()))
            .into_query();
        let read = session.all("published_figures", Purpose::Rows, select).await?;
        let claims = read.iter().map(|row| Claim::from_query_result(row, ""));
        let mut groups: HashMap<FigureSubject, Vec<KnownGroup>> = HashMap::new();
        let mut agencies: Option<HashMap<i32, i128>> = None;
        let mut found = HashMap::new();
        for claim in claims {
            let claim = claim?;
            let Some(counted) = FigureSubject::of(&claim) else {
                found.insert(claim.id, shown(&claim, None));
                continue;
            };
            if let Entry::Vacant(entry) = groups.entry(counted) {
                entry.insert(known(rows.sources, counted).await?);
            }
            if counted == FigureSubject::Agencies && agencies.is_none() {
                agencies = Some(count_agencies(session, keys).await?);
            }
            let sum = total(&claim, &groups[&counted]).map(|sum| match &agencies {
                Some(agencies) if counted == FigureSubject::Agencies => {
                    agencies.get(&claim.id).copied().unwrap_or_default()
                }
                _ => sum,
            });
            let hundredths = sum.map(|sum| sum.saturating_mul(counted.hundredths()));
            let hundredths = hundredths.and_then(|hundredths| i64::try_from(hundredths).ok());
            found.insert(claim.id, shown(&claim, hundredths));
        }
        Ok(found)
    }
    .boxed()
}

/// What the data hold of something, in groups of which anything is known.
async fn known(
    sources: &ComputedSources,
    counted: FigureSubject,
) -> Result<Vec<KnownGroup>, Error> {
    let answer =
        sources.aggregates.answer(&sources.session, counted.request(sources.catalog)?).await?;
    let whole = |cell: Option<&Cell>| match cell {
        Some(Cell::Whole(whole)) => Some((*whole).into()),
        _ => None,
    };
    let group = |group: &crate::measures::Group| {
        let sum = match group.figures.as_slice() {
            [Number::Whole(count)] => Some(*count),
            [_, Number::Whole(0), Number::Whole(sum)] => Some(*sum),
            _ => None,
        };
        let (program, year) = (whole(group.key.first()), whole(group.key.get(1)));
        match group.figures.first()? {
            Number::Whole(1..) => Some(KnownGroup { program, year, sum }),
            _ => None,
        }
    };
    Ok(answer.groups.iter().filter_map(group).collect())
}

/// The sum of the groups of a claim; none where the data do not reach to both ends of its years, of any program,
/// or where something is not known of what it is about.
fn total(claim: &Claim, groups: &[KnownGroup]) -> Option<i128> {
    if claim.metric == FigureMetric::PeopleTrained {
        return groups.first().and_then(|group| group.sum);
    }
    let (from, to) = (claim.from_year.into(), claim.to_year.map(i128::from));
    let reaches = |year: i128| groups.iter().any(|group| group.year == Some(year));
    if !reaches(from) || !to.is_none_or(reaches) {
        return None;
    }
    let is_of_claim = |group: &&KnownGroup| {
        let in_years =
            group.year.is_some_and(|year| from <= year && to.is_none_or(|to| year <= to));
        in_years && claim.program_id.is_none_or(|program| group.program == Some(program.into()))
    };
    let mut of_claim = groups.iter().filter(is_of_claim).map(|group| group.sum).peekable();
    of_claim.peek()?;
    of_claim.sum()
}

/// The different agencies among the recipients of the awards that each figure is about.
async fn count_agencies(session: &Session, keys: &[i32]) -> Result<HashMap<i32, i128>, Error> {
    let rows = session.all("grants", Purpose::Aggregates, agencies_of(keys)).await?;
    let count = |row: &sea_orm::QueryResult| {
        Ok((row.try_get_by_index(0)?, row.try_get_by_index::<i64>(1)?.into()))
    };
    rows.iter().map(count).collect()
}

fn agencies_of(keys: &[i32]) -> SelectStatement {
    let (figures, grants) = (Alias::new("published_figures"), Alias::new("grants"));
    let of_figure = |column: &str| Expr::col((figures.clone(), Alias::new(column)));
    let of_grant = |column: &str| Expr::col((grants.clone(), Alias::new(column)));
    let or_any = |column: &str, test: Expr| of_figure(column).is_null().or(test);
    let mut select = Query::select();
    select
        .expr(of_figure("id"))
        .expr(of_grant("agency_id").count_distinct())
        .from(figures.clone())
        .join(
            JoinType::InnerJoin,
            grants.clone(),
            Cond::all()
                .add(of_grant("fiscal_year").gte(of_figure("from_year")))
                .add(or_any("to_year", of_grant("fiscal_year").lte(of_figure("to_year"))))
                .add(or_any("program_id", of_grant("program_id").eq(of_figure("program_id")))),
        )
        .and_where(of_figure("id").is_in(keys.iter().copied()))
        .and_where(of_figure("metric").eq(FigureMetric::AgenciesFunded.to_value()))
        .add_group_by([of_figure("id")]);
    select
}

/// The fields of a claim, of which the data say so many hundredths.
fn shown(claim: &Claim, computed: Option<i64>) -> Vec<GraphQl> {
    let Some(computed) = computed else { return vec![GraphQl::Null; 3] };
    let said = claim.value.0;
    vec![
        fixed_to_value(computed, Figure::DIGITS),
        fixed_to_value(computed.saturating_sub(said), Figure::DIGITS),
        GraphQl::Boolean(agrees(claim.qualifier, said, computed)),
    ]
}

/// Whether a number is what a figure says, both in hundredths.
fn agrees(qualifier: Qualifier, said: i64, computed: i64) -> bool {
    let most = said.abs() / 50;
    let difference = computed.saturating_sub(said);
    match qualifier {
        Qualifier::Exact if said % 100 == 0 => (-50..50).contains(&difference),
        Qualifier::Exact => difference == 0,
        Qualifier::About => (-most..=most).contains(&difference),
        Qualifier::Nearly => (-most..0).contains(&difference),
        Qualifier::MoreThan => difference > 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qualifier_says_what_agrees() {
        use Qualifier::{About, Exact, MoreThan, Nearly};
        for (qualifier, said, computed, expected) in [
            (Exact, "1000", "1000 999.50 1000.49", true),
            (Exact, "1000", "999.49 1000.50", false),
            (Exact, "35851.7", "35851.70", true),
            (Exact, "35851.7", "35851.69 35851.71", false),
            (About, "1000", "980 1000 1020", true),
            (About, "1000", "979.99 1020.01", false),
            (Nearly, "1000", "980 999.99", true),
            (Nearly, "1000", "979.99 1000 1000.01", false),
            (MoreThan, "1000", "1000.01 9000", true),
            (MoreThan, "1000", "1000 999.99", false),
        ] {
            for computed in computed.split(' ') {
                let hundredths = |text: &str| text.parse::<Figure>().expect("a figure").0;
                let found = agrees(qualifier, hundredths(said), hundredths(computed));
                assert_eq!(found, expected, "{qualifier:?} {said} {computed}");
            }
        }
    }
}
