//! What follows from the rows of a load: the counties that agencies name, and which state and county a row is in.
//!
//! Agencies give the FIPS code of a county and its name, which they spell in several ways. A county is a row for each
//! code, with the name that most of its agencies give; of several such names the longest, and of these the first by its
//! bytes. So the rows of two databases with the same agencies are the same, however they were loaded.

use std::collections::BTreeMap;

use entity::county;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait as _, Statement};

/// What becomes of the counties.
#[derive(Debug, Default)]
pub(super) struct CountyChanges {
    pub(super) added: Vec<county::Model>,
    pub(super) changed: Vec<county::Model>,
    pub(super) gone: Vec<i32>,
}

/// Statements that let rows refer to their state and county. They follow from columns of the same row, so that is no
/// change of it, and leaves no history.
pub(super) const LINKS: [&str; 3] = [
    "UPDATE agencies SET state_id = (SELECT id FROM states WHERE code = agencies.state) \
     WHERE COALESCE(state_id, 0) <> COALESCE((SELECT id FROM states WHERE code = agencies.state), 0)",
    "UPDATE organizations SET state_id = (SELECT id FROM states WHERE code = organizations.state) \
     WHERE COALESCE(state_id, 0) <> COALESCE((SELECT id FROM states WHERE code = organizations.state), 0)",
    "UPDATE agencies SET county_id = (SELECT id FROM counties WHERE fips = agencies.county_fips) \
     WHERE COALESCE(county_id, 0) <> COALESCE((SELECT id FROM counties WHERE fips = agencies.county_fips), 0)",
];

/// What agencies say of a county.
#[derive(Debug, Default)]
struct CountyNames {
    /// How many give each name.
    names: BTreeMap<String, i64>,
    /// The source of the first of them.
    source_id: i32,
}

/// What has to be done for the counties to be those that agencies name.
pub(super) async fn counties(
    db: &DatabaseTransaction,
    revision_id: i32,
) -> Result<CountyChanges, DbErr> {
    let sql = "SELECT county_fips, county_name, CAST(COUNT(*) AS bigint), MIN(source_id) FROM agencies \
               WHERE county_fips IS NOT NULL GROUP BY county_fips, county_name";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    let mut named: BTreeMap<String, CountyNames> = BTreeMap::new();
    for row in rows {
        let told = named.entry(row.try_get_by_index(0)?).or_default();
        if let Some(name) = row.try_get_by_index::<Option<String>>(1)? {
            told.names.insert(name, row.try_get_by_index(2)?);
        }
        let source: i32 = row.try_get_by_index(3)?;
        told.source_id = if told.source_id == 0 { source } else { source.min(told.source_id) };
    }
    let states = entity::us_state::Entity::find().all(db).await?;
    let mut standing: BTreeMap<i32, county::Model> = county::Entity::find()
        .all(db)
        .await?
        .into_iter()
        .map(|county| (county.id, county))
        .collect();
    let mut changes = CountyChanges::default();
    for (fips, told) in named {
        let Some(id) = key(&fips) else { continue };
        let state = states.iter().find(|state| fips.starts_with(&state.fips));
        let made = county::Model {
            id,
            name: best(&told.names),
            state_id: state.map(|state| state.id),
            fips,
            source_id: told.source_id,
            revision_id,
        };
        match standing.remove(&id) {
            None => changes.added.push(made),
            Some(old) if county::Model { revision_id, ..old.clone() } == made => {}
            Some(_) => changes.changed.push(made),
        }
    }
    changes.gone = standing.into_keys().collect();
    Ok(changes)
}

/// The key of a county, where a text is a code of one.
fn key(fips: &str) -> Option<i32> {
    let is_code = fips.len() == 5 && fips.bytes().all(|byte| byte.is_ascii_digit());
    fips.parse().ok().filter(|key| is_code && *key > 0)
}

/// The name that is given most often; of several the longest, and of these the first.
fn best(names: &BTreeMap<String, i64>) -> Option<String> {
    let rank = |(name, count): &(&String, &i64)| (**count, name.chars().count());
    // Of equals the last one is the greatest: so from the back.
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
        assert_eq!(key("06037"), Some(6037));
        assert_eq!([key("6037"), key("060371"), key("0603A"), key("00000")], [None; 4]);
    }
}
