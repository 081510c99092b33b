//! Makes confidence honest: of a hundred posts that a head is 80 % sure of, eighty should be right.

use std::collections::BTreeMap;

use super::Gathered;
use super::examples::Example;
use crate::features::Extractor;
use crate::math;
use crate::model::{Calibration, Ear, Head};

/// Fewer rows of a language than this say too little about it.
const ENOUGH: usize = 60;

/// A row that was not learned from: its scores, its label, how much it counts.
type Scored = (Vec<f32>, usize, f64);

/// The temperatures under which rows that were not learned from are least surprising; 1 when there are none.
pub fn calibrate(head: &Head, gathered: &Gathered, rows: &[Example], ear: Option<Ear<'_>>) -> Calibration {
    let mut extractor = Extractor::default();
    let mut all = Vec::with_capacity(rows.len());
    let mut by_language: BTreeMap<String, Vec<Scored>> = BTreeMap::new();
    for row in rows {
        extractor.read(gathered.text(row));
        let heard = ear.and_then(|ear| ear.hear(row.text, &mut extractor)).unwrap_or_default();
        let scored = (head.scores(&extractor), usize::from(row.label), f64::from(row.weight));
        by_language.entry(heard.to_owned()).or_default().push(scored.clone());
        all.push(scored);
    }
    let enough = by_language.into_iter().filter(|(language, rows)| !language.is_empty() && rows.len() >= ENOUGH);
    Calibration {
        temperature: temperature(&all),
        by_language: enough.map(|(language, rows)| (language, temperature(&rows))).collect(),
    }
}

fn temperature(rows: &[Scored]) -> f32 {
    if rows.is_empty() {
        return 1.0;
    }
    let surprise = |temperature: f32| -> f64 {
        let mut sum = 0.0;
        for (scores, label, weight) in rows {
            let mut probabilities = scores.clone();
            math::softmax(&mut probabilities, temperature);
            sum -= weight * math::ln(f64::from(probabilities[*label]).max(1e-12));
        }
        sum
    };
    // The surprise has one lowest point, so thirds of the range can be thrown away in turn; of its logarithm, for nobody knows
    // how large the scores of a head are.
    let power = |log: f64| math::exp(log) as f32;
    let (mut low, mut high) = (-9.0_f64, 2.0_f64);
    for _ in 0..24 {
        let (left, right) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if surprise(power(left)) < surprise(power(right)) { high = right } else { low = left }
    }
    power((low + high) / 2.0)
}
