//! The finite picture of what a document can tell apart.
//!
//! Tests look at different things: the intent, the clock, one attribute. What looks at the same thing forms a group,
//! and of each group only as many cases exist as its tests can tell apart: cut at the document's own bounds, one
//! sample for each combination. Whether tests can hold together is then looked up, group by group, and a sample of
//! each gives a situation that shows it. Signals are told apart one by one: any of them may hold beside any other.

use super::eval::test_holds;
use super::hours::DAY;
use super::logic::{Atoms, Literal};
use super::{Date, Fact, Holiday, Hours, Measure, Range, Spec, Test};
use crate::conversation::{Channel, Decline, IntentView, LocalTime, OpenOffer, Owner, QueueState, Reply, Situation};
use crate::emotion::{Emotion, Valence};
use crate::frustration::Band;
use crate::intent::Intents;
use crate::signal::{Finding, Shade, Signal, Signals};
use crate::text::Lang;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Samples that one group may have. A document that cuts what it looks at into more is past reviewing.
const MOST_SAMPLES: usize = 60_000;

/// What is given so far: tests that hold, and tests that do not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Given {
    holds: BTreeSet<usize>,
    fails: BTreeSet<usize>,
}

impl Given {
    pub(crate) fn of(literals: impl IntoIterator<Item = Literal>) -> Self {
        let mut given = Self::default();
        literals.into_iter().for_each(|literal| given.add(literal));
        given
    }

    pub(crate) fn add(&mut self, literal: Literal) {
        if literal.holds {
            self.holds.insert(literal.atom)
        } else {
            self.fails.insert(literal.atom)
        };
    }

    /// With one literal more.
    pub(crate) fn with(&self, literal: Literal) -> Self {
        let mut given = self.clone();
        given.add(literal);
        given
    }

    pub(crate) fn has(&self, literal: Literal) -> bool {
        if literal.holds { self.holds.contains(&literal.atom) } else { self.fails.contains(&literal.atom) }
    }

    pub(crate) fn literals(&self) -> impl Iterator<Item = Literal> {
        let holds = self.holds.iter().map(|atom| Literal { atom: *atom, holds: true });
        holds.chain(self.fails.iter().map(|atom| Literal { atom: *atom, holds: false }))
    }
}

/// What tests look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    /// Signals, shades and what was noticed before.
    Signals,
    /// The intent, what is known of it, confidence and margin.
    Intent,
    /// The clock and the calendar.
    Clock,
    /// An offer and the answer to it.
    Offer,
    /// A decline and how long ago.
    Decline,
    Emotion,
    Valence,
    Band,
    Channel,
    Language,
    Owner,
    Stage,
    Busy,
    Measure(Measure),
    Fact(Fact),
    Attribute(Arc<str>),
}

fn subject(test: &Test) -> Subject {
    match test {
        Test::Signal(_) | Test::SignalSoFar(_) | Test::Shade(_) | Test::Fact(Fact::Misunderstood, _) => {
            Subject::Signals
        }
        Test::Intent(_) | Test::IntentIs(_) | Test::Measure(Measure::Confidence | Measure::Margin, _) => {
            Subject::Intent
        }
        Test::Days(_) | Test::Time(_) | Test::Season(_) | Test::Open(_) | Test::Closed(_) => Subject::Clock,
        Test::Fact(Fact::Holiday, _) => Subject::Clock,
        Test::Reply(_) | Test::Fact(Fact::OfferOpen, _) => Subject::Offer,
        Test::Fact(Fact::Declined, _) | Test::Measure(Measure::SinceDecline, _) => Subject::Decline,
        Test::Emotion(_) => Subject::Emotion,
        Test::Valence(_) => Subject::Valence,
        Test::Band(_) => Subject::Band,
        Test::Channel(_) => Subject::Channel,
        Test::Language(_) => Subject::Language,
        Test::Owner(_) => Subject::Owner,
        Test::Stage(_) => Subject::Stage,
        Test::Busy(_) => Subject::Busy,
        Test::Measure(measure, _) => Subject::Measure(*measure),
        Test::Fact(fact, _) => Subject::Fact(*fact),
        Test::Attribute(name, _) | Test::AttributeIn(name, _) => Subject::Attribute(Arc::clone(name)),
    }
}

/// A case of a group: which of its tests hold, and a situation in which nothing but this group is set.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) holds: BTreeSet<usize>,
    pub(crate) sample: Situation,
}

#[derive(Clone, Debug)]
struct Group {
    subject: Subject,
    cases: Vec<Case>,
}

