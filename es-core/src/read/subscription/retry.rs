//! A store that is away for a while.

use std::future::Future;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::time::sleep;

use crate::store::error::{StoreError, StoreErrorKind};

/// Retries as long as the failure is transient: after 20 ms, then twice as long each time up to two
/// seconds, each with a random time of up to its length added.
pub(super) async fn patiently<T, F>(mut ask: impl FnMut() -> F + Send) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>> + Send,
{
    let delays = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(20))
        .with_max_delay(Duration::from_secs(2))
        .with_jitter()
        .without_max_times()
        .build();
    for delay in delays {
        match ask().await {
            Err(error) if may_pass(&error) => {
                tracing::warn!(
                    target: "es",
                    error = &error as &dyn std::error::Error,
                    "a subscription waits for the store"
                );
            }
            answer => return answer,
        }
        sleep(delay).await;
    }
    ask().await
}

/// A subscription has nobody who waits for its answer: it also outlasts a statement that took too long
/// and a server that becomes the primary later.
fn may_pass(error: &StoreError) -> bool {
    error.is_transient()
        || matches!(error.kind(), StoreErrorKind::ReadOnly | StoreErrorKind::StatementTimeout)
}
