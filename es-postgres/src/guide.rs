//! Chapters that go through one matter from end to end. There is nothing to call here.
//!
//! Events that change have a chapter in es-core: [`es_core::guide`].

#[doc = include_str!("../guide/read-models.md")]
pub mod read_models {}

#[doc = include_str!("../guide/rebuilding.md")]
pub mod rebuilding {}

#[doc = include_str!("../guide/when-a-handler-fails.md")]
pub mod when_a_handler_fails {}

#[doc = include_str!("../guide/mails-and-other-effects.md")]
pub mod mails_and_other_effects {}
