//! The import, window by window.

use std::error::Error;
use std::pin::pin;

use es_core::Append;
use futures_core::Stream;
use futures_util::FutureExt;
use futures_util::future::join_all;

use super::imported::{ImportError, Imported};
use super::lane::{Outcome, Refused};
use super::window::{FULL, Window, stages};
use crate::append::appender::Appender;
use crate::store::PgStore;

/// The order that an import keeps.
#[derive(Clone, Copy)]
enum Order {
    OfEachStream,
    OfTheSource,
}

impl PgStore {
    /// Appends everything that `appends` yields, at the rate that the server accepts, and reports
    /// its progress to `progress`.
    ///
    /// It is made for histories: hundreds of appends go out in one statement, and two statements
    /// are in flight. It guarantees:
    ///
    /// - Each append is stored as a whole or not at all, under its expected version, as
    ///   [`append`](es_core::EventStore::append) does.
    /// - The appends to a stream are stored in their order. The order between streams is not
    ///   guaranteed; [`import_in_order`](Self::import_in_order) keeps them in one order.
    /// - An event that [brings its instant](es_core::NewEvent::with_recorded_at) keeps it, and one whose
    ///   instant goes back along its stream is refused.
    /// - It ends at the first append that is not stored, and everything before it is.
    /// - If it is repeated with the same event ids, the appends that are stored already are counted
    ///   as [`already`](Imported::already) and nothing is stored twice. So an import that was
    ///   dropped, or killed, or lost its server, is simply repeated from the beginning. That
    ///   requires the same ids: taken from the history itself, or derived from it.
    ///
    /// An append to several streams, or on a condition, waits until all before it are stored, and
    /// those after it wait for it: a commit for each of them. Failures of the store are not retried
    /// within the import; repeat the import.
    ///
    /// `progress` is called each time that some hundred appends are stored, with fewer of them while
    /// the source is slow. The import reads about as many ahead, 8 MiB or one append that is larger.
    /// The service's own appends go on beside it, and wait for a statement or two of it.
    ///
    /// ```no_run
    /// use es_core::prelude::*;
    /// use es_core::InvalidAppend;
    /// use es_postgres::PgStore;
    /// use futures_util::stream;
    ///
    /// # async fn example(store: PgStore, history: Vec<Result<Append, InvalidAppend>>) -> Result<(), Box<dyn std::error::Error>> {
    /// let imported = store
    ///     .import(stream::iter(history), |so_far| println!("{} events", so_far.events))
    ///     .await?;
    /// println!("{} appends, {} of them were there", imported.appends, imported.already);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn import<E>(
        &self,
        appends: impl Stream<Item = Result<Append, E>>,
        progress: impl FnMut(&Imported),
    ) -> Result<Imported, ImportError>
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        self.import_by(Order::OfEachStream, appends, progress).await
    }

    /// Imports like [`import`](Self::import), with all events in the log in the order of the source.
    ///
    /// Positions rise from append to append, across all streams: a reader of the log sees the
    /// imported history in its original order, and a moment of the past that is named by a
    /// [position](es_core::Moment::Position) is the same moment in every stream. No append after a
    /// refused one is stored.
    ///
    /// The cost: one statement is in flight where `import` has two, and only appends that come one
    /// after another share it. An append to several streams, or on a condition, and every append to
    /// a store with inline projections is a transaction of its own.
    ///
    /// Events of the service's own appends may stand between the imported ones.
    ///
    /// # Errors
    ///
    /// As `import`.
    pub async fn import_in_order<E>(
        &self,
        appends: impl Stream<Item = Result<Append, E>>,
        progress: impl FnMut(&Imported),
    ) -> Result<Imported, ImportError>
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        self.import_by(Order::OfTheSource, appends, progress).await
    }

    async fn import_by<E>(
        &self,
        order: Order,
        appends: impl Stream<Item = Result<Append, E>>,
        mut progress: impl FnMut(&Imported),
    ) -> Result<Imported, ImportError>
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let mut source = pin!(appends);
        let mut imported = Imported::default();
        let mut next = Window::default();
        loop {
            next.gather(source.as_mut(), 1).await;
            let window = next.take();
            if window.is_empty() {
                break;
            }
            let mut storing = self.appender.append_window(order, window).boxed();
            let outcome = tokio::select! {
                biased;
                outcome = &mut storing => outcome,
                () = next.gather(source.as_mut(), FULL) => storing.await,
            };
            imported.add(outcome)?;
            progress(&imported);
        }
        match next.end {
            Some(Err(source)) => Err(ImportError::Source { imported, source }),
            Some(Ok(())) | None => Ok(imported),
        }
    }
}

impl Appender {
    async fn append_window(&self, order: Order, appends: Vec<Append>) -> Outcome {
        match order {
            Order::OfEachStream => self.append_stages(appends).await,
            Order::OfTheSource => self.append_stretches(appends).await,
        }
    }

    /// Appends stage by stage, up to the first that contains a refused append.
    async fn append_stages(&self, appends: Vec<Append>) -> Outcome {
        let mut outcome = Outcome::default();
        for stage in stages(appends) {
            let lanes = stage.into_iter().map(|lane| self.append_lane(lane));
            join_all(lanes).await.into_iter().for_each(|of_lane| outcome.add(of_lane));
            if outcome.refused.is_some() {
                break;
            }
        }
        outcome
    }
}

impl Imported {
    /// Counts the appends of a window up to the first that was refused.
    fn add(&mut self, Outcome { stored, refused }: Outcome) -> Result<(), ImportError> {
        let before = self.appends;
        let end = refused.as_ref().map_or(usize::MAX, |refused| refused.nth);
        for stored in stored.into_iter().filter(|stored| stored.nth < end) {
            self.appends += 1;
            self.events += stored.events as u64;
            self.already += u64::from(stored.already);
            self.position = self.position.max(stored.position);
        }
        match refused {
            None => Ok(()),
            Some(Refused { nth, stream, source }) => Err(ImportError::Append {
                number: before + nth as u64 + 1,
                stream,
                imported: *self,
                source: Box::new(source),
            }),
        }
    }
}
