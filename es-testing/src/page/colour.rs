//! Colour, where somebody looks. The signs say the same without it.

use std::env;
use std::io::{self, IsTerminal};

use super::line::Sign;

/// The choice of colours for a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colour {
    Always,
    Never,
}

impl Colour {
    /// Coloured if standard error is a terminal and `NO_COLOR` is not set.
    pub(crate) fn of_this_terminal() -> Self {
        let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        if io::stderr().is_terminal() && !unwanted { Self::Always } else { Self::Never }
    }

    /// `text` in the colour of `sign`.
    pub(crate) fn paint(self, sign: Sign, text: &str) -> String {
        let code = match sign {
            Sign::Same => 2,
            Sign::Unexpected => 32,
            Sign::Missing => 31,
            Sign::Different => 33,
        };
        match self {
            Self::Always => format!("\x1b[{code}m{text}\x1b[0m"),
            Self::Never => text.to_owned(),
        }
    }
}
