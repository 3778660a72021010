//! Examples as numbers.

use super::matrix::Matrix;
use super::settings::Settings;
use super::solve::Task;
use super::{TrainError, Trainer};
use crate::intent::examples::{Examples, OUT_OF_SCOPE};
use crate::intent::features::{Feature, sorted_features};
use crate::text::Text;
use std::sync::Arc;

/// The most intents, and the most dimensions of a vector.
const MOST: usize = 4096;
/// From so many rows on, n-grams that stand in one row only are left out.
const MANY_ROWS: usize = 3000;

/// A name counts as so many examples: it is sure to be to the point.
const NAME: f32 = 2.0;

/// Everything that learning needs of the examples.
pub(super) struct Prepared {
    /// The intents, sorted.
    pub(super) labels: Vec<Arc<str>>,
    /// Whether there are rows out of scope; they have one label more.
    pub(super) out_of_scope: bool,
    pub(super) matrix: Matrix,
    /// The label of each row.
    pub(super) label_of: Vec<u32>,
    /// How often each row counts.
    pub(super) weight_of: Vec<f32>,
    /// So many rows are examples; those behind them are names and descriptions.
    pub(super) real: usize,
}

impl Prepared {
    pub(super) fn of(trainer: &Trainer, examples: &Examples) -> Result<Self, TrainError> {
        let labels: Vec<Arc<str>> = examples.intents().map(Arc::from).collect();
        let out_of_scope = examples.rows().iter().any(|row| &*row.intent == OUT_OF_SCOPE);
        let found = labels.len();
        if found == 0 || (found == 1 && !out_of_scope) {
            return Err(TrainError::FewIntents { found });
        }
        if found > MOST {
            return Err(TrainError::ManyIntents { found, most: MOST });
        }
        let label = |name: &str| labels.binary_search_by(|label| (**label).cmp(name)).ok();
        let mut rows = Rows { trainer, features: Vec::new(), vectors: Vec::new(), dims: 0, label_of: Vec::new() };
        for row in examples.rows() {
            rows.push(label(&row.intent).unwrap_or(found), &row.text)?;
        }
        let real = examples.rows().len();
        let mut weight_of = vec![1.0; real];
        for (at, name) in labels.iter().enumerate().filter(|_| trainer.names) {
            rows.push(at, &spoken(name))?;
            weight_of.push(NAME);
        }
        for (intent, description) in &trainer.descriptions {
            let at = label(intent).ok_or_else(|| TrainError::UnknownIntent { intent: intent.clone() })?;
            rows.push(at, description)?;
            weight_of.push(1.0);
        }
        let least = if real >= MANY_ROWS { 2 } else { 1 };
        let matrix = Matrix::new(&rows.features, &rows.vectors, rows.dims, least);
        Ok(Self { labels, out_of_scope, matrix, label_of: rows.label_of, weight_of, real })
    }

    /// How many labels there are, that for out of scope counted.
    pub(super) fn columns(&self) -> usize {
        self.labels.len() + usize::from(self.out_of_scope)
    }

    pub(super) fn all_rows(&self) -> Vec<u32> {
        (0..self.matrix.rows() as u32).collect()
    }

    pub(super) fn task(&self, settings: Settings) -> Task<'_> {
        Task {
            matrix: &self.matrix,
            label_of: &self.label_of,
            weight_of: &self.weight_of,
            labels: self.columns(),
            cost: settings.cost,
            loss: settings.loss,
            together: settings.together,
            means: settings.means,
            rough: 1.0,
        }
    }
}

/// A name as one would say it: `card_not-working` is "card not working".
fn spoken(name: &str) -> String {
    name.replace(['_', '-', '.', '/', ':'], " ")
}

/// Rows on their way.
struct Rows<'t> {
    trainer: &'t Trainer,
    features: Vec<Vec<Feature>>,
    vectors: Vec<Vec<f32>>,
    dims: usize,
    label_of: Vec<u32>,
}

impl Rows<'_> {
    fn push(&mut self, label: usize, raw: &str) -> Result<(), TrainError> {
        let text = Text::new(raw);
        self.features.push(sorted_features(&text));
        self.label_of.push(label as u32);
        let Some(encoder) = &self.trainer.encoder else { return Ok(()) };
        let vector: Vec<f32> = encoder.encode(&text)?.into();
        let found = vector.len();
        if found > MOST || (found > 0 && self.dims > 0 && found != self.dims) {
            return Err(TrainError::Dimensions { found, before: self.dims, most: MOST });
        }
        self.dims = self.dims.max(found);
        self.vectors.push(vector);
        Ok(())
    }
}
