//! Which sets a model learns from, what their labels mean to the heads, and what their licences allow.
//!
//! The manifest is the written-down table of `data/manifest.json`: for each set its licence class, and for each head a weight
//! and rules from the set's own labels to ours. The first rule that fits a row decides; a row that no rule fits does not
//! speak to that head. A set of class `own` lies beside the manifest; every other lies in the data directory.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use conversation::classified::Head;
use serde::Deserialize;

use crate::corpus::{self, CorpusError, Row};

/// What the language head answers when it is not sure enough.
pub const UNDETERMINED: &str = "und";

/// What a post is about, by industry; see `data/guidelines.md`.
pub use conversation::classified::TOPICS;

/// What a head decides about a post.
///
/// Heads with a name of their own here are asked of every post. Any other name is a head of single sets, whose labels come
/// from the data: a model may have it for measuring, or for a brand that wants exactly those labels.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(from = "String")]
pub struct HeadName(Cow<'static, str>);

impl HeadName {
    /// Which language it is written in.
    pub const LANGUAGE: HeadName = HeadName(Cow::Borrowed("language"));
    /// How the customer feels.
    pub const SENTIMENT: HeadName = HeadName(Cow::Borrowed("sentiment"));
    /// What the customer wants.
    pub const INTENT: HeadName = HeadName(Cow::Borrowed("intent"));
    /// What it is about.
    pub const TOPIC: HeadName = HeadName(Cow::Borrowed("topic"));
    /// Whether harm or loss comes within hours.
    pub const URGENCY: HeadName = HeadName(Cow::Borrowed("urgency"));
    /// Whether the customer leaves the brand, or threatens to.
    pub const CHURN: HeadName = HeadName(Cow::Borrowed("churn"));
    /// Whether the customer wants to be called.
    pub const CALL: HeadName = HeadName(Cow::Borrowed("call"));
    /// Whether the customer thanks or says that it is solved.
    pub const CLOSING: HeadName = HeadName(Cow::Borrowed("closing"));

    /// In which voice of its language a post is heard: the other heads are keyed by it, and nobody is told.
    pub const VOICE: HeadName = HeadName(Cow::Borrowed("voice"));

    /// The heads that every post is asked, in the order of the model file.
    pub const EVERY_POST: [HeadName; 8] = [
        HeadName::LANGUAGE,
        HeadName::SENTIMENT,
        HeadName::INTENT,
        HeadName::TOPIC,
        HeadName::URGENCY,
        HeadName::CHURN,
        HeadName::CALL,
        HeadName::CLOSING,
    ];

    /// The name in files and reports.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The labels of the head, unless they come from the data.
    pub fn labels(&self) -> Option<&'static [&'static str]> {
        match self.as_str() {
            "sentiment" => Head::Sentiment.labels(),
            "intent" => Head::Intent.labels(),
            "topic" => Some(TOPICS),
            "urgency" => Some(&["normal", "urgent"]),
            "churn" => Head::Churn.labels(),
            "call" => Some(&["none", "wanted"]),
            "closing" => Some(&["none", "thanks"]),
            _ => None,
        }
    }

    /// What the head answers to a post without words.
    pub fn silent(&self) -> Option<&'static str> {
        match self.as_str() {
            "language" => Some(UNDETERMINED),
            "sentiment" => Some("neutral"),
            "intent" => Some("other"),
            "topic" => Some("general.other"),
            "urgency" => Some("normal"),
            "churn" => Some("staying"),
            "call" | "closing" => Some("none"),
            _ => None,
        }
    }

    /// Whether every post is asked.
    pub fn is_common(&self) -> bool {
        HeadName::EVERY_POST.contains(self)
    }
}

impl From<String> for HeadName {
    fn from(name: String) -> HeadName {
        HeadName(Cow::Owned(name))
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
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
    /// The models that can be made from the sets, by name.
    pub models: BTreeMap<String, Variant>,
    /// In the order of reading, which is part of the recipe.
    pub sets: Vec<Set>,
    /// Where sets of class `own` lie; `None` for the manifest inside the program, which carries them.
    #[serde(skip)]
    beside: Option<PathBuf>,
}

/// One model that can be made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Which sets it may learn from.
    pub licence: LicenceFilter,
    /// The only sets it learns from, by stem; all that the licence admits when empty.
    #[serde(default)]
    pub only: Vec<String>,
    /// Whether its tables may be as large as the sets can fill.
    #[serde(default)]
    pub roomy: bool,
    /// Whether it tells the voices of a language apart.
    #[serde(default)]
    pub voices: bool,
    /// What it is for.
    pub purpose: String,
}

