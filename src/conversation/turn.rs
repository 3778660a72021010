use crate::text::Form;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Where a conversation takes place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A chat on a site or in an app.
    #[default]
    Chat,
    /// WhatsApp and other messengers.
    Whatsapp,
    /// E-mail.
    Email,
    /// A telephone call, as a transcript.
    Voice,
    /// A public or direct message on a social network.
    Social,
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Chat, Self::Whatsapp, Self::Email, Self::Voice, Self::Social];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Whatsapp => "whatsapp",
            Self::Email => "email",
            Self::Voice => "voice",
            Self::Social => "social",
        }
    }

    /// How messages of this channel are written down.
    #[must_use]
    pub const fn form(self) -> Form {
        match self {
            Self::Chat | Self::Whatsapp | Self::Social => Form::Written,
            Self::Email => Form::Mail,
            Self::Voice => Form::Speech,
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A channel that this crate does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown channel; known are chat, whatsapp, email, voice and social")]
pub struct UnknownChannel;

impl FromStr for Channel {
    type Err = UnknownChannel;

    fn from_str(name: &str) -> Result<Self, UnknownChannel> {
        Self::ALL.into_iter().find(|c| c.name() == name).ok_or(UnknownChannel)
    }
}

/// Who speaks in a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The customer.
    Customer,
    /// The automated assistant.
    Bot,
    /// A person of the company.
    Agent,
}

/// One turn of a conversation. Its words are borrowed: nothing here keeps them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Turn<'a> {
    /// Who speaks.
    pub from: Speaker,
    /// The words.
    pub text: &'a str,
    /// When, in milliseconds since the epoch of the host's choice.
    pub at: u64,
    /// Of a bot turn: it says that it did not understand or has no answer.
    pub fallback: bool,
    /// Of a bot turn: it offers a person. Offers in plain words are seen without this.
    pub offers: bool,
}

impl<'a> Turn<'a> {
    /// A turn of the customer.
    #[must_use]
    pub const fn customer(text: &'a str, at: u64) -> Self {
        Self { from: Speaker::Customer, text, at, fallback: false, offers: false }
    }

    /// A turn of the bot.
    #[must_use]
    pub const fn bot(text: &'a str, at: u64) -> Self {
        Self { from: Speaker::Bot, ..Self::customer(text, at) }
    }

    /// A turn of an agent.
    #[must_use]
    pub const fn agent(text: &'a str, at: u64) -> Self {
        Self { from: Speaker::Agent, ..Self::customer(text, at) }
    }
}

/// What was said doesn't belong in a log: only its length is shown.
impl fmt::Debug for Turn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn")
            .field("from", &self.from)
            .field("bytes", &self.text.len())
            .field("at", &self.at)
            .field("fallback", &self.fallback)
            .field("offers", &self.offers)
            .finish()
    }
}
