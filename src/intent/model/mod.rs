//! A trained classifier: what it answers, and its file.

mod bytes;
mod confidence;
mod correction;
mod explain;
mod lookup;
mod memory;
mod near;
mod parts;
mod prediction;
mod scope;
mod space;
mod spelling;

pub(super) use confidence::{Confidence, SIGNS};
pub(super) use correction::Correction;
pub use explain::{Carried, Explanation};
use memory::Memory;
pub(super) use memory::reach;
pub(super) use near::{Near, Turned};
pub(super) use parts::{Parts, Place, quantised};
pub use prediction::{ModelVersion, Prediction};
pub(super) use scope::{EVIDENCE, Scope, evidence, with_distance};

use super::encoder::{Encoder, EncoderError};
use super::features::{Feature, features};
use super::{IntentClassifier, Intents};
use crate::text::Text;
use crate::vectors::checksum;
use lookup::Lookup;
use parts::VERSION;
use space::Space;
use std::fmt;
use std::sync::Arc;

/// Intents ranked by a model that was trained on a host's own examples. See the [guide](super).
///
/// ```
/// use handover::intent::{Examples, IntentClassifier, TrainedIntents, Trainer};
/// use handover::text::Text;
///
/// let examples = Examples::from_tsv(
///     "cancel\tIk wil mijn abonnement opzeggen\ncancel\tPlease cancel my contract\ncancel\tstop mijn contract\n\
///      parcel\tWaar blijft mijn pakket?\nparcel\tWhere is my order\nparcel\tmijn bestelling is er niet\n",
/// )?;
/// let model = Trainer::new().train(&examples)?;
/// let guess = model.predict(&Text::new("opzeggen graag"))?;
/// assert_eq!(guess.best().map(|best| &*best.intent), Some("cancel"));
///
/// let stored: Vec<u8> = model.to_bytes();
/// let loaded = TrainedIntents::from_bytes(&stored)?;
/// assert_eq!(loaded.version(), model.version());
/// assert_eq!(loaded.predict(&Text::new("opzeggen graag"))?, guess);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TrainedIntents {
    parts: Parts,
    lookup: Lookup,
    memory: Memory,
    space: Space,
    encoder: Option<Encoder>,
    version: ModelVersion,
}

/// What a message looks like to a model.
pub(super) struct Seen {
    pub(super) features: Vec<Feature>,
    /// Weighed; empty without an encoder or for a message that says nothing.
    pub(super) vector: Vec<f32>,
    pub(super) turned: Turned,
}

