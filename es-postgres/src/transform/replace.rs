//! Replacement of a stream by a copy, in one transaction that no caller can drop half way.

use es_core::{
    Append, AppendError, AppendedStream, ExpectedVersion, Position, Replacement, StoreError,
    StoreErrorKind, StreamId, Tag, Timestamp, TransformError, Transformed,
};
use sqlx::{Connection, PgConnection, Row};
use tokio::sync::oneshot;
use tracing::Instrument;

use crate::append::appender::Appender;
use crate::append::arrays::bigint;
use crate::append::locked::{Met, Wait, begin};
use crate::append::slices::Slices;
use crate::append::statement::{Failure, Outcome};
use crate::append::tags::TagLocks;
use crate::error::{contended, from_sqlx, unexpected};
use crate::pool::driven::told;
use crate::row;
use crate::transform::copies::chunks;

impl Appender {
    /// The tags of all events of a stream.
    pub(crate) async fn read_stream_tags(
        &self,
        stream: &StreamId,
    ) -> Result<Vec<(Position, Tag)>, StoreError> {
        let query = self
            .database
            .query(include_str!("../../sql/stream_tags.sql"))
            .bind(stream.category().as_str())
            .bind(stream.key().as_str());
        let rows = self.database.rows_of(query).await?;
        let tag = |row| {
            let text = sqlx::postgres::PgRow::try_get::<&str, _>(row, 1).map_err(from_sqlx)?;
            let tag = text.parse().map_err(|why: es_core::InvalidText| {
                StoreError::new(StoreErrorKind::Corrupt, why)
            })?;
            Ok((Position(row::unsigned(row, 0)?), tag))
        };
        rows.iter().map(tag).collect()
    }

    /// Waits for the stream only as long as the caller waits for the answer. Once the stream is
    /// locked the replacement completes, also when the caller has gone.
    pub(crate) async fn replace_stream(
        &self,
        replacement: Replacement,
    ) -> Result<Transformed, TransformError> {
        let appender = self.clone();
        let (mut answer, caller) = oneshot::channel();
        let task = async move {
            let attempt = |wait| appender.try_replace(&replacement, wait);
            let done = appender.when_free(&mut answer, Met::Nobody, Slices::new(), attempt).await;
            if let Some(done) = done {
                let _ = answer.send(done);
            }
        };
        let task = tokio::spawn(task.in_current_span());
        told(caller, task).await.map_err(|error| match error {
            AppendError::Conflict(conflict) => TransformError::Conflict(conflict),
            AppendError::Store(error) => TransformError::Store(error),
            other => TransformError::Store(StoreError::new(StoreErrorKind::Other, other)),
        })
    }

    async fn try_replace(
        &self,
        replacement: &Replacement,
        wait: Wait,
    ) -> Result<Transformed, AppendError> {
        let mut connection = self.database.connections.take().await?;
        let mut transaction = connection.begin_with(begin(wait)).await.map_err(from_sqlx)?;
        match self.replace_within(&mut transaction, replacement).await {
            Ok(transformed) => {
                transaction.commit().await.map_err(from_sqlx)?;
                connection.keep();
                Ok(transformed)
            }
            Err(error) => {
                transaction.rollback().await.map_err(from_sqlx)?;
                Err(error)
            }
        }
    }

