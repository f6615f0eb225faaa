//! Floats that are near enough.

use es_core::__private::Reported;
use serde_json::Value;

/// The expected events, with each that is near enough to the one that happened in its place taken for
/// that one.
pub(crate) fn near<E: Reported + Clone>(actual: &[E], expected: Vec<E>, tolerance: f64) -> Vec<E> {
    let mut happened = actual.iter();
    let near = expected.into_iter().map(|wanted| match happened.next() {
        Some(event) if is_near(event, &wanted, tolerance) => event.clone(),
        _ => wanted,
    });
    near.collect()
}

/// Events are compared as they are stored: there a float can be told from an integer.
fn is_near<E: Reported>(event: &E, wanted: &E, tolerance: f64) -> bool {
    let json = |event: &E| {
        let raw = event.to_raw().ok()?;
        serde_json::from_str::<Value>(raw.payload.as_str()).ok()
    };
    event.name() == wanted.name()
        && match (json(event), json(wanted)) {
            (Some(event), Some(wanted)) => are_near(&event, &wanted, tolerance),
            _ => false,
        }
}

fn are_near(value: &Value, wanted: &Value, tolerance: f64) -> bool {
    match (value, wanted) {
        (Value::Number(value), Value::Number(wanted)) if value.is_f64() || wanted.is_f64() => {
            match (value.as_f64(), wanted.as_f64()) {
                (Some(value), Some(wanted)) => (value - wanted).abs() <= tolerance,
                _ => false,
            }
        }
        (Value::Array(values), Value::Array(wanted)) => {
            let mut pairs = values.iter().zip(wanted);
            values.len() == wanted.len() && pairs.all(|(one, two)| are_near(one, two, tolerance))
        }
        (Value::Object(fields), Value::Object(wanted)) => {
            let has = |(name, value)| {
                wanted.get(name).is_some_and(|wanted| are_near(value, wanted, tolerance))
            };
            fields.len() == wanted.len() && fields.iter().all(has)
        }
        _ => value == wanted,
    }
}
