//! Work that is handed to a task of a runtime which may have ended.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;

/// Spawns a task on `runtime` that runs `run(work)`. Returns the work if the runtime has ended.
///
/// A runtime that has ended drops a task while it is spawned. If the task owned the work before it
/// runs, work that hands on the next work when it is dropped would recurse one frame deeper each
/// time. So the task takes the work only when it runs. A runtime that ends afterwards drops the
/// work with the task.
pub(crate) fn give_to<W, F>(
    runtime: &Handle,
    work: W,
    run: impl FnOnce(W) -> F + Send + 'static,
) -> Result<(), W>
where
    W: Send + 'static,
    F: Future<Output = ()> + Send,
{
    let here = Arc::new(Mutex::new(Some(work)));
    let there = Arc::clone(&here);
    let task = async move {
        let work = there.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(there);
        if let Some(work) = work {
            run(work).await;
        }
    };
    drop(runtime.spawn(task));
    // The task has its side for as long as it may run.
    let left = Arc::into_inner(here)
        .and_then(|place| place.into_inner().unwrap_or_else(PoisonError::into_inner));
    left.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().build().unwrap()
    }

    /// Counts in `ended` when it is dropped.
    struct Work(Arc<Mutex<u32>>);

    impl Drop for Work {
        fn drop(&mut self) {
            *self.0.lock().unwrap() += 1;
        }
    }

    #[test]
    fn a_runtime_that_has_ended_gives_the_work_back() {
        let runtime = runtime();
        let handle = runtime.handle().clone();
        drop(runtime);
        let ended = Arc::default();

        let back = give_to(&handle, Work(Arc::clone(&ended)), |_| async { unreachable!() });

        assert!(back.is_err());
        assert_eq!(*ended.lock().unwrap(), 0);
    }

    #[test]
    fn a_runtime_that_ends_before_the_task_runs_drops_the_work() {
        let runtime = runtime();
        let ended = Arc::default();

        let taken =
            give_to(runtime.handle(), Work(Arc::clone(&ended)), |_| async { unreachable!() });

        assert!(taken.is_ok());
        assert_eq!(*ended.lock().unwrap(), 0);
        drop(runtime);
        assert_eq!(*ended.lock().unwrap(), 1);
    }

    #[test]
    fn a_task_does_the_work_once() {
        let runtime = runtime();
        let ended = Arc::default();
        let (done, answer) = tokio::sync::oneshot::channel();

        let taken = give_to(runtime.handle(), Work(Arc::clone(&ended)), |work| async move {
            drop(work);
            let _ = done.send(());
        });

        assert!(taken.is_ok());
        runtime.block_on(answer).unwrap();
        assert_eq!(*ended.lock().unwrap(), 1);
    }
}
