//! How good a model is, measured on labelled files: macro-F1, accuracy and calibration error by head and language.
//!
//! Macro-F1 is the mean over the labels that occur in the file: an answer that the file never gives is a miss, but does not
//! add a label of its own. Calibration error (ECE) compares confidence and accuracy in fifteen equal steps of confidence; an
//! abstention (`und`) is a miss, but makes no claim that could be wrong about itself. Few rows make an error of their own, since
//! the right ones of a step vary by chance; how much stands beside it.
//!
//! A head chooses among the labels that the file uses: of a set that only knows `neg` and `pos` it is asked which of the
//! two. Only the language head always chooses among all, for a post comes without a list of languages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::corpus::{self, CorpusError, Row};
use crate::features::Extractor;
use crate::manifest::{self, HeadName, Manifest, ManifestError, Part, Set, UNDETERMINED};
use crate::model::{Head, Model, Scored};

/// What a file says of one head in one language.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measure {
    /// Name of the file.
    pub file: String,
    /// Name of the head.
    pub head: String,
    /// The language of the rows, or `all`.
    pub language: String,
    /// How many rows.
    pub n: usize,
    /// 0 to 1.
    pub macro_f1: f64,
    /// 0 to 1.
    pub accuracy: f64,
    /// 0 to 1.
    pub ece: f64,
    /// How large `ece` would be by chance, with so few rows, if every confidence were right; 0 to 1.
    pub ece_by_chance: f64,
    /// Rows by right label and answer, where a head has few labels; of all languages together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confusion: Option<Confusion>,
}

/// Rows by right label, then by answer.
pub type Confusion = BTreeMap<String, BTreeMap<String, usize>>;

/// Of heads with more labels nobody reads a confusion.
const CONFUSION_LABELS_MAX: usize = 12;

/// Why a measure could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    /// The file cannot be read.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// A set cannot be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Nothing in the file can be compared with an answer.
    #[error("{path} has no row with a language or a label that a head knows; give labels sentiment (neg, neu, pos) or intent ({}), or name the set in the manifest", HeadName::INTENT.labels().unwrap_or_default().join(", "))]
    NoLabels {
        /// Which file.
        path: PathBuf,
    },
}

const STEPS: usize = 15;

/// One answer beside the right one.
struct Pair {
    right: String,
    answer: String,
    confidence: f32,
    language: String,
}

/// Measures a model on one file. Of a set that the model learned from, only the test part counts, unless `all_rows`.
pub fn measure(model: &Model, manifest: &Manifest, file: &Path, all_rows: bool) -> Result<Vec<Measure>, EvalError> {
    let set = manifest.set_of(file);
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
    let mut listener = Listener::new(model, set, all_rows);
    corpus::read(file, |row| listener.hear(&row))?;
    match listener.measures(&name) {
        measures if measures.is_empty() => Err(EvalError::NoLabels { path: file.to_owned() }),
        measures => Ok(measures),
    }
}

/// Measures a model on the test parts of all sets of the manifest that are there; gives also the names of those that are not.
pub fn measure_sets(model: &Model, manifest: &Manifest, data: &Path) -> Result<(Vec<Measure>, Vec<String>), EvalError> {
    let (mut measures, mut missing) = (Vec::new(), Vec::new());
    for set in &manifest.sets {
        let mut listener = Listener::new(model, Some(set), false);
        match manifest.read(set, data, |row| listener.hear(&row)) {
            Ok(()) => measures.extend(listener.measures(set.stem())),
            Err(ManifestError::MissingSet { .. }) => missing.push(set.file.clone()),
            Err(error) => return Err(error.into()),
        }
    }
    Ok((measures, missing))
}

/// Hears what each head says of the rows of a set.
struct Listener<'a> {
    model: &'a Model,
    set: Option<&'a Set>,
    only_test: bool,
    extractor: Extractor,
    heard: Vec<Vec<Heard>>,
}

impl<'a> Listener<'a> {
    fn new(model: &'a Model, set: Option<&'a Set>, all_rows: bool) -> Listener<'a> {
        let only_test = !all_rows && set.is_some_and(|set| model.learned_from(set.stem()));
        let heard = model.heads().map(|_| Vec::new()).collect();
        Listener { model, set, only_test, extractor: Extractor::default(), heard }
    }

    fn hear(&mut self, row: &Row) {
        if self.only_test && self.set.is_some_and(|set| manifest::part(set, row) != Part::Test) {
            return;
        }
        let language = self.model.read(&row.text, &mut self.extractor);
        for ((name, head), heard) in self.model.heads().zip(&mut self.heard) {
            let Some(right) = right_answer(self.set, name, row) else { continue };
            let scored = self.model.answer(name, &self.extractor, language).unwrap_or_default();
            let probabilities = head.weigh(&self.extractor, language).0;
            heard.push(Heard { right, scored, probabilities, language: row.lang.clone() });
        }
    }

    fn measures(self, name: &str) -> Vec<Measure> {
        let mut measures = Vec::new();
        for ((head_name, head), heard) in self.model.heads().zip(self.heard).filter(|(_, heard)| !heard.is_empty()) {
            let pairs = match *head_name == HeadName::LANGUAGE {
                true => heard.into_iter().map(Heard::among_all).collect(),
                false => among_used(head, heard),
            };
            measures.extend(by_language(name, head_name.as_str(), &pairs));
        }
        measures
    }
}

