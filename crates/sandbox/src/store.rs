//! The entries in a file, one JSON object a line, only ever appended to.
//!
//! A line is written before its answer is given, so a killed sandbox comes back with every send that it answered. It
//! is not synced to disk: it is there for crashes of processes, not for power cuts.

use crate::ledger::Entry;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;

/// The file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the store of the sandbox cannot be used: {0}")]
    Io(#[from] std::io::Error),
    #[error("line {line} of the store of the sandbox is no entry ({error}); move the file away to begin anew")]
    Line { line: usize, error: serde_json::Error },
}

/// The open file.
#[derive(Debug)]
pub(crate) struct Store {
    file: File,
    good_bytes: u64,
}

impl Store {
    /// Opens or makes the file and hands every entry of it to `take`. A last line without its end was never
    /// answered, and is cut off.
    pub(crate) fn open(path: &Path, mut take: impl FnMut(Entry)) -> Result<Self, StoreError> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let mut reader = BufReader::new(&file);
        let mut good_bytes = 0;
        let mut bytes = Vec::new();
        for line in 1.. {
            bytes.clear();
            let read = reader.read_until(b'\n', &mut bytes)?;
            if !bytes.ends_with(b"\n") {
                break;
            }
            let entry = serde_json::from_slice(&bytes).map_err(|error| StoreError::Line { line, error })?;
            take(entry);
            good_bytes += read as u64;
        }
        let mut store = Store { file, good_bytes };
        store.cut()?;
        Ok(store)
    }

    /// Writes one entry. When that fails, nothing of it stays.
    pub(crate) fn append(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let mut line = serde_json::to_vec(entry).map_err(std::io::Error::other)?;
        line.push(b'\n');
        if let Err(error) = self.file.write_all(&line) {
            self.cut()?;
            return Err(error.into());
        }
        self.good_bytes += line.len() as u64;
        Ok(())
    }

    fn cut(&mut self) -> Result<(), StoreError> {
        self.file.set_len(self.good_bytes)?;
        self.file.seek(SeekFrom::Start(self.good_bytes))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookups(path: &Path) -> Result<usize, StoreError> {
        let mut count = 0;
        Store::open(path, |_| count += 1).map(|_| count)
    }

    #[test]
    fn a_torn_last_line_is_cut_off_and_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.jsonl");
        let mut store = Store::open(&path, |_| {}).unwrap();
        store.append(&Entry::Lookup { found: true }).unwrap();
        drop(store);
        let mut torn = std::fs::read(&path).unwrap();
        torn.extend_from_slice(br#"{"lookup":{"fou"#);
        std::fs::write(&path, torn).unwrap();

        assert_eq!(lookups(&path).unwrap(), 1);
        let mut store = Store::open(&path, |_| {}).unwrap();
        store.append(&Entry::Lookup { found: false }).unwrap();
        assert_eq!(lookups(&path).unwrap(), 2);
    }

    #[test]
    fn a_line_that_is_no_entry_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.jsonl");
        std::fs::write(&path, "{\"lookup\":{\"found\":true}}\nnonsense\n").unwrap();
        assert!(lookups(&path).unwrap_err().to_string().starts_with("line 2 of the store"));
    }
}
