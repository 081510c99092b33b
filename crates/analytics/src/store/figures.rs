//! Figures of the catalogue by any dimensions. One statement reads all that is made of conversations; what belongs to none
//! has tables of its own.

use super::aggregates::{self, Percentiles};
use super::scope::{self, Scope};
use crate::catalogue::{Form, Named};
use crate::interval::{self, Sums};
use crate::query::{Dimension, Query};
use jiff::Timestamp;
use rusqlite::{Connection, Row};
use std::collections::BTreeMap;
use wire::pb::analytics::{Figure, FigureRow, QueryFiguresResponse};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Figures {
    pub query: Query,
    pub measures: Vec<Named>,
    pub histograms: bool,
}

/// Figures as of one moment of the log, in the order of their groups.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FigureTable {
    pub sequence: u64,
    pub rows: Vec<FigureRow>,
}

impl From<FigureTable> for QueryFiguresResponse {
    fn from(found: FigureTable) -> Self {
        QueryFiguresResponse { rows: found.rows, as_of_sequence: found.sequence }
    }
}

type Rows = BTreeMap<Vec<String>, FigureRow>;

/// Reads all of it in one transaction, so that it belongs together.
pub fn figures(connection: &mut Connection, asked: &Figures, now: Timestamp) -> rusqlite::Result<FigureTable> {
    let transaction = connection.transaction()?;
    figures_within(&transaction, asked, now)
}

/// The same within a transaction of the caller.
pub fn figures_within(connection: &Connection, asked: &Figures, now: Timestamp) -> rusqlite::Result<FigureTable> {
    let sequence = super::read::sequence(connection)?;
    let mut rows = of_conversations(connection, asked, now)?;
    for (at, named) in asked.measures.iter().enumerate() {
        let (scope, from) = match named.form {
            Form::Filtered { brought_back: false } => (scope::FILTERED, "filtered_post WHERE 1".to_owned()),
            Form::Filtered { brought_back: true } => (scope::FILTERED, "filtered_post WHERE brought_back".to_owned()),
            Form::Happening(kind) => (scope::HAPPENINGS, format!("happening WHERE kind = '{kind}'")),
            // The others are made of conversations.
            _ => continue,
        };
        add_counted(connection, asked, at, scope, &from, now, &mut rows)?;
    }
    Ok(FigureTable { sequence, rows: rows.into_values().collect() })
}

/// The columns that a statement reads, each once, by their places.
#[derive(Default)]
struct Columns(Vec<String>);

impl Columns {
    fn place(&mut self, column: String) -> usize {
        self.0.iter().position(|known| *known == column).unwrap_or_else(|| {
            self.0.push(column);
            self.0.len() - 1
        })
    }

    fn sum(&mut self, what: &str) -> usize {
        self.place(format!("coalesce(sum({what}), 0)"))
    }

    fn total(&mut self, what: &str) -> usize {
        self.place(format!("total({what})"))
    }
}

/// Where the parts of a figure stand in a row.
enum Parts {
    Count(usize),
    Sum {
        of: usize,
        per: i64,
    },
    Share {
        hits: usize,
        of: usize,
    },
    Ratio([usize; 6]),
    Percentile {
        at: usize,
        percent: u64,
        histogram: Option<usize>,
    },
    LongestWait {
        since: usize,
        open: usize,
    },
    WeekHours(usize),
    /// It is counted elsewhere.
    Elsewhere,
}

fn parts(form: Form, histograms: bool, columns: &mut Columns) -> Parts {
    match form {
        Form::Count(holds) => Parts::Count(columns.sum(&format!("({holds})"))),
        Form::Sum { of, per } => Parts::Sum { of: columns.total(&format!("({of})")), per },
        Form::Share { hit, of } => {
            Parts::Share { hits: columns.sum(&format!("({of}) AND ({hit})")), of: columns.sum(&format!("({of})")) }
        }
        Form::Ratio { part, of } => Parts::Ratio([
            columns.sum(&format!("({of}) > 0")),
            columns.total(&format!("({part})")),
            columns.total(&format!("({of})")),
            columns.total(&format!("({part}) * ({part})")),
            columns.total(&format!("({part}) * ({of})")),
            columns.total(&format!("({of}) * ({of})")),
        ]),
        Form::Percentile { spans, percent } => {
            let column = spans.column();
            let histogram = histograms.then(|| columns.place(format!("histogram({column})")));
            Parts::Percentile { at: columns.place(format!("percentiles({column})")), percent, histogram }
        }
        Form::LongestWait => Parts::LongestWait {
            since: columns.place("min(CASE WHEN standing = 'open' THEN waiting_since END)".to_owned()),
            open: columns.sum("standing = 'open'"),
        },
        Form::Customers => Parts::Count(columns.place("count(DISTINCT customer)".to_owned())),
        Form::WeekHours => Parts::WeekHours(columns.place("week_hours_covered(week_hours)".to_owned())),
        Form::Filtered { .. } | Form::Happening(_) => Parts::Elsewhere,
    }
}

