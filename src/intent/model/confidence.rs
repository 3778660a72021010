//! From margins to confidence.

use crate::number::{exp, logistic, logit};

/// How margins become probabilities.
///
/// The soft maximum of the margins times a slope says how sure it is among the intents. How often the best one is right
/// depends on two things more, which that maximum does not see: how high its margin is, and how far ahead. A logistic
/// model of the three, learned on rows that were held out, has the last word on the best; the others share what is left.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::intent) struct Confidence {
    pub(in crate::intent) slope: f32,
    /// The weights of the soft maximum's own log odds, of the best margin and of its lead, and a constant.
    pub(in crate::intent) weights: [f32; SIGNS],
}

/// What the confidence of the best intent is told by.
pub(in crate::intent) const SIGNS: usize = 4;

impl Confidence {
    /// The signs of margins, and the soft maximum: a probability each that add up to 1.
    pub(in crate::intent) fn signs(slope: f32, margins: &[f32]) -> ([f32; SIGNS], Vec<f32>) {
        let (mut best, mut second) = (f32::NEG_INFINITY, f32::NEG_INFINITY);
        for margin in margins {
            if *margin > best {
                (best, second) = (*margin, best);
            } else {
                second = second.max(*margin);
            }
        }
        let lead = if second.is_finite() { best - second } else { 0.0 };
        let powers: Vec<f64> = margins.iter().map(|margin| exp(f64::from(slope * (margin - best)))).collect();
        let sum: f64 = powers.iter().sum();
        let all: Vec<f32> = powers.iter().map(|power| (power / sum) as f32).collect();
        let own = all.iter().copied().fold(0.0, f32::max);
        ([logit(own), best.max(-100.0), lead, 1.0], all)
    }

    /// A probability an intent, which add up to 1.
    pub(in crate::intent) fn of(&self, margins: &[f32]) -> Vec<f32> {
        let (signs, mut all) = Self::signs(self.slope, margins);
        let (mut at, mut own, mut second) = (0, 0.0, 0.0);
        for (other, probability) in all.iter().copied().enumerate() {
            if probability > own {
                (at, own, second) = (other, probability, own);
            } else if probability > second {
                second = probability;
            }
        }
        if own >= 1.0 {
            return all;
        }
        let judged = logistic(signs.iter().zip(&self.weights).map(|(sign, weight)| sign * weight).sum());
        // The order is that of the margins, whatever the odds: the best has at least what makes the second its equal.
        let rival = second / (1.0 - own);
        let best = judged.max(rival / (1.0 + rival));
        let others = (1.0 - best) / (1.0 - own);
        for (other, probability) in all.iter_mut().enumerate() {
            *probability = if other == at { best } else { (*probability * others).min(best) };
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_stays_and_the_rest_is_shared() {
        let margins = [0.2, 1.0, 0.8, -0.5];
        let plain = Confidence { slope: 3.0, weights: [1.0, 0.0, 0.0, 0.0] };
        let (_, soft) = Confidence::signs(3.0, &margins);
        for (own, soft) in plain.of(&margins).iter().zip(&soft) {
            assert!((own - soft).abs() < 1e-6);
        }
        for constant in [-6.0, -1.0, 0.5, 6.0] {
            let all = Confidence { slope: 3.0, weights: [1.0, 0.1, -0.2, constant] }.of(&margins);
            assert!(all[1] >= all[2] && all[2] >= all[0] && all[0] >= all[3], "{all:?}");
            assert!(all.iter().all(|p| (0.0..=1.0).contains(p)));
            assert!((all.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{all:?}");
        }
    }
}
