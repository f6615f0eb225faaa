//! What is known of given events besides themselves.

use es_core::prelude::*;
use es_core::{Actor, Project, ProjectError, Projection, Tenant};
use es_testing::prelude::*;
use expect_test::expect_file;

use super::balances::{Deposited, deposited};
use super::check;

/// Each event with what it came with.
#[derive(Projection, Default)]
#[projection(name = "journal", version = 1, events(Deposited))]
struct Journal;

type Lines = Vec<String>;

impl Project<Deposited, Lines> for Journal {
    async fn project(
        &self,
        event: Recorded<Deposited>,
        lines: &mut Lines,
    ) -> Result<(), ProjectError> {
        let Metadata { actor, tenant, .. } = &event.metadata;
        let actor = actor.as_ref().ok_or_else(|| ProjectError::new("nobody did it"))?;
        let tenant = tenant.as_ref().map_or(String::new(), ToString::to_string);
        lines.push(format!("{} {actor} {tenant} {}", event.recorded_at, event.id));
        Ok(())
    }
}

fn ada() -> Actor {
    Actor::new("ada").expect("a name")
}

fn acme() -> Tenant {
    Tenant::new("acme").expect("a name")
}

fn noon() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().expect("an instant")
}

fn id() -> EventId {
    uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8057").into()
}

#[test]
fn a_handler_sees_when_by_whom_and_for_whom() {
    Journal::given(deposited(1))
        .recorded_at(noon())
        .by(&ada())
        .of_tenant(&acme())
        .with_ids([id()])
        .then_model(vec![format!("2026-11-21T12:00:00Z ada acme {}", id())]);
}

#[test]
fn it_is_said_of_the_events_given_last() {
    Journal::given(deposited(1))
        .recorded_at(noon())
        .by(&ada())
        .with_ids([id()])
        .given_in("account/bob", deposited(2))
        .with_metadata(&Metadata::default().with_actor(Actor::new("bob").expect("a name")))
        .with_ids([id()])
        .then_model(vec![
            format!("2026-11-21T12:00:00Z ada  {}", id()),
            format!("2026-11-21T12:00:01Z bob  {}", id()),
        ]);
}

#[test]
fn what_was_said_is_in_the_story() {
    check(
        "a_journal_needs_to_know_who_did_it",
        || {
            Journal::given(deposited(1))
                .recorded_at(noon())
                .of_tenant(&acme())
                .then_model(Lines::new());
        },
        &expect_file!["what_was_said_is_in_the_story.txt"],
    );
}

#[test]
#[should_panic(expected = "2 events were given last, and 1 ids for them")]
fn an_id_for_each_event() {
    Journal::given((deposited(1), deposited(2))).with_ids([id()]).then_model(Lines::new());
}
