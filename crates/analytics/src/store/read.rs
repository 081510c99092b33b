//! Reading measures from the projection. A snapshot is read in one transaction: its rows, its minutes and its sequence
//! belong together, whatever the writer does meanwhile.
//!
//! Percentiles are exact: the smallest of the group's values that at least so many of a hundred do not exceed.

use super::aggregates::{self, Percentiles};
use super::{behind, scope};
use crate::minutes::minute_of;
use crate::query::{Dimension, Query};
use jiff::Timestamp;
use rusqlite::{Connection, Row, named_params};
use std::collections::BTreeMap;
use wire::pb::analytics::{CorrectionRow, IntakeRow, ListCorrectionsRequest, MeasureRow, MinuteCount};

/// Minutes that are told, the running one included.
const MINUTES_SHOWN: i64 = 60;
/// The spans within which an answer is looked for, in seconds.
const WITHIN: [i64; 3] = [600, 3_600, 86_400];

/// Measures as of one moment of the log.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Snapshot {
    pub sequence: u64,
    /// In the order of their groups.
    pub rows: Vec<MeasureRow>,
    /// Newest first, without gaps.
    pub minutes: Vec<MinuteCount>,
}

/// The conversations of a brand whose customers wait now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenConversations {
    pub brand: String,
    pub count: u64,
    pub oldest: Option<Timestamp>,
}

/// Readies a connection for the queries of this module.
pub fn prepare_reader(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cache_size", -16_384)?;
    connection.set_prepared_statement_cache_capacity(32);
    aggregates::add(connection)?;
    behind::add_longest(connection)?;
    scope::add_local(connection)
}

/// How far the log is in the file.
pub fn sequence(connection: &Connection) -> rusqlite::Result<u64> {
    let sequence: i64 = connection.query_row("SELECT value FROM meta WHERE name = 'sequence'", [], |row| row.get(0))?;
    Ok(u64::try_from(sequence).unwrap_or(0))
}

/// All measures of the groups that a query asks for, as of `now`, and the last minutes.
pub fn snapshot(connection: &mut Connection, query: &Query, now: Timestamp) -> rusqlite::Result<Snapshot> {
    let transaction = connection.transaction()?;
    snapshot_within(&transaction, query, now)
}

/// The same within a transaction of the caller, so that several belong together.
pub fn snapshot_within(connection: &Connection, query: &Query, now: Timestamp) -> rusqlite::Result<Snapshot> {
    let sequence = sequence(connection)?;
    let mut rows = measures(connection, query, now)?;
    add_filtered(connection, query, &mut rows)?;
    let minutes = minutes(connection, &query.filter.brand, now)?;
    let rows = rows.into_values().collect();
    Ok(Snapshot { sequence, rows, minutes })
}

/// The columns that a query groups by, and an empty text for the others, in the order of a row.
fn columns(query: &Query) -> String {
    let column = |dimension: Dimension| if query.has(dimension) { dimension.as_str() } else { "''" };
    Dimension::LIVE.map(column).join(", ")
}

fn grouping(query: &Query) -> String {
    if query.group_by.is_empty() {
        return String::new();
    }
    let names: Vec<_> = query.group_by.iter().map(|dimension| dimension.as_str()).collect();
    format!(" GROUP BY {}", names.join(", "))
}

fn within(seconds: i64) -> String {
    let due = seconds * 1_000_000;
    format!(
        "coalesce(sum(asked_at IS NOT NULL AND first_response_seconds <= {seconds}), 0),
         coalesce(sum(asked_at IS NOT NULL
             AND (coalesce(first_response_seconds <= {seconds}, 0) OR asked_at <= :now - {due})), 0)"
    )
}

fn measures_sql(query: &Query, conditions: &str) -> String {
    let sum = |what: &str| format!("coalesce(sum({what}), 0)");
    let sums = [
        "posts",
        "replies",
        "standing = 'open'",
        "standing = 'waiting'",
        "standing = 'resolved'",
        "reopened",
        "hand_offs",
        "escalations > 0 OR escalated > 0",
        "breaches > 0",
        "in_doubt",
        "classified",
        "corrected",
        "intent = 'praise'",
        "intent = 'complaint'",
        "intent = 'question'",
        "intent = 'request'",
        "CASE WHEN standing = 'resolved' THEN posts END",
        "standing = 'resolved' AND replies > 0",
        "standing = 'resolved' AND replies = 1 AND hand_offs = 0 AND reopened = 0",
    ]
    .map(sum)
    .join(", ");
    let within = WITHIN.map(within).join(", ");
    format!(
        "SELECT {}, count(*), {sums}, {within}, count(first_response_seconds), percentiles(first_response_seconds),
             min(CASE WHEN standing = 'open' THEN waiting_since END)
         FROM conversation
         WHERE counted{conditions}{}",
        columns(query),
        grouping(query)
    )
}

