//! Rules, compiled: which of them match a situation, in some tens of nanoseconds.
//!
//! Every different test of a document has one bit. A situation is looked at once, which gives the bits; a rule is a
//! few masks over them. So the cost of a decision grows with what the tests look at, hardly with the number of rules.

use super::eval::{best_intent, intent_state, measured};
use super::logic::{Alternative, Atoms, alternatives};
use super::{Fact, Measure, Opening, Range, Rule, Season, Spec, Test};
use crate::conversation::{Owner, Reply, Situation};
use crate::emotion::Valence;
use crate::escalation::Floor;
use crate::frustration::Band;
use crate::signal::{Shade, Signal};
use crate::text::Lang;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Different tests that a document may have.
pub(crate) const MOST_TESTS: usize = WORDS * 64;
const WORDS: usize = 16;

/// One bit a test.
type Facts = [u64; WORDS];
/// The number of a test.
type Number = u16;

/// The rules of a document, compiled.
#[derive(Debug)]
pub(crate) struct Engine {
    tests: Tests,
    /// Words of the facts that are in use.
    width: usize,
    /// For every alternative of every rule: what has to hold, then what must not, `width` words each.
    masks: Vec<u64>,
    rules: Vec<Compiled>,
    circumstances: Vec<Compiled>,
    /// The signals that some rule looks for: one that comes up for the first time is something new.
    news: BTreeSet<Signal>,
}

/// One rule: what it does, and where its masks stand.
#[derive(Debug)]
struct Compiled {
    floor: Floor,
    masks: std::ops::Range<usize>,
}

/// The rules that match.
#[derive(Debug, Default)]
pub(crate) struct Matches<'e> {
    /// Those of layer 5, strongest first.
    pub(crate) rules: Vec<&'e Floor>,
    /// Those of layer 10.
    pub(crate) circumstances: Vec<&'e Floor>,
}

impl Engine {
    /// Compiles the rules of a checked document.
    pub(crate) fn compile(spec: &Spec) -> Self {
        let mut atoms = Atoms::default();
        let mut compile = |rules: &[Rule]| -> Vec<(Floor, Vec<Alternative>)> {
            let compiled = rules.iter().map(|rule| {
                let found = alternatives(&rule.when, &mut atoms).unwrap_or_default();
                (floor(rule, spec), found)
            });
            compiled.collect()
        };
        let (mut rules, circumstances) = (compile(&spec.rules), compile(&spec.circumstances));
        // The strongest rule names the queue; of equal ones the first in the document.
        rules.sort_by_key(|(floor, _)| Reverse((floor.outcome, floor.priority)));
        let width = atoms.tests().len().div_ceil(64).min(WORDS).max(1);
        let mut masks = Vec::new();
        let mut lay = |rules: Vec<(Floor, Vec<Alternative>)>| -> Vec<Compiled> {
            let laid = rules.into_iter().map(|(floor, found)| {
                let start = masks.len();
                found.iter().for_each(|alternative| lay_out(alternative, width, &mut masks));
                Compiled { floor, masks: start..masks.len() }
            });
            laid.collect()
        };
        let (rules, circumstances) = (lay(rules), lay(circumstances));
        let news = rules.iter().flat_map(|rule| rule.floor.shown_by.signals.iter().cloned()).collect();
        Self { tests: Tests::of(&atoms), width, masks, rules, circumstances, news }
    }

    /// The rules that match `now`.
    pub(crate) fn matches(&self, now: &Situation, spec: &Spec) -> Matches<'_> {
        let facts = self.tests.look(now, spec);
        Matches { rules: self.among(&self.rules, &facts), circumstances: self.among(&self.circumstances, &facts) }
    }

    fn among<'e>(&self, rules: &'e [Compiled], facts: &Facts) -> Vec<&'e Floor> {
        rules.iter().filter(|rule| self.matched(rule, facts)).map(|rule| &rule.floor).collect()
    }

    fn matched(&self, rule: &Compiled, facts: &Facts) -> bool {
        let masks = self.masks.get(rule.masks.clone()).unwrap_or_default();
        masks.chunks_exact(2 * self.width).any(|alternative| {
            let (need, forbid) = alternative.split_at(self.width);
            need.iter()
                .zip(forbid)
                .zip(facts)
                .all(|((need, forbid), facts)| facts & need == *need && facts & forbid == 0)
        })
    }

    /// Whether a signal that some rule looks for came up in this message for the first time.
    pub(crate) fn news(&self, now: &Situation) -> bool {
        let first = |signal: &Signal| now.first_noticed.get(signal).is_some_and(|(turn, _)| *turn == now.turn);
        now.signals.holding().any(|f| self.news.contains(&f.signal) && first(&f.signal))
    }
}