/// The groups of a document.
#[derive(Clone, Debug)]
pub(crate) struct Cells {
    tests: Vec<Test>,
    /// For every test, its group; nothing for those on signals.
    group: Vec<Option<usize>>,
    groups: Vec<Group>,
}

impl Cells {
    /// The groups of a document; nothing where its tests cut one thing into too many cases.
    pub(crate) fn of(atoms: &Atoms, spec: &Spec) -> Option<Self> {
        let tests = atoms.tests().to_vec();
        let mut members: BTreeMap<Subject, Vec<usize>> = BTreeMap::new();
        for (number, test) in tests.iter().enumerate() {
            members.entry(subject(test)).or_default().push(number);
        }
        members.remove(&Subject::Signals);
        let mut group = vec![None; tests.len()];
        let mut groups = Vec::with_capacity(members.len());
        for (subject, numbers) in members {
            numbers.iter().for_each(|number| group.get_mut(*number).into_iter().for_each(|g| *g = Some(groups.len())));
            let members: Vec<(usize, &Test)> = numbers.iter().filter_map(|n| Some((*n, tests.get(*n)?))).collect();
            let cases = cases(&subject, &members, spec);
            if cases.is_empty() {
                return None;
            }
            groups.push(Group { cases, subject });
        }
        Some(Self { tests, group, groups })
    }

    /// Whether what is given can be so at once.
    pub(crate) fn possible(&self, given: &Given) -> bool {
        let touched: BTreeSet<usize> =
            given.literals().filter_map(|literal| self.group.get(literal.atom).copied().flatten()).collect();
        touched.into_iter().all(|group| self.case(group, given).is_some()) && self.signals(given).is_some()
    }

    /// The first case of a group that fits what is given.
    fn case(&self, group: usize, given: &Given) -> Option<&Case> {
        let mine = |atom: &&usize| self.group.get(**atom).copied().flatten() == Some(group);
        let cases = &self.groups.get(group)?.cases;
        cases.iter().find(|case| {
            given.holds.iter().filter(mine).all(|atom| case.holds.contains(atom))
                && !given.fails.iter().filter(mine).any(|atom| case.holds.contains(atom))
        })
    }

    /// A situation in which what is given is so; nothing where that can't be.
    pub(crate) fn sample(&self, given: &Given) -> Option<Situation> {
        let said = self.signals(given)?;
        let mut now = Situation::default();
        now.disclosed = true;
        now.turn = 2;
        now.customer_turns = 1;
        for (number, group) in self.groups.iter().enumerate() {
            let case = self.case(number, given)?;
            merge(&group.subject, &case.sample, &mut now);
        }
        said.put_into(&mut now);
        Some(now)
    }

    /// Which signals hold, now and before: any set that gives every test what it wants.
    fn signals(&self, given: &Given) -> Option<Said> {
        let mut said = Said::default();
        for test in given.fails.iter().filter_map(|atom| self.tests.get(*atom)) {
            said.forbid(test);
        }
        let wanted = || given.holds.iter().filter_map(|atom| self.tests.get(*atom));
        wanted().filter(|test| !matches!(test, Test::SignalSoFar(_))).try_for_each(|test| said.want(test))?;
        wanted().filter(|test| matches!(test, Test::SignalSoFar(_))).try_for_each(|test| said.want(test))?;
        Some(said)
    }
}

/// Signals that hold, and those that must not.
#[derive(Debug, Default)]
struct Said {
    now: BTreeMap<Signal, Option<Shade>>,
    before: BTreeSet<Signal>,
    not_now: BTreeSet<Signal>,
    not_before: BTreeSet<Signal>,
    not_shade: BTreeSet<Shade>,
}

impl Said {
    fn forbid(&mut self, test: &Test) {
        match test {
            Test::Signal(signals) => self.not_now.extend(signals.iter().cloned()),
            Test::SignalSoFar(signals) => {
                self.not_now.extend(signals.iter().cloned());
                self.not_before.extend(signals.iter().cloned());
            }
            Test::Shade(shades) => self.not_shade.extend(shades.iter().copied()),
            Test::Fact(Fact::Misunderstood, _) => drop(self.not_now.insert(Signal::Misunderstood)),
            _ => {}
        }
    }

