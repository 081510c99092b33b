//! How many microseconds `recognise` takes for a post: `cargo run --release --example recognise_speed [FILE]`.
//!
//! Reads one post a line from the file, or the labelled lines beside the crate.

use std::time::Instant;

use classifier::recognise::recognise;

/// How often every post is read.
const ROUNDS: usize = 50;

fn main() {
    let file =
        std::env::args().nth(1).unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/data/personal.jsonl").into());
    let text = std::fs::read_to_string(&file).expect("the file with posts can be read");
    let posts: Vec<String> = text
        .lines()
        .map(|line| match serde_json::from_str::<serde_json::Value>(line) {
            Ok(row) => row["text"].as_str().unwrap_or(line).to_owned(),
            Err(_) => line.to_owned(),
        })
        .collect();
    let mut found = Vec::new();
    let mut entities = 0;
    let start = Instant::now();
    for _ in 0..ROUNDS {
        for post in &posts {
            recognise(std::hint::black_box(post), &mut found);
            entities += found.len();
        }
    }
    let micros = start.elapsed().as_secs_f64() * 1e6 / (ROUNDS * posts.len().max(1)) as f64;
    let bytes = posts.iter().map(String::len).sum::<usize>() / posts.len().max(1);
    println!("{micros:.2} µs a post, {} posts of {bytes} bytes, {} entities", posts.len(), entities / ROUNDS);
}
