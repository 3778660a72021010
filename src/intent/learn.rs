//! Learning from people: corrections go in, and come out again, without training anew.

use super::encoder::EncoderError;
use super::examples::{Examples, OUT_OF_SCOPE};
use super::model::{Correction, Seen, TrainedIntents, reach};
use super::train::agree;
use crate::text::Text;

/// How much a correction counts beside staying as it was, in logarithms of odds.
const STRENGTH: f64 = 50.0;
/// A correction has to hold already where it has this part of its reach, so that it holds for what is put a little
/// otherwise.
const HOLDS_AT: f64 = 0.7;
/// Rounds over all corrections; each is solved exactly while the others are held.
const ROUNDS: usize = 12;
/// How far past the line a correction takes its own message's score for being in scope, as a part of how far the line is
/// from zero, and at least.
const PAST: (f32, f32) = (0.1, 0.1);

impl TrainedIntents {
    /// The same model with corrections by people: what they say is so, and what is much like it follows. What is not
    /// like it stays as it was. A message that was corrected before is corrected anew.
    ///
    /// With the intent [`OUT_OF_SCOPE`], a message belongs to none. The model holds numbers, not words, of each
    /// correction, and a hundred of them make a prediction about half again as slow: at some hundreds, train anew with the
    /// corrections among the examples.
    ///
    /// A hundred corrections to a model that learned ten rows an intent of BANKING77, measured on 1,540 other messages:
    /// five that were right are wrong, 27 that were wrong are right; of MASSIVE, Dutch, 4 and 13 of 2,033.
    ///
    /// ```
    /// use handover::intent::{Examples, Trainer};
    /// use handover::text::Text;
    ///
    /// let rows = "cancel\tIk wil opzeggen\ncancel\tcontract opzeggen\nparcel\twaar is mijn pakket\nparcel\tpakket kwijt\n";
    /// let model = Trainer::new().train(&Examples::from_tsv(rows)?)?;
    /// let corrections = Examples::from_tsv("cancel\tstuur dat pakket maar terug, ik hoef niks meer\n")?;
    /// let taught = model.learn(&corrections)?;
    /// let best = |model: &handover::intent::TrainedIntents, raw| {
    ///     model.predict(&Text::new(raw)).unwrap().best().map(|best| best.intent.to_string())
    /// };
    /// assert_eq!(best(&taught, "stuur dat pakket maar terug, ik hoef niks meer!").as_deref(), Some("cancel"));
    /// assert_eq!(best(&taught, "waar is mijn pakket").as_deref(), Some("parcel"));
    /// assert_ne!(taught.version(), model.version());
    /// assert_eq!(taught.take_back(&corrections)?.version(), model.version());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Every correction to an intent that the model does not know, and where an encoder could not answer.
    pub fn learn(&self, corrections: &Examples) -> Result<Self, LearnError> {
        self.knows(corrections)?;
        let mut all = self.corrections().to_vec();
        for row in corrections.rows() {
            let own = self.correction(&row.intent, &row.text)?;
            all.retain(|before| !before.same_message(&own));
            all.push(own);
        }
        Ok(self.with_corrections(solved(self, all)))
    }

    /// The same model without these corrections, as if they had never been made; those it never had are passed over.
    ///
    /// # Errors
    /// As for [`learn`](Self::learn).
    pub fn take_back(&self, corrections: &Examples) -> Result<Self, LearnError> {
        self.knows(corrections)?;
        let mut all = self.corrections().to_vec();
        for row in corrections.rows() {
            let own = self.correction(&row.intent, &row.text)?;
            all.retain(|before| !(before.label == own.label && before.same_message(&own)));
        }
        Ok(self.with_corrections(solved(self, all)))
    }

    /// How many corrections it holds.
    #[must_use]
    pub fn learned(&self) -> usize {
        self.corrections().len()
    }

    fn knows(&self, corrections: &Examples) -> Result<(), LearnError> {
        let strange = |name: &&str| !self.intents().any(|known| known == *name);
        let intents: Vec<String> = corrections.intents().filter(strange).map(str::to_owned).collect();
        if intents.is_empty() { Ok(()) } else { Err(LearnError::UnknownIntents { intents }) }
    }

    fn correction(&self, intent: &str, raw: &str) -> Result<Correction, EncoderError> {
        let label = self.intents().position(|known| known == intent && intent != OUT_OF_SCOPE);
        let label = label.unwrap_or(self.intents().len()) as u16;
        let Seen { mut features, vector, .. } = self.see(&Text::new(raw))?;
        features.sort_unstable_by_key(|feature| feature.key);
        Ok(Correction { label, features, vector, pulls: Vec::new(), scope: 0.0 })
    }
}

