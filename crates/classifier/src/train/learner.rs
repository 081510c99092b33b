//! One-vs-rest linear classifiers over naive-Bayes-weighted features, by dual coordinate descent.
//!
//! Each label has a classifier of its own: a support vector machine with squared hinge loss whose features are scaled by how
//! much they tell the label from the rest (the log ratio of their counts, as in Wang and Manning, "Baselines and Bigrams",
//! 2012). It is solved in the dual, a row at a time (Hsieh et al., 2008): no step size, and a few passes are enough. All
//! labels go through a row together, so that one walk through memory serves them all.
//!
//! It learns twice. The first time every feature may speak that was met often enough; it shows which features decide. The
//! second time only the best of them speak, so that their weights make up for those that are gone.

use bytes::Bytes;

use super::examples::Example;
use super::reading::Reading;
use super::{Examples, Gathered, Progress, Recipe};
use crate::manifest::HeadName;
use crate::math::{self, Shuffle};
use crate::model::{Calibration, Ear, Head, Kept, share};

/// How often progress is told, in examples.
const TELL_EVERY: usize = 16_384;

/// One head's training.
pub struct Lesson<'a> {
    /// Which head.
    pub name: &'a HeadName,
    /// How.
    pub recipe: &'a Recipe,
    /// Where the texts are.
    pub gathered: &'a Gathered,
    /// Under whose answers words are keyed.
    pub ear: Option<Ear<'a>>,
}

impl Lesson<'_> {
    /// Learns from the examples and rounds what was learned to signed bytes; the temperature is left at one.
    pub fn learn(&self, examples: &Examples, progress: &mut dyn FnMut(Progress)) -> Head {
        let recipe = self.recipe;
        let mut reading = Reading::new(&examples.train, self.gathered, recipe.hears, recipe.bits, self.ear);
        let met = self.often_met(&reading, &examples.train);
        reading.narrow(&met);
        let mut weights = Weights::new(&reading, examples, met.count(), recipe);
        if met.count() > recipe.keep {
            self.run(&mut weights, &reading, examples, 0, progress);
            let (kept, narrowed) = self.select(&weights, &met);
            reading.narrow(&narrowed);
            weights = Weights::new(&reading, examples, kept.count(), recipe);
            self.run(&mut weights, &reading, examples, 1, progress);
            return weights.into_head(recipe, kept, examples);
        }
        self.run(&mut weights, &reading, examples, 1, progress);
        weights.into_head(recipe, met, examples)
    }

    /// What was seen once may be chance, and will rarely be met again; but one of our own rows is worth several.
    fn often_met(&self, reading: &Reading, examples: &[Example]) -> Kept {
        let mut seen = vec![0.0_f32; 1 << self.recipe.bits];
        for (i, example) in examples.iter().enumerate() {
            reading.of(i).iter().for_each(|feature| seen[*feature as usize] += example.weight);
        }
        let often = seen.iter().enumerate().filter(|(_, seen)| **seen >= self.recipe.seen_at_least);
        Kept::of(self.recipe.bits, often.map(|(feature, _)| feature as u32)).expect("features have this number of bits")
    }

    fn run(
        &self,
        weights: &mut Weights,
        reading: &Reading,
        examples: &Examples,
        round: u32,
        progress: &mut dyn FnMut(Progress),
    ) {
        let of = examples.train.len();
        let mut order: Vec<u32> = (0..of as u32).collect();
        let passes = self.recipe.passes;
        for pass in 0..passes {
            Shuffle(u64::from(round * passes + pass) + 2).shuffle(&mut order);
            for (done, i) in order.iter().enumerate() {
                if done % TELL_EVERY == 0 {
                    let (pass, passes) = (round * passes + pass + 1, 2 * passes);
                    progress(Progress::Learning { head: self.name.as_str().to_owned(), pass, passes, done, of });
                }
                let i = *i as usize;
                let example = &examples.train[i];
                weights.step(i, reading.of(i), example, &examples.sources[usize::from(example.source)]);
            }
        }
    }

    /// The features that decide most: by how far they drive labels apart, and how often. Given in the numbering of hashes and
    /// in that of the rows so far.
    fn select(&self, weights: &Weights, met: &Kept) -> (Kept, Kept) {
        let mut worth: Vec<(f32, u32)> = Vec::with_capacity(weights.rows());
        for (row, seen) in weights.seen.iter().enumerate() {
            worth.push((spread(weights.row(row)) * seen, row as u32));
        }
        worth.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        worth.truncate(self.recipe.keep);
        let mut chosen: Vec<u32> = worth.into_iter().map(|(_, row)| row).collect();
        chosen.sort_unstable();
        let hashes = features_of(met, &chosen);
        let bits = (usize::BITS - weights.rows().leading_zeros()).max(6);
        let of = |bits, features: Vec<u32>| Kept::of(bits, features).expect("features have this number of bits");
        (of(self.recipe.bits, hashes), of(bits, chosen))
    }
}

