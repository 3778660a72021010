use super::{
    Answer, BotActs, Channel, Context, CustomerMoves, Decline, Failures, IntentView, OpenOffer, Reading, Reply,
    Shingles, Situation, Speaker, Surroundings, Turn,
};
use crate::escalation::{Decision, NoticeKey, Outcome, Route};
use crate::frustration::{Band, Frustration, FrustrationScorer};
use crate::journal::{Event, EventKind};
use crate::signal::{Evidence, Shade, Signal};
use crate::text::Lang;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who owns a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// The bot answers.
    #[default]
    Bot,
    /// A person is on the way; the bot sends notices and helps where the customer chose that.
    Pending,
    /// A person answers; the bot sends nothing.
    Human,
}

/// The version of the stored form that this release writes. Older ones load.
const VERSION: u16 = 2;
/// Messages that are remembered, as hashes, of the customer and of the bot each, to see one said again.
const REMEMBERED: usize = 6;
/// From this likeness on a bot's turn is the same as the one before: it may hold a name or a number of its own.
const SAME_BOT: f32 = 0.85;
/// The window, in customer turns, that hints and failures are counted over.
const WINDOW: u32 = 3;

/// One conversation with one customer, as it stands. Holds no text: repetition is seen on hashes.
///
/// A host stores it between turns with serde, in a form of its choice. Fields that a later release adds load with
/// their defaults; a stored form of a release to come is refused.
///
/// ```
/// use handover::conversation::{Channel, Conversation, Owner};
///
/// let conversation = Conversation::new(Channel::Chat);
/// assert_eq!(conversation.owner(), Owner::Bot);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Conversation(Stored);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Stored {
    version: u16,
    channel: Channel,
    language: Option<Lang>,
    owner: Owner,
    turns: u32,
    customer_turns: u32,
    last_at: Option<u64>,
    frustration: Frustration,
    said: Vec<Shingles>,
    bot_turns: Vec<Shingles>,
    bot_repeated: bool,
    bot_asked: bool,
    bot_apologised: bool,
    bot_refused: bool,
    fallbacks: u32,
    apologies: u32,
    /// Customer turns with a hint, and with a failure: the last few by number.
    hints: Vec<u32>,
    failed: Vec<u32>,
    first_noticed: BTreeMap<Signal, (u32, u64)>,
    clarifications: u32,
    stuck: u32,
    model_failed: bool,
    offers: u32,
    open_offer: Option<OpenOffer>,
    decline: Option<StoredDecline>,
    offered_for: Vec<Arc<str>>,
    offered_at: Option<u32>,
    level_at_offer: f32,
    armed: bool,
    disclosed: bool,
    /// What was decided last and has not been shown yet.
    due: Option<Due>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct StoredDecline {
    customer_turn: u32,
    level: f32,
}

/// A decision that waits for the host to carry it out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Due {
    outcome: Outcome,
    implied_wish: bool,
    offers_for: Vec<Arc<str>>,
    discloses: bool,
    #[serde(default)]
    route: Option<Route>,
}

impl TryFrom<Stored> for Conversation {
    type Error = UnknownVersion;

    fn try_from(stored: Stored) -> Result<Self, UnknownVersion> {
        if stored.version > VERSION { Err(UnknownVersion(stored.version)) } else { Ok(Self(stored)) }
    }
}

impl From<Conversation> for Stored {
    fn from(conversation: Conversation) -> Self {
        conversation.0
    }
}

/// A conversation that a later release stored.
#[derive(Debug, thiserror::Error)]
#[error("this conversation was stored in version {0}; this release reads versions up to {VERSION}")]
struct UnknownVersion(u16);

impl Conversation {
    /// A conversation that has just begun.
    #[must_use]
    pub fn new(channel: Channel) -> Self {
        Self(Stored { version: VERSION, channel, ..Stored::default() })
    }

    /// The same, with a language to assume until the customer's words tell.
    #[must_use]
    pub fn with_language(self, language: Lang) -> Self {
        Self(Stored { language: Some(language), ..self.0 })
    }

    /// Who owns it.
    #[must_use]
    pub fn owner(&self) -> Owner {
        self.0.owner
    }

    /// Where it takes place.
    #[must_use]
    pub fn channel(&self) -> Channel {
        self.0.channel
    }

    /// The language to answer in, if it is known.
    #[must_use]
    pub fn language(&self) -> Option<Lang> {
        self.0.language
    }

    /// The course of frustration so far.
    #[must_use]
    pub fn frustration(&self) -> &Frustration {
        &self.0.frustration
    }

