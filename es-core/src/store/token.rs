//! Tokens, with which a reader waits until a read model shows what was written.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::stream::Position;

/// The position that a projection must have reached to show what was written: that of the last
/// event.
///
/// It is text on the wire, so that it travels from the answer of one request to the next, on whatever
/// process that arrives:
///
/// ```
/// use es_core::{Position, Token};
///
/// let answer = (Token::HEADER, Token::from(Position(42)).to_string());
/// assert_eq!(answer, ("es-token", "42".to_owned()));
///
/// let asked: Token = answer.1.parse()?;
/// assert_eq!(asked.position(), Position(42));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Token(Position);

/// A token that is no number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the token {text:?} is not one: it is the position of an event, a number up to {}",
    i64::MAX
)]
pub struct InvalidToken {
    text: String,
    source: Option<ParseIntError>,
}

impl Token {
    /// The name of the HTTP header in which services send it and take it.
    pub const HEADER: &'static str = "es-token";

    /// The position of the last event that must be visible.
    #[must_use]
    pub fn position(self) -> Position {
        self.0
    }
}

impl From<Position> for Token {
    fn from(position: Position) -> Self {
        Self(position)
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Parses the text of a header. The error quotes a text over sixty characters in part.
impl FromStr for Token {
    type Err = InvalidToken;

    fn from_str(text: &str) -> Result<Self, InvalidToken> {
        let invalid = |source| InvalidToken { text: text.chars().take(60).collect(), source };
        let position = text.trim().parse::<u64>().map_err(|error| invalid(Some(error)))?;
        if i64::try_from(position).is_err() {
            return Err(invalid(None));
        }
        Ok(Self(Position(position)))
    }
}
