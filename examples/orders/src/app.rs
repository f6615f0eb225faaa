//! State that the routes of the service share.

use std::time::Duration;

use es_core::projection::{Projections, WaitError};
use es_core::{Repository, Token};

use crate::home::Home;
use crate::order::Order;
use crate::summary::OrderSummary;

/// The longest time that a reader waits until the read model shows what it has written.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Clone, Debug)]
pub struct App<H: Home> {
    pub home: H,
    pub orders: Repository<Order, H::Store>,
    pub projections: Projections<H::Store, H::Kept>,
}

impl<H: Home> App<H> {
    pub fn new(home: H) -> Self {
        let orders = Repository::new(home.store().clone());
        let projections = Projections::new(home.store().clone(), home.kept());
        Self { home, orders, projections }
    }

    /// Waits until the read model shows everything up to `token`, for two seconds.
    pub async fn wait(&self, token: Option<Token>) -> Result<(), WaitError> {
        match token {
            Some(token) => self.projections.of::<OrderSummary>().wait_for(token, PATIENCE).await,
            None => Ok(()),
        }
    }
}
