use super::nearest::nearest;
use super::reader::shown;
use super::tables::{OUTCOMES, PRIORITIES, STYLES, WITHHOLD, name_of};
use super::{AttributeKind, Date, Policy, Spec, Wording};
use crate::conversation::{Answer, Channel, Context, Conversation, LocalTime, QueueState, Reading, Speaker, Turn};
use crate::emotion::{Distribution, Emotion, Feeling};
use crate::escalation::{Decision, Mode, NoticeKey, Outcome, Priority, Style, Withhold};
use crate::intent::Intents;
use crate::signal::{Finding, Shade, Signal, Signals};
use crate::text::{Lang, Text};
use crate::{BuildError, Triage, TriageBuilder};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// A file of scenarios: short conversations with what a policy should decide, so that a team tests its own rules in
/// its own CI. Read it with serde, and play it with a [`Rehearsal`].
///
/// A scenario reads its words as a live conversation would be read. Where a line says what it `signals`, its `intent` or
/// its `emotion`, that is taken as given instead: the test is then about the rules and not about the reader.
///
/// ```
/// use handover::policy::{Policy, Rehearsal, Scenarios};
///
/// let file: Scenarios = toml::from_str(r#"
///     [[scenarios]]
///     id = "grief"
///     about = "Wie iemand verloor, krijgt een mens en geen verkooppraat"
///     turns = [{ customer = "Mijn vader is overleden, hoe zeg ik zijn abonnement op?", signals = ["bereavement"] }]
///     expect = { outcome = "hand_over", skills = ["bereavement"], withhold = ["upsell"], rules = ["bereavement"] }
///
///     [[scenarios]]
///     id = "leaving-declined"
///     at = "2027-01-12 19:30"
///     turns = [
///         { customer = "I want to cancel my contract", signals = ["churn"], expect = { outcome = "offer_human" } },
///         { bot = "I can arrange that. Would you like to speak to a colleague?" },
///         { customer = "No thanks, just tell me how", signals = ["declines_human"] },
///     ]
///     expect = { outcome = "continue", notices = ["human_option"] }
/// "#)?;
/// let rehearsal = Rehearsal::of(Policy::default())?;
/// for scenario in &file.scenarios {
///     let played = rehearsal.play(scenario);
///     assert!(played.mismatches.is_empty(), "{}: {}", scenario.id, played.mismatches[0]);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Scenarios {
    /// `scenarios`: each on its own; none knows of another.
    pub scenarios: Vec<Scenario>,
}

/// A short conversation, what the host knows of it, and what should be decided.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Scenario {
    /// `id`: its name in reports.
    pub id: Arc<str>,
    /// `about`: what it shows, in the author's words.
    #[serde(default)]
    pub about: Option<Arc<str>>,
    /// `at`: when it begins on the service desk's clock, as `"2027-01-12 14:00"`. A Tuesday in June at 14:00, where it is
    /// left out.
    #[serde(default)]
    pub at: Moment,
    /// `channel`: where it takes place. Default `chat`.
    #[serde(default)]
    pub channel: Channel,
    /// `language`: a hint, `nl` or `en`; the words go before it.
    #[serde(default)]
    pub language: Option<Lang>,
    /// `stage`: where the customer is with the company.
    #[serde(default)]
    pub stage: Option<Arc<str>>,
    /// `prior_contacts`: contacts about the same before this one.
    #[serde(default)]
    pub prior_contacts: u32,
    /// `attributes`: the host's facts about the customer, as text.
    #[serde(default)]
    pub attributes: BTreeMap<Arc<str>, Arc<str>>,
    /// `busy`: queues that are open, with nobody free and too long a wait.
    #[serde(default)]
    pub busy: Vec<Arc<str>>,
    /// `closed`: queues that are closed whatever their hours say.
    #[serde(default)]
    pub closed: Vec<Arc<str>>,
    /// `turns`: what is said, in order. A line of the bot carries out what was decided before it.
    pub turns: Vec<Line>,
    /// `expect`: what should be decided on the customer's last message. Lines before it may have an `expect` of their own.
    #[serde(default)]
    pub expect: Option<Expect>,
}

