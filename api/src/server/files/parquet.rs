//! Rows as Parquet: each column in the type that the schema gives it.
//!
//! Rows are collected until they fill a row group, which is compressed with Zstandard and sent. The footer, without
//! which a file cannot be read, comes with the last row group: an aborted transfer leaves no valid file. Parquet has
//! no place to mark missing rows that every reader shows, so an incomplete table is never written as Parquet.
//!
//! # Why not the Arrow writer
//! The values are already in columns, and go to the column writers of `parquet` unchanged. With Arrow they would
//! first be copied into its arrays, and the Arrow crates would have to be compiled.

use std::{mem, sync::Arc};

use async_graphql::Value;
use axum::body::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use entity::scalar::fixed_from_value;
use parquet::{
    basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical, ZstdLevel},
    column::writer::ColumnWriter,
    data_type::ByteArray,
    errors::{ParquetError, Result},
    file::{metadata::KeyValue, properties::WriterProperties, writer::SerializedFileWriter},
    schema::types::{Type, TypePtr},
};

use crate::server::request::format::About;
use crate::{
    catalog::scalar::Scalar,
    query::walk::{
        column_types::{ColumnCell, Columns},
        export_columns::Leaf,
    },
};

/// The size in bytes of collected values at which a row group is written.
pub(crate) const GROUP: usize = 4 << 20;
/// The overhead in bytes of a string.
const TEXT: usize = size_of::<ByteArray>();
/// The digits of every decimal number: as many as 64 bits hold.
const DIGITS: i32 = 18;

/// A file that is being written.
pub(crate) struct ParquetTable {
    writer: SerializedFileWriter<Vec<u8>>,
    columns: Vec<ParquetColumn>,
    /// The number of collected rows, and their bytes.
    gathered: (usize, usize),
}

/// The collected values of a column.
struct ParquetColumn {
    scalar: Scalar,
    nullable: bool,
    values: ParquetValues,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

enum ParquetValues {
    Texts(Vec<ByteArray>),
    Truths(Vec<bool>),
    Narrow(Vec<i32>),
    Wide(Vec<i64>),
    Reals(Vec<f64>),
}

impl ParquetTable {
    /// Begins a file.
    pub(crate) fn new(columns: &Columns, about: &About) -> Result<Self> {
        let cells = columns.cells();
        let fields = cells.iter().map(|(name, cell)| field(name, cell)).collect::<Result<_>>()?;
        let schema = Type::group_type_builder("rows").with_fields(fields).build()?;
        let meanings = cells.iter().map(|(name, cell)| (name.clone(), cell.about.clone().into()));
        let meanings = serde_json::Value::Object(meanings.collect());
        let facts = about.facts().into_iter().chain([("columns", meanings.to_string())]);
        let facts = facts.map(|(key, value)| KeyValue::new(key.to_owned(), value));
        let properties = WriterProperties::builder()
            .set_created_by(concat!("cops-graphql ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_key_value_metadata(Some(facts.collect()));
        let properties = Arc::new(properties.build());
        let writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), properties)?;
        let columns = cells.iter().map(|(_, cell)| ParquetColumn::new(cell)).collect();
        Ok(Self { writer, columns, gathered: (0, 0) })
    }

