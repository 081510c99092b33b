//! Why the model said so, in the customer's own words: for a person at a terminal, never for a fact or a log.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use super::head::{Head, share};
use super::{Model, Scored, top_two};
use crate::features::{self, Extractor, Key, Sink};
use crate::manifest::HeadName;
use crate::text;

/// One head's answer with what spoke for and against it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Explanation {
    /// Name of the head.
    pub head: String,
    /// The answer as [`Model::classify`] gives it.
    pub answer: Scored,
    /// Every label with its probability, highest first.
    pub labels: Vec<(String, f32)>,
    /// Fragments of the post by how much they moved the best label over the runner-up, strongest first; negative ones
    /// spoke for the runner-up.
    pub fragments: Vec<Fragment>,
}

/// A piece of the post and its say.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Fragment {
    /// Normalised text.
    pub text: String,
    /// Calibrated log-odds for the best label against the runner-up, all features of this piece together.
    pub weight: f32,
}

impl Model {
    /// Explains the answer of each head that every post is asked with at most `limit` fragments.
    pub fn explain(&self, post: &str, limit: usize) -> Vec<Explanation> {
        let mut extractor = Extractor::default();
        let language = self.read(post, &mut extractor);
        let mut chars = Vec::new();
        text::normalise_into(post, &mut chars);
        let asked = HeadName::EVERY_POST.into_iter().filter_map(|name| Some((self.head(&name)?, name)));
        asked
            .map(|(head, name)| {
                let (probabilities, evidence) = head.weigh(&extractor, language);
                let mut labels: Vec<(String, f32)> =
                    head.labels.iter().cloned().zip(probabilities.iter().copied()).collect();
                labels.sort_by(|a, b| b.1.total_cmp(&a.1));
                let (best, second) = top_two(&probabilities);
                let (seen, by_place) = (HashSet::new(), BTreeMap::new());
                let voice = extractor.voice();
                let mut spoken = Spoken { head, key: Key::new(language), voice, best, second, seen, by_place };
                features::visit(&chars, &mut spoken);
                let unit = share(evidence) / head.calibration.of(language);
                Explanation {
                    head: name.as_str().to_owned(),
                    answer: self.answer(&name, &extractor, language).unwrap_or_default(),
                    labels,
                    fragments: spoken.fragments(&chars, unit, limit),
                }
            })
            .collect()
    }
}

/// Listens to the features of a post and adds up what each place says.
struct Spoken<'h> {
    head: &'h Head,
    key: Key,
    voice: Option<Key>,
    best: usize,
    second: usize,
    seen: HashSet<u32>,
    by_place: BTreeMap<(usize, usize), f32>,
}

impl Sink for Spoken<'_> {
    fn feature(&mut self, hash: u32, wide: bool, at: Range<usize>) {
        if !wide || self.head.hears.wide {
            self.hear(hash, at.clone());
        }
        if let Some(voice) = self.voice.filter(|_| self.head.hears.voiced) {
            self.hear(voice.of(hash), at);
        }
    }

    fn word(&mut self, hash: u32, at: Range<usize>) {
        if self.head.hears.keyed {
            self.hear(self.key.of(hash), at);
        }
    }
}

impl Spoken<'_> {
    fn hear(&mut self, hash: u32, at: Range<usize>) {
        if at.is_empty() || !self.seen.insert(hash) {
            return;
        }
        let Some(row) = self.head.row(hash) else { return };
        let weight = |label: usize| f32::from(row(label)) * self.head.scale[label];
        *self.by_place.entry((at.start, at.end)).or_default() += weight(self.best) - weight(self.second);
    }
}

impl Spoken<'_> {
    fn fragments(self, chars: &[char], unit: f32, limit: usize) -> Vec<Fragment> {
        let mut by_text: BTreeMap<String, f32> = BTreeMap::new();
        for ((start, end), say) in self.by_place {
            *by_text.entry(text::spell(&chars[start..end])).or_default() += say * unit;
        }
        let mut fragments: Vec<Fragment> =
            by_text.into_iter().map(|(text, weight)| Fragment { text, weight }).collect();
        fragments.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
        fragments.truncate(limit);
        fragments
    }
}
