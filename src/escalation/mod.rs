//! Who should handle a conversation now, and why.
//!
//! An [`EscalationPolicy`] makes a [`Decision`] from a [`Situation`]. The built-in one
//! is the [`Ladder`]: layers in a fixed order, of which the first that matches sets a floor and later ones may only
//! raise it. What must always hold is stated once, as code, in [`invariants`].

mod decision;
pub mod invariants;
mod ladder;
mod mode;
mod notice;
mod reason;
mod settings;

pub use decision::{Decision, Mode, Outcome, PolicyRef, Priority, Route, Withhold};
pub use ladder::Ladder;
pub(crate) use notice::Wording;
pub use notice::{Country, NoticeKey, NoticeTexts};
pub use reason::{Place, REASON_CODES_VERSION, Reason, ReasonCode};
pub use settings::{Floor, LadderSettings, SettingError, SettingErrors};

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
