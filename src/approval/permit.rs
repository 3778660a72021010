use super::{ActionName, Command, CommandId, IdempotencyKey, Item, Outcome, Proposal, ProposalId, Wish, WorkerId};
use std::sync::Arc;

/// The right to carry out one approved action, once: exactly what was judged, and what people saw who had to.
///
/// Only a claim that the store has accepted yields one: see [`Step::permit`](super::Step::permit). It can't be copied,
/// stored or made by hand:
/// ```compile_fail
/// fn twice(permit: handover::approval::Permit) -> (handover::approval::Permit, handover::approval::Permit) {
///     (permit.clone(), permit)
/// }
/// ```
/// ```compile_fail
/// let permit: handover::approval::Permit = serde_json::from_str("{}").unwrap();
/// ```
/// ```compile_fail
/// let permit = handover::approval::Permit { claim: "c".into() };
/// ```
/// Being unable to act twice on one permit is not yet exactly once: between acting and saying so a process may die.
/// That is what the [`idempotency key`](Self::idempotency_key) is for: hand it to the system that acts.
#[derive(Debug)]
#[must_use = "an action that is claimed and not settled ends as outcome unknown"]
pub struct Permit {
    proposal: Arc<Proposal>,
    claim: CommandId,
    worker: WorkerId,
    settle_by: u64,
}

impl Permit {
    pub(super) const fn new(proposal: Arc<Proposal>, claim: CommandId, worker: WorkerId, settle_by: u64) -> Self {
        Self { proposal, claim, worker, settle_by }
    }

    /// Which proposal.
    #[must_use]
    pub fn proposal(&self) -> &ProposalId {
        self.proposal.id()
    }

    /// What to do.
    #[must_use]
    pub fn action(&self) -> &ActionName {
        self.proposal.action()
    }

    /// For whom, and with which arguments.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        self.proposal.items()
    }

    /// The key to hand to the system that acts, so that it acts once.
    #[must_use]
    pub fn idempotency_key(&self) -> &IdempotencyKey {
        self.proposal.idempotency_key()
    }

    /// The claim that this is.
    #[must_use]
    pub const fn claim(&self) -> &CommandId {
        &self.claim
    }

    /// Who claimed it.
    #[must_use]
    pub const fn worker(&self) -> &WorkerId {
        &self.worker
    }

    /// Until when to say how it went, in milliseconds since the epoch.
    #[must_use]
    pub const fn settle_by(&self) -> u64 {
        self.settle_by
    }

    /// Gives the permit up for the command that says how it went.
    #[must_use]
    pub fn settle(self, id: impl Into<CommandId>, outcome: Outcome) -> Command {
        Command::new(id, Wish::Settle { claim: self.claim, outcome })
    }
}
