//! A selection is a part of the log, read to its end without a loss.

use std::collections::HashSet;
use std::time::Duration;

use es_core::{
    Category, EventId, EventStore, ExpectedVersion, NewEvent, Position, RecordedEvent,
    SelectedPage, Selection, StreamId, StreamKey,
};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::subjects::{
    ALL, about, add, event, ids, name, part, recorded_ids, stream, tag, try_parts, until_safe,
};

/// A selection of everything, of a category, of a stream or of tagged events has what it asks for;
/// of all types, or of some.
pub async fn a_selection_has_what_it_asks_for<S: EventStore>(store: &S) {
    let opened = about("opened", &["course:c1"]);
    let moved = about("moved", &["course:c1", "room:r1"]);
    let closed = about("closed", &["room:r1"]);
    let (one, two, three) = (opened.id, moved.id, closed.id);
    add(store, &stream("one"), vec![opened, moved]).await;
    // A key that looks like that of an archive, and a category that begins like another.
    let last = add(store, &elsewhere("one"), vec![closed]).await;
    until_safe(store, last.position().expect("an event")).await;
    let found = async |selection: Selection| recorded_ids(&selected(store, &selection).await);
    let of = |names: &[&str]| names.iter().map(|text| name(text)).collect::<Vec<_>>();
    let (course, room) = (tag("course:c1"), tag("room:r1"));

    assert_eq!(found(Selection::log()).await, [one, two, three], "everything");
    let by_type = Selection::log().with_types(of(&["opened"]));
    assert_eq!(found(by_type).await, [one], "a type");
    let by_type = Selection::log().with_types(of(&["closed", "opened"]));
    assert_eq!(found(by_type).await, [one, three], "two types");
    let category = Selection::category(stream("one").category().clone());
    assert_eq!(found(category.clone()).await, [one, two], "a category");
    let by_type = category.with_types(of(&["moved", "closed"]));
    assert_eq!(found(by_type).await, [two], "types of a category");
    let of_stream = Selection::stream(elsewhere("one"));
    assert_eq!(found(of_stream.clone()).await, [three], "a stream");
    assert_eq!(found(of_stream.with_types(of(&["moved"]))).await, [], "a type of a stream");
    let tagged = Selection::tags(course.clone(), []);
    assert_eq!(found(tagged).await, [one, two], "a tag");
    let both = Selection::tags(course.clone(), [room.clone(), course.clone()]);
    assert_eq!(found(both).await, [two], "two tags");
    let by_type = Selection::tags(room, []).with_types(of(&["closed"]));
    assert_eq!(found(by_type).await, [three], "a type with a tag");
    let missing = Selection::stream(stream("missing"));
    assert_eq!(found(missing).await, [], "a stream that does not exist");
    let missing = Selection::tags(tag("course:c2"), []);
    assert_eq!(found(missing).await, [], "a tag that no event has");
}

/// A page begins after its position and ends at its limit, of which 0 is one; wherever one looks.
pub async fn a_selection_is_read_page_by_page<S: EventStore>(store: &S) {
    let mut last = Position::START;
    for _ in 0..4 {
        let new = vec![about("opened", &["course:c1"]), event(1), about("closed", &["course:c1"])];
        let added = add(store, &stream("one"), new).await;
        last = added.position().expect("events");
    }
    until_safe(store, last).await;

    for selection in four_places() {
        let read = async |after, limit| page(store, &selection, after, limit).await;
        let all = selected(store, &selection).await;
        let first = all[0].position;
        assert_eq!(all.len(), 8, "all at once: {selection:?}");
        let none = read(Position::START, 0).await;
        assert_eq!((none.events, none.through), (vec![], Position::START), "a limit of 0");
        let one = read(Position::START, 1).await;
        assert_eq!((&one.events[..], one.through), (&all[..1], first), "the first");
        assert_eq!(read(first, 2).await.events, all[1..3], "after the first");
        assert_eq!(read(Position::START, u32::MAX).await.events, all, "no limit");
        assert_eq!(read(last, ALL).await.events, [], "after the last is nothing");
        assert_eq!(read(Position::MAX, ALL).await.events, [], "beyond the end is nothing");
        for limit in [1, 3] {
            let paged = follow(store, &selection, limit).await;
            assert_eq!(paged, all, "{limit} a page");
        }
    }
}

/// Each page goes on or is the last, though most have nothing in them.
pub async fn what_is_rare_is_found_in_a_long_log<S: EventStore>(store: &S) {
    const FILLING: usize = 12_000;

    let one = stream("one");
    let (mut of_type, mut of_category) = (Vec::new(), Vec::new());
    let mut last = None;
    for _ in 0..2 {
        let rare = about("opened", &["course:c1", "room:r1"]);
        of_type.push(rare.id);
        let mut filling: Vec<_> = (0..FILLING).map(|_| about("counted", &["room:r1"])).collect();
        filling.push(rare);
        add(store, &one, filling).await;
        let elsewhere = add(store, &elsewhere("one"), vec![event(1)]).await;
        last = elsewhere.position();
        let there = store.stream_page(&self::elsewhere("one"), es_core::Cursor::END, 1).await;
        of_category.extend(recorded_ids(&there.expect("a stream can be read")));
    }
    until_safe(store, last.expect("an event")).await;

    let found = async |selection| recorded_ids(&follow(store, &selection, 2).await);
    let opened = [name("opened")];
    let log = Selection::log().with_types(opened.clone());
    assert_eq!(found(log).await, of_type, "all of a type");
    let typed = Selection::stream(one).with_types(opened.clone());
    assert_eq!(found(typed).await, of_type, "all of a type in a stream");
    let typed = Selection::tags(tag("room:r1"), []).with_types(opened);
    assert_eq!(found(typed).await, of_type, "all of a type with a tag");
    let tagged = Selection::tags(tag("room:r1"), [tag("course:c1")]);
    assert_eq!(found(tagged).await, of_type, "all with a rare tag");
    let category = Selection::category(elsewhere("one").category().clone());
    assert_eq!(found(category).await, of_category, "all of a category");
}

