//! The derives of es-core.

use proc_macro::TokenStream;

/// Place for the derive of events.
#[proc_macro_derive(Event, attributes(event))]
pub fn derive_event(_: TokenStream) -> TokenStream {
    TokenStream::new()
}

/// Place for the derive of aggregates.
#[proc_macro_derive(Aggregate, attributes(aggregate))]
pub fn derive_aggregate(_: TokenStream) -> TokenStream {
    TokenStream::new()
}

/// Place for the derive of event sets.
#[proc_macro_derive(EventSet)]
pub fn derive_event_set(_: TokenStream) -> TokenStream {
    TokenStream::new()
}

/// Place for the derive of commands.
#[proc_macro_derive(Command, attributes(command))]
pub fn derive_command(_: TokenStream) -> TokenStream {
    TokenStream::new()
}
