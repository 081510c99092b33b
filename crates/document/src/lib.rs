//! YAML that people write for Earshot, read so that every fault of a file is told at once, with its line, its column and its
//! cure. The formats (brand settings, scenarios) are described by [`shape`]s and read by hand from the [`tree`] with the
//! steps of the [`reader`]; [`suggest`] finds what was probably meant, and [`problem`] is how it is told.
//!
//! The crate is pure: it opens nothing.

pub mod duration;
pub mod problem;
pub mod reader;
pub mod shape;
pub mod suggest;
pub mod tree;

pub use problem::{Problem, Problems};
pub use reader::{Fields, Reader};
pub use shape::{Key, Shape};
pub use tree::{Entry, Node, Place, Value};
