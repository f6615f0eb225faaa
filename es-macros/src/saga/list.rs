//! The listed types of a saga: events that start it, steps, and steps of earlier versions.

use proc_macro2::{Group, Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::{LitStr, Path};

use super::attempts::Attempts;
use crate::diagnostics::{Errors, Slot};
use crate::event_set::{EventSet, in_brackets};
use crate::keys::{Item, ParsedKeys, RetiredKeys, StartKeys, StepKeys};
use crate::paths;

/// A listed type.
pub(crate) struct Listed<'a> {
    pub(crate) path: &'a Path,
    /// The word that the compiler underlines.
    pub(crate) blame: Span,
    /// The name of the type in the expansion: a type that is not what it has to be has none.
    pub(crate) alias: Ident,
}

/// An event that starts an instance, or did so in an earlier version.
pub(crate) struct Start<'a> {
    pub(crate) listed: Listed<'a>,
    pub(crate) variant: &'a Ident,
    pub(crate) is_compensated: bool,
    pub(crate) is_retired: bool,
    /// True if all that is written behind it could be read: what could not may have been `compensated`.
    pub(crate) is_clear: bool,
}

/// A step of the plan.
pub(crate) struct Step<'a> {
    pub(crate) listed: Listed<'a>,
    pub(crate) attempts: Attempts<'a>,
    /// True if no timeout is written.
    pub(crate) has_default_timeout: bool,
    pub(crate) is_optional: bool,
    pub(crate) may_be_skipped: bool,
    pub(crate) back: Back<'a>,
}

/// A step of an earlier version.
pub(crate) struct Retired<'a> {
    pub(crate) listed: Listed<'a>,
    pub(crate) back: Back<'a>,
}

/// The way back from a step.
pub(crate) enum Back<'a> {
    /// It is compensated; the type in the expansion that is known if the saga says how.
    Compensated(Ident),
    /// It is not, for the reason behind the key.
    None { key: &'a Ident, why: &'a LitStr },
    /// Nobody knows, after a mistake that was told.
    Unclear,
}

impl<'a> Listed<'a> {
    fn new<K>(item: &'a Item<K>, what: &str, nth: usize) -> Option<Self> {
        let blame = item.entry.last()?.span();
        Some(Self { path: &item.entry.path, blame, alias: format_ident!("__{what}{nth}") })
    }

    pub(crate) fn text(&self) -> String {
        paths::text(self.path)
    }

    /// The name of the type in the expansion if the saga says how it is compensated.
    pub(crate) fn compensated(&self) -> Ident {
        format_ident!("__Compensated{}", self.alias.to_string().trim_start_matches('_'))
    }

    /// The array of one such type. Its brackets have the place of the listed word.
    pub(crate) fn array(&self) -> Group {
        let alias = &self.alias;
        in_brackets(quote!(#alias; 1), self.blame)
    }

    /// The definition of the alias, for a type that `is` what it has to be.
    pub(crate) fn definition(&self, is: &TokenStream) -> TokenStream {
        let Self { path, alias, .. } = self;
        quote!(type #alias = <[#path; <#path as #is>::ONE] as __Only>::It;)
    }
}

impl<'a> Start<'a> {
    /// The start at `nth`; `None` if it is not in the set, which was told.
    pub(crate) fn new(nth: usize, item: &'a Item<StartKeys>, set: &EventSet<'a>) -> Option<Self> {
        let text = item.entry.text();
        let member = set.members.iter().find(|member| paths::text(member.event) == text)?;
        Some(Self {
            listed: Listed::new(item, "Start", nth)?,
            variant: member.variant,
            is_compensated: item.keys.compensated.key().is_some(),
            is_retired: item.keys.retired.key().is_some(),
            is_clear: item.keys.written.is_known(),
        })
    }
}

impl Start<'_> {
    /// The constant for the place of the tag that is the id.
    pub(crate) fn tag(&self) -> Ident {
        format_ident!(
            "__TAG_OF_{}",
            self.listed.alias.to_string().trim_start_matches('_').to_uppercase()
        )
    }

    /// The definition of the type that is known if the start is compensated, where it is to be.
    pub(crate) fn definition(&self, saga: &Ident) -> Option<TokenStream> {
        let (alias, array) = (&self.listed.alias, self.listed.array());
        let known = self.listed.compensated();
        self.is_compensated.then(
            || quote!(type #known = <[#alias; <#array as __StartBack<#saga>>::ONE] as __Only>::It;),
        )
    }
}

impl<'a> Step<'a> {
    pub(crate) fn new(nth: usize, item: &'a Item<StepKeys>, errors: &mut Errors) -> Option<Self> {
        let (keys, listed) = (&item.keys, Listed::new(item, "Step", nth)?);
        Some(Self {
            attempts: Attempts::of_step(keys, errors),
            has_default_timeout: keys.written.misses("timeout"),
            is_optional: keys.optional.key().is_some(),
            may_be_skipped: keys.may_be_skipped.key().is_some(),
            back: Back::new(&listed, &keys.no_compensation, &keys.written, errors),
            listed,
        })
    }
}

impl<'a> Retired<'a> {
    pub(crate) fn new(
        nth: usize,
        item: &'a Item<RetiredKeys>,
        errors: &mut Errors,
    ) -> Option<Self> {
        let (keys, listed) = (&item.keys, Listed::new(item, "Retired", nth)?);
        Some(Self {
            back: Back::new(&listed, &keys.no_compensation, &keys.written, errors),
            listed,
        })
    }
}

impl<'a> Back<'a> {
    fn new(
        listed: &Listed<'_>,
        no_compensation: &'a Slot<LitStr>,
        written: &ParsedKeys,
        errors: &mut Errors,
    ) -> Self {
        let (Some(key), Some(why)) = (no_compensation.key(), no_compensation.value()) else {
            let is_left_out = written.lacks("no_compensation") && written.is_known();
            return if is_left_out {
                Self::Compensated(listed.compensated())
            } else {
                Self::Unclear
            };
        };
        if why.value().trim().is_empty() {
            errors.at(
                why,
                format_args!(
                    "the reason is empty; write why nothing takes `{}` back, for those who read the plan",
                    listed.text()
                ),
            );
        }
        Self::None { key, why }
    }

    /// The definition of the type that is known if the step `listed` of `saga` is compensated.
    pub(crate) fn definition(&self, saga: &Ident, listed: &Listed<'_>) -> Option<TokenStream> {
        let Self::Compensated(known) = self else { return None };
        let alias = &listed.alias;
        let array = listed.array();
        Some(quote! {
            type #known = <[#alias; <#array as __StepBack<#saga>>::ONE] as __Only>::It;
        })
    }

    /// The value by which the definition lists the way back of `listed`.
    pub(crate) fn value(&self, listed: &Listed<'_>) -> TokenStream {
        match self {
            Self::Compensated(_) => {
                let array = listed.array();
                quote!(<#array as __StepBack<Self>>::way_back())
            }
            Self::None { why, .. } => quote!(__Backward::none(#why)),
            Self::Unclear => quote!(__Backward::none("")),
        }
    }
}
