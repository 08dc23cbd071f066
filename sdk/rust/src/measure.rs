//! Measures of aggregations, and functions by name.

use crate::error::Result;
use crate::imports;
use crate::lambda::{function_lambda, Lambda, Promises};
use crate::node::{Texts, FUNCTION};
use crate::row::{schema_of, Row};
use crate::schema::Field;
use crate::states::{aggregate_lambda, Aggregate};
use crate::value::Value;
use crate::wire::{self, List, Lower, NONE};

/// A result column of an aggregation.
pub struct Measure {
    name: String,
    what: What,
    filter: Option<String>,
}

enum What {
    Expression(String),
    Lambda(Result<Lambda>, Vec<String>),
}

impl Measure {
    /// An aggregate expression, which may be named: `sum(price * qty) as total`.
    pub fn new(expression: &str) -> Measure {
        let (name, expression) = match find_as(expression) {
            Some(at) => (expression[at + 2..].trim(), expression[..at].trim()),
            None => (expression, expression),
        };
        let quoted = name.strip_prefix('"').and_then(|n| n.strip_suffix('"'));
        Measure {
            name: quoted.map_or_else(|| name.into(), |n| n.replace("\"\"", "\"")),
            what: What::Expression(expression.into()),
            filter: None,
        }
    }

    /// An aggregate of the program over expressions, its arguments.
    pub fn custom(name: &str, aggregate: impl Aggregate, arguments: impl Texts) -> Measure {
        Measure {
            name: name.into(),
            what: What::Lambda(aggregate_lambda(aggregate), arguments.texts()),
            filter: None,
        }
    }

    /// Only rows for which the predicate is true count.
    pub fn filter(mut self, predicate: &str) -> Measure {
        self.filter = Some(predicate.into());
        self
    }
}

impl From<&str> for Measure {
    fn from(expression: &str) -> Measure {
        Measure::new(expression)
    }
}

impl From<&&str> for Measure {
    fn from(expression: &&str) -> Measure {
        Measure::new(expression)
    }
}

impl From<String> for Measure {
    fn from(expression: String) -> Measure {
        Measure::new(&expression)
    }
}

/// Where the last ` as ` outside of quotes and brackets stands.
fn find_as(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let blank = |at: usize| bytes.get(at).map_or(false, u8::is_ascii_whitespace);
    let (mut found, mut depth, mut quote) = (None, 0, 0);
    for at in 0..bytes.len() {
        match bytes[at] {
            byte if quote != 0 => {
                if byte == quote {
                    quote = 0;
                }
            }
            byte @ (b'\'' | b'"') => quote = byte,
            b'(' => depth += 1,
            b')' => depth -= 1,
            b'a' | b'A' if depth == 0 && at > 0 && blank(at - 1) && blank(at + 2) => {
                if bytes[at + 1] | 0x20 == b's' {
                    found = Some(at);
                }
            }
            _ => (),
        }
    }
    found
}

/// The lambdas apart.
pub(crate) fn split(measures: Vec<Measure>) -> Result<(Vec<Plain>, Vec<Lambda>)> {
    let mut plain = Vec::new();
    let mut lambdas = Vec::new();
    for measure in measures {
        let (expression, arguments) = match measure.what {
            What::Expression(text) => (Some(text), Vec::new()),
            What::Lambda(lambda, arguments) => {
                lambdas.push(lambda?);
                (None, arguments)
            }
        };
        plain.push(Plain {
            name: measure.name,
            expression,
            arguments,
            filter: measure.filter,
        });
    }
    Ok((plain, lambdas))
}

/// A measure without its lambda.
pub(crate) struct Plain {
    name: String,
    expression: Option<String>,
    arguments: Vec<String>,
    filter: Option<String>,
}

/// As the host reads it: a variant of an expression and a lambda with arguments.
#[repr(C)]
struct WireMeasure {
    name: List,
    is_lambda: u8,
    first: usize,
    second: usize,
    arguments: List,
    has_filter: u8,
    filter: List,
}

