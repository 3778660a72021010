//! What a trained classifier says of one message.

use crate::intent::{Intents, Ranked};
use crate::number::round;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which model said something: a checksum of its bytes.
///
/// Learned corrections change it; taking them back gives the old one again, since the bytes are the old ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelVersion(u64);

impl ModelVersion {
    pub(super) fn new(checksum: u64) -> Self {
        Self(checksum)
    }
}

/// Sixteen hexadecimal digits.
impl fmt::Display for ModelVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The ranked intents of a message, whether it is about any of them, and which model says so.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    intents: Intents,
    scope_score: f32,
    close: f32,
    version: ModelVersion,
}

impl Prediction {
    pub(super) fn new(intents: Intents, score: f32, threshold: f32, close: f32, version: ModelVersion) -> Self {
        let scope_score = round(score);
        let intents = if scope_score < round(threshold) { intents.out_of_scope() } else { intents };
        Self { intents, scope_score, close, version }
    }

    /// The best ten intents. Their confidence is calibrated: of messages in scope with confidence 0.8, about eight in
    /// ten are right, as far as they are like the examples.
    #[must_use]
    pub fn intents(&self) -> &Intents {
        &self.intents
    }

    /// The same, for whoever needs no more.
    #[must_use]
    pub fn into_intents(self) -> Intents {
        self.intents
    }

    /// The best guess, also of a model that abstains.
    #[must_use]
    pub fn best(&self) -> Option<&Ranked> {
        self.intents.best()
    }

    /// Whether the message is about any of the intents, as far as the model can tell.
    #[must_use]
    pub fn in_scope(&self) -> bool {
        self.intents.in_scope()
    }

    /// How much speaks for its being in scope: higher is more. It ranks messages of one model; it is no probability.
    #[must_use]
    pub fn scope_score(&self) -> f32 {
        self.scope_score
    }

    /// The best two where they lie so close that the bot had better ask which is meant.
    #[must_use]
    pub fn ambiguous(&self) -> Option<[&Ranked; 2]> {
        let [first, second] = self.intents.all().first_chunk()?;
        (first.confidence - second.confidence < self.close).then_some([first, second])
    }

    /// The model that said so.
    #[must_use]
    pub fn version(&self) -> ModelVersion {
        self.version
    }
}
