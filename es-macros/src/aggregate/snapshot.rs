//! The policy of the snapshots, as a constant of the aggregate.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::crate_path::CratePath;
use crate::keys::Snapshot;

/// The constant of the aggregate.
pub(crate) fn policy(snapshot: &Snapshot, krate: CratePath<'_>) -> TokenStream {
    let Snapshot { key, every, keep, version } = snapshot;
    let keep = keep.map(|keep| quote!(.with_keep(#keep)));
    let version = version.map(|version| quote!(.with_version(#version)));
    // Only this one word has the place of the key: the compiler tells there what the state lacks.
    let this = Ident::new("Self", key.span());
    quote! {
        const SNAPSHOTS: ::core::option::Option<#krate::SnapshotPolicy<Self>> =
            ::core::option::Option::Some(
                <#this as #krate::SnapshotState>::POLICY.with_every(#every) #keep #version
            );
    }
}
