//! A program as a newcomer has it after a day: accounts, transfers between them, balances, orders, and tests.

use std::collections::BTreeMap;
use std::fmt;

use es_core::prelude::*;
use es_core::process::{ActivityError, Call, Compensate, Perform, Prepare, Tried};
use es_core::sagas::{MemorySagas, Sagas};
#[cfg(test)]
use es_testing::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened")]
pub struct Opened {
    pub owner: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "money-deposited", version = 2)]
pub struct Deposited {
    pub cents: i64,
    #[event(added(in = 2, default = Channel::Branch))]
    pub channel: Channel,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "money-withdrawn")]
pub struct Withdrawn {
    pub cents: i64,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "fee-charged")]
pub struct FeeCharged {
    pub cents: i64,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub enum Channel {
    Branch,
    Online,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountId(pub u32);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[derive(Aggregate, Default, Clone, Debug, PartialEq)]
#[aggregate(name = "account", id = AccountId, events(Opened, Deposited, Withdrawn, FeeCharged), error = AccountError)]
pub struct Account {
    cents: i64,
    owner: Option<String>,
}

#[derive(Debug, PartialEq, thiserror::Error)]
pub enum AccountError {
    #[error("{missing} cents are missing")]
    InsufficientFunds { missing: i64 },
}

impl Apply<Opened> for Account {
    fn apply(&mut self, event: Opened) {
        self.owner = Some(event.owner);
    }
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited) {
        self.cents += event.cents;
    }
}

impl Apply<Withdrawn> for Account {
    fn apply(&mut self, event: Withdrawn) {
        self.cents -= event.cents;
    }
}

impl Apply<FeeCharged> for Account {
    fn apply(&mut self, event: FeeCharged) {
        self.cents -= event.cents;
    }
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Account, creates)]
pub struct Open {
    #[command(id)]
    pub account: AccountId,
    pub owner: String,
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Account)]
pub struct Deposit {
    #[command(id)]
    pub account: AccountId,
    pub cents: i64,
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Account)]
pub struct Withdraw {
    #[command(id)]
    pub account: AccountId,
    pub cents: i64,
}

impl Decide<Open> for Account {
    type Events = Opened;

    fn decide(&self, command: Open) -> Result<Opened, AccountError> {
        Ok(Opened { owner: command.owner })
    }
}

impl Decide<Deposit> for Account {
    type Events = Deposited;

    fn decide(&self, command: Deposit) -> Result<Deposited, AccountError> {
        Ok(Deposited { cents: command.cents, channel: Channel::Online })
    }
}

impl Decide<Withdraw> for Account {
    type Events = (Withdrawn, Option<FeeCharged>);

    fn decide(&self, command: Withdraw) -> Result<Self::Events, AccountError> {
        let missing = command.cents - self.cents;
        if missing > 0 {
            return Err(AccountError::InsufficientFunds { missing });
        }
        let fee = (command.cents > 1000).then_some(FeeCharged { cents: 5 });
        Ok((Withdrawn { cents: command.cents }, fee))
    }
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "course-defined")]
pub struct Defined {
    #[event(tag)]
    pub course: String,
    pub seats: u32,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "subscribed")]
pub struct Subscribed {
    #[event(tag, home)]
    pub course: String,
    #[event(tag)]
    pub student: String,
}

#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Defined, Subscribed))]
pub struct Seats {
    #[decision_model(tag)]
    course: String,
    free: u32,
}

impl Apply<Defined> for Seats {
    fn apply(&mut self, event: Defined) {
        self.free = event.seats;
    }
}

impl Apply<Subscribed> for Seats {
    fn apply(&mut self, _: Subscribed) {
        self.free -= 1;
    }
}

#[derive(Clone, Debug)]
pub struct Subscribe {
    pub course: String,
    pub student: String,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the course is full")]
pub struct Full;

impl Decision for Subscribe {
    type Model = Seats;
    type Events = Subscribed;
    type Error = Full;

