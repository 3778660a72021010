//! What must always hold of a decision, whatever the policy: stated once, as code.
//!
//! [`check`] holds one decision against its situation. Some invariants span turns (a wish is questioned at most once,
//! nobody is asked for ever); [`Watch`] follows a conversation for those. Property tests run both on random
//! conversations, and a host with a policy of its own can do the same.

use super::{Decision, NoticeKey, Outcome};
use crate::conversation::{Owner, Reply, Situation};
use crate::signal::{Shade, Signal};
use serde::{Deserialize, Serialize};

/// An invariant that did not hold. The names are those of the design's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// I1.
    #[error("I1: an explicit wish for a human got no way to a human in that turn")]
    WishWithoutRoute,
    /// I2.
    #[error("I2: an explicit wish was questioned, or an implied one more than once")]
    WishQuestioned,
    /// I3.
    #[error("I3: hours, load or what the customer is made the outcome milder")]
    LoweredByCircumstance,
    /// I4.
    #[error("I4: questions, offers and failures went on past the cap")]
    StuckTooLong,
    /// I6.
    #[error("I6: the customer was not told that this is a bot")]
    NotDisclosed,
    /// I7.
    #[error("I7: a failing model gave less access to a human than a silent one")]
    FailureClosedTheDoor,
    /// I8.
    #[error("I8: the same situation was decided differently")]
    NotDeterministic,
    /// I10.
    #[error("I10: the bot has words in a conversation that a person owns")]
    SpokeOverAPerson,
    /// Danger has to reach a person at once.
    #[error("danger was not handed over urgently")]
    DangerMissed,
}

/// The invariants of one decision. Linear in the size of the situation.
///
/// ```
/// use handover::conversation::Situation;
/// use handover::escalation::{EscalationPolicy, invariants};
/// use handover::policy::Policy;
///
/// let situation = Situation::default();
/// assert!(invariants::check(&situation, &Policy::default().decide(&situation)).is_empty());
/// ```
#[must_use]
pub fn check(situation: &Situation, decision: &Decision) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut ensure = |holds: bool, violation: Violation| {
        if !holds {
            violations.push(violation);
        }
    };
    let routed = decision.route.as_ref().is_some_and(|r| !r.queue.is_empty());
    let wish = situation.signals.get(&Signal::HumanRequest).map(|f| f.shade);
    let implied = matches!(wish, Some(Some(Shade::Implied | Shade::Phone)));
    ensure(decision.outcome < Outcome::OfferHuman || routed, Violation::WishWithoutRoute);
    if wish.is_some() {
        ensure(routed && decision.outcome >= Outcome::OfferHuman, Violation::WishWithoutRoute);
        ensure(implied || decision.outcome == Outcome::HandOver, Violation::WishQuestioned);
    }
    let asked = situation.open_offer.as_ref().is_some_and(|o| o.implied_wish);
    let refused = situation.reply == Some(Reply::No)
        || situation.signals.has(&Signal::Resolved)
        || situation.decline.is_some_and(|d| d.turns_ago == 0);
    if asked && (implied || !refused) {
        ensure(decision.outcome == Outcome::HandOver, Violation::WishQuestioned);
    }
    if situation.signals.has(&Signal::Crisis) || situation.signals.has(&Signal::Threat) {
        let urgent = decision.route.as_ref().is_some_and(|r| r.priority == super::Priority::Urgent);
        ensure(decision.outcome == Outcome::HandOver && urgent, Violation::DangerMissed);
    }
    let discloses = decision.notices.contains(&NoticeKey::DiscloseBot);
    let due = !situation.disclosed || situation.signals.has(&Signal::BotQuestion);
    ensure(!due || discloses || situation.owner == Owner::Human, Violation::NotDisclosed);
    let silent = decision.notices.is_empty() && decision.own_notices.is_empty();
    ensure(silent || decision.owner != Owner::Human, Violation::SpokeOverAPerson);
    if !situation.failures.models.is_empty() && situation.owner == Owner::Bot {
        let option = decision.notices.contains(&NoticeKey::HumanOption) || decision.outcome >= Outcome::OfferHuman;
        ensure(option || situation.signals.has(&Signal::Resolved), Violation::FailureClosedTheDoor);
    }
    violations
}

/// Whether `harder` is no milder than `easier` was: hold two decisions of one situation against each other that
/// differ only in hours, load, cost, status, or in a model that failed instead of being silent.
///
/// # Errors
/// The violation that `kind` stands for.
pub fn no_milder(easier: &Decision, harder: &Decision, kind: Violation) -> Result<(), Violation> {
    if harder.outcome >= easier.outcome { Ok(()) } else { Err(kind) }
}

/// Follows one conversation for the invariants that span turns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    in_a_row: u32,
}

impl Watch {
    /// Takes in the next decision. `cap` is the policy's own: how many questions and offers for failure or doubt may
    /// stand in a row before a person takes over.
    ///
    /// # Errors
    /// I4, where they went on past the cap though the customer had not just declined a person.
    pub fn step(&mut self, decision: &Decision, cap: u32) -> Result<(), Violation> {
        self.in_a_row = if decision.goes_on() { self.in_a_row + 1 } else { 0 };
        if self.in_a_row >= cap.max(1) { Err(Violation::StuckTooLong) } else { Ok(()) }
    }
}