/// Finds how much each correction has to pull so that all of them hold: a logistic loss for each, and the shortest
/// pulls, by coordinate descent in the dual as in training, with [`reach`] as the kernel, less what is kept back.
fn solved(model: &TrainedIntents, mut all: Vec<Correction>) -> Vec<Correction> {
    let labels = model.intents().len();
    let slope = f64::from(model.slope());
    let reaches: Vec<Vec<f64>> = all
        .iter()
        .map(|a| all.iter().map(|b| HOLDS_AT * f64::from(reach(a.cosine(&b.features, &b.vector)))).collect())
        .collect();
    let margins: Vec<Vec<f32>> = all.iter().map(|own| model.margins(&model.recalled(own))).collect();
    let mut pulls = vec![vec![0.0_f64; labels]; all.len()];
    for _ in 0..ROUNDS {
        for (at, own) in all.iter().enumerate().filter(|(_, own)| usize::from(own.label) < labels) {
            let (Some(reaches), Some(base)) = (reaches.get(at), margins.get(at)) else { continue };
            let strength = STRENGTH * reaches.get(at).copied().unwrap_or(0.0);
            let mut logits: Vec<f64> = base.iter().take(labels).map(|margin| slope * f64::from(*margin)).collect();
            for (reach, pulls) in reaches.iter().zip(&pulls) {
                logits.iter_mut().zip(pulls).for_each(|(logit, pull)| *logit += reach * pull);
            }
            let Some(pull) = pulls.get_mut(at) else { continue };
            solve_one(usize::from(own.label), strength, &mut logits, pull);
        }
    }
    let scopes = scopes(model, &all, &reaches, &margins);
    for ((own, pulls), scope) in all.iter_mut().zip(pulls).zip(scopes) {
        own.pulls = pulls.iter().map(|pull| (pull / slope.max(1e-6)) as f32).collect();
        own.pulls.resize(model.columns(), 0.0);
        own.scope = scope;
    }
    all
}

/// One correction with all others held: its `pull` is replaced by the best one. `strength` is C times its reach to
/// itself.
fn solve_one(label: usize, strength: f64, logits: &mut [f64], pull: &mut [f64]) {
    let own = |at: usize| f64::from(u8::from(at == label));
    // The probabilities that go with the pull as it is: pull = C × (own - p).
    let mut found: Vec<f64> = pull.iter().enumerate().map(|(at, pull)| own(at) - pull / STRENGTH).collect();
    logits.iter_mut().zip(&found).for_each(|(logit, p)| *logit += strength * p);
    agree(logits, strength, &mut found);
    for (at, (pull, p)) in pull.iter_mut().zip(&found).enumerate() {
        *pull = STRENGTH * (own(at) - p);
    }
}

/// How much each correction moves the score for being in scope, so that each message is on its side of the line.
fn scopes(model: &TrainedIntents, all: &[Correction], reaches: &[Vec<f64>], margins: &[Vec<f32>]) -> Vec<f32> {
    let labels = model.intents().len();
    let threshold = model.threshold();
    let past = PAST.1.max(threshold.abs() * PAST.0);
    let mut scopes = vec![0.0_f32; all.len()];
    for _ in 0..ROUNDS {
        for (at, own) in all.iter().enumerate() {
            let (Some(reaches), Some(margins)) = (reaches.get(at), margins.get(at)) else { continue };
            let taught: f64 = reaches.iter().zip(&scopes).map(|(reach, scope)| reach * f64::from(*scope)).sum();
            let score = model.scope_score(&model.recalled(own), margins) + taught as f32;
            let own_reach = reaches.get(at).copied().unwrap_or(0.0).max(1e-6) as f32;
            let inside = usize::from(own.label) < labels;
            let missing =
                if inside { (threshold + past - score).max(0.0) } else { (threshold - past - score).min(0.0) };
            scopes.iter_mut().skip(at).take(1).for_each(|scope| *scope += missing / own_reach);
        }
    }
    scopes
}

/// Why corrections were not learned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LearnError {
    /// The model does not know these intents. A new intent needs examples, and a training.
    #[error("the model does not know {}; a new intent needs a training with examples of it", intents.join(", "))]
    UnknownIntents {
        /// Their names.
        intents: Vec<String>,
    },
    /// The encoder could not answer.
    #[error(transparent)]
    Encoder(#[from] EncoderError),
}
