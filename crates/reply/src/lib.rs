//! What goes out is fit to send.

mod acts;
mod fold;
pub mod guard;
pub mod length;
mod lexicon;
mod marks;
mod reading;
mod sentences;
pub mod spelling;
pub mod split;

pub use acts::{Acts, acts, code};
