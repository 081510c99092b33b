//! The tests of the whole system, one binary: the shape of the code, what is shipped, and the flow of a post.

mod architecture;
mod deploy;
