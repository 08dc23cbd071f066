//! Failures.

use std::any::Any;
use std::fmt;

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Code {
    /// The program named something that it was not granted.
    NotGranted,
    /// A thing that was granted or named does not exist.
    NotFound,
    /// An argument is not acceptable.
    InvalidArgument,
    /// An expression, a plan or a query does not parse or does not type.
    InvalidPlan,
    /// A type is not the one that is needed.
    TypeMismatch,
    /// This host does not do that (yet).
    Unsupported,
    /// A limit of memory, time or size was reached.
    LimitExceeded,
    /// The job was cancelled.
    Cancelled,
    /// A lambda failed, by an error or a panic.
    LambdaFailed,
    /// The engine failed.
    EngineFailed,
    /// Reading or writing failed.
    Io,
    /// A fault of the host.
    Internal,
}

const CODES: [Code; 12] = [
    Code::NotGranted,
    Code::NotFound,
    Code::InvalidArgument,
    Code::InvalidPlan,
    Code::TypeMismatch,
    Code::Unsupported,
    Code::LimitExceeded,
    Code::Cancelled,
    Code::LambdaFailed,
    Code::EngineFailed,
    Code::Io,
    Code::Internal,
];

impl Code {
    pub(crate) fn of(wire: u8) -> Code {
        CODES.get(wire as usize).copied().unwrap_or(Code::Internal)
    }
}

/// What calls of this crate fail with.
#[derive(Clone, PartialEq, Eq)]
pub struct Error {
    /// For programs.
    pub code: Code,
    /// For people: what was wrong and what to do.
    pub message: String,
    /// Where it arose: operator, row, frames of the program; may be empty.
    pub origin: String,
}

/// A value or an [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error without an origin.
    pub fn new(code: Code, message: impl Into<String>) -> Error {
        Error {
            code,
            message: message.into(),
            origin: String::new(),
        }
    }

    /// Any error as one: the message is its text, the code stays if it is an
    /// `Error` already.
    pub(crate) fn from_any<E: fmt::Display + 'static>(error: E) -> Error {
        match (&error as &dyn Any).downcast_ref::<Error>() {
            Some(own) => own.clone(),
            None => Error::new(Code::LambdaFailed, error.to_string()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} ({:?})", self.message, self.code)?;
        if !self.origin.is_empty() {
            write!(f, "\n  {}", self.origin.replace('\n', "\n  "))?;
        }
        Ok(())
    }
}

/// Any error is one, so that `?` takes them all. (For that reason this type is no
/// `std::error::Error` itself.)
impl<E: std::error::Error + 'static> From<E> for Error {
    fn from(error: E) -> Error {
        Error::new(Code::InvalidArgument, error.to_string())
    }
}

impl From<Error> for Box<dyn std::error::Error> {
    fn from(error: Error) -> Self {
        error.to_string().into()
    }
}

macro_rules! err {
    ($code:ident, $($format:tt)+) => {
        $crate::Error::new($crate::Code::$code, format!($($format)+))
    };
}
pub(crate) use err;

/// Runs a program: a failure is printed to stderr and ends it with exit code
/// 125, whereupon writes under way are cancelled.
///
/// ```no_run
/// use wasi_data as data;
///
/// fn main() {
///     data::run(|| data::read("orders").filter("price > 100").show())
/// }
/// ```
pub fn run(program: impl FnOnce() -> Result<()>) {
    if let Err(error) = program() {
        eprintln!("wasi-data: {}", error.message);
        if !error.origin.is_empty() {
            eprintln!("  {}", error.origin.replace('\n', "\n  "));
        }
        std::process::exit(125);
    }
}
