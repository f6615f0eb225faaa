//! Accounts, and transfers between them that a decision across streams grants.

use std::convert::Infallible;

use es_core::ProjectionKey;
use es_core::prelude::*;
use es_core::projection::EventHandler;
use es_postgres::sqlx::{self, PgConnection};
use serde::{Deserialize, Serialize};

/// Money came in.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "deposited")]
pub struct Deposited {
    /// The amount.
    pub cents: i64,
}

/// The state of an account.
#[derive(Aggregate, Default, Clone, Debug, PartialEq)]
#[aggregate(name = "account", id = String, events(Deposited))]
pub struct Account {
    /// The balance.
    pub cents: i64,
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited) {
        self.cents += event.cents;
    }
}

/// Pay in.
#[derive(Command, Clone, Debug)]
#[command(aggregate = Account, any)]
pub struct Deposit {
    /// Into which account.
    #[command(id)]
    pub account: String,
    /// The amount.
    pub cents: i64,
}

impl Decide<Deposit> for Account {
    type Events = Deposited;

    fn decide(&self, command: Deposit) -> Result<Deposited, NoRejection> {
        Ok(Deposited { cents: command.cents })
    }
}

/// A name was taken.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "name-taken")]
pub struct NameTaken {
    /// The name that is taken.
    #[event(tag)]
    pub name: String,
}

/// A name, and the fact that it is taken.
#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(NameTaken))]
pub struct Name {
    #[decision_model(tag)]
    name: String,
    is_taken: bool,
}

impl Apply<NameTaken> for Name {
    fn apply(&mut self, _: NameTaken) {
        self.is_taken = true;
    }
}

/// Take a name.
#[derive(Clone, Debug)]
pub struct TakeName {
    /// The name that is wanted.
    pub name: String,
}

impl Decision for TakeName {
    type Model = Name;
    type Events = Option<NameTaken>;
    type Error = Infallible;

    fn model(&self) -> Name {
        Name { name: self.name.clone(), is_taken: false }
    }

    fn decide(&self, name: &Name) -> Result<Option<NameTaken>, Infallible> {
        Ok((!name.is_taken).then(|| NameTaken { name: self.name.clone() }))
    }
}

/// The sum of all deposits, over all accounts.
#[derive(Projection, Clone, Copy, Debug, Default)]
#[projection(name = "income", version = 1, events(Deposited), db(PgConnection, Total, Mailer))]
pub struct Income;

impl ReadModel<PgConnection> for Income {
    async fn create(&self, db: &mut PgConnection) -> Result<(), ProjectError> {
        let create = "CREATE TABLE income (cents bigint); INSERT INTO income VALUES (0)";
        sqlx::raw_sql(create).execute(db).await?;
        Ok(())
    }
}

impl Project<Deposited, PgConnection> for Income {
    async fn project(
        &self,
        event: Recorded<Deposited>,
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        let add = "UPDATE income SET cents = cents + $1";
        sqlx::query(add).bind(event.event.cents).execute(db).await?;
        Ok(())
    }
}

/// The same, folded when asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Total(pub i64);

impl Project<Deposited, Total> for Income {
    async fn project(
        &self,
        event: Recorded<Deposited>,
        total: &mut Total,
    ) -> Result<(), ProjectError> {
        total.0 += event.event.cents;
        Ok(())
    }
}

/// A destination outside of the database.
#[derive(Clone, Debug)]
pub struct Mailer;

impl ReadModel<Mailer> for Income {}

impl Project<Deposited, Mailer> for Income {
    async fn project(&self, _: Recorded<Deposited>, _: &mut Mailer) -> Result<(), ProjectError> {
        Ok(())
    }
}

/// The handler of a named subscription.
#[derive(Clone, Copy, Debug)]
pub struct Audit;

impl EventHandler<PgConnection> for Audit {
    async fn handle(
        &self,
        _: es_core::RecordedEvent,
        _: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        Ok(())
    }
}

/// The stream of an account.
pub(crate) fn stream(account: &str) -> Result<StreamId, es_core::InvalidText> {
    StreamId::of::<Account>(&account.to_owned())
}

/// A key of a projection.
pub(crate) fn key(account: &str) -> Result<ProjectionKey, es_core::InvalidText> {
    Ok(ProjectionKey::of_stream(&stream(account)?))
}

/// A deposit of one cent, to be appended without a command.
///
/// # Panics
///
/// If the account cannot be called so.
#[must_use]
pub fn deposit(account: &str) -> Append {
    let deposited = AccountEvent::from(Deposited { cents: 1 });
    let event = NewEvent::of(&deposited, Metadata::default()).expect("a number is JSON");
    let stream = stream(account).expect("a plain name");
    Append::to(stream, ExpectedVersion::Any, vec![event]).expect("one event")
}