    /// Turns so far, of all speakers.
    #[must_use]
    pub fn turns(&self) -> u32 {
        self.0.turns
    }

    /// What stands around a message of the customer that comes now.
    pub(crate) fn surroundings(&self, said: &Shingles, moves: CustomerMoves, at: u64) -> Surroundings {
        let state = &self.0;
        let known = Surroundings {
            customer_turns: state.customer_turns,
            bot_repeated: state.bot_repeated,
            bot_asked: state.bot_asked,
            apologised: state.bot_apologised,
            apologies: state.apologies,
            refused: state.bot_refused,
            offered: state.open_offer.is_some(),
            fallbacks: state.fallbacks,
            failures: within(&state.failed, state.customer_turns),
            hints: within(&state.hints, state.customer_turns),
            silence: self.silence(at),
            ..Surroundings::default()
        };
        known.compare(said, &state.said, &state.bot_turns).moves(moves)
    }

    fn silence(&self, at: u64) -> u64 {
        if at == 0 { 0 } else { self.0.last_at.map_or(0, |last| at.saturating_sub(last)) }
    }

    /// Takes in a message of the customer and gives the situation that it makes.
    pub(crate) fn take<F: FrustrationScorer + ?Sized>(
        &mut self,
        turn: &Turn<'_>,
        reading: &Reading,
        mut around: Surroundings,
        context: &Context,
        scorer: &F,
    ) -> (Situation, Vec<EventKind>) {
        let now = self.0.customer_turns;
        let number = self.0.turns;
        let mut events = vec![EventKind::Heard { from: Speaker::Customer }];
        self.0.language = reading.language.main.or(self.0.language).or(context.language);
        let mut failures = failures(reading, &around);
        around.hints = self.note_hints(reading, now);
        self.note_failure(&mut failures, now);
        around.failures = failures.recent;
        let last_band = self.0.frustration.band;
        self.move_frustration(reading, &around, scorer, &mut failures);
        if self.0.frustration.band != last_band {
            events.push(EventKind::Frustration { from: last_band, to: self.0.frustration.band });
        }
        self.note_signals(reading, number, context.now, &mut events);
        let open_offer = self.0.open_offer.take();
        self.note_decline(reading, around.reply, now);
        if open_offer.is_some() {
            events.push(EventKind::OfferAnswered { reply: around.reply });
        }
        let situation = self.situation(reading, context, &around, failures, open_offer);
        remember(&mut self.0.said, reading.shingles.clone());
        self.0.turns += 1;
        self.0.customer_turns += 1;
        self.0.last_at = Some(turn.at);
        self.0.fallbacks = 0;
        self.0.bot_repeated = false;
        self.0.bot_asked = false;
        self.0.bot_apologised = false;
        self.0.bot_refused = false;
        (situation, events)
    }

    /// Counts this turn as failed or not; failures and hints are counted over a window, since people don't fail
    /// to be understood in a strict row.
    fn note_failure(&mut self, failures: &mut Failures, now: u32) {
        // A model that fails once shows the human option; one that goes on failing is a failure of the bot.
        let fails = !failures.models.is_empty();
        let goes_on = std::mem::replace(&mut self.0.model_failed, fails) && fails;
        failures.now = failures.misunderstood || failures.fallbacks > 0 || failures.bot_repeated || goes_on;
        if failures.now {
            self.0.failed.push(now);
        }
        self.0.failed.retain(|turn| now - turn < WINDOW);
        failures.recent = self.0.failed.len() as u32;
    }

    fn note_hints(&mut self, reading: &Reading, now: u32) -> u32 {
        if reading.feeling.given().is_some_and(|f| !f.hints.is_empty()) {
            self.0.hints.push(now);
        }
        self.0.hints.retain(|turn| now - turn < WINDOW);
        self.0.hints.len() as u32
    }

    fn move_frustration<F: FrustrationScorer + ?Sized>(
        &mut self,
        reading: &Reading,
        around: &Surroundings,
        scorer: &F,
        failures: &mut Failures,
    ) {
        match scorer.next(&self.0.frustration, reading, around) {
            Ok(next) => self.0.frustration = next,
            Err(_) => failures.models.push(Arc::from("frustration")),
        }
    }

    fn note_signals(&mut self, reading: &Reading, number: u32, at: u64, events: &mut Vec<EventKind>) {
        for finding in reading.signals.given().iter().flat_map(|s| s.holding()) {
            self.0.first_noticed.entry(finding.signal.clone()).or_insert_with(|| {
                events.push(EventKind::FirstNotice { signal: finding.signal.clone() });
                (number, at)
            });
        }
        // A wish on condition is no wish yet; it waits for the next failure.
        let weighed = reading.signals.given().map_or(&[][..], |s| s.findings());
        self.0.armed |= weighed.iter().any(|f| f.shade == Some(Shade::Conditional));
    }

