//! Functions of any arguments, by name.

use std::rc::Rc;

use crate::batch::{Batch, Get, RowRef};
use crate::dynamic::rows_bound;
use crate::error::Result;
use crate::imports;
use crate::lambda::{Bind, Lambda, Promises};
use crate::measure::{register_signature, Signature};
use crate::output::{Put, RowWriter};
use crate::row::{output_of, schema_of, Row};
use crate::schema::Field;
use crate::wire::WireConstant;

/// Where a function of [`register_call`] is called: what is known of its arguments.
pub struct Call<'a> {
    arguments: &'a [Field],
    constants: &'a [WireConstant],
}

impl<'a> Call<'a> {
    pub(crate) fn new(arguments: &'a [Field], constants: &'a [WireConstant]) -> Call<'a> {
        Call {
            arguments,
            constants,
        }
    }

    /// Their names, types, and whether they may be null.
    pub fn arguments(&self) -> &'a [Field] {
        self.arguments
    }

    /// What `read` makes of an argument whose value is known here (a literal, a
    /// parameter), the one column of a row; none when it is not known.
    pub fn known<R>(&self, argument: usize, read: impl FnOnce(RowRef) -> R) -> Result<Option<R>> {
        let found = self
            .constants
            .iter()
            .find(|constant| constant.column as usize == argument);
        match found {
            None => Ok(None),
            Some(constant) => {
                let mut batch = Batch::new(vec![self.arguments[argument].clone()]);
                batch.input.read(constant.value)?;
                Ok(Some(read(RowRef::new(&batch, 0))))
            }
        }
    }
}

/// Makes a function of any arguments usable by name in expressions and SQL. Where it
/// is called, `bind` sees how many there are, their types and the values of those that
/// are known, and says what comes out: a field of the result's type, and the function,
/// which is given a row of the arguments and sets column 0. An error refuses the call.
/// [`Promises::STRICT`]: it is not called for null arguments.
///
/// ```no_run
/// # use wasi_data::{self as data, Code, Error, Promises, RowRef, RowWriter};
/// // first(x, …): the first argument that is not null, of any one type.
/// data::register_call("first_of", Promises::DETERMINISTIC, |call: &data::Call| {
///     let count = call.arguments().len();
///     let field = call.arguments().first().cloned();
///     let field = field.ok_or_else(|| Error::new(Code::InvalidArgument, "an argument"))?;
///     let first = move |row: RowRef, out: &mut RowWriter| {
///         if let Some(found) = (0..count).find(|&i| !row.is_null(i)) {
///             out.copy(0, &row, found);
///         }
///     };
///     Ok((field, first))
/// })?;
/// # Ok::<(), Error>(())
/// ```
pub fn register_call<F>(
    name: &str,
    promises: Promises,
    bind: impl Fn(&Call) -> Result<(Field, F)> + 'static,
) -> Result<()>
where
    F: Fn(RowRef, &mut RowWriter) + 'static,
{
    let signature = Signature {
        strict: promises.0 & Promises::STRICT.0 != 0,
        ..Signature::default()
    };
    register(name, promises, signature, bind)
}

/// Makes a function of any number of arguments of one type usable by name. It is not
/// called for null arguments; its result is null then.
pub fn register_variadic<T, R>(
    name: &str,
    promises: Promises,
    f: impl Fn(&[T]) -> R + 'static,
) -> Result<()>
where
    T: Row + for<'a> Get<'a>,
    R: Row + Put,
{
    let output = output_of::<R>()?;
    let f = Rc::new(f);
    let signature = Signature {
        arguments: Some(schema_of::<T>().fields),
        variadic: true,
        strict: true,
    };
    register(name, promises, signature, move |call| {
        let count = call.arguments().len();
        let f = Rc::clone(&f);
        let apply = move |row: RowRef, out: &mut RowWriter| {
            let values: Vec<T> = (0..count).map(|i| row.get(i)).collect();
            out.set(0, f(&values));
        };
        Ok((output[0].clone(), apply))
    })
}

fn register<F>(
    name: &str,
    promises: Promises,
    signature: Signature,
    bind: impl Fn(&Call) -> Result<(Field, F)> + 'static,
) -> Result<()>
where
    F: Fn(RowRef, &mut RowWriter) + 'static,
{
    let bind = move |call: &Call| {
        let (field, f) = bind(call)?;
        Ok(rows_bound(call.arguments(), vec![field], f))
    };
    let lambda = Lambda {
        promises,
        bind: Bind::Call(Box::new(bind)),
    };
    register_signature(name, lambda, signature, imports::register_scalar)
}
