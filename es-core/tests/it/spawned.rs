//! Promise: every public future can be spawned, also by a function that knows neither the store nor the
//! aggregate: it is [`Send`] for all of them, and not only for those that somebody has tried.

use std::convert::Infallible;
use std::time::Duration;

use es_core::prelude::*;
use es_core::projection::{
    EventHandler, Live, MemoryProjections, ParkedSelector, ProjectionStore, Projections,
    RunOptions, Thresholds,
};
use es_core::{
    Actor, Checkpoint, DecidedBy, Fingerprint, ProjectionKey, ProjectionName, Reason,
    RecordedEvent, Rewrite, Selection, Start, Token, Transform, TransformStore,
};
use futures_util::{StreamExt, TryStreamExt};
use tokio::task::JoinHandle;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "counted")]
struct Counted {
    #[event(tag)]
    counter: String,
}

#[derive(Aggregate, Default, Clone, Debug, PartialEq)]
#[aggregate(name = "counter", id = String, events(Counted))]
struct Counter {
    total: u32,
}

impl Apply<Counted> for Counter {
    fn apply(&mut self, _: Counted) {
        self.total += 1;
    }
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Counter, any)]
struct Count {
    #[command(id)]
    counter: String,
}

impl Decide<Count> for Counter {
    type Events = Counted;

    fn decide(&self, command: Count) -> Result<Counted, NoRejection> {
        Ok(Counted { counter: command.counter })
    }
}

#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Counted))]
struct Counts {
    #[decision_model(tag)]
    counter: String,
}

impl Apply<Counted> for Counts {
    fn apply(&mut self, _: Counted) {}
}

#[derive(Clone, Debug)]
struct CountAgain;

impl Decision for CountAgain {
    type Model = Counts;
    type Events = Counted;
    type Error = Infallible;

    fn model(&self) -> Counts {
        Counts { counter: doors() }
    }

    fn decide(&self, _: &Counts) -> Result<Counted, Infallible> {
        Ok(Counted { counter: doors() })
    }
}

#[derive(Projection, Clone, Copy, Debug, Default)]
#[projection(name = "sum", version = 1, events(Counted), db = u64)]
struct Sum;

impl ReadModel<u64> for Sum {}

impl Project<Counted, u64> for Sum {
    async fn project(&self, _: Recorded<Counted>, sum: &mut u64) -> Result<(), ProjectError> {
        *sum += 1;
        Ok(())
    }
}

#[derive(Clone, Copy, Debug)]
struct Audit;

impl EventHandler<u64> for Audit {
    async fn handle(&self, _: RecordedEvent, _: &mut u64) -> Result<(), ProjectError> {
        Ok(())
    }
}

fn doors() -> String {
    "doors".into()
}

fn stream() -> StreamId {
    StreamId::of::<Counter>(&doors()).expect("a plain name")
}

fn count() -> Count {
    Count { counter: doors() }
}

type Spawned = Vec<JoinHandle<()>>;

fn commands<A, S, C>(store: &S, command: &C, id: &A::Id) -> Spawned
where
    A: Aggregate + Clone,
    S: EventStore,
    C: DecidedBy<A>,
    A::Id: Clone,
{
    let own = || (Repository::<A, S>::new(store.clone()), command.clone(), id.clone());
    let direct = Repository::<A, S>::without_command_batching(store.clone()).with_cache(1);
    let (executing, executing_with, executing_direct) = (own(), own(), command.clone());
    let (loading, loading_at, loading_as_of, reading) = (own(), own(), own(), own());
    vec![
        tokio::spawn(async move {
            let (accounts, command, _) = executing;
            accounts.execute(command).await.expect("it is stored");
        }),
        tokio::spawn(async move {
            let (accounts, command, _) = executing_with;
            accounts.execute_with(command, Metadata::default()).await.expect("it is stored");
        }),
        tokio::spawn(async move {
            direct.execute(executing_direct).await.expect("it is stored");
        }),
        tokio::spawn(async move {
            let (accounts, _, id) = loading;
            accounts.load(&id).await.expect("it is read");
        }),
        tokio::spawn(async move {
            let (accounts, _, id) = loading_at;
            accounts.load_at(&id, Version::NONE).await.expect("it is read");
        }),
        tokio::spawn(async move {
            let (accounts, _, id) = loading_as_of;
            accounts.load_as_of(&id, Position(1)).await.expect("it is read");
        }),
        tokio::spawn(async move {
            let (accounts, _, id) = reading;
            let history = accounts.history(&id, Cursor::START).expect("a plain name");
            history.try_collect::<Vec<_>>().await.expect("it is read");
        }),
    ]
}