impl TrainedIntents {
    /// Reads a model and checks every byte. One that was trained with the shipped word vectors finds them by itself.
    ///
    /// # Errors
    /// Where the bytes are no model, are damaged or not whole, come from a later release, or need an encoder of the
    /// host's own.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let parts = Parts::read(bytes)?;
        let encoder = match parts.encoder {
            None => None,
            Some(id) => Some(
                Encoder::built_in().filter(|encoder| encoder.id() == id).ok_or(ModelError::Encoder { wanted: id })?,
            ),
        };
        Ok(Self::of(parts, encoder, version_of(bytes)))
    }

    /// Reads a model that was trained with this encoder.
    ///
    /// # Errors
    /// As for [`from_bytes`](Self::from_bytes), and where the model was trained with another encoder, or with none.
    pub fn with_encoder(bytes: &[u8], encoder: Encoder) -> Result<Self, ModelError> {
        let parts = Parts::read(bytes)?;
        if parts.encoder != Some(encoder.id()) {
            return Err(ModelError::Encoder { wanted: parts.encoder.unwrap_or(0) });
        }
        Ok(Self::of(parts, Some(encoder), version_of(bytes)))
    }

    pub(super) fn from_parts(parts: Parts, encoder: Option<Encoder>) -> Self {
        let version = version_of(&parts.write());
        Self::of(parts, encoder, version)
    }

    fn of(parts: Parts, encoder: Option<Encoder>, version: ModelVersion) -> Self {
        let lookup = Lookup::of(parts.keys.iter().copied());
        let (memory, space) = (Memory::of(&parts.corrections), Space::of(&parts));
        Self { parts, lookup, memory, space, encoder, version }
    }

    /// The model as bytes, for a file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.parts.write()
    }

    /// Which model this is. It changes with every byte of it.
    #[must_use]
    pub fn version(&self) -> ModelVersion {
        self.version
    }

    /// The intents that it knows, by name.
    pub fn intents(&self) -> impl ExactSizeIterator<Item = &str> {
        self.parts.labels.iter().map(AsRef::as_ref)
    }

    pub(super) fn corrections(&self) -> &[Correction] {
        &self.parts.corrections
    }

    /// The same model with these corrections in place of its own.
    pub(super) fn with_corrections(&self, corrections: Vec<Correction>) -> Self {
        Self::from_parts(Parts { corrections, ..self.parts.clone() }, self.encoder.clone())
    }

    pub(super) fn columns(&self) -> usize {
        self.parts.columns()
    }

    pub(super) fn slope(&self) -> f32 {
        self.parts.confidence.slope
    }

    /// The score from which on a message is in scope.
    pub(super) fn threshold(&self) -> f32 {
        self.parts.scope.threshold
    }

    /// What the customer wants, as far as the model can tell. Linear in the length of the message.
    ///
    /// # Errors
    /// Where an encoder of the host's own could not answer; with word vectors, or without any, never.
    pub fn predict(&self, text: &Text<'_>) -> Result<Prediction, EncoderError> {
        let seen = self.see(text)?;
        let mut margins = self.margins(&seen);
        let taught = self.taught(&seen);
        let scope = self.scope_score(&seen, &margins) + taught.scope;
        margins.iter_mut().zip(&taught.pulls).for_each(|(margin, pull)| *margin += pull);
        Ok(self.judge(&margins, scope))
    }

    pub(super) fn see(&self, text: &Text<'_>) -> Result<Seen, EncoderError> {
        match self.meant(text) {
            Some(meant) => self.see_as_it_is(&Text::new(&meant)),
            None => self.see_as_it_is(text),
        }
    }

    /// The message as it was meant, where words are misspelled.
    fn meant(&self, text: &Text<'_>) -> Option<String> {
        let is_word = |word: &str| self.encoder.as_ref().is_some_and(|encoder| encoder.knows(word));
        spelling::meant(text, &self.lookup, is_word)
    }

    fn see_as_it_is(&self, text: &Text<'_>) -> Result<Seen, EncoderError> {
        let vector = match &self.encoder {
            Some(encoder) => weighed(encoder.encode(text)?.values(), self.parts.vector_weight),
            None => Vec::new(),
        };
        Ok(self.seen(features(text), vector))
    }

    /// What a corrected message looked like.
    pub(super) fn recalled(&self, correction: &Correction) -> Seen {
        self.seen(correction.features.clone(), correction.vector.clone())
    }

    fn seen(&self, features: Vec<Feature>, vector: Vec<f32>) -> Seen {
        let turned = Turned::of(&vector, &self.parts.spread);
        Seen { features, vector, turned }
    }

    /// The weights of an n-gram, a column each, and what one step of them is worth.
    fn row(&self, row: usize) -> (f32, &[i8]) {
        let columns = self.parts.columns();
        let scale = self.parts.scales.get(row).copied().unwrap_or(0.0);
        (scale, self.parts.weights.get(row * columns..(row + 1) * columns).unwrap_or_default())
    }

    /// A margin a column, corrections aside.
    pub(super) fn margins(&self, seen: &Seen) -> Vec<f32> {
        let mut margins = self.by_weights(seen);
        self.space.near.add(&seen.turned, &mut margins);
        margins
    }

    /// What the weights alone say.
    fn by_weights(&self, seen: &Seen) -> Vec<f32> {
        let parts = &self.parts;
        let columns = parts.columns();
        let mut margins = parts.bias.clone();
        for feature in &seen.features {
            let Some(row) = self.lookup.row(feature.key) else { continue };
            let (scale, weights) = self.row(row);
            let times = feature.value * scale;
            margins.iter_mut().zip(weights).for_each(|(margin, weight)| *margin += f32::from(*weight) * times);
        }
        for (weights, value) in parts.dense.chunks_exact(columns.max(1)).zip(&seen.vector) {
            margins.iter_mut().zip(weights).for_each(|(margin, weight)| *margin += weight * value);
        }
        margins
    }

    pub(super) fn scope_score(&self, seen: &Seen, margins: &[f32]) -> f32 {
        let (own, other) = margins.split_at(self.parts.labels.len().min(margins.len()));
        let (label, evidence) = evidence(own, other.first().copied());
        let distance = self.space.distance(label, &seen.turned);
        self.parts.scope.score(distance.map_or(evidence, |distance| with_distance(evidence, distance)))
    }

    fn judge(&self, margins: &[f32], scope: f32) -> Prediction {
        let own = margins.get(..self.parts.labels.len()).unwrap_or_default();
        let intents = ranked(&self.parts.labels, &self.parts.confidence.of(own));
        Prediction::new(intents, scope, self.parts.scope.threshold, self.parts.close, self.version)
    }
}

