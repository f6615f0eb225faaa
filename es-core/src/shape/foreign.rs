//! The forms of types of other crates, as their serde impls store them in JSON.
//!
//! Each stands behind a feature that is named for its crate, so that nobody builds what they do not use.

use super::{Form, Shape, Types};

/// A JSON value of any form.
impl Shape for serde_json::Value {
    fn form(_: &mut Types) -> Form {
        Form::Opaque("serde_json::Value".to_owned())
    }
}

#[cfg(feature = "chrono")]
mod chrono {
    use chrono::{DateTime, Month, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Weekday};

    use super::{Form, Shape, Types};

    macro_rules! texts {
        ($($type:ident)*) => {$(
            impl Shape for $type {
                fn form(_: &mut Types) -> Form {
                    Form::Text(concat!("chrono::", stringify!($type)))
                }
            }
        )*};
    }

    texts! { NaiveDate NaiveTime NaiveDateTime Month Weekday }

    /// An instant in RFC 3339; the time zone changes the offset that is written, and nothing else.
    impl<Z: TimeZone + 'static> Shape for DateTime<Z> {
        fn form(_: &mut Types) -> Form {
            Form::Text("chrono::DateTime")
        }
    }
}

/// A text, unless a crate of the program turns the feature `serde-float` of `rust_decimal` on.
#[cfg(feature = "rust_decimal")]
impl Shape for rust_decimal::Decimal {
    fn form(_: &mut Types) -> Form {
        Form::Text("rust_decimal::Decimal")
    }
}

#[cfg(feature = "url")]
impl Shape for url::Url {
    fn form(_: &mut Types) -> Form {
        Form::Text("url::Url")
    }
}

/// A list of numbers.
#[cfg(feature = "bytes")]
mod bytes {
    use bytes::{Bytes, BytesMut};

    use super::{Form, Shape, Types};

    impl Shape for Bytes {
        fn form(types: &mut Types) -> Form {
            <[u8]>::form(types)
        }
    }

    impl Shape for BytesMut {
        fn form(types: &mut Types) -> Form {
            <[u8]>::form(types)
        }
    }
}
