//! Stores and repositories against a plain model: stories drawn at random, and shrunk to the shortest
//! that fails.

mod plain;
mod play;
mod repository;
mod story;

use es_core::MemoryStore;
use tokio::runtime::{Builder, Runtime};

/// With those of the repository and of Postgres, ten thousand.
const STORIES: u32 = 6_000;

#[test]
fn the_store_in_memory_does_what_the_model_does() {
    play::drawn(&runtime(), STORIES, file!(), &story::stories(), async |story| {
        play::play(&MemoryStore::new(), "case", story).await
    });
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().expect("a runtime starts")
}