impl IntentClassifier for TrainedIntents {
    type Error = EncoderError;

    fn classify(&self, text: &Text<'_>) -> Result<Intents, EncoderError> {
        self.predict(text).map(Prediction::into_intents)
    }
}

impl fmt::Debug for TrainedIntents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrainedIntents")
            .field("version", &self.version)
            .field("intents", &self.parts.labels.len())
            .field("ngrams", &self.parts.keys.len())
            .field("corrections", &self.parts.corrections.len())
            .finish_non_exhaustive()
    }
}

/// A vector with its weight beside the n-grams.
pub(super) fn weighed(values: &[f32], weight: f32) -> Vec<f32> {
    values.iter().map(|value| value * weight).collect()
}

/// How many intents a prediction names.
const NAMED: usize = 10;

/// The intents with the highest confidence, by name where they are equal, which is how they are sorted.
fn ranked(labels: &[Arc<str>], confidences: &[f32]) -> Intents {
    let mut order: Vec<(usize, f32)> = confidences.iter().copied().enumerate().collect();
    let first = |a: &(usize, f32), b: &(usize, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if order.len() > NAMED {
        order.select_nth_unstable_by(NAMED, first);
        order.truncate(NAMED);
    }
    let named = order.into_iter().filter_map(|(at, confidence)| Some((Arc::clone(labels.get(at)?), confidence)));
    Intents::ranked(named)
}

fn version_of(bytes: &[u8]) -> ModelVersion {
    ModelVersion::new(checksum(bytes))
}

/// Why bytes are no model that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// They begin otherwise.
    #[error("this is no model of intents: it does not begin with `HVIN`")]
    NotAModel,
    /// Another release has written them.
    #[error(
        "the model has version {found}; this release reads version {VERSION}: train it again, or take the release it is of"
    )]
    Version {
        /// The version in the file.
        found: u16,
    },
    /// They end too soon.
    #[error("the model is not whole: it ends after {found} bytes; copy it again")]
    Cut {
        /// How many bytes are there.
        found: usize,
    },
    /// They were changed.
    #[error("the model is damaged: its checksum or its parts do not fit; copy it again")]
    Damaged,
    /// It was trained with vectors of another encoder than the one at hand.
    #[error(
        "the model was trained with the encoder {wanted:016x}, which is not the one at hand: load it with that one"
    )]
    Encoder {
        /// The encoder's identity, 0 for none.
        wanted: u64,
    },
}
