//! Two releases of a service beside each other: what the old one cannot read waits for the new one.

use std::collections::BTreeMap;
use std::time::Duration;

use es_core::projection::{EventHandler, HealthState, NodeStatus, ProjectionStore, Thresholds};
use es_core::{RecordedEvent, Selection, Start};

use super::fixture::*;
use crate::watched::Watcher;

/// The events that were handled of each stream, and by how many copies of a mail.
#[derive(Clone, Debug, Default, PartialEq)]
struct Sent(BTreeMap<String, Vec<String>>);

impl Sent {
    fn add(&mut self, stream: &StreamId, what: String) {
        self.0.entry(stream.key().to_string()).or_default().push(what);
    }

    fn of(&self, key: &str) -> Vec<&str> {
        self.0.get(key).into_iter().flatten().map(String::as_str).collect()
    }

    fn total(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }
}

mod old {
    use super::*;

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[serde(crate = "es_core::serde")]
    #[event(name = "mail-sent")]
    pub(crate) struct MailSent {
        pub(crate) number: u64,
    }

    #[derive(EventSet, Clone, Debug)]
    pub(crate) enum MailsEvent {
        Sent(MailSent),
    }

    /// The release of yesterday; kept in order by stream, or by the number of the mail.
    #[derive(Clone, Debug)]
    pub(crate) struct Mails;

    impl Projection for Mails {
        const NAME: &'static str = "mails";
        const VERSION: u32 = 1;
        type Event = MailsEvent;
    }

    impl Projects<Sent> for Mails {
        async fn project(
            &self,
            event: Recorded<MailsEvent>,
            sent: &mut Sent,
        ) -> Result<(), ProjectError> {
            let MailsEvent::Sent(mail) = event.event;
            sent.add(&event.stream, mail.number.to_string());
            Ok(())
        }
    }

    impl ReadModel<Sent> for Mails {}

    pub(crate) struct ByNumber;

    impl Projection for ByNumber {
        const NAME: &'static str = "by-number";
        const VERSION: u32 = 1;
        const KEYED_BY: &'static str = "number";
        type Event = MailsEvent;

        fn key(event: &RecordedEvent) -> Result<ProjectionKey, es_core::projection::KeyError> {
            es_core::projection::declared_key(event, |event: &Recorded<MailsEvent>| {
                let MailsEvent::Sent(mail) = &event.event;
                format!("number-{}", mail.number % 10)
            })
        }
    }

    impl Projects<Sent> for ByNumber {
        async fn project(
            &self,
            event: Recorded<MailsEvent>,
            sent: &mut Sent,
        ) -> Result<(), ProjectError> {
            Mails.project(event, sent).await
        }
    }

    impl ReadModel<Sent> for ByNumber {}

    pub(crate) struct Subscriber;

    impl EventHandler<Sent> for Subscriber {
        async fn handle(&self, event: RecordedEvent, sent: &mut Sent) -> Result<(), ProjectError> {
            for event in event.decode::<MailsEvent>()? {
                Mails.project(event, sent).await?;
            }
            Ok(())
        }
    }
}

mod new {
    use super::*;

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[serde(crate = "es_core::serde")]
    #[event(name = "mail-sent", version = 2)]
    pub(crate) struct MailSent {
        pub(crate) number: u64,
        #[event(added(in = 2, default = 1))]
        pub(crate) copies: u64,
    }

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[serde(crate = "es_core::serde")]
    #[event(name = "mail-bounced")]
    pub(crate) struct MailBounced {
        pub(crate) number: u64,
    }

    #[derive(EventSet, Clone, Debug)]
    pub(crate) enum MailsEvent {
        Sent(MailSent),
        Bounced(MailBounced),
    }

    /// The release of today.
    #[derive(Clone, Debug)]
    pub(crate) struct Mails;

    impl Projection for Mails {
        const NAME: &'static str = "mails";
        const VERSION: u32 = 1;
        type Event = MailsEvent;
    }

