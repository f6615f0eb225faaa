//! Rules of the versions of a projection, as functions of rows.
//!
//! A store reads the [rows](VersionRow) of the versions of a name under a lock, asks a rule, and makes the
//! [changes](VersionChange) that the rule names. The rules are the same in every store, and are tested
//! here without one.
//!
//! ```text
//! register ── first of its name ─────────────────────────────► serving
//!          ── later than the one that is read ──► building ──► serving   promote: it has come as far
//!          ── earlier ──► retired                                 │
//!                            ▲  │ reinstate                       │ promote another one
//!                            │  └───────────────► building        ▼
//!                            └───────────────────────────────── retired
//!
//! stop, resume: in any place, which the version keeps
//! ```

mod change;
mod promote;
mod register;
mod remove;
mod row;
mod stop;

pub use change::{ChangeError, VersionChange, VersionPlan};
pub use promote::{Promotion, promote};
pub use register::register;
pub(crate) use remove::ANOTHER;
pub use remove::{reinstate, remove};
pub use row::{SlotRow, VersionRow, unknown};
pub(crate) use row::{never_run, unsupported};
pub use stop::stop;
