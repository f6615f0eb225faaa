//! Completeness of tags, and writing the tags of stored events.

use std::sync::Arc;

use es_core::{
    AppendError, EventTag, Position, Retag, StoreError, StoreErrorKind, StreamAppend,
    TaggedPosition,
};
use es_core::{ExpectedVersion, LogPage};
use sqlx::{Connection, PgConnection};

use crate::append::arrays::bigint;
use crate::append::locked::{Wait, begin};
use crate::append::tags::TagLocks;
use crate::error::from_sqlx;
use crate::pool::driven::driven;
use crate::read::reader::Reader;
use crate::retag::event_tags::{Known, TagState, Tags};
use crate::row;

/// The part of a store that completes tags, and writes those of stored events.
#[derive(Clone)]
pub(crate) struct Retagger {
    tags: Tags,
    reader: Reader,
}

impl Retagger {
    pub(crate) fn new(tags: Tags, reader: Reader) -> Self {
        Self { tags, reader }
    }

    /// One of these tags that is not complete. Asks the database only about tags that this process
    /// does not know to be complete.
    pub(crate) async fn find_missing_tag(
        &self,
        tags: &[EventTag],
    ) -> Result<Option<EventTag>, StoreError> {
        if self.tags.event_tags.known().are_complete(tags) {
            return Ok(None);
        }
        let known = {
            let retagger = self.clone();
            self.tags
                .database
                .undisturbed(move |wait| {
                    let retagger = retagger.clone();
                    async move { retagger.learn_tags(wait).await }
                })
                .await?
        };
        for tag in tags {
            match known.state(tag) {
                Some(TagState::Complete) => {}
                None if self.becomes_complete(tag).await? => {}
                Some(_) | None => return Ok(Some(tag.clone())),
            }
        }
        Ok(None)
    }

    async fn learn_tags(&self, wait: Wait) -> Result<Arc<Known>, StoreError> {
        let mut connection = self.tags.database.connections.take().await?;
        let mut transaction = connection.begin_with(begin(wait)).await.map_err(from_sqlx)?;
        let changes = self.tags.database.pass_gate(&mut transaction, false).await?;
        let known = self.tags.read_tags(&mut transaction, changes).await?;
        transaction.commit().await.map_err(from_sqlx)?;
        connection.keep();
        Ok(known)
    }

    /// True if all stored events have `tag`, for a tag that was never requested before. If so,
    /// appends must have it from now on.
    ///
    /// The log is searched twice: up to where it is complete while appends go on, and beyond that
    /// with the gate held, when no append is open.
    async fn becomes_complete(&self, tag: &EventTag) -> Result<bool, StoreError> {
        let (retagger, of) = (self.clone(), tag.clone());
        let Some(safe) = driven(async move { retagger.look_through(&of).await }).await? else {
            return Ok(false);
        };
        let tag = tag.clone();
        let retagger = self.clone();
        self.tags
            .database
            .undisturbed(move |wait| {
                let retagger = retagger.clone();
                let tag = tag.clone();
                async move { retagger.look_beyond(&tag, safe, wait).await }
            })
            .await
    }

    /// The position up to which all events have the tag and the log is complete. `None` if an event
    /// lacks it.
    async fn look_through(&self, tag: &EventTag) -> Result<Option<Position>, StoreError> {
        let LogPage { safe, .. } = self.reader.read_log_page(es_core::Cursor::END, 1).await?;
        let mut session = self.tags.database.session().await?;
        let is_left_out = self.is_left_out(&mut session, tag, Position::START).await?;
        if is_left_out {
            self.tell_state(&mut session, tag, "missing").await?;
        }
        session.end().await?;
        Ok((!is_left_out).then_some(safe))
    }

    async fn look_beyond(
        &self,
        tag: &EventTag,
        safe: Position,
        wait: Wait,
    ) -> Result<bool, StoreError> {
        let mut connection = self.tags.database.connections.take().await?;
        let mut transaction = connection.begin_with(begin(wait)).await.map_err(from_sqlx)?;
        self.tags.database.pass_gate(&mut transaction, true).await?;
        let is_left_out = self.is_left_out(&mut transaction, tag, safe).await?;
        let state = if is_left_out { "missing" } else { "complete" };
        self.tell_state(&mut transaction, tag, state).await?;
        let changes = self.tags.database.pass_gate(&mut transaction, true).await?;
        let known = self.tags.look_at_tags(&mut transaction, changes).await;
        transaction.commit().await.map_err(from_sqlx)?;
        connection.keep();
        // Nobody else knows of it before the commit, and where that failed this process must not either.
        let known = self.tags.event_tags.learn(known?);
        // Somebody else may have told another state before.
        Ok(known.state(tag) == Some(TagState::Complete))
    }

    async fn is_left_out(
        &self,
        connection: &mut PgConnection,
        tag: &EventTag,
        after: Position,
    ) -> Result<bool, StoreError> {
        let query = self
            .tags
            .database
            .query(include_str!("../../sql/tag_missing.sql"))
            .bind(tag.event.to_string())
            .bind(tag.tag.clone())
            .bind(bigint(after.0));
        let found = query.fetch_optional(connection).await.map_err(from_sqlx)?;
        Ok(found.is_some())
    }

