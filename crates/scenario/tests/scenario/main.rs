//! Scenarios from their files to their reports.

#![allow(clippy::unwrap_used, reason = "a test may unwrap: its panic is its answer")]

mod courses;
mod faults;
mod measured;
mod shipped;
mod told;
mod wrong;
