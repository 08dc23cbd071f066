//! Columns as they lie in memory, for crates that bring a library of arrays.

use std::any::Any;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

use crate::arena::{self, Block};
use crate::batch::{Batch, Key};
use crate::out::Alias;
use crate::output::BatchWriter;
use crate::wire::{Buffer, Node};

/// One array of a column.
#[derive(Clone, Copy, Debug)]
pub struct RawNode {
    /// How many elements it has.
    pub length: u32,
    /// How many of them are null.
    pub nulls: u32,
}

/// A buffer: memory of so many words of 64 bits, aligned as they are.
#[derive(Clone, Copy, Debug)]
pub struct RawBuffer {
    /// Where it is; anything when there are no words.
    pub data: *const u8,
    /// How long it is.
    pub words: usize,
}

/// A column as the arrays and buffers that Arrow's IPC format has for its type:
/// depth first, and of each array validity, offsets, data, as it has them. The
/// validity is empty when there are no nulls.
#[derive(Clone, Debug)]
pub struct RawColumn {
    #[allow(missing_docs)]
    pub nodes: Vec<RawNode>,
    #[allow(missing_docs)]
    pub buffers: Vec<RawBuffer>,
}

/// Keeps the memory of a batch, past the call that brought it.
#[derive(Clone)]
pub struct Keeper {
    _block: Rc<Block>,
}

// Programs have one thread.
unsafe impl Send for Keeper {}
unsafe impl Sync for Keeper {}
impl UnwindSafe for Keeper {}
impl RefUnwindSafe for Keeper {}

impl Batch {
    /// A column as it lies in memory, which stays as long as the batch, or a
    /// [`Batch::keeper`] of it.
    pub fn raw(&self, key: impl Key) -> RawColumn {
        let alias = self.input.alias(self.find(key));
        let node = |n: &Node| RawNode {
            length: n.length,
            nulls: n.nulls,
        };
        let buffer = |b: &Buffer| RawBuffer {
            data: b.data,
            words: b.words,
        };
        RawColumn {
            nodes: alias.nodes.iter().map(node).collect(),
            buffers: alias.buffers.iter().map(buffer).collect(),
        }
    }

    /// What keeps the memory of this batch.
    pub fn keeper(&self) -> Keeper {
        let held = self.input.block.as_ref().map(Rc::clone);
        Keeper {
            _block: held.unwrap_or_else(arena::current),
        }
    }
}

impl BatchWriter {
    /// Writes a column by naming its memory, which is not copied; `owner` is
    /// dropped when the host has read it.
    ///
    /// # Safety
    /// The buffers must be readable for as long as `owner` lives. What is in them
    /// is checked by the host.
    pub unsafe fn put_raw(&self, key: impl Key, column: RawColumn, owner: Box<dyn Any>) {
        let node = |n: &RawNode| Node {
            length: n.length,
            nulls: n.nulls,
        };
        let buffer = |b: &RawBuffer| Buffer {
            data: b.data,
            words: b.words,
        };
        self.put_alias(
            key,
            Alias {
                nodes: column.nodes.iter().map(node).collect(),
                buffers: column.buffers.iter().map(buffer).collect(),
                _owner: Some(owner),
            },
        );
    }

    /// The columns that are to be written.
    pub fn fields(&self) -> Vec<crate::Field> {
        self.outs().iter().map(|out| out.field.clone()).collect()
    }
}
