//! What a decision may answer with.

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "opened")]
struct A;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "closed")]
struct B;

#[derive(Aggregate, Default)]
#[aggregate(name = "door", id = u32, events(A, B))]
struct Door;

impl<E: Event> Apply<E> for Door {
    fn apply(&mut self, _: E) {}
}

macro_rules! decision {
    ($command:ident: $events:ty = $answer:expr, $count:literal) => {
        #[derive(Command, Clone)]
        #[command(aggregate = Door)]
        struct $command(#[command(id)] u32);

        impl Decide<$command> for Door {
            type Events = $events;

            fn decide(&self, _: $command) -> Result<Self::Events, Self::Error> {
                Ok($answer)
            }
        }

        let events =
            es_core::IntoEvents::<DoorEvent>::into_events(Door.decide($command(1)).unwrap());
        assert_eq!(events.len(), $count);
    };
}

fn main() {
    decision!(Nothing: () = (), 0);
    decision!(One: A = A, 1);
    decision!(Perhaps: Option<A> = None, 0);
    decision!(Many: Vec<B> = vec![B, B], 2);
    decision!(Three: [A; 3] = [A, A, A], 3);
    decision!(Single: (A,) = (A,), 1);
    decision!(Eight: (A, B, A, B, A, B, A, B) = (A, B, A, B, A, B, A, B), 8);
    decision!(Nested: (A, (B, Option<Vec<[A; 2]>>)) = (A, (B, Some(vec![[A, A]]))), 4);
    decision!(Enum: DoorEvent = DoorEvent::A(A), 1);
    decision!(Enums: Vec<DoorEvent> = vec![A.into(), B.into()], 2);
}
