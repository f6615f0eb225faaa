//! A bank account: the domain of these tests.

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "account-opened")]
pub(crate) struct Opened {
    pub(crate) owner: String,
    pub(crate) overdraft: i64,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "money-deposited")]
pub(crate) struct Deposited {
    pub(crate) cents: i64,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "money-withdrawn")]
pub(crate) struct Withdrawn {
    pub(crate) cents: i64,
    pub(crate) balance: i64,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "account-closed")]
pub(crate) struct Closed {}

#[derive(Aggregate, Default, Clone, Debug, PartialEq)]
#[aggregate(
    name = "account",
    id = String,
    events(Opened, Deposited, Withdrawn, Closed),
    error = AccountError
)]
pub(crate) struct Account {
    pub(crate) cents: i64,
    pub(crate) overdraft: i64,
    pub(crate) open: bool,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
pub(crate) enum AccountError {
    InsufficientFunds { missing: i64 },
    Closed,
}

impl std::error::Error for AccountError {}

impl std::fmt::Display for AccountError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::InsufficientFunds { missing } => write!(f, "{missing} cents are missing"),
            Self::Closed => f.write_str("the account is closed"),
        }
    }
}

impl Apply<Opened> for Account {
    fn apply(&mut self, event: Opened) {
        self.open = true;
        self.overdraft = event.overdraft;
    }
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited) {
        self.cents += event.cents;
    }
}

impl Apply<Withdrawn> for Account {
    fn apply(&mut self, event: Withdrawn) {
        self.cents = event.balance;
    }
}

impl Apply<Closed> for Account {
    fn apply(&mut self, _: Closed) {
        self.open = false;
    }
}

#[derive(Command, Serialize, Clone, Debug)]
#[serde(crate = "es_core::serde")]
#[command(aggregate = Account, creates)]
pub(crate) struct Open {
    #[command(id)]
    pub(crate) account: String,
}

impl Decide<Open> for Account {
    type Events = Opened;

    fn decide(&self, _: Open) -> Result<Opened, AccountError> {
        Ok(Opened { owner: ada(), overdraft: 0 })
    }
}

#[derive(Command, Serialize, Clone, Debug)]
#[serde(crate = "es_core::serde")]
#[command(aggregate = Account)]
pub(crate) struct Deposit {
    #[command(id)]
    pub(crate) account: String,
    pub(crate) cents: i64,
}

impl Decide<Deposit> for Account {
    type Events = Option<Deposited>;

    fn decide(&self, command: Deposit) -> Result<Self::Events, AccountError> {
        if !self.open {
            return Err(AccountError::Closed);
        }
        let cents = command.cents;
        Ok((cents > 0).then_some(Deposited { cents }))
    }
}

#[derive(Command, Serialize, Clone, Debug)]
#[serde(crate = "es_core::serde")]
#[command(aggregate = Account)]
pub(crate) struct Withdraw {
    #[command(id)]
    pub(crate) account: String,
    pub(crate) cents: i64,
}

impl Decide<Withdraw> for Account {
    type Events = Withdrawn;

    fn decide(&self, command: Withdraw) -> Result<Withdrawn, AccountError> {
        let cents = command.cents;
        let balance = self.cents - cents;
        let missing = -(balance + self.overdraft);
        if missing > 0 {
            return Err(AccountError::InsufficientFunds { missing });
        }
        Ok(Withdrawn { cents, balance })
    }
}

/// Changes nothing, and refuses a closed account.
#[derive(Command, Serialize, Clone, Debug)]
#[serde(crate = "es_core::serde")]
#[command(aggregate = Account)]
pub(crate) struct Inspect {
    #[command(id)]
    pub(crate) account: String,
}

impl Decide<Inspect> for Account {
    type Events = ();

    fn decide(&self, _: Inspect) -> Result<(), AccountError> {
        if self.open { Ok(()) } else { Err(AccountError::Closed) }
    }
}

#[derive(Command, Serialize, Clone, Debug)]
#[serde(crate = "es_core::serde")]
#[command(aggregate = Account)]
pub(crate) struct Close {
    #[command(id)]
    pub(crate) account: String,
}

impl Decide<Close> for Account {
    type Events = Closed;

    fn decide(&self, _: Close) -> Result<Closed, AccountError> {
        Ok(Closed {})
    }
}

/// Another type with the name of [`Account`]: a mistake.
#[derive(Aggregate, Default, Clone, Debug, PartialEq)]
#[aggregate(name = "account", id = String, events(Closed), error = AccountError)]
pub(crate) struct Impostor {}

impl Apply<Closed> for Impostor {
    fn apply(&mut self, _: Closed) {}
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Impostor, any)]
pub(crate) struct Impersonate {
    #[command(id)]
    pub(crate) account: String,
}

impl Decide<Impersonate> for Impostor {
    type Events = Closed;

    fn decide(&self, _: Impersonate) -> Result<Closed, AccountError> {
        Ok(Closed {})
    }
}

pub(crate) fn ada() -> String {
    "ada".to_owned()
}

pub(crate) fn bob() -> String {
    "bob".to_owned()
}

pub(crate) fn open(account: String) -> Open {
    Open { account }
}

pub(crate) fn deposit(account: String, cents: i64) -> Deposit {
    Deposit { account, cents }
}

pub(crate) fn withdraw(account: String, cents: i64) -> Withdraw {
    Withdraw { account, cents }
}

pub(crate) fn accounts<S: EventStore>(store: &S) -> Repository<Account, S> {
    Repository::new(store.clone())
}

/// A store in which ada has `cents` and bob nothing, each account with its opening.
pub(crate) async fn bank(cents: i64) -> MemoryStore {
    let store = MemoryStore::new();
    let accounts = accounts(&store);
    accounts.execute(open(ada())).await.unwrap();
    accounts.execute(deposit(ada(), cents)).await.unwrap();
    accounts.execute(open(bob())).await.unwrap();
    store
}
