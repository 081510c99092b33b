//! The readers' side: connections of their own, so that no query ever waits for the writer nor the writer for a query.
//! Only when a rebuilt file takes the place of an outdated one do queries wait, for the moment that takes.

use crate::query::Query;
use crate::scorecard;
use crate::store::figures::{FigureTable, Figures};
use crate::store::{self, OpenConversations, Snapshot, StoreError, behind, side_by_side, while_doing};
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use thiserror::Error;
use tokio::sync::Semaphore;
use wire::pb::analytics::{CorrectionRow, IntakeRow, ListCorrectionsRequest};

/// Why a question has no answer now.
#[derive(Debug, Error)]
pub enum ReadError {
    #[error("the projection is not there yet")]
    NotThere,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a query ended unexpectedly")]
    Ended,
}

/// Reads the projection. Clones share the connections.
#[derive(Clone)]
pub struct Reads {
    file: Arc<RwLock<File>>,
    at_once: Arc<Semaphore>,
}

/// The file that is read, and connections to it that are not in use.
#[derive(Default)]
struct File {
    path: Option<PathBuf>,
    idle: Mutex<Vec<Connection>>,
}

impl Reads {
    /// Readers of nothing yet; at most `at_once_max` queries run at once, more wait.
    pub fn new(at_once_max: usize) -> Self {
        Reads { file: Arc::default(), at_once: Arc::new(Semaphore::new(at_once_max)) }
    }

    /// From now on this file is read. Before that, `change` may do to the files what nobody may do while they are open.
    pub fn move_to<E>(&self, path: PathBuf, change: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        let mut file = self.file.write().unwrap_or_else(PoisonError::into_inner);
        file.idle.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
        let changed = change();
        if changed.is_ok() {
            file.path = Some(path);
        }
        changed
    }

    /// From now on this file is read.
    pub fn point_at(&self, path: PathBuf) {
        let Ok(()) = self.move_to(path, || Ok::<_, std::convert::Infallible>(()));
    }

    /// Nothing is read until [`Reads::move_to`]; `change` may do to the files what nobody may do while they are open.
    pub fn leave<T>(&self, change: impl FnOnce() -> T) -> T {
        let mut file = self.file.write().unwrap_or_else(PoisonError::into_inner);
        file.idle.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
        file.path = None;
        change()
    }

    /// All measures that a query asks for, as of `now`.
    pub async fn snapshot(&self, query: Query, now: Timestamp) -> Result<Snapshot, ReadError> {
        self.run(move |connection| store::snapshot(connection, &query, now)).await
    }

    /// Figures of the catalogue, as of `now`.
    pub async fn figures(&self, asked: Figures, now: Timestamp) -> Result<FigureTable, ReadError> {
        self.run(move |connection| store::figures::figures(connection, &asked, now)).await
    }

    /// What stands behind a figure, as of `now`.
    pub async fn behind(&self, asked: behind::Asked, now: Timestamp) -> Result<behind::Page, ReadError> {
        self.run(move |connection| store::behind::behind(connection, &asked, now)).await
    }

    /// What a scorecard is made of, and as of which record.
    pub async fn side_by_side(
        &self,
        asked: side_by_side::Asked,
        now: Timestamp,
    ) -> Result<(u64, Vec<scorecard::Entry>), ReadError> {
        self.run(move |connection| store::side_by_side::side_by_side(connection, &asked, now)).await
    }

    /// The loss ledger of a brand, or of all.
    pub async fn intake(&self, brand: String) -> Result<Vec<IntakeRow>, ReadError> {
        self.run(move |connection| store::intake(connection, &brand)).await
    }

    /// What the classifier answered and people put right.
    pub async fn corrections(&self, asked: ListCorrectionsRequest) -> Result<Vec<CorrectionRow>, ReadError> {
        self.run(move |connection| store::corrections(connection, &asked)).await
    }

    /// Who waits now, by brand.
    pub async fn open_by_brand(&self) -> Result<Vec<OpenConversations>, ReadError> {
        self.run(store::open_by_brand).await
    }

    async fn run<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, ReadError> {
        let permit = Arc::clone(&self.at_once).acquire_owned().await.map_err(|_| ReadError::Ended)?;
        let file = Arc::clone(&self.file);
        let asked = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            file.read().unwrap_or_else(PoisonError::into_inner).run(query)
        });
        asked.await.map_err(|_| ReadError::Ended)?
    }
}

impl File {
    fn run<T>(&self, query: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Result<T, ReadError> {
        let path = self.path.as_ref().ok_or(ReadError::NotThere)?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => open(path)?,
        };
        let answer = query(&mut connection).map_err(while_doing("reading the projection"))?;
        // One that has met an error is not used again.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(answer)
    }
}

/// Opens a projection for reading. It may be in use.
pub fn open(path: &std::path::Path) -> Result<Connection, StoreError> {
    let doing = while_doing("opening the projection to read it");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(&doing)?;
    store::prepare_reader(&connection).map_err(&doing)?;
    Ok(connection)
}