fn of_conversations(connection: &Connection, asked: &Figures, now: Timestamp) -> rusqlite::Result<Rows> {
    let mut rows = Rows::new();
    let scope = scope::CONVERSATIONS;
    let Some(conditions) = scope.conditions(&asked.query.filter) else { return Ok(rows) };
    let mut columns = Columns::default();
    let parts: Vec<Parts> =
        asked.measures.iter().map(|named| parts(named.form, asked.histograms, &mut columns)).collect();
    let mut selected: Vec<String> = asked.query.group_by.iter().map(|dimension| scope.column(*dimension)).collect();
    let first = selected.len() + 1;
    selected.push("count(*)".to_owned());
    selected.append(&mut columns.0);
    let sql =
        format!("SELECT {} FROM conversation WHERE counted{conditions}{}", selected.join(", "), grouping(&asked.query));
    let mut statement = connection.prepare_cached(&sql)?;
    scope::bind(&mut statement, &asked.query, now)?;
    let mut found = statement.raw_query();
    while let Some(row) = found.next()? {
        let (key, mut place) = group(&asked.query, row)?;
        let count: u64 = whole(row.get(first - 1)?);
        for (named, parts) in asked.measures.iter().zip(&parts) {
            place.figures.push(figure(named.name(), parts, row, first, count, now)?);
        }
        rows.insert(key, place);
    }
    Ok(rows)
}

fn grouping(query: &Query) -> String {
    if query.group_by.is_empty() {
        return String::new();
    }
    let places: Vec<String> = (1..=query.group_by.len()).map(|place| place.to_string()).collect();
    format!(" GROUP BY {}", places.join(", "))
}

/// The group of a row whose first columns are the dimensions that it is grouped by.
fn group(query: &Query, row: &Row<'_>) -> rusqlite::Result<(Vec<String>, FigureRow)> {
    let mut place = FigureRow::default();
    let mut key = Vec::new();
    for (at, dimension) in query.group_by.iter().enumerate() {
        let name: String = row.get(at)?;
        name_group(&mut place, *dimension, &name);
        key.push(name);
    }
    Ok((key, place))
}

/// What a row is of this dimension.
pub fn group_name(row: &FigureRow, dimension: Dimension) -> &str {
    match dimension {
        Dimension::Brand => &row.brand,
        Dimension::Team => &row.team,
        Dimension::Channel => &row.channel,
        Dimension::Language => &row.language,
        Dimension::Person => &row.person,
        Dimension::Topic => &row.topic,
        Dimension::Region => &row.region,
        Dimension::Tier => &row.tier,
        Dimension::Day => &row.day,
        Dimension::Week => &row.week,
        Dimension::Month => &row.month,
        Dimension::Hour => &row.hour,
        Dimension::Weekday => &row.weekday,
    }
}

/// Writes down what a row is of this dimension.
pub fn name_group(row: &mut FigureRow, dimension: Dimension, name: &str) {
    let field = match dimension {
        Dimension::Brand => &mut row.brand,
        Dimension::Team => &mut row.team,
        Dimension::Channel => &mut row.channel,
        Dimension::Language => &mut row.language,
        Dimension::Person => &mut row.person,
        Dimension::Topic => &mut row.topic,
        Dimension::Region => &mut row.region,
        Dimension::Tier => &mut row.tier,
        Dimension::Day => &mut row.day,
        Dimension::Week => &mut row.week,
        Dimension::Month => &mut row.month,
        Dimension::Hour => &mut row.hour,
        Dimension::Weekday => &mut row.weekday,
    };
    name.clone_into(field);
}

/// Counts are never below zero.
fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

