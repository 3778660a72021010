use super::{Availability, Channel, LocalTime, Owner, Reply};
use crate::emotion::{Emotion, Valence};
use crate::escalation::Route;
use crate::frustration::Frustration;
use crate::intent::Intents;
use crate::signal::{Evidence, Signal, Signals};
use crate::text::Lang;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything a rule may look at when it decides: plain, owned, serialisable. A host can build one itself and
/// ask a policy what it would do.
///
/// ```
/// use handover::conversation::Situation;
/// use handover::escalation::{EscalationPolicy, Outcome};
/// use handover::policy::Policy;
///
/// let quiet = Situation::default();
/// assert_eq!(Policy::default().decide(&quiet).outcome, Outcome::Continue);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Situation {
    /// The turn's place in the conversation, counted from 0 over all speakers.
    pub turn: u32,
    /// The customer's turns before this one.
    pub customer_turns: u32,
    /// The time, in milliseconds since the epoch.
    pub now: u64,
    /// The same on the service desk's clock.
    pub local: LocalTime,
    /// Where the conversation takes place.
    pub channel: Channel,
    /// The language to answer in, if it is known.
    pub language: Option<Lang>,
    /// Who owns the conversation.
    pub owner: Owner,
    /// The signals of this message.
    pub signals: Signals,
    /// For every signal that held so far, the turn and time of its first notice.
    pub first_noticed: BTreeMap<Signal, (u32, u64)>,
    /// The emotion that dominates in this message.
    pub emotion: Emotion,
    /// Its valence.
    pub valence: Valence,
    /// How strongly it is put, 0 to 1.
    pub intensity: f32,
    /// The words that show the emotion, strongest first.
    pub feeling_evidence: Vec<Evidence>,
    /// The course of frustration, this turn included.
    pub frustration: Frustration,
    /// Turns with a hint of dissatisfaction among the last three of the customer, this one included.
    pub hints: u32,
    /// The words of this turn's hints.
    pub hint_evidence: Vec<Evidence>,
    /// What is known of the intent.
    pub intent: IntentView,
    /// What went wrong so far.
    pub failures: Failures,
    /// Clarifying questions in a row, up to this turn.
    pub clarifications: u32,
    /// Questions and offers for failure or doubt in a row, up to this turn.
    pub stuck: u32,
    /// Offers of a person that were shown so far.
    pub offers: u32,
    /// The offer that this message may answer.
    pub open_offer: Option<OpenOffer>,
    /// What this message answers, where an offer is open.
    pub reply: Option<Reply>,
    /// The last time the customer declined a person, this turn included.
    pub decline: Option<Decline>,
    /// What offers have been made for, each reason once.
    pub offered_for: Vec<Arc<str>>,
    /// Customer turns since the last offer was shown.
    pub since_offer: Option<u32>,
    /// Frustration when the last offer was shown.
    pub level_at_offer: f32,
    /// The customer said that they want a person if the next step fails.
    pub armed: bool,
    /// The customer has been told that this is a bot.
    pub disclosed: bool,
    /// Contacts about the same before this conversation, as the host counts them.
    pub prior_contacts: u32,
    /// The host's facts about the customer.
    pub attributes: BTreeMap<Arc<str>, Arc<str>>,
    /// Where the customer is with the company, in the host's words.
    pub stage: Option<Arc<str>>,
    /// Who is there to take over.
    pub availability: Availability,
    /// Milliseconds since the turn before; a long silence.
    pub silence: u64,
}

/// What is known of a message's intent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentView {
    /// Nobody was asked: starts no rule.
    #[default]
    NotSupplied,
    /// A classifier answered.
    Ranked(Intents),
    /// It was asked and would not say.
    Abstained,
    /// It could not answer.
    Failed,
}

impl IntentView {
    /// The ranked intents, where there are any.
    #[must_use]
    pub fn intents(&self) -> Option<&Intents> {
        match self {
            Self::Ranked(intents) => Some(intents),
            _ => None,
        }
    }
}

/// What went wrong in this conversation so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Failures {
    /// The customer says that the bot did not understand, in this message.
    pub misunderstood: bool,
    /// Bot turns in a row that had no answer, right before this message.
    pub fallbacks: u32,
    /// The bot has just said what it said before.
    pub bot_repeated: bool,
    /// Earlier messages of the customer that asked the same.
    pub own_repeats: u32,
    /// How alike the most alike of them is, 0 to 1.
    pub own_repeat: f32,
    /// Models that could not answer for this message, by port.
    pub models: Vec<Arc<str>>,
    /// This message shows a failure of the bot.
    pub now: bool,
    /// Failed turns among the last three of the customer, this one included.
    pub recent: u32,
}

/// An offer of a person that was shown and not answered yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenOffer {
    /// The turn it was shown in.
    pub turn: u32,
    /// It answers a wish that was only implied: then no answer, or an unclear one, counts as yes.
    pub implied_wish: bool,
    /// The way to the person that was offered: where a yes leads.
    #[serde(default)]
    pub route: Option<Route>,
}

/// The customer does not want a person, for now.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decline {
    /// Customer turns since then; 0 in the very message.
    pub turns_ago: u32,
    /// The level of frustration then.
    pub level: f32,
}
