//! The floors of `api/`: a file uses only what is below it, and no two files use each other.
//!
//! A floor is a module of the crate's root. A file uses what its paths name (`use crate::...`, `super::...` and the
//! paths in code); a re-export counts as the file that declares the item. A module and its submodules are one: they
//! may use each other. Code under `#[cfg(test)]` may use anything.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use syn::{Item, UseTree, visit::Visit};

/// From the bottom up. Those on one line do not use each other, but for what [`BESIDE`] says.
const FLOORS: [&[&str]; 11] = [
    &["error", "limits", "trace"],
    &["database"],
    &["reference"],
    &["demo"],
    &["ingest"],
    &["fetch"],
    &["catalog"],
    &["measures"],
    &["query"],
    &["graphql"],
    &["server"],
];
/// Above all floors.
const TOP: &str = "cli";
/// Limits are refused with an error, on one floor with it.
const BESIDE: [(&str, &str); 1] = [("limits", "error")];

/// A file, by the path of its module.
type Module = Vec<String>;

/// What is declared in a file.
#[derive(Default)]
struct File {
    /// The paths that it names, from the root of the crate.
    uses: BTreeSet<Module>,
    /// Names that it gives to items of others, and what these are.
    exports: Vec<(String, Module)>,
    /// The types that it declares.
    types: Vec<String>,
    /// How its paths into other crates begin.
    crates: BTreeSet<String>,
}

/// All files, parsed once for all tests.
static FILES: LazyLock<BTreeMap<Module, File>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/src");
    let mut found = BTreeMap::new();
    collect(&root, &[], &mut found);
    found
});

fn collect(folder: &Path, of: &[String], found: &mut BTreeMap<Module, File>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let within = [of, std::slice::from_ref(&name)].concat();
        if path.is_dir() {
            collect(&path, &within, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let module = match name.as_str() {
                "lib" | "main" => continue,
                "mod" => of.to_vec(),
                _ => within,
            };
            let text = fs::read_to_string(&path).unwrap();
            let parsed = syn::parse_file(&text).unwrap();
            let mut reading = Reading { module: module.clone(), file: File::default() };
            reading.visit_file(&parsed);
            found.insert(module, reading.file);
        }
    }
}

struct Reading {
    module: Module,
    file: File,
}

impl Reading {
    /// The path from the root of the crate; none where it leads out of the crate or begins with a name in scope.
    fn rooted(&self, path: &[String]) -> Option<Module> {
        let ups = path.iter().take_while(|name| *name == "super").count();
        match path.first()?.as_str() {
            "crate" => Some(path[1..].to_vec()),
            "self" => Some([&self.module, &path[1..]].concat()),
            "super" => {
                let above = self.module.len().checked_sub(ups)?;
                Some([&self.module[..above], &path[ups..]].concat())
            }
            _ => None,
        }
    }

    fn tree(&mut self, before: &[String], tree: &UseTree, is_export: bool) {
        let with = |name: &dyn ToString| [before, &[name.to_string()]].concat();
        let (path, name) = match tree {
            UseTree::Path(path) => return self.tree(&with(&path.ident), &path.tree, is_export),
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.tree(before, tree, is_export));
            }
            UseTree::Name(name) if name.ident == "self" => {
                (before.to_vec(), before.last().cloned().unwrap_or_default())
            }
            UseTree::Name(name) => (with(&name.ident), name.ident.to_string()),
            UseTree::Rename(rename) => (with(&rename.ident), rename.rename.to_string()),
            UseTree::Glob(_) => (before.to_vec(), String::new()),
        };
        let Some(path) = self.rooted(&path) else {
            self.file.crates.extend(path.into_iter().take(1));
            return;
        };
        match is_export {
            true => self.file.exports.push((name, path)),
            false => drop(self.file.uses.insert(path)),
        }
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|word| word == "test")
    })
}

impl<'a> Visit<'a> for Reading {
    fn visit_item(&mut self, item: &'a Item) {
        match item {
            Item::Mod(module) if is_test(&module.attrs) => return,
            Item::Struct(it) => self.file.types.push(it.ident.to_string()),
            Item::Enum(it) => self.file.types.push(it.ident.to_string()),
            Item::Trait(it) => self.file.types.push(it.ident.to_string()),
            Item::Type(it) => self.file.types.push(it.ident.to_string()),
            _ => {}
        }
        syn::visit::visit_item(self, item);
    }

    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        let is_export = !matches!(item.vis, syn::Visibility::Inherited);
        self.tree(&[], &item.tree, is_export);
    }

    /// What is written within a macro is not parsed: its paths are looked for in its text.
    fn visit_macro(&mut self, it: &'a syn::Macro) {
        let text = it.tokens.to_string().replace(" :: ", "::");
        let is_of_path = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
        for words in text.split(|letter: char| !is_of_path(letter)) {
            let names: Vec<String> = words.split("::").map(ToOwned::to_owned).collect();
            if names.len() > 1
                && let Some(path) = self.rooted(&names)
            {
                self.file.uses.insert(path);
            }
        }
        syn::visit::visit_macro(self, it);
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|it| it.ident.to_string()).collect();
        match self.rooted(&names) {
            Some(path) => drop(self.file.uses.insert(path)),
            None => self.file.crates.extend(names.into_iter().take(1)),
        }
        syn::visit::visit_path(self, path);
    }
}

