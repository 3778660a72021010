use crate::signal::Evidence;
use crate::text::Span;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

/// The version of the list of [`ReasonCode`]s. A code is never renamed or given another meaning; new ones raise this.
pub const REASON_CODES_VERSION: u16 = 1;

/// Why something was decided. A closed list: logs and reports are counted by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReasonCode {
    /// A person owns the conversation.
    HumanOwned,
    /// A person is on the way.
    Pending,
    /// Suicide, self-harm or a life in danger.
    Crisis,
    /// A threat to a person or a place.
    Threat,
    /// A person was asked for.
    ExplicitRequest,
    /// A call back was asked for.
    CallbackRequest,
    /// A supervisor was asked for.
    SupervisorRequest,
    /// A person was meant, not named.
    ImpliedRequest,
    /// A person was asked for if the next step fails, and it failed.
    ConditionalRequest,
    /// An offer was taken up.
    OfferAccepted,
    /// A person was declined.
    OfferDeclined,
    /// An automated decision is contested.
    Contest,
    /// A formal complaint.
    FormalComplaint,
    /// A privacy right was used: a legal clock runs.
    DataRight,
    /// A rule of the policy on what the message signals; the rule says which.
    Rule,
    /// The customer says that the bot did not understand.
    Misunderstood,
    /// The bot had no answer.
    Fallback,
    /// The bot said the same again.
    BotLoop,
    /// The customer asked the same again.
    AskedAgain,
    /// There was contact about this before.
    RepeatContact,
    /// A model could not answer.
    ModelFailed,
    /// Failures in a row reached the cap.
    FailureCap,
    /// Frustration is high.
    FrustrationHigh,
    /// Frustration rises.
    FrustrationRising,
    /// Two hints of dissatisfaction within three turns.
    Hints,
    /// Frustration is foreseen.
    Forecast,
    /// The classifier is not sure.
    LowConfidence,
    /// Two intents lie close together.
    Ambiguous,
    /// The classifier abstains.
    Abstained,
    /// The bot has asked as often as it may.
    ClarifyBudget,
    /// The customer says that it is solved.
    Resolved,
    /// Held back: a person was declined or offered just before, and nothing new has come up.
    CoolDown,
    /// A rule on the customer, the channel, the stage or the hour.
    Circumstance,
    /// A person is reached another way than live.
    ModeChanged,
}

impl ReasonCode {
    /// The name on the wire, in snake case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HumanOwned => "human_owned",
            Self::Pending => "pending",
            Self::Crisis => "crisis",
            Self::Threat => "threat",
            Self::ExplicitRequest => "explicit_request",
            Self::CallbackRequest => "callback_request",
            Self::SupervisorRequest => "supervisor_request",
            Self::ImpliedRequest => "implied_request",
            Self::ConditionalRequest => "conditional_request",
            Self::OfferAccepted => "offer_accepted",
            Self::OfferDeclined => "offer_declined",
            Self::Contest => "contest",
            Self::FormalComplaint => "formal_complaint",
            Self::DataRight => "data_right",
            Self::Rule => "rule",
            Self::Misunderstood => "misunderstood",
            Self::Fallback => "fallback",
            Self::BotLoop => "bot_loop",
            Self::AskedAgain => "asked_again",
            Self::RepeatContact => "repeat_contact",
            Self::ModelFailed => "model_failed",
            Self::FailureCap => "failure_cap",
            Self::FrustrationHigh => "frustration_high",
            Self::FrustrationRising => "frustration_rising",
            Self::Hints => "hints",
            Self::Forecast => "forecast",
            Self::LowConfidence => "low_confidence",
            Self::Ambiguous => "ambiguous",
            Self::Abstained => "abstained",
            Self::ClarifyBudget => "clarify_budget",
            Self::Resolved => "resolved",
            Self::CoolDown => "cool_down",
            Self::Circumstance => "circumstance",
            Self::ModeChanged => "mode_changed",
        }
    }
}

/// Words that bear a reason out: where in the conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The turn, counted from 0 over all speakers.
    pub turn: u32,
    /// The words, in that turn's text.
    #[serde(flatten)]
    pub span: Span,
}

/// Up to three places, strongest first: three convince, thirty hide the one that matters. They stand in the reason
/// itself, and what comes after the third is left out.
#[derive(Clone, Copy, Default)]
pub struct Places {
    places: [Place; 3],
    count: u8,
}

impl std::ops::Deref for Places {
    type Target = [Place];

    fn deref(&self) -> &[Place] {
        self.places.get(..usize::from(self.count)).unwrap_or_default()
    }
}

impl FromIterator<Place> for Places {
    fn from_iter<I: IntoIterator<Item = Place>>(all: I) -> Self {
        let mut kept = Self::default();
        for (slot, place) in kept.places.iter_mut().zip(all) {
            *slot = place;
            kept.count += 1;
        }
        kept
    }
}

impl PartialEq for Places {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Places {}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Places {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Places {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(|places: Vec<Place>| places.into_iter().collect())
    }
}

/// One reason of a decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reason {
    /// What kind of reason.
    pub code: ReasonCode,
    /// The layer of the ladder it comes from, 0 to 11.
    pub layer: u8,
    /// The rule, where one of the policy's decided.
    pub rule: Option<Arc<str>>,
    /// What was measured, where a number decided.
    pub value: Option<f32>,
    /// What it was held against.
    pub threshold: Option<f32>,
    /// The words that bear it out.
    pub evidence: Places,
}

impl Reason {
    /// A reason without number or words.
    #[must_use]
    pub fn new(code: ReasonCode, layer: u8) -> Self {
        Self { code, layer, rule: None, value: None, threshold: None, evidence: Places::default() }
    }

    /// Whether it is one of failure or doubt: such offers and questions may not go on for ever.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        matches!(
            self.code,
            ReasonCode::Misunderstood
                | ReasonCode::Fallback
                | ReasonCode::BotLoop
                | ReasonCode::ModelFailed
                | ReasonCode::LowConfidence
                | ReasonCode::Ambiguous
                | ReasonCode::Abstained
                | ReasonCode::ClarifyBudget
        )
    }

    pub(crate) fn measured(code: ReasonCode, layer: u8, value: f32, threshold: f32) -> Self {
        Self { value: Some(value), threshold: Some(threshold), ..Self::new(code, layer) }
    }

    pub(crate) fn shown_by<'e>(self, turn: u32, evidence: impl IntoIterator<Item = &'e Evidence>) -> Self {
        let evidence = evidence.into_iter().map(|e| Place { turn, span: e.span }).collect();
        Self { evidence, ..self }
    }

    /// What the reason is about, as one name.
    pub(crate) fn topic(&self) -> &str {
        self.rule.as_deref().unwrap_or(self.code.name())
    }
}
