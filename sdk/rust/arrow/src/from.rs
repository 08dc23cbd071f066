//! Batches as record batches, in place.

use std::ptr::NonNull;
use std::sync::Arc;

use arrow_array::{make_array, Array, RecordBatch, RecordBatchOptions, StringArray};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer};
use arrow_data::ArrayData;
use arrow_schema::DataType as Arrow;
use wasi_data::{Batch, DataType, Field, Keeper, RawBuffer, RawNode, Result};

use crate::types::{arrow_field, arrow_schema, unsupported};

/// A batch as a record batch. Nothing is copied; the arrays keep its memory.
pub fn record_batch(batch: &Batch) -> Result<RecordBatch> {
    let keeper = Arc::new(batch.keeper());
    let schema = arrow_schema(batch.fields())?;
    let mut columns = Vec::new();
    for (at, field) in batch.fields().iter().enumerate() {
        let raw = batch.raw(at);
        let mut parts = Parts {
            nodes: raw.nodes.into_iter(),
            buffers: raw.buffers.into_iter(),
            keeper: Arc::clone(&keeper),
        };
        columns.push(make_array(parts.take(field)?));
    }
    let rows = RecordBatchOptions::new().with_row_count(Some(batch.rows()));
    RecordBatch::try_new_with_options(Arc::new(schema), columns, &rows)
        .map_err(|error| unsupported(error.to_string()))
}

/// What is left of a column.
struct Parts {
    nodes: std::vec::IntoIter<RawNode>,
    buffers: std::vec::IntoIter<RawBuffer>,
    keeper: Arc<Keeper>,
}

impl Parts {
    /// The next buffer, of which so many bytes mean something.
    fn buffer(&mut self, size: usize) -> Buffer {
        let raw = self.buffers.next().expect("a buffer of the type");
        match NonNull::new(raw.data as *mut u8) {
            Some(at) if raw.words > 0 => unsafe {
                let size = size.min(raw.words * 8);
                Buffer::from_custom_allocation(at, size, self.keeper.clone())
            },
            _ => Buffer::from_vec(vec![0u64]),
        }
    }

    fn take(&mut self, field: &Field) -> Result<ArrayData> {
        let node = self.nodes.next().expect("a node of the column");
        let len = node.length as usize;
        let data_type = arrow_field(field)?.data_type().clone();
        let mut made = ArrayData::builder(data_type.clone())
            .len(len)
            .align_buffers(true);
        if field.data_type != DataType::Null {
            let validity = self.buffer(len.div_ceil(8));
            if node.nulls > 0 {
                let bits = BooleanBuffer::new(validity, 0, len);
                made = made.nulls(Some(NullBuffer::new(bits)));
            }
        }
        for size in sizes(&data_type, len) {
            let buffer = self.buffer(size);
            made = made.add_buffer(match data_type {
                // arrow-rs reads them as i128 where it copies them.
                Arrow::Interval(_) if buffer.as_ptr() as usize % 16 > 0 => {
                    Buffer::from_slice_ref(buffer.as_slice())
                }
                _ => buffer,
            });
        }
        if matches!(data_type, Arrow::Utf8 | Arrow::Binary) {
            made = made.add_buffer(self.buffer(usize::MAX));
        }
        match &field.data_type {
            DataType::List(child) | DataType::FixedList(_, child) | DataType::Map(child) => {
                made = made.add_child_data(self.take(child)?)
            }
            DataType::Struct(fields) => {
                for child in fields {
                    made = made.add_child_data(self.take(child)?);
                }
            }
            DataType::Enum(values, _) => {
                made = made.add_child_data(StringArray::from(values.clone()).into_data());
            }
            _ => (),
        }
        // The host has checked what it passes.
        Ok(unsafe { made.build_unchecked() })
    }
}

/// The bytes of the buffers that a type has beside its validity, but for the
/// text of strings, which comes last.
fn sizes(data_type: &Arrow, len: usize) -> Vec<usize> {
    match data_type {
        Arrow::Null | Arrow::Struct(_) | Arrow::FixedSizeList(..) => vec![],
        Arrow::Boolean => vec![len.div_ceil(8)],
        Arrow::FixedSizeBinary(size) => vec![len * *size as usize],
        Arrow::Dictionary(index, _) => sizes(index, len),
        other => match other.primitive_width() {
            Some(width) => vec![len * width],
            None => vec![(len + 1) * 4],
        },
    }
}
