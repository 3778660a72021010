use super::{Canonical, Facts, LedgerKey, Limit, Notice, Proposal, Requirement};
use crate::escalation::PolicyRef;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Judges what an AI wants to do: yes, no, or only after these people.
///
/// Total: there is no proposal without a verdict, and whatever can't be decided is a review, never an allowance. What a
/// wrong one costs: too mild, and an AI acts alone on a customer who needed a person; too strict, and people click
/// yes all day until they no longer look.
///
/// The built-in one is [`ApprovalRules`](super::ApprovalRules). A host may bring its own:
/// ```
/// use handover::approval::{ApprovalPolicy, Draw, Facts, Proposal, Ruling, Verdict, Why};
/// use handover::escalation::PolicyRef;
///
/// struct Nothing;
/// impl ApprovalPolicy for Nothing {
///     fn reference(&self) -> PolicyRef {
///         PolicyRef { id: "nothing".into(), version: 1 }
///     }
///     fn judge(&self, _: &Proposal, _: &Facts, _: Option<Draw>, _: u64) -> Verdict {
///         Verdict::new(Ruling::Deny, Why::Default)
///     }
/// }
/// let shared: Box<dyn ApprovalPolicy> = Box::new(Nothing);
/// assert_eq!(shared.reference().version, 1);
/// ```
pub trait ApprovalPolicy: Send + Sync {
    /// Which policy this is. Another version is another policy: approvals under the old one are void until judged
    /// again.
    fn reference(&self) -> PolicyRef;

    /// The verdict on a proposal at `now`, in milliseconds since the epoch. The same input gives the same verdict.
    fn judge(&self, proposal: &Proposal, facts: &Facts, draw: Option<Draw>, now: u64) -> Verdict;
}

macro_rules! forward_policy {
    ($($pointer:ty),*) => {$(
        impl<P: ApprovalPolicy + ?Sized> ApprovalPolicy for $pointer {
            fn reference(&self) -> PolicyRef {
                (**self).reference()
            }

            fn judge(&self, proposal: &Proposal, facts: &Facts, draw: Option<Draw>, now: u64) -> Verdict {
                (**self).judge(proposal, facts, draw, now)
            }
        }
    )*};
}

forward_policy!(&P, Box<P>, Arc<P>);

/// A random number that the host draws for a proposal and the record keeps. It decides whether what would pass is
/// looked at after all, and which items of a batch are looked at first. The host draws it after the proposal is made:
/// whatever an AI can choose, the id among it, must not steer it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Draw(u64);

impl Draw {
    /// A draw, from 64 random bits of a generator that an AI can't foresee.
    #[must_use]
    pub const fn new(random: u64) -> Self {
        Self(random)
    }

    /// Whether this is one of `permille` in a thousand.
    #[must_use]
    pub const fn hits(self, permille: u16) -> bool {
        self.0 % 1_000 < permille as u64
    }

    /// `count` different numbers below `of`, ascending; all of them where `count` is not less.
    #[must_use]
    pub fn sample(self, count: u32, of: u32) -> Vec<u32> {
        if count >= of {
            return (0..of).collect();
        }
        // Floyd's sampling without replacement, on the SplitMix64 sequence that starts at the draw.
        let mut state = self.0;
        let mut taken = std::collections::BTreeSet::new();
        for last in of - count..of {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let one = (mix(state) % (u64::from(last) + 1)) as u32;
            if !taken.insert(one) {
                taken.insert(last);
            }
        }
        taken.into_iter().collect()
    }
}

/// The output function of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// What a policy says to a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// Yes, no, or only after these people.
    pub ruling: Ruling,
    /// Why.
    pub why: Why,
    /// The rule that decided, where one did.
    pub rule: Option<Arc<str>>,
    /// Every rule that matched, in the order of the policy.
    pub matched: Vec<Arc<str>>,
    /// Whether this may never be approved once and for all.
    pub never_always: bool,
    /// What the customer is told now; in a review, in place of what the requirement says.
    pub tell_customer: Option<Notice>,
    /// Whether the customer knows of the action at all; if not, nothing is ever told.
    pub customer_visible: bool,
}

impl Verdict {
    /// A verdict without rule and notice, on an action that the customer knows of.
    #[must_use]
    pub const fn new(ruling: Ruling, why: Why) -> Self {
        Self {
            ruling,
            why,
            rule: None,
            matched: Vec::new(),
            never_always: false,
            tell_customer: None,
            customer_visible: true,
        }
    }

