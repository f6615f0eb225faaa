//! Import of the history into the store: one commit, one append, and on after the last one.

use std::path::Path;
use std::pin::pin;

use es_core::prelude::*;
use es_core::{CorrelationId, StoreError};
use futures_util::TryStreamExt;
use tokio::sync::watch;

use crate::file::{Change, Content, File, FileError};
use crate::history::{Commit, HistoryError, commits};
use crate::progress::Progress;

/// The result of an import.
#[derive(Debug, PartialEq)]
pub struct Imported {
    /// Commits that were in the store before.
    pub found: usize,
    /// Commits that this import stored.
    pub added: usize,
    /// True if it was asked to stop before the end.
    pub interrupted: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    History(#[from] HistoryError),
    #[error("line {line}: changes[{change}].path: `{path}` cannot be changed so: {reason}")]
    Change { line: usize, change: usize, path: String, reason: Box<ExecuteError<FileError>> },
    #[error(
        "the store ends with commit {commit}, which is not in the history: is it another history's?"
    )]
    AnotherHistory { commit: String },
    #[error("line {line}: commit {commit} cannot be stored")]
    Append { line: usize, commit: String, source: AppendError },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Stores what the store does not have yet. Each commit is stored as a whole or not at all, so
/// wherever this ends, the next import goes on from there.
pub async fn import<S: EventStore>(
    store: &S,
    history: &Path,
    stop: &watch::Receiver<bool>,
) -> Result<Imported, ImportError> {
    let total = commits(history)?.count();
    let mut missing = commits(history)?;
    let mut imported = Imported { found: 0, added: 0, interrupted: false };
    if let Some(last) = last_commit(store).await? {
        imported.found = skip_through(&mut missing, &last)?;
    }
    let progress = Progress::new("commits", total, imported.found);
    for commit in missing {
        if *stop.borrow() {
            imported.interrupted = true;
            break;
        }
        let (line, commit) = commit?;
        store_commit(store, line, commit).await?;
        imported.added += 1;
        progress.step();
    }
    Ok(imported)
}

/// The commit of the newest event of any file.
async fn last_commit<S: EventStore>(store: &S) -> Result<Option<CorrelationId>, StoreError> {
    let files = Category::of::<File>();
    let mut newest_first = pin!(store.read_log(Cursor::END));
    while let Some(event) = newest_first.try_next().await? {
        if *event.stream.category() == files {
            return Ok(event.metadata.correlation_id);
        }
    }
    Ok(None)
}

/// Reads on until `last` has been read; answers how many commits that were.
fn skip_through(
    commits: impl Iterator<Item = Result<(usize, Commit), HistoryError>>,
    last: &CorrelationId,
) -> Result<usize, ImportError> {
    let mut skipped = 0;
    for commit in commits {
        let (_, commit) = commit?;
        skipped += 1;
        if commit.id.correlation() == *last {
            return Ok(skipped);
        }
    }
    Err(ImportError::AnotherHistory { commit: last.to_string() })
}

async fn store_commit<S: EventStore>(
    store: &S,
    line: usize,
    commit: Commit,
) -> Result<(), ImportError> {
    let Commit { id, at, changes } = commit;
    let metadata = Metadata::default().with_correlation_id(id.correlation());
    let mut work = UnitOfWork::new(store.clone(), metadata);
    for (change, file) in changes.into_iter().enumerate() {
        let path = file.path.to_string();
        let content = Content { mode: file.mode, blob: file.blob };
        let command = Change { path: file.path, op: file.op, content, at };
        work.execute(command).await.map_err(|reason| ImportError::Change {
            line,
            change,
            path,
            reason: Box::new(reason),
        })?;
    }
    let stored = work.commit().await;
    stored.map(drop).map_err(|source| ImportError::Append { line, commit: id.to_string(), source })
}
