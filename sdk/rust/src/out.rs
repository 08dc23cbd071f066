//! Columns that are written.

use std::ptr;

use crate::schema::{DataType, Field};
use crate::wire::{Buffer, List, Lower, Node, WireBatch};

/// Memory in words, as buffers are.
pub(crate) struct Words(Vec<u64>);

impl Words {
    pub(crate) fn new() -> Words {
        Words(Vec::new())
    }

    pub(crate) fn capacity(&self) -> usize {
        self.0.len() * 8
    }

    /// Makes room for so many bytes; new ones are `fill`.
    pub(crate) fn ensure(&mut self, bytes: usize, fill: u64) {
        if bytes > self.capacity() {
            let words = (bytes / 8 + 1).max(self.0.len() * 2).max(32);
            self.0.resize(words, fill);
        }
    }

    pub(crate) fn at<T>(&self) -> *mut T {
        self.0.as_ptr() as *mut T
    }

    fn buffer(&self, bytes: usize) -> Buffer {
        Buffer {
            data: self.at(),
            words: (bytes + 7) / 8,
        }
    }
}

/// Copies bytes, mostly few, without a call.
#[inline(always)]
pub(crate) unsafe fn copy(from: *const u8, to: *mut u8, size: usize) {
    if size >= 8 {
        let mut at = 0;
        while at + 8 < size {
            (to.add(at) as *mut u64).write_unaligned((from.add(at) as *const u64).read_unaligned());
            at += 8;
        }
        let last = (from.add(size - 8) as *const u64).read_unaligned();
        (to.add(size - 8) as *mut u64).write_unaligned(last);
    } else if size >= 4 {
        let first = (from as *const u32).read_unaligned();
        let last = (from.add(size - 4) as *const u32).read_unaligned();
        (to as *mut u32).write_unaligned(first);
        (to.add(size - 4) as *mut u32).write_unaligned(last);
    } else if size > 0 {
        let (first, middle, last) = (*from, *from.add(size >> 1), *from.add(size - 1));
        *to = first;
        *to.add(size >> 1) = middle;
        *to.add(size - 1) = last;
    }
}

/// Eight flags that are set.
const FLAGS: u64 = 0x0101_0101_0101_0101;

/// A column that is written row after row, kept for the next batch.
pub struct Out {
    pub(crate) field: Field,
    width: usize,
    pub(crate) values: Words,
    pub(crate) offsets: Words,
    /// Bytes of strings.
    pub(crate) used: usize,
    valid: Words, // ones but for nulls
    nulls: usize,
    /// A byte for each row, 1 unless put_valid was told that it is null.
    flags: Words,
    flagged: bool,
    pub(crate) children: Vec<Out>,
    /// Elements of a list.
    pub(crate) elements: usize,
    /// Rows that were set, where rows may be left out.
    pub(crate) filled: usize,
    pub(crate) alias: Option<Alias>,
    pub(crate) taken: bool,
}

/// A column that lies elsewhere, in place of one that is written.
pub(crate) struct Alias {
    pub nodes: Vec<Node>,
    pub buffers: Vec<Buffer>,
    /// What the memory is a part of; none: it is the input's.
    pub _owner: Option<Box<dyn std::any::Any>>,
}

impl Out {
    pub(crate) fn new(field: Field) -> Out {
        Out {
            width: field.data_type.width(),
            children: field
                .data_type
                .children()
                .iter()
                .cloned()
                .map(Out::new)
                .collect(),
            field,
            values: Words::new(),
            offsets: Words::new(),
            used: 0,
            valid: Words::new(),
            nulls: 0,
            flags: Words::new(),
            flagged: false,
            elements: 0,
            filled: 0,
            alias: None,
            taken: false,
        }
    }

    pub(crate) fn reset(&mut self) {
        if self.nulls > 0 {
            self.valid.0.iter_mut().for_each(|w| *w = !0);
            self.nulls = 0;
        }
        if self.flagged {
            self.flags.0.iter_mut().for_each(|w| *w = FLAGS);
            self.flagged = false;
        }
        self.used = 0;
        self.elements = 0;
        self.filled = 0;
        self.alias = None;
        self.taken = false;
        self.children.iter_mut().for_each(Out::reset);
    }

