//! Everything at once, seeded, and afterwards the books are balanced.
//!
//! Two stores stand for two processes: their appends meet in PostgreSQL only. Backends are killed all
//! the while, so whoever gets a transient failure sends the same append again, as the repository does.

mod ledger;

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use es_core::AppendError;
use es_core::prelude::*;
use es_postgres::PgStore;
use es_postgres::sqlx::postgres::PgConnectOptions;
use es_postgres::sqlx::{self, Connection, PgConnection, PgPool};
use futures_util::TryStreamExt;
use tokio::time::timeout;

use self::ledger::{Ledger, Violations};
use crate::support::{Dice, Fixture, append, exact, fixture, part};

/// Long enough for any wait that ends.
const NEVER: Duration = Duration::from_mins(1);
const WRITERS: u64 = 12;
const APPENDS: u64 = 60;

struct Writer {
    number: u64,
    stores: [PgStore; 2],
    pool: PgPool,
    ledger: Ledger,
    dice: Dice,
    /// What its own stream is at.
    own: u64,
    sent: Vec<Append>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_doubled_halved_or_refused_without_reason() {
    let fixture = fixture().await;
    let ledger = Ledger::default();
    let over = Arc::new(AtomicBool::new(false));
    let stores = [store(&fixture).await, store(&fixture).await];
    let readers: Vec<_> = (0..2)
        .map(|_| tokio::spawn(reader(PgStore::new(fixture.pool.clone()), over.clone())))
        .collect();
    let killer = tokio::spawn(killer(fixture.database.url().to_owned(), over.clone()));

    let writers: Vec<_> = (0..WRITERS)
        .map(|number| {
            let writer = Writer {
                number,
                stores: stores.clone(),
                pool: fixture.pool.clone(),
                ledger: ledger.clone(),
                dice: Dice(0x7041 + number * 7919),
                own: 0,
                sent: Vec::new(),
            };
            tokio::spawn(writer.write())
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    over.store(true, Ordering::SeqCst);
    killer.await.unwrap();
    let mut seen = Vec::new();
    for reader in readers {
        seen.push(reader.await.unwrap());
    }

    let log: Vec<_> =
        fixture.store.read_log(Cursor::<Position>::START).try_collect().await.unwrap();
    assert!(log.len() > 700, "{} events", log.len());
    assert_eq!(ledger.close(&log, &seen), Violations::default());
}

/// A process of its own: its pool, and named so that it can be hit.
async fn store(fixture: &Fixture) -> PgStore {
    let options = PgConnectOptions::from_str(fixture.database.url()).unwrap();
    let pool = PgStore::pool_options().max_connections(8);
    PgStore::new(pool.connect_with(options.application_name("victim")).await.unwrap())
}

async fn killer(url: String, over: Arc<AtomicBool>) {
    let mut connection = PgConnection::connect(&url).await.unwrap();
    while !over.load(Ordering::SeqCst) {
        tokio::time::sleep(Duration::from_millis(15)).await;
        sqlx::query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND application_name = 'victim' \
             ORDER BY state = 'active' DESC, random() LIMIT 1",
        )
        .execute(&mut connection)
        .await
        .unwrap();
    }
}

async fn reader(store: PgStore, over: Arc<AtomicBool>) -> Vec<Position> {
    let mut seen = Vec::new();
    let mut cursor = Cursor::START;
    loop {
        let last_round = over.load(Ordering::SeqCst);
        let page = store.log_page(cursor, 50).await.unwrap();
        match page.events.last() {
            Some(last) => cursor = Cursor::After(last.position),
            None if last_round => return seen,
            None => tokio::time::sleep(Duration::from_millis(1)).await,
        }
        seen.extend(page.events.iter().map(|event| event.position));
    }
}

impl Writer {
    async fn write(mut self) {
        for round in 0..APPENDS {
            match self.dice.below(10) {
                0 | 1 => self.send_new(append(&self.hot(), ExpectedVersion::Any, 1)).await,
                2 => {
                    // Several writers create it in about the same moment.
                    let name = format!("created-{round}-{}", self.number / 4);
                    self.send_new(append(&name, ExpectedVersion::NoStream, 2)).await;
                }
                3 => self.send_to_own_stream().await,
                4 => self.send_new(self.over_several_streams(round)).await,
                5 => {
                    let wrong = exact(1_000_000 + self.dice.below(9));
                    self.send_new(append(&self.hot(), wrong, 1)).await;
                }
                6 => self.send_again().await,
                7 => self.send_twins(round).await,
                8 => self.drop_and_send_again().await,
                _ => self.in_a_transaction(round).await,
            }
        }
    }

    fn hot(&self) -> String {
        format!("hot-{}", self.number % 3)
    }

    fn over_several_streams(&self, round: u64) -> Append {
        let fresh = format!("fresh-{}-{round}", self.number);
        let mut parts = vec![
            part("hot-0", ExpectedVersion::Any, 1),
            part("hot-1", ExpectedVersion::Any, 2),
            part(&fresh, ExpectedVersion::NoStream, 1),
        ];
        let by = usize::try_from(round).unwrap() % parts.len();
        parts.rotate_left(by);
        Append::new(parts).unwrap()
    }

    async fn send_new(&mut self, append: Append) {
        self.ledger.note(&append);
        let store = self.stores[usize::from(self.dice.below(2) == 0)].clone();
        send(&store, &self.ledger, &append).await;
        self.sent.push(append);
    }

    /// Nobody else writes to it, so no answer but yes is right.
    async fn send_to_own_stream(&mut self) {
        let append = append(&format!("own-{}", self.number), exact(self.own), 2);
        self.own += 2;
        self.send_new(append).await;
    }

    async fn send_again(&mut self) {
        if let Some(append) = self.sent.pop() {
            send(&self.stores[0], &self.ledger, &append).await;
        }
    }

    async fn send_twins(&mut self, round: u64) {
        let (key, expected) = match self.dice.below(3) {
            0 => (self.hot(), ExpectedVersion::Any),
            1 => (format!("twins-{}-{round}", self.number), ExpectedVersion::NoStream),
            _ => (format!("twins-{}-{round}", self.number), ExpectedVersion::Any),
        };
        let append = append(&key, expected, 2);
        self.ledger.note(&append);
        let other = &self.stores[usize::from(self.dice.below(2) == 0)];
        tokio::join!(
            send(&self.stores[0], &self.ledger, &append),
            send(other, &self.ledger, &append)
        );
    }

    async fn drop_and_send_again(&mut self) {
        let append = append(&self.hot(), ExpectedVersion::Any, 3);
        self.ledger.note(&append);
        let (store, dropped) = (self.stores[1].clone(), append.clone());
        let first = tokio::spawn(async move { store.append(dropped).await });
        tokio::time::sleep(Duration::from_micros(self.dice.below(2500))).await;
        first.abort();
        if let Ok(answer) = first.await {
            let before = vec![Version::NONE];
            self.ledger.answered(&append, &before, answer);
        }
        send(&self.stores[usize::from(self.dice.below(2) == 0)], &self.ledger, &append).await;
    }

    /// One to three appends with pauses, some within a savepoint that is rolled back; a fifth of the
    /// transactions is rolled back as a whole.
    async fn in_a_transaction(&mut self, round: u64) {
        let mut transaction = self.pool.begin().await.unwrap();
        let mut kept = Vec::new();
        // One stream a transaction: two could deadlock.
        let key = if self.dice.below(2) == 0 { self.hot() } else { format!("t-{round}") };
        for _ in 0..=self.dice.below(3) {
            let append = append(&key, ExpectedVersion::Any, 1);
            self.ledger.note(&append);
            let before = self.ledger.acknowledged(&append);
            let mut savepoint = transaction.begin().await.unwrap();
            let answer = self.stores[0].append_within(&mut savepoint, append.clone()).await;
            if self.dice.below(4) == 0 {
                savepoint.rollback().await.unwrap();
                self.ledger.rolled_back(&append);
            } else {
                savepoint.commit().await.unwrap();
                kept.push((append, before, answer));
            }
            tokio::time::sleep(Duration::from_micros(self.dice.below(3000))).await;
        }
        if self.dice.below(5) == 0 {
            transaction.rollback().await.unwrap();
            for (append, ..) in &kept {
                self.ledger.rolled_back(append);
            }
        } else {
            transaction.commit().await.unwrap();
            for (append, before, answer) in kept {
                assert!(self.ledger.answered(&append, &before, answer));
            }
        }
    }
}

/// Sends an append until it is answered.
async fn send(store: &PgStore, ledger: &Ledger, append: &Append) {
    let sent = timeout(NEVER, async {
        loop {
            let before = ledger.acknowledged(append);
            let answer: Result<_, AppendError> = store.append(append.clone()).await;
            if ledger.answered(append, &before, answer) {
                return;
            }
        }
    });
    if sent.await.is_err() {
        ledger.never_answered();
    }
}
