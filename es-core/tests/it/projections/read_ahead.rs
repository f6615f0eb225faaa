//! Events that are read before the ones ahead of them are done.

use std::sync::{Arc, Mutex};

use es_core::projection::EventHandler;
use es_core::{RecordedEvent, Selection, Transformation};

use super::faulty::{FaultyKept, Weather};
use super::fixture::*;
use super::handing_over::correct;

/// The numbers that were handed over.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<u64>>>);

impl EventHandler<Books> for Seen {
    async fn handle(&self, event: RecordedEvent, _: &mut Books) -> Result<(), ProjectError> {
        if Transformation::of(&event).is_some() {
            return Ok(());
        }
        for part in event.decode::<LedgerEvent>()? {
            let LedgerEvent::EntryMade(EntryMade { number }) = part.event;
            self.0.lock().unwrap().push(number);
        }
        Ok(())
    }
}

/// The commit before them is in doubt, so that the slots are claimed anew. They come back at the place where the read
/// events begin, and by then a stream of these was corrected.
#[tokio::test(start_paused = true)]
async fn what_was_read_before_the_slots_were_lost_is_read_again() {
    let (store, weather, seen) = (MemoryStore::new(), Weather::default(), Seen::default());
    let ledgers = Projections::new(store.clone(), FaultyKept(Kept::new(), weather.clone()));
    enter(&store, "ada", [1]).await;
    enter(&store, "bob", [2]).await;
    weather.lose_an_answer();
    let (log, one_by_one) = (Selection::log(), RunOptions::default().with_batch(1));

    let run = ledgers.subscribe_with(name(), log, Start::Beginning, seen.clone(), one_by_one);
    let running = run.await.unwrap();
    until("the first commit is in doubt", || !weather.loses_an_answer()).await;
    let token = correct(&store, "bob").await;
    ledgers.named("ledger").unwrap().wait_for(token, LONG).await.unwrap();

    assert_eq!(*seen.0.lock().unwrap(), [1, 20, 0]);
    running.stop().await;
}
