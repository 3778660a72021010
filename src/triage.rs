//! The front door: read a message, decide, or both.

use crate::conversation::{Answer, BotActs, Context, Conversation, DialoguePatterns, Reading, Shingles, Turn};
use crate::emotion::{EmotionScorer, Feeling};
use crate::escalation::{Decision, EscalationPolicy};
use crate::frustration::{FrustrationScorer, WeighedFrustration};
use crate::intent::{IntentClassifier, Intents};
use crate::journal::{Event, EventKind};
use crate::policy::{Document, Findings, Policy};
use crate::signal::{SignalDetector, Signals};
use crate::text::Text;
use std::fmt;

/// Reads messages and decides who should handle them. Built once, shared between threads.
///
/// Three functions, so that every host finds its own depth: [`read`](Self::read) a message, [`decide`](Self::decide)
/// on a reading, which a host may have built from models of its own, and [`receive`](Self::receive), which is both.
///
/// ```
/// use handover::conversation::{Channel, Context, Conversation, Turn};
/// use handover::escalation::Outcome;
/// use handover::Triage;
///
/// let triage = Triage::builder().build()?;
/// let mut talk = Conversation::new(Channel::Chat);
/// let turn = Turn::customer("Mijn man is overleden en zijn abonnement loopt nog.", 0);
/// let decision = triage.receive(&mut talk, &turn, &Context::at(0));
/// assert_eq!(decision.outcome, Outcome::HandOver);
/// assert!(decision.route.is_some_and(|route| route.skills.contains("bereavement")));
/// # Ok::<(), handover::BuildError>(())
/// ```
pub struct Triage {
    signals: Option<Box<dyn AnySignals>>,
    emotion: Option<Box<dyn AnyEmotion>>,
    intents: Option<Box<dyn AnyIntents>>,
    frustration: Box<AnyFrustration>,
    policy: Box<dyn EscalationPolicy>,
    dialogue: DialoguePatterns,
}

impl fmt::Debug for Triage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Triage")
            .field("signals", &self.signals.is_some())
            .field("emotion", &self.emotion.is_some())
            .field("intents", &self.intents.is_some())
            .finish_non_exhaustive()
    }
}

impl Triage {
    /// Starts with the built-in readers and the ladder with its defaults, and no intents.
    #[must_use]
    pub fn builder() -> TriageBuilder {
        TriageBuilder::default()
    }

    /// Everything in one message. Total: a reader that fails leaves a failed answer.
    #[must_use]
    pub fn read(&self, text: &Text<'_>) -> Reading {
        let mut reading = Reading::of(text);
        reading.signals = self.signals.as_ref().map_or(Answer::NotSupplied, |port| port.answer(text));
        reading.feeling = self.emotion.as_ref().map_or(Answer::NotSupplied, |port| port.answer(text));
        reading.intent = self.intents.as_ref().map_or(Answer::NotSupplied, |port| port.answer(text));
        reading
    }

    /// Takes a customer's turn, read by whoever the host chose, into the conversation and decides. Total.
    ///
    /// The turn's words are looked at only to see whether they answer an open offer.
    pub fn decide(&self, talk: &mut Conversation, turn: &Turn<'_>, reading: Reading, context: &Context) -> Decision {
        let text = Text::of(turn.text, talk.channel().form(), talk.language());
        self.decide_on(talk, turn, &text, &reading, context)
    }

    /// Reads a customer's turn and decides: [`read`](Self::read) and [`decide`](Self::decide) in one.
    pub fn receive(&self, talk: &mut Conversation, turn: &Turn<'_>, context: &Context) -> Decision {
        let text = Text::of(turn.text, talk.channel().form(), talk.language());
        let reading = self.read(&text);
        self.decide_on(talk, turn, &text, &reading, context)
    }

