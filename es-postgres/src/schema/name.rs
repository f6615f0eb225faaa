//! The name of the schema in which a store keeps its events.

use std::fmt;
use std::str::FromStr;

use crate::schema::sql_name::needs_quotes;

/// The name of the schema in which a store keeps its events: 1 to 32 bytes of small letters, digits and
/// `_`, not a digit first, not beginning with `pg_`, and no keyword of SQL. Such a name needs no quotes.
///
/// ```
/// use es_postgres::SchemaName;
///
/// let name = SchemaName::new("ledger")?;
/// assert_eq!(name.as_str(), "ledger");
/// assert!(SchemaName::new("Ledger").is_err());
/// # Ok::<(), es_postgres::InvalidSchemaName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SchemaName(String);

impl SchemaName {
    /// The maximum length of the name in bytes: the schemas of read models begin with it.
    pub const MAX_BYTES: usize = 32;

    /// Makes a name of the text, if it is valid.
    ///
    /// # Errors
    ///
    /// If the name is empty, is longer than [`MAX_BYTES`](Self::MAX_BYTES), needs quotes in SQL or
    /// belongs to the server.
    pub fn new(name: impl Into<String>) -> Result<Self, InvalidSchemaName> {
        let name = name.into();
        let is_a_name = name.len() <= Self::MAX_BYTES
            && !needs_quotes(&name)
            && !name.starts_with("pg_")
            && name != "information_schema";
        if is_a_name { Ok(Self(name)) } else { Err(InvalidSchemaName { name }) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SchemaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for SchemaName {
    type Err = InvalidSchemaName;

    fn from_str(name: &str) -> Result<Self, InvalidSchemaName> {
        Self::new(name)
    }
}

/// A text that cannot be the name of a store's schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{name:?} cannot be the schema of a store: take 1 to {max} small letters, digits and `_`, not a digit \
     first, not beginning with `pg_`, and no keyword of SQL",
    max = SchemaName::MAX_BYTES
)]
#[non_exhaustive]
pub struct InvalidSchemaName {
    /// The text.
    pub name: String,
}
