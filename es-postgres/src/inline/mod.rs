//! Projections that are a part of every append.

mod projected;
mod start;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use es_core::projection::ProjectionId;
use es_core::{
    Append, AppendError, Appended, EventSet, ProjectError, Projects, ReadModel, RecordedEvent,
    StoreError, StoreErrorKind,
};
use sqlx::{PgConnection, Row};

pub use self::start::InlineError;
use crate::error::from_sqlx;
use crate::projections::is_transient;
use crate::store::PgStore;

/// The projections of a store, each in the schema of its own.
#[derive(Clone, Default)]
pub(crate) struct Inline(Arc<[Arc<dyn Member>]>);

/// One of them, whatever its type.
trait Member: Send + Sync {
    fn id(&self) -> &ProjectionId;

    /// Where its rows are.
    fn schema(&self) -> &str;

    fn project<'a>(
        &'a self,
        events: &'a [RecordedEvent],
        db: &'a mut PgConnection,
    ) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>>;
}

struct Inlined<X> {
    projection: X,
    id: ProjectionId,
    schema: String,
}

impl Inline {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same, and one more behind them.
    fn and<X: ReadModel<PgConnection>>(&self, projection: X, schema: String) -> Self {
        let member = Inlined { projection, id: ProjectionId::of::<X>(), schema };
        let member: Arc<dyn Member> = Arc::new(member);
        Self(self.0.iter().cloned().chain([member]).collect())
    }
}

impl fmt::Debug for Inline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|member| member.id())).finish()
    }
}

impl PgStore {
    /// Hands what was just written in this transaction to each projection.
    ///
    /// # Errors
    ///
    /// If one of them fails: nothing of the append may be committed then.
    pub(crate) async fn project_inline(
        &self,
        connection: &mut PgConnection,
        append: &Append,
        appended: &Appended,
    ) -> Result<(), AppendError> {
        if self.inline.is_empty() || appended.already || append.events() == 0 {
            return Ok(());
        }
        let events = projected::recorded(append, appended)?;
        let mut base = None;
        for member in self.inline.0.iter() {
            base = Some(self.enter(connection, &**member, base).await?);
            member.project(&events, connection).await?;
        }
        // The caller's transaction goes on with what it had.
        let back = self.query("SELECT set_config('search_path', $1, true)").bind(base);
        back.execute(connection).await.map_err(from_sqlx)?;
        Ok(())
    }

    /// Goes into the schema of a projection, and answers what the search path was before the first.
    async fn enter(
        &self,
        connection: &mut PgConnection,
        member: &dyn Member,
        base: Option<String>,
    ) -> Result<String, StoreError> {
        let id = member.id();
        let query = self
            .query(include_str!("../../sql/projections/inline_path.sql"))
            .bind(id.name.as_str())
            .bind(i64::from(id.version))
            .bind(base)
            .bind(member.schema());
        let row = query.fetch_optional(connection).await.map_err(from_sqlx)?;
        let Some(row) = row else { return Err(replaced(id)) };
        match row.try_get(1).map_err(from_sqlx)? {
            "serving" => row.try_get(0).map_err(from_sqlx),
            _ => Err(replaced(id)),
        }
    }
}

impl<X: ReadModel<PgConnection>> Member for Inlined<X> {
    fn id(&self) -> &ProjectionId {
        &self.id
    }

    fn schema(&self) -> &str {
        &self.schema
    }

    fn project<'a>(
        &'a self,
        events: &'a [RecordedEvent],
        db: &'a mut PgConnection,
    ) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>> {
        Box::pin(project(&self.projection, &self.id, events, db))
    }
}

/// Hands the events to a projection that it lists, with their effects.
async fn project<X: Projects<PgConnection>>(
    projection: &X,
    id: &ProjectionId,
    events: &[RecordedEvent],
    db: &mut PgConnection,
) -> Result<(), StoreError> {
    for stored in events.iter().filter(|event| X::Event::contains(event.event.name.as_str())) {
        let failed = |error: ProjectError| failure(id, stored, error);
        for event in stored.clone().decode::<X::Event>().map_err(|error| failed(error.into()))? {
            if X::HAS_EFFECTS {
                projection.project(event.clone(), db).await.map_err(failed)?;
                projection.react(event, db).await.map_err(failed)?;
            } else {
                projection.project(event, db).await.map_err(failed)?;
            }
        }
    }
    Ok(())
}

/// What a moment may cure is told as any statement of the append: it is waited for, or tried again.
fn failure(id: &ProjectionId, event: &RecordedEvent, error: ProjectError) -> StoreError {
    let kind =
        if is_transient(&error) { StoreErrorKind::Contention } else { StoreErrorKind::Other };
    let (name, stream) = (event.event.name.to_string(), event.stream.to_string());
    let source = match error.into_error().downcast::<sqlx::Error>() {
        Ok(error) if kind == StoreErrorKind::Contention => return from_sqlx(*error),
        Ok(error) => error,
        Err(source) => source,
    };
    StoreError::new(kind, Failed { projection: id.clone(), name, stream, source })
}

/// A later version has taken the place of `id`, or somebody has dropped it. Its rows would not be read.
fn replaced(id: &ProjectionId) -> StoreError {
    StoreError::new(
        StoreErrorKind::Unsupported,
        format!(
            "the inline projection `{id}` does not serve any more, so nothing was stored: restart this \
             process with the version that does"
        ),
    )
}

/// A projection refused an event, and with it the append.
#[derive(Debug, thiserror::Error)]
#[error(
    "the inline projection `{projection}` failed on event `{name}` of stream `{stream}`, so it was not stored"
)]
struct Failed {
    projection: ProjectionId,
    name: String,
    stream: String,
    source: Box<dyn std::error::Error + Send + Sync>,
}
