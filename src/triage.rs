//! The front door: read a message, decide, or both.

use crate::conversation::{
    Answer, BotActs, Context, Conversation, DialoguePatterns, Reading, Shingles, Surroundings, Turn,
};
use crate::emotion::{EmotionScorer, Feeling};
use crate::escalation::{Decision, EscalationPolicy};
use crate::frustration::{Forecaster, Frustration, FrustrationScorer};
use crate::intent::{IntentClassifier, Intents};
use crate::journal::{Event, EventKind};
use crate::language::{LanguageMistakes, LanguagePack, PackReaders};
use crate::number::unit;
use crate::policy::{Document, Findings, Policy};
use crate::signal::{SignalDetector, Signals};
use crate::text::{Lang, Languages, Text};
use std::borrow::Cow;
use std::convert::Infallible;
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
    languages: Languages,
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
        let settled = self.languages.is_empty() && text.language().main.is_none_or(Lang::is_built_in);
        let text = if settled { Cow::Borrowed(text) } else { Cow::Owned(text.clone().among(&self.languages)) };
        self.answered(Reading::of(&text), &text, &Surroundings::default())
    }

    /// A customer's turn as it reads where it stands: a short answer means what it answers. Total.
    ///
    /// What [`receive`](Self::receive) decides on; a host that adds readings of its own takes this one, adds them, and
    /// calls [`decide`](Self::decide).
    ///
    /// ```
    /// use handover::conversation::{Channel, Context, Conversation, Turn};
    /// use handover::signal::Signal;
    /// use handover::Triage;
    ///
    /// let triage = Triage::builder().build()?;
    /// let mut talk = Conversation::new(Channel::Chat);
    /// triage.receive(&mut talk, &Turn::customer("My heating has been off since Monday", 0), &Context::at(0));
    /// triage.observe(&mut talk, &Turn::bot("Would you like to speak to a colleague?", 1_000));
    /// let reading = triage.read_in(&talk, &Turn::customer("yes please", 9_000));
    /// assert!(reading.signals.given().is_some_and(|s| s.has(&Signal::HumanRequest)));
    /// # Ok::<(), handover::BuildError>(())
    /// ```
    #[must_use]
    pub fn read_in(&self, talk: &Conversation, turn: &Turn<'_>) -> Reading {
        self.read_where_it_stands(talk, turn).0
    }

    /// What stands around a customer's turn, for models of the host's own.
    #[must_use]
    pub fn surroundings(&self, talk: &Conversation, turn: &Turn<'_>) -> Surroundings {
        let text = self.text(talk, turn);
        talk.surroundings(&Shingles::of(&text), self.dialogue.customer_moves(&text), turn.at)
    }

    /// A turn's words, in one of the languages that are built in or loaded.
    fn text<'t>(&self, talk: &Conversation, turn: &Turn<'t>) -> Text<'t> {
        Text::of(turn.text, talk.channel().form(), talk.language()).among(&self.languages)
    }

    fn read_where_it_stands(&self, talk: &Conversation, turn: &Turn<'_>) -> (Reading, Surroundings) {
        let text = self.text(talk, turn);
        let reading = Reading::of(&text);
        let around = talk.surroundings(&reading.shingles, self.dialogue.customer_moves(&text), turn.at);
        (self.answered(reading, &text, &around), around)
    }

    /// A reading with what each port has to say.
    fn answered(&self, mut reading: Reading, text: &Text<'_>, around: &Surroundings) -> Reading {
        reading.signals = self.signals.as_ref().map_or(Answer::NotSupplied, |port| port.answer(text, around));
        reading.feeling = self.emotion.as_ref().map_or(Answer::NotSupplied, |port| port.answer(text));
        reading.intent = self.intents.as_ref().map_or(Answer::NotSupplied, |port| port.answer(text));
        reading
    }

    /// Takes a customer's turn, read by whoever the host chose, into the conversation and decides. Total.
    ///
    /// The turn's words are looked at only to see how they relate to what was said: an offer answered, a question asked
    /// again.
    pub fn decide(&self, talk: &mut Conversation, turn: &Turn<'_>, reading: Reading, context: &Context) -> Decision {
        let around = self.surroundings(talk, turn);
        self.decide_on(talk, turn, &reading, around, context)
    }

    /// Reads a customer's turn and decides: [`read`](Self::read) and [`decide`](Self::decide) in one.
    pub fn receive(&self, talk: &mut Conversation, turn: &Turn<'_>, context: &Context) -> Decision {
        let (reading, around) = self.read_where_it_stands(talk, turn);
        self.decide_on(talk, turn, &reading, around, context)
    }

    fn decide_on(
        &self,
        talk: &mut Conversation,
        turn: &Turn<'_>,
        reading: &Reading,
        around: Surroundings,
        context: &Context,
    ) -> Decision {
        let mark = talk.event(turn.at, EventKind::Accepted);
        let (situation, kinds) = talk.take(turn, reading, around, context, &*self.frustration);
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
        let text = self.text(talk, turn);
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
    forecaster: Option<Box<AnyForecaster>>,
    policy: Rules,
    languages: Vec<LanguagePack>,
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

    /// Foresees frustration with a forecaster of the host's own.
    #[must_use]
    pub fn forecaster(mut self, forecaster: impl Forecaster + 'static) -> Self {
        self.forecaster = Some(Box::new(Port(forecaster)));
        self
    }

    /// Reads a further language, by a [pack](crate::language) that the host loads. Readers of the host's own take the
    /// place of a pack's as they take that of the built-in ones.
    #[must_use]
    pub fn language(mut self, pack: LanguagePack) -> Self {
        self.languages.push(pack);
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
    /// Every mistake in the document, or in the language packs.
    pub fn build(self) -> Result<Triage, BuildError> {
        let policy: Box<dyn EscalationPolicy> = match self.policy {
            Rules::Shipped => Box::new(Policy::default()),
            Rules::Document(document) => Box::new(document.check().policy()?),
            Rules::Own(policy) => policy,
        };
        let mut packs = PackReaders::of(&self.languages)?;
        Ok(Triage {
            signals: self.signals.fill(|| Box::new(Port(packs.signals(built_in_signals())))),
            emotion: self.emotion.fill(|| Box::new(Port(packs.emotion(built_in_emotion())))),
            intents: self.intents,
            frustration: foreseeing(self.frustration.unwrap_or_else(built_in_frustration), self.forecaster),
            policy,
            dialogue: packs.dialogue,
            languages: packs.languages,
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
    /// Language packs that can't be used as they are.
    #[error("these languages can't be loaded: {0}")]
    Languages(#[from] LanguageMistakes),
}

#[cfg(feature = "models")]
fn built_in_signals() -> impl SignalDetector<Error = Infallible> {
    crate::signal::TrainedSignals::shipped()
}

#[cfg(not(feature = "models"))]
fn built_in_signals() -> impl SignalDetector<Error = Infallible> {
    crate::signal::SignalPatterns::shipped()
}

#[cfg(feature = "models")]
fn built_in_emotion() -> impl EmotionScorer<Error = Infallible> {
    crate::emotion::TrainedEmotion::shipped()
}

#[cfg(not(feature = "models"))]
fn built_in_emotion() -> impl EmotionScorer<Error = Infallible> {
    crate::emotion::EmotionCues::shipped()
}

#[cfg(feature = "models")]
fn built_in_frustration() -> Box<AnyFrustration> {
    Box::new(Port(crate::frustration::TrainedFrustration::shipped()))
}

#[cfg(not(feature = "models"))]
fn built_in_frustration() -> Box<AnyFrustration> {
    Box::new(Port(crate::frustration::WeighedFrustration::default()))
}

/// A host's port behind one pointer: ports differ in their error types, which end here as an answer.
struct Port<P>(P);

trait AnySignals: Send + Sync {
    fn answer(&self, text: &Text<'_>, around: &Surroundings) -> Answer<Signals>;
}

impl<P: SignalDetector> AnySignals for Port<P> {
    fn answer(&self, text: &Text<'_>, around: &Surroundings) -> Answer<Signals> {
        Answer::from_result(self.0.detect_in(text, around).map(|signals| signals.answering(text, around)))
    }
}

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

erased!(AnyEmotion, EmotionScorer, score, Feeling);
erased!(AnyIntents, IntentClassifier, classify, Intents);

type AnyFrustration = dyn FrustrationScorer<Error = ScorerFailed>;

/// A frustration scorer could not answer; the conversation names the port, not the words.
#[derive(Debug, thiserror::Error)]
#[error("the frustration scorer could not answer")]
struct ScorerFailed;

impl<P: FrustrationScorer> FrustrationScorer for Port<P> {
    type Error = ScorerFailed;

    fn next(&self, last: &Frustration, reading: &Reading, around: &Surroundings) -> Result<Frustration, ScorerFailed> {
        self.0.next(last, reading, around).map_err(|_| ScorerFailed)
    }
}

type AnyForecaster = dyn Forecaster<Error = ScorerFailed>;

impl<P: Forecaster> Forecaster for Port<P> {
    type Error = ScorerFailed;

    fn forecast(&self, now: &Frustration, reading: &Reading, around: &Surroundings) -> Result<f32, ScorerFailed> {
        self.0.forecast(now, reading, around).map_err(|_| ScorerFailed)
    }
}

/// A scorer whose forecast a host's own takes the place of.
struct Foreseeing {
    scorer: Box<AnyFrustration>,
    forecaster: Box<AnyForecaster>,
}

fn foreseeing(scorer: Box<AnyFrustration>, forecaster: Option<Box<AnyForecaster>>) -> Box<AnyFrustration> {
    match forecaster {
        Some(forecaster) => Box::new(Foreseeing { scorer, forecaster }),
        None => scorer,
    }
}

impl FrustrationScorer for Foreseeing {
    type Error = ScorerFailed;

    fn next(&self, last: &Frustration, reading: &Reading, around: &Surroundings) -> Result<Frustration, ScorerFailed> {
        let mut next = self.scorer.next(last, reading, around)?;
        if let Ok(forecast) = self.forecaster.forecast(&next, reading, around) {
            next.forecast = Some(unit(forecast));
        }
        Ok(next)
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
