//! The tests of the whole system, one binary: the shape of the code, what is shipped, and the flow of a post.

#![allow(clippy::unwrap_used, reason = "a test may unwrap: its panic is its answer")]

mod architecture;
mod backends;
mod bad_input;
mod copies;
mod corrected;
mod deploy;
mod desk;
mod docs;
mod flow;
mod measures;
mod outgoing;
mod people;
mod restart;
mod system;
mod threads;
mod timers;
mod traces;
mod way_out;
