//! Signals: the things a customer may say that decide who should handle them.
//!
//! A [`SignalDetector`] finds them in a message, each with the words that show it. The built-in ones are
//! [`SignalPatterns`] and, with the feature `models`, `TrainedSignals`; a host may bring a model of its own.

mod patterns;
#[cfg(feature = "models")]
mod trained;

pub use patterns::SignalPatterns;
#[cfg(feature = "models")]
pub use trained::{Operating, TrainedSignals};

use crate::conversation::{Reply, Surroundings};
use crate::port::forward;
use crate::text::{Span, Text};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

macro_rules! signals {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What a message signals. Nineteen are built in; a host adds its own as [`Signal::Host`].
        ///
        /// ```
        /// use handover::signal::Signal;
        ///
        /// assert_eq!(Signal::from_name("bereavement"), Signal::Bereavement);
        /// assert_eq!(Signal::from_name("meter_tampering").name(), "meter_tampering");
        /// assert_eq!(Signal::BUILT_IN.len(), 19);
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Signal {
            $($(#[$doc])* $variant,)*
            /// A signal of the host's own, by its name.
            Host(Arc<str>),
        }

        impl Signal {
            /// The built-in ones, in the order of the label guide.
            pub const BUILT_IN: [Self; 19] = [$(Self::$variant,)*];

            /// The name on the wire, in snake case.
            #[must_use]
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Host(name) => name,
                }
            }

            /// The place of a built-in signal in [`BUILT_IN`](Self::BUILT_IN).
            pub(crate) const fn number(&self) -> Option<usize> {
                /// The same list, countable.
                enum Number { $($variant,)* }
                match self {
                    $(Self::$variant => Some(Number::$variant as usize),)*
                    Self::Host(_) => None,
                }
            }

            /// The signal of that name; a name that is not built in is the host's own.
            #[must_use]
            pub fn from_name(name: &str) -> Self {
                match name {
                    $($name => Self::$variant,)*
                    other => Self::Host(Arc::from(other)),
                }
            }
        }
    };
}

signals! {
    /// Wants a person instead of the bot, now or as the next step.
    HumanRequest = "human_request",
    /// Asks whether they talk to a machine or a person.
    BotQuestion = "bot_question",
    /// Says that the bot did not understand, repeats itself or answered something else.
    Misunderstood = "misunderstood",
    /// Contacted before about this, without it being solved.
    RepeatContact = "repeat_contact",
    /// Tells of the death of a person close to them, or acts for someone who died.
    Bereavement = "bereavement",
    /// Cannot pay, or has money trouble that bears on the case.
    FinancialHardship = "financial_hardship",
    /// Has an illness, a disability or another need that bears on the case, or cares for someone who has.
    Vulnerability = "vulnerability",
    /// Tells of or hints at suicide, self-harm or a life in immediate danger.
    Crisis = "crisis",
    /// Threatens a person or a place with harm.
    Threat = "threat",
    /// Insults or swears at the bot, the staff or the company.
    Abuse = "abuse",
    /// Announces or weighs a lawyer, court, regulator or disputes committee.
    LegalThreat = "legal_threat",
    /// Announces public exposure.
    MediaThreat = "media_threat",
    /// Files a complaint or voices a grievance.
    Complaint = "complaint",
    /// Wants to end the relation, or weighs going to a competitor.
    Churn = "churn",
    /// Reports a hacked account, a stolen card, phishing or a payment they did not make.
    FraudSecurity = "fraud_security",
    /// Uses a privacy right, or wants a human look at an automated decision.
    DataRights = "data_rights",
    /// Harm or loss follows unless this is handled within hours.
    Urgent = "urgent",
    /// Says that it is solved or that no more help is needed.
    Resolved = "resolved",
    /// Says that they do not want a person.
    DeclinesHuman = "declines_human",
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Signal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Signal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|name| Self::from_name(&name))
    }
}

/// A finer reading of a signal, where the ladder treats its shades differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Shade {
    /// Of a wish for a human: wants to be called back.
    Callback,
    /// Of a wish for a human: wants a supervisor.
    Supervisor,
    /// Of a wish for a human: asks how to reach one by telephone.
    Phone,
    /// Of a wish for a human: not said, but clearly meant.
    Implied,
    /// Of a wish for a human: only if the next step fails. It is no wish yet; it arms the next failure.
    Conditional,
    /// Of a data right: contests an automated decision or asks for a human look at it.
    Contest,
    /// Of a complaint: formal, to be registered as one.
    Formal,
}

