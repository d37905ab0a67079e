//! Data derived from the rows of a load: the counties and congressional districts that they name, and the state,
//! county and district of each row.
//!
//! Agencies give the FIPS code of a county and its name, in several spellings. There is one county row per code, with
//! the name that most of its agencies give; of several such names the longest, and of those the first by its bytes.
//! There is one district row per code in awards. So two databases with the same agencies and awards have the same
//! rows, however they were loaded.

use std::collections::BTreeMap;

use entity::{congressional_district, county, us_state};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait as _, QueryResult, Statement,
};

/// Statements that link rows to their places. The links follow from columns of the same row, so they do not count as
/// changes and leave no history.
pub(super) const LINKS: [&str; 3] = [
    "UPDATE agencies SET state_id = (SELECT id FROM states WHERE code = agencies.state), \
     county_id = (SELECT id FROM counties WHERE fips = agencies.county_fips) \
     WHERE COALESCE(state_id, 0) <> COALESCE((SELECT id FROM states WHERE code = agencies.state), 0) \
     OR COALESCE(county_id, 0) <> COALESCE((SELECT id FROM counties WHERE fips = agencies.county_fips), 0)",
    "UPDATE organizations SET state_id = (SELECT id FROM states WHERE code = organizations.state) \
     WHERE COALESCE(state_id, 0) <> COALESCE((SELECT id FROM states WHERE code = organizations.state), 0)",
    "UPDATE grants SET district_id = (SELECT id FROM congressional_districts WHERE code = grants.district) \
     WHERE (district IS NOT NULL OR district_id IS NOT NULL) AND COALESCE(district_id, 0) <> \
     COALESCE((SELECT id FROM congressional_districts WHERE code = grants.district), 0)",
];

/// The changes to the rows of a table.
#[derive(Debug)]
pub(super) struct PlaceChanges<M> {
    pub(super) added: Vec<M>,
    pub(super) changed: Vec<M>,
    /// The keys of removed rows.
    pub(super) gone: Vec<i32>,
}

impl<M> PlaceChanges<M> {
    /// The changes that turn the existing rows, by their keys, into the required ones.
    fn between(
        mut standing: BTreeMap<i32, M>,
        made: impl IntoIterator<Item = (i32, M)>,
        is_same: impl Fn(&M, &M) -> bool,
    ) -> Self {
        let (mut added, mut changed) = (Vec::new(), Vec::new());
        for (key, made) in made {
            match standing.remove(&key) {
                None => added.push(made),
                Some(old) if is_same(&old, &made) => {}
                Some(_) => changed.push(made),
            }
        }
        Self { added, changed, gone: standing.into_keys().collect() }
    }
}

/// What agencies say about a county.
#[derive(Debug, Default)]
struct CountyNames {
    /// How many agencies give each name.
    names: BTreeMap<String, i64>,
    /// The lowest id of their sources.
    source_id: i32,
}

/// The changes that make the counties match those that agencies name.
pub(super) async fn counties(
    db: &DatabaseTransaction,
    revision_id: i32,
) -> Result<PlaceChanges<county::Model>, DbErr> {
    let sql = "SELECT county_fips, MIN(source_id), county_name, CAST(COUNT(*) AS bigint) FROM agencies \
               WHERE county_fips IS NOT NULL GROUP BY county_fips, county_name";
    let mut named: BTreeMap<String, CountyNames> = BTreeMap::new();
    for row in rows(db, sql).await? {
        let told = named.entry(row.try_get_by_index(0)?).or_default();
        let source: i32 = row.try_get_by_index(1)?;
        told.source_id = if told.source_id == 0 { source } else { source.min(told.source_id) };
        if let Some(name) = row.try_get_by_index::<Option<String>>(2)? {
            told.names.insert(name, row.try_get_by_index(3)?);
        }
    }
    let states = us_state::Entity::find().all(db).await?;
    let made = named.into_iter().filter_map(|(fips, told)| {
        let id = county_key(&fips)?;
        let state = states.iter().find(|state| fips.starts_with(&state.fips));
        let (name, state_id) = (best(&told.names), state.map(|state| state.id));
        let source_id = told.source_id;
        Some((id, county::Model { id, fips, name, state_id, source_id, revision_id }))
    });
    let standing = county::Entity::find().all(db).await?;
    let standing = standing.into_iter().map(|row| (row.id, row)).collect();
    Ok(PlaceChanges::between(standing, made, |old, new| {
        county::Model { revision_id, ..old.clone() } == *new
    }))
}

/// The changes that make the districts match those that awards name.
pub(super) async fn districts(
    db: &DatabaseTransaction,
    revision_id: i32,
) -> Result<PlaceChanges<congressional_district::Model>, DbErr> {
    let sql =
        "SELECT district, MIN(source_id) FROM grants WHERE district IS NOT NULL GROUP BY district";
    let states = us_state::Entity::find().all(db).await?;
    let mut made = BTreeMap::new();
    for row in rows(db, sql).await? {
        let (code, source_id): (String, i32) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let named = code.split_once('-').and_then(|(state, number)| {
            let state = states.iter().find(|known| known.code.as_str() == state)?;
            Some((state.id, number.parse::<i32>().ok().filter(|it| (0..100).contains(it))?))
        });
        if let Some((state_id, number)) = named {
            let id = state_id * 100 + number;
            let row = congressional_district::Model {
                id,
                code,
                number,
                state_id,
                source_id,
                revision_id,
            };
            made.insert(id, row);
        }
    }
    let standing = congressional_district::Entity::find().all(db).await?;
    let standing = standing.into_iter().map(|row| (row.id, row)).collect();
    Ok(PlaceChanges::between(standing, made, |old, new| {
        congressional_district::Model { revision_id, ..old.clone() } == *new
    }))
}

async fn rows(db: &DatabaseTransaction, sql: &str) -> Result<Vec<QueryResult>, DbErr> {
    db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await
}

/// The key of a county, if a text is a county code.
fn county_key(fips: &str) -> Option<i32> {
    let is_code = fips.len() == 5 && fips.bytes().all(|byte| byte.is_ascii_digit());
    fips.parse().ok().filter(|key| is_code && *key > 0)
}

/// The name that is given most often; of several the longest, and of those the first.
fn best(names: &BTreeMap<String, i64>) -> Option<String> {
    let rank = |(name, count): &(&String, &i64)| (**count, name.chars().count());
    // Of equals `max_by_key` takes the last: so from the back.
    names.iter().rev().max_by_key(rank).map(|(name, _)| name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_county_has_the_name_that_most_give_it() {
        let best = |names: &[(&str, i64)]| {
            best(&names.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect())
        };
        assert_eq!(best(&[]), None);
        assert_eq!(best(&[("KING", 2), ("King County", 3)]).as_deref(), Some("King County"));
        assert_eq!(best(&[("KING", 3), ("King County", 2)]).as_deref(), Some("KING"));
        assert_eq!(best(&[("KING", 3), ("King County", 3)]).as_deref(), Some("King County"));
        assert_eq!(best(&[("KING", 3), ("King", 3)]).as_deref(), Some("KING"));
        assert_eq!(county_key("06037"), Some(6037));
        let no_codes = ["6037", "060371", "0603A", "00000"];
        assert_eq!(no_codes.map(county_key), [None; 4]);
    }
}