/// A moment on the service desk's clock, to the minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Moment {
    /// Minutes since 1970, as if the desk were in UTC.
    minutes: u64,
}

impl Default for Moment {
    /// 2027-06-15, a Tuesday, 14:00: no holiday, no winter, everybody at work.
    fn default() -> Self {
        Self { minutes: 30_217_800 }
    }
}

/// Not a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a moment as \"2027-01-12 14:00\"")]
pub struct NoMoment;

impl TryFrom<String> for Moment {
    type Error = NoMoment;

    fn try_from(text: String) -> Result<Self, NoMoment> {
        let (date, time) = text.split_once([' ', 'T']).ok_or(NoMoment)?;
        let (hour, minute) = time.split_once(':').ok_or(NoMoment)?;
        let two = |part: &str, most: u64| {
            let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            part.parse().ok().filter(|number: &u64| digits && *number <= most).ok_or(NoMoment)
        };
        let of_day = two(hour, 23)? * 60 + two(minute, 59)?;
        let days = u64::try_from(days_since_1970(Date::parse(date).ok_or(NoMoment)?)).map_err(|_| NoMoment)?;
        Ok(Self { minutes: days * 1440 + of_day })
    }
}

impl Moment {
    const fn millis(self) -> u64 {
        self.minutes * 60_000
    }
}

/// Howard Hinnant's "days from civil", the way back of [`LocalTime::from_utc`].
fn days_since_1970(date: Date) -> i64 {
    let year = i64::from(date.year()) - i64::from(date.month() <= 2);
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * ((i64::from(date.month()) + 9) % 12) + 2) / 5 + i64::from(date.day()) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Something said in a scenario: `{ customer = "…" }`, `{ bot = "…" }` or `{ agent = "…" }`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
#[non_exhaustive]
pub struct Line {
    /// Who says it.
    pub from: Speaker,
    /// The words.
    pub text: Arc<str>,
    /// `after_s`: seconds since the line before. Default 60.
    pub after_s: u32,
    /// `intent`: what the host's classifier makes of it. Left out: nobody was asked.
    pub intent: Option<Arc<str>>,
    /// `confidence`: how sure the classifier is of it, 0 to 1. Default 0.9.
    pub confidence: f32,
    /// `signals`: exactly what it signals, a shade behind a colon: `"complaint:formal"`. Left out: the words are read.
    pub signals: Option<Vec<Arc<str>>>,
    /// `emotion`: the emotion that dominates. Left out: the words are read.
    pub emotion: Option<Emotion>,
    /// `offers`, of a bot's line: it offers a person. Offers in plain words are seen without this.
    pub offers: bool,
    /// `fallback`, of a bot's line: it has no answer.
    pub fallback: bool,
    /// `expect`: what should be decided on this message of the customer.
    pub expect: Option<Expect>,
}

/// A line as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    customer: Option<Arc<str>>,
    bot: Option<Arc<str>>,
    agent: Option<Arc<str>>,
    after_s: Option<u32>,
    intent: Option<Arc<str>>,
    confidence: Option<f32>,
    signals: Option<Vec<Arc<str>>>,
    emotion: Option<Emotion>,
    #[serde(default)]
    offers: bool,
    #[serde(default)]
    fallback: bool,
    expect: Option<Expect>,
}

/// A line that can't be said.
#[derive(Debug, thiserror::Error)]
enum Unsayable {
    #[error("say who speaks, once: `customer`, `bot` or `agent`")]
    Speakers,
    #[error("only a customer's line has `intent`, `confidence`, `signals`, `emotion` and `expect`")]
    NotCustomer,
    #[error("only a bot's line has `offers` and `fallback`")]
    NotBot,
}

impl TryFrom<Written> for Line {
    type Error = Unsayable;

