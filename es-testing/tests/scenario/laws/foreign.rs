//! An event whose fields are types of other crates.

use bytes::Bytes;
use chrono::{DateTime, Month, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use es_core::prelude::*;
use es_core::shape::Schema;
use es_testing::laws::Laws;
use rust_decimal::Decimal;
use url::Url;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "booked")]
struct Booked {
    day: NaiveDate,
    from: NaiveTime,
    until: NaiveDateTime,
    at: DateTime<Utc>,
    month: Month,
    weekday: Weekday,
    price: Decimal,
    page: Url,
    scan: Bytes,
}

#[derive(Aggregate, Default, Clone, Debug, PartialEq)]
#[aggregate(name = "booking", id = String, events(Booked))]
struct Booking {
    booked: Option<Booked>,
}

impl Apply<Booked> for Booking {
    fn apply(&mut self, event: Booked) {
        self.booked = Some(event);
    }
}

#[test]
fn fields_of_other_crates_are_drawn_in_their_stored_form() {
    Laws::<Booking>::new().every_event_is_read_back_as_it_was();
}

#[test]
fn a_value_of_any_form_has_a_shape() {
    assert_eq!(Schema::of::<serde_json::Value>().to_string(), "opaque serde_json::Value");
}
