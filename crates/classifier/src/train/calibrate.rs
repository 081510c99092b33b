//! Makes confidence honest: of a hundred posts that a head is 80 % sure of, eighty should be right.

use super::Gathered;
use super::examples::Example;
use crate::features::Extractor;
use crate::math;
use crate::model::Head;

/// The temperature under which rows that were not learned from are least surprising; 1 when there are none.
pub fn temperature(head: &Head, gathered: &Gathered, rows: &[Example], extractor: &mut Extractor) -> f32 {
    let mut scored = Vec::with_capacity(rows.len());
    for row in rows {
        extractor.read(gathered.text(row));
        scored.push((head.scores(extractor), usize::from(row.label), f64::from(row.weight)));
    }
    if scored.is_empty() {
        return 1.0;
    }
    let surprise = |temperature: f32| -> f64 {
        let mut sum = 0.0;
        for (scores, label, weight) in &scored {
            let mut probabilities = scores.clone();
            math::softmax(&mut probabilities, temperature);
            sum -= weight * math::ln(f64::from(probabilities[*label]).max(1e-12));
        }
        sum
    };
    // The surprise has one lowest point, so thirds of the range can be thrown away in turn.
    let (mut low, mut high) = (0.05_f32, 5.0_f32);
    for _ in 0..24 {
        let (left, right) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if surprise(left) < surprise(right) { high = right } else { low = left }
    }
    (low + high) / 2.0
}