    fn has_offsets(&self) -> bool {
        matches!(
            self.field.data_type,
            DataType::String | DataType::Binary | DataType::List(_) | DataType::Map(_)
        )
    }

    /// Makes room for so many rows in all.
    pub(crate) fn reserve(&mut self, rows: usize) {
        self.valid.ensure(rows / 8 + 1, !0);
        if self.field.nullable && self.width > 0 {
            self.flags.ensure(rows + 8, FLAGS);
        }
        if self.has_offsets() {
            self.offsets.ensure((rows + 1) * 4, 0);
        } else if self.field.data_type == DataType::Bool {
            self.values.ensure(rows / 8 + 1, 0);
        } else {
            self.values.ensure(rows * self.width, 0);
        }
        match self.field.data_type {
            DataType::Struct(_) | DataType::Union(_) => {
                self.children.iter_mut().for_each(|c| c.reserve(rows))
            }
            DataType::FixedList(size, _) => self.children[0].reserve(rows * size),
            _ => (),
        }
    }

    pub(crate) fn put_bit(&mut self, at: usize, value: bool) {
        unsafe {
            let word = self.values.at::<u64>().add(at >> 6);
            *word = *word & !(1 << (at & 63)) | (value as u64) << (at & 63);
        }
    }

    #[inline(always)]
    pub(crate) fn put_bytes(&mut self, at: usize, bytes: &[u8]) {
        let end = self.used + bytes.len();
        if end > self.values.capacity() {
            self.grow_bytes(end);
        }
        unsafe {
            copy(
                bytes.as_ptr(),
                self.values.at::<u8>().add(self.used),
                bytes.len(),
            );
            self.used = end;
            *self.offsets.at::<i32>().add(at + 1) = end as i32;
        }
    }

    #[cold]
    #[inline(never)]
    fn grow_bytes(&mut self, end: usize) {
        if end > i32::MAX as usize {
            crate::context::fail("more than 2 GiB of text in one batch");
        }
        self.values.ensure(end, 0);
    }

    /// Ends a row of a list, whose elements were written.
    pub(crate) fn put_end(&mut self, at: usize) {
        if self.elements > i32::MAX as usize {
            crate::context::fail("more than 2 billion elements of lists in one batch");
        }
        unsafe { *self.offsets.at::<i32>().add(at + 1) = self.elements as i32 };
    }

    #[cold]
    #[inline(never)]
    fn fail_null(&self) -> ! {
        crate::context::fail(&format!(
            "column '{}' is not null and was given a null, or no value",
            self.field.name
        ));
    }

    /// Notes whether a value of a fixed size, which was written, is there. A
    /// byte, since a bit would have to be read first, just after the last row
    /// has written it.
    #[inline(always)]
    pub(crate) fn put_valid(&mut self, at: usize, valid: bool) {
        if self.flags.capacity() <= at {
            if !valid {
                self.fail_null();
            }
            return;
        }
        self.flagged = true;
        unsafe { *self.flags.at::<u8>().add(at) = valid as u8 };
    }

