//! Reads labelled posts: JSON Lines, plain or gzip, one object a line, in the form of the shared data sets.
//!
//! `{"id": "...", "lang": "en", "text": "...", "labels": {"sentiment": "neg", ...}}`, and anything else is ignored. An error
//! names the file and the line, never what the line says: that is a customer's text.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use serde::Deserialize;
use serde_json::Value;

/// One labelled post.
#[derive(Clone, Debug, Deserialize)]
pub struct Row {
    /// Names the row within its set; decides which part of the set it belongs to.
    #[serde(default)]
    pub id: String,
    /// BCP 47 code of the language, empty when unknown.
    #[serde(default)]
    pub lang: String,
    /// `dev` where a set has a part for development of its own.
    #[serde(default)]
    pub split: String,
    /// Stem of the set whose row this labels, in a file of labels by row id.
    #[serde(default)]
    pub set: String,
    /// What the customer wrote; empty in a file of labels by row id.
    #[serde(default)]
    pub text: String,
    /// The set's own labels under their own names.
    #[serde(default)]
    pub labels: BTreeMap<String, Value>,
}

impl Row {
    /// The label `name` in words: strings as they are, numbers and truths in digits and letters; `None` for lists and null.
    pub fn label(&self, name: &str) -> Option<String> {
        match self.labels.get(name)? {
            Value::String(s) => Some(s.clone()),
            Value::Number(n) => Some(n.to_string()),
            Value::Bool(b) => Some(b.to_string()),
            _ => None,
        }
    }
}

/// Why a corpus could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// The file is missing, unreadable or not the gzip that it claims to be.
    #[error("cannot read {path}: {source}; give a .jsonl or .jsonl.gz file with one post a line")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A line is not a row.
    #[error(
        "{path}, line {line}, column {column}: not a post; expected {{\"id\", \"lang\", \"text\", \"labels\"}} as one JSON object"
    )]
    Line {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
}

/// Reads every row of a file; gzip is recognised by its first bytes, not by the name.
pub fn read(path: &Path, each: impl FnMut(Row)) -> Result<(), CorpusError> {
    let failed = |source| CorpusError::Read { path: path.to_owned(), source };
    let mut file = BufReader::new(File::open(path).map_err(failed)?);
    let zipped = file.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
    let reader: Box<dyn Read> = if zipped { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    read_lines(path, BufReader::new(reader), each)
}

/// Reads every row of a gzip file that is already in memory; `name` is what errors call it.
pub fn read_packed(name: &str, packed: &[u8], each: impl FnMut(Row)) -> Result<(), CorpusError> {
    read_lines(Path::new(name), BufReader::new(MultiGzDecoder::new(packed)), each)
}

/// Reads every row of an open file; `path` is what errors call it.
pub fn read_lines(path: &Path, mut reader: impl BufRead, mut each: impl FnMut(Row)) -> Result<(), CorpusError> {
    let mut bytes = Vec::new();
    let mut line = 0;
    loop {
        bytes.clear();
        let read = reader
            .read_until(b'\n', &mut bytes)
            .map_err(|source| CorpusError::Read { path: path.to_owned(), source })?;
        if read == 0 {
            return Ok(());
        }
        line += 1;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        // The message of serde_json may quote the line, so only the place is kept.
        each(serde_json::from_slice(&bytes).map_err(|error| CorpusError::Line {
            path: path.to_owned(),
            line,
            column: error.column(),
        })?);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    const TWO: &str =
        "{\"id\":\"a\",\"lang\":\"en\",\"text\":\"hi\",\"labels\":{\"n\":1,\"s\":\"x\",\"l\":[]}}\n\n{\"text\":\"\"}\n";

    #[test]
    fn reads_plain_and_gzip_alike() {
        let dir = tempfile::tempdir().unwrap();
        let plain = dir.path().join("a.jsonl");
        std::fs::write(&plain, TWO).unwrap();
        let zipped = dir.path().join("named-wrongly.jsonl");
        let mut gz = GzEncoder::new(File::create(&zipped).unwrap(), Compression::default());
        gz.write_all(TWO.as_bytes()).unwrap();
        gz.finish().unwrap();
        for path in [plain, zipped] {
            let mut rows = Vec::new();
            read(&path, |row| rows.push(row)).unwrap();
            assert_eq!(rows.len(), 2);
            assert_eq!(rows[0].label("n").as_deref(), Some("1"));
            assert_eq!(rows[0].label("s").as_deref(), Some("x"));
            assert_eq!(rows[0].label("l"), None);
        }
    }

    #[test]
    fn a_broken_line_is_named_but_not_quoted() {
        let read = |text: &str| read_lines(Path::new("posts"), text.as_bytes(), |_| ());
        let error = read("{\"text\":\"ok\"}\n{\"text\":\"secret\"").unwrap_err().to_string();
        assert!(error.contains("posts, line 2"), "{error}");
        let typed = read("{\"text\":[\"secret\"]}").unwrap_err().to_string();
        assert!(!error.contains("secret") && !typed.contains("secret"), "{error} {typed}");
    }

    #[test]
    fn a_cut_gzip_and_bytes_that_are_not_text_are_errors() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cut.jsonl.gz");
        let mut gz = GzEncoder::new(Vec::new(), Compression::default());
        gz.write_all(TWO.repeat(50).as_bytes()).unwrap();
        let mut bytes = gz.finish().unwrap();
        bytes.truncate(bytes.len() - 9);
        std::fs::write(&path, bytes).unwrap();
        let error = read(&path, |_| ()).unwrap_err().to_string();
        assert!(error.contains("cut.jsonl.gz"), "{error}");
        std::fs::write(&path, [0xff, 0xfe, b'\n']).unwrap();
        assert!(matches!(read(&path, |_| ()), Err(CorpusError::Line { line: 1, .. })));
        let missing = read(&dir.path().join("none"), |_| ()).unwrap_err().to_string();
        assert!(missing.contains("none"), "{missing}");
    }
}
