//! Parser of `sagas.lock`.

use std::str::FromStr;

use es_core::process::RequestKind;

use super::form::{Released, ReleasedStart, ReleasedStep, Sagas};

/// The error of a lock that cannot be read: the line, from 1, and what is wrong there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct InvalidLock {
    line: usize,
    wrong: String,
}

impl std::error::Error for InvalidLock {}

impl std::fmt::Display for InvalidLock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.wrong)
    }
}

impl FromStr for Sagas {
    type Err = InvalidLock;

    fn from_str(text: &str) -> Result<Self, InvalidLock> {
        let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        match lines.next() {
            Some((_, "format 1")) => {}
            Some((line, other)) => {
                return Err(InvalidLock {
                    line,
                    wrong: format!("`format 1` was expected, and there is `{other}`"),
                });
            }
            None => return Err(InvalidLock { line: 1, wrong: "the file is empty".to_owned() }),
        }
        let mut sagas = Self::default();
        let mut at: Option<(String, Option<u32>)> = None;
        for (line, text) in lines {
            let wrong = |wrong: String| InvalidLock { line, wrong };
            let text = text.trim();
            let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
            match (word, &mut at) {
                ("saga", _) => {
                    sagas.0.entry(rest.to_owned()).or_default();
                    at = Some((rest.to_owned(), None));
                }
                ("version", Some((saga, version))) => {
                    let number: u32 =
                        rest.parse().map_err(|_| wrong(format!("`{rest}` is no version")))?;
                    sagas.version(saga, number);
                    *version = Some(number);
                }
                (_, Some((saga, Some(version)))) => {
                    add(sagas.version(saga, *version), word, rest).map_err(wrong)?;
                }
                _ => return Err(wrong(format!("`{text}` stands before a saga and its version"))),
            }
        }
        Ok(sagas)
    }
}

impl Sagas {
    fn version(&mut self, saga: &str, version: u32) -> &mut Released {
        self.0.entry(saga.to_owned()).or_default().entry(version).or_default()
    }
}

fn add(released: &mut Released, word: &str, rest: &str) -> Result<(), String> {
    let (name, compensated_by) = match rest.split_once(", compensated by ") {
        Some((name, by)) => {
            (name, Some(kind(by).ok_or_else(|| format!("`{by}` is no kind of request"))?))
        }
        None => (rest, None),
    };
    let name = name.to_owned();
    match (word, kind(word)) {
        ("start", _) => released.starts.push(ReleasedStart { name, compensated_by }),
        (_, Some(kind)) => released.steps.push(ReleasedStep { name, kind, compensated_by }),
        _ => {
            return Err(format!(
                "`start`, `activity` or `command` was expected, and there is `{word}`"
            ));
        }
    }
    Ok(())
}

fn kind(word: &str) -> Option<RequestKind> {
    match word {
        "activity" => Some(RequestKind::Activity),
        "command" => Some(RequestKind::Command),
        _ => None,
    }
}
