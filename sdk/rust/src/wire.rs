//! The records of `wit/` as they lie in memory, and calls of the host.

use std::any::Any;

use crate::arena::{self, Global};
use crate::error::{err, Code, Error, Result};
use crate::schema::{DataType, Field, EXTENSION};

/// `list<T>` and `string`.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct List {
    pub data: *const u8,
    pub count: usize,
}

pub(crate) const NONE: List = List {
    data: 8 as *const u8,
    count: 0,
};

impl List {
    pub(crate) fn at(self) -> usize {
        self.data as usize
    }

    pub(crate) unsafe fn slice<'a, T>(self) -> &'a [T] {
        if self.count == 0 {
            return &[];
        }
        std::slice::from_raw_parts(self.data as *const T, self.count)
    }

    pub(crate) unsafe fn text(self) -> String {
        String::from_utf8_lossy(self.slice()).into_owned()
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct WireField {
    pub name: List,
    pub format: List,
    pub nullable: u8,
    pub children: u32,
    pub metadata: List,
    pub dictionary: List,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Node {
    pub length: u32,
    pub nulls: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Buffer {
    pub data: *const u8,
    pub words: usize,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct WireBatch {
    pub rows: u32,
    pub nodes: List,
    pub buffers: List,
}

/// What the host is to read, kept until it has.
pub(crate) struct Lower {
    kept: Vec<Box<dyn Any>>,
}

impl Lower {
    pub(crate) fn new() -> Lower {
        Lower { kept: Vec::new() }
    }

    pub(crate) fn list<T: 'static>(&mut self, items: Vec<T>) -> List {
        if items.is_empty() {
            return NONE;
        }
        let list = List {
            data: items.as_ptr() as *const u8,
            count: items.len(),
        };
        self.kept.push(Box::new(items));
        list
    }

    pub(crate) fn text(&mut self, text: &str) -> List {
        self.list(text.as_bytes().to_vec())
    }

    pub(crate) fn texts(&mut self, texts: &[String]) -> List {
        let items = texts.iter().map(|t| self.text(t)).collect();
        self.list(items)
    }

    pub(crate) fn pairs(&mut self, pairs: &[(String, String)]) -> List {
        let items = pairs.iter().map(|(a, b)| [self.text(a), self.text(b)]);
        let items: Vec<[List; 2]> = items.collect();
        self.list(items)
    }

    pub(crate) fn fields(&mut self, fields: &[Field]) -> List {
        let mut items = Vec::new();
        for field in fields {
            self.field(field, &mut items);
        }
        self.list(items)
    }

    fn field(&mut self, field: &Field, to: &mut Vec<WireField>) {
        let children = field.data_type.children();
        let mut metadata = field.metadata.clone();
        if field.data_type == DataType::Uuid {
            metadata.push((EXTENSION.0.into(), EXTENSION.1.into()));
        }
        to.push(WireField {
            name: self.text(&field.name),
            format: self.text(&field.data_type.format()),
            nullable: field.nullable as u8,
            children: children.len() as u32,
            metadata: self.pairs(&metadata),
            dictionary: self.texts(field.data_type.values()),
        });
        for child in children {
            self.field(child, to);
        }
    }
}

/// Where results are put.
#[repr(C, align(8))]
pub(crate) struct Area(pub [u8; 64]);

impl Area {
    pub(crate) fn at<T: Copy>(&self, offset: usize) -> T {
        assert!(offset + std::mem::size_of::<T>() <= self.0.len());
        unsafe { (self.0.as_ptr().add(offset) as *const T).read_unaligned() }
    }

    pub(crate) fn set<T: Copy>(&mut self, offset: usize, value: T) {
        assert!(offset + std::mem::size_of::<T>() <= self.0.len());
        unsafe { (self.0.as_mut_ptr().add(offset) as *mut T).write_unaligned(value) }
    }

    fn error(&self, offset: usize) -> Error {
        unsafe {
            Error {
                code: Code::of(self.at(offset)),
                message: self.at::<List>(offset + 4).text(),
                origin: self.at::<List>(offset + 12).text(),
            }
        }
    }
}

static AREA: Global<Area> = Global::new(Area([0; 64]));

/// Set in a worker, where there is nothing to call but `context`.
static WORKER: Global<bool> = Global::new(false);

pub(crate) fn in_worker() -> bool {
    unsafe { *WORKER.get() }
}

pub(crate) fn enter_worker() {
    unsafe { *WORKER.get() = true }
}

/// Calls a function of the host without a result of its own kind.
pub(crate) fn plainly<R>(
    call: impl FnOnce(&mut Lower, usize),
    read: impl FnOnce(&Area) -> R,
) -> Result<R> {
    if in_worker() {
        return Err(err!(
            Unsupported,
            "data sets and jobs cannot be used inside a lambda"
        ));
    }
    let mut lower = Lower::new();
    call(&mut lower, AREA.get() as usize);
    let result = read(unsafe { &*AREA.get() });
    arena::spend();
    Ok(result)
}

/// Calls a function of the host whose result may be an error, which stands at
/// `offset` then.
pub(crate) fn call<R>(
    offset: usize,
    call: impl FnOnce(&mut Lower, usize),
    read: impl FnOnce(&Area) -> R,
) -> Result<R> {
    plainly(call, |area| match area.at::<u8>(0) {
        0 => Ok(read(area)),
        _ => Err(area.error(offset)),
    })?
}

/// A value that is known at bind.
#[repr(C)]
pub(crate) struct WireConstant {
    pub column: u32,
    pub value: WireBatch,
}
