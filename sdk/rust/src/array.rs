//! Columns that the host gave, in place.

use std::ptr;
use std::rc::Rc;

use crate::arena::{self, Block};
use crate::error::{err, Result};
use crate::out::Alias;
use crate::schema::{DataType, Field};
use crate::wire::{Buffer, Node, WireBatch, NONE};

/// An Arrow array. Pointers are into the block of its batch.
pub struct Array {
    pub(crate) len: usize,
    pub(crate) nulls: usize,
    pub(crate) validity: *const u8, // null: none is null
    pub(crate) values: *const u8,
    pub(crate) offsets: *const i32,
    pub(crate) children: Vec<Array>,
    /// Where all that is, held by the arena or by who holds the batch.
    pub(crate) block: *const Block,
}

static NO_OFFSETS: [i32; 2] = [0; 2];

pub(crate) unsafe fn bit(bits: *const u8, at: usize) -> bool {
    *bits.add(at >> 3) >> (at & 7) & 1 != 0
}

impl Array {
    fn of(field: &Field) -> Array {
        Array {
            len: 0,
            nulls: 0,
            validity: ptr::null(),
            values: ptr::null(),
            offsets: NO_OFFSETS.as_ptr(),
            children: field.data_type.children().iter().map(Array::of).collect(),
            block: ptr::null(),
        }
    }

    pub(crate) fn is_null(&self, at: usize) -> bool {
        !self.validity.is_null() && unsafe { !bit(self.validity, at) }
    }

    /// The bytes of all strings, as a column of u8.
    pub(crate) fn bytes(&self) -> Array {
        Array {
            len: unsafe { *self.offsets.add(self.len) } as usize,
            nulls: 0,
            validity: ptr::null(),
            values: self.values,
            offsets: NO_OFFSETS.as_ptr(),
            children: Vec::new(),
            block: self.block,
        }
    }

    /// Where the bytes of a string are.
    pub(crate) unsafe fn span(&self, at: usize) -> (*const u8, usize) {
        let from = *self.offsets.add(at) as usize;
        let to = *self.offsets.add(at + 1) as usize;
        (self.values.add(from), to - from)
    }

    unsafe fn read(&mut self, field: &Field, wire: &mut Wire) -> Result<()> {
        let node = wire.node()?;
        self.len = node.length as usize;
        self.nulls = node.nulls as usize;
        self.block = wire.block;
        let count = match field.data_type.buffers() {
            Some(count) => count,
            None => {
                return Err(err!(
                    Unsupported,
                    "column '{}' is of a type that is not read here ({}): leave it out by \
                     select, or cast it",
                    field.name,
                    field.data_type
                ))
            }
        };
        let mut buffers = [ptr::null(); 3];
        for buffer in buffers.iter_mut().take(count) {
            *buffer = wire.buffer()?;
        }
        self.validity = if self.nulls > 0 {
            buffers[0]
        } else {
            ptr::null()
        };
        self.values = buffers[count.max(1) - 1];
        if count == 3 || matches!(field.data_type, DataType::List(_) | DataType::Map(_)) {
            self.offsets = match buffers[1].is_null() {
                true => NO_OFFSETS.as_ptr(),
                false => buffers[1] as *const i32,
            };
        }
        for (child, field) in self.children.iter_mut().zip(field.data_type.children()) {
            child.read(field, wire)?;
        }
        Ok(())
    }
}

/// What is left of a batch's nodes and buffers.
struct Wire<'a> {
    nodes: &'a [Node],
    buffers: &'a [Buffer],
    block: *const Block,
}

impl Wire<'_> {
    fn node(&mut self) -> Result<Node> {
        let (first, rest) = self.nodes.split_first().ok_or_else(short)?;
        self.nodes = rest;
        Ok(*first)
    }

    fn buffer(&mut self) -> Result<*const u8> {
        let (first, rest) = self.buffers.split_first().ok_or_else(short)?;
        self.buffers = rest;
        Ok(if first.words == 0 {
            ptr::null()
        } else {
            first.data
        })
    }
}

#[cold]
fn short() -> crate::Error {
    err!(Internal, "the host passed fewer columns than were bound")
}

/// How many nodes and buffers a type has.
fn extent(data_type: &DataType) -> (usize, usize) {
    let own = (1, data_type.buffers().unwrap_or(0));
    let children = data_type.children().iter().map(|f| extent(&f.data_type));
    children.fold(own, |a, b| (a.0 + b.0, a.1 + b.1))
}

/// Columns of batches that come in, and the batch that is there.
pub struct Input {
    pub(crate) fields: Rc<[Field]>,
    pub(crate) arrays: Vec<Array>,
    pub(crate) rows: usize,
    wire: WireBatch,
    /// What holds the arrays' memory; in a call of the host the arena does.
    pub(crate) block: Option<Rc<Block>>,
}

impl Input {
    pub(crate) fn new(fields: Vec<Field>) -> Input {
        Input {
            arrays: fields.iter().map(Array::of).collect(),
            fields: fields.into(),
            rows: 0,
            wire: WireBatch {
                rows: 0,
                nodes: NONE,
                buffers: NONE,
            },
            block: None,
        }
    }

    /// Reads a batch that the host has just written.
    pub(crate) fn read(&mut self, batch: WireBatch) -> Result<()> {
        let mut wire = unsafe {
            Wire {
                nodes: batch.nodes.slice(),
                buffers: batch.buffers.slice(),
                block: Rc::as_ptr(&arena::current()),
            }
        };
        self.rows = batch.rows as usize;
        self.wire = batch;
        for (array, field) in self.arrays.iter_mut().zip(self.fields.iter()) {
            unsafe { array.read(field, &mut wire)? };
        }
        match wire.nodes.is_empty() && wire.buffers.is_empty() {
            true => Ok(()),
            false => Err(err!(
                Internal,
                "the host passed more columns than were bound"
            )),
        }
    }

    /// A column as it came, to be handed on.
    pub(crate) fn alias(&self, column: usize) -> Alias {
        let count = |fields: &[Field]| {
            let sizes = fields.iter().map(|f| extent(&f.data_type));
            sizes.fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1))
        };
        let from = count(&self.fields[..column]);
        let size = extent(&self.fields[column].data_type);
        unsafe {
            let nodes = self.wire.nodes.slice::<Node>();
            let buffers = self.wire.buffers.slice::<Buffer>();
            Alias {
                nodes: nodes[from.0..from.0 + size.0].to_vec(),
                buffers: buffers[from.1..from.1 + size.1].to_vec(),
                _owner: None,
            }
        }
    }

    /// Keeps the batch past the call that passed it.
    pub(crate) fn hold(&mut self) {
        self.block.get_or_insert_with(arena::current);
    }

    pub(crate) fn release(&mut self) {
        if let Some(block) = self.block.take() {
            arena::give_back(block);
        }
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        self.release();
    }
}
