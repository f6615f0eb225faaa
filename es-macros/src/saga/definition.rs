//! The definition of a saga: what `definition` returns.

use proc_macro2::TokenStream;
use quote::quote;

use super::list::{Retired, Start, Step};
use super::model::Saga;

pub(crate) fn definition(model: &Saga<'_>) -> TokenStream {
    let version = model.version;
    // Without one, which was told, any will do.
    let deadline = model
        .deadline
        .map_or_else(|| quote!(__Duration::from_secs(1)), |deadline| quote!(#deadline));
    let starts = model.starts.iter().filter_map(start);
    let steps = model.steps.iter().map(step);
    let retired = model.retired.iter().map(retired);
    let compensation = model.compensation.as_ref().map(|attempts| {
        let policy = attempts.compensation_policy();
        quote!(.with_compensation(#policy))
    });
    quote! {
        let __to = __Definition::new(#version, #deadline) #compensation;
        #(#starts)*
        #(#steps)*
        #(#retired)*
        __to
    }
}

/// The start in the list; `None` of one that is only read.
fn start(start: &Start<'_>) -> Option<TokenStream> {
    let array = start.listed.array();
    match (start.is_compensated, start.is_retired) {
        (false, false) => Some(quote!(let __to = <#array as __ListedStart<Self>>::start(__to);)),
        (true, false) => Some(quote!(let __to = <#array as __StartBack<Self>>::start(__to);)),
        (true, true) => Some(quote!(let __to = <#array as __StartBack<Self>>::retired(__to);)),
        (false, true) => None,
    }
}

fn step(step: &Step<'_>) -> TokenStream {
    let array = step.listed.array();
    let policy = step.attempts.step_policy();
    let optional = step.is_optional.then(|| quote!(.optional()));
    let may_be_skipped = step.may_be_skipped.then(|| quote!(.may_be_skipped()));
    let back = step.back.value(&step.listed);
    quote! {
        let __to = <#array as __ListedStep<Self>>::step(
            __to,
            #policy #optional #may_be_skipped,
            &#back,
        );
    }
}

fn retired(retired: &Retired<'_>) -> TokenStream {
    let array = retired.listed.array();
    let back = retired.back.value(&retired.listed);
    quote!(let __to = <#array as __RetiredStep<Self>>::retired(__to, &#back);)
}
