//! Guide chapters: one topic each, from the first decision to the last detail.
//!
//! - [Read models](read_models): projections, partitioning, read your own writes, inline and live projections.
//! - [Rebuilding](rebuilding): blue/green rebuilds, verification, rollback.
//! - [When a handler fails](when_a_handler_fails): retries, parked events, monitoring.
//! - [Mails and other effects](mails_and_other_effects): side effects, idempotency, outbox.
//! - [Ordering and concurrency](concurrency): safe position, tag locks, group commit, notifications.
//! - [Running in production](running_in_production): pool, roles, poolers, standbys, timeouts, restore, metrics.
//!
//! Commands, decisions across streams and changing events are chapters of [`es_core::guide`].

// A chapter is a file that is read on GitHub too, where its links go to files. The definitions here come first
// and win: the links of the rendered documentation go to the items.

/// [`PgProjections::new`]: crate::PgProjections::new
/// [`PgStore::inline`]: crate::PgStore::inline
/// [`Live`]: es_core::Live
/// [side effects]: crate::guide::mails_and_other_effects
/// [Rebuilding]: crate::guide::rebuilding
/// [When a handler fails]: crate::guide::when_a_handler_fails
///
#[doc = include_str!("../guide/read-models.md")]
pub mod read_models {}

/// [rolling deployments]: crate::guide::mails_and_other_effects#rolling-deployments
/// [mails and other effects]: crate::guide::mails_and_other_effects
///
#[doc = include_str!("../guide/rebuilding.md")]
pub mod rebuilding {}

/// [other defaults]: crate::guide::mails_and_other_effects#outages
/// [transformed stream]: es_core::TransformStore
/// [`es_core::projection`]: es_core::projection
///
#[doc = include_str!("../guide/when-a-handler-fails.md")]
pub mod when_a_handler_fails {}

/// [When a handler fails]: crate::guide::when_a_handler_fails
/// [rebuild]: crate::guide::rebuilding
///
#[doc = include_str!("../guide/mails-and-other-effects.md")]
pub mod mails_and_other_effects {}

/// [`Condition`]: es_core::Condition
/// [`PgStore`]: crate::PgStore
/// [`PgStoreOptions::with_notifications`]: crate::PgStoreOptions::with_notifications
///
#[doc = include_str!("../guide/concurrency.md")]
pub mod concurrency {}

/// [`StoreErrorKind`]: es_core::StoreErrorKind
/// [`Checkpoint`]: es_core::Checkpoint
/// [testing]: ../../../es_testing/guide/testing/index.html
/// [read models]: read_models
/// [rebuilding]: rebuilding
/// [when a handler fails]: when_a_handler_fails
/// [mails and other effects]: mails_and_other_effects
///
#[doc = include_str!("../guide/running-in-production.md")]
pub mod running_in_production {}
