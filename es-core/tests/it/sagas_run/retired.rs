//! Two versions of a saga: what the first has tried, the second reads and takes back.

use std::time::Duration;

use es_core::prelude::*;
use es_core::process::{
    Answer, Attempt, Compensate, CompensateStart, CompensationPolicy, Definition, Direction, Input,
    Instance, Next, Phase, Prepare, Reaction, RetryPolicy, Saga, SagaEvent, Step, StepName, Tried,
    UntypedSaga,
};
use es_core::{Payload, Position, Timestamp};

use super::fulfilment::{CancelOrder, OrderPlaced, PaymentTaken, Refund, TakePayment};
use super::stock::{Release, Reserve};

const HOUR: Duration = Duration::from_secs(3600);

/// Orders that were imported start an instance of the second version only.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "order-imported")]
struct OrderImported {}

#[derive(EventSet, Clone, Debug, PartialEq)]
enum Starts {
    Placed(OrderPlaced),
    Imported(OrderImported),
}

/// The first version pays and reserves.
#[derive(Clone, Debug, Default, PartialEq)]
struct First;

/// The second one only reserves, and is started by other events.
#[derive(Clone, Debug, Default, PartialEq)]
struct Second {
    payment: Option<u64>,
}

impl Saga for First {
    const NAME: &'static str = "fulfilment";
    type Id = u32;
    type Start = Starts;

    fn id(event: &Starts) -> u32 {
        order_of(event)
    }

    fn definition() -> Definition<Self> {
        Definition::new(1, HOUR)
            .compensated_start::<OrderPlaced>()
            .step_without_compensation::<TakePayment>("it is the second version's", |step| step)
            .step::<Reserve>(|step| step)
    }

    fn initial() -> Self {
        Self
    }

    fn start(&mut self, _: Starts) {}
}

impl Saga for Second {
    const NAME: &'static str = "fulfilment";
    type Id = u32;
    type Start = Starts;

    fn id(event: &Starts) -> u32 {
        order_of(event)
    }

    fn definition() -> Definition<Self> {
        Definition::new(2, HOUR)
            .with_compensation(patient())
            .start::<OrderImported>()
            .retired_start::<OrderPlaced>()
            .retired_step::<TakePayment>()
            .step::<Reserve>(|step| step)
    }

    fn initial() -> Self {
        Self::default()
    }

    fn start(&mut self, _: Starts) {}
}

fn patient() -> CompensationPolicy {
    CompensationPolicy { timeout: HOUR, retry: RetryPolicy::attempts(9) }
}

/// The code that both versions have.
macro_rules! reserves {
    ($saga:ident) => {
        impl Apply<()> for $saga {
            fn apply(&mut self, (): ()) {}
        }

        impl Prepare<Reserve> for $saga {
            fn prepare(&self) -> Reserve {
                Reserve { item: "lamp".into(), order: 17 }
            }
        }

        impl Compensate<Reserve> for $saga {
            type By = Release;

            fn compensate(&self, _: Tried<()>) -> Release {
                Release { item: "lamp".into(), order: 17 }
            }
        }

        impl CompensateStart<OrderPlaced> for $saga {
            type By = CancelOrder;

            fn compensate_start(&self) -> CancelOrder {
                CancelOrder {}
            }
        }
    };
}
reserves!(First);
reserves!(Second);

impl Prepare<TakePayment> for First {
    fn prepare(&self) -> TakePayment {
        TakePayment { cents: 500 }
    }
}

impl Apply<PaymentTaken> for First {
    fn apply(&mut self, _: PaymentTaken) {}
}

impl Apply<PaymentTaken> for Second {
    fn apply(&mut self, answer: PaymentTaken) {
        self.payment = Some(answer.payment);
    }
}

impl Compensate<TakePayment> for Second {
    type By = Refund;

    fn compensate(&self, tried: Tried<PaymentTaken>) -> Refund {
        Refund { payment: tried.done().map(|answer| answer.payment), cents: 500 }
    }
}

fn order_of(event: &Starts) -> u32 {
    match event {
        Starts::Placed(placed) => placed.order,
        Starts::Imported(_) => 17,
    }
}

fn placed() -> Starts {
    Starts::Placed(OrderPlaced { order: 17, cents: 500 })
}

fn decide<S: UntypedSaga<Start = Starts>>(
    instance: &mut Instance<S>,
    input: Input<Starts>,
) -> Vec<SagaEvent> {
    let plan = S::plan().unwrap();
    let now = Timestamp::from_unix_micros(0);
    let Reaction::Changed { events, instance: changed } =
        instance.decide(&plan, input, now).unwrap()
    else {
        panic!("nothing followed");
    };
    *instance = *changed;
    events
}

fn answered(step: &str, answer: Answer) -> Input<Starts> {
    let step = StepName::new(step).unwrap();
    Input::Answered { attempt: Attempt { step, direction: Direction::Step, number: 1 }, answer }
}

/// An instance of the first version that has paid, as the second version reads it.
fn paid_in_the_first_version() -> Instance<Second> {
    let mut first = Instance::<First>::of_key("17").unwrap();
    let mut events = decide(&mut first, Input::Start { event: placed(), position: Position(1) });
    let paid = Payload::of(&PaymentTaken { payment: 7 }).unwrap();
    events.extend(decide(&mut first, answered("take-payment", Answer::Completed(paid))));

    let mut second = Instance::<Second>::of_key("17").unwrap();
    for event in events {
        second.evolve(&event, event.heard().map(|_| placed()).as_ref()).unwrap();
    }
    second
}

fn request(instance: &Instance<Second>) -> (String, String) {
    match instance.next() {
        Next::Perform(call) | Next::Execute(call) => {
            (call.request.name.to_string(), call.request.body.as_str().to_owned())
        }
        next => panic!("{next:?}"),
    }
}

#[test]
fn an_instance_goes_on_with_the_answers_of_a_retired_step() {
    let second = paid_in_the_first_version();

    assert_eq!(second.state().payment, Some(7));
    assert_eq!(request(&second), ("reserve".into(), r#"{"item":"lamp","order":17}"#.into()));
}

#[test]
fn a_retired_step_and_a_retired_start_are_taken_back() {
    let mut second = paid_in_the_first_version();

    decide(&mut second, answered("reserve", Answer::Refused("none left".into())));
    let refund = request(&second);
    let step = StepName::new("take-payment").unwrap();
    let attempt = Attempt { step, direction: Direction::Compensation, number: 1 };
    decide(&mut second, Input::Answered { attempt, answer: Answer::done() });

    assert_eq!(refund, ("refund".into(), r#"{"payment":7,"cents":500}"#.into()));
    assert_eq!(request(&second), ("cancel-order".into(), "{}".into()));
    assert!(matches!(second.phase(), Phase::Compensating { .. }));
}

#[test]
fn the_plan_has_the_attempts_of_compensations_and_the_retired_steps() {
    let plan = Second::plan().unwrap();

    assert_eq!(*plan.compensation(), patient());
    assert_eq!(plan.retired().iter().map(Step::name).collect::<Vec<_>>(), ["take-payment"]);
}
