//! Names that SQL reads without quotes.

/// The longest name that PostgreSQL keeps, in bytes.
pub(crate) const LONGEST: usize = 63;

/// True if `name` must stand in quotes wherever SQL is to find it: it has a capital letter, which SQL
/// folds to a small one, or another character than letters, digits and `_`, or is a keyword.
pub(crate) fn needs_quotes(name: &str) -> bool {
    let mut bytes = name.bytes();
    let begins = bytes.next().is_some_and(|first| first.is_ascii_lowercase() || first == b'_');
    let goes_on = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    !begins || !bytes.all(goes_on) || KEYWORDS.contains(&name)
}

/// The words that are no name of a schema without quotes: those that `pg_get_keywords` puts into the
/// categories `R` and `T`, in PostgreSQL 15 to 18.
#[rustfmt::skip]
const KEYWORDS: [&str; 101] = [
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "authorization",
    "binary", "both", "case", "cast", "check", "collate", "collation", "column", "concurrently",
    "constraint", "create", "cross", "current_catalog", "current_date", "current_role",
    "current_schema", "current_time", "current_timestamp", "current_user", "default", "deferrable",
    "desc", "distinct", "do", "else", "end", "except", "false", "fetch", "for", "foreign", "freeze",
    "from", "full", "grant", "group", "having", "ilike", "in", "initially", "inner", "intersect",
    "into", "is", "isnull", "join", "lateral", "leading", "left", "like", "limit", "localtime",
    "localtimestamp", "natural", "not", "notnull", "null", "offset", "on", "only", "or", "order",
    "outer", "overlaps", "placing", "primary", "references", "returning", "right", "select",
    "session_user", "similar", "some", "symmetric", "system_user", "table", "tablesample", "then",
    "to", "trailing", "true", "union", "unique", "user", "using", "variadic", "verbose", "when",
    "where", "window", "with",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_small_letters_needs_no_quotes() {
        assert!(!needs_quotes("ledger_2"));
        assert!(!needs_quotes("_ledger"));
    }

    #[test]
    fn capitals_punctuation_and_keywords_need_quotes() {
        for name in ["Ledger", "top-ten", "2nd", "", "straße", "user", "order"] {
            assert!(needs_quotes(name), "{name}");
        }
    }

    #[test]
    fn keywords_are_in_order_so_that_one_is_found_by_looking() {
        assert!(KEYWORDS.is_sorted());
    }
}
