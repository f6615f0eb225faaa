//! Import of a history: many appends in order, at the rate that the server accepts.
//!
//! It is the ordinary append, many at a time: what goes to different streams meets in
//! [the group](crate::append::group) and leaves in common statements. What goes to one stream goes in its order,
//! and as one append where one follows from the other.
//!
//! ```text
//! source ──► gathers ──► window ──► a lane for each stream ──► appends that meet
//!              ▲                                                      │
//!              └───────── meanwhile ◄──────────────────────────────── ┘
//! ```
//!
//! In order of the source there are no lanes: what comes one after another goes out as a
//! [stretch](stretch), one statement for many streams, and the next one when that is stored.
//!
//! While a window is under way the next one gathers, up to two statements' worth. Nobody waits for a
//! timer: a source that is slow is stored as it comes.

mod drive;
mod imported;
mod lane;
mod stretch;
mod window;

pub use imported::{ImportError, Imported};
