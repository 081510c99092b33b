//! What stands behind a figure: the conversations that it is made of, the ones that add most first.

use super::aggregates;
use super::scope::{self, Scope};
use crate::catalogue::{Form, Named, Spans};
use crate::query::{Dimension, Query};
use conversation::ConversationId;
use jiff::Timestamp;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use uuid::Uuid;
use wire::pb::analytics::{Behind, ListBehindResponse};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    pub query: Query,
    pub named: Named,
    /// Of a share: what could have counted and did not.
    pub not_counted: bool,
    pub page_size: usize,
    /// Where the page before ended.
    pub after: Option<Place>,
}

/// A place in the order of what stands behind a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub value: i64,
    /// The row's number, or the key in hex.
    pub key: String,
}

impl Place {
    pub fn parse(token: &str) -> Option<Place> {
        let (value, key) = token.split_once('.')?;
        let sound = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_hexdigit());
        Some(Place { value: value.parse().ok()?, key: sound.then(|| key.to_owned())? })
    }

    fn token(&self) -> String {
        format!("{}.{}", self.value, self.key)
    }
}

/// One page of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    pub sequence: u64,
    pub behind: Vec<Behind>,
    /// Empty when nothing follows.
    pub next: String,
}

impl From<Page> for ListBehindResponse {
    fn from(page: Page) -> Self {
        ListBehindResponse { behind: page.behind, next_page_token: page.next, as_of_sequence: page.sequence }
    }
}

/// Reads one page.
pub fn behind(connection: &mut Connection, asked: &Asked, now: Timestamp) -> rusqlite::Result<Page> {
    let transaction = connection.transaction()?;
    let sequence = super::read::sequence(&transaction)?;
    let found = match asked.named.form {
        Form::Filtered { brought_back } => {
            let holds = if brought_back { "brought_back" } else { "1" };
            others(&transaction, asked, scope::FILTERED, ("filtered_post", "post", "posted_at", holds), now)?
        }
        Form::Happening(kind) => {
            let holds = format!("kind = '{kind}'");
            others(&transaction, asked, scope::HAPPENINGS, ("happening", "key", "at", &holds), now)?
        }
        form => of_conversations(&transaction, asked, form, now)?,
    };
    let mut page = Page { sequence, ..Page::default() };
    if found.len() > asked.page_size {
        page.next = found[asked.page_size - 1].0.token();
    }
    page.behind = found.into_iter().take(asked.page_size).map(|(_, behind)| behind).collect();
    Ok(page)
}

/// Which conversations stand behind a figure, what each adds, and by what that is divided.
fn selection(form: Form, not_counted: bool) -> (String, String, i64) {
    let (holds, value, per) = match form {
        Form::Count(holds) => (holds.to_owned(), "1", 1),
        // A change may go both ways.
        Form::Sum { of, per } => (format!("({of}) <> 0"), of, per),
        Form::Share { hit, of } if not_counted => (format!("({of}) AND NOT ({hit})"), "1", 1),
        Form::Share { hit, of } => (format!("({of}) AND ({hit})"), "1", 1),
        Form::Ratio { part, of } if not_counted => (format!("({of}) > 0 AND ({part}) = 0"), "1", 1),
        Form::Ratio { part, .. } => (format!("({part}) > 0"), part, 1),
        Form::Percentile { spans: Spans::NextResponse, .. } => {
            ("next_response_seconds IS NOT NULL".to_owned(), "longest(next_response_seconds)", 1)
        }
        Form::Percentile { spans: Spans::Approval, .. } => {
            ("approval_seconds IS NOT NULL".to_owned(), "longest(approval_seconds)", 1)
        }
        Form::Percentile { spans, .. } => (format!("{} IS NOT NULL", spans.column()), spans.column(), 1),
        Form::LongestWait => ("standing = 'open'".to_owned(), "max(0, (:now - waiting_since) / 1000000)", 1),
        Form::WeekHours => ("week_hours IS NOT NULL".to_owned(), "1", 1),
        Form::Customers | Form::Filtered { .. } | Form::Happening(_) => ("1".to_owned(), "1", 1),
    };
    (holds, value.to_owned(), per)
}

