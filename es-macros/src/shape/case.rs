//! The `rename_all` of serde.

/// A way to write names, by the word that serde has for it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Case {
    /// The case that is called `word`; serde reports any other word.
    pub(crate) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "snake_case" => Self::Snake,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            _ => return None,
        })
    }

    /// A variant's name, which is in `PascalCase`.
    pub(crate) fn variant(self, name: &str) -> String {
        match self {
            Self::Pascal => name.to_owned(),
            Self::Lower => name.to_ascii_lowercase(),
            Self::Upper => name.to_ascii_uppercase(),
            Self::Camel => with_small_letter(name),
            Self::Snake => words(name),
            Self::ScreamingSnake => words(name).to_ascii_uppercase(),
            Self::Kebab => words(name).replace('_', "-"),
            Self::ScreamingKebab => words(name).to_ascii_uppercase().replace('_', "-"),
        }
    }

    /// A field's name, which is in `snake_case`.
    pub(crate) fn field(self, name: &str) -> String {
        match self {
            Self::Lower | Self::Snake => name.to_owned(),
            Self::Upper | Self::ScreamingSnake => name.to_ascii_uppercase(),
            Self::Pascal => joined(name),
            Self::Camel => with_small_letter(&joined(name)),
            Self::Kebab => name.replace('_', "-"),
            Self::ScreamingKebab => name.to_ascii_uppercase().replace('_', "-"),
        }
    }
}

/// Converts `LastDigits` to `last_digits`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for (nth, letter) in name.char_indices() {
        if nth > 0 && letter.is_uppercase() {
            words.push('_');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

/// Converts `last_digits` to `LastDigits`.
fn joined(name: &str) -> String {
    let mut joined = String::new();
    for word in name.split('_') {
        let mut letters = word.chars();
        joined.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        joined.push_str(letters.as_str());
    }
    joined
}

fn with_small_letter(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::Case;

    const CASES: [&str; 8] = [
        "lowercase",
        "UPPERCASE",
        "PascalCase",
        "camelCase",
        "snake_case",
        "SCREAMING_SNAKE_CASE",
        "kebab-case",
        "SCREAMING-KEBAB-CASE",
    ];

    #[test]
    fn a_variant_is_written_in_each_case_as_serde_does() {
        let written = CASES.map(|case| Case::of(case).unwrap().variant("LastDigits2"));

        assert_eq!(
            written,
            [
                "lastdigits2",
                "LASTDIGITS2",
                "LastDigits2",
                "lastDigits2",
                "last_digits2",
                "LAST_DIGITS2",
                "last-digits2",
                "LAST-DIGITS2",
            ]
        );
    }

    #[test]
    fn a_field_is_written_in_each_case_as_serde_does() {
        let written = CASES.map(|case| Case::of(case).unwrap().field("last_digits_2"));

        assert_eq!(
            written,
            [
                "last_digits_2",
                "LAST_DIGITS_2",
                "LastDigits2",
                "lastDigits2",
                "last_digits_2",
                "LAST_DIGITS_2",
                "last-digits-2",
                "LAST-DIGITS-2",
            ]
        );
    }

    #[test]
    fn another_word_is_no_case() {
        assert!(Case::of("Train-Case").is_none());
    }
}
