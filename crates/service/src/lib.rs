//! What every process of Earshot shares, so that each service is its own story and nothing else.
//!
//! - [`config`]: settings from one TOML file, the environment and flags, each value with its origin;
//! - [`process`]: the one call that is `main`: settings, logs, signals, admin page, exit code;
//! - [`shutdown`]: how a process is asked to stop, and how long it may take;
//! - [`telemetry`]: logs, and OTLP traces that follow one post across services;
//! - [`metrics`]: what is counted, and the Prometheus page that shows it;
//! - [`health`] and [`admin`]: is this process alive, is it ready, and why not;
//! - [`listen`], [`grpc`], [`http`]: sockets, and how they are served until the process stops;
//! - [`problem`]: errors as other systems read them (RFC 9457 over HTTP, `google.rpc` details over gRPC);
//! - [`webhook`]: Standard Webhooks, signed and verified;
//! - [`clock`]: the time, real or simulated.
//!
//! Nothing here knows what a post or a conversation is.

// `section!` names this crate by its name, here as elsewhere.
extern crate self as service;

pub mod admin;
pub mod clock;
pub mod config;
pub mod grpc;
pub mod health;
pub mod http;
pub mod listen;
pub mod metrics;
pub mod problem;
pub mod process;
pub mod shutdown;
pub mod telemetry;
pub mod webhook;

pub use clock::Clock;
pub use health::Health;
pub use process::{Process, main, tool};
pub use shutdown::Shutdown;
