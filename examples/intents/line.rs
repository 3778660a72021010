//! An answer on the wire: one JSON object a line.

use handover::intent::{Prediction, Ranked};
use serde::Serialize;

/// A message on the wire.
#[derive(Serialize)]
pub(crate) struct Line<'p> {
    intent: Option<&'p str>,
    confidence: f32,
    in_scope: bool,
    scope_score: f32,
    top: &'p [Ranked],
    ambiguous: bool,
    version: String,
}

impl<'p> Line<'p> {
    pub(crate) fn of(prediction: &'p Prediction) -> Self {
        let best = prediction.best();
        Self {
            intent: best.map(|best| &*best.intent),
            confidence: best.map_or(0.0, |best| best.confidence),
            in_scope: prediction.in_scope(),
            scope_score: prediction.scope_score(),
            top: prediction.intents().all(),
            ambiguous: prediction.ambiguous().is_some(),
            version: prediction.version().to_string(),
        }
    }
}
