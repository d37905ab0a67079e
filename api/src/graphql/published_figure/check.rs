//! Compares published figures with the loaded data: one aggregate request per subject, for all figures of a page.
//!
//! Amounts and officers are added up by program and year, and a figure is the sum of its groups. Agencies cannot be
//! added up, because one agency can be funded in several years, so they are counted over the awards of each figure.

use std::collections::{HashMap, hash_map::Entry};

use async_graphql::Value as GraphQl;
use entity::{
    grant,
    kind::{FigureMetric, Qualifier},
    published_figure::{self, Model as Claim},
    scalar::{Figure as Published, fixed_to_value},
};
use futures_util::FutureExt as _;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, FromQueryResult as _, IdenStatic as _, QueryFilter as _,
    QueryTrait as _,
};

use crate::{
    catalog::{
        Catalog,
        key::Measure,
        predicate::{Comparison, Predicate, Test},
    },
    database::session::Purpose,
    error::Error,
    measures::{Cell, Figure, MOST_FIGURES, Number, Request, Statistic},
    query::computed::{ComputedRows, ComputedSources, ComputedValues},
};

/// The subjects of figures that the data can answer.
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
            // The date of a training is not always known, and its program never is.
            FigureMetric::PeopleTrained => {
                (claim.to_year.is_none() && claim.program_id.is_none()).then_some(Self::People)
            }
            FigureMetric::BudgetAuthority | FigureMetric::PublicationsDistributed => None,
        }
    }

    /// The aggregate request: by program and year, except for people.
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

    /// The number of hundredths in the smallest unit.
    fn hundredths(self) -> i128 {
        match self {
            Self::Share | Self::Obligations => 1,
            Self::Officers => 10,
            Self::Agencies | Self::People => 100,
        }
    }
}

/// The known numbers of a program in a year. Program and year may be unknown.
struct KnownGroup {
    program: Option<i128>,
    year: Option<i128>,
    /// `None` if part of it is unknown.
    sum: Option<i128>,
}

/// Computes the fields `computed`, `difference` and `agrees`, in this order.
pub(super) fn compare(rows: ComputedRows<'_>) -> ComputedValues<'_> {
    async move {
        let (ComputedSources { session, .. }, keys) = (rows.sources, rows.keys);
        let select = published_figure::Entity::find()
            .filter(published_figure::Column::Id.is_in(keys.iter().copied()))
            .into_query();
        let read = session.all("published_figures", Purpose::Rows, select).await?;
        let claims = read.iter().map(|row| Claim::from_query_result(row, ""));
        let claims: Vec<Claim> = claims.collect::<Result<_, _>>()?;
        let mut groups: HashMap<FigureSubject, Vec<KnownGroup>> = HashMap::new();
        let mut agencies: Option<HashMap<i32, i128>> = None;
        let mut found = HashMap::new();
        for claim in &claims {
            let Some(counted) = FigureSubject::of(claim) else {
                found.insert(claim.id, shown(claim, None));
                continue;
            };
            if let Entry::Vacant(entry) = groups.entry(counted) {
                entry.insert(known(rows.sources, counted).await?);
            }
            if counted == FigureSubject::Agencies && agencies.is_none() {
                agencies = Some(count_agencies(rows.sources, &claims).await?);
            }
            let sum = total(claim, &groups[&counted]).map(|sum| match &agencies {
                Some(agencies) if counted == FigureSubject::Agencies => {
                    agencies.get(&claim.id).copied().unwrap_or_default()
                }
                _ => sum,
            });
            let hundredths = sum.map(|sum| sum.saturating_mul(counted.hundredths()));
            let hundredths = hundredths.and_then(|hundredths| i64::try_from(hundredths).ok());
            found.insert(claim.id, shown(claim, hundredths));
        }
        Ok(found)
    }
    .boxed()
}

/// The groups of a subject for which the data has anything.
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

/// The sum of the groups of a claim. `None` if the data does not reach both ends of its years (for any program), or
/// if part of it is unknown.
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

/// The number of different agencies among the recipients of each claim's awards.
async fn count_agencies(
    sources: &ComputedSources,
    claims: &[Claim],
) -> Result<HashMap<i32, i128>, Error> {
    let of_agencies = |claim: &&Claim| FigureSubject::of(claim) == Some(FigureSubject::Agencies);
    let claims: Vec<&Claim> = claims.iter().filter(of_agencies).collect();
    let grants = sources.catalog.table("grants");
    let measure = Measure::parse(grants, "agency")?;
    let mut found = HashMap::new();
    for claims in claims.chunks(MOST_FIGURES) {
        let mut request = Request::over(grants);
        for (part, claim) in claims.iter().enumerate() {
            let (measure, statistic) = (measure.clone(), Statistic::Count);
            request = request.part(awards_of(claim));
            request = request.compute(Figure::Of { measure, statistic, part: Some(part) });
        }
        let answer = sources.aggregates.answer(&sources.session, request).await?;
        let group = answer.groups.first().ok_or(Error::Internal)?;
        for (claim, count) in claims.iter().zip(&group.figures) {
            let Number::Whole(count) = count else { return Err(Error::Internal) };
            found.insert(claim.id, *count);
        }
    }
    Ok(found)
}

/// The awards that a claim is about.
fn awards_of(claim: &Claim) -> Predicate {
    let is = |column: grant::Column, comparison, value: i32| Predicate::Is {
        column: column.as_str(),
        test: Test::Compare(comparison, value.into()),
    };
    let mut of = vec![is(grant::Column::FiscalYear, Comparison::GreaterOrEqual, claim.from_year)];
    let to = claim.to_year.map(|to| is(grant::Column::FiscalYear, Comparison::LessOrEqual, to));
    let program = claim.program_id.map(|id| is(grant::Column::ProgramId, Comparison::Equal, id));
    of.extend(to.into_iter().chain(program));
    Predicate::All(of)
}

/// The field values of a claim, given the computed number in hundredths.
fn shown(claim: &Claim, computed: Option<i64>) -> Vec<GraphQl> {
    let Some(computed) = computed else { return vec![GraphQl::Null; 3] };
    let said = claim.value.0;
    vec![
        fixed_to_value(computed, Published::DIGITS),
        fixed_to_value(computed.saturating_sub(said), Published::DIGITS),
        GraphQl::Boolean(agrees(claim.qualifier, said, computed)),
    ]
}

/// Whether a computed number agrees with a figure, both in hundredths.
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
                let hundredths = |text: &str| text.parse::<Published>().expect("a figure").0;
                let found = agrees(qualifier, hundredths(said), hundredths(computed));
                assert_eq!(found, expected, "{qualifier:?} {said} {computed}");
            }
        }
    }
}
