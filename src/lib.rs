//! wip
mod number;
mod port;
mod triage;

pub mod conversation;
pub mod emotion;
pub mod escalation;
pub mod frustration;
pub mod intent;
pub mod journal;
pub mod pattern;
pub mod signal;
pub mod text;

pub use conversation::{Conversation, Reading, Turn};
pub use escalation::{Decision, Outcome};
pub use triage::{BuildError, Triage, TriageBuilder};