    fn decide_on(
        &self,
        talk: &mut Conversation,
        turn: &Turn<'_>,
        text: &Text<'_>,
        reading: &Reading,
        context: &Context,
    ) -> Decision {
        let reply = self.dialogue.reply(text);
        let mark = talk.event(turn.at, EventKind::Accepted);
        let (situation, kinds) = talk.take(turn, reading, reply, context, &*self.frustration);
        let mut decision = self.policy.decide(&situation);
        talk.note_decision(&decision);
        let codes = decision.reasons.iter().map(|r| r.code).collect();
        let decided = EventKind::Decided { outcome: decision.outcome, codes };
        decision.events = kinds.into_iter().chain([decided]).map(|kind| Event { kind, ..mark.clone() }).collect();
        decision
    }

    /// Takes a turn of the bot or of an agent into the conversation, so that offers, answers that miss and a person
    /// who takes over are known. A customer's turn goes to [`receive`](Self::receive); here it only counts as said.
    pub fn observe(&self, talk: &mut Conversation, turn: &Turn<'_>) -> Vec<Event> {
        let text = Text::of(turn.text, talk.channel().form(), talk.language());
        let bot = turn.from == crate::conversation::Speaker::Bot;
        // The words of agents are never scored.
        let (acts, shingles) = if bot {
            (self.dialogue.bot_acts(&text), Shingles::of(&text))
        } else {
            (BotActs::default(), Shingles::default())
        };
        talk.hear(turn, shingles, acts)
    }
}

/// Puts a [`Triage`] together. Takes settings freely; mistakes come out in [`build`](Self::build), all at once.
#[derive(Default)]
pub struct TriageBuilder {
    signals: Slot<Box<dyn AnySignals>>,
    emotion: Slot<Box<dyn AnyEmotion>>,
    intents: Option<Box<dyn AnyIntents>>,
    frustration: Option<Box<AnyFrustration>>,
    policy: Rules,
}

/// Whose rules decide.
#[derive(Default)]
enum Rules {
    #[default]
    Shipped,
    Document(Document),
    Own(Box<dyn EscalationPolicy>),
}

/// A reader that is built in unless the host brings another or wants none.
#[derive(Default)]
enum Slot<T> {
    #[default]
    BuiltIn,
    Own(T),
    None,
}

impl<T> Slot<T> {
    fn fill(self, built_in: impl FnOnce() -> T) -> Option<T> {
        match self {
            Self::BuiltIn => Some(built_in()),
            Self::Own(own) => Some(own),
            Self::None => None,
        }
    }
}

impl fmt::Debug for TriageBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TriageBuilder")
            .field("own_policy", &!matches!(self.policy, Rules::Shipped))
            .finish_non_exhaustive()
    }
}

impl TriageBuilder {
    /// Finds signals with a detector of the host's own.
    #[must_use]
    pub fn signals(mut self, detector: impl SignalDetector + 'static) -> Self {
        self.signals = Slot::Own(Box::new(Port(detector)));
        self
    }

    /// Scores emotion with a scorer of the host's own.
    #[must_use]
    pub fn emotion(mut self, scorer: impl EmotionScorer + 'static) -> Self {
        self.emotion = Slot::Own(Box::new(Port(scorer)));
        self
    }

    /// Reads no emotion at all: it is then not supplied, and starts no rule.
    #[must_use]
    pub fn without_emotion(mut self) -> Self {
        self.emotion = Slot::None;
        self
    }

    /// Finds no signals at all: the host hands them in, or goes without.
    #[must_use]
    pub fn without_signals(mut self) -> Self {
        self.signals = Slot::None;
        self
    }

    /// Ranks intents with a classifier.
    #[must_use]
    pub fn intents(mut self, classifier: impl IntentClassifier + 'static) -> Self {
        self.intents = Some(Box::new(Port(classifier)));
        self
    }

    /// Carries frustration on with a scorer of the host's own.
    #[must_use]
    pub fn frustration(mut self, scorer: impl FrustrationScorer + 'static) -> Self {
        self.frustration = Some(Box::new(Port(scorer)));
        self
    }

