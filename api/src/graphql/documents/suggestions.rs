//! Suggests names for an unknown name, as a sentence for the error.
//!
//! There are three kinds of guesses, best first, and only the best kind with results is used:
//! 1. *Near names*: one typo away (`firts`), or containing the words of the name (`STATE`: `AGENCY_STATE`), or the
//!    name here for what other APIs call differently (`limit`: `first`).
//! 2. *Places*: the name exists one level deeper. `fiscalYear` in a filter over child rows is `some: { fiscalYear:
//!    ... }`, and `name` on a page is `nodes { name }`.
//! 3. *Far names*: several typos away.
//!
//! A guess has no influence on whether a document is valid; the callers decide that.

use std::collections::HashSet;

use apollo_compiler::{
    Name, Node,
    schema::{ExtendedType, InputObjectType, InputValueDefinition},
};

use super::contract::contract;

/// No name in the schema is longer, and comparing takes quadratic time.
const LONGEST: usize = 64;
/// The maximum number of guesses in a sentence.
const MOST: usize = 3;
/// The depth to which filters are searched.
const DEEPEST: usize = 2;

/// Names of arguments, fields and operators in other APIs, with their names here.
const ELSEWHERE: [(&str, &str); 20] = [
    ("limit", "first"),
    ("take", "first"),
    ("pagesize", "first"),
    ("skip", "after"),
    ("offset", "after"),
    ("cursor", "after"),
    ("where", "filter"),
    ("query", "search"),
    ("sort", "orderBy"),
    ("sortby", "orderBy"),
    ("order", "orderBy"),
    ("groupby", "by"),
    ("items", "nodes"),
    ("data", "nodes"),
    ("equals", "eq"),
    ("is", "eq"),
    ("neq", "ne"),
    ("like", "contains"),
    ("any", "some"),
    ("every", "none"),
];

/// Suggests names. Empty if no name is similar.
pub(super) fn names<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let found = Near::of(name, known);
    let best = if found.near.is_empty() { found.far } else { found.near };
    sentence(best.into_iter().map(|name| format!("{name:?}")))
}

/// Suggests fields of a type.
pub(super) fn field(name: &str, on: &ExtendedType) -> String {
    if name.len() > LONGEST {
        return String::new();
    }
    let found = Near::of(name, fields(on).map(|(field, _)| field));
    if !found.near.is_empty() {
        return sentence(found.near.into_iter().map(|name| format!("{name:?}")));
    }
    let members = members(on).into_iter().filter(|member| has_field(member, name));
    let members = members.map(|member| format!("`... on {member} {{ {name} }}`"));
    let places = fields(on).filter_map(|(field, of)| {
        if has_field(of, name) {
            return Some(format!("`{field} {{ {name} }}`"));
        }
        let rows = contract().type_field(of, "nodes").ok()?.ty.inner_named_type();
        has_field(rows, name).then(|| format!("`{field} {{ nodes {{ {name} }} }}`"))
    });
    let places: Vec<String> = members.chain(places).take(MOST).collect();
    match (places.is_empty(), on) {
        (false, _) => sentence(places.into_iter()),
        (true, ExtendedType::Union(_)) => {
            " Select a type first, as in `... on Agency { name }`.".to_owned()
        }
        (true, _) => sentence(found.far.into_iter().map(|name| format!("{name:?}"))),
    }
}

/// Suggests arguments, or fields of their types.
pub(super) fn argument(name: &str, known: &[Node<InputValueDefinition>]) -> String {
    inputs(name, known)
}

/// Suggests fields of an input object, or fields of their types.
pub(super) fn input_field(name: &str, of: &InputObjectType) -> String {
    let known: Vec<Node<InputValueDefinition>> =
        of.fields.values().map(|field| field.node.clone()).collect();
    inputs(name, &known)
}

fn inputs(name: &str, known: &[Node<InputValueDefinition>]) -> String {
    if name.len() > LONGEST {
        return String::new();
    }
    let found = Near::of(name, known.iter().map(|known| known.name.as_str()));
    if !found.near.is_empty() {
        return sentence(found.near.into_iter().map(|name| format!("{name:?}")));
    }
    let places = input_places(name, known);
    if places.is_empty() {
        sentence(found.far.into_iter().map(|name| format!("{name:?}")))
    } else {
        sentence(places.into_iter())
    }
}

/// Finds the nearest nested input fields with a name.
fn input_places(name: &str, known: &[Node<InputValueDefinition>]) -> Vec<String> {
    let mut seen: HashSet<&Name> = HashSet::new();
    // The path of names, and the type at its end.
    let mut level: Vec<(Vec<&str>, &Name)> = known
        .iter()
        .map(|known| (vec![known.name.as_str()], known.ty.inner_named_type()))
        .collect();
    for _ in 0..DEEPEST {
        let mut next = Vec::new();
        let mut found = Vec::new();
        // A filter over child rows does not count as a level, so its fields are added to this one during the loop.
        let mut at = 0;
        while at < level.len() {
            let (way, of) = level[at].clone();
            at += 1;
            let Some(ExtendedType::InputObject(of)) = contract().types.get(of) else { continue };
            if !seen.insert(&of.name) {
                continue;
            }
            if of.fields.contains_key(name) {
                let (open, close) = (way.join(": { "), " }".repeat(way.len()));
                found.push(format!("`{open}: {{ {name}: ...{close}`"));
                continue;
            }
            let many = of.fields.contains_key("some");
            for field in of.fields.values() {
                let mut way = way.clone();
                way.push(&field.name);
                let step = (way, field.ty.inner_named_type());
                if many { level.push(step) } else { next.push(step) }
            }
        }
        if !found.is_empty() {
            found.truncate(MOST);
            return found;
        }
        level = next;
    }
    Vec::new()
}

