//! The model file: what it holds, how it is checked, and what to do when it is not whole.
//!
//! ```text
//! 8 bytes   EARSHOTM
//! 4 bytes   version of the form, little endian
//! 4 bytes   length of the header in bytes, little endian
//! 32 bytes  SHA-256 of the header; its beginning is the version of the model
//! header    JSON: licence note and sets; for each head its name, labels, numbers, and the SHA-256 of its table
//! tables    one after another in the order of the header, each a bitmap of 2^bits features (64-bit words, little endian)
//!           and a row of one signed byte a label for every feature that is set in it
//! ```
//!
//! Since the header holds the hash of every table, one hash names the whole content.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Model;
use super::head::{Abstain, Calibration, Head, Hears, Kept};
use crate::manifest::HeadName;

/// The first bytes of every model file.
pub const MAGIC: &[u8; 8] = b"EARSHOTM";
/// The version of the form that this program writes and reads.
pub const FORMAT_VERSION: u32 = 4;

const PREAMBLE_BYTES: usize = 8 + 4 + 4 + 32;
const MAX_HEADER_BYTES: usize = 1 << 20;
const CURE: &str = "copy the file again, make a new one with `earshot classifier train`, or remove the setting to use the built-in model";

/// Why a model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The file is missing or unreadable.
    #[error("cannot read model {name}: {source}; {CURE}")]
    Read {
        /// Which file.
        name: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is something else.
    #[error("{name} is not a model of earshot; {CURE}")]
    NotAModel {
        /// Which file.
        name: String,
    },
    /// The file was written by a program of another age.
    #[error(
        "model {name} has form {found}, this program reads form {FORMAT_VERSION}; use a model made by this release, or the built-in one"
    )]
    Form {
        /// Which file.
        name: String,
        /// What it has.
        found: u32,
    },
    /// The file is shorter or longer than it says of itself.
    #[error("model {name} is cut or has grown: {found} bytes, but it needs {expected}; {CURE}")]
    Length {
        /// Which file.
        name: String,
        /// Bytes that it needs, as far as is known.
        expected: usize,
        /// Bytes that it has.
        found: usize,
    },
    /// A checksum does not hold.
    #[error("model {name} is damaged in its {region}; {CURE}")]
    Damaged {
        /// Which file.
        name: String,
        /// `header` or the table of which head.
        region: String,
    },
    /// The checksums hold, but the header makes no sense to this program.
    #[error("model {name} cannot be used: {what}; {CURE}")]
    Header {
        /// Which file.
        name: String,
        /// What is wrong.
        what: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    licence: String,
    sets: Vec<String>,
    heads: Vec<HeadHeader>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadHeader {
    name: String,
    labels: Vec<String>,
    bits: u32,
    rows: usize,
    hears: Hears,
    abstain: Abstain,
    calibration: Calibration,
    bias: Vec<f32>,
    scale: Vec<f32>,
    table_sha256: String,
}

/// A model in the making.
#[derive(Debug)]
pub struct Builder {
    /// What it was trained from and under which licences.
    pub licence: String,
    /// The sets that it learned from.
    pub sets: Vec<String>,
    /// Those that every post is asked first.
    pub heads: Vec<(HeadName, Head)>,
}

impl Builder {
    /// The bytes of the file; equal content gives equal bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let heads = self.heads.iter().map(|(name, head)| HeadHeader {
            name: name.as_str().to_owned(),
            labels: head.labels.clone(),
            bits: head.kept.bits(),
            rows: head.kept.count(),
            hears: head.hears,
            abstain: head.abstain.clone(),
            calibration: head.calibration.clone(),
            bias: head.bias.clone(),
            scale: head.scale.clone(),
            table_sha256: hex(&Sha256::digest(table_bytes(head))),
        });
        let header = Header { licence: self.licence.clone(), sets: self.sets.clone(), heads: heads.collect() };
        let header = serde_json::to_vec(&header).expect("strings and finite numbers are always JSON");
        let mut bytes = Vec::new();
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        bytes.extend_from_slice(&(header.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&Sha256::digest(&header));
        bytes.extend_from_slice(&header);
        for (_, head) in &self.heads {
            bytes.extend_from_slice(&table_bytes(head));
        }
        bytes
    }
}

