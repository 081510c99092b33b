//! Gathers what the sets say to each head, and weighs it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Progress, Recipe};
use crate::manifest::{HeadName, LicenceFilter, Manifest, ManifestError, Part, Set, Variant, part};
use crate::math::Shuffle;

/// One row's word to one head.
#[derive(Clone, Debug)]
pub struct Example {
    /// Place of the text among the gathered.
    pub text: u32,
    /// Place of the label among the head's.
    pub label: u16,
    /// How much it counts.
    pub weight: f32,
    /// Place of its source among the head's.
    pub source: u16,
    /// Place of its language among the gathered.
    pub language: u16,
    most: usize,
    set: u16,
}

/// What a head learns from.
#[derive(Debug, Default)]
pub struct Examples {
    /// The head's labels.
    pub labels: Vec<String>,
    /// Learned from, in an order that the recipe fixes.
    pub train: Vec<Example>,
    /// Only the confidence is fitted to these.
    pub calibrate: Vec<Example>,
    /// For each source, a set in one language, which labels it uses at all.
    pub sources: Vec<Vec<bool>>,
}

/// The rows of all admitted sets.
#[derive(Debug, Default)]
pub struct Gathered {
    texts: Vec<String>,
    languages: Vec<String>,
    said: BTreeMap<HeadName, Vec<Said>>,
    sets: Vec<String>,
    terms: Vec<String>,
}

/// A label before it has a place.
#[derive(Debug)]
struct Said {
    text: u32,
    language: u16,
    label: String,
    weight: f32,
    most: usize,
    set: u16,
    part: Part,
}

/// Reads every set that the variant learns from.
pub fn gather(
    manifest: &Manifest,
    data: &Path,
    variant: &Variant,
    progress: &mut dyn FnMut(Progress),
) -> Result<Gathered, ManifestError> {
    let sets: Vec<&Set> = manifest.sets.iter().filter(|set| variant.admits(set)).collect();
    let mut gathered = Gathered::default();
    let mut places = BTreeMap::new();
    for (i, set) in sets.iter().enumerate() {
        progress(Progress::Reading { set: set.file.clone(), number: i + 1, of: sets.len() });
        gathered.sets.push(set.stem().to_owned());
        gathered.terms.push(format!("{} ({})", set.stem(), set.terms));
        manifest.read(set, data, |row| {
            let part = part(set, &row);
            if part == Part::Test {
                return;
            }
            let text = gathered.texts.len() as u32;
            let next = places.len() as u16;
            let language = *places.entry(row.lang.clone()).or_insert(next);
            for (head, task) in &set.heads {
                let Some(label) = set.answer(head, &row) else { continue };
                let most = task.most.unwrap_or(usize::MAX);
                let said = Said { text, language, label, weight: task.weight, most, set: i as u16, part };
                gathered.said.entry(head.clone()).or_default().push(said);
            }
            if let Some(label) = set.voice_of(&row).filter(|_| variant.voices) {
                let said = Said { text, language, label, weight: 1.0, most: usize::MAX, set: i as u16, part };
                gathered.said.entry(HeadName::VOICE).or_default().push(said);
            }
            gathered.texts.push(row.text);
        })?;
    }
    gathered.languages = vec![String::new(); places.len()];
    for (language, place) in places {
        gathered.languages[usize::from(place)] = language;
    }
    gathered.leave_lone_voices();
    Ok(gathered)
}

impl Gathered {
    /// A language that is heard in one voice needs none.
    fn leave_lone_voices(&mut self) {
        let Some(said) = self.said.get_mut(&HeadName::VOICE) else { return };
        let mut voices: BTreeMap<u16, BTreeSet<String>> = BTreeMap::new();
        for said in said.iter() {
            voices.entry(said.language).or_default().insert(said.label.clone());
        }
        said.retain(|said| voices[&said.language].len() > 1);
        if said.is_empty() {
            self.said.remove(&HeadName::VOICE);
        }
    }

    /// The text of an example.
    pub fn text(&self, example: &Example) -> &str {
        &self.texts[example.text as usize]
    }

    /// The language of an example.
    pub fn language(&self, example: &Example) -> &str {
        &self.languages[usize::from(example.language)]
    }