    /// Chooses a signal that gives a test what it wants, one that is there already if possible.
    fn want(&mut self, test: &Test) -> Option<()> {
        match test {
            Test::Signal(signals) => {
                if !signals.iter().any(|signal| self.now.contains_key(signal)) {
                    let signal = signals.iter().find(|signal| !self.not_now.contains(signal))?;
                    self.now.insert(signal.clone(), None);
                }
            }
            Test::SignalSoFar(signals) => {
                let there = |signal: &Signal| self.now.contains_key(signal) || self.before.contains(signal);
                if !signals.iter().any(there) {
                    let signal = signals.iter().find(|signal| !self.not_before.contains(signal))?;
                    self.before.insert(signal.clone());
                }
            }
            Test::Shade(shades) => {
                let there = self.now.values().flatten().any(|shade| shades.contains(shade));
                if !there {
                    let free =
                        |shade: &&Shade| !self.not_shade.contains(shade) && !self.not_now.contains(&bearer(**shade));
                    let shade = shades.iter().find(free)?;
                    self.now.insert(bearer(*shade), Some(*shade));
                }
            }
            Test::Fact(Fact::Misunderstood, _) => {
                if self.not_now.contains(&Signal::Misunderstood) {
                    return None;
                }
                self.now.insert(Signal::Misunderstood, None);
            }
            _ => {}
        }
        Some(())
    }

    fn put_into(self, now: &mut Situation) {
        let turn = now.turn;
        now.first_noticed = self.before.into_iter().map(|signal| (signal, (0, 0))).collect();
        for signal in self.now.keys() {
            now.first_noticed.entry(signal.clone()).or_insert((turn, 0));
        }
        let finding = |(signal, shade)| Finding { signal, shade, score: 1.0, holds: true, evidence: Vec::new() };
        now.signals = Signals::from(self.now.into_iter().map(finding).collect::<Vec<_>>());
        now.failures.misunderstood = now.signals.has(&Signal::Misunderstood);
    }
}

/// The signal that a shade is one of.
const fn bearer(shade: Shade) -> Signal {
    match shade {
        Shade::Contest => Signal::DataRights,
        Shade::Formal => Signal::Complaint,
        _ => Signal::HumanRequest,
    }
}

/// Every case that the tests of a group can tell apart.
fn cases(subject: &Subject, members: &[(usize, &Test)], spec: &Spec) -> Vec<Case> {
    let mut cases: BTreeMap<BTreeSet<usize>, Situation> = BTreeMap::new();
    let mut order: Vec<BTreeSet<usize>> = Vec::new();
    for sample in samples(subject, members, spec) {
        let holds: BTreeSet<usize> =
            members.iter().filter(|(_, test)| test_holds(test, &sample, spec)).map(|(number, _)| *number).collect();
        if !cases.contains_key(&holds) {
            order.push(holds.clone());
            cases.insert(holds, sample);
        }
    }
    order.into_iter().filter_map(|holds| Some(Case { sample: cases.remove(&holds)?, holds })).collect()
}

/// Situations that differ in nothing but what a group looks at; the plainest first. None, where there would be too many.
fn samples(subject: &Subject, members: &[(usize, &Test)], spec: &Spec) -> Vec<Situation> {
    let made = |change: &dyn Fn(&mut Situation)| {
        let mut now = Situation::default();
        change(&mut now);
        now
    };
    let plain = Situation::default();
    match subject {
        Subject::Signals => vec![plain],
        Subject::Intent => intents(members),
        Subject::Clock => moments(members, spec).iter().map(|local| made(&|now| now.local = *local)).collect(),
        Subject::Offer => offers(),
        Subject::Decline => declines(members),
        Subject::Emotion => Emotion::ALL.iter().rev().map(|e| made(&|now| now.emotion = *e)).collect(),
        Subject::Valence => [Valence::Neu, Valence::Neg, Valence::Pos].map(|v| made(&|now| now.valence = v)).into(),
        Subject::Band => [Band::Low, Band::Rising, Band::High].map(|b| made(&|now| now.frustration.band = b)).into(),
        Subject::Channel => {
            let served = |c: &&Channel| spec.vocabulary.channels.is_empty() || spec.vocabulary.channels.contains(c);
            Channel::ALL.iter().filter(served).map(|c| made(&|now| now.channel = *c)).collect()
        }
        Subject::Language => [None, Some(Lang::Nl), Some(Lang::En)].map(|l| made(&|now| now.language = l)).into(),
        Subject::Owner => [Owner::Bot, Owner::Pending, Owner::Human].map(|o| made(&|now| now.owner = o)).into(),
        Subject::Stage => {
            let named = names(members).into_iter().map(Some);
            let other = [None, Some(Arc::from("another"))];
            other.into_iter().chain(named).map(|s| made(&|now| now.stage.clone_from(&s))).collect()
        }
        Subject::Busy => busy(members),
        Subject::Measure(measure) => measures(*measure, members),
        Subject::Fact(fact) => [false, true].map(|so| made(&|now| set_fact(*fact, so, now))).into(),
        Subject::Attribute(name) => attributes(name, members, spec),
    }
}

