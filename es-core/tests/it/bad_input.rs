//! What is refused before any store sees it, and the sentence that refuses it: the field, what is
//! wrong with it, what is allowed.
//!
//! What only a store can refuse stands in its contract (`es_testing::contract`) and in its own tests.

use es_core::{
    Actor, Append, Category, CausationId, CorrelationId, EventName, ExpectedVersion, HeaderName,
    HeaderValue, Metadata, NewEvent, Payload, Query, QueryItem, RawEvent, SchemaVersion,
    StreamAppend, StreamId, StreamKey, Tag, Tenant, Timestamp, TraceParent, TraceState,
};

/// One line for each: its name, what is given, what is answered.
macro_rules! refused {
    ($($name:ident: $given:expr => $answer:expr;)*) => {
        $(#[test]
        fn $name() {
            let error = $given.expect_err("it is refused");
            assert_eq!(error.to_string(), $answer);
        })*
    };
}

refused! {
    // An append.
    an_empty_batch: Append::new(vec![])
        => "the append names no stream; give it at least one part";
    a_stream_twice: Append::new(vec![part("ada", vec![]), part("bob", vec![]), part("ada", vec![])])
        => "the append names stream `account/ada` twice; put its events into one part";
    an_event_twice: Append::new(vec![part("ada", vec![event()]), part("bob", vec![event()])])
        => "the append holds event id 00000000-0000-0000-0000-000000000007 twice; every event has its own";

    // A payload.
    a_payload_over_the_limit: Payload::parse(format!("\"{}\"", "x".repeat(16 * 1024 * 1024)))
        => "the payload is 16777218 bytes long, and at most 16777216 are stored; \
            keep large data elsewhere and store where it is";
    a_value_over_the_limit: Payload::of(&"x".repeat(16 * 1024 * 1024))
        => "the payload is 16777218 bytes long, and at most 16777216 are stored; \
            keep large data elsewhere and store where it is";
    a_payload_that_is_no_json: Payload::parse("{\"cents\":}")
        => "the payload cannot be stored as JSON";
    a_payload_with_a_nul: Payload::parse("\"a\0b\"")
        => "the payload cannot be stored as JSON";

    // A stream.
    an_empty_key: StreamKey::new("")
        => format!("the stream key \"\" is empty; {LINE_512}");
    a_key_that_is_too_long: StreamKey::new("ö".repeat(257))
        => format!("the stream key \"{}\"… is 514 bytes long; {LINE_512}", "ö".repeat(60));
    a_nul_in_a_key: StreamKey::new("ada\0")
        => "the stream key \"ada\\0\" holds the control character U+0000 at byte 3; \
            allowed are 1 to 512 bytes of UTF-8 without control characters";
    a_category_that_is_too_long: Category::new("c".repeat(65))
        => format!("the category \"{}\"… is 65 bytes long; {NAME_64}", "c".repeat(60));
    a_nul_in_a_category: Category::new("account\0")
        => format!("the category \"account\\0\" holds '\\0' at byte 7; {NAME_64}");

    // An event.
    an_event_name_that_is_too_long: EventName::new("n".repeat(101))
        => format!(
            "the event name \"{}\"… is 101 bytes long; allowed are \
             1 to 100 ASCII letters, digits, `-`, `_` and `.`, a letter first",
            "n".repeat(60)
        );
    a_nul_in_an_event_name: EventName::new("opened\0")
        => "the event name \"opened\\0\" holds '\\0' at byte 6; allowed are \
            1 to 100 ASCII letters, digits, `-`, `_` and `.`, a letter first";

    // A tag.
    a_tag_name_that_is_too_long: Tag::new(&"t".repeat(65), "c1")
        => format!("the tag name \"{}\"… is 65 bytes long; {NAME_64}", "t".repeat(60));
    a_tag_value_that_is_too_long: Tag::new("course", "v".repeat(513))
        => format!("the value of the tag `course` \"{}\"… is 513 bytes long; {LINE_512}", "v".repeat(60));
    an_empty_tag_value: Tag::new("course", "")
        => format!("the value of the tag `course` \"\" is empty; {LINE_512}");
    a_nul_in_a_tag: Tag::new("course", "c\u{0}1")
        => format!("the value of the tag `course` \"c\\01\" holds the control character U+0000 at byte 1; {LINE_512}");

    // A query or a condition.
    a_condition_without_items: Query::new(vec![])
        => "the query has no item; give it at least one";
    a_condition_without_tags_or_types: QueryItem::new(vec![], vec![])
        => "an item of the query names neither an event type nor a tag; give it at least one of them";

    // Metadata.
    a_nul_in_an_actor: Actor::new("\0ada")
        => format!("the actor \"\\0ada\" holds the control character U+0000 at byte 0; {LINE_256}");
    an_actor_that_is_too_long: Actor::new("a".repeat(257))
        => format!("the actor \"{}\"… is 257 bytes long; {LINE_256}", "a".repeat(60));
    a_nul_in_a_tenant: Tenant::new("t\0")
        => format!("the tenant \"t\\0\" holds the control character U+0000 at byte 1; {LINE_256}");
    a_nul_in_a_correlation_id: CorrelationId::new("c\0")
        => format!("the correlation id \"c\\0\" holds the control character U+0000 at byte 1; {LINE_256}");
    a_nul_in_a_causation_id: CausationId::new("c\0")
        => format!("the causation id \"c\\0\" holds the control character U+0000 at byte 1; {LINE_256}");
    a_header_name_that_is_too_long: HeaderName::new("h".repeat(129))
        => format!(
            "the header name \"{}\"… is 129 bytes long; \
             allowed are 1 to 128 bytes of UTF-8 without control characters",
            "h".repeat(60)
        );
    a_header_value_that_is_too_long: HeaderValue::new("h".repeat(4097))
        => format!(
            "the header value \"{}\"… is 4097 bytes long; \
             allowed are 1 to 4096 bytes of UTF-8 without control characters",
            "h".repeat(60)
        );
    a_nul_in_a_header: Metadata::default().with_header("user-agent", "curl\0")
        => "the header value \"curl\\0\" holds the control character U+0000 at byte 4; \
            allowed are 1 to 4096 bytes of UTF-8 without control characters";
    a_traceparent_of_another_form: TraceParent::new("00-1-2-3")
        => "the traceparent \"00-1-2-3\" is not a W3C traceparent; allowed are \
            `00-<32 hex digits>-<16 hex digits>-<2 hex digits>` in lower case, no id all zero";
    a_nul_in_a_tracestate: TraceState::new("v=\0")
        => format!("the tracestate \"v=\\0\" holds the control character U+0000 at byte 2; {LINE_512}");

    // An instant.
    what_is_no_instant: "noon".parse::<Timestamp>()
        => "\"noon\" is not an instant like 2026-11-21T12:00:00Z";
}

const LINE_256: &str = "allowed are 1 to 256 bytes of UTF-8 without control characters";
const LINE_512: &str = "allowed are 1 to 512 bytes of UTF-8 without control characters";
const NAME_64: &str = "allowed are 1 to 64 ASCII letters, digits, `-`, `_` and `.`, a letter first";

fn part(key: &str, events: Vec<NewEvent>) -> StreamAppend {
    let category = Category::new("account").expect("a name");
    let stream = StreamId::new(category, StreamKey::new(key).expect("a line of text"));
    StreamAppend::new(stream, ExpectedVersion::Any, events)
}

/// Always of the same id.
fn event() -> NewEvent {
    let name = EventName::new("opened").expect("a name");
    let payload = Payload::parse("{}").expect("JSON");
    let raw = RawEvent::new(name, SchemaVersion(1), payload);
    NewEvent::new(raw, Metadata::default()).with_id(uuid::Uuid::from_u128(7).into())
}
