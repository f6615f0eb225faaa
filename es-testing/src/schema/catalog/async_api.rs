//! The events as an AsyncAPI 3 document.

use es_core::EventHistory;
use serde_json::{Map, Value, json};

use super::chapter::{Asked, Chapter};
use super::files::schema_path;

/// One document: a channel for each aggregate, a message for each event and version, and for each
/// command what it sends. Payloads refer to the schemas that the catalog keeps beside it.
#[must_use]
pub fn async_api(title: &str, chapters: &[Chapter]) -> Value {
    let mut channels = Map::new();
    let mut operations = Map::new();
    let mut messages = Map::new();
    for chapter in chapters {
        channels.insert(chapter.name.clone(), channel(chapter));
        for asked in &chapter.asked {
            operations
                .insert(format!("{}.{}", chapter.name, asked.name), operation(chapter, asked));
        }
        for event in &chapter.events {
            messages.extend(versions(event));
        }
    }
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": title,
            "version": "1.0.0",
            "description": "Each message has the version of its schema in its name.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": { "messages": messages },
    })
}

fn channel(chapter: &Chapter) -> Value {
    let message = |(key, _): (String, Value)| {
        let reference = json!({ "$ref": format!("#/components/messages/{key}") });
        (key, reference)
    };
    let messages: Map<String, Value> =
        chapter.events.iter().flat_map(versions).map(message).collect();
    if !chapter.is_aggregate {
        return json!({
            "address": null,
            "description": "Each event is in the stream that its home names, one of its tags.",
            "messages": messages,
        });
    }
    json!({
        "address": format!("{}/{{key}}", chapter.name),
        "parameters": { "key": { "description": "The id of the aggregate." } },
        "messages": messages,
    })
}

fn operation(chapter: &Chapter, asked: &Asked) -> Value {
    let channel = format!("#/channels/{}", chapter.name);
    let sent = |name: &&'static str| {
        let event = chapter.events.iter().find(|event| event.name == *name)?;
        let (version, _) = event.versions.last()?;
        Some(json!({ "$ref": format!("{channel}/messages/{name}.v{version}") }))
    };
    let messages: Vec<Value> = asked.events.iter().filter_map(sent).collect();
    json!({
        "action": "send",
        "title": asked.name,
        "channel": { "$ref": channel },
        "messages": messages,
    })
}

/// A message for each version of an event.
fn versions(event: &EventHistory) -> impl Iterator<Item = (String, Value)> {
    let latest = event.versions.last().map(|(version, _)| *version);
    event.versions.iter().map(move |(version, _)| {
        let mut message = json!({
            "name": event.name,
            "title": format!("{} version {version}", event.name),
            "contentType": "application/json",
            "payload": {
                "schemaFormat": "application/schema+json;version=draft-2020-12",
                "schema": { "$ref": format!("./{}", schema_path(event.name, *version)) },
            },
        });
        if !event.tags.is_empty() {
            let tag = |name: &&str| json!({ "name": name });
            message["tags"] = event.tags.iter().map(tag).collect();
        }
        if let Some(home) = event.home {
            message["x-home"] = home.into();
        }
        if event.is_superseded || Some(*version) != latest {
            message["summary"] = "Read, and not written any more.".into();
        }
        (format!("{}.v{version}", event.name), message)
    })
}
