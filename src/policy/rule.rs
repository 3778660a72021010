use super::{Opening, Wording};
use crate::conversation::{Channel, Owner, Reply};
use crate::emotion::{Emotion, Valence};
use crate::escalation::{Outcome, Priority, Style, Withhold};
use crate::frustration::Band;
use crate::signal::{Shade, Signal};
use crate::text::Lang;
use std::sync::Arc;

/// One rule: when it matches, and what it does then. It can only raise what the ladder says, never soften it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rule {
    /// Its name in reasons, logs and reports. Never reuse one for another rule.
    pub id: Arc<str>,
    /// What it is for, in the author's words.
    pub about: Option<Arc<str>>,
    /// Why, in plain words for a customer who asks; general words, where none are given.
    pub because: Option<Wording>,
    /// When it matches.
    pub when: Condition,
    /// What it does.
    pub then: Effect,
}

/// A condition. Everything in it has to hold; without anything in it, it always holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Condition {
    /// Tests on the situation, in the order of the document.
    pub tests: Vec<Test>,
    /// Every one of these has to hold.
    pub all: Vec<Condition>,
    /// At least one of these has to hold, where the list is given.
    pub any: Option<Vec<Condition>>,
    /// This must not hold.
    pub not: Option<Box<Condition>>,
}

impl Condition {
    /// A condition of a single test.
    #[must_use]
    pub fn is(test: Test) -> Self {
        Self { tests: vec![test], ..Self::default() }
    }

    /// Whether it holds whatever the situation.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tests.is_empty() && self.all.iter().all(Self::is_empty) && self.any.is_none() && self.not.is_none()
    }

    /// Calls `visit` with every test, and whether it stands under an odd number of `not`.
    pub(crate) fn each_test<'c>(&'c self, negated: bool, visit: &mut impl FnMut(&'c Test, bool)) {
        self.tests.iter().for_each(|test| visit(test, negated));
        let parts = self.all.iter().chain(self.any.iter().flatten());
        parts.for_each(|part| part.each_test(negated, visit));
        if let Some(not) = &self.not {
            not.each_test(!negated, visit);
        }
    }
}

/// A test on the situation. Where what it looks at is not known, it does not hold.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Test {
    /// `signal`: this message holds one of these.
    Signal(Vec<Signal>),
    /// `signal_so_far`: this message or one before it held one of these.
    SignalSoFar(Vec<Signal>),
    /// `shade`: a signal of this message has one of these shades.
    Shade(Vec<Shade>),
    /// `intent`: the classifier's best guess is one of these.
    Intent(Vec<Arc<str>>),
    /// `intent_is`: what is known of the intent.
    IntentIs(Vec<IntentState>),
    /// `emotion`: the emotion that dominates.
    Emotion(Vec<Emotion>),
    /// `valence`: its direction.
    Valence(Vec<Valence>),
    /// `band`: the band of frustration.
    Band(Vec<Band>),
    /// `channel`: where the conversation takes place.
    Channel(Vec<Channel>),
    /// `language`: the language to answer in.
    Language(Vec<Lang>),
    /// `owner`: who owns the conversation.
    Owner(Vec<Owner>),
    /// `reply`: the answer to an open offer.
    Reply(Vec<Reply>),
    /// `stage`: where the customer is with the company.
    Stage(Vec<Arc<str>>),
    /// A number, under the key of [`Measure::name`].
    Measure(Measure, Range),
    /// Yes or no, under the key of [`Fact::name`].
    Fact(Fact, bool),
    /// `attribute.NAME`: the attribute is one of these values.
    Attribute(Arc<str>, Vec<Arc<str>>),
    /// `attribute.NAME`: the attribute, read as a number, lies in the range.
    AttributeIn(Arc<str>, Range),
    /// `days`: the day of the week, 1 for Monday to 7 for Sunday.
    Days(Vec<u8>),
    /// `time`: the time of day.
    Time(Vec<Opening>),
    /// `season`: the day of the year, from one month and day up to and including another; it may run over New Year.
    Season(Vec<Season>),
    /// `open`: people of one of these schedules are there.
    Open(Vec<Arc<str>>),
    /// `closed`: nobody of one of these schedules is there.
    Closed(Vec<Arc<str>>),
    /// `busy`: one of these queues has nobody free and a wait that is too long, as far as the host tells.
    Busy(Vec<Arc<str>>),
}

