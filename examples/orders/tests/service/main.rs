//! The service over real HTTP, in memory and on Postgres.

mod errors;
mod pages;
mod process;
mod reading;
mod repeated;
mod rules;
mod running;

/// Tells each story twice: to a service in memory, and to one on a Postgres database of its own.
macro_rules! on_both {
    ($($story:ident),* $(,)?) => {
        mod in_memory {
            $(#[tokio::test]
            async fn $story() {
                super::$story(&crate::running::Service::in_memory().await).await;
            })*
        }

        mod in_postgres {
            $(#[tokio::test]
            async fn $story() {
                let database = es_testing::postgres::TestDatabase::create().await;
                super::$story(&crate::running::Service::on(&database).await).await;
            })*
        }
    };
}

pub(crate) use on_both;
