//! The expansion of `#[derive(Saga)]`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt;

use super::checks::{self, call};
use super::definition::definition;
use super::model::Saga;
use super::performers::performed_by;
use crate::allow_deprecated::Deprecation;
use crate::event_enum;
use crate::event_set::{self, in_brackets};

pub(crate) fn saga(model: &Saga<'_>) -> TokenStream {
    let set = &model.set;
    if model.is_unfit || set.has_non_members {
        return TokenStream::new();
    }
    let deprecation = Deprecation::of(&model.input.attrs);
    let krate = model.krate;
    let starts = starts(model);
    let types = types(model);
    let tags = places_of_tags(model);
    let saga = implementation(model);
    let answers = answer_without_content(model);
    let performed_by = performed_by(model);
    let checks = checks::checks(model);
    quote! {
        #starts
        #deprecation
        const _: () = {
            use #krate::__private::saga::*;
            #types
            #tags
            #saga
            #answers
            #performed_by
            #checks
        };
    }
}

/// The enum of the events that start an instance.
fn starts(model: &Saga<'_>) -> TokenStream {
    let set = &model.set;
    if set.is_empty() {
        return event_enum::of_nothing(model.input, set);
    }
    let event_enum = event_enum::implementations(set);
    let event_set = event_set::implementations(set);
    let scope = event_set::in_its_own_scope(set, &quote!(#event_enum #event_set));
    let doc = format!("Everything that starts a [`{}`].", model.ident().unraw());
    let definition = event_enum::documented(&doc, model.input, set);
    quote!(#scope #definition)
}

/// A name for each listed type, which it has if it is what it has to be.
fn types(model: &Saga<'_>) -> TokenStream {
    let (saga, set) = (model.ident(), &model.set.ident);
    let starts = model.starts.iter().map(|start| {
        let listed = start.listed.definition(&quote!(__Listed<#set>));
        let known = start.definition(saga);
        quote!(#listed #known)
    });
    let steps = model.steps.iter().map(|step| (&step.listed, &step.back));
    let retired = model.retired.iter().map(|retired| (&retired.listed, &retired.back));
    let steps = steps.chain(retired).map(|(listed, back)| {
        let known = back.definition(saga, listed);
        let listed = listed.definition(&quote!(__Request));
        quote!(#listed #known)
    });
    quote!(#(#starts)* #(#steps)*)
}

fn implementation(model: &Saga<'_>) -> TokenStream {
    let Saga { name, id, set, .. } = model;
    let ident = model.ident();
    let start = &set.ident;
    let id_of = id_of(model);
    let definition = definition(model);
    // Only this one word has the place of the struct: the compiler tells there that `Default` is missing.
    let this = Ident::new("Self", ident.span());
    let apply = event_enum::dispatch(set);
    quote! {
        #[automatically_derived]
        impl __Saga for #ident {
            const NAME: &'static ::core::primitive::str = #name;
            type Id = #id;
            type Start = #start;

            fn id(__e: &#start) -> #id {
                #id_of
            }

            fn definition() -> __Definition<Self> {
                #definition
            }

            fn initial() -> Self {
                <#this as ::core::default::Default>::default()
            }

            fn start(&mut self, __e: #start) {
                #apply
            }
        }
    }
}

/// The id of the instance that an event starts: the value of its tag.
fn id_of(model: &Saga<'_>) -> TokenStream {
    let (id, set) = (&model.id, &model.set.ident);
    if model.set.is_empty() {
        return quote!(match *__e {});
    }
    if model.by.is_none() {
        return quote!(::core::unimplemented!());
    }
    let arms = model.starts.iter().map(|start| {
        let (variant, tag) = (start.variant, start.tag());
        let event = start.listed.path;
        // An event without such a field is told of here, and is none for what follows.
        let tagged = quote!(#event; <#event as __TagAt<#tag>>::ONE);
        let tagged = in_brackets(tagged, start.listed.blame);
        quote!(#set::#variant(__e) => <#tagged as __StartOf<_, #id, #tag>>::id_of(__e),)
    });
    quote!(match __e { #(#arms)* })
}

/// The place of the tag `by` among the tags of each event that starts an instance. One without the tag has no such
/// place, which the compiler tells at the listed word.
fn places_of_tags(model: &Saga<'_>) -> TokenStream {
    let (saga, set) = (model.ident(), &model.set.ident);
    let places = model.by.iter().flat_map(|by| {
        model.starts.iter().map(move |start| {
            let (tag, event, text) = (start.tag(), start.listed.path, start.listed.text());
            let cure = cure_without_tag(by);
            let sentence = format!(
                "`{text}` has no tag `{by}`, by which `{saga}` finds its instances; {cure}"
            );
            let tags = quote!(<#event as __Listed<#set>>::MEMBER.event.tags);
            let place = call(&quote!(__tag_at), quote!(#tags, #by, #sentence), start.listed.blame);
            quote!(const #tag: ::core::primitive::usize = #place;)
        })
    });
    quote!(#(#places)*)
}

/// A field that has the name of the tag is tagged by one word. A name with a hyphen is that of no field.
fn cure_without_tag(by: &str) -> String {
    if syn::parse_str::<Ident>(by).is_ok() {
        format!("put `#[event(tag)]` on its field `{by}`")
    } else {
        format!("put `#[event(tag = \"{by}\")]` on the field that has it")
    }
}

/// The implementation by which the answer of activities that have nothing to tell has no effect.
fn answer_without_content(model: &Saga<'_>) -> TokenStream {
    let ident = model.ident();
    quote! {
        #[automatically_derived]
        impl __Apply<()> for #ident {
            fn apply(&mut self, (): ()) {}
        }
    }
}
