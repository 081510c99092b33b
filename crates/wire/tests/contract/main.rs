//! The contract, held: the bytes of every fact ever written read for ever, numbers never change, and bytes that are
//! not sound are refused with the name of the field.

#![allow(clippy::unwrap_used, reason = "a test may unwrap: its panic is its answer")]

#[path = "../../../conversation/tests/story/chance.rs"]
mod chance;

mod canon;
mod fields;
mod golden;
mod numbers;
mod refusals;
mod round_trip;
