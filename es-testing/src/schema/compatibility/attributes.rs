//! The serde attributes that are kept as text, and their meaning.

/// Attributes that have no part in what is stored.
const WITHOUT_EFFECT: [&str; 4] = ["crate", "bound", "borrow", "expecting"];

/// True if the type refuses fields that it does not know.
pub(super) fn is_strict(attributes: &[String]) -> bool {
    attributes.iter().any(|attribute| word(attribute) == "deny_unknown_fields")
}

/// True if a field may be left out when it is written.
pub(super) fn may_be_left_out(attributes: &[String]) -> bool {
    attributes.iter().any(|attribute| word(attribute) == "skip_serializing_if")
}

/// True if an attribute whose effect is not known was added or removed.
///
/// One more `alias` reads more than before, and is no difference.
pub(super) fn differ(old: &[String], new: &[String]) -> bool {
    let came = new
        .iter()
        .any(|attribute| has_effect(attribute) && !is_alias(attribute) && !holds(old, attribute));
    let went = old.iter().any(|attribute| has_effect(attribute) && !holds(new, attribute));
    came || went
}

fn has_effect(attribute: &str) -> bool {
    let word = word(attribute);
    let is_told_elsewhere = ["deny_unknown_fields", "skip_serializing_if"].contains(&word);
    !is_told_elsewhere && !WITHOUT_EFFECT.contains(&word)
}

fn is_alias(attribute: &str) -> bool {
    word(attribute) == "alias"
}

/// Blanks do not count: where tokens are printed, they come and go.
fn holds(attributes: &[String], wanted: &str) -> bool {
    let written =
        |text: &str| text.chars().filter(|next| !next.is_whitespace()).collect::<String>();
    attributes.iter().any(|attribute| written(attribute) == written(wanted))
}

/// The name of the attribute: `alias` of `alias = "deposit"`.
fn word(attribute: &str) -> &str {
    let inner = attribute.trim().trim_start_matches("serde").trim_start_matches(['(', ' ']);
    let end = inner.find(|next: char| next != '_' && !next.is_alphanumeric());
    inner.get(..end.unwrap_or(inner.len())).unwrap_or(inner)
}
