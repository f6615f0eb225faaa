//! Decisions that meet, decided one after another and appended together.
//!
//! Each is decided on what is in the store and on the events of those before it, although nothing of
//! that is stored yet. So nothing is told before the append; its condition confirms what all of them
//! rest on. If it is broken, whatever was decided is void, refusals as well, and all are decided anew.
//!
//! The events come into the log in the order of the decisions, so that nothing stands before a decision
//! that it would have had to know. An append writes stream by stream, so one that goes back to an
//! earlier stream waits for the next append.

use std::collections::{HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use futures_util::FutureExt;
use tracing::Instrument;

use crate::event::encode_error::EncodeError;
use crate::store::append::Append;
use crate::store::append_error::AppendError;
use crate::store::append_lock::AppendLock;
use crate::store::event_store::EventStore;
use crate::store::spans;
use crate::write::contention::{self, OPTIMISTIC, Pauses};
use crate::write::decisions::decided::DecidedEvents;
use crate::write::decisions::joint::{AnyModels, Joint};
use crate::write::decisions::meeting::Run;
use crate::write::decisions::reading::{Reading, Seen};
use crate::write::decisions::request::{Failure, Request};
use crate::write::decisions::{DecisionError, DecisionModels};

/// The number of events from which no more decisions are added to an append.
const EVENTS: usize = 1000;
/// The bytes of payload from which no more decisions are added to an append.
const BYTES: usize = 1 << 20;

/// Decides until each request has its answer. A run that comes to hold what others wait for leaves
/// its owner.
pub(crate) async fn run<S: EventStore>(
    store: &S,
    limit: Duration,
    requests: Vec<Request>,
    owned: Option<&Run>,
) {
    let mut rounds = VecDeque::from([requests]);
    while let Some(requests) = rounds.pop_front() {
        let Some(first) = requests.first() else { continue };
        let span = first.span.clone();
        // On the heap: the future of a decision that meets nobody is small then.
        let later = Box::pin(together(store, limit, requests, owned)).instrument(span).await;
        for later in later.into_iter().rev() {
            rounds.push_front(later);
        }
    }
}

/// A decision that was taken and not stored yet.
struct Taken {
    request: Request,
    /// The models with its events, and the number of these; none if it was refused.
    granted: Option<(Box<dyn AnyModels>, usize)>,
}

/// The outcome of decisions that were decided one after another.
struct Round {
    taken: Vec<Taken>,
    events: DecidedEvents,
    /// The requests that did not fit.
    later: Vec<Request>,
}

/// Decides and appends as many as go together; the others come back.
async fn together<S: EventStore>(
    store: &S,
    limit: Duration,
    mut requests: Vec<Request>,
    owned: Option<&Run>,
) -> Vec<Vec<Request>> {
    let mut pauses = Pauses::new();
    let mut lost: Option<(u32, Append)> = None;
    requests.retain(Request::is_wanted);
    let mut reading = match reading_for(&requests) {
        Ok(reading) => reading,
        Err(failure) => return apart(requests, failure),
    };
    loop {
        if requests.is_empty() {
            return Vec::new();
        }
        for request in &requests {
            request.span.record("es.attempts", request.attempts);
        }
        let mut lock = None;
        if let Some((times, draft)) = &lost
            && *times >= OPTIMISTIC
        {
            if let Some(run) = owned {
                run.leave_owner();
            }
            let longest = left(&requests, limit).max().unwrap_or_default();
            lock = contention::lock(store, draft, longest).await;
            if lock.is_none() {
                let shortest = left(&requests, limit).min().unwrap_or_default();
                pauses.pause(shortest).await;
            }
        }
        let seen = AssertUnwindSafe(read(store, &mut lock, &mut reading)).catch_unwind().await;
        let Seen { model, condition, .. } = match seen {
            Ok(Ok(seen)) => seen,
            Ok(Err(error)) => return unread(requests, error),
            Err(panic) => return apart(requests, Failure::Panicked(panic)),
        };
        let Round { mut taken, events, later } = decide(&reading, model, requests);
        let Some(append) = events.append(condition) else {
            for Taken { request, granted } in taken {
                match granted {
                    Some((models, _)) => request.granted(models, Vec::new()),
                    None => request.decision.refused(),
                }
            }
            return vec![later];
        };
        match contention::append(store, lock, &append).await {
            Ok(appended) => {
                let mut stored = events.recorded(&appended).into_iter();
                for Taken { request, granted } in taken {
                    match granted {
                        Some((models, events)) => {
                            request.granted(models, stored.by_ref().take(events).collect());
                        }
                        None => request.decision.refused(),
                    }
                }
                return vec![later];
            }
            Err(AppendError::Condition(failed)) => {
                // Those that did not fit are members of the reading all the same.
                taken.extend(later.into_iter().map(|request| Taken { request, granted: None }));
                let times = lost.take().map_or(1, |(times, _)| times + 1);
                lost = Some((times, append));
                let mut again = Vec::new();
                let count = taken.len();
                for Taken { mut request, .. } in taken {
                    if request.left(limit).is_zero() {
                        request.failed(Failure::Overtaken(failed));
                    } else {
                        request.attempts += 1;
                        again.push(request);
                    }
                }
                requests = again;
                if requests.len() < count {
                    // Fewer members: read anew.
                    match reading_for(&requests) {
                        Ok(fewer) => reading = fewer,
                        Err(failure) => return apart(requests, failure),
                    }
                }
            }
            Err(error) => return unappended(taken, later, error),
        }
    }
}

/// The time that is left to each.
fn left(requests: &[Request], limit: Duration) -> impl Iterator<Item = Duration> {
    requests.iter().map(move |request| request.left(limit))
}

/// The models of all, before any event. Whatever a model does, it does to its own decision alone.
fn reading_for(requests: &[Request]) -> Result<Reading<Joint>, Failure> {
    let models = || {
        let models = requests.iter().map(|request| request.decision.models()).collect();
        Joint::new(models).and_then(Reading::new)
    };
    let reading = catch_unwind(AssertUnwindSafe(models)).map_err(Failure::Panicked)?;
    reading.map_err(|error| Failure::Other(error.into()))
}

/// Reads on, through the lock if there is one. A lock that came to its end is taken away.
pub(crate) async fn read<S: EventStore, M: DecisionModels>(
    store: &S,
    lock: &mut Option<AppendLock>,
    reading: &mut Reading<M>,
) -> Result<Seen<M>, DecisionError<std::convert::Infallible>> {
    let span = spans::query();
    let seen = async {
        if let Some(held) = &*lock {
            match reading.read_once(held).await {
                Err(DecisionError::Read(error)) if error.is_transient() => {}
                seen => return seen,
            }
            *lock = None;
        }
        reading.read_on(store).await
    };
    let seen = seen.instrument(span.clone()).await?;
    span.record("es.events.count", seen.events);
    Ok(seen)
}

/// Decides one after another, as far as they go together.
fn decide(reading: &Reading<Joint>, mut models: Joint, requests: Vec<Request>) -> Round {
    let mut round =
        Round { taken: Vec::new(), events: DecidedEvents::default(), later: Vec::new() };
    let mut bytes = 0;
    // Those whose models do not know an event of the round: they read it when it is stored.
    let mut behind = HashSet::new();
    let members = requests.len();
    for (member, mut request) in requests.into_iter().enumerate() {
        let is_full = round.events.len() >= EVENTS || bytes >= BYTES;
        if !round.later.is_empty() || is_full || behind.contains(&member) {
            round.later.push(request);
            continue;
        }
        let decide = || request.decision.decide(&*models.members[member]);
        let Some(events) = request.span.clone().in_scope(decide) else {
            round.taken.push(Taken { request, granted: None });
            continue;
        };
        if !round.events.goes_on_with(&events) {
            round.later.push(request);
            continue;
        }
        let found: Vec<_> =
            events.in_order_of_the_log().map(|new| (new, reading.found_by(new))).collect();
        let mut fold = |member| {
            found.iter().try_for_each(|(new, queries)| {
                let folded = models.fold_member(member, queries, &new.event);
                folded.map_err(|source| EncodeError::new(new.event.name.clone(), source))
            })
        };
        let granted = match catch_unwind(AssertUnwindSafe(|| fold(member))) {
            Ok(Ok(())) => Some(events.len()),
            Ok(Err(unreadable)) => {
                request.decision.refuse(unreadable);
                None
            }
            Err(panic) => {
                request.decision.panicked(panic);
                None
            }
        };
        if granted.is_some() {
            behind.extend((member + 1..members).filter(|other| {
                let folded = catch_unwind(AssertUnwindSafe(|| fold(*other)));
                !matches!(folded, Ok(Ok(())))
            }));
        }
        let granted = granted.map(|events| (models.members[member].copy(), events));
        if granted.is_some() {
            bytes += events.payloads();
            round.events.extend(events);
        }
        round.taken.push(Taken { request, granted });
    }
    round
}

/// A failure that may be one's: told to one alone, or each tries by itself.
fn apart(mut requests: Vec<Request>, failure: Failure) -> Vec<Vec<Request>> {
    if requests.len() > 1 {
        return requests.into_iter().map(|request| vec![request]).collect();
    }
    if let Some(only) = requests.pop() {
        only.failed(failure);
    }
    Vec::new()
}

/// A store that failed has failed for all.
fn unread(
    requests: Vec<Request>,
    error: DecisionError<std::convert::Infallible>,
) -> Vec<Vec<Request>> {
    let DecisionError::Read(error) = error else {
        return apart(requests, Failure::Other(error));
    };
    for request in requests {
        request.failed(Failure::Other(DecisionError::Read(error.clone())));
    }
    Vec::new()
}

/// A store that is away is away for all: a decision with events may have been stored, one without was
/// never confirmed. Any other failure is told to one, or each tries by itself.
fn unappended(taken: Vec<Taken>, later: Vec<Request>, error: AppendError) -> Vec<Vec<Request>> {
    let AppendError::Store(error) = error else {
        let requests = taken.into_iter().map(|taken| taken.request).chain(later).collect();
        return apart(requests, Failure::Other(DecisionError::Append(error)));
    };
    if !contention::fails_all(&error) {
        let requests = taken.into_iter().map(|taken| taken.request).chain(later).collect();
        return apart(requests, Failure::Other(DecisionError::Append(error.into())));
    }
    for Taken { request, granted } in taken {
        request.failed(Failure::Other(match granted {
            Some((_, events)) if events > 0 => DecisionError::Append(error.clone().into()),
            _ => DecisionError::Read(error.clone()),
        }));
    }
    vec![later]
}