/// Reads and checks the bytes of a file; the tables stay in them.
pub(super) fn read(name: &str, bytes: Bytes) -> Result<Model, ModelError> {
    let (header_bytes, rest) = split_header(name, &bytes)?;
    let header: Header = serde_json::from_slice(header_bytes)
        .map_err(|error| ModelError::Header { name: name.to_owned(), what: error.to_string() })?;
    for (i, head) in header.heads.iter().enumerate() {
        check_head(name, head)?;
        if header.heads[..i].iter().any(|earlier| earlier.name == head.name) {
            let what = format!("it has two heads {}", head.name);
            return Err(ModelError::Header { name: name.to_owned(), what });
        }
    }
    let tables: usize = header.heads.iter().map(table_len).sum();
    if rest.len() != tables {
        let expected = bytes.len() - rest.len() + tables;
        return Err(ModelError::Length { name: name.to_owned(), expected, found: bytes.len() });
    }
    let mut version = hex(&Sha256::digest(header_bytes));
    version.truncate(12);
    let mut rest = bytes.slice_ref(rest);
    let mut heads = Vec::new();
    for head in header.heads {
        let table = rest.split_to(table_len(&head));
        heads.push((HeadName::from(head.name.clone()), read_head(name, head, table)?));
    }
    Ok(Model::new(version, header.licence, header.sets, heads))
}

fn read_head(name: &str, head: HeadHeader, mut table: Bytes) -> Result<Head, ModelError> {
    if hex(&Sha256::digest(&table)) != head.table_sha256 {
        return Err(ModelError::Damaged { name: name.to_owned(), region: format!("table of head {}", head.name) });
    }
    let bitmap = table.split_to(bitmap_len(&head));
    let kept = Kept::new(head.bits, bitmap).filter(|kept| kept.count() == head.rows).ok_or_else(|| {
        let what = format!("head {} has a bitmap that does not fit its rows", head.name);
        ModelError::Header { name: name.to_owned(), what }
    })?;
    Ok(Head {
        labels: head.labels,
        hears: head.hears,
        abstain: head.abstain,
        calibration: head.calibration,
        bias: head.bias,
        scale: head.scale,
        kept,
        rows: table,
    })
}

/// Checks the preamble and gives the header and what follows it.
fn split_header<'b>(name: &str, bytes: &'b [u8]) -> Result<(&'b [u8], &'b [u8]), ModelError> {
    let name = || name.to_owned();
    if !bytes.starts_with(&MAGIC[..bytes.len().min(MAGIC.len())]) || bytes.is_empty() {
        return Err(ModelError::NotAModel { name: name() });
    }
    let cut = |expected| ModelError::Length { name: name(), expected, found: bytes.len() };
    let (preamble, rest) = bytes.split_at_checked(PREAMBLE_BYTES).ok_or_else(|| cut(PREAMBLE_BYTES))?;
    let number = |at: usize| u32::from_le_bytes([preamble[at], preamble[at + 1], preamble[at + 2], preamble[at + 3]]);
    if number(8) != FORMAT_VERSION {
        return Err(ModelError::Form { name: name(), found: number(8) });
    }
    let length = number(12) as usize;
    let damaged = || ModelError::Damaged { name: name(), region: "header".to_owned() };
    if length > MAX_HEADER_BYTES {
        return Err(damaged());
    }
    let (header, tables) = rest.split_at_checked(length).ok_or_else(|| cut(PREAMBLE_BYTES + length))?;
    if Sha256::digest(header)[..] != preamble[16..] {
        return Err(damaged());
    }
    Ok((header, tables))
}

fn check_head(name: &str, head: &HeadHeader) -> Result<(), ModelError> {
    let width = head.labels.len();
    let what = if !(2..=4096).contains(&width) || !(6..=24).contains(&head.bits) || head.rows > 1 << head.bits {
        "too few or too many labels or buckets"
    } else if head.bias.len() != width || head.scale.len() != width {
        "not one bias and one scale a label"
    } else if head.calibration.all().any(|temperature| !(temperature.is_finite() && temperature > 0.0))
        || head.bias.iter().chain(&head.scale).any(|number| !number.is_finite())
    {
        "numbers that are not finite"
    } else {
        return Ok(());
    };
    Err(ModelError::Header { name: name.to_owned(), what: format!("head {} has {what}", head.name) })
}

fn bitmap_len(head: &HeadHeader) -> usize {
    1 << (head.bits - 3)
}

fn table_len(head: &HeadHeader) -> usize {
    bitmap_len(head) + head.rows * head.labels.len()
}

fn table_bytes(head: &Head) -> Vec<u8> {
    [head.kept.bitmap(), &head.rows].concat()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
