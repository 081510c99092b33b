//! What SQLite cannot add up by itself: percentiles, histograms, and the hours of the week.

use crate::figures::WEEK_HOURS_BYTES;
use crate::interval;
use crate::sketch::Sketch;
use rusqlite::Connection;
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::ValueRef;

const PERCENTS: [u64; 3] = [50, 90, 99];

/// Percentiles of many values, and how sure they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Percentiles {
    pub count: u64,
    /// For each of 50, 90 and 99: the value, and between which values the true one lies.
    at: [[f64; 3]; 3],
}

impl Percentiles {
    /// The smallest of the values that at least `percent` of a hundred do not exceed. None of nothing.
    pub fn of(mut values: Vec<i64>) -> Option<Percentiles> {
        values.sort_unstable();
        let place = |percent: u64| {
            let (low, high) = interval::ranks(values.len(), percent)?;
            Some([nearest_rank(&values, percent), values[low], values[high]].map(|value| value as f64))
        };
        let at = [place(PERCENTS[0])?, place(PERCENTS[1])?, place(PERCENTS[2])?];
        Some(Percentiles { count: values.len() as u64, at })
    }

    /// The value, the low and the high end of a percentile.
    pub fn get(&self, percent: u64) -> [f64; 3] {
        let at = PERCENTS.iter().position(|known| *known == percent).expect("the catalogue has 50, 90 and 99");
        self.at[at]
    }

    fn to_blob(&self) -> Vec<u8> {
        let numbers = self.at.iter().flatten().flat_map(|number| number.to_le_bytes());
        self.count.to_le_bytes().into_iter().chain(numbers).collect()
    }

    pub fn from_blob(blob: &[u8; 80]) -> Percentiles {
        let bytes = |at: usize| -> [u8; 8] { blob[at * 8..at * 8 + 8].try_into().expect("eight bytes") };
        let at = [0, 1, 2].map(|row| [0, 1, 2].map(|column| f64::from_le_bytes(bytes(1 + row * 3 + column))));
        Percentiles { count: u64::from_le_bytes(bytes(0)), at }
    }
}

/// The smallest value that at least `percent` of a hundred do not exceed. The values are in order and not none.
fn nearest_rank(values: &[i64], percent: u64) -> i64 {
    let rank = (values.len() as u64 * percent).div_ceil(100).max(1);
    values[usize::try_from(rank - 1).expect("a rank is at most the number of values")]
}

/// Readies a connection for these functions.
pub fn add(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_aggregate_function("percentiles", 1, flags, Spans { histogram: false })?;
    connection.create_aggregate_function("histogram", 1, flags, Spans { histogram: true })?;
    connection.create_aggregate_function("week_hours_covered", 1, flags, WeekHours)
}

/// `percentiles(x)` and `histogram(x)` of numbers, or of numbers of four bytes each that stand in one blob: all in one
/// blob, so that a group's values are gathered and put in order once.
struct Spans {
    histogram: bool,
}

impl Aggregate<Vec<i64>, Option<Vec<u8>>> for Spans {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Vec<i64>> {
        Ok(Vec::new())
    }

    fn step(&self, context: &mut Context<'_>, values: &mut Vec<i64>) -> rusqlite::Result<()> {
        match context.get_raw(0) {
            ValueRef::Integer(value) => values.push(value),
            ValueRef::Blob(blob) => values.extend(numbers(blob)),
            // Nothing to add.
            _ => {}
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, values: Option<Vec<i64>>) -> rusqlite::Result<Option<Vec<u8>>> {
        let Some(values) = values.filter(|values| !values.is_empty()) else { return Ok(None) };
        if !self.histogram {
            return Ok(Percentiles::of(values).map(|found| found.to_blob()));
        }
        let histogram = Sketch::of(values).to_pb();
        let pairs = histogram.bucket.into_iter().zip(histogram.count);
        Ok(Some(pairs.flat_map(|(bucket, count)| [u64::from(bucket), count]).flat_map(u64::to_le_bytes).collect()))
    }
}

/// The numbers of four bytes that stand in a blob.
pub fn numbers(blob: &[u8]) -> impl Iterator<Item = i64> {
    blob.as_chunks::<4>().0.iter().map(|bytes| i64::from(u32::from_le_bytes(*bytes)))
}

/// Buckets and counts from what `histogram` gave.
pub fn histogram_from_blob(blob: &[u8]) -> wire::pb::analytics::Histogram {
    let numbers: Vec<u64> = blob.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect();
    let pairs = numbers.as_chunks::<2>().0;
    wire::pb::analytics::Histogram {
        bucket: pairs.iter().map(|[bucket, _]| u32::try_from(*bucket).unwrap_or(u32::MAX)).collect(),
        count: pairs.iter().map(|[_, count]| *count).collect(),
    }
}

/// `week_hours_covered(x)`: hours in which posts came times 1000, and the hours of these in which answers went out.
struct WeekHours;

type Hours = [u8; WEEK_HOURS_BYTES];

impl Aggregate<Hours, i64> for WeekHours {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Hours> {
        Ok([0; WEEK_HOURS_BYTES])
    }

    fn step(&self, context: &mut Context<'_>, hours: &mut Hours) -> rusqlite::Result<()> {
        if let ValueRef::Blob(blob) = context.get_raw(0) {
            hours.iter_mut().zip(blob).for_each(|(hours, more)| *hours |= more);
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, hours: Option<Hours>) -> rusqlite::Result<i64> {
        let Some(hours) = hours else { return Ok(0) };
        let (posts, answers) = hours.split_at(WEEK_HOURS_BYTES / 2);
        let ones = |bytes: &mut dyn Iterator<Item = u8>| bytes.map(|byte| i64::from(byte.count_ones())).sum::<i64>();
        let asked = ones(&mut posts.iter().copied());
        let covered = ones(&mut posts.iter().zip(answers).map(|(posts, answers)| posts & answers));
        Ok(asked * 1_000 + covered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occur() {
        assert_eq!(nearest_rank(&[7], 50), 7);
        assert_eq!(nearest_rank(&[1, 2], 50), 1);
        assert_eq!(nearest_rank(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 90), 9);
        assert_eq!(nearest_rank(&(1..=200).collect::<Vec<_>>(), 99), 198);
        let found = Percentiles::of((1..=100).rev().collect()).unwrap();
        assert_eq!((found.count, found.get(50), found.get(99)[0]), (100, [50.0, 41.0, 61.0], 99.0));
        let blob: [u8; 80] = found.to_blob().try_into().unwrap();
        assert_eq!(Percentiles::from_blob(&blob), found);
        assert_eq!(Percentiles::of(Vec::new()), None);
    }
}