fn of_conversations(
    connection: &Connection,
    asked: &Asked,
    form: Form,
    now: Timestamp,
) -> rusqlite::Result<Vec<(Place, Behind)>> {
    let Some(conditions) = scope::CONVERSATIONS.conditions(&asked.query.filter) else { return Ok(Vec::new()) };
    let (holds, value, per) = selection(form, asked.not_counted);
    let after = if asked.after.is_some() { " WHERE (value, -number) < (:after, -:key)" } else { "" };
    let sql = format!(
        "SELECT value, number, conversation_id, brand, team, channel, language, person, first_post_at FROM (
             SELECT coalesce({value}, 0) AS value, number, conversation_id, brand, team, channel, language, person,
                 first_post_at
             FROM conversation WHERE counted AND ({holds}){conditions}
         ){after} ORDER BY value DESC, number LIMIT :limit"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    scope::bind(&mut statement, &asked.query, now)?;
    if let Some(after) = &asked.after {
        scope::put(&mut statement, ":after", after.value)?;
        scope::put(&mut statement, ":key", i64::from_str_radix(&after.key, 16).unwrap_or(i64::MAX))?;
    }
    scope::put(&mut statement, ":limit", limit(asked))?;
    let mut rows = statement.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (value, number): (i64, i64) = (row.get(0)?, row.get(1)?);
        let place = Place { value, key: format!("{number:x}") };
        found.push((place, conversation(row, value as f64 / per as f64)?));
    }
    Ok(found)
}

/// One more than a page has, to know whether another follows.
fn limit(asked: &Asked) -> i64 {
    i64::try_from(asked.page_size).unwrap_or(i64::MAX).saturating_add(1)
}

fn conversation(row: &Row<'_>, value: f64) -> rusqlite::Result<Behind> {
    Ok(Behind {
        conversation_id: ConversationId::from_uuid(Uuid::from_bytes(row.get(2)?)).to_string(),
        brand: row.get(3)?,
        value,
        team: row.get(4)?,
        channel: row.get(5)?,
        language: row.get(6)?,
        person: row.get(7)?,
        first_post_at: instant(row.get(8)?),
        ..Behind::default()
    })
}

fn instant(microseconds: Option<i64>) -> Option<pbjson_types::Timestamp> {
    microseconds.and_then(|at| Timestamp::from_microsecond(at).ok()).map(wire::timestamp)
}

/// What belongs to no conversation, the newest first.
fn others(
    connection: &Connection,
    asked: &Asked,
    scope: Scope,
    (table, key, at, holds): (&str, &str, &str, &str),
    now: Timestamp,
) -> rusqlite::Result<Vec<(Place, Behind)>> {
    let Some(conditions) = scope.conditions(&asked.query.filter) else { return Ok(Vec::new()) };
    let channel = scope.column(Dimension::Channel);
    let after = if asked.after.is_some() { format!(" AND ({at}, hex({key})) < (:after, :key)") } else { String::new() };
    let sql = format!(
        "SELECT {at}, hex({key}), {key}, brand, {channel} FROM {table} WHERE ({holds}){conditions}{after}
         ORDER BY {at} DESC, hex({key}) DESC LIMIT :limit"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    scope::bind(&mut statement, &asked.query, now)?;
    if let Some(after) = &asked.after {
        scope::put(&mut statement, ":after", after.value)?;
        scope::put(&mut statement, ":key", &after.key)?;
    }
    scope::put(&mut statement, ":limit", limit(asked))?;
    let mut rows = statement.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let place = Place { value: row.get(0)?, key: row.get(1)? };
        let id = Uuid::from_bytes(row.get(2)?).simple().to_string();
        let (post_key, incident_id) = if table == "filtered_post" { (id, String::new()) } else { (String::new(), id) };
        let first_post_at = instant(Some(place.value));
        let behind = Behind {
            brand: row.get(3)?,
            value: 1.0,
            channel: row.get(4)?,
            first_post_at,
            post_key,
            incident_id,
            ..Behind::default()
        };
        found.push((place, behind));
    }
    Ok(found)
}

/// `longest(blob)`: the largest of the numbers of four bytes that stand in it.
pub fn add_longest(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("longest", 1, flags, |context| {
        let ValueRef::Blob(blob) = context.get_raw(0) else { return Ok(None) };
        Ok(aggregates::numbers(blob).max())
    })
}
