//! Packs the project's own sets, which the program carries so that training needs only the foreign ones.

use std::io::Write;
use std::path::Path;

use flate2::{Compression, GzBuilder};

const SETS: [&str; 9] =
    ["posts", "open_labels", "social", "lexicon", "cues", "phrases", "words", "complaint_or_not", "bank_chat"];

fn main() -> std::io::Result<()> {
    let out = std::env::var("OUT_DIR").map_err(std::io::Error::other)?;
    for set in SETS {
        let from = format!("data/{set}.jsonl");
        println!("cargo:rerun-if-changed={from}");
        let to = std::fs::File::create(Path::new(&out).join(format!("{set}.jsonl.gz")))?;
        let mut gzip = GzBuilder::new().mtime(0).write(to, Compression::best());
        gzip.write_all(&std::fs::read(from)?)?;
        gzip.finish()?;
    }
    Ok(())
}
