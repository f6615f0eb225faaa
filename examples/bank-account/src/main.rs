//! The quickstart: a story told in memory, or on Postgres if `DATABASE_URL` is set.

mod account;
mod past;
#[cfg(test)]
mod tests;

use std::pin::pin;

use account::{Account, Channel, Deposit, Open, Withdraw};
use es_core::prelude::*;
use es_postgres::PgStore;
use futures_util::TryStreamExt;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if std::env::args().len() > 1 {
        println!("usage: bank-account    (in memory, or on Postgres if DATABASE_URL is set)");
        return Ok(());
    }
    let url = std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty());
    let Some(url) = url else {
        println!("(In memory; set DATABASE_URL to keep the history in Postgres.)");
        return story(MemoryStore::new()).await;
    };
    let store = PgStore::connect(&url).await?;
    store.migrate().await?;
    story(store).await
}

async fn story(store: impl EventStore) -> anyhow::Result<()> {
    let accounts = Repository::<Account, _>::new(store);
    let account = "ada".to_owned();
    let channel = Channel::Branch;
    let deposit = |cents: u32| Deposit { account: account.clone(), amount: cents.into(), channel };
    let withdraw =
        |cents: u32| Withdraw { account: account.clone(), amount: cents.into(), channel };

    match accounts.execute(Open { account: account.clone(), owner: "Ada".into() }).await {
        Ok(_) => println!("Ada opens an account."),
        Err(ExecuteError::Lifecycle(LifecycleRejection::AlreadyExists { version, .. })) => {
            println!("Ada has an account from an earlier run, with {version} events.");
        }
        Err(error) => return Err(error.into()),
    }

    let done = accounts.execute(deposit(100)).await?;
    println!("She deposits 100 cents; the balance is {}.", done.state.cents);
    let done = accounts.execute(withdraw(30)).await?;
    println!("She withdraws 30 cents; the balance is {}.", done.state.cents);

    let cents = u32::try_from(done.state.cents + 25)?;
    let overdraft = accounts.execute(withdraw(cents)).await;
    let Err(ExecuteError::Rejected(reason)) = overdraft else {
        anyhow::bail!("an overdraft went through");
    };
    println!("She asks for {cents} and is refused: {reason}.");

    println!("\nThe history:");
    let mut history = pin!(accounts.history(&account, Cursor::START)?);
    while let Some(event) = history.try_next().await? {
        println!("  {:>3}  {}  {:?}", event.version, event.recorded_at, event.event);
    }

    let then = accounts.load_at(&account, Version(2)).await?;
    println!("\nAt version 2 the balance was {}.", then.state.cents);
    Ok(())
}
