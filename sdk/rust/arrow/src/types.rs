//! Types of this crate's columns as Arrow's, and back.

use std::sync::Arc;

use arrow_schema::{
    DataType as Arrow, Field as ArrowField, Fields, IntervalUnit, Schema as ArrowSchema, TimeUnit,
};
use wasi_data::{Code, DataType, Error, Field, Result, Unit};

pub(crate) fn unsupported(message: String) -> Error {
    Error {
        code: Code::Unsupported,
        message,
        origin: String::new(),
    }
}

fn unit(unit: Unit) -> TimeUnit {
    match unit {
        Unit::Seconds => TimeUnit::Second,
        Unit::Millis => TimeUnit::Millisecond,
        Unit::Micros => TimeUnit::Microsecond,
        Unit::Nanos => TimeUnit::Nanosecond,
    }
}

/// The columns as Arrow's. Enumerations are dictionaries, UUIDs 16 bytes.
pub fn arrow_schema(fields: &[Field]) -> Result<ArrowSchema> {
    let fields: Result<Vec<ArrowField>> = fields.iter().map(arrow_field).collect();
    Ok(ArrowSchema::new(fields?))
}

/// A column as Arrow's.
pub fn arrow_field(field: &Field) -> Result<ArrowField> {
    let data_type = arrow_type(field)?;
    let made = ArrowField::new(&field.name, data_type, field.nullable);
    let metadata = field.metadata.iter().cloned();
    Ok(match field.data_type {
        DataType::Uuid => made.with_metadata(
            metadata
                .chain([("ARROW:extension:name".into(), "arrow.uuid".into())])
                .collect(),
        ),
        _ => made.with_metadata(metadata.collect()),
    })
}

fn arrow_type(field: &Field) -> Result<Arrow> {
    let child = |f: &Field| Ok::<_, Error>(Arc::new(arrow_field(f)?));
    Ok(match &field.data_type {
        DataType::Null => Arrow::Null,
        DataType::Bool => Arrow::Boolean,
        DataType::I8 => Arrow::Int8,
        DataType::I16 => Arrow::Int16,
        DataType::I32 => Arrow::Int32,
        DataType::I64 => Arrow::Int64,
        DataType::U8 => Arrow::UInt8,
        DataType::U16 => Arrow::UInt16,
        DataType::U32 => Arrow::UInt32,
        DataType::U64 => Arrow::UInt64,
        DataType::F32 => Arrow::Float32,
        DataType::F64 => Arrow::Float64,
        DataType::Decimal { precision, scale } => Arrow::Decimal128(*precision, *scale),
        DataType::Date => Arrow::Date32,
        DataType::Time(of @ (Unit::Seconds | Unit::Millis)) => Arrow::Time32(unit(*of)),
        DataType::Time(of) => Arrow::Time64(unit(*of)),
        DataType::Timestamp(of, zone) => {
            Arrow::Timestamp(unit(*of), zone.as_deref().map(Arc::from))
        }
        DataType::Interval => Arrow::Interval(IntervalUnit::MonthDayNano),
        DataType::String => Arrow::Utf8,
        DataType::Binary => Arrow::Binary,
        DataType::FixedBinary(size) => Arrow::FixedSizeBinary(*size as i32),
        DataType::Uuid => Arrow::FixedSizeBinary(16),
        DataType::List(item) => Arrow::List(child(item)?),
        DataType::FixedList(size, item) => Arrow::FixedSizeList(child(item)?, *size as i32),
        DataType::Map(entries) => Arrow::Map(child(entries)?, false),
        DataType::Struct(fields) => {
            let fields: Result<Vec<ArrowField>> = fields.iter().map(arrow_field).collect();
            Arrow::Struct(Fields::from(fields?))
        }
        DataType::Enum(_, size) => {
            let index = [Arrow::UInt8, Arrow::UInt16, Arrow::UInt32][size / 2].clone();
            Arrow::Dictionary(Box::new(index), Box::new(Arrow::Utf8))
        }
        other => {
            return Err(unsupported(format!(
                "column '{}' is {}, which is no array here: leave it out by select, or cast it",
                field.name, other
            )))
        }
    })
}
