//! Who should handle a conversation now, and why.
//!
//! An [`EscalationPolicy`] makes a [`Decision`] from a [`Situation`]. The built-in one is a
//! [`Policy`](crate::policy::Policy), whose rules and thresholds stand in a document and whose skeleton is fixed: the
//! ladder, layers in this order, of which the first that matches sets a floor and later ones may only raise it; unlike
//! things are never summed.
//!
//! | layer | trigger | result |
//! |---|---|---|
//! | 0 | a person owns the conversation, or is on the way | the bot is silent, or only says what has to be said |
//! | 1 | danger: `crisis`, `threat` | hand over, urgent, with a safety notice; no document turns it off |
//! | 2 | a wish for a human | hand over; offer where it is only implied |
//! | 3 | the answer to an open offer | yes: hand over; no: cool-down |
//! | 4 | a contested decision, a formal complaint | hand over; other data rights: their queue, no outcome |
//! | 5 | the document's rules | as they say |
//! | 7 | failure: misunderstood, loop, repeat contact, no answer, failed models | offer; hand over at the cap |
//! | 8 | frustration: its band, hints, a forecast | offer; hand over when it is high |
//! | 9 | doubt: low confidence, small margin, abstention | ask, twice at most, then offer |
//! | 10 | the document's circumstances: the customer, the channel, the stage, the hour | as they say; raises only |
//! | 11 | nothing | continue |
//!
//! Layer 6, an action that waits for approval, is an axis of its own and no part of routing. What must always hold is
//! stated once, as code, in [`invariants`].

mod decision;
mod flags;
mod floor;
pub mod invariants;
mod ladder;
mod mode;
mod names;
mod notice;
mod reason;

pub use decision::{Decision, Mode, Outcome, PolicyRef, Priority, Route, Style, Withhold};
pub use flags::{Flag, Flags};
pub use names::Names;
pub(crate) use notice::Wording;
pub use notice::{Country, NoticeKey, NoticeTexts};
pub use reason::{Place, Places, REASON_CODES_VERSION, Reason, ReasonCode};

pub(crate) use floor::Floor;
pub(crate) use ladder::{Ladder, LadderSkills};

use crate::conversation::Situation;

/// Decides who should handle a conversation.
///
/// Total: there is no situation without a decision. A wrong one costs: too mild leaves a person alone with a bot,
/// too strong takes the agents away from those who need them. Whatever a policy does, the
/// [`invariants`] must hold.
pub trait EscalationPolicy: Send + Sync {
    /// The decision for `situation`. The same situation gives the same bytes.
    fn decide(&self, situation: &Situation) -> Decision;
}

macro_rules! forward_policy {
    ($($pointer:ty),*) => {$(
        impl<P: EscalationPolicy + ?Sized> EscalationPolicy for $pointer {
            fn decide(&self, situation: &Situation) -> Decision {
                (**self).decide(situation)
            }
        }
    )*};
}

forward_policy!(&P, Box<P>, std::sync::Arc<P>);
