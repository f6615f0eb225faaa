//! The names of the schemas that hold the rows of versions.

use es_core::{ProjectionId, ProjectionName};

use crate::schema::statements::Schema;

/// The schema of a version: the one without a number, if its rows are the ones that are read. It
/// consists of letters, digits and `_`, and begins with a letter. `store` is the schema of the
/// store.
pub(super) fn schema(store: &Schema, id: &ProjectionId, is_read: bool) -> String {
    if is_read { of_name(store, &id.name) } else { numbered(store, id) }
}

/// The schema of a version that is not read.
pub(super) fn numbered(store: &Schema, id: &ProjectionId) -> String {
    format!("{}_v{}", of_name(store, &id.name), id.version)
}

/// The schema of the version that is read.
pub(super) fn of_name(store: &Schema, name: &ProjectionName) -> String {
    store.prefix() + &name.as_str().replace(['-', '.'], "_")
}

/// The schema that any version of the one could share with any version of the other.
pub(super) fn shared(
    store: &Schema,
    one: &ProjectionName,
    other: &ProjectionName,
) -> Option<String> {
    let (one, other) = (of_name(store, one), of_name(store, other));
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let rest = long.strip_prefix(&short)?;
    let is_number = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit());
    (rest.is_empty() || rest.strip_prefix("_v").is_some_and(is_number)).then_some(long)
}

/// True if the server reserves such names.
pub(super) fn is_reserved(schema: &str) -> bool {
    schema.starts_with("pg_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> ProjectionName {
        ProjectionName::new(text).unwrap()
    }

    fn both(one: &str, other: &str) -> Option<String> {
        shared(&Schema::default(), &name(one), &name(other))
    }

    #[test]
    fn a_store_of_another_schema_has_schemas_of_its_own() {
        let ledger = Schema::of(crate::SchemaName::new("ledger").unwrap());
        let id = ProjectionId::new(name("top-ten"), 3);

        assert_eq!(schema(&ledger, &id, true), "ledger_top_ten");
        assert_eq!(schema(&ledger, &id, false), "ledger_top_ten_v3");
    }

    #[test]
    fn a_version_that_is_read_has_no_number() {
        let id = ProjectionId::new(name("top-ten.daily"), 3);

        assert_eq!(schema(&Schema::default(), &id, true), "top_ten_daily");
        assert_eq!(schema(&Schema::default(), &id, false), "top_ten_daily_v3");
    }

    #[test]
    fn names_that_differ_in_their_punctuation_share_a_schema() {
        assert_eq!(both("top-ten", "top.ten").as_deref(), Some("top_ten"));
    }

    #[test]
    fn a_name_that_ends_like_a_version_shares_the_schema_of_that_version() {
        assert_eq!(both("orders", "orders-v2").as_deref(), Some("orders_v2"));
        assert_eq!(both("orders_v2", "orders").as_deref(), Some("orders_v2"));
    }

    #[test]
    fn names_that_only_begin_alike_share_nothing() {
        assert_eq!(both("orders", "orders-view"), None);
        assert_eq!(both("orders", "Orders"), None);
    }
}