impl Test {
    /// Its key in the document.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Signal(_) => "signal",
            Self::SignalSoFar(_) => "signal_so_far",
            Self::Shade(_) => "shade",
            Self::Intent(_) => "intent",
            Self::IntentIs(_) => "intent_is",
            Self::Emotion(_) => "emotion",
            Self::Valence(_) => "valence",
            Self::Band(_) => "band",
            Self::Channel(_) => "channel",
            Self::Language(_) => "language",
            Self::Owner(_) => "owner",
            Self::Reply(_) => "reply",
            Self::Stage(_) => "stage",
            Self::Measure(measure, _) => measure.name(),
            Self::Fact(fact, _) => fact.name(),
            Self::Attribute(..) | Self::AttributeIn(..) => "attribute",
            Self::Days(_) => "days",
            Self::Time(_) => "time",
            Self::Season(_) => "season",
            Self::Open(_) => "open",
            Self::Closed(_) => "closed",
            Self::Busy(_) => "busy",
        }
    }
}

macro_rules! named {
    ($(#[$outer:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $key:literal,)* }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in a document.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $key,)*
                }
            }
        }
    };
}

named! {
    /// What is known of the intent.
    IntentState {
        /// Nobody was asked.
        NotSupplied = "not_supplied",
        /// A classifier answered.
        Given = "given",
        /// It was asked and would not say.
        Abstained = "abstained",
        /// It could not answer.
        Failed = "failed",
    }
}

named! {
    /// A number of the situation.
    Measure {
        /// The level of frustration, 0 to 1.
        Frustration = "frustration",
        /// How much it rose a turn over the last three, -1 to 1.
        Trend = "trend",
        /// How likely it is to boil over within two turns, 0 to 1; known where a scorer forecasts.
        Forecast = "forecast",
        /// How strongly the emotion is put, 0 to 1.
        Intensity = "intensity",
        /// The classifier's confidence in its best guess, 0 to 1; known where it answered.
        Confidence = "confidence",
        /// Its lead over the second, 0 to 1; known where it answered.
        Margin = "margin",
        /// Turns with a hint of dissatisfaction among the customer's last three.
        Hints = "hints",
        /// Failed turns among the customer's last three.
        Failures = "failures",
        /// Bot turns in a row without an answer.
        Fallbacks = "fallbacks",
        /// Earlier messages of the customer that asked the same.
        Repeats = "repeats",
        /// Clarifying questions in a row.
        Clarifications = "clarifications",
        /// Questions and offers for failure or doubt in a row.
        Stuck = "stuck",
        /// Offers of a person so far.
        Offers = "offers",
        /// Customer turns since the last offer; known after one.
        SinceOffer = "since_offer",
        /// Customer turns since a person was declined; known after that.
        SinceDecline = "since_decline",
        /// Contacts about the same before this conversation.
        PriorContacts = "prior_contacts",
        /// The customer's turns before this one.
        Turns = "turns",
        /// Seconds since the turn before.
        Silence = "silence_s",
    }
}

impl Measure {
    /// The least and the most it can be.
    #[must_use]
    pub const fn bounds(self) -> (f64, f64) {
        match self {
            Self::Trend => (-1.0, 1.0),
            Self::Frustration | Self::Forecast | Self::Intensity | Self::Confidence | Self::Margin => (0.0, 1.0),
            Self::Hints | Self::Failures => (0.0, 3.0),
            _ => (0.0, u32::MAX as f64),
        }
    }

