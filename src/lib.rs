//! Reads what customers write to a company's automated assistant, Dutch and English alike, and decides who should
//! handle it now: the bot, the bot with a question, the bot with a person offered, or a person.
//!
//! In the host's process, in microseconds, without a network; every decision comes with its reasons and the words
//! that bear them out, and the same input gives the same bytes everywhere.
//!
//! # The flow
//! ```text
//! Turn ─▶ Reading ─▶ Conversation ─▶ Situation ─▶ Decision
//!         intent      folds every      a plain,     outcome, queue, priority,
//!         emotion     reading in;      serialisable skills, mode, notices,
//!         signals     frustration      view of all  reasons with their words
//!         spans       rises and falls  a rule sees
//! ```
//! | room | what it is about |
//! |---|---|
//! | [`text`] | a message folded and cut into words and sentences; its language and style |
//! | [`pattern`] | a small language for patterns over words, and the engine that finds them |
//! | [`signal`], [`emotion`] | what a message says: ports for models, and a built-in of each |
//! | [`intent`] | what a customer wants done: classifiers that learn from a host's own examples, and rules |
//! | [`frustration`] | how frustration rises and falls over a conversation |
//! | [`conversation`] | turns folded into a situation; what the host did with a decision |
//! | [`escalation`] | the ladder of precedence, notices, and what must always hold |
//! | [`policy`] | the rules as a document that is checked before it goes live, and the engine that runs it |
//! | [`approval`] | what an AI wants to do: judged, approved by people, claimed once |
//! | [`conformance`] | suites that a host runs on its own store |
//! | [`language`] | languages beside Dutch and English, as data that a host loads |
//! | [`vectors`] | what a message means, as a vector: alike in Dutch and English |
//! | [`heads`] | heads over a message's n-grams, linear or through two layers: the form in which trained models ship |
//! | [`journal`] | what happened, for the host's log |
//!
//! # Decide who should handle a message
//! ```
//! use handover::conversation::{Channel, Context, Conversation, Turn};
//! use handover::escalation::{NoticeKey, Outcome};
//! use handover::Triage;
//!
//! let triage = Triage::builder().build()?; // once
//! let mut talk = Conversation::new(Channel::Chat); // one for each customer
//!
//! let turn = Turn::customer("Ik wil graag een medewerker spreken.", 0);
//! let decision = triage.receive(&mut talk, &turn, &Context::at(0));
//! assert_eq!(decision.outcome, Outcome::HandOver);
//! assert!(decision.notices.contains(&NoticeKey::HandingOver));
//!
//! talk.delivered(1_000); // the host has begun to hand over
//! talk.accepted(60_000); // a person has taken over: the bot is silent from here on
//! # Ok::<(), handover::BuildError>(())
//! ```
//!
//! # Only read
//! ```
//! use handover::signal::Signal;
//! use handover::text::Text;
//! use handover::Triage;
//!
//! let triage = Triage::builder().build()?;
//! let reading = triage.read(&Text::new("I've been charged for something I never bought, somebody has my card"));
//! let signals = reading.signals.given().expect("the built-in detector always answers");
//! assert!(signals.has(&Signal::FraudSecurity));
//! # Ok::<(), handover::BuildError>(())
//! ```
//!
//! # Plug in models of your own
//! [`SignalDetector`](signal::SignalDetector), [`EmotionScorer`](emotion::EmotionScorer),
//! [`IntentClassifier`](intent::IntentClassifier), [`FrustrationScorer`](frustration::FrustrationScorer) and
//! [`EscalationPolicy`](escalation::EscalationPolicy) are small synchronous traits. A host with an async or remote model
//! needs none of them: it awaits the answer, puts it in a [`Reading`] and calls [`Triage::decide`].
//! ```
//! use handover::conversation::{Answer, Channel, Context, Conversation, Turn};
//! use handover::escalation::Outcome;
//! use handover::intent::Intents;
//! use handover::text::Text;
//! use handover::Triage;
//!
//! let triage = Triage::builder().build()?;
//! let message = "Kan het ook op een andere dag?";
//! let mut reading = triage.read(&Text::new(message));
//! reading.intent = Answer::Given(Intents::ranked([("move_appointment", 0.31), ("move_house", 0.29)]));
//! let mut talk = Conversation::new(Channel::Whatsapp);
//! let decision = triage.decide(&mut talk, &Turn::customer(message, 0), reading, &Context::at(0));
//! assert_eq!(decision.outcome, Outcome::Clarify);
//! # Ok::<(), handover::BuildError>(())
//! ```
//! A model may fail: [`Answer`](conversation::Answer) says so, and a failure never means less access to a human.
//!
//! # Untrusted input
//! Every function that takes a customer's words is total: no panic on any string, and time linear in its length. Bound
//! the length before you call if a megabyte from one customer is too much for you. No customer text stands in an
//! error, in `Debug` output, in an event or in a stored conversation; a reading and a decision hold byte offsets.
//!
//! # What this is not
//! Not an emergency service: a notice names emergency numbers only for the country that the host sets. Not a judge of
//! people: a score says how words read, not what somebody feels, and agents' words are never scored. The built-in
//! readers find what is said outright far better than what is hinted at; the README has the figures.
//!
//! # Features
//! `models` (default): trained models of signals and emotion beside patterns and cues; needs `vectors` (default): the
//! table of word vectors that ships. Without them the readers are patterns and cues alone. `audit`: a log chained by
//! SHA-256, `handover::audit`.

mod hex;
mod mistakes;
mod number;
mod port;
mod triage;

pub mod approval;
#[cfg(feature = "audit")]
pub mod audit;
pub mod conformance;
pub mod conversation;
pub mod emotion;
pub mod escalation;
pub mod frustration;
pub mod heads;
pub mod intent;
pub mod journal;
pub mod language;
pub mod pattern;
pub mod policy;
pub mod signal;
pub mod text;
pub mod vectors;

pub use conversation::{Conversation, Reading, Turn};
pub use escalation::{Decision, Outcome};
pub use policy::Policy;
pub use triage::{BuildError, Triage, TriageBuilder};

/// The README's examples are tests too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