    /// Makes the flags bits, and counts them.
    fn pack(&mut self, rows: usize) {
        if !self.flagged {
            return;
        }
        let mut nulls = 0;
        for at in 0..(rows + 7) / 8 {
            unsafe {
                let flags = *self.flags.at::<u64>().add(at);
                // Bit 0 of byte i to bit i of the top byte.
                let bits = (flags.wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8;
                let byte = self.valid.at::<u8>().add(at);
                let used = match rows - at * 8 {
                    0..=7 => (1 << (rows - at * 8)) - 1,
                    _ => !0,
                };
                *byte &= bits | !used;
                nulls += (!*byte & used).count_ones() as usize;
            }
        }
        self.nulls = nulls;
    }

    #[cold]
    pub(crate) fn put_null(&mut self, at: usize) {
        if !self.field.nullable {
            self.fail_null();
        }
        if let DataType::Union(_) = self.field.data_type {
            return self.put_null_member(at);
        }
        self.put_nothing(at);
        if self.field.data_type != DataType::Null {
            unsafe { *self.valid.at::<u8>().add(at >> 3) &= !(1 << (at & 7)) };
        }
        self.nulls += 1;
    }

    /// A union has no nulls of its own; a member has.
    fn put_null_member(&mut self, at: usize) {
        match self.children.iter().position(|c| c.field.nullable) {
            Some(member) => self.put_member(at, member).put_null(at),
            None => self.fail_null(),
        }
    }

    /// Makes a row of a union this member, which is to be written.
    pub(crate) fn put_member(&mut self, at: usize, member: usize) -> &mut Out {
        unsafe { *self.values.at::<u8>().add(at) = member as u8 };
        for (i, child) in self.children.iter_mut().enumerate() {
            if i != member {
                child.put_hidden(at);
            }
        }
        &mut self.children[member]
    }

    /// A value that does not count, so that the same rows are the same bytes.
    fn put_nothing(&mut self, at: usize) {
        match &self.field.data_type {
            DataType::String | DataType::Binary => self.put_bytes(at, &[]),
            DataType::List(_) | DataType::Map(_) => self.put_end(at),
            DataType::Bool => self.put_bit(at, false),
            DataType::Struct(_) => self.children.iter_mut().for_each(|c| c.put_hidden(at)),
            DataType::Union(_) => self.put_member(at, 0).put_hidden(at),
            DataType::FixedList(size, _) => {
                let size = *size;
                (0..size).for_each(|i| self.children[0].put_hidden(at * size + i));
            }
            _ => unsafe {
                let width = self.width;
                ptr::write_bytes(self.values.at::<u8>().add(at * width), 0, width);
            },
        }
    }

    /// Of a null parent: null, if it may be.
    fn put_hidden(&mut self, at: usize) {
        match (self.field.nullable, &self.field.data_type) {
            (false, _) | (_, DataType::Union(_)) => self.put_nothing(at),
            _ => self.put_null(at),
        }
    }

    /// Fills rows that were not set with nulls.
    pub(crate) fn fill(&mut self, rows: usize) {
        for at in self.filled..rows {
            self.put_null(at);
        }
        self.filled = rows;
    }

    /// How much it holds, about.
    pub(crate) fn bytes(&self, rows: usize) -> usize {
        let own = match self.has_offsets() {
            true => self.used + rows * 4,
            false => rows * self.width,
        };
        let inside = match self.field.data_type {
            DataType::Struct(_) | DataType::Union(_) => rows,
            DataType::FixedList(size, _) => rows * size,
            _ => self.elements,
        };
        own + self.children.iter().map(|c| c.bytes(inside)).sum::<usize>()
    }

    fn wire(&mut self, rows: usize, to: &mut Alias) {
        if let Some(alias) = &self.alias {
            to.nodes.extend_from_slice(&alias.nodes);
            to.buffers.extend_from_slice(&alias.buffers);
            return;
        }
        self.pack(rows);
        to.nodes.push(Node {
            length: rows as u32,
            nulls: self.nulls as u32,
        });
        if self.field.data_type == DataType::Null {
            return;
        }
        if let DataType::Union(_) = self.field.data_type {
            to.buffers.push(self.values.buffer(rows));
            return self.children.iter_mut().for_each(|c| c.wire(rows, to));
        }
        let valid = if self.nulls > 0 { (rows + 7) / 8 } else { 0 };
        to.buffers.push(self.valid.buffer(valid));
        match self.field.data_type {
            DataType::String | DataType::Binary => {
                to.buffers.push(self.offsets.buffer((rows + 1) * 4));
                to.buffers.push(self.values.buffer(self.used));
            }
            DataType::List(_) | DataType::Map(_) => {
                to.buffers.push(self.offsets.buffer((rows + 1) * 4));
                self.children[0].wire(self.elements, to);
            }
            DataType::Struct(_) => self.children.iter_mut().for_each(|c| c.wire(rows, to)),
            DataType::FixedList(size, _) => self.children[0].wire(rows * size, to),
            DataType::Bool => to.buffers.push(self.values.buffer((rows + 7) / 8)),
            _ => to.buffers.push(self.values.buffer(rows * self.width)),
        }
    }
}

/// A row's columns that are written, and how far.
pub struct Writer {
    pub(crate) outs: Vec<Out>,
    /// Rows that are complete.
    pub(crate) rows: usize,
    capacity: usize,
    /// The columns that go out, in this order, if that are not all of them.
    pub(crate) order: Option<Vec<usize>>,
    wire: Alias,
}

impl Writer {
    pub(crate) fn new(fields: &[Field]) -> Writer {
        Writer {
            outs: fields.iter().cloned().map(Out::new).collect(),
            rows: 0,
            capacity: 0,
            order: None,
            wire: Alias {
                nodes: Vec::new(),
                buffers: Vec::new(),
                _owner: None,
            },
        }
    }

