//! A row of the log that cannot be read holds up its own key, and nobody else.

use es_core::projection::{HealthState, ParkedSelector, Thresholds};
use es_postgres::sqlx;

use super::support::{Deed, Deeds, Stage};

/// Ada, bob, cyd and ada again; bob's event is damaged by `sql`.
async fn damaged(sql: &'static str) -> Stage {
    use Deed::Nothing;
    let deeds = [("ada", Nothing), ("bob", Nothing), ("cyd", Nothing), ("ada", Nothing)];
    let stage = Stage::of(&deeds).await;
    sqlx::raw_sql(sql).execute(&stage.fixture.pool).await.unwrap();
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_row_parks_its_own_key_and_stays_damaged() {
    for sql in [
        "UPDATE es.events SET metadata = '[7]' WHERE position = 2",
        "UPDATE es.events SET metadata = '{\"actor\": \"\"}' WHERE position = 2",
        "UPDATE es.events SET metadata = '{\"traceparent\": \"00-AB\"}' WHERE position = 2",
        "UPDATE es.events SET metadata = '{\"headers\": {\"a\": 7}}' WHERE position = 2",
        "UPDATE es.events SET schema_version = -7 WHERE position = 2",
        "DELETE FROM es.streams WHERE id = (SELECT stream FROM es.events WHERE position = 2)",
    ] {
        let stage = damaged(sql).await;

        let running = stage.run().await;
        let status = stage.projections.status().await.unwrap();
        let health = stage.projections.health(&Thresholds::default()).await.unwrap();

        assert_eq!((stage.times("ada").await, stage.times("cyd").await), (2, 1), "{sql}");
        assert_eq!(status[0].version.parked_events, 1, "{sql}");
        assert_eq!(health.state, HealthState::Warn, "{sql}: {health}");
        let parked = stage.parked().await;
        assert!(parked[0].error.contains("the record is damaged"), "{sql}: {}", parked[0].error);

        // A parked event is as damaged as it was in the log.
        stage.projections.of::<Deeds>().replay(&ParkedSelector::All).await.unwrap();
        stage.until_tried(parked[0].key.as_str(), 1).await;
        running.stop().await;
        assert_eq!(stage.times("bob").await, 0, "{sql}");
    }
}