    fn try_from(line: Written) -> Result<Self, Unsayable> {
        let (from, text) = match (line.customer, line.bot, line.agent) {
            (Some(text), None, None) => (Speaker::Customer, text),
            (None, Some(text), None) => (Speaker::Bot, text),
            (None, None, Some(text)) => (Speaker::Agent, text),
            _ => return Err(Unsayable::Speakers),
        };
        let read = line.intent.is_some() || line.confidence.is_some() || line.signals.is_some();
        if from != Speaker::Customer && (read || line.emotion.is_some() || line.expect.is_some()) {
            return Err(Unsayable::NotCustomer);
        }
        if from != Speaker::Bot && (line.offers || line.fallback) {
            return Err(Unsayable::NotBot);
        }
        Ok(Self {
            from,
            text,
            after_s: line.after_s.unwrap_or(60),
            intent: line.intent,
            confidence: line.confidence.unwrap_or(0.9),
            signals: line.signals,
            emotion: line.emotion,
            offers: line.offers,
            fallback: line.fallback,
            expect: line.expect,
        })
    }
}

impl Line {
    /// What the author says of a message goes before what is read in it.
    fn given(&self, reading: &mut Reading) {
        if let Some(signals) = &self.signals {
            let found: Vec<Finding> = signals.iter().map(|name| finding(name)).collect();
            reading.signals = Answer::Given(Signals::from(found));
        }
        if let Some(intent) = &self.intent {
            reading.intent = Answer::Given(Intents::ranked([(Arc::clone(intent), self.confidence)]));
        }
        if let Some(emotion) = self.emotion {
            let shares = Emotion::ALL.map(|other| f32::from(u8::from(other == emotion)));
            reading.feeling = Answer::Given(Feeling::new(Distribution::from(shares), emotion.polarity(), INTENSITY));
        }
    }
}

/// How strongly an emotion is put that a scenario names: clearly, without shouting.
const INTENSITY: f32 = 0.6;

fn finding(name: &str) -> Finding {
    let (signal, shade) = name.split_once(':').unwrap_or((name, ""));
    let shade = Shade::from_name(shade);
    Finding { signal: Signal::from_name(signal), shade, score: 1.0, holds: true, evidence: Vec::new() }
}

/// What should be decided. What is left out may be anything.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Expect {
    /// `outcome`: `continue`, `clarify`, `offer_human` or `hand_over`.
    pub outcome: Option<Outcome>,
    /// `queue`: who takes over.
    pub queue: Option<Arc<str>>,
    /// `priority`: `normal`, `high` or `urgent`.
    pub priority: Option<Priority>,
    /// `mode`: `live`, `call_back`, `ticket` or `on_call`.
    pub mode: Option<Mode>,
    /// `skills`: these at least.
    pub skills: Vec<Arc<str>>,
    /// `notices`: these at least, built-in or of the document.
    pub notices: Vec<Arc<str>>,
    /// `withhold`: these at least.
    pub withhold: Vec<Withhold>,
    /// `style`: these at least.
    pub style: Vec<Style>,
    /// `rules`: these among the reasons, held back by a cool-down or not.
    pub rules: Vec<Arc<str>>,
    /// `no_notices`: none of these.
    pub no_notices: Vec<Arc<str>>,
    /// `no_rules`: none of these among the reasons.
    pub no_rules: Vec<Arc<str>>,
}

