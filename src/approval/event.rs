use super::{
    ActionName, AnswerKind, CommandId, CustomerRef, Draw, Effect, Item, Note, Notice, Outcome, Principal, ProposalId,
    Resolver, Role, Why, WorkerId,
};
use crate::escalation::PolicyRef;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One thing that happened to a proposal, for the host's log. No argument of the action and no words of anybody stand
/// in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ApprovalEvent {
    /// Which proposal.
    pub proposal: ProposalId,
    /// Which event of this proposal, counted from 0 without a gap.
    pub number: u32,
    /// When, in milliseconds since the epoch.
    pub at: u64,
    /// What.
    #[serde(flatten)]
    pub kind: ApprovalEventKind,
}

/// What happened to a proposal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ApprovalEventKind {
    /// It was judged and taken on record.
    Opened {
        /// What is to be done.
        action: ActionName,
        /// For whom, in the order of the items.
        customers: Vec<CustomerRef>,
        /// Who proposed it.
        proposer: Principal,
        /// Yes, no or review.
        effect: Effect,
        /// Why.
        why: Why,
        /// The rule that decided.
        rule: Option<Arc<str>>,
        /// The policy.
        policy: PolicyRef,
        /// The draw that the host made.
        draw: Option<Draw>,
    },
    /// A reviewer opened an item of a batch.
    Looked {
        /// Who.
        by: Principal,
        /// Which item.
        item: u32,
    },
    /// A reviewer answered.
    Voted {
        /// Who.
        by: Principal,
        /// In whose place.
        acting_for: Option<Principal>,
        /// What they saw.
        revision: u32,
        /// What kind of answer.
        answer: AnswerKind,
    },
    /// More people were brought in.
    Climbed {
        /// How many rungs are climbed now.
        rungs: u32,
    },
    /// All who had to have approved, or a rule let it pass.
    Approved {
        /// Until when it may be claimed.
        execute_by: u64,
    },
    /// It was judged again under another policy.
    Rejudged {
        /// Which.
        policy: PolicyRef,
        /// What it came to.
        effect: Effect,
        /// Whether what was approved or voted still counts.
        kept: bool,
    },
    /// A worker claimed it.
    Claimed {
        /// Who.
        worker: WorkerId,
        /// The claim.
        claim: CommandId,
    },
    /// Nobody knows how it went.
    Lost {
        /// The claim.
        claim: CommandId,
    },
    /// People were reminded of an unknown outcome.
    Reminded,
    /// An unknown outcome was looked into.
    Resolved {
        /// What says so.
        by: Resolver,
        /// How it went.
        outcome: Outcome,
    },
    /// It is over.
    Ended {
        /// How, by the name of the end.
        end: Arc<str>,
        /// Who ended it, where a person did.
        by: Option<Principal>,
        /// How it went, where it was carried out.
        outcome: Option<Outcome>,
    },
}

impl ApprovalEventKind {
    /// The name on the wire.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Looked { .. } => "looked",
            Self::Voted { .. } => "voted",
            Self::Climbed { .. } => "climbed",
            Self::Approved { .. } => "approved",
            Self::Rejudged { .. } => "rejudged",
            Self::Claimed { .. } => "claimed",
            Self::Lost { .. } => "lost",
            Self::Reminded => "reminded",
            Self::Resolved { .. } => "resolved",
            Self::Ended { .. } => "ended",
        }
    }
}

/// Something that the host has to do or tell, written in the same swap as the record: so it is never forgotten, and
/// may be delivered twice. Its id lets the receiver do it once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Message {
    /// Which proposal.
    pub proposal: ProposalId,
    /// Which message of this proposal, counted from 0 without a gap.
    pub number: u32,
    /// What.
    #[serde(flatten)]
    pub kind: MessageKind,
}

/// What the host has to do or tell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "message", rename_all = "snake_case")]
pub enum MessageKind {
    /// Ask people with these roles to look.
    Ask {
        /// The roles.
        roles: Vec<Role>,
        /// How to reach them; nothing means as usual.
        notify: Option<Arc<str>>,
    },
    /// Tell the customers of these items.
    TellCustomer {
        /// What.
        notice: Notice,
    },
    /// It may be claimed now.
    Execute,
    /// Tell the proposer that it will not happen.
    TellProposer {
        /// How it ended.
        end: Arc<str>,
        /// Why, in a reviewer's words.
        why: Option<Note>,
    },
    /// A person takes over the conversation with the customer.
    HandToHuman {
        /// Who, where somebody took it.
        to: Option<Principal>,
    },
    /// Send the customer this answer of a person.
    SendAnswer {
        /// Who wrote it.
        by: Principal,
        /// What they wrote.
        words: Note,
    },
    /// Have somebody find out how it went.
    FindOut {
        /// The claim that nobody reported on.
        claim: CommandId,
        /// Who may say.
        roles: Vec<Role>,
    },
    /// A reviewer changed it: a pair to learn from.
    Learn {
        /// Who.
        by: Principal,
        /// What the AI wanted.
        before: Vec<Item>,
        /// What the reviewer made of it.
        after: Vec<Item>,
    },
}
