//! The names that things go by. Each is its own type, so that a customer's reference never ends up as a proposal's id.

use serde::{Deserialize, Serialize};
use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name, as the host writes it.
            #[must_use]
            pub fn new(name: impl Into<Arc<str>>) -> Self {
                Self(name.into())
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self(Arc::from(name))
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

macro_rules! shown {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

names! {
    /// Which proposal. The host makes it, once for each thing that its AI wants to do.
    ProposalId,
    /// What an AI may do, by the name that the policy knows it by: `payment_plan`, `refund`.
    ActionName,
    /// What a person may approve as: `agent`, `finance_lead`.
    Role,
    /// Whom it is about, as the host refers to them: an id, not a name. Not shown by `Debug`.
    CustomerRef,
    /// What makes the host's own system do a thing once however often it is told to. One key stands for one wish: a
    /// second proposal with the same key is refused.
    IdempotencyKey,
    /// One delivery of a command. The same one delivered twice changes nothing.
    CommandId,
    /// Who carries an action out: a process or a machine of the host.
    WorkerId,
    /// What a customer is told, by key; see [`NoticeTexts`](super::NoticeTexts).
    Notice,
}
shown!(ProposalId, ActionName, Role, IdempotencyKey, CommandId, WorkerId, Notice);

impl fmt::Debug for CustomerRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomerRef(…)")
    }
}

/// Who acts: a person, or a machine. A machine never votes, whatever roles somebody gives it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Principal {
    /// A person of the company, by the id that the host has authenticated.
    Person(Arc<str>),
    /// An AI, or a process of the host.
    Machine(Arc<str>),
}

impl Principal {
    /// A person, by the id that the host has authenticated.
    #[must_use]
    pub fn person(id: impl Into<Arc<str>>) -> Self {
        Self::Person(id.into())
    }

    /// An AI, or a process of the host.
    #[must_use]
    pub fn machine(id: impl Into<Arc<str>>) -> Self {
        Self::Machine(id.into())
    }

    /// The id, without its kind.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Person(id) | Self::Machine(id) => id,
        }
    }

    /// Whether it is a person.
    #[must_use]
    pub const fn is_person(&self) -> bool {
        matches!(self, Self::Person(_))
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