impl Expect {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Everything in which a decision differs.
    fn compare(&self, turn: usize, decision: &Decision, told: &mut Vec<Mismatch>) {
        let route = decision.route.as_ref();
        let mut one = |key, want: Option<&str>, got: Option<&str>| {
            if let Some(want) = want.filter(|want| Some(*want) != got) {
                told.push(Mismatch::differs(turn, key, want, got.unwrap_or("-")));
            }
        };
        one("outcome", self.outcome.map(|o| name_of(&OUTCOMES, &o)), Some(decision.outcome.name()));
        one("queue", self.queue.as_deref(), route.map(|r| &*r.queue));
        let priority = route.map(|r| name_of(&PRIORITIES, &r.priority));
        one("priority", self.priority.map(|p| name_of(&PRIORITIES, &p)), priority);
        one("mode", self.mode.map(mode), route.map(|r| mode(r.mode)));
        let skills = route.iter().flat_map(|r| r.skills.iter().map(AsRef::as_ref)).collect();
        let (notices, rules) = (notices(decision), rules(decision));
        let withhold = decision.withhold.iter().map(|w| name_of(&WITHHOLD, &w)).collect();
        let style = decision.style.iter().map(|s| name_of(&STYLES, &s)).collect();
        let withheld: Vec<&str> = self.withhold.iter().map(|w| name_of(&WITHHOLD, w)).collect();
        let styles: Vec<&str> = self.style.iter().map(|s| name_of(&STYLES, s)).collect();
        let mut each = |key, wanted: &[&str], got: &BTreeSet<&str>, there: bool| {
            let off: Vec<&str> = wanted.iter().copied().filter(|want| got.contains(want) != there).collect();
            if !off.is_empty() {
                told.push(Mismatch::differs(turn, key, &off.join(", "), &listed(got)));
            }
        };
        each("skills", &texts(&self.skills), &skills, true);
        each("notices", &texts(&self.notices), &notices, true);
        each("withhold", &withheld, &withhold, true);
        each("style", &styles, &style, true);
        each("rules", &texts(&self.rules), &rules, true);
        each("no_notices", &texts(&self.no_notices), &notices, false);
        each("no_rules", &texts(&self.no_rules), &rules, false);
    }
}

fn texts(names: &[Arc<str>]) -> Vec<&str> {
    names.iter().map(AsRef::as_ref).collect()
}

fn listed(names: &BTreeSet<&str>) -> String {
    let names: Vec<&str> = names.iter().copied().collect();
    if names.is_empty() { "-".to_owned() } else { names.join(", ") }
}

const fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => "live",
        Mode::CallBack => "call_back",
        Mode::Ticket => "ticket",
        Mode::OnCall => "on_call",
    }
}

fn notices(decision: &Decision) -> BTreeSet<&str> {
    let own = decision.own_notices.iter().map(AsRef::as_ref);
    decision.notices.iter().map(|key| key.name()).chain(own).collect()
}

fn rules(decision: &Decision) -> BTreeSet<&str> {
    decision.reasons.iter().filter_map(|reason| reason.rule.as_deref()).collect()
}

/// In what a scenario and a policy disagree.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mismatch {
    /// The line, counted from 0, where it is about one.
    pub turn: Option<usize>,
    /// What is wrong, in both languages.
    pub message: Wording,
}

impl Mismatch {
    fn of(message: Wording) -> Self {
        Self { turn: None, message }
    }

    fn differs(turn: usize, key: &str, want: &str, got: &str) -> Self {
        let message = if key.starts_with("no_") {
            Wording::new(
                format!("{key}: `{want}` hoort er niet bij; er is: {got}"),
                format!("{key}: `{want}` does not belong there; there is: {got}"),
            )
        } else {
            Wording::new(
                format!("{key}: verwacht `{want}`, gekregen: {got}"),
                format!("{key}: expected `{want}`, got: {got}"),
            )
        };
        Self { turn: Some(turn), message }
    }

    /// What is wrong, with the line that it is about.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let message = self.message.text(lang);
        match (self.turn, lang) {
            (None, _) => message.to_owned(),
            (Some(turn), Lang::Nl) => format!("regel {}: {message}", turn + 1),
            (Some(turn), _) => format!("line {}: {message}", turn + 1),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Lang::En))
    }
}

/// What came of a scenario.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Played {
    /// The decision on each message of the customer, with its line, counted from 0.
    pub decisions: Vec<(usize, Decision)>,
    /// Where the policy does something else than expected, and names in the scenario that the policy does not know.
    pub mismatches: Vec<Mismatch>,
}

impl Played {
    /// The rules that some decision names: those that no scenario of a file names have not been tested.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.decisions.iter().flat_map(|(_, decision)| rules(decision))
    }
}

