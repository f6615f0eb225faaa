//! An order, and what a saga asks for when one is placed.

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "order-placed")]
pub struct Placed {
    #[event(tag)]
    pub order: u32,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "order-lost")]
pub struct Lost {
    #[event(tags = "order")]
    pub orders: Vec<u32>,
    #[event(tag, home)]
    pub cart: u64,
}

#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[activity(name = "pay", output = Paid)]
pub struct Pay;

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Paid;

#[derive(Activity, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[activity(name = "ship")]
pub struct Ship;

/// What a saga says of the events and answers that it applies, of its steps, and of those that it takes back.
#[macro_export]
macro_rules! says {
    ($saga:ident: $(apply $event:ident)* $(prepare $step:ident)* $(compensate $back:ident)*) => {
        $(impl Apply<$event> for $saga {
            fn apply(&mut self, _: $event) {}
        })*
        $(impl es_core::process::Prepare<$step> for $saga {
            fn prepare(&self) -> $step {
                $step
            }
        })*
        $(impl es_core::process::Compensate<$back> for $saga {
            type By = Ship;

            fn compensate(
                &self,
                _: es_core::process::Tried<<$back as es_core::process::Activity>::Output>,
            ) -> Ship {
                Ship
            }
        })*
    };
}
