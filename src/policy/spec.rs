use super::{Calendar, Date, Node, Rule, Wording};
use crate::conversation::Channel;
use crate::escalation::{Country, Priority};
use crate::signal::Signal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A rule document in typed form, field by field what its author may write. [`Document::check`](super::Document::check)
/// reads one; a host may also build one in Rust and [`check`](Self::check) it.
///
/// Every field has the default that the ladder runs with when nobody says anything, so a document says what differs.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Spec {
    /// `id`: stamped on every decision, together with the version.
    pub id: Arc<str>,
    /// `version`: raise it with every change that goes live.
    pub version: u32,
    /// `about`: what the policy is for.
    pub about: Option<Arc<str>>,
    /// `owner`: who answers for it.
    pub owner: Option<Arc<str>>,
    /// `review_by`: the day by which somebody looks at it again.
    pub review_by: Option<Date>,
    /// `country`: whose emergency numbers a safety notice names.
    pub country: Option<Country>,
    /// `vocabulary`: the names that rules may use.
    pub vocabulary: Vocabulary,
    /// `thresholds`: where the ladder's layers start.
    pub thresholds: Thresholds,
    /// `cool_down`: what a decline and an offer hold back.
    pub cool_down: CoolDown,
    /// `disclosure`: when the bot says that it is one.
    pub disclosure: Disclosure,
    /// `hours` and `holidays`: schedules by name, on the service desk's clock.
    pub calendar: Calendar,
    /// `queues`: who takes over, by name.
    pub queues: BTreeMap<Arc<str>, Queue>,
    /// `routing`: the queues of what is no rule's.
    pub routing: Routing,
    /// `routes`: named ways to a person, that rules refer to.
    pub routes: BTreeMap<Arc<str>, NamedRoute>,
    /// `notices`: what the customer is shown, by key: the built-in ones in words of your own, and more of your own.
    pub notices: BTreeMap<Arc<str>, Wording>,
    /// `rules`: layer 5 of the ladder.
    pub rules: Vec<Rule>,
    /// `circumstances`: layer 10 of the ladder: what the customer, the channel, the stage and the hour change.
    pub circumstances: Vec<Rule>,
    /// `approval`: the rules of the approval gate, as they were found.
    pub approval: Option<Node>,
}

/// The names that rules may use. A name that does not stand here is a mistake, so a slip of the pen is found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Vocabulary {
    /// `intents`: the labels of the classifier.
    pub intents: Vec<Arc<str>>,
    /// `signals`: signals of the host's own, beside the built-in ones.
    pub signals: Vec<Signal>,
    /// `skills`: what people can do.
    pub skills: Vec<Arc<str>>,
    /// `roles`: who may approve.
    pub roles: Vec<Arc<str>>,
    /// `stages`: where a customer may be with the company.
    pub stages: Vec<Arc<str>>,
    /// `channels`: where this policy is used; everywhere, where none is named.
    pub channels: Vec<Channel>,
    /// `attributes`: the host's facts about a customer, and what they may be.
    pub attributes: BTreeMap<Arc<str>, AttributeKind>,
    /// `worth`: the attributes that say what a customer is or brings in. They may change how soon and who, not whether.
    pub worth: Vec<Arc<str>>,
}

/// What an attribute of a customer may be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttributeKind {
    /// `"text"`: any text.
    Text,
    /// `"number"`: a number, which the host writes as text: `12.50`.
    Number,
    /// A list: one of these.
    OneOf(Vec<Arc<str>>),
}

/// Where the layers of the ladder start.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Thresholds {
    /// `low_confidence`, 0 to 1: below this the bot asks. Depends on the classifier: calibrate it. Default 0.4.
    pub low_confidence: f32,
    /// `small_margin`, 0 to 1: below this lead over the second intent the bot asks. Default 0.05.
    pub small_margin: f32,
    /// `clarify_budget`, 0 to 4: questions in a row before a person is offered. Default 2.
    pub clarify_budget: u32,
    /// `failure_cap`, 1 to 3: failed turns among the customer's last three that hand over. Default 2.
    pub failure_cap: u32,
    /// `repeat_cap`, 1 to 5: how often the customer may ask the same before it hands over. Default 2.
    pub repeat_cap: u32,
    /// `stuck_cap`, 1 to 8: questions and offers for failure or doubt in a row at which a person takes over. Default 4.
    pub stuck_cap: u32,
    /// `prior_contacts`, 1 to 20: contacts about the same before this one that make an offer. Default 2.
    pub prior_contacts: u32,
    /// `hints`, 1 to 3: hints within three turns that make an offer. Default 2.
    pub hints: u32,
    /// `forecast`, 0 to 1: a forecast from this on makes an offer. Default 0.6.
    pub forecast: f32,
    /// `longest_wait_s`, 0 to 86,400: a live wait up to this, in seconds, is taken for granted. Default 180.
    pub longest_wait_s: u32,
    /// `stale_after_s`, 0 to 86,400: a picture of the queues older than this, in seconds, counts for nothing. Default
    /// 300.
    pub stale_after_s: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            low_confidence: 0.4,
            small_margin: 0.05,
            clarify_budget: 2,
            failure_cap: 2,
            repeat_cap: 2,
            stuck_cap: 4,
            prior_contacts: 2,
            hints: 2,
            forecast: 0.6,
            longest_wait_s: 180,
            stale_after_s: 300,
        }
    }
}

