//! The saga of the tests: a parcel is loaded onto a van, which is a command, and delivered, which is an activity.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use es_core::prelude::*;
use es_core::process::{
    Activity, ActivityError, Answer, Call, Compensate, Definition, Perform, Prepare, RetryPolicy,
    Saga, Tried,
};
use es_core::sagas::Performs;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "parcel-sent")]
pub(super) struct Sent {
    pub(super) parcel: u32,
}

#[derive(EventSet, Clone, Debug, PartialEq)]
pub(super) enum Starts {
    Sent(Sent),
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "parcel-loaded")]
pub(super) struct Loaded {
    parcel: u32,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "parcel-unloaded")]
pub(super) struct Unloaded {
    parcel: u32,
}

/// The van, which counts how often each parcel is on it.
#[derive(Aggregate, Default, Clone, Debug)]
#[aggregate(name = "van", id = String, events(Loaded, Unloaded))]
pub(super) struct Van {
    pub(super) parcels: BTreeMap<u32, i32>,
}

impl Apply<Loaded> for Van {
    fn apply(&mut self, event: Loaded) {
        *self.parcels.entry(event.parcel).or_default() += 1;
    }
}

impl Apply<Unloaded> for Van {
    fn apply(&mut self, event: Unloaded) {
        *self.parcels.entry(event.parcel).or_default() -= 1;
    }
}

#[derive(Command, Serialize, Deserialize, Clone)]
#[serde(crate = "es_core::serde")]
#[command(aggregate = Van, any)]
pub(super) struct Load {
    #[command(id)]
    van: String,
    parcel: u32,
}

#[derive(Command, Serialize, Deserialize, Clone)]
#[serde(crate = "es_core::serde")]
#[command(aggregate = Van)]
pub(super) struct Unload {
    #[command(id)]
    van: String,
    parcel: u32,
}

impl Decide<Load> for Van {
    type Events = Loaded;

    fn decide(&self, command: Load) -> Result<Loaded, NoRejection> {
        Ok(Loaded { parcel: command.parcel })
    }
}

impl Decide<Unload> for Van {
    type Events = Unloaded;

    fn decide(&self, command: Unload) -> Result<Unloaded, NoRejection> {
        Ok(Unloaded { parcel: command.parcel })
    }
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
pub(super) struct Deliver {
    parcel: u32,
}

impl Activity for Deliver {
    const NAME: &'static str = "deliver";
    type Output = ();
}

/// The name of the van.
pub(super) const VAN: &str = "v1";

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Delivery {
    parcel: u32,
}

impl Saga for Delivery {
    const NAME: &'static str = "delivery";
    type Id = u32;
    type Start = Starts;

    fn id(event: &Starts) -> u32 {
        let Starts::Sent(sent) = event;
        sent.parcel
    }

    fn definition() -> Definition<Self> {
        let retry = RetryPolicy::attempts(2).with_first(Duration::from_millis(50));
        Definition::new(1, Duration::from_secs(3600))
            .start::<Sent>()
            .step::<Load>(|step| step)
            .step_without_compensation::<Deliver>("it is gone", |step| {
            step.with_timeout(Duration::from_secs(600)).with_retry(retry)
        })
    }

    fn initial() -> Self {
        Self::default()
    }

    fn start(&mut self, event: Starts) {
        let Starts::Sent(sent) = event;
        self.parcel = sent.parcel;
    }
}

impl Apply<()> for Delivery {
    fn apply(&mut self, (): ()) {}
}

impl Prepare<Load> for Delivery {
    fn prepare(&self) -> Load {
        Load { van: VAN.to_owned(), parcel: self.parcel }
    }
}

impl Compensate<Load> for Delivery {
    type By = Unload;

    fn compensate(&self, _: Tried<()>) -> Unload {
        Unload { van: VAN.to_owned(), parcel: self.parcel }
    }
}

impl Prepare<Deliver> for Delivery {
    fn prepare(&self) -> Deliver {
        Deliver { parcel: self.parcel }
    }
}

/// A courier, who counts the attempts by their keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Courier {
    manner: Manner,
    keys: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Manner {
    #[default]
    Delivers,
    /// Never answers.
    Hangs,
    /// Fails at each first attempt.
    NeedsTwo,
}

impl Courier {
    /// The same courier in another manner.
    pub(super) fn in_manner(&self, manner: Manner) -> Self {
        Self { manner, keys: Arc::clone(&self.keys) }
    }

    pub(super) fn keys(&self) -> Vec<String> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Perform<Deliver> for Courier {
    async fn perform(&self, _: Deliver, call: &Call<'_>) -> Result<(), ActivityError> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).push(call.key.to_string());
        match self.manner {
            Manner::Hangs => pending().await,
            Manner::NeedsTwo if call.attempt.number == 1 => Err("the road is closed".into()),
            Manner::Delivers | Manner::NeedsTwo => Ok(()),
        }
    }
}

impl Performs<Delivery> for Courier {
    async fn perform(&self, call: &Call<'_>) -> Answer {
        call.perform::<Deliver, _>(self).await
    }
}
