//! Rules, compiled: which of them match a situation, in some tens of nanoseconds.
//!
//! Every different test of a document has one bit. A situation is looked at once, which gives the bits; a rule is a
//! few masks over them. So the cost of a decision grows with what the tests look at, hardly with the number of rules.

use super::eval::{best_intent, intent_state, measured, number};
use super::logic::{Alternative, Atoms, alternatives};
use super::{Fact, Hours, Measure, Opening, Range, Rule, Season, Spec, Test};
use crate::conversation::{Owner, Reply, Situation};
use crate::emotion::Valence;
use crate::escalation::{Floor, LadderSkills, Names};
use crate::frustration::Band;
use crate::signal::{Shade, Signal};
use crate::text::Lang;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Different tests that a document may have.
pub(crate) const MOST_TESTS: usize = WORDS * 64;
/// Rules and circumstances that a document may have.
pub(crate) const MOST_RULES: usize = WORDS * 64;
const WORDS: usize = 16;

/// A set of tests, or of rules: one bit each.
type Bits = [u64; WORDS];
/// The number of a test.
type Number = u16;

/// The rules of a document, compiled.
#[derive(Debug)]
pub(crate) struct Engine {
    tests: Tests,
    /// Words of the facts that are in use.
    width: usize,
    /// For every alternative, its rule.
    alternatives: Vec<u32>,
    /// For every alternative: what has to hold, then what must not, `width` words each.
    masks: Vec<u64>,
    /// For every test, the alternatives to look at when it holds; the last entry has those to look at always.
    pivots: Vec<Vec<u32>>,
    /// Layer 5, strongest first, then layer 10.
    floors: Vec<Floor>,
    /// Where layer 10 starts.
    circumstances: usize,
    /// The signals that some rule looks for: one that comes up for the first time is something new.
    news: BTreeSet<Signal>,
    skills: LadderSkills,
}

/// The skills and notices that a document has, each list sorted: what the rules add to a decision is a set out of these.
#[derive(Debug)]
pub(crate) struct Lists {
    skills: Arc<[Arc<str>]>,
    notices: Arc<[Arc<str>]>,
}

impl Lists {
    pub(crate) fn of(spec: &Spec) -> Self {
        let own = LadderSkills::NAMES.map(Arc::from);
        let skills: BTreeSet<Arc<str>> = spec.vocabulary.skills.iter().cloned().chain(own).collect();
        Self { skills: skills.into_iter().collect(), notices: spec.notices.keys().cloned().collect() }
    }
}

/// The rules that match.
#[derive(Debug)]
pub(crate) struct Matches<'e> {
    engine: &'e Engine,
    bits: Bits,
    signals: u32,
}

impl<'e> Matches<'e> {
    /// All of them: those of layer 5 first, the strongest before others.
    pub(crate) fn all(&self) -> impl Iterator<Item = &'e Floor> {
        self.numbers().filter_map(|number| self.engine.floors.get(number))
    }

    /// The built-in signals that hold, one bit each.
    pub(crate) const fn signals(&self) -> u32 {
        self.signals
    }

    /// Those of layer 5, strongest first.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &'e Floor> + use<'e> {
        let floors = &self.engine.floors;
        let end = self.engine.circumstances;
        self.numbers().take_while(move |number| *number < end).filter_map(|number| floors.get(number))
    }

    /// Those of layer 10.
    pub(crate) fn circumstances(&self) -> impl Iterator<Item = &'e Floor> + use<'e> {
        let floors = &self.engine.floors;
        let start = self.engine.circumstances;
        self.numbers().skip_while(move |number| *number < start).filter_map(|number| floors.get(number))
    }

    fn numbers(&self) -> impl Iterator<Item = usize> + use<'e> {
        let words = self.engine.floors.len().div_ceil(64);
        set_bits(self.bits, words)
    }
}

/// The bits that are set, lowest first.
fn set_bits(bits: Bits, words: usize) -> impl Iterator<Item = usize> {
    bits.into_iter().take(words).enumerate().flat_map(|(at, word)| {
        let rest = std::iter::successors(Some(word), |word| Some(word & (word.wrapping_sub(1))));
        rest.take_while(|word| *word != 0).map(move |word| at * 64 + word.trailing_zeros() as usize)
    })
}

