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
//!
//! read ── retired for one that is built ──► serving   the other one is removed, stopped or held back
//! ```

mod change;
mod promote;
mod register;
mod remove;
mod revive;
mod row;
mod stop;

pub use change::{ChangeError, VersionChange, VersionPlan};
pub(crate) use promote::{Promotion, promote};
pub(crate) use register::register;
pub(crate) use remove::reinstate;
pub use remove::remove;
pub use row::{SlotRow, VersionRow, unknown};
pub(crate) use row::{never_run, unsupported};
pub(crate) use stop::stop;