/// What a decline and an offer hold back. A wish for a human, danger and rights know no cool-down.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct CoolDown {
    /// `decline_turns`, 0 to 20: customer turns after a decline without an offer, and without a hand-over by layers 7
    /// to 9. Default 4.
    pub decline_turns: u32,
    /// `offer_turns`, 0 to 20: customer turns after an offer in which it is not made again for the same reason. Default
    /// 3.
    pub offer_turns: u32,
    /// `new_rise`, 0 to 1: by how much frustration has to rise to count as something new. Default 0.2.
    pub new_rise: f32,
}

impl Default for CoolDown {
    fn default() -> Self {
        Self { decline_turns: 4, offer_turns: 3, new_rise: 0.2 }
    }
}

/// When the bot says that it is one. Before or with its first words, when asked, and after a person gave the talk back
/// is fixed; a document can only add to that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Disclosure {
    /// `jurisdictions`: whose law applies, for the record and for what it asks on top.
    pub jurisdictions: BTreeSet<Jurisdiction>,
    /// `again_after_s`: once more after a silence of this many seconds.
    pub again_after_s: Option<u32>,
    /// `every_turns`: once more with every so many turns of the customer.
    pub every_turns: Option<u32>,
}

/// Whose law on bots applies. What each asks is an engineering reading, no legal advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Jurisdiction {
    /// `eu`: Regulation (EU) 2024/1689, article 50(1): at the latest at the first interaction.
    Eu,
    /// `gb`: no rule of its own; consumer law asks not to mislead.
    Gb,
    /// `us_ca`: California, Business and Professions Code 17941: clear and conspicuous.
    UsCa,
    /// `us_ut`: Utah, SB 149 and SB 226: when clearly asked, and at the start of a regulated, high-risk talk.
    UsUt,
}

impl Jurisdiction {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Eu, Self::Gb, Self::UsCa, Self::UsUt];

    /// The name in a document.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Eu => "eu",
            Self::Gb => "gb",
            Self::UsCa => "us_ca",
            Self::UsUt => "us_ut",
        }
    }

    /// When a bot has to say that it is one. Saying it at the start, which is fixed, satisfies all of them.
    #[must_use]
    pub const fn due(self) -> Due {
        match self {
            Self::Eu | Self::UsCa => Due::FirstWords,
            Self::Gb | Self::UsUt => Due::WhenAsked,
        }
    }
}

/// When a bot has to say that it is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Due {
    /// When the customer asks.
    WhenAsked,
    /// Before or with its first words, and when asked.
    FirstWords,
}

/// People who take over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Queue {
    /// `hours`: the schedule they work by; day and night, where none is named. What the host says of the queue at this
    /// moment goes before it.
    pub hours: Option<Arc<str>>,
    /// `live`: whether they take conversations live at all. Default true.
    pub live: bool,
    /// `call_backs`: whether they call back. Default true.
    pub call_backs: bool,
    /// `capacity`: how many of them work at the same time at most. For the record, and for the check, which refuses a
    /// queue of nobody: 0. It decides nothing; who is free at this moment, the host says.
    pub capacity: Option<u32>,
    /// `longest_wait_s`: a live wait up to this, in seconds, is taken for granted; that of the thresholds, where none
    /// is named.
    pub longest_wait_s: Option<u32>,
    /// `overflow`: the queue that takes over when nobody here is free and the wait is too long.
    pub overflow: Option<Arc<str>>,
    /// `on_call`: the queue that takes what is urgent while this one is closed; its own people, where none is named.
    pub on_call: Option<Arc<str>>,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            hours: None,
            live: true,
            call_backs: true,
            capacity: None,
            longest_wait_s: None,
            overflow: None,
            on_call: None,
        }
    }
}

/// The queues of what is no rule's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Routing {
    /// `default`: whatever nothing sends elsewhere.
    pub default: Arc<str>,
    /// `safety`: danger, layer 1.
    pub safety: Arc<str>,
    /// `rights`: contested decisions and data rights, layer 4.
    pub rights: Arc<str>,
    /// `complaints`: formal complaints, layer 4.
    pub complaints: Arc<str>,
    /// `no_transfer`: channels that can't pass a live conversation on, beside those that the host names.
    pub no_transfer: Vec<Channel>,
}

impl Default for Routing {
    fn default() -> Self {
        Self {
            default: Arc::from("general"),
            safety: Arc::from("safety"),
            rights: Arc::from("privacy"),
            complaints: Arc::from("complaints"),
            no_transfer: Vec::new(),
        }
    }
}

/// A named way to a person, that rules refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NamedRoute {
    /// `queue`: who takes over.
    pub queue: Arc<str>,
    /// `priority`: how soon, at least.
    pub priority: Priority,
    /// `skills`: what the person should be able to do.
    pub skills: Vec<Arc<str>>,
}