/// The features whose rows stand at these places, which are sorted.
fn features_of(kept: &Kept, places: &[u32]) -> Vec<u32> {
    let mut features = Vec::with_capacity(places.len());
    let (mut place, mut next) = (0, 0);
    for (at, byte) in kept.bitmap().iter().enumerate() {
        for bit in (0..8).filter(|bit| byte & (1 << bit) != 0) {
            if places.get(next) == Some(&place) {
                features.push((at as u32) << 3 | bit);
                next += 1;
            }
            place += 1;
        }
    }
    features
}

/// The variance of a row's weights: nothing for a feature that says the same to all labels.
fn spread(row: &[f32]) -> f32 {
    let mean = row.iter().sum::<f32>() / row.len() as f32;
    row.iter().map(|w| (w - mean) * (w - mean)).sum()
}

/// The classifiers of all labels while they learn.
struct Weights {
    width: usize,
    /// A row a feature: for each label the weight, then for each label the square of the feature's scale.
    table: Vec<f32>,
    /// How often each feature was met.
    seen: Vec<f32>,
    bias: Vec<f32>,
    /// A bias a source, learned so that the weights need not explain what a source is used to say; not part of the model.
    habits: Vec<f32>,
    habit_scale: f32,
    /// Whether sources may leave labels out that would have fitted.
    partial: bool,
    /// For each example and label, how much the example holds the classifier to its side.
    holds: Vec<f32>,
    /// Half the inverse of what a violation costs, by example.
    slack: Vec<f32>,
    sums: Vec<f32>,
    lengths: Vec<f32>,
}

impl Weights {
    fn new(reading: &Reading, examples: &Examples, rows: usize, recipe: &Recipe) -> Weights {
        let width = examples.labels.len();
        let (seen, ratios) = log_ratios(reading, examples, rows, recipe.smoothing);
        let mut table = vec![0.0; 2 * width * rows];
        let mass: f64 = examples.train.iter().map(|example| f64::from(example.weight)).sum();
        for ((row, ratios), seen) in table.chunks_exact_mut(2 * width).zip(ratios.chunks_exact(width)).zip(&seen) {
            let rarity = square_of_rarity(f64::from(*seen) / mass, recipe.rarity);
            for (square, ratio) in row[width..].iter_mut().zip(ratios) {
                *square = rarity * square_of_scale(*ratio, recipe.bayes);
            }
        }
        Weights {
            width,
            table,
            seen,
            bias: vec![0.0; width],
            habits: vec![0.0; width * examples.sources.len()],
            habit_scale: recipe.habits,
            partial: recipe.partial,
            holds: vec![0.0; width * examples.train.len()],
            slack: examples.train.iter().map(|example| 0.5 / (recipe.cost * example.weight)).collect(),
            sums: vec![0.0; width],
            lengths: vec![0.0; width],
        }
    }

    fn rows(&self) -> usize {
        self.seen.len()
    }

    fn row(&self, row: usize) -> &[f32] {
        &self.table[2 * row * self.width..(2 * row + 1) * self.width]
    }

