//! The projection as files that other tools read: every table with all its columns, and figures of the catalogue in long
//! form, as CSV or as Parquet. A file is of one moment of the log. It holds no word that a customer wrote.

mod csv;
mod parquet;

use crate::local::{LocalError, Projection, unreadable};
use crate::query::Dimension;
use crate::store::figures::group_name;
use crate::store::schema;
use jiff::Timestamp;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use thiserror::Error;
use wire::pb::analytics::QueryFiguresResponse;

/// Rows that are written together.
const TOGETHER: usize = 65_536;

/// What can be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    Conversation,
    Minute,
    FilteredPost,
    Happening,
    Answer,
    Intake,
    IntakeRejected,
}

impl Table {
    pub const ALL: [Table; 7] = [
        Table::Conversation,
        Table::Minute,
        Table::FilteredPost,
        Table::Happening,
        Table::Answer,
        Table::Intake,
        Table::IntakeRejected,
    ];

    /// Its name in the projection.
    pub fn as_str(self) -> &'static str {
        match self {
            Table::Conversation => "conversation",
            Table::Minute => "minute",
            Table::FilteredPost => "filtered_post",
            Table::Happening => "happening",
            Table::Answer => "answer",
            Table::Intake => "intake",
            Table::IntakeRejected => "intake_rejected",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    Parquet,
}

/// What a column holds. Each may be missing in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Whole,
    Number,
    /// Microseconds since 1970.
    Instant,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
}

/// What stands in a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Missing,
    Text(String),
    /// Also an instant.
    Whole(i64),
    Number(f64),
}

/// Why there is no file.
#[derive(Debug, Error)]
pub enum ExportError {
    #[error("{file} cannot be written: {why}")]
    File { file: String, why: String },
    #[error(transparent)]
    Read(#[from] LocalError),
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Exported {
    pub rows: u64,
    /// As of which record of the log.
    pub sequence: u64,
}

/// Writes rows as they come.
trait Rows {
    /// # Errors
    /// What the disk says.
    fn write(&mut self, rows: Vec<Vec<Cell>>) -> Result<(), String>;
    fn finish(self: Box<Self>) -> Result<(), String>;
}

/// A file that is being written. A partial one never stands under the name that was asked for.
struct Output {
    rows: Box<dyn Rows>,
    waiting: Vec<Vec<Cell>>,
    count: u64,
    partial: std::path::PathBuf,
    file: std::path::PathBuf,
}

impl Output {
    fn create(file: &Path, format: Format, columns: &[Column]) -> Result<Output, ExportError> {
        let mut partial = file.as_os_str().to_owned();
        partial.push(".partial");
        let partial = std::path::PathBuf::from(partial);
        let failed = |why: String| ExportError::File { file: file.display().to_string(), why };
        let out = BufWriter::new(File::create(&partial).map_err(|error| failed(error.to_string()))?);
        let rows: Box<dyn Rows> = match format {
            Format::Csv => Box::new(csv::Writer::new(out, columns).map_err(&failed)?),
            Format::Parquet => Box::new(parquet::Writer::new(out, columns).map_err(&failed)?),
        };
        Ok(Output { rows, waiting: Vec::new(), count: 0, partial, file: file.to_owned() })
    }

    fn failed(&self, why: String) -> ExportError {
        ExportError::File { file: self.file.display().to_string(), why }
    }

    fn add(&mut self, row: Vec<Cell>) -> Result<(), ExportError> {
        self.count += 1;
        self.waiting.push(row);
        if self.waiting.len() < TOGETHER {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.waiting);
        self.rows.write(rows).map_err(|why| self.failed(why))
    }

    fn finish(mut self) -> Result<u64, ExportError> {
        let rows = std::mem::take(&mut self.waiting);
        self.rows.write(rows).map_err(|why| self.failed(why))?;
        let Output { rows, count, partial, file, .. } = self;
        let failed = |why: String| ExportError::File { file: file.display().to_string(), why };
        rows.finish().map_err(&failed)?;
        std::fs::rename(&partial, &file).map_err(|error| failed(error.to_string()))?;
        Ok(count)
    }
}

/// Writes a table of the projection.
///
/// # Errors
/// The projection cannot be read, or the file cannot be written.
pub fn table(projection: &mut Projection, table: Table, format: Format, file: &Path) -> Result<Exported, ExportError> {
    let connection = projection.connection();
    let transaction = connection.transaction().map_err(unreadable)?;
    let sequence = crate::store::position(&transaction).map_err(LocalError::from)?.sequence;
    let columns = columns(&transaction, table).map_err(unreadable)?;
    let mut output = Output::create(file, format, &columns)?;
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let sql = format!("SELECT {} FROM {} ORDER BY 1, 2", names.join(", "), table.as_str());
    let mut statement = transaction.prepare(&sql).map_err(unreadable)?;
    let mut found = statement.query([]).map_err(unreadable)?;
    while let Some(row) = found.next().map_err(unreadable)? {
        let mut cells = Vec::with_capacity(columns.len());
        for (at, column) in columns.iter().enumerate() {
            cells.push(cell(&column.name, row.get_ref(at).map_err(unreadable)?));
        }
        output.add(cells)?;
    }
    Ok(Exported { rows: output.finish()?, sequence })
}

/// The columns of a table, in their order.
///
/// # Errors
/// The projection cannot be read.
pub fn columns_of(projection: &mut Projection, table: Table) -> Result<Vec<Column>, LocalError> {
    columns(projection.connection(), table).map_err(unreadable)
}

fn columns(connection: &Connection, table: Table) -> rusqlite::Result<Vec<Column>> {
    let mut statement = connection.prepare("SELECT name, type FROM pragma_table_info(?1) ORDER BY cid")?;
    let column = |row: &rusqlite::Row<'_>| {
        let (name, declared): (String, String) = (row.get(0)?, row.get(1)?);
        Ok(Column { kind: kind(&name, &declared), name })
    };
    statement.query_map([table.as_str()], column)?.collect()
}

fn kind(name: &str, declared: &str) -> Kind {
    match declared {
        "INTEGER" if schema::INSTANTS.contains(&name) => Kind::Instant,
        "INTEGER" => Kind::Whole,
        // Ids as hex digits, lists of numbers as words.
        _ => Kind::Text,
    }
}

fn cell(name: &str, value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Missing,
        ValueRef::Integer(value) => Cell::Whole(value),
        ValueRef::Real(value) => Cell::Number(value),
        ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) if matches!(name, "next_response_seconds" | "approval_seconds") => {
            let numbers: Vec<String> =
                bytes.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes).to_string()).collect();
            Cell::Text(numbers.join(" "))
        }
        ValueRef::Blob(bytes) => Cell::Text(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
    }
}

