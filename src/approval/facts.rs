use crate::conversation::{Channel, IntentView, Situation};
use crate::emotion::Emotion;
use crate::frustration::Band;
use crate::signal::Signal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What an approval policy may look at beside the proposal: how the customer is, and what the host knows. Whole
/// numbers throughout, no text of the customer's; stored with the record, so that a verdict can be replayed.
///
/// What is missing makes no rule pass: an identity that nobody has verified is not verified.
///
/// ```
/// use handover::approval::Facts;
/// use handover::conversation::Situation;
/// use handover::signal::Signal;
///
/// let known = Facts::from(&Situation::default()).verified().signal(Signal::FinancialHardship);
/// assert!(known.verified && known.signals.contains(&Signal::FinancialHardship));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Facts {
    /// What the customer's words signal in this conversation, so far.
    pub signals: BTreeSet<Signal>,
    /// The emotion that dominates, where it was read.
    pub emotion: Option<Emotion>,
    /// Frustration, in thousandths.
    pub frustration: u16,
    /// Its band.
    pub band: Band,
    /// The customer's best intent, where one was given.
    pub intent: Option<Arc<str>>,
    /// How sure the host or its AI is of what it proposes, in thousandths; a condition on it is not met without it.
    pub confidence: Option<u16>,
    /// Whether the host has made sure of who the customer is.
    pub verified: bool,
    /// Where the conversation takes place.
    pub channel: Option<Channel>,
    /// The host's facts about the customer.
    pub attributes: BTreeMap<Arc<str>, Arc<str>>,
}

impl Facts {
    /// The host has made sure of who the customer is.
    #[must_use]
    pub fn verified(mut self) -> Self {
        self.verified = true;
        self
    }

    /// The customer's words signal this.
    #[must_use]
    pub fn signal(mut self, signal: Signal) -> Self {
        self.signals.insert(signal);
        self
    }

    /// How sure the host or its AI is of what it proposes, in thousandths.
    #[must_use]
    pub fn confidence(mut self, permille: u16) -> Self {
        self.confidence = Some(permille.min(1_000));
        self
    }

    /// A fact about the customer.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<Arc<str>>, value: impl Into<Arc<str>>) -> Self {
        self.attributes.insert(name.into(), value.into());
        self
    }
}

impl From<&Situation> for Facts {
    /// Signals of the whole conversation count, not of its last message alone: hardship told in the first message
    /// still holds when the plan is proposed in the fifth.
    fn from(now: &Situation) -> Self {
        let held = now.signals.holding().map(|finding| finding.signal.clone());
        Self {
            signals: held.chain(now.first_noticed.keys().cloned()).collect(),
            emotion: Some(now.emotion),
            frustration: permille(now.frustration.level),
            band: now.frustration.band,
            intent: best_intent(&now.intent),
            confidence: None,
            verified: false,
            channel: Some(now.channel),
            attributes: now.attributes.clone(),
        }
    }
}

fn best_intent(view: &IntentView) -> Option<Arc<str>> {
    let best = view.intents().filter(|intents| intents.in_scope())?.best()?;
    Some(best.intent.clone())
}

/// A score from 0 to 1 in thousandths.
fn permille(score: f32) -> u16 {
    (score.clamp(0.0, 1.0) * 1_000.0).round() as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_of_an_earlier_message_still_holds() {
        let mut now = Situation::default();
        now.first_noticed.insert(Signal::Bereavement, (0, 0));
        now.frustration.level = 0.4567;
        let facts = Facts::from(&now);
        assert!(facts.signals.contains(&Signal::Bereavement));
        assert_eq!(facts.frustration, 457);
        assert_eq!(permille(f32::NAN), 0);
    }
}
