//! The size of an append as one number, its share of a batch.

use es_core::{Append, Metadata, NewEvent};

use crate::append::tags::tags;

/// The maximum size of a batch: 256 appends, 4,096 events, 4 MiB and 1,024 tags. Beyond, one
/// statement keeps its connection for longer than the round trips that it saves, or takes too many
/// of the server's locks.
pub(crate) const BATCH: usize = 256;
/// The number of events in one unit of size; with one more event an append counts as one unit more.
/// The same holds for bytes and tags.
const EVENTS: usize = 16;
const BYTES: usize = 16 * 1024;
const TAGS: usize = 4;

/// The most events of one statement.
pub(crate) const BATCH_EVENTS: usize = BATCH * EVENTS;
/// The most bytes of one statement, except that a single event may be longer.
pub(crate) const BATCH_BYTES: usize = BATCH * BYTES;

/// The share of a batch that `append` takes up: 1 for a small one, one more for every 16 events,
/// 16 KiB or four different tags, whichever is more. So a sum of it bounds all of them at once.
pub(crate) fn size(append: &Append) -> usize {
    let events = append.parts().iter().flat_map(|part| &part.events);
    let (events, bytes) =
        events.fold((0, 0), |(events, all), event| (events + 1, all + bytes(event)));
    let tags = tags(append).len();
    [(append.parts().len(), 1), (events, EVENTS), (bytes, BYTES), (tags, TAGS)]
        .into_iter()
        .fold(0, |size, (count, share)| size.max(count.div_ceil(share)))
}

/// The approximate size of an event in transit, in bytes.
pub(crate) fn bytes(event: &NewEvent) -> usize {
    event.event.payload.as_str().len()
        + event.event.name.as_str().len()
        + metadata(&event.metadata)
        + event.tags.iter().map(|tag| tag.as_str().len()).sum::<usize>()
}

fn metadata(metadata: &Metadata) -> usize {
    let headers =
        metadata.headers.iter().map(|(name, value)| name.as_str().len() + value.as_str().len());
    let texts = [
        metadata.correlation_id.as_ref().map(|text| text.as_str().len()),
        metadata.causation_id.as_ref().map(|text| text.as_str().len()),
        metadata.actor.as_ref().map(|text| text.as_str().len()),
        metadata.tenant.as_ref().map(|text| text.as_str().len()),
        metadata.tracestate.as_ref().map(|text| text.as_str().len()),
    ];
    headers.sum::<usize>() + texts.into_iter().flatten().sum::<usize>()
}
