//! Multinomial logistic regression over hashed features, by stochastic steps that adapt to each weight (AdaGrad).
//!
//! It learns twice. The first time every feature may speak, in a table too large to ship; it shows which features decide. The
//! second time only the best of them speak, in their final places, so that their weights make up for those that are gone.

use super::examples::Example;
use super::{Examples, Gathered, Progress, Recipe};
use crate::features::Extractor;
use crate::manifest::HeadName;
use crate::math::{self, Shuffle};
use crate::model::{Abstain, Head, Kept, share};

/// How often progress is told, in examples.
const TELL_EVERY: usize = 4096;

/// One head's training.
pub struct Lesson<'a> {
    /// Which head.
    pub name: HeadName,
    /// How.
    pub recipe: &'a Recipe,
    /// Where the texts are.
    pub gathered: &'a Gathered,
}

/// Weights while they learn, in full precision, a row a feature.
struct Weights {
    width: usize,
    values: Vec<f32>,
    slopes: Vec<f32>,
    bias: Vec<f32>,
    bias_slopes: Vec<f32>,
    /// A bias a source, learned so that the weights need not explain what a source is used to say; not part of the model.
    habits: Vec<f32>,
    habit_slopes: Vec<f32>,
}

/// Where a feature's row is.
trait Places {
    fn place(&self, hash: u32) -> Option<usize>;
}

/// Every feature has a row.
struct All {
    bits: u32,
}

impl Places for All {
    fn place(&self, hash: u32) -> Option<usize> {
        Some((hash >> (32 - self.bits)) as usize)
    }
}

impl Places for Kept {
    fn place(&self, hash: u32) -> Option<usize> {
        Kept::place(self, hash)
    }
}

impl Lesson<'_> {
    /// Learns from the examples and rounds what was learned to signed bytes; the temperature is left at one.
    pub fn learn(
        &self,
        examples: &mut Examples,
        extractor: &mut Extractor,
        progress: &mut dyn FnMut(Progress),
    ) -> Head {
        let width = examples.labels.len();
        let all = All { bits: self.recipe.bits };
        let mut weights = Weights::new(width, 1 << all.bits, examples.sources.len());
        let mut seen = vec![0.0_f32; 1 << all.bits];
        self.run(&all, &mut weights, Some(&mut seen), examples, extractor, progress);
        let kept = self.select(&weights, &seen);
        drop((weights, seen));
        let mut weights = Weights::new(width, kept.count(), examples.sources.len());
        self.run(&kept, &mut weights, None, examples, extractor, progress);
        weights.into_head(self.recipe, kept, examples.labels.clone())
    }

    fn run(
        &self,
        places: &impl Places,
        weights: &mut Weights,
        mut seen: Option<&mut Vec<f32>>,
        examples: &mut Examples,
        extractor: &mut Extractor,
        progress: &mut dyn FnMut(Progress),
    ) {
        let recipe = self.recipe;
        let (first, passes) = if seen.is_some() { (0, recipe.choosing) } else { (recipe.choosing, recipe.passes) };
        let of = examples.train.len();
        let steps = (of * passes as usize) as f32;
        let mut rows = Vec::new();
        let mut scores = vec![0.0; weights.width];
        for pass in 0..passes {
            Shuffle(u64::from(first + pass) + 2).shuffle(&mut examples.train);
            for (done, example) in examples.train.iter().enumerate() {
                if done % TELL_EVERY == 0 {
                    let passes = recipe.choosing + recipe.passes;
                    progress(Progress::Learning { head: self.name.as_str(), pass: first + pass + 1, passes, done, of });
                }
                extractor.read(self.gathered.text(example));
                let wide: &[u32] = if recipe.wide { extractor.wide() } else { &[] };
                rows.clear();
                rows.extend(extractor.core().iter().chain(wide).filter_map(|hash| places.place(*hash)));
                if let Some(seen) = seen.as_deref_mut().filter(|_| pass == 0) {
                    rows.iter().for_each(|row| seen[*row] += example.weight);
                }
                let left = 1.0 - ((pass as usize * of + done) as f32) / steps;
                let uses: &[bool] = if recipe.habits { &examples.sources[usize::from(example.source)] } else { &[] };
                weights.step(&rows, example, uses, recipe.rate * left, &mut scores);
            }
        }
    }

    /// The features that decide most: by how far they drive labels apart, and how often.
    fn select(&self, weights: &Weights, seen: &[f32]) -> Kept {
        let mut worth: Vec<(f32, u32)> = Vec::new();
        for (feature, (row, &seen)) in weights.values.chunks(weights.width).zip(seen).enumerate() {
            // What was seen once may be chance, and will rarely be met again; but one of our own rows is worth several.
            if seen >= self.recipe.seen_at_least {
                worth.push((spread(row) * seen, feature as u32));
            }
        }
        worth.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        worth.truncate(self.recipe.keep);
        let mut words = vec![0_u64; 1 << (self.recipe.bits - 6)];
        for (_, feature) in worth {
            words[(feature >> 6) as usize] |= 1 << (feature & 63);
        }
        Kept::new(self.recipe.bits, words).expect("the bitmap was made for this number of bits")
    }
}