/// Readers of several parts go from page to page, each time from where the last one was searched to.
pub async fn a_selection_misses_nothing_while_writers_append<S: EventStore>(store: &S) {
    let mut writers = append_from_many_tasks(store);
    let mut readers: Vec<_> = four_places().into_iter().map(Reader::of).collect();
    let mut expected = HashSet::new();
    let mut last = Position::START;
    while let Some(done) = writers.join_next().await {
        let (new, position) = done.expect("a writer does not panic");
        expected.extend(new);
        last = last.max(position);
        for reader in &mut readers {
            reader.read_page(store).await;
        }
    }
    until_safe(store, last).await;
    for reader in &mut readers {
        while reader.after < last {
            reader.read_page(store).await;
        }
    }

    for reader in readers {
        assert_eq!(reader.seen, expected, "nothing is missed: {:?}", reader.selection);
    }
}

/// A reader that has seen everything waits, and goes on after an append.
pub async fn a_reader_at_the_end_is_told_that_the_log_has_grown<S: EventStore>(store: &S) {
    let first = add(store, &stream("one"), vec![event(1)]).await.position().expect("an event");
    until_safe(store, first).await;
    let writer = store.clone();
    let new = vec![event(2)];
    let expected = ids(&new);
    let added = tokio::spawn(async move { add(&writer, &stream("one"), new).await });

    let told = async {
        loop {
            let page = page(store, &Selection::log(), first, ALL).await;
            if !page.events.is_empty() {
                return page.events;
            }
            store.log_grown(page.safe).await;
        }
    };
    let told = timeout(PATIENCE, told).await;

    let told = told.unwrap_or_else(|_| panic!("nobody said that the log has grown"));
    assert_eq!(recorded_ids(&told), expected, "what came");
    added.await.expect("the writer does not panic");
    let quiet = page(store, &Selection::log(), first, ALL).await.safe;
    let returned = timeout(PATIENCE, store.log_grown(quiet)).await;
    assert!(returned.is_ok(), "nobody said that the log has grown, or that it may have");
}

/// A time much longer than a store may keep a reader waiting.
const PATIENCE: Duration = Duration::from_secs(10);

/// All that is in it, however many pages that are.
pub(super) async fn selected<S: EventStore>(
    store: &S,
    selection: &Selection,
) -> Vec<RecordedEvent> {
    follow(store, selection, 1000).await
}

/// Follows a selection page by page, to where the log is complete.
async fn follow<S: EventStore>(store: &S, selection: &Selection, limit: u32) -> Vec<RecordedEvent> {
    let mut events = Vec::new();
    let mut after = Position::START;
    loop {
        let page = page(store, selection, after, limit).await;
        let is_last = page.through >= page.safe;
        assert!(is_last || page.through > after, "a page goes on, or is the last");
        after = page.through;
        events.extend(page.events);
        if is_last {
            return events;
        }
    }
}

async fn page<S: EventStore>(
    store: &S,
    selection: &Selection,
    after: Position,
    limit: u32,
) -> SelectedPage {
    let page = store.select_page(selection, after, limit).await;
    let page = page.expect("a part of the log can be read");
    let in_it = |event: &RecordedEvent| event.position <= page.through;
    assert!(page.events.iter().all(in_it), "no event is beyond what was searched");
    let rises = page.events.is_sorted_by(|one, next| one.position < next.position);
    assert!(rises, "in the order of the log");
    page
}

/// A stream of the same key in a category whose name begins alike.
fn elsewhere(key: &str) -> StreamId {
    let category = Category::new("contract-elsewhere").expect("a name");
    StreamId::new(category, StreamKey::new(key).expect("a line of text"))
}

/// The log, a category, a stream, tags; there what is not filling.
fn four_places() -> [Selection; 4] {
    let places = [
        Selection::log(),
        Selection::category(stream("one").category().clone()),
        Selection::stream(stream("one")),
        Selection::tags(tag("course:c1"), []),
    ];
    places.map(|place| place.with_types([name("opened"), name("closed")]))
}

/// Appends to one stream in tasks of their own, each answering with what four places have of it, and
/// its highest position.
fn append_from_many_tasks<S: EventStore>(store: &S) -> JoinSet<(Vec<EventId>, Position)> {
    let mut writers = JoinSet::new();
    for writer in 0..100_usize {
        let store = store.clone();
        writers.spawn(async move {
            let new: Vec<NewEvent> =
                (0..=writer % 3).map(|_| about("opened", &["course:c1"])).collect();
            let expected = ids(&new);
            let parts = vec![
                part(&stream("one"), ExpectedVersion::Any, new),
                part(&stream(&format!("s{}", writer % 5)), ExpectedVersion::Any, vec![event(1)]),
            ];
            let appended = try_parts(&store, parts).await.expect("it is accepted");
            (expected, appended.position().expect("at least one event"))
        });
    }
    writers
}

/// Follows a part of the log from a checkpoint.
struct Reader {
    selection: Selection,
    after: Position,
    seen: HashSet<EventId>,
}

impl Reader {
    fn of(selection: Selection) -> Self {
        Self { selection, after: Position::START, seen: HashSet::new() }
    }

    async fn read_page<S: EventStore>(&mut self, store: &S) {
        let page = page(store, &self.selection, self.after, 7).await;
        assert!(page.through >= self.after, "a page does not go back");
        self.after = page.through;
        for event in page.events {
            assert!(self.seen.insert(event.id), "no event comes twice");
        }
    }
}