/// A head's answer on one row.
struct Heard {
    right: String,
    scored: Scored,
    probabilities: Vec<f32>,
    language: String,
}

impl Heard {
    fn among_all(self) -> Pair {
        let Heard { right, scored, language, .. } = self;
        Pair { right, answer: scored.label, confidence: scored.confidence, language }
    }
}

/// The answers when the head may only choose among the labels that some row has.
fn among_used(head: &Head, heard: Vec<Heard>) -> Vec<Pair> {
    let used: Vec<bool> = head.labels.iter().map(|label| heard.iter().any(|row| row.right == *label)).collect();
    let choose = |row: Heard| {
        let chances = || row.probabilities.iter().zip(&used).enumerate().filter(|(_, (_, used))| **used);
        let sum: f32 = chances().map(|(_, (p, _))| p).sum();
        let best = chances().max_by(|(_, (a, _)), (_, (b, _))| a.total_cmp(b));
        let (answer, confidence) = best.map_or((String::new(), 0.0), |(at, (p, _))| (head.labels[at].clone(), p / sum));
        Pair { right: row.right, answer, confidence, language: row.language }
    };
    heard.into_iter().map(choose).collect()
}

fn right_answer(set: Option<&Set>, head: &HeadName, row: &Row) -> Option<String> {
    match set {
        Some(set) => set.answer(head, row),
        None => manifest::answer(head, &[], row),
    }
}

/// One measure of all rows, and where there are several languages one of each.
fn by_language(file: &str, head: &str, pairs: &[Pair]) -> Vec<Measure> {
    let mut languages: Vec<&str> = pairs.iter().map(|pair| pair.language.as_str()).collect();
    languages.sort_unstable();
    languages.dedup();
    let measured = |language: &str, macro_f1: f64, pairs: &[&Pair]| {
        let (ece, ece_by_chance) = ece(pairs);
        Measure {
            file: file.to_owned(),
            head: head.to_owned(),
            language: language.to_owned(),
            n: pairs.len(),
            macro_f1,
            accuracy: accuracy(pairs),
            ece,
            ece_by_chance,
            confusion: None,
        }
    };
    let all: Vec<&Pair> = pairs.iter().collect();
    let name = if let [only] = languages[..] { only } else { "all" };
    let whole = measured(name, macro_f1(&all), &all);
    let mut measures = vec![Measure { confusion: confusion(&all), ..whole }];
    if languages.len() == 1 {
        return measures;
    }
    for language in languages {
        let some: Vec<&Pair> = pairs.iter().filter(|pair| pair.language == language).collect();
        // A language is one label of the language head: its F1 looks at the other languages' rows too.
        let f1 = if head == HeadName::LANGUAGE.as_str() { f1(language, &all) } else { macro_f1(&some) };
        measures.push(measured(language, f1, &some));
    }
    measures
}

fn confusion(pairs: &[&Pair]) -> Option<Confusion> {
    let mut confusion = Confusion::new();
    for pair in pairs {
        *confusion.entry(pair.right.clone()).or_default().entry(pair.answer.clone()).or_default() += 1;
    }
    (confusion.len() <= CONFUSION_LABELS_MAX).then_some(confusion)
}

fn macro_f1(pairs: &[&Pair]) -> f64 {
    let mut labels: Vec<&str> = pairs.iter().map(|pair| pair.right.as_str()).collect();
    labels.sort_unstable();
    labels.dedup();
    labels.iter().map(|label| f1(label, pairs)).sum::<f64>() / labels.len() as f64
}

fn f1(label: &str, pairs: &[&Pair]) -> f64 {
    let (mut hits, mut claimed_or_meant) = (0_usize, 0_usize);
    for pair in pairs {
        let (claimed, meant) = (pair.answer == label, pair.right == label);
        hits += usize::from(claimed && meant);
        claimed_or_meant += usize::from(claimed) + usize::from(meant);
    }
    2.0 * hits as f64 / claimed_or_meant.max(1) as f64
}

fn accuracy(pairs: &[&Pair]) -> f64 {
    pairs.iter().filter(|pair| pair.answer == pair.right).count() as f64 / pairs.len().max(1) as f64
}

/// What the pairs of one step of confidence add up to.
#[derive(Clone, Copy, Default)]
struct Step {
    right: usize,
    confidence: f64,
    /// How far the right ones vary by chance, squared.
    variance: f64,
}