    impl Projects<Sent> for Mails {
        async fn project(
            &self,
            event: Recorded<MailsEvent>,
            sent: &mut Sent,
        ) -> Result<(), ProjectError> {
            let what = match event.event {
                MailsEvent::Sent(MailSent { number, copies }) => format!("{number}x{copies}"),
                MailsEvent::Bounced(MailBounced { number }) => format!("{number} bounced"),
            };
            sent.add(&event.stream, what);
            Ok(())
        }
    }

    impl ReadModel<Sent> for Mails {}

    pub(crate) struct ByNumber;

    impl Projection for ByNumber {
        const NAME: &'static str = "by-number";
        const VERSION: u32 = 1;
        const KEYED_BY: &'static str = "number";
        type Event = MailsEvent;

        fn key(event: &RecordedEvent) -> Result<ProjectionKey, es_core::projection::KeyError> {
            es_core::projection::declared_key(event, |event: &Recorded<MailsEvent>| {
                let (MailsEvent::Sent(MailSent { number, .. })
                | MailsEvent::Bounced(MailBounced { number })) = &event.event;
                format!("number-{}", number % 10)
            })
        }
    }

    impl Projects<Sent> for ByNumber {
        async fn project(
            &self,
            event: Recorded<MailsEvent>,
            sent: &mut Sent,
        ) -> Result<(), ProjectError> {
            Mails.project(event, sent).await
        }
    }

    impl ReadModel<Sent> for ByNumber {}

    pub(crate) struct Subscriber;

    impl EventHandler<Sent> for Subscriber {
        async fn handle(&self, event: RecordedEvent, sent: &mut Sent) -> Result<(), ProjectError> {
            for event in event.decode::<MailsEvent>()? {
                Mails.project(event, sent).await?;
            }
            Ok(())
        }
    }
}

type SentMails = MemoryProjections<Sent>;

struct Service {
    store: MemoryStore,
    kept: SentMails,
}

impl Service {
    fn new() -> Self {
        Self { store: MemoryStore::new(), kept: SentMails::new() }
    }

    /// A process of the service.
    fn node(&self) -> Projections<MemoryStore, SentMails> {
        Projections::new(self.store.clone(), self.kept.clone())
    }

    async fn append(&self, key: &str, event: NewEvent) {
        let append = Append::to(stream(key), ExpectedVersion::Any, vec![event]).unwrap();
        self.store.append(append).await.unwrap();
    }

    /// By the release of yesterday.
    async fn old_mail(&self, key: &str, number: u64) {
        let mail = old::MailsEvent::from(old::MailSent { number });
        self.append(key, NewEvent::of(&mail, Metadata::default()).unwrap()).await;
    }

    /// By the release of today.
    async fn new_mail(&self, key: &str, number: u64) {
        let mail = new::MailsEvent::from(new::MailSent { number, copies: 2 });
        self.append(key, NewEvent::of(&mail, Metadata::default()).unwrap()).await;
    }

    async fn bounced(&self, key: &str, number: u64) {
        let mail = new::MailsEvent::from(new::MailBounced { number });
        self.append(key, NewEvent::of(&mail, Metadata::default()).unwrap()).await;
    }

    fn sent(&self, name: &'static str) -> Sent {
        self.kept.read(&ProjectionName::new(name).unwrap(), Clone::clone).unwrap_or_default()
    }

    /// The number of slots that each node holds, rising.
    async fn shares(&self) -> Vec<usize> {
        let status = self.kept.versions(None).await.unwrap().remove(0);
        let held = |node: &NodeStatus| {
            status.slots.iter().filter(|slot| slot.owner == Some(node.node)).count()
        };
        let mut shares: Vec<_> = status.nodes.iter().map(held).collect();
        shares.sort_unstable();
        shares
    }

    async fn position(&self) -> Position {
        self.kept.versions(None).await.unwrap().remove(0).position()
    }

    async fn until_shares(&self, expected: &[usize]) {
        until_it("the shares are fair", async || self.shares().await == expected).await;
    }
}

