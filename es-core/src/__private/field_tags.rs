//! Fields of events and of decision models as tags.

use std::fmt;

use super::same_text;
use crate::event::set::{EventSet, EventType};
use crate::event::tag::Tag;
use crate::store::query::{InvalidQuery, Query, QueryItem};
use crate::validated_text::InvalidText;
use crate::write::decisions::DecisionModel;

/// The type of `Event::TAGS`.
pub type TagNames = &'static [&'static str];

/// The answer of `Event::tags`.
pub type Tags = Result<Vec<Tag>, InvalidText>;

/// The type of `Event::HOME`.
pub type HomeName = Option<&'static str>;

/// A field that is a tag: says "does not print" on the field's type.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot be a tag, because it does not print",
    label = "`Display` is missing",
    note = "implement `std::fmt::Display` for it: what it prints is the value of the tag",
    note = "a list, a set or an `Option` of values that print is `tags = \"…\"`, one tag for each"
)]
pub trait TagValue: fmt::Display {}

#[diagnostic::do_not_recommend]
impl<T: fmt::Display> TagValue for T {}

/// A field of which each value is a tag: says so on the field's type.
#[diagnostic::on_unimplemented(
    message = "the values of a field of type `{Self}` cannot be tags",
    label = "not a list, a set, an array or an `Option` of values that print",
    note = "`tags` is for a field that `for value in &field` goes through, each value with `std::fmt::Display`; one value is `tag`"
)]
pub trait TagValues {
    /// Hands each value to `tag`, until one is refused.
    fn each(
        &self,
        tag: impl FnMut(&dyn fmt::Display) -> Result<(), InvalidText>,
    ) -> Result<(), InvalidText>;
}

#[diagnostic::do_not_recommend]
impl<T> TagValues for T
where
    for<'a> &'a T: IntoIterator<Item: fmt::Display>,
{
    fn each(
        &self,
        mut tag: impl FnMut(&dyn fmt::Display) -> Result<(), InvalidText>,
    ) -> Result<(), InvalidText> {
        self.into_iter().try_for_each(|value| tag(&value))
    }
}

/// The tag `name` with what the field prints.
pub fn one_tag<F: TagValue>(name: &str, field: &F) -> Tags {
    Ok(vec![Tag::new(name, field)?])
}

/// The tag `name` with what each value of the field prints.
pub fn each_tag<F: TagValues>(name: &str, field: &F) -> Tags {
    let mut tags = Vec::new();
    field.each(|value| {
        tags.push(Tag::new(name, value)?);
        Ok(())
    })?;
    Ok(tags)
}

/// The tags of all fields, if each prints what a tag can be.
pub fn all_tags<const N: usize>(fields: [Tags; N]) -> Tags {
    let mut tags = Vec::with_capacity(N);
    for field in fields {
        tags.append(&mut field?);
    }
    Ok(tags)
}

/// The field of an event that is the tag at the place `N` of `Event::TAGS`. The derive writes it for each field that is
/// one tag.
#[diagnostic::on_unimplemented(
    message = "the tag of `{Self}` by which a saga finds its instances is not the value of one field",
    label = "a start is about one instance",
    note = "put `#[event(tag)]`, and not `tags`, on a field with one value; if `{Self}` does not derive `Event`, write `impl Saga` by hand"
)]
pub trait TagAt<const N: usize> {
    /// A number that events with such a field have and no others.
    const ONE: usize = 1;
    type Value;

    fn value(&self) -> &Self::Value;
}

/// The place of `name` among `tags`. Refuses to compile, with the sentence beside the event, if it is not there.
#[track_caller]
#[must_use]
pub const fn tag_at(tags: &[&str], name: &str, sentence: &str) -> usize {
    let mut nth = 0;
    while nth < tags.len() && !same_text(tags[nth], name) {
        nth += 1;
    }
    assert!(nth < tags.len(), "{}", sentence);
    nth
}

/// The events of the model `M` but for the tolerated ones, as far as they carry a tag of every field.
/// Superseded ones are among them: an older deployment may still write them.
pub fn query<M: DecisionModel>(
    tolerated: &[EventType],
    fields: impl IntoIterator<Item = Tags>,
) -> Result<Query, InvalidQuery> {
    let events = M::Event::EVENTS.iter().filter(|event| !tolerated.contains(event));
    let events = events.chain(M::Event::SUPERSEDED);
    let mut alternatives = vec![Vec::new()];
    for field in fields {
        let tags = distinct(field?);
        if tags.is_empty() {
            return Err(InvalidQuery::NoTag);
        }
        alternatives = with_any_of(&alternatives, &tags)?;
    }
    let item = |tags| QueryItem::of_types(events.clone(), tags);
    Query::new(alternatives.into_iter().map(item).collect::<Result<_, _>>()?)
}

/// Each of the lists with each of the tags behind it.
fn with_any_of(lists: &[Vec<Tag>], tags: &[Tag]) -> Result<Vec<Vec<Tag>>, InvalidQuery> {
    let items = lists.len().saturating_mul(tags.len());
    if items > Query::MAX_ITEMS {
        return Err(InvalidQuery::TooManyItems { items });
    }
    let longer = |list: &Vec<Tag>, tag: &Tag| list.iter().chain([tag]).cloned().collect();
    Ok(lists.iter().flat_map(|list| tags.iter().map(move |tag| longer(list, tag))).collect())
}

/// Each tag once, in the order given.
fn distinct(mut tags: Vec<Tag>) -> Vec<Tag> {
    let mut seen = std::collections::HashSet::new();
    tags.retain(|tag| seen.insert(tag.clone()));
    tags
}