/// Writes figures, one a row, with the dimensions that they are grouped by.
///
/// # Errors
/// The file cannot be written.
pub fn figures(
    found: &QueryFiguresResponse,
    group_by: &[Dimension],
    format: Format,
    file: &Path,
) -> Result<Exported, ExportError> {
    let text = |name: &str| Column { name: name.to_owned(), kind: Kind::Text };
    let mut columns: Vec<Column> = group_by.iter().map(|dimension| text(dimension.as_str())).collect();
    columns.push(text("measure"));
    for (name, kind) in
        [("value", Kind::Number), ("sample", Kind::Whole), ("low", Kind::Number), ("high", Kind::Number)]
    {
        columns.push(Column { name: name.to_owned(), kind });
    }
    let mut output = Output::create(file, format, &columns)?;
    let number = |value: Option<f64>| value.map_or(Cell::Missing, Cell::Number);
    for row in &found.rows {
        for figure in &row.figures {
            let mut cells: Vec<Cell> =
                group_by.iter().map(|dimension| Cell::Text(group_name(row, *dimension).to_owned())).collect();
            cells.push(Cell::Text(figure.measure.clone()));
            cells.push(number(figure.value));
            cells.push(Cell::Whole(i64::try_from(figure.sample).unwrap_or(i64::MAX)));
            cells.extend([number(figure.low), number(figure.high)]);
            output.add(cells)?;
        }
    }
    Ok(Exported { rows: output.finish()?, sequence: found.as_of_sequence })
}

