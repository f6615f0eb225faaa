//! What a handler causes and does not tell: the failure of its event, and of no other.

use std::time::Duration;

use es_core::OnFailure;
use es_core::projection::{HealthState, RunOptions, Thresholds};
use tokio::time::timeout;

use super::support::{Deed, Fault, Stage, options, says, swallows};

async fn is_parked_with(deed: Deed, options: RunOptions, reason: &str) {
    use Deed::Nothing;
    let deeds = [
        ("ada", Nothing),
        ("bob", deed.clone()),
        ("cyd", Nothing),
        ("bob", Nothing),
        ("ada", Nothing),
    ];
    let stage = Stage::of(&deeds).await;

    stage.run_with(options).await.stop().await;

    assert_eq!(stage.times("ada").await, 2, "{deed:?}: others are counted once");
    assert_eq!(stage.times("cyd").await, 1, "{deed:?}: others are counted once");
    assert_eq!(stage.times("bob").await, 0, "{deed:?} keeps nothing");
    let text = stage.reason("bob").await;
    assert!(text.contains(reason), "{deed:?}: {text}");
    assert_eq!(stage.parked().await[0].behind, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_statement_that_nobody_minds_is_told() {
    let deed = swallows("INSERT INTO deed VALUES ('ada', 1)");
    is_parked_with(deed, options(), "it went on after a statement that had failed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_statement_in_a_nested_transaction_is_the_handlers_own_affair() {
    let sql = "SAVEPOINT mine; SELECT 1; RELEASE SAVEPOINT mine";
    let stage = Stage::of(&[("ada", Deed::Nothing), ("bob", says(sql))]).await;

    stage.run().await.stop().await;

    assert_eq!((stage.times("ada").await, stage.times("bob").await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_constraint_that_speaks_at_the_commit_is_that_events() {
    let deed = says("INSERT INTO owned VALUES (7)");
    is_parked_with(deed, options(), "violates foreign key constraint").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trigger_that_raises_at_the_commit_is_that_events() {
    let trigger = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
                   'BEGIN RAISE EXCEPTION ''not on a Sunday''; END'; \
                   CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON owner DEFERRABLE INITIALLY DEFERRED \
                   FOR EACH ROW EXECUTE FUNCTION refuse(); INSERT INTO owner VALUES (1)";
    is_parked_with(says(trigger), options(), "not on a Sunday").await;
}

/// A row that comes before its owner is right as long as the owner comes.
#[tokio::test(flavor = "multi_thread")]
async fn a_deferred_constraint_stays_deferred() {
    let owned_first = says("INSERT INTO owned VALUES (7); INSERT INTO owner VALUES (7)");
    let stage = Stage::of(&[("ada", owned_first.clone()), ("bob", says("SELECT 1 / 0"))]).await;

    stage.run().await.stop().await;

    assert_eq!(stage.times("ada").await, 1);
    assert_eq!(stage.fixture.number("SELECT count(*) FROM deeds.owned").await, 1);
    assert_eq!(stage.parked().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_always_takes_too_long_is_that_events() {
    let deed = says("SET LOCAL statement_timeout = 20; SELECT pg_sleep(5)");
    is_parked_with(deed, options(), "statement timeout").await;
}

/// A deadlock passes, and what raises the same state each time does not.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_to_pass_and_does_not_is_that_events() {
    for state in ["40001", "40P01", "55P03"] {
        let deed =
            format!("DO $$ BEGIN RAISE EXCEPTION 'and again' USING ERRCODE = '{state}'; END $$");
        is_parked_with(says(&deed), options(), "and again").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_to_pass_at_the_commit_and_does_not_is_that_events() {
    let trigger = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
                   'BEGIN RAISE EXCEPTION ''and again'' USING ERRCODE = ''40001''; END'; \
                   CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON owner DEFERRABLE INITIALLY DEFERRED \
                   FOR EACH ROW EXECUTE FUNCTION refuse(); INSERT INTO owner VALUES (1)";
    is_parked_with(says(trigger), options(), "and again").await;
}

/// Two in one page: the tries of one are not forgotten over those of the other.
#[tokio::test(flavor = "multi_thread")]
async fn several_that_never_pass_are_parked_each() {
    let never = || says("DO $$ BEGIN RAISE EXCEPTION 'and again' USING ERRCODE = '40001'; END $$");
    let stage = Stage::of(&[("ada", never()), ("bob", never()), ("cyd", Deed::Nothing)]).await;

    let running = stage.run().await;
    assert_eq!((stage.times("cyd").await, stage.parked().await.len()), (1, 2));
    let all = es_core::projection::ParkedSelector::All;
    assert_eq!(stage.projections.of::<super::support::Deeds>().replay(&all).await.unwrap(), 2);
    stage.until_tried("doer/ada", 1).await;
    stage.until_tried("doer/bob", 1).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_never_ends_is_broken_off() {
    let short = options().with_event_limit(Duration::from_millis(500));
    for deed in [Deed::Hangs, says("SELECT pg_sleep(60)")] {
        is_parked_with(deed, short.clone(), "did not come to its end").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_whose_session_is_ended_for_idling_is_told() {
    let short = options().with_lease(Duration::from_millis(300));
    let short = short.with_event_limit(Duration::from_millis(900));
    is_parked_with(Deed::Idles, short, "let its transaction wait for longer than the lease").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_transaction_is_that_events() {
    let deed = says("SET TRANSACTION READ ONLY");
    is_parked_with(deed, options(), "it made the transaction of its batch read-only").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_path_left_changed_is_that_events() {
    for sql in ["SET LOCAL search_path = public", "SET search_path = pg_catalog"] {
        is_parked_with(says(sql), options(), "it left `search_path` changed").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_left_changed_is_that_events() {
    is_parked_with(says("SET LOCAL ROLE pg_monitor"), options(), "it left `role` changed").await;
}

/// Whose fault it is stays as the handler says, also where its batch is lost with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_ends_its_batch_still_says_whose_fault_it_is() {
    for (fault, attempts, is_tried_again) in
        [(Fault::Unavailable, 1, true), (Fault::Rejected, 2, false)]
    {
        let stage = Stage::of(&[("ada", Deed::EndsAnd(fault))]).await;
        let options = options().with_on_failure(OnFailure::Park { attempts });

        stage.run_with(options).await.stop().await;

        let parked = stage.parked().await;
        assert_eq!(parked[0].next_attempt.is_some(), is_tried_again, "{fault:?}: {parked:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_that_events() {
    is_parked_with(Deed::Panics, options(), "the handler panicked: a handler panics").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_of_megabytes_is_cut() {
    let deed = says("DO $$ BEGIN RAISE EXCEPTION '%', repeat('ä', 3000000); END $$");
    is_parked_with(deed.clone(), options(), "ää").await;

    let stage = Stage::of(&[("bob", deed)]).await;
    stage.run().await.stop().await;
    let text = stage.reason("bob").await;
    assert!(text.len() <= 4096 && text.ends_with("(cut)"), "{} bytes", text.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_event_that_breaks_its_batch_again_takes_no_other_along() {
    let ended = swallows("ROLLBACK");
    let deeds = [("ada", says("SELECT 1 / 0")), ("bob", ended), ("cyd", says("SELECT 1 / 0"))];
    let stage = Stage::of(&deeds).await;
    let running = stage.run().await;

    let all = es_core::projection::ParkedSelector::All;
    assert_eq!(stage.projections.of::<super::support::Deeds>().replay(&all).await.unwrap(), 3);
    stage.until_tried("doer/bob", 1).await;
    running.stop().await;

    assert_eq!(stage.parked().await.len(), 3);
    assert_eq!(stage.times("bob").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_event_in_hand_is_named() {
    let stage = Stage::of(&[("ada", Deed::Nothing), ("bob", Deed::Hangs)]).await;
    let lease = options().with_lease(Duration::from_millis(300));
    let running = stage.projections.run_with(super::support::Deeds, lease).await.unwrap();

    let hand = stage.in_hand().await;
    let strict = Thresholds::default().with_time(Duration::from_millis(10));
    let warned = async {
        loop {
            let health = stage.projections.health(&strict).await.unwrap();
            if health.state != HealthState::Ok {
                break health;
            }
        }
    };
    let health = timeout(Duration::from_secs(20), warned).await.expect("a warning");

    assert_eq!((hand.event.as_str(), hand.stream.as_str()), ("deed-done", "doer/bob"));
    assert_eq!(health.state, HealthState::Warn);
    assert!(health.to_string().contains("`deed-done` of stream `doer/bob`"), "{health}");
    running.stop().await;
}
