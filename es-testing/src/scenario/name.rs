//! What a scenario is called.

use std::thread;

/// The name of the test that runs on this thread, as words: `bank::an_overdraft_is_refused` is
/// called `an overdraft is refused`. On a thread without a test's name it is nameless.
pub(super) fn of_this_test() -> Option<String> {
    let thread = thread::current();
    let path = thread.name().filter(|name| *name != "main")?;
    let name = path.rsplit("::").next().unwrap_or(path);
    Some(name.replace('_', " "))
}