/// The files that each file uses: those of other modules than its own, those above it and those within it.
fn arrows(files: &BTreeMap<Module, File>) -> BTreeMap<&Module, BTreeSet<&Module>> {
    let exports: BTreeMap<Module, &Module> = files
        .iter()
        .flat_map(|(module, file)| {
            let named = |name: &String| [module.as_slice(), std::slice::from_ref(name)].concat();
            file.exports.iter().map(move |(name, item)| (named(name), item))
        })
        .collect();
    let declaring = |path: &Module| {
        let mut path = path.clone();
        // A name may stand for one that stands for another, and a module for itself.
        for _ in 0..8 {
            let named = (1..=path.len()).rev();
            let mut named = named.filter_map(|end| Some((exports.get(&path[..end])?, end)));
            let Some((item, end)) = named.next() else { break };
            path = [item.as_slice(), &path[end..]].concat();
        }
        let file = (1..=path.len()).rev().find_map(|end| files.get_key_value(&path[..end]));
        file.map(|(module, _)| module)
    };
    let related = |a: &Module, b: &Module| a.starts_with(b) || b.starts_with(a);
    files
        .iter()
        .map(|(module, file)| {
            let used = file.uses.iter().filter_map(declaring);
            (module, used.filter(|used| !related(module, used)).collect())
        })
        .collect()
}

fn show(module: &Module) -> String {
    module.join("::")
}

#[test]
fn a_file_uses_what_stands_below_it() {
    let floor = |module: &Module| {
        let root = module[0].as_str();
        let floor = FLOORS.iter().position(|floor| floor.contains(&root));
        floor.or_else(|| (root == TOP).then_some(FLOORS.len()))
    };
    let mut wrong = Vec::new();
    for (module, used) in arrows(&FILES) {
        let Some(here) = floor(module) else {
            wrong.push(format!("{} is on no floor: give it one in tests/floors.rs", show(module)));
            continue;
        };
        for other in used {
            let is_beside = BESIDE.contains(&(module[0].as_str(), other[0].as_str()));
            let is_same = module[0] == other[0];
            if !is_same && !is_beside && floor(other).is_none_or(|other| other >= here) {
                wrong.push(format!("{} uses {}, which is not below it", show(module), show(other)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_files_use_each_other() {
    let arrows = arrows(&FILES);
    // What is left when all that uses nothing else that is left is taken away, again and again, are the circles, and
    // what leads to them.
    let mut left: BTreeSet<&Module> = arrows.keys().copied().collect();
    loop {
        let free: Vec<_> =
            left.iter().copied().filter(|it| arrows[it].is_disjoint(&left)).collect();
        if free.is_empty() {
            break;
        }
        left.retain(|it| !free.contains(it));
    }
    let circles: Vec<String> = left
        .iter()
        .flat_map(|it| arrows[it].intersection(&left).map(|used| (show(it), show(used))))
        .map(|(it, used)| format!("{it} uses {used}"))
        .collect();
    assert!(circles.is_empty(), "there are circles among these:\n{}", circles.join("\n"));
}

#[test]
fn the_rooms_of_the_server_do_not_use_each_other() {
    let mut rooms: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (module, used) in arrows(&FILES) {
        for other in used {
            if let ([floor, room, ..], [other_floor, other_room, ..]) = (&module[..], &other[..])
                && floor == "server"
                && other_floor == "server"
                && room != other_room
            {
                rooms.insert((room, other_room));
            }
        }
    }
    let circles: Vec<_> = rooms.iter().filter(|(a, b)| rooms.contains(&(*b, *a))).collect();
    assert!(circles.is_empty(), "{circles:?}");
}

#[test]
fn one_module_talks_to_the_registry_of_async_graphql() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/src");
    let mut talkers = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let words: String = text.split_whitespace().collect();
                let names = ["async_graphql::registry", "async_graphql::{registry", "MetaType"];
                let grouped = words.split("useasync_graphql::{").skip(1).any(|rest| {
                    rest.split(';').next().is_some_and(|names| names.contains("registry::"))
                });
                if grouped || names.iter().any(|name| words.contains(name)) {
                    talkers.push(path.strip_prefix(&root).unwrap().to_owned());
                }
            }
        }
    }
    assert!(!talkers.is_empty());
    talkers.retain(|path| !path.starts_with("graphql/registry"));
    assert!(talkers.is_empty(), "{talkers:?} talk to the registry: do it by graphql/registry/");
}

#[test]
fn a_name_is_that_of_one_type() {
    let mut declared: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (module, file) in &*FILES {
        for name in &file.types {
            declared.entry(name).or_default().push(show(module));
        }
    }
    let shared: Vec<_> = declared.iter().filter(|(_, modules)| modules.len() > 1).collect();
    assert!(shared.is_empty(), "these names have several meanings: {shared:#?}");
}

#[test]
fn aggregates_and_what_is_below_see_no_value_of_graphql() {
    for (module, file) in &*FILES {
        let floor = FLOORS.iter().position(|floor| floor.contains(&module[0].as_str()));
        let is_measures = module[0] == "measures";
        if is_measures || floor.is_some_and(|floor| (1..6).contains(&floor)) {
            let names = file.crates.iter().any(|name| name == "async_graphql");
            assert!(!names, "{} names async_graphql", show(module));
        }
    }
}