    fn model(&self) -> Seats {
        Seats { course: self.course.clone(), free: 0 }
    }

    fn decide(&self, seats: &Seats) -> Result<Subscribed, Full> {
        if seats.free == 0 {
            return Err(Full);
        }
        Ok(Subscribed { course: self.course.clone(), student: self.student.clone() })
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    pub cents: BTreeMap<String, i64>,
}

#[derive(Projection, Default)]
#[projection(name = "balances", version = 1, events(Deposited, Withdrawn), db = Rows)]
pub struct Balances;

impl ReadModel<Rows> for Balances {}

impl Project<Deposited, Rows> for Balances {
    async fn project(&self, event: Recorded<Deposited>, rows: &mut Rows) -> Result<(), ProjectError> {
        *rows.cents.entry(event.stream.key().to_string()).or_default() += event.event.cents;
        Ok(())
    }
}

impl Project<Withdrawn, Rows> for Balances {
    async fn project(&self, event: Recorded<Withdrawn>, rows: &mut Rows) -> Result<(), ProjectError> {
        *rows.cents.entry(event.stream.key().to_string()).or_default() -= event.event.cents;
        Ok(())
    }
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "order-placed")]
pub struct OrderPlaced {
    #[event(tag)]
    pub order: String,
    pub price: u64,
}

#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[activity(name = "take-payment", output = PaymentTaken)]
pub struct TakePayment {
    pub price: u64,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct PaymentTaken {
    pub payment: u64,
}

#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[activity(name = "refund")]
pub struct Refund {
    pub payment: Option<u64>,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "parcel-shipped")]
pub struct ParcelShipped {}

#[derive(Aggregate, Clone, Debug, Default, PartialEq)]
#[aggregate(name = "parcel", id = String, events(ParcelShipped))]
pub struct Parcel {
    shipped: bool,
}

impl Apply<ParcelShipped> for Parcel {
    fn apply(&mut self, _: ParcelShipped) {
        self.shipped = true;
    }
}

#[derive(Command, Serialize, Deserialize, Clone, Debug)]
#[command(aggregate = Parcel, any)]
pub struct Ship {
    #[command(id)]
    pub parcel: String,
}

impl Decide<Ship> for Parcel {
    type Events = ParcelShipped;

    fn decide(&self, _: Ship) -> Result<ParcelShipped, NoRejection> {
        Ok(ParcelShipped {})
    }
}

#[derive(Saga, Default, Clone, Debug, PartialEq)]
#[saga(
    name = "fulfilment",
    id = String,
    by = "order",
    starts(OrderPlaced),
    steps(
        TakePayment(timeout = "30s", attempts = 3),
        Ship(no_compensation = "a parcel comes back by itself"),
    ),
    deadline = "2h",
)]
pub struct Fulfilment {
    order: String,
    price: u64,
    payment: Option<u64>,
}

impl Apply<OrderPlaced> for Fulfilment {
    fn apply(&mut self, event: OrderPlaced) {
        (self.order, self.price) = (event.order, event.price);
    }
}

impl Apply<PaymentTaken> for Fulfilment {
    fn apply(&mut self, answer: PaymentTaken) {
        self.payment = Some(answer.payment);
    }
}

impl Prepare<TakePayment> for Fulfilment {
    fn prepare(&self) -> TakePayment {
        TakePayment { price: self.price }
    }
}

impl Compensate<TakePayment> for Fulfilment {
    type By = Refund;

    fn compensate(&self, tried: Tried<PaymentTaken>) -> Refund {
        Refund { payment: tried.done().map(|answer| answer.payment) }
    }
}

impl Prepare<Ship> for Fulfilment {
    fn prepare(&self) -> Ship {
        Ship { parcel: self.order.clone() }
    }
}

pub struct Cashier;

