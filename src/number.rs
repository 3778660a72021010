//! Numbers that are the same on every machine.

/// A score, pulled into 0 to 1 and rounded to 1e-4; no number counts as 0.
pub(crate) fn unit(score: f32) -> f32 {
    if score.is_nan() { 0.0 } else { round(score.clamp(0.0, 1.0)) }
}

/// A score from -1 to 1, rounded to 1e-4; no number counts as 0.
pub(crate) fn signed_unit(score: f32) -> f32 {
    if score.is_nan() { 0.0 } else { round(score.clamp(-1.0, 1.0)) }
}

/// To 1e-4, without a negative zero. Scores are compared and stored in this form only, so that the last bits of
/// a sum never decide.
pub(crate) fn round(score: f32) -> f32 {
    let scaled = (f64::from(score) * 10_000.0).round() / 10_000.0;
    (scaled + 0.0) as f32
}

/// The sum of products, in eight lanes that are added up at the end: the same order everywhere, and quick.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 8];
    let length = a.len().min(b.len());
    let (a, b) = (a.get(..length).unwrap_or_default(), b.get(..length).unwrap_or_default());
    let (eights, others) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest = eights.remainder().iter().zip(others.remainder());
    for (x, y) in eights.zip(others) {
        lanes.iter_mut().zip(x).zip(y).for_each(|((lane, x), y)| *lane += x * y);
    }
    lanes.iter_mut().zip(rest).for_each(|(lane, (x, y))| *lane += x * y);
    lanes.iter().sum()
}

/// The logistic function of `x`, 0 to 1, with an exponential of our own: the platform's differ in the last bits.
pub(crate) fn logistic(x: f32) -> f32 {
    if x.is_nan() { 0.5 } else { (1.0 / (1.0 + exp(-f64::from(x)))) as f32 }
}

/// The natural logarithm of a positive number, to within 1e-9 of it: the exponent is split off, and the rest, which lies
/// between the halves of 2 around 1, goes by the series of the inverse hyperbolic tangent. Anything else gives that of
/// the smallest normal number.
pub(crate) fn ln(x: f64) -> f64 {
    let x = if x >= f64::MIN_POSITIVE { x.min(f64::MAX) } else { f64::MIN_POSITIVE };
    let bits = x.to_bits();
    let mut exponent = (bits >> 52) as i64 - 1023;
    let mut mantissa = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    if mantissa > std::f64::consts::SQRT_2 {
        mantissa /= 2.0;
        exponent += 1;
    }
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let series = (0..9).rev().fold(0.0, |sum, n| sum * t * t + 1.0 / f64::from(2 * n + 1));
    exponent as f64 * std::f64::consts::LN_2 + 2.0 * t * series
}

/// e to the power of `x`, to within 1e-9 of it: a power of 2, whose bits are written down, times e to the rest, which
/// goes by its series. `x` is taken as -60 below that, and as 60 above.
pub(crate) fn exp(x: f64) -> f64 {
    const SERIES: [f64; 10] = [
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        1.0 / 2.0,
        1.0,
        1.0,
    ];
    let x = x.clamp(-60.0, 60.0);
    // Adding and taking off so large a number rounds to a whole one, which `round` does by a call.
    const WHOLE: f64 = 6_755_399_441_055_744.0;
    let turns = (x * std::f64::consts::LOG2_E + WHOLE) - WHOLE;
    let rest = x - turns * std::f64::consts::LN_2;
    let series = SERIES.iter().fold(0.0, |sum, factor| sum * rest + factor);
    series * f64::from_bits(((turns as i64 + 1023) as u64) << 52)
}

/// What the logistic function gives `p` for: its inverse, for `p` within 1e-6 of 0 and 1.
pub(crate) fn logit(p: f32) -> f32 {
    let p = f64::from(p).clamp(1e-6, 1.0 - 1e-6);
    (ln(p) - ln(1.0 - p)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_close() {
        for x in [-20.0, -3.5, -0.1, 0.0, 0.7, 5.0, 30.0] {
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-9, "{x}");
        }
        assert_eq!(logistic(0.0), 0.5);
        assert!(logistic(f32::INFINITY) > 0.999 && logistic(f32::NEG_INFINITY) < 0.001);
    }

    #[test]
    fn the_logarithm_is_close_and_total() {
        for x in [1e-300, 1e-9, 0.3, 0.999, 1.0, 1.414, 1.415, 2.0, 77.0, 1e200] {
            assert!((ln(x) - x.ln()).abs() <= 1e-9 * x.ln().abs().max(1.0), "{x}");
        }
        for x in [0.0, -1.0, f64::NAN, f64::INFINITY, f64::MIN_POSITIVE / 4.0] {
            assert!(ln(x).is_finite());
        }
        #[cfg(feature = "models")]
        assert!((logistic(logit(0.83)) - 0.83).abs() < 1e-6);
    }

    #[test]
    fn scores_are_total() {
        assert_eq!(unit(f32::NAN), 0.0);
        assert_eq!(unit(1.5), 1.0);
        assert_eq!(unit(0.123_44), 0.1234);
        assert!(signed_unit(-0.000_01).is_sign_positive());
    }
}