    /// The heads that any set speaks to: first those that every post is asked, in their order.
    pub fn heads(&self) -> Vec<HeadName> {
        let common = HeadName::EVERY_POST.into_iter().filter(|name| self.said.contains_key(name));
        common.chain(self.said.keys().filter(|name| !name.is_common()).cloned()).collect()
    }

    /// The sets that were read.
    pub fn sets(&self) -> Vec<String> {
        self.sets.clone()
    }

    /// What goes into the model about its origin.
    pub fn licence_note(&self, licence: LicenceFilter) -> String {
        let warning = match licence {
            LicenceFilter::Open => "",
            LicenceFilter::Any => {
                " For measuring only: some of these licences forbid commercial use or are not stated."
            }
        };
        format!("Trained by licence filter '{}' from {}.{warning}", licence.as_str(), self.terms.join("; "))
    }

    /// The examples of one head, shuffled and weighted by the recipe.
    pub fn of(&self, head: &HeadName, recipe: &Recipe) -> Examples {
        let said = self.said.get(head).map_or(&[][..], Vec::as_slice);
        let labels: Vec<String> = match head.labels() {
            Some(labels) => labels.iter().map(|label| (*label).to_owned()).collect(),
            None => {
                let mut labels: Vec<String> = said.iter().map(|said| said.label.clone()).collect();
                labels.sort();
                labels.dedup();
                labels
            }
        };
        let mut examples = Examples { labels, ..Examples::default() };
        let mut places = BTreeMap::new();
        for said in said {
            let label = examples.labels.iter().position(|label| *label == said.label);
            let label = label.expect("a manifest is checked for unknown labels when it is read") as u16;
            let Said { text, language, weight, most, set, .. } = *said;
            let next = places.len() as u16;
            let source = *places.entry((set, language)).or_insert(next);
            if source == next {
                examples.sources.push(vec![false; examples.labels.len()]);
            }
            examples.sources[usize::from(source)][usize::from(label)] = true;
            let example = Example { text, label, weight, source, language, most, set };
            match said.part {
                Part::Train => examples.train.push(example),
                Part::Calibrate => examples.calibrate.push(example),
                Part::Test => unreachable!("gather leaves the test part out"),
            }
        }
        if *head == HeadName::VOICE {
            examples.share_labels();
        }
        Shuffle(1).shuffle(&mut examples.train);
        examples.thin(recipe.most_per_language);
        examples.balance(recipe.balance);
        examples
    }
}

impl Examples {
    /// Lets every source use the labels of all sources of its language: a post of one voice is in none of the language's others,
    /// but nobody asks whether it is in another language's.
    fn share_labels(&mut self) {
        let mut uses: BTreeMap<u16, Vec<bool>> = BTreeMap::new();
        for example in &self.train {
            let none = || vec![false; self.labels.len()];
            uses.entry(example.language).or_insert_with(none)[usize::from(example.label)] = true;
        }
        for example in &self.train {
            self.sources[usize::from(example.source)].clone_from(&uses[&example.language]);
        }
    }

    /// Keeps the first rows of each language, in each set and in all; they are shuffled, so any will do.
    fn thin(&mut self, most: usize) {
        let mut of_set: BTreeMap<(u16, u16), usize> = BTreeMap::new();
        self.train.retain(|example| {
            let count = of_set.entry((example.set, example.language)).or_default();
            *count += 1;
            *count <= example.most
        });
        let mut of_all: BTreeMap<u16, usize> = BTreeMap::new();
        self.train.retain(|example| {
            let count = of_all.entry(example.language).or_default();
            *count += 1;
            *count <= most
        });
    }

    /// Weighs each label of each language by the inverse of its share to the power of `balance`; the mean stays one.
    fn balance(&mut self, balance: f32) {
        let mut mass: BTreeMap<(u16, u16), f64> = BTreeMap::new();
        for example in &self.train {
            *mass.entry((example.language, example.label)).or_default() += f64::from(example.weight);
        }
        let total: f64 = mass.values().sum();
        let power = |mass: f64| crate::math::exp(-f64::from(balance) * crate::math::ln(mass));
        let balanced: f64 = mass.values().map(|mass| mass * power(*mass)).sum();
        for example in &mut self.train {
            let share = power(mass[&(example.language, example.label)]) * total / balanced;
            example.weight *= share as f32;
        }
    }
}
