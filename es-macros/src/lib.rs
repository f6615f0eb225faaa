//! The derives of es-core.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::indexing_slicing
    )
)]

mod aggregate;
mod attr;
mod command;
mod crate_path;
mod describe;
mod diagnostics;
mod event;
mod event_list;
mod event_set;
mod expansion;
mod name;
mod ownership;
mod spelling;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Place for the derive of events.
#[proc_macro_derive(Event, attributes(event))]
pub fn derive_event(input: TokenStream) -> TokenStream {
    expansion::of(event::derive, input.into()).into()
}

/// Place for the derive of aggregates.
#[proc_macro_derive(Aggregate, attributes(aggregate))]
pub fn derive_aggregate(input: TokenStream) -> TokenStream {
    expansion::of(aggregate::derive, input.into()).into()
}

/// Place for the derive of event sets.
#[proc_macro_derive(EventSet, attributes(event_set))]
pub fn derive_event_set(input: TokenStream) -> TokenStream {
    expansion::of(event_set::derive, input.into()).into()
}

/// Place for the derive of commands.
#[proc_macro_derive(Command, attributes(command))]
pub fn derive_command(input: TokenStream) -> TokenStream {
    expansion::of(command::derive, input.into()).into()
}
