//! What the host calls, in workers: `wasi:data/lambdas`, `co-groups`, `tables` and
//! `type-operations`.

use crate::arena::{self, Global};
use crate::call::Call;
use crate::error::{err, Result};
use crate::lambda::{Bind, Bound, Cursor, Kernel, Lambda};
use crate::named::Operations;
use crate::schema::{Field, Schema};
use crate::states::StateBytes;
use crate::wire::{enter_worker, Area, List, Lower, WireBatch, WireConstant};

struct Worker {
    /// Handles are indices.
    kernels: Vec<Box<dyn Kernel>>,
    /// Cursors are indices; closed ones are used again.
    cursors: Vec<Option<Box<dyn Cursor>>>,
    free: Vec<u32>,
    /// What the last result points to.
    text: Option<Lower>,
    /// What the answers of `bind` point to.
    bound: Vec<Lower>,
}

static WORKER: Global<Worker> = Global::new(Worker {
    kernels: Vec::new(),
    cursors: Vec::new(),
    free: Vec::new(),
    text: None,
    bound: Vec::new(),
});

/// Where results are put.
static AREA: Global<Area> = Global::new(Area([0; 64]));

fn worker() -> &'static mut Worker {
    unsafe { &mut *WORKER.get() }
}

/// Makes the result of an export: `write` writes what went well, from byte 4.
fn finish<R>(result: Result<R>, write: impl FnOnce(&mut Area, R)) -> *const Area {
    let area = unsafe { &mut *AREA.get() };
    match result {
        Ok(value) => {
            area.set(0, 0u8);
            write(area, value);
        }
        Err(error) => {
            let mut lower = Lower::new();
            area.set(0, 1u8);
            area.set(4, error.code as u8);
            area.set(8, lower.text(&error.message));
            area.set(16, lower.text(&error.origin));
            worker().text = Some(lower);
        }
    }
    arena::spend();
    area
}

fn finish_batch(result: Result<WireBatch>) -> *const Area {
    finish(result, |area, batch| area.set(4, batch))
}

fn finish_part(result: Result<(WireBatch, bool)>) -> *const Area {
    finish(result, |area, (batch, more)| {
        area.set(4, batch);
        area.set(24, more as u8);
    })
}

fn finish_option(result: Result<Option<WireBatch>>) -> *const Area {
    finish(result, |area, batch| {
        area.set(4, batch.is_some() as u8);
        if let Some(batch) = batch {
            area.set(8, batch);
        }
    })
}

fn finish_none(result: Result<()>) -> *const Area {
    finish(result, |_, ()| ())
}

fn finish_bound(lambda: &Lambda, result: Result<Bound>) -> *const Area {
    finish(result, |area, bound| {
        let worker = worker();
        let mut lower = Lower::new();
        worker.kernels.push(bound.kernel);
        area.set(4, worker.kernels.len() as u32 - 1);
        area.set(8, lower.fields(&bound.output));
        area.set(16, bound.wanted.is_some() as u8);
        area.set(20, lower.list(bound.wanted.unwrap_or_default()));
        area.set(28, lambda.promises.0);
        worker.bound.push(lower);
    })
}

/// The kernel of a handle.
fn kernel(handle: u32) -> Result<&'static mut Box<dyn Kernel>> {
    let found = worker().kernels.get_mut(handle as usize);
    found.ok_or_else(|| err!(Internal, "there is no lambda {}", handle))
}

fn cursor(index: u32) -> Result<&'static mut Box<dyn Cursor>> {
    let found = worker().cursors.get_mut(index as usize);
    found
        .and_then(Option::as_mut)
        .ok_or_else(|| err!(Internal, "there is no cursor {}", index))
}

/// The answer of `bind-table`, which has a number of 64 bits in it: what went well
/// and what did not begin at byte 8.
fn finish_table(result: Result<Bound>, partitions: u32) -> *const Area {
    let failed = result.is_err();
    let area = finish(result, |area, bound| {
        let worker = worker();
        let mut lower = Lower::new();
        worker.kernels.push(bound.kernel);
        area.set(8, worker.kernels.len() as u32 - 1);
        area.set(12, lower.fields(&bound.output));
        area.set(20, partitions);
        area.set(24, 0u64);
        worker.bound.push(lower);
    });
    if failed {
        let area = unsafe { &mut *AREA.get() };
        let error = area.at::<[u32; 5]>(4);
        area.set(8, error);
    }
    area
}

