//! Writes the facts as rows that refer to each other, and updates those of an older edition.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt::Write as _,
};

use entity::{
    kind::SourceKind, measure, organization, partnership, price_index, program, publication,
    published_figure, search::Searched as _, source, state_population, table::tables, training,
    us_state,
};
use sea_orm::{
    ColumnTrait as _, EntityTrait, IdenStatic as _, IntoActiveModel, Iterable as _, ModelTrait,
    QueryFilter as _, Value,
};

use super::{
    ReferenceError,
    facts::{self, Fact},
};
use crate::database::load::{Load, TableTally, Tallies};

/// The sources of files without a source column.
const PROGRAMS: &str = "cops-graphql-programs";
const MEASURES: &str = "fbi-ucr";
const PRICES: &str = "bls-cpi-u";
const RESIDENTS: &str = "census-state-population";
/// The year of `residents2020`.
const CENSUS: i32 = 2020;

/// Updates the facts of a database to those of this program, and returns the effects on the tables. An existing fact
/// keeps its id, and an obsolete one is removed unless other rows refer to it. Later changes by imports are kept,
/// unless `resets`.
pub(super) async fn all(load: &Load, resets: bool) -> Result<Tallies, ReferenceError> {
    let db = load.transaction();
    let publications =
        source::Entity::find().filter(source::Column::Kind.eq(SourceKind::Publication));
    let ours = publications.all(db).await?.into_iter().map(|source| source.id).collect();
    let (revision_id, tables) = (load.revision(), Tallies::new());
    let stale = BTreeMap::new();
    let mut writer = ReferenceWriter { load, revision_id, resets, ours, tables, stale };
    let sources = writer.sources().await?;
    let programs = writer.programs(&sources).await?;
    let organizations = writer.organizations(&sources).await?;
    writer.partnerships(&sources, &organizations).await?;
    writer.trainings(&sources, &organizations).await?;
    writer.publications(&sources).await?;
    writer.figures(&sources, &programs).await?;
    writer.prices(&sources).await?;
    writer.measures(&sources).await?;
    writer.states(&sources).await?;
    writer.populations(&sources).await?;
    writer.remove_stale().await?;
    Ok(writer.tables)
}

/// The ids of rows that facts refer to by a name or a code.
struct Ids(HashMap<String, i32>);

impl Ids {
    /// The id for a name in a fact of type `F`.
    fn get<F: Fact>(&self, name: &str) -> Result<i32, ReferenceError> {
        let (file, _) = F::FILE;
        let unknown =
            || ReferenceError::Fact { file, why: format!("{name:?} is not in the facts") };
        self.0.get(name).copied().ok_or_else(unknown)
    }

    fn maybe<F: Fact>(&self, name: Option<&str>) -> Result<Option<i32>, ReferenceError> {
        name.map(|name| self.get::<F>(name)).transpose()
    }
}

struct ReferenceWriter<'a> {
    load: &'a Load,
    revision_id: i32,
    resets: bool,
    /// The sources of facts.
    ours: HashSet<i32>,
    tables: Tallies,
    /// The keys of rows of obsolete facts, by table.
    stale: BTreeMap<&'static str, (&'static str, Vec<i32>)>,
}

