//! What groups are made into.

use std::rc::Rc;

use crate::apply::apply;
use crate::dataset::{aggregate, dataset, failed, Dataset};
use crate::imports;
use crate::lambda::{Emit, Promises};
use crate::measure::Measure;
use crate::node::{Node, Texts, FUNCTION};
use crate::partition::{co_group_lambda, partition_lambda};
use crate::row::Row;
use crate::states::reduce_lambda;
use crate::wire::Lower;

/// A data set and keys to group it by.
#[derive(Clone)]
pub struct Grouped {
    pub(crate) node: Rc<Node>,
    pub(crate) promises: Promises,
}

impl Grouped {
    /// A row for each group: the keys, then the measures, which are expressions
    /// such as `"count(*) as n"`, or [`Measure`]s.
    pub fn aggregate<M: Into<Measure>>(&self, measures: impl IntoIterator<Item = M>) -> Dataset {
        aggregate(&self.node, measures, imports::aggregate)
    }

    /// What the next lambda on these groups promises.
    pub fn promising(&self, promises: Promises) -> Grouped {
        Grouped {
            node: Rc::clone(&self.node),
            promises: self.promises | promises,
        }
    }

    /// Combines the rows of each group two by two; the function must be
    /// associative and commutative, and `T` has all columns. What comes out are
    /// the keys that are no columns of the rows, then the row.
    pub fn reduce<T: Row>(&self, f: impl Fn(T, T) -> T + 'static) -> Dataset {
        apply(&self.node, self.promises, reduce_lambda(f), imports::reduce)
    }

    /// Any number of rows for each group, which is seen as
    /// [`Dataset::map_partitions`] sees a partition.
    pub fn map_groups<T: Row, U: Row, G>(&self, open: impl Fn() -> G + 'static) -> Dataset
    where
        G: FnMut(Option<T>, &mut Emit<U>) + 'static,
    {
        let lambda = partition_lambda(open);
        apply(&self.node, self.promises, lambda, imports::map_groups)
    }

    /// Any number of rows for all rows of a group at once, which must fit into
    /// memory.
    pub fn map_whole_groups<T: Row, U: Row>(
        &self,
        f: impl Fn(Vec<T>, &mut Emit<U>) + 'static,
    ) -> Dataset {
        let f = Rc::new(f);
        self.map_groups(move || {
            let f = Rc::clone(&f);
            let mut rows = Vec::new();
            move |row: Option<T>, out: &mut Emit<U>| match row {
                Some(row) => rows.push(row),
                None => f(std::mem::take(&mut rows), out),
            }
        })
    }

    /// Any number of rows for the groups of equal keys of two data sets, of which
    /// one may have none.
    pub fn co_map_groups<L: Row, R: Row, U: Row>(
        &self,
        other: &Grouped,
        f: impl Fn(Vec<L>, Vec<R>, &mut Emit<U>) + 'static,
    ) -> Dataset {
        let lambda = co_group_lambda(move |left, right, out: &mut Emit<U>| {
            f(left, right, out);
            Ok(())
        });
        let mut lambda = match lambda {
            Ok(lambda) => lambda,
            Err(error) => return failed(self.node.error.clone().unwrap_or(error)),
        };
        lambda.promises = self.promises;
        let (of, with) = (self.node.handle, other.node.handle);
        let call = |_: &mut Lower, states: &[usize], area| unsafe {
            imports::co_map_groups(of, with, FUNCTION, states[0], area)
        };
        let nodes = [&self.node, &other.node];
        dataset(Node::make(
            imports::dataset_drop,
            &nodes,
            vec![lambda],
            call,
        ))
    }

    /// A column for each of the values (literals) of an expression, in
    /// [`Grouped::aggregate`].
    pub fn pivot(&self, expression: &str, values: impl Texts) -> Grouped {
        let of = self.node.handle;
        let call = |lower: &mut Lower, _: &[usize], area| {
            let (text, values) = (lower.text(expression), lower.texts(&values.texts()));
            unsafe { imports::pivot(of, text.at(), text.count, values.at(), values.count, area) }
        };
        Grouped {
            node: Node::make(imports::grouped_drop, &[&self.node], Vec::new(), call),
            promises: self.promises,
        }
    }
}
