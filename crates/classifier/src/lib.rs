//! The second step of a post's way: what language it is in, how the customer feels, and what he wants.
//!
//! A compact linear model that the project trains, ships and explains by itself. From the inside out: [`text`] brings a post
//! into normal form, [`features`] hashes its words and n-grams, [`model`] adds up what they say, with confidence and reasons.
//! [`recognise`] needs no model: it finds the numbers, names of places and sums that identify somebody, by rules and a table.
//! Beside them stands how the model comes to be: [`corpus`] reads labelled posts, [`manifest`] says which sets may be used and
//! what their labels mean, [`train`] learns, [`eval`] measures, and [`cli`] is what the commands do. All that is a function of
//! its input: no network, no clock, no randomness.
//!
//! [`backend`] is who answers in the service: this model, a transformer beside it, or another service; [`serve`] is the
//! service.

pub mod backend;
pub mod card;
pub mod cli;
pub mod corpus;
pub mod corrections;
pub mod eval;
pub mod features;
mod files;
pub mod manifest;
mod math;
pub mod model;
pub mod reclassify;
pub mod serve;
pub mod train;

pub use ::recognise;
pub use recognise::text;

/// The file of the shipped model; [`model::Model::shipped`] reads it.
pub static SHIPPED: &[u8] = include_bytes!("../model/earshot.model");
