//! The lock and the runtime that tasks rest on; the models put simulated ones in their place.

use std::panic::resume_unwind;

pub(super) use std::sync::{Mutex, MutexGuard};
pub(super) use tokio::runtime::Handle;
pub(super) use tokio::task::{JoinError, JoinHandle};

/// Resumes the panic that a task ended with, in the caller that waited for the task. Any other error
/// says that its runtime ended.
pub(super) fn resumed(stopped: JoinError) -> JoinError {
    if stopped.is_panic() {
        resume_unwind(stopped.into_panic());
    }
    stopped
}
