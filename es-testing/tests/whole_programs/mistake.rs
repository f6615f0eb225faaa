//! Mistakes: small changes of the base program.

use std::fs;
use std::path::Path;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/whole_programs");

pub(crate) struct Mistake {
    pub(crate) name: String,
    /// The number of errors that it meets; one, unless it says why not.
    pub(crate) errors: usize,
    pub(crate) rename: Option<Rename>,
    changes: Vec<Change>,
}

/// A library that the program has under another name.
pub(crate) struct Rename {
    pub(crate) library: String,
    pub(crate) name: String,
    /// True if it is the name of another library, which hands this one on.
    pub(crate) is_handed_on: bool,
}

#[derive(Default)]
struct Change {
    old: Vec<String>,
    new: Vec<String>,
}

/// The program without a mistake.
pub(crate) fn base() -> String {
    fs::read_to_string(Path::new(FOLDER).join("base.rs")).expect("readable")
}

/// All mistakes, in the order of their kinds.
pub(crate) fn all() -> Vec<Mistake> {
    in_folder("mistakes")
}

/// The changes that are no mistakes.
pub(crate) fn none() -> Vec<Mistake> {
    in_folder("sound")
}

fn in_folder(name: &str) -> Vec<Mistake> {
    let entries = fs::read_dir(Path::new(FOLDER).join(name)).expect("the folder is there");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    files.sort();
    let texts = files.iter().map(|file| fs::read_to_string(file).expect("readable"));
    texts.flat_map(|text| text.split("\n# ").filter_map(parse).collect::<Vec<_>>()).collect()
}

/// Text from a name on; the text before the first name is about the file.
fn parse(text: &str) -> Option<Mistake> {
    let text = text.trim_start_matches("# ");
    let (name, text) = text.split_once('\n')?;
    if name.contains(' ') {
        return None;
    }
    let mut mistake =
        Mistake { name: name.to_owned(), errors: 1, rename: None, changes: Vec::new() };
    let mut change = Change::default();
    for line in text.lines().chain([""]) {
        match line.split_at_checked(1) {
            Some(("-", line)) => change.old.push(line.trim().to_owned()),
            Some(("+", line)) => change.new.push(line.trim().to_owned()),
            Some(("!", why)) => {
                let (errors, reason) = why.trim().split_once(' ').expect("a number and why");
                assert!(!reason.is_empty(), "{name} says why");
                mistake.errors = errors.parse().expect("a number and why");
            }
            Some((kind @ ("~" | "^"), names)) => {
                let (library, name) = names.trim().split_once(' ').expect("two names");
                let (library, name) = (library.to_owned(), name.to_owned());
                mistake.rename = Some(Rename { library, name, is_handed_on: kind == "^" });
            }
            _ if !change.old.is_empty() => mistake.changes.push(std::mem::take(&mut change)),
            _ => {}
        }
    }
    assert!(!mistake.changes.is_empty(), "{name} changes nothing");
    Some(mistake)
}

impl Mistake {
    /// The base with the mistake in it.
    pub(crate) fn program(&self, base: &str) -> String {
        let mut lines: Vec<&str> = base.lines().collect();
        for Change { old, new } in &self.changes {
            let places: Vec<_> = (0..lines.len())
                .filter(|&at| {
                    let here = lines[at..].iter().map(|line| line.trim());
                    lines.len() - at >= old.len() && here.zip(old).all(|(line, old)| line == old)
                })
                .collect();
            let [place] = places[..] else {
                panic!("{}: {old:?} is in the base {} times", self.name, places.len())
            };
            lines.splice(place..place + old.len(), new.iter().map(String::as_str));
        }
        lines.join("\n")
    }
}
