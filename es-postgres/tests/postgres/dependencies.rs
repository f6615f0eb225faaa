//! The packages that es-postgres brings into the lock file of a service.

// One program links SQLite once, so a driver for it in the lock file, though nobody builds it, keeps a
// service from any other crate that links it. A feature of `sqlx` such as `uuid` or `json` puts it there.
#[test]
fn no_driver_for_another_database_is_among_them() {
    let lock = include_str!("../../../Cargo.lock");

    let drivers = ["sqlx-postgres", "sqlx-sqlite", "sqlx-mysql", "libsqlite3-sys"];
    let found = drivers.map(|name| lock.contains(&format!("name = \"{name}\"\n")));

    assert_eq!(found, [true, false, false, false]);
}
