//! Record batches as output.

use arrow_array::{Array, RecordBatch};
use arrow_data::transform::MutableArrayData;
use arrow_data::ArrayData;
use arrow_schema::DataType as Arrow;
use wasi_data::{BatchWriter, Code, Error, RawBuffer, RawColumn, RawNode, Result};

use crate::types::{arrow_field, unsupported};

fn mismatch(message: String) -> Error {
    Error {
        code: Code::TypeMismatch,
        message,
        origin: String::new(),
    }
}

/// Writes the columns of a record batch, found by their names.
pub fn write(batch: &RecordBatch, out: &BatchWriter) -> Result<()> {
    if batch.num_rows() != out.rows() {
        return Err(mismatch(format!(
            "{} rows came out where {} are wanted",
            batch.num_rows(),
            out.rows()
        )));
    }
    for (at, field) in out.fields().iter().enumerate() {
        let array = batch.column_by_name(&field.name).ok_or_else(|| {
            let names: Vec<_> = batch
                .schema()
                .fields()
                .iter()
                .map(|f| f.name().clone())
                .collect();
            mismatch(format!(
                "there is no column '{}' in what came out; there are: {}",
                field.name,
                names.join(", ")
            ))
        })?;
        let wanted = arrow_field(field)?;
        if !wanted.data_type().equals_datatype(array.data_type()) {
            return Err(mismatch(format!(
                "column '{}' is {} and came out as {}",
                field.name,
                wanted.data_type(),
                array.data_type()
            )));
        }
        if array.null_count() > 0 && !field.nullable {
            return Err(mismatch(format!(
                "column '{}' is not null, and {} nulls came out",
                field.name,
                array.null_count()
            )));
        }
        let data = plain(array.to_data());
        let mut raw = RawColumn {
            nodes: Vec::new(),
            buffers: Vec::new(),
        };
        append(&data, &mut raw)?;
        unsafe { out.put_raw(at, raw, Box::new(data)) };
    }
    Ok(())
}

/// Whether arrays begin where their buffers do, aligned, and fill them.
fn is_plain(data: &ArrayData) -> bool {
    let offsets = matches!(
        data.data_type(),
        Arrow::Utf8 | Arrow::Binary | Arrow::List(_) | Arrow::Map(..)
    );
    let begins = |at: i32| at == 0;
    let children = match data.data_type() {
        Arrow::Struct(_) => Some(data.len()),
        Arrow::FixedSizeList(_, size) => Some(data.len() * *size as usize),
        _ => None,
    };
    data.offset() == 0
        && data
            .nulls()
            .map_or(true, |nulls| nulls.inner().offset() == 0)
        && data.buffers().iter().all(|b| b.as_ptr() as usize % 8 == 0)
        && data
            .nulls()
            .map_or(true, |n| n.buffer().as_ptr() as usize % 8 == 0)
        && (!offsets || data.len() == 0 || begins(data.buffer::<i32>(0)[0]))
        && data
            .child_data()
            .iter()
            .all(|c| is_plain(c) && children.map_or(true, |len| len == c.len()))
}

fn plain(data: ArrayData) -> ArrayData {
    if is_plain(&data) {
        return data;
    }
    let mut copy = MutableArrayData::new(vec![&data], false, data.len());
    copy.extend(0, 0, data.len());
    copy.freeze()
}

fn append(data: &ArrayData, to: &mut RawColumn) -> Result<()> {
    if matches!(data.data_type(), Arrow::Dictionary(..)) {
        return Err(unsupported(
            "a dictionary does not come out: cast it to Utf8".into(),
        ));
    }
    let nulls = match data.data_type() {
        Arrow::Null => data.len(),
        _ => data.null_count(),
    };
    to.nodes.push(RawNode {
        length: data.len() as u32,
        nulls: nulls as u32,
    });
    let mut push = |bytes: &[u8]| {
        to.buffers.push(RawBuffer {
            // Where nothing is, is aligned too.
            data: match bytes {
                [] => std::ptr::NonNull::<u64>::dangling().as_ptr() as *const u8,
                bytes => bytes.as_ptr(),
            },
            words: bytes.len().div_ceil(8),
        })
    };
    match data.nulls() {
        Some(bits) if nulls > 0 => push(bits.validity()),
        _ if *data.data_type() == Arrow::Null => (),
        _ => push(&[]),
    }
    for buffer in data.buffers() {
        push(buffer.as_slice());
    }
    for child in data.child_data() {
        append(child, to)?;
    }
    Ok(())
}
