//! Errors of requests that are answered once.

use crate::event::payload::InvalidPayload;
use crate::store::request::RequestId;
use crate::timestamp::Timestamp;

/// The reason why a request has no answer, although its command may have one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The request id came with another command before. Nothing was executed.
    #[error(
        "request `{id}` has been sent with another command before; give every request an id of its own"
    )]
    Reused {
        /// The id.
        id: RequestId,
    },
    /// The request is so old that its answer may be forgotten, by the [instant](RequestId::sent_at) in its id.
    /// Nothing was executed now; it may have been before.
    #[error(
        "request `{id}` is of {sent}, and the answers to requests before {since} may be forgotten; look \
         whether it was carried out, and ask for what is missing under a new id"
    )]
    TooOld {
        /// The id.
        id: RequestId,
        /// The instant in the id.
        sent: Timestamp,
        /// The earliest instant that an id may have.
        since: Timestamp,
    },
    /// The command cannot be compared with that of another request, since it cannot be written as JSON.
    /// Nothing was executed.
    #[error("the command of request `{id}` cannot be written as JSON, and so not be compared")]
    Command {
        /// The id.
        id: RequestId,
        /// The error of its `Serialize`.
        source: serde_json::Error,
    },
    /// The answer cannot be written as JSON, mostly since the error of a refusal cannot. Nothing was stored.
    #[error("the answer to request `{id}` cannot be kept as JSON")]
    Answer {
        /// The id.
        id: RequestId,
        /// The reason.
        source: InvalidPayload,
    },
    /// The answer that was kept cannot be read: the error of a refusal has another form in this release.
    #[error("the answer to request `{id}` has been kept in a form that cannot be read")]
    Unreadable {
        /// The id.
        id: RequestId,
        /// The error of its `Deserialize`.
        source: serde_json::Error,
    },
}