impl Variant {
    /// Whether the model learns from a set.
    pub fn admits(&self, set: &Set) -> bool {
        self.licence.admits(set.licence) && (self.only.is_empty() || self.only.iter().any(|stem| stem == set.stem()))
    }
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
    /// Whether its rows are labels for the rows of other sets: `{"set": "stem", "id": "...", "labels": {...}}`, without text.
    #[serde(default)]
    pub by_id: bool,
    /// Whether the set has a part for development of its own: rows with `split` `dev`.
    #[serde(default)]
    pub has_dev: bool,
    /// Rows with one of these labels are not read.
    #[serde(default)]
    pub skip: BTreeMap<String, Vec<String>>,
    /// How its rows speak, where a model tells the voices of a language apart.
    #[serde(default)]
    pub voice: Option<String>,
    /// What the set says to each head.
    pub heads: BTreeMap<HeadName, Task>,
}

/// What a set says to one head.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// How much a row counts, beside a row of weight 1.
    pub weight: f32,
    /// The set's own label that is the answer as it stands; [`Task::rules`] or the head's own name when absent.
    #[serde(default)]
    pub label: Option<String>,
    /// Only rows in these languages speak; all when empty.
    #[serde(default)]
    pub languages: Vec<String>,
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
        file: Box<str>,
        /// Which head.
        head: Box<str>,
        /// The unknown label.
        label: Box<str>,
        /// What the head has.
        known: Box<str>,
    },
    /// A set is named by a path, which could lead anywhere.
    #[error(
        "{path}: set {file:?} must be the name of a file without directories; sets lie beside the manifest or in --data"
    )]
    Outside {
        /// Which manifest.
        path: PathBuf,
        /// The name of the set.
        file: String,
    },
    /// A weight that nothing can be learned with.
    #[error("{path}: set {file}: the weight for head {head} must be a number above 0")]
    Weight {
        /// Which manifest.
        path: PathBuf,
        /// Which set.
        file: String,
        /// Which head.
        head: String,
    },
    /// There is no recipe for a model of this name.
    #[error("the manifest makes no model {name:?}; it makes {known}")]
    UnknownModel {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// Labels by row id name a set that the manifest does not have.
    #[error(
        "{file} labels rows of the set {set:?}, which the manifest does not have; add the set or take the labels out"
    )]
    UnknownSet {
        /// The file with the labels.
        file: String,
        /// The set that it names.
        set: String,
    },
    /// Labels by row id name a row that its set does not have.
    #[error("{file} labels the row {id:?} of the set {set}, which has no such row; is it another edition of the set?")]
    UnknownRow {
        /// The file with the labels.
        file: String,
        /// The set that it names.
        set: String,
        /// The row that it names.
        id: String,
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

/// The sets that the program carries, packed, so that training needs only the foreign ones.
const CARRIED: [(&str, &[u8]); 9] = [
    ("posts.jsonl", include_bytes!(concat!(env!("OUT_DIR"), "/posts.jsonl.gz"))),
    ("open_labels.jsonl", include_bytes!(concat!(env!("OUT_DIR"), "/open_labels.jsonl.gz"))),
    ("social.jsonl", include_bytes!(concat!(env!("OUT_DIR"), "/social.jsonl.gz"))),
    ("lexicon.jsonl", include_bytes!(concat!(env!("OUT_DIR"), "/lexicon.jsonl.gz"))),
    ("cues.jsonl", include_bytes!(concat!(env!("OUT_DIR"), "/cues.jsonl.gz"))),
    ("phrases.jsonl", include_bytes!(concat!(env!("OUT_DIR"), "/phrases.jsonl.gz"))),
    ("words.jsonl", include_bytes!(concat!(env!("OUT_DIR"), "/words.jsonl.gz"))),
    ("complaint_or_not.jsonl", include_bytes!(concat!(env!("OUT_DIR"), "/complaint_or_not.jsonl.gz"))),
    ("bank_chat.jsonl", include_bytes!(concat!(env!("OUT_DIR"), "/bank_chat.jsonl.gz"))),
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
            if Path::new(&set.file).file_name().is_none_or(|name| name != set.file.as_str()) {
                return Err(ManifestError::Outside { path: path.to_owned(), file: set.file.clone() });
            }
            for (head, task) in &set.heads {
                if !(task.weight.is_finite() && task.weight > 0.0) {
                    let (path, file) = (path.to_owned(), set.file.clone());
                    return Err(ManifestError::Weight { path, file, head: head.as_str().to_owned() });
                }
                let Some(known) = head.labels() else { continue };
                if let Some(rule) = task.rules.iter().find(|rule| !known.contains(&rule.is.as_str())) {
                    return Err(ManifestError::Label {
                        path: path.to_owned(),
                        file: set.file.as_str().into(),
                        head: head.as_str().into(),
                        label: rule.is.as_str().into(),
                        known: known.join(", ").into(),
                    });
                }
            }
        }
        Ok(manifest)
    }

    /// The model of this name.
    pub fn variant(&self, name: &str) -> Result<&Variant, ManifestError> {
        self.models.get(name).ok_or_else(|| {
            let known = self.models.keys().cloned().collect::<Vec<_>>().join(", ");
            ManifestError::UnknownModel { name: name.to_owned(), known }
        })
    }

    /// The set that a file of this name belongs to: the longest set name that the file's name starts with, so that
    /// `umsab.dev.jsonl` is measured by the rules of `umsab.jsonl.gz`.
    pub fn set_of(&self, file: &Path) -> Option<&Set> {
        let name = file.file_name()?.to_str()?;
        self.sets.iter().filter(|set| name.starts_with(set.stem())).max_by_key(|set| set.stem().len())
    }

    /// Reads the rows of a set that are not to be skipped; of labels by row id, the rows that they are of.
    pub fn read(&self, set: &Set, data: &Path, mut each: impl FnMut(Row)) -> Result<(), ManifestError> {
        if set.by_id {
            return self.read_by_id(set, data, each);
        }
        self.read_lines(set, data, |row: Row| {
            if !set.skips(&row) {
                each(row);
            }
        })
    }

    fn read_by_id(&self, set: &Set, data: &Path, mut each: impl FnMut(Row)) -> Result<(), ManifestError> {
        let mut labels: BTreeMap<String, BTreeMap<String, Row>> = BTreeMap::new();
        self.read_lines(set, data, |row| {
            labels.entry(row.set.clone()).or_default().insert(row.id.clone(), row);
        })?;
        for (stem, mut rows) in labels {
            let Some(texts) = self.sets.iter().find(|set| set.stem() == stem && !set.by_id) else {
                return Err(ManifestError::UnknownSet { file: set.file.clone(), set: stem });
            };
            self.read_lines(texts, data, |text| {
                if let Some(row) = rows.remove(&text.id) {
                    each(Row { text: text.text, ..row });
                }
            })?;
            if let Some(id) = rows.into_keys().next() {
                return Err(ManifestError::UnknownRow { file: set.file.clone(), set: stem, id });
            }
        }
        Ok(())
    }

    fn read_lines(&self, set: &Set, data: &Path, each: impl FnMut(Row)) -> Result<(), ManifestError> {
        let dir = match (&self.beside, set.licence) {
            (Some(beside), Licence::Own) => beside.as_path(),
            (None, Licence::Own) => {
                let carried = CARRIED.iter().find(|(file, _)| *file == set.file);
                let (file, packed) = carried.expect("a test reads every own set of the built-in manifest");
                return Ok(corpus::read_packed(file, packed, each)?);
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

    /// The voice that a row speaks in, under its language; `None` when the set has none.
    pub fn voice_of(&self, row: &Row) -> Option<String> {
        self.voice.as_ref().map(|voice| format!("{}/{voice}", row.lang))
    }

    fn skips(&self, row: &Row) -> bool {
        self.skip.iter().any(|(label, values)| row.label(label).is_some_and(|v| values.contains(&v)))
    }

    /// What the row says to the head by the rules of this set.
    pub fn answer(&self, head: &HeadName, row: &Row) -> Option<String> {
        match self.heads.get(head) {
            Some(task) if !task.languages.is_empty() && !task.languages.contains(&row.lang) => None,
            Some(Task { label: Some(label), .. }) => row.label(label),
            Some(task) => answer(head, &task.rules, row),
            None => answer(head, &[], row),
        }
    }
}

/// What a row says to a head: by `rules` if there are any, else by its own labels if they are ours.
pub fn answer(head: &HeadName, rules: &[Rule], row: &Row) -> Option<String> {
    if *head == HeadName::LANGUAGE {
        return (!row.lang.is_empty() && row.lang != UNDETERMINED).then(|| row.lang.clone());
    }
    if !rules.is_empty() {
        return rules.iter().find(|rule| rule.fits(row)).map(|rule| rule.is.clone());
    }
    let own = row.label(head.as_str())?;
    let Some(labels) = head.labels() else { return Some(own) };
    let ours = match own.as_str() {
        "neg" => "negative",
        "neu" => "neutral",
        "pos" => "positive",
        other => other,
    };
    labels.contains(&ours).then(|| ours.to_owned())
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

/// The part of a row. Where a set has a part for development of its own, that is the test; of other sets a fifteenth is, and
/// of the project's own posts a fifth.
pub fn part(set: &Set, row: &Row) -> Part {
    let hash = row.id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    let mixed = crate::math::Shuffle(hash).next();
    match (set.licence, set.stem()) {
        (Licence::Own, "posts" | "open_labels") if row.split != "train" => match mixed % 20 {
            0..4 => Part::Test,
            4..7 => Part::Calibrate,
            _ => Part::Train,
        },
        // Phrases, word lists and everyday posts are for learning only: they are no posts to a brand. So are labels of rows
        // that their own set has for learning.
        (Licence::Own, _) => Part::Train,
        _ if row.split == "dev" => Part::Test,
        _ => match mixed % 30 {
            0..2 if !set.has_dev => Part::Test,
            2 => Part::Calibrate,
            _ => Part::Train,
        },
    }
}
