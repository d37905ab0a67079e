//! The facts as rows, and where they refer to one another.

use std::collections::HashMap;

use entity::{
    kind::SourceKind, measure, organization, partnership, price_index, program, publication,
    published_figure, search, source, training,
};
use sea_orm::{EntityTrait, ModelTrait};

use super::{
    ReferenceError,
    facts::{self, Fact},
};
use crate::database::load::{Load, Tallies};

/// The source of the rows of a file that has no column for it.
const PROGRAMS: &str = "cops-graphql-programs";
const MEASURES: &str = "fbi-ucr";
const PRICES: &str = "bls-cpi-u";

/// Writes every fact, and says how many rows of each table that made.
pub(super) async fn all(load: &Load) -> Result<Tallies, ReferenceError> {
    let mut writer = ReferenceWriter { load, revision_id: load.revision(), tables: Tallies::new() };
    let sources = writer.sources().await?;
    let programs = writer.programs(&sources).await?;
    let organizations = writer.organizations(&sources).await?;
    writer.partnerships(&sources, &organizations).await?;
    writer.trainings(&sources, &organizations).await?;
    writer.publications(&sources).await?;
    writer.figures(&sources, &programs).await?;
    writer.prices(&sources).await?;
    writer.measures(&sources).await?;
    Ok(writer.tables)
}

/// The ids of what others refer to by a name or a code.
struct Ids(HashMap<String, i32>);

impl Ids {
    /// The id of a name that a fact of type `F` gives.
    fn get<F: Fact>(&self, name: &str) -> Result<i32, ReferenceError> {
        let (file, _) = F::FILE;
        let unknown =
            || ReferenceError::Fact { file, why: format!("{name:?} is not among the facts") };
        self.0.get(name).copied().ok_or_else(unknown)
    }

    fn maybe<F: Fact>(&self, name: Option<&str>) -> Result<Option<i32>, ReferenceError> {
        name.map(|name| self.get::<F>(name)).transpose()
    }
}

struct ReferenceWriter<'a> {
    load: &'a Load,
    revision_id: i32,
    tables: Tallies,
}