fn lay_out(alternative: &Alternative, width: usize, masks: &mut Vec<u64>) {
    let start = masks.len();
    masks.resize(start + 2 * width, 0);
    for literal in alternative {
        let word = literal.atom / 64 + if literal.holds { 0 } else { width };
        if let Some(mask) = masks.get_mut(start + word) {
            *mask |= 1 << (literal.atom % 64);
        }
    }
}

/// What a rule does, with its route looked up.
fn floor(rule: &Rule, spec: &Spec) -> Floor {
    let then = &rule.then;
    let route = then.route.as_ref().and_then(|name| spec.routes.get(name));
    let mut skills: BTreeSet<Arc<str>> = then.skills.iter().cloned().collect();
    skills.extend(route.iter().flat_map(|route| route.skills.iter().cloned()));
    let mut floor = Floor {
        id: Arc::clone(&rule.id),
        outcome: then.outcome,
        queue: then.queue.clone().or(route.map(|route| Arc::clone(&route.queue))),
        priority: then.priority.max(route.map(|route| route.priority).unwrap_or_default()),
        skills,
        call_back: then.call_back,
        withhold: then.withhold.iter().copied().collect(),
        style: then.style.iter().copied().collect(),
        notices: then.notices.iter().cloned().collect(),
        ..Floor::default()
    };
    rule.when.each_test(false, &mut |test, negated| match test {
        _ if negated => {}
        Test::Signal(signals) => {
            floor.shown_by.signals.extend(signals.iter().cloned());
        }
        Test::Emotion(_) | Test::Valence(_) | Test::Measure(Measure::Intensity, _) => floor.shown_by.feeling = true,
        Test::Band(_) | Test::Measure(Measure::Frustration | Measure::Trend, _) => floor.shown_by.feeling = true,
        Test::Measure(Measure::Hints, _) => floor.shown_by.hints = true,
        _ => {}
    });
    floor.shown_by.signals.sort();
    floor.shown_by.signals.dedup();
    floor
}

/// The tests of a document, by what they look at.
#[derive(Debug, Default)]
struct Tests {
    built_in: [Vec<Number>; 19],
    host: BTreeMap<Signal, Vec<Number>>,
    so_far: BTreeMap<Signal, Vec<Number>>,
    shades: Vec<(u16, Number)>,
    kinds: Vec<(u64, Number)>,
    ranges: Vec<(Measure, Between, Number)>,
    intents: BTreeMap<Arc<str>, Vec<Number>>,
    stages: BTreeMap<Arc<str>, Vec<Number>>,
    attributes: BTreeMap<Arc<str>, Attribute>,
    times: Vec<(Vec<Opening>, Number)>,
    seasons: Vec<(Vec<Season>, Number)>,
    schedules: Vec<(Vec<Arc<str>>, bool, Number)>,
    busy: Vec<(Vec<Arc<str>>, Number)>,
    /// Some test asks whether it is a holiday.
    holiday: bool,
}

#[derive(Debug, Default)]
struct Attribute {
    values: BTreeMap<Arc<str>, Vec<Number>>,
    ranges: Vec<(Between, Number)>,
}

/// A closed range.
#[derive(Clone, Copy, Debug)]
struct Between(f64, f64);

impl Between {
    fn of(range: &Range) -> Self {
        let least = range.at_least.unwrap_or(f64::NEG_INFINITY).max(range.above.map_or(f64::NEG_INFINITY, next_up));
        let most = range.at_most.unwrap_or(f64::INFINITY).min(range.below.map_or(f64::INFINITY, |b| -next_up(-b)));
        Self(least, most)
    }

    fn has(self, value: f64) -> bool {
        self.0 <= value && value <= self.1
    }
}

/// The least number above `number`, which is no infinity.
fn next_up(number: f64) -> f64 {
    // The platform's own needs a newer compiler than this crate asks for.
    let bits = number.to_bits();
    if number == 0.0 {
        f64::from_bits(1)
    } else if number > 0.0 {
        f64::from_bits(bits.saturating_add(1))
    } else {
        f64::from_bits(bits.saturating_sub(1))
    }
}

impl Tests {
    fn of(atoms: &Atoms) -> Self {
        let mut tests = Self::default();
        for (number, test) in atoms.tests().iter().take(MOST_TESTS).enumerate() {
            tests.add(test, number as Number);
        }
        tests
    }

