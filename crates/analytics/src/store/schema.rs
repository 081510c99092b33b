//! The tables of the projection. Anyone may read the file with SQLite's own tools while the service runs; the names are
//! those of the catalogue of measures.

use crate::figures::Tally;
use std::sync::LazyLock;

/// Changes whenever the tables or the meaning of a column does; a file of another version is rebuilt from the log.
pub const SCHEMA_VERSION: i64 = 4;
/// `EARS`, so that a file of someone else is not taken for ours.
pub const APPLICATION_ID: i64 = 0x4541_5253;

/// What a row says of a conversation besides what adds up: names and types.
///
/// Times are microseconds since 1970, spans are seconds. `counted` is 0 for a conversation without a post and for one that
/// was merged: its figures stand in those of `root`, the conversation that it goes on in. `next_response_seconds`
/// and `approval_seconds` hold numbers of four bytes, the lowest first; `week_hours` two times 168 bits. `history` says that all of it was imported.
pub const OWN: &[(&str, &str)] = &[
    ("conversation_id", "BLOB NOT NULL UNIQUE"),
    ("brand", "TEXT NOT NULL"),
    ("team", "TEXT NOT NULL"),
    ("channel", "TEXT NOT NULL"),
    ("language", "TEXT NOT NULL"),
    ("intent", "TEXT NOT NULL"),
    ("standing", "TEXT NOT NULL"),
    ("counted", "INTEGER NOT NULL"),
    ("merged_into", "BLOB"),
    ("first_post_at", "INTEGER"),
    ("asked_at", "INTEGER"),
    ("first_response_seconds", "INTEGER"),
    ("waiting_since", "INTEGER"),
    ("topic", "TEXT NOT NULL"),
    ("person", "TEXT NOT NULL"),
    ("region", "TEXT NOT NULL"),
    ("tier", "TEXT NOT NULL"),
    ("customer", "BLOB NOT NULL"),
    ("resolution_seconds", "INTEGER"),
    ("next_response_seconds", "BLOB"),
    ("approval_seconds", "BLOB"),
    ("window_closes_at", "INTEGER"),
    ("week_hours", "BLOB"),
    ("sentiment_first", "INTEGER"),
    ("sentiment_last", "INTEGER"),
    ("content", "INTEGER NOT NULL"),
    ("reach", "INTEGER NOT NULL"),
    ("public", "INTEGER NOT NULL"),
    ("went_private", "INTEGER NOT NULL"),
    ("in_incident", "INTEGER NOT NULL"),
    ("history", "INTEGER NOT NULL"),
];

/// Columns of whatever table that hold an instant.
pub const INSTANTS: &[&str] = &["first_post_at", "asked_at", "waiting_since", "window_closes_at", "posted_at", "at"];

/// The columns of a conversation that are written, the number first, in their order.
pub fn columns() -> impl Iterator<Item = &'static str> {
    let own = OWN.iter().map(|(name, _)| *name);
    std::iter::once("number").chain(own).chain(Tally::COLUMNS.iter().copied())
}

pub static TABLES: LazyLock<String> = LazyLock::new(|| {
    let own: String = OWN.iter().map(|(name, kind)| format!("    {name} {kind},\n")).collect();
    let tally: Vec<String> = Tally::COLUMNS.iter().map(|name| format!("    {name} INTEGER NOT NULL")).collect();
    let columns = format!("    number INTEGER PRIMARY KEY,\n{own}    root BLOB,\n{}", tally.join(",\n"));
    format!("CREATE TABLE conversation (\n{columns}\n);\n{OTHER_TABLES}")
});

const OTHER_TABLES: &str = "
CREATE INDEX conversation_by_root ON conversation (root) WHERE root IS NOT NULL;
CREATE INDEX conversation_open ON conversation (brand, waiting_since) WHERE counted AND standing = 'open';

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value NOT NULL
) WITHOUT ROWID;

CREATE TABLE state (
    number INTEGER PRIMARY KEY,
    state BLOB NOT NULL
);

CREATE TABLE minute (
    brand TEXT NOT NULL,
    minute INTEGER NOT NULL,
    posts INTEGER NOT NULL,
    replies INTEGER NOT NULL,
    breaches INTEGER NOT NULL,
    PRIMARY KEY (brand, minute)
) WITHOUT ROWID;
CREATE INDEX minute_by_time ON minute (minute);