impl ReferenceWriter<'_> {
    /// Adds a file as rows of a table; `row` makes one of an id and a fact.
    async fn add<E, F>(
        &mut self,
        row: impl Fn(i32, F) -> Result<E::Model, ReferenceError>,
    ) -> Result<Vec<E::Model>, ReferenceError>
    where
        E: EntityTrait,
        E::Model: ModelTrait<Entity = E>,
        F: Fact,
    {
        let first = self.load.next_id::<E>().await?;
        let rows: Vec<_> = (first..)
            .zip(F::read()?)
            .map(|(id, fact)| row(id, fact))
            .collect::<Result<_, ReferenceError>>()?;
        self.insert::<E>(&rows).await?;
        Ok(rows)
    }

    async fn insert<E>(&mut self, rows: &[E::Model]) -> Result<(), ReferenceError>
    where
        E: EntityTrait,
        E::Model: ModelTrait<Entity = E>,
    {
        self.load.insert::<E>(rows).await?;
        self.tables.entry(E::default().table_name()).or_default().added += rows.len() as u64;
        Ok(())
    }

    async fn sources(&mut self) -> Result<Ids, ReferenceError> {
        let revision_id = self.revision_id;
        let rows = self.add::<source::Entity, facts::Origin>(|id, fact| {
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
        let rows = self.add::<program::Entity, facts::Program>(|id, fact| {
            Ok(program::Model {
                id,
                search: search::index([Some(&*fact.code), Some(&*fact.name), fact.note.as_deref()]),
                code: fact.code,
                name: fact.name,
                category: fact.category,
                first_year: fact.first_year,
                last_year: fact.last_year,
                note: fact.note,
                source_id,
                revision_id,
            })
        });
        Ok(Ids(rows.await?.into_iter().map(|row| (row.code, row.id)).collect()))
    }

    async fn organizations(&mut self, sources: &Ids) -> Result<Ids, ReferenceError> {
        let revision_id = self.revision_id;
        let rows = self.add::<organization::Entity, facts::Organization>(|id, fact| {
            let texts = [&Some(fact.name.clone()), &fact.former_name, &fact.city, &fact.note];
            Ok(organization::Model {
                id,
                search: search::index(texts.map(Option::as_deref)),
                name: fact.name,
                kind: fact.kind,
                city: fact.city,
                state: fact.state,
                founded_year: fact.founded_year,
                former_names: fact.former_name,
                uei: None,
                note: fact.note,
                source_id: sources.get::<facts::Organization>(&fact.source)?,
                revision_id,
            })
        });
        Ok(Ids(rows.await?.into_iter().map(|row| (row.name, row.id)).collect()))
    }

    async fn partnerships(
        &mut self,
        sources: &Ids,
        organizations: &Ids,
    ) -> Result<(), ReferenceError> {
        let revision_id = self.revision_id;
        let rows = self.add::<partnership::Entity, facts::Partnership>(|id, fact| {
            Ok(partnership::Model {
                id,
                organization_id: organizations.get::<facts::Partnership>(&fact.organization)?,
                announced_on: fact.announced_on,
                purpose: fact.purpose,
                source_id: sources.get::<facts::Partnership>(&fact.source)?,
                revision_id,
            })
        });
        rows.await.map(drop)
    }

    async fn trainings(
        &mut self,
        sources: &Ids,
        organizations: &Ids,
    ) -> Result<(), ReferenceError> {
        let revision_id = self.revision_id;
        let rows = self.add::<training::Entity, facts::Training>(|id, fact| {
            let texts = [&Some(fact.title.clone()), &fact.acronym, &fact.topics, &fact.note];
            Ok(training::Model {
                id,
                search: search::index(texts.map(Option::as_deref)),
                provider_id: organizations.maybe::<facts::Training>(fact.provider.as_deref())?,
                title: fact.title,
                acronym: fact.acronym,
                topics: fact.topics,
                hours: None,
                modality: fact.modality,
                certified_by: fact.certified_by,
                first_year: fact.first_year,
                note: fact.note,
                source_id: sources.get::<facts::Training>(&fact.source)?,
                revision_id,
            })
        });
        rows.await.map(drop)
    }

    async fn publications(&mut self, sources: &Ids) -> Result<(), ReferenceError> {
        let revision_id = self.revision_id;
        let rows = self.add::<publication::Entity, facts::Publication>(|id, fact| {
            Ok(publication::Model {
                id,
                search: search::index([Some(&*fact.title), fact.series.as_deref()]),
                title: fact.title,
                series: fact.series,
                topic: fact.topic,
                year: fact.year,
                source_id: sources.get::<facts::Publication>(&fact.source)?,
                revision_id,
            })
        });
        rows.await.map(drop)
    }

    async fn figures(&mut self, sources: &Ids, programs: &Ids) -> Result<(), ReferenceError> {
        let revision_id = self.revision_id;
        let rows = self.add::<published_figure::Entity, facts::PublishedFigure>(|id, fact| {
            Ok(published_figure::Model {
                id,
                metric: fact.metric,
                program_id: programs.maybe::<facts::PublishedFigure>(fact.program.as_deref())?,
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
        });
        rows.await.map(drop)
    }

    /// The price index has the year for its key.
    async fn prices(&mut self, sources: &Ids) -> Result<(), ReferenceError> {
        let revision_id = self.revision_id;
        let source_id = sources.get::<facts::PriceIndex>(PRICES)?;
        let row = |fact: facts::PriceIndex| price_index::Model {
            year: fact.year,
            cpi_u: fact.cpi_u,
            source_id,
            revision_id,
        };
        let rows: Vec<_> = facts::PriceIndex::read()?.into_iter().map(row).collect();
        self.insert::<price_index::Entity>(&rows).await
    }

    async fn measures(&mut self, sources: &Ids) -> Result<(), ReferenceError> {
        let revision_id = self.revision_id;
        let source_id = sources.get::<facts::Measure>(MEASURES)?;
        let rows = self.add::<measure::Entity, facts::Measure>(|id, fact| {
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
        });
        rows.await.map(drop)
    }
}