fn measures(
    connection: &Connection,
    query: &Query,
    now: Timestamp,
) -> rusqlite::Result<BTreeMap<Vec<String>, MeasureRow>> {
    let conditions = scope::CONVERSATIONS.conditions(&query.filter).unwrap_or_default();
    let mut statement = connection.prepare_cached(&measures_sql(query, &conditions))?;
    scope::bind(&mut statement, query, now)?;
    let mut found = statement.raw_query();
    let mut rows = BTreeMap::new();
    while let Some(row) = found.next()? {
        let row = measure_row(row, now)?;
        rows.insert(query.key(&row), row);
    }
    Ok(rows)
}

fn measure_row(row: &Row<'_>, now: Timestamp) -> rusqlite::Result<MeasureRow> {
    let mut at = 4;
    let mut next = || {
        let value = row.get::<_, i64>(at).map(whole);
        at += 1;
        value
    };
    let mut found = MeasureRow { conversations: next()?, ..MeasureRow::default() };
    (found.posts, found.replies) = (next()?, next()?);
    (found.open, found.waiting, found.resolved) = (next()?, next()?, next()?);
    (found.reopened, found.hand_offs, found.escalated) = (next()?, next()?, next()?);
    (found.breached, found.replies_in_doubt) = (next()?, next()?);
    (found.classified, found.corrected) = (next()?, next()?);
    found.corrected_share = share(found.corrected, found.classified);
    (found.praise, found.complaints) = (next()?, next()?);
    (found.questions, found.requests) = (next()?, next()?);
    let (posts_resolved, resolved_with_answer, one_touch) = (next()?, next()?, next()?);
    found.posts_per_resolution = share(posts_resolved, found.resolved);
    found.one_touch_resolution_share = share(one_touch, resolved_with_answer);
    let mut within = || Ok::<_, rusqlite::Error>(share(next()?, next()?));
    (found.answered_within_10m, found.answered_within_1h, found.answered_within_24h) =
        (within()?, within()?, within()?);
    found.answered = next()?;
    if let Some(blob) = row.get::<_, Option<[u8; 80]>>(at)? {
        let percentile = |percent: u64| Some(Percentiles::from_blob(&blob).get(percent)[0]);
        found.first_response_p50_seconds = percentile(50);
        found.first_response_p90_seconds = percentile(90);
        found.first_response_p99_seconds = percentile(99);
    }
    let waiting_since = row.get::<_, Option<i64>>(at + 1)?;
    found.longest_wait_seconds = waiting_since.map(|since| whole_seconds(now, since));
    (found.brand, found.team) = (row.get(0)?, row.get(1)?);
    (found.channel, found.language) = (row.get(2)?, row.get(3)?);
    Ok(found)
}

/// Counts are never below zero.
fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

