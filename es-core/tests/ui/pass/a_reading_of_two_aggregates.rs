//! A reader that mixes events of two aggregates and asks nothing of its enum.

use es_core::prelude::*;

mod account {
    use es_core::prelude::*;

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[event(name = "account-opened")]
    pub struct Opened;
}

mod order {
    use es_core::prelude::*;

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[event(name = "order-placed", version = 2, previous = PlacedV1)]
    pub struct Placed(pub u32);

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[event(name = "order-placed")]
    pub struct PlacedV1(pub u8);

    impl Upcast<PlacedV1> for Placed {
        fn upcast(previous: PlacedV1) -> Self {
            Self(previous.0.into())
        }
    }
}

#[derive(EventSet)]
enum Activity {
    Account(account::Opened),
    Order(order::Placed),
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let raw = Activity::from(order::Placed(4)).to_raw()?;
    assert_eq!(raw.version, SchemaVersion(2));
    assert!(matches!(Activity::from_raw(&raw)?.as_slice(), [Activity::Order(order::Placed(4))]));
    Ok(())
}
