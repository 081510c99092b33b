//! Training: from a manifest of sets to a model, the same to the byte for the same input.
//!
//! The examples of each head are gathered from the sets ([`examples`]), weighted so that neither a large language nor a
//! frequent label drowns the others, learned ([`learner`]), rounded to small integers, and its confidence fitted on rows
//! kept apart ([`calibrate`]). The language head comes first, and what tells the voices of a language apart, for the others
//! hear words under what they say; after them two heads learn at a time, each by itself in one fixed order, and no function is
//! used whose last bit depends on the platform.

mod calibrate;
mod examples;
mod learner;
mod reading;

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::manifest::{HeadName, Manifest, ManifestError, Variant};
use crate::model::{Abstain, Builder, Ear, Head, Hears, Keys};

/// Why no model could be trained.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A set or the manifest cannot be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The sets say too little.
    #[error("head {head} has examples of {labels} labels, but needs two; add sets to the manifest that speak to it")]
    TooFew {
        /// Which head.
        head: String,
        /// How many labels have examples.
        labels: usize,
    },
}

use learner::Lesson;

pub use examples::{Examples, Gathered, gather};

/// How a head is trained; the shipped recipe is [`Recipe::of`].
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// `2^bits` features are told apart.
    pub bits: u32,
    /// How many of them the model keeps at most.
    pub keep: usize,
    /// A feature whose examples weigh less together is not kept.
    pub seen_at_least: f32,
    /// Which groups of features are used beside the core.
    pub hears: Hears,
    /// What an example costs that is on the wrong side, beside the weights' own size.
    pub cost: f32,
    /// Whether a source that never uses a label says nothing about it, rather than that it does not fit.
    pub partial: bool,
    /// Features are scaled by how much they tell a label from the rest, that is by the naive-Bayes ratio to this power: the less,
    /// the less do rare features shout down frequent ones; 0: not scaled.
    pub bayes: f32,
    /// Features are scaled by how rare they are too, that is by the logarithm of the inverse of their share of the examples to this
    /// power; 0: not scaled.
    pub rarity: f32,
    /// Added to every count before the naive-Bayes ratio is taken.
    pub smoothing: f32,
    /// Passes over the examples in each of the two rounds.
    pub passes: u32,
    /// 0: a language or label counts by its number of rows; 1: all count the same.
    pub balance: f32,
    /// How freely what a source is used to say (its frequent labels) is learned apart and left out of the model; 0: not at all.
    pub habits: f32,
    /// Rows of one language that are used at most.
    pub most_per_language: usize,
    /// When the head is not sure.
    pub abstain: Abstain,
}

impl Recipe {
    /// The recipe of the shipped model.
    pub fn of(head: &HeadName) -> Recipe {
        let all = Hears { wide: true, keyed: true, voiced: false, paired: false };
        let unkeyed = Hears { keyed: false, ..all };
        let paired = Hears { paired: true, ..all };
        let plain = Recipe {
            bits: 20,
            keep: 60_000,
            seen_at_least: 2.0,
            hears: all,
            cost: 1.0,
            bayes: 0.5,
            rarity: 0.0,
            partial: true,
            smoothing: 1.0,
            passes: 12,
            balance: 0.5,
            habits: 0.0,
            most_per_language: usize::MAX,
            abstain: Abstain::unsure(0.6),
        };
        match head.as_str() {
            "language" => Recipe {
                bits: 19,
                keep: 50_000,
                hears: Hears { wide: false, keyed: false, voiced: false, paired: false },
                cost: 0.3,
                bayes: 1.0,
                partial: false,
                balance: 0.7,
                passes: 8,
                most_per_language: 4000,
                abstain: Abstain::undetermined(0.3),
                ..plain
            },
            "voice" => Recipe { hears: unkeyed, cost: 0.3, bayes: 1.0, balance: 0.3, passes: 8, ..plain },
            "sentiment" => {
                let abstain = Abstain::unsure(0.45);
                Recipe { bits: 22, keep: 1_200_000, balance: 0.35, cost: 0.4, bayes: 1.0, abstain, ..plain }
            }
            "intent" => Recipe { bits: 21, keep: 300_000, cost: 0.4, abstain: Abstain::unsure(0.45), ..plain },
            "topic" => Recipe { keep: 40_000, seen_at_least: 1.0, abstain: Abstain::unsure(0.4), ..plain },
            "urgency" | "churn" | "call" | "closing" => Recipe { keep: 60_000, seen_at_least: 1.0, ..plain },
            // Heads of sets in one language: a copy of the words under it would only say everything twice.
            "intent77" => {
                let (hears, abstain) = (Hears { keyed: false, ..paired }, Abstain::unsure(0.3));
                Recipe { keep: 24_000, hears, cost: 0.5, bayes: 0.3, rarity: 0.5, abstain, ..plain }
            }
            "complaint" => Recipe { keep: 120_000, hears: paired, ..plain },
            "utterance" => Recipe { keep: 120_000, hears: unkeyed, ..plain },
            "wisesight" => Recipe { keep: 120_000, hears: unkeyed, cost: 0.4, balance: 0.8, ..plain },
            "valence" => Recipe { keep: 120_000, hears: unkeyed, ..plain },
            _ => Recipe { keep: 120_000, ..plain },
        }
    }

