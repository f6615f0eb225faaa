//! Effects, which are had once.

use es_core::ProjectionId;
use es_core::projection::{ProjectionStore, VersionState};

use super::fixture::*;

/// A ledger in version `V` that does something for each entry.
#[derive(Clone, Default)]
struct Mails<const V: u32>(Ledger);

impl<const V: u32> Projection for Mails<V> {
    const NAME: &'static str = "ledger";
    const VERSION: u32 = V;
    const HAS_EFFECTS: bool = true;
    const EFFECTS_START: Start = Start::Beginning;
    type Event = LedgerEvent;
}

/// Effects go into a place of their own: here a list that all versions share.
#[derive(Clone, Debug, Default)]
struct Outbox(std::sync::Arc<std::sync::Mutex<Vec<(u32, u64)>>>);

impl Outbox {
    fn sent(&self) -> Vec<(u32, u64)> {
        self.0.lock().unwrap().clone()
    }
}

impl<const V: u32> Projects<Outbox> for Mails<V> {
    async fn project(&self, _: Recorded<LedgerEvent>, _: &mut Outbox) -> Result<(), ProjectError> {
        Ok(())
    }

    async fn react(
        &self,
        event: Recorded<LedgerEvent>,
        db: &mut Outbox,
    ) -> Result<(), ProjectError> {
        let LedgerEvent::EntryMade(EntryMade { number }) = event.event;
        db.0.lock().unwrap().push((V, number));
        Ok(())
    }
}

impl<const V: u32> ReadModel<Outbox> for Mails<V> {}

/// Effects that are rows: each version has its own.
impl<const V: u32> Projects<Books> for Mails<V> {
    async fn project(
        &self,
        event: Recorded<LedgerEvent>,
        _: &mut Books,
    ) -> Result<(), ProjectError> {
        let LedgerEvent::EntryMade(EntryMade { number }) = event.event;
        self.0.fail_at(number)
    }

    async fn react(
        &self,
        event: Recorded<LedgerEvent>,
        db: &mut Books,
    ) -> Result<(), ProjectError> {
        let LedgerEvent::EntryMade(EntryMade { number }) = event.event;
        db.effects.push(number);
        Ok(())
    }
}

impl<const V: u32> ReadModel<Books> for Mails<V> {}

async fn until_it_is_retired(old: &Running) {
    until("the old version is retired", || old.state() == VersionState::Retired).await;
}

