//! The whole service against the twin of the log in memory and against a real nats-server, and the projection against
//! every order, portion and crash.

mod chance;
mod clickhouse;
mod crash;
mod deeds;
mod disk;
mod live;
mod measures;
mod server;
pub mod support;
