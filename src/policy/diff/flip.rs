use crate::conversation::Situation;
use crate::escalation::{Decision, EscalationPolicy, Mode, NoticeKey, Outcome};
use crate::policy::Policy;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Kinds of flips that are told at most.
const MOST: usize = 60;

/// What a customer loses by a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Loss {
    /// A person where there was one, or the offer or question before it.
    MilderOutcome,
    /// The way to a person, or a quicker one: live, then a call, then a message.
    SlowerWay,
    /// Priority.
    LowerPriority,
    /// A notice: that this is a bot, what to do in danger, what was received, one of the policy's own.
    Notice,
    /// Something that the bot held back: an offer to stay, a survey.
    Withheld,
}

impl Loss {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MilderOutcome => "milder_outcome",
            Self::SlowerWay => "slower_way",
            Self::LowerPriority => "lower_priority",
            Self::Notice => "notice",
            Self::Withheld => "withheld",
        }
    }
}

/// A situation that two policies decide differently.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Flip {
    /// The situation.
    pub situation: Situation,
    /// What the old policy makes of it.
    pub before: Decision,
    /// What the new one does.
    pub after: Decision,
    /// What the customer loses.
    pub losses: BTreeSet<Loss>,
}

/// How often two policies differ.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Flips {
    /// Situations that were looked at.
    pub situations: u64,
    /// Those that are decided differently.
    pub different: u64,
    /// Those in which the customer loses something.
    pub losing: u64,
    /// Those that go from one outcome to another, by both.
    pub outcomes: BTreeMap<Outcome, BTreeMap<Outcome, u64>>,
}

impl Flips {
    pub(super) fn count(&mut self, before: &Decision, after: &Decision) {
        self.situations += 1;
        self.different += u64::from(differ(before, after));
        self.losing += u64::from(!losses(before, after).is_empty());
        if before.outcome != after.outcome {
            *self.outcomes.entry(before.outcome).or_default().entry(after.outcome).or_default() += 1;
        }
    }
}

/// Whether two policies treat the customer differently; why is another matter.
fn differ(before: &Decision, after: &Decision) -> bool {
    (before.outcome, &before.route, &before.notices, &before.withhold, &before.style, &before.own_notices)
        != (after.outcome, &after.route, &after.notices, &after.withhold, &after.style, &after.own_notices)
}

/// What the customer loses.
fn losses(before: &Decision, after: &Decision) -> BTreeSet<Loss> {
    let mut losses = BTreeSet::new();
    let mut lost = |so: bool, loss: Loss| losses.extend(so.then_some(loss));
    lost(after.outcome < before.outcome, Loss::MilderOutcome);
    if let Some(was) = before.route.as_ref().filter(|_| before.outcome >= Outcome::OfferHuman) {
        let is = after.route.as_ref();
        lost(is.is_none_or(|is| slowness(is.mode) > slowness(was.mode)), Loss::SlowerWay);
        lost(is.is_some_and(|is| is.priority < was.priority), Loss::LowerPriority);
    }
    use NoticeKey::{ComplaintReceived, DiscloseBot, HumanOption, RightReceived, SafetyCrisis, SafetyThreat};
    let owed = [DiscloseBot, SafetyCrisis, SafetyThreat, RightReceived, ComplaintReceived, HumanOption];
    let silent = owed.iter().any(|notice| before.notices.contains(notice) && !after.notices.contains(notice));
    lost(silent || !before.own_notices.is_subset(&after.own_notices), Loss::Notice);
    lost(!before.withhold.is_subset(&after.withhold), Loss::Withheld);
    losses
}

const fn slowness(mode: Mode) -> u8 {
    match mode {
        Mode::Live | Mode::OnCall => 0,
        Mode::CallBack => 1,
        Mode::Ticket => 2,
    }
}

/// Everything that `new` decides otherwise than it was decided.
pub(super) fn all<'d>(decided: &'d [(Situation, Decision)], new: &'d Policy) -> impl Iterator<Item = Flip> + use<'d> {
    decided.iter().filter_map(move |(situation, before)| {
        let after = new.decide(situation);
        differ(before, &after).then(|| {
            let losses = losses(before, &after);
            Flip { situation: situation.clone(), before: before.clone(), after, losses }
        })
    })
}

/// One flip of each kind, those that lose something first.
pub(super) fn kinds(flips: impl Iterator<Item = Flip>) -> Vec<Flip> {
    let rules = |decision: &Decision| -> BTreeSet<Arc<str>> {
        decision.reasons.iter().filter_map(|reason| reason.rule.clone()).collect()
    };
    let way = |decision: &Decision| {
        (decision.outcome, decision.route.as_ref().map(|route| (Arc::clone(&route.queue), route.mode, route.priority)))
    };
    let mut seen = BTreeSet::new();
    let kind = |flip: &Flip| {
        (way(&flip.before), way(&flip.after), rules(&flip.before), rules(&flip.after), flip.losses.clone())
    };
    let mut kinds: Vec<Flip> = flips.filter(|flip| seen.insert(kind(flip))).collect();
    kinds.sort_by_key(|flip| flip.losses.iter().next().map_or((1, None), |loss| (0, Some(*loss))));
    kinds.truncate(MOST);
    kinds
}
