//! Creation and verification of the rows of a projection.

use std::future::Future;

use super::{ProjectError, ProjectionKey, Projects};
use crate::stream::StreamId;

/// The rows of a projection: how they come into being, and how one sees that they are right.
///
/// Everything has a default, so a projection that needs nothing says `impl ReadModel<Db> for It {}`.
///
/// In Postgres each version of a projection has a schema of its own, and `search_path` begins with it
/// in every method here and in every handler: tables are named without a schema. Whoever reads names the
/// schema, `balances.account`; it is that of the version that serves, before, during and after a
/// rebuild.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what its rows in `{Db}` need",
    label = "`impl ReadModel<{Db}> for {Self}` is missing",
    note = "write: impl ReadModel<{Db}> for {Self} {{}}",
    note = "where its rows need tables, write in it: async fn create(&self, db: &mut {Db}) -> Result<(), ProjectError> {{ .. }}"
)]
pub trait ReadModel<Db: Send>: Projects<Db> {
    /// Makes the empty tables, once per version. Does nothing by default.
    fn create(&self, db: &mut Db) -> impl Future<Output = Result<(), ProjectError>> + Send {
        let _ = db;
        async { Ok(()) }
    }

    /// Removes what was written elsewhere than into the tables of its own schema, which are emptied
    /// without it: before the projection is built again in place. Does nothing by default.
    fn reset(&self, db: &mut Db) -> impl Future<Output = Result<(), ProjectError>> + Send {
        let _ = db;
        async { Ok(()) }
    }

    /// Removes what follows from the events of one stream, which was
    /// [transformed](crate::TransformStore): its copies come next, from the first one on.
    ///
    /// # Errors
    ///
    /// By default always, so that nothing is counted twice: the key of the stream is parked until the
    /// projection is rebuilt.
    fn forget(
        &self,
        stream: &StreamId,
        db: &mut Db,
    ) -> impl Future<Output = Result<(), ProjectError>> + Send {
        let _ = db;
        let error = ProjectError::new(format!(
            "stream `{stream}` was transformed, and `{}` does not say how to forget it; \
             rebuild the projection, or write `ReadModel::forget`",
            Self::NAME
        ));
        async move { Err(error) }
    }

    /// Looks at rows that were rebuilt, before they serve; fails if they are wrong. Does nothing by
    /// default.
    fn verify(&self, db: &mut Db) -> impl Future<Output = Result<(), ProjectError>> + Send {
        let _ = db;
        async { Ok(()) }
    }

    /// Everything that follows from the events of one key, in a form that can be compared, or `None`
    /// if rows cannot be told apart by key. With it, keys drawn at random are folded anew and compared
    /// before rebuilt rows serve.
    fn rows_of(
        &self,
        key: &ProjectionKey,
        db: &mut Db,
    ) -> impl Future<Output = Result<Option<serde_json::Value>, ProjectError>> + Send {
        let _ = (key, db);
        async { Ok(None) }
    }
}