    async fn tell_state(
        &self,
        connection: &mut PgConnection,
        tag: &EventTag,
        state: &'static str,
    ) -> Result<(), StoreError> {
        let query = self
            .tags
            .database
            .query(include_str!("../../sql/tag_state.sql"))
            .bind(tag.event.to_string())
            .bind(tag.tag.clone())
            .bind(state);
        query.execute(connection).await.map_err(from_sqlx)?;
        Ok(())
    }

    pub(crate) async fn open_retag(&self, retag: &Retag) -> Result<Position, StoreError> {
        let retag = retag.clone();
        let retagger = self.clone();
        self.tags
            .database
            .undisturbed(move |wait| {
                let retagger = retagger.clone();
                let retag = retag.clone();
                async move { retagger.try_open_retag(&retag, wait).await }
            })
            .await
    }

    async fn try_open_retag(&self, retag: &Retag, wait: Wait) -> Result<Position, StoreError> {
        let mut connection = self.tags.database.connections.take().await?;
        let mut transaction = connection.begin_with(begin(wait)).await.map_err(from_sqlx)?;
        self.tags.database.pass_gate(&mut transaction, true).await?;
        let query = self
            .tags
            .database
            .query(include_str!("../../sql/retag_begin.sql"))
            .bind(names(retag))
            .bind(retag.tags());
        let row = query.fetch_one(&mut *transaction).await.map_err(from_sqlx)?;
        transaction.commit().await.map_err(from_sqlx)?;
        connection.keep();
        Ok(Position(row::unsigned(&row, 0)?))
    }

    /// Writes tags under the locks of the streams, as an append to each of them would: a stream
    /// that is transformed meanwhile leaves its events in an archive, where they are found under no
    /// tag.
    pub(crate) async fn write_retag(
        &self,
        retag: &Retag,
        events: &[TaggedPosition],
        through: Position,
    ) -> Result<(), StoreError> {
        let (retag, events) = (retag.clone(), events.to_vec());
        let retagger = self.clone();
        self.tags
            .database
            .undisturbed(move |wait| {
                let retagger = retagger.clone();
                let (retag, events) = (retag.clone(), events.clone());
                async move { retagger.try_write_retag(&retag, &events, through, wait).await }
            })
            .await
    }

    async fn try_write_retag(
        &self,
        retag: &Retag,
        events: &[TaggedPosition],
        through: Position,
        wait: Wait,
    ) -> Result<(), StoreError> {
        let mut connection = self.tags.database.connections.take().await?;
        let mut transaction = connection.begin_with(begin(wait)).await.map_err(from_sqlx)?;
        let mut streams: Vec<_> = events.iter().map(|event| event.stream.clone()).collect();
        streams.sort();
        streams.dedup();
        let part = |stream| StreamAppend::new(stream, ExpectedVersion::Any, Vec::new());
        let parts: Vec<_> = streams.into_iter().map(part).collect();
        if !parts.is_empty() {
            let locked = self.tags.lock(&mut transaction, &parts, TagLocks::default(), None).await;
            locked.map_err(of_append)?;
            let tags = events.iter().flat_map(|event| {
                event.tags.iter().map(|tag| (bigint(event.position.0), tag.as_str()))
            });
            let (positions, tags): (Vec<_>, Vec<_>) = tags.unzip();
            self.tags
                .database
                .query(include_str!("../../sql/retag_events.sql"))
                .bind(positions)
                .bind(tags)
                .execute(&mut *transaction)
                .await
                .map_err(from_sqlx)?;
        }
        self.written(&mut transaction, retag, Some(through)).await?;
        transaction.commit().await.map_err(from_sqlx)?;
        connection.keep();
        Ok(())
    }

    pub(crate) async fn close_retag(&self, retag: &Retag) -> Result<(), StoreError> {
        let retag = retag.clone();
        let retagger = self.clone();
        self.tags
            .database
            .undisturbed(move |_| {
                let retagger = retagger.clone();
                let retag = retag.clone();
                async move {
                    let mut session = retagger.tags.database.session().await?;
                    retagger.written(&mut session, &retag, None).await?;
                    session.end().await
                }
            })
            .await
    }

    async fn written(
        &self,
        connection: &mut PgConnection,
        retag: &Retag,
        through: Option<Position>,
    ) -> Result<(), StoreError> {
        self.tags
            .database
            .query(include_str!("../../sql/retag_state.sql"))
            .bind(names(retag))
            .bind(retag.tags())
            .bind(through.map(|through| bigint(through.0)))
            .execute(connection)
            .await
            .map_err(from_sqlx)?;
        Ok(())
    }
}

fn names(retag: &Retag) -> Vec<String> {
    retag.names.iter().map(ToString::to_string).collect()
}

fn of_append(error: AppendError) -> StoreError {
    match error {
        AppendError::Store(error) => error,
        other => StoreError::new(StoreErrorKind::Other, other),
    }
}
