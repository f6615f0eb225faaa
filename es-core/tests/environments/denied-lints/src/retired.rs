//! Deprecated items that stay because streams still hold them.

use es_core::prelude::*;

/// A cheque was paid in, as was possible until the last branch was closed.
#[deprecated = "there are no cheques any more"]
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[event(name = "cheque-deposited")]
pub struct ChequeDeposited {
    /// The amount of the cheque.
    pub cents: i64,
}

/// Money came in.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[event(name = "transfer-received")]
pub struct TransferReceived(pub i64);

/// The state of an account that is older than the transfers.
#[derive(Aggregate, Default, Clone, Debug, PartialEq, Eq)]
#[aggregate(name = "old-account", id = u32, events(ChequeDeposited, TransferReceived))]
#[allow(deprecated, reason = "old streams hold cheques")]
pub struct OldAccount {
    /// The balance in cents.
    pub cents: i64,
}

#[expect(deprecated, reason = "old streams hold cheques")]
impl Apply<ChequeDeposited> for OldAccount {
    fn apply(&mut self, ChequeDeposited { cents }: ChequeDeposited) {
        self.cents += cents;
    }
}

impl Apply<TransferReceived> for OldAccount {
    fn apply(&mut self, TransferReceived(cents): TransferReceived) {
        self.cents += cents;
    }
}

/// Pay a cheque in.
#[deprecated = "there are no cheques any more"]
#[derive(Command, Clone, Debug)]
#[command(aggregate = OldAccount)]
pub struct DepositCheque {
    /// The receiver.
    #[command(id)]
    pub account: u32,
}

/// The events that an auditor of cheques reads.
#[derive(EventSet, Clone, Debug, PartialEq, Eq)]
#[allow(deprecated, reason = "old streams hold cheques")]
pub enum Cheques {
    /// [`ChequeDeposited`]
    Deposited(ChequeDeposited),
}

/// A ledger that nobody opens any more.
#[deprecated = "accounts hold their own money"]
#[derive(Aggregate, Default, Clone, Debug, PartialEq, Eq)]
#[aggregate(name = "ledger", id = u32, event = Cheques)]
pub struct Ledger;

#[expect(deprecated, reason = "old streams hold cheques")]
impl Apply<Cheques> for Ledger {
    fn apply(&mut self, _: Cheques) {}
}

/// The sum of all cheques.
#[derive(Projection, Clone, Copy, Debug)]
#[projection(name = "cheques", events(ChequeDeposited))]
#[allow(deprecated, reason = "old streams hold cheques")]
pub struct ChequeIncome;

#[expect(deprecated, reason = "old streams hold cheques")]
impl Project<ChequeDeposited, i64> for ChequeIncome {
    async fn project(
        &self,
        event: Recorded<ChequeDeposited>,
        cents: &mut i64,
    ) -> Result<(), ProjectError> {
        *cents += event.event.cents;
        Ok(())
    }
}