    /// A column, which is there.
    #[doc(hidden)]
    #[inline(always)]
    pub fn column(&mut self, at: usize) -> &mut Out {
        debug_assert!(at < self.outs.len());
        unsafe { self.outs.get_unchecked_mut(at) }
    }

    pub(crate) fn reset(&mut self) {
        self.rows = 0;
        self.outs.iter_mut().for_each(Out::reset);
    }

    /// Empties it and makes room for so many rows.
    pub(crate) fn start(&mut self, rows: usize) {
        self.reset();
        if rows > self.capacity {
            self.reserve(rows);
        }
    }

    #[cold]
    #[inline(never)]
    fn reserve(&mut self, rows: usize) {
        if rows > i32::MAX as usize {
            crate::context::fail("more than 2 billion rows in one batch");
        }
        self.capacity = rows.max(self.capacity * 2).max(256);
        for out in &mut self.outs {
            out.reserve(self.capacity);
        }
    }

    /// The place of one more row.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> usize {
        let at = self.rows;
        if at >= self.capacity {
            self.reserve(at + 1);
        }
        self.rows = at + 1;
        at
    }

    pub(crate) fn bytes(&self) -> usize {
        self.outs.iter().map(|o| o.bytes(self.rows)).sum()
    }

    /// The rows as the host reads them, until this is used again.
    pub(crate) fn wire(&mut self) -> WireBatch {
        self.wire.nodes.clear();
        self.wire.buffers.clear();
        match &self.order {
            None => self
                .outs
                .iter_mut()
                .for_each(|o| o.wire(self.rows, &mut self.wire)),
            Some(order) => order
                .iter()
                .for_each(|&at| self.outs[at].wire(self.rows, &mut self.wire)),
        }
        WireBatch {
            rows: self.rows as u32,
            nodes: List {
                data: self.wire.nodes.as_ptr() as *const u8,
                count: self.wire.nodes.len(),
            },
            buffers: List {
                data: self.wire.buffers.as_ptr() as *const u8,
                count: self.wire.buffers.len(),
            },
        }
    }

    /// The rows as an argument of an import.
    pub(crate) fn lower(&mut self, lower: &mut Lower) -> WireBatch {
        let mut batch = self.wire();
        batch.nodes = lower.list(unsafe { batch.nodes.slice::<Node>().to_vec() });
        batch.buffers = lower.list(unsafe { batch.buffers.slice::<Buffer>().to_vec() });
        batch
    }
}

/// What a part of an output may hold, about.
pub(crate) const PART: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    fn wired(out: &mut Out, rows: usize) -> (u32, Vec<bool>) {
        let mut to = Alias {
            nodes: Vec::new(),
            buffers: Vec::new(),
            _owner: None,
        };
        out.wire(rows, &mut to);
        let valid = |i| unsafe { crate::array::bit(out.valid.at(), i) };
        (to.nodes[0].nulls, (0..rows).map(valid).collect())
    }

    #[test]
    fn nulls_told_either_way_are_bits() {
        for rows in [1, 7, 8, 13, 64, 300] {
            let mut out = Out::new(Field::new("x", DataType::I64));
            out.reserve(rows);
            let null = |i: usize| i % 3 == 1 || i % 7 == 5;
            for i in 0..rows {
                match i % 7 == 5 {
                    true => out.put_null(i),
                    false => Some(i as i64).filter(|_| !null(i)).put(&mut out, i),
                }
            }
            let nulls = (0..rows).filter(|&i| null(i)).count() as u32;
            let valid: Vec<bool> = (0..rows).map(|i| !null(i)).collect();
            assert_eq!(wired(&mut out, rows), (nulls, valid.clone()));
            assert_eq!(wired(&mut out, rows), (nulls, valid));
            out.reset();
            (0..rows).for_each(|i| Some(0i64).put(&mut out, i));
            assert_eq!(wired(&mut out, rows), (0, vec![true; rows]));
        }
    }
}
