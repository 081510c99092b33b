//! The tables of the projection. Anyone may read the file with SQLite's own tools while the service runs; the names are
//! those of the catalogue of measures.

/// Changes whenever the tables or the meaning of a column does; a file of another version is rebuilt from the log.
pub const SCHEMA_VERSION: i64 = 2;
/// `EARS`, so that a file of someone else is not taken for ours.
pub const APPLICATION_ID: i64 = 0x4541_5253;

/// Times are microseconds since 1970. `counted` is 0 for a conversation without a post and for one that was merged: its
/// figures stand in those of `root`, the conversation that it goes on in.
pub const TABLES: &str = "
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value NOT NULL
) WITHOUT ROWID;

CREATE TABLE conversation (
    number INTEGER PRIMARY KEY,
    conversation_id BLOB NOT NULL UNIQUE,
    brand TEXT NOT NULL,
    team TEXT NOT NULL,
    channel TEXT NOT NULL,
    language TEXT NOT NULL,
    intent TEXT NOT NULL,
    standing TEXT NOT NULL,
    counted INTEGER NOT NULL,
    merged_into BLOB,
    root BLOB,
    first_post_at INTEGER,
    asked_at INTEGER,
    first_response_seconds INTEGER,
    waiting_since INTEGER,
    posts INTEGER NOT NULL,
    replies INTEGER NOT NULL,
    in_doubt INTEGER NOT NULL,
    reopened INTEGER NOT NULL,
    hand_offs INTEGER NOT NULL,
    breaches INTEGER NOT NULL,
    classified INTEGER NOT NULL,
    corrected INTEGER NOT NULL,
    escalated INTEGER NOT NULL
);
CREATE INDEX conversation_by_root ON conversation (root) WHERE root IS NOT NULL;
CREATE INDEX conversation_open ON conversation (brand, waiting_since) WHERE counted AND standing = 'open';

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
    posted_at INTEGER NOT NULL
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
pub const PUT_CONVERSATION: &str = "
INSERT INTO conversation (
    number, conversation_id, brand, team, channel, language, intent, standing, counted, merged_into,
    first_post_at, asked_at, first_response_seconds, waiting_since,
    posts, replies, in_doubt, reopened, hand_offs, breaches, classified, corrected, escalated
) VALUES (
    ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23
)
ON CONFLICT (number) DO UPDATE SET
    team = excluded.team, channel = excluded.channel, language = excluded.language, intent = excluded.intent,
    standing = excluded.standing, counted = excluded.counted, merged_into = excluded.merged_into,
    first_post_at = excluded.first_post_at, asked_at = excluded.asked_at,
    first_response_seconds = excluded.first_response_seconds, waiting_since = excluded.waiting_since,
    posts = excluded.posts, replies = excluded.replies, in_doubt = excluded.in_doubt, reopened = excluded.reopened,
    hand_offs = excluded.hand_offs, breaches = excluded.breaches,
    classified = excluded.classified, corrected = excluded.corrected, escalated = excluded.escalated";

pub const PUT_STATE: &str = "INSERT INTO state (number, state) VALUES (?1, ?2)
ON CONFLICT (number) DO UPDATE SET state = excluded.state";

pub const ADD_MINUTE: &str = "INSERT INTO minute (brand, minute, posts, replies, breaches) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (brand, minute) DO UPDATE SET
    posts = posts + excluded.posts, replies = replies + excluded.replies, breaches = breaches + excluded.breaches";

/// A post that is filtered twice counts once.
pub const PUT_FILTERED: &str = "INSERT INTO filtered_post (post, brand, channel, posted_at) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (post) DO NOTHING";

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
