use super::{
    ActionName, AnswerKind, Canonical, CommandId, Draw, End, Facts, IdempotencyKey, Item, LedgerKey, Outcome,
    Principal, Proposal, ProposalErrors, ProposalId, Requirement, Role, Seen, Why, WorkerId,
};
use crate::escalation::PolicyRef;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::Arc;

/// The version of the stored form of a [`Record`]. An older one is read for ever; a newer one is refused.
pub const RECORD_VERSION: u16 = 1;

/// A proposal on its way: what it is, what it needs, who has said what, and where it stands.
///
/// Only [`open`](super::open) and [`step`](super::step) make one. Its stored form is serde's; the arguments are in it,
/// so a store holds personal data. There is no way from here to the arguments but a [`Permit`](super::Permit) to carry
/// them out and a [`Review`](super::Review) to look at them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Record {
    pub(super) version: u16,
    pub(super) proposal: Arc<Proposal>,
    pub(super) bytes: Canonical,
    /// The bytes that it was proposed with, before any edit: the same proposal delivered again is known by them.
    pub(super) opened_as: Canonical,
    pub(super) revision: u32,
    pub(super) facts: Arc<Facts>,
    pub(super) draw: Option<Draw>,
    pub(super) policy: PolicyRef,
    pub(super) why: Why,
    pub(super) rule: Option<Arc<str>>,
    pub(super) never_always: bool,
    pub(super) visible: bool,
    pub(super) requirement: Option<Arc<Requirement>>,
    pub(super) editors: Vec<Principal>,
    pub(super) votes: Vec<Vote>,
    pub(super) looked: Vec<(Principal, u32)>,
    pub(super) sample: Vec<u32>,
    pub(super) reserved: Vec<LedgerKey>,
    pub(super) applied: Vec<Applied>,
    pub(super) opened_at: u64,
    /// The latest moment seen: a clock that runs back reopens nothing.
    pub(super) latest: u64,
    pub(super) events: u32,
    pub(super) messages: u32,
    pub(super) state: State,
}

/// Why a stored record does not load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// Written by a later release.
    #[error("the record is of version {0}, which is later than this crate's 1; upgrade before you read it")]
    Later(u16),
    /// The bytes are not those of the proposal.
    #[error("the record's bytes are not those of its proposal: it was damaged or changed")]
    OtherBytes,
    /// It is in a state that needs people, but names none.
    #[error("the record waits for people but says for whom it waits nowhere: it was damaged or changed")]
    NoRequirement,
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

/// A stored record is held against itself before anybody gets it.
impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)?.sound().map_err(D::Error::custom)
    }
}

impl Record {
    fn sound(self) -> Result<Self, RecordError> {
        if self.version > RECORD_VERSION {
            return Err(RecordError::Later(self.version));
        }
        if self.proposal.canonical() != self.bytes {
            return Err(RecordError::OtherBytes);
        }
        if self.requirement.is_none() && !matches!(self.state, State::Over { .. }) {
            return Err(RecordError::NoRequirement);
        }
        Ok(self)
    }
}

/// A yes that counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Vote {
    /// Who.
    pub by: Principal,
    /// The people in whose place, each of whom has voted with it.
    pub through: Vec<Principal>,
    /// When, in milliseconds since the epoch.
    pub at: u64,
    /// The stages that it may fill, a bit each.
    pub(super) stages: u16,
}

impl Vote {
    /// Whether somebody has voted with this, for themselves or by another.
    pub(super) fn is_of(&self, who: &Principal) -> bool {
        self.by == *who || self.through.contains(who)
    }
}

/// A delivery that has been followed, so that it is known when it comes again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Applied {
    pub(super) id: CommandId,
    /// What it was: the same id for something else is a mistake of the sender.
    pub(super) what: Trace,
}

/// What a delivery was, as far as it takes to tell it from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Trace {
    Vote { by: Principal, acting_for: Option<Principal>, revision: u32, answer: AnswerKind, edit: Option<Canonical> },
    Look { by: Principal, item: u32 },
    Cancel { by: Principal },
    Claim { worker: WorkerId, revision: u32 },
    Settle { claim: CommandId, outcome: Outcome },
    Lose { claim: CommandId },
    Resolve { outcome: Outcome },
    Rejudge { policy: PolicyRef },
    Wake,
}

/// Where a proposal stands. Only the last of them is an end; every other has a timer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum State {
    /// It waits for people.
    Pending {
        /// Since when, in milliseconds since the epoch.
        since: u64,
        /// Until when they may approve.
        approve_by: u64,
        /// How many rungs of the ladder are climbed.
        rungs: u32,
    },
    /// It may be carried out.
    Approved {
        /// Since when.
        since: u64,
        /// Until when it may be claimed.
        execute_by: u64,
        /// Whether a rule let it pass, without people.
        by_rule: bool,
    },
    /// A worker is on it.
    Claimed {
        /// Who.
        worker: WorkerId,
        /// The claim.
        claim: CommandId,
        /// Since when.
        since: u64,
        /// Until when it has to say how it went.
        settle_by: u64,
    },
    /// A worker was on it, and nobody knows how it went. It is never claimed again.
    OutcomeUnknown {
        /// The claim.
        claim: CommandId,
        /// Since when.
        since: u64,
        /// When people are reminded next.
        remind_at: u64,
    },
    /// It is over.
    Over {
        /// Since when.
        at: u64,
        /// How it ended.
        end: End,
    },
}