    fn add(&mut self, test: &Test, number: Number) {
        match test {
            Test::Signal(signals) => signals.iter().for_each(|signal| self.add_signal(signal, number)),
            Test::SignalSoFar(signals) => {
                for signal in signals {
                    self.so_far.entry(signal.clone()).or_default().push(number);
                }
            }
            Test::Shade(shades) => self.shades.push((shades.iter().fold(0, |mask, s| mask | shade_bit(*s)), number)),
            Test::Intent(intents) => intents.iter().for_each(|name| add_name(&mut self.intents, name, number)),
            Test::Stage(stages) => stages.iter().for_each(|name| add_name(&mut self.stages, name, number)),
            Test::Measure(measure, range) => {
                let range = if measure.counts() { *range } else { range.single() };
                self.ranges.push((*measure, Between::of(&range), number));
            }
            Test::Attribute(name, values) => {
                let attribute = self.attributes.entry(Arc::clone(name)).or_default();
                values.iter().for_each(|value| add_name(&mut attribute.values, value, number));
            }
            Test::AttributeIn(name, range) => {
                self.attributes.entry(Arc::clone(name)).or_default().ranges.push((Between::of(range), number));
            }
            Test::Time(times) => self.times.push((times.clone(), number)),
            Test::Season(seasons) => self.seasons.push((seasons.clone(), number)),
            Test::Open(names) => self.schedules.push((names.clone(), true, number)),
            Test::Closed(names) => self.schedules.push((names.clone(), false, number)),
            Test::Busy(names) => self.busy.push((names.clone(), number)),
            kind => {
                self.holiday |= matches!(kind, Test::Fact(Fact::Holiday, _));
                self.kinds.push((kind_mask(kind), number));
            }
        }
    }

    fn add_signal(&mut self, signal: &Signal, number: Number) {
        match built_in(signal).and_then(|at| self.built_in.get_mut(at)) {
            Some(numbers) => numbers.push(number),
            None => self.host.entry(signal.clone()).or_default().push(number),
        }
    }

    /// Looks at a situation once: which tests hold.
    fn look(&self, now: &Situation, spec: &Spec) -> Facts {
        let mut facts = [0; WORDS];
        self.look_at_signals(now, &mut facts);
        let kinds = kinds(now, self.holiday && spec.calendar.holiday(&now.local));
        for (mask, number) in &self.kinds {
            set_if(&mut facts, *number, kinds & mask != 0);
        }
        for (measure, between, number) in &self.ranges {
            set_if(&mut facts, *number, measured(*measure, now).is_some_and(|value| between.has(value)));
        }
        if !self.intents.is_empty() {
            set_all(&mut facts, best_intent(now).and_then(|best| self.intents.get(best)));
        }
        if let (false, Some(stage)) = (self.stages.is_empty(), &now.stage) {
            set_all(&mut facts, self.stages.get(stage));
        }
        for (name, attribute) in &self.attributes {
            attribute.look(now.attributes.get(name), &mut facts);
        }
        self.look_at_time(now, spec, &mut facts);
        facts
    }

    fn look_at_signals(&self, now: &Situation, facts: &mut Facts) {
        let mut shades = 0;
        for finding in now.signals.holding() {
            shades |= finding.shade.map_or(0, shade_bit);
            let numbers = match built_in(&finding.signal) {
                Some(at) => self.built_in.get(at),
                None => self.host.get(&finding.signal),
            };
            set_all(facts, numbers);
        }
        for (mask, number) in &self.shades {
            set_if(facts, *number, shades & mask != 0);
        }
        for (signal, numbers) in &self.so_far {
            if now.first_noticed.contains_key(signal) || now.signals.has(signal) {
                set_all(facts, Some(numbers));
            }
        }
    }

    fn look_at_time(&self, now: &Situation, spec: &Spec, facts: &mut Facts) {
        for (times, number) in &self.times {
            set_if(facts, *number, times.iter().any(|opening| opening.has(now.local.minute)));
        }
        for (seasons, number) in &self.seasons {
            set_if(facts, *number, seasons.iter().any(|season| season.has(now.local.month, now.local.day)));
        }
        for (schedules, open, number) in &self.schedules {
            let so = schedules.iter().any(|schedule| spec.calendar.open(schedule, &now.local) == *open);
            set_if(facts, *number, so);
        }
        for (queues, number) in &self.busy {
            set_if(facts, *number, queues.iter().any(|queue| spec.busy(queue, now)));
        }
    }
}

impl Attribute {
    fn look(&self, value: Option<&Arc<str>>, facts: &mut Facts) {
        let Some(value) = value else { return };
        set_all(facts, self.values.get(value));
        if self.ranges.is_empty() {
            return;
        }
        let Some(number) = value.trim().parse().ok().filter(|number: &f64| number.is_finite()) else { return };
        for (between, at) in &self.ranges {
            set_if(facts, *at, between.has(number));
        }
    }
}

fn add_name(names: &mut BTreeMap<Arc<str>, Vec<Number>>, name: &Arc<str>, number: Number) {
    names.entry(Arc::clone(name)).or_default().push(number);
}

fn set_if(facts: &mut Facts, number: Number, so: bool) {
    if let Some(word) = facts.get_mut(usize::from(number / 64)) {
        *word |= u64::from(so) << (number % 64);
    }
}

