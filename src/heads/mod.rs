//! Linear heads: the form in which trained models ship.
//!
//! A head is a label with a weight for each feature: selected n-grams of words and letters, kept as fingerprints, and a
//! few numbers that the caller adds (a pooled word vector, what patterns found). One pass over a message gives the
//! margins of all labels; each label has its own calibration, so a score is a probability as far as the messages that it
//! was calibrated on are like yours, and its own threshold.
//!
//! Weights are 8 bits wide; sums run in a fixed order, and the exponential is our own, so the same message gives the same
//! bytes on every machine. What trains the heads is no part of the crate: `examples/train` does, from the corpora in
//! `tests/corpus`.

#[cfg(feature = "models")]
mod evidence;
pub(crate) mod fingerprint;
mod form;
mod ngrams;

pub use form::{HeadsError, Label, write};
pub use ngrams::{Ngram, ngrams};

use crate::number::{dot, logistic, unit};
use form::{Form, LANES};
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
        let blocks = 0..self.form.labels.len().div_ceil(LANES);
        let sums = blocks.flat_map(|block| self.sums(known, block));
        let share = share(known.total);
        let labels = 0..self.form.labels.len();
        labels.zip(sums).map(|(at, sum)| self.score(at, sum as f32 * share, numbers)).collect()
    }

    /// The summed weights of a block of labels: in 16 bits, which so many rows can't fill, and those in 32.
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

    fn score(&self, label: usize, ngrams: f32, numbers: &[f32]) -> f32 {
        let Some(head) = self.form.labels.get(label) else { return 0.0 };
        let scale = self.form.scales.get(label).copied().unwrap_or(0.0);
        let margin = ngrams * scale + dot(self.form.dense_of(label), numbers) + head.bias;
        unit(logistic(head.slope * margin))
    }

    /// How much each of a message's n-grams adds to a label's margin, in their order; those that the heads don't know
    /// are left out.
    pub fn contributions(&self, known: &Known, label: usize) -> impl Iterator<Item = (Ngram, f32)> {
        let scale = self.form.scales.get(label).copied().unwrap_or(0.0) * share(known.total);
        known.found.iter().map(move |(ngram, row)| (*ngram, f32::from(self.form.weight(*row, label)) * scale))
    }

    /// The weights of a label for the numbers that the caller adds.
    #[must_use]
    pub fn number_weights(&self, label: usize) -> &[f32] {
        self.form.dense_of(label)
    }
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
