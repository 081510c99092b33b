//! The pure core, told as stories: given what has happened, when something is asked for, then these facts follow. One
//! module a chapter, whole conversations after them, and at the end what must hold for every story there can be.

#![allow(clippy::unwrap_used, reason = "a test may unwrap: its panic is its answer")]

mod callback;
mod chance;
mod classified;
mod corrected;
mod customer;
mod deadlines;
mod desk;
mod gone_on;
mod life;
mod notice;
mod orders;
mod placed;
mod properties;
mod received;
mod reclassified;
mod replied;
mod resolved;
mod rising;
mod routed;
mod silence;
mod steps;
mod surge;
mod world;
