//! A read model in two releases of a service, with an effect: what is rebuilt.

use es_core::prelude::*;
use sqlx::PgConnection;

use crate::domain::Withdrawn;

/// The table of effects: outside of every version.
pub const NOTICE: &str =
    "CREATE TABLE notice (position bigint NOT NULL, by_version bigint NOT NULL)";

pub mod first {
    super::totals!(1, "is_old");
}

/// The second release: the first one with another column.
pub mod second {
    super::totals!(2, "is_new");
}

/// Both are the same but for their version: that is what a second release begins as.
macro_rules! totals {
    ($version:literal, $column:literal) => {
        use es_core::prelude::*;
        use es_core::{ProjectAll, React, ReadModel};
        use sqlx::PgConnection;

        use crate::domain::{Deposited, Withdrawn};
        use crate::read_models::{ACCOUNT, Folded};

        #[derive(Projection, Clone)]
        #[projection(name = "totals", version = $version, bulk)]
        #[projection(events(Deposited, Withdrawn), effects(Withdrawn), start = beginning)]
        pub struct Totals;

        impl ProjectAll<PgConnection> for Totals {
            async fn project_all(
                &self,
                events: &[Recorded<TotalsEvent>],
                db: &mut PgConnection,
            ) -> Result<(), ProjectError> {
                let mut folded = Folded::default();
                for event in events {
                    let account = event.stream.key().as_str();
                    match &event.event {
                        TotalsEvent::Deposited(deposited) => folded.add(account, deposited)?,
                        TotalsEvent::Withdrawn(withdrawn) => folded.add(account, withdrawn)?,
                    }
                }
                folded.write(db).await
            }
        }

        impl React<Withdrawn, PgConnection> for Totals {
            async fn react(
                &self,
                event: Recorded<Withdrawn>,
                db: &mut PgConnection,
            ) -> Result<(), ProjectError> {
                super::notice(&event, $version, db).await
            }
        }

        impl ReadModel<PgConnection> for Totals {
            async fn create(&self, db: &mut PgConnection) -> Result<(), ProjectError> {
                sqlx::query(ACCOUNT).execute(&mut *db).await?;
                let column = concat!("ALTER TABLE account ADD COLUMN ", $column, " boolean");
                sqlx::query(column).execute(db).await?;
                Ok(())
            }
        }
    };
}
use totals;

async fn notice(
    event: &Recorded<Withdrawn>,
    version: i64,
    db: &mut PgConnection,
) -> Result<(), ProjectError> {
    let position = i64::try_from(event.position.0)?;
    let sql = "INSERT INTO public.notice VALUES ($1, $2)";
    sqlx::query(sql).bind(position).bind(version).execute(db).await?;
    Ok(())
}
