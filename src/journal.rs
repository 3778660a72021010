//! Events: what happened in a conversation, for the host's log.
//!
//! Every step gives its events back; nothing is written here. They hold no customer text.

use crate::conversation::{Reply, Speaker};
use crate::escalation::{Outcome, ReasonCode};
use crate::frustration::Band;
use crate::signal::Signal;
use serde::{Deserialize, Serialize};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When, in milliseconds since the epoch.
    pub at: u64,
    /// The turn of the conversation, counted from 0 over all speakers.
    pub turn: u32,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// Somebody spoke.
    Heard {
        /// Who.
        from: Speaker,
    },
    /// A signal held for the first time: the moment that a legal clock may start from.
    FirstNotice {
        /// The signal.
        signal: Signal,
    },
    /// Frustration went from one band to another.
    Frustration {
        /// The band before.
        from: Band,
        /// The band now.
        to: Band,
    },
    /// The customer answered an open offer.
    OfferAnswered {
        /// Yes or no; nothing where the answer was unclear and the offer lapsed.
        reply: Option<Reply>,
    },
    /// A decision was made.
    Decided {
        /// What it came to.
        outcome: Outcome,
        /// Why.
        codes: Vec<ReasonCode>,
    },
    /// The host carried out the last decision.
    Delivered {
        /// What it came to.
        outcome: Outcome,
    },
    /// A person took over.
    Accepted,
    /// The person gave the conversation back to the bot.
    Returned,
}