impl Perform<TakePayment> for Cashier {
    async fn perform(&self, pay: TakePayment, _: &Call<'_>) -> Result<PaymentTaken, ActivityError> {
        Ok(PaymentTaken { payment: pay.price })
    }
}

impl Perform<Refund> for Cashier {
    async fn perform(&self, _: Refund, _: &Call<'_>) -> Result<(), ActivityError> {
        Ok(())
    }
}

pub async fn fulfil(store: MemoryStore) -> Result<(), Box<dyn std::error::Error>> {
    let sagas = Sagas::new(store, MemorySagas::new());
    let running = sagas.run::<Fulfilment, _>(Cashier).await?;
    let order = sagas.load::<Fulfilment>(&"o-1".to_owned()).await?;
    println!("{:?}", order.instance.state().payment);
    running.stop().await;
    Ok(())
}

pub struct Bank {
    accounts: Repository<Account, MemoryStore>,
    decisions: Decisions<MemoryStore>,
}

impl Bank {
    pub fn new(store: MemoryStore) -> Self {
        Self { accounts: Repository::new(store.clone()), decisions: Decisions::new(store) }
    }

    pub async fn open(&self, account: AccountId, owner: &str) -> Result<(), ExecuteError<AccountError>> {
        self.accounts.execute(Open { account, owner: owner.to_owned() }).await?;
        Ok(())
    }

    pub async fn deposit(&self, account: AccountId, cents: i64) -> Result<i64, ExecuteError<AccountError>> {
        let done = self.accounts.execute(Deposit { account, cents }).await?;
        Ok(done.state.cents)
    }

    pub async fn withdraw(&self, account: AccountId, cents: i64) -> Result<i64, ExecuteError<AccountError>> {
        let done = self.accounts.execute(Withdraw { account, cents }).await?;
        Ok(done.state.cents)
    }

    pub async fn balance(&self, account: &AccountId) -> Result<i64, LoadError> {
        Ok(self.accounts.load(account).await?.state.cents)
    }

    pub async fn subscribe(&self, course: &str, student: &str) -> Result<(), DecisionError<Full>> {
        let subscribe = Subscribe { course: course.to_owned(), student: student.to_owned() };
        self.decisions.execute(subscribe).await?;
        Ok(())
    }
}

pub async fn follow(store: MemoryStore) -> Result<(), Box<dyn std::error::Error>> {
    let kept = es_core::MemoryProjections::<Rows>::new();
    let running = es_core::projection::Projections::new(store, kept).run(Balances).await?;
    running.stop().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened() -> Opened {
        Opened { owner: "ada".into() }
    }

    fn deposited(cents: i64) -> Deposited {
        Deposited { cents, channel: Channel::Branch }
    }

    #[test]
    fn money_can_be_taken() {
        Account::given((opened(), deposited(100)))
            .when(Withdraw { account: AccountId(1), cents: 30 })
            .then(Withdrawn { cents: 30 });
    }

    #[test]
    fn an_overdraft_is_refused() {
        Account::given((opened(), deposited(100)))
            .when(Withdraw { account: AccountId(1), cents: 300 })
            .then_rejected(AccountError::InsufficientFunds { missing: 200 });
    }

    #[test]
    fn a_full_course_takes_nobody() {
        decision::given(Defined { course: "c1".into(), seats: 0 })
            .when(Subscribe { course: "c1".into(), student: "s1".into() })
            .then_rejected(Full);
    }

    #[test]
    fn deposits_add_up() {
        Balances::given_in("account/1", (deposited(100), Withdrawn { cents: 30 }))
            .then_model(Rows { cents: [("1".to_owned(), 70)].into() });
    }

    #[tokio::test]
    async fn an_account_is_opened() {
        let bank = Bank::new(MemoryStore::new());

        bank.open(AccountId(1), "ada").await.unwrap();

        assert_eq!(bank.balance(&AccountId(1)).await.unwrap(), 0);
    }
}
