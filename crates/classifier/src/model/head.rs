//! One linear head: for each feature that was worth keeping a row of small integers, a column a label.
//!
//! A feature is the upper `bits` of its hash. Training sees all of them and keeps those that decide most; a bitmap says which,
//! and the rank of a feature in the bitmap is the place of its row. A feature that was not kept says nothing, so words that
//! training never saw do not disturb the answer. Bitmap and rows are read where the model's file lies: a head owns only the
//! counts that find a row.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::features::Extractor;
use crate::manifest::UNDETERMINED;
use crate::math;

/// A head in use.
#[derive(Clone, Debug)]
pub struct Head {
    /// One for each column.
    pub labels: Vec<String>,
    /// Which groups of features speak to this head beside the core.
    pub hears: Hears,
    /// When to answer that the head is not sure.
    pub abstain: Abstain,
    /// What makes probabilities of scores.
    pub calibration: Calibration,
    /// What a label scores before anything is read.
    pub bias: Vec<f32>,
    /// What one step of the rows is worth, by label.
    pub scale: Vec<f32>,
    /// Which features have a row.
    pub kept: Kept,
    /// Row after row of signed bytes, one for each kept feature.
    pub rows: Bytes,
}

/// The groups of features that a head listens to beside the core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hears {
    /// Longer n-grams, pairs and places.
    pub wide: bool,
    /// Words, pairs and places under the language.
    pub keyed: bool,
    /// All once more under the voice.
    pub voiced: bool,
    /// Any two words.
    pub paired: bool,
}

/// When a head does not commit itself.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Abstain {
    /// Below this probability of the best label the answer is not sure.
    pub below: f32,
    /// What it answers then; its best guess, marked as unsure, when absent.
    pub label: Option<String>,
}

impl Abstain {
    /// Answers [`UNDETERMINED`] below this probability.
    pub fn undetermined(below: f32) -> Abstain {
        Abstain { below, label: Some(UNDETERMINED.to_owned()) }
    }

    /// Answers its best guess below this probability, but marks it as unsure.
    pub fn unsure(below: f32) -> Abstain {
        Abstain { below, label: None }
    }
}

/// Temperatures that make a head's confidence honest, one for each language that had enough rows to fit one.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// For every other language.
    pub temperature: f32,
    /// By language.
    pub by_language: BTreeMap<String, f32>,
}

impl Calibration {
    /// The same temperature for all languages.
    pub fn flat(temperature: f32) -> Calibration {
        Calibration { temperature, by_language: BTreeMap::new() }
    }

    /// The temperature of posts in this language.
    pub fn of(&self, language: &str) -> f32 {
        self.by_language.get(language).copied().unwrap_or(self.temperature)
    }

    /// All temperatures.
    pub fn all(&self) -> impl Iterator<Item = f32> + '_ {
        self.by_language.values().copied().chain([self.temperature])
    }
}

/// The set of kept features and the place of each.
#[derive(Clone, Debug)]
pub struct Kept {
    bits: u32,
    /// Little-endian words of 64 features.
    bitmap: Bytes,
    /// How many features are kept before each word of the bitmap.
    before: Vec<u32>,
}

impl Kept {
    /// From a bitmap of `2^bits` features in little-endian words; `None` when it has another size.
    pub fn new(bits: u32, bitmap: Bytes) -> Option<Kept> {
        if !(6..=28).contains(&bits) || bitmap.len() != 1 << (bits - 3) {
            return None;
        }
        let mut before = Vec::with_capacity(bitmap.len() / 8 + 1);
        let mut sum = 0;
        for word in bitmap.as_chunks::<8>().0 {
            before.push(sum);
            sum += u64::from_le_bytes(*word).count_ones();
        }
        before.push(sum);
        Some(Kept { bits, bitmap, before })
    }

    /// From the kept features in any order.
    pub fn of(bits: u32, features: impl IntoIterator<Item = u32>) -> Option<Kept> {
        let mut bitmap = vec![0_u8; 1 << (bits.max(3) - 3)];
        for feature in features {
            *bitmap.get_mut((feature >> 3) as usize)? |= 1 << (feature & 7);
        }
        Kept::new(bits, bitmap.into())
    }

    /// How many bits of a hash make a feature.
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// The bitmap.
    pub fn bitmap(&self) -> &[u8] {
        &self.bitmap
    }

    /// How many features are kept.
    pub fn count(&self) -> usize {
        self.before.last().map_or(0, |count| *count as usize)
    }

    /// The place of a feature's row, if it was kept.
    pub fn place(&self, hash: u32) -> Option<usize> {
        let (place, kept) = look_up(self.bitmap.as_chunks().0, &self.before, hash >> (32 - self.bits));
        kept.then_some(place as usize)
    }

