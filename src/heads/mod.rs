//! Trained heads: the form in which trained models ship.
//!
//! A head is a label that is read off the selected n-grams of a message, of words and letters, kept as fingerprints, and
//! off a few numbers that the caller adds (a pooled word vector, what patterns found): by a weight for each of them, or
//! through two small layers that all labels share ([`LayerWeights`]). One pass over a message gives the margins of all
//! labels; each label has its own calibration, so a score is a probability as far as the messages that it was calibrated
//! on are like yours, and its own threshold.
//!
//! Weights are 8 bits wide; sums run in a fixed order, and the exponential is our own, so the same message gives the same
//! bytes on every machine. What trains the heads is no part of the crate: `examples/train` does, from the corpora in
//! `tests/corpus`.

#[cfg(feature = "models")]
mod evidence;
pub(crate) mod fingerprint;
mod form;
mod layers;
mod ngrams;

pub use form::{HeadsError, Label, write, write_layered};
pub use layers::LayerWeights;
pub use ngrams::{Ngram, ngrams};

use crate::number::{dot, logistic, unit};
use form::{Form, LANES};
#[cfg(feature = "models")]
use layers::Activations;
use std::fmt;

/// Trained heads, read from bytes.
///
/// ```
/// use handover::heads::{Heads, Label, ngrams, write};
/// use handover::text::Text;
///
/// // A model of one label and one feature: the word "medewerker".
/// let key = ngrams(&Text::new("medewerker"))[0].key;
/// let label = Label { name: "wish".into(), bias: -1.0, slope: 4.0, threshold: 0.5 };
/// let bytes = write(&[label], 0, &[], &[(key, vec![20.0])]);
/// let heads = Heads::from_bytes(bytes).unwrap();
/// let score = |raw: &str| heads.scores(&heads.known(ngrams(&Text::new(raw))), &[])[0];
/// assert!(score("een medewerker graag") > 0.5);
/// assert!(score("goedemorgen") < 0.1);
/// ```
#[derive(Default)]
pub struct Heads {
    form: Form,
}

impl fmt::Debug for Heads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Heads")
            .field("labels", &self.form.labels.len())
            .field("ngrams", &self.form.rows())
            .field("numbers", &self.form.dense)
            .finish_non_exhaustive()
    }
}

impl Heads {
    /// Reads heads and checks every byte; costs some tens of microseconds.
    ///
    /// # Errors
    /// Where the bytes are no heads, are damaged or not whole, or come from a later release.
    pub fn from_bytes(bytes: impl AsRef<[u8]>) -> Result<Self, HeadsError> {
        Ok(Self { form: Form::read(bytes.as_ref())? })
    }

    /// The labels, in the order of the scores.
    #[must_use]
    pub fn labels(&self) -> &[Label] {
        &self.form.labels
    }

    /// How many numbers the caller has to add to each message.
    #[must_use]
    pub fn numbers(&self) -> usize {
        self.form.dense
    }

    /// What the heads know of a message with these [`ngrams`]. Linear in their number.
    #[must_use]
    pub fn known(&self, ngrams: &[Ngram]) -> Known {
        let mut found = Vec::with_capacity(ngrams.len());
        found.extend(ngrams.iter().filter_map(|ngram| Some((*ngram, self.form.row(ngram.key)?))));
        Known { found, total: ngrams.len() }
    }

    /// A calibrated score for each label, 0 to 1. Numbers that are missing count as 0, more than wanted are passed over.
    #[must_use]
    pub fn scores(&self, known: &Known, numbers: &[f32]) -> Vec<f32> {
        self.read(known, numbers).scores
    }

    /// The scores, and what a label's evidence is worked out from.
    pub(crate) fn read(&self, known: &Known, numbers: &[f32]) -> Read {
        let share = share(known.total);
        let sums = (0..self.form.blocks()).flat_map(|block| self.sums(known, block));
        let ngrams: Vec<f32> = sums.zip(&self.form.scales).map(|(sum, scale)| sum as f32 * share * scale).collect();
        let activations = self.form.layers.as_ref().map(|layers| layers.activations(&ngrams, numbers));
        let margin = |label: usize| match (&self.form.layers, &activations) {
            (Some(layers), Some(activations)) => layers.margin(activations, label),
            _ => ngrams.get(label).copied().unwrap_or(0.0),
        };
        let labels = self.form.labels.iter().enumerate();
        let scores = labels.map(|(at, label)| {
            let margin = margin(at) + dot(self.form.dense_of(at), numbers) + label.bias;
            unit(logistic(label.slope * margin))
        });
        Read {
            scores: scores.collect(),
            #[cfg(feature = "models")]
            activations,
        }
    }

    /// The summed weights of a block: in 16 bits, which so many rows can't fill, and those in 32.
    fn sums(&self, known: &Known, block: usize) -> [i32; LANES] {
        const ROWS: usize = (i16::MAX / i8::MAX as i16) as usize;
        let mut sums = [0_i32; LANES];
        for rows in known.found.chunks(ROWS) {
            let mut part = [0_i16; LANES];
            for weights in rows.iter().filter_map(|(_, row)| self.form.weights(*row).get(block)) {
                part.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += i16::from(*weight));
            }
            sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += i32::from(part));
        }
        sums
    }
}

/// What heads give for one message.
pub(crate) struct Read {
    pub(crate) scores: Vec<f32>,
    /// For the evidence, which only the trained readers show.
    #[cfg(feature = "models")]
    activations: Option<Activations>,
}

/// The n-grams of a message that heads know, looked up once: for the scores, and for the words that carry them.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// With the row of their weights, in the order of the message.
    found: Vec<(Ngram, u32)>,
    /// How many the message has.
    total: usize,
}

/// What one n-gram counts among all of a message, so that long messages don't outweigh short ones.
#[must_use]
pub fn share(ngrams: usize) -> f32 {
    1.0 / (ngrams.max(1) as f32).sqrt()
}
