//! The notifier as a whole, over a log, against the sandbox network with all its faults. The sandbox counts: whatever
//! happens, no reply may be posted twice, and none may be told to have failed that stands there.

#![allow(clippy::unwrap_used, reason = "a test's panic is its answer, in its helpers too")]

mod answers;
mod crash;
mod doubt;
mod faults;
mod limits;
mod log;
mod native;
mod notices;
mod outbox;
mod people;
mod resumed;
mod sinks;
mod world;
