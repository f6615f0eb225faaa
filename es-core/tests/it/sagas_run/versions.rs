//! Nodes of two releases, which know different versions of one saga.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use es_core::prelude::*;
use es_core::process::{
    Activity, ActivityError, Answer, Call, Definition, End, Perform, Phase, Prepare, Saga,
};
use es_core::sagas::{Outcome, Performs, TellError};

use super::acts::{actor, reason, seen};
use super::fulfilment::{OrderPlaced, Starts};
use super::{World, options};

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Thank {}

impl Activity for Thank {
    const NAME: &'static str = "thank";
    type Output = ();
}

/// The times that instances of a version were folded.
pub(super) static FOLDS: [AtomicU32; 4] = [const { AtomicU32::new(0) }; 4];

/// A saga of one step, in the version `V`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Thanks<const V: u32>;

impl<const V: u32> Saga for Thanks<V> {
    const NAME: &'static str = "thanks";
    type Id = u32;
    type Start = Starts;

    fn id(event: &Starts) -> u32 {
        let Starts::Placed(placed) = event;
        placed.order
    }

    fn definition() -> Definition<Self> {
        Definition::new(V, Duration::from_secs(3600))
            .start::<OrderPlaced>()
            .step_without_compensation::<Thank>("it was said", |step| {
                step.with_timeout(Duration::from_secs(600)).may_be_skipped()
            })
    }

    fn initial() -> Self {
        Self
    }

    fn start(&mut self, _: Starts) {
        FOLDS[V as usize].fetch_add(1, Ordering::SeqCst);
    }
}

impl<const V: u32> Apply<()> for Thanks<V> {
    fn apply(&mut self, (): ()) {}
}

impl<const V: u32> Prepare<Thank> for Thanks<V> {
    fn prepare(&self) -> Thank {
        Thank {}
    }
}

/// Notes which node was asked; one that is mute never answers.
#[derive(Clone)]
struct Node {
    name: &'static str,
    is_mute: bool,
    asked: Arc<Mutex<Vec<&'static str>>>,
}

impl Perform<Thank> for Node {
    async fn perform(&self, _: Thank, _: &Call<'_>) -> Result<(), ActivityError> {
        self.asked.lock().unwrap().push(self.name);
        if self.is_mute {
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

impl<const V: u32> Performs<Thanks<V>> for Node {
    async fn perform(&self, call: &Call<'_>) -> Answer {
        call.perform::<Thank, _>(self).await
    }
}

#[tokio::test]
async fn a_node_leaves_an_instance_of_a_newer_version_alone() {
    let (world, asked) = (World::new(), Arc::<Mutex<Vec<_>>>::default());
    let node = |name, is_mute| Node { name, is_mute, asked: Arc::clone(&asked) };
    let newer = world.sagas.run_with::<Thanks<2>, _>(node("newer", true), options()).await;
    world.place(17).await;
    while asked.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    newer.unwrap().stop().await;

    let older = world.sagas.run_with::<Thanks<1>, _>(node("older", false), options()).await;
    world.place(18).await;
    let ended = |order| world.sagas.wait_for_end::<Thanks<1>>(order, Duration::from_secs(20));
    assert_eq!(ended(&18).await.unwrap(), Outcome::Ended(End::Completed), "its own goes on");
    let left = world.sagas.load::<Thanks<1>>(&17).await.unwrap();
    assert!(matches!(left.instance.phase(), Phase::Forward { .. }), "{:?}", left.instance.phase());
    older.unwrap().stop().await;

    let _newer =
        world.sagas.run_with::<Thanks<2>, _>(node("newer", false), options()).await.unwrap();
    let ended = world.sagas.wait_for_end::<Thanks<2>>(&17, Duration::from_secs(20)).await.unwrap();
    assert_eq!(ended, Outcome::Ended(End::Completed));
    assert_eq!(*asked.lock().unwrap(), ["newer", "older", "newer"]);
}

#[tokio::test]
async fn a_person_is_told_that_this_release_is_too_old_for_an_instance() {
    let (world, asked) = (World::new(), Arc::<Mutex<Vec<_>>>::default());
    let newer = Node { name: "newer", is_mute: true, asked: Arc::clone(&asked) };
    let _newer = world.sagas.run_with::<Thanks<2>, _>(newer, options()).await.unwrap();
    world.place(17).await;
    while asked.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }

    let error = world.sagas.cancel::<Thanks<1>>(&17, actor(), reason()).await.unwrap_err();

    assert!(matches!(error, TellError::NewerVersion { known: 1, .. }), "{error:?}");
    assert_eq!(error.to_string(), "instance `thanks/17` is of a newer version of the saga than 1");
    world.sagas.cancel::<Thanks<2>>(&17, actor(), reason()).await.unwrap();
}

/// The attempt is told that its instance has ended, or it would take the place of another one until its time is over.
#[tokio::test]
async fn a_skip_of_the_last_step_ends_the_attempt_under_way() {
    let (world, asked) = (World::new(), Arc::<Mutex<Vec<_>>>::default());
    let mute = Node { name: "mute", is_mute: true, asked: Arc::clone(&asked) };
    let one = options().with_in_flight(1);
    let _running = world.sagas.run_with::<Thanks<1>, _>(mute, one).await.unwrap();
    let are_asked = async |count| {
        while asked.lock().unwrap().len() < count {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    world.place(17).await;
    are_asked(1).await;
    world.place(18).await;

    world.sagas.skip::<Thanks<1>>(&17, seen("thank", 1)).await.unwrap();

    let next = tokio::time::timeout(Duration::from_secs(20), are_asked(2)).await;
    next.expect("there is room for the other one");
}
