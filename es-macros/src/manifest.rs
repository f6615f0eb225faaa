//! The manifest of the package that is compiled.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use proc_macro2::Ident;

use crate::dependency::{self, Dependency};
use crate::toml::{self, Entry};

/// A manifest that has been read.
struct Known {
    path: PathBuf,
    modified: Option<SystemTime>,
    es_core: Dependency<&'static str>,
}

/// The manifests of this process: one in a compiler, those of a workspace in an editor.
static KNOWN: Mutex<Vec<Known>> = Mutex::new(Vec::new());

/// The name of es-core in the package that is compiled.
///
/// cargo tells where the manifest is; another build system may not. A manifest is read once, and again
/// when it has been written: an editor keeps the derives running. A name that is changed in the manifest of the
/// workspace alone is seen by the next process.
pub(crate) fn es_core() -> Dependency<&'static str> {
    let Some(path) = path() else {
        return Dependency::Unknown;
    };
    let modified = modified(&path);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.retain(|known| known.path != path || known.modified == modified);
    if let Some(known) = known.iter().find(|known| known.path == path) {
        return known.es_core;
    }
    let es_core = read(&path);
    known.push(Known { path, modified, es_core });
    es_core
}

fn path() -> Option<PathBuf> {
    let of_a_script = env::var_os("CARGO_MANIFEST_PATH").map(PathBuf::from);
    of_a_script.or_else(|| Some(Path::new(&env::var_os("CARGO_MANIFEST_DIR")?).join("Cargo.toml")))
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|file| file.modified()).ok()
}

fn read(path: &Path) -> Dependency<&'static str> {
    let Ok(manifest) = fs::read_to_string(path) else {
        return Dependency::Unknown;
    };
    match dependency::find(&manifest, |manifest| workspace(path, manifest)) {
        // One name for each manifest that is read.
        Dependency::Named(name) if syn::parse_str::<Ident>(&name).is_ok() => {
            Dependency::Named(name.leak())
        }
        Dependency::Missing => Dependency::Missing,
        Dependency::Named(_) | Dependency::Unknown => Dependency::Unknown,
    }
}

/// The manifest of the workspace to which the package at `path` belongs, as cargo finds it: the package
/// itself, the one that it names, or the first one above it.
fn workspace(path: &Path, manifest: &[Entry]) -> Option<Vec<Entry>> {
    if is_workspace(manifest) {
        return toml::entries(&fs::read_to_string(path).ok()?);
    }
    let folder = path.parent()?;
    if let Some(named) = manifest.iter().find(|entry| entry.is(&["package", "workspace"])) {
        let root = folder.join(&named.value).join("Cargo.toml");
        return toml::entries(&fs::read_to_string(root).ok()?);
    }
    folder.ancestors().skip(1).find_map(|folder| {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).ok()?;
        toml::entries(&manifest).filter(|manifest| is_workspace(manifest))
    })
}

fn is_workspace(manifest: &[Entry]) -> bool {
    manifest.iter().any(|entry| entry.path.first().is_some_and(|first| first == "workspace"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own, which goes with the value.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = env::temp_dir().join(format!("es-macros-{}-{name}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        /// Writes a manifest, and returns where.
        fn put(&self, folder: &str, manifest: &str) -> PathBuf {
            let folder = self.0.join(folder);
            fs::create_dir_all(&folder).unwrap();
            let path = folder.join("Cargo.toml");
            fs::write(&path, manifest).unwrap();
            path
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    const ROOT: &str = "[workspace]\n\
                        [workspace.dependencies]\n\
                        history = { package = \"es-core\", version = \"1\" }\n";
    const MEMBER: &str = "[package]\nname = \"member\"\n[dependencies]\nhistory.workspace = true\n";

    #[test]
    fn a_name_of_the_workspace_above_is_found_past_manifests_that_are_none() {
        let folder = Folder::new("above");
        folder.put("", ROOT);
        folder.put("crates", "[package]\nname = \"between\"\n");
        let member = folder.put("crates/member", MEMBER);

        assert_eq!(read(&member), Dependency::Named("history"));
    }

    #[test]
    fn a_root_that_is_a_package_is_its_own_workspace() {
        let folder = Folder::new("itself");
        let root = folder.put("", &format!("{ROOT}{MEMBER}"));

        assert_eq!(read(&root), Dependency::Named("history"));
    }

    #[test]
    fn a_package_may_name_its_workspace() {
        let folder = Folder::new("named");
        folder.put("root", ROOT);
        let named = MEMBER.replace("[dependencies]", "workspace = \"../root\"\n[dependencies]");
        let member = folder.put("beside", &named);

        assert_eq!(read(&member), Dependency::Named("history"));
    }

    #[test]
    fn a_workspace_that_cannot_be_found_tells_nothing() {
        let folder = Folder::new("alone");
        let member = folder.put("", MEMBER);

        assert_eq!(read(&member), Dependency::Unknown);
    }
}
