//! Whether a message is about any of the intents at all.

use super::parts::Exemplar;
use crate::number::dot;

/// How many kinds of evidence there are.
pub(in crate::intent) const EVIDENCE: usize = 3;

/// How the evidence for being in scope is weighed, and from which score on a message is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::intent) struct Scope {
    pub(in crate::intent) weights: [f32; EVIDENCE],
    pub(in crate::intent) threshold: f32,
}

impl Scope {
    pub(in crate::intent) fn score(&self, evidence: [f32; EVIDENCE]) -> f32 {
        dot(&evidence, &self.weights)
    }
}

/// What speaks for a message being in scope: the best margin, how far it is above that of the rows out of scope (0
/// where there are none), and the cosine to the nearest exemplar (0 without vectors).
pub(in crate::intent) fn evidence(
    own: &[f32],
    out_of_scope: Option<f32>,
    vector: &[f32],
    exemplars: &[Exemplar],
) -> [f32; EVIDENCE] {
    let best = own.iter().copied().fold(f32::NEG_INFINITY, f32::max).max(-10.0);
    let length = dot(vector, vector).sqrt().max(f32::MIN_POSITIVE);
    let cosine = |exemplar: &Exemplar| exemplar.dot(vector) / length;
    let nearest = exemplars.iter().map(cosine).fold(0.0, f32::max);
    [best, out_of_scope.map_or(0.0, |other| best - other), nearest]
}
