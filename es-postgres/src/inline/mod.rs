//! Inline projections, which are a part of every append.

mod projected;
mod start;

use std::any::Any;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;

use es_core::projection::{Effects, ProjectionId, dispatch};
use es_core::{
    Append, AppendError, Appended, EventSet, ProjectError, Projects, ReadModel, RecordedEvent,
    StoreError, StoreErrorKind,
};
use futures_util::FutureExt;
use sqlx::{PgConnection, Row};

pub use self::start::InlineError;
use crate::append::appender::Appender;
use crate::error::from_sqlx;
use crate::projections::{from_check, is_transient};

/// The projections of a store, each in the schema of its own.
#[derive(Clone, Default)]
pub(crate) struct Inline(Arc<[Arc<dyn Member>]>);

/// One of the projections, without its type.
trait Member: Send + Sync {
    fn id(&self) -> &ProjectionId;

    /// The schema of its rows.
    fn schema(&self) -> &str;

    fn project<'a>(
        &'a self,
        events: &'a [RecordedEvent],
        db: &'a mut PgConnection,
    ) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>>;

    /// The error of an append whose events the projection was handed, if its own error names none
    /// of them: it names the first event that the projection lists.
    fn refusal(&self, events: &[RecordedEvent], error: ProjectError) -> StoreError;
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

    /// The same projections, and one more after them.
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

impl Appender {
    /// Hands the events just written in this transaction to each projection.
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
        self.database.forget_prepared(connection).await.map_err(from_sqlx)?;
        for member in self.inline.0.iter() {
            let inside = self.enter(connection, &**member).await?;
            let projected = AssertUnwindSafe(member.project(&events, connection)).catch_unwind();
            match projected.await {
                Ok(projected) => projected?,
                Err(panic) => return Err(member.refusal(&events, panicked(&*panic)).into()),
            }
            // The caller's transaction goes on with what it had.
            if let Err(error) = self.leave(connection, inside).await {
                return Err(member.refusal(&events, error).into());
            }
        }
        Ok(())
    }

    /// Enters the schema of a projection, whose handlers are next.
    async fn enter(
        &self,
        connection: &mut PgConnection,
        member: &dyn Member,
    ) -> Result<Inside, StoreError> {
        let id = member.id();
        let query = self
            .database
            .query(include_str!("../../sql/projections/inline_path.sql"))
            .bind(id.name.as_str())
            .bind(i64::from(id.version))
            .bind(member.schema());
        let row = query.fetch_optional(connection).await.map_err(from_sqlx)?;
        let Some(row) = row else { return Err(replaced(id)) };
        match row.try_get(1).map_err(from_sqlx)? {
            "serving" => Ok(Inside {
                base: row.try_get(0).map_err(from_sqlx)?,
                path: row.try_get(2).map_err(from_sqlx)?,
                role: row.try_get(3).map_err(from_sqlx)?,
            }),
            _ => Err(replaced(id)),
        }
    }

    /// Leaves the schema, and checks what the handlers wrote and did to the transaction.
    async fn leave(
        &self,
        connection: &mut PgConnection,
        inside: Inside,
    ) -> Result<(), ProjectError> {
        let query = self
            .database
            .query(include_str!("../../sql/projections/inline_leave.sql"))
            .bind(inside.path)
            .bind(inside.role)
            .bind(inside.base);
        query.execute(connection).await.map_err(from_check)?;
        Ok(())
    }
}

/// The session as the handlers of a projection find it, and its settings before.
struct Inside {
    base: String,
    path: String,
    role: String,
}

fn panicked(panic: &(dyn Any + Send)) -> ProjectError {
    let said = panic.downcast_ref::<&str>().copied();
    let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    ProjectError::new(format!("a handler panicked: {}", said.unwrap_or("without a word")))
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
        Box::pin(project(&self.projection, &self.id, events, Effects::Run, db))
    }

    fn refusal(&self, events: &[RecordedEvent], error: ProjectError) -> StoreError {
        let is_listed = |event: &&RecordedEvent| X::Event::contains(event.event.name.as_str());
        match events.iter().find(is_listed).or(events.first()) {
            Some(first) => failure(&self.id, first, 1, error),
            None => StoreError::new(StoreErrorKind::Other, error.into_error()),
        }
    }
}

/// Hands the events that a projection lists to its handlers.
pub(super) async fn project<X: Projects<PgConnection>>(
    projection: &X,
    id: &ProjectionId,
    events: &[RecordedEvent],
    effects: Effects,
    db: &mut PgConnection,
) -> Result<(), StoreError> {
    let is_listed = |event: &&RecordedEvent| X::Event::contains(event.event.name.as_str());
    let listed: Vec<_> = events.iter().filter(is_listed).cloned().collect();
    let handled = dispatch(projection, &listed, effects, db).await;
    handled.map_err(|unhandled| {
        let failed = listed.iter().find(|event| event.position == unhandled.position);
        match failed {
            Some(first) => failure(id, first, unhandled.among, unhandled.error),
            None => StoreError::new(StoreErrorKind::Other, unhandled),
        }
    })
}

/// The error of an append that a projection refuses at `first`, or at one of `among` events from there on. A
/// transient failure is reported like one of the append's own statements, so that the append waits for it or is
/// retried.
fn failure(
    id: &ProjectionId,
    first: &RecordedEvent,
    among: usize,
    error: ProjectError,
) -> StoreError {
    let kind =
        if is_transient(&error) { StoreErrorKind::Contention } else { StoreErrorKind::Other };
    let mut event = format!("event `{}` of stream `{}`", first.event.name, first.stream);
    if among > 1 {
        event = format!("one of {among} events, of which the first is {event}");
    }
    let source = match error.into_error().downcast::<sqlx::Error>() {
        Ok(error) if kind == StoreErrorKind::Contention => return from_sqlx(*error),
        Ok(error) => error,
        Err(source) => source,
    };
    StoreError::new(kind, Failed { projection: id.clone(), event, source })
}

/// The error if a later version has taken the place of `id`, or `id` was dropped. Its rows would
/// not be read.
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
#[error("the inline projection `{projection}` failed on {event}, so it was not stored")]
struct Failed {
    projection: ProjectionId,
    /// The event; of several that were handed over at once nobody knows which.
    event: String,
    source: Box<dyn std::error::Error + Send + Sync>,
}