fn set_all(facts: &mut Facts, numbers: Option<&Vec<Number>>) {
    for number in numbers.into_iter().flatten() {
        set_if(facts, *number, true);
    }
}

const fn built_in(signal: &Signal) -> Option<usize> {
    Some(match signal {
        Signal::HumanRequest => 0,
        Signal::BotQuestion => 1,
        Signal::Misunderstood => 2,
        Signal::RepeatContact => 3,
        Signal::Bereavement => 4,
        Signal::FinancialHardship => 5,
        Signal::Vulnerability => 6,
        Signal::Crisis => 7,
        Signal::Threat => 8,
        Signal::Abuse => 9,
        Signal::LegalThreat => 10,
        Signal::MediaThreat => 11,
        Signal::Complaint => 12,
        Signal::Churn => 13,
        Signal::FraudSecurity => 14,
        Signal::DataRights => 15,
        Signal::Urgent => 16,
        Signal::Resolved => 17,
        Signal::DeclinesHuman => 18,
        Signal::Host(_) => return None,
    })
}

const fn shade_bit(shade: Shade) -> u16 {
    1 << shade as u16
}

// Where each kind's values start in the word of kinds; a situation has exactly one value of each.
const EMOTION: u32 = 0;
const VALENCE: u32 = 10;
const BAND: u32 = 13;
const CHANNEL: u32 = 16;
const LANGUAGE: u32 = 21;
const OWNER: u32 = 24;
const REPLY: u32 = 27;
const INTENT_IS: u32 = 30;
const DAYS: u32 = 34;
/// Facts take two bits each: so, and not so.
const FACT: u32 = 42;

const fn bit(start: u32, value: u32) -> u64 {
    1 << ((start + value) % 64)
}

fn mask<T: Copy>(start: u32, values: &[T], of: impl Fn(T) -> u32) -> u64 {
    values.iter().fold(0, |mask, value| mask | bit(start, of(*value)))
}

/// The values that a test of a kind takes.
fn kind_mask(test: &Test) -> u64 {
    match test {
        Test::Emotion(values) => mask(EMOTION, values, |v| v as u32),
        Test::Valence(values) => mask(VALENCE, values, valence),
        Test::Band(values) => mask(BAND, values, band),
        Test::Channel(values) => mask(CHANNEL, values, |v| v as u32),
        Test::Language(values) => mask(LANGUAGE, values, language),
        Test::Owner(values) => mask(OWNER, values, owner),
        Test::Reply(values) => mask(REPLY, values, reply),
        Test::IntentIs(values) => mask(INTENT_IS, values, |v| v as u32),
        Test::Days(values) => mask(DAYS, values, weekday),
        Test::Fact(fact, so) => fact_bit(*fact, *so),
        _ => 0,
    }
}

const fn valence(valence: Valence) -> u32 {
    valence as u32
}

const fn band(band: Band) -> u32 {
    band as u32
}

const fn language(language: Lang) -> u32 {
    language as u32
}

const fn owner(owner: Owner) -> u32 {
    owner as u32
}

const fn reply(reply: Reply) -> u32 {
    reply as u32
}

/// Monday to Sunday, 1 to 7; anything else is no day.
fn weekday(day: u8) -> u32 {
    if day <= 7 { u32::from(day) } else { 0 }
}

const fn fact_bit(fact: Fact, so: bool) -> u64 {
    bit(FACT, 2 * fact as u32 + so as u32)
}

/// What a situation is, of every kind at once.
fn kinds(now: &Situation, holiday: bool) -> u64 {
    let misunderstood = now.failures.misunderstood || now.signals.has(&Signal::Misunderstood);
    bit(EMOTION, now.emotion as u32)
        | bit(VALENCE, valence(now.valence))
        | bit(BAND, band(now.frustration.band))
        | bit(CHANNEL, now.channel as u32)
        | now.language.map_or(0, |l| bit(LANGUAGE, language(l)))
        | bit(OWNER, owner(now.owner))
        | now.reply.map_or(0, |r| bit(REPLY, reply(r)))
        | bit(INTENT_IS, intent_state(now) as u32)
        | bit(DAYS, weekday(now.local.weekday))
        | fact_bit(Fact::Failed, now.failures.now)
        | fact_bit(Fact::Misunderstood, misunderstood)
        | fact_bit(Fact::BotRepeated, now.failures.bot_repeated)
        | fact_bit(Fact::ModelFailed, !now.failures.models.is_empty())
        | fact_bit(Fact::OfferOpen, now.open_offer.is_some())
        | fact_bit(Fact::Declined, now.decline.is_some())
        | fact_bit(Fact::Armed, now.armed)
        | fact_bit(Fact::Disclosed, now.disclosed)
        | fact_bit(Fact::Holiday, holiday)
}
