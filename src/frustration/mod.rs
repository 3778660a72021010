//! Frustration over a conversation: how it rises and falls from turn to turn.
//!
//! A [`FrustrationScorer`] takes the last [`Frustration`] and what a turn shows, and gives the next one: a level from
//! 0 to 1 and a band. It is about how the customer is *served*; grief, fear or despair without annoyance is none.

mod weighed;

pub use weighed::{FrustrationWeights, WeighedFrustration};

use crate::conversation::Reading;
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

/// What the conversation around a turn says: cheap to count, and most of what can be foreseen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Surroundings {
    /// How alike this turn is to an earlier one of the same customer, 0 to 1.
    pub own_repeat: f32,
    /// Earlier turns of the customer that said the same.
    pub own_repeats: u32,
    /// The bot has just said what it said before.
    pub bot_repeated: bool,
    /// Turns in a row in which the bot did not understand.
    pub fallbacks: u32,
    /// Failed turns in a row.
    pub failures: u32,
    /// Apologies of the bot so far.
    pub apologies: u32,
    /// The bot has just refused something.
    pub refused: bool,
    /// Hints of dissatisfaction in the last three turns.
    pub hints: u32,
    /// Turns of the customer before this one.
    pub customer_turns: u32,
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
