//! Training: from examples to a classifier.

mod calibrate;
mod folds;
mod logistic;
mod matrix;
mod means;
mod pack;
mod places;
mod prepare;
mod prior;
mod scatter;
mod settings;
mod shuffle;
mod solve;
mod weights;

pub(super) use logistic::agree;
pub use settings::{Loss, Settings};

use super::encoder::{Encoder, EncoderError};
use super::examples::Examples;
use super::model::{Confidence, TrainedIntents};
use calibrate::calibrate;
use folds::{Folds, HeldOut};
use means::Means;
use places::Places;
use prepare::Prepared;
use solve::{Solution, Task, solve};
use std::ops::ControlFlow;
use std::sync::Arc;

/// While calibrating, learning ends so many times further from the optimum.
const ROUGH: f32 = 1.5;

/// Trains classifiers.
///
/// Deterministic: the same examples and settings give the same bytes on every machine. One thread; ten thousand rows of
/// 77 intents take 2.5 seconds with settings given and 3.3 with settings picked, on two shared cores of an AMD EPYC
/// (`cargo bench --bench intents`). With the feature `vectors`, which is on by default, the shipped word vectors take
/// part unless told otherwise.
///
/// ```
/// use handover::intent::{Examples, Progress, TrainError, Trainer};
/// use std::ops::ControlFlow;
///
/// let examples = Examples::from_tsv("cancel\tik wil opzeggen\nparcel\twaar blijft mijn pakket\n")?;
/// let impatient = |_: Progress| ControlFlow::Break(());
/// assert!(matches!(Trainer::new().train_watched(&examples, impatient), Err(TrainError::Cancelled)));
/// # Ok::<(), handover::intent::RowErrors>(())
/// ```
#[derive(Clone, Debug)]
pub struct Trainer {
    encoder: Option<Encoder>,
    settings: Option<Settings>,
    false_rejects: f32,
    close: f32,
    names: bool,
    descriptions: Vec<(String, String)>,
    most_bytes: usize,
}

impl Default for Trainer {
    fn default() -> Self {
        Self {
            encoder: Encoder::built_in(),
            settings: None,
            false_rejects: 0.05,
            close: 0.2,
            names: true,
            descriptions: Vec::new(),
            most_bytes: 4_000_000,
        }
    }
}

impl Trainer {
    /// A trainer that picks its settings by cross-validation.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the meaning of messages from this encoder.
    #[must_use]
    pub fn encoder(self, encoder: Encoder) -> Self {
        Self { encoder: Some(encoder), ..self }
    }

    /// Goes by n-grams alone.
    #[must_use]
    pub fn without_encoder(self) -> Self {
        Self { encoder: None, ..self }
    }

    /// Trains with these settings instead of picking them.
    #[must_use]
    pub fn settings(self, settings: Settings) -> Self {
        Self { settings: Some(settings), ..self }
    }

    /// Abstains on about this share of the messages that are in scope, 0 to 0.5: the more of those, the more of the
    /// others are found out. 0.05 unless told.
    #[must_use]
    pub fn false_rejects(self, share: f32) -> Self {
        Self { false_rejects: if share.is_nan() { 0.05 } else { share.clamp(0.0, 0.5) }, ..self }
    }

    /// Calls two intents ambiguous where the best is ahead by less than this, in confidence. 0.2 unless told.
    #[must_use]
    pub fn close(self, lead: f32) -> Self {
        Self { close: crate::number::unit(lead), ..self }
    }

    /// Whether the names of the intents count as examples of them: yes unless told, since names say what is meant, and
    /// where examples are few that is much. Say no where names are codes.
    #[must_use]
    pub fn names(self, count: bool) -> Self {
        Self { names: count, ..self }
    }

    /// A sentence about an intent, which counts as an example of it.
    #[must_use]
    pub fn description(mut self, intent: impl Into<String>, description: impl Into<String>) -> Self {
        self.descriptions.push((intent.into(), description.into()));
        self
    }

    /// How large a model may become, in bytes: the n-grams that weigh least are left out. 4 MB unless told.
    #[must_use]
    pub fn most_bytes(self, bytes: usize) -> Self {
        Self { most_bytes: bytes, ..self }
    }

    /// Trains a classifier.
    ///
    /// # Errors
    /// Where there are fewer than two intents, or the encoder could not answer.
    pub fn train(&self, examples: &Examples) -> Result<TrainedIntents, TrainError> {
        self.train_watched(examples, |_| ControlFlow::Continue(()))
    }

    /// What models that had not seen them say of the examples.
    pub(super) fn held_out(&self, examples: &Examples) -> Result<Vec<Judgement>, TrainError> {
        let mut watch = |_: Progress| ControlFlow::Continue(());
        let mut run = Run { watch: &mut watch, stage: Stage::Reading, rounds: 0 };
        let (prepared, settings) = self.prepared(examples, &mut run)?;
        let task = prepared.task(settings);
        let solution = run.solve(Stage::Learning, task, &prepared.all_rows(), None)?;
        let means = Means::of(&prepared);
        let places = Places::of(&prepared, &means, settings.near);
        let rows = Self::looked_at(&Folds::whole(&prepared), task, &solution, &places, &mut run)?;
        let confidence = calibrate(&prepared, &means, &rows, self.false_rejects).confidence;
        let mut judgements: Vec<Judgement> =
            rows.iter().filter_map(|row| Judgement::of(row, &prepared.labels, &confidence)).collect();
        judgements.sort_by_key(|judgement| judgement.row);
        Ok(judgements)
    }