    fn note_decline(&mut self, reading: &Reading, reply: Option<Reply>, now: u32) {
        let declines =
            reading.signals.given().is_some_and(|s| s.has(&Signal::DeclinesHuman) && !s.has(&Signal::HumanRequest));
        if declines || reply == Some(Reply::No) {
            self.0.decline = Some(StoredDecline { customer_turn: now, level: self.0.frustration.level });
            self.0.armed = false;
        }
    }

    fn situation(
        &self,
        reading: &Reading,
        context: &Context,
        around: &Surroundings,
        failures: Failures,
        open_offer: Option<OpenOffer>,
    ) -> Situation {
        let state = &self.0;
        let feeling = reading.feeling.given();
        let evidence = |list: &[(_, Evidence)]| list.iter().map(|(_, e)| e.clone()).collect();
        Situation {
            turn: state.turns,
            customer_turns: state.customer_turns,
            now: context.now,
            local: context.local,
            channel: state.channel,
            language: state.language,
            owner: state.owner,
            signals: reading.signals.given().cloned().unwrap_or_default(),
            first_noticed: state.first_noticed.clone(),
            emotion: feeling.map(|f| f.emotion()).unwrap_or_default(),
            valence: feeling.map(|f| f.valence()).unwrap_or_default(),
            intensity: feeling.map_or(0.0, |f| f.intensity),
            feeling_evidence: feeling.map(|f| evidence(&f.evidence)).unwrap_or_default(),
            frustration: state.frustration.clone(),
            hints: around.hints,
            hint_evidence: feeling.map(|f| f.hints.clone()).unwrap_or_default(),
            intent: intent_view(&reading.intent),
            failures,
            clarifications: state.clarifications,
            stuck: state.stuck,
            offers: state.offers,
            open_offer,
            reply: around.reply,
            decline: state
                .decline
                .map(|d| Decline { turns_ago: state.customer_turns - d.customer_turn, level: d.level }),
            offered_for: state.offered_for.clone(),
            since_offer: state.offered_at.map(|at| state.customer_turns.saturating_sub(at)),
            level_at_offer: state.level_at_offer,
            armed: state.armed,
            disclosed: state.disclosed,
            prior_contacts: context.prior_contacts,
            attributes: context.attributes.clone(),
            stage: context.stage.clone(),
            availability: context.availability.clone(),
            silence: around.silence,
        }
    }

    /// Keeps what was decided until the host says that it was shown.
    pub(crate) fn note_decision(&mut self, decision: &Decision) {
        if decision.outcome == Outcome::HandOver {
            self.0.armed = false;
        }
        self.0.clarifications = if decision.outcome == Outcome::Clarify { self.0.clarifications + 1 } else { 0 };
        self.0.stuck = if decision.goes_on() { self.0.stuck + 1 } else { 0 };
        self.0.due = Some(Due {
            outcome: decision.outcome,
            implied_wish: decision.answers_implied_wish(),
            offers_for: decision.offer_codes(),
            discloses: decision.notices.contains(&NoticeKey::DiscloseBot),
            route: decision.route.clone(),
        });
    }

    /// Takes in a turn of the bot or an agent, with what its words do.
    ///
    /// An agent's turn means that a person owns the conversation from here on.
    pub(crate) fn hear(&mut self, turn: &Turn<'_>, shingles: Shingles, acts: BotActs) -> Vec<Event> {
        let mut events = vec![self.event(turn.at, EventKind::Heard { from: turn.from })];
        if turn.from == Speaker::Agent {
            events.extend(self.accepted(turn.at));
        } else if turn.from == Speaker::Bot {
            self.0.bot_repeated |= self.0.bot_turns.last().is_some_and(|last| last.likeness(&shingles) >= SAME_BOT);
            remember(&mut self.0.bot_turns, shingles);
            self.0.bot_asked = acts.asks;
            self.0.bot_apologised = acts.apology;
            self.0.fallbacks += u32::from(turn.fallback || acts.fallback);
            self.0.apologies += u32::from(acts.apology);
            self.0.bot_refused |= acts.refusal;
            if turn.offers || acts.offers {
                self.open_offer();
            }
        }
        self.0.turns += 1;
        self.0.last_at = Some(turn.at);
        events
    }

