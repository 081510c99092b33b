//! The projection's file: SQLite in WAL mode, one writer. What a batch of records changes and the position in the log
//! that it reaches are one transaction, so the file is exact after a crash at any moment: it holds all of the log up to
//! its position and nothing beyond.

mod aggregates;
pub mod behind;
mod error;
mod families;
pub mod figures;
pub mod files;
mod read;
pub mod schema;
pub mod scope;
pub mod side_by_side;

pub use error::{StoreError, Trouble, while_doing};
pub use read::{
    OpenConversations, Snapshot, corrections, corrections_within, intake, intake_within, open_by_brand, prepare_reader,
    snapshot, snapshot_within,
};

use crate::course::Course;
use crate::figures::Figures;
use crate::fold::{Entry, Fold, Position};
use crate::happened::Step;
use conversation::state::STATE_VERSION;
use conversation::{BrandId, Conversation, ConversationId, CustomerId};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;
use uuid::Uuid;

/// The writer's side of the file.
pub struct Store {
    connection: Connection,
    /// The row that the next new conversation gets.
    next_number: i64,
    /// Conversations that others were merged into.
    roots: HashSet<ConversationId>,
    position: Position,
}

/// What a file is, as far as its first look tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fitness {
    Fit,
    /// Nothing is in it yet.
    Empty,
    /// Made by another version. `readable`: its tables are those of this one, only its states are not.
    Outdated {
        readable: bool,
    },
}

impl Store {
    /// Makes a new file. One that is there must be empty.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        let doing = while_doing("making the projection");
        let mut connection = Connection::open(path).map_err(&doing)?;
        prepare_writer(&connection).map_err(&doing)?;
        let transaction = connection.transaction().map_err(&doing)?;
        transaction.execute_batch(&schema::TABLES).map_err(&doing)?;
        transaction.pragma_update(None, "application_id", schema::APPLICATION_ID).map_err(&doing)?;
        transaction.pragma_update(None, "user_version", schema::SCHEMA_VERSION).map_err(&doing)?;
        put_meta(&transaction, "state_version", i64::from(STATE_VERSION)).map_err(&doing)?;
        put_position(&transaction, Position::default()).map_err(&doing)?;
        transaction.commit().map_err(&doing)?;
        Ok(Store { connection, next_number: 1, roots: HashSet::new(), position: Position::default() })
    }

    /// Opens a file that is fit.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let doing = while_doing("opening the projection");
        let connection = Connection::open_with_flags(path, writer_flags()).map_err(&doing)?;
        prepare_writer(&connection).map_err(&doing)?;
        let position = position(&connection)?;
        let next_number = connection
            .query_row("SELECT coalesce(max(number), 0) + 1 FROM conversation", [], |row| row.get(0))
            .map_err(&doing)?;
        let roots = families::roots(&connection).map_err(&doing)?;
        Ok(Store { connection, next_number, roots, position })
    }

    /// Opens the same file anew, after an error that may have left the connection in a bad way. Rows that were given to
    /// conversations in the fold stay theirs.
    pub fn reopen(&mut self, path: &Path) -> Result<(), StoreError> {
        let fresh = Store::open(path)?;
        let next_number = fresh.next_number.max(self.next_number);
        *self = Store { next_number, ..fresh };
        Ok(())
    }

    /// How far the log is in the file.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The state of a conversation; none if the file does not know it.
    pub fn load(&self, id: &ConversationId) -> Result<Option<Entry>, StoreError> {
        load(&self.connection, id)
    }

    /// Writes what the fold has collected, and its position, in one transaction. If it fails nothing is written, and it
    /// may be tried again with the same fold or a larger one.
    pub fn commit(&mut self, fold: &mut Fold) -> Result<(), StoreError> {
        let doing = while_doing("writing the projection");
        let Store { connection, next_number, roots, .. } = self;
        let transaction = connection.transaction().map_err(&doing)?;
        let mut bytes = Vec::new();
        for at in 0..fold.dirty.len() {
            let id = fold.dirty[at];
            let entry = fold.entry(&id).expect("what is dirty is in memory until it is written");
            let (number, is_new) = (entry.number.unwrap_or(*next_number), entry.number.is_none());
            write_entry(&transaction, number, &id, entry, &mut bytes)?;
            if is_new {
                fold.number(&id, number);
                *next_number += 1;
            }
        }
        families::settle(&transaction, fold, roots)?;
        write_counts(&transaction, fold).map_err(&doing)?;
        put_position(&transaction, fold.position).map_err(&doing)?;
        transaction.commit().map_err(&doing)?;
        self.position = fold.position;
        Ok(())
    }

    /// Brings everything into the one file, so that it can be moved.
    pub fn close(self) -> Result<(), StoreError> {
        let doing = while_doing("closing the projection");
        // Busy would mean a reader in the way; what is not brought in now stays in the log file beside it.
        let busy: i64 =
            self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(&doing)?;
        if busy != 0 {
            return Err(StoreError::other("closing the projection", "somebody reads it"));
        }
        self.connection.close().map_err(|(_, error)| doing(error))
    }

    /// Lets the file grow by so many pages and no further: a full disk, for tests.
    #[cfg(test)]
    pub fn limit_growth(&self, pages: i64) {
        let has: i64 = self.connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        // It answers the new limit, so it is no plain update.
        self.connection
            .pragma_update_and_check(None, "max_page_count", has + pages, |row| row.get::<_, i64>(0))
            .unwrap();
    }
}