    /// The same with a table as large as the sets can fill: for measuring, where nobody has to carry it.
    pub fn roomy(head: &HeadName) -> Recipe {
        let recipe = Recipe::of(head);
        match head.as_str() {
            "language" => recipe,
            "sentiment" => {
                Recipe { bits: 24, keep: 5_000_000, cost: 1.0, hears: Hears { voiced: true, ..recipe.hears }, ..recipe }
            }
            _ => Recipe { bits: recipe.bits.max(21), keep: 5 * recipe.keep, ..recipe },
        }
    }
}

/// Where a training stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// A set is being read: its name, its place and how many there are.
    Reading {
        /// File name of the set.
        set: String,
        /// From 1.
        number: usize,
        /// All sets of this training.
        of: usize,
    },
    /// A head is learning.
    Learning {
        /// Which head.
        head: String,
        /// From 1.
        pass: u32,
        /// All passes of this head.
        passes: u32,
        /// Examples seen in this pass.
        done: usize,
        /// Examples of a pass.
        of: usize,
    },
}

/// What a training produced.
#[derive(Debug)]
pub struct Trained {
    /// The model, ready to be written.
    pub model: Builder,
    /// Rows that each head learned from, in the order of the heads.
    pub learned: Vec<(String, usize)>,
}

/// While heads learn, a post's voice is said by one of so many heads: the one that did not learn from the post.
const VOICE_FOLDS: u32 = 3;

/// How many heads learn at a time.
const AT_A_TIME: usize = 2;

/// Trains a model from the sets that the variant admits; `recipe` is [`Recipe::of`] for the shipped model.
pub fn train(
    manifest: &Manifest,
    data: &Path,
    variant: &Variant,
    recipe: impl Fn(&HeadName) -> Recipe + Sync,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Trained, TrainError> {
    let gathered = gather(manifest, data, variant, progress)?;
    let names = gathered.heads();
    let progress = Mutex::new(progress);
    let tell = |told: Progress| (progress.lock().expect("telling progress does not panic"))(told);
    let learn = |name: &HeadName, ear: Option<Ear<'_>>, without: Option<u32>| {
        let recipe = recipe(name);
        let mut examples = gathered.of(name, &recipe);
        examples.train.retain(|example| without != Some(example.text % VOICE_FOLDS));
        let head = learn_head(name, &recipe, &gathered, &examples, ear, &mut |told| tell(told))?;
        Ok::<_, TrainError>((head, examples.train.len()))
    };
    let language = match names.first() {
        Some(name) if *name == HeadName::LANGUAGE => Some(learn(name, None, None)?),
        _ => None,
    };
    let folds = (0..VOICE_FOLDS).filter(|_| names.contains(&HeadName::VOICE));
    let voices: Vec<Head> =
        folds.map(|fold| Ok(learn(&HeadName::VOICE, None, Some(fold))?.0)).collect::<Result<_, TrainError>>()?;
    let keys = Keys::new(language.as_ref().map(|(head, _)| head), voices.first());
    let ear = language.as_ref().map(|(language, _)| Ear { language, voices: &voices, keys: &keys });
    let rest: Vec<&HeadName> = names.iter().filter(|name| **name != HeadName::LANGUAGE).collect();
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(name) = rest.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let learned = learn(name, ear.filter(|_| **name != HeadName::VOICE), None);
                    done.lock().expect("a push does not panic").push(((*name).clone(), learned));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("a push does not panic");
    let mut heads: Vec<(HeadName, Head)> = Vec::new();
    let mut learned = Vec::new();
    let mut language = language;
    for name in names {
        let (head, rows) = match language.take_if(|_| name == HeadName::LANGUAGE) {
            Some(learned) => learned,
            None => {
                let at = done.iter().position(|(known, _)| *known == name).expect("every head was learned");
                done.swap_remove(at).1?
            }
        };
        learned.push((name.as_str().to_owned(), rows));
        heads.push((name, head));
    }
    let (licence, sets) = (gathered.licence_note(variant.licence), gathered.sets());
    Ok(Trained { model: Builder { licence, sets, heads }, learned })
}

/// Trains one head from gathered examples.
pub fn learn_head(
    name: &HeadName,
    recipe: &Recipe,
    gathered: &Gathered,
    examples: &Examples,
    ear: Option<Ear<'_>>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Head, TrainError> {
    let mut spoken: Vec<u16> = examples.train.iter().map(|example| example.label).collect();
    spoken.sort_unstable();
    spoken.dedup();
    if spoken.len() < 2 {
        return Err(TrainError::TooFew { head: name.as_str().to_owned(), labels: spoken.len() });
    }
    let mut head = Lesson { name, recipe, gathered, ear }.learn(examples, progress);
    head.calibration = calibrate::calibrate(&head, gathered, &examples.calibrate, ear);
    Ok(head)
}
