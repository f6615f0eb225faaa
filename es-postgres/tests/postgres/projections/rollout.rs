//! Two releases of a service beside each other on one database, as while it is deployed.

use std::time::Duration;

use es_core::prelude::*;
use es_core::projection::{Projections, RunOptions, Running, Thresholds};
use es_core::{Append, NewEvent, Project, ProjectError, Projection, ReadModel};
use es_postgres::PgStore;
use es_postgres::sqlx::{self, PgConnection};

use crate::support::{Fixture, fixture};

/// Twice in here is twice done: the key is not unique.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS public.sent (key text, what text)";

async fn send(db: &mut PgConnection, stream: &StreamId, what: String) -> Result<(), ProjectError> {
    sqlx::query("INSERT INTO public.sent VALUES ($1, $2)")
        .bind(stream.key().as_str().to_owned())
        .bind(what)
        .execute(db)
        .await?;
    Ok(())
}

mod old {
    use super::*;

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[serde(crate = "es_core::serde")]
    #[event(name = "mail-sent")]
    pub(crate) struct MailSent {
        pub(crate) number: u64,
    }

    /// The release of yesterday.
    #[derive(Projection)]
    #[projection(name = "mails", version = 1, events(MailSent), db = PgConnection)]
    pub(crate) struct Mails;

    impl Project<MailSent, PgConnection> for Mails {
        async fn project(
            &self,
            event: Recorded<MailSent>,
            db: &mut PgConnection,
        ) -> Result<(), ProjectError> {
            send(db, &event.stream, event.event.number.to_string()).await
        }
    }

    impl ReadModel<PgConnection> for Mails {}
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

    /// The release of today.
    #[derive(Projection)]
    #[projection(name = "mails", version = 1, events(MailSent, MailBounced), db = PgConnection)]
    pub(crate) struct Mails;

    impl Project<MailSent, PgConnection> for Mails {
        async fn project(
            &self,
            event: Recorded<MailSent>,
            db: &mut PgConnection,
        ) -> Result<(), ProjectError> {
            let MailSent { number, copies } = event.event;
            send(db, &event.stream, format!("{number}x{copies}")).await
        }
    }

    impl Project<MailBounced, PgConnection> for Mails {
        async fn project(
            &self,
            event: Recorded<MailBounced>,
            db: &mut PgConnection,
        ) -> Result<(), ProjectError> {
            send(db, &event.stream, format!("{} bounced", event.event.number)).await
        }
    }

    impl ReadModel<PgConnection> for Mails {}
}

struct Service {
    fixture: Fixture,
}

impl Service {
    async fn new() -> Self {
        let fixture = fixture().await;
        sqlx::query(TABLE).execute(&fixture.pool).await.unwrap();
        Self { fixture }
    }

    fn projections(&self) -> Projections<PgStore, es_postgres::PgProjections> {
        let store = PgStore::new(self.fixture.pool.clone());
        Projections::new(store.clone(), store.projections())
    }

    /// A process of the service: of the release of yesterday or of today.
    async fn run<P: ReadModel<PgConnection>>(&self, projection: P) -> Running {
        let options = RunOptions::default().with_lease(Duration::from_millis(800));
        self.projections().run_with(projection, options).await.unwrap()
    }

    async fn append<E: EventSet>(&self, key: String, event: E) {
        let stream = StreamId::new(Category::new("mail").unwrap(), StreamKey::new(key).unwrap());
        let event = NewEvent::of(&event, Metadata::default()).unwrap();
        let append = Append::to(stream, ExpectedVersion::Any, vec![event]).unwrap();
        self.fixture.store.append(append).await.unwrap();
    }

    async fn old_mail(&self, number: u64) {
        let mail = old::MailsEvent::from(old::MailSent { number });
        self.append(format!("m-{}", number % 20), mail).await;
    }

    async fn new_mail(&self, number: u64) {
        let mail = new::MailsEvent::from(new::MailSent { number, copies: 2 });
        self.append(format!("m-{}", number % 20), mail).await;
    }

    async fn bounced(&self, number: u64) {
        let mail = new::MailsEvent::from(new::MailBounced { number });
        self.append(format!("m-{}", number % 20), mail).await;
    }

    async fn until_sent(&self, number: i64) {
        self.fixture.until("SELECT count(*) FROM public.sent", number).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mixed_fleet_parks_nothing_loses_nothing_and_does_nothing_twice() {
    let service = Service::new().await;
    let old = service.run(old::Mails).await;
    for number in 0..40 {
        service.old_mail(number).await;
    }
    let new = service.run(new::Mails).await;
    for number in 0..40 {
        service.new_mail(100 + number).await;
        service.old_mail(200 + number).await;
        service.bounced(300 + number).await;
    }

    service.until_sent(160).await;
    old.stop().await;
    service.new_mail(400).await;
    service.until_sent(161).await;
    let twice = "SELECT count(*) FROM (SELECT FROM public.sent \
                 GROUP BY key, regexp_replace(what, 'x.*', '') HAVING count(*) > 1) twice";
    assert_eq!(service.fixture.number(twice).await, 0);
    assert_eq!(service.fixture.number("SELECT count(*) FROM es.parked").await, 0);
    new.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_node_can_read_is_named_and_goes_on_with_the_release_that_reads_it() {
    let service = Service::new().await;
    let old = service.run(old::Mails).await;
    for number in 0..20 {
        service.old_mail(number).await;
        service.new_mail(100 + number).await;
    }
    service.until_sent(20).await;
    service.fixture.until("SELECT count(*) FROM es.parked WHERE is_unreadable", 20).await;
    let tries = "SELECT coalesce(sum(attempts), 0) FROM es.parked";
    assert_eq!(service.fixture.number(tries).await, 0);
    let health = service.projections().health(&Thresholds::default()).await.unwrap();
    assert!(health.to_string().contains("can read `mail-sent` v2; deploy the release"), "{health}");

    let new = service.run(new::Mails).await;

    service.until_sent(40).await;
    service.fixture.until("SELECT count(*) FROM es.parked", 0).await;
    old.stop().await;
    new.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_release_parks_beside_this_one_is_handled_by_itself() {
    let service = Service::new().await;
    let old = service.run(old::Mails).await;
    service.new_mail(1).await;
    service.fixture.until("SELECT count(*) FROM es.parked WHERE is_unreadable", 1).await;
    old.stop().await;
    // The statement of the release before, which knows nothing of what this one has added to the row.
    let before = "WITH gone AS (DELETE FROM es.parked RETURNING *) \
                  INSERT INTO es.parked (projection, slot, key, position, version, recorded_at, id, \
                         schema_version, name, payload, metadata, category, stream_key, is_first, error, \
                         attempts) \
                  SELECT projection, slot, key, position, version, recorded_at, id, schema_version, name, \
                         payload, metadata, category, stream_key, true, error, 5 FROM gone";
    sqlx::query(before).execute(&service.fixture.pool).await.unwrap();
    let old = service.run(old::Mails).await;
    let untried = "SELECT count(*) FROM es.parked WHERE is_unreadable AND attempts = 0";
    service.fixture.until(untried, 1).await;
    old.stop().await;

    let new = service.run(new::Mails).await;

    service.until_sent(1).await;
    service.fixture.until("SELECT count(*) FROM es.parked", 0).await;
    new.stop().await;
}