impl Engine {
    /// Compiles the rules of a checked document.
    pub(crate) fn compile(spec: &Spec) -> Self {
        let mut atoms = Atoms::default();
        let lists = Lists::of(spec);
        let mut expand = |rules: &[Rule]| -> Vec<(Floor, Vec<Alternative>)> {
            let expanded = rules.iter().map(|rule| {
                let found = alternatives(&rule.when, &mut atoms).unwrap_or_default();
                (floor(rule, spec, &lists), found)
            });
            expanded.collect()
        };
        let (mut rules, circumstances) = (expand(&spec.rules), expand(&spec.circumstances));
        // The strongest rule names the queue; of equal ones the first in the document.
        rules.sort_by_key(|(floor, _)| Reverse((floor.outcome, floor.priority)));
        let news: BTreeSet<Signal> =
            rules.iter().flat_map(|(floor, _)| floor.shown_by.signals.iter().cloned()).collect();
        let mut engine = Self {
            tests: Tests::of(&atoms, spec),
            width: atoms.tests().len().div_ceil(64).clamp(1, WORDS),
            alternatives: Vec::new(),
            masks: Vec::new(),
            pivots: vec![Vec::new(); atoms.tests().len() + 1],
            floors: Vec::new(),
            circumstances: rules.len(),
            news,
            skills: LadderSkills::among(&lists.skills),
        };
        for (floor, found) in rules.into_iter().chain(circumstances).take(MOST_RULES) {
            found.iter().for_each(|alternative| engine.add(alternative, &atoms));
            engine.floors.push(floor);
        }
        engine
    }

    /// Adds an alternative of the rule that comes next.
    fn add(&mut self, alternative: &Alternative, atoms: &Atoms) {
        let number = self.alternatives.len() as u32;
        let holding = alternative.iter().filter(|literal| literal.holds);
        let rarest = holding.min_by_key(|literal| atoms.tests().get(literal.atom).map_or(u8::MAX, commonness));
        let pivot = rarest.map_or(self.pivots.len() - 1, |literal| literal.atom);
        if let Some(pivot) = self.pivots.get_mut(pivot) {
            pivot.push(number);
        }
        self.alternatives.push(self.floors.len() as u32);
        lay_out(alternative, self.width, &mut self.masks);
    }

    /// The rules that match `now`.
    pub(crate) fn matches(&self, now: &Situation, spec: &Spec) -> Matches<'_> {
        let signals = signals(now);
        let facts = self.tests.look(now, spec, signals);
        let mut bits = [0; WORDS];
        let mut consider = |pivot: Option<&Vec<u32>>| {
            for number in pivot.into_iter().flatten() {
                self.try_one(*number as usize, &facts, &mut bits);
            }
        };
        for (at, word) in facts.iter().take(self.width).enumerate() {
            let mut rest = *word;
            while rest != 0 {
                consider(self.pivots.get(at * 64 + rest.trailing_zeros() as usize));
                rest &= rest - 1;
            }
        }
        consider(self.pivots.last());
        Matches { engine: self, bits, signals }
    }

    /// Sets the bit of an alternative's rule if it holds.
    fn try_one(&self, number: usize, facts: &Bits, bits: &mut Bits) {
        let start = number * 2 * self.width;
        let Some(masks) = self.masks.get(start..start + 2 * self.width) else { return };
        let (need, forbid) = masks.split_at(self.width);
        let mut words = need.iter().zip(forbid).zip(facts);
        if words.all(|((need, forbid), facts)| facts & need == *need && facts & forbid == 0) {
            let rule = self.alternatives.get(number).map_or(usize::MAX, |rule| *rule as usize);
            if let Some(word) = bits.get_mut(rule / 64) {
                *word |= 1 << (rule % 64);
            }
        }
    }

    /// The skills that the ladder itself asks for.
    pub(crate) const fn skills(&self) -> &LadderSkills {
        &self.skills
    }

    /// Whether a signal that some rule looks for came up in this message for the first time.
    pub(crate) fn news(&self, now: &Situation) -> bool {
        let first = |signal: &Signal| now.first_noticed.get(signal).is_some_and(|(turn, _)| *turn == now.turn);
        now.signals.holding().any(|f| self.news.contains(&f.signal) && first(&f.signal))
    }
}

