//! Nothing is lost and nothing comes late.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use es_core::StreamAppend;
use es_core::prelude::*;
use es_postgres::PgStore;
use es_postgres::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use es_postgres::sqlx::{self, Executor, PgPool};

use crate::support::{Dice, append, exact, fixture, part, stream, tagged};

#[tokio::test(flavor = "multi_thread")]
async fn an_open_transaction_holds_the_log_back() {
    let fixture = fixture().await;
    fixture.put("a", exact(0), 1).await.unwrap();
    let mut tx = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut tx, append("b", exact(0), 1)).await.unwrap();
    fixture.put("c", exact(0), 1).await.unwrap();

    let held = fixture.store.log_page(Cursor::<Position>::START, 9).await.unwrap();
    let backwards = fixture.store.log_page(Cursor::<Position>::END, 9).await.unwrap();
    let decision = fixture.versions("c").await;
    tx.commit().await.unwrap();
    let free = fixture.store.log_page(Cursor::After(held.safe), 9).await.unwrap();

    assert_eq!((held.safe, held.events.len()), (Position(1), 1));
    assert_eq!((backwards.safe, backwards.events.len()), (Position(1), 1));
    assert_eq!(decision, [1], "a stream is read as it is");
    assert_eq!((free.safe, free.events.len()), (Position(3), 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolled_back_append_holds_nothing_back() {
    let fixture = fixture().await;
    let mut tx = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut tx, append("a", exact(0), 5)).await.unwrap();
    tx.rollback().await.unwrap();
    fixture.put("b", exact(0), 1).await.unwrap();

    let page = fixture.store.log_page(Cursor::<Position>::START, 9).await.unwrap();

    assert_eq!(page.safe, Position(6));
    assert_eq!(page.events.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_transaction_holds_nothing_back() {
    let fixture = fixture().await;
    let mut foreign = fixture.pool.begin().await.unwrap();
    sqlx::query("SELECT pg_current_xact_id(), pg_advisory_xact_lock(7)")
        .execute(&mut *foreign)
        .await
        .unwrap();

    fixture.put("a", exact(0), 1).await.unwrap();

    let page = fixture.store.log_page(Cursor::<Position>::START, 9).await.unwrap();
    assert_eq!((page.safe, page.events.len()), (Position(1), 1));
}

/// Locks of streams and tags have two numbers, of which the first is that of the epochs in its upper half:
/// together they are below the positions of a log of many thousand million events.
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_of_a_stream_holds_no_long_log_back() {
    let fixture = fixture().await;
    let long = "SELECT setval('es.events_position_seq', 10000000000)";
    fixture.pool.execute(long).await.unwrap();
    let mut resting = fixture.pool.begin().await.unwrap();
    let lock = "SELECT pg_advisory_xact_lock_shared(1163067393, 7)";
    resting.execute(lock).await.unwrap();

    fixture.put("a", exact(0), 1).await.unwrap();

    let page = fixture.store.log_page(Cursor::<Position>::START, 9).await.unwrap();
    assert_eq!((page.safe, page.events.len()), (Position(10_000_000_001), 1));
}

/// Eight writers, some of them inside of transactions with pauses and rollbacks; three readers that
/// follow the log, and one that asks for whatever is greater than what it has. The last one loses
/// at least the event that the test holds back until it has read past it; the others lose nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_of_the_log_lose_nothing_and_see_no_inversion() {
    let fixture = fixture().await;
    let over = Arc::new(AtomicBool::new(false));
    let naive_at = Arc::new(AtomicI64::new(0));
    let naive = tokio::spawn(naive_reader(fixture.pool.clone(), naive_at.clone(), over.clone()));
    let readers: Vec<_> = (0..3)
        .map(|_| tokio::spawn(reader(PgStore::new(fixture.pool.clone()), over.clone())))
        .collect();
    let mut held = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut held, append("held", exact(0), 1)).await.unwrap();
    let writers: Vec<_> = (0..6)
        .map(|nth| tokio::spawn(writer(fixture.store.clone(), fixture.pool.clone(), nth)))
        .collect();

    let later = fixture.put("later", exact(0), 1).await.unwrap().position().unwrap();
    while u64::try_from(naive_at.load(Ordering::SeqCst)).unwrap() < later.0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    held.commit().await.unwrap();
    for writer in writers {
        writer.await.unwrap();
    }
    over.store(true, Ordering::SeqCst);

    let truth: Vec<i64> = sqlx::query_scalar("SELECT position FROM es.events ORDER BY position")
        .fetch_all(&fixture.pool)
        .await
        .unwrap();
    assert!(truth.len() > 300, "{} events", truth.len());
    for reader in readers {
        let seen = reader.await.unwrap();
        assert!(seen.is_sorted_by(|a, b| a < b), "an event came late");
        assert_eq!(seen, truth);
    }
    let seen = naive.await.unwrap();
    assert!(seen.len() < truth.len(), "the naive reader proves that this run can lose");
    let gaps = "SELECT count(*) FROM (SELECT version - lag(version, 1, 0::bigint) OVER w AS step, \
                position > lag(position, 1, 0::bigint) OVER w AS rises \
                FROM es.events WINDOW w AS (PARTITION BY stream ORDER BY version)) e \
                WHERE step <> 1 OR NOT rises";
    assert_eq!(fixture.number(gaps).await, 0);
}

pub(crate) async fn writer(store: PgStore, pool: PgPool, seed: u64) {
    let mut dice = Dice(seed * 7919 + 17);
    for _ in 0..60 {
        let key = dice.below(8).to_string();
        let other = (100 + dice.below(4)).to_string();
        if dice.below(3) > 0 {
            let parts =
                vec![part(&key, ExpectedVersion::Any, 1), part(&other, ExpectedVersion::Any, 1)];
            store.append(Append::new(parts).unwrap()).await.unwrap();
            continue;
        }
        let mut tx = pool.begin().await.unwrap();
        // One stream a transaction: two could deadlock.
        for _ in 0..=dice.below(3) {
            store.append_within(&mut tx, append(&key, ExpectedVersion::Any, 1)).await.unwrap();
            tokio::time::sleep(Duration::from_micros(dice.below(3000))).await;
        }
        if dice.below(5) == 0 {
            tx.rollback().await.unwrap();
        } else {
            tx.commit().await.unwrap();
        }
    }
}

async fn reader(store: PgStore, over: Arc<AtomicBool>) -> Vec<i64> {
    let mut seen = Vec::new();
    let mut checkpoint = Position::START;
    loop {
        let last_round = over.load(Ordering::SeqCst);
        let page = store.log_page(Cursor::After(checkpoint), 50).await.unwrap();
        if let Some(last) = page.events.last() {
            assert!(last.position <= page.safe);
            checkpoint = last.position;
        } else if last_round {
            return seen;
        }
        seen.extend(page.events.iter().map(|e| i64::try_from(e.position.0).unwrap()));
    }
}

pub(crate) async fn naive_reader(
    pool: PgPool,
    at: Arc<AtomicI64>,
    over: Arc<AtomicBool>,
) -> Vec<i64> {
    let mut seen: Vec<i64> = Vec::new();
    loop {
        let last_round = over.load(Ordering::SeqCst);
        let page: Vec<i64> = sqlx::query_scalar(
            "SELECT position FROM es.events WHERE position > $1 ORDER BY position",
        )
        .bind(at.load(Ordering::SeqCst))
        .fetch_all(&pool)
        .await
        .unwrap();
        if let Some(last) = page.last() {
            at.store(*last, Ordering::SeqCst);
        } else if last_round {
            return seen;
        }
        seen.extend(page);
    }
}

/// Answers overtake each other on their way; an old one is not another log.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_that_share_a_store_do_not_confuse_each_other() {
    let fixture = fixture().await;
    let over = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> =
        (0..6).map(|_| tokio::spawn(reader(fixture.store.clone(), over.clone()))).collect();

    for n in 0..600 {
        fixture.put(&(n % 5).to_string(), ExpectedVersion::Any, 1).await.unwrap();
    }
    over.store(true, Ordering::SeqCst);

    for reader in readers {
        assert_eq!(reader.await.unwrap().len(), 600);
    }
}