    /// Whether it only takes whole values.
    #[must_use]
    pub const fn counts(self) -> bool {
        !matches!(
            self,
            Self::Trend | Self::Frustration | Self::Forecast | Self::Intensity | Self::Confidence | Self::Margin
        )
    }
}

named! {
    /// A yes or no of the situation.
    Fact {
        /// This message shows a failure of the bot.
        Failed = "failed",
        /// The customer says that the bot did not understand.
        Misunderstood = "misunderstood",
        /// The bot has just said what it said before.
        BotRepeated = "bot_repeated",
        /// A model could not answer for this message.
        ModelFailed = "model_failed",
        /// An offer of a person stood open when this message came.
        OfferOpen = "offer_open",
        /// The customer declined a person in this conversation.
        Declined = "declined",
        /// The customer wants a person if the next step fails.
        Armed = "armed",
        /// The customer was told that this is a bot.
        Disclosed = "disclosed",
        /// Today is a holiday of the document.
        Holiday = "holiday",
    }
}

/// A range of numbers. Without any bound everything lies in it.
///
/// ```
/// use handover::policy::Range;
///
/// let range = Range { at_least: Some(0.5), below: Some(0.8), ..Range::default() };
/// assert!(range.has(0.5) && !range.has(0.8));
/// assert_eq!(range.to_string(), "at least 0.5, below 0.8");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Range {
    /// This or more.
    pub at_least: Option<f64>,
    /// More than this.
    pub above: Option<f64>,
    /// This or less.
    pub at_most: Option<f64>,
    /// Less than this.
    pub below: Option<f64>,
}

impl Range {
    /// Whether `value` lies in it; no number lies in no range.
    #[must_use]
    pub fn has(&self, value: f64) -> bool {
        !value.is_nan()
            && self.at_least.is_none_or(|least| value >= least)
            && self.above.is_none_or(|bound| value > bound)
            && self.at_most.is_none_or(|most| value <= most)
            && self.below.is_none_or(|bound| value < bound)
    }

    /// Its bounds with their keys, as far as they are given.
    pub fn bounds(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let bounds =
            [("at_least", self.at_least), ("above", self.above), ("at_most", self.at_most), ("below", self.below)];
        bounds.into_iter().filter_map(|(key, bound)| bound.map(|bound| (key, bound)))
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (number, (key, bound)) in self.bounds().enumerate() {
            write!(f, "{}{} {bound}", if number > 0 { ", " } else { "" }, key.replace('_', " "))?;
        }
        Ok(())
    }
}

/// Days of the year, from a month and day up to and including another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Season {
    /// The first month and day.
    pub from: (u8, u8),
    /// The last month and day; before the first where it runs over New Year.
    pub until: (u8, u8),
}

impl Season {
    /// Whether a month and day lie in it.
    #[must_use]
    pub fn has(self, month: u8, day: u8) -> bool {
        let (from, until, now) = (self.from, self.until, (month, day));
        if from <= until { from <= now && now <= until } else { from <= now || now <= until }
    }
}

/// What a rule does. Everything in it only raises or adds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effect {
    /// The mildest outcome; [`Outcome::Continue`] where the rule leaves it to others.
    pub outcome: Outcome,
    /// A route of the document, which gives queue, priority and skills.
    pub route: Option<Arc<str>>,
    /// The queue, where no route gives it.
    pub queue: Option<Arc<str>>,
    /// How soon, at least.
    pub priority: Priority,
    /// What the person should be able to do.
    pub skills: Vec<Arc<str>>,
    /// The person calls back, where the conversation would otherwise be passed on live.
    pub call_back: bool,
    /// What the bot should leave out.
    pub withhold: Vec<Withhold>,
    /// How the bot should speak.
    pub style: Vec<Style>,
    /// Notices of the document that the customer is shown.
    pub notices: Vec<Arc<str>>,
}
