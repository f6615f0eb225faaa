//! Names on a page: that of the test, and those of types.

use std::any::type_name;
use std::thread;

/// The name of the test that runs on this thread, as words: `bank::an_overdraft_is_refused` is
/// called `an overdraft is refused`.
///
/// The harness names a test's thread after the test, so what is no path in Rust (`my_pool-3`,
/// `tokio-rt-worker`) is the name of something else. Nameless are scenarios on such a thread, on
/// one without a name, and on `main`, where doctests run and, one at a time, tests.
pub(crate) fn of_this_test() -> Option<String> {
    thread::current().name().and_then(as_words)
}

fn as_words(thread: &str) -> Option<String> {
    if thread == "main" || !thread.split("::").all(is_identifier) {
        return None;
    }
    let name = thread.rsplit("::").next()?;
    Some(name.replace('_', " "))
}

fn is_identifier(segment: &str) -> bool {
    let segment = segment.strip_prefix("r#").unwrap_or(segment);
    let begins_with_a_letter =
        segment.starts_with(|first: char| first.is_alphabetic() || first == '_');
    begins_with_a_letter && segment.chars().all(|next| next.is_alphanumeric() || next == '_')
}

/// The name of a type without its path and its parameters.
pub(crate) fn short_name<T>() -> &'static str {
    let name = type_name::<T>();
    let plain = name.split('<').next().unwrap_or(name);
    plain.rsplit("::").next().unwrap_or(plain)
}

#[cfg(test)]
mod tests {
    use super::as_words;

    #[test]
    fn a_test_gives_its_name_in_words() {
        let in_a_module = as_words("bank::an_overdraft_is_refused");
        let at_the_root = as_words("an_overdraft_is_refused");
        let in_german = as_words("bank::eine_überweisung");

        assert_eq!(in_a_module.as_deref(), Some("an overdraft is refused"));
        assert_eq!(at_the_root.as_deref(), Some("an overdraft is refused"));
        assert_eq!(in_german.as_deref(), Some("eine überweisung"));
    }

    #[test]
    fn a_worker_gives_none() {
        let names = ["main", "tokio-rt-worker", "my_pool-3", "worker 7", "3", "", "a::", "pool::3"];

        assert_eq!(names.map(as_words), [const { None }; 8]);
    }

    #[test]
    fn the_thread_of_a_test_is_named_after_it_unless_it_is_main() {
        let name = super::of_this_test();

        let words = "the thread of a test is named after it unless it is main";
        assert!(name.is_none_or(|name| name == words));
    }
}
