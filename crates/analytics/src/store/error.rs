//! What can go wrong with a file, sorted by what helps.

use rusqlite::ErrorCode;
use std::path::Path;
use thiserror::Error;

/// Why the projection's file could not be read or written.
#[derive(Debug, Error)]
#[error("{doing}: {why}")]
pub struct StoreError {
    pub doing: &'static str,
    pub trouble: Trouble,
    why: String,
}

/// What kind of trouble it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The disk is full.
    Full,
    /// The disk does not do what it is asked to.
    Disk,
    /// The file is not what we wrote. It is moved aside and rebuilt.
    Corrupt,
    /// Anything else: tried again, and said.
    Other,
}

impl StoreError {
    pub fn corrupt(doing: &'static str, why: impl ToString) -> Self {
        StoreError { doing, trouble: Trouble::Corrupt, why: why.to_string() }
    }

    pub fn other(doing: &'static str, why: impl ToString) -> Self {
        StoreError { doing, trouble: Trouble::Other, why: why.to_string() }
    }

    pub fn sqlite(doing: &'static str, error: &rusqlite::Error) -> Self {
        StoreError { doing, trouble: trouble(error), why: error.to_string() }
    }

    pub fn io(doing: &'static str, path: &Path, error: &std::io::Error) -> Self {
        let trouble = match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Trouble::Full,
            _ => Trouble::Disk,
        };
        StoreError { doing, trouble, why: format!("{}: {error}", path.display()) }
    }

    /// What an operator should know and do.
    pub fn advice(&self, directory: &Path, sequence: u64) -> String {
        let place = directory.display();
        let stands = format!("measures stand at sequence {sequence} and go on from there");
        match self.trouble {
            Trouble::Full => {
                format!("the disk of {place} is full; free space, or set analytics.data_dir to another disk; {stands}")
            }
            Trouble::Disk => format!(
                "{self}; check the disk and the permissions of {place}, or set analytics.data_dir to another place; {stands}"
            ),
            Trouble::Corrupt => format!("{self}; the projection is rebuilt from the log"),
            Trouble::Other => format!("{self}; it is tried again; {stands}"),
        }
    }
}

/// `SQLITE_IOERR_SHMSIZE`.
const IOERR_SHMSIZE: i32 = 10 | (19 << 8);

fn trouble(error: &rusqlite::Error) -> Trouble {
    use rusqlite::Error;
    match error {
        // The index of the write-ahead log could not grow.
        Error::SqliteFailure(failure, _) if failure.extended_code == IOERR_SHMSIZE => Trouble::Full,
        Error::SqliteFailure(failure, _) => match failure.code {
            ErrorCode::DiskFull => Trouble::Full,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Trouble::Corrupt,
            ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::NoLargeFileSupport => Trouble::Disk,
            // A table or column that is not there, too: another program has changed the file.
            ErrorCode::Unknown | ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch => Trouble::Corrupt,
            _ => Trouble::Other,
        },
        Error::InvalidColumnType(..)
        | Error::FromSqlConversionFailure(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::Utf8Error(..)
        | Error::QueryReturnedNoRows => Trouble::Corrupt,
        _ => Trouble::Other,
    }
}

/// For `map_err`: names what was being done.
pub fn while_doing(doing: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
    move |error| StoreError::sqlite(doing, &error)
}
