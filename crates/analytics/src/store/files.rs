//! The files of the projection's directory, and who may write there.
//!
//! - `analytics-v1.sqlite`: the projection;
//! - `analytics-v1.next.sqlite`: one being rebuilt beside an outdated one, which serves until it is ready;
//! - `analytics-v1.lock`: held by the one process that writes;
//! - `analytics-v1.<why>-<time>.sqlite`: moved aside, since it could not be used. It may be deleted.

use super::{Fitness, Store, StoreError, Trouble, inspect};
use jiff::Timestamp;
use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use thiserror::Error;

const NAME: &str = "analytics-v1";

/// The directory of the projection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    directory: PathBuf,
}

/// The right to write in a directory; it ends with the process, however that ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why the right to write cannot be had.
#[derive(Debug, Error)]
pub enum LockError {
    #[error(
        "another process writes the projection in {directory}; stop it, or set analytics.data_dir to another directory"
    )]
    Held { directory: PathBuf },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The file that is written, and the one that is read meanwhile.
pub struct Begun {
    pub store: Store,
    /// Where the store is.
    pub writes: PathBuf,
    pub serves: PathBuf,
    /// The store is rebuilt beside an outdated file, and takes its place once it has caught up.
    pub rebuilds: bool,
}

impl Files {
    pub fn new(directory: &Path) -> Self {
        Files { directory: directory.to_owned() }
    }

    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The projection.
    pub fn main(&self) -> PathBuf {
        self.directory.join(format!("{NAME}.sqlite"))
    }

    /// One that is being rebuilt beside it.
    pub fn next(&self) -> PathBuf {
        self.directory.join(format!("{NAME}.next.sqlite"))
    }

    /// Makes the directory and takes the right to write in it.
    pub fn lock(&self) -> Result<Lock, LockError> {
        const DOING: &str = "preparing the directory of the projection";
        let failed = |path: &Path, error: &std::io::Error| StoreError::io(DOING, path, error);
        std::fs::create_dir_all(&self.directory).map_err(|error| failed(&self.directory, &error))?;
        let path = self.directory.join(format!("{NAME}.lock"));
        let file = File::options().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(|error| failed(&path, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockError::Held { directory: self.directory.clone() }),
            Err(TryLockError::Error(error)) => Err(failed(&path, &error).into()),
        }
    }

    /// Opens what is there, makes what is not, and moves aside what cannot be used.
    pub fn begin(&self) -> Result<Begun, StoreError> {
        let (main, next) = (self.main(), self.next());
        match self.look_at(&main)? {
            Some(Fitness::Fit) => {
                remove(&next)?;
                self.only(Store::open(&main)?)
            }
            Some(Fitness::Outdated { readable }) => {
                let store = match self.look_at(&next)? {
                    Some(Fitness::Fit) => Store::open(&next)?,
                    Some(Fitness::Outdated { .. } | Fitness::Empty) | None => {
                        remove(&next)?;
                        Store::create(&next)?
                    }
                };
                let sequence = store.position().sequence;
                tracing::info!(sequence, "the projection is of another version; it is rebuilt beside the old one");
                let serves = if readable { main } else { next.clone() };
                Ok(Begun { store, writes: next, serves, rebuilds: true })
            }
            // A crash between removing the old one and putting the new one in its place.
            None if self.look_at(&next)? == Some(Fitness::Fit) => {
                Store::open(&next)?.close()?;
                self.promote()?;
                self.only(Store::open(&main)?)
            }
            Some(Fitness::Empty) | None => {
                remove(&next)?;
                remove(&main)?;
                self.only(Store::create(&main)?)
            }
        }
    }

    fn only(&self, store: Store) -> Result<Begun, StoreError> {
        Ok(Begun { store, writes: self.main(), serves: self.main(), rebuilds: false })
    }

    /// What a file is; none if it is absent. One that is not sound is moved aside and then absent.
    fn look_at(&self, path: &Path) -> Result<Option<Fitness>, StoreError> {
        // A file without a byte is what a full disk leaves of one that was about to be made.
        match std::fs::metadata(path) {
            Ok(found) if found.len() > 0 => {}
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::io("looking at the projection", path, &error)),
        }
        match inspect(path) {
            // A crash between making a file and its tables.
            Ok(Fitness::Empty) => Ok(None),
            Ok(fitness) => Ok(Some(fitness)),
            Err(error) if error.trouble == Trouble::Corrupt => {
                self.set_aside(path, "corrupt", &error.to_string())?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Moves a file aside with what belongs to it; `tag` says why in its name, `why` in the log.
    pub fn set_aside(&self, path: &Path, tag: &str, why: &str) -> Result<(), StoreError> {
        let time = Timestamp::now().strftime("%Y%m%dT%H%M%S%.6fZ").to_string();
        let aside = self.directory.join(format!("{NAME}.{tag}-{time}.sqlite"));
        tracing::error!(
            file = %path.display(), moved_to = %aside.display(), why,
            "the projection cannot be used; it is moved aside and rebuilt from the log"
        );
        for ending in ["-wal", "-shm"] {
            rename(&with_ending(path, ending), &with_ending(&aside, ending))?;
        }
        rename(path, &aside)
    }

    /// Puts a rebuilt file into the place of the outdated one. Nobody may have either open.
    pub fn promote(&self) -> Result<(), StoreError> {
        let (main, next) = (self.main(), self.next());
        // What is left of the old one must not be taken for a part of the new one.
        remove(&main)?;
        rename(&next, &main)
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Removes a file of SQLite's and what belongs to it; what is absent is no error.
fn remove(path: &Path) -> Result<(), StoreError> {
    for path in [with_ending(path, "-wal"), with_ending(path, "-shm"), path.to_owned()] {
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(StoreError::io("removing an outdated projection", &path, &error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Renames a file; one that is absent is no error.
fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    match std::fs::rename(from, to) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(StoreError::io("moving a file of the projection", from, &error))
        }
        _ => Ok(()),
    }
}