/// Copies what a group looks at from a sample into a situation.
fn merge(subject: &Subject, from: &Situation, to: &mut Situation) {
    match subject {
        Subject::Signals => {}
        Subject::Intent => to.intent.clone_from(&from.intent),
        Subject::Clock => to.local = from.local,
        Subject::Offer => {
            to.open_offer.clone_from(&from.open_offer);
            to.reply = from.reply;
        }
        Subject::Decline => to.decline = from.decline,
        Subject::Emotion => to.emotion = from.emotion,
        Subject::Valence => to.valence = from.valence,
        Subject::Band => to.frustration.band = from.frustration.band,
        Subject::Channel => to.channel = from.channel,
        Subject::Language => to.language = from.language,
        Subject::Owner => to.owner = from.owner,
        Subject::Stage => to.stage.clone_from(&from.stage),
        Subject::Busy => to.availability.clone_from(&from.availability),
        Subject::Measure(measure) => copy_measure(*measure, from, to),
        Subject::Fact(fact) => copy_fact(*fact, from, to),
        Subject::Attribute(name) => {
            if let Some(value) = from.attributes.get(name) {
                to.attributes.insert(Arc::clone(name), Arc::clone(value));
            }
        }
    }
}

/// The names that the tests of a group mention.
fn names(members: &[(usize, &Test)]) -> BTreeSet<Arc<str>> {
    let mentioned = members.iter().flat_map(|(_, test)| match test {
        Test::Intent(names) | Test::Stage(names) | Test::Attribute(_, names) | Test::Busy(names) => names.as_slice(),
        _ => &[],
    });
    mentioned.cloned().collect()
}

/// Values on, just below and just above every bound of a measure's ranges, and its extremes.
fn cuts<'t>(ranges: impl Iterator<Item = &'t Range>, (least, most): (f64, f64), step: f64, single: bool) -> Vec<f64> {
    let mut values = vec![least, most];
    for (_, bound) in ranges.flat_map(|range| range.bounds().collect::<Vec<_>>()) {
        let bound = if single { f64::from(bound as f32) } else { bound };
        values.extend([bound, bound - step, bound + step]);
    }
    values.retain(|value| least <= *value && *value <= most);
    values.sort_by(f64::total_cmp);
    values.dedup();
    values
}

/// The values of a measure that its tests can tell apart.
fn measure_cuts(measure: Measure, members: &[(usize, &Test)]) -> Vec<f64> {
    let ranges = members.iter().filter_map(|(_, test)| match test {
        Test::Measure(of, range) if *of == measure => Some(range),
        _ => None,
    });
    let step = if measure.counts() { 1.0 } else { 1e-4 };
    let (least, most) = measure.bounds();
    // A count is a whole number: a bound between two is cut at both.
    let mut values = cuts(ranges, (least, most), step, !measure.counts());
    if measure.counts() {
        values = values.iter().flat_map(|value| [value.floor(), value.ceil()]).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
    }
    values
}

fn intents(members: &[(usize, &Test)]) -> Vec<Situation> {
    let confidences = measure_cuts(Measure::Confidence, members);
    let margins = measure_cuts(Measure::Margin, members);
    let mut views = vec![IntentView::NotSupplied];
    let names: Vec<Arc<str>> = std::iter::once(Arc::from("another")).chain(names(members)).collect();
    if names.len().saturating_mul(confidences.len()).saturating_mul(margins.len()) > MOST_SAMPLES {
        return Vec::new();
    }
    for name in &names {
        for confidence in confidences.iter().rev() {
            for margin in margins.iter().rev().filter(|margin| *margin <= confidence) {
                let second = confidence - margin;
                let ranked = [(Arc::clone(name), *confidence as f32), (Arc::from("~second"), second as f32)];
                views.push(IntentView::Ranked(Intents::ranked(ranked)));
            }
        }
    }
    views.extend([IntentView::Abstained, IntentView::Failed]);
    let with = |intent| {
        let mut now = Situation::default();
        now.intent = intent;
        now
    };
    views.into_iter().map(with).collect()
}

