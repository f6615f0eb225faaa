//! A lock and a runtime that shuttle schedules, in the shape of those of `task/sync.rs`.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::pin::Pin;
use std::sync::PoisonError;
use std::task::{Context, Poll, ready};

use futures_util::FutureExt;
use shuttle::future::{AbortHandle, block_on, spawn};
use shuttle::sync::Arc;
pub use shuttle::sync::{Mutex, MutexGuard};
use tokio::runtime::TryCurrentError;
use tokio::sync::oneshot;

shuttle::lazy_static! {
    /// The runtime of all threads of a model.
    static ref RUNTIME: Handle = Handle(Arc::default());
}

/// A runtime, which may end at any time.
#[derive(Clone)]
pub struct Handle(Arc<Mutex<Tasks>>);

#[derive(Default)]
struct Tasks {
    all: Vec<(AbortHandle, oneshot::Receiver<Finished>)>,
    has_ended: bool,
}

/// Never sent: its sender is dropped with a task.
enum Finished {}

/// The outcome of a task; none if the runtime had ended before it came.
pub struct JoinHandle<T>(Option<shuttle::future::JoinHandle<Result<T, Panic>>>);

type Panic = Box<dyn Any + Send>;

#[derive(Debug)]
pub enum JoinError {
    Ended,
    Panicked(Panic),
}

impl Handle {
    #[expect(clippy::unnecessary_wraps, reason = "in the shape of tokio's")]
    pub fn try_current() -> Result<Self, TryCurrentError> {
        Ok(Self::current())
    }

    pub fn current() -> Self {
        RUNTIME.clone()
    }

    pub fn spawn<F>(&self, task: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let mut tasks = self.tasks();
        if tasks.has_ended {
            drop(tasks);
            drop(task);
            return JoinHandle(None);
        }
        let (sender, finished) = oneshot::channel();
        // A panic ends its task, and not the model.
        let task = AssertUnwindSafe(task).catch_unwind();
        let task = spawn(async move {
            let _sender = sender;
            task.await
        });
        tasks.all.push((task.abort_handle(), finished));
        JoinHandle(Some(task))
    }

    /// Ends the runtime: each task where it waits, also if it was never polled.
    pub fn end(&self) {
        let aborts: Vec<_> = {
            let mut tasks = self.tasks();
            tasks.has_ended = true;
            tasks.all.iter().map(|(abort, _)| abort.clone()).collect()
        };
        for task in aborts {
            task.abort();
        }
    }

    /// Returns when all tasks have ended.
    pub fn wait_for_tasks(&self) {
        loop {
            let Some((_, finished)) = self.tasks().all.pop() else { return };
            let _ = block_on(finished);
        }
    }

    /// Locks the tasks. A thread that panics makes all others look as if they did, since shuttle has but
    /// one of the system's.
    fn tasks(&self) -> MutexGuard<'_, Tasks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> JoinHandle<T> {
    pub fn abort(&self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(task) = &mut self.0 else { return Poll::Ready(Err(JoinError::Ended)) };
        Poll::Ready(match ready!(Pin::new(task).poll(context)) {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(panic)) => Err(JoinError::Panicked(panic)),
            Err(_) => Err(JoinError::Ended),
        })
    }
}

pub fn resumed(stopped: JoinError) -> JoinError {
    match stopped {
        JoinError::Panicked(panic) => resume_unwind(panic),
        JoinError::Ended => JoinError::Ended,
    }
}
