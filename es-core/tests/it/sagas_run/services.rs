//! Services that answer as a test says, and remember what they were asked.

use std::collections::HashMap;
use std::future::pending;
use std::sync::{Arc, Mutex};

use es_core::process::{ActivityError, Call};
use tokio::sync::Notify;

/// The manner in which a service answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Refuses,
    Fails,
    Hangs,
    Panics,
    /// Answers when the test [lets it](Services::let_go).
    Waits,
}

#[derive(Debug, thiserror::Error)]
#[error("the service is away")]
struct Away(#[source] std::io::Error);

/// All services of a test. Clones are one.
#[derive(Clone, Default)]
pub(crate) struct Services(Arc<Inner>);

#[derive(Default)]
struct Inner {
    manners: Mutex<HashMap<&'static str, Manner>>,
    calls: Mutex<Vec<String>>,
    requests: Mutex<HashMap<String, String>>,
    taken_back: Mutex<Vec<String>>,
    called: Notify,
    let_go: Notify,
}

impl Services {
    pub(crate) fn with(self, activity: &'static str, manner: Manner) -> Self {
        self.set(activity, Some(manner));
        self
    }

    pub(crate) fn set(&self, activity: &'static str, manner: Option<Manner>) {
        let mut manners = self.0.manners.lock().unwrap();
        match manner {
            Some(manner) => drop(manners.insert(activity, manner)),
            None => drop(manners.remove(activity)),
        }
    }

    /// The activities that were asked for, with the key of each, in their order.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.0.calls.lock().unwrap().clone()
    }

    /// The names of the activities that were asked for.
    pub(crate) fn names(&self) -> Vec<String> {
        let name = |call: &String| call.split(' ').next().unwrap().to_owned();
        self.calls().iter().map(name).collect()
    }

    /// The last request for an activity, as it was stored.
    pub(crate) fn request(&self, activity: &str) -> String {
        self.0.requests.lock().unwrap()[activity].clone()
    }

    /// The keys of the steps that were taken back.
    pub(crate) fn taken_back(&self) -> Vec<String> {
        self.0.taken_back.lock().unwrap().clone()
    }

    /// Waits until `count` calls of an activity have come.
    pub(crate) async fn called(&self, activity: &str, count: usize) {
        loop {
            let called = self.0.called.notified();
            if self.names().iter().filter(|name| *name == activity).count() >= count {
                return;
            }
            called.await;
        }
    }

    /// Lets one call that waits answer.
    pub(crate) fn let_go(&self) {
        self.0.let_go.notify_one();
    }

    pub(crate) async fn performed(&self, call: &Call<'_>) -> Result<(), ActivityError> {
        let name = call.request.name.as_str();
        let manner = self.0.manners.lock().unwrap().get(name).copied();
        self.0.calls.lock().unwrap().push(format!("{name} {}", call.key));
        let body = call.request.body.as_str().to_owned();
        self.0.requests.lock().unwrap().insert(name.to_owned(), body);
        self.0.taken_back.lock().unwrap().extend(call.compensates.iter().map(ToString::to_string));
        self.0.called.notify_waiters();
        match manner {
            None => Ok(()),
            Some(Manner::Refuses) => Err(ActivityError::refused(format!("{name} is refused"))),
            Some(Manner::Fails) => Err(Away(std::io::Error::other("reset by peer")).into()),
            Some(Manner::Hangs) => pending().await,
            Some(Manner::Panics) => panic!("the code is wrong"),
            Some(Manner::Waits) => {
                self.0.let_go.notified().await;
                Ok(())
            }
        }
    }
}