/// How often a test holds, by experience: an alternative is looked at only when its rarest test does.
const fn commonness(test: &Test) -> u8 {
    match test {
        Test::Signal(_) | Test::Shade(_) => 0,
        Test::Intent(_) | Test::Reply(_) => 1,
        Test::SignalSoFar(_) | Test::Busy(_) => 2,
        Test::Attribute(..) | Test::AttributeIn(..) | Test::Stage(_) => 3,
        Test::Fact(_, true) => 4,
        Test::Measure(..) | Test::Emotion(_) | Test::Band(_) | Test::Valence(_) | Test::IntentIs(_) => 5,
        _ => 6,
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
pub(crate) fn floor(rule: &Rule, spec: &Spec, lists: &Lists) -> Floor {
    let then = &rule.then;
    let route = then.route.as_ref().and_then(|name| spec.routes.get(name));
    let skills = then.skills.iter().chain(route.into_iter().flat_map(|route| &route.skills));
    let mut floor = Floor {
        id: Arc::clone(&rule.id),
        outcome: then.outcome,
        queue: then.queue.clone().or(route.map(|route| Arc::clone(&route.queue))),
        priority: then.priority.max(route.map(|route| route.priority).unwrap_or_default()),
        skills: Names::among(&lists.skills, skills.map(AsRef::as_ref)),
        call_back: then.call_back,
        withhold: then.withhold.iter().copied().collect(),
        style: then.style.iter().copied().collect(),
        notices: Names::among(&lists.notices, then.notices.iter().map(AsRef::as_ref)),
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
    so_far: Vec<(SoFar, Number)>,
    shades: Vec<(u16, Number)>,
    kinds: Vec<(u64, Number)>,
    ranges: Vec<(Measure, Between, Number)>,
    intents: Table<Vec<Number>>,
    stages: Table<Vec<Number>>,
    attributes: Table<Attribute>,
    times: Vec<(Vec<Opening>, Number)>,
    seasons: Vec<(Vec<Season>, Number)>,
    /// The schedules of which one has to be open, or closed.
    schedules: Vec<(Vec<Hours>, bool, Number)>,
    busy: Vec<(Vec<Arc<str>>, Number)>,
    /// Some test asks whether it is a holiday, or what the hours of one are.
    holiday: bool,
}

/// Signals that may have been noticed before: the built-in ones, one bit each, and the host's.
#[derive(Debug, Default)]
struct SoFar {
    built_in: u32,
    host: Vec<Signal>,
}

impl SoFar {
    fn of(signals: &[Signal]) -> Self {
        let host = signals.iter().filter(|signal| signal.number().is_none()).cloned().collect();
        Self { built_in: signals.iter().fold(0, |bits, signal| bits | signal_bit(signal)), host }
    }

    /// Whether one of them is in this message, or was in one before: `noticed` has the built-in ones of both.
    fn holds(&self, noticed: u32, now: &Situation) -> bool {
        let there = |signal: &Signal| now.first_noticed.contains_key(signal) || now.signals.has(signal);
        self.built_in & noticed != 0 || self.host.iter().any(there)
    }
}

/// The bit of a built-in signal; none for a host's own.
fn signal_bit(signal: &Signal) -> u32 {
    signal.number().map_or(0, |at| 1 << at)
}

/// The built-in signals that hold in this message.
fn signals(now: &Situation) -> u32 {
    now.signals.holding().fold(0, |bits, finding| bits | signal_bit(&finding.signal))
}

#[derive(Debug, Default)]
struct Attribute {
    values: Table<Vec<Number>>,
    ranges: Vec<(Between, Number)>,
}

/// A value for each of some names: a small hash table, since most lookups find nothing and all should find it fast.
/// The keys are the document's own and few; no customer can make them collide.
#[derive(Debug)]
struct Table<T> {
    entries: Vec<(u64, Arc<str>, T)>,
    /// For every hash, where its entry stands, counted from 1; the next slot is looked at until one is 0. A power of
    /// two in number, at most half of them taken.
    slots: Vec<u32>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), slots: Vec::new() }
    }
}

impl<T: Default> Table<T> {
    /// The value of a name, made where there is none yet.
    fn entry(&mut self, name: &Arc<str>) -> Option<&mut T> {
        if self.find(name).is_none() {
            self.entries.push((key(name), Arc::clone(name), T::default()));
            self.spread();
        }
        let at = self.find(name)?;
        self.entries.get_mut(at).map(|(_, _, value)| value)
    }

    /// Lays the slots out anew.
    fn spread(&mut self) {
        let size = (self.entries.len() * 2).next_power_of_two();
        self.slots = vec![0; size];
        for (at, (key, ..)) in self.entries.iter().enumerate() {
            let free = probes(*key, size).find(|slot| self.slots.get(*slot) == Some(&0));
            if let Some(slot) = free.and_then(|slot| self.slots.get_mut(slot)) {
                *slot = at as u32 + 1;
            }
        }
    }

