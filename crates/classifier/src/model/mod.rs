//! The compact model: linear heads over one reading of the post.
//!
//! A model is immutable and knows its version, which is the hash of its content; every answer carries it, so that a fact
//! written today can be judged by the model that wrote it years later. An answer gives its confidence and reasons by code,
//! never by quoting: facts outlive the right to keep a customer's words. [`Model::explain`] quotes, for a person at a terminal.
//!
//! The language is decided first, for the other heads hear words under their language too. Heads that every post is asked
//! ([`HeadName::EVERY_POST`]) may be missing from a model that was made for measuring, and a model may have heads of single
//! sets beside them; those are asked only by name.

mod explain;
mod file;
mod head;
mod keys;

use std::cell::RefCell;
use std::path::Path;

use bytes::Bytes;
pub use explain::{Explanation, Fragment};
pub use file::{Builder, FORMAT_VERSION, MAGIC, ModelError};
pub(crate) use head::share;
pub use head::{Abstain, Calibration, Head, Hears, Kept};
pub use keys::{Ear, Keys};

use crate::features::Extractor;
use crate::manifest::{HeadName, UNDETERMINED};
use recognise::Recognised;

/// A loaded model; share it between threads by reference.
#[derive(Debug)]
pub struct Model {
    version: String,
    licence: String,
    sets: Vec<String>,
    heads: Vec<(HeadName, Head)>,
    /// Places of [`HeadName::EVERY_POST`] among the heads.
    every_post: [Option<usize>; HeadName::EVERY_POST.len()],
    /// Place of the voice head among the heads.
    voice: Option<usize>,
    keys: Keys,
}

/// What the model says of one post. A head that the model does not have answers nothing: an empty label.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Classification {
    /// BCP 47 code, or `und` when the model is not sure.
    pub language: Scored,
    /// `negative`, `neutral` or `positive`.
    pub sentiment: Scored,
    /// `complaint`, `question`, `request`, `praise`, `noise` or `other`.
    pub intent: Scored,
    /// `INDUSTRY.TOPIC` of the taxonomy, e.g. `air.delay`.
    pub topic: Scored,
    /// `urgent` or `normal`.
    pub urgency: Scored,
    /// `leaving` or `staying`.
    pub churn: Scored,
    /// `wanted` or `none`: whether the customer wants to be called.
    pub call: Scored,
    /// `thanks` or `none`: whether the customer thanks or says that the matter is solved.
    pub closing: Scored,
    /// What identifies somebody or something, and where it stands.
    pub recognised: Vec<Recognised>,
    /// [`Model::version`] of the model that spoke.
    pub model_version: String,
}

impl Classification {
    /// A head's answer.
    pub fn head_mut(&mut self, head: conversation::classified::Head) -> &mut Scored {
        use conversation::classified::Head;
        match head {
            Head::Language => &mut self.language,
            Head::Sentiment => &mut self.sentiment,
            Head::Intent => &mut self.intent,
            Head::Topic => &mut self.topic,
            Head::Urgency => &mut self.urgency,
            Head::Churn => &mut self.churn,
            Head::Call => &mut self.call,
            Head::Closing => &mut self.closing,
        }
    }
}

/// One head's answer.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Scored {
    /// The chosen label.
    pub label: String,
    /// The calibrated probability of the label, 0 to 1.
    pub confidence: f32,
    /// Whether the head would rather not have answered: rules can send such a post to a person.
    pub unsure: bool,
    /// Why, by code; holds no text of the post.
    pub reasons: Vec<Reason>,
}

/// A reason by code.
///
/// Codes: `margin` (confidence over the runner-up's), `runner_up:LABEL` (its confidence), `best_guess:LABEL` (what `und`
/// would have been), `evidence` (how many features spoke), `mixed:LANGUAGE` (a second language in the post and its share),
/// `romanised` (share of Latin letters in a language that has its own), `no_letters` and `no_text` (nothing to go by; weight 1).
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

/// Languages that are written in a script of their own, when they are not romanised.
const OWN_SCRIPT: [&str; 22] = [
    "am", "ar", "arq", "ary", "bg", "bn", "el", "fa", "he", "hi", "ja", "ko", "mk", "mr", "ru", "ta", "te", "th", "ti",
    "uk", "ur", "zh",
];

