//! Training: from a manifest of sets to a model, the same to the byte for the same input.
//!
//! Each head learns by itself: its examples are gathered from the sets ([`examples`]), weighted so that neither a large
//! language nor a frequent label drowns the others, learned in a few passes ([`learner`]), rounded to small integers, and its
//! confidence fitted on rows kept apart ([`calibrate`]). One thread, one fixed order, and no function whose last bit depends
//! on the platform.

mod calibrate;
mod examples;
mod learner;

use std::path::Path;

use crate::features::Extractor;
use crate::manifest::{HeadName, LicenceFilter, Manifest, ManifestError};
use crate::model::{Builder, Head};

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
        head: &'static str,
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
    /// Whether the wide features are used.
    pub wide: bool,
    /// Passes over the examples to choose the features.
    pub choosing: u32,
    /// Passes over the examples to learn with the chosen ones.
    pub passes: u32,
    /// Step of the first pass; it falls to nothing along the training.
    pub rate: f32,
    /// 0: a language or label counts by its number of rows; 1: all count the same.
    pub balance: f32,
    /// Whether what a source is used to say (its frequent labels, and those it never uses) is learned apart and left out of
    /// the model.
    pub habits: bool,
    /// Added to the labels' bias at the end; found on sets that the shipped model does not learn from.
    pub lean: &'static [f32],
    /// Rows of one language that are used at most.
    pub most_per_language: usize,
    /// Below which probability the head answers [`UNDETERMINED`](crate::manifest::UNDETERMINED).
    pub abstain_below: Option<f32>,
}

impl Recipe {
    /// The recipe of the shipped model.
    pub fn of(head: HeadName) -> Recipe {
        match head {
            HeadName::Language => Recipe {
                bits: 18,
                keep: 36_000,
                seen_at_least: 2.0,
                choosing: 1,
                wide: false,
                passes: 4,
                rate: 0.4,
                balance: 1.0,
                habits: false,
                lean: &[],
                most_per_language: 4000,
                abstain_below: Some(0.35),
            },
            HeadName::Sentiment => Recipe {
                bits: 22,
                keep: 500_000,
                seen_at_least: 2.0,
                choosing: 2,
                wide: true,
                passes: 4,
                rate: 0.25,
                balance: 0.5,
                habits: true,
                lean: &[0.0, -0.45, 0.0],
                most_per_language: usize::MAX,
                abstain_below: None,
            },
            HeadName::Intent => Recipe {
                bits: 21,
                keep: 240_000,
                seen_at_least: 2.0,
                choosing: 2,
                wide: true,
                passes: 6,
                rate: 0.25,
                balance: 0.3,
                habits: false,
                lean: &[],
                most_per_language: usize::MAX,
                abstain_below: None,
            },
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
        head: &'static str,
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
    pub learned: [usize; 3],
}

/// Trains a model from the manifest's sets that `licence` admits; `recipe` is [`Recipe::of`] for the shipped model.
pub fn train(
    manifest: &Manifest,
    data: &Path,
    licence: LicenceFilter,
    recipe: impl Fn(HeadName) -> Recipe,
    progress: &mut dyn FnMut(Progress),
) -> Result<Trained, TrainError> {
    let gathered = examples::gather(manifest, data, licence, progress)?;
    let mut learned = [0; 3];
    let mut heads = Vec::new();
    for name in HeadName::ALL {
        let recipe = recipe(name);
        let mut examples = gathered.of(name, &recipe);
        learned[name as usize] = examples.train.len();
        heads.push(learn_head(name, &recipe, &gathered, &mut examples, progress)?);
    }
    let heads = heads.try_into().expect("one head was pushed for each of the names");
    let (licence, sets) = (gathered.licence_note(licence), gathered.sets());
    Ok(Trained { model: Builder { licence, sets, heads }, learned })
}

/// Trains one head from gathered examples.
pub fn learn_head(
    name: HeadName,
    recipe: &Recipe,
    gathered: &Gathered,
    examples: &mut Examples,
    progress: &mut dyn FnMut(Progress),
) -> Result<Head, TrainError> {
    let mut spoken: Vec<u16> = examples.train.iter().map(|example| example.label).collect();
    spoken.sort_unstable();
    spoken.dedup();
    if spoken.len() < 2 {
        return Err(TrainError::TooFew { head: name.as_str(), labels: spoken.len() });
    }
    let mut extractor = Extractor::default();
    let lesson = Lesson { name, recipe, gathered };
    let mut head = lesson.learn(examples, &mut extractor, progress);
    for (bias, lean) in head.bias.iter_mut().zip(recipe.lean) {
        *bias += lean;
    }
    head.temperature = calibrate::temperature(&head, gathered, &examples.calibrate, &mut extractor);
    Ok(head)
}
