//! An AI acts only when the people who must approve have approved exactly this.
//!
//! ```text
//! Proposal ─▶ judge ─▶ Verdict ─▶ open ─▶ Record ─▶ step ─▶ … ─▶ Permit ─▶ the host acts, once ─▶ settle
//!  what the    the      yes, no,   passes,  waits for   votes, edits,     for exactly        done, failed,
//!  AI wants    policy   or people  waits    people      time, a claim     this action        or unknown
//! ```
//! | part | what it is about |
//! |---|---|
//! | [`Proposal`], [`Item`], [`Value`], [`Canonical`] | exactly what would be done, and the bytes that stand for it |
//! | [`ApprovalPolicy`], [`ApprovalRules`], [`Verdict`], [`Facts`] | yes, no, or only after people |
//! | [`Requirement`], [`Directory`], [`StaffList`] | which people, until when, and who stands in for them |
//! | [`open`], [`step`], [`Record`], [`Command`], [`Refusal`] | the machine: pure, without clock or store |
//! | [`Permit`] | the right to act, once |
//! | [`ApprovalStore`], [`MemoryStore`], [`Gate`] | where records are kept, and the driver for hosts that don't wait |
//! | [`frame`], [`recover`] | a journal on disk in which every damage shows |
//! | [`Review`], [`NoticeTexts`], [`Oversight`] | for reviewers, for customers, and for those who watch the reviewers |
//!
//! # What always holds
//! - An action runs at most once for each approval: a claim is taken once, and a permit can't be copied.
//! - It runs only if enough other, eligible people approved exactly these bytes under the policy that holds now, or a
//!   rule of it lets them pass.
//! - An edit clears all votes and is judged again; whoever edited may not vote.
//! - Nothing is approved or claimed after its time; running out of time is never a yes.
//! - What is over stays over. The same command delivered twice changes nothing.
//! - Whatever is not over has a timer, so nobody waits for ever.
//! - A crash between claim and report shows as *outcome unknown*, which a person resolves, or the host's own system by
//!   the idempotency key. It is never run again: at most once is ours, exactly once takes that key.
//! - No outweighs people, people outweigh yes, in any order of rules; what nobody knows goes to people.
//!
//! The model check in `tests/models` explores the [`step`] that ships to the last state, with reviewers, workers,
//! crashes and a clock.

mod command;
mod directory;
pub(crate) mod document;
mod event;
mod facts;
mod frame;
mod gate;
mod ledger;
mod names;
mod notices;
mod oversight;
mod permit;
mod proposal;
mod record;
mod requirement;
mod review;
mod rules;
mod step;
mod store;
mod value;
mod verdict;

pub use command::{Answer, AnswerKind, Command, End, Note, Outcome, Refusal, Resolver, Seen, Wish};
pub use directory::{
    Capacity, Colleague, Delegation, Directory, LONGEST_DELEGATION, StaffError, StaffErrors, StaffList,
    StaffListBuilder,
};
pub use event::{ApprovalEvent, ApprovalEventKind, Message, MessageKind};
pub use facts::Facts;
pub use frame::{JournalError, Recovered, frame, recover};
pub use gate::{Done, Gate, GateError, Voted};
pub use ledger::{Holder, Ledger, LedgerKey, LedgerRow, LedgerRows, Limit};
pub use names::{ActionName, CommandId, CustomerRef, IdempotencyKey, Notice, Principal, ProposalId, Role, WorkerId};
pub use notices::NoticeTexts;
pub use oversight::{Answered, Oversight, StampSettings};
pub use permit::Permit;
pub use proposal::{
    CounterEvidence, Item, LARGEST_BATCH, Proposal, ProposalBuilder, ProposalError, ProposalErrors, Reversibility,
};
pub use record::{RECORD_VERSION, Record, RecordError, State, Vote};
pub use requirement::{
    Answers, LONGEST_WAIT, OnTimeout, Requirement, RequirementBuilder, RequirementError, RequirementErrors, Rung,
    Stage, TimeoutAction,
};
pub use review::{Review, ReviewItem, Shown};
pub use rules::{
    ActionSpec, ApprovalRule, ApprovalRules, Budget, Per, RuleEffect, RuleError, RuleErrors, RuleSet, Standing, Then,
    When, Words,
};
pub use step::{ApprovalGate, MOST_EDITS, StandardGate, Step, open, step};
pub use store::{ApprovalStore, Change, LedgerPut, MemoryStore, Swap, Versioned, Waiting};
pub use value::{Arguments, Canonical, Currency, Date, Money, NoCurrency, NoDate, Value};
pub use verdict::{Allowance, ApprovalPolicy, BudgetClaim, Draw, Effect, Judgement, Ruling, Verdict, Why, judge};
