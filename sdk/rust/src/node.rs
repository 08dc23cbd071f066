//! Handles of the host, and the texts that its functions take.

use std::rc::Rc;

use crate::error::Error;
use crate::lambda::Lambda;
use crate::wire::{self, in_worker, Lower};

/// A handle of the host, with what it must not outlive.
pub(crate) struct Node {
    pub handle: usize,
    drop: unsafe extern "C" fn(usize),
    pub error: Option<Error>,
    _inputs: Vec<Rc<Node>>,
    _lambdas: Vec<Box<Lambda>>,
}

impl Drop for Node {
    fn drop(&mut self) {
        if self.error.is_none() && !in_worker() {
            unsafe { (self.drop)(self.handle) }
        }
    }
}

impl Node {
    /// Makes a handle of others, unless one of them has failed.
    pub(crate) fn make(
        drop: unsafe extern "C" fn(usize),
        inputs: &[&Rc<Node>],
        lambdas: Vec<Lambda>,
        call: impl FnOnce(&mut Lower, &[usize], usize),
    ) -> Rc<Node> {
        let lambdas: Vec<Box<Lambda>> = lambdas.into_iter().map(Box::new).collect();
        if !lambdas.is_empty() {
            crate::context::hook_panics();
        }
        let failed = inputs.iter().find_map(|n| n.error.clone());
        let states: Vec<usize> = lambdas
            .iter()
            .map(|l| &**l as *const Lambda as usize)
            .collect();
        let made = match failed {
            Some(error) => Err(error),
            None => wire::call(
                4,
                |lower, area| call(lower, &states, area),
                |a| a.at::<u32>(4),
            ),
        };
        Rc::new(match made {
            Ok(handle) => Node {
                handle: handle as usize,
                drop,
                error: None,
                _inputs: inputs.iter().map(|n| Rc::clone(n)).collect(),
                _lambdas: lambdas,
            },
            Err(error) => Node::failed(drop, error),
        })
    }

    pub(crate) fn failed(drop: unsafe extern "C" fn(usize), error: Error) -> Node {
        Node {
            handle: 0,
            drop,
            error: Some(error),
            _inputs: Vec::new(),
            _lambdas: Vec::new(),
        }
    }
}

/// What the host takes for the function of a lambda; its state says all.
pub(crate) const FUNCTION: usize = 1;

/// Names or expressions: one, or a list of them.
pub trait Texts {
    #[doc(hidden)]
    fn texts(self) -> Vec<String>;
}

impl Texts for &str {
    fn texts(self) -> Vec<String> {
        vec![self.into()]
    }
}

impl Texts for String {
    fn texts(self) -> Vec<String> {
        vec![self]
    }
}

impl Texts for &String {
    fn texts(self) -> Vec<String> {
        vec![self.clone()]
    }
}

/// None.
impl Texts for () {
    fn texts(self) -> Vec<String> {
        Vec::new()
    }
}

impl<S: AsRef<str>, const N: usize> Texts for [S; N] {
    fn texts(self) -> Vec<String> {
        self[..].texts()
    }
}

impl<S: AsRef<str>> Texts for &[S] {
    fn texts(self) -> Vec<String> {
        self.iter().map(|s| s.as_ref().into()).collect()
    }
}

impl<S: AsRef<str>> Texts for Vec<S> {
    fn texts(self) -> Vec<String> {
        self[..].texts()
    }
}

impl<S: AsRef<str>> Texts for &Vec<S> {
    fn texts(self) -> Vec<String> {
        self[..].texts()
    }
}

/// Named settings, such as `[("format", "csv")]`.
pub type Options<'a> = &'a [(&'a str, &'a str)];

pub(crate) fn pairs(options: Options) -> Vec<(String, String)> {
    let pair = |o: &(&str, &str)| (o.0.to_string(), o.1.to_string());
    options.iter().map(pair).collect()
}