    /// Yes, no or review.
    #[must_use]
    pub const fn effect(&self) -> Effect {
        match self.ruling {
            Ruling::Allow(_) => Effect::Allow,
            Ruling::Review(_) => Effect::Review,
            Ruling::Deny => Effect::Deny,
        }
    }
}

/// Yes, no, or only after people have looked; the milder first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It passes.
    Allow,
    /// People decide.
    Review,
    /// It does not.
    Deny,
}

/// An effect with what it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// It passes, if these budgets have room.
    Allow(Allowance),
    /// People decide.
    Review(Arc<Requirement>),
    /// It does not.
    Deny,
}

/// Under what it passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The budgets that it takes from, in the order of their keys, each key once.
    pub budgets: Vec<BudgetClaim>,
    /// Who decides where a budget has no room. Its times to execute and to settle hold for what passes, too, and its
    /// people are asked where an outcome stays unknown.
    pub otherwise: Arc<Requirement>,
}

/// What a proposal would take from a budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetClaim {
    /// Which running total.
    pub key: LedgerKey,
    /// How much may pass.
    pub limit: Limit,
    /// The minor units that it takes.
    pub minor: u64,
    /// The items that it takes.
    pub items: u32,
}

/// Why a verdict is as it is. A closed list: reports are counted by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Why {
    /// A rule says so.
    Rule,
    /// No rule matched.
    Default,
    /// The policy does not know the action.
    UnknownAction,
    /// It goes against the customer.
    Adverse,
    /// It has legal or similarly significant effects.
    Significant,
    /// It would pass, and was drawn to be looked at.
    Sampled,
    /// It would pass, but a sample is taken of it and the host made no draw.
    NoDraw,
    /// It would pass, but a budget has no room.
    OverBudget,
    /// It would pass alone, but not so many at once.
    LargeBatch,
    /// It was approved once and for all.
    Standing,
    /// The items of the batch need different people.
    MixedBatch,
}

/// A verdict together with what it was given on: made by [`judge`] alone, so that no verdict is ever taken for another
/// proposal's or another policy's.
#[derive(Clone, Debug)]
pub struct Judgement {
    pub(super) proposal: Arc<Proposal>,
    pub(super) of: Canonical,
    pub(super) facts: Arc<Facts>,
    pub(super) draw: Option<Draw>,
    pub(super) policy: PolicyRef,
    pub(super) verdict: Verdict,
}

impl Judgement {
    /// The verdict.
    #[must_use]
    pub const fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The policy that gave it.
    #[must_use]
    pub const fn policy(&self) -> &PolicyRef {
        &self.policy
    }

    /// The running totals that are needed to open it; see [`open`](super::open).
    pub fn ledgers(&self) -> impl Iterator<Item = &LedgerKey> {
        let budgets = match &self.verdict.ruling {
            Ruling::Allow(allowance) => allowance.budgets.as_slice(),
            _ => &[],
        };
        budgets.iter().map(|claim| &claim.key)
    }
}

/// Has a policy judge a proposal.
#[must_use]
pub fn judge(
    policy: &(impl ApprovalPolicy + ?Sized),
    proposal: Arc<Proposal>,
    facts: Arc<Facts>,
    draw: Option<Draw>,
    now: u64,
) -> Judgement {
    let verdict = policy.judge(&proposal, &facts, draw, now);
    Judgement { of: proposal.canonical(), policy: policy.reference(), proposal, facts, draw, verdict }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_as_large_as_asked_and_differs_by_draw() {
        for seed in 0..200 {
            let sample = Draw::new(seed).sample(5, 40);
            assert_eq!(sample.len(), 5);
            assert!(sample.windows(2).all(|w| w[0] < w[1]) && sample.iter().all(|n| *n < 40), "{sample:?}");
        }
        assert_ne!(Draw::new(1).sample(5, 40), Draw::new(2).sample(5, 40));
        assert_eq!(Draw::new(1).sample(9, 3), [0, 1, 2]);
        assert_eq!(Draw::new(1).sample(0, 3), [0; 0]);
    }

    /// Every item is as likely as any other: an AI can't hide one at the end.
    #[test]
    fn no_place_in_a_batch_is_safe() {
        let mut hits = [0_u32; 20];
        for seed in 0..20_000 {
            Draw::new(seed).sample(4, 20).into_iter().for_each(|n| hits[n as usize] += 1);
        }
        assert!(hits.iter().all(|n| (3_700..4_300).contains(n)), "{hits:?}");
    }

    #[test]
    fn draws_hit_as_often_as_they_should() {
        assert_eq!((0..10_000).filter(|n| Draw::new(*n).hits(20)).count(), 200);
        assert!(!Draw::new(0).hits(0) && Draw::new(999).hits(1_000));
    }
}
