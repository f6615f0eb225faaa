//! Tags that become complete, or are taken back, beside appends and decisions that are under way.

use std::error::Error;
use std::time::Duration;

use es_core::prelude::*;
use es_core::{Condition, EventName, EventTag, MissingTag, Query, RetagStore};
use es_postgres::PgStore;
use es_postgres::sqlx::Executor;

use crate::support::{append, fixture, item, stream, tagged};

/// The event as a release without the tag `student` has it.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "enrolled")]
struct Enrolled {
    #[event(tag)]
    course: String,
}

fn student() -> EventTag {
    EventTag::new(EventName::new("enrolled").unwrap(), "student")
}

async fn is_missing(store: &PgStore) -> bool {
    store.missing_tag(&[student()]).await.unwrap().is_some()
}

fn enrolled(key: &str, tags: &[&str]) -> Append {
    Append::to(stream(key), ExpectedVersion::Any, vec![tagged("enrolled", tags)]).unwrap()
}

/// An append that a decision on a student has come to, who had read everything up to `after`.
fn decided(key: &str, after: Position) -> Append {
    let query = Query::new(vec![item(&["enrolled"], &["student:ada"])]).unwrap();
    let append = append(key, ExpectedVersion::Any, 1);
    append.with_condition(Condition::new(query, after))
}

fn is_for_the_tag(error: &(dyn Error + 'static)) -> bool {
    let is_it = matches!(error.downcast_ref(), Some(MissingTag(tag)) if *tag == student());
    is_it || error.source().is_some_and(is_for_the_tag)
}

/// A decision has asked for its tag and read. Meanwhile another process takes the tag back and stores
/// an event without it, and an append of this process learns of that before the decision appends.
#[tokio::test(flavor = "multi_thread")]
async fn a_decision_on_a_tag_that_was_taken_back_is_refused_whatever_its_process_learned_since() {
    let fixture = fixture().await;
    let other = PgStore::new(fixture.pool.clone());
    assert!(!is_missing(&fixture.store).await, "no such event is stored");
    let read = fixture.store.log_page(Cursor::END, 1).await.unwrap().head;

    other.retag::<Enrolled>(|_| ()).await.unwrap();
    other.append(enrolled("a", &["course:rust"])).await.unwrap();
    fixture.put("b", ExpectedVersion::Any, 1).await.unwrap();

    let refused = fixture.store.append(decided("c", read)).await.unwrap_err();
    assert!(is_for_the_tag(&refused), "{refused:?}");
    let locked = fixture.store.lock(&decided("c", read), Duration::from_secs(5)).await;
    let refused = locked.expect_err("a decision that reads through a lock asks for no tag again");
    assert!(is_for_the_tag(&refused), "{refused:?}");
    assert_eq!(fixture.versions("c").await, [0; 0]);
    assert!(is_missing(&fixture.store).await, "one is stored without");
}

/// Once it is complete again, what decides anew is not refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_is_complete_again_refuses_no_decision() {
    let fixture = fixture().await;
    let other = PgStore::new(fixture.pool.clone());
    assert!(!is_missing(&fixture.store).await);
    other.retag::<Enrolled>(|_| ()).await.unwrap();
    fixture.put("b", ExpectedVersion::Any, 1).await.unwrap();

    assert!(!is_missing(&other).await, "none is stored without, so it is complete again");

    fixture.store.append(decided("c", Position::START)).await.unwrap();
    assert_eq!(fixture.versions("c").await, [1]);
}

/// A change of the tag is not known before it is stored: the commit fails.
#[tokio::test(flavor = "multi_thread")]
async fn a_tag_whose_commit_fails_is_not_taken_as_complete() {
    let fixture = fixture().await;
    let other = PgStore::new(fixture.pool.clone());
    let failing = "CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql \
                   AS $$ BEGIN RAISE 'the commit fails'; END $$; \
                   CREATE CONSTRAINT TRIGGER fails AFTER INSERT ON es.event_tags \
                   DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fails()";
    fixture.pool.execute(failing).await.unwrap();
    fixture.store.missing_tag(&[student()]).await.expect_err("the commit fails");
    fixture.pool.execute("DROP TRIGGER fails ON es.event_tags").await.unwrap();

    other.append(enrolled("a", &["course:rust"])).await.expect("nobody asks for the tag");

    assert!(is_missing(&fixture.store).await, "one is stored without");
}