/// The constants of a table function as one row.
fn row_of(constants: &[WireConstant]) -> (WireBatch, Lower) {
    let (mut nodes, mut buffers) = (Vec::<[u32; 2]>::new(), Vec::<[u32; 2]>::new());
    for constant in constants {
        unsafe {
            nodes.extend_from_slice(constant.value.nodes.slice());
            buffers.extend_from_slice(constant.value.buffers.slice());
        }
    }
    let mut lower = Lower::new();
    let batch = WireBatch {
        rows: 1,
        nodes: lower.list(nodes),
        buffers: lower.list(buffers),
    };
    (batch, lower)
}

fn finish_rows(result: Result<(WireBatch, List, bool)>) -> *const Area {
    finish(result, |area, (batch, parents, more)| {
        area.set(4, batch);
        area.set(24, parents);
        area.set(32, more as u8);
    })
}

/// The WIT's role of a function over a table.
const RELATION: u32 = 9;

unsafe fn bind_one(
    lambda: &Lambda,
    role: u32,
    input: &[Field],
    constants: &[WireConstant],
) -> Result<Bound> {
    match &lambda.bind {
        Bind::One(_) => lambda.bind_one(input),
        Bind::Call(bind) => bind(&Call::new(input, constants)),
        Bind::Over(bind) if role == RELATION => {
            let (row, _kept) = row_of(constants);
            let (table, arguments) = input.split_at(input.len() - constants.len());
            bind(table, arguments, row)
        }
        Bind::Table(..) | Bind::Rows(..) => {
            Err(err!(Unsupported, "it is no function over a table"))
        }
        _ => Err(err!(
            Internal,
            "a lambda of another kind is bound to one input"
        )),
    }
}

fn bind_table(lambda: &Lambda, role: u32, arguments: &[Field], row: WireBatch) -> Result<Bound> {
    match &lambda.bind {
        Bind::Table(bind, _) | Bind::Rows(bind, _) if role == 0 => bind(arguments, row),
        Bind::Rows(_, bind) => bind(arguments),
        Bind::Table(..) => Err(err!(
            InvalidArgument,
            "its arguments must be constants: it is not for rows"
        )),
        Bind::Over(_) => Err(err!(
            InvalidArgument,
            "it is a function over a table: f(TABLE t)"
        )),
        _ => Err(err!(
            Internal,
            "a lambda of another kind is bound as a table function"
        )),
    }
}

fn open(handle: u32) -> Result<u32> {
    keep(kernel(handle)?.open()?)
}

fn keep(cursor: Box<dyn Cursor>) -> Result<u32> {
    let worker = worker();
    let index = worker.free.pop().unwrap_or_else(|| {
        worker.cursors.push(None);
        worker.cursors.len() as u32 - 1
    });
    worker.cursors[index as usize] = Some(cursor);
    Ok(index)
}

fn close(index: u32) -> Result<()> {
    cursor(index)?;
    let worker = worker();
    if let Some(cursor) = worker.cursors[index as usize].take() {
        cursor.close();
    }
    worker.free.push(index);
    Ok(())
}

fn list(data: *const u8, count: usize) -> List {
    List { data, count }
}

/// The parameters of a batch, as the canonical ABI flattens it.
macro_rules! batch {
    ($rows:ident $nodes:ident $node_count:ident $buffers:ident $buffer_count:ident) => {
        WireBatch {
            rows: $rows,
            nodes: list($nodes, $node_count),
            buffers: list($buffers, $buffer_count),
        }
    };
}

/// Defines exports.
macro_rules! exports {
    ($($interface:literal $function:literal fn $name:ident($($argument:ident: $type:ty),*) $body:block)*) => {
        $(#[cfg_attr(
            target_arch = "wasm32",
            export_name = concat!("wasi:data/", $interface, "@0.1.0#", $function)
        )]
        #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
        unsafe extern "C" fn $name($($argument: $type),*) -> *const Area $body)*
    };
}

