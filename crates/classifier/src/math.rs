//! Logarithm and exponential built from the four exact operations, so that training gives the same bytes on every machine.
//!
//! The functions of the platform's mathematics library differ in their last bit between systems; a model whose version
//! is the hash of its content must not.

/// `e` to the power `x`, within a few units in the last place; saturates outside -700..700.
pub fn exp(x: f64) -> f64 {
    let x = x.clamp(-700.0, 700.0);
    let halvings = (x * std::f64::consts::LOG2_E).round();
    let rest = x - halvings * std::f64::consts::LN_2;
    let mut term = 1.0;
    let mut sum = 1.0;
    for n in 1..16 {
        term *= rest / f64::from(n);
        sum += term;
    }
    // The exponent field alone holds 2^halvings: the clamp above keeps it within the normal numbers.
    sum * f64::from_bits(((halvings as i64 + 1023) as u64) << 52)
}

/// The natural logarithm of a positive, normal `x`.
pub fn ln(x: f64) -> f64 {
    debug_assert!(x.is_normal() && x > 0.0);
    let bits = x.to_bits();
    let mut exponent = ((bits >> 52) & 0x7ff) as i64 - 1023;
    let mut mantissa = f64::from_bits((bits & ((1 << 52) - 1)) | (1023 << 52));
    if mantissa > std::f64::consts::SQRT_2 {
        mantissa /= 2.0;
        exponent += 1;
    }
    // ln m = 2 artanh((m-1)/(m+1)), and the argument is below 0.18.
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let square = t * t;
    let mut power = t;
    let mut sum = 0.0;
    for n in 0..12 {
        sum += power / f64::from(2 * n + 1);
        power *= square;
    }
    2.0 * sum + exponent as f64 * std::f64::consts::LN_2
}

/// Turns scores into probabilities in place; `temperature` above 1 makes them more modest.
pub fn softmax(scores: &mut [f32], temperature: f32) {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0_f64;
    for score in scores.iter_mut() {
        let weight = exp(f64::from((*score - highest) / temperature));
        *score = weight as f32;
        sum += weight;
    }
    for score in scores.iter_mut() {
        *score = (f64::from(*score) / sum) as f32;
    }
}

/// A small generator of well-mixed numbers (SplitMix64): the order of training is part of the model's recipe.
pub struct Shuffle(pub u64);

impl Shuffle {
    /// The next number of the sequence.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Puts `items` into an order that depends on nothing but the seed (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            let j = (self.next() % (i as u64 + 1)) as usize;
            items.swap(i, j);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_standard_library() {
        for i in -200..200 {
            let x = f64::from(i) * 0.37;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-13, "exp {x}");
            let y = (f64::from(i) * 0.11).exp();
            assert!((ln(y) - y.ln()).abs() < 1e-12, "ln {y}");
        }
    }

    #[test]
    fn softmax_sums_to_one_even_for_extreme_scores() {
        let mut scores = [1e9, -1e9, 0.0];
        softmax(&mut scores, 1.0);
        assert!((scores.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!(scores[0] > 0.999);
    }
}