/// The calibration error, and what chance alone would make of it: in each step the mean distance of a normal deviate.
fn ece(pairs: &[&Pair]) -> (f64, f64) {
    let mut steps = [Step::default(); STEPS];
    let mut n = 0;
    for pair in pairs.iter().filter(|pair| pair.answer != UNDETERMINED) {
        let step = &mut steps[((pair.confidence * STEPS as f32) as usize).min(STEPS - 1)];
        let confidence = f64::from(pair.confidence);
        step.right += usize::from(pair.answer == pair.right);
        step.confidence += confidence;
        step.variance += (confidence * (1.0 - confidence)).max(0.0);
        n += 1;
    }
    let gaps: f64 = steps.iter().map(|step| (step.right as f64 - step.confidence).abs()).sum();
    let by_chance: f64 = steps.iter().map(|step| (step.variance * std::f64::consts::FRAC_2_PI).sqrt()).sum();
    (gaps / f64::from(n.max(1)), by_chance / f64::from(n.max(1)))
}

/// The measures as a table for people, in per cent.
pub fn table(measures: &[Measure]) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["file", "head", "language", "rows", "macro-F1", "accuracy", "ECE", "by chance"]);
    for m in measures {
        let percent = |share: f64| format!("{:.1}", share * 100.0);
        table.add_row([
            m.file.clone(),
            m.head.clone(),
            m.language.clone(),
            m.n.to_string(),
            percent(m.macro_f1),
            percent(m.accuracy),
            percent(m.ece),
            percent(m.ece_by_chance),
        ]);
    }
    for column in 3..8 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(comfy_table::CellAlignment::Right);
        }
    }
    table.to_string()
}

/// Who was taken for whom: of each measure that says it, a table with a row for each right label.
pub fn confusions(measures: &[Measure]) -> String {
    let mut text = String::new();
    for measure in measures {
        let Some(confusion) = &measure.confusion else { continue };
        let answers: BTreeSet<&str> = confusion.values().flatten().map(|(answer, _)| answer.as_str()).collect();
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
        table.set_header(
            [format!("{} {}", measure.file, measure.head)].into_iter().chain(answers.iter().map(|a| (*a).to_owned())),
        );
        for (right, given) in confusion {
            let counts = answers.iter().map(|answer| given.get(*answer).copied().unwrap_or_default().to_string());
            table.add_row([right.clone()].into_iter().chain(counts));
        }
        text += &format!("{table}\n");
    }
    text
}

/// The measures as JSON Lines.
pub fn json_lines(measures: &[Measure]) -> String {
    let mut lines = String::new();
    for measure in measures {
        lines.push_str(&serde_json::to_string(measure).expect("words and finite numbers are always JSON"));
        lines.push('\n');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(of: &[(&str, &str, f32, &str)]) -> Vec<Pair> {
        let pair = |(right, answer, confidence, language): &(&str, &str, f32, &str)| Pair {
            right: (*right).to_owned(),
            answer: (*answer).to_owned(),
            confidence: *confidence,
            language: (*language).to_owned(),
        };
        of.iter().map(pair).collect()
    }

    #[test]
    fn measures_agree_with_a_count_by_hand() {
        let pairs =
            pairs(&[("a", "a", 0.9, "en"), ("a", "b", 0.9, "en"), ("b", "b", 0.6, "en"), ("b", "c", 0.6, "en")]);
        let all: Vec<&Pair> = pairs.iter().collect();
        assert!((accuracy(&all) - 0.5).abs() < 1e-9);
        // a: 1 hit of 1 claim and 2 meant; b: 1 hit of 2 claims and 2 meant; c does not occur.
        assert!((macro_f1(&all) - (2.0 / 3.0 + 0.5) / 2.0).abs() < 1e-9);
        let (error, by_chance) = ece(&all);
        assert!((error - (0.4 + 0.1) / 2.0).abs() < 1e-6);
        // Two steps of two rows: the root of 2 x 0.9 x 0.1 and of 2 x 0.6 x 0.4, times 0.798, of four rows.
        assert!((by_chance - 0.798 * (0.424 + 0.693) / 4.0).abs() < 1e-3);
    }

    #[test]
    fn an_abstention_is_a_miss_without_a_claim() {
        let pairs = pairs(&[("en", "und", 0.9, "en"), ("en", "en", 1.0, "en")]);
        let all: Vec<&Pair> = pairs.iter().collect();
        assert!((accuracy(&all) - 0.5).abs() < 1e-9);
        assert!(ece(&all).0 < 1e-6);
    }

    #[test]
    fn several_languages_have_a_line_each() {
        let pairs = pairs(&[("en", "en", 1.0, "en"), ("et", "en", 1.0, "et")]);
        let measures = by_language("f", "language", &pairs);
        let lines: Vec<(&str, usize)> = measures.iter().map(|m| (m.language.as_str(), m.n)).collect();
        assert_eq!(lines, [("all", 2), ("en", 1), ("et", 1)]);
        assert!((measures[1].macro_f1 - 2.0 / 3.0).abs() < 1e-9, "the Estonian row was claimed for English");
        assert!(table(&measures).contains("macro-F1"));
        assert_eq!(json_lines(&measures).lines().count(), 3);
    }
}