    fn find(&self, name: &str) -> Option<usize> {
        let wanted = key(name);
        for slot in probes(wanted, self.slots.len()) {
            let at = (*self.slots.get(slot)? as usize).checked_sub(1)?;
            let (key, known, _) = self.entries.get(at)?;
            if *key == wanted && **known == *name {
                return Some(at);
            }
        }
        None
    }

    fn get(&self, name: &str) -> Option<&T> {
        let at = self.find(name)?;
        self.entries.get(at).map(|(_, _, value)| value)
    }

    fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// The slots at which a key may stand, the likeliest first.
fn probes(key: u64, size: usize) -> impl Iterator<Item = usize> {
    // Fibonacci hashing (Knuth, The Art of Computer Programming, 6.4): the high bits are the well mixed ones.
    let first = (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize;
    (0..size).map(move |step| (first + step) & (size - 1))
}

/// The first eight bytes of a name and its length, as one number.
fn key(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let first = match bytes.first_chunk() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => bytes.iter().fold(0, |key, byte| key << 8 | u64::from(*byte)),
    };
    first.rotate_left(8) ^ bytes.len() as u64
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
    fn of(atoms: &Atoms, spec: &Spec) -> Self {
        let mut tests = Self::default();
        for (number, test) in atoms.tests().iter().take(MOST_TESTS).enumerate() {
            tests.add(test, number as Number, spec);
        }
        tests
    }

    fn add(&mut self, test: &Test, number: Number, spec: &Spec) {
        match test {
            Test::Signal(signals) => signals.iter().for_each(|signal| self.add_signal(signal, number)),
            Test::SignalSoFar(signals) => self.so_far.push((SoFar::of(signals), number)),
            Test::Shade(shades) => self.shades.push((shades.iter().fold(0, |mask, s| mask | shade_bit(*s)), number)),
            Test::Intent(intents) => add_names(&mut self.intents, intents, number),
            Test::Stage(stages) => add_names(&mut self.stages, stages, number),
            Test::Measure(measure, range) => {
                let range = if measure.counts() { *range } else { range.single() };
                self.ranges.push((*measure, Between::of(&range), number));
            }
            Test::Attribute(name, values) => {
                let attribute = self.attributes.entry(name);
                attribute.into_iter().for_each(|attribute| add_names(&mut attribute.values, values, number));
            }
            Test::AttributeIn(name, range) => {
                let between = (Between::of(range), number);
                self.attributes.entry(name).into_iter().for_each(|attribute| attribute.ranges.push(between));
            }
            Test::Time(times) => self.times.push((times.clone(), number)),
            Test::Season(seasons) => self.seasons.push((seasons.clone(), number)),
            Test::Open(names) => self.add_schedules(names, true, number, spec),
            Test::Closed(names) => self.add_schedules(names, false, number, spec),
            Test::Busy(names) => self.busy.push((names.clone(), number)),
            kind => {
                self.holiday |= matches!(kind, Test::Fact(Fact::Holiday, _));
                self.kinds.push((kind_mask(kind), number));
            }
        }
    }

    fn add_signal(&mut self, signal: &Signal, number: Number) {
        match signal.number().and_then(|at| self.built_in.get_mut(at)) {
            Some(numbers) => numbers.push(number),
            None => self.host.entry(signal.clone()).or_default().push(number),
        }
    }

    fn add_schedules(&mut self, names: &[Arc<str>], open: bool, number: Number, spec: &Spec) {
        self.holiday = true;
        // A checked document names its own schedules only; nobody keeps hours of any other, so that is always open.
        let hours = names.iter().map(|name| spec.calendar.hours.get(name).cloned().unwrap_or_else(Hours::always));
        self.schedules.push((hours.collect(), open, number));
    }

    /// Looks at a situation once: which tests hold. `signals` are the built-in ones that hold.
    fn look(&self, now: &Situation, spec: &Spec, signals: u32) -> Bits {
        let mut facts = [0; WORDS];
        self.look_at_signals(now, signals, &mut facts);
        let holiday = self.holiday && spec.calendar.holiday(&now.local);
        let kinds = kinds(now, signals, holiday);
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
        self.look_at_attributes(now, &mut facts);
        self.look_at_time(now, spec, holiday, &mut facts);
        facts
    }

    fn look_at_signals(&self, now: &Situation, signals: u32, facts: &mut Bits) {
        let mut shades = 0;
        for finding in now.signals.holding() {
            shades |= finding.shade.map_or(0, shade_bit);
            let numbers = match finding.signal.number() {
                Some(at) => self.built_in.get(at),
                None => self.host.get(&finding.signal),
            };
            set_all(facts, numbers);
        }
        for (mask, number) in &self.shades {
            set_if(facts, *number, shades & mask != 0);
        }
        if self.so_far.is_empty() {
            return;
        }
        let noticed = now.first_noticed.keys().fold(signals, |bits, signal| bits | signal_bit(signal));
        for (so_far, number) in &self.so_far {
            set_if(facts, *number, so_far.holds(noticed, now));
        }
    }

    fn look_at_attributes(&self, now: &Situation, facts: &mut Bits) {
        if self.attributes.is_empty() {
            return;
        }
        for (name, value) in &now.attributes {
            if let Some(attribute) = self.attributes.get(name) {
                attribute.look(value, facts);
            }
        }
    }

    fn look_at_time(&self, now: &Situation, spec: &Spec, holiday: bool, facts: &mut Bits) {
        for (times, number) in &self.times {
            set_if(facts, *number, times.iter().any(|opening| opening.has(now.local.minute)));
        }
        for (seasons, number) in &self.seasons {
            set_if(facts, *number, seasons.iter().any(|season| season.has(now.local.month, now.local.day)));
        }
        for (schedules, open, number) in &self.schedules {
            let (day, minute) = (now.local.weekday, now.local.minute);
            set_if(facts, *number, schedules.iter().any(|hours| hours.open(day, minute, holiday) == *open));
        }
        for (queues, number) in &self.busy {
            set_if(facts, *number, queues.iter().any(|queue| spec.busy(queue, now)));
        }
    }
}

impl Attribute {
    fn look(&self, value: &str, facts: &mut Bits) {
        set_all(facts, self.values.get(value));
        if self.ranges.is_empty() {
            return;
        }
        let Some(number) = number(value) else { return };
        for (between, at) in &self.ranges {
            set_if(facts, *at, between.has(number));
        }
    }
}

fn add_names(to: &mut Table<Vec<Number>>, names: &[Arc<str>], number: Number) {
    for name in names {
        to.entry(name).into_iter().for_each(|numbers| numbers.push(number));
    }
}

fn set_if(facts: &mut Bits, number: Number, so: bool) {
    if let Some(word) = facts.get_mut(usize::from(number / 64)) {
        *word |= u64::from(so) << (number % 64);
    }
}

fn set_all(facts: &mut Bits, numbers: Option<&Vec<Number>>) {
    for number in numbers.into_iter().flatten() {
        set_if(facts, *number, true);
    }
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
/// Bits take two bits each: so, and not so.
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
        Test::Fact(fact, _) => bit(FACT, *fact as u32),
        _ => 0,
    }
}

