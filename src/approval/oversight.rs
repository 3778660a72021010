//! Whether people still look: how quickly they answer, how often they say yes, how often they overrule the AI.

use super::{AnswerKind, ApprovalEvent, ApprovalEventKind, Principal, ProposalId};
use std::collections::BTreeMap;

/// When a reviewer looks like a rubber stamp. Review without looking is worse than none: it moves the blame and keeps
/// the risk. The defaults are a place to start, not a finding; set them from your own reviewers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StampSettings {
    /// Fewer answers than this say nothing.
    pub at_least: u32,
    /// The share of yeses from which on it is looked at, in thousandths.
    pub approvals: u16,
    /// The median time from opening the screen to the answer, in milliseconds, below which nobody can have read it.
    pub quicker_than: u64,
}

impl Default for StampSettings {
    /// At least 20 answers, 980 in a thousand of them yes, half of them within 5 seconds.
    fn default() -> Self {
        Self { at_least: 20, approvals: 980, quicker_than: 5_000 }
    }
}

/// How reviewing goes: of each person, and over all. Fed with events in any order of proposals; opening times come
/// from the host, whose screen it is.
///
/// ```
/// use handover::approval::{AnswerKind, Oversight, Principal, StampSettings};
///
/// let (anna, bas) = (Principal::person("anna"), Principal::person("bas"));
/// let mut oversight = Oversight::default();
/// for n in 0..40 {
///     oversight.answered(&anna, AnswerKind::Approve, Some(1_200));
///     let bas_says = if n % 8 == 0 { AnswerKind::Reject } else { AnswerKind::Approve };
///     oversight.answered(&bas, bas_says, Some(45_000));
/// }
/// let stamps = oversight.rubber_stamps(StampSettings::default());
/// assert_eq!(stamps.iter().map(|(who, _)| *who).collect::<Vec<_>>(), [&anna]);
/// assert_eq!(oversight.override_permille(), Some(62)); // 5 of 80
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Oversight {
    people: BTreeMap<Principal, Answered>,
    opened: BTreeMap<(Principal, ProposalId), u64>,
}

/// The answers of one person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answered {
    /// How often each was given.
    pub counts: BTreeMap<AnswerKind, u32>,
    /// Milliseconds from opening to answering, where known, in the order of the answers.
    pub took: Vec<u64>,
}

impl Answered {
    /// All answers.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.counts.values().sum()
    }

    /// The share of yeses in thousandths, where there are answers.
    #[must_use]
    pub fn approval_permille(&self) -> Option<u16> {
        permille(self.counts.get(&AnswerKind::Approve).copied().unwrap_or(0), self.total())
    }

    /// The median time to answer, in milliseconds; of two in the middle, the lower.
    #[must_use]
    pub fn median_took(&self) -> Option<u64> {
        let mut took = self.took.clone();
        took.sort_unstable();
        took.get(took.len().checked_sub(1)? / 2).copied()
    }
}

/// A share in thousandths, rounded down.
fn permille(part: u32, whole: u32) -> Option<u16> {
    let share = (u64::from(part) * 1_000).checked_div(u64::from(whole))?;
    u16::try_from(share).ok()
}

impl Oversight {
    /// Somebody opened the screen of a proposal, at `now`.
    pub fn opened(&mut self, by: &Principal, proposal: &ProposalId, now: u64) {
        self.opened.insert((by.clone(), proposal.clone()), now);
    }

    /// Takes an event in; those that are no answers change nothing.
    pub fn take(&mut self, event: &ApprovalEvent) {
        if let ApprovalEventKind::Voted { by, answer, .. } = &event.kind {
            let opened = self.opened.remove(&(by.clone(), event.proposal.clone()));
            self.answered(by, *answer, opened.map(|at| event.at.saturating_sub(at)));
        }
    }

    /// Somebody answered, so many milliseconds after they opened it.
    pub fn answered(&mut self, by: &Principal, answer: AnswerKind, took: Option<u64>) {
        let person = self.people.entry(by.clone()).or_default();
        *person.counts.entry(answer).or_default() += 1;
        person.took.extend(took);
    }

    /// The answers of each person.
    #[must_use]
    pub const fn people(&self) -> &BTreeMap<Principal, Answered> {
        &self.people
    }

    /// Those who answer so quickly and so often yes that they can hardly be looking.
    #[must_use]
    pub fn rubber_stamps(&self, settings: StampSettings) -> Vec<(&Principal, &Answered)> {
        let stamps = |a: &Answered| {
            a.total() >= settings.at_least
                && a.approval_permille().is_some_and(|share| share >= settings.approvals)
                && a.median_took().is_some_and(|took| took < settings.quicker_than)
        };
        self.people.iter().filter(|(_, answered)| stamps(answered)).collect()
    }

    /// How often people did not do what the AI wanted, in thousandths of all answers that decide: no, another way,
    /// an answer in its place, taken over. Passing up decides nothing.
    #[must_use]
    pub fn override_permille(&self) -> Option<u16> {
        let count = |kind| self.people.values().filter_map(|a| a.counts.get(&kind)).sum::<u32>();
        let against: u32 =
            [AnswerKind::Reject, AnswerKind::Edit, AnswerKind::Answer, AnswerKind::TakeOver].map(count).iter().sum();
        permille(against, against + count(AnswerKind::Approve))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quick_no_is_no_stamp_and_few_answers_say_nothing() {
        let who = Principal::person("a");
        let mut fast_no = Oversight::default();
        (0..50).for_each(|_| fast_no.answered(&who, AnswerKind::Reject, Some(10)));
        assert!(fast_no.rubber_stamps(StampSettings::default()).is_empty());
        let mut few = Oversight::default();
        (0..19).for_each(|_| few.answered(&who, AnswerKind::Approve, Some(10)));
        assert!(few.rubber_stamps(StampSettings::default()).is_empty());
        few.answered(&who, AnswerKind::Approve, Some(10));
        assert_eq!(few.rubber_stamps(StampSettings::default()).len(), 1);
        assert_eq!(Oversight::default().override_permille(), None);
    }

    #[test]
    fn time_counts_from_opening_to_answering() {
        let (who, id) = (Principal::person("a"), ProposalId::new("p"));
        let mut seen = Oversight::default();
        seen.opened(&who, &id, 1_000);
        let kind =
            ApprovalEventKind::Voted { by: who.clone(), acting_for: None, revision: 0, answer: AnswerKind::Edit };
        seen.take(&ApprovalEvent { proposal: id, number: 1, at: 9_000, kind });
        assert_eq!(seen.people()[&who].took, [8_000]);
        assert_eq!(seen.override_permille(), Some(1_000));
    }
}
