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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_total() {
        assert_eq!(unit(f32::NAN), 0.0);
        assert_eq!(unit(1.5), 1.0);
        assert_eq!(unit(0.123_44), 0.1234);
        assert!(signed_unit(-0.000_01).is_sign_positive());
    }
}
