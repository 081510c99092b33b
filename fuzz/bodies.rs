//! What must hold of any input, called by the fuzz targets and by the tests of the classifier.

#![allow(dead_code, reason = "each target calls one body")]

use std::sync::OnceLock;

use classifier::cli;
use classifier::manifest::Manifest;
use classifier::model::Model;
use classifier::recognise;
use classifier::text::{self, MAX_BYTES};
use sha2::{Digest, Sha256};

fn shipped() -> &'static Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    MODEL.get_or_init(Model::shipped)
}

/// A normal form has no capital, no control character, and single spaces inside only.
pub fn normalise(data: &[u8]) {
    let raw = String::from_utf8_lossy(data);
    let normal = text::normalise(&raw);
    assert!(!normal.starts_with(' ') && !normal.ends_with(' ') && !normal.contains("  "));
    assert!(!normal.chars().any(|c| c.is_ascii_uppercase() || c.is_control()));
}

/// Every text has an answer, the same one each time, which JSON can hold.
pub fn classify(data: &[u8]) {
    let raw = String::from_utf8_lossy(data);
    let answer = serde_json::to_string(&shipped().classify(&raw)).expect("an answer is JSON");
    assert!(!answer.contains("null"), "a number is not finite: {answer}");
    assert_eq!(answer, serde_json::to_string(&shipped().classify(&raw)).expect("an answer is JSON"));
}

/// Entities stand in the text, between characters, in order, apart from one another.
pub fn recognise(data: &[u8]) {
    let raw = String::from_utf8_lossy(data);
    let mut found = Vec::new();
    recognise::recognise(&raw, &mut found);
    let mut end = 0;
    for entity in &found {
        assert!(entity.at.start >= end && entity.at.start < entity.at.end && entity.at.end <= MAX_BYTES);
        assert!(raw.get(entity.at.clone()).is_some(), "{entity:?} is not between characters");
        assert!((0.0..=1.0).contains(&entity.confidence));
        end = entity.at.end;
    }
}

/// Bytes are a model or an error that says what to do; so is a whole file with these bytes as its header.
pub fn model_file(data: &[u8]) {
    let mut whole = Vec::from(b"EARSHOTM");
    whole.extend_from_slice(&classifier::model::FORMAT_VERSION.to_le_bytes());
    whole.extend_from_slice(&(data.len() as u32).to_le_bytes());
    whole.extend_from_slice(&Sha256::digest(data));
    whole.extend_from_slice(data);
    for bytes in [data.to_vec(), whole] {
        match Model::from_bytes("any", bytes) {
            Ok(model) => drop(model.classify("where is my bag?")),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

/// Bytes are a manifest or an error; the sets that a manifest names are read or missing.
pub fn manifest(data: &[u8]) {
    let dir = std::env::temp_dir().join(format!("earshot-manifest-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a temporary directory can be made");
    let file = dir.join(format!("{:?}.json", std::thread::current().id()).replace(['(', ')'], "-"));
    std::fs::write(&file, data).expect("a temporary file can be written");
    match Manifest::load(&file) {
        Ok(manifest) => {
            // Plain names only: a fuzzer must not read devices.
            for set in manifest.sets.iter().filter(|set| !set.file.contains('/') && !set.file.is_empty()) {
                let _ = manifest.read(set, &dir, |_| ());
                let _ = set.stem();
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let _ = std::fs::remove_file(&file);
}

/// A stream is answered line by line up to the first line that is no post, which is named.
pub fn jsonl(data: &[u8]) {
    let mut answers = Vec::new();
    let lines = match cli::classify(shipped(), data, &mut answers) {
        Ok(lines) => lines,
        Err(cli::CliError::Line { line, .. }) => line - 1,
        Err(error) => panic!("bytes in memory cannot fail otherwise: {error}"),
    };
    let answers = String::from_utf8(answers).expect("answers are JSON");
    assert_eq!(answers.lines().count(), lines);
    for answer in answers.lines() {
        serde_json::from_str::<serde_json::Value>(answer).expect("every answer is one JSON value");
    }
}
