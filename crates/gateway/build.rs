//! Tells cargo that the console's built files are a part of this crate, so that a new build of the console is embedded
//! anew. The folder is made here when it is missing: what cargo watches must exist, or every build would begin afresh.

const DIST: &str = "../console/dist";

fn main() {
    // A source tree that cannot be written to has no console to embed either, and that is allowed.
    let _ = std::fs::create_dir_all(DIST);
    println!("cargo:rerun-if-changed={DIST}");
}
