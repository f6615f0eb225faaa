//! Idempotency by event ids: a repeated append receives the original answer.

use std::collections::HashMap;

use es_core::{
    Append, AppendError, Appended, AppendedStream, Category, EventId, Position, StoreError,
    StreamAppend, StreamId, Timestamp, Version,
};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::append::appender::Appender;
use crate::error::{from_sqlx, unexpected};
use crate::row;

/// The place of a stored event.
struct Place {
    category: String,
    key: String,
    version: Version,
    position: Position,
    recorded_at: Timestamp,
}

impl Place {
    /// True if the event was appended to `stream`: it is there, or in the archive of it by now.
    fn is_of(&self, stream: &StreamId) -> bool {
        let name = stream.category().as_str();
        let archived = || {
            let category = Category::new(&self.category).ok()?;
            let archive = StreamId::new(category, stream.key().clone());
            archive.archive_of().filter(|(of, _)| of == stream)
        };
        self.key == stream.key().as_str() && (self.category == name || archived().is_some())
    }
}

impl Appender {
    /// The answer to an append of which at least one id is in the store.
    ///
    /// # Errors
    ///
    /// [`DuplicateEvent`](AppendError::DuplicateEvent), unless it is stored as it is: all ids, in
    /// these streams, in this order, one after another.
    pub(crate) async fn first_answer(
        &self,
        connection: &mut PgConnection,
        append: &Append,
    ) -> Result<Appended, AppendError> {
        let places = self.places(connection, append).await?;
        let mut ids = append.parts().iter().flat_map(|part| &part.events).map(|event| event.id);
        let Some(known) = ids.find(|id| places.contains_key(id)) else {
            return Err(unexpected("an event id is taken by an event that cannot be seen").into());
        };
        let streams = append.parts().iter().map(|part| stored_part(part, &places));
        let Some(mut streams) = streams.collect::<Option<Vec<_>>>() else {
            return Err(AppendError::DuplicateEvent { id: known });
        };
        self.fill_in_preconditions(connection, append, &mut streams).await?;
        Ok(Appended::already(streams))
    }

    /// True if any id of `append` is in the store.
    pub(crate) async fn is_known(
        &self,
        connection: &mut PgConnection,
        append: &Append,
    ) -> Result<bool, StoreError> {
        Ok(!self.places(connection, append).await?.is_empty())
    }

    /// The answer of [`first_answer`](Self::first_answer), on a connection of its own.
    pub(crate) async fn first_answer_anywhere(
        &self,
        append: &Append,
    ) -> Result<Appended, AppendError> {
        let mut session = self.database.session().await?;
        let answer = self.first_answer(&mut session, append).await;
        session.end_after(answer).await
    }

    /// The error of an append that failed on an id that the server did not name.
    pub(crate) async fn taken_id(&self, append: &Append) -> AppendError {
        match self.first_answer_anywhere(append).await {
            Err(error) => error,
            Ok(_) => match append.parts().iter().flat_map(|part| &part.events).next() {
                Some(event) => AppendError::DuplicateEvent { id: event.id },
                None => unexpected("an append without events ran into an event id").into(),
            },
        }
    }

    /// The places of the events of `append`, as far as they are in the store.
    async fn places(
        &self,
        connection: &mut PgConnection,
        append: &Append,
    ) -> Result<HashMap<EventId, Place>, StoreError> {
        let events = append.parts().iter().flat_map(|part| &part.events);
        let ids = events.map(|event| event.id.as_uuid()).collect::<Vec<_>>();
        let rows = self
            .database
            .query(include_str!("../../sql/known_events.sql"))
            .bind(ids)
            .fetch_all(connection)
            .await
            .map_err(from_sqlx)?;
        rows.iter().map(place).collect()
    }

    /// Fills in the current versions of streams whose parts have no events.
    async fn fill_in_preconditions(
        &self,
        connection: &mut PgConnection,
        append: &Append,
        streams: &mut [AppendedStream],
    ) -> Result<(), StoreError> {
        let empty: Vec<_> = append.parts().iter().filter(|part| part.events.is_empty()).collect();
        if empty.is_empty() {
            return Ok(());
        }
        let categories: Vec<_> = empty.iter().map(|part| part.stream.category().as_str()).collect();
        let keys: Vec<_> = empty.iter().map(|part| part.stream.key().as_str()).collect();
        let rows = self
            .database
            .query(include_str!("../../sql/stream_versions.sql"))
            .bind(categories)
            .bind(keys)
            .fetch_all(connection)
            .await
            .map_err(from_sqlx)?;
        let empty = streams.iter_mut().filter(|stream| stream.positions.is_empty());
        for (stream, row) in empty.zip(&rows) {
            stream.version = Version(row::unsigned(row, 0)?);
            stream.recorded_at = row::timestamp(row, 1)?;
        }
        Ok(())
    }
}

fn place(row: &PgRow) -> Result<(EventId, Place), StoreError> {
    let id = row.try_get::<Uuid, _>(0).map_err(from_sqlx)?;
    let place = Place {
        category: row.try_get(1).map_err(from_sqlx)?,
        key: row.try_get(2).map_err(from_sqlx)?,
        version: Version(row::unsigned(row, 3)?),
        position: Position(row::unsigned(row, 4)?),
        recorded_at: row::timestamp(row, 5)?,
    };
    Ok((id.into(), place))
}

/// The stream of `part` with the places of its events, if they stand there one after another. A
/// part without events matches any place.
fn stored_part(part: &StreamAppend, places: &HashMap<EventId, Place>) -> Option<AppendedStream> {
    let events: Vec<&Place> =
        part.events.iter().map(|event| places.get(&event.id)).collect::<Option<_>>()?;
    let Some(first) = events.first() else {
        let never = Timestamp::from_unix_micros(0);
        return Some(AppendedStream::new(part.stream.clone(), Version::NONE, vec![], never));
    };
    let in_place = events
        .iter()
        .enumerate()
        .all(|(nth, event)| event.version == first.version.plus(nth) && event.is_of(&part.stream));
    in_place.then(|| {
        AppendedStream::new(
            part.stream.clone(),
            Version(first.version.0.saturating_sub(1)).plus(events.len()),
            events.iter().map(|event| event.position).collect(),
            events.last().unwrap_or(first).recorded_at,
        )
    })
}
