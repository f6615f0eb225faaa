//! A panic as a value.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

/// The message of a panic and its place.
#[derive(Clone, Debug)]
pub(super) struct Panic {
    pub(super) message: String,
    /// File and line.
    pub(super) place: String,
}

/// The treatment of a panic on this thread.
enum Watch {
    /// The panic is none of ours.
    Off,
    On,
    Saw(Panic),
}

thread_local! {
    static WATCH: RefCell<Watch> = const { RefCell::new(Watch::Off) };
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
    WATCH.set(Watch::On);
    let result = panic::catch_unwind(AssertUnwindSafe(code));
    let watch = WATCH.replace(Watch::Off);
    result.map_err(|_| match watch {
        Watch::Saw(panic) => panic,
        // Somebody has set another hook.
        Watch::On | Watch::Off => {
            Panic { message: "a panic".to_owned(), place: "an unknown place".to_owned() }
        }
    })
}

/// Keeps a panic for [`caught`], if this thread is in it.
fn keep(info: &PanicHookInfo<'_>) -> bool {
    WATCH.with_borrow_mut(|watch| {
        if let Watch::Off = watch {
            return false;
        }
        let payload = info.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let message = text.unwrap_or("a panic without a message").to_owned();
        let place = info.location().map(|at| format!("{}:{}", at.file(), at.line()));
        let place = place.unwrap_or_else(|| "an unknown place".to_owned());
        *watch = Watch::Saw(Panic { message, place });
        true
    })
}
