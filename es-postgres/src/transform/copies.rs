//! Copied events in chunks, each as much as a statement carries.

use es_core::{CopiedEvent, StoreError};

use crate::append::arrays::{Columns, bigint};
use crate::append::weight::{BATCH_BYTES, BATCH_EVENTS, bytes};

/// A chunk of copied events, as arrays.
pub(crate) struct Chunk<'a> {
    pub(crate) copies: usize,
    pub(crate) originals: Vec<i64>,
    pub(crate) columns: Columns<'a>,
}

/// All copied events, in order; a single one may be longer than a chunk.
pub(crate) fn chunks(
    mut copies: &[CopiedEvent],
) -> impl Iterator<Item = Result<Chunk<'_>, StoreError>> {
    std::iter::from_fn(move || {
        let mut size = 0;
        let fit = copies.iter().take(BATCH_EVENTS).take_while(|copy| {
            let is_first = size == 0;
            size += bytes(&copy.event);
            is_first || size <= BATCH_BYTES
        });
        let (chunk, rest) = copies.split_at(fit.count());
        copies = rest;
        (!chunk.is_empty()).then(|| columns(chunk))
    })
}

fn columns(copies: &[CopiedEvent]) -> Result<Chunk<'_>, StoreError> {
    let mut columns = Columns::default();
    columns.counts.push(0);
    for copy in copies {
        columns.event(&copy.event)?;
    }
    let originals = copies.iter().map(|copy| bigint(copy.original.0)).collect();
    Ok(Chunk { copies: copies.len(), originals, columns })
}