    /// Decides with this policy, a checked one or one of the host's own, in place of the one that ships.
    #[must_use]
    pub fn policy(mut self, policy: impl EscalationPolicy + 'static) -> Self {
        self.policy = Rules::Own(Box::new(policy));
        self
    }

    /// Decides by this document, which is checked in [`build`](Self::build), in place of the one that ships.
    #[must_use]
    pub fn document(mut self, document: Document) -> Self {
        self.policy = Rules::Document(document);
        self
    }

    /// Builds everything heavy, once. Costs some milliseconds.
    ///
    /// # Errors
    /// Every mistake in the document.
    pub fn build(self) -> Result<Triage, BuildError> {
        let policy: Box<dyn EscalationPolicy> = match self.policy {
            Rules::Shipped => Box::new(Policy::default()),
            Rules::Document(document) => Box::new(document.check().policy()?),
            Rules::Own(policy) => policy,
        };
        Ok(Triage {
            signals: self.signals.fill(built_in_signals),
            emotion: self.emotion.fill(built_in_emotion),
            intents: self.intents,
            frustration: self.frustration.unwrap_or_else(|| Box::new(Port(WeighedFrustration::default()))),
            policy,
            dialogue: DialoguePatterns::shipped(),
        })
    }
}

/// Why a [`Triage`] could not be built.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A rule document with errors.
    #[error("this policy can't go live: {0}")]
    Policy(#[from] Findings),
}

#[cfg(feature = "models")]
fn built_in_signals() -> Box<dyn AnySignals> {
    Box::new(Port(crate::signal::TrainedSignals::shipped()))
}

#[cfg(not(feature = "models"))]
fn built_in_signals() -> Box<dyn AnySignals> {
    Box::new(Port(crate::signal::SignalPatterns::shipped()))
}

#[cfg(feature = "models")]
fn built_in_emotion() -> Box<dyn AnyEmotion> {
    Box::new(Port(crate::emotion::TrainedEmotion::shipped()))
}

#[cfg(not(feature = "models"))]
fn built_in_emotion() -> Box<dyn AnyEmotion> {
    Box::new(Port(crate::emotion::EmotionCues::shipped()))
}

/// A host's port behind one pointer: ports differ in their error types, which end here as an answer.
struct Port<P>(P);

macro_rules! erased {
    ($name:ident, $port:ident, $method:ident, $value:ty) => {
        trait $name: Send + Sync {
            fn answer(&self, text: &Text<'_>) -> Answer<$value>;
        }

        impl<P: $port> $name for Port<P> {
            fn answer(&self, text: &Text<'_>) -> Answer<$value> {
                Answer::from_result(self.0.$method(text))
            }
        }
    };
}

erased!(AnySignals, SignalDetector, detect, Signals);
erased!(AnyEmotion, EmotionScorer, score, Feeling);
erased!(AnyIntents, IntentClassifier, classify, Intents);

type AnyFrustration = dyn FrustrationScorer<Error = ScorerFailed>;

/// A frustration scorer could not answer; the conversation names the port, not the words.
#[derive(Debug, thiserror::Error)]
#[error("the frustration scorer could not answer")]
struct ScorerFailed;

impl<P: FrustrationScorer> FrustrationScorer for Port<P> {
    type Error = ScorerFailed;

    fn next(
        &self,
        last: &crate::frustration::Frustration,
        reading: &Reading,
        around: &crate::frustration::Surroundings,
    ) -> Result<crate::frustration::Frustration, ScorerFailed> {
        self.0.next(last, reading, around).map_err(|_| ScorerFailed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_shared<T: Send + Sync>() {}

    #[test]
    fn a_triage_is_shared_between_threads() {
        assert_shared::<Triage>();
        assert_shared::<std::sync::Arc<Triage>>();
    }
}