impl State {
    /// The name on the wire.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Pending { .. } => "pending",
            Self::Approved { .. } => "approved",
            Self::Claimed { .. } => "claimed",
            Self::OutcomeUnknown { .. } => "outcome_unknown",
            Self::Over { .. } => "over",
        }
    }

    /// Whether it is over: nothing changes it any more.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Over { .. })
    }
}

impl Record {
    /// Which proposal.
    #[must_use]
    pub fn id(&self) -> &ProposalId {
        self.proposal.id()
    }

    /// What is to be done.
    #[must_use]
    pub fn action(&self) -> &ActionName {
        self.proposal.action()
    }

    /// Who proposed it.
    #[must_use]
    pub fn proposer(&self) -> &Principal {
        self.proposal.proposer()
    }

    /// The key under which the host's own system does it once; a store lets no two records have the same.
    #[must_use]
    pub fn idempotency_key(&self) -> &IdempotencyKey {
        self.proposal.idempotency_key()
    }

    /// The same proposal with other items, to be judged for an edit.
    ///
    /// # Errors
    /// What is wrong with the items.
    pub fn edited(&self, items: Vec<Item>) -> Result<Proposal, ProposalErrors> {
        self.proposal.edited(items)
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// What has to be shown, and named with a vote or a claim.
    #[must_use]
    pub fn seen(&self) -> Seen {
        Seen { revision: self.revision, bytes: self.bytes.clone() }
    }

    /// The policy that it was last judged by.
    #[must_use]
    pub const fn policy(&self) -> &PolicyRef {
        &self.policy
    }

    /// Why it was judged so.
    #[must_use]
    pub const fn why(&self) -> Why {
        self.why
    }

    /// The rule that decided, where one did.
    #[must_use]
    pub fn rule(&self) -> Option<&str> {
        self.rule.as_deref()
    }

    /// Whether this may never be approved once and for all.
    #[must_use]
    pub const fn never_always(&self) -> bool {
        self.never_always
    }

    /// What it needs; nothing where the policy said no.
    #[must_use]
    pub fn requirement(&self) -> Option<&Requirement> {
        self.requirement.as_deref()
    }

    /// What was known of the customer when it was last judged.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The draw that the host made.
    #[must_use]
    pub const fn draw(&self) -> Option<Draw> {
        self.draw
    }

    /// The yeses that count for this revision.
    #[must_use]
    pub fn votes(&self) -> &[Vote] {
        &self.votes
    }

    /// Everybody who ever changed it.
    #[must_use]
    pub fn editors(&self) -> &[Principal] {
        &self.editors
    }

    /// The items that each approver has to look at first.
    #[must_use]
    pub fn sample(&self) -> &[u32] {
        &self.sample
    }

    /// Whether somebody has looked at the whole sample.
    #[must_use]
    pub fn has_looked(&self, who: &Principal) -> bool {
        self.missing_looks(who) == 0
    }

    /// The items of the sample that somebody has not looked at.
    pub(super) fn missing_looks(&self, who: &Principal) -> u32 {
        let looked = |item: &u32| self.looked.iter().any(|(by, at)| by == who && at == item);
        self.sample.iter().filter(|item| !looked(item)).count() as u32
    }

    /// When it was opened, in milliseconds since the epoch.
    #[must_use]
    pub const fn opened_at(&self) -> u64 {
        self.opened_at
    }

    /// When it has to be woken; nothing once it is over, and only then. A store keeps it as a column of its own.
    #[must_use]
    pub fn wake_at(&self) -> Option<u64> {
        match &self.state {
            State::Pending { since, approve_by, rungs } => {
                let ladder = self.requirement.iter().flat_map(|r| r.ladder());
                let next = ladder.map(|rung| since.saturating_add(rung.after)).nth(*rungs as usize);
                Some(next.map_or(*approve_by, |rung| rung.min(*approve_by)))
            }
            State::Approved { execute_by, .. } => Some(*execute_by),
            State::Claimed { settle_by, .. } => Some(*settle_by),
            State::OutcomeUnknown { remind_at, .. } => Some(*remind_at),
            State::Over { .. } => None,
        }
    }

    /// The roles that may answer now; none where nobody is asked.
    #[must_use]
    pub fn asked(&self) -> Vec<Role> {
        match &self.state {
            State::Pending { rungs, .. } => self.roles(*rungs as usize),
            State::OutcomeUnknown { .. } => self.roles(usize::MAX),
            _ => Vec::new(),
        }
    }

    pub(super) fn roles(&self, rungs: usize) -> Vec<Role> {
        self.requirement.as_deref().map(|r| r.roles(rungs)).unwrap_or_default()
    }
}
