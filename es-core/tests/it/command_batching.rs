//! Commands that meet on one aggregate, in one process.
//!
//! Each test holds the first command at the store, so that the others meet in its lane.

use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use es_core::{CorrelationId, NewEvent, StoreErrorKind, prelude::*};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::fixture::*;
use crate::gated::Fault::{CallLost, Outrun, Refused, ReplyLost};
use crate::gated::Gated;

type Answer = Result<Executed<Account>, ExecuteError<AccountError>>;

/// Ada has ten cents, and whoever appends waits.
async fn held() -> (Gated, Repository<Account, Gated>) {
    let store = Gated::new(bank(10).await);
    store.appends.close();
    let accounts = accounts(&store);
    (store, accounts)
}

/// Lets the command come as far as it can.
fn comes(command: Pin<&mut (impl Future<Output = Answer> + ?Sized)>) {
    assert!(command.now_or_never().is_none(), "it should wait");
}

/// Commands that have come as far as they can, one after another.
fn waiting<const N: usize>(mut commands: [BoxFuture<'_, Answer>; N]) -> [BoxFuture<'_, Answer>; N] {
    all_come(commands.iter_mut().map(Pin::as_mut));
    commands
}

/// The first command is stored, and what has met behind it is at the store.
async fn the_others_follow(store: &Gated, first: impl Future<Output = Answer>) {
    store.appends.let_one_pass();
    first.await.unwrap();
    store.appends.until_waiting(1).await;
}

fn all_come<'a, C: Future<Output = Answer> + ?Sized + 'a>(
    commands: impl IntoIterator<Item = Pin<&'a mut C>>,
) {
    for command in commands {
        comes(command);
    }
}

async fn versions(store: &Gated) -> Vec<String> {
    let stream = StreamId::of::<Account>(&ada()).unwrap();
    let page = store.inner.stream_page(&stream, Cursor::After(Version(2)), 2000).await.unwrap();
    page.iter().map(|event| event.event.payload.as_str().to_owned()).collect()
}

/// How many events each append had.
fn sizes(store: &Gated) -> Vec<usize> {
    store.sent().iter().map(Vec::len).collect()
}

fn missing(answer: Answer) -> i64 {
    match answer {
        Err(ExecuteError::Rejected(AccountError::InsufficientFunds { missing })) => missing,
        other => panic!("not refused: {other:?}"),
    }
}

/// Returns once no lane is open any more; fails if one stays.
async fn until_idle(accounts: &Repository<Account, Gated>) {
    for _ in 0..100 {
        if format!("{accounts:?}").contains("lanes: Some(0)") {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("a lane stays open: {accounts:?}");
}

#[tokio::test]
async fn commands_that_meet_are_appended_together_and_answered_each() {
    let (store, accounts) = held().await;
    let [first, second, third] = waiting([
        accounts.execute(deposit(ada(), 1)).boxed(),
        accounts.execute(withdraw(ada(), 4)).boxed(),
        accounts.execute(deposit(ada(), 2)).boxed(),
    ]);
    store.appends.open();
    let (first, second, third) = tokio::join!(first, second, third);

    let (first, second, third) = (first.unwrap(), second.unwrap(), third.unwrap());
    assert_eq!(sizes(&store), [1, 2]);
    assert_eq!((first.version, first.state.cents), (Version(3), 11));
    assert_eq!((second.version, second.state.cents), (Version(4), 7));
    assert_eq!((third.version, third.state.cents), (Version(5), 9));
    let stream = StreamId::of::<Account>(&ada()).unwrap();
    let stored = store.stream_page(&stream, Cursor::After(Version(2)), 10).await.unwrap();
    let stored: Vec<_> = stored.into_iter().flat_map(|raw| raw.decode().unwrap()).collect();
    assert_eq!([first.events, second.events, third.events].concat(), stored);
    until_idle(&accounts).await;
}

#[tokio::test]
async fn each_event_has_the_metadata_of_its_command() {
    let (store, accounts) = held().await;
    let request = |id| Metadata::default().with_correlation_id(CorrelationId::new(id).unwrap());
    let [first, second, third] = waiting([
        accounts.execute(deposit(ada(), 1)).boxed(),
        accounts.execute_with(deposit(ada(), 1), request("second")).boxed(),
        accounts.execute_with(deposit(ada(), 1), request("third")).boxed(),
    ]);
    store.appends.open();
    let (_, second, third) = tokio::join!(first, second, third);

    let correlation = |answer: Answer| answer.unwrap().events[0].metadata.correlation_id.clone();
    assert_eq!(correlation(second).unwrap().as_str(), "second");
    assert_eq!(correlation(third).unwrap().as_str(), "third");
}

#[tokio::test]
async fn another_aggregate_does_not_wait() {
    let (store, accounts) = held().await;
    let mut first = pin!(accounts.execute(deposit(ada(), 1)));
    comes(first.as_mut());

    let other = accounts.execute(Inspect { account: bob() }).await;

    other.unwrap();
    store.appends.open();
    first.await.unwrap();
}

#[tokio::test]
async fn a_refusal_is_told_once_what_it_rests_on_is_stored() {
    let (store, accounts) = held().await;
    let [first, takes_all, mut refused] = waiting([
        accounts.execute(deposit(ada(), 1)).boxed(),
        accounts.execute(withdraw(ada(), 11)).boxed(),
        accounts.execute(withdraw(ada(), 3)).boxed(),
    ]);

    the_others_follow(&store, first).await;
    comes(refused.as_mut());
    store.appends.open();

    assert_eq!(missing(refused.await), 3);
    assert_eq!(takes_all.await.unwrap().state.cents, 0);
}

#[tokio::test]
async fn a_refusal_that_rests_on_what_was_not_stored_is_decided_anew() {
    let (store, accounts) = held().await;
    let [first, takes_all, second] = waiting([
        accounts.execute(deposit(ada(), 1)).boxed(),
        accounts.execute(withdraw(ada(), 11)).boxed(),
        accounts.execute(withdraw(ada(), 3)).boxed(),
    ]);

    the_others_follow(&store, first).await;
    crate::fixture::accounts(&store.inner).execute(deposit(ada(), 5)).await.unwrap();
    store.appends.open();
    let (takes_all, second) = tokio::join!(takes_all, second);

    assert_eq!(takes_all.unwrap().state.cents, 5);
    let second = second.unwrap();
    assert_eq!((second.version, second.state.cents), (Version(6), 2));
}

#[tokio::test]
async fn what_changes_nothing_sees_what_others_did_behind_the_repository() {
    let (store, accounts) = held().await;
    let [first, nothing] = waiting([
        accounts.execute(deposit(ada(), 1)).boxed(),
        accounts.execute(deposit(ada(), 0)).boxed(),
    ]);

    store.reads.close();
    store.appends.open();
    first.await.unwrap();
    store.reads.until_waiting(1).await;
    crate::fixture::accounts(&store.inner).execute(deposit(ada(), 5)).await.unwrap();
    store.reads.open();

    assert_eq!(nothing.await.unwrap().version, Version(4));
}

#[tokio::test]
async fn a_command_that_was_dropped_while_it_waited_is_left_out() {
    let (store, accounts) = held().await;
    let [first, dropped, third] = waiting([
        accounts.execute(deposit(ada(), 1)).boxed(),
        accounts.execute(deposit(ada(), 2)).boxed(),
        accounts.execute(deposit(ada(), 3)).boxed(),
    ]);

    drop(dropped);
    store.appends.open();
    let (first, third) = tokio::join!(first, third);

    first.unwrap();
    assert_eq!(third.unwrap().version, Version(4));
    assert_eq!(versions(&store).await, [r#"{"cents":1}"#, r#"{"cents":3}"#]);
    until_idle(&accounts).await;
}

#[tokio::test]
async fn a_command_that_is_dropped_on_its_way_is_stored_with_the_others() {
    let (store, accounts) = held().await;
    let [first, dropped, third] = waiting([
        accounts.execute(deposit(ada(), 1)).boxed(),
        accounts.execute(deposit(ada(), 2)).boxed(),
        accounts.execute(deposit(ada(), 3)).boxed(),
    ]);

    the_others_follow(&store, first).await;
    drop(dropped);
    store.appends.open();

    assert_eq!(third.await.unwrap().version, Version(5));
    let all = [r#"{"cents":1}"#, r#"{"cents":2}"#, r#"{"cents":3}"#];
    assert_eq!(versions(&store).await, all);
}

#[tokio::test]
async fn the_others_go_on_when_the_first_is_dropped() {
    let (store, accounts) = held().await;
    let [first, second, third] = waiting([
        accounts.execute(deposit(ada(), 1)).boxed(),
        accounts.execute(deposit(ada(), 2)).boxed(),
        accounts.execute(deposit(ada(), 3)).boxed(),
    ]);

    drop(first);
    store.appends.open();
    let (second, third) = tokio::join!(second, third);

    assert_eq!(second.unwrap().version, Version(3));
    assert_eq!(third.unwrap().version, Version(4));
    assert_eq!(versions(&store).await, [r#"{"cents":2}"#, r#"{"cents":3}"#]);
    until_idle(&accounts).await;
}

#[tokio::test]
async fn a_lane_without_commands_vanishes() {
    let (store, accounts) = held().await;
    let [first, second] = waiting([
        accounts.execute(deposit(ada(), 1)).boxed(),
        accounts.execute(deposit(ada(), 2)).boxed(),
    ]);

    drop(second);
    drop(first);
    store.appends.until_waiting(0).await;
    tokio::task::yield_now().await;

    store.appends.open();
    accounts.execute(deposit(ada(), 3)).await.unwrap();
    assert_eq!(versions(&store).await, [r#"{"cents":3}"#]);
    until_idle(&accounts).await;
}

/// Its decision panics.
#[derive(Command, Clone, Debug)]
#[command(aggregate = Account)]
struct Stumble {
    #[command(id)]
    account: String,
}

impl Decide<Stumble> for Account {
    type Events = ();

    fn decide(&self, _: Stumble) -> Result<(), AccountError> {
        panic!("stumbled")
    }
}

#[tokio::test]
async fn a_decision_that_panics_does_so_where_its_command_came_from_and_harms_nobody() {
    let (store, accounts) = held().await;
    let mut first = pin!(accounts.execute(deposit(ada(), 1)));
    let mut second = pin!(accounts.execute(deposit(ada(), 2)));
    let mut third = pin!(accounts.execute(deposit(ada(), 3)));
    let stumbles = accounts.clone();
    comes(first.as_mut());
    comes(second.as_mut());
    let stumbles =
        tokio::spawn(async move { stumbles.execute(Stumble { account: ada() }).await.is_ok() });
    tokio::task::yield_now().await;
    comes(third.as_mut());

    store.appends.open();
    let (first, second, third) = tokio::join!(first, second, third);

    assert!(stumbles.await.unwrap_err().is_panic());
    first.unwrap();
    assert_eq!(second.unwrap().version, Version(4));
    assert_eq!(third.unwrap().version, Version(5));
    assert_eq!(sizes(&store), [1, 2]);
    until_idle(&accounts).await;
}

/// Its decision panics where the account is empty.
#[derive(Command, Clone, Debug)]
#[command(aggregate = Account)]
struct Share {
    #[command(id)]
    account: String,
}

impl Decide<Share> for Account {
    type Events = Deposited;

    fn decide(&self, _: Share) -> Result<Deposited, AccountError> {
        Ok(Deposited { cents: 100 / self.cents })
    }
}

#[tokio::test]
async fn a_panic_that_rests_on_what_was_not_stored_is_decided_anew() {
    let (store, accounts) = held().await;
    let [first, takes_all, shares] = waiting([
        accounts.execute(deposit(ada(), 1)).boxed(),
        accounts.execute(withdraw(ada(), 11)).boxed(),
        accounts.execute(Share { account: ada() }).boxed(),
    ]);

    the_others_follow(&store, first).await;
    crate::fixture::accounts(&store.inner).execute(deposit(ada(), 5)).await.unwrap();
    store.appends.open();
    let (takes_all, shares) = tokio::join!(takes_all, shares);

    assert_eq!(takes_all.unwrap().state.cents, 5);
    assert_eq!(shares.unwrap().state.cents, 25);
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "vase-dropped")]
struct Dropped {}

/// Whoever loads it panics.
#[derive(Aggregate, Default, Clone, Debug, PartialEq)]
#[aggregate(name = "vase", id = String, events(Dropped), error = AccountError)]
struct Vase {}

impl Apply<Dropped> for Vase {
    fn apply(&mut self, _: Dropped) {
        panic!("broken");
    }
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Vase)]
struct Look {
    #[command(id)]
    vase: String,
}

impl Decide<Look> for Vase {
    type Events = ();

    fn decide(&self, _: Look) -> Result<(), AccountError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_load_that_panics_does_so_for_each() {
    let store = Gated::new(MemoryStore::new());
    let dropped = NewEvent::of(&VaseEvent::from(Dropped {}), Metadata::default()).unwrap();
    let stream = StreamId::of::<Vase>(&ada()).unwrap();
    let append = Append::to(stream, ExpectedVersion::NoStream, vec![dropped]).unwrap();
    store.append(append).await.unwrap();
    store.reads.close();
    let vases = Repository::<Vase, _>::new(store.clone());
    let look = || AssertUnwindSafe(vases.execute(Look { vase: ada() })).catch_unwind();

    let (first, second, third, ()) =
        tokio::join!(look(), look(), look(), async { store.reads.open() });

    for looked in [first, second, third] {
        assert_eq!(looked.unwrap_err().downcast_ref(), Some(&"broken"));
    }
}

#[tokio::test]
async fn the_others_go_on_when_the_decision_of_the_first_panics() {
    let store = Gated::new(bank(10).await);
    let accounts = accounts(&store);
    store.reads.close();
    let stumbles = accounts.clone();
    let stumbles =
        tokio::spawn(async move { stumbles.execute(Stumble { account: ada() }).await.is_ok() });
    store.reads.until_waiting(1).await;
    let mut second = pin!(accounts.execute(deposit(ada(), 2)));
    comes(second.as_mut());

    store.reads.open();

    assert_eq!(second.await.unwrap().version, Version(3));
    assert!(stumbles.await.unwrap_err().is_panic());
    until_idle(&accounts).await;
}

#[tokio::test]
async fn when_a_group_fails_each_goes_by_itself() {
    let (store, accounts) = held().await;
    let [first, second, third] = waiting([
        accounts.execute(deposit(ada(), 1)).boxed(),
        accounts.execute(deposit(ada(), 2)).boxed(),
        accounts.execute(deposit(ada(), 3)).boxed(),
    ]);

    the_others_follow(&store, first).await;
    store.appends.fail([Refused(StoreErrorKind::Other), Refused(StoreErrorKind::Other)]);
    store.appends.open();
    let (second, third) = tokio::join!(second, third);

    let second = second.unwrap_err();
    assert!(matches!(second, ExecuteError::Append(AppendError::Store(_))), "{second:?}");
    assert_eq!(third.unwrap().version, Version(4));
    assert_eq!(sizes(&store), [1, 2, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_group_whose_reply_is_lost_is_stored_once() {
    let (store, accounts) = held().await;
    let [first, second, third] = waiting([
        accounts.execute(deposit(ada(), 1)).boxed(),
        accounts.execute(deposit(ada(), 2)).boxed(),
        accounts.execute(deposit(ada(), 3)).boxed(),
    ]);

    store.appends.fail([ReplyLost, CallLost, ReplyLost]);
    store.appends.open();
    let (first, second, third) = tokio::join!(first, second, third);

    first.unwrap();
    second.unwrap();
    assert_eq!(third.unwrap().state.cents, 16);
    assert_eq!(versions(&store).await.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_stays_away_is_away_for_all_and_only_events_are_in_doubt() {
    let (store, accounts) = held().await;
    let [first, second, refused] = waiting([
        accounts.execute(deposit(ada(), 1)).boxed(),
        accounts.execute(deposit(ada(), 2)).boxed(),
        accounts.execute(withdraw(ada(), 100)).boxed(),
    ]);

    the_others_follow(&store, first).await;
    store.appends.fail([CallLost; 100]);
    store.appends.open();
    let (second, refused) = tokio::join!(second, refused);

    let (second, refused) = (second.unwrap_err(), refused.unwrap_err());
    assert!(matches!(second, ExecuteError::Append(AppendError::Store(_))), "{second:?}");
    assert!(matches!(refused, ExecuteError::Load(LoadError::Store(_))), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn the_time_is_bounded_for_each_command() {
    let store = Gated::new(bank(10).await);
    store.appends.close();
    let accounts = accounts(&store).with_time_limit(Duration::from_millis(100));
    let [first, second] = waiting([
        accounts.execute(deposit(ada(), 1)).boxed(),
        accounts.execute(deposit(ada(), 2)).boxed(),
    ]);
    the_others_follow(&store, first).await;
    tokio::time::advance(Duration::from_millis(60)).await;
    let mut third = pin!(accounts.execute(deposit(ada(), 3)));
    comes(third.as_mut());

    store.appends.fail([Outrun; 100]);
    store.appends.open();
    let (second, third) = tokio::join!(second, third);

    for answer in [second, third] {
        let error = answer.unwrap_err();
        let ExecuteError::Conflict { attempts, elapsed, .. } = error else { panic!("{error:?}") };
        assert!(elapsed >= Duration::from_millis(100), "{elapsed:?}");
        assert!(elapsed < Duration::from_millis(110), "{elapsed:?}");
        assert!(attempts > 2, "{attempts} attempts");
    }
}

#[tokio::test]
async fn a_long_queue_is_served_in_its_order_and_in_parts() {
    const COMMANDS: usize = 1500;

    let (store, accounts) = held().await;
    let order = AtomicUsize::new(0);
    let mut commands: Vec<_> = (0..COMMANDS)
        .map(|nth| {
            let (accounts, order) = (&accounts, &order);
            Box::pin(async move {
                let done = accounts.execute(deposit(ada(), 1)).await.unwrap();
                order.fetch_add(1, Ordering::Relaxed);
                assert_eq!(done.version, Version(3).plus(nth));
            })
        })
        .collect();
    for command in &mut commands {
        assert!(command.now_or_never().is_none());
    }

    store.appends.open();
    // Within one task, the order of polls is that of the queue only if no poll is put off.
    tokio::task::unconstrained(futures_util::future::join_all(commands)).await;

    assert_eq!(order.into_inner(), COMMANDS);
    assert_eq!(sizes(&store).iter().sum::<usize>(), COMMANDS);
    assert_eq!(sizes(&store).iter().max(), Some(&128));
    until_idle(&accounts).await;
}

/// A command that was polled so often and is kept then. `None` if it was done before.
async fn kept(
    accounts: &Repository<Account, Gated>,
    polls: usize,
) -> Option<Pin<Box<impl Future<Output = Answer> + use<'_>>>> {
    let mut command = Box::pin(accounts.execute(deposit(ada(), 1)));
    for _ in 0..polls {
        if (&mut command).now_or_never().is_some() {
            return None;
        }
        tokio::task::yield_now().await;
    }
    Some(command)
}

const SOON: Duration = Duration::from_secs(20);

#[tokio::test(start_paused = true)]
async fn a_command_that_is_kept_and_not_polled_holds_nobody_up() {
    for polls in 0..6 {
        let store = Gated::new(bank(10).await);
        store.reads.close();
        store.appends.close();
        let accounts = accounts(&store);
        let first = kept(&accounts, polls).await.unwrap();
        store.reads.open();
        store.appends.open();

        let second = tokio::time::timeout(SOON, accounts.execute(deposit(ada(), 2))).await;

        let second = second.unwrap_or_else(|_| panic!("held up after {polls} polls"));
        assert!(second.unwrap().state.cents >= 12, "{polls} polls");
        assert!(first.await.unwrap().state.cents >= 11, "{polls} polls");
    }
}

#[tokio::test(start_paused = true)]
async fn a_command_that_is_kept_between_its_load_and_its_append_holds_nobody_up() {
    let (store, accounts) = held().await;
    let first = kept(&accounts, 3).await.unwrap();
    let second = kept(&accounts, 3).await.unwrap();
    store.appends.open();

    let third = tokio::time::timeout(SOON, accounts.execute(deposit(ada(), 2))).await;

    assert_eq!(third.expect("held up").unwrap().version, Version(5));
    assert_eq!(second.await.unwrap().version, Version(4));
    assert_eq!(first.await.unwrap().version, Version(3));
}

#[tokio::test(start_paused = true)]
async fn so_many_commands_that_are_kept_hold_nobody_up() {
    let (store, accounts) = held().await;
    let mut commands = Vec::new();
    for _ in 0..3_000 {
        commands.push(kept(&accounts, 1).await.unwrap());
    }
    store.appends.open();

    let last = tokio::time::timeout(SOON, accounts.execute(deposit(ada(), 2))).await;

    assert_eq!(last.expect("held up").unwrap().version, Version(3_003));
    until_idle(&accounts).await;
}

#[tokio::test]
async fn commands_that_were_dropped_do_not_fill_a_queue() {
    let (store, accounts) = held().await;
    let mut first = pin!(accounts.execute(deposit(ada(), 1)));
    comes(first.as_mut());
    let command = std::sync::Arc::new(());
    for _ in 0..5_000 {
        let counted = Counted { account: ada(), alive: command.clone() };
        assert!(accounts.execute(counted).now_or_never().is_none());
    }

    let alive = std::sync::Arc::strong_count(&command);

    assert!(alive < 1_030, "{alive} commands in the queue");
    store.appends.open();
    first.await.unwrap();
    until_idle(&accounts).await;
}

/// A command whose copies are counted.
#[derive(Command, Clone, Debug)]
#[command(aggregate = Account)]
struct Counted {
    #[command(id)]
    account: String,
    alive: std::sync::Arc<()>,
}

impl Decide<Counted> for Account {
    type Events = ();

    fn decide(&self, _: Counted) -> Result<(), AccountError> {
        Ok(())
    }
}

/// Many events at once.
#[derive(Command, Clone, Debug)]
#[command(aggregate = Account)]
struct DepositCoins {
    #[command(id)]
    account: String,
    coins: usize,
}

impl Decide<DepositCoins> for Account {
    type Events = Vec<Deposited>;

    fn decide(&self, command: DepositCoins) -> Result<Vec<Deposited>, AccountError> {
        Ok(vec![Deposited { cents: 1 }; command.coins])
    }
}

#[tokio::test]
async fn a_thousand_events_are_enough_for_one_append() {
    let (store, accounts) = held().await;
    let coins = |coins| DepositCoins { account: ada(), coins };
    let [first, second, third, fourth] = waiting([
        accounts.execute(coins(1)).boxed(),
        accounts.execute(coins(600)).boxed(),
        accounts.execute(coins(600)).boxed(),
        accounts.execute(coins(600)).boxed(),
    ]);

    store.appends.open();
    let (_, _, _, fourth) = tokio::join!(first, second, third, fourth);

    assert_eq!(fourth.unwrap().version, Version(1803));
    assert_eq!(sizes(&store), [1, 1200, 600]);
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn a_long_queue_of_a_runtime_that_ends_is_told_so() {
    let (ending, live) = (runtime(), runtime());
    let (store, accounts) = live.block_on(held());
    let mut commands: Vec<_> =
        (0..20_000).map(|_| Box::pin(accounts.execute(deposit(ada(), 1)))).collect();
    ending.block_on(async { all_come(commands.iter_mut().map(Pin::as_mut)) });
    let mut last = pin!(accounts.execute(deposit(ada(), 2)));
    live.block_on(async { comes(last.as_mut()) });

    drop(ending);

    store.appends.open();
    live.block_on(async {
        for command in commands {
            let error = command.await.unwrap_err();
            assert!(matches!(error, ExecuteError::Append(AppendError::Store(_))), "{error:?}");
        }
        assert_eq!(last.await.unwrap().version, Version(3));
        until_idle(&accounts).await;
    });
}

#[test]
fn what_a_batch_has_put_off_is_not_lost_with_its_runtime() {
    let (ending, live) = (runtime(), runtime());
    let (store, accounts) = live.block_on(held());
    let coins = |coins| DepositCoins { account: ada(), coins };
    let mut first = Box::pin(accounts.execute(coins(1)));
    let mut full = [coins(600), coins(600)].map(|coins| Box::pin(accounts.execute(coins)));
    let mut put_off = Box::pin(accounts.execute(coins(1)));
    live.block_on(async { comes(first.as_mut()) });
    ending.block_on(async { all_come(full.iter_mut().map(Pin::as_mut)) });
    live.block_on(async {
        comes(put_off.as_mut());
        store.appends.let_one_pass();
        first.await.unwrap();
    });
    ending.block_on(store.appends.until_waiting(1));

    drop(ending);

    store.appends.open();
    assert_eq!(live.block_on(put_off).unwrap().version, Version(4));
}