fn units_and_decisions<S, C, A, D>(store: &S, command: C, decision: &D) -> Spawned
where
    S: EventStore,
    C: DecidedBy<A>,
    A: Aggregate,
    D: Decision + Clone,
{
    let own = || (Decisions::new(store.clone()), decision.clone());
    let (executing, deciding, unit) = (own(), own(), store.clone());
    vec![
        tokio::spawn(async move {
            let mut work = UnitOfWork::new(unit, Metadata::default());
            work.execute(command).await.expect("it is decided");
            // Others may have been faster.
            drop(work.commit().await);
        }),
        tokio::spawn(async move {
            let (decisions, decision) = executing;
            decisions.execute_with(decision, Metadata::default()).await.expect("it is stored");
        }),
        tokio::spawn(async move {
            let (decisions, decision) = deciding;
            decisions.decide(decision, Metadata::default()).await.expect("it is decided");
        }),
    ]
}

fn reads<S: TransformStore>(store: &S) -> Spawned {
    let own = || store.clone();
    let (streams, log, resumed, selected) = (own(), own(), own(), own());
    let (grown, snapshots, subscribed, typed, transformed) = (own(), own(), own(), own(), own());
    vec![
        tokio::spawn(async move {
            streams.stream_page(&stream(), Cursor::START, 1).await.expect("it is read");
            let events = streams.read_stream(&stream(), Cursor::END);
            events.try_collect::<Vec<_>>().await.expect("it is read");
        }),
        tokio::spawn(async move {
            log.read_log(Cursor::START).try_collect::<Vec<_>>().await.expect("it is read");
        }),
        tokio::spawn(async move {
            let page = resumed.log_page(Cursor::END, 1).await.expect("it is read");
            let beginning = Checkpoint::new(page.incarnation, Position::START);
            resumed.resume_log(beginning, 1).await.expect("it is this log");
        }),
        tokio::spawn(async move {
            let everything = Selection::log();
            selected.select_page(&everything, Position::START, 1).await.expect("it is read");
        }),
        tokio::spawn(async move { grown.log_grown(Position::START).await }),
        tokio::spawn(async move {
            let shape = Fingerprint(1);
            let page = snapshots.snapshot_page(&stream(), shape, Version::MAX, 1).await;
            if let Some(snapshot) = page.expect("it is read").snapshot {
                snapshots.save_snapshot(&stream(), snapshot, 1).await.expect("it is kept");
            }
        }),
        tokio::spawn(async move {
            let mut events = subscribed.subscribe(Selection::log(), Start::Beginning);
            events.begin().await.expect("it begins");
            events.next().await.expect("it does not end").expect("it is read");
        }),
        tokio::spawn(async move {
            let events = typed.subscribe(Selection::log(), Start::Beginning);
            let mut events = events.typed::<CounterEvent>();
            events.begin().await.expect("it begins");
            events.next().await.expect("it does not end").expect("it is read");
        }),
        tokio::spawn(async move {
            transformed.stream_tags(&stream()).await.expect("they are read");
            let (actor, reason) = (Actor::new("mia"), Reason::new("it was wrong"));
            let (actor, reason) = (actor.expect("a name"), reason.expect("a reason"));
            let keep = |_| Ok::<_, Infallible>(Rewrite::Keep);
            // Others may have been faster.
            drop(transformed.transform(Transform::new(stream(), actor, reason), keep).await);
            transformed.transformations(&stream()).await.expect("they are read");
        }),
    ]
}

