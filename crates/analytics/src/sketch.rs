//! Histograms that are merged by adding: percentiles of several answers, days or machines cannot be made of their
//! percentiles, but of these.
//!
//! Bucket 0 holds zero. Bucket i > 0 holds whole seconds above g^(i-1) up to g^i, with g = 1.02 / 0.98, and stands for
//! 2 g^i / (g + 1): what is read off differs from the exact percentile by 2 of 100 at most, however many values there are
//! and in whatever order and portions they came.

use std::collections::BTreeMap;
use wire::pb::analytics::Histogram;

/// By how much a value that is read off may differ, as a share of the exact one.
pub const ERROR: f64 = 0.02;
const GROWTH: f64 = (1.0 + ERROR) / (1.0 - ERROR);

/// How many values fell into which bucket.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sketch {
    buckets: BTreeMap<u32, u64>,
}

impl Sketch {
    pub fn of(values: impl IntoIterator<Item = i64>) -> Sketch {
        let mut sketch = Sketch::default();
        values.into_iter().for_each(|value| *sketch.buckets.entry(bucket(value)).or_default() += 1);
        sketch
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Sketch) {
        for (bucket, count) in &other.buckets {
            *self.buckets.entry(*bucket).or_default() += count;
        }
    }

    pub fn count(&self) -> u64 {
        self.buckets.values().sum()
    }

    /// The value that `percent` of a hundred do not exceed; none of nothing.
    pub fn percentile(&self, percent: u64) -> Option<f64> {
        let rank = (self.count() * percent).div_ceil(100).max(1);
        let mut below = 0;
        for (bucket, count) in &self.buckets {
            below += count;
            if below >= rank {
                return Some(value(*bucket));
            }
        }
        None
    }

    pub fn to_pb(&self) -> Histogram {
        Histogram { bucket: self.buckets.keys().copied().collect(), count: self.buckets.values().copied().collect() }
    }

    pub fn from_pb(histogram: &Histogram) -> Sketch {
        let buckets = histogram.bucket.iter().copied().zip(histogram.count.iter().copied());
        Sketch { buckets: buckets.collect() }
    }
}

fn bucket(value: i64) -> u32 {
    if value <= 0 {
        return 0;
    }
    // A whole number of seconds is at least 1 = g^0, which is in bucket 1.
    let power = (value as f64).ln() / GROWTH.ln();
    power.ceil().max(0.0) as u32 + u32::from(value == 1)
}

fn value(bucket: u32) -> f64 {
    match bucket {
        0 => 0.0,
        bucket => 2.0 * GROWTH.powf(f64::from(bucket)) / (GROWTH + 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn exact(values: &[i64], percent: u64) -> f64 {
        let mut values = values.to_vec();
        values.sort_unstable();
        let rank = (values.len() as u64 * percent).div_ceil(100).max(1);
        values[rank as usize - 1] as f64
    }

    proptest! {
        #[test]
        fn parts_make_the_whole_and_the_error_is_bounded(
            one in prop::collection::vec(0..10_000_000_i64, 1..200),
            other in prop::collection::vec(0..100_i64, 0..200),
            percent in 1..100_u64,
        ) {
            let all: Vec<i64> = one.iter().chain(&other).copied().collect();
            let mut merged = Sketch::of(one);
            merged.merge(&Sketch::from_pb(&Sketch::of(other).to_pb()));
            prop_assert_eq!(&merged, &Sketch::of(all.iter().copied()));
            prop_assert_eq!(merged.count(), all.len() as u64);
            let (found, wanted) = (merged.percentile(percent).unwrap(), exact(&all, percent));
            prop_assert!((found - wanted).abs() <= wanted * (ERROR + 1e-9), "{} for {}", found, wanted);
        }
    }

    #[test]
    fn nothing_has_no_percentile() {
        assert_eq!(Sketch::default().percentile(50), None);
        assert_eq!(Sketch::of([0, 0, 0]).percentile(99), Some(0.0));
    }
}
