//! One linear head: for each feature that was worth keeping a row of small integers, a column a label.
//!
//! A feature is the upper `bits` of its hash. Training sees all of them and keeps those that decide most; a bitmap says which,
//! and the rank of a feature in the bitmap is the place of its row. A feature that was not kept says nothing, so words that
//! training never saw do not disturb the answer.

use crate::features::Extractor;
use crate::manifest::UNDETERMINED;
use crate::math;

/// A head in use.
#[derive(Debug)]
pub struct Head {
    /// One for each column.
    pub labels: Vec<String>,
    /// Whether the wide features speak to this head.
    pub wide: bool,
    /// When to answer that the head is not sure.
    pub abstain: Option<Abstain>,
    /// Divides the scores before they become probabilities; fitted on rows that were not trained on.
    pub temperature: f32,
    /// What a label scores before anything is read.
    pub bias: Vec<f32>,
    /// What one step of the rows is worth, by label.
    pub scale: Vec<f32>,
    /// Which features have a row.
    pub kept: Kept,
    /// Row after row, one for each kept feature.
    pub rows: Vec<i8>,
}

/// When a head does not commit itself.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Abstain {
    /// Below this probability of the best label.
    pub below: f32,
    /// What it answers then.
    pub label: String,
}

impl Abstain {
    /// Answers [`UNDETERMINED`] below this probability.
    pub fn undetermined(below: f32) -> Abstain {
        Abstain { below, label: UNDETERMINED.to_owned() }
    }
}

/// The set of kept features and the place of each.
#[derive(Debug)]
pub struct Kept {
    bits: u32,
    words: Vec<u64>,
    /// How many features are kept before each word of the bitmap.
    before: Vec<u32>,
}

impl Kept {
    /// From a bitmap of `2^bits` features; `None` when it has another size.
    pub fn new(bits: u32, words: Vec<u64>) -> Option<Kept> {
        if !(6..=28).contains(&bits) || words.len() != 1 << (bits - 6) {
            return None;
        }
        let mut before = Vec::with_capacity(words.len());
        let mut sum = 0;
        for word in &words {
            before.push(sum);
            sum += word.count_ones();
        }
        Some(Kept { bits, words, before })
    }

    /// How many bits of a hash make a feature.
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// The bitmap.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// How many features are kept.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The place of a feature's row, if it was kept.
    pub fn place(&self, hash: u32) -> Option<usize> {
        let (place, kept) = self.look_up(hash);
        kept.then_some(place as usize)
    }

    /// Where a feature's row is or would be, and whether it was kept.
    fn look_up(&self, hash: u32) -> (u32, bool) {
        let feature = hash >> (32 - self.bits);
        let at = (feature >> 6) as usize;
        let word = self.words[at];
        let bit = 1_u64 << (feature & 63);
        (self.before[at] + (word & (bit - 1)).count_ones(), word & bit != 0)
    }

    /// The places of all features that were kept. Whether one is cannot be foretold, so nothing branches on it: the
    /// processor looks up the next ones while the memory answers for this one.
    fn places(&self, features: &[u32], places: &mut Vec<u32>) {
        let mut count = places.len();
        places.resize(count + features.len(), 0);
        for feature in features {
            let (place, kept) = self.look_up(*feature);
            places[count] = place;
            count += usize::from(kept);
        }
        places.truncate(count);
    }
}

impl Head {
    /// How many features of the post speak to this head.
    pub fn evidence(&self, extractor: &Extractor) -> usize {
        self.places(extractor).len()
    }

    /// The probability of each label.
    pub fn probabilities(&self, extractor: &Extractor) -> Vec<f32> {
        self.weigh(extractor).0
    }

    /// The probability of each label, and how many features spoke.
    pub fn weigh(&self, extractor: &Extractor) -> (Vec<f32>, usize) {
        let places = self.places(extractor);
        let mut scores = self.scores_of(&places);
        math::softmax(&mut scores, self.temperature);
        (scores, places.len())
    }

    /// The score of each label before calibration.
    pub fn scores(&self, extractor: &Extractor) -> Vec<f32> {
        self.scores_of(&self.places(extractor))
    }

    fn scores_of(&self, places: &[u32]) -> Vec<f32> {
        let mut sums = vec![0_i32; self.labels.len()];
        match self.labels.len() {
            3 => self.add_narrow::<3>(places, &mut sums),
            6 => self.add_narrow::<6>(places, &mut sums),
            _ => self.add_broad(places, &mut sums),
        }
        let share = share(places.len());
        let terms = self.bias.iter().zip(&self.scale).zip(&sums);
        terms.map(|((bias, scale), sum)| bias + scale * share * *sum as f32).collect()
    }

    /// The row that a feature speaks with, if it was kept.
    pub fn row(&self, hash: u32) -> Option<&[i8]> {
        self.kept.place(hash).map(|place| self.row_at(place))
    }

    fn row_at(&self, place: usize) -> &[i8] {
        let width = self.labels.len();
        &self.rows[place * width..(place + 1) * width]
    }

    fn places(&self, extractor: &Extractor) -> Vec<u32> {
        let mut places = Vec::new();
        self.kept.places(extractor.core(), &mut places);
        if self.wide {
            self.kept.places(extractor.wide(), &mut places);
        }
        places
    }

    /// For heads of few labels the sums stay in registers.
    fn add_narrow<const WIDTH: usize>(&self, places: &[u32], sums: &mut [i32]) {
        let mut local = [0_i32; WIDTH];
        for place in places {
            for (sum, &weight) in local.iter_mut().zip(self.row_at(*place as usize)) {
                *sum += i32::from(weight);
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
                for (sum, &weight) in local.iter_mut().zip(self.row_at(*place as usize)) {
                    *sum += i16::from(weight);
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
