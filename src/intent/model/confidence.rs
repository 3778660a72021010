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
    /// The signs of margins; the second number is the soft maximum's probability of the best.
    pub(in crate::intent) fn signs(slope: f32, margins: &[f32]) -> ([f32; SIGNS], f32) {
        let (mut best, mut second) = (f32::NEG_INFINITY, f32::NEG_INFINITY);
        for margin in margins {
            if *margin > best {
                (best, second) = (*margin, best);
            } else {
                second = second.max(*margin);
            }
        }
        let lead = if second.is_finite() { best - second } else { 0.0 };
        let sum: f64 = margins.iter().map(|margin| exp(f64::from(slope * (margin - best)))).sum();
        let own = (1.0 / sum.max(1.0)) as f32;
        ([logit(own), best.max(-100.0), lead, 1.0], own)
    }

    /// A probability an intent.
    pub(in crate::intent) fn of(&self, margins: &[f32]) -> Vec<f32> {
        let mut all = softmax(margins, self.slope);
        let (signs, own) = Self::signs(self.slope, margins);
        let best = logistic(signs.iter().zip(&self.weights).map(|(sign, weight)| sign * weight).sum());
        let others = if own < 1.0 { (1.0 - best) / (1.0 - own) } else { 0.0 };
        for probability in &mut all {
            // The order is that of the margins, whatever the odds.
            *probability = if *probability >= own { best } else { (*probability * others).min(best) };
        }
        all
    }
}

/// Probabilities that add up to 1, the steeper the larger `slope`.
fn softmax(margins: &[f32], slope: f32) -> Vec<f32> {
    let top = margins.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = margins.iter().map(|margin| exp(f64::from(slope * (margin - top)))).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| (power / sum) as f32).collect()
}
