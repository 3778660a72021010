//! Emotion and valence of a message, with the words that show them.
//!
//! An [`EmotionScorer`] gives a distribution over ten emotions, a valence, an intensity and its evidence. It is
//! about the customer's words only: it is never applied to what agents write, and it knows nothing of voice or
//! face. A score is how strongly the *words* show something, not what a person feels.

mod cues;
#[cfg(feature = "models")]
mod trained;

pub use cues::EmotionCues;
#[cfg(feature = "models")]
pub use trained::TrainedEmotion;

use crate::number::{signed_unit, unit};
use crate::port::forward;
use crate::signal::Evidence;
use crate::text::Text;
use serde::{Deserialize, Serialize};

/// The emotion that dominates in a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Emotion {
    /// Heated.
    Anger,
    /// Stuck, tired of it.
    Frustration,
    /// Let down, quieter than anger.
    Disappointment,
    /// Grief and sorrow.
    Sadness,
    /// Fear and worry.
    Fear,
    /// Does not know what or how.
    Confusion,
    /// Pleased.
    Joy,
    /// Thankful.
    Gratitude,
    /// A weight off.
    Relief,
    /// None of these.
    #[default]
    Neutral,
}

impl Emotion {
    /// All ten, in the order that ties are broken in.
    pub const ALL: [Self; 10] = [
        Self::Anger,
        Self::Frustration,
        Self::Disappointment,
        Self::Sadness,
        Self::Fear,
        Self::Confusion,
        Self::Joy,
        Self::Gratitude,
        Self::Relief,
        Self::Neutral,
    ];

    /// The name on the wire, in snake case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Anger => "anger",
            Self::Frustration => "frustration",
            Self::Disappointment => "disappointment",
            Self::Sadness => "sadness",
            Self::Fear => "fear",
            Self::Confusion => "confusion",
            Self::Joy => "joy",
            Self::Gratitude => "gratitude",
            Self::Relief => "relief",
            Self::Neutral => "neutral",
        }
    }

    /// The emotion of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|e| e.name() == name)
    }

    /// Which way it points: 1 for joy, gratitude and relief, 0 for neutral, a little below for confusion, -1 for
    /// the rest. The weights that [`Feeling::valence_score`] is made with.
    #[must_use]
    pub const fn polarity(self) -> f32 {
        match self {
            Self::Joy | Self::Gratitude | Self::Relief => 1.0,
            Self::Neutral => 0.0,
            Self::Confusion => -0.25,
            Self::Anger | Self::Frustration | Self::Disappointment | Self::Sadness | Self::Fear => -1.0,
        }
    }
}

/// What a customer means, sarcasm reversed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Valence {
    /// Negative.
    Neg,
    /// Neither.
    #[default]
    Neu,
    /// Positive.
    Pos,
}

#[cfg(feature = "models")]
impl Valence {
    /// The one with the highest score; of equal ones neutral, then negative.
    fn surest(neg: f32, neu: f32, pos: f32) -> Self {
        if neu >= neg && neu >= pos {
            Self::Neu
        } else if neg >= pos {
            Self::Neg
        } else {
            Self::Pos
        }
    }
}

/// A share for each emotion; together they are 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f32; 10]", into = "[f32; 10]")]
pub struct Distribution([f32; 10]);

impl Default for Distribution {
    fn default() -> Self {
        Self::from([0.0; 10])
    }
}

impl From<[f32; 10]> for Distribution {
    /// Weights in the order of [`Emotion::ALL`], scaled to a sum of 1. Negative weights and no-numbers count as 0;
    /// where nothing is left it is all neutral.
    fn from(weights: [f32; 10]) -> Self {
        let clean = weights.map(|w| if w.is_finite() { w.max(0.0) } else { 0.0 });
        let sum: f32 = clean.iter().sum();
        if sum <= 0.0 || !sum.is_finite() {
            return Self([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
        }
        Self(clean.map(|w| unit(w / sum)))
    }
}

impl From<Distribution> for [f32; 10] {
    fn from(distribution: Distribution) -> Self {
        distribution.0
    }
}

impl Distribution {
    /// The share of one emotion, 0 to 1.
    #[must_use]
    pub fn of(&self, emotion: Emotion) -> f32 {
        self.0.get(emotion as usize).copied().unwrap_or(0.0)
    }

    /// The emotion with the largest share; of equal ones the first in [`Emotion::ALL`].
    #[must_use]
    pub fn dominant(&self) -> Emotion {
        let mut best = Emotion::Anger;
        for emotion in Emotion::ALL {
            if self.of(emotion) > self.of(best) {
                best = emotion;
            }
        }
        best
    }
}

/// How a message sounds.
///
/// ```
/// use handover::emotion::{Distribution, Emotion, Feeling, Valence};
///
/// let mut weights = [0.0; 10];
/// weights[Emotion::Joy as usize] = 3.0;
/// weights[Emotion::Neutral as usize] = 1.0;
/// let feeling = Feeling::new(Distribution::from(weights), 0.8, 0.5);
/// assert_eq!(feeling.emotion(), Emotion::Joy);
/// assert_eq!(feeling.valence(), Valence::Pos);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Feeling {
    /// The share of each emotion.
    pub emotions: Distribution,
    /// From -1, negative, to 1, positive: what is meant, not what the words look like.
    pub valence_score: f32,
    /// How strongly it is put, 0 to 1; says nothing of which way.
    pub intensity: f32,
    /// The words that show the emotions, strongest first.
    pub evidence: Vec<(Emotion, Evidence)>,
    /// Indirect hints of dissatisfaction ("dat had ik anders verwacht", "again"): each too weak for an emotion,
    /// two within three turns are not.
    pub hints: Vec<Evidence>,
    /// Whether the words say that a strain is over: relief, or thanks for something that worked.
    pub relieved: bool,
}

/// Below `-VALENCE_AT` a message counts as negative, above it as positive.
const VALENCE_AT: f32 = 0.2;

impl Feeling {
    /// A feeling without evidence, as a host's own model may give it. Numbers out of range are pulled in.
    #[must_use]
    pub fn new(emotions: Distribution, valence_score: f32, intensity: f32) -> Self {
        let relieved = emotions.dominant() == Emotion::Relief;
        Self {
            emotions,
            valence_score: signed_unit(valence_score),
            intensity: unit(intensity),
            relieved,
            ..Self::default()
        }
    }

    /// The emotion that dominates.
    #[must_use]
    pub fn emotion(&self) -> Emotion {
        self.emotions.dominant()
    }

    /// The sign of the valence; neutral between -0.2 and 0.2.
    #[must_use]
    pub fn valence(&self) -> Valence {
        if self.valence_score <= -VALENCE_AT {
            Valence::Neg
        } else if self.valence_score >= VALENCE_AT {
            Valence::Pos
        } else {
            Valence::Neu
        }
    }
}

/// Scores the emotion of a message.
///
/// A wrong answer costs: anger that is not seen comes back stronger, anger that is not there makes a calm customer
/// feel watched. An unsure scorer answers neutral.
pub trait EmotionScorer: Send + Sync {
    /// Why scoring may fail; [`std::convert::Infallible`] if it can't.
    type Error: std::error::Error + Send + Sync + 'static;

    /// The feeling of `text`.
    ///
    /// # Errors
    /// Where the scorer could not answer.
    fn score(&self, text: &Text<'_>) -> Result<Feeling, Self::Error>;
}

forward!(EmotionScorer: score(text: &Text<'_>) -> Feeling);