/// Plays scenarios against a policy. Built once for many.
#[derive(Debug)]
pub struct Rehearsal {
    policy: Arc<Policy>,
    triage: Triage,
}

impl Rehearsal {
    /// With the built-in readers.
    ///
    /// # Errors
    /// Where the triage can't be built.
    pub fn of(policy: Policy) -> Result<Self, BuildError> {
        Self::with(policy, Triage::builder())
    }

    /// With readers of the host's own. The policy goes before one that the builder has.
    ///
    /// # Errors
    /// Where the triage can't be built.
    pub fn with(policy: Policy, readers: TriageBuilder) -> Result<Self, BuildError> {
        let policy = Arc::new(policy);
        let triage = readers.policy(Arc::clone(&policy)).build()?;
        Ok(Self { policy, triage })
    }

    /// The policy that is played against.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Goes through a conversation and compares what is decided with what should be. Total.
    #[must_use]
    pub fn play(&self, scenario: &Scenario) -> Played {
        let mut played = Played { mismatches: scenario.mistakes(self.policy.spec()), ..Played::default() };
        let mut talk = Conversation::new(scenario.channel);
        if let Some(language) = scenario.language {
            talk = talk.with_language(language);
        }
        let mut at = scenario.at.millis();
        for (number, line) in scenario.turns.iter().enumerate() {
            at += if number == 0 { 0 } else { u64::from(line.after_s) * 1000 };
            if line.from != Speaker::Customer {
                self.hear(&mut talk, line, at);
                continue;
            }
            let decision = self.decide(&mut talk, scenario, line, at);
            if let Some(expect) = &line.expect {
                expect.compare(number, &decision, &mut played.mismatches);
            }
            played.decisions.push((number, decision));
        }
        if let (Some(expect), Some((number, decision))) = (&scenario.expect, played.decisions.last()) {
            expect.compare(*number, decision, &mut played.mismatches);
        }
        played
    }

    /// A line of the bot is what was made of the decision before it.
    fn hear(&self, talk: &mut Conversation, line: &Line, at: u64) {
        if line.from == Speaker::Bot {
            talk.delivered(at);
        }
        let turn = match line.from {
            Speaker::Agent => Turn::agent(&line.text, at),
            _ => Turn { offers: line.offers, fallback: line.fallback, ..Turn::bot(&line.text, at) },
        };
        self.triage.observe(talk, &turn);
    }

    fn decide(&self, talk: &mut Conversation, scenario: &Scenario, line: &Line, at: u64) -> Decision {
        let text = Text::of(&line.text, talk.channel().form(), talk.language());
        let mut reading = self.triage.read(&text);
        line.given(&mut reading);
        self.triage.decide(talk, &Turn::customer(&line.text, at), reading, &scenario.context(at))
    }
}

impl Scenario {
    fn context(&self, at: u64) -> Context {
        let mut context = Context::at(at);
        context.local = LocalTime::from_utc(at, 0);
        context.attributes.clone_from(&self.attributes);
        context.prior_contacts = self.prior_contacts;
        context.stage.clone_from(&self.stage);
        context.language = self.language;
        let waiting = QueueState { free: 0, wait: None, ..QueueState::open() };
        let queues = &mut context.availability.queues;
        queues.extend(self.busy.iter().map(|queue| (Arc::clone(queue), waiting)));
        queues.extend(self.closed.iter().map(|queue| (Arc::clone(queue), QueueState::closed(at + 43_200_000))));
        context
    }

    /// What keeps the scenario from testing anything: no expectation, nobody who speaks, and names that the policy does
    /// not know, which would never match and so never fail.
    #[must_use]
    pub fn mistakes(&self, spec: &Spec) -> Vec<Mismatch> {
        let mut told = Vec::new();
        if !self.turns.iter().any(|line| line.from == Speaker::Customer) {
            told.push(Mismatch::of(Wording::new("geen klant zegt iets", "no customer says anything")));
        }
        if self.expectations().all(Expect::is_empty) {
            told.push(Mismatch::of(Wording::new(
                "er wordt niets verwacht: geef een `expect`",
                "nothing is expected: give an `expect`",
            )));
        }
        Names { spec, told: &mut told }.look(self);
        told
    }

