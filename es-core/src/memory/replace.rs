//! A copy takes the name of a stream.

use super::events::Events;
use super::places::Places;
use super::store::MemoryStore;
use crate::event::tag::Tag;
use crate::store::append::{AppendedStream, StreamAppend};
use crate::store::error::{StoreError, StoreErrorKind};
use crate::stream::{ExpectedVersion, Position, StreamId};
use crate::timestamp::Timestamp;
use crate::transform::{Replacement, TransformError, TransformStore, Transformed};

impl TransformStore for MemoryStore {
    async fn stream_tags(&self, stream: &StreamId) -> Result<Vec<(Position, Tag)>, StoreError> {
        Ok(self.read(|events| events.stream_tags(stream)))
    }

    async fn replace(&self, replacement: Replacement) -> Result<Transformed, TransformError> {
        self.write(|events| events.replace(replacement))
    }
}

impl Events {
    fn replace(&mut self, replacement: Replacement) -> Result<Transformed, TransformError> {
        let (stream, archive) = (replacement.stream.clone(), replacement.archive());
        let actual = self.version(&stream);
        if actual != replacement.last {
            return Err(replacement.conflict(actual).into());
        }
        self.declared
            .check(replacement.copies.iter().map(|copy| &copy.event))
            .map_err(|lacking| StoreError::new(StoreErrorKind::Unsupported, lacking))?;
        let last =
            StreamAppend::new(stream.clone(), ExpectedVersion::Any, vec![replacement.record]);
        let first = self.append_part(last).version.plus(1);
        let old = self.streams.remove(&stream).unwrap_or_default();
        for position in &old.positions {
            let place = usize::try_from(position.0.saturating_sub(1)).unwrap_or(usize::MAX);
            if let (Some(event), Some(tags)) = (self.log.get_mut(place), self.tags.get_mut(place)) {
                event.stream = archive.clone();
                tags.clear();
            }
        }
        self.streams.insert(archive.clone(), old);
        let mut new = Places { before: first.0 - 1, positions: Vec::new() };
        let mut recorded_at = Timestamp::from_unix_micros(0);
        for copy in replacement.copies {
            recorded_at = self.at(copy.original).map_or(recorded_at, |event| event.recorded_at);
            let version = new.version().plus(1);
            new.positions.push(self.push(copy.event, stream.clone(), version, recorded_at));
        }
        let version = new.version();
        let positions = new.positions.clone();
        self.streams.insert(stream.clone(), new);
        let stream = AppendedStream::new(stream, version, positions, recorded_at);
        Ok(Transformed::new(archive, stream))
    }

    fn stream_tags(&self, stream: &StreamId) -> Vec<(Position, Tag)> {
        let positions = self.streams.get(stream).map_or(&[][..], |places| &places.positions);
        let tags = positions.iter().flat_map(|position| {
            let place = usize::try_from(position.0.saturating_sub(1)).ok();
            let tags = place.and_then(|place| self.tags.get(place)).into_iter().flatten();
            tags.map(|tag| (*position, tag.clone()))
        });
        tags.collect()
    }
}
