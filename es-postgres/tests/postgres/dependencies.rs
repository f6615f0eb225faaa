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

/// The lowest version of Rust that has what the sources of the framework are written with: let chains.
const LANGUAGE: (u32, u32) = (1, 88);

/// The metadata of the workspace, as cargo resolves it.
fn metadata() -> serde_json::Value {
    let cargo = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .unwrap();
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    serde_json::from_slice(&cargo.stdout).unwrap()
}

/// The version of Rust that a package needs by its own word.
fn stated(package: &serde_json::Value) -> (u32, u32) {
    let Some(text) = package["rust_version"].as_str() else { return (0, 0) };
    let mut numbers = text.split('.').map(|number| number.parse().unwrap());
    (numbers.next().unwrap(), numbers.next().unwrap_or(0))
}

/// The packages that `name` is built with under its default features, itself left out.
fn built_with<'a>(metadata: &'a serde_json::Value, name: &str) -> Vec<&'a serde_json::Value> {
    let tree = std::process::Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--package",
            name,
        ])
        .args(["--format", "{p}", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    let is_in_tree = |package: &serde_json::Value| {
        let (name, version) = (package["name"].as_str(), package["version"].as_str());
        let line = format!("{} v{}", name.unwrap(), version.unwrap());
        tree.lines().any(|found| found == line || found.starts_with(&format!("{line} ")))
    };
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages.filter(|package| is_in_tree(package) && package["name"] != name).collect()
}

#[test]
fn each_crate_states_the_lowest_rust_that_its_dependencies_allow() {
    let metadata = metadata();
    for name in ["es-macros", "es-core", "es-testing", "es-postgres"] {
        let packages = metadata["packages"].as_array().unwrap();
        let own = stated(packages.iter().find(|package| package["name"] == name).unwrap());

        let needed = built_with(&metadata, name).into_iter().map(stated).max().unwrap();

        assert_eq!(own, needed.max(LANGUAGE), "{name}");
    }
}
