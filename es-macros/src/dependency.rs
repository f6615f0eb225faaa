//! The name under which a package knows es-core.

use crate::toml::{Entry, entries};

/// The result of a look into a manifest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Dependency<N> {
    /// The package has es-core under this name.
    Named(N),
    /// The package does not depend on es-core.
    Missing,
    /// The manifest could not be read.
    Unknown,
}

/// The kinds of dependencies, those of the library first.
const KINDS: [&[&str]; 3] = [
    &["dependencies"],
    &["dev-dependencies", "dev_dependencies"],
    &["build-dependencies", "build_dependencies"],
];

/// The name of es-core in the package with this manifest. `workspace` is the manifest of its workspace,
/// which is asked for if a dependency may have been renamed there.
pub(crate) fn find(
    manifest: &str,
    workspace: impl FnOnce(&[Entry]) -> Option<Vec<Entry>>,
) -> Dependency<String> {
    let Some(manifest) = entries(manifest) else {
        return Dependency::Unknown;
    };
    let is_itself = |entry: &Entry| entry.is(&["package", "name"]) && is_es_core(&entry.value);
    if manifest.iter().any(is_itself) {
        return Dependency::Named("es_core".to_owned());
    }
    let kinds = KINDS.map(|kind| declared(&manifest, kind).collect::<Vec<_>>());
    if let Some(name) = kinds.iter().find_map(|declared| es_core_among(declared)) {
        return Dependency::Named(name);
    }
    let declared = kinds.concat();
    let mut inherited = declared.iter().filter(|declared| declared.key == ["workspace"]).peekable();
    if inherited.peek().is_none() {
        return Dependency::Missing;
    }
    let Some(workspace) = workspace(&manifest) else {
        return Dependency::Unknown;
    };
    let is_renamed = |declared: &&Declared<'_>| {
        let path = ["workspace", "dependencies", declared.name, "package"];
        workspace.iter().any(|entry| entry.is(&path) && is_es_core(&entry.value))
    };
    match inherited.find(is_renamed) {
        Some(declared) => Dependency::Named(in_code(declared.name)),
        None => Dependency::Missing,
    }
}

/// The name of es-core among the dependencies of a kind. Beside another release of it under a name of its own,
/// it is the one that is called so.
fn es_core_among(declared: &[Declared<'_>]) -> Option<String> {
    let own = declared.iter().find(|declared| is_es_core(declared.name));
    let renamed = || declared.iter().find(|declared| declared.is_renamed());
    own.or_else(renamed).map(|declared| in_code(declared.name))
}

/// One key of a declared dependency.
#[derive(Clone, Copy)]
struct Declared<'a> {
    name: &'a str,
    /// The key behind the name; none for the dependency itself.
    key: &'a [String],
    value: &'a str,
}

impl Declared<'_> {
    /// True if es-core has another name.
    fn is_renamed(&self) -> bool {
        self.key == ["package"] && is_es_core(self.value)
    }
}

/// The dependencies of one kind, those for a target included.
fn declared<'a>(manifest: &'a [Entry], kind: &[&str]) -> impl Iterator<Item = Declared<'a>> {
    manifest.iter().filter_map(move |entry| {
        let path = match &entry.path[..] {
            [target, _, rest @ ..] if target == "target" => rest,
            path => path,
        };
        match path {
            [first, name, key @ ..] if kind.contains(&first.as_str()) => {
                Some(Declared { name, key, value: &entry.value })
            }
            _ => None,
        }
    })
}

fn is_es_core(name: &str) -> bool {
    in_code(name) == "es_core"
}

/// The name of a package or dependency as code writes it.
fn in_code(name: &str) -> String {
    name.replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find_in(manifest: &str) -> Dependency<String> {
        find(manifest, |_| panic!("nothing is inherited"))
    }

    fn named(name: &str) -> Dependency<String> {
        Dependency::Named(name.to_owned())
    }

    #[test]
    fn beside_an_older_release_under_another_name_it_is_the_one_of_its_own_name() {
        let both = "[dependencies]\n\
                    old = { package = \"es-core\", version = \"0.1\" }\n\
                    es-core = \"0.2\"\n";

        assert_eq!(find_in(both), named("es_core"));
    }

    #[test]
    fn a_dependency_under_its_own_name_is_found_in_every_form() {
        for line in [
            "es-core = \"0.1\"",
            "es-core = { version = \"0.1\", default-features = false }",
            "es-core.workspace = true",
            "\"es-core\" = '0.1'",
            "es_core.path = \"../es-core\"",
            "[dependencies.es-core]\nversion = \"0.1\"",
        ] {
            assert_eq!(find_in(&format!("[dependencies]\n{line}\n")), named("es_core"), "{line}");
        }
    }

    #[test]
    fn a_renamed_dependency_is_found_in_every_form() {
        for line in [
            "event-history = { package = \"es-core\", version = \"0.1\" }",
            "event-history.package = \"es-core\"",
            "[dependencies.event-history]\nversion = \"0.1\"\npackage = \"es-core\"",
            "[target.'cfg(unix)'.dependencies]\nevent-history = { package = \"es-core\" }",
            "[target.x86_64-unknown-linux-gnu.dependencies.event-history]\npackage = \"es-core\"",
            "[dev-dependencies]\nevent-history = { package = \"es-core\" }",
        ] {
            assert_eq!(
                find_in(&format!("[dependencies]\n{line}\n")),
                named("event_history"),
                "{line}"
            );
        }
    }

    #[test]
    fn a_dependency_of_the_library_comes_before_one_of_its_tests() {
        let manifest = "[dev-dependencies]\nes-core = \"0.1\"\n\
                        [dependencies]\nhistory = { package = \"es-core\" }\n";

        assert_eq!(find_in(manifest), named("history"));
    }

    #[test]
    fn a_package_knows_itself() {
        assert_eq!(find_in("[package]\nname = \"es-core\"\n"), named("es_core"));
    }

    #[test]
    fn a_package_that_names_it_elsewhere_does_not_depend_on_it() {
        let manifest = "[package]\nname = \"es-core-tools\"\ndescription = \"es-core\"\n\
                        [features]\nes-core = []\n[dependencies]\nframework = \"1\"\n";

        assert_eq!(find_in(manifest), Dependency::Missing);
    }

    #[test]
    fn a_dependency_renamed_in_the_workspace_is_found_there() {
        let root =
            "[workspace.dependencies]\nhistory = { package = \"es-core\", path = \"es-core\" }\n";
        let manifest = "[dependencies]\nserde.workspace = true\nhistory = { workspace = true }\n";

        let found = find(manifest, |_| entries(root));

        assert_eq!(found, named("history"));
    }

    #[test]
    fn a_workspace_that_cannot_be_read_leaves_it_open() {
        let manifest = "[dependencies]\nserde.workspace = true\n";

        assert_eq!(find(manifest, |_| None), Dependency::Unknown);
        assert_eq!(find(manifest, |_| Some(Vec::new())), Dependency::Missing);
    }
}