fn figure(
    measure: String,
    parts: &Parts,
    row: &Row<'_>,
    first: usize,
    conversations: u64,
    now: Timestamp,
) -> rusqlite::Result<Figure> {
    let number = |at: usize| row.get::<_, f64>(first + at);
    let count = |at: usize| row.get::<_, i64>(first + at).map(whole);
    let found = match parts {
        Parts::Count(at) => counted(measure, count(*at)? as f64, conversations),
        Parts::Sum { of, per } => counted(measure, number(*of)? / *per as f64, conversations),
        Parts::Share { hits, of } => share(measure, count(*hits)?, count(*of)?),
        Parts::Ratio([holds, part, of, part_part, part_of, of_of]) => {
            let sums = Sums {
                count: count(*holds)? as f64,
                part: number(*part)?,
                of: number(*of)?,
                part_part: number(*part_part)?,
                part_of: number(*part_of)?,
                of_of: number(*of_of)?,
            };
            ratio(measure, sums)
        }
        Parts::Percentile { at, percent, histogram } => {
            let found = row.get::<_, Option<[u8; 80]>>(first + at)?.map(|blob| Percentiles::from_blob(&blob));
            let mut figure = percentile(measure, found.as_ref(), *percent);
            if let Some(at) = histogram {
                let blob = row.get::<_, Option<Vec<u8>>>(first + at)?.unwrap_or_default();
                figure.histogram = Some(aggregates::histogram_from_blob(&blob));
            }
            figure
        }
        Parts::LongestWait { since, open } => {
            let value = row.get::<_, Option<i64>>(first + since)?.map(|since| waited(now, since));
            Figure { measure, value, sample: count(*open)?, ..Figure::default() }
        }
        Parts::WeekHours(at) => {
            let hours = count(*at)?;
            covered(measure, hours % 1_000, hours / 1_000)
        }
        Parts::Elsewhere => counted(measure, 0.0, 0),
    };
    Ok(found)
}

fn counted(measure: String, value: f64, sample: u64) -> Figure {
    Figure { measure, value: Some(value), sample, ..Figure::default() }
}

/// Whole seconds, so that a figure that only time moves changes once a second.
fn waited(now: Timestamp, since: i64) -> f64 {
    now.as_microsecond().saturating_sub(since).max(0).div_euclid(1_000_000) as f64
}

fn bounded(figure: Figure, interval: Option<(f64, f64)>) -> Figure {
    Figure { low: interval.map(|(low, _)| low), high: interval.map(|(_, high)| high), ..figure }
}

pub fn share(measure: String, hits: u64, of: u64) -> Figure {
    let value = (of > 0).then(|| hits as f64 / of as f64);
    bounded(Figure { measure, value, sample: of, ..Figure::default() }, interval::wilson(hits as f64, of as f64))
}

fn covered(measure: String, hours: u64, of: u64) -> Figure {
    Figure { measure, value: (of > 0).then(|| hours as f64 / of as f64), sample: of, ..Figure::default() }
}

/// The sample of a ratio is its base: the answers, posts or conversations.
pub fn ratio(measure: String, sums: Sums) -> Figure {
    let value = (sums.of > 0.0).then(|| sums.part / sums.of);
    bounded(Figure { measure, value, sample: sums.of as u64, ..Figure::default() }, interval::ratio(sums))
}

fn percentile(measure: String, found: Option<&Percentiles>, percent: u64) -> Figure {
    let Some(found) = found else { return Figure { measure, ..Figure::default() } };
    let [value, low, high] = found.get(percent);
    let figure = Figure { measure, value: Some(value), sample: found.count, ..Figure::default() };
    bounded(figure, Some((low, high)))
}

/// Adds what is counted in a table of its own, in the groups that the table knows.
fn add_counted(
    connection: &Connection,
    asked: &Figures,
    at: usize,
    scope: Scope,
    from: &str,
    now: Timestamp,
    rows: &mut Rows,
) -> rusqlite::Result<()> {
    let Some(conditions) = scope.conditions(&asked.query.filter) else { return Ok(()) };
    let mut selected: Vec<String> = asked.query.group_by.iter().map(|dimension| scope.column(*dimension)).collect();
    selected.push("count(*)".to_owned());
    let sql = format!("SELECT {} FROM {from}{conditions}{}", selected.join(", "), grouping(&asked.query));
    let mut statement = connection.prepare_cached(&sql)?;
    scope::bind(&mut statement, &asked.query, now)?;
    let mut found = statement.raw_query();
    while let Some(row) = found.next()? {
        let (key, place) = group(&asked.query, row)?;
        let count = whole(row.get(selected.len() - 1)?);
        let place = rows.entry(key).or_insert_with(|| FigureRow { figures: nothing(asked), ..place });
        let figure = &mut place.figures[at];
        (figure.value, figure.sample) = (Some(count as f64), count);
    }
    Ok(())
}

/// The figures of a group without a conversation.
fn nothing(asked: &Figures) -> Vec<Figure> {
    let of = |named: &Named| {
        let is_count = matches!(
            named.form,
            Form::Count(_) | Form::Sum { .. } | Form::Customers | Form::Filtered { .. } | Form::Happening(_)
        );
        Figure { measure: named.name(), value: is_count.then_some(0.0), ..Figure::default() }
    };
    asked.measures.iter().map(of).collect()
}