fn looks<S, P, X>(projections: &Projections<S, P>, log: &S) -> Spawned
where
    S: EventStore,
    P: ProjectionStore<Db = u64>,
    X: ReadModel<u64> + Default + Copy,
{
    let own = || projections.clone();
    let (looking, after, by_name, waiting, rebuilding, log) =
        (own(), own(), own(), own(), own(), log.clone());
    let key = ProjectionKey::of_stream(&stream());
    let (key, own_key) = (key.clone(), key);
    vec![
        tokio::spawn(async move {
            looking.status().await.expect("it is known");
            looking.of::<X>().status().await.expect("it is known");
            looking.health(&Thresholds::default()).await.expect("it is known");
            looking.rebuilding().await.expect("it is known");
        }),
        tokio::spawn(async move {
            let reason = Reason::new("it is wrong").expect("a reason");
            after.of::<X>().parked().await.expect("it is known");
            after.of::<X>().parked_events(&key).await.expect("it is known");
            after.of::<X>().replay(&ParkedSelector::All).await.expect("it is known");
            after.of::<X>().drop_parked(&key, Position(1), &reason).await.expect("it is known");
            after.of::<X>().resume().await.expect("it is known");
        }),
        tokio::spawn(async move {
            let by_name = by_name.named(X::NAME).expect("a name");
            by_name.status().await.expect("it is known");
            by_name.health(&Thresholds::default()).await.expect("it is known");
            by_name.parked_events(&own_key).await.expect("it is known");
            by_name.dropped().await.expect("it is known");
            by_name.stop("it is wrong").await.expect("it is known");
            by_name.resume().await.expect("it is known");
            by_name.reinstate().await.expect_err("it serves");
            by_name.with_version(9).drop_version().await.expect("there is none");
        }),
        tokio::spawn(async move {
            let (token, soon) = (Token::from(Position(1)), Duration::from_secs(10));
            waiting.of::<X>().wait_for(token, soon).await.expect("it comes as far");
            let by_name = waiting.named(X::NAME).expect("a name");
            by_name.wait_for(token, soon).await.expect("it comes as far");
        }),
        tokio::spawn(async move {
            let tell = |_: &es_core::projection::RebuildProgress| {};
            rebuilding.rebuild_in_place_with(&X::default(), tell).await.expect("it is built");
        }),
        tokio::spawn(async move {
            Live::new(log.clone(), X::default()).fold(0).await.expect("it is folded");
            let mut sum = 0;
            Live::new(log, X::default()).fold_into(&mut sum).await.expect("it is folded");
        }),
    ]
}

fn runs<S, P, X, H>(projections: &Projections<S, P>, handler: H) -> Spawned
where
    S: EventStore,
    P: ProjectionStore<Db = u64>,
    X: ReadModel<u64> + Default,
    H: EventHandler<u64>,
{
    let own = || projections.clone();
    let (running, subscribing) = (own(), own());
    vec![
        tokio::spawn(async move {
            let running = running.run_with(X::default(), RunOptions::default()).await;
            running.expect("it is run").stop().await;
        }),
        tokio::spawn(async move {
            let name = ProjectionName::new("audit").expect("a name");
            let everything = Selection::log();
            let running = subscribing.subscribe(name, everything, Start::Beginning, handler).await;
            running.expect("it is run").stop().await;
        }),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_future_of_the_runtime_is_spawned() {
    let store = MemoryStore::new();
    let projections = Projections::new(store.clone(), MemoryProjections::<u64>::new());
    let running = projections.run(Sum).await.expect("it is run");

    let mut spawned = commands::<Counter, _, _>(&store, &count(), &doors());
    spawned.extend(units_and_decisions::<_, _, Counter, _>(&store, count(), &CountAgain));
    spawned.extend(reads(&store));
    spawned.extend(looks::<_, _, Sum>(&projections, &store));
    let elsewhere = Projections::new(store.clone(), MemoryProjections::<u64>::new());
    spawned.extend(runs::<_, _, Sum, _>(&elsewhere, Audit));
    let into = tokio::spawn(async move {
        elsewhere.run_into(Sum, 0, Start::Beginning, RunOptions::default()).await.map(drop)
    });
    for task in spawned {
        task.await.expect("it comes to its end");
    }

    into.await.expect("it comes to its end").expect("it is run");
    tokio::spawn(running.stop()).await.expect("it comes to its end");
}