/// Whether a file is one that this version goes on with.
pub fn inspect(path: &Path) -> Result<Fitness, StoreError> {
    let doing = while_doing("looking at the projection");
    let connection = Connection::open_with_flags(path, writer_flags()).map_err(&doing)?;
    connection.busy_timeout(BUSY).map_err(&doing)?;
    fitness(&connection)
}

/// The same of a file that is open.
pub fn fitness(connection: &Connection) -> Result<Fitness, StoreError> {
    let doing = while_doing("looking at the projection");
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    if number("application_id").map_err(&doing)? != schema::APPLICATION_ID {
        let tables: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(&doing)?;
        if tables == 0 {
            return Ok(Fitness::Empty);
        }
        return Err(StoreError::corrupt("looking at the projection", "it is not a file of Earshot"));
    }
    if number("user_version").map_err(&doing)? != schema::SCHEMA_VERSION {
        return Ok(Fitness::Outdated { readable: false });
    }
    let state_version: i64 = meta(connection, "state_version")?;
    position(connection)?;
    Ok(match state_version == i64::from(STATE_VERSION) {
        true => Fitness::Fit,
        false => Fitness::Outdated { readable: true },
    })
}

/// How far the log is in a file.
pub fn position(connection: &Connection) -> Result<Position, StoreError> {
    let sequence: i64 = meta(connection, "sequence")?;
    let stored_at: String = meta(connection, "stored_at_nanoseconds")?;
    let wrong = |field: &str| StoreError::corrupt("reading the position of the projection", format!("{field} is none"));
    Ok(Position {
        sequence: u64::try_from(sequence).map_err(|_| wrong("sequence"))?,
        stored_at: stored_at.parse().map_err(|_| wrong("stored_at_nanoseconds"))?,
    })
}

fn load(connection: &Connection, id: &ConversationId) -> Result<Option<Entry>, StoreError> {
    const DOING: &str = "reading a conversation from the projection";
    let doing = while_doing(DOING);
    let mut statement = connection
        .prepare_cached(
            "SELECT number, brand, state, customer FROM conversation JOIN state USING (number) WHERE conversation_id = ?1",
        )
        .map_err(&doing)?;
    let found = statement
        .query_row([key(id)], |row| {
            let state = postcard::from_bytes::<(Conversation, Course)>(row.get_ref(2)?.as_blob()?);
            Ok((row.get(0)?, row.get::<_, String>(1)?, state, row.get(3)?))
        })
        .optional()
        .map_err(&doing)?;
    let Some((number, brand, state, customer)) = found else { return Ok(None) };
    let brand = BrandId::new(brand).map_err(|error| StoreError::corrupt(DOING, error))?;
    let (state, course) = state.map_err(|error| StoreError::corrupt(DOING, error))?;
    let customer = CustomerId::from_uuid(Uuid::from_bytes(customer));
    Ok(Some(Entry { number: Some(number), brand, customer, state, course }))
}

const BUSY: Duration = Duration::from_secs(10);

fn writer_flags() -> rusqlite::OpenFlags {
    rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX
}

/// A crash of the process costs nothing; a power cut may cost the newest transactions, which are then read again from
/// the log, but never the file's soundness.
fn prepare_writer(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "cache_size", -32_768)?;
    connection.pragma_update(None, "wal_autocheckpoint", 8_192)?;
    connection.pragma_update(None, "journal_size_limit", 67_108_864)?;
    connection.set_prepared_statement_cache_capacity(32);
    // Without it SQLite plans a statement anew for each value that a partial index might be good for.
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn meta<T: rusqlite::types::FromSql>(connection: &Connection, name: &str) -> Result<T, StoreError> {
    connection
        .query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0))
        .map_err(while_doing("reading the position of the projection"))
}

fn put_meta(transaction: &Transaction<'_>, name: &str, value: impl rusqlite::ToSql) -> rusqlite::Result<()> {
    transaction.prepare_cached(schema::PUT_META)?.execute(params![name, value]).map(|_| ())
}

fn put_position(transaction: &Transaction<'_>, position: Position) -> rusqlite::Result<()> {
    put_meta(transaction, "sequence", stored(position.sequence))?;
    put_meta(transaction, "stored_at_nanoseconds", position.stored_at.to_string())
}

/// SQLite counts to 2^63 - 1; a log does not get there.
fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn key(id: &ConversationId) -> [u8; 16] {
    id.as_uuid().into_bytes()
}

