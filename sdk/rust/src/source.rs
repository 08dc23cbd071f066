//! Data sets that are made of nothing but names, rows and texts.

use std::rc::Rc;

use crate::dataset::{dataset, failed, Dataset};
use crate::imports;
use crate::node::{pairs, Node, Options};
use crate::out::Writer;
use crate::output::RowWriter;
use crate::row::{output_of, Row};
use crate::wire::{List, Lower, WireBatch};

/// A data set that the host makes of nothing.
fn source(call: impl FnOnce(&mut Lower, usize)) -> Dataset {
    let call = |lower: &mut Lower, _: &[usize], area| call(lower, area);
    dataset(Node::make(imports::dataset_drop, &[], Vec::new(), call))
}

/// A table, by the name under which it was granted or made.
pub fn read(name: &str) -> Dataset {
    read_with(name, &[])
}

/// The same with options, such as `[("format", "csv")]`.
pub fn read_with(name: &str, options: Options) -> Dataset {
    source(|lower, area| {
        let (name, options) = (lower.text(name), lower.pairs(&pairs(options)));
        unsafe { imports::read(name.at(), name.count, options.at(), options.count, area) }
    })
}

/// One column `id`, i64: start, start + step, … below (above, for a negative
/// step) end.
pub fn range(start: i64, end: i64, step: i64) -> Dataset {
    source(|_, area| unsafe { imports::range(start, end, step, area) })
}

/// How many rows go into a batch of the program's own.
const BATCH_ROWS: usize = 1 << 16;

/// A data set of the program's own rows, which are copied.
pub fn create<T: Row>(rows: impl IntoIterator<Item = T>) -> Dataset {
    let fields = match output_of::<T>() {
        Ok(fields) => fields,
        Err(error) => return failed(error),
    };
    source(|lower, area| {
        let mut batches = Vec::new();
        let mut writer = Writer::new(&fields);
        for row in rows {
            if writer.rows == BATCH_ROWS {
                let full = std::mem::replace(&mut writer, Writer::new(&fields));
                batches.push(kept(full, lower));
            }
            let at = writer.next();
            row.put(&mut writer, 0, at);
        }
        batches.push(kept(writer, lower));
        let (fields, batches) = (lower.fields(&fields), lower.list(batches));
        unsafe { imports::create(fields.at(), fields.count, batches.at(), batches.count, area) }
    })
}

/// A batch as the host reads it, until it has.
fn kept(mut writer: Writer, lower: &mut Lower) -> WireBatch {
    let batch = writer.lower(lower);
    lower.list(vec![writer]);
    batch
}

/// A data set of rows that were written one by one.
pub fn create_rows(rows: RowWriter) -> Dataset {
    let fields: Vec<_> = rows.writer.outs.iter().map(|o| o.field.clone()).collect();
    source(|lower, area| {
        let batch = kept(rows.writer, lower);
        let (fields, batches) = (lower.fields(&fields), lower.list(vec![batch]));
        unsafe { imports::create(fields.at(), fields.count, batches.at(), batches.count, area) }
    })
}

/// Names in a query or plan, and what they stand for.
pub type Inputs<'a> = &'a [(&'a str, &'a Dataset)];

fn input_nodes<'a>(inputs: Inputs<'a>) -> Vec<&'a Rc<Node>> {
    inputs.iter().map(|i| &i.1.node).collect()
}

fn lower_inputs(lower: &mut Lower, inputs: Inputs) -> List {
    let items = inputs
        .iter()
        .map(|(name, input)| (lower.text(name), input.node.handle));
    let items = items
        .map(|(name, handle)| NamedHandle { name, handle })
        .collect();
    lower.list(items)
}

#[repr(C)]
struct NamedHandle {
    name: List,
    handle: usize,
}

/// A serialized Substrait plan; `inputs` binds the names of its tables.
pub fn from_plan(plan: &[u8], inputs: Inputs) -> Dataset {
    let nodes = input_nodes(inputs);
    dataset(Node::make(
        imports::dataset_drop,
        &nodes,
        Vec::new(),
        |lower, _, area| {
            let (plan, inputs) = (lower.list(plan.to_vec()), lower_inputs(lower, inputs));
            unsafe { imports::from_plan(plan.at(), plan.count, inputs.at(), inputs.count, area) }
        },
    ))
}

/// An SQL query in the engine's own dialect; `inputs` binds names in it.
pub fn sql(text: &str, inputs: Inputs) -> Dataset {
    sql_with(text, "", inputs, ())
}

/// The same in a dialect (`duckdb`, `spark`), with parameters: a row whose
/// columns are bound to `$name`.
pub fn sql_with<P: Row>(text: &str, dialect: &str, inputs: Inputs, parameters: P) -> Dataset {
    let nodes = input_nodes(inputs);
    let call = |lower: &mut Lower, _: &[usize], area| {
        let (text, dialect) = (lower.text(text), lower.text(dialect));
        let inputs = lower_inputs(lower, inputs);
        let (fields, batch) = lower_parameters(lower, parameters);
        unsafe {
            imports::sql(
                text.at(),
                text.count,
                dialect.at(),
                dialect.count,
                inputs.at(),
                inputs.count,
                (P::COLUMNS > 0) as usize,
                fields.at(),
                fields.count,
                batch.rows as usize,
                batch.nodes.at(),
                batch.nodes.count,
                batch.buffers.at(),
                batch.buffers.count,
                area,
            )
        }
    };
    dataset(Node::make(imports::dataset_drop, &nodes, Vec::new(), call))
}

pub(crate) fn lower_parameters<P: Row>(lower: &mut Lower, parameters: P) -> (List, WireBatch) {
    let fields = crate::schema_of::<P>().fields;
    let mut writer = Writer::new(&fields);
    let at = writer.next();
    parameters.put(&mut writer, 0, at);
    let batch = kept(writer, lower);
    (lower.fields(&fields), batch)
}
