//! A scenario is a real course of events in virtual time: what customers, the public and a brand's people did, minute by
//! minute, and what the system must have made of it. This crate reads such files ([`read`]), plays them through the decisions
//! of the services ([`world`]) and says which expectations hold ([`expect`], [`report`]).
//!
//! It knows all services and starts none of them: it calls their pure parts, so a scenario says how the same brand settings
//! behave in a running system. `docs/scenarios.md` is the reference of the format.

pub mod archive;
pub mod expect;
pub mod fields;
pub mod format;
mod keys;
mod load;
mod play;
pub mod read;
pub mod report;
pub mod trace;
pub mod world;

pub use archive::Archive;
pub use format::Scenario;
pub use load::{LoadError, Loaded, load};
pub use play::{Played, play};
pub use report::{Line, Report};
pub use world::{Faults, LATE_MOST_SECONDS};
