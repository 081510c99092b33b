//! Parquet, a row group for each portion of rows, compressed with Snappy. Every column may be missing in a row.

use super::{Cell, Column, Kind, Rows};
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use std::io::Write;
use std::sync::Arc;

pub struct Writer<W: Write + Send> {
    file: SerializedFileWriter<W>,
    kinds: Vec<Kind>,
}

impl<W: Write + Send> Writer<W> {
    pub fn new(out: W, columns: &[Column]) -> Result<Self, String> {
        let file = begin(out, columns).map_err(|error| error.to_string())?;
        Ok(Writer { file, kinds: columns.iter().map(|column| column.kind).collect() })
    }
}

fn begin<W: Write + Send>(out: W, columns: &[Column]) -> Result<SerializedFileWriter<W>, ParquetError> {
    let fields = columns.iter().map(field).collect::<Result<Vec<_>, _>>()?;
    let schema = Type::group_type_builder("earshot").with_fields(fields).build()?;
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))
}

fn field(column: &Column) -> Result<Arc<Type>, ParquetError> {
    let (physical, logical) = match column.kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Whole => (Physical::INT64, None),
        Kind::Number => (Physical::DOUBLE, None),
        Kind::Instant => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
    };
    let built = Type::primitive_type_builder(&column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()?;
    Ok(Arc::new(built))
}

impl<W: Write + Send> Rows for Writer<W> {
    fn write(&mut self, rows: Vec<Vec<Cell>>) -> Result<(), String> {
        match rows.is_empty() {
            true => Ok(()),
            false => group(&mut self.file, &self.kinds, &rows).map_err(|error| error.to_string()),
        }
    }

    fn finish(self: Box<Self>) -> Result<(), String> {
        let Writer { file, .. } = *self;
        let mut out = file.into_inner().map_err(|error| error.to_string())?;
        out.flush().map_err(|error| error.to_string())
    }
}

fn group<W: Write + Send>(
    file: &mut SerializedFileWriter<W>,
    kinds: &[Kind],
    rows: &[Vec<Cell>],
) -> Result<(), ParquetError> {
    let mut group = file.next_row_group()?;
    for (at, kind) in kinds.iter().enumerate() {
        let Some(mut column) = group.next_column()? else { break };
        // 1 for a value that is there, 0 for one that is missing.
        let there: Vec<i16> = rows.iter().map(|row| i16::from(row[at] != Cell::Missing)).collect();
        let cells = rows.iter().map(|row| &row[at]);
        match kind {
            Kind::Text => {
                let text =
                    |cell: &Cell| if let Cell::Text(text) = cell { Some(ByteArray::from(text.as_str())) } else { None };
                let values: Vec<ByteArray> = cells.filter_map(text).collect();
                column.typed::<ByteArrayType>().write_batch(&values, Some(&there), None)?;
            }
            Kind::Whole | Kind::Instant => {
                let whole = |cell: &Cell| if let Cell::Whole(value) = cell { Some(*value) } else { None };
                let values: Vec<i64> = cells.filter_map(whole).collect();
                column.typed::<Int64Type>().write_batch(&values, Some(&there), None)?;
            }
            Kind::Number => {
                let number = |cell: &Cell| match cell {
                    Cell::Number(value) => Some(*value),
                    Cell::Whole(value) => Some(*value as f64),
                    _ => None,
                };
                let values: Vec<f64> = cells.filter_map(number).collect();
                column.typed::<DoubleType>().write_batch(&values, Some(&there), None)?;
            }
        }
        column.close()?;
    }
    group.close()?;
    Ok(())
}
