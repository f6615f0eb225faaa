//! Several repositories race on a few accounts of one store, some of them writing behind the others'
//! backs. Every answer must have been true at some moment between its command and itself.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;

use es_core::prelude::*;
use futures_util::TryStreamExt;

use crate::fixture::*;

const ACCOUNTS: usize = 3;
const TASKS: u64 = 8;
const COMMANDS: usize = 40;

fn account(nth: usize) -> String {
    format!("account-{nth}")
}

/// What a command was told, and between which versions of its account.
#[derive(Debug)]
struct Seen {
    account: usize,
    /// Acknowledged to somebody before the command was given.
    before: Version,
    /// Reached when it had its answer.
    after: Version,
    told: Told,
}

#[derive(Debug)]
enum Told {
    /// The balance that the withdrawal wrote down is checked in the history.
    Changed,
    Unchanged(Version, i64),
    Missing {
        withdrawn: i64,
        missing: i64,
    },
}

/// Some numbers, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// The greatest version of each account that somebody was told of.
#[derive(Clone, Default)]
struct Acknowledged(Arc<Mutex<HashMap<usize, Version>>>);

impl Acknowledged {
    fn of(&self, account: usize) -> Version {
        self.0.lock().unwrap().get(&account).copied().unwrap_or(Version::NONE)
    }

    fn note(&self, account: usize, version: Version) {
        let mut all = self.0.lock().unwrap();
        let known = all.entry(account).or_insert(Version::NONE);
        *known = version.max(*known);
    }
}

async fn commands(
    accounts: Repository<Account, MemoryStore>,
    store: MemoryStore,
    acknowledged: Acknowledged,
    first: u64,
) -> Vec<Seen> {
    let mut dice = Dice(first);
    let mut seen = Vec::new();
    for _ in 0..COMMANDS {
        let account = usize::try_from(dice.below(ACCOUNTS as u64)).unwrap();
        let cents = i64::try_from(dice.below(20)).unwrap();
        let before = acknowledged.of(account);
        let id = self::account(account);
        let told = match dice.below(10) {
            0..4 => accounts.execute(deposit(id, cents)).await,
            4..8 => accounts.execute(withdraw(id, cents)).await,
            8 => accounts.execute(Inspect { account: id }).await,
            _ => {
                let loaded = accounts.load(&id).await.unwrap();
                seen.push(Seen {
                    account,
                    before,
                    after: loaded.version,
                    told: Told::Unchanged(loaded.version, loaded.state.cents),
                });
                continue;
            }
        };
        let told = match told {
            Ok(done) if done.events.is_empty() => Told::Unchanged(done.version, done.state.cents),
            Ok(done) => {
                acknowledged.note(account, done.version);
                Told::Changed
            }
            Err(ExecuteError::Rejected(AccountError::InsufficientFunds { missing })) => {
                Told::Missing { withdrawn: cents, missing }
            }
            Err(other) => panic!("another error: {other:?}"),
        };
        let after =
            crate::fixture::accounts(&store).load(&self::account(account)).await.unwrap().version;
        seen.push(Seen { account, before, after, told });
    }
    seen
}

/// The balance of an account after each of its events; the withdrawals were right about theirs.
async fn balances(store: &MemoryStore, nth: usize) -> Vec<i64> {
    let stream = StreamId::of::<Account>(&account(nth)).unwrap();
    let events: Vec<_> = store.read_stream(&stream, Cursor::START).try_collect().await.unwrap();
    let mut balances = vec![0];
    for event in events.into_iter().flat_map(|raw| raw.decode::<AccountEvent>().unwrap()) {
        let last = balances[balances.len() - 1];
        balances.push(match event.event {
            AccountEvent::Opened(_) => 0,
            AccountEvent::Deposited(deposited) => last + deposited.cents,
            AccountEvent::Withdrawn(withdrawn) => {
                assert_eq!(withdrawn.balance, last - withdrawn.cents);
                assert!(withdrawn.balance >= 0);
                withdrawn.balance
            }
            AccountEvent::Closed(_) => unreachable!("nobody closes an account here"),
        });
    }
    balances
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_answer_rests_on_a_state_that_was_over_before_its_command() {
    for seed in 1..=3 {
        let store = MemoryStore::new();
        let plain = Repository::<Account, _>::without_command_batching(store.clone());
        let batched = accounts(&store);
        for nth in 0..ACCOUNTS {
            plain.execute(open(account(nth))).await.unwrap();
        }
        let kinds = [
            plain.clone(),
            plain.clone().with_cache(2),
            batched.clone(),
            batched.clone().with_cache(2),
            batched.clone().with_cache(100),
        ];
        let acknowledged = Acknowledged::default();
        let tasks: tokio::task::JoinSet<_> = (0..TASKS)
            .flat_map(|task| {
                kinds.iter().zip(1..).map(move |(kind, nth)| (kind, nth * 1000 + task))
            })
            .map(|(kind, nth)| {
                commands(kind.clone(), store.clone(), acknowledged.clone(), nth * 7919 + seed)
            })
            .collect();
        let seen: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();

        let mut all_balances = Vec::new();
        for nth in 0..ACCOUNTS {
            all_balances.push(balances(&store, nth).await);
        }
        for seen in seen {
            let balances = &all_balances[seen.account];
            let range =
                usize::try_from(seen.before.0).unwrap()..=usize::try_from(seen.after.0).unwrap();
            let true_once = match seen.told {
                Told::Changed => true,
                Told::Unchanged(version, cents) => {
                    let version = usize::try_from(version.0).unwrap();
                    range.contains(&version) && balances[version] == cents
                }
                Told::Missing { withdrawn, missing } => {
                    balances[range].iter().any(|balance| withdrawn - balance == missing)
                }
            };
            assert!(true_once, "seed {seed}: {seen:?}");
        }
    }
}
