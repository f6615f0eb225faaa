//! The store against the truth: the tree at a commit, read in two ways.

use std::collections::BTreeMap;
use std::path::Path;
use std::pin::pin;

use es_core::prelude::*;
use es_core::{RecordedDecodeError, StoreError};
use futures_util::TryStreamExt;

use crate::file::{
    Added, Content, File, FileEvent, FilePath, Mode, Modified, ObjectId, TypeChanged,
};
use crate::history::open;
use crate::progress::Progress;
use crate::tree::Tree;

/// The true trees, by commit.
pub type Oracle = BTreeMap<String, Tree>;

/// The result of the comparison.
#[derive(Debug, Default, PartialEq)]
pub struct Verified {
    pub files: usize,
    pub commits: usize,
    /// Events of files in the store.
    pub events: usize,
    /// The position at which each commit of the oracle ends in the log.
    pub moments: BTreeMap<String, Position>,
    /// The last commit, and where it ends.
    pub last: Option<(String, Position)>,
    /// The tree at the end, as one read of the log gives it.
    pub tree: Tree,
    /// One sentence per difference.
    pub differences: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error("cannot read the oracle {file}")]
    File { file: String, source: std::io::Error },
    #[error("the oracle {file} does not hold trees: {field}: {reason}")]
    Oracle { file: String, field: String, reason: String },
    #[error(transparent)]
    Decode(#[from] RecordedDecodeError),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub fn oracle(file: &Path) -> Result<Oracle, VerifyError> {
    let name = file.display().to_string();
    let bytes = open(file).map_err(|source| VerifyError::File { file: name.clone(), source })?;
    let mut json = serde_json::Deserializer::from_reader(bytes);
    let trees: BTreeMap<String, BTreeMap<FilePath, (Mode, ObjectId)>> =
        serde_path_to_error::deserialize(&mut json).map_err(|error| VerifyError::Oracle {
            file: name,
            field: error.path().to_string(),
            reason: error.inner().to_string(),
        })?;
    let tree = |tree: BTreeMap<FilePath, _>| {
        tree.into_iter().map(|(path, (mode, blob))| (path, Content { mode, blob })).collect()
    };
    Ok(trees.into_iter().map(|(commit, files)| (commit, tree(files))).collect())
}

/// Compares the store with the oracle: the tree at each commit as one read of the log gives it,
/// and each of its files as the file's own stream gives it as of the same position.
pub async fn verify<S: EventStore>(store: &S, oracle: &Oracle) -> Result<Verified, VerifyError> {
    let mut verified = Verified { commits: oracle.len(), ..Verified::default() };
    let mut log = Log::default();
    let mut events = pin!(store.read_log(Cursor::START));
    while let Some(event) = events.try_next().await? {
        if *event.stream.category() != Category::of::<File>() {
            continue;
        }
        if let Some((commit, position)) = log.commit_before(&event)
            && let Some(truth) = oracle.get(&commit)
        {
            compare(&commit, "the log", truth, &log.tree, &mut verified.differences);
            verified.moments.insert(commit, position);
        }
        for event in event.decode()? {
            log.read(event);
        }
    }
    if let Some((commit, position)) = &log.last
        && let Some(truth) = oracle.get(commit)
    {
        compare(commit, "the log", truth, &log.tree, &mut verified.differences);
        verified.moments.insert(commit.clone(), *position);
    }
    (verified.events, verified.last, verified.tree) = (log.events, log.last, log.tree);
    load_each(store, oracle, &mut verified).await?;
    Ok(verified)
}

/// The log of files, folded as far as it has been read.
#[derive(Default)]
struct Log {
    tree: Tree,
    events: usize,
    /// The commit of the last event, and its position.
    last: Option<(String, Position)>,
}

impl Log {
    /// The commit that is complete now that `next` begins another.
    fn commit_before<E>(&self, next: &Recorded<E>) -> Option<(String, Position)> {
        self.last.clone().filter(|(commit, _)| *commit != commit_of(next))
    }

    fn read(&mut self, event: Recorded<FileEvent>) {
        self.events += 1;
        self.last = Some((commit_of(&event), event.position));
        let path = FilePath::from(event.stream.key().clone());
        match event.event {
            FileEvent::Added(Added { content, .. })
            | FileEvent::Modified(Modified { content, .. })
            | FileEvent::TypeChanged(TypeChanged { content, .. }) => {
                self.tree.insert(path, content);
            }
            FileEvent::Removed(_) => {
                self.tree.remove(&path);
            }
        }
    }
}

fn commit_of<E>(event: &Recorded<E>) -> String {
    event.metadata.correlation_id.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// Every file of every true tree, loaded from its own stream as of the commit.
async fn load_each<S: EventStore>(
    store: &S,
    oracle: &Oracle,
    verified: &mut Verified,
) -> Result<(), VerifyError> {
    let files = Repository::<File, _>::new(store.clone());
    let progress = Progress::new("files", oracle.values().map(BTreeMap::len).sum(), 0);
    for (commit, truth) in oracle {
        let Some(&position) = verified.moments.get(commit) else {
            verified.differences.push(format!("{commit}: the store does not hold this commit"));
            continue;
        };
        for (path, content) in truth {
            let stood = files.load_as_of(path, position).await?.state.content;
            if stood.as_ref() != Some(content) {
                let difference =
                    format!("{commit}: {path}: loaded {stood:?}, should be {content:?}");
                verified.differences.push(difference);
            }
            verified.files += 1;
            progress.step();
        }
    }
    Ok(())
}

/// Adds what `who` has otherwise than the truth, or not, or in addition.
pub fn compare(commit: &str, who: &str, truth: &Tree, tree: &Tree, differences: &mut Vec<String>) {
    for (path, content) in truth {
        match tree.get(path) {
            Some(same) if same == content => {}
            Some(other) => differences
                .push(format!("{commit}: {path}: {who} holds {other:?}, should be {content:?}")),
            None => differences.push(format!("{commit}: {path}: {who} does not hold it")),
        }
    }
    for path in tree.keys().filter(|path| !truth.contains_key(path)) {
        differences.push(format!("{commit}: {path}: {who} holds it, the commit does not"));
    }
}