    /// Takes rows, and returns the bytes of the row groups that became full.
    pub(crate) fn rows(&mut self, leaves: &[Leaf<'_>], count: usize) -> Result<Vec<u8>> {
        let (rows, bytes) = &mut self.gathered;
        *rows += count;
        for (column, leaf) in self.columns.iter_mut().zip(leaves) {
            *bytes += column.gather(leaf, count)?;
        }
        if *bytes < GROUP { Ok(Vec::new()) } else { self.flush() }
    }

    /// The rest of the rows, and the footer.
    pub(crate) fn end(&mut self) -> Result<Vec<u8>> {
        let mut bytes = self.flush()?;
        self.writer.finish()?;
        bytes.append(self.writer.inner_mut());
        Ok(bytes)
    }

    /// Writes the collected values as a row group.
    fn flush(&mut self) -> Result<Vec<u8>> {
        if mem::take(&mut self.gathered).0 > 0 {
            let mut group = self.writer.next_row_group()?;
            for column in &mut self.columns {
                let Some(mut writer) = group.next_column()? else { continue };
                column.write(writer.untyped())?;
                writer.close()?;
            }
            group.close()?;
        }
        self.writer.flush()?;
        Ok(mem::take(self.writer.inner_mut()))
    }
}

/// The type of a column.
fn field(name: &str, cell: &ColumnCell) -> Result<TypePtr> {
    let (physical, logical) = match cell.scalar {
        Scalar::Text | Scalar::TextList | Scalar::State | Scalar::Ori | Scalar::Enum => {
            (Physical::BYTE_ARRAY, Some(LogicalType::String))
        }
        Scalar::Int => (Physical::INT32, None),
        Scalar::BigInt => (Physical::INT64, None),
        Scalar::Fixed(digits) => {
            (Physical::INT64, Some(LogicalType::decimal(digits.cast_signed(), DIGITS)))
        }
        Scalar::Float => (Physical::DOUBLE, None),
        Scalar::Boolean => (Physical::BOOLEAN, None),
        Scalar::Date => (Physical::INT32, Some(LogicalType::Date)),
        Scalar::DateTime => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
    };
    let is_list = cell.scalar == Scalar::TextList;
    let repetition = if cell.nullable { Repetition::OPTIONAL } else { Repetition::REQUIRED };
    let mut value = Type::primitive_type_builder(if is_list { "element" } else { name }, physical)
        .with_repetition(if is_list { Repetition::REQUIRED } else { repetition })
        .with_logical_type(logical);
    if let Scalar::Fixed(digits) = cell.scalar {
        value = value.with_precision(DIGITS).with_scale(digits.cast_signed());
    }
    let value = Arc::new(value.build()?);
    if !is_list {
        return Ok(value);
    }
    let items = Type::group_type_builder("list").with_repetition(Repetition::REPEATED);
    let items = Arc::new(items.with_fields(vec![value]).build()?);
    let list = Type::group_type_builder(name).with_repetition(repetition);
    let list = list.with_logical_type(Some(LogicalType::List)).with_fields(vec![items]);
    Ok(Arc::new(list.build()?))
}

impl ParquetColumn {
    fn new(cell: &ColumnCell) -> Self {
        let values = match cell.scalar {
            Scalar::Text | Scalar::TextList | Scalar::State | Scalar::Ori | Scalar::Enum => {
                ParquetValues::Texts(Vec::new())
            }
            Scalar::Boolean => ParquetValues::Truths(Vec::new()),
            Scalar::Int | Scalar::Date => ParquetValues::Narrow(Vec::new()),
            Scalar::BigInt | Scalar::Fixed(_) | Scalar::DateTime => ParquetValues::Wide(Vec::new()),
            Scalar::Float => ParquetValues::Reals(Vec::new()),
        };
        let (scalar, nullable) = (cell.scalar, cell.nullable);
        Self { scalar, nullable, values, definitions: Vec::new(), repetitions: Vec::new() }
    }

    /// Collects `count` cells, and returns their size in bytes.
    fn gather(&mut self, leaf: &Leaf<'_>, count: usize) -> Result<usize> {
        let cells = (0..count).map(|row| leaf.cell(row));
        if matches!(self.values, ParquetValues::Texts(_)) {
            return self.gather_texts(cells);
        }
        for cell in cells {
            let is_there = *cell != Value::Null;
            if self.nullable {
                self.definitions.push(i16::from(is_there));
            }
            if is_there || !self.nullable {
                self.values.push(self.scalar, cell).ok_or_else(|| unfit(self.scalar, cell))?;
            }
        }
        Ok(count * size_of::<i64>())
    }

