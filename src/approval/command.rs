use super::{Canonical, CommandId, IdempotencyKey, Judgement, Principal, TimeoutAction, WorkerId};
use crate::escalation::PolicyRef;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// What a reviewer or a worker saw: the revision, with the bytes that stand for the action. A vote on anything else
/// is no vote.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Seen {
    pub(super) revision: u32,
    pub(super) bytes: Canonical,
}

impl Seen {
    /// Which revision, counted from 0: each edit makes a new one.
    #[must_use]
    pub const fn revision(&self) -> u32 {
        self.revision
    }
}

/// Words of a person: why they say no, or what they answer. Kept with the record and given to whom they are for; not
/// shown by `Debug`, and in no event.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Note(Arc<str>);

impl Note {
    /// Words.
    #[must_use]
    pub fn new(words: impl Into<Arc<str>>) -> Self {
        Self(words.into())
    }

    /// The words.
    #[must_use]
    pub fn words(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Note(…)")
    }
}

/// One thing that somebody wants of a record, with the id of its delivery.
#[derive(Clone, Debug)]
pub struct Command {
    /// Which delivery: the same one twice changes nothing.
    pub id: CommandId,
    /// What is wanted.
    pub what: Wish,
}

impl Command {
    /// A command.
    #[must_use]
    pub fn new(id: impl Into<CommandId>, what: Wish) -> Self {
        Self { id: id.into(), what }
    }
}

/// What somebody wants of a record.
#[derive(Clone, Debug)]
pub enum Wish {
    /// A reviewer answers.
    Vote {
        /// Who.
        by: Principal,
        /// In whose place, where it is not their own.
        acting_for: Option<Principal>,
        /// What they saw.
        seen: Seen,
        /// What they say.
        answer: Answer,
    },
    /// A reviewer has opened an item of a batch.
    Look {
        /// Who.
        by: Principal,
        /// Which item, counted from 0.
        item: u32,
    },
    /// It is no longer wanted. Anybody may: it only ever means that less is done.
    Cancel {
        /// Who.
        by: Principal,
        /// Why.
        why: Note,
    },
    /// A worker wants to carry it out.
    Claim {
        /// Who.
        worker: WorkerId,
        /// What they mean to carry out.
        seen: Seen,
        /// The policy that holds now.
        policy: PolicyRef,
    },
    /// The worker says how it went.
    Settle {
        /// The claim that it was done under.
        claim: CommandId,
        /// How it went.
        outcome: Outcome,
    },
    /// The worker is known to have died.
    Lose {
        /// The claim that it held.
        claim: CommandId,
    },
    /// An unknown outcome has been looked into.
    Resolve {
        /// What says so.
        by: Resolver,
        /// How it went.
        outcome: Outcome,
    },
    /// The policy has changed: judge again.
    Rejudge(Box<Judgement>),
    /// Time has passed.
    Wake,
}

/// What a reviewer says.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Yes, exactly this.
    Approve,
    /// No; the AI gets the reason.
    Reject(Note),
    /// Not like this, but like that: judged again, and for others to vote on.
    Edit(Box<Judgement>),
    /// Nothing is done; the customer gets this answer in its place.
    Answer(Note),
    /// Nothing is done; the reviewer takes the case over.
    TakeOver,
    /// Somebody further up should look, now.
    Escalate(Note),
}

impl Answer {
    /// What kind of answer.
    #[must_use]
    pub const fn kind(&self) -> AnswerKind {
        match self {
            Self::Approve => AnswerKind::Approve,
            Self::Reject(_) => AnswerKind::Reject,
            Self::Edit(_) => AnswerKind::Edit,
            Self::Answer(_) => AnswerKind::Answer,
            Self::TakeOver => AnswerKind::TakeOver,
            Self::Escalate(_) => AnswerKind::Escalate,
        }
    }
}

