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
fn round(score: f32) -> f32 {
    let scaled = (f64::from(score) * 10_000.0).round() / 10_000.0;
    (scaled + 0.0) as f32
}

/// The sum of products, in eight lanes that are added up at the end: the same order everywhere, and quick.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 8];
    let length = a.len().min(b.len());
    let (a, b) = (a.get(..length).unwrap_or_default(), b.get(..length).unwrap_or_default());
    for (x, y) in a.chunks(8).zip(b.chunks(8)) {
        for ((lane, x), y) in lanes.iter_mut().zip(x).zip(y) {
            *lane += x * y;
        }
    }
    lanes.iter().sum()
}

/// The logistic function of `x`, 0 to 1, with an exponential of our own: the platform's differ in the last bits.
pub(crate) fn logistic(x: f32) -> f32 {
    if x.is_nan() { 0.5 } else { (1.0 / (1.0 + exp(-f64::from(x)))) as f32 }
}

/// e to the power of `x`, to within 1e-9 of it: e to the `x / 1024` by its series, squared ten times.
fn exp(x: f64) -> f64 {
    let x = x.clamp(-60.0, 60.0) / 1024.0;
    let series = 1.0 + x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0))));
    (0..10).fold(series, |power, _| power * power)
}

/// The natural logarithm of `x`, which is above 0, to within 1e-9: the exponent's share, and the series of the inverse
/// hyperbolic tangent for the rest.
fn ln(x: f64) -> f64 {
    let bits = x.max(f64::MIN_POSITIVE).to_bits();
    let exponent = (bits >> 52) as f64 - 1023.0;
    let rest = f64::from_bits(bits & 0x000F_FFFF_FFFF_FFFF | 0x3FF0_0000_0000_0000);
    let y = (rest - 1.0) / (rest + 1.0);
    let square = y * y;
    let series = (0..16).rev().fold(0.0, |sum, n| sum * square + 1.0 / f64::from(2 * n + 1));
    exponent * std::f64::consts::LN_2 + 2.0 * y * series
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
    fn the_logarithm_is_close() {
        for x in [1e-6, 0.1, 0.5, 0.999, 1.0, 1.5, 2.0, 3.0, 1e6] {
            assert!((ln(x) - x.ln()).abs() < 1e-9, "{x}");
        }
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
