//! Corrections at work: messages that are like a corrected one are pulled to where that one belongs.
//!
//! A correction pulls with the cube of how alike two messages are, the cosine over n-grams and vector together. So it
//! has its full say on the message itself and nearly all of it on one that differs by a word, while a message that only
//! shares a few words with it, which is what makes a model forget, stays where it was.

use super::correction::Correction;
use super::{Seen, TrainedIntents};
use crate::intent::features::{Feature, product};
use crate::number::dot;

/// How much a correction pulls a message, by their cosine.
pub(in crate::intent) fn reach(cosine: f32) -> f32 {
    let cosine = cosine.max(0.0);
    cosine * cosine * cosine
}

/// How corrections move a message.
pub(in crate::intent) struct Taught {
    /// What is added to each column's margin.
    pub(in crate::intent) pulls: Vec<f32>,
    /// What is added to the score for being in scope.
    pub(in crate::intent) scope: f32,
}

impl TrainedIntents {
    /// What corrections add to a message. Linear in their number.
    pub(super) fn taught(&self, seen: &Seen) -> Taught {
        let mut taught = Taught { pulls: vec![0.0; self.parts.columns()], scope: 0.0 };
        for correction in &self.parts.corrections {
            let reach = reach(correction.cosine(&seen.features, &seen.vector));
            if reach > 0.0 {
                taught.pulls.iter_mut().zip(&correction.pulls).for_each(|(sum, pull)| *sum += pull * reach);
                taught.scope += correction.scope * reach;
            }
        }
        taught
    }
}

impl Correction {
    /// How alike it is to a message. Both keep their n-grams at length 1.
    pub(in crate::intent) fn cosine(&self, features: &[Feature], vector: &[f32]) -> f32 {
        let product = product(&self.features, features) + dot(&self.vector, vector);
        let length =
            |features: &[Feature], vector: &[f32]| f32::from(u8::from(!features.is_empty())) + dot(vector, vector);
        let lengths = length(&self.features, &self.vector) * length(features, vector);
        if lengths > 0.0 { product / lengths.sqrt() } else { 0.0 }
    }
}
