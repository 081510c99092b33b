//! Why the model said so, in the customer's own words: for a person at a terminal, never for a fact or a log.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use super::head::{Head, share};
use super::{Model, Scored, top_two};
use crate::features::{self, Extractor, Sink};
use crate::manifest::HeadName;
use crate::text;

/// One head's answer with what spoke for and against it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Explanation {
    /// `language`, `sentiment` or `intent`.
    pub head: &'static str,
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
    /// Explains each head's answer with at most `limit` fragments.
    pub fn explain(&self, post: &str, limit: usize) -> Vec<Explanation> {
        let mut extractor = Extractor::default();
        extractor.read(post);
        let mut chars = Vec::new();
        text::normalise_into(post, &mut chars);
        HeadName::ALL
            .into_iter()
            .map(|name| {
                let head = self.head(name);
                let probabilities = head.probabilities(&extractor);
                let mut labels: Vec<(String, f32)> =
                    head.labels.iter().cloned().zip(probabilities.iter().copied()).collect();
                labels.sort_by(|a, b| b.1.total_cmp(&a.1));
                let (best, second) = top_two(&probabilities);
                let mut spoken = Spoken { head, best, second, seen: HashSet::new(), by_place: BTreeMap::new() };
                features::visit(&chars, &mut spoken);
                let unit = share(head.evidence(&extractor)) / head.temperature;
                Explanation {
                    head: name.as_str(),
                    answer: self.answer(name, &extractor),
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
    best: usize,
    second: usize,
    seen: HashSet<u32>,
    by_place: BTreeMap<(usize, usize), f32>,
}

impl Sink for Spoken<'_> {
    fn feature(&mut self, hash: u32, wide: bool, at: Range<usize>) {
        if (wide && !self.head.wide) || at.is_empty() || !self.seen.insert(hash) {
            return;
        }
        let Some(row) = self.head.row(hash) else { return };
        let say = f32::from(row[self.best]) * self.head.scale[self.best]
            - f32::from(row[self.second]) * self.head.scale[self.second];
        *self.by_place.entry((at.start, at.end)).or_default() += say;
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
