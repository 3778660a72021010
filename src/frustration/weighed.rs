use super::{Band, Frustration, FrustrationScorer};
use crate::conversation::{Reading, Surroundings};
use crate::emotion::Emotion;
use crate::signal::Signal;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

/// The weights of [`WeighedFrustration`]: what each sign is worth by itself, 0 to 1.
///
/// Set by hand and checked on conversations; the levels for on and off follow the decision model's hysteresis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FrustrationWeights {
    /// The share of anger in a message.
    pub anger: f32,
    /// The share of frustration.
    pub frustration: f32,
    /// The share of disappointment.
    pub disappointment: f32,
    /// A message that says the bot did not understand.
    pub misunderstood: f32,
    /// A contact about the same thing before.
    pub repeat_contact: f32,
    /// A grievance.
    pub complaint: f32,
    /// An insult or a threat.
    pub abuse: f32,
    /// A lawyer, the press, leaving: none by itself, but it weighs beside others.
    pub consequence: f32,
    /// The customer says the same again.
    pub own_repeat: f32,
    /// The bot says the same again.
    pub bot_repeat: f32,
    /// The bot did not understand, a turn.
    pub fallback: f32,
    /// The bot refused something.
    pub refusal: f32,
    /// A hint of dissatisfaction.
    pub hint: f32,
    /// Capitals, exclamation marks and drawn-out words, beside other signs.
    pub loud: f32,
    /// How much of a rise one turn takes over.
    pub rise: f32,
    /// How much of a fall one turn takes over.
    pub fall: f32,
    /// From this on a turn counts as one that showed frustration.
    pub shows_at: f32,
    /// `rising` begins here and ends below [`rising_off`](Self::rising_off).
    pub rising_on: f32,
    /// See [`rising_on`](Self::rising_on).
    pub rising_off: f32,
    /// `high` begins here, with at least two turns that showed it, and ends below [`high_off`](Self::high_off).
    pub high_on: f32,
    /// See [`high_on`](Self::high_on).
    pub high_off: f32,
}

impl Default for FrustrationWeights {
    fn default() -> Self {
        Self {
            anger: 0.7,
            frustration: 0.6,
            disappointment: 0.4,
            misunderstood: 0.35,
            repeat_contact: 0.35,
            complaint: 0.4,
            abuse: 0.65,
            consequence: 0.2,
            own_repeat: 0.3,
            bot_repeat: 0.2,
            fallback: 0.15,
            refusal: 0.05,
            hint: 0.2,
            loud: 0.25,
            rise: 0.75,
            fall: 0.6,
            shows_at: 0.3,
            rising_on: 0.38,
            rising_off: 0.28,
            high_on: 0.6,
            high_off: 0.45,
        }
    }
}

/// Frustration by hand-set weights: signs of a turn take away doubt one after the other, and the level follows them,
/// faster up than down.
///
/// ```
/// use handover::conversation::{Reading, Surroundings};
/// use handover::frustration::{Band, Frustration, FrustrationScorer, WeighedFrustration};
/// use handover::text::Text;
///
/// let scorer = WeighedFrustration::default();
/// let calm = scorer.next(&Frustration::default(), &Reading::of(&Text::new("hoi")), &Surroundings::default());
/// assert_eq!(calm.unwrap().band, Band::Low);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WeighedFrustration {
    weights: FrustrationWeights,
}

impl WeighedFrustration {
    /// A scorer with weights of the host's own.
    #[must_use]
    pub fn new(weights: FrustrationWeights) -> Self {
        Self { weights }
    }

    /// What a turn shows by itself, 0 to 1.
    fn shown(&self, reading: &Reading, around: &Surroundings) -> f32 {
        let w = &self.weights;
        let has = |signal: Signal| f32::from(reading.signals.given().is_some_and(|s| s.has(&signal)));
        let share = |emotion| reading.feeling.given().map_or(0.0, |f| f.emotions.of(emotion));
        let hints = reading.feeling.given().map_or(0, |f| f.hints.len());
        let signs = [
            w.anger * share(Emotion::Anger),
            w.frustration * share(Emotion::Frustration),
            w.disappointment * share(Emotion::Disappointment),
            w.misunderstood * has(Signal::Misunderstood),
            w.repeat_contact * has(Signal::RepeatContact),
            w.complaint * has(Signal::Complaint),
            w.abuse * has(Signal::Abuse).max(has(Signal::Threat)),
            w.consequence * has(Signal::LegalThreat).max(has(Signal::MediaThreat)).max(has(Signal::Churn)),
            w.hint * f32::from(hints > 0),
            w.own_repeat * around.own_repeat * f32::from(around.own_repeat >= 0.6),
            w.bot_repeat * f32::from(around.bot_repeated),
            w.fallback * around.fallbacks.min(3) as f32,
            w.refusal * f32::from(around.refused),
        ];
        let doubt = signs.iter().fold(1.0, |doubt, sign| doubt * (1.0 - sign.clamp(0.0, 1.0)));
        let loud = reading.style.shouts() || reading.style.exclamations >= 2 || reading.style.elongation >= 2;
        let plain = 1.0 - doubt;
        // Loudness strengthens what is there; by itself it may as well be joy.
        if loud && plain >= 0.2 { 1.0 - doubt * (1.0 - w.loud) } else { plain }
    }

    /// Grief, fear and despair are none of it, and relief halves it.
    fn soothed(reading: &Reading) -> bool {
        let resolved = reading.signals.given().is_some_and(|s| s.has(&Signal::Resolved));
        resolved || reading.feeling.given().is_some_and(|f| f.relieved)
    }

    fn band(&self, last: Band, level: f32, turns_shown: u32) -> Band {
        let w = &self.weights;
        let high = if last == Band::High { level >= w.high_off } else { level >= w.high_on && turns_shown >= 2 };
        let rising = level >= if last >= Band::Rising { w.rising_off } else { w.rising_on };
        match (high, rising) {
            (true, _) => Band::High,
            (false, true) => Band::Rising,
            (false, false) => Band::Low,
        }
    }
}

impl FrustrationScorer for WeighedFrustration {
    type Error = Infallible;

    fn next(&self, last: &Frustration, reading: &Reading, around: &Surroundings) -> Result<Frustration, Infallible> {
        let w = &self.weights;
        let shown = self.shown(reading, around);
        let soothed = Self::soothed(reading);
        let level = if soothed {
            0.5 * last.level.min(0.5) + 0.25 * shown
        } else if last.course.is_empty() {
            shown
        } else {
            let take = if shown > last.level { w.rise } else { w.fall };
            take * shown + (1.0 - take) * last.level
        };
        let counts = !soothed && shown >= w.shows_at;
        let band = self.band(if soothed { Band::Low } else { last.band }, level, last.turns_shown + u32::from(counts));
        Ok(last.step(shown, level, band, counts))
    }
}
