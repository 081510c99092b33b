//! Which sets a model learns from, what their labels mean to the heads, and what their licences allow.
//!
//! The manifest is the written-down table of `data/manifest.json`: for each set its licence class, and for each head a weight
//! and rules from the set's own labels to ours. The first rule that fits a row decides; a row that no rule fits does not
//! speak to that head. A set of class `own` lies beside the manifest; every other lies in the data directory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::corpus::{self, CorpusError, Row};

/// The heads and their labels, but for the language head, whose labels are the languages of its sets.
pub const SENTIMENTS: [&str; 3] = ["negative", "neutral", "positive"];
/// What a customer wants; see `data/README.md` for the guidelines.
pub const INTENTS: [&str; 6] = ["complaint", "question", "request", "praise", "noise", "other"];
/// What the language head answers when it is not sure enough.
pub const UNDETERMINED: &str = "und";

/// What a head decides about a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HeadName {
    /// Which language it is written in.
    Language,
    /// How the customer feels.
    Sentiment,
    /// What the customer wants.
    Intent,
}

impl HeadName {
    /// All heads, in the order of the model file.
    pub const ALL: [HeadName; 3] = [HeadName::Language, HeadName::Sentiment, HeadName::Intent];

    /// The name in files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            HeadName::Language => "language",
            HeadName::Sentiment => "sentiment",
            HeadName::Intent => "intent",
        }
    }

    /// The labels of the head, unless they come from the data.
    pub fn labels(self) -> Option<&'static [&'static str]> {
        match self {
            HeadName::Language => None,
            HeadName::Sentiment => Some(&SENTIMENTS),
            HeadName::Intent => Some(&INTENTS),
        }
    }
}

/// What the licence of a set allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Licence {
    /// Written for this project.
    Own,
    /// Allows commercial use.
    Open,
    /// Not stated.
    Unclear,
    /// Non-commercial only.
    Nc,
}

/// Which sets a training may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LicenceFilter {
    /// Own and open sets: what a shipped model may learn from.
    #[default]
    Open,
    /// Every set: for measuring, never to be shipped.
    Any,
}

impl LicenceFilter {
    /// Whether a set of this licence may be used.
    pub fn admits(self, licence: Licence) -> bool {
        self == LicenceFilter::Any || matches!(licence, Licence::Own | Licence::Open)
    }

    /// The name in files and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            LicenceFilter::Open => "open",
            LicenceFilter::Any => "any",
        }
    }
}

/// The table of sets.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// In the order of reading, which is part of the recipe.
    pub sets: Vec<Set>,
    /// Where sets of class `own` lie; `None` for the manifest inside the program, which carries them.
    #[serde(skip)]
    beside: Option<PathBuf>,
}

/// One set.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// File name in the data directory, or beside the manifest.
    pub file: String,
    /// Its class.
    pub licence: Licence,
    /// Its licence in words.
    pub terms: String,
    /// Anything a reader should know.
    #[serde(default)]
    pub note: String,
    /// Rows with one of these labels are not read.
    #[serde(default)]
    pub skip: BTreeMap<String, Vec<String>>,
    /// What the set says to each head.
    pub heads: BTreeMap<HeadName, Task>,
}

/// What a set says to one head.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// How much a row counts, beside a row of weight 1.
    pub weight: f32,
    /// How many rows of each language are used at most; all when not given.
    #[serde(default)]
    pub most: Option<usize>,
    /// From the set's labels to ours; empty when it uses ours (or the short `neg`, `neu`, `pos`).
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// One line of the table from foreign labels to ours.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Every named label must have one of the values.
    pub when: BTreeMap<String, Vec<String>>,
    /// Whether the text must, or must not, hold a question mark.
    #[serde(default)]
    pub asks: Option<bool>,
    /// Our label.
    pub is: String,
}

/// Why a manifest cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The file is missing or unreadable.
    #[error("cannot read the manifest {path}: {source}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not a manifest.
    #[error("{path}: {source}; see data/README.md of the classifier for the form")]
    Parse {
        /// Which file.
        path: PathBuf,
        /// What is wrong and where.
        source: serde_json::Error,
    },
    /// A rule answers a label that its head does not have.
    #[error("{path}: set {file}: head {head} has no label {label:?}; it has {known}")]
    Label {
        /// Which manifest.
        path: PathBuf,
        /// Which set.
        file: String,
        /// Which head.
        head: &'static str,
        /// The unknown label.
        label: String,
        /// What the head has.
        known: String,
    },
    /// A weight that nothing can be learned with.
    #[error("{path}: set {file}: the weight for head {head} must be a number above 0")]
    Weight {
        /// Which manifest.
        path: PathBuf,
        /// Which set.
        file: String,
        /// Which head.
        head: &'static str,
    },
    /// A set that the training needs is not there.
    #[error(
        "set {file} is not in {dir}; give the directory that holds it with --data, or take the set out of the manifest"
    )]
    MissingSet {
        /// Which set.
        file: String,
        /// Where it was looked for.
        dir: PathBuf,
    },
    /// A set cannot be read.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
}

/// The sets that the program carries, so that training needs only the foreign ones.
const CARRIED: [(&str, &str); 3] = [
    ("posts.jsonl", include_str!("../data/posts.jsonl")),
    ("phrases.jsonl", include_str!("../data/phrases.jsonl")),
    ("words.jsonl", include_str!("../data/words.jsonl")),
];

