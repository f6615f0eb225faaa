//! A panic as a value.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

/// What panicked.
#[derive(Clone, Debug)]
pub(super) struct Panic {
    pub(super) message: String,
    /// File and line.
    pub(super) place: String,
}

thread_local! {
    /// Whether this thread is in [`caught`], and what has panicked there.
    static CAUGHT: RefCell<Option<Option<Panic>>> = const { RefCell::new(None) };
}

/// Runs `code`; a panic in it is not printed, since shrinking repeats it hundreds of times.
pub(super) fn caught<T>(code: impl FnOnce() -> T) -> Result<T, Panic> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !keep(info) {
                before(info);
            }
        }));
    });
    CAUGHT.set(Some(None));
    let result = panic::catch_unwind(AssertUnwindSafe(code));
    let panicked = CAUGHT.take().flatten();
    result.map_err(|_| {
        panicked.unwrap_or_else(|| Panic { message: String::new(), place: String::new() })
    })
}

/// Keeps a panic for [`caught`], if this thread is in it.
fn keep(info: &PanicHookInfo<'_>) -> bool {
    CAUGHT.with_borrow_mut(|caught| {
        let Some(panicked) = caught else { return false };
        let message = info.payload_as_str().unwrap_or("a panic without a message").to_owned();
        let place =
            info.location().map_or_else(String::new, |at| format!("{}:{}", at.file(), at.line()));
        *panicked = Some(Panic { message, place });
        true
    })
}
