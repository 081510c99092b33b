//! The features of all examples of a head, read once and kept in one long list.

use super::Gathered;
use super::examples::Example;
use crate::features::Extractor;
use crate::model::{Ear, Hears, Kept};

/// What each example shows: features in the numbering of the learner.
pub struct Reading {
    /// The features of example `i` are those from `starts[i]` to `starts[i + 1]`.
    starts: Vec<usize>,
    features: Vec<u32>,
}

impl Reading {
    /// Reads every example; features are the upper `bits` of their hashes. Words are keyed by what the language head says, for
    /// that is what they will be keyed by in use, right or wrong.
    pub fn new(examples: &[Example], gathered: &Gathered, hears: Hears, bits: u32, ear: Option<Ear<'_>>) -> Reading {
        let mut extractor = Extractor::default();
        let mut reading = Reading { starts: vec![0], features: Vec::new() };
        for example in examples {
            extractor.read(gathered.text(example));
            let from = reading.features.len();
            reading.features.extend(extractor.core().iter().map(|hash| hash >> (32 - bits)));
            if hears.wide {
                reading.features.extend(extractor.wide().iter().map(|hash| hash >> (32 - bits)));
            }
            if let Some(ear) = ear.filter(|_| hears.keyed || hears.voiced) {
                ear.hear(example.text, &mut extractor);
            }
            if hears.keyed {
                reading.features.extend(extractor.keyed().iter().map(|hash| hash >> (32 - bits)));
            }
            if hears.voiced {
                reading.features.extend(extractor.voiced().iter().map(|hash| hash >> (32 - bits)));
            }
            if hears.paired {
                reading.features.extend(extractor.paired().iter().map(|hash| hash >> (32 - bits)));
            }
            // Two hashes may meet in one feature, which then speaks twice, as it will in use.
            reading.features[from..].sort_unstable();
            reading.starts.push(reading.features.len());
        }
        reading
    }

    /// The features of an example.
    pub fn of(&self, example: usize) -> &[u32] {
        &self.features[self.starts[example]..self.starts[example + 1]]
    }

    /// Keeps the features that `kept` has, under the number of their row.
    pub fn narrow(&mut self, kept: &Kept) {
        let shift = 32 - kept.bits();
        let mut to = 0;
        let mut from = 0;
        for end in &mut self.starts[1..] {
            for at in from..*end {
                if let Some(place) = kept.place(self.features[at] << shift) {
                    self.features[to] = place as u32;
                    to += 1;
                }
            }
            from = *end;
            *end = to;
        }
        self.features.truncate(to);
    }
}
