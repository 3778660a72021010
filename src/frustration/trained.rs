use super::{Band, Frustration, FrustrationScorer};
use crate::conversation::{Reading, Surroundings};
use crate::emotion::Emotion;
use crate::heads::{Heads, Known};
use crate::number::unit;
use crate::signal::Signal;
use std::convert::Infallible;

/// A band is left only below this part of the threshold that it was reached at, so that it does not flicker.
const HOLD: f32 = 0.6;

/// Frustration by a trained model: the built-in scorer.
///
/// Linear over what a turn's reading found, what stands around the turn and how far frustration had gone; it says how
/// likely a careful reader would call the turn rising, high, or boiling over within two turns. The level is the mean of
/// the first two. Trained on the conversations in `tests/corpus`, with readings by the models that ship; with readings of
/// another kind [`WeighedFrustration`](super::WeighedFrustration) is the sounder choice.
///
/// One outburst at the start never reaches `high`: nobody has failed the customer yet.
///
/// ```
/// use handover::conversation::{Channel, Context, Conversation, Turn};
/// use handover::frustration::Band;
/// use handover::Triage;
///
/// let triage = Triage::builder().build()?;
/// let mut talk = Conversation::new(Channel::Chat);
/// for (at, said) in [
///     (0, "Mijn internet doet het niet."),
///     (60_000, "Dat heb ik al geprobeerd, zoals ik net zei. Het helpt niet."),
///     (120_000, "WEER datzelfde antwoord?! Ik ben dit zo zat, jullie luisteren gewoon niet!!"),
/// ] {
///     triage.receive(&mut talk, &Turn::customer(said, at), &Context::at(at));
///     triage.observe(&mut talk, &Turn::bot("Start uw modem opnieuw op en wacht tien minuten.", at + 1_000));
/// }
/// assert!(talk.frustration().band >= Band::Rising);
/// # Ok::<(), handover::BuildError>(())
/// ```
#[derive(Debug)]
pub struct TrainedFrustration {
    heads: Heads,
}

impl TrainedFrustration {
    /// What the heads say of a turn: that frustration has begun to rise, that it is high, that it will be high within
    /// the customer's next two turns.
    pub const LABELS: [&'static str; 3] = ["rising", "high", "soon"];

    /// The model that ships.
    #[must_use]
    pub fn shipped() -> Self {
        static MODEL: &[u8] = include_bytes!("model.bin");
        // A test reads the shipped model; heads without labels are what total means where that test was skipped.
        Self { heads: Heads::from_bytes(MODEL).unwrap_or_default() }
    }

    /// What the model is given: the signals' scores, the feeling, what stands around the turn, and how far frustration
    /// had gone before it. Not how loud the writing is: that says it of those who shout, and most don't.
    #[must_use]
    pub fn numbers(last: &Frustration, reading: &Reading, around: &Surroundings) -> Vec<f32> {
        let signals = reading.signals.given().map_or(&[][..], |signals| signals.findings());
        let score = |signal: &Signal| signals.iter().find(|f| f.signal == *signal).map_or(0.0, |f| f.score);
        let mut numbers: Vec<f32> = Signal::BUILT_IN.iter().map(score).collect();
        let feeling = reading.feeling.given();
        numbers.extend(Emotion::ALL.map(|emotion| feeling.map_or(0.0, |f| f.emotions.of(emotion))));
        numbers.extend([
            feeling.map_or(0.0, |f| f.valence_score),
            feeling.map_or(0.0, |f| f.intensity),
            feeling.map_or(0.0, |f| f32::from(!f.hints.is_empty())),
            feeling.map_or(0.0, |f| f32::from(f.relieved)),
        ]);
        numbers.extend(around.numbers(reading.style));
        let most = last.course.iter().copied().fold(0.0, f32::max);
        numbers.extend([last.level, most, last.trend, last.turns_shown.min(4) as f32 / 4.0]);
        numbers
    }

    /// The next state, from what the heads say.
    fn step(&self, last: &Frustration, scores: &[f32]) -> Frustration {
        let &[rising, high, soon] = scores else { return last.clone() };
        let at = |label: usize| self.heads.labels().get(label).map_or(1.0, |label| label.threshold);
        let counts = rising >= at(0);
        let reached = |score: f32, threshold: f32, band: Band| {
            score >= if last.band >= band { HOLD * threshold } else { threshold }
        };
        let band = if !last.course.is_empty() && reached(high, at(1), Band::High) {
            Band::High
        } else if reached(rising, at(0), Band::Rising) {
            Band::Rising
        } else {
            Band::Low
        };
        let mut next = last.step(rising, 0.5 * (rising + high), band, counts);
        next.forecast = Some(unit(soon));
        next
    }
}

impl FrustrationScorer for TrainedFrustration {
    type Error = Infallible;

    fn next(&self, last: &Frustration, reading: &Reading, around: &Surroundings) -> Result<Frustration, Infallible> {
        let numbers = Self::numbers(last, reading, around);
        Ok(self.step(last, &self.heads.scores(&Known::default(), &numbers)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_model_has_its_three_heads() {
        let scorer = TrainedFrustration::shipped();
        let names: Vec<&str> = scorer.heads.labels().iter().map(|label| &*label.name).collect();
        assert_eq!(names, TrainedFrustration::LABELS);
        let numbers =
            TrainedFrustration::numbers(&Frustration::default(), &Reading::default(), &Surroundings::default());
        assert_eq!(numbers.len(), scorer.heads.numbers());
    }

    #[test]
    fn an_outburst_at_the_start_is_not_high() {
        let scorer = TrainedFrustration::shipped();
        let next = scorer.step(&Frustration::default(), &[1.0, 1.0, 1.0]);
        assert_eq!(next.band, Band::Rising);
        assert_eq!(scorer.step(&next, &[1.0, 1.0, 1.0]).band, Band::High);
    }
}
