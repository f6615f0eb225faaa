//! Types within events that changed.

use es_core::{Event, Upcast};
use serde::{Deserialize, Serialize};

use super::{read, today, told};

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct LineV1 {
    article: String,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Line {
    article: String,
    count: u32,
}

impl Upcast<LineV1> for Line {
    fn upcast(previous: LineV1) -> Self {
        Self { article: previous.article, count: 1 }
    }
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
enum PaymentV1 {
    Cash,
    Card(String),
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
enum Payment {
    Cash,
    Card { last_digits: u16 },
}

#[derive(Debug, thiserror::Error)]
#[error("a card without digits")]
struct NoDigits;

fn payment(before: PaymentV1) -> Result<Payment, NoDigits> {
    match before {
        PaymentV1::Cash => Ok(Payment::Cash),
        PaymentV1::Card(number) => {
            let last_digits = number.parse().map_err(|_| NoDigits)?;
            Ok(Payment::Card { last_digits })
        }
    }
}

fn refund(before: Option<PaymentV1>) -> Result<Option<Payment>, NoDigits> {
    before.map(payment).transpose()
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "ordered", version = 3)]
struct Ordered {
    #[event(changed(from = LineV1, in = 2, with = Line::upcast))]
    first: Line,
    #[event(changed(from = Vec<LineV1>, in = 2, with = Vec::<Line>::upcast))]
    more: Vec<Line>,
    #[event(changed(from = Option<LineV1>, in = 2, with = <Option<Line> as Upcast<_>>::upcast))]
    gift: Option<Line>,
    #[event(changed(from = PaymentV1, in = 3, with = payment))]
    payment: Payment,
    #[event(changed(from = Option<PaymentV1>, in = 3, with = refund))]
    refund: Option<Payment>,
}

fn line(article: &str, count: u32) -> Line {
    Line { article: article.into(), count }
}

#[test]
fn structs_and_enums_within_an_event_climb_with_it() {
    let stored = r#"{
        "first": {"article": "ink"},
        "more": [{"article": "pen"}, {"article": "cap"}],
        "gift": {"article": "bow"},
        "payment": {"Card": "1234"},
        "refund": "Cash"
    }"#;

    assert_eq!(
        today::<Ordered>(1, stored),
        Ordered {
            first: line("ink", 1),
            more: vec![line("pen", 1), line("cap", 1)],
            gift: Some(line("bow", 1)),
            payment: Payment::Card { last_digits: 1234 },
            refund: Some(Payment::Cash),
        }
    );
}

#[test]
fn each_version_has_the_types_of_its_time() {
    let stored = r#"{
        "first": {"article": "ink", "count": 2},
        "more": [],
        "gift": null,
        "payment": "Cash",
        "refund": {"Card": "no digits"}
    }"#;

    let error = read::<Ordered>(2, stored).expect_err("a wrong card");
    assert_eq!(
        told(&error),
        "event `ordered` version 2 cannot be read as version 3: a card without digits"
    );
    assert!(matches!(
        read::<Ordered>(1, &stored.replace("{\"article\": \"ink\", \"count\": 2}", "7")),
        Err(es_core::DecodeError::Damaged { .. })
    ));
}
