//! Texts of errors that are stored.

use std::error::Error;

/// An error as it is kept: what somebody reads of it, and not a dump.
pub(crate) fn kept_text(mut error: String) -> String {
    const MOST: usize = 4096;
    const CUT: &str = " … (cut)";

    if error.len() > MOST {
        let end = (0..=MOST - CUT.len()).rev().find(|end| error.is_char_boundary(*end));
        error.truncate(end.unwrap_or_default());
        error.push_str(CUT);
    }
    error
}

/// An error and what it came from, in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