/// Stops whoever writes an event `held`, with its position taken and its statement not done, for as long
/// as a lock is held.
const STOP_AT_ROWS: &str = "
    CREATE FUNCTION public.stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM set_config('lock_timeout', '0', true), pg_advisory_xact_lock_shared(7, 7);
        RETURN NEW;
    END $$;
    CREATE TRIGGER stop BEFORE INSERT ON es.events
       FOR EACH ROW WHEN (NEW.name = 'held') EXECUTE FUNCTION public.stop()";

/// One statement or many, with tags or without: whoever has a position and is not done holds readers
/// back, whatever comes after it.
#[tokio::test(flavor = "multi_thread")]
async fn every_form_of_an_append_holds_the_log_back_until_it_is_done() {
    let fixture = fixture().await;
    fixture.pool.execute(STOP_AT_ROWS).await.unwrap();
    let held = |tags: &[&str]| {
        StreamAppend::new(stream("held"), ExpectedVersion::Any, vec![tagged("held", tags)])
    };
    let forms = [
        vec![held(&[])],
        vec![held(&["seat:1"])],
        vec![held(&[]), part("beside", ExpectedVersion::Any, 1)],
        vec![held(&[]), part("never", ExpectedVersion::NoStream, 0)],
    ];

    let mut before = fixture.put("later", ExpectedVersion::Any, 1).await.unwrap().position();
    for form in forms {
        let mut stop = fixture.pool.begin().await.unwrap();
        stop.execute("SELECT pg_advisory_xact_lock(7, 7)").await.unwrap();
        let (store, form) = (fixture.store.clone(), Append::new(form).unwrap());
        let held = tokio::spawn(async move { store.append(form).await });
        fixture.until_waiting(1).await;
        let later = fixture.put("later", ExpectedVersion::Any, 1).await.unwrap().position();

        let page = fixture.store.log_page(Cursor::<Position>::START, 99).await.unwrap();
        stop.rollback().await.unwrap();
        let held = held.await.unwrap().unwrap().streams[0].positions[0];

        assert_eq!(Some(page.safe), before);
        let rest = fixture.store.log_page(Cursor::After(page.safe), 99).await.unwrap();
        let rest: Vec<_> = rest.events.iter().map(|event| event.position).collect();
        assert!(rest.first() == Some(&held) && rest.contains(&later.unwrap()), "{rest:?}");
        before = rest.last().copied();
    }
}

