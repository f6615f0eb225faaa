//! The domain: a file of the repository, what a commit does to it, and what cannot be.

use std::fmt;

use es_core::CorrelationId;
use es_core::prelude::*;
use serde::Deserializer;
use serde::de::Error as _;

/// The path of a file in the tree: the id of the aggregate, and the key of its stream.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FilePath(StreamKey);

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for FilePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(StreamKey::deserialize(deserializer)?))
    }
}

impl From<StreamKey> for FilePath {
    fn from(key: StreamKey) -> Self {
        Self(key)
    }
}

/// The content of a file at one moment, and its mode.
#[derive(Shape, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub mode: Mode,
    pub blob: ObjectId,
}

/// Git's six octal digits: file, executable, link, submodule.
#[derive(Shape, Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mode(String);

impl<'de> Deserialize<'de> for Mode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mode = String::deserialize(deserializer)?;
        match mode.as_str() {
            "100644" | "100755" | "120000" | "160000" | "000000" => Ok(Self(mode)),
            _ => Err(D::Error::custom(format!("{mode:?} is not a mode that git writes"))),
        }
    }
}

/// The 40 hex digits of a commit or a blob.
#[derive(Shape, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ObjectId(String);

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ObjectId {
    /// A commit as what its events have in common.
    pub fn correlation(&self) -> CorrelationId {
        CorrelationId::new(&self.0).expect("40 hex digits are a correlation id")
    }
}

impl<'de> Deserialize<'de> for ObjectId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        if id.len() == 40 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            Ok(Self(id))
        } else {
            Err(D::Error::custom(format!("{id:?} is not 40 hex digits")))
        }
    }
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "file-added")]
pub struct Added {
    pub content: Content,
    pub at: Timestamp,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "file-modified")]
pub struct Modified {
    pub content: Content,
    pub at: Timestamp,
}

/// A file became a link, a link a file.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "file-type-changed")]
pub struct TypeChanged {
    pub content: Content,
    pub at: Timestamp,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "file-removed")]
pub struct Removed {
    pub at: Timestamp,
}

/// A path of the tree; `None` while nothing is there.
#[derive(Aggregate, Default, Clone, Debug, PartialEq)]
#[aggregate(name = "file", id = FilePath, events(Added, Modified, TypeChanged, Removed), error = FileError)]
pub struct File {
    pub content: Option<Content>,
}

/// The changes that no commit can make.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum FileError {
    #[error("it is there already")]
    IsThere,
    #[error("it is not there")]
    IsNotThere,
}

impl Apply<Added> for File {
    fn apply(&mut self, event: Added) {
        self.content = Some(event.content);
    }
}

impl Apply<Modified> for File {
    fn apply(&mut self, event: Modified) {
        self.content = Some(event.content);
    }
}

impl Apply<TypeChanged> for File {
    fn apply(&mut self, event: TypeChanged) {
        self.content = Some(event.content);
    }
}

impl Apply<Removed> for File {
    fn apply(&mut self, _: Removed) {
        self.content = None;
    }
}

/// One change of a commit. `Any`, because a path that was removed may be added again.
#[derive(Command, Clone, Debug)]
#[command(aggregate = File, any)]
pub struct Change {
    #[command(id)]
    pub path: FilePath,
    pub op: Op,
    pub content: Content,
    pub at: Timestamp,
}

/// The kind of change that a commit makes to a path, in the letters of `git log --raw`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Op {
    #[serde(rename = "A")]
    Add,
    #[serde(rename = "M")]
    Modify,
    #[serde(rename = "D")]
    Remove,
    #[serde(rename = "T")]
    ChangeType,
}

impl Decide<Change> for File {
    type Events = FileEvent;

    fn decide(&self, command: Change) -> Result<FileEvent, FileError> {
        let Change { op, content, at, .. } = command;
        match (op, self.content.is_some()) {
            (Op::Add, false) => Ok(Added { content, at }.into()),
            (Op::Modify, true) => Ok(Modified { content, at }.into()),
            (Op::ChangeType, true) => Ok(TypeChanged { content, at }.into()),
            (Op::Remove, true) => Ok(Removed { at }.into()),
            (Op::Add, true) => Err(FileError::IsThere),
            (Op::Modify | Op::ChangeType | Op::Remove, false) => Err(FileError::IsNotThere),
        }
    }
}

#[cfg(test)]
mod tests {
    use es_testing::prelude::*;

    use super::*;

    es_testing::catalog!("catalog", File { commands: [Change] });

    fn readme() -> FilePath {
        FilePath(StreamKey::new("README.md").expect("a plain path"))
    }

    fn noon() -> Timestamp {
        Timestamp::from_unix_micros(0)
    }

    fn content(digit: &str) -> Content {
        Content { mode: Mode("100644".into()), blob: ObjectId(digit.repeat(40)) }
    }

    fn change(op: Op, digit: &str) -> Change {
        Change { path: readme(), op, content: content(digit), at: noon() }
    }

    #[test]
    fn a_removed_file_can_be_added_again() {
        File::given((Added { content: content("a"), at: noon() }, Removed { at: noon() }))
            .when(change(Op::Add, "b"))
            .then(Added { content: content("b"), at: noon() });
    }

    #[test]
    fn a_file_that_is_there_cannot_be_added() {
        File::given(Added { content: content("a"), at: noon() })
            .when(change(Op::Add, "b"))
            .then_rejected(FileError::IsThere);
    }

    #[test]
    fn what_is_not_there_cannot_be_removed() {
        File::given(()).when(change(Op::Remove, "0")).then_rejected(FileError::IsNotThere);
    }

    #[test]
    fn a_file_is_what_its_last_change_made_of_it() {
        File::given(())
            .when(change(Op::Add, "a"))
            .when(change(Op::Modify, "b"))
            .when(change(Op::ChangeType, "c"))
            .then_state(File { content: Some(content("c")) });
    }
}
