//! Futures that are polled some times and kept, as `buffered(n)` keeps them while the body of its loop
//! waits for something else.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use es_core::prelude::*;
use es_core::{Appended, Query, QueryItem};
use es_postgres::PgStore;
use futures_util::{StreamExt, stream};
use tokio::time::{sleep, timeout};

use crate::append::deposits;
use crate::domain::{Account, Deposit, Deposited};
use crate::foreground::Foreground;
use crate::journal::{Differences, Entry, Journal};
use crate::report::Table;
use crate::server::{Database, POOL};
use crate::{Run, kept_by_hand, progress};

/// A future is polled so often at most before it is kept.
const POLLS: usize = 8;

/// Between two polls there is time for what the call waits for, or none.
const PAUSES: [Duration; 2] = [Duration::ZERO, Duration::from_millis(2)];

/// The aggregate on which everybody works.
pub const HOT: &str = "hot";

/// The kinds of futures that are kept.
const KINDS: [Kind; 7] = [
    Kind::Load,
    Kind::Command,
    Kind::AppendToOwn,
    Kind::AppendToHot,
    Kind::LogPage,
    Kind::StreamPage,
    Kind::QueryPage,
];

#[derive(Clone, Copy)]
enum Kind {
    Load,
    Command,
    AppendToOwn,
    AppendToHot,
    LogPage,
    StreamPage,
    QueryPage,
}

/// A call that was begun; what comes of it belongs into the journal if it is an append.
type Call = Pin<Box<dyn Future<Output = anyhow::Result<Option<Appended>>> + Send>>;

/// A call that is kept, and what it appends.
struct Kept {
    call: Call,
    entry: Option<Entry>,
}

/// The results of all that was begun.
struct Outcome {
    kept: u64,
    resumed: u64,
    stuck: u64,
    operations: u64,
    late: u64,
    lost: u64,
    found: Differences,
}

pub async fn torture(run: &mut Run) -> anyhow::Result<()> {
    let database = run.server.database().await?;
    let rounds = run.options.count(1, 6);
    let outcome = keep(&database, rounds).await?;
    progress("kept: lists with commands in the body of their loop");
    let accounts = run.options.count(100, 1_000);
    let mut stopped = 0;
    for connections in [POOL, 2, 1] {
        stopped += accounts - listed(&database, connections, accounts).await?;
    }
    progress("kept: what breaks it");
    let (late, others) = kept_by_hand::held_up(run).await?;

    let about = format!(
        "{} futures were polled one to {POLLS} times and kept: loads, commands, appends to streams of \
         their own and to the one on which all work, pages of the log, of a stream and of a query. While \
         they are kept, others load, command, append and read the log to its end. Then every other one \
         is polled to its end, {} in all, and the rest dropped. The baseline keeps one transaction after \
         its INSERT; others have a second.",
        outcome.kept, outcome.resumed,
    );
    let mut table = Table::of_guarantees("Kept futures", about);
    table.guarantee_beside(
        "operations of others that did not come back within 10 s",
        (outcome.late, format!("{} operations", outcome.operations)),
        (format!("{late} of {others}"), "the textbook's transaction, kept after its INSERT"),
    );
    let of = format!("{} kept calls", outcome.resumed);
    table.guarantee(
        "kept calls that did not come to their end when polled again",
        outcome.stuck,
        of,
    );
    let found = outcome.found;
    let of = format!("{} appends", found.appends);
    table.guarantee("acknowledged appends missing", found.missing, &of);
    table.guarantee("appends stored in part", found.halves, &of);
    table.guarantee("event ids stored twice", found.doubled, &of);
    table.guarantee("acknowledged commands missing or there twice", outcome.lost, "all commands");
    table.guarantee("gaps in versions, positions that do not rise", found.disorder, &of);
    table.guarantee(
        "loads in `buffered(4)`, a command in the body of the loop, that were not reached in 10 s each",
        stopped,
        format!("{accounts} accounts, pools of {POOL}, 2 and 1"),
    );
    run.report.add(table);
    Ok(())
}