const fn valence(valence: Valence) -> u32 {
    valence as u32
}

const fn band(band: Band) -> u32 {
    band as u32
}

/// A document names the built-in languages only; any other is none of them.
const fn language(language: Lang) -> u32 {
    match language {
        Lang::Nl => 0,
        Lang::En => 1,
        Lang::Other(_) => 2,
    }
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

/// A fact's bit, where it is so.
fn fact(fact: Fact, so: bool) -> u64 {
    if so { bit(FACT, fact as u32) } else { 0 }
}

/// What a situation is, of every kind at once.
fn kinds(now: &Situation, signals: u32, holiday: bool) -> u64 {
    let misunderstood = now.failures.misunderstood || signals & signal_bit(&Signal::Misunderstood) != 0;
    bit(EMOTION, now.emotion as u32)
        | bit(VALENCE, valence(now.valence))
        | bit(BAND, band(now.frustration.band))
        | bit(CHANNEL, now.channel as u32)
        | now.language.map_or(0, |l| bit(LANGUAGE, language(l)))
        | bit(OWNER, owner(now.owner))
        | now.reply.map_or(0, |r| bit(REPLY, reply(r)))
        | bit(INTENT_IS, intent_state(now) as u32)
        | bit(DAYS, weekday(now.local.weekday))
        | fact(Fact::Failed, now.failures.now)
        | fact(Fact::Misunderstood, misunderstood)
        | fact(Fact::BotRepeated, now.failures.bot_repeated)
        | fact(Fact::ModelFailed, !now.failures.models.is_empty())
        | fact(Fact::OfferOpen, now.open_offer.is_some())
        | fact(Fact::Declined, now.decline.is_some())
        | fact(Fact::Armed, now.armed)
        | fact(Fact::Disclosed, now.disclosed)
        | fact(Fact::Holiday, holiday)
}