    /// Writes the record first: it takes the version that an append to the old stream would take,
    /// and tells readers of the log that all further positions are greater. From then on no other
    /// session writes under the old name or the new one until the transaction ends.
    async fn replace_within(
        &self,
        connection: &mut PgConnection,
        replacement: &Replacement,
    ) -> Result<Transformed, AppendError> {
        let Replacement { stream, last, .. } = replacement;
        let archive = replacement.archive();
        let record = vec![replacement.record.clone()];
        let record = Append::to(stream.clone(), ExpectedVersion::Exact(*last), record)
            .map_err(|why| StoreError::new(StoreErrorKind::Unsupported, why))?;
        let written = replacement.copies.iter().flat_map(|copy| &copy.event.tags);
        let locks = TagLocks::shared(written.map(Tag::as_str));
        self.tags.lock(connection, record.parts(), locks, None).await?;
        let copies = replacement.copies.iter().map(|copy| &copy.event);
        let changes = self.tags.event_tags.known().changes();
        self.tags.have_all_tags(connection, changes, copies, None).await?;
        match self.run_locked(connection, &record).await {
            Ok(Outcome::Appended(_)) => {}
            Ok(Outcome::Conflict(conflict)) => return Err(conflict.into()),
            Ok(_) | Err(Failure::Outrun) => return Err(contended(&record)),
            Err(Failure::EventId(_)) => return Err(unexpected("a fresh event id is taken").into()),
            Err(Failure::Refused(error)) => return Err(error),
            Err(Failure::Store(error)) => return Err(error.into()),
        }
        self.archive(connection, stream, &archive).await?;
        self.untag(connection, &replacement.tags).await?;
        let stream = self.write_copies(connection, replacement).await?;
        Ok(Transformed::new(archive, stream))
    }

    /// Gives the old stream the name of its archive, and its name to a new one.
    async fn archive(
        &self,
        connection: &mut PgConnection,
        stream: &StreamId,
        archive: &StreamId,
    ) -> Result<(), StoreError> {
        let (category, key) = (stream.category().as_str(), stream.key().as_str());
        self.database
            .query(include_str!("../../sql/archive_stream.sql"))
            .bind(category)
            .bind(key)
            .bind(archive.category().as_str())
            .execute(&mut *connection)
            .await
            .map_err(from_sqlx)?;
        self.database
            .query(include_str!("../../sql/name_stream.sql"))
            .bind(category)
            .bind(key)
            .execute(connection)
            .await
            .map_err(from_sqlx)?;
        Ok(())
    }

    async fn untag(
        &self,
        connection: &mut PgConnection,
        tags: &[(Position, Tag)],
    ) -> Result<(), StoreError> {
        if tags.is_empty() {
            return Ok(());
        }
        self.database
            .query(include_str!("../../sql/untag.sql"))
            .bind(tags.iter().map(|(position, _)| bigint(position.0)).collect::<Vec<_>>())
            .bind(tags.iter().map(|(_, tag)| tag.as_str()).collect::<Vec<_>>())
            .execute(connection)
            .await
            .map_err(from_sqlx)?;
        Ok(())
    }

    async fn write_copies(
        &self,
        connection: &mut PgConnection,
        replacement: &Replacement,
    ) -> Result<AppendedStream, StoreError> {
        let stream = &replacement.stream;
        let mut version = replacement.last.plus(1);
        let mut positions = Vec::with_capacity(replacement.copies.len());
        let mut recorded_at = Timestamp::from_unix_micros(0);
        for chunk in chunks(&replacement.copies) {
            let chunk = chunk?;
            let row = self
                .database
                .query(include_str!("../../sql/write_copies.sql"))
                .bind(stream.category().as_str())
                .bind(stream.key().as_str())
                .bind(bigint(version.0))
                .bind(chunk.originals)
                .bind(chunk.columns.ids)
                .bind(chunk.columns.names)
                .bind(chunk.columns.schema_versions)
                .bind(chunk.columns.payloads)
                .bind(chunk.columns.metadata)
                .bind(chunk.columns.tags)
                .fetch_one(&mut *connection)
                .await
                .map_err(from_sqlx)?;
            let written: Option<Vec<i64>> = row.try_get(0).map_err(from_sqlx)?;
            let written = written.filter(|written| written.len() == chunk.copies);
            let written = written.ok_or_else(|| unexpected("copies were written in part"))?;
            version = version.plus(written.len());
            positions.extend(written.into_iter().map(|at| Position(at.unsigned_abs())));
            recorded_at = row::timestamp(&row, 1)?;
        }
        Ok(AppendedStream::new(stream.clone(), version, positions, recorded_at))
    }
}