/// Moments on either side of every bound that the clock and the calendar have.
fn moments(members: &[(usize, &Test)], spec: &Spec) -> Vec<LocalTime> {
    let mut minutes: BTreeSet<u16> = BTreeSet::from([0, 600]);
    let mut days: BTreeSet<(u8, u8)> = BTreeSet::new();
    let mut openings = |list: &[super::Opening]| {
        for opening in list {
            minutes.extend([opening.from, opening.until].into_iter().flat_map(|m| [m.saturating_sub(1), m]));
        }
    };
    for (_, test) in members {
        match test {
            Test::Time(times) => openings(times),
            Test::Season(seasons) => days.extend(seasons.iter().flat_map(|s| [s.from, s.until])),
            Test::Open(names) | Test::Closed(names) => {
                let hours = names.iter().filter_map(|name| spec.calendar.hours.get(name));
                hours.flat_map(|Hours { week, holidays }| week.iter().chain([holidays])).for_each(|day| openings(day));
            }
            _ => {}
        }
    }
    minutes.retain(|minute| *minute < DAY);
    let dates = dates(&days, spec);
    if dates.len().saturating_mul(minutes.len()) > MOST_SAMPLES {
        return Vec::new();
    }
    dates.iter().flat_map(|date| minutes.iter().map(|minute| LocalTime { minute: *minute, ..*date })).collect()
}

/// A week without holidays first, then every holiday, and the days around every start and end of a season.
fn dates(days: &BTreeSet<(u8, u8)>, spec: &Spec) -> Vec<LocalTime> {
    let year = spec.review_by.map_or(2027, |date| date.year());
    let all: Vec<LocalTime> = year_of(year).collect();
    let holiday = |day: &&LocalTime| spec.calendar.holiday(day);
    let ordinary = all.windows(7).find(|week| !week.iter().any(|day| spec.calendar.holiday(day)));
    let mut dates: Vec<LocalTime> = ordinary.unwrap_or(&[]).to_vec();
    dates.extend(all.iter().filter(holiday).take(40).copied());
    for (at, day) in all.iter().enumerate() {
        if days.contains(&(day.month, day.day)) {
            dates.extend(all.iter().skip(at.saturating_sub(7)).take(15).copied());
        }
    }
    let dated = spec.calendar.holidays.iter().filter_map(|holiday| match holiday {
        Holiday::On(date) if date.year() != year => year_of(date.year()).find(|day| holiday.is(day)),
        _ => None,
    });
    dates.extend(dated);
    dates
}

/// Every day of a year, with its day of the week.
fn year_of(year: i32) -> impl Iterator<Item = LocalTime> {
    // 1 January 2027 is a Friday; from there, day by day.
    let before = |y: i32| (y - 1) * 365 + (y - 1) / 4 - (y - 1) / 100 + (y - 1) / 400;
    let shift = (before(year) - before(2027)).rem_euclid(7);
    let first = Date::new(year, 1, 1);
    let days =
        std::iter::successors(first, move |date| Some(date.next()).filter(|next| next.year() == year && next != date));
    days.zip(0..).map(move |(date, number)| LocalTime {
        year,
        month: date.month(),
        day: date.day(),
        weekday: ((4 + shift + number).rem_euclid(7) + 1) as u8,
        minute: 600,
    })
}

fn offers() -> Vec<Situation> {
    let with = |open: bool, reply| {
        let mut now = Situation::default();
        now.open_offer = open.then_some(OpenOffer { turn: 1, implied_wish: false, route: None });
        now.reply = reply;
        now
    };
    vec![with(false, None), with(true, None), with(true, Some(Reply::Yes)), with(true, Some(Reply::No))]
}

fn declines(members: &[(usize, &Test)]) -> Vec<Situation> {
    let ago = measure_cuts(Measure::SinceDecline, members).into_iter().map(|turns| turns as u32);
    let with = |decline| {
        let mut now = Situation::default();
        now.decline = decline;
        now
    };
    let declined = ago.map(|turns_ago| with(Some(Decline { turns_ago, level: 0.0 })));
    std::iter::once(with(None)).chain(declined).collect()
}

fn busy(members: &[(usize, &Test)]) -> Vec<Situation> {
    let names: Vec<Arc<str>> = names(members).into_iter().collect();
    let full = QueueState { open: true, free: 0, wait: None, opens_at: None, callbacks: true };
    let with = |busy: &[Arc<str>]| {
        let mut now = Situation::default();
        now.availability.queues = busy.iter().map(|name| (Arc::clone(name), full)).collect();
        now
    };
    // Every set of a few queues; of many, none, each and all.
    if names.len() <= 8 {
        let chosen = |set: usize| -> Vec<Arc<str>> {
            names.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1).map(|(_, name)| Arc::clone(name)).collect()
        };
        return (0..1 << names.len()).map(|set| with(&chosen(set))).collect();
    }
    let each = names.iter().map(|name| with(std::slice::from_ref(name)));
    std::iter::once(with(&[])).chain(each).chain([with(&names)]).collect()
}

