//! Checks that the compiler makes, since they depend on the listed types.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote};

use super::list::{Back, Listed};
use super::model::Saga;
use crate::event_set::in_parentheses;

pub(crate) fn checks(model: &Saga<'_>) -> TokenStream {
    let names = names_are_distinct(model);
    let compensated = not_compensated(model);
    let starts = starts_that_say_so(model);
    quote! {
        const _: () = {
            #names
            #(#compensated;)*
            #(#starts;)*
        };
    }
}

/// A check that no step shares its stored name with a start or another step: the machine knows them by it. Two starts
/// of one name are told of by their enum.
fn names_are_distinct(model: &Saga<'_>) -> TokenStream {
    let krate = model.krate;
    let starts = model.starts.iter().map(|start| {
        let alias = &start.listed.alias;
        (quote!(<#alias as #krate::Event>::NAME), start.listed.blame)
    });
    let steps = model.steps.iter().map(|step| &step.listed);
    let steps = steps.chain(model.retired.iter().map(|retired| &retired.listed));
    let steps = steps.map(|Listed { alias, blame, .. }| (quote!(__name_of::<#alias>()), *blame));
    let (names, places): (Vec<_>, Vec<_>) = starts.chain(steps).unzip();
    let checks =
        places.into_iter().enumerate().skip(model.starts.len().max(1)).map(|(nth, blame)| {
            let nth = Literal::usize_unsuffixed(nth);
            call(&quote!(__distinct), quote!(__NAMES, #nth), blame)
        });
    quote! {
        const __NAMES: &[&::core::primitive::str] = &[#(#names),*];
        #(#checks;)*
    }
}

/// Checks that what says `no_compensation` is not compensated.
fn not_compensated(model: &Saga<'_>) -> Vec<TokenStream> {
    let saga = model.ident();
    let steps = model.steps.iter().map(|step| (&step.listed, &step.back));
    let retired = model.retired.iter().map(|retired| (&retired.listed, &retired.back));
    let checks = steps.chain(retired).filter_map(|(listed, back)| {
        let Back::None { key, .. } = back else { return None };
        let (alias, text) = (&listed.alias, listed.text());
        let sentence = format!(
            "`impl Compensate<{text}> for {saga}` says how it is taken back; remove that or \
             `no_compensation`"
        );
        let arguments = quote!(__Compensates::<#saga, #alias>::IS, #sentence);
        Some(call(&quote!(__refuse), arguments, key.span()))
    });
    checks.collect()
}

/// Checks that a start whose compensation is written says so.
fn starts_that_say_so(model: &Saga<'_>) -> Vec<TokenStream> {
    let saga = model.ident();
    let silent = model.starts.iter().filter(|start| !start.is_compensated && start.is_clear);
    let checks = silent.map(|start| {
        let (alias, text) = (&start.listed.alias, start.listed.text());
        let keys = if start.is_retired { "compensated, retired" } else { "compensated" };
        let sentence = format!(
            "`impl CompensateStart<{text}> for {saga}` is never asked; write `{text}({keys})`"
        );
        let arguments = quote!(__CompensatesStart::<#saga, #alias>::IS, #sentence);
        call(&quote!(__refuse), arguments, start.listed.blame)
    });
    checks.collect()
}

/// A call that the compiler underlines at `blame`: only its parentheses have the place of the word, lest an editor
/// take a name for a use of it.
pub(crate) fn call(function: &TokenStream, arguments: TokenStream, blame: Span) -> TokenStream {
    let function = in_parentheses(function.to_token_stream(), blame);
    let arguments = in_parentheses(arguments, blame);
    quote!(#function #arguments)
}
