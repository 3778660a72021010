//! Frustration over a conversation: how it rises and falls from turn to turn.
//!
//! A [`FrustrationScorer`] takes the last [`Frustration`] and what a turn shows, and gives the next one: a level from
//! 0 to 1 and a band. It is about how the customer is *served*; grief, fear or despair without annoyance is none.

#[cfg(feature = "models")]
mod trained;
mod weighed;

#[cfg(feature = "models")]
pub use trained::TrainedFrustration;
pub use weighed::{FrustrationWeights, WeighedFrustration};

use crate::conversation::{Reading, Surroundings};
use crate::number::unit;
use crate::port::forward;
use serde::{Deserialize, Serialize};

/// How far frustration has gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// Nothing to speak of.
    #[default]
    Low,
    /// More than at the start, or a first clear sign.
    Rising,
    /// Anyone who reads along would step in.
    High,
}

/// The course of frustration so far. Plain data: a conversation stores it, a host may read it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Frustration {
    /// The level now, 0 to 1. No probability: a running level in which the last turns weigh most.
    pub level: f32,
    /// The band that the level has reached; it has separate levels for on and off, so that it does not flicker.
    pub band: Band,
    /// What the last turn alone showed, 0 to 1.
    pub last: f32,
    /// How much the level rose a turn over the last three, -1 to 1.
    pub trend: f32,
    /// Turns that showed frustration.
    pub turns_shown: u32,
    /// How likely it is to boil over within two turns, 0 to 1, where a scorer forecasts.
    pub forecast: Option<f32>,
    /// The levels of the last turns, newest last, at most four.
    pub course: Vec<f32>,
}

impl Frustration {
    /// The level and what it is made of, moved on by one turn: keeps the course and the trend.
    #[must_use]
    pub fn step(&self, shown: f32, level: f32, band: Band, counts: bool) -> Self {
        let level = unit(level);
        let mut course = self.course.clone();
        course.push(level);
        let extra = course.len().saturating_sub(4);
        course.drain(..extra);
        let first = course.first().copied().unwrap_or(level);
        let steps = course.len().saturating_sub(1).max(1);
        Self {
            level,
            band,
            last: unit(shown),
            trend: crate::number::signed_unit((level - first) / steps as f32),
            turns_shown: self.turns_shown + u32::from(counts),
            forecast: None,
            course,
        }
    }
}

/// Carries frustration on by one turn.
///
/// A wrong answer costs: too low and the customer boils over alone, too high and every sharp word calls a person.
pub trait FrustrationScorer: Send + Sync {
    /// Why scoring may fail; [`std::convert::Infallible`] if it can't.
    type Error: std::error::Error + Send + Sync + 'static;

    /// The frustration after a turn of the customer that reads like `reading`.
    ///
    /// # Errors
    /// Where the scorer could not answer; the last level then stands, and the failure is named.
    fn next(&self, last: &Frustration, reading: &Reading, around: &Surroundings) -> Result<Frustration, Self::Error>;
}

forward!(FrustrationScorer: next(last: &Frustration, reading: &Reading, around: &Surroundings) -> Frustration);