    /// What models that had not seen them say of rows, enough of them to calibrate by. They need not be solved to the end.
    fn looked_at(
        folds: &Folds,
        task: Task<'_>,
        solution: &Solution,
        places: &Places<'_>,
        run: &mut Run<'_>,
    ) -> Result<Vec<HeldOut>, TrainError> {
        folds.margins(Stage::Calibrating, Task { rough: ROUGH, ..task }, solution, Some(places), run)
    }

    fn prepared(&self, examples: &Examples, run: &mut Run<'_>) -> Result<(Prepared, Settings), TrainError> {
        run.tick()?;
        let mut prepared = Prepared::of(self, examples)?;
        let settings = match self.settings {
            Some(settings) => settings,
            None => settings::pick(&mut prepared, run)?,
        };
        prepared.matrix.weigh(settings.vectors);
        Ok((prepared, settings))
    }

    /// Trains a classifier. `watch` hears how far it is, several times a second, and may end it.
    ///
    /// # Errors
    /// As for [`train`](Self::train), and where `watch` ended it.
    pub fn train_watched(
        &self,
        examples: &Examples,
        mut watch: impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<TrainedIntents, TrainError> {
        let mut run = Run { watch: &mut watch, stage: Stage::Reading, rounds: 0 };
        let (prepared, settings) = self.prepared(examples, &mut run)?;
        let task = prepared.task(settings);
        let solution = run.solve(Stage::Learning, task, &prepared.all_rows(), None)?;
        let means = Means::of(&prepared);
        let places = Places::of(&prepared, &means, settings.near);
        let held_out = Self::looked_at(&Folds::of(&prepared), task, &solution, &places, &mut run)?;
        let calibration = calibrate(&prepared, &means, &held_out, self.false_rejects);
        let parts = pack::pack(self, &prepared, settings, &solution.weights, calibration, places, means);
        Ok(TrainedIntents::from_parts(parts, self.encoder.clone()))
    }
}

/// What a model that had not seen an example says of it.
pub(super) struct Judgement {
    pub(super) row: usize,
    pub(super) intent: Arc<str>,
    pub(super) guess: Arc<str>,
    /// The confidence in its own intent, and in the best.
    pub(super) own: f32,
    pub(super) best: f32,
}

impl Judgement {
    /// None for a row that is out of scope.
    fn of(row: &HeldOut, labels: &[Arc<str>], confidence: &Confidence) -> Option<Self> {
        let confidences = confidence.of(row.margins.get(..labels.len())?);
        let (guess, best) =
            confidences.iter().zip(labels).rev().max_by(|a, b| a.0.total_cmp(b.0)).map(|(p, g)| (g, *p))?;
        let own = confidences.get(row.label).copied()?;
        Some(Self { row: row.row, intent: Arc::clone(labels.get(row.label)?), guess: Arc::clone(guess), own, best })
    }

    pub(super) fn right(&self) -> bool {
        self.intent == self.guess
    }
}

/// How far training is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// What it is doing.
    pub stage: Stage,
    /// How many rounds over the rows it has done, of some dozens to some hundreds.
    pub rounds: u32,
}

/// What training is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Reading the examples.
    Reading,
    /// Trying settings.
    Choosing,
    /// Learning the weights.
    Learning,
    /// Learning from a part and looking at the rest, so that the confidence is honest.
    Calibrating,
}

/// A training that is watched.
struct Run<'w> {
    watch: &'w mut dyn FnMut(Progress) -> ControlFlow<()>,
    stage: Stage,
    rounds: u32,
}

impl Run<'_> {
    fn tick(&mut self) -> Result<(), TrainError> {
        let progress = Progress { stage: self.stage, rounds: self.rounds };
        if (self.watch)(progress).is_break() { Err(TrainError::Cancelled) } else { Ok(()) }
    }

    fn solve(
        &mut self,
        stage: Stage,
        task: Task<'_>,
        rows: &[u32],
        start: Option<&Solution>,
    ) -> Result<Solution, TrainError> {
        self.stage = stage;
        let mut round = || {
            self.rounds += 1;
            if self.tick().is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        solve(task, rows, start, &mut round).ok_or(TrainError::Cancelled)
    }
}

/// Why no classifier was trained.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// There is nothing to tell apart.
    #[error("there are examples of {found} intents; a classifier needs two or more, or one and rows out of scope")]
    FewIntents {
        /// How many there are.
        found: usize,
    },
    /// There are more than a model can hold.
    #[error("there are {found} intents; a model holds at most {most}")]
    ManyIntents {
        /// How many there are.
        found: usize,
        /// How many it can hold.
        most: usize,
    },
    /// A description is of an intent that has no examples.
    #[error("there is a description of `{intent}`, but no example of it")]
    UnknownIntent {
        /// The intent.
        intent: String,
    },
    /// The encoder gave vectors of different sizes, or larger ones than a model can hold.
    #[error("the encoder gave vectors of {found} and of {before} dimensions; they must be alike, and at most {most}")]
    Dimensions {
        /// How many there were.
        found: usize,
        /// How many there were before.
        before: usize,
        /// How many there may be.
        most: usize,
    },
    /// The encoder could not answer.
    #[error(transparent)]
    Encoder(#[from] EncoderError),
    /// Whoever watched ended it.
    #[error("the training was cancelled")]
    Cancelled,
}