/// Keeps calls of every kind at every point where they wait, and lets others work beside them.
async fn keep(database: &Database, rounds: u64) -> anyhow::Result<Outcome> {
    let mut others = Foreground::new(database).await?;
    let repository = others.repository.clone();
    let (mut kept, mut journal) = (Vec::new(), Journal::default());
    for round in 0..rounds {
        for polls in 1..=POLLS {
            progress(&format!("kept: round {} of {rounds}, {polls} polls", round + 1));
            for (nth, kind) in KINDS.iter().enumerate() {
                for pause in PAUSES {
                    let own = format!("own-{round}-{polls}-{nth}-{}", pause.as_millis());
                    let call = begin(&repository, &database.store, *kind, &own)?;
                    kept.extend(polled(polls, pause, call, &mut journal).await?);
                }
                others.go_on().await?;
            }
        }
    }
    let count = kept.len() as u64;
    let (mut resumed, mut stuck) = (0, 0);
    for (nth, Kept { call, entry }) in kept.into_iter().enumerate() {
        let answer = if nth % 2 == 0 {
            resumed += 1;
            timeout(Duration::from_secs(10), call).await.inspect_err(|_| stuck += 1).ok()
        } else {
            None
        };
        match (entry, answer.transpose()?.flatten()) {
            (Some(entry), Some(appended)) => journal.add(entry.stored(&appended)),
            (Some(entry), None) => journal.add(entry),
            (None, _) => {}
        }
    }
    others.go_on().await?;
    let (operations, late) = (others.operations, others.late);
    let lost = others.lost(database).await?;
    journal.join(others.journal);
    let found = journal.compare(database).await?;
    Ok(Outcome { kept: count, resumed, stuck, operations, late, lost, found })
}

fn begin(
    repository: &Repository<Account, PgStore>,
    store: &PgStore,
    kind: Kind,
    own: &str,
) -> anyhow::Result<Kept> {
    let (repository, store, hot) = (repository.clone(), store.clone(), HOT.to_owned());
    let stream = StreamId::of::<Account>(&hot)?;
    let reading = |call| Kept { call, entry: None };
    Ok(match kind {
        Kind::Load => reading(Box::pin(async move {
            repository.load(&hot).await?;
            Ok(None)
        })),
        Kind::Command => reading(Box::pin(async move {
            repository.execute(Deposit { account: hot, number: 0 }).await?;
            Ok(None)
        })),
        Kind::AppendToOwn | Kind::AppendToHot => {
            let own = StreamId::of::<Account>(&own.to_owned())?;
            let stream = if matches!(kind, Kind::AppendToOwn) { own } else { stream };
            let append = deposits(stream, ExpectedVersion::Any, 2)?;
            let entry = Some(Entry::of(&append, false));
            let call = Box::pin(async move { Ok(Some(store.append(append).await?)) });
            Kept { call, entry }
        }
        Kind::LogPage => reading(Box::pin(async move {
            store.log_page(Cursor::START, 100).await?;
            Ok(None)
        })),
        Kind::StreamPage => reading(Box::pin(async move {
            store.stream_page(&stream, Cursor::END, 100).await?;
            Ok(None)
        })),
        Kind::QueryPage => reading(Box::pin(async move {
            let deposited = QueryItem::new(vec![es_core::EventName::of::<Deposited>()], vec![])?;
            store.query_page(&Query::new(vec![deposited])?, Position::START, 100).await?;
            Ok(None)
        })),
    })
}

/// Polls a call so often, with a pause after each time; nothing if it is over by then.
async fn polled(
    polls: usize,
    pause: Duration,
    mut kept: Kept,
    journal: &mut Journal,
) -> anyhow::Result<Option<Kept>> {
    for _ in 0..polls {
        let polled = poll_fn(|context| Poll::Ready(kept.call.as_mut().poll(context))).await;
        if let Poll::Ready(answer) = polled {
            if let (Some(entry), Some(appended)) = (kept.entry, answer?) {
                journal.add(entry.stored(&appended));
            }
            return Ok(None);
        }
        if pause.is_zero() {
            tokio::task::yield_now().await;
        } else {
            sleep(pause).await;
        }
    }
    Ok(Some(kept))
}

/// Goes through a list as one writes it down; how many accounts it came to.
async fn listed(database: &Database, connections: u32, accounts: u64) -> anyhow::Result<u64> {
    let pool = PgStore::pool_options().max_connections(connections);
    let store = PgStore::new(pool.connect_lazy_with(database.options.clone()));
    let repository = &Repository::<Account, _>::new(store);
    let names = (0..accounts).map(|nth| format!("listed-{}", nth % 50));
    let load = |account: String| async move {
        let loaded = repository.load(&account).await?;
        anyhow::Ok((account, loaded))
    };
    let mut loads = std::pin::pin!(stream::iter(names).map(load).buffered(4));
    let mut reached = 0;
    let step = Duration::from_secs(10);
    while let Ok(Some(loaded)) = timeout(step, loads.next()).await {
        let (account, _) = loaded?;
        let deposit = repository.execute(Deposit { account, number: reached });
        match timeout(step, deposit).await {
            Ok(executed) => executed?,
            Err(_) => break,
        };
        reached += 1;
    }
    Ok(reached)
}
