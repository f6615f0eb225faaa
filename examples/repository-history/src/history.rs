//! The history file: one commit a line, compressed or not.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use es_core::Timestamp;
use flate2::bufread::MultiGzDecoder;
use serde::Deserialize;

use crate::file::{FilePath, Mode, ObjectId, Op};

/// One line of the history.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commit {
    #[serde(rename = "commit")]
    pub id: ObjectId,
    pub at: Timestamp,
    pub changes: Vec<FileChange>,
}

/// The change that a commit makes to one path.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileChange {
    pub op: Op,
    pub path: FilePath,
    pub mode: Mode,
    pub blob: ObjectId,
}

/// A line that is not a commit: which line, which field, why.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    #[error("cannot read {file}")]
    File { file: String, source: io::Error },
    #[error("line {line}: {field}: {reason}")]
    Line { line: usize, field: String, reason: String },
}

/// The commits of a history, oldest first, each with the number of its line.
pub fn commits(
    file: &Path,
) -> Result<impl Iterator<Item = Result<(usize, Commit), HistoryError>>, HistoryError> {
    let name = file.display().to_string();
    let lines = open(file).map_err(|source| HistoryError::File { file: name.clone(), source })?;
    let mut broken = false;
    Ok(lines.lines().enumerate().map_while(move |(nth, text)| {
        // A damaged file answers every further read with the same error.
        if broken {
            return None;
        }
        broken = text.is_err();
        let commit = text
            .map_err(|source| HistoryError::File { file: name.clone(), source })
            .and_then(|text| parse(nth + 1, &text));
        Some(commit.map(|commit| (nth + 1, commit)))
    }))
}

/// A file, unpacked if it is compressed.
pub fn open(file: &Path) -> io::Result<Box<dyn BufRead>> {
    let mut bytes = BufReader::new(File::open(file)?);
    if bytes.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        Ok(Box::new(BufReader::new(MultiGzDecoder::new(bytes))))
    } else {
        Ok(Box::new(bytes))
    }
}

fn parse(line: usize, text: &str) -> Result<Commit, HistoryError> {
    let mut json = serde_json::Deserializer::from_str(text);
    let commit = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let field = match error.path().to_string() {
            whole if whole == "." => "the whole line".to_owned(),
            field => field,
        };
        HistoryError::Line { line, field, reason: reason(error.inner()) }
    })?;
    json.end().map_err(|error| HistoryError::Line {
        line,
        field: "the end of the line".to_owned(),
        reason: reason(&error),
    })?;
    Ok(commit)
}

/// The problem and its column in the line, which is the first and only one for the JSON reader.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    format!("{what} (column {})", error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        parse(7, text).expect_err("a broken line").to_string()
    }

    #[test]
    fn an_unknown_op_is_named_with_its_field() {
        let line = r#"{"commit":"674a45df4b8e5c70be1b38319198cdae7b8e0e13","at":"2023-03-22T09:31:11+01:00",
            "changes":[{"op":"X","path":"README.md","mode":"100644","blob":"ac95e6ffa1d893f426d4a636dc31da95b9317ae1"}]}"#;

        assert!(
            refusal(line)
                .starts_with("line 7: changes[0].op: unknown variant `X`, expected one of")
        );
    }

    #[test]
    fn bad_json_is_named_with_its_place() {
        assert_eq!(
            refusal("{\"commit\":"),
            "line 7: commit: EOF while parsing a value (column 10)"
        );
    }

    #[test]
    fn a_missing_field_is_named() {
        let line = r#"{"commit":"674a45df4b8e5c70be1b38319198cdae7b8e0e13","changes":[]}"#;

        assert!(refusal(line).contains("missing field `at`"), "{}", refusal(line));
    }

    #[test]
    fn an_id_that_is_none_is_named() {
        let line = r#"{"commit":"HEAD","at":"2023-03-22T09:31:11+01:00","changes":[]}"#;

        assert!(refusal(line).starts_with("line 7: commit: \"HEAD\" is not 40 hex digits"));
    }
}