/// An instant in RFC 3339; none for one that no calendar has.
fn rfc3339(microseconds: i64) -> Option<String> {
    Timestamp::from_microsecond(microseconds).ok().map(|at| at.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::Building;
    use crate::testing::{At, Script};
    use crate::tests::support::later;
    use ::parquet::file::reader::{FileReader, SerializedFileReader};
    use ::parquet::record::{Field, RowAccessor};
    use conversation::IncidentId;
    use conversation::surge::SurgeDetected;
    use wire::pb::analytics::QueryFiguresRequest;

    fn projection() -> Projection {
        let mut day = Script::new("aurora");
        day.post("a", "a1", At::minute(0));
        day.route("a", "a1", "care", "complaint", "en");
        day.answer("a", "ra", At::minute(5));
        day.post("a", "a2", At::minute(10));
        day.answer("a", "rb", At::minute(11));
        day.untimed_post("b", "b1", At::minute(2));
        day.filter("spammer", "s1", At::minute(3));
        let surge = SurgeDetected {
            incident: IncidentId::of(&day.brand, "harju", "air.delay", At::minute(1)),
            region: "harju".into(),
            topic: "air.delay".into(),
            first_post_at: At::minute(1),
            seen: 9,
            window_seconds: 600,
            expected: 1.0,
            settings_version: "s".into(),
        };
        day.of_brand(At::minute(3), vec![surge.into()]);
        day.count("json", 3, &[("no_post_id", 2)], At::minute(4));
        let mut building = Building::new().unwrap();
        day.records.into_iter().for_each(|record| building.add(record).unwrap());
        building.finish().unwrap()
    }

    /// Rows of a Parquet file, each field by its name.
    fn rows(file: &Path) -> Vec<Vec<(String, Field)>> {
        let reader = SerializedFileReader::new(File::open(file).unwrap()).unwrap();
        let rows = reader.get_row_iter(None).unwrap();
        rows.map(|row| row.unwrap().into_columns()).collect()
    }

    #[test]
    fn both_forms_say_the_same_of_every_table() {
        let directory = tempfile::tempdir().unwrap();
        let mut projection = projection();
        for one in Table::ALL {
            let (csv, parquet) = (directory.path().join("t.csv"), directory.path().join("t.parquet"));
            let told = table(&mut projection, one, Format::Csv, &csv).unwrap();
            assert_eq!(told, table(&mut projection, one, Format::Parquet, &parquet).unwrap());
            assert!(told.rows > 0 || one == Table::Answer, "{one:?} is tried with something in it");
            let text = std::fs::read_to_string(&csv).unwrap();
            let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
            let rows = rows(&parquet);
            assert_eq!(rows.len() as u64, told.rows, "{one:?}");
            assert_eq!(text.lines().count() as u64, told.rows + 1, "{one:?}");
            for row in &rows {
                assert_eq!(row.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), header);
            }
        }
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 2, "nothing half written is left");
    }

    #[test]
    fn a_conversation_is_told_with_ids_times_and_lists() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("c.parquet");
        table(&mut projection(), Table::Conversation, Format::Parquet, &file).unwrap();
        let rows = rows(&file);
        let field = |row: usize, name: &str| {
            rows[row].iter().find(|(known, _)| known == name).map(|(_, field)| field.clone()).unwrap()
        };
        let Field::Str(id) = field(0, "conversation_id") else { panic!("an id is text") };
        assert_eq!(id.len(), 32);
        assert_eq!(field(0, "team"), Field::Str("care".into()));
        assert_eq!(field(0, "first_response_seconds"), Field::Long(300));
        assert_eq!(field(0, "next_response_seconds"), Field::Str("60".into()));
        assert_eq!(field(0, "first_post_at"), Field::TimestampMicros(At::minute(0).as_microsecond()));
        assert_eq!((field(1, "asked_at"), field(1, "first_response_seconds")), (Field::Null, Field::Null));

        let file = directory.path().join("c.csv");
        table(&mut projection(), Table::Conversation, Format::Csv, &file).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(&At::minute(0).to_string()), "{text}");
    }

    #[test]
    fn figures_are_one_a_row() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("f.parquet");
        let asked = QueryFiguresRequest {
            measures: vec!["conversations".into(), "answered_within_1h".into(), "first_response_p50_seconds".into()],
            group_by: vec![wire::pb::analytics::Dimension::Brand.into()],
            ..QueryFiguresRequest::default()
        };
        let found = projection().query_figures(asked, later()).unwrap();
        let told = figures(&found, &[Dimension::Brand], Format::Parquet, &file).unwrap();
        assert_eq!(told.rows, 3);
        let reader = SerializedFileReader::new(File::open(&file).unwrap()).unwrap();
        let second = reader.get_row_iter(None).unwrap().nth(1).unwrap().unwrap();
        assert_eq!((second.get_string(0).unwrap().as_str(), second.get_double(2).unwrap()), ("aurora", 1.0));
        assert_eq!(second.get_string(1).unwrap(), "answered_within_1h");
    }

    #[test]
    fn a_file_that_cannot_be_written_is_named() {
        let file = Path::new("/nowhere/at/all.csv");
        let refused = table(&mut projection(), Table::Minute, Format::Csv, file).unwrap_err().to_string();
        assert!(refused.starts_with("/nowhere/at/all.csv cannot be written:"), "{refused}");
    }
}
