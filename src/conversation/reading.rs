use super::Shingles;
use crate::emotion::Feeling;
use crate::intent::Intents;
use crate::signal::Signals;
use crate::text::{Language, Style, Text};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a model had to say. None of the four ever means less access to a human.
///
/// ```
/// use handover::conversation::Answer;
///
/// let failed: Answer<u8> = Answer::from_result(Err::<u8, _>(std::fmt::Error));
/// assert!(failed.failed());
/// assert_eq!(Answer::Given(3).given(), Some(&3));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer<T> {
    /// It answered.
    Given(T),
    /// It was asked and would not say: doubt.
    Abstained,
    /// It could not answer, and why. The human option is shown.
    Failed(Arc<str>),
    /// Nobody was asked: starts no rule.
    #[default]
    NotSupplied,
}

impl<T> Answer<T> {
    /// Given where it went well, failed with the error's words where not.
    ///
    /// The error's words end up in reasons and logs: a port's errors hold no customer text.
    pub fn from_result<E: std::error::Error>(result: Result<T, E>) -> Self {
        match result {
            Ok(value) => Self::Given(value),
            Err(error) => Self::Failed(Arc::from(error.to_string())),
        }
    }

    /// The value, if there is one.
    #[must_use]
    pub fn given(&self) -> Option<&T> {
        match self {
            Self::Given(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it failed.
    #[must_use]
    pub fn failed(&self) -> bool {
        matches!(self, Self::Failed(_))
    }
}

/// Everything that was read in one customer message, by the built-in readers or by a host's own models.
///
/// ```
/// use handover::conversation::{Answer, Reading};
/// use handover::intent::Intents;
/// use handover::text::Text;
///
/// // A host with a remote model awaits its answer and hands it in.
/// let mut reading = Reading::of(&Text::new("waar blijft mijn pakket"));
/// reading.intent = Answer::Given(Intents::ranked([("track_parcel", 0.93)]));
/// assert!(!reading.signals.failed());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reading {
    /// The language of the message.
    pub language: Language,
    /// What the writing shows beside the words.
    pub style: Style,
    /// The message's words as hashes, to see it repeated.
    pub shingles: Shingles,
    /// The intents.
    pub intent: Answer<Intents>,
    /// The feeling.
    pub feeling: Answer<Feeling>,
    /// The signals.
    pub signals: Answer<Signals>,
}

impl Reading {
    /// What the text itself shows; no model was asked yet.
    #[must_use]
    pub fn of(text: &Text<'_>) -> Self {
        Self { language: text.language(), style: text.style(), shingles: Shingles::of(text), ..Self::default() }
    }
}
