//! History made quickly, for what is measured on top of it.

use sqlx::PgPool;

use crate::domain::deposited;

/// `count` accounts, `<prefix>0` and so on, with `events` each.
pub async fn accounts(pool: &PgPool, prefix: &str, count: u64, events: u64) -> anyhow::Result<()> {
    let sql = "WITH named AS (\
            INSERT INTO es.streams (category, key) \
            SELECT 'account', $1 || nth FROM generate_series(0, $2 - 1) nth RETURNING id) \
        INSERT INTO es.events \
            (position, stream, version, recorded_at, id, schema_version, name, payload, metadata) \
        SELECT nextval('es.events_position_seq'), sorted.* \
          FROM (SELECT named.id, version, now(), gen_random_uuid(), 1, 'deposited', $4::json, '{}'::json \
                  FROM named CROSS JOIN generate_series(1, $3) version \
                 ORDER BY version, named.id) sorted";
    let payload = serde_json::to_string(&deposited(1))?;
    sqlx::query(sql)
        .bind(prefix)
        .bind(i64::try_from(count)?)
        .bind(i64::try_from(events)?)
        .bind(payload)
        .execute(pool)
        .await?;
    Ok(())
}

/// `count` accounts, `<prefix>0` and so on, with `events` each, in turn: numbered, of different amounts,
/// one of `withdrawn` a withdrawal and the others deposits; none if that is 0.
pub async fn history(
    pool: &PgPool,
    prefix: &str,
    count: u64,
    events: u64,
    withdrawn: u64,
) -> anyhow::Result<()> {
    let sql = "WITH named AS (\
            INSERT INTO es.streams (category, key) \
            SELECT 'account', $1 || nth FROM generate_series(0, $2 - 1) nth RETURNING id) \
        INSERT INTO es.events \
            (position, stream, version, recorded_at, id, schema_version, name, payload, metadata) \
        SELECT nextval('es.events_position_seq'), sorted.* \
          FROM (SELECT named.id, version, now(), gen_random_uuid(), 1, \
                       CASE (named.id * 7 + version) % nullif($4, 0) WHEN 0 THEN 'withdrawn' ELSE 'deposited' END, \
                       ('{\"number\":' || version || ',\"cents\":' || (named.id * 13 + version * 7) % 9000 + 1000 \
                        || ',\"reference\":\"standing order of the 1st of the month, for the rent of the flat, cellar\"}' \
                       )::json, '{}'::json \
                  FROM named CROSS JOIN generate_series(1, $3) version \
                 ORDER BY version, named.id) sorted";
    sqlx::query(sql)
        .bind(prefix)
        .bind(i64::try_from(count)?)
        .bind(i64::try_from(events)?)
        .bind(i64::try_from(withdrawn)?)
        .execute(pool)
        .await?;
    Ok(())
}

/// Tells the planner of what was filled in. Every session then plans anew: before a measurement, not
/// between two of them.
pub async fn analyze(pool: &PgPool) -> anyhow::Result<()> {
    sqlx::query("ANALYZE es.streams").execute(pool).await?;
    sqlx::query("ANALYZE es.events").execute(pool).await?;
    Ok(())
}
