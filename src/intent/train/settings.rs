//! What can be set about learning, and how it is picked.

use super::folds::{Folds, HeldOut};
use super::prepare::Prepared;
use super::solve::Task;
use super::{Run, Stage, TrainError};

/// What is learned for each row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Squared hinge, each intent against all others: best where examples are many.
    Hinge,
    /// Multinomial logistic: best where they are few and there are vectors.
    Logistic,
}

impl Loss {
    /// A round that moves no row by more than this is the last.
    pub(super) fn tolerance(self) -> f32 {
        match self {
            Self::Hinge => 0.45,
            Self::Logistic => 4e-3,
        }
    }
}

/// How to learn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// What is learned for each row.
    pub loss: Loss,
    /// How much a row's loss counts beside the length of the weights: C, above 0.
    pub cost: f32,
    /// How long a message's vector is beside its n-grams, which have length 1.
    pub vectors: f32,
    /// How much rows of one intent are held together, beside the length of the weights; 0 for not at all. Of use where
    /// examples are few.
    pub together: f32,
    /// How many times the mean of an intent's rows its weights begin with; 0 for nothing. Of use where examples are few.
    pub means: f32,
    /// How much it counts, beside the margins, how near a message's vector lies to those of an intent's rows; 0 for not
    /// at all. Of use where examples are many.
    pub near: f32,
}

impl Settings {
    /// For twenty examples an intent or fewer.
    pub const FEW: Self = Self { loss: Loss::Logistic, cost: 2.4, vectors: 1.5, together: 0.25, means: 4.0, near: 0.0 };
    /// For more.
    pub const MANY: Self = Self { loss: Loss::Hinge, cost: 1.0, vectors: 1.0, together: 0.0, means: 0.0, near: 1.5 };
}

/// So many examples an intent are few.
const FEW_EXAMPLES: usize = 20;
/// So many rows held out are enough to pick by, and so many to learn from while picking.
const ENOUGH: usize = 200;
const LEARNED: usize = 3000;
/// While picking, learning ends so many times further from the optimum.
const ROUGH: f32 = 2.0;

/// Picks settings by how they do on rows that they have not seen.
///
/// What is known to do well for so many examples is the start. Each of the others goes on from there, with a different
/// cost or a different weight of the vectors, and has to be better by twice of what chance would make it: what is picked
/// without that is noise, and costs a point as often as it gives one. Where rows are many, a part of them is enough.
pub(super) fn pick(prepared: &mut Prepared, run: &mut Run<'_>) -> Result<Settings, TrainError> {
    let few = prepared.real <= FEW_EXAMPLES * prepared.labels.len();
    let start = if few { Settings::FEW } else { Settings::MANY };
    let folds = Folds::with(prepared, ENOUGH).learning(LEARNED);
    prepared.matrix.weigh(start.vectors);
    let solution = run.solve(Stage::Choosing, rough(prepared, start), &folds.rows(), None)?;
    let rights = |settings: Settings, prepared: &mut Prepared, run: &mut Run<'_>| {
        prepared.matrix.weigh(settings.vectors);
        let rows = folds.margins(Stage::Choosing, rough(prepared, settings), &solution, None, run)?;
        Ok::<_, TrainError>(rows.iter().map(HeldOut::right).collect::<Vec<bool>>())
    };
    let usual = rights(start, prepared, run)?;
    let (mut best, mut most) = (start, 0.0);
    for settings in start.others(prepared.matrix.dims() > 0) {
        let lead = lead(&rights(settings, prepared, run)?, &usual);
        if lead > most {
            (best, most) = (settings, lead);
        }
    }
    Ok(best)
}

fn rough(prepared: &Prepared, settings: Settings) -> Task<'_> {
    Task { rough: ROUGH, ..prepared.task(settings) }
}

impl Settings {
    /// What may do better, with vectors or without.
    fn others(self, vectors: bool) -> impl Iterator<Item = Self> {
        let costs = [self.cost * 3.0, self.cost / 3.0].map(|cost| Self { cost, ..self });
        let weights = [self.vectors * 1.5, self.vectors / 1.5].map(|vectors| Self { vectors, ..self });
        costs.into_iter().chain(weights.into_iter().filter(move |_| vectors))
    }
}

/// By how many rows one is ahead of the other, less twice what chance would give.
fn lead(one: &[bool], other: &[bool]) -> f32 {
    let (mut wins, mut losses) = (0.0_f32, 0.0_f32);
    for (one, other) in one.iter().zip(other) {
        wins += f32::from(u8::from(*one && !other));
        losses += f32::from(u8::from(*other && !one));
    }
    wins - losses - 2.0 * (wins + losses).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lead_by_chance_is_none() {
        let of = |wins: usize, losses: usize| {
            let one: Vec<bool> = (0..wins + losses).map(|at| at < wins).collect();
            let other: Vec<bool> = one.iter().map(|right| !right).collect();
            lead(&one, &other)
        };
        assert!(of(9, 7) < 0.0);
        assert!(of(12, 4) == 0.0);
        assert!(of(13, 3) > 0.0);
        assert_eq!(of(0, 0), 0.0);
    }
}
