//! A lock between processes: a file that is locked for as long as it is open.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::Path;

/// Waits for the lock of `path`, a file that is made for `owner`.
pub(super) fn held(path: &Path, owner: Option<(u32, u32)>) -> io::Result<File> {
    loop {
        let lock = File::create(path)?;
        // Not by its path, where another file may be by now.
        if let Some((uid, gid)) = owner {
            fchown(&lock, Some(uid), Some(gid))?;
        }
        lock.lock()?;
        // Whoever tidies the temporary directory may have removed the file while this one waited;
        // others would then lock another one of that name.
        if is_still_at(path, &lock)? {
            return Ok(lock);
        }
    }
}

/// True if the file at `path` is the one that was opened as `file`.
fn is_still_at(path: &Path, file: &File) -> io::Result<bool> {
    let opened = file.metadata()?;
    match fs::metadata(path) {
        Ok(found) => Ok((found.dev(), found.ino()) == (opened.dev(), opened.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::super::home::scratch;
    use super::*;

    /// ```text
    /// this thread    locks, writes │               │ removes the file, lets go
    /// the other one                │ opens, waits  │                          │ locks, looks, opens anew
    /// ```
    #[test]
    fn a_lock_that_was_waited_for_is_on_the_file_that_others_find() {
        let directory = scratch("lock");
        let path = directory.join("lock");
        let first = held(&path, None).unwrap();
        fs::write(&path, "emptied by whoever opens it").unwrap();
        let same = path.clone();
        let waiting = thread::spawn(move || held(&same, None).unwrap());
        while fs::metadata(&path).unwrap().len() > 0 {
            thread::yield_now();
        }

        fs::remove_file(&path).unwrap();
        drop(first);
        let lock = waiting.join().unwrap();

        let is_found = is_still_at(&path, &lock).unwrap();
        fs::remove_dir_all(directory).unwrap();
        assert!(is_found);
    }

    #[test]
    fn a_lock_whose_file_was_removed_or_replaced_is_none() {
        let directory = scratch("lock");
        let path = directory.join("lock");
        let lock = File::create(&path).unwrap();
        let at_first = is_still_at(&path, &lock).unwrap();

        fs::remove_file(&path).unwrap();
        let removed = is_still_at(&path, &lock).unwrap();
        File::create(&path).unwrap();
        let replaced = is_still_at(&path, &lock).unwrap();

        fs::remove_dir_all(directory).unwrap();
        assert_eq!([at_first, removed, replaced], [true, false, false]);
    }
}
