//! The compact model: three linear heads over one reading of the post.
//!
//! A model is immutable and knows its version, which is the hash of its content; every answer carries it, so that a fact
//! written today can be judged by the model that wrote it years later. An answer gives its confidence and reasons by code,
//! never by quoting: facts outlive the right to keep a customer's words. [`Model::explain`] quotes, for a person at a terminal.

mod explain;
mod file;
mod head;

use std::cell::RefCell;
use std::path::Path;

pub use explain::{Explanation, Fragment};
pub use file::{Builder, FORMAT_VERSION, MAGIC, ModelError};
pub(crate) use head::share;
pub use head::{Abstain, Head, Kept};

use crate::features::Extractor;
use crate::manifest::{HeadName, UNDETERMINED};

/// A loaded model; share it between threads by reference.
#[derive(Debug)]
pub struct Model {
    version: String,
    licence: String,
    sets: Vec<String>,
    heads: [Head; 3],
}

/// What the model says of one post.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Classification {
    /// BCP 47 code, or `und` when the model is not sure.
    pub language: Scored,
    /// `negative`, `neutral` or `positive`.
    pub sentiment: Scored,
    /// `complaint`, `question`, `request`, `praise`, `noise` or `other`.
    pub intent: Scored,
    /// [`Model::version`] of the model that spoke.
    pub model_version: String,
}

/// One head's answer.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Scored {
    /// The chosen label.
    pub label: String,
    /// The calibrated probability of the label, 0 to 1.
    pub confidence: f32,
    /// Why, by code; holds no text of the post.
    pub reasons: Vec<Reason>,
}

/// A reason by code.
///
/// Codes: `margin` (confidence over the runner-up's), `runner_up:LABEL` (its confidence), `best_guess:LABEL` (what `und`
/// would have been), `evidence` (how many features spoke), `no_letters` and `no_text` (nothing to go by; weight 1).
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Reason {
    /// The code.
    pub feature: String,
    /// Its measure, as the code says.
    pub weight: f32,
}

impl Reason {
    fn new(feature: impl Into<String>, weight: f32) -> Reason {
        Reason { feature: feature.into(), weight }
    }
}

thread_local! {
    // Buffers for one post at a time: classifying allocates only its answer.
    static EXTRACTOR: RefCell<Extractor> = RefCell::new(Extractor::default());
}

impl Model {
    /// Reads a model file; an error names the file and what to do.
    pub fn load(path: &Path) -> Result<Model, ModelError> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|source| ModelError::Read { name: name.clone(), source })?;
        file::read(&name, &bytes)
    }

    /// Reads a model from memory; `name` is what errors call it.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Model, ModelError> {
        file::read(name, bytes)
    }

    /// The model inside the program.
    pub fn shipped() -> Model {
        file::read("the built-in model", crate::SHIPPED).expect("a test reads the model that is built in")
    }

    /// Names the content of the model: 12 hexadecimal digits.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What the model was trained from and under which licences.
    pub fn licence(&self) -> &str {
        &self.licence
    }

    /// Whether the model learned from the set of this name; then only the set's test part is new to it.
    pub fn learned_from(&self, set: &str) -> bool {
        self.sets.iter().any(|known| known == set)
    }

    /// A head with its labels.
    pub fn head(&self, name: HeadName) -> &Head {
        &self.heads[name as usize]
    }

    /// Classifies a post of any length in any script; never fails.
    pub fn classify(&self, text: &str) -> Classification {
        EXTRACTOR.with_borrow_mut(|extractor| {
            extractor.read(text);
            Classification {
                language: self.answer(HeadName::Language, extractor),
                sentiment: self.answer(HeadName::Sentiment, extractor),
                intent: self.answer(HeadName::Intent, extractor),
                model_version: self.version.clone(),
            }
        })
    }

    pub(crate) fn answer(&self, name: HeadName, extractor: &Extractor) -> Scored {
        let head = self.head(name);
        if extractor.core().is_empty() {
            return nothing_said(name, "no_text");
        }
        if name == HeadName::Language && extractor.letters() == 0 {
            return nothing_said(name, "no_letters");
        }
        let (probabilities, evidence) = head.weigh(extractor);
        let (best, second) = top_two(&probabilities);
        let evidence = Reason::new("evidence", evidence as f32);
        if let Some(abstain) = head.abstain.as_ref().filter(|a| probabilities[best] < a.below) {
            let guess = Reason::new(format!("best_guess:{}", head.labels[best]), probabilities[best]);
            let confidence = 1.0 - probabilities[best];
            return Scored { label: abstain.label.clone(), confidence, reasons: vec![guess, evidence] };
        }
        let margin = Reason::new("margin", probabilities[best] - probabilities[second]);
        let runner_up = Reason::new(format!("runner_up:{}", head.labels[second]), probabilities[second]);
        Scored {
            label: head.labels[best].clone(),
            confidence: probabilities[best],
            reasons: vec![margin, runner_up, evidence],
        }
    }
}

/// The answer when there is nothing to go by: the label that makes no claim, with no confidence in it.
fn nothing_said(name: HeadName, why: &str) -> Scored {
    let label = match name {
        HeadName::Language => UNDETERMINED,
        HeadName::Sentiment => "neutral",
        HeadName::Intent => "other",
    };
    Scored { label: label.to_owned(), confidence: 0.0, reasons: vec![Reason::new(why, 1.0)] }
}

/// Places of the highest and the second highest value; of equals the first wins.
pub(crate) fn top_two(values: &[f32]) -> (usize, usize) {
    let (mut best, mut second) = if values[1] > values[0] { (1, 0) } else { (0, 1) };
    for i in 2..values.len() {
        if values[i] > values[best] {
            (best, second) = (i, best);
        } else if values[i] > values[second] {
            second = i;
        }
    }
    (best, second)
}
