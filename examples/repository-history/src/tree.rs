//! The tree as a read model: what stands at each path, in a table or in a map.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use es_core::prelude::*;
use es_core::{ProjectAll, ProjectionKey};
use es_postgres::sqlx::types::Json;
use es_postgres::sqlx::{self, Executor, PgConnection};

use crate::file::{Added, Content, FilePath, Modified, Removed, TypeChanged};
use crate::read_model::Whole;

/// A tree: what stands at each path.
pub type Tree = BTreeMap<FilePath, Content>;

/// Keeps the [`Tree`] as of the last commit. A page of events is one change of the tree: of each path, what
/// the last of its events says.
#[derive(Projection, Default, Clone, Copy, Debug)]
#[projection(
    name = "tree",
    version = 1,
    events(Added, Modified, TypeChanged, Removed),
    bulk,
    db(PgConnection, Tree)
)]
pub struct Files;

/// The content of each path after the events; `None` if nothing is there any more.
fn changes(events: &[Recorded<FilesEvent>]) -> BTreeMap<FilePath, Option<&Content>> {
    events.iter().map(|event| (event.stream.key().clone().into(), after(&event.event))).collect()
}

/// The content at the path after an event.
fn after(event: &FilesEvent) -> Option<&Content> {
    match event {
        FilesEvent::Added(Added { content, .. })
        | FilesEvent::Modified(Modified { content, .. })
        | FilesEvent::TypeChanged(TypeChanged { content, .. }) => Some(content),
        FilesEvent::Removed(_) => None,
    }
}

/// The path whose events have that key.
fn path(key: &ProjectionKey) -> Result<FilePath, ProjectError> {
    Ok(key.as_str().parse::<StreamId>()?.key().clone().into())
}

impl ProjectAll<Tree> for Files {
    async fn project_all(
        &self,
        events: &[Recorded<FilesEvent>],
        tree: &mut Tree,
    ) -> Result<(), ProjectError> {
        for (path, content) in changes(events) {
            match content {
                Some(content) => tree.insert(path, content.clone()),
                None => tree.remove(&path),
            };
        }
        Ok(())
    }
}

impl ReadModel<Tree> for Files {
    async fn forget(&self, stream: &StreamId, tree: &mut Tree) -> Result<(), ProjectError> {
        tree.remove(&stream.key().clone().into());
        Ok(())
    }

    async fn rows_of(
        &self,
        key: &ProjectionKey,
        tree: &mut Tree,
    ) -> Result<Option<serde_json::Value>, ProjectError> {
        Ok(Some(serde_json::to_value(tree.get(&path(key)?))?))
    }
}

impl Whole<Tree> for Files {
    type Rows = Tree;

    async fn whole(&self, tree: &mut Tree) -> Result<Tree, ProjectError> {
        Ok(tree.clone())
    }
}

impl ProjectAll<PgConnection> for Files {
    async fn project_all(
        &self,
        events: &[Recorded<FilesEvent>],
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        let (mut stand, mut gone) = (BTreeMap::new(), Vec::new());
        for (path, content) in changes(events) {
            match content {
                Some(content) => _ = stand.insert(path.to_string(), content),
                None => gone.push(path.to_string()),
            }
        }
        let set = "INSERT INTO file (path, mode, blob) \
                   SELECT path, content->>'mode', content->>'blob' FROM jsonb_each($1) AS stand (path, content) \
                   ON CONFLICT (path) DO UPDATE SET mode = excluded.mode, blob = excluded.blob";
        db.execute(sqlx::query(set).bind(Json(stand))).await?;
        db.execute(sqlx::query("DELETE FROM file WHERE path = ANY ($1)").bind(gone)).await?;
        Ok(())
    }
}

impl ReadModel<PgConnection> for Files {
    async fn create(&self, db: &mut PgConnection) -> Result<(), ProjectError> {
        let table =
            "CREATE TABLE file (path text PRIMARY KEY, mode text NOT NULL, blob text NOT NULL)";
        db.execute(table).await?;
        Ok(())
    }

    async fn forget(&self, stream: &StreamId, db: &mut PgConnection) -> Result<(), ProjectError> {
        let forget = sqlx::query("DELETE FROM file WHERE path = $1");
        db.execute(forget.bind(stream.key().as_str())).await?;
        Ok(())
    }

    async fn rows_of(
        &self,
        key: &ProjectionKey,
        db: &mut PgConnection,
    ) -> Result<Option<serde_json::Value>, ProjectError> {
        let row = sqlx::query_scalar("SELECT to_jsonb(file) FROM file WHERE path = $1");
        let row = row.bind(path(key)?.to_string()).fetch_optional(db).await?;
        Ok(Some(row.unwrap_or_default()))
    }
}

impl Whole<PgConnection> for Files {
    type Rows = Tree;

    async fn whole(&self, db: &mut PgConnection) -> Result<Tree, ProjectError> {
        let all =
            "SELECT coalesce(jsonb_object_agg(path, to_jsonb(file) - 'path'), '{}') FROM file";
        let Json(tree) = sqlx::query_scalar(all).fetch_one(db).await?;
        Ok(tree)
    }
}
