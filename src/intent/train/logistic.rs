//! The step of multinomial logistic regression: the best multipliers of one row while all others are held.
//!
//! They are known from one equation of one unknown, since a row's margins and its probabilities have to agree: the
//! margins without the row, less a constant times the probabilities, are the logarithms of those probabilities up to a
//! number that makes them add up to 1. Newton's method finds that number, and from below it never overshoots.

use crate::number::{exp, ln};

/// Finds the probabilities p, adding up to 1, for which `wanted - pull × p` are their own logarithms up to a constant.
/// `found` holds a first guess and takes the result.
pub(in crate::intent) fn agree(wanted: &[f64], pull: f64, found: &mut [f64]) {
    let best = wanted.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // Here the best alone would have probability 1, so the sum is 1 or more, and the root lies above.
    let lowest = best - pull;
    let margins = wanted.iter().zip(&*found).map(|(wanted, p)| wanted - pull * p);
    let top = margins.clone().fold(f64::NEG_INFINITY, f64::max);
    let mut level = (top + ln(margins.map(|margin| exp(margin - top)).sum())).max(lowest);
    let ln_pull = ln(pull);
    for _ in 0..20 {
        let (mut sum, mut slope) = (0.0, 0.0);
        for (p, wanted) in found.iter_mut().zip(wanted) {
            *p = omega(wanted - level + ln_pull) / pull;
            sum += *p;
            slope += *p / (1.0 + pull * *p);
        }
        if (sum - 1.0).abs() < 1e-4 {
            break;
        }
        level = (level + (sum - 1.0) / slope.max(1e-12)).max(lowest);
    }
}

/// Wright's omega function: the ω for which ω + ln ω = x.
fn omega(x: f64) -> f64 {
    if x < -18.0 {
        return 0.0;
    }
    if x < -3.0 {
        let e = exp(x);
        return e * (1.0 - e * (1.0 - 1.5 * e));
    }
    // A guess that is close everywhere, then steps of the fourth order (Fritsch, Shafer and Crowley 1973).
    let mut omega = if x < 1.0 {
        let e = exp(x);
        e / (1.0 + e)
    } else {
        x - ln(x) * (1.0 - 1.0 / (1.0 + x))
    };
    for _ in 0..2 {
        let off = x - omega - ln(omega);
        if off.abs() < 1e-4 {
            break;
        }
        let one = 1.0 + omega;
        let q = 2.0 * one * (one + off * (2.0 / 3.0));
        omega *= 1.0 + off / one * (q - off) / (q - 2.0 * off);
    }
    omega
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn omega_solves_its_equation() {
        for x in [-17.0_f64, -5.0, -3.1, -2.9, -1.0, 0.0, 0.9, 1.1, 2.0, 20.0, 300.0] {
            let omega = omega(x);
            assert!((omega + omega.ln() - x).abs() < 2e-3, "{x}: {omega}");
        }
    }

    #[test]
    fn probabilities_agree_with_their_margins() {
        let wanted = [3.0, -2.0, 250.0, 248.0, 0.0];
        let mut found = [0.0; 5];
        agree(&wanted, 130.0, &mut found);
        assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-3);
        let margins: Vec<f64> = wanted.iter().zip(&found).map(|(w, p)| w - 130.0 * p).collect();
        let all: f64 = margins.iter().map(|m| (m - margins[2]).exp()).sum();
        for (p, m) in found.iter().zip(&margins) {
            assert!((p - (m - margins[2]).exp() / all).abs() < 1e-3);
        }
    }
}