    fn gather_texts<'a>(&mut self, cells: impl Iterator<Item = &'a Value>) -> Result<usize> {
        // All strings share one buffer; each is a slice of it.
        let (mut letters, mut ends) = (String::new(), Vec::new());
        let is_list = self.scalar == Scalar::TextList;
        let there = i16::from(self.nullable);
        for cell in cells {
            // The levels say how much of a value is present: nothing, an empty list, or the value.
            match cell {
                Value::Null if self.nullable => self.definitions.push(0),
                Value::List(items) if is_list => {
                    for (place, item) in items.iter().enumerate() {
                        push(item, &mut letters);
                        ends.push(letters.len());
                        self.definitions.push(there + 1);
                        self.repetitions.push(i16::from(place > 0));
                    }
                    if !items.is_empty() {
                        continue;
                    }
                    self.definitions.push(there);
                }
                Value::Null => return Err(unfit(self.scalar, cell)),
                _ if is_list => return Err(unfit(self.scalar, cell)),
                cell => {
                    push(cell, &mut letters);
                    ends.push(letters.len());
                    self.definitions.push(there);
                }
            }
            if is_list {
                self.repetitions.push(0);
            }
        }
        let size = letters.len() + TEXT * ends.len();
        let (letters, mut begin) = (Bytes::from(letters), 0);
        let texts = ends.into_iter().map(|end| {
            let text = letters.slice(begin..end);
            begin = end;
            ByteArray::from(text)
        });
        if let ParquetValues::Texts(gathered) = &mut self.values {
            gathered.extend(texts);
        }
        Ok(size)
    }

    /// Writes the collected values.
    fn write(&mut self, writer: &mut ColumnWriter<'_>) -> Result<()> {
        let definitions = mem::take(&mut self.definitions);
        let repetitions = mem::take(&mut self.repetitions);
        let is_list = self.scalar == Scalar::TextList;
        let definitions = (self.nullable || is_list).then_some(definitions.as_slice());
        let repetitions = is_list.then_some(repetitions.as_slice());
        match (&mut self.values, writer) {
            (ParquetValues::Texts(values), ColumnWriter::ByteArrayColumnWriter(writer)) => {
                writer.write_batch(&mem::take(values), definitions, repetitions)?
            }
            (ParquetValues::Truths(values), ColumnWriter::BoolColumnWriter(writer)) => {
                writer.write_batch(&mem::take(values), definitions, repetitions)?
            }
            (ParquetValues::Narrow(values), ColumnWriter::Int32ColumnWriter(writer)) => {
                writer.write_batch(&mem::take(values), definitions, repetitions)?
            }
            (ParquetValues::Wide(values), ColumnWriter::Int64ColumnWriter(writer)) => {
                writer.write_batch(&mem::take(values), definitions, repetitions)?
            }
            (ParquetValues::Reals(values), ColumnWriter::DoubleColumnWriter(writer)) => {
                writer.write_batch(&mem::take(values), definitions, repetitions)?
            }
            _ => return Err(ParquetError::General("a column has another type".to_owned())),
        };
        Ok(())
    }
}

impl ParquetValues {
    /// Adds a value. `None` if it has another type.
    fn push(&mut self, scalar: Scalar, value: &Value) -> Option<()> {
        match self {
            Self::Truths(truths) => match value {
                Value::Boolean(truth) => truths.push(*truth),
                _ => return None,
            },
            Self::Narrow(numbers) => numbers.push(match (scalar, value) {
                (Scalar::Date, Value::String(text)) => {
                    let day: NaiveDate = text.parse().ok()?;
                    i32::try_from((day - NaiveDate::default()).num_days()).ok()?
                }
                (Scalar::Int, Value::Number(number)) => i32::try_from(number.as_i64()?).ok()?,
                _ => return None,
            }),
            Self::Wide(numbers) => numbers.push(match (scalar, value) {
                (Scalar::DateTime, Value::String(text)) => {
                    text.parse::<DateTime<Utc>>().ok()?.timestamp_micros()
                }
                (Scalar::Fixed(digits), value) => fixed_from_value(value, digits).ok()?,
                (_, Value::Number(number)) => number.as_i64()?,
                _ => return None,
            }),
            Self::Reals(reals) => match value {
                Value::Number(number) => reals.push(number.as_f64()?),
                _ => return None,
            },
            Self::Texts(_) => return None,
        }
        Some(())
    }
}

/// Adds a string, or the text of another value where types are mixed.
fn push(value: &Value, letters: &mut String) {
    match value {
        Value::String(text) => letters.push_str(text),
        Value::Enum(name) => letters.push_str(name),
        value => letters.push_str(&value.to_string()),
    }
}

fn unfit(scalar: Scalar, value: &Value) -> ParquetError {
    let kind = if *value == Value::Null { "nothing" } else { "a value of another type" };
    ParquetError::General(format!("a column of {scalar:?} holds {kind}"))
}