    fn expectations(&self) -> impl Iterator<Item = &Expect> {
        self.turns.iter().filter_map(|line| line.expect.as_ref()).chain(&self.expect)
    }
}

/// Holds the names of a scenario against those of a document.
struct Names<'s, 't> {
    spec: &'s Spec,
    told: &'t mut Vec<Mismatch>,
}

impl Names<'_, '_> {
    fn look(&mut self, scenario: &Scenario) {
        let spec = self.spec;
        let words = &spec.vocabulary;
        let channels: Vec<&str> = words.channels.iter().map(|channel| channel.name()).collect();
        if !channels.is_empty() {
            self.known(("kanaal", "channel"), scenario.channel.name(), &channels);
        }
        let stages: Vec<&str> = words.stages.iter().map(AsRef::as_ref).collect();
        scenario.stage.iter().for_each(|stage| self.known(("fase", "stage"), stage, &stages));
        let queues: Vec<&str> = spec.queues.keys().map(AsRef::as_ref).collect();
        for queue in scenario.busy.iter().chain(&scenario.closed) {
            self.known(("wachtrij", "queue"), queue, &queues);
        }
        scenario.attributes.iter().for_each(|(name, value)| self.attribute(name, value));
        scenario.turns.iter().for_each(|line| self.line(line));
        scenario.expectations().for_each(|expect| self.expect(expect, &queues));
    }

    fn known(&mut self, (nl, en): (&str, &str), name: &str, known: &[&str]) {
        if known.contains(&name) {
            return;
        }
        let meant = nearest(name, known.iter().copied());
        let asks = |ask: &str| meant.map_or_else(String::new, |meant| format!("; {ask} `{meant}`?"));
        let name = shown(name);
        self.told.push(Mismatch::of(Wording::new(
            format!("het beleid kent geen {nl} `{name}`{}", asks("bedoelde u")),
            format!("the policy has no {en} `{name}`{}", asks("did you mean")),
        )));
    }

    fn attribute(&mut self, name: &str, value: &str) {
        let attributes = &self.spec.vocabulary.attributes;
        let names: Vec<&str> = attributes.keys().map(AsRef::as_ref).collect();
        self.known(("kenmerk", "attribute"), name, &names);
        if let Some(AttributeKind::OneOf(values)) = attributes.get(name) {
            let values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
            self.known(("waarde", "value"), value, &values);
        }
    }

    fn line(&mut self, line: &Line) {
        let words = &self.spec.vocabulary;
        let intents: Vec<&str> = words.intents.iter().map(AsRef::as_ref).collect();
        line.intent.iter().for_each(|intent| self.known(("intentie", "intent"), intent, &intents));
        let signals: Vec<&str> = Signal::BUILT_IN.iter().chain(&words.signals).map(Signal::name).collect();
        for name in line.signals.iter().flatten() {
            let (signal, shade) = name.split_once(':').map_or((&**name, None), |(s, shade)| (s, Some(shade)));
            self.known(("signaal", "signal"), signal, &signals);
            let shades = super::tables::SHADES.map(|(name, _)| name);
            shade.into_iter().for_each(|shade| self.known(("schakering", "shade"), shade, &shades));
        }
    }

