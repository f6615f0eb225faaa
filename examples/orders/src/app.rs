//! State that the routes of the service share.

use std::time::Duration;

use es_core::Token;
use es_core::projection::{Projections, WaitError};

use crate::home::Home;
use crate::requests::Orders;
use crate::summary::OrderSummary;

/// The longest time that a reader waits until the read model shows what it has written.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Clone, Debug)]
pub struct App<H: Home> {
    pub home: H,
    pub orders: Orders<H::Store>,
    pub projections: Projections<H::Store, H::Kept>,
}

impl<H: Home> App<H> {
    pub fn new(home: H) -> Self {
        let orders = Orders::new(home.store().clone());
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