exports! {
    "lambdas" "bind" fn lambdas_bind(
        _function: u32, state: *const Lambda, role: u32, fields: *const u8, field_count: usize,
        _keys: *const u8, _key_count: usize, constants: *const u8, constant_count: usize
    ) {
        enter_worker();
        let lambda = &*state;
        let input = Schema::read(list(fields, field_count)).fields;
        let constants = list(constants, constant_count).slice();
        finish_bound(lambda, bind_one(lambda, role, &input, constants))
    }

    "lambdas" "map" fn lambdas_map(
        handle: u32, rows: u32, nodes: *const u8, node_count: usize, buffers: *const u8,
        buffer_count: usize
    ) {
        let batch = batch!(rows nodes node_count buffers buffer_count);
        finish_batch(kernel(handle).and_then(|k| k.map(batch)))
    }

    "lambdas" "flat-map" fn lambdas_flat_map(
        handle: u32, rows: u32, nodes: *const u8, node_count: usize, buffers: *const u8,
        buffer_count: usize
    ) {
        let batch = batch!(rows nodes node_count buffers buffer_count);
        finish_part(kernel(handle).and_then(|k| k.flat_map(batch)))
    }

    "lambdas" "flat-map-next" fn lambdas_flat_map_next(handle: u32) {
        finish_part(kernel(handle).and_then(|k| k.flat_map_next()))
    }

    "lambdas" "update" fn lambdas_update(
        handle: u32, state_rows: u32, state_nodes: *const u8, state_node_count: usize,
        state_buffers: *const u8, state_buffer_count: usize, groups: *const u8,
        group_count: usize, rows: u32, nodes: *const u8, node_count: usize, buffers: *const u8,
        buffer_count: usize
    ) {
        let states = StateBytes {
            batch: batch!(state_rows state_nodes state_node_count state_buffers state_buffer_count),
        };
        let groups = list(groups, group_count).slice();
        let batch = batch!(rows nodes node_count buffers buffer_count);
        finish_batch(kernel(handle).and_then(|k| k.update(states, groups, batch)))
    }

    "lambdas" "combine" fn lambdas_combine(
        handle: u32, left_rows: u32, left_nodes: *const u8, left_node_count: usize,
        left_buffers: *const u8, left_buffer_count: usize, right_rows: u32,
        right_nodes: *const u8, right_node_count: usize, right_buffers: *const u8,
        right_buffer_count: usize
    ) {
        let left = StateBytes {
            batch: batch!(left_rows left_nodes left_node_count left_buffers left_buffer_count),
        };
        let right = StateBytes {
            batch: batch!(right_rows right_nodes right_node_count right_buffers right_buffer_count),
        };
        finish_batch(kernel(handle).and_then(|k| k.combine(left, right)))
    }

    "lambdas" "finish" fn lambdas_finish(
        handle: u32, rows: u32, nodes: *const u8, node_count: usize, buffers: *const u8,
        buffer_count: usize
    ) {
        let states = StateBytes {
            batch: batch!(rows nodes node_count buffers buffer_count),
        };
        finish_batch(kernel(handle).and_then(|k| k.finish(states)))
    }

    "lambdas" "open-partition" fn lambdas_open(handle: u32, _index: u32) {
        finish(open(handle), |area, index| area.set(4, index))
    }

    "lambdas" "push-partition" fn lambdas_push(
        index: u32, some: u32, rows: u32, nodes: *const u8, node_count: usize,
        buffers: *const u8, buffer_count: usize
    ) {
        let batch = batch!(rows nodes node_count buffers buffer_count);
        let batch = if some != 0 { Some(batch) } else { None };
        finish_none(cursor(index).and_then(|c| c.push(batch)))
    }

    "lambdas" "next-partition" fn lambdas_next(index: u32) {
        finish_option(cursor(index).and_then(|c| c.next()))
    }

    "lambdas" "close-partition" fn lambdas_close(index: u32) {
        finish_none(close(index))
    }

    "co-groups" "bind-co-group" fn co_groups_bind(
        _function: u32, state: *const Lambda, left: *const u8, left_count: usize,
        _left_keys: *const u8, _left_key_count: usize, right: *const u8, right_count: usize,
        _right_keys: *const u8, _right_key_count: usize
    ) {
        enter_worker();
        let lambda = &*state;
        let left = Schema::read(list(left, left_count)).fields;
        let right = Schema::read(list(right, right_count)).fields;
        let result = match &lambda.bind {
            Bind::Two(bind) => bind(&left, &right),
            _ => Err(err!(Internal, "a lambda of another kind is bound to two groups")),
        };
        finish_bound(lambda, result)
    }

    "co-groups" "open-co-group" fn co_groups_open(handle: u32) {
        finish(open(handle), |area, index| area.set(4, index))
    }

    "co-groups" "push-left" fn co_groups_push_left(
        index: u32, some: u32, rows: u32, nodes: *const u8, node_count: usize,
        buffers: *const u8, buffer_count: usize
    ) {
        let batch = batch!(rows nodes node_count buffers buffer_count);
        let batch = if some != 0 { Some(batch) } else { None };
        finish_none(cursor(index).and_then(|c| c.push(batch)))
    }

    "co-groups" "push-right" fn co_groups_push_right(
        index: u32, some: u32, rows: u32, nodes: *const u8, node_count: usize,
        buffers: *const u8, buffer_count: usize
    ) {
        let batch = batch!(rows nodes node_count buffers buffer_count);
        let batch = if some != 0 { Some(batch) } else { None };
        finish_none(cursor(index).and_then(|c| c.push_right(batch)))
    }

    "co-groups" "next-co-group" fn co_groups_next(index: u32) {
        finish_option(cursor(index).and_then(|c| c.next()))
    }

    "co-groups" "close-co-group" fn co_groups_close(index: u32) {
        finish_none(close(index))
    }

    "type-operations" "to-text" fn to_text(
        _function: u32, state: *const Operations, rows: u32, nodes: *const u8,
        node_count: usize, buffers: *const u8, buffer_count: usize
    ) {
        enter_worker();
        let values = batch!(rows nodes node_count buffers buffer_count);
        finish_batch((*state).call(0, values))
    }

    "type-operations" "from-text" fn from_text(
        _function: u32, state: *const Operations, rows: u32, nodes: *const u8,
        node_count: usize, buffers: *const u8, buffer_count: usize
    ) {
        enter_worker();
        let values = batch!(rows nodes node_count buffers buffer_count);
        finish_batch((*state).call(1, values))
    }

    "type-operations" "sort-keys" fn sort_keys(
        _function: u32, state: *const Operations, rows: u32, nodes: *const u8,
        node_count: usize, buffers: *const u8, buffer_count: usize
    ) {
        enter_worker();
        let values = batch!(rows nodes node_count buffers buffer_count);
        finish_batch((*state).call(2, values))
    }

    "tables" "bind-table" fn tables_bind(
        _function: u32, state: *const Lambda, role: u32, fields: *const u8, field_count: usize,
        constants: *const u8, constant_count: usize, partitions: u32
    ) {
        enter_worker();
        let lambda = &*state;
        let arguments = Schema::read(list(fields, field_count)).fields;
        let (row, _kept) = row_of(list(constants, constant_count).slice());
        let partitions = match &lambda.bind {
            Bind::Rows(..) => 1,
            Bind::Table(_, count) if *count != 0 => *count,
            _ => partitions,
        };
        let result = bind_table(lambda, role, &arguments, row);
        finish_table(result, partitions)
    }

    "tables" "open-scan" fn tables_open(
        handle: u32, partition: u32, columns: *const u8, column_count: usize
    ) {
        let columns = list(columns, column_count).slice();
        let opened = kernel(handle).and_then(|k| k.open_scan(partition, columns));
        finish(opened.and_then(keep), |area, index| area.set(4, index))
    }

    "tables" "next-scan" fn tables_next(index: u32) {
        finish_option(cursor(index).and_then(|c| c.next()))
    }

    "tables" "close-scan" fn tables_close(index: u32) {
        finish_none(close(index))
    }

    "tables" "call-rows" fn tables_call(
        handle: u32, rows: u32, nodes: *const u8, node_count: usize, buffers: *const u8,
        buffer_count: usize
    ) {
        let batch = batch!(rows nodes node_count buffers buffer_count);
        finish_rows(kernel(handle).and_then(|k| k.call_rows(batch)))
    }

    "tables" "next-rows" fn tables_more(handle: u32) {
        finish_rows(kernel(handle).and_then(|k| k.next_rows()))
    }
}
