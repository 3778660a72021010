//! Rules as data, checked before they go live.
//!
//! A team lead writes a [`Document`], in TOML, JSON or whatever the host reads. [`Document::check`] names every mistake
//! in it at once, each [`Finding`] with its place, what to do, and a case that shows it. Only a document without errors
//! becomes a [`Policy`], and that is the only way to one: what the checker lets pass is what decides.
//!
//! A team tests its own rules with [`Scenarios`]: short conversations with what should be decided, played in its own CI.
//!
//! What a document may say stands field by field in [`Spec`], [`Rule`], [`Condition`] and [`Effect`]. The skeleton it
//! hangs on is the ladder of [`escalation`](crate::escalation), which no document changes: a rule can raise an outcome,
//! never lower one.
//!
//! [`Policy::prove`] decides whether what must always hold does hold for a policy, over everything that it can tell
//! apart; [`Document::difference`] tells what a newer document changes, in words, in decisions, in what a customer would
//! lose by it, and in what the approval gate would let pass more easily.

mod builtin;
mod cells;
mod code;
mod compiled;
mod cover;
mod date;
mod desk;
mod diff;
mod document;
mod engine;
mod eval;
mod explain;
pub(crate) mod finding;
mod hours;
mod lint;
mod logic;
pub(crate) mod nearest;
mod node;
mod path;
mod plain;
mod prove;
mod read;
pub(crate) mod reader;
mod rule;
mod scenario;
mod spec;
mod tables;
mod words;

pub(crate) use engine::Matches;
pub(crate) use eval::number;

pub use code::{Code, Severity};
pub use compiled::Policy;
pub use date::Date;
pub use diff::{Change, Difference, Flip, Flips, Guard, Loosened, Loss};
pub use document::{Against, Checked, Document, Findings};
pub use explain::{Because, Explanation, WhyNot};
pub use finding::{Finding, Witness, Wording};
pub use hours::{Calendar, Holiday, Hours, Opening};
pub use node::Node;
pub use path::{DocPath, Step};
pub use prove::{Claim, Counterexample, Proof, Property, Verdict};
pub use rule::{Condition, Effect, Fact, IntentState, Measure, Range, Rule, Season, Test};
pub use scenario::{Expect, Line, Mismatch, Moment, NoMoment, Played, Rehearsal, Scenario, Scenarios};
pub use spec::{
    AttributeKind, CoolDown, Disclosure, Due, Jurisdiction, NamedRoute, Queue, Routing, Spec, Thresholds, Vocabulary,
};