/// A kind of answer, for logs and reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// Yes.
    Approve,
    /// No.
    Reject,
    /// Like that instead.
    Edit,
    /// An answer in its place.
    Answer,
    /// Taken over.
    TakeOver,
    /// Passed up.
    Escalate,
}

/// How carrying out went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Succeeded,
    /// It was tried, and nothing changed.
    Failed,
    /// It was never tried.
    NotRun,
}

/// What may say how something went that nobody reported on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolver {
    /// A person who looked.
    Person(Principal),
    /// The host's own system, which knows under this key whether it was done.
    Key(IdempotencyKey),
}

/// Why a command was not followed. The record is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Only people vote.
    #[error("only a person may vote")]
    NotAPerson,
    /// The proposer may only cancel.
    #[error("whoever proposed it may not vote on it")]
    Proposer,
    /// Somebody of the proposer's own team.
    #[error("somebody of another team than the proposer's has to vote")]
    SameTeam,
    /// Who changed it may not approve it.
    #[error("whoever edited it may not vote on it")]
    Editor,
    /// No role that is asked for.
    #[error("none of their roles, if any, is asked for here")]
    NotEligible,
    /// A person votes once, for themselves or for another.
    #[error("this person, or who votes in their place, has voted already")]
    AlreadyVoted,
    /// They saw something else.
    #[error("it has changed since they saw it; the current revision is {current}")]
    Stale {
        /// The revision now.
        current: u32,
    },
    /// The requirement does not allow this answer.
    #[error("this answer is not among those allowed here")]
    AnswerNotAllowed,
    /// A sample comes first.
    #[error("{missing} items of the sample have not been looked at")]
    LookFirst {
        /// How many.
        missing: u32,
    },
    /// No such item.
    #[error("there is no item of that number")]
    NoItem,
    /// The edit changes nothing.
    #[error("the edit changes nothing")]
    NothingEdited,
    /// The edit, or the judgement, is of something else.
    #[error("only the items of this very proposal may change, judged as they are")]
    OtherProposal,
    /// Edited too often.
    #[error("it has been edited as often as it may; reject it and have a new one proposed")]
    TooManyEdits,
    /// Nobody further up.
    #[error("nobody is left on the ladder to pass it up to")]
    TopOfLadder,
    /// Too late.
    #[error("the time for it was over at {deadline}")]
    TooLate {
        /// When it was over, in milliseconds since the epoch.
        deadline: u64,
    },
    /// Another policy holds now.
    #[error("it was judged under another policy than the one that holds now; judge it again")]
    PolicyChanged,
    /// Not in this state.
    #[error("it is {state}, in which that can't be done")]
    WrongState {
        /// The state's name.
        state: &'static str,
    },
    /// Not the claim that is open.
    #[error("that is not the claim that it was done under")]
    OtherClaim,
    /// The key of another proposal.
    #[error("that is not the key of this proposal")]
    OtherKey,
    /// The id of another delivery.
    #[error("another command has used this id already")]
    IdUsed,
}

/// What became of a proposal that is over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum End {
    /// It was carried out, or tried, or not.
    Settled {
        /// How it went.
        outcome: Outcome,
    },
    /// The policy says no.
    Denied,
    /// A reviewer said no.
    Rejected {
        /// Who.
        by: Principal,
        /// Why.
        why: Note,
    },
    /// A person answered in its place.
    Answered {
        /// Who.
        by: Principal,
    },
    /// A person took over.
    TakenOver {
        /// Who.
        by: Principal,
    },
    /// Time ran out.
    Expired {
        /// What happened then.
        then: TimeoutAction,
    },
    /// It was no longer wanted.
    Cancelled {
        /// Who said so.
        by: Principal,
        /// Why.
        why: Note,
    },
}

impl End {
    /// The name on the wire.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Settled { .. } => "settled",
            Self::Denied => "denied",
            Self::Rejected { .. } => "rejected",
            Self::Answered { .. } => "answered",
            Self::TakenOver { .. } => "taken_over",
            Self::Expired { .. } => "expired",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}