impl Model {
    /// Reads a model file; an error names the file and what to do.
    pub fn load(path: &Path) -> Result<Model, ModelError> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|source| ModelError::Read { name: name.clone(), source })?;
        file::read(&name, bytes.into())
    }

    /// Reads a model from memory; `name` is what errors call it.
    pub fn from_bytes(name: &str, bytes: impl Into<Bytes>) -> Result<Model, ModelError> {
        file::read(name, bytes.into())
    }

    /// The model inside the program. Its tables stay where the system has mapped the program into memory.
    pub fn shipped() -> Model {
        let bytes = Bytes::from_static(crate::SHIPPED);
        file::read("the built-in model", bytes).expect("a test reads the model that is built in")
    }

    fn new(version: String, licence: String, sets: Vec<String>, heads: Vec<(HeadName, Head)>) -> Model {
        let every_post = HeadName::EVERY_POST.map(|name| heads.iter().position(|(known, _)| *known == name));
        let voice = heads.iter().position(|(known, _)| *known == HeadName::VOICE);
        let keys = Keys::new(every_post[0].map(|at| &heads[at].1), voice.map(|at| &heads[at].1));
        Model { version, licence, sets, heads, every_post, voice, keys }
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

    /// The heads in the order of the file.
    pub fn heads(&self) -> impl Iterator<Item = (&HeadName, &Head)> {
        self.heads.iter().map(|(name, head)| (name, head))
    }

    /// A head with its labels.
    pub fn head(&self, name: &HeadName) -> Option<&Head> {
        self.heads.iter().find(|(known, _)| known == name).map(|(_, head)| head)
    }

    /// Classifies a post of any length in any script; never fails.
    pub fn classify(&self, text: &str) -> Classification {
        EXTRACTOR.with_borrow_mut(|extractor| {
            let (language, weighed) = self.read_and_weigh(text, extractor);
            let [_, sentiment, intent, topic, urgency, churn, call, closing] = self.every_post.map(|at| {
                // The language was weighed when the post was read, for the others are heard under it.
                let asked = at.filter(|at| self.every_post[0] != Some(*at));
                asked.map_or(Scored::default(), |at| answer(&self.heads[at].0, &self.heads[at].1, extractor, language))
            });
            let mut recognised = Vec::new();
            recognise::recognise(text, &mut recognised);
            Classification {
                language: self.language(extractor, weighed),
                sentiment,
                intent,
                topic,
                urgency,
                churn,
                call,
                closing,
                recognised,
                model_version: self.version.clone(),
            }
        })
    }

    /// Reads a post: its features, and the language under which its words are heard, which may be a mere guess.
    pub fn read(&self, text: &str, extractor: &mut Extractor) -> &str {
        self.read_and_weigh(text, extractor).0
    }

    /// Reads a post; with the language goes what the language head says, if there is one and it has letters to go by.
    fn read_and_weigh(&self, text: &str, extractor: &mut Extractor) -> (&str, Option<(Vec<f32>, usize)>) {
        extractor.read(text);
        let Some(head) = self.language_head().filter(|_| extractor.letters() > 0) else {
            return (UNDETERMINED, None);
        };
        let weighed = head.weigh(extractor, UNDETERMINED);
        let best = top_two(&weighed.0).0;
        self.keys.hear(best, self.voice.map(|at| &self.heads[at].1), extractor);
        (&head.labels[best], Some(weighed))
    }

    fn language_head(&self) -> Option<&Head> {
        self.every_post[0].map(|at| &self.heads[at].1)
    }

    /// The language head's answer on the post that was read, from what it weighed.
    fn language(&self, extractor: &Extractor, weighed: Option<(Vec<f32>, usize)>) -> Scored {
        let Some(head) = self.language_head() else { return Scored::default() };
        let Some(weighed) = weighed else {
            let why = if extractor.core().is_empty() { "no_text" } else { "no_letters" };
            return nothing_said(&HeadName::LANGUAGE, why);
        };
        let mut scored = scored(&HeadName::LANGUAGE, head, weighed);
        let latin = extractor.latin() as f32 / extractor.letters() as f32;
        if OWN_SCRIPT.contains(&scored.label.as_str()) && latin > 0.5 {
            scored.reasons.push(Reason::new("romanised", latin));
        }
        scored
    }

    /// The answer of any head on the post that was read in this language.
    pub fn answer(&self, name: &HeadName, extractor: &Extractor, language: &str) -> Option<Scored> {
        if *name == HeadName::LANGUAGE {
            let weighed = |head: &Head| (extractor.letters() > 0).then(|| head.weigh(extractor, UNDETERMINED));
            return self.language_head().map(|head| self.language(extractor, weighed(head)));
        }
        self.head(name).map(|head| answer(name, head, extractor, language))
    }
}

/// A head's answer on the post that was read.
fn answer(name: &HeadName, head: &Head, extractor: &Extractor, language: &str) -> Scored {
    if extractor.core().is_empty() {
        return nothing_said(name, "no_text");
    }
    scored(name, head, head.weigh(extractor, language))
}

/// The answer of what a head weighed: the probability of each label, and how many features spoke.
fn scored(name: &HeadName, head: &Head, (probabilities, evidence): (Vec<f32>, usize)) -> Scored {
    let (best, second) = top_two(&probabilities);
    let evidence = Reason::new("evidence", evidence as f32);
    let confidence = probabilities[best];
    let unsure = confidence < head.abstain.below;
    if let (true, Some(label)) = (unsure, &head.abstain.label) {
        let guess = Reason::new(format!("best_guess:{}", head.labels[best]), confidence);
        let (label, confidence) = (label.clone(), 1.0 - confidence);
        return Scored { label, confidence, unsure, reasons: vec![guess, evidence] };
    }
    let mut reasons = vec![
        Reason::new("margin", confidence - probabilities[second]),
        Reason::new(format!("runner_up:{}", head.labels[second]), probabilities[second]),
        evidence,
    ];
    if *name == HeadName::LANGUAGE && probabilities[second] > MIXED {
        reasons.push(Reason::new(format!("mixed:{}", head.labels[second]), probabilities[second]));
    }
    Scored { label: head.labels[best].clone(), confidence, unsure, reasons }
}

/// From this share on, a second language is said to be in the post.
const MIXED: f32 = 0.15;

/// The answer when there is nothing to go by: the label that makes no claim, with no confidence in it.
fn nothing_said(name: &HeadName, why: &str) -> Scored {
    let label = name.silent().unwrap_or_default().to_owned();
    Scored { label, confidence: 0.0, unsure: true, reasons: vec![Reason::new(why, 1.0)] }
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