impl Shade {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Callback, Self::Supervisor, Self::Phone, Self::Implied, Self::Conditional, Self::Contest, Self::Formal];

    /// The name on the wire, in snake case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Callback => "callback",
            Self::Supervisor => "supervisor",
            Self::Phone => "phone",
            Self::Implied => "implied",
            Self::Conditional => "conditional",
            Self::Contest => "contest",
            Self::Formal => "formal",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shade| shade.name() == name)
    }
}

/// The words that show something, and what was recognised in them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Where the words stand in the message.
    pub span: Span,
    /// What was recognised: a pattern as its author wrote it, or a feature of a model. Never the customer's words.
    pub cue: Arc<str>,
}

/// A signal that a detector weighed for one message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The signal.
    pub signal: Signal,
    /// Its shade, where one was recognised.
    pub shade: Option<Shade>,
    /// How strongly it shows, 0 to 1. Of patterns it is a strength that their author set; only a calibrated
    /// model's is a probability.
    pub score: f32,
    /// Whether the detector says that it holds, by its own threshold for this signal.
    pub holds: bool,
    /// The words that show it, strongest first.
    pub evidence: Vec<Evidence>,
}

/// The signals of one message, those that hold and those that were only weighed.
///
/// Sorted by signal, each at most once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<Finding>")]
pub struct Signals(Vec<Finding>);

impl From<Vec<Finding>> for Signals {
    /// Sorts the findings; of two of the same signal the stronger one stays. A score outside 0 to 1 is pulled in,
    /// one that is no number counts as 0.
    fn from(mut findings: Vec<Finding>) -> Self {
        for finding in &mut findings {
            finding.score = crate::number::unit(finding.score);
        }
        findings.sort_by(|a, b| a.signal.cmp(&b.signal).then(b.holds.cmp(&a.holds)).then(b.score.total_cmp(&a.score)));
        findings.dedup_by(|later, first| later.signal == first.signal);
        Self(findings)
    }
}

impl Signals {
    /// Everything that was weighed.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.0
    }

    /// What holds.
    pub fn holding(&self) -> impl Iterator<Item = &Finding> {
        self.0.iter().filter(|f| f.holds)
    }

    /// The finding of `signal`, if it holds.
    #[must_use]
    pub fn get(&self, signal: &Signal) -> Option<&Finding> {
        let at = self.0.binary_search_by(|f| f.signal.cmp(signal)).ok()?;
        self.0.get(at).filter(|f| f.holds)
    }

    /// The same with one finding more, which takes the place of a weaker one of its signal.
    #[must_use]
    pub fn with(self, finding: Finding) -> Self {
        let weaker = |f: &Finding| f.signal == finding.signal && (f.holds, f.score) <= (finding.holds, finding.score);
        let mut findings: Vec<Finding> = self.0.into_iter().filter(|f| !weaker(f)).collect();
        if !findings.iter().any(|f| f.signal == finding.signal) {
            findings.push(finding);
        }
        Self::from(findings)
    }

    /// What a yes or no to the offer of a person says: a wish for one, or that none is wanted.
    pub(crate) fn answering(self, text: &Text<'_>, around: &Surroundings) -> Self {
        let signal = match around.reply {
            Some(Reply::Yes) => Signal::HumanRequest,
            Some(Reply::No) => Signal::DeclinesHuman,
            None => return self,
        };
        let span = text.span(0, text.words().len().saturating_sub(1));
        let evidence = span.map(|span| Evidence { span, cue: Arc::from("answer") }).into_iter().collect();
        self.with(Finding { signal, shade: None, score: 1.0, holds: true, evidence })
    }

    /// Whether `signal` holds.
    #[must_use]
    pub fn has(&self, signal: &Signal) -> bool {
        self.get(signal).is_some()
    }
}

/// Finds signals in a message.
///
/// A wrong answer costs: a missed [`Signal::Crisis`] or [`Signal::HumanRequest`] leaves someone alone with a bot, a
/// false one takes an agent's time. When in doubt, leave a finding in with `holds: false`.
pub trait SignalDetector: Send + Sync {
    /// Why detection may fail; [`std::convert::Infallible`] if it can't.
    type Error: std::error::Error + Send + Sync + 'static;

    /// The signals of `text`.
    ///
    /// # Errors
    /// Where the detector could not answer. The triage then shows the customer a way to a human.
    fn detect(&self, text: &Text<'_>) -> Result<Signals, Self::Error>;

    /// The signals of `text` as a turn of a conversation. A detector that doesn't look at what stands around a turn
    /// leaves this as it is.
    ///
    /// # Errors
    /// As [`detect`](Self::detect).
    fn detect_in(&self, text: &Text<'_>, _around: &Surroundings) -> Result<Signals, Self::Error> {
        self.detect(text)
    }
}

forward!(SignalDetector:
    detect(text: &Text<'_>) -> Signals,
    detect_in(text: &Text<'_>, around: &Surroundings) -> Signals
);