fn measures(measure: Measure, members: &[(usize, &Test)]) -> Vec<Situation> {
    let values = measure_cuts(measure, members);
    let mut plain_first: Vec<Situation> = vec![Situation::default()];
    plain_first.extend(values.into_iter().map(|value| {
        let mut now = Situation::default();
        set_measure(measure, value, &mut now);
        now
    }));
    plain_first
}

fn set_measure(measure: Measure, value: f64, now: &mut Situation) {
    let (score, count) = (value as f32, value as u32);
    match measure {
        Measure::Frustration => now.frustration.level = score,
        Measure::Trend => now.frustration.trend = score,
        Measure::Forecast => now.frustration.forecast = Some(score),
        Measure::Intensity => now.intensity = score,
        Measure::Hints => now.hints = count,
        Measure::Failures => now.failures.recent = count,
        Measure::Fallbacks => now.failures.fallbacks = count,
        Measure::Repeats => now.failures.own_repeats = count,
        Measure::Clarifications => now.clarifications = count,
        Measure::Stuck => now.stuck = count,
        Measure::Offers => now.offers = count,
        Measure::SinceOffer => now.since_offer = Some(count),
        Measure::PriorContacts => now.prior_contacts = count,
        Measure::Turns => now.customer_turns = count,
        Measure::Silence => now.silence = u64::from(count) * 1000,
        // These belong to groups of their own.
        Measure::Confidence | Measure::Margin | Measure::SinceDecline => {}
    }
}

fn copy_measure(measure: Measure, from: &Situation, to: &mut Situation) {
    match measure {
        Measure::Forecast => to.frustration.forecast = from.frustration.forecast,
        Measure::SinceOffer => to.since_offer = from.since_offer,
        _ => {
            if let Some(value) = super::eval::measured(measure, from) {
                set_measure(measure, value, to);
            }
        }
    }
}

fn set_fact(fact: Fact, so: bool, now: &mut Situation) {
    match fact {
        Fact::Failed => now.failures.now = so,
        Fact::BotRepeated => now.failures.bot_repeated = so,
        Fact::ModelFailed => now.failures.models = if so { vec![Arc::from("intent")] } else { Vec::new() },
        Fact::Armed => now.armed = so,
        Fact::Disclosed => now.disclosed = so,
        // These belong to groups of their own.
        Fact::Misunderstood | Fact::OfferOpen | Fact::Declined | Fact::Holiday => {}
    }
}

fn copy_fact(fact: Fact, from: &Situation, to: &mut Situation) {
    match fact {
        Fact::Failed => to.failures.now = from.failures.now,
        Fact::BotRepeated => to.failures.bot_repeated = from.failures.bot_repeated,
        Fact::ModelFailed => to.failures.models.clone_from(&from.failures.models),
        Fact::Armed => to.armed = from.armed,
        Fact::Disclosed => to.disclosed = from.disclosed,
        Fact::Misunderstood | Fact::OfferOpen | Fact::Declined | Fact::Holiday => {}
    }
}

fn attributes(name: &Arc<str>, members: &[(usize, &Test)], spec: &Spec) -> Vec<Situation> {
    let ranges = members.iter().filter_map(|(_, test)| match test {
        Test::AttributeIn(_, range) => Some(range),
        _ => None,
    });
    let numbers = cuts(ranges, (-1e15, 1e15), 0.01, false);
    let mut values: Vec<Arc<str>> = names(members).into_iter().collect();
    if numbers.len() > 2 {
        values.extend(numbers.iter().map(|number| Arc::from(number.to_string())));
    }
    match spec.vocabulary.attributes.get(name) {
        Some(super::AttributeKind::OneOf(known)) => values.extend(known.iter().cloned()),
        _ => values.push(Arc::from("another")),
    }
    let with = |value: Option<&Arc<str>>| {
        let mut now = Situation::default();
        now.attributes = value.map(|value| (Arc::clone(name), Arc::clone(value))).into_iter().collect();
        now
    };
    std::iter::once(with(None)).chain(values.iter().map(|value| with(Some(value)))).collect()
}
