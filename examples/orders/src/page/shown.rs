//! Amounts, times and states, as people read them.

use es_core::Timestamp;
use maud::{Markup, html};

use crate::order::Status;

/// `1,234.50`.
pub fn money(cents: u64) -> String {
    let whole = (cents / 100).to_string();
    let mut grouped = String::new();
    for (nth, digit) in whole.chars().enumerate() {
        if nth > 0 && (whole.len() - nth).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped}.{:02}", cents % 100)
}

/// The time to the second, and to the microsecond where the mouse is.
pub fn time(at: Timestamp) -> Markup {
    let exact = at.to_string();
    let to_the_second = exact.get(..19).map(|text| text.replacen('T', " ", 1));
    html! {
        time datetime=(exact) title=(exact) { (to_the_second.as_deref().unwrap_or(&exact)) }
    }
}

pub fn status(status: Status) -> Markup {
    html! { span class={ "status " (status) } { (status) } }
}

/// The notice on a page that does not show yet what was just done.
pub fn old() -> Markup {
    html! {
        p.old role="status" {
            "This page may lack what was done last: it is being brought up to date. "
            "Load it again in a moment."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::money;

    #[test]
    fn amounts_are_grouped_by_thousands() {
        assert_eq!(money(5), "0.05");
        assert_eq!(money(99_999), "999.99");
        assert_eq!(money(123_456_789), "1,234,567.89");
    }
}
