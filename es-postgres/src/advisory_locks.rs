//! Advisory locks of a store: their numbers, who takes them, in which mode and in which order.
//!
//! All of them end with their transaction. The numbers are those of the schema `es`;
//! [`Schema`](crate::schema::statements::Schema) has others for a store in another schema.
//!
//! | Order | Key | Protects | Shared | Exclusive |
//! |---|---|---|---|---|
//! | 0 | 1163067397, hash of the request: scope and id | the answer to a request | | an append or an answer with the request |
//! | 1 | 1163067394, 0: the gate | the set of open appends | each append | an append that waits for all others, a change of tags, the forgetting of old answers, an exclusive build of a projection |
//! | 2 | 1163067394, 1: the second gate | streams that a large append does not lock | an append that rests on a stream without writing to it | an append with more than 256 streams |
//! | 3 | 1163067393, hash of the stream | the versions of a stream | | each append, for its streams in the order of their hashes |
//! | 4 | 1163067395, hash of the tag | the events with a tag | an append with such an event | an append whose condition looks under the tag |
//! | 5 | 17747 << 48 \| position: the epoch | the safe position | each append, before it takes positions | |
//! | alone | 1163067396, number of the version | the slots of a version of a projection | the commit of a batch | a session that takes all slots |
//! | alone | 1163067400, 0 | schemas that are being made | | a migration, for the stores of all schemas |
//!
//! An append in a transaction of the caller's, or through a lock that was taken before, only tries lock 0, since it
//! may hold the others.
//!
//! Who takes several takes them in this order, so that nobody waits in a circle. The statements of an
//! append that is at its stream by itself only try locks 1 to 4, and take none that would make them wait;
//! `lock_streams.sql` waits. Lock 5 is never waited for.
//!
//! The slots of versions come after all others, and after the rows of `es.projections` that a session has locked:
//! an exclusive build takes the gate and then the slots, a promotion the slots of the version that is read and
//! then those of the new one. A commit of a batch only tries. Whoever holds the lock of the whole table
//! `es.projections` waits for no slots.

/// The gate that each append passes.
pub(crate) const GATE: i32 = 1_163_067_394;

/// The slots of a whole version: shared for the moment of a commit, exclusive for a session that
/// takes the slots from all nodes. A commit does not wait for the exclusive lock, since it would find
/// its slots gone.
pub(crate) const ALL_SLOTS: i32 = 1_163_067_396;

/// The making of schemas, by the stores of all schemas, which look at one another.
pub(crate) const SCHEMAS: i32 = 1_163_067_400;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    /// The numbers of the table.
    fn listed() -> BTreeSet<String> {
        let table = include_str!("advisory_locks.rs");
        let rows = table.lines().filter_map(|line| line.strip_prefix("//! | "));
        rows.flat_map(numbers).collect()
    }

    /// The numbers of locks in a text, however they are written.
    fn numbers(text: &str) -> impl Iterator<Item = String> {
        let text = text.replace('_', "");
        let words = text.split(|next: char| !next.is_ascii_digit()).map(str::to_owned);
        let is_lock = |word: &String| {
            *word == "17747"
                || (word.len() == 10 && word.starts_with("11630673"))
                || (word.len() == 10 && word.starts_with("11630674"))
        };
        words.filter(is_lock).collect::<Vec<_>>().into_iter()
    }

    fn files(folder: &Path) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(files(&path));
            } else {
                found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
            }
        }
        found
    }

    fn source(folder: &str) -> Vec<(String, String)> {
        files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
    }

    #[test]
    fn every_number_of_a_lock_is_in_the_table() {
        for (file, text) in ["sql", "migrations", "src"].into_iter().flat_map(source) {
            for number in numbers(&text) {
                assert!(listed().contains(&number), "{number} in {file} is not in the table");
            }
        }
    }

    #[test]
    fn code_names_locks_by_their_constants() {
        let is_text =
            |file: &str| file.ends_with("advisory_locks.rs") || file.ends_with("statements.rs");
        for (file, text) in source("src").into_iter().filter(|(file, _)| !is_text(file)) {
            assert_eq!(numbers(&text).next(), None, "a number of a lock in {file}");
        }
    }

    /// A lock that no number names would be missing in both.
    #[test]
    fn every_statement_that_locks_says_a_number_of_the_table() {
        let is_parameter = |call: &str| call.starts_with("all_slots");
        for (file, text) in ["sql", "migrations"].into_iter().flat_map(source) {
            let calls = text.split("advisory_xact_lock").skip(1);
            for call in calls {
                let call = call.trim_start_matches("_shared").trim_start_matches('(').trim_start();
                let call = &call[..call.len().min(60)];
                let said = numbers(call).next();
                assert!(said.is_some() || is_parameter(call), "no number in {file}: {call}");
            }
        }
    }
}
