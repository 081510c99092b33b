//! Holds the projection against the log: reads the file as it stands, works the same measures out from the log up to the
//! file's own sequence, and names every figure that differs. The service may run meanwhile.

use crate::query::{Dimension, Query};
use crate::reads;
use crate::recompute::{Recomputed, recompute};
use crate::store::files::Files;
use crate::store::{self, Fitness, Snapshot, StoreError, while_doing};
use jiff::Timestamp;
use journal::Journal;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;
use thiserror::Error;
use wire::pb::analytics::{CorrectionRow, IntakeRow, ListCorrectionsRequest};

/// What was compared, and what differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verification {
    /// The projection's position, up to which the log was read.
    pub sequence: u64,
    /// Records of the log that were read.
    pub records: u64,
    /// Figures that were compared.
    pub figures: u64,
    pub differences: Vec<Difference>,
}

/// A figure that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// Which group, minute or source, such as `brand=aurora-air team=care`.
    pub of: String,
    /// The figure, as JSON names it.
    pub figure: String,
    /// What the projection says; null when it says nothing.
    pub projection: Value,
    /// What the log says; null when it says nothing.
    pub log: Value,
}

/// Why nothing could be compared.
#[derive(Debug, Error)]
pub enum VerifyError {
    #[error("there is no projection in {0}; start the analytics service, or set analytics.data_dir to where it is")]
    Absent(std::path::PathBuf),
    #[error("the projection is of another version; the running service rebuilds it, try again then")]
    Outdated,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("reading the projection ended unexpectedly")]
    Ended,
}

/// Compares every measure of every group, the last minutes and the loss ledger, as of `now`.
pub async fn verify(journal: &Journal, data_dir: &Path, now: Timestamp) -> Result<Verification, VerifyError> {
    let files = Files::new(data_dir);
    let read = tokio::task::spawn_blocking(move || read(&files, now)).await.map_err(|_| VerifyError::Ended)??;
    let log = recompute(journal, Some(read.sequence)).await;
    Ok(compare(&read, &log, now))
}

struct Read {
    sequence: u64,
    snapshots: Vec<(Query, Snapshot)>,
    intake: Vec<IntakeRow>,
    corrections: Vec<CorrectionRow>,
}

/// All groups, each dimension by itself, and all dimensions together.
fn queries() -> Vec<Query> {
    let mut groupings = vec![Vec::new(), Dimension::LIVE.to_vec()];
    groupings.extend(Dimension::LIVE.map(|dimension| vec![dimension]));
    groupings.into_iter().map(|group_by| Query { group_by, ..Query::default() }).collect()
}

fn read(files: &Files, now: Timestamp) -> Result<Read, VerifyError> {
    let doing = while_doing("reading the projection");
    if !files.main().is_file() {
        return Err(VerifyError::Absent(files.directory().to_owned()));
    }
    let mut connection = reads::open(&files.main())?;
    let transaction = connection.transaction().map_err(&doing)?;
    if store::fitness(&transaction)? != Fitness::Fit {
        return Err(VerifyError::Outdated);
    }
    let sequence = store::position(&transaction)?.sequence;
    let mut snapshots = Vec::new();
    for query in queries() {
        let snapshot = store::snapshot_within(&transaction, &query, now).map_err(&doing)?;
        snapshots.push((query, snapshot));
    }
    let intake = store::intake_within(&transaction, "").map_err(&doing)?;
    let corrections = store::corrections_within(&transaction, &ListCorrectionsRequest::default()).map_err(&doing)?;
    Ok(Read { sequence, snapshots, intake, corrections })
}

/// Figures by what they are of.
type Figures = BTreeMap<String, Map<String, Value>>;

fn figures<T: Serialize>(rows: &[T], names: &[&str]) -> Figures {
    let mut figures = Figures::new();
    for row in rows {
        let Ok(Value::Object(mut fields)) = serde_json::to_value(row) else { continue };
        let named: Vec<String> = names
            .iter()
            .filter_map(|name| {
                fields.remove(*name).map(|value| format!("{name}={}", value.as_str().unwrap_or_default()))
            })
            .collect();
        figures.insert(if named.is_empty() { "all".into() } else { named.join(" ") }, fields);
    }
    figures
}

fn compare(read: &Read, log: &Recomputed, now: Timestamp) -> Verification {
    let mut found = Verification { sequence: read.sequence, records: log.records, figures: 0, differences: Vec::new() };
    const GROUP: [&str; 4] = ["brand", "team", "channel", "language"];
    for (query, snapshot) in &read.snapshots {
        hold(&mut found, figures(&snapshot.rows, &GROUP), figures(&log.rows(query, now), &GROUP));
    }
    if let Some((_, whole)) = read.snapshots.first() {
        hold(&mut found, figures(&whole.minutes, &["minute"]), figures(&log.minutes("", now), &["minute"]));
    }
    let source = ["brand", "source"];
    hold(&mut found, figures(&read.intake, &source), figures(&log.intake(), &source));
    // As JSON names them.
    const ANSWER: [&str; 4] = ["brand", "language", "head", "modelVersion"];
    hold(&mut found, figures(&read.corrections, &ANSWER), figures(&log.corrections(), &ANSWER));
    found
}

fn hold(found: &mut Verification, mut projection: Figures, log: Figures) {
    for (of, expected) in log {
        let mut has = projection.remove(&of).unwrap_or_default();
        for (figure, log) in expected {
            found.figures += 1;
            let projection = has.remove(&figure).unwrap_or_default();
            if projection != log {
                found.differences.push(Difference { of: of.clone(), figure, projection, log });
            }
        }
        surplus(found, &of, has);
    }
    for (of, has) in projection {
        surplus(found, &of, has);
    }
}

fn surplus(found: &mut Verification, of: &str, has: Map<String, Value>) {
    for (figure, projection) in has {
        found.figures += 1;
        found.differences.push(Difference { of: of.to_owned(), figure, projection, log: Value::Null });
    }
}
