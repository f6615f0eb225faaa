//! Importing: many appends, one after the other, as fast as they go.
//!
//! It is the ordinary append, many at a time: what goes to different streams meets in
//! [the group](crate::group) and leaves in common statements. What goes to one stream goes in its order,
//! and as one append where one follows from the other.
//!
//! ```text
//! source ──► gathers ──► window ──► a lane for each stream ──► appends that meet
//!              ▲                                                      │
//!              └───────── meanwhile ◄──────────────────────────────── ┘
//! ```
//!
//! While a window is under way the next one gathers, up to two statements' worth. Nobody waits for a
//! timer: a source that is slow is stored as it comes.

mod drive;
mod imported;
mod lane;
mod window;

pub use imported::{ImportError, Imported};
