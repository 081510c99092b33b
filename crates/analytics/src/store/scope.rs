//! Which rows a question is about and how they are grouped, as SQL. Only what is asked for stands in it, so that nothing is
//! compared for each of a million rows that narrows nothing.

use crate::query::{Dimension, Filter, Query};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::{Connection, Statement, ToSql};

/// What a table of the projection knows of its rows.
#[derive(Debug, Clone, Copy)]
pub struct Scope {
    /// When it was, in microseconds.
    at: &'static str,
    has: &'static [Dimension],
}

const COLUMNS: &[Dimension] = &[
    Dimension::Brand,
    Dimension::Team,
    Dimension::Channel,
    Dimension::Language,
    Dimension::Person,
    Dimension::Topic,
    Dimension::Region,
    Dimension::Tier,
];

pub const CONVERSATIONS: Scope = Scope { at: "first_post_at", has: COLUMNS };
pub const FILTERED: Scope = Scope { at: "posted_at", has: &[Dimension::Brand, Dimension::Channel] };
pub const HAPPENINGS: Scope = Scope { at: "at", has: &[Dimension::Brand] };

impl Scope {
    /// What a dimension is of a row; an empty text where the table does not know it.
    pub fn column(self, dimension: Dimension) -> String {
        match dimension.is_of_time() {
            true => format!("local(:zone, {}, '{}')", self.at, dimension.as_str()),
            false if self.has.contains(&dimension) => dimension.as_str().to_owned(),
            false => "''".to_owned(),
        }
    }

    /// Conditions of a filter, each with ` AND ` before it; none when no row can meet them.
    pub fn conditions(self, filter: &Filter) -> Option<String> {
        let mut sql = String::new();
        for dimension in Dimension::ALL {
            if filter.wanted(dimension).is_empty() {
                continue;
            }
            if !dimension.is_of_time() && !self.has.contains(&dimension) {
                return None;
            }
            sql.push_str(&format!(" AND {} = :{}", self.column(dimension), dimension.as_str()));
        }
        for dimension in filter.without.iter().filter(|dimension| self.has.contains(dimension)) {
            sql.push_str(&format!(" AND {} = ''", dimension.as_str()));
        }
        if filter.from.is_some() {
            sql.push_str(&format!(" AND {} >= :from", self.at));
        }
        if filter.until.is_some() {
            sql.push_str(&format!(" AND {} < :until", self.at));
        }
        Some(sql)
    }
}

/// Gives a statement what its text names of a query.
pub fn bind(statement: &mut Statement<'_>, query: &Query, now: Timestamp) -> rusqlite::Result<()> {
    let filter = &query.filter;
    for dimension in Dimension::ALL {
        put(statement, &format!(":{}", dimension.as_str()), filter.wanted(dimension))?;
    }
    put(statement, ":from", filter.from.map(Timestamp::as_microsecond))?;
    put(statement, ":until", filter.until.map(Timestamp::as_microsecond))?;
    put(statement, ":zone", &query.zone)?;
    put(statement, ":now", now.as_microsecond())
}

/// Gives a statement one value, if its text names it.
pub fn put(statement: &mut Statement<'_>, name: &str, value: impl ToSql) -> rusqlite::Result<()> {
    match statement.parameter_index(name)? {
        Some(at) => statement.raw_bind_parameter(at, value),
        None => Ok(()),
    }
}

/// `local(zone, microseconds, part)`: the day, week, month, hour or weekday of an instant where the zone is.
pub fn add_local(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("local", 3, flags, local)
}

fn local(context: &Context<'_>) -> rusqlite::Result<Option<String>> {
    let wrong = |error: jiff::Error| rusqlite::Error::UserFunctionError(error.into());
    let zone = context.get_or_create_aux(0, |name| {
        let name = name.as_str().map_err(|error| jiff::Error::from_args(format_args!("{error}")))?;
        if name.is_empty() { Ok(TimeZone::UTC) } else { TimeZone::get(name) }
    })?;
    let Some(at) = context.get::<Option<i64>>(1)? else { return Ok(None) };
    let at = Timestamp::from_microsecond(at).map_err(wrong)?.to_zoned((*zone).clone());
    let form = match context.get_raw(2).as_str().unwrap_or_default() {
        "day" => "%F",
        "week" => "%G-W%V",
        "month" => "%Y-%m",
        "hour" => "%H",
        _ => "%u",
    };
    Ok(Some(at.strftime(form).to_string()))
}