    fn expect(&mut self, expect: &Expect, queues: &[&str]) {
        let spec = self.spec;
        expect.queue.iter().for_each(|queue| self.known(("wachtrij", "queue"), queue, queues));
        let ids: Vec<&str> = spec.rules.iter().chain(&spec.circumstances).map(|rule| &*rule.id).collect();
        for rule in expect.rules.iter().chain(&expect.no_rules) {
            self.known(("regel", "rule"), rule, &ids);
        }
        let built_in = NoticeKey::ALL.iter().map(|key| key.name());
        let keys: Vec<&str> = built_in.chain(spec.notices.keys().map(AsRef::as_ref)).collect();
        for notice in expect.notices.iter().chain(&expect.no_notices) {
            self.known(("bericht", "notice"), notice, &keys);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_the_way_back_of_local_time() {
        for (text, weekday) in [("2027-06-15 14:00", 2), ("2028-02-29 23:59", 2), ("1970-01-01 00:00", 4)] {
            let moment = Moment::try_from(text.to_owned()).unwrap();
            let local = LocalTime::from_utc(moment.millis(), 0);
            let date = Date::of(&local).unwrap();
            assert_eq!(format!("{date} {:02}:{:02}", local.minute / 60, local.minute % 60), text);
            assert_eq!(local.weekday, weekday);
        }
        assert_eq!(Moment::try_from("2027-06-15 14:00".to_owned()).unwrap(), Moment::default());
        for odd in ["2027-06-15", "2027-02-30 10:00", "2027-06-15 24:00", "2027-06-15 9:00", "soon"] {
            assert!(Moment::try_from(odd.to_owned()).is_err(), "{odd}");
        }
    }

    fn scenario(text: &str) -> Scenario {
        let file: Scenarios = toml::from_str(&format!("[[scenarios]]\nid = \"x\"\n{text}")).unwrap();
        file.scenarios.into_iter().next().unwrap()
    }

    fn told(text: &str) -> Vec<String> {
        let rehearsal = Rehearsal::of(Policy::default()).unwrap();
        rehearsal.play(&scenario(text)).mismatches.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_difference_is_told() {
        let all = told(
            r#"turns = [{ customer = "hoi", signals = ["bereavement"] }]
            [scenarios.expect]
            outcome = "continue"
            queue = "safety"
            priority = "urgent"
            mode = "ticket"
            skills = ["care"]
            notices = ["waiting"]
            withhold = ["generic_steps"]
            style = ["formal"]
            rules = ["churn"]
            no_rules = ["bereavement"]
            no_notices = ["handing_over"]"#,
        );
        let keys = ["outcome", "queue", "priority", "mode", "skills", "notices", "withhold", "style", "rules"];
        for key in keys.into_iter().chain(["no_rules", "no_notices"]) {
            assert!(all.iter().any(|line| line.starts_with(&format!("line 1: {key}:"))), "{key} in {all:#?}");
        }
        assert_eq!(all.len(), 11);
    }

    #[test]
    fn a_scenario_that_tests_nothing_is_a_mistake() {
        assert_eq!(told("turns = [{ customer = \"hoi\" }]"), ["nothing is expected: give an `expect`"]);
        assert!(told("turns = []\nexpect = { outcome = \"continue\" }")[0].contains("no customer"));
        let odd = told(
            r#"turns = [{ customer = "hoi", signals = ["bereavment"] }]
            attributes = { tier = "gold" }
            expect = { no_rules = ["chrun"] }"#,
        );
        assert!(odd.iter().any(|line| line.contains("did you mean `bereavement`")), "{odd:?}");
        assert!(odd.iter().any(|line| line.contains("did you mean `churn`")), "{odd:?}");
        assert!(odd.iter().any(|line| line.contains("no attribute `tier`")), "{odd:?}");
    }

    #[test]
    fn lines_are_read_strictly() {
        let reads = |line: &str| toml::from_str::<Scenarios>(&format!("[[scenarios]]\nid = \"x\"\nturns = [{line}]"));
        assert!(reads("{ customer = \"hoi\", intent = \"x\" }").is_ok());
        for (line, error) in [
            ("{ customer = \"hoi\", bot = \"hoi\" }", "say who speaks"),
            ("{ bot = \"hoi\", intent = \"x\" }", "only a customer's line"),
            ("{ customer = \"hoi\", offers = true }", "only a bot's line"),
            ("{ customer = \"hoi\", signal = \"churn\" }", "unknown field `signal`"),
        ] {
            let message = reads(line).unwrap_err().to_string();
            assert!(message.contains(error), "{message}");
        }
    }
}
