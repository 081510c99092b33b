//! Golden bytes: `tests/golden/<Fact>.v<N>.hex`, one file for each form a fact was ever written in. They are added
//! when a fact is, by `UPDATE_GOLDEN=1 cargo test -p earshot-wire`, and never changed or removed: a log holds such
//! bytes for years.

use crate::canon;
use conversation::Fact;
use conversation::classified::Head;
use conversation::deadlines::DeadlineClock;
use conversation::received::KeptAs;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The form in which records are written today, by fact; those not named are at 1.
const NEWEST: &[(&str, u32)] = &[
    ("PostReceived", 2),
    ("PostFiltered", 2),
    ("PostClassified", 2),
    ("Routed", 2),
    ("DeadlineSet", 2),
    ("Claimed", 2),
    ("ReplySubmitted", 2),
];

/// A deadline that comes due is no fact, but its bytes wait in the log all the same.
const DUE: &str = "DeadlineDue";

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// Whether the golden files that are missing are to be made.
pub fn update() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1")
}

fn newest(name: &str) -> u32 {
    NEWEST.iter().find(|(known, _)| *known == name).map_or(1, |(_, version)| *version)
}

fn canonical_bytes(name: &str) -> Vec<u8> {
    if name == DUE { wire::encode_due(&canon::due()).to_vec() } else { wire::encode(&canon::record(name)).to_vec() }
}

fn to_hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for line in bytes.chunks(32) {
        for byte in line {
            write!(text, "{byte:02x}").unwrap();
        }
        text.push('\n');
    }
    text
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    assert!(digits.len().is_multiple_of(2), "half a byte");
    digits.chunks(2).map(byte).collect()
}

/// Every golden file: (name, version) -> bytes.
fn golden() -> BTreeMap<(String, u32), Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let Some(name) = name.strip_suffix(".hex") else { continue };
        let (name, version) = name.split_once(".v").unwrap_or_else(|| panic!("{name}: call it <Fact>.v<N>.hex"));
        let bytes = from_hex(&std::fs::read_to_string(&path).unwrap());
        files.insert((name.to_owned(), version.parse().unwrap()), bytes);
    }
    files
}

/// Makes the files that are missing. `create_new` is what keeps it from ever touching one that is there.
fn add_missing() {
    for name in Fact::NAMES.iter().copied().chain([DUE]) {
        let path = folder().join(format!("{name}.v{}.hex", newest(name)));
        match std::fs::File::create_new(&path) {
            Ok(mut file) => {
                std::io::Write::write_all(&mut file, to_hex(&canonical_bytes(name)).as_bytes()).unwrap();
                eprintln!("added {}", path.display());
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }
}

#[test]
fn every_fact_has_golden_bytes_which_read_and_are_written_so_today() {
    if update() {
        add_missing();
    }
    let golden = golden();
    for name in Fact::NAMES {
        let version = newest(name);
        let bytes = golden
            .get(&((*name).to_owned(), version))
            .unwrap_or_else(|| panic!("{name}.v{version}.hex is missing: run with UPDATE_GOLDEN=1, or restore it"));
        let expected = canon::record(name);
        assert_eq!(expected.facts[0].name(), *name);
        assert_eq!(wire::decode(bytes).as_ref(), Ok(&expected), "{name}: these bytes are in logs and must read");
        assert_eq!(to_hex(&wire::encode(&expected)), to_hex(bytes), "{name}: a new form needs a new version");
    }
}

#[test]
fn every_golden_file_ever_added_reads() {
    for ((name, version), bytes) in golden() {
        if name == DUE {
            assert_eq!(wire::decode_due(&bytes), Ok(canon::due()), "version {version}");
            assert_eq!(wire::encode_due(&canon::due()), bytes);
            continue;
        }
        let record = wire::decode(&bytes).unwrap_or_else(|error| panic!("{name}.v{version}: {error}"));
        assert!((1..=newest(&name)).contains(&version), "{name}: version {version} is not known here");
        if version == newest(&name) {
            assert_eq!(record.facts[0].name(), name);
        }
    }
}

/// What `NAMES` lists today was listed when its numbers were written down; a fact that is gone from the code still
/// stands in logs.
#[test]
fn no_fact_has_left() {
    let known: Vec<String> = golden().into_keys().map(|(name, _)| name).filter(|name| name != DUE).collect();
    for name in known {
        assert!(Fact::NAMES.contains(&name.as_str()), "{name} is written in logs and must stay readable");
    }
}

#[test]
fn hex_reads_back() {
    let bytes: Vec<u8> = (0..=255).collect();
    assert_eq!(from_hex(&to_hex(&bytes)), bytes);
}

/// Logs of versions that had three heads are read by this one for years: the other heads are simply not there.
#[test]
fn a_classification_of_three_heads_reads_without_the_others() {
    let bytes = golden().remove(&("PostClassified".to_owned(), 1)).expect("the first form is kept");
    let record = wire::decode(&bytes).expect("it reads");
    let Fact::PostClassified(class) = &record.facts[0] else { panic!("{record:?}") };
    let labels = Head::ALL.map(|head| &*class.head(head).label);
    assert_eq!(labels, ["et", "negative", "complaint", "", "", "", "", ""]);
    assert!(class.recognised.is_empty() && class.backend.is_empty() && !class.intent.unsure);
    assert_eq!(to_hex(&wire::encode(&record)), to_hex(&bytes), "and it is written so again");
}

/// What a fact did not say when it was first written reads as what was true then: another team, a clock by opening hours, an
/// offer in a reply are things that those versions did not know.
#[test]
fn first_forms_read_without_what_came_later() {
    let read = |name: &str| {
        let bytes = golden().remove(&(name.to_owned(), 1)).unwrap_or_else(|| panic!("{name}.v1.hex is kept"));
        wire::decode(&bytes).expect("it reads").facts.remove(0)
    };
    // The canonical fact without what its first form lacks.
    let first = |name: &str| {
        let mut fact = canon::record(name).facts.remove(0);
        match &mut fact {
            Fact::PostReceived(fact) => fact.language.clear(),
            Fact::PostFiltered(fact) => {
                fact.kept_as = KeptAs::Filtered;
                fact.post.language.clear();
            }
            Fact::Routed(fact) => {
                fact.topic.clear();
                fact.needs_skills.clear();
                (fact.home_team, fact.away_until) = (None, None);
            }
            Fact::DeadlineSet(fact) => (fact.clock, fact.warn_at) = (DeadlineClock::Calendar, None),
            Fact::Claimed(fact) => fact.team = None,
            Fact::ReplySubmitted(fact) => {
                fact.offers.clear();
                fact.asks.clear();
                fact.warnings.clear();
                fact.overrode.clear();
                fact.notice.clear();
                (fact.part, fact.parts) = (1, 1);
            }
            other => panic!("{} has one form", other.name()),
        }
        fact
    };
    for name in ["PostReceived", "PostFiltered", "Routed", "DeadlineSet", "Claimed", "ReplySubmitted"] {
        assert_eq!(read(name), first(name));
    }
}
