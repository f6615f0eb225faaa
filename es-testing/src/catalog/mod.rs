//! The events of an application for those who do not read its code: a page, JSON Schemas, an AsyncAPI
//! document and the event model as a drawing, all made from the types.

mod async_api;
mod chapter;
mod files;
mod json_schema;
mod markdown;
mod mermaid;

pub use async_api::async_api;
pub use chapter::Chapter;
pub use files::{check, files, write};
pub use json_schema::json_schema;
pub use markdown::markdown;
pub use mermaid::mermaid;