fn share(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

/// Whole seconds, so that a figure that only time moves changes once a second.
fn whole_seconds(now: Timestamp, since: i64) -> f64 {
    (now.as_microsecond().saturating_sub(since)).max(0).div_euclid(1_000_000) as f64
}

/// Posts that rules kept out of the care queue have no team and no language.
fn add_filtered(
    connection: &Connection,
    query: &Query,
    rows: &mut BTreeMap<Vec<String>, MeasureRow>,
) -> rusqlite::Result<()> {
    let Some(conditions) = scope::FILTERED.conditions(&query.filter) else { return Ok(()) };
    let column = |dimension: Dimension| if query.has(dimension) { dimension.as_str() } else { "''" };
    let sql = format!(
        "SELECT {} AS b, {} AS c, count(*) FROM filtered_post WHERE 1{conditions} GROUP BY b, c",
        column(Dimension::Brand),
        column(Dimension::Channel)
    );
    let mut statement = connection.prepare_cached(&sql)?;
    scope::bind(&mut statement, query, Timestamp::UNIX_EPOCH)?;
    let mut found = statement.raw_query();
    while let Some(row) = found.next()? {
        let group = MeasureRow { brand: row.get(0)?, channel: row.get(1)?, ..MeasureRow::default() };
        let count = row.get(2).map(whole)?;
        rows.entry(query.key(&group)).or_insert(group).filtered += count;
    }
    Ok(())
}

fn minutes(connection: &Connection, brand: &str, now: Timestamp) -> rusqlite::Result<Vec<MinuteCount>> {
    let running = minute_of(now);
    let empty = |minute: i64| {
        let at = Timestamp::from_second(minute * 60).unwrap_or(Timestamp::MIN);
        MinuteCount { minute: Some(wire::timestamp(at)), ..MinuteCount::default() }
    };
    let mut told: Vec<_> = (0..MINUTES_SHOWN).map(|ago| empty(running - ago)).collect();
    let mut statement = connection.prepare_cached(
        "SELECT :running - minute, sum(posts), sum(replies), sum(breaches) FROM minute
         WHERE minute > :before AND minute <= :running AND (:brand = '' OR brand = :brand) GROUP BY minute",
    )?;
    let asked = named_params! { ":running": running, ":before": running - MINUTES_SHOWN, ":brand": brand };
    let mut found = statement.query(asked)?;
    while let Some(row) = found.next()? {
        let ago = usize::try_from(row.get::<_, i64>(0)?).unwrap_or(usize::MAX);
        if let Some(minute) = told.get_mut(ago) {
            (minute.posts, minute.replies) = (row.get(1).map(whole)?, row.get(2).map(whole)?);
            minute.breaches = row.get(3).map(whole)?;
        }
    }
    Ok(told)
}

/// The loss ledger of a brand, or of all.
pub fn intake(connection: &mut Connection, brand: &str) -> rusqlite::Result<Vec<IntakeRow>> {
    let transaction = connection.transaction()?;
    intake_within(&transaction, brand)
}

/// The same within a transaction of the caller.
pub fn intake_within(connection: &Connection, brand: &str) -> rusqlite::Result<Vec<IntakeRow>> {
    let mut rows = BTreeMap::new();
    let mut statement = connection.prepare_cached(
        "SELECT brand, source, seen, accepted, duplicate, filtered FROM intake WHERE ?1 = '' OR brand = ?1",
    )?;
    let mut found = statement.query([brand])?;
    while let Some(row) = found.next()? {
        let entry = IntakeRow {
            brand: row.get(0)?,
            source: row.get(1)?,
            seen: row.get(2).map(whole)?,
            accepted: row.get(3).map(whole)?,
            duplicate: row.get(4).map(whole)?,
            filtered: row.get(5).map(whole)?,
            ..IntakeRow::default()
        };
        rows.insert((entry.brand.clone(), entry.source.clone()), entry);
    }
    let mut statement = connection
        .prepare_cached("SELECT brand, source, reason, count FROM intake_rejected WHERE ?1 = '' OR brand = ?1")?;
    let mut found = statement.query([brand])?;
    while let Some(row) = found.next()? {
        if let Some(entry) = rows.get_mut(&(row.get(0)?, row.get(1)?)) {
            let count = row.get(3).map(whole)?;
            entry.rejected += count;
            entry.rejected_by_reason.insert(row.get(2)?, count);
        }
    }
    Ok(rows.into_values().collect())
}

/// What the classifier answered and people put right.
pub fn corrections(
    connection: &mut Connection,
    asked: &ListCorrectionsRequest,
) -> rusqlite::Result<Vec<CorrectionRow>> {
    let transaction = connection.transaction()?;
    corrections_within(&transaction, asked)
}

/// The same within a transaction of the caller.
pub fn corrections_within(
    connection: &Connection,
    asked: &ListCorrectionsRequest,
) -> rusqlite::Result<Vec<CorrectionRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT brand, language, head, model_version, classified, corrected FROM answer
         WHERE classified > 0
             AND (:brand = '' OR brand = :brand) AND (:language = '' OR language = :language)
             AND (:head = '' OR head = :head) AND (:model = '' OR model_version = :model)
         ORDER BY brand, language, head, model_version",
    )?;
    let asked = named_params! {
        ":brand": asked.brand,
        ":language": asked.language,
        ":head": asked.head,
        ":model": asked.model_version,
    };
    let found = statement.query_map(asked, |row| {
        let (classified, corrected) = (row.get(4).map(whole)?, row.get(5).map(whole)?);
        Ok(CorrectionRow {
            brand: row.get(0)?,
            language: row.get(1)?,
            head: row.get(2)?,
            model_version: row.get(3)?,
            classified,
            corrected,
            corrected_share: share(corrected, classified),
        })
    })?;
    found.collect()
}

/// Who waits now, by brand.
pub fn open_by_brand(connection: &mut Connection) -> rusqlite::Result<Vec<OpenConversations>> {
    let mut statement = connection.prepare_cached(
        "SELECT brand, count(*), min(waiting_since) FROM conversation WHERE counted AND standing = 'open' GROUP BY brand",
    )?;
    let found = statement.query_map([], |row| {
        let oldest = row.get::<_, Option<i64>>(2)?;
        Ok(OpenConversations {
            brand: row.get(0)?,
            count: row.get(1).map(whole)?,
            oldest: oldest.and_then(|at| Timestamp::from_microsecond(at).ok()),
        })
    })?;
    found.collect()
}
