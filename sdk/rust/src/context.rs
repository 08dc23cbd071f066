//! Where a call is running, and what it tells the host.

use crate::imports;
use crate::wire;

/// How much a log line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Level {
    Debug,
    Info,
    Warning,
}

/// Fails the lambda that is running, and its job, with this message; in main it
/// ends the program with exit code 125.
pub fn fail(message: &str) -> ! {
    unsafe { imports::context_fail(message.as_ptr() as usize, message.len()) };
    // The host does not return.
    std::process::abort()
}

/// A line for the host's log, from main or a lambda.
pub fn log(level: Level, message: &str) {
    unsafe { imports::context_log(level as usize, message.as_ptr() as usize, message.len()) }
}

/// Adds to a counter of the job's figures.
pub fn count(counter: &str, delta: u64) {
    unsafe { imports::context_count(counter.as_ptr() as usize, counter.len(), delta) }
}

/// The job's number, from 1; 0 in main.
pub fn job_id() -> u64 {
    unsafe { imports::context_job_id() }
}

/// The partition's index in a lambda.
pub fn partition() -> u32 {
    unsafe { imports::context_partition() }
}

/// How many partitions there are, 0 where that is not known.
pub fn partitions() -> u32 {
    unsafe { imports::context_partitions() }
}

/// Which try of the partition this is, from 0.
pub fn attempt() -> u32 {
    unsafe { imports::context_attempt() }
}

/// Makes panics of lambdas their job's errors, with message and place: there is
/// no unwinding, so the hook is the last to see them.
pub(crate) fn hook_panics() {
    static HOOKED: crate::arena::Global<bool> = crate::arena::Global::new(false);
    if std::mem::replace(unsafe { &mut *HOOKED.get() }, true) {
        return;
    }
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !wire::in_worker() {
            return before(info);
        }
        let payload = info.payload();
        let message = match (
            payload.downcast_ref::<&str>(),
            payload.downcast_ref::<String>(),
        ) {
            (Some(text), _) => text,
            (_, Some(text)) => text.as_str(),
            _ => "of another type than text",
        };
        match info.location() {
            Some(place) => fail(&format!("panic: {} at {}", message, place)),
            None => fail(&format!("panic: {}", message)),
        }
    }));
}
