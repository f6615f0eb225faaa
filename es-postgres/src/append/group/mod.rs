//! Group commit: concurrent appends of a process go out in one statement.
//!
//! A commit costs the server a write to its disk, whether it holds one append or two hundred, and a
//! statement most of its time before it comes to a row. So an append that has the way to itself goes out
//! at once, in its own future and as the leanest statement; while another is under way it queues, and the next statement takes whatever has
//! gathered. There is no timer: the batch grows by itself with the load.
//!
//! ```text
//! append ──── nobody under way ──────────► lone statement ─┐
//!    │                                                     ├─ somebody else at the stream ─► locked form
//!    └── others are ──► queue ──► flusher ─► one statement ┘
//! ```
//!
//! An append to several streams goes the same way, as one: it is at all of its streams or at none, and it has
//! one verdict. In a batch it has them for itself; an append that was queued later and shares a stream with it
//! waits for the next batch, also if the earlier one has to. If another writer is at one of them, it waits for
//! that one in the locked form, and leaves the others to whoever comes.
//!
//! A batch consists of two statements where it has [next events](crate::append::next) and others, in turn on one
//! connection. What a batch never does is wait: it tries its locks, and an append that does not get them goes out
//! again by itself. What it never does either is harm a neighbour: each append has its own verdict,
//! and if the statement fails as a whole, every append of it goes out again by itself. That is safe
//! because of the event ids, even if the statement was stored after all.

mod batch;
mod flusher;
mod lone;
mod queue;
mod scheduler;
mod streams;

pub(crate) use lone::Claim;
pub(crate) use scheduler::Group;