    /// The places of all features that were kept. Whether one is cannot be foretold, so nothing branches on it: the
    /// processor looks up the next ones while the memory answers for this one.
    fn places(&self, features: &[u32], places: &mut Vec<u32>) {
        let (words, before) = (self.bitmap.as_chunks().0, self.before.as_slice());
        let mut count = places.len();
        places.resize(count + features.len(), 0);
        for feature in features {
            let (place, kept) = look_up(words, before, feature >> (32 - self.bits));
            places[count] = place;
            count += usize::from(kept);
        }
        places.truncate(count);
    }
}

/// Where a feature's row is or would be, and whether it was kept.
fn look_up(words: &[[u8; 8]], before: &[u32], feature: u32) -> (u32, bool) {
    let at = (feature >> 6) as usize;
    let word = u64::from_le_bytes(words[at]);
    let bit = 1_u64 << (feature & 63);
    (before[at] + (word & (bit - 1)).count_ones(), word & bit != 0)
}

impl Head {
    /// The probability of each label in a post of this language, and how many features spoke.
    pub fn weigh(&self, extractor: &Extractor, language: &str) -> (Vec<f32>, usize) {
        let places = self.places(extractor);
        let mut scores = self.scores_of(&places);
        math::softmax(&mut scores, self.calibration.of(language));
        (scores, places.len())
    }

    /// The score of each label before calibration.
    pub fn scores(&self, extractor: &Extractor) -> Vec<f32> {
        self.scores_of(&self.places(extractor))
    }

    fn scores_of(&self, places: &[u32]) -> Vec<f32> {
        let mut sums = vec![0_i32; self.labels.len()];
        match self.labels.len() {
            2 => self.add_narrow::<2>(places, &mut sums),
            3 => self.add_narrow::<3>(places, &mut sums),
            6 => self.add_narrow::<6>(places, &mut sums),
            _ => self.add_broad(places, &mut sums),
        }
        let share = share(places.len());
        let terms = self.bias.iter().zip(&self.scale).zip(&sums);
        terms.map(|((bias, scale), sum)| bias + scale * share * *sum as f32).collect()
    }

    /// The row that a feature speaks with, if it was kept.
    pub fn row(&self, hash: u32) -> Option<impl Fn(usize) -> i8 + '_> {
        let row = self.row_at(self.kept.place(hash)?);
        Some(move |label: usize| row[label].cast_signed())
    }

    fn row_at(&self, place: usize) -> &[u8] {
        let width = self.labels.len();
        &self.rows[place * width..(place + 1) * width]
    }

    fn places(&self, extractor: &Extractor) -> Vec<u32> {
        let mut places = Vec::new();
        self.kept.places(extractor.core(), &mut places);
        if self.hears.wide {
            self.kept.places(extractor.wide(), &mut places);
        }
        if self.hears.keyed {
            self.kept.places(extractor.keyed(), &mut places);
        }
        if self.hears.voiced {
            self.kept.places(extractor.voiced(), &mut places);
        }
        if self.hears.paired {
            self.kept.places(&extractor.paired(), &mut places);
        }
        places
    }

    /// For heads of few labels the sums stay in registers.
    fn add_narrow<const WIDTH: usize>(&self, places: &[u32], sums: &mut [i32]) {
        let rows = self.rows.as_chunks::<WIDTH>().0;
        let mut local = [0_i32; WIDTH];
        for place in places {
            for (sum, weight) in local.iter_mut().zip(rows[*place as usize]) {
                *sum += i32::from(weight.cast_signed());
            }
        }
        for (sum, local) in sums.iter_mut().zip(local) {
            *sum += local;
        }
    }

    /// For heads of many labels sixteen-bit sums fit twice as many into a register; 256 rows cannot overflow them.
    fn add_broad(&self, places: &[u32], sums: &mut [i32]) {
        let mut local = vec![0_i16; self.labels.len()];
        for places in places.chunks(256) {
            for place in places {
                for (sum, weight) in local.iter_mut().zip(self.row_at(*place as usize)) {
                    *sum += i16::from(weight.cast_signed());
                }
            }
            spill(&mut local, sums);
        }
    }
}

fn spill(local: &mut [i16], sums: &mut [i32]) {
    for (sum, local) in sums.iter_mut().zip(local) {
        *sum += i32::from(*local);
        *local = 0;
    }
}

/// How much one of `features` counts, so that long posts are no more certain than short ones for being long.
pub fn share(features: usize) -> f32 {
    1.0 / (features.max(1) as f32).sqrt()
}
