//! An event as one release after the other writes and reads it.

use es_core::prelude::*;
use es_core::{
    DecodeError, Decoded, Describe, Description, EncodeError, EventName, EventType, Payload,
};

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
    #[event(name = "account-opened", version = 2, previous = super::v1::Opened)]
    pub(crate) struct Opened {
        pub(crate) owner: String,
        pub(crate) currency: String,
    }
}

pub(crate) mod v3 {
    use es_core::prelude::*;

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[serde(crate = "es_core::serde")]
    #[event(name = "account-opened", version = 3, previous = super::v2::Opened)]
    pub(crate) struct Opened {
        pub(crate) owner: String,
        pub(crate) currency: String,
        pub(crate) limit: i64,
    }
}

impl Upcast<v1::Opened> for v2::Opened {
    fn upcast(previous: v1::Opened) -> Self {
        in_euros(previous)
    }
}

impl Upcast<v2::Opened> for v3::Opened {
    fn upcast(previous: v2::Opened) -> Self {
        without_limit(previous)
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
            ) -> Result<Decoded<Self>, DecodeError> {
                if name != <$current>::NAME {
                    return Err(DecodeError::unknown_event(name));
                }
                $(if version == <$old>::VERSION {
                    let old = <$old as Event>::decode(version, payload)?;
                    return Ok(Decoded::one(Self($up(old))));
                })*
                // A release knows what it names, and not the steps that others came to know.
                if version != <$current>::VERSION {
                    return Err(DecodeError::unknown_version(name, version));
                }
                <$current as Event>::decode(version, payload).map(Self).map(Decoded::one)
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