/// In place of the server's table of locks: a reader that looks there stops before its look and after
/// it, while somebody takes a position and somebody else takes the next one and is done.
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_stops_in_the_middle_of_its_look_loses_nothing() {
    let fixture = fixture().await;
    let looks = "
        CREATE SCHEMA shadow;
        CREATE FUNCTION shadow.look() RETURNS SETOF pg_catalog.pg_locks LANGUAGE plpgsql AS $$
        DECLARE seen pg_catalog.pg_locks[];
        BEGIN
            PERFORM pg_advisory_xact_lock_shared(7, 1);
            SELECT array_agg(locks) INTO seen FROM pg_catalog.pg_locks locks;
            PERFORM pg_advisory_xact_lock_shared(7, 2);
            RETURN QUERY SELECT * FROM unnest(seen);
        END $$;
        CREATE VIEW shadow.pg_locks AS SELECT * FROM shadow.look()";
    fixture.pool.execute(looks).await.unwrap();
    let options: PgConnectOptions = fixture.database.url().parse().unwrap();
    let options = options.options([("search_path", "shadow,pg_catalog,public")]);
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();

    for place in 1..=2 {
        // A store of its own, which knows nothing of earlier looks.
        let looking = PgStore::new(pool.clone());
        let mut stop = fixture.pool.begin().await.unwrap();
        sqlx::query("SELECT pg_advisory_xact_lock(7, $1)")
            .bind(place)
            .execute(&mut *stop)
            .await
            .unwrap();
        let reader =
            tokio::spawn(async move { looking.log_page(Cursor::<Position>::START, 99).await });
        fixture.until_waiting(1).await;
        let mut open = fixture.pool.begin().await.unwrap();
        let held = append("held", ExpectedVersion::Any, 1);
        let held = fixture.store.append_within(&mut open, held).await.unwrap().position();
        fixture.put("later", ExpectedVersion::Any, 1).await.unwrap();
        stop.rollback().await.unwrap();
        let page = reader.await.unwrap().unwrap();
        open.commit().await.unwrap();

        let then = fixture.store.log_page(Cursor::<Position>::START, 99).await.unwrap();
        let complete = then.events.iter().filter(|event| event.position <= page.safe);
        assert!(complete.eq(&page.events), "place {place}: up to {:?}", page.safe);
        assert!(Some(page.safe) < held);
    }
}
