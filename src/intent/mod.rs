//! Intents: what a customer wants done.
//!
//! An [`IntentClassifier`] ranks the intents of a host. The built-in one is [`PhraseIntents`], rules that the host
//! declares; a host that has a classifier of its own plugs it in or hands its answer in with each turn.

mod cascade;
mod encoder;
mod evaluation;
mod examples;
mod features;
mod health;
mod learn;
mod model;
mod phrases;
mod split;
mod square;
mod train;

pub use cascade::{Cascade, CascadeError};
pub use encoder::{Encoder, EncoderError};
pub use evaluation::{Confusion, Evaluation, Report};
pub use examples::{Example, Examples, OUT_OF_SCOPE, RowError, RowErrors, RowProblem};
pub use health::{Finding, Health};
pub use learn::LearnError;
pub use model::{Carried, Explanation, ModelError, ModelVersion, Prediction, TrainedIntents};
pub use phrases::PhraseIntents;
pub use split::Part;
pub use train::{Loss, Progress, Settings, Stage, TrainError, Trainer};

use crate::number::unit;
use crate::port::forward;
use crate::text::Text;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One intent and how sure the classifier is of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ranked {
    /// The host's name for it.
    pub intent: Arc<str>,
    /// 0 to 1. The ladder's thresholds take it for a probability: calibrate it, or set the thresholds to fit.
    pub confidence: f32,
}

/// A classifier's answer for one message.
///
/// ```
/// use handover::intent::Intents;
///
/// let intents = Intents::ranked([("invoice", 0.3), ("cancel", 0.6)]);
/// assert_eq!(intents.best().map(|r| &*r.intent), Some("cancel"));
/// assert_eq!(intents.margin(), 0.3);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Intents {
    ranked: Vec<Ranked>,
    in_scope: bool,
}

impl Intents {
    /// Intents with their confidence, in any order; equal ones are ordered by name.
    pub fn ranked<N: Into<Arc<str>>>(intents: impl IntoIterator<Item = (N, f32)>) -> Self {
        let mut ranked: Vec<Ranked> =
            intents.into_iter().map(|(n, c)| Ranked { intent: n.into(), confidence: unit(c) }).collect();
        ranked.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.intent.cmp(&b.intent)));
        let in_scope = !ranked.is_empty();
        Self { ranked, in_scope }
    }

    /// The same guesses, with the word that the message is none of the known intents: the classifier abstains.
    #[must_use]
    pub fn out_of_scope(self) -> Self {
        Self { in_scope: false, ..self }
    }

    /// Best first.
    #[must_use]
    pub fn all(&self) -> &[Ranked] {
        &self.ranked
    }

    /// The best guess, also of a classifier that abstains.
    #[must_use]
    pub fn best(&self) -> Option<&Ranked> {
        self.ranked.first()
    }

    /// Whether the classifier stands by its best guess.
    #[must_use]
    pub fn in_scope(&self) -> bool {
        self.in_scope
    }

    /// How far the best is ahead of the second, 0 to 1; all of its confidence where there is no second.
    #[must_use]
    pub fn margin(&self) -> f32 {
        let second = self.ranked.get(1).map_or(0.0, |r| r.confidence);
        self.best().map_or(0.0, |best| unit(best.confidence - second))
    }
}

/// Ranks the intents of a message.
///
/// A wrong answer costs: a sure mistake sends the customer down the wrong path. Abstain rather than guess.
pub trait IntentClassifier: Send + Sync {
    /// Why classifying may fail; [`std::convert::Infallible`] if it can't.
    type Error: std::error::Error + Send + Sync + 'static;

    /// The intents of `text`, best first.
    ///
    /// # Errors
    /// Where the classifier could not answer.
    fn classify(&self, text: &Text<'_>) -> Result<Intents, Self::Error>;
}

forward!(IntentClassifier: classify(text: &Text<'_>) -> Intents);
