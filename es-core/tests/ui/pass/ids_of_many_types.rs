//! Whatever prints a key may be an id, a `&'static str` and a type behind an alias included.

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "happened")]
struct Happened;

type Alias = std::borrow::Cow<'static, str>;

macro_rules! aggregate {
    ($name:ident, $command:ident, $id:ty) => {
        #[derive(Aggregate, Default)]
        #[aggregate(name = "any", id = $id, events(Happened))]
        struct $name;

        impl Apply<Happened> for $name {
            fn apply(&mut self, _: Happened) {}
        }

        #[derive(Command, Clone)]
        #[command(aggregate = $name)]
        struct $command {
            #[command(id)]
            id: $id,
        }
    };
}
aggregate!(ByText, DoByText, &'static str);
aggregate!(ByNumber, DoByNumber, std::num::NonZeroU64);
aggregate!(ByAlias, DoByAlias, Alias);
aggregate!(ByLetter, DoByLetter, char);

fn main() {
    assert_eq!(DoByText { id: "ada" }.aggregate_id(), &"ada");
    assert_eq!(DoByAlias { id: "ada".into() }.aggregate_id(), "ada");
    assert_eq!(DoByLetter { id: 'a' }.aggregate_id(), &'a');
    assert_eq!(DoByNumber { id: std::num::NonZeroU64::MIN }.aggregate_id().get(), 1);
}