async fn until_the_second_serves(kept: &Kept) {
    until_it("the new version serves", async || {
        let versions = kept.versions(None).await.unwrap();
        versions.iter().any(|v| v.id.version == 2 && v.state == VersionState::Serving)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_the_store_of_the_progress_each_effect_is_had_once_by_one_of_the_versions() {
    let (store, kept, ledgers) = service();
    let token = enter(&store, "ada", 0..100).await;
    let old = ledgers.run_with(Mails::<1>::default(), brisk()).await.unwrap();
    ledgers.of::<Mails<1>>().wait_for(token, LONG).await.unwrap();

    let new = ledgers.run_with(Mails::<2>::default(), brisk()).await.unwrap();
    for number in 100..200 {
        enter(&store, &format!("a-{}", number % 10), [number]).await;
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    until_the_second_serves(&kept).await;
    let token = enter(&store, "bob", 200..300).await;
    ledgers.of::<Mails<2>>().wait_for(token, LONG).await.unwrap();

    until_it_is_retired(&old).await;
    let (mut first, second) = (effects::<1>(&kept), effects::<2>(&kept));
    assert!(first.len() >= 100 && second.len() >= 100, "{first:?} and {second:?}");
    first.extend(second);
    first.sort_unstable();
    assert!(first.iter().copied().eq(0..300), "{first:?}");
    new.stop().await;
}

#[tokio::test]
async fn a_version_whose_place_was_taken_has_no_more_effects_elsewhere() {
    let (store, kept, ledgers) = service();
    let outbox = Outbox::default();
    let token = enter(&store, "ada", 0..100).await;
    // It hears of the swap by itself only after minutes.
    let slow = RunOptions::default().with_lease(std::time::Duration::from_secs(10 * 60));
    let old = ledgers
        .run_into(Mails::<1>::default(), outbox.clone(), Start::Beginning, slow)
        .await
        .unwrap();
    ledgers.of::<Mails<1>>().wait_for(token, LONG).await.unwrap();

    let new = ledgers
        .run_into(Mails::<2>::default(), outbox.clone(), Start::Beginning, brisk())
        .await
        .unwrap();
    until_the_second_serves(&kept).await;
    let token = enter(&store, "bob", 100..200).await;
    ledgers.of::<Mails<2>>().wait_for(token, LONG).await.unwrap();

    until_it_is_retired(&old).await;
    let sent = outbox.sent();
    assert!(sent.iter().map(|(_, number)| *number).eq(0..200), "{sent:?}");
    assert_eq!((sent[99], sent[100]), ((1, 99), (2, 100)));
    new.stop().await;
}

fn effects<const V: u32>(kept: &Kept) -> Vec<u64> {
    kept.read_version(&ProjectionId::of::<Mails<V>>(), |books| books.effects.clone()).unwrap()
}

#[tokio::test]
async fn effects_that_the_old_version_never_came_to_are_had_by_the_new_one() {
    let (store, kept, ledgers) = service();
    let token = enter(&store, "ada", 0..100).await;
    let old = ledgers.run_with(Mails::<1>::default(), brisk()).await.unwrap();
    ledgers.of::<Mails<1>>().wait_for(token, LONG).await.unwrap();
    old.stop().await;
    let token = enter(&store, "ada", 100..200).await;

    let new = ledgers.run_with(Mails::<2>::default(), brisk()).await.unwrap();
    until_the_second_serves(&kept).await;
    ledgers.of::<Mails<2>>().wait_for(token, LONG).await.unwrap();

    assert!(effects::<2>(&kept).into_iter().eq(100..200), "{:?}", effects::<2>(&kept));
    new.stop().await;
}

#[tokio::test]
async fn what_waited_during_the_building_has_no_second_effect_when_it_is_done_at_last() {
    let (store, kept, ledgers) = service();
    let token = enter(&store, "ada", 0..3).await;
    let old = ledgers.run_with(Mails::<1>::default(), brisk()).await.unwrap();
    ledgers.of::<Mails<1>>().wait_for(token, LONG).await.unwrap();
    let failing = Mails::<2>(Ledger::failing_at([1]));
    let once = brisk().with_on_failure(OnFailure::Park { attempts: 1 });
    let new = ledgers.run_with(failing.clone(), once).await.unwrap();
    until_the_second_serves(&kept).await;
    let token = enter(&store, "ada", 3..5).await;
    ledgers.of::<Mails<2>>().wait_for(token, LONG).await.unwrap();

    failing.0.mend();
    ledgers.of::<Mails<2>>().replay(&es_core::projection::ParkedSelector::All).await.unwrap();
    until_it("nothing waits", async || ledgers.of::<Mails<2>>().parked().await.unwrap().is_empty())
        .await;

    assert_eq!((effects::<1>(&kept), effects::<2>(&kept)), (vec![0, 1, 2], vec![3, 4]));
    new.stop().await;
    old.stop().await;
}

#[tokio::test]
async fn an_effect_that_waits_is_had_before_the_place_is_taken() {
    let (store, kept, ledgers) = service();
    let failing = Mails::<1>(Ledger::failing_at([1]));
    let once = brisk().with_on_failure(OnFailure::Park { attempts: 1 });
    let token = enter(&store, "ada", 0..3).await;
    let old = ledgers.run_with(failing.clone(), once).await.unwrap();
    ledgers.of::<Mails<1>>().wait_for(token, LONG).await.unwrap();
    let new = ledgers.run_with(Mails::<2>::default(), brisk()).await.unwrap();
    until_it("the new version says what it waits for", async || {
        let versions = kept.versions(None).await.unwrap();
        let says = |error: &String| error.contains("replay or drop them there");
        versions.iter().flat_map(|v| &v.nodes).any(|node| node.error.as_ref().is_some_and(says))
    })
    .await;

    failing.0.mend();
    ledgers.of::<Mails<1>>().replay(&es_core::projection::ParkedSelector::All).await.unwrap();
    until_the_second_serves(&kept).await;

    assert_eq!((effects::<1>(&kept), effects::<2>(&kept)), (vec![0, 1, 2], vec![]));
    new.stop().await;
    old.stop().await;
}
