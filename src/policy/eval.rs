//! Whether a test holds, straight from the situation: what explanations and samples are made with.

use super::{Fact, IntentState, Measure, Range, Spec, Test};
use crate::conversation::{IntentView, Situation};
use crate::signal::Signal;

/// Whether one test holds.
pub(crate) fn test_holds(test: &Test, now: &Situation, spec: &Spec) -> bool {
    match test {
        Test::Signal(signals) => signals.iter().any(|signal| now.signals.has(signal)),
        Test::SignalSoFar(signals) => {
            signals.iter().any(|signal| now.signals.has(signal) || now.first_noticed.contains_key(signal))
        }
        Test::Shade(shades) => now.signals.holding().any(|f| f.shade.is_some_and(|shade| shades.contains(&shade))),
        Test::Intent(intents) => best_intent(now).is_some_and(|best| intents.iter().any(|intent| **intent == *best)),
        Test::IntentIs(states) => states.contains(&intent_state(now)),
        Test::Emotion(emotions) => emotions.contains(&now.emotion),
        Test::Valence(valences) => valences.contains(&now.valence),
        Test::Band(bands) => bands.contains(&now.frustration.band),
        Test::Channel(channels) => channels.contains(&now.channel),
        Test::Language(languages) => now.language.is_some_and(|language| languages.contains(&language)),
        Test::Owner(owners) => owners.contains(&now.owner),
        Test::Reply(replies) => now.reply.is_some_and(|reply| replies.contains(&reply)),
        Test::Stage(stages) => now.stage.as_ref().is_some_and(|stage| stages.contains(stage)),
        Test::Measure(measure, range) => measured(*measure, now).is_some_and(|value| in_range(*measure, range, value)),
        Test::Fact(fact, wanted) => is_so(*fact, now, spec) == *wanted,
        Test::Attribute(name, values) => now.attributes.get(name).is_some_and(|value| values.contains(value)),
        Test::AttributeIn(name, range) => number_of(now, name).is_some_and(|value| range.has(value)),
        Test::Days(days) => days.contains(&now.local.weekday),
        Test::Time(times) => times.iter().any(|opening| opening.has(now.local.minute)),
        Test::Season(seasons) => seasons.iter().any(|season| season.has(now.local.month, now.local.day)),
        Test::Open(schedules) => schedules.iter().any(|schedule| spec.calendar.open(schedule, &now.local)),
        Test::Closed(schedules) => schedules.iter().any(|schedule| !spec.calendar.open(schedule, &now.local)),
        Test::Busy(queues) => queues.iter().any(|queue| spec.busy(queue, now)),
    }
}

/// The classifier's best guess, where it answered.
pub(crate) fn best_intent(now: &Situation) -> Option<&str> {
    now.intent.intents().and_then(|intents| intents.best()).map(|best| &*best.intent)
}

pub(crate) fn intent_state(now: &Situation) -> IntentState {
    match now.intent {
        IntentView::NotSupplied => IntentState::NotSupplied,
        IntentView::Ranked(_) => IntentState::Given,
        IntentView::Abstained => IntentState::Abstained,
        IntentView::Failed => IntentState::Failed,
    }
}

/// An attribute as a number, where it is there and is one.
pub(crate) fn number_of(now: &Situation, attribute: &str) -> Option<f64> {
    number(now.attributes.get(attribute)?)
}

/// A text as a number, where it is one.
pub(crate) fn number(text: &str) -> Option<f64> {
    // Most are short counts, and a parser for every number there is takes its time.
    let digits = text.as_bytes();
    if (1..=15).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) {
        return Some(digits.iter().fold(0_u64, |number, digit| number * 10 + u64::from(digit - b'0')) as f64);
    }
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// A measure's value, where it is known.
pub(crate) fn measured(measure: Measure, now: &Situation) -> Option<f64> {
    let intents = now.intent.intents();
    Some(match measure {
        Measure::Frustration => f64::from(now.frustration.level),
        Measure::Trend => f64::from(now.frustration.trend),
        Measure::Forecast => f64::from(now.frustration.forecast?),
        Measure::Intensity => f64::from(now.intensity),
        Measure::Confidence => f64::from(intents?.best()?.confidence),
        Measure::Margin => f64::from(intents?.margin()),
        Measure::Hints => f64::from(now.hints),
        Measure::Failures => f64::from(now.failures.recent),
        Measure::Fallbacks => f64::from(now.failures.fallbacks),
        Measure::Repeats => f64::from(now.failures.own_repeats),
        Measure::Clarifications => f64::from(now.clarifications),
        Measure::Stuck => f64::from(now.stuck),
        Measure::Offers => f64::from(now.offers),
        Measure::SinceOffer => f64::from(now.since_offer?),
        Measure::SinceDecline => f64::from(now.decline?.turns_ago),
        Measure::PriorContacts => f64::from(now.prior_contacts),
        Measure::Turns => f64::from(now.customer_turns),
        Measure::Silence => (now.silence / 1000) as f64,
    })
}

/// Whether a measure's value lies in a range. Scores are single-precision numbers: a bound is held against them as one,
/// so that `at_least = 0.6` takes a score of 0.6.
pub(crate) fn in_range(measure: Measure, range: &Range, value: f64) -> bool {
    if measure.counts() { range.has(value) } else { range.single().has(value) }
}

impl Range {
    /// With its bounds in single precision.
    pub(crate) fn single(&self) -> Self {
        let single = |bound: Option<f64>| bound.map(|bound| f64::from(bound as f32));
        Self {
            at_least: single(self.at_least),
            above: single(self.above),
            at_most: single(self.at_most),
            below: single(self.below),
        }
    }
}

/// Whether a fact is so.
pub(crate) fn is_so(fact: Fact, now: &Situation, spec: &Spec) -> bool {
    match fact {
        Fact::Failed => now.failures.now,
        Fact::Misunderstood => now.failures.misunderstood || now.signals.has(&Signal::Misunderstood),
        Fact::BotRepeated => now.failures.bot_repeated,
        Fact::ModelFailed => !now.failures.models.is_empty(),
        Fact::OfferOpen => now.open_offer.is_some(),
        Fact::Declined => now.decline.is_some(),
        Fact::Armed => now.armed,
        Fact::Disclosed => now.disclosed,
        Fact::Holiday => spec.calendar.holiday(&now.local),
    }
}