pub(crate) fn lower(lower: &mut Lower, measures: &[Plain], states: &[usize]) -> List {
    let mut states = states.iter();
    let mut items = Vec::new();
    for measure in measures {
        let (first, second) = match &measure.expression {
            Some(text) => {
                let text = lower.text(text);
                (text.at(), text.count)
            }
            None => (FUNCTION, states.next().copied().unwrap_or(0)),
        };
        items.push(WireMeasure {
            name: lower.text(&measure.name),
            is_lambda: measure.expression.is_none() as u8,
            first,
            second,
            arguments: lower.texts(&measure.arguments),
            has_filter: measure.filter.is_some() as u8,
            filter: measure.filter.as_ref().map_or(NONE, |f| lower.text(f)),
        });
    }
    lower.list(items)
}

type Register = unsafe extern "C" fn(
    usize,
    usize,
    usize,
    usize,
    usize,
    usize,
    usize,
    usize,
    usize,
    usize,
    usize,
);

/// What the host is told of a function by name.
#[derive(Default)]
pub(crate) struct Signature {
    /// None: any.
    pub arguments: Option<Vec<Field>>,
    pub variadic: bool,
    pub strict: bool,
}

pub(crate) fn register_signature(
    name: &str,
    lambda: Lambda,
    signature: Signature,
    import: Register,
) -> Result<()> {
    crate::context::hook_panics();
    let deterministic = lambda.promises.0 & Promises::DETERMINISTIC.0;
    // For good, as the name.
    let state = Box::into_raw(Box::new(lambda)) as usize;
    let typed = signature.arguments.is_some();
    let fields = signature.arguments.unwrap_or_default();
    wire::call(
        4,
        |lower, area| {
            let (name, fields) = (lower.text(name), lower.fields(&fields));
            unsafe {
                import(
                    name.at(),
                    name.count,
                    FUNCTION,
                    state,
                    typed as usize,
                    fields.at(),
                    fields.count,
                    signature.variadic as usize,
                    signature.strict as usize,
                    deterministic as usize,
                    area,
                )
            }
        },
        |_| (),
    )
}

fn register_lambda<T: Row>(name: &str, lambda: Lambda, import: Register) -> Result<()> {
    let fields = schema_of::<T>().fields;
    let signature = Signature {
        strict: fields.iter().all(|f| !f.nullable),
        arguments: Some(fields),
        variadic: false,
    };
    register_signature(name, lambda, signature, import)
}

/// Makes a function usable by name in expressions and SQL. Its arguments are a
/// tuple, a single value, or a struct by `derive(Row)`, in this order. If none of
/// them is an `Option`, it is not called for null arguments and its result is
/// null then.
pub fn register<T: Row, R: Row + Value>(
    name: &str,
    promises: Promises,
    f: impl Fn(T) -> R + 'static,
) -> Result<()> {
    let mut lambda = function_lambda(f)?;
    lambda.promises = promises;
    register_lambda::<T>(name, lambda, imports::register_scalar)
}

/// Makes an aggregate usable by name in expressions and SQL.
pub fn register_aggregate<A: Aggregate>(name: &str, aggregate: A) -> Result<()> {
    let lambda = aggregate_lambda(aggregate)?;
    register_lambda::<A::Input>(name, lambda, imports::register_aggregate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (text, name, expression) in [
            ("count(*) as n", "n", "count(*)"),
            ("sum(x)", "sum(x)", "sum(x)"),
            (
                "sum(cast(x as i64)) AS \"a \"\"b\"",
                "a \"b",
                "sum(cast(x as i64))",
            ),
            ("max(' as ') as y", "y", "max(' as ')"),
        ] {
            let measure = Measure::new(text);
            assert_eq!(measure.name, name);
            assert!(matches!(measure.what, What::Expression(e) if e == expression));
        }
    }
}