    fn open_offer(&mut self) {
        // The bot's words may repeat the offer that was just carried out: what is known of it stays.
        let open = self.0.open_offer.take();
        self.0.offers += u32::from(open.is_none());
        let due = self.0.due.as_ref().filter(|due| due.outcome == Outcome::OfferHuman);
        let implied_wish = due.is_some_and(|due| due.implied_wish) || open.as_ref().is_some_and(|o| o.implied_wish);
        let route = due.and_then(|due| due.route.clone()).or(open.and_then(|o| o.route));
        self.0.open_offer = Some(OpenOffer { turn: self.0.turns, implied_wish, route });
        self.0.offered_at = Some(self.0.customer_turns);
        self.0.level_at_offer = self.0.frustration.level;
    }

    /// The host has carried out the last decision: asked the question, shown the offer, or begun to hand over.
    ///
    /// An offer that was never shown is not open, and a hand-over that never began is not pending.
    pub fn delivered(&mut self, at: u64) -> Vec<Event> {
        let Some(due) = self.0.due.clone() else { return Vec::new() };
        self.0.disclosed |= due.discloses;
        match due.outcome {
            Outcome::OfferHuman => {
                self.open_offer();
                self.0.offered_for.extend(due.offers_for);
                self.0.offered_for.sort_unstable();
                self.0.offered_for.dedup();
            }
            Outcome::HandOver if self.0.owner == Owner::Bot => self.0.owner = Owner::Pending,
            Outcome::HandOver | Outcome::Clarify | Outcome::Continue => {}
        }
        self.0.due = None;
        vec![self.event(at, EventKind::Delivered { outcome: due.outcome })]
    }

    /// A person has taken over. The bot is silent from here on, and what went wrong with it no longer counts.
    pub fn accepted(&mut self, at: u64) -> Vec<Event> {
        if self.0.owner == Owner::Human {
            return Vec::new();
        }
        self.0.owner = Owner::Human;
        self.start_afresh();
        vec![self.event(at, EventKind::Accepted)]
    }

    /// The person has given the conversation back to the bot, which introduces itself again.
    pub fn returned(&mut self, at: u64) -> Vec<Event> {
        if self.0.owner == Owner::Bot {
            return Vec::new();
        }
        self.0.owner = Owner::Bot;
        self.0.disclosed = false;
        self.start_afresh();
        vec![self.event(at, EventKind::Returned)]
    }

    /// Old wishes, offers and failures have been dealt with; half of the strain is left.
    fn start_afresh(&mut self) {
        let state = &mut self.0;
        state.due = None;
        state.open_offer = None;
        state.offered_for.clear();
        state.decline = None;
        state.armed = false;
        state.failed.clear();
        state.hints.clear();
        state.said.clear();
        state.bot_turns.clear();
        state.fallbacks = 0;
        state.clarifications = 0;
        state.stuck = 0;
        let level = 0.5 * state.frustration.level;
        state.frustration = Frustration::default().step(0.0, level, Band::Low, false);
    }

    pub(crate) fn event(&self, at: u64, kind: EventKind) -> Event {
        Event { at, turn: self.0.turns, kind }
    }
}

/// What went wrong with a turn, as far as its reading and what stands around it show.
fn failures(reading: &Reading, around: &Surroundings) -> Failures {
    let failed = [
        ("intent", reading.intent.failed()),
        ("emotion", reading.feeling.failed()),
        ("signals", reading.signals.failed()),
    ];
    Failures {
        misunderstood: reading.signals.given().is_some_and(|s| s.has(&Signal::Misunderstood)),
        fallbacks: around.fallbacks,
        bot_repeated: around.bot_repeated,
        own_repeats: around.own_repeats,
        own_repeat: around.own_repeat,
        models: failed.iter().filter(|(_, failed)| *failed).map(|(port, _)| Arc::from(*port)).collect(),
        ..Failures::default()
    }
}

fn remember(turns: &mut Vec<Shingles>, said: Shingles) {
    turns.push(said);
    let extra = turns.len().saturating_sub(REMEMBERED);
    turns.drain(..extra);
}

/// Turns by number that lie within the window before turn `now`.
fn within(turns: &[u32], now: u32) -> u32 {
    turns.iter().filter(|turn| now.saturating_sub(**turn) < WINDOW).count() as u32
}

fn intent_view(answer: &Answer<crate::intent::Intents>) -> IntentView {
    match answer {
        Answer::Given(intents) if intents.in_scope() => IntentView::Ranked(intents.clone()),
        Answer::Given(_) | Answer::Abstained => IntentView::Abstained,
        Answer::Failed(_) => IntentView::Failed,
        Answer::NotSupplied => IntentView::NotSupplied,
    }
}
