//! A customer whose events were once cut otherwise.

use std::convert::Infallible;
use std::fmt;

use es_core::prelude::*;
use es_core::{EventName, Payload, RawEvent};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "customer-moved")]
pub(crate) struct Moved {
    pub(crate) address: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "note-added")]
pub(crate) struct NoteAdded {
    pub(crate) note: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "contact-set")]
pub(crate) struct ContactSet {
    pub(crate) means: String,
    pub(crate) value: String,
}

/// Split: it said too little about what was changed.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "customer-changed")]
pub(crate) struct Changed {
    pub(crate) address: Option<String>,
    pub(crate) note: Option<String>,
}

#[derive(Debug, PartialEq)]
pub(crate) struct NoAddress;

impl std::error::Error for NoAddress {}

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the address is empty")
    }
}

/// The note comes first, so that a reader which fails at the address could have applied it.
impl Superseded for Changed {
    type By = (Option<NoteAdded>, Option<Moved>);
    type Error = NoAddress;

    fn superseded(self) -> Result<Self::By, NoAddress> {
        let note = self.note.map(|note| NoteAdded { note });
        if self.address.as_deref() == Some("") {
            return Err(NoAddress);
        }
        Ok((note, self.address.map(|address| Moved { address })))
    }
}

/// Retired: nobody asks for it any more.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "customer-pinged")]
pub(crate) struct Pinged {}

impl Superseded for Pinged {
    type By = ();
    type Error = Infallible;

    fn superseded(self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Merged with the next one.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "phone-set")]
pub(crate) struct PhoneSet {
    pub(crate) number: String,
}

impl Superseded for PhoneSet {
    type By = ContactSet;
    type Error = Infallible;

    fn superseded(self) -> Result<ContactSet, Infallible> {
        Ok(ContactSet { means: "phone".into(), value: self.number })
    }
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "email-set")]
pub(crate) struct EmailSet {
    pub(crate) email: String,
}

impl Superseded for EmailSet {
    type By = ContactSet;
    type Error = Infallible;

    fn superseded(self) -> Result<ContactSet, Infallible> {
        Ok(ContactSet { means: "email".into(), value: self.email })
    }
}

#[derive(Aggregate, Default, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[aggregate(
    name = "customer",
    id = String,
    events(Moved, NoteAdded, ContactSet),
    superseded(Changed, Pinged, PhoneSet, EmailSet),
    snapshot(every = 100)
)]
pub(crate) struct Customer {
    pub(crate) address: String,
    pub(crate) notes: Vec<String>,
    pub(crate) contacts: Vec<String>,
}

impl Apply<Moved> for Customer {
    fn apply(&mut self, event: Moved) {
        self.address = event.address;
    }
}

impl Apply<NoteAdded> for Customer {
    fn apply(&mut self, event: NoteAdded) {
        self.notes.push(event.note);
    }
}

impl Apply<ContactSet> for Customer {
    fn apply(&mut self, event: ContactSet) {
        self.contacts.push(format!("{}:{}", event.means, event.value));
    }
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Customer, any)]
pub(crate) struct Note {
    #[command(id)]
    pub(crate) customer: String,
    pub(crate) note: String,
}

/// Notes are numbered, so that a decision shows the state that it rests on.
impl Decide<Note> for Customer {
    type Events = NoteAdded;

    fn decide(&self, command: Note) -> Result<NoteAdded, NoRejection> {
        Ok(NoteAdded { note: format!("{}. {}", self.notes.len() + 1, command.note) })
    }
}

pub(crate) fn ada() -> String {
    "ada".to_owned()
}

pub(crate) fn note(note: &str) -> Note {
    Note { customer: ada(), note: note.to_owned() }
}

pub(crate) fn changed(address: &str, note: &str) -> Changed {
    Changed { address: Some(address.to_owned()), note: Some(note.to_owned()) }
}

/// An event as an older deployment has stored it.
pub(crate) fn old<E: Event>(event: &E) -> NewEvent {
    let raw = RawEvent::new(EventName::of::<E>(), E::VERSION, event.encode().unwrap());
    NewEvent::new(raw, Metadata::default()).with_tags(event.tags().unwrap())
}

/// An event with fields that its type has not.
pub(crate) fn damaged<E: Event>() -> NewEvent {
    let payload = Payload::parse("[]").unwrap();
    NewEvent::new(RawEvent::new(EventName::of::<E>(), E::VERSION, payload), Metadata::default())
}

pub(crate) async fn append(store: &MemoryStore, events: Vec<NewEvent>) {
    let stream = StreamId::of::<Customer>(&ada()).unwrap();
    let append = Append::to(stream, ExpectedVersion::Any, events).unwrap();
    store.append(append).await.unwrap();
}

/// A store with the past of one customer: five events, that are read as six.
pub(crate) async fn store_of_the_past() -> MemoryStore {
    let store = MemoryStore::new();
    append(&store, vec![old(&Moved { address: "1 Elm St".into() })]).await;
    append(&store, vec![old(&changed("2 Oak St", "rings twice"))]).await;
    append(&store, vec![old(&Pinged {})]).await;
    append(&store, vec![old(&PhoneSet { number: "555".into() })]).await;
    append(&store, vec![old(&EmailSet { email: "a@b.c".into() })]).await;
    store
}

pub(crate) fn customers(store: &MemoryStore) -> Repository<Customer, MemoryStore> {
    Repository::new(store.clone())
}
