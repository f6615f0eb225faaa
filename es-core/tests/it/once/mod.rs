//! Commands and decisions that a client sends again.

mod commands;
mod decisions;
mod failures;
mod meeting;

use es_core::{RequestError, RequestId};

fn request(id: &str) -> RequestId {
    RequestId::new(id).unwrap()
}

fn is_reused(error: &RequestError) -> bool {
    matches!(error, RequestError::Reused { .. })
}