#[tokio::test]
async fn mails_of_a_newer_release_are_left_to_it() {
    let service = Service::new();
    let old = service.node().run_with(old::Mails, brisk()).await.unwrap();
    let new = service.node().run_with(new::Mails, brisk()).await.unwrap();
    service.until_shares(&[32, 32]).await;

    for number in 0..20 {
        let key = format!("m-{number}");
        service.new_mail(&key, number).await;
        service.old_mail(&key, 100 + number).await;
    }

    until("all are sent", || service.sent("mails").total() == 40).await;
    for number in 0..20 {
        let key = format!("m-{number}");
        let sent = service.sent("mails");
        let [first, second] = sent.of(&key)[..] else { panic!("each mail once: {sent:?}") };
        assert_eq!(first, format!("{number}x2"), "the mail of the newer release, in its order");
        assert!(second.starts_with(&(100 + number).to_string()), "{second}");
    }
    service.until_shares(&[0, 64]).await;
    assert!(service.node().of::<new::Mails>().parked().await.unwrap().is_empty());
    old.stop().await;
    new.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_no_node_can_read_waits_is_named_and_goes_on_by_itself() {
    let service = Service::new();
    let old = service.node().run_with(old::Mails, brisk()).await.unwrap();
    service.old_mail("ada", 1).await;
    service.new_mail("ada", 2).await;
    service.old_mail("ada", 3).await;
    service.old_mail("bob", 4).await;

    until("others go on", || service.sent("mails").of("bob") == ["4"]).await;
    until_it("it is parked", async || !service.parked().await.is_empty()).await;
    // Longer than an event is tried before it is parked.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let parked = service.parked().await;
    assert_eq!((parked[0].attempts, parked[0].next_attempt, parked[0].behind), (0, None, 1));
    let health = service.node().health(&Thresholds::default()).await.unwrap();
    let text = health.to_string();
    assert_eq!(health.state, HealthState::Warn);
    let missing =
        "no node of this projection can read `mail-sent` v2; deploy the release that knows it";
    assert!(text.contains(missing), "{text}");
    assert!(!text.contains("has parked"), "{text}");

    let new = service.node().run_with(new::Mails, brisk()).await.unwrap();

    until("all are sent", || service.sent("mails").total() == 4).await;
    assert_eq!(service.sent("mails").of("ada"), ["1", "2x2", "3x1"]);
    until_it("nothing waits", async || service.parked().await.is_empty()).await;
    old.stop().await;
    new.stop().await;
}

impl Service {
    async fn parked(&self) -> Vec<es_core::projection::ParkedKey> {
        self.node().of::<new::Mails>().parked().await.unwrap()
    }
}

#[tokio::test]
async fn an_event_that_is_new_on_the_list_is_not_passed_by() {
    let service = Service::new();
    let old = service.node().run_with(old::Mails, brisk()).await.unwrap();
    service.until_shares(&[64]).await;
    let new = service.node().run_with(new::Mails, brisk()).await.unwrap();

    for number in 0..50 {
        service.bounced(&format!("m-{number}"), number).await;
    }

    until("all are known", || service.sent("mails").total() == 50).await;
    old.stop().await;
    new.stop().await;
    assert_eq!(service.sent("mails").total(), 50);
}

/// Nobody has run the newer release: the older one does not know what it passes by. The newer one says so.
#[tokio::test]
async fn an_event_that_was_passed_by_before_its_release_came_is_told() {
    let service = Service::new();
    let watcher = Watcher::default();
    let _watching = watcher.watch();
    let told = || {
        let warnings = watcher.warnings();
        warnings.into_iter().filter(|told| told.contains("passed by")).collect::<Vec<_>>()
    };
    let old = service.node().run_with(old::Mails, brisk()).await.unwrap();
    service.bounced("ada", 1).await;
    service.bounced("ada", 2).await;
    service.old_mail("bob", 3).await;
    until("the older release goes on", || service.sent("mails").of("bob") == ["3"]).await;
    until_it("all slots are there", async || service.position().await == Position(3)).await;

    let new = service.node().run_with(new::Mails, brisk()).await.unwrap();
    service.bounced("cleo", 4).await;

    until("what comes later is sent", || service.sent("mails").of("cleo") == ["4 bounced"]).await;
    until("it is told", || told().len() == 1).await;
    assert!(told()[0].contains("mail-bounced"), "{:?}", told());
    // It is known from now on.
    let newest = service.node().run_with(new::Mails, brisk()).await.unwrap();
    service.until_shares(&[21, 21, 22]).await;
    assert_eq!(told().len(), 1);
    for running in [old, new, newest] {
        running.stop().await;
    }
}

#[tokio::test]
async fn an_event_that_is_new_on_the_list_waits_for_the_release_that_has_gone() {
    let service = Service::new();
    let new = service.node().run_with(new::Mails, brisk()).await.unwrap();
    new.stop().await;
    let old = service.node().run_with(old::Mails, brisk()).await.unwrap();

    service.bounced("ada", 1).await;
    service.old_mail("bob", 2).await;
    until("others go on", || service.sent("mails").of("bob") == ["2"]).await;
    let health = service.node().health(&Thresholds::default()).await.unwrap().to_string();
    assert!(health.contains("can read `mail-bounced` v1"), "{health}");
    old.stop().await;
    let new = service.node().run_with(new::Mails, brisk()).await.unwrap();

    until("it is known", || service.sent("mails").of("ada") == ["1 bounced"]).await;
    new.stop().await;
}

#[tokio::test]
async fn a_node_that_cannot_tell_the_key_stops_before_the_event() {
    let service = Service::new();
    let old = service.node().run_with(old::ByNumber, brisk()).await.unwrap();
    service.old_mail("ada", 1).await;
    service.new_mail("bob", 1).await;
    service.old_mail("ada", 1).await;
    until("what is before it is done", || service.sent("by-number").total() == 1).await;
    until_it("the node says why it stops", async || {
        let health = service.node().health(&Thresholds::default()).await.unwrap().to_string();
        health.contains("too old to read `mail-sent` v2")
    })
    .await;
    assert_eq!(service.sent("by-number").total(), 1);

    let new = service.node().run_with(new::ByNumber, brisk()).await.unwrap();

    until("all are sent", || service.sent("by-number").total() == 3).await;
    assert_eq!(service.sent("by-number").of("ada"), ["1", "1x1"]);
    service.until_shares(&[0, 64]).await;
    old.stop().await;
    new.stop().await;
}

#[tokio::test]
async fn a_named_subscription_leaves_it_to_the_newer_release_as_well() {
    let service = Service::new();
    let name = || ProjectionName::new("mailer").unwrap();
    let all = Selection::log;
    let begin = Start::Beginning;
    let old = service.node();
    let old = old.subscribe_with(name(), all(), begin, old::Subscriber, brisk());
    let old = old.await.unwrap();
    for number in 0..20 {
        service.new_mail(&format!("m-{number}"), number).await;
    }
    let node = service.node();
    let mailer = node.named("mailer").unwrap();
    until_it("the old release waits", async || mailer.parked().await.unwrap().len() == 20).await;

    let new = service.node();
    let new = new.subscribe_with(name(), all(), begin, new::Subscriber, brisk()).await.unwrap();

    until("all are sent", || service.sent("mailer").total() == 20).await;
    until_it("nothing waits", async || mailer.parked().await.unwrap().is_empty()).await;
    old.stop().await;
    new.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_newer_events_is_waited_for_and_not_copied() {
    let service = Service::new();
    let old = service.node().run_with(old::Mails, brisk()).await.unwrap();
    for number in 0..1500 {
        service.new_mail(&format!("m-{number}"), number).await;
    }
    until_it("many are parked", async || service.parked().await.len() == 1000).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(service.parked().await.len(), 1000);

    let new = service.node().run_with(new::Mails, brisk()).await.unwrap();

    until("all are sent", || service.sent("mails").total() == 1500).await;
    until_it("nothing waits", async || service.parked().await.is_empty()).await;
    old.stop().await;
    new.stop().await;
}
