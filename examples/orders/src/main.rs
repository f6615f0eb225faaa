//! An order service: in memory, or on Postgres if `DATABASE_URL` is set.
//!
//! Begin with [`order`] and [`decisions`], the domain; [`summary`] is the read model; [`http`] and [`page`] are
//! what callers and people see. [`http::commands`] makes what is asked happen once.

mod app;
mod decisions;
mod home;
mod http;
mod order;
mod page;
mod summary;
#[cfg(test)]
mod tests;
mod words;

use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use es_core::ReadModel;
use es_core::projection::ProjectionBackend;
use tokio::net::TcpListener;

use crate::app::App;
use crate::home::{Home, InMemory, InPostgres};
use crate::summary::OrderSummary;

/// Takes orders over HTTP: place, pay, ship, cancel, and a page to look at them.
///
/// Keeps everything in memory; in Postgres if `DATABASE_URL` is set.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Address to listen on; port 0 takes one that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { listen } = Arguments::parse();
    let url = std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty());
    let served = match url {
        None => {
            println!("In memory; set DATABASE_URL to keep the orders in Postgres.");
            serve(InMemory::new(), listen).await
        }
        Some(url) => on_postgres(&url, listen).await,
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("orders: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn on_postgres(url: &str, listen: SocketAddr) -> anyhow::Result<()> {
    let home = InPostgres::connect(url).await.context("cannot open the database")?;
    serve(home, listen).await
}

/// Serves until it is told to stop; then answers what was asked, and stops the read model.
async fn serve<H: Home>(home: H, listen: SocketAddr) -> anyhow::Result<()>
where
    OrderSummary: ReadModel<<H::Kept as ProjectionBackend>::Db>,
{
    let listener = TcpListener::bind(listen).await;
    let listener = listener.with_context(|| format!("cannot listen on {listen}"))?;
    let app = App::new(home);
    let running = app.projections.run(OrderSummary).await?;
    println!("listening on http://{}", listener.local_addr()?);

    axum::serve(listener, http::router(app)).with_graceful_shutdown(told_to_stop()).await?;

    running.stop().await;
    println!("stopped");
    Ok(())
}

/// Ctrl-C, or what a supervisor sends.
async fn told_to_stop() {
    let interrupted = async { tokio::signal::ctrl_c().await.is_ok() };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminated) = signal(SignalKind::terminate()) else { return };
        tokio::select! {
            _ = interrupted => {}
            _ = terminated.recv() => {}
        }
    }
    #[cfg(not(unix))]
    {
        interrupted.await;
    }
}