impl Manifest {
    /// The manifest that the shipped model was trained from.
    pub fn shipped() -> Manifest {
        Manifest::parse(Path::new("the built-in manifest"), include_str!("../data/manifest.json"), None)
            .expect("a test reads the manifest that is built in")
    }

    /// Reads a manifest; sets of class `own` lie beside it.
    pub fn load(path: &Path) -> Result<Manifest, ManifestError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| ManifestError::Read { path: path.to_owned(), source })?;
        let beside = path.parent().unwrap_or(Path::new("")).to_owned();
        Manifest::parse(path, &text, Some(beside))
    }

    fn parse(path: &Path, text: &str, beside: Option<PathBuf>) -> Result<Manifest, ManifestError> {
        let mut manifest: Manifest =
            serde_json::from_str(text).map_err(|source| ManifestError::Parse { path: path.to_owned(), source })?;
        manifest.beside = beside;
        for set in &manifest.sets {
            for (head, task) in &set.heads {
                if !(task.weight.is_finite() && task.weight > 0.0) {
                    let (path, file) = (path.to_owned(), set.file.clone());
                    return Err(ManifestError::Weight { path, file, head: head.as_str() });
                }
                let Some(known) = head.labels() else { continue };
                if let Some(rule) = task.rules.iter().find(|rule| !known.contains(&rule.is.as_str())) {
                    return Err(ManifestError::Label {
                        path: path.to_owned(),
                        file: set.file.clone(),
                        head: head.as_str(),
                        label: rule.is.clone(),
                        known: known.join(", "),
                    });
                }
            }
        }
        Ok(manifest)
    }

    /// The set that a file of this name belongs to: the longest set name that the file's name starts with, so that
    /// `umsab.dev.jsonl` is measured by the rules of `umsab.jsonl.gz`.
    pub fn set_of(&self, file: &Path) -> Option<&Set> {
        let name = file.file_name()?.to_str()?;
        self.sets.iter().filter(|set| name.starts_with(set.stem())).max_by_key(|set| set.stem().len())
    }

    /// Reads the rows of a set that are not to be skipped.
    pub fn read(&self, set: &Set, data: &Path, mut each: impl FnMut(Row)) -> Result<(), ManifestError> {
        let each = |row: Row| {
            if !set.skips(&row) {
                each(row);
            }
        };
        let dir = match (&self.beside, set.licence) {
            (Some(beside), Licence::Own) => beside.as_path(),
            (None, Licence::Own) => {
                let carried = CARRIED.iter().find(|(file, _)| *file == set.file);
                let (file, text) = carried.expect("a test reads every own set of the built-in manifest");
                return Ok(corpus::read_text(file, text, each)?);
            }
            _ => data,
        };
        let path = dir.join(&set.file);
        if !path.exists() {
            return Err(ManifestError::MissingSet { file: set.file.clone(), dir: dir.to_owned() });
        }
        Ok(corpus::read(&path, each)?)
    }
}

impl Set {
    /// The file's name without what says that it is JSON Lines.
    pub fn stem(&self) -> &str {
        let name = self.file.strip_suffix(".gz").unwrap_or(&self.file);
        name.strip_suffix(".jsonl").unwrap_or(name)
    }

    fn skips(&self, row: &Row) -> bool {
        self.skip.iter().any(|(label, values)| row.label(label).is_some_and(|v| values.contains(&v)))
    }

    /// What the row says to the head by the rules of this set.
    pub fn answer(&self, head: HeadName, row: &Row) -> Option<String> {
        answer(head, self.heads.get(&head).map_or(&[], |task| &task.rules), row)
    }
}

/// What a row says to a head: by `rules` if there are any, else by its own labels if they are ours.
pub fn answer(head: HeadName, rules: &[Rule], row: &Row) -> Option<String> {
    if head == HeadName::Language {
        return (!row.lang.is_empty() && row.lang != UNDETERMINED).then(|| row.lang.clone());
    }
    if !rules.is_empty() {
        return rules.iter().find(|rule| rule.fits(row)).map(|rule| rule.is.clone());
    }
    let own = row.label(head.as_str())?;
    let ours = match own.as_str() {
        "neg" => "negative",
        "neu" => "neutral",
        "pos" => "positive",
        other => other,
    };
    head.labels()?.contains(&ours).then(|| ours.to_owned())
}

impl Rule {
    fn fits(&self, row: &Row) -> bool {
        self.asks.is_none_or(|asks| asks == row.text.contains(['?', '؟', '？']))
            && self.when.iter().all(|(label, values)| row.label(label).is_some_and(|v| values.contains(&v)))
    }
}

/// Which part of its set a row belongs to, decided by its id for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Learned from.
    Train,
    /// Only the confidence is fitted to it.
    Calibrate,
    /// Never looked at in training: measures are taken here.
    Test,
}

/// The part of a row: a fifth of the project's posts and a twentieth of every other set are test.
pub fn part(set: &Set, id: &str) -> Part {
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    let mixed = crate::math::Shuffle(hash).next();
    match (set.licence, set.stem()) {
        // Phrases and word lists are for learning only: they are no posts.
        (Licence::Own, "phrases" | "words") => Part::Train,
        (Licence::Own, _) if mixed.is_multiple_of(5) => Part::Test,
        (Licence::Own, _) => Part::Train,
        _ => match mixed % 20 {
            0 => Part::Test,
            1 => Part::Calibrate,
            _ => Part::Train,
        },
    }
}
