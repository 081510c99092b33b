//! The gateway from outside: real sockets, real gRPC, and services that are played by the test.

#![allow(clippy::unwrap_used, reason = "a test may unwrap: its panic is its answer")]

mod away;
mod console;
mod desk_cases;
mod events;
mod fake;
mod grpc_web;
mod json;
mod measure_cases;
mod openapi;
mod reply_cases;
mod set_aside_cases;
mod world;
