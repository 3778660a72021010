//! Corrections at work: messages that are like a corrected one are pulled to where that one belongs.
//!
//! A correction pulls with the sixth power of how alike two messages are, the cosine over n-grams and vector together.
//! So it has its full say on the message itself and most of it on one that differs by a word, while a message that
//! only shares a few words with it, which is what makes a model forget, stays where it was. When this was chosen, with
//! the third power a hundred corrections to a model of BANKING77 cost 74 of 1,540 other messages their right answer and
//! gave it to 63; with the sixth they cost 5 and gave 33; with the eighth they gave 13.

use super::correction::Correction;
use super::lookup::Lookup;
use super::{Seen, TrainedIntents};
use crate::intent::features::{Feature, product};
use crate::number::dot;

/// Below this a cosine is none: so alike are messages by chance, and the power would leave next to nothing.
const ALIKE: f32 = 0.3;

/// How much a correction pulls a message, by their cosine.
pub(in crate::intent) fn reach(cosine: f32) -> f32 {
    let square = cosine * cosine;
    if cosine > ALIKE { square * square * square } else { 0.0 }
}

/// How corrections move a message.
pub(in crate::intent) struct Taught {
    /// What is added to each column's margin.
    pub(in crate::intent) pulls: Vec<f32>,
    /// What is added to the score for being in scope.
    pub(in crate::intent) scope: f32,
}

/// Which corrections hold an n-gram, so that a message need not be compared with each.
#[derive(Debug, Default)]
pub(super) struct Memory {
    lookup: Lookup,
    /// Where the entries of each n-gram begin.
    starts: Vec<usize>,
    /// A correction and the n-gram's share in it.
    entries: Vec<(usize, f32)>,
}

impl Memory {
    pub(super) fn of(corrections: &[Correction]) -> Self {
        let own = |(at, correction): (usize, &Correction)| {
            correction.features.iter().map(|feature| (feature.key, at, feature.value)).collect::<Vec<_>>()
        };
        let mut all: Vec<(u32, usize, f32)> = corrections.iter().enumerate().flat_map(own).collect();
        all.sort_unstable_by_key(|(key, at, _)| (*key, *at));
        let groups: Vec<&[(u32, usize, f32)]> = all.chunk_by(|a, b| a.0 == b.0).collect();
        let keys: Vec<u32> = groups.iter().filter_map(|group| group.first()).map(|(key, ..)| *key).collect();
        let mut starts = vec![0];
        groups.iter().fold(0, |end, group| {
            starts.push(end + group.len());
            end + group.len()
        });
        let entries = all.iter().map(|(_, at, value)| (*at, *value)).collect();
        Self { lookup: Lookup::of(keys.into_iter()), starts, entries }
    }

    /// The products of a message's n-grams with those of each of `count` corrections.
    fn products(&self, features: &[Feature], count: usize) -> Vec<f32> {
        let mut products = vec![0.0; count];
        for feature in features {
            let Some(row) = self.lookup.row(feature.key) else { continue };
            let (Some(start), Some(end)) = (self.starts.get(row), self.starts.get(row + 1)) else { continue };
            for (at, value) in self.entries.get(*start..*end).unwrap_or_default() {
                products.iter_mut().skip(*at).take(1).for_each(|sum| *sum += feature.value * value);
            }
        }
        products
    }
}

impl TrainedIntents {
    /// What corrections add to a message. Linear in their number.
    pub(super) fn taught(&self, seen: &Seen) -> Taught {
        let corrections = &self.parts.corrections;
        let mut taught = Taught { pulls: vec![0.0; self.parts.columns()], scope: 0.0 };
        let products = self.memory.products(&seen.features, corrections.len());
        for (correction, product) in corrections.iter().zip(products) {
            let reach = reach(correction.cosine_by(product, &seen.features, &seen.vector));
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
        self.cosine_by(product(&self.features, features), features, vector)
    }

    /// The same, where the product of the n-grams is known.
    fn cosine_by(&self, product: f32, features: &[Feature], vector: &[f32]) -> f32 {
        let product = product + dot(&self.vector, vector);
        let length =
            |features: &[Feature], vector: &[f32]| f32::from(u8::from(!features.is_empty())) + dot(vector, vector);
        let lengths = length(&self.features, &self.vector) * length(features, vector);
        if lengths > 0.0 { product / lengths.sqrt() } else { 0.0 }
    }
}
