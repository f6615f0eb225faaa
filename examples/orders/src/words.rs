//! Words of the domain as text: in bodies, in queries, in rows.

use std::fmt;
use std::str::FromStr;

use crate::order::{Method, Status};

/// A word that is none of those that there are.
#[derive(Debug, thiserror::Error)]
#[error("{text:?} is none of {}", known.join(", "))]
pub struct UnknownWord {
    text: String,
    known: Vec<&'static str>,
}

fn word<T: Copy>(
    text: &str,
    all: &[T],
    as_str: impl Fn(T) -> &'static str,
) -> Result<T, UnknownWord> {
    let unknown = || UnknownWord {
        text: text.chars().take(60).collect(),
        known: all.iter().map(|word| as_str(*word)).collect(),
    };
    all.iter().copied().find(|word| as_str(*word) == text).ok_or_else(unknown)
}

impl Status {
    pub const ALL: [Self; 4] = [Self::Placed, Self::Paid, Self::Shipped, Self::Cancelled];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Paid => "paid",
            Self::Shipped => "shipped",
            Self::Cancelled => "cancelled",
        }
    }
}

impl FromStr for Status {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        word(text, &Self::ALL, Self::as_str)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Method {
    pub const ALL: [Self; 3] = [Self::Card, Self::Transfer, Self::Cash];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Transfer => "transfer",
            Self::Cash => "cash",
        }
    }
}

impl FromStr for Method {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        word(text, &Self::ALL, Self::as_str)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
