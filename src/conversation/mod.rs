//! A conversation: what has been said so far, folded into what a decision needs.
//!
//! [`Conversation`] takes in each turn and what the host did, and gives a [`Situation`]: a plain view of everything a
//! rule may look at. Its stored form has a version, loads again, and holds no text.

mod context;
mod dialogue;
mod reading;
mod repetition;
mod situation;
mod state;
mod surroundings;
mod turn;

pub use context::{Availability, Context, LocalTime, QueueState};
pub use dialogue::{BotActs, CustomerMoves, DialoguePatterns, Reply};
pub use reading::{Answer, Reading};
pub use repetition::Shingles;
pub use situation::{Decline, Failures, IntentView, OpenOffer, Situation};
pub use state::{Conversation, Owner};
pub use surroundings::Surroundings;
pub use turn::{Channel, Speaker, Turn, UnknownChannel};
