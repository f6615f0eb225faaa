use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened")]
struct Opened {}

#[derive(Aggregate, Default)]
#[aggregate(name = "account", id = String)]
struct Account {}

#[derive(Command, Clone)]
#[command(aggregate = Account)]
struct Open(#[command(id)] String);

impl Decide<Open> for Account {
    type Events = Opened;
    #[rustfmt::skip]
    fn decide(&self, _: Open) -> Result<Opened, Self::Error> { Ok(Opened {}) }
}
fn main() {}
