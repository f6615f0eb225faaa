//! The AsyncAPI document, by the rules of AsyncAPI 3.

use es_testing::catalog::{async_api, files};
use expect_test::expect_file;
use serde_json::Value;

use super::domain::{account, school};

fn document() -> Value {
    async_api("bank", &[account(), school()])
}

/// Every `$ref` within.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => members
            .iter()
            .flat_map(|(key, value)| match value.as_str() {
                Some(reference) if key == "$ref" => vec![reference.to_owned()],
                _ => references(value),
            })
            .collect(),
        Value::Array(elements) => elements.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn the_document_is_as_committed() {
    expect_file!["asyncapi.json"].assert_eq(&format!("{:#}\n", document()));
}

#[test]
fn what_the_specification_requires_is_there() {
    let document = document();

    assert_eq!(document["asyncapi"], "3.0.0");
    assert!(document["info"]["title"].is_string());
    assert!(document["info"]["version"].is_string());
    let operations = document["operations"].as_object().unwrap();
    assert!(operations.values().all(|operation| operation["action"] == "send"));
    assert!(operations.values().all(|operation| operation["channel"]["$ref"].is_string()));
}

#[test]
fn the_parameters_of_an_address_are_declared() {
    let channel = &document()["channels"]["account"];

    assert_eq!(channel["address"], "account/{key}");
    assert!(channel["parameters"]["key"].is_object());
}

#[test]
fn each_message_of_an_operation_is_one_of_its_channel() {
    let document = document();
    let operations = document["operations"].as_object().unwrap();

    assert!(operations.values().all(|operation| {
        let channel = operation["channel"]["$ref"].as_str().unwrap();
        let messages = references(&operation["messages"]);
        messages.iter().all(|message| message.starts_with(&format!("{channel}/messages/")))
    }));
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let files = files("bank", &[account(), school()]);

    let broken: Vec<String> = references(&document)
        .into_iter()
        .filter(|reference| match reference.strip_prefix('#') {
            Some(pointer) => document.pointer(pointer).is_none(),
            None => !files.contains_key(reference.trim_start_matches("./")),
        })
        .collect();

    assert_eq!(broken, [""; 0]);
}
