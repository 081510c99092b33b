//! How sure a figure is: between which values the true one lies with 95 of 100 such samples. All of it is arithmetic over
//! sums, so the same log always gives the same interval.

/// Standard deviations of a normal distribution that hold 95 of 100.
const Z: f64 = 1.959_963_984_540_054;

/// Of a share: Wilson's score interval, which stays within 0 and 1 and holds for small samples too.
pub fn wilson(hits: f64, of: f64) -> Option<(f64, f64)> {
    if of <= 0.0 {
        return None;
    }
    let share = hits / of;
    let spread = Z * Z / of;
    let middle = (share + spread / 2.0) / (1.0 + spread);
    let half = Z / (1.0 + spread) * (share * (1.0 - share) / of + spread / (4.0 * of)).sqrt();
    Some(((middle - half).max(0.0), (middle + half).min(1.0)))
}

/// The sums that the interval of a ratio needs, over the conversations that add to its base.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sums {
    /// How many conversations have a base above zero.
    pub count: f64,
    pub part: f64,
    pub of: f64,
    pub part_part: f64,
    pub part_of: f64,
    pub of_of: f64,
}

/// Of a sum by a sum: the variance of a ratio over whole conversations, since the answers of one are alike. None below two
/// conversations.
pub fn ratio(sums: Sums) -> Option<(f64, f64)> {
    if sums.count < 2.0 || sums.of <= 0.0 {
        return None;
    }
    let ratio = sums.part / sums.of;
    let squares = (sums.part_part - 2.0 * ratio * sums.part_of + ratio * ratio * sums.of_of).max(0.0);
    let half = Z * (squares * sums.count / (sums.count - 1.0)).sqrt() / sums.of;
    Some(((ratio - half).max(0.0), ratio + half))
}

/// Of a percentile: the places, from 0, of the two values in order between which it lies. They follow from the binomial
/// distribution alone, whatever the times are distributed like.
pub fn ranks(count: usize, percent: u64) -> Option<(usize, usize)> {
    let last = count.checked_sub(1)?;
    let share = percent as f64 / 100.0;
    let middle = count as f64 * share;
    let half = Z * (middle * (1.0 - share)).sqrt();
    let low = (middle - half).floor().max(0.0) as usize;
    let high = (middle + half).ceil() as usize;
    Some((low.min(last), high.min(last)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: Option<(f64, f64)>, low: f64, high: f64) {
        let (one, other) = found.unwrap();
        assert!((one - low).abs() < 5e-4 && (other - high).abs() < 5e-4, "{one} {other}");
    }

    #[test]
    fn a_share_has_the_interval_of_the_books() {
        near(wilson(10.0, 100.0), 0.0552, 0.1744);
        near(wilson(0.0, 10.0), 0.0, 0.2775);
        near(wilson(7.0, 7.0), 0.6457, 1.0);
        assert_eq!(wilson(0.0, 0.0), None);
    }

    #[test]
    fn a_ratio_is_as_sure_as_its_conversations_are_alike() {
        // Ten conversations with two answers each, of which one is a hit: no doubt at all.
        let alike = Sums { count: 10.0, part: 10.0, of: 20.0, part_part: 10.0, part_of: 20.0, of_of: 40.0 };
        near(ratio(alike), 0.5, 0.5);
        // Five of them have two hits and five none: as unsure as ten throws of a coin, not as twenty.
        let apart = Sums { part_part: 20.0, ..alike };
        let (low, high) = ratio(apart).unwrap();
        assert!((high - low) / 2.0 > 0.32 && (high - low) / 2.0 < 0.34, "{low} {high}");
        assert_eq!(ratio(Sums { count: 1.0, ..alike }), None);
    }

    #[test]
    fn the_median_of_a_hundred_lies_between_the_fortieth_and_the_sixtieth() {
        assert_eq!(ranks(100, 50), Some((40, 60)));
        assert_eq!(ranks(3, 99), Some((2, 2)));
        assert_eq!(ranks(0, 50), None);
    }
}