    /// Moves every label's classifier to where this example is content with it, as far as the others allow.
    fn step(&mut self, i: usize, features: &[u32], example: &Example, uses: &[bool]) {
        let width = self.width;
        self.sums.fill(0.0);
        self.lengths.fill(0.0);
        for feature in features {
            let (weights, squares) = self.table[2 * *feature as usize * width..][..2 * width].split_at(width);
            for ((sum, length), (w, s)) in self.sums.iter_mut().zip(&mut self.lengths).zip(weights.iter().zip(squares))
            {
                *sum += w;
                *length += s;
            }
        }
        let share = share(features.len());
        let source = usize::from(example.source) * width;
        let holds = &mut self.holds[i * width..(i + 1) * width];
        let mut moved = false;
        for (label, hold) in holds.iter_mut().enumerate() {
            // A source that never uses a label says nothing about it; but a text in one language is in no other.
            if !uses[label] && self.partial {
                self.sums[label] = 0.0;
                continue;
            }
            let side = if usize::from(example.label) == label { 1.0 } else { -1.0 };
            let habit = self.habits[source + label];
            let margin = side * (share * self.sums[label] + self.bias[label] + habit);
            let length = share * share * self.lengths[label] + 1.0 + self.habit_scale;
            let wanted = *hold - (margin - 1.0 + self.slack[i] * *hold) / (length + self.slack[i]);
            let new = wanted.max(0.0);
            let change = (new - *hold) * side;
            *hold = new;
            self.bias[label] += change;
            self.habits[source + label] += change * self.habit_scale;
            self.sums[label] = change * share;
            moved |= change != 0.0;
        }
        if !moved {
            return;
        }
        for feature in features {
            let (weights, squares) = self.table[2 * *feature as usize * width..][..2 * width].split_at_mut(width);
            for ((w, s), change) in weights.iter_mut().zip(squares).zip(&self.sums) {
                *w += change * *s;
            }
        }
    }

    /// Rounds the weights to signed bytes, one scale a label.
    fn into_head(self, recipe: &Recipe, kept: Kept, examples: &Examples) -> Head {
        let (labels, width) = (examples.labels.clone(), self.width);
        let scale: Vec<f32> = (0..width).map(|label| self.scale_of(label)).collect();
        let mut rows = Vec::with_capacity(width * self.rows());
        for row in 0..self.rows() {
            let rounded = self.row(row).iter().zip(&scale).map(|(w, scale)| (w / scale).round().clamp(-127.0, 127.0));
            rows.extend(rounded.map(|step| (step as i8).cast_unsigned()));
        }
        Head {
            labels,
            hears: recipe.hears,
            abstain: recipe.abstain.clone(),
            calibration: Calibration::flat(1.0),
            rows: Bytes::from(rows),
            kept,
            bias: self.bias,
            scale,
        }
    }

    /// What one step of the table is worth for a label: the largest of ten thousand weights takes the whole range, so that
    /// a few giants do not cost the others their precision.
    fn scale_of(&self, label: usize) -> f32 {
        let column = (0..self.rows()).map(|row| self.row(row)[label].abs());
        let mut sizes: Vec<f32> = column.filter(|w| *w > 0.0).collect();
        if sizes.is_empty() {
            return 1.0;
        }
        let place = sizes.len() - 1 - sizes.len() / 10_000;
        let (_, size, _) = sizes.select_nth_unstable_by(place, f32::total_cmp);
        *size / 127.0
    }
}

/// The square of a feature's scale by its naive-Bayes ratio.
fn square_of_scale(ratio: f32, power: f32) -> f32 {
    // A ratio of nothing has no logarithm.
    let size = f64::from(ratio.abs()).max(1e-6);
    math::exp(2.0 * f64::from(power) * math::ln(size)) as f32
}

/// The square of a feature's scale by its share of the examples.
fn square_of_rarity(share: f64, power: f32) -> f32 {
    let bits = 1.0 - math::ln(share.clamp(1e-9, 1.0));
    math::exp(2.0 * f64::from(power) * math::ln(bits)) as f32
}

/// How often each feature was met, and for each feature and label the logarithm of how much likelier the feature is with the
/// label than without.
fn log_ratios(reading: &Reading, examples: &Examples, rows: usize, smoothing: f32) -> (Vec<f32>, Vec<f32>) {
    let width = examples.labels.len();
    let mut counts = vec![smoothing; width * rows];
    let mut seen = vec![0.0; rows];
    for (i, example) in examples.train.iter().enumerate() {
        for feature in reading.of(i) {
            seen[*feature as usize] += example.weight;
            counts[*feature as usize * width + usize::from(example.label)] += example.weight;
        }
    }
    let mut totals = vec![0.0_f64; width];
    for row in counts.chunks_exact(width) {
        totals.iter_mut().zip(row).for_each(|(total, count)| *total += f64::from(*count));
    }
    let all: f64 = totals.iter().sum();
    for (row, seen) in counts.chunks_exact_mut(width).zip(&seen) {
        for (count, total) in row.iter_mut().zip(&totals) {
            let with = f64::from(*count) / total;
            let rest = f64::from(*seen + smoothing * 2.0 - *count).max(1e-6);
            let without = rest / (all - total).max(1e-6);
            *count = math::ln(with / without) as f32;
        }
    }
    (seen, counts)
}
