//! What the guard says of replies that people really sent: shares by kind, and how fast it and the split are.
//!
//! `cargo run --release -p earshot-reply --example guard -- DIR [--sample N] [--seed S] [--only KIND]
//! [--dictionaries FOLDER]`; DIR holds `conv_*.jsonl.gz`, lines with `thread`, `role` and `text`. With `--sample`, N replies
//! that have findings (of a kind) are printed for people to judge; the same seed draws the same. Nothing is written.

use flate2::read::GzDecoder;
use reply::guard::{Context, Customer, Draft, Finding, Kind, Severity, Voice, check};
use reply::length::Limit;
use reply::spelling::{Dictionaries, FOLDERS};
use reply::split::{Split, split};
use reply::{Acts, acts};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::Instant;

struct Message {
    thread: String,
    language: String,
    of_agent: bool,
    text: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("name the folder with conv_*.jsonl.gz")?;
    let (mut sample, mut seed, mut only) = (0, 1_u64, String::new());
    let mut folders = FOLDERS.map(PathBuf::from).to_vec();
    let mut drawn = Vec::new();
    while let Some(option) = arguments.next() {
        let value = arguments.next().ok_or("an option needs a value")?;
        match &*option {
            "--sample" => sample = value.parse()?,
            "--dictionaries" => folders = vec![PathBuf::from(value)],
            "--seed" => seed = value.parse()?,
            "--only" => only = value,
            other => return Err(format!("`{other}` is no option").into()),
        }
    }
    let dictionaries = Dictionaries::read(&folders, &["en", "de", "es", "fr", "pt"]);
    println!("dictionaries of English: {:?}", dictionaries.names("en"));
    for path in sets(Path::new(&folder))? {
        let messages = read(&path)?;
        let findings = report(&path, &messages, &dictionaries);
        let wanted = |found: &&Finding| only.is_empty() || found.kind.as_str() == only;
        for (at, found) in findings {
            let shown: Vec<String> = found
                .iter()
                .filter(wanted)
                .map(|found| format!("    {}: {:?}", found.kind.as_str(), messages[at].text.get(found.at.clone())))
                .collect();
            if !shown.is_empty() {
                drawn.push((drawn_by(seed, drawn.len()), messages[at].text.replace('\n', " / "), shown));
            }
        }
    }
    drawn.sort();
    for (_, text, shown) in drawn.iter().take(sample) {
        println!("--- {text}\n{}", shown.join("\n"));
    }
    Ok(())
}

/// A number that orders what is drawn: the same for the same seed and place, and otherwise as if by chance.
fn drawn_by(seed: u64, place: usize) -> u64 {
    let mut mixed = (seed << 32 ^ place as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

fn sets(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("conv_")))
        .collect();
    found.sort();
    Ok(found)
}

fn read(path: &Path) -> Result<Vec<Message>, Box<dyn std::error::Error>> {
    let mut messages = Vec::new();
    for line in BufReader::new(GzDecoder::new(std::fs::File::open(path)?)).lines() {
        let row: serde_json::Value = serde_json::from_str(&line?)?;
        let field = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        messages.push(Message {
            thread: field("thread"),
            language: field("lang"),
            of_agent: field("role") == "agent",
            text: field("text"),
        });
    }
    Ok(messages)
}

/// Prints shares and speeds of a set; gives the replies with findings.
fn report(path: &Path, messages: &[Message], dictionaries: &Dictionaries) -> Vec<(usize, Vec<Finding>)> {
    let mut kinds: BTreeMap<(Kind, Severity), usize> = BTreeMap::new();
    let (mut replies, mut stopped, mut warned) = (0_usize, 0_usize, 0_usize);
    let mut with_findings = Vec::new();
    let mut earlier = Acts::default();
    let mut seconds = 0.0;
    for (at, message) in messages.iter().enumerate() {
        if at == 0 || messages[at - 1].thread != message.thread {
            earlier = Acts::default();
        }
        if !message.of_agent {
            continue;
        }
        let customer_wrote = at.checked_sub(1).map(|before| [&*messages[before].text]);
        let begun = Instant::now();
        let found = check(
            &Draft { text: &message.text, recognised: &[] },
            &Context {
                language: &message.language,
                customer: Customer::default(),
                brand: Voice::default(),
                customer_wrote: customer_wrote.as_ref().map_or(&[], |words| words.as_slice()),
                earlier: Some(&earlier),
                dictionaries: Some(dictionaries),
                ..Context::default()
            },
        );
        seconds += begun.elapsed().as_secs_f64();
        earlier.add(&acts(&message.text, &message.language));
        replies += 1;
        let stops = found.iter().any(|found| found.severity == Severity::Stop);
        stopped += usize::from(stops);
        warned += usize::from(!stops && !found.is_empty());
        let mut seen: Vec<(Kind, Severity)> = found.iter().map(|found| (found.kind, found.severity)).collect();
        seen.sort_unstable();
        seen.dedup();
        for kind in seen {
            *kinds.entry(kind).or_default() += 1;
        }
        if !found.is_empty() {
            with_findings.push((at, found));
        }
    }
    let share = |count: usize| 100.0 * count as f64 / replies.max(1) as f64;
    println!("\n{}: {replies} replies", path.file_name().unwrap_or_default().to_string_lossy());
    println!(
        "stopped {:.2} %, warned {:.2} %, {:.0} drafts/s",
        share(stopped),
        share(warned),
        replies as f64 / seconds
    );
    for ((kind, severity), count) in kinds {
        println!("  {:?} {}: {count} ({:.2} %)", severity, kind.as_str(), share(count));
    }
    splits(messages);
    with_findings
}

fn splits(messages: &[Message]) {
    let plan = Split { limit: Limit::of("x", false), reserved: 0, parts_at_most: 20, signature: "" };
    let long: Vec<String> =
        messages.chunks(8).map(|texts| texts.iter().map(|m| &*m.text).collect::<Vec<_>>().join(" ")).collect();
    let begun = Instant::now();
    let parts: usize = long.iter().filter_map(|text| split(text, &plan).ok()).map(|parts| parts.len()).sum();
    let seconds = begun.elapsed().as_secs_f64();
    println!("  {} texts in {parts} parts for X, {:.0} splits/s", long.len(), long.len() as f64 / seconds);
}
