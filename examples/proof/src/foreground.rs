//! Work beside futures that are kept: loads, commands, appends, and a reader of the log.

use std::time::Duration;

use es_core::prelude::*;
use es_postgres::PgStore;
use tokio::time::timeout;

use crate::append::deposits;
use crate::domain::{Account, Deposit};
use crate::journal::{Entry, Journal};
use crate::kept::HOT;
use crate::server::Database;

/// Within so long each operation has to come back.
const PATIENCE: Duration = Duration::from_secs(10);

/// One service that goes on, on the streams of what is kept and on others.
pub struct Foreground {
    store: PgStore,
    pub repository: Repository<Account, PgStore>,
    /// The position of its reader.
    at: Position,
    pub operations: u64,
    /// Operations that did not come back in time.
    pub late: u64,
    pub journal: Journal,
    /// The numbers of the commands that were acknowledged.
    commanded: Vec<i64>,
}

impl Foreground {
    pub async fn new(database: &Database) -> anyhow::Result<Self> {
        let store = database.store.clone();
        store.append(deposits(stream(HOT)?, ExpectedVersion::NoStream, 3)?).await?;
        Ok(Self {
            repository: Repository::new(store.clone()),
            store,
            at: Position::START,
            operations: 0,
            late: 0,
            journal: Journal::default(),
            commanded: Vec::new(),
        })
    }

    /// One operation of each kind, on the hot stream and on another one.
    pub async fn go_on(&mut self) -> anyhow::Result<()> {
        for account in [HOT, "elsewhere"] {
            let (repository, account) = (self.repository.clone(), account.to_owned());
            let id = account.clone();
            self.in_time(async { Ok(repository.load(&id).await?) }).await?;
            let number = 1_000_000 + self.operations;
            let deposit = Deposit { account: account.clone(), number };
            if self.in_time(async { Ok(repository.execute(deposit).await?) }).await?.is_some() {
                self.commanded.push(number.try_into()?);
            }
            let append = deposits(stream(&account)?, ExpectedVersion::Any, 2)?;
            let entry = Entry::of(&append, false);
            let store = self.store.clone();
            let appended = self.in_time(async { Ok(store.append(append).await?) }).await?;
            if let Some(appended) = appended {
                self.journal.add(entry.stored(&appended));
                self.read_to(appended.position().unwrap_or_default()).await?;
            } else {
                self.journal.add(entry);
            }
        }
        Ok(())
    }

    /// Reads on until the reader has the event at `position`.
    async fn read_to(&mut self, position: Position) -> anyhow::Result<()> {
        let (store, mut at) = (self.store.clone(), self.at);
        let read = self.in_time(async {
            while at < position {
                let page = store.log_page(Cursor::After(at), 500).await?;
                at = page.events.last().map_or(at, |event| event.position);
            }
            Ok(at)
        });
        if let Some(at) = read.await? {
            self.at = at;
        }
        Ok(())
    }

    /// The answer, if it comes in time.
    async fn in_time<T>(
        &mut self,
        operation: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<Option<T>> {
        self.operations += 1;
        let answer = timeout(PATIENCE, operation).await.inspect_err(|_| self.late += 1);
        answer.ok().transpose()
    }

    /// Commands that were acknowledged and whose event is not there, or there more than once.
    pub async fn lost(&self, database: &Database) -> anyhow::Result<u64> {
        let sql = "SELECT count(*) FROM unnest($1::bigint[]) commanded WHERE 1 <> (SELECT count(*) \
            FROM es.events WHERE (payload ->> 'number')::bigint = commanded)";
        let lost: i64 =
            sqlx::query_scalar(sql).bind(&self.commanded).fetch_one(&database.pool).await?;
        Ok(lost.try_into()?)
    }
}

fn stream(key: &str) -> anyhow::Result<StreamId> {
    Ok(StreamId::of::<Account>(&key.to_owned())?)
}
