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

/// Foresees frustration, for hosts with a model of their own: what they see coming takes the place of what the scorer
/// foresees.
///
/// A wrong answer costs little: a forecast makes an offer, never a hand-over.
///
/// ```
/// use handover::conversation::{Channel, Context, Conversation, Reading, Surroundings, Turn};
/// use handover::escalation::Outcome;
/// use handover::frustration::{Forecaster, Frustration};
/// use handover::Triage;
///
/// /// Whoever has said the same three times is about to boil over.
/// struct ThirdTime;
///
/// impl Forecaster for ThirdTime {
///     type Error = std::convert::Infallible;
///
///     fn forecast(&self, _: &Frustration, _: &Reading, around: &Surroundings) -> Result<f32, Self::Error> {
///         Ok(if around.own_repeats >= 1 { 0.9 } else { 0.0 })
///     }
/// }
///
/// let triage = Triage::builder().forecaster(ThirdTime).build()?;
/// let mut talk = Conversation::new(Channel::Chat);
/// let ask = Turn::customer("Wanneer komt de monteur voor de ketel?", 0);
/// triage.receive(&mut talk, &ask, &Context::at(0));
/// assert!(triage.receive(&mut talk, &ask, &Context::at(60_000)).outcome >= Outcome::OfferHuman);
/// # Ok::<(), handover::BuildError>(())
/// ```
pub trait Forecaster: Send + Sync {
    /// Why forecasting may fail; [`std::convert::Infallible`] if it can't.
    type Error: std::error::Error + Send + Sync + 'static;

    /// How likely the customer is to boil over within two turns, 0 to 1, after a turn that left them at `now`.
    ///
    /// # Errors
    /// Where the forecaster could not answer; what the scorer foresees then stands.
    fn forecast(&self, now: &Frustration, reading: &Reading, around: &Surroundings) -> Result<f32, Self::Error>;
}

forward!(Forecaster: forecast(now: &Frustration, reading: &Reading, around: &Surroundings) -> f32);
