//! Performers of a saga: whatever performs each of its activities.

use proc_macro2::TokenStream;
use quote::quote;

use super::list::Back;
use super::model::Saga;

/// The implementation by which services that perform all activities perform the saga.
///
/// Retired steps are not among them: they are taken back, and not asked for.
pub(crate) fn performed_by(model: &Saga<'_>) -> TokenStream {
    let ident = model.ident();
    let requests: Vec<_> = requests(model);
    let bounds = requests.iter().map(|Request { performs, .. }| performs);
    let calls = requests.iter().map(|Request { performs, method }| {
        quote! {
            if let ::core::option::Option::Some(__answer) =
                <__P as #performs>::#method(__performer, __call).await
            {
                return __answer;
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl<__P> __PerformedBy<__P> for #ident
        where
            __P: ::core::marker::Sync #(+ #bounds)*,
        {
            async fn perform_by(__performer: &__P, __call: &__Call<'_>) -> __Answer {
                #(#calls)*
                __nobody_performs(__call)
            }
        }
    }
}

/// The bound for one request of the saga, and the method that makes it.
struct Request {
    performs: TokenStream,
    method: TokenStream,
}

fn requests(model: &Saga<'_>) -> Vec<Request> {
    let saga = model.ident();
    let steps = model.steps.iter().map(|step| {
        let alias = &step.listed.alias;
        Request { performs: quote!(__PerformsStep<#alias>), method: quote!(perform_step) }
    });
    let backs = model.steps.iter().map(|step| &step.back);
    let backs = backs.chain(model.retired.iter().map(|retired| &retired.back));
    let compensations = backs.filter_map(|back| match back {
        Back::Compensated(known) => Some(Request {
            performs: quote!(__PerformsCompensation<#saga, #known>),
            method: quote!(perform_compensation),
        }),
        Back::None { .. } | Back::Unclear => None,
    });
    let compensated = model.starts.iter().filter(|start| start.is_compensated);
    let starts = compensated.map(|start| {
        let known = start.listed.compensated();
        Request {
            performs: quote!(__PerformsStartCompensation<#saga, #known>),
            method: quote!(perform_start_compensation),
        }
    });
    steps.chain(compensations).chain(starts).collect()
}
