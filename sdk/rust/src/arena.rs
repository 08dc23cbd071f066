//! The memory that the host fills, by `cabi_realloc`: arguments of exports and
//! results of imports. A block is filled for one call and used again for the
//! next, unless somebody holds it: a batch that main reads, a `Text`.

use std::alloc::{alloc, dealloc, Layout};
use std::cell::{Cell, UnsafeCell};
use std::ptr;
use std::rc::Rc;

/// What a program, which has one thread, keeps for its whole life.
pub(crate) struct Global<T>(UnsafeCell<T>);

unsafe impl<T> Sync for Global<T> {}

impl<T> Global<T> {
    pub(crate) const fn new(value: T) -> Self {
        Global(UnsafeCell::new(value))
    }

    pub(crate) fn get(&self) -> *mut T {
        self.0.get()
    }
}

struct Chunk {
    start: *mut u8,
    size: usize,
}

impl Drop for Chunk {
    fn drop(&mut self) {
        unsafe { dealloc(self.start, layout(self.size)) }
    }
}

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 16).expect("a size below the address space")
}

/// Memory that is given up as a whole.
pub struct Block {
    chunks: UnsafeCell<Vec<Chunk>>, // the last one is filled
    used: Cell<usize>,              // of the last one
}

const FIRST_CHUNK: usize = 64 << 10;

impl Block {
    fn new() -> Rc<Block> {
        Rc::new(Block {
            chunks: UnsafeCell::new(Vec::new()),
            used: Cell::new(0),
        })
    }

    /// A block that holds these bytes, and where.
    pub(crate) fn of(bytes: &[u8]) -> (Rc<Block>, *const u8) {
        let block = Block::new();
        let at = block.take(bytes.len());
        assert!(!at.is_null(), "out of memory");
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), at, bytes.len()) };
        (block, at)
    }

    /// Memory at a multiple of 8; null when there is none.
    fn take(&self, size: usize) -> *mut u8 {
        let size = (size + 7) & !7;
        let chunks = unsafe { &mut *self.chunks.get() };
        let room = chunks.last().map_or(0, |c| c.size) - self.used.get();
        if size > room || chunks.is_empty() {
            let least = chunks.last().map_or(FIRST_CHUNK, |c| c.size);
            let size = size.max(least);
            let start = unsafe { alloc(layout(size)) };
            if start.is_null() {
                return start;
            }
            chunks.push(Chunk { start, size });
            self.used.set(0);
        }
        let at = unsafe { chunks.last().unwrap().start.add(self.used.get()) };
        self.used.set(self.used.get() + size);
        at
    }

    /// Forgets what it holds. The same load fits into one chunk the next time.
    fn reset(&self) {
        let chunks = unsafe { &mut *self.chunks.get() };
        self.used.set(0);
        if chunks.len() > 1 {
            let size = chunks.iter().map(|c| c.size).sum();
            chunks.clear();
            let start = unsafe { alloc(layout(size)) };
            if !start.is_null() {
                chunks.push(Chunk { start, size });
            }
        }
    }
}

struct Arena {
    block: Option<Rc<Block>>,
    spare: Option<Rc<Block>>,
    spent: bool,
}

static ARENA: Global<Arena> = Global::new(Arena {
    block: None,
    spare: None,
    spent: false,
});

/// What the host has written was read, or is held.
pub(crate) fn spend() {
    unsafe { (*ARENA.get()).spent = true }
}

/// The block with what the host wrote last.
pub(crate) fn current() -> Rc<Block> {
    let arena = unsafe { &mut *ARENA.get() };
    Rc::clone(arena.block.get_or_insert_with(Block::new))
}

/// Gives up a block that was held.
pub(crate) fn give_back(block: Rc<Block>) {
    let arena = unsafe { &mut *ARENA.get() };
    if Rc::strong_count(&block) == 1 {
        arena.spare = Some(block);
    }
}

fn fresh(arena: &mut Arena) -> &Block {
    if arena.spent {
        arena.spent = false;
        let free = |block: &Rc<Block>| Rc::strong_count(block) == 1;
        if !arena.block.as_ref().map_or(false, free) {
            arena.block = arena.spare.take().filter(free);
        }
        if let Some(block) = &arena.block {
            block.reset();
        }
    }
    arena.block.get_or_insert_with(Block::new)
}

/// The canonical ABI's allocator. Null: out of memory.
///
/// # Safety
/// For the host.
#[cfg_attr(target_arch = "wasm32", export_name = "cabi_realloc")]
pub unsafe extern "C" fn cabi_realloc(
    old: *const u8,
    old_size: usize,
    _align: usize,
    size: usize,
) -> *mut u8 {
    let at = fresh(&mut *ARENA.get()).take(size);
    if old_size > 0 && !at.is_null() {
        ptr::copy_nonoverlapping(old, at, old_size.min(size));
    }
    at
}

/// A block is freed as a whole: the host may take one allocation for all lists of
/// a batch.
#[cfg_attr(target_arch = "wasm32", export_name = "wasi_data_shares_blocks")]
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
extern "C" fn shares_blocks() {}
