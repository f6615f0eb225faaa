//! Texts of errors that are stored.

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
