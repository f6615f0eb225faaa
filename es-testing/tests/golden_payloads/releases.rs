//! An event as one release after the other writes and reads it.

use es_core::prelude::*;
use es_core::{DecodeError, Describe, Description, EncodeError, EventName, EventType, Payload};

pub(crate) mod v1 {
    use es_core::prelude::*;

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[serde(crate = "es_core::serde")]
    #[event(name = "account-opened", version = 1)]
    pub(crate) struct Opened {
        pub(crate) owner: String,
    }
}

pub(crate) mod v2 {
    use es_core::prelude::*;

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[serde(crate = "es_core::serde")]
    #[event(name = "account-opened", version = 2)]
    pub(crate) struct Opened {
        pub(crate) owner: String,
        pub(crate) currency: String,
    }
}

pub(crate) mod v3 {
    use es_core::prelude::*;

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[serde(crate = "es_core::serde")]
    #[event(name = "account-opened", version = 3)]
    pub(crate) struct Opened {
        pub(crate) owner: String,
        pub(crate) currency: String,
        pub(crate) limit: i64,
    }
}

/// An old event in euros, as it was meant.
fn in_euros(old: v1::Opened) -> v2::Opened {
    v2::Opened { owner: old.owner, currency: "EUR".to_owned() }
}

/// The same step, changed later by mistake.
fn in_dollars(old: v1::Opened) -> v2::Opened {
    v2::Opened { owner: old.owner, currency: "USD".to_owned() }
}

fn without_limit(old: v2::Opened) -> v3::Opened {
    v3::Opened { owner: old.owner, currency: old.currency, limit: 0 }
}

macro_rules! release {
    ($release:ident writes $current:ty $(, reads $old:ty as $up:expr)*) => {
        #[derive(Clone, Debug, PartialEq)]
        pub(crate) struct $release(pub(crate) $current);

        impl Describe for $release {
            fn describe(&self) -> Description {
                self.0.describe()
            }
        }

        impl EventSet for $release {
            const EVENTS: &'static [EventType] = &[EventType::of::<$current>()];

            fn name(&self) -> EventName {
                EventName::of::<$current>()
            }

            fn version(&self) -> SchemaVersion {
                <$current>::VERSION
            }

            fn encode(&self) -> Result<Payload, EncodeError> {
                Event::encode(&self.0)
            }

            fn decode(
                name: &str,
                version: SchemaVersion,
                payload: &Payload,
            ) -> Result<Self, DecodeError> {
                if name != <$current>::NAME {
                    return Err(DecodeError::unknown_event(name));
                }
                $(if version == <$old>::VERSION {
                    return <$old as Event>::decode(version, payload).map($up).map(Self);
                })*
                <$current as Event>::decode(version, payload).map(Self)
            }
        }
    };
}

release!(First writes v1::Opened);
release!(Second writes v2::Opened, reads v1::Opened as in_euros);
release!(SecondInDollars writes v2::Opened, reads v1::Opened as in_dollars);
release!(SecondAlone writes v2::Opened);
release!(
    Third writes v3::Opened,
    reads v2::Opened as without_limit,
    reads v1::Opened as |old| without_limit(in_euros(old))
);
release!(
    ThirdInDollars writes v3::Opened,
    reads v2::Opened as without_limit,
    reads v1::Opened as |old| without_limit(in_dollars(old))
);

pub(crate) fn first() -> First {
    First(v1::Opened { owner: "ada".to_owned() })
}

pub(crate) fn second() -> v2::Opened {
    v2::Opened { owner: "eve".to_owned(), currency: "CHF".to_owned() }
}

pub(crate) fn third() -> v3::Opened {
    v3::Opened { owner: "joe".to_owned(), currency: "GBP".to_owned(), limit: 5 }
}
