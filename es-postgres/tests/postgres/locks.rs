//! What appends wait for, held by somebody else until the test lets go of it.

use es_core::prelude::*;
use es_core::{AppendError, Appended, StoreErrorKind, StreamAppend};
use es_postgres::sqlx::Executor;
use tokio::task::JoinHandle;

use crate::support::{Fixture, append, exact, fixture, part, stream, tagged};

fn spawn(fixture: &Fixture, append: Append) -> JoinHandle<Result<Appended, AppendError>> {
    let store = fixture.store.clone();
    tokio::spawn(async move { store.append(append).await })
}

/// A decision that rests on a stream holds its lock and no row of it: only the lock keeps others out.
#[tokio::test(flavor = "multi_thread")]
async fn every_form_of_an_append_waits_for_whoever_rests_on_its_stream() {
    let fixture = fixture().await;
    let to = |events| StreamAppend::new(stream("a"), ExpectedVersion::Any, events);
    let forms = [
        vec![part("a", ExpectedVersion::Any, 1)],
        vec![to(vec![tagged("x", &["seat:1"])])],
        vec![part("a", ExpectedVersion::Any, 1), part("b", ExpectedVersion::Any, 1)],
        vec![part("a", ExpectedVersion::Any, 1), part("never", ExpectedVersion::NoStream, 0)],
    ];

    for form in forms {
        let mut tx = fixture.pool.begin().await.unwrap();
        let rests = append("a", ExpectedVersion::Any, 0);
        let at = fixture.store.append_within(&mut tx, rests).await.unwrap().streams[0].version;
        let writes = spawn(&fixture, Append::new(form).unwrap());

        fixture.until_waiting(1).await;
        tx.commit().await.unwrap();

        assert_eq!(writes.await.unwrap().unwrap().streams[0].version, at.plus(1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_that_waits_for_one_stream_has_left_nothing_at_the_others() {
    let fixture = fixture().await;
    let mut tx = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut tx, append("busy", exact(0), 1)).await.unwrap();
    let both = vec![part("a", exact(0), 1), part("busy", ExpectedVersion::Any, 1)];
    let both = spawn(&fixture, Append::new(both).unwrap());

    fixture.until_waiting(1).await;
    let names = fixture.number("SELECT count(*) FROM es.streams").await;
    tx.commit().await.unwrap();

    assert_eq!(names, 0, "neither an event nor the name of a stream");
    let both = both.await.unwrap().unwrap();
    assert_eq!(both.streams.iter().map(|s| s.version.0).collect::<Vec<_>>(), [1, 2]);
}

/// Stops whoever names the stream `a` in the middle of its statement, for as long as a lock is held.
const STOP_AT_A: &str = "
    CREATE FUNCTION public.stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM set_config('lock_timeout', '0', true), pg_advisory_xact_lock_shared(7, 7);
        RETURN NEW;
    END $$;
    CREATE TRIGGER stop BEFORE INSERT ON es.streams
       FOR EACH ROW WHEN (NEW.key = 'a') EXECUTE FUNCTION public.stop()";

/// The name of its second stream comes into being while its statement runs, so that it cannot see it.
/// Then the first stream has no event of it either, until both have.
#[tokio::test(flavor = "multi_thread")]
async fn an_append_that_cannot_see_one_of_its_streams_writes_to_none() {
    let fixture = fixture().await;
    fixture.pool.execute(STOP_AT_A).await.unwrap();
    let mut stop = fixture.pool.begin().await.unwrap();
    stop.execute("SELECT pg_advisory_xact_lock(7, 7)").await.unwrap();
    let both = vec![part("a", exact(0), 1), part("b", exact(0), 1)];
    let both = spawn(&fixture, Append::new(both).unwrap());

    fixture.until_waiting(1).await;
    let name = "INSERT INTO es.streams (category, key) VALUES ('account', 'b')";
    fixture.pool.execute(name).await.unwrap();
    stop.commit().await.unwrap();

    let both = both.await.unwrap().unwrap();
    assert!(!both.already);
    assert_eq!((fixture.versions("a").await, fixture.versions("b").await), (vec![1], vec![1]));
}

/// A transaction of the service may be in a deadlock with the append, and the server picks the append.
#[tokio::test(flavor = "multi_thread")]
async fn an_append_that_loses_a_deadlock_is_tried_again_and_not_for_ever() {
    let fixture = fixture().await;
    let deadlocks = "
        CREATE SEQUENCE public.attempts;
        CREATE FUNCTION public.lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('public.attempts') <> 4 THEN RAISE 'lost' USING ERRCODE = '40P01'; END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER lose BEFORE INSERT ON es.events FOR EACH ROW EXECUTE FUNCTION public.lose()";
    fixture.pool.execute(deadlocks).await.unwrap();
    let locked = |key| {
        let parts = vec![part(key, exact(0), 1), part("never", ExpectedVersion::NoStream, 0)];
        fixture.store.append(Append::new(parts).unwrap())
    };
    let attempts = "SELECT last_value FROM public.attempts";

    let fourth = locked("a").await;
    let after_four = fixture.number(attempts).await;
    let never = locked("b").await;

    fourth.unwrap();
    assert_eq!(after_four, 4);
    let AppendError::Store(lost) = never.unwrap_err() else { panic!("not the store's") };
    assert_eq!(lost.kind(), StoreErrorKind::Contention);
    assert_eq!(fixture.number(attempts).await, 8);
    assert!(fixture.versions("b").await.is_empty());
}

fn large() -> Append {
    let parts = (0..257).map(|n| part(&format!("s{n}"), ExpectedVersion::Any, 1));
    Append::new(parts.collect()).unwrap()
}

fn rests() -> Append {
    let parts = vec![part("s7", ExpectedVersion::NoStream, 0), part("own", exact(0), 1)];
    Append::new(parts).unwrap()
}

/// A large append locks none of the streams that it writes to.
#[tokio::test(flavor = "multi_thread")]
async fn a_large_append_waits_for_whoever_rests_on_one_of_its_streams() {
    let fixture = fixture().await;
    let mut tx = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut tx, rests()).await.unwrap();

    let large = spawn(&fixture, large());
    fixture.until_waiting(1).await;
    tx.commit().await.unwrap();

    large.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_rests_on_a_stream_waits_for_a_large_append_to_it() {
    let fixture = fixture().await;
    let mut tx = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut tx, large()).await.unwrap();

    let rests = spawn(&fixture, rests());
    fixture.until_waiting(1).await;
    tx.commit().await.unwrap();

    let refused = rests.await.unwrap().unwrap_err();
    assert!(matches!(refused, AppendError::Conflict(conflict) if conflict.stream == stream("s7")));
    assert!(fixture.versions("own").await.is_empty());
}