/// One step against the gradient, the shorter the more this weight has moved before.
fn adapt(weight: &mut f32, slope: &mut f32, gradient: f32, rate: f32) {
    *slope += gradient * gradient;
    *weight -= rate * gradient / (slope.sqrt() + 1e-6);
}

/// The variance of a row's weights: nothing for a feature that says the same to all labels.
fn spread(row: &[f32]) -> f32 {
    let mean = row.iter().sum::<f32>() / row.len() as f32;
    row.iter().map(|w| (w - mean) * (w - mean)).sum()
}

impl Weights {
    fn new(width: usize, rows: usize, sources: usize) -> Weights {
        Weights {
            width,
            values: vec![0.0; width * rows],
            slopes: vec![0.0; width * rows],
            bias: vec![0.0; width],
            bias_slopes: vec![0.0; width],
            habits: vec![0.0; width * sources],
            habit_slopes: vec![0.0; width * sources],
        }
    }

    fn step(&mut self, rows: &[usize], example: &Example, uses: &[bool], rate: f32, scores: &mut [f32]) {
        let width = self.width;
        let share = share(rows.len());
        scores.fill(0.0);
        for row in rows {
            for (score, w) in scores.iter_mut().zip(&self.values[row * width..(row + 1) * width]) {
                *score += w;
            }
        }
        for (score, bias) in scores.iter_mut().zip(&self.bias) {
            *score = *score * share + bias;
        }
        let habit = usize::from(example.source) * width;
        for (c, &used) in uses.iter().enumerate() {
            scores[c] = if used { scores[c] + self.habits[habit + c] } else { f32::NEG_INFINITY };
        }
        math::softmax(scores, 1.0);
        scores[usize::from(example.label)] -= 1.0;
        // With habits, what a source says anyway is learned for that source alone, and the bias of the model stays nothing.
        let (offsets, slopes, rate_here) = match uses.is_empty() {
            true => (&mut self.bias[..], &mut self.bias_slopes[..], 0.1 * rate),
            false => {
                let mine = habit..habit + width;
                (&mut self.habits[mine.clone()], &mut self.habit_slopes[mine], rate)
            }
        };
        for ((g, offset), slope) in scores.iter_mut().zip(offsets).zip(slopes) {
            *g *= example.weight;
            adapt(offset, slope, *g, rate_here);
            *g *= share;
        }
        for row in rows {
            let values = &mut self.values[row * width..(row + 1) * width];
            let slopes = &mut self.slopes[row * width..(row + 1) * width];
            for ((w, s), g) in values.iter_mut().zip(slopes).zip(scores.iter()) {
                adapt(w, s, *g, rate);
            }
        }
    }

    /// Rounds the weights to signed bytes, one scale a label.
    fn into_head(self, recipe: &Recipe, kept: Kept, labels: Vec<String>) -> Head {
        let scale: Vec<f32> = (0..self.width).map(|c| self.scale_of(c)).collect();
        let rounded = |(i, w): (usize, &f32)| (w / scale[i % self.width]).round().clamp(-127.0, 127.0) as i8;
        Head {
            labels,
            wide: recipe.wide,
            abstain: recipe.abstain_below.map(Abstain::undetermined),
            temperature: 1.0,
            rows: self.values.iter().enumerate().map(rounded).collect(),
            kept,
            bias: self.bias,
            scale,
        }
    }

    /// What one step of the table is worth for a label: the largest of ten thousand weights takes the whole range, so that
    /// a few giants do not cost the others their precision.
    fn scale_of(&self, label: usize) -> f32 {
        let column = self.values.iter().skip(label).step_by(self.width);
        let mut sizes: Vec<f32> = column.map(|w| w.abs()).filter(|w| *w > 0.0).collect();
        if sizes.is_empty() {
            return 1.0;
        }
        let place = sizes.len() - 1 - sizes.len() / 10_000;
        let (_, size, _) = sizes.select_nth_unstable_by(place, f32::total_cmp);
        *size / 127.0
    }
}