fn write_entry(
    transaction: &Transaction<'_>,
    number: i64,
    id: &ConversationId,
    entry: &Entry,
    bytes: &mut Vec<u8>,
) -> Result<(), StoreError> {
    let doing = while_doing("writing the projection");
    let figures = Figures::of(&entry.state, &entry.course);
    let counted = figures.first_post_at.is_some() && entry.state.merged_into.is_none();
    put_conversation(transaction, &Row { number, id, entry, counted }, &figures).map_err(&doing)?;
    bytes.clear();
    *bytes = postcard::to_extend(&(&entry.state, &entry.course), std::mem::take(bytes))
        .map_err(|error| StoreError::corrupt("writing the projection", error))?;
    transaction
        .prepare_cached(schema::PUT_STATE)
        .and_then(|mut statement| statement.execute(params![number, bytes.as_slice()]))
        .map_err(&doing)?;
    Ok(())
}

/// What a row says besides its figures.
struct Row<'a> {
    number: i64,
    id: &'a ConversationId,
    entry: &'a Entry,
    counted: bool,
}

fn put_conversation(transaction: &Transaction<'_>, row: &Row<'_>, figures: &Figures<'_>) -> rusqlite::Result<()> {
    let entry = row.entry;
    let list = |spans: &[u32]| {
        let bytes: Vec<u8> = spans.iter().flat_map(|seconds| seconds.to_le_bytes()).collect();
        (!bytes.is_empty()).then_some(bytes)
    };
    // In the order of `schema::columns`.
    let own = params![
        row.number,
        key(row.id),
        entry.brand.as_str(),
        figures.team,
        figures.channel,
        figures.language,
        figures.intent,
        figures.standing.as_str(),
        row.counted,
        entry.state.merged_into.as_ref().map(key),
        figures.first_post_at,
        figures.asked_at,
        figures.first_response_seconds,
        figures.waiting_since,
        figures.topic,
        figures.person,
        figures.region,
        figures.tier,
        entry.customer.as_uuid().into_bytes(),
        figures.resolution_seconds,
        list(&figures.next_response_seconds),
        list(&figures.approval_seconds),
        figures.window_closes_at,
        figures.week_hours,
        figures.sentiment_first,
        figures.sentiment_last,
        figures.content,
        figures.reach,
        figures.public,
        figures.went_private,
        figures.in_incident,
        entry.state.backfill_only,
    ];
    let mut statement = transaction.prepare_cached(&schema::PUT_CONVERSATION)?;
    let mut at = 0;
    for value in own {
        at += 1;
        statement.raw_bind_parameter(at, value)?;
    }
    for value in figures.tally.values() {
        at += 1;
        statement.raw_bind_parameter(at, value)?;
    }
    statement.raw_execute().map(|_| ())
}

fn put_happened(transaction: &Transaction<'_>, step: &Step) -> rusqlite::Result<()> {
    match step {
        Step::Happened(happening) => {
            let row = params![happening.kind, happening.key, happening.brand.as_str(), happening.at.as_microsecond()];
            transaction.prepare_cached(schema::PUT_HAPPENING)?.execute(row)?;
        }
        Step::Ended(ended) => {
            let row = params![ended.notice.as_uuid().into_bytes(), if ended.sent { "_sent" } else { "_failed" }];
            transaction.prepare_cached(schema::END_NOTICE)?.execute(row)?;
        }
    }
    Ok(())
}

fn write_counts(transaction: &Transaction<'_>, fold: &Fold) -> rusqlite::Result<()> {
    for (brand, minute, change) in fold.minutes.changes() {
        let row = params![brand.as_str(), minute, change.posts, change.replies, change.breaches];
        transaction.prepare_cached(schema::ADD_MINUTE)?.execute(row)?;
    }
    for (key, change) in fold.answers.changes() {
        let (brand, head) = (key.brand.as_str(), key.head.as_str());
        let row = params![brand, key.language, head, key.model_version, change.classified, change.corrected];
        transaction.prepare_cached(schema::ADD_ANSWER)?.execute(row)?;
    }
    for filtered in &fold.filtered {
        let post = filtered.post.as_uuid().into_bytes();
        let at = filtered.posted_at.as_microsecond();
        let row = params![post, filtered.brand.as_str(), filtered.channel, at];
        transaction.prepare_cached(schema::PUT_FILTERED)?.execute(row)?;
    }
    for post in &fold.brought_back {
        transaction.prepare_cached(schema::BRING_BACK)?.execute([post.as_uuid().into_bytes()])?;
    }
    for step in &fold.happened {
        put_happened(transaction, step)?;
    }
    for ((brand, source), intake) in &fold.intake {
        let [seen, accepted, duplicate, filtered] =
            [intake.seen, intake.accepted, intake.duplicate, intake.filtered].map(stored);
        let row = params![brand.as_str(), source, seen, accepted, duplicate, filtered];
        transaction.prepare_cached(schema::ADD_INTAKE)?.execute(row)?;
        for (reason, count) in &intake.rejected {
            let row = params![brand.as_str(), source, reason, stored(*count)];
            transaction.prepare_cached(schema::ADD_REJECTED)?.execute(row)?;
        }
    }
    Ok(())
}
