//! A projection in two releases of a service: the older one knows neither a newer version of one
//! event nor another event at all.

use std::time::Duration;

use es_core::ProjectionKey;
use es_core::prelude::*;
use sqlx::{Executor, PgConnection};

/// The time that a mail takes: processes are killed within their batches.
pub const TAKES: Duration = Duration::from_millis(2);

/// Twice in here is twice done.
const TABLE: &str = "CREATE TABLE sent (\
    serial bigint GENERATED ALWAYS AS IDENTITY, position bigint NOT NULL, key text NOT NULL, \
    by_newer boolean NOT NULL)";

async fn create(db: &mut PgConnection) -> Result<(), ProjectError> {
    db.execute(TABLE).await?;
    Ok(())
}

async fn send<E>(
    event: &Recorded<E>,
    by_newer: bool,
    db: &mut PgConnection,
) -> Result<(), ProjectError> {
    let key = ProjectionKey::of_stream(&event.stream);
    let position = i64::try_from(event.position.0)?;
    let sql = "INSERT INTO sent (position, key, by_newer) VALUES ($1, $2, $3)";
    sqlx::query(sql).bind(position).bind(key.as_str()).bind(by_newer).execute(db).await?;
    tokio::time::sleep(TAKES).await;
    Ok(())
}

/// The release of yesterday.
pub mod older {
    use super::{PgConnection, create, send};
    use es_core::prelude::*;

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[event(name = "mail-sent")]
    pub struct MailSent {
        pub number: u64,
    }

    #[derive(Projection, Clone)]
    #[projection(name = "mails", version = 1, events(MailSent))]
    pub struct Mails;

    impl Project<MailSent, PgConnection> for Mails {
        async fn project(
            &self,
            event: Recorded<MailSent>,
            db: &mut PgConnection,
        ) -> Result<(), ProjectError> {
            send(&event, false, db).await
        }
    }

    impl ReadModel<PgConnection> for Mails {
        async fn create(&self, db: &mut PgConnection) -> Result<(), ProjectError> {
            create(db).await
        }
    }
}

/// The release of today.
pub mod newer {
    use super::{PgConnection, create, send};
    use es_core::prelude::*;

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[event(name = "mail-sent", version = 2)]
    pub struct MailSent {
        pub number: u64,
        #[event(added(in = 2, default = 1))]
        pub copies: u64,
    }

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[event(name = "mail-bounced")]
    pub struct MailBounced {
        pub number: u64,
    }

    #[derive(Projection, Clone)]
    #[projection(name = "mails", version = 1, events(MailSent, MailBounced))]
    pub struct Mails;

    impl Project<MailSent, PgConnection> for Mails {
        async fn project(
            &self,
            event: Recorded<MailSent>,
            db: &mut PgConnection,
        ) -> Result<(), ProjectError> {
            send(&event, true, db).await
        }
    }

    impl Project<MailBounced, PgConnection> for Mails {
        async fn project(
            &self,
            event: Recorded<MailBounced>,
            db: &mut PgConnection,
        ) -> Result<(), ProjectError> {
            send(&event, true, db).await
        }
    }

    impl ReadModel<PgConnection> for Mails {
        async fn create(&self, db: &mut PgConnection) -> Result<(), ProjectError> {
            create(db).await
        }
    }
}