CREATE TABLE filtered_post (
    post BLOB PRIMARY KEY,
    brand TEXT NOT NULL,
    channel TEXT NOT NULL,
    posted_at INTEGER NOT NULL,
    brought_back INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE happening (
    kind TEXT NOT NULL,
    key BLOB NOT NULL,
    brand TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;

CREATE TABLE answer (
    brand TEXT NOT NULL,
    language TEXT NOT NULL,
    head TEXT NOT NULL,
    model_version TEXT NOT NULL,
    classified INTEGER NOT NULL,
    corrected INTEGER NOT NULL,
    PRIMARY KEY (brand, language, head, model_version)
) WITHOUT ROWID;

CREATE TABLE intake (
    brand TEXT NOT NULL,
    source TEXT NOT NULL,
    seen INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    duplicate INTEGER NOT NULL,
    filtered INTEGER NOT NULL,
    PRIMARY KEY (brand, source)
) WITHOUT ROWID;

CREATE TABLE intake_rejected (
    brand TEXT NOT NULL,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (brand, source, reason)
) WITHOUT ROWID;
";

/// A conversation's row, new or changed. Its root is set when families are settled.
pub static PUT_CONVERSATION: LazyLock<String> = LazyLock::new(|| {
    let columns: Vec<&str> = columns().collect();
    let places: Vec<String> = (1..=columns.len()).map(|nth| format!("?{nth}")).collect();
    let stays = ["number", "conversation_id", "brand", "customer"];
    let changes = columns.iter().filter(|name| !stays.contains(name));
    let changes: Vec<String> = changes.map(|name| format!("{name} = excluded.{name}")).collect();
    format!(
        "INSERT INTO conversation ({}) VALUES ({}) ON CONFLICT (number) DO UPDATE SET {}",
        columns.join(", "),
        places.join(", "),
        changes.join(", ")
    )
});

/// What all that were merged into a root add to it.
pub static MEMBERS_TALLY: LazyLock<String> = LazyLock::new(|| {
    let sums: Vec<String> = Tally::COLUMNS.iter().map(|name| format!("coalesce(sum({name}), 0)")).collect();
    format!("SELECT {} FROM conversation WHERE root = ?1 AND conversation_id <> ?1", sums.join(", "))
});

pub const PUT_STATE: &str = "INSERT INTO state (number, state) VALUES (?1, ?2)
ON CONFLICT (number) DO UPDATE SET state = excluded.state";

pub const ADD_MINUTE: &str = "INSERT INTO minute (brand, minute, posts, replies, breaches) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (brand, minute) DO UPDATE SET
    posts = posts + excluded.posts, replies = replies + excluded.replies, breaches = breaches + excluded.breaches";

/// A post that is filtered twice counts once.
pub const PUT_FILTERED: &str = "INSERT INTO filtered_post (post, brand, channel, posted_at) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (post) DO NOTHING";

pub const BRING_BACK: &str = "UPDATE filtered_post SET brought_back = 1 WHERE post = ?1";

pub const PUT_HAPPENING: &str = "INSERT INTO happening (kind, key, brand, at) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (kind, key) DO NOTHING";

/// A notice that ended is counted under its kind and its end, at the time it was written down.
pub const END_NOTICE: &str = "INSERT INTO happening (kind, key, brand, at)
SELECT kind || ?2, key, brand, at FROM happening AS begun WHERE kind IN ('person_notice', 'shift_post') AND key = ?1
    AND NOT EXISTS (SELECT 1 FROM happening WHERE key = ?1 AND kind IN (begun.kind || '_sent', begun.kind || '_failed'))";

pub const ADD_ANSWER: &str = "
INSERT INTO answer (brand, language, head, model_version, classified, corrected) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (brand, language, head, model_version) DO UPDATE SET
    classified = classified + excluded.classified, corrected = corrected + excluded.corrected";

pub const ADD_INTAKE: &str = "
INSERT INTO intake (brand, source, seen, accepted, duplicate, filtered) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (brand, source) DO UPDATE SET
    seen = seen + excluded.seen, accepted = accepted + excluded.accepted,
    duplicate = duplicate + excluded.duplicate, filtered = filtered + excluded.filtered";

pub const ADD_REJECTED: &str = "INSERT INTO intake_rejected (brand, source, reason, count) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (brand, source, reason) DO UPDATE SET count = count + excluded.count";

pub const PUT_META: &str = "INSERT INTO meta (name, value) VALUES (?1, ?2)
ON CONFLICT (name) DO UPDATE SET value = excluded.value";
