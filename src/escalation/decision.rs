use super::{Flag, Flags, Names, NoticeKey, Reason, ReasonCode};
use crate::conversation::Owner;
use crate::journal::Event;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Who should handle it, mildest first. Exhaustive on purpose: a new outcome should stop a host's build.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The bot goes on.
    #[default]
    Continue,
    /// The bot asks, since it is not sure what is meant.
    Clarify,
    /// The bot goes on and offers a person beside it.
    OfferHuman,
    /// A person takes over, now.
    HandOver,
}

impl Outcome {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Continue => "continue",
            Self::Clarify => "clarify",
            Self::OfferHuman => "offer_human",
            Self::HandOver => "hand_over",
        }
    }
}

/// How soon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// In turn.
    #[default]
    Normal,
    /// Before others.
    High,
    /// Now, whatever the hour.
    Urgent,
}

/// How a person is reached. Nobody there changes this, never whether there is a way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// In this conversation.
    #[default]
    Live,
    /// The company calls back.
    CallBack,
    /// A written answer follows.
    Ticket,
    /// Whoever is on call, outside hours.
    OnCall,
}

/// The way to a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The queue.
    pub queue: Arc<str>,
    /// How soon.
    pub priority: Priority,
    /// What the person should be able to do.
    pub skills: Names,
    /// How the person is reached.
    pub mode: Mode,
}

/// What the bot should leave out of its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Withhold {
    /// An offer to stay.
    RetentionOffer,
    /// A survey afterwards.
    Survey,
    /// Anything to buy.
    Upsell,
    /// Steps to try that don't fit someone in distress.
    GenericSteps,
}

/// How the bot should speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Style {
    /// Say first that what happened to the customer is seen.
    Acknowledge,
    /// Short sentences, everyday words.
    Plain,
    /// Come to the point.
    Short,
    /// Unhurried, one step at a time.
    Calm,
    /// Formally.
    Formal,
}

impl Flag for Withhold {
    const ALL: &'static [Self] = &[Self::RetentionOffer, Self::Survey, Self::Upsell, Self::GenericSteps];

    fn number(self) -> u32 {
        self as u32
    }
}

impl Flag for Style {
    const ALL: &'static [Self] = &[Self::Acknowledge, Self::Plain, Self::Short, Self::Calm, Self::Formal];

    fn number(self) -> u32 {
        self as u32
    }
}

/// The policy that made a decision.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PolicyRef {
    /// Its id.
    pub id: Arc<str>,
    /// Its version.
    pub version: u32,
}

/// Who handles the conversation now, and why.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Decision {
    /// Who should handle it. While a person owns the conversation: what it would have called for.
    pub outcome: Outcome,
    /// Who owns it at this moment, before the decision is carried out.
    pub owner: Owner,
    /// The way to a person. Always there with an offer or a hand-over.
    pub route: Option<Route>,
    /// What the customer has to be told, by key.
    pub notices: Flags<NoticeKey>,
    /// What the bot should not say.
    pub withhold: Flags<Withhold>,
    /// How the bot should speak.
    #[serde(default, skip_serializing_if = "Flags::is_empty")]
    pub style: Flags<Style>,
    /// Notices of the policy's own that the customer is shown, by key, beside the built-in ones.
    #[serde(default, skip_serializing_if = "Names::is_empty")]
    pub own_notices: Names,
    /// To choose from when the bot asks: the intents that lie closest, at most three. A person is always one more choice.
    pub options: Vec<Arc<str>>,
    /// Why: the reasons of the outcome first, by layer, then what else played a part.
    pub reasons: Vec<Reason>,
    /// The policy that decided.
    pub policy: PolicyRef,
    /// What happened in this step, for the host's log.
    #[serde(default)]
    pub events: Vec<Event>,
}

impl Decision {
    /// Whether the offer answers a wish that was only implied.
    pub(crate) fn answers_implied_wish(&self) -> bool {
        self.outcome == Outcome::OfferHuman && self.reasons.iter().any(|r| r.code == ReasonCode::ImpliedRequest)
    }

    /// Whether the bot goes on without having got there: a question, or an offer for failure or doubt.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        let stuck = self.reasons.iter().any(Reason::is_stuck);
        self.outcome == Outcome::Clarify || (self.outcome == Outcome::OfferHuman && stuck)
    }

    /// What an offer is made for, so that it is made once for each.
    pub(crate) fn offer_codes(&self) -> Vec<Arc<str>> {
        if self.outcome != Outcome::OfferHuman {
            return Vec::new();
        }
        self.reasons.iter().map(|reason| Arc::from(reason.topic())).collect()
    }
}