impl ReferenceWriter<'_> {
    /// Updates the rows of a table to the facts of a file. The columns in `key` identify a fact, and `row` builds a
    /// row from an id, the existing row, and a fact.
    async fn agree<E, F>(
        &mut self,
        key: &[E::Column],
        row: impl Fn(i32, Option<&E::Model>, F) -> Result<E::Model, ReferenceError>,
    ) -> Result<Vec<E::Model>, ReferenceError>
    where
        E: EntityTrait,
        E::Model: ModelTrait<Entity = E> + IntoActiveModel<E::ActiveModel> + Sync,
        E::ActiveModel: Send,
        F: Fact,
    {
        let column = |name: &str| E::Column::iter().find(|column| column.as_str() == name);
        let source = column("source_id").or_else(|| column("id")).ok_or(ReferenceError::NoKey)?;
        let number = |row: &E::Model, column: E::Column| match row.get(column) {
            Value::Int(Some(number)) => number,
            _ => 0,
        };
        let named =
            |row: &E::Model| key.iter().map(|it| format!("{:?}", row.get(*it))).collect::<Vec<_>>();
        let mut standing: HashMap<Vec<String>, Vec<E::Model>> = HashMap::new();
        for row in E::find().all(self.load.transaction()).await? {
            standing.entry(named(&row)).or_default().push(row);
        }
        let id = column("id");
        let mut next = if id.is_some() { self.load.next_id::<E>().await? } else { 0 };
        let table = E::default().table_name().to_owned().leak();
        let mut tally = TableTally::default();
        let (mut rows, mut new) = (Vec::new(), Vec::new());
        for fact in F::read()? {
            let made = row(next, None, fact.clone())?;
            let Some(old) = standing.get_mut(&named(&made)).and_then(Vec::pop) else {
                next += 1;
                tally.added += 1;
                new.push(made.clone());
                rows.push(made);
                continue;
            };
            let before = Some(&old).filter(|_| !self.resets);
            let made = row(id.map_or(0, |id| number(&old, id)), before, fact)?;
            let is_ours = self.resets || self.ours.contains(&number(&old, source));
            let is_same = E::Column::iter()
                .filter(|column| column.as_str() != "revision_id")
                .all(|column| old.get(column) == made.get(column));
            if is_same || !is_ours {
                tally.unchanged += 1;
                rows.push(old);
            } else {
                tally.changed += 1;
                self.load.change::<E>(vec![made.clone()]).await?;
                rows.push(made);
            }
        }
        self.load.insert::<E>(&new).await?;
        let (name, key) = match id {
            Some(id) => ("id", id),
            None => (key[0].as_str(), key[0]),
        };
        let gone = standing.into_values().flatten();
        let gone = gone.filter(|row| self.ours.contains(&number(row, source)));
        self.stale.insert(table, (name, gone.map(|row| number(&row, key)).collect()));
        *self.tables.entry(table).or_default() = tally;
        Ok(rows)
    }

    /// Removes the rows of obsolete facts, except those that other rows refer to.
    async fn remove_stale(&mut self) -> Result<(), ReferenceError> {
        let tables = tables();
        for table in &tables {
            let Some((key, gone)) = self.stale.get(table.name) else { continue };
            if gone.is_empty() {
                continue;
            }
            let keys: Vec<String> = gone.iter().map(ToString::to_string).collect();
            let mut sql = format!("{key} IN ({})", keys.join(", "));
            let referring =
                tables.iter().flat_map(|from| from.references.iter().map(move |it| (from, it)));
            for (from, reference) in referring.filter(|(_, it)| it.table == table.name) {
                let (from, column, to) = (from.name, &reference.column, &reference.to);
                let _ = write!(
                    sql,
                    " AND NOT EXISTS (SELECT 1 FROM {from} AS other WHERE other.{column} = {}.{to})",
                    table.name
                );
            }
            let removed = self.load.remove_from(table, &sql).await?;
            self.tables.entry(table.name).or_default().removed += removed;
        }
        Ok(())
    }

    async fn sources(&mut self) -> Result<Ids, ReferenceError> {
        let revision_id = self.revision_id;
        let rows =
            self.agree::<source::Entity, facts::Origin>(&[source::Column::Code], |id, _, fact| {
                Ok(source::Model {
                    id,
                    code: fact.source,
                    kind: SourceKind::Publication,
                    title: fact.title,
                    publisher: fact.publisher,
                    published_on: fact.published_on,
                    url: fact.url,
                    sha256: None,
                    bytes: None,
                    revision_id,
                })
            });
        Ok(Ids(rows.await?.into_iter().map(|row| (row.code, row.id)).collect()))
    }

    async fn programs(&mut self, sources: &Ids) -> Result<Ids, ReferenceError> {
        let revision_id = self.revision_id;
        let source_id = sources.get::<facts::Program>(PROGRAMS)?;
        let rows = self.agree::<program::Entity, facts::Program>(
            &[program::Column::Code],
            |id, _, fact| {
                let mut row = program::Model {
                    id,
                    search: String::new(),
                    code: fact.code,
                    name: fact.name,
                    category: fact.category,
                    first_year: fact.first_year,
                    last_year: fact.last_year,
                    note: fact.note,
                    source_id,
                    revision_id,
                };
                row.search = row.searched();
                Ok(row)
            },
        );
        Ok(Ids(rows.await?.into_iter().map(|row| (row.code, row.id)).collect()))
    }

    async fn organizations(&mut self, sources: &Ids) -> Result<Ids, ReferenceError> {
        let revision_id = self.revision_id;
        let rows = self.agree::<organization::Entity, facts::Organization>(
            &[organization::Column::Name],
            |id, old, fact| {
                let mut row = organization::Model {
                    id,
                    search: String::new(),
                    name: fact.name,
                    kind: fact.kind,
                    city: fact.city,
                    state: fact.state,
                    founded_year: fact.founded_year,
                    former_names: fact.former_name,
                    uei: old.and_then(|old| old.uei.clone()),
                    note: fact.note,
                    state_id: old.and_then(|old| old.state_id),
                    source_id: sources.get::<facts::Organization>(&fact.source)?,
                    revision_id,
                };
                row.search = row.searched();
                Ok(row)
            },
        );
        Ok(Ids(rows.await?.into_iter().map(|row| (row.name, row.id)).collect()))
    }

    async fn partnerships(
        &mut self,
        sources: &Ids,
        organizations: &Ids,
    ) -> Result<(), ReferenceError> {
        let revision_id = self.revision_id;
        let rows = self.agree::<partnership::Entity, facts::Partnership>(
            &[
                partnership::Column::OrganizationId,
                partnership::Column::AnnouncedOn,
                partnership::Column::Purpose,
                partnership::Column::SourceId,
            ],
            |id, _, fact| {
                Ok(partnership::Model {
                    id,
                    organization_id: organizations.get::<facts::Partnership>(&fact.organization)?,
                    announced_on: fact.announced_on,
                    purpose: fact.purpose,
                    source_id: sources.get::<facts::Partnership>(&fact.source)?,
                    revision_id,
                })
            },
        );
        rows.await.map(drop)
    }

    async fn trainings(
        &mut self,
        sources: &Ids,
        organizations: &Ids,
    ) -> Result<(), ReferenceError> {
        let revision_id = self.revision_id;
        let rows = self.agree::<training::Entity, facts::Training>(
            &[training::Column::Title],
            |id, old, fact| {
                let mut row = training::Model {
                    id,
                    search: String::new(),
                    provider_id: organizations
                        .maybe::<facts::Training>(fact.provider.as_deref())?,
                    title: fact.title,
                    acronym: fact.acronym,
                    topics: fact.topics,
                    hours: old.and_then(|old| old.hours),
                    modality: fact.modality,
                    certified_by: fact.certified_by,
                    first_year: fact.first_year,
                    note: fact.note,
                    source_id: sources.get::<facts::Training>(&fact.source)?,
                    revision_id,
                };
                row.search = row.searched();
                Ok(row)
            },
        );
        rows.await.map(drop)
    }

    async fn publications(&mut self, sources: &Ids) -> Result<(), ReferenceError> {
        let revision_id = self.revision_id;
        let rows = self.agree::<publication::Entity, facts::Publication>(
            &[publication::Column::Title, publication::Column::Series, publication::Column::Year],
            |id, _, fact| {
                let mut row = publication::Model {
                    id,
                    search: String::new(),
                    title: fact.title,
                    series: fact.series,
                    topic: fact.topic,
                    year: fact.year,
                    source_id: sources.get::<facts::Publication>(&fact.source)?,
                    revision_id,
                };
                row.search = row.searched();
                Ok(row)
            },
        );
        rows.await.map(drop)
    }

    async fn figures(&mut self, sources: &Ids, programs: &Ids) -> Result<(), ReferenceError> {
        let revision_id = self.revision_id;
        let rows = self.agree::<published_figure::Entity, facts::PublishedFigure>(
            &[
                published_figure::Column::Metric,
                published_figure::Column::ProgramId,
                published_figure::Column::FromYear,
                published_figure::Column::ToYear,
                published_figure::Column::AsOf,
                published_figure::Column::Qualifier,
                published_figure::Column::SourceId,
            ],
            |id, _, fact| {
                Ok(published_figure::Model {
                    id,
                    metric: fact.metric,
                    program_id: programs
                        .maybe::<facts::PublishedFigure>(fact.program.as_deref())?,
                    from_year: fact.from_year,
                    to_year: fact.to_year,
                    as_of: fact.as_of,
                    qualifier: fact.qualifier,
                    value: fact.value,
                    unit: fact.unit,
                    note: fact.note,
                    source_id: sources.get::<facts::PublishedFigure>(&fact.source)?,
                    revision_id,
                })
            },
        );
        rows.await.map(drop)
    }

    /// The key of the price index is the year.
    async fn prices(&mut self, sources: &Ids) -> Result<(), ReferenceError> {
        let revision_id = self.revision_id;
        let source_id = sources.get::<facts::PriceIndex>(PRICES)?;
        let key = [price_index::Column::Year];
        let rows = self.agree::<price_index::Entity, facts::PriceIndex>(&key, |_, _, fact| {
            Ok(price_index::Model { year: fact.year, cpi_u: fact.cpi_u, source_id, revision_id })
        });
        rows.await.map(drop)
    }

    async fn measures(&mut self, sources: &Ids) -> Result<(), ReferenceError> {
        let revision_id = self.revision_id;
        let source_id = sources.get::<facts::Measure>(MEASURES)?;
        let rows = self.agree::<measure::Entity, facts::Measure>(
            &[measure::Column::Code],
            |id, _, fact| {
                Ok(measure::Model {
                    id,
                    code: fact.code,
                    name: fact.name,
                    category: fact.category,
                    unit: fact.unit,
                    description: fact.description,
                    source_id,
                    revision_id,
                })
            },
        );
        rows.await.map(drop)
    }

    /// The key of a state is its FIPS code.
    async fn states(&mut self, sources: &Ids) -> Result<(), ReferenceError> {
        let revision_id = self.revision_id;
        let populations = facts::StatePopulation::read()?;
        let residents: HashMap<_, _> = populations
            .into_iter()
            .filter(|fact| fact.year == CENSUS)
            .map(|fact| (fact.state, fact.residents))
            .collect();
        let key = [us_state::Column::Code];
        let rows = self.agree::<us_state::Entity, facts::UsState>(&key, |_, _, fact| {
            let source_id = sources.get::<facts::UsState>(&fact.source)?;
            Ok(us_state::Model {
                id: fips(&fact.fips)?,
                residents2020: residents.get(&fact.code).copied(),
                code: fact.code,
                name: fact.name,
                fips: fact.fips,
                region: fact.region,
                division: fact.division,
                latitude: fact.latitude,
                longitude: fact.longitude,
                source_id,
                revision_id,
            })
        });
        rows.await.map(drop)
    }

    /// The key of a population combines the key of its state and the year.
    async fn populations(&mut self, sources: &Ids) -> Result<(), ReferenceError> {
        let revision_id = self.revision_id;
        let source_id = sources.get::<facts::StatePopulation>(RESIDENTS)?;
        let states = facts::UsState::read()?.into_iter();
        let states = states.map(|fact| Ok((fact.code.as_str().to_owned(), fips(&fact.fips)?)));
        let states = Ids(states.collect::<Result<_, ReferenceError>>()?);
        let key = [state_population::Column::StateId, state_population::Column::Year];
        let rows =
            self.agree::<state_population::Entity, facts::StatePopulation>(&key, |_, _, fact| {
                let state_id = states.get::<facts::StatePopulation>(fact.state.as_str())?;
                Ok(state_population::Model {
                    id: state_id * 10_000 + fact.year,
                    state_id,
                    year: fact.year,
                    residents: fact.residents,
                    source_id,
                    revision_id,
                })
            });
        rows.await.map(drop)
    }
}

/// Parses a FIPS code as a number.
fn fips(text: &str) -> Result<i32, ReferenceError> {
    let (file, _) = facts::UsState::FILE;
    let why = || format!("{text:?} is not a FIPS code");
    text.parse().map_err(|_| ReferenceError::Fact { file, why: why() })
}