/// Names similar to an unknown name.
struct Near<'a> {
    /// The names most likely meant.
    near: Vec<&'a str>,
    /// Less likely names.
    far: Vec<&'a str>,
}

impl<'a> Near<'a> {
    fn of(name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let (mut near, mut far) = (Vec::new(), Vec::new());
        if name.len() <= LONGEST {
            let (plain, wanted) = (plain(name), words(name));
            let elsewhere = ELSEWHERE.iter().find(|(there, _)| *there == plain);
            let most = name.chars().count() / 3 + 1;
            for known in known {
                if elsewhere.is_some_and(|(_, here)| *here == known) {
                    near.push((0, 0, known));
                    continue;
                }
                let distance = match known.len().abs_diff(name.len()) <= most + 1 {
                    true => strsim::osa_distance(&plain, &self::plain(known)),
                    false => usize::MAX,
                };
                let words = words(known);
                // Any short name is one typo away from many others.
                if distance <= 1 && plain.len() > 2 || distance == 0 {
                    near.push((0, distance, known));
                } else if let Some(at) =
                    words.windows(wanted.len().max(1)).position(|part| part == wanted.as_slice())
                {
                    // Prefer names that end with the name over those that only contain it.
                    let behind = words.len() - at - wanted.len();
                    near.push((1 + behind, words.len(), known));
                } else if distance <= most {
                    far.push((distance, 0, known));
                }
            }
        }
        near.sort_unstable();
        far.sort_unstable();
        // If there is one typo, there may be another: `agencys` for `agency` or `agencies`.
        if !near.is_empty() && near.iter().all(|(rank, distance, _)| (*rank, *distance) == (0, 1)) {
            near.extend(far.extract_if(.., |(distance, ..)| *distance <= 2));
        }
        let first = |names: Vec<(usize, usize, &'a str)>| {
            names.into_iter().take(MOST).map(|(.., name)| name).collect()
        };
        Self { near: first(near), far: first(far) }
    }
}

/// A name in lower case, without word separators.
fn plain(name: &str) -> String {
    name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}

/// The words of a name, in lower case: those of `AGENCY_STATE` and of `agencyState` are `agency` and `state`.
fn words(name: &str) -> Vec<String> {
    let is_screaming = !name.contains(|c: char| c.is_ascii_lowercase());
    let mut words: Vec<String> = Vec::new();
    let mut begins = true;
    for c in name.chars() {
        if c == '_' {
            begins = true;
            continue;
        }
        if std::mem::take(&mut begins) || (!is_screaming && c.is_ascii_uppercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c.to_ascii_lowercase());
        }
    }
    words
}

/// The fields of a type, with their types.
fn fields(of: &ExtendedType) -> impl Iterator<Item = (&str, &Name)> {
    let fields = match of {
        ExtendedType::Object(of) => Some(&of.fields),
        ExtendedType::Interface(of) => Some(&of.fields),
        _ => None,
    };
    fields.into_iter().flatten().map(|(name, field)| (name.as_str(), field.ty.inner_named_type()))
}

/// The possible types of a union or an interface.
fn members(of: &ExtendedType) -> Vec<&Name> {
    match of {
        ExtendedType::Union(of) => of.members.iter().map(|member| &member.name).collect(),
        ExtendedType::Interface(of) => {
            let implements = |(name, other): (_, &'static ExtendedType)| match other {
                ExtendedType::Object(other) if other.implements_interfaces.contains(&of.name) => {
                    Some(name)
                }
                _ => None,
            };
            contract().types.iter().filter_map(implements).collect()
        }
        _ => Vec::new(),
    }
}

fn has_field(on: &Name, field: &str) -> bool {
    contract().type_field(on, field).is_ok()
}

/// The sentence with the guesses.
fn sentence(guesses: impl Iterator<Item = String>) -> String {
    let guesses: Vec<String> = guesses.collect();
    match guesses.as_slice() {
        [] => String::new(),
        [one] => format!(" Did you mean {one}?"),
        [others @ .., last] => format!(" Did you mean {} or {last}?", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart_by_case_and_underscores() {
        assert_eq!(words("AGENCY_STATE"), ["agency", "state"]);
        assert_eq!(words("agencyState"), ["agency", "state"]);
        assert_eq!(words("_eq"), ["eq"]);
        assert!(words("__").is_empty());
    }

    #[test]
    fn the_surest_guess_comes_first() {
        let known = ["AGENCY_STATE", "STATUS", "STATE_OF_AGENCY", "PROVIDER_STATE", "FISCAL_YEAR"];
        let guess = |name: &str| names(name, known.into_iter());
        assert_eq!(
            guess("STATE"),
            " Did you mean \"AGENCY_STATE\", \"PROVIDER_STATE\" or \"STATE_OF_AGENCY\"?"
        );
        assert_eq!(guess("STATSU"), " Did you mean \"STATUS\"?");
        assert_eq!(guess("fiscalYear"), " Did you mean \"FISCAL_YEAR\"?");
        assert_eq!(guess("FISCALYAER"), " Did you mean \"FISCAL_YEAR\"?");
        assert_eq!(guess("STADIUM"), " Did you mean \"STATUS\"?");
        assert_eq!(guess("PROGRAM"), "");
        assert_eq!(guess(&"STATE".repeat(100)), "");
        assert_eq!(names("limit", ["filter", "first"].into_iter()), " Did you mean \"first\"?");
    }
}
