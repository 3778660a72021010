//! handover: trained on rows in memory, with the shipped word vectors, without, or with another encoder.

use crate::Classifier;
use handover::intent::{Examples, Settings, Trainer};
use handover::text::Text;

/// What the trainer would start from for so many rows.
pub(crate) fn settings(rows: &Examples) -> Settings {
    let few = rows.rows().len() <= 20 * rows.intents().count();
    if few { Settings::FEW } else { Settings::MANY }
}

pub(crate) fn train(trainer: &Trainer, rows: &Examples) -> Classifier {
    let model = trainer.train(rows).expect("a model");
    Box::new(move |message| {
        let prediction = model.predict(&Text::new(message)).expect("an answer");
        prediction.best().map_or_else(String::new, |best| best.intent.to_string())
    })
}
