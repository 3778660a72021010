//! Every way to a person ends at one, at any weekday, minute and holiday.

use super::grid::{Grid, Setting, finding, over};
use super::joined::{Effects, call_back_switch, priority_switch, queue_switch, switch_off};
use super::{Counterexample, Property, Prover, Verdict};
use crate::conversation::{Channel, LocalTime, Situation};
use crate::escalation::{Decision, Mode, Outcome, Priority};
use crate::policy::hours::DAY;
use crate::policy::{Holiday, Hours, Spec};
use crate::signal::{Shade, Signal, Signals};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A holiday is looked at in these years, and in those that the document dates one in.
const YEARS: [i32; 2] = [2027, 2028];
/// 1 January 2000, in days since 1970; and a hundred years.
const CENTURY: std::ops::Range<u64> = 10_957..10_957 + 36_525;

pub(super) fn prove(prover: &mut Prover<'_>) {
    let effects = Effects::of(prover.spec);
    if prover.wants(Property::AlwaysReached) {
        reached(prover, &effects);
        reopens(prover, &effects);
    }
    if prover.wants(Property::NobodyThereLowersNothing) {
        load(prover, &effects);
    }
}

/// Every queue by itself, at the times at which it or who stands in for it comes or goes.
fn reached(prover: &mut Prover<'_>, effects: &Effects) {
    let (spec, joined) = (prover.spec, prover.joined);
    let days = days(spec);
    for (queue, source) in sources(spec, effects) {
        let calls = if effects.call_back { vec![false, true] } else { vec![false] };
        let grid = Grid::of([
            vec![source],
            wishes_for_a_call(),
            priorities(effects),
            over(calls, |now, on| switch(now, &call_back_switch(), *on)),
            channels(spec),
            over(moments(spec, &days, schedules(spec, &queue)), |now, local| now.local = *local),
        ]);
        let mut case = None;
        grid.each(&mut |now| {
            if case.is_none() && lost(spec, now, &joined.decide(now)) {
                case = Some(now.clone());
            }
        });
        if let Some(case) = case {
            prover.suspect(Property::AlwaysReached, &case, &|now, decision| lost(spec, now, decision));
        }
        prover.count(Property::AlwaysReached, grid.cases());
    }
}

/// The schedules of a queue and of who takes over from it.
fn schedules<'s>(spec: &'s Spec, queue: &Arc<str>) -> impl Iterator<Item = &'s Hours> + use<'s> {
    let own = spec.queues.get(queue);
    let others = own.into_iter().flat_map(|queue| queue.on_call.iter().chain(&queue.overflow));
    let all = own.into_iter().chain(others.filter_map(|other| spec.queues.get(other)));
    all.filter_map(|queue| spec.calendar.hours.get(queue.hours.as_ref()?))
}

/// Whether nobody is reached: now where that was promised or there is danger, and else when the queue opens next.
fn lost(spec: &Spec, now: &Situation, decision: &Decision) -> bool {
    if decision.outcome < Outcome::OfferHuman {
        return false;
    }
    let Some(route) = &decision.route else { return true };
    let Some(queue) = spec.queues.get(&route.queue) else { return true };
    let there = spec.at(&route.queue, now).open();
    let later = queue.hours.as_ref().is_none_or(|hours| spec.calendar.next_opening(hours, &now.local).is_some());
    let reached = match route.mode {
        Mode::Live => there && queue.live,
        Mode::OnCall => there,
        Mode::CallBack => queue.call_backs && later,
        Mode::Ticket => later,
    };
    let danger = now.signals.has(&Signal::Crisis) || now.signals.has(&Signal::Threat);
    !reached || (danger && !there)
}

/// Whatever the day: every queue opens again within a year of its end.
fn reopens(prover: &mut Prover<'_>, effects: &Effects) {
    let spec = prover.spec;
    let days = days(spec);
    for (name, queue) in &spec.queues {
        let Some(hours) = &queue.hours else { continue };
        prover.count(Property::AlwaysReached, days.len() as u64);
        let evening = |day: &LocalTime| LocalTime { minute: DAY - 1, ..*day };
        let never = days.iter().map(evening).find(|local| spec.calendar.next_opening(hours, local).is_none());
        let Some(local) = never else { continue };
        let case =
            Situation { local, signals: heard(Signal::HumanRequest, None), disclosed: true, ..Situation::default() };
        let mut named = case.clone();
        let late = !effects.queues.contains(&(false, Arc::clone(name)));
        switch(&mut named, &queue_switch(late, name), true);
        if lost(spec, &named, &prover.joined.decide(&named)) {
            prover.suspect(Property::AlwaysReached, &named, &|now, decision| lost(spec, now, decision));
        }
    }
}

/// What the host says of the queues changes how a person is reached, never whether: a full, a closed and a stale queue
/// leave every outcome as it is.
fn load(prover: &mut Prover<'_>, effects: &Effects) {
    use super::grid::{maybe, rules, said, wishes};
    use crate::conversation::QueueState;
    let spec = prover.spec;
    let grid = Grid::of([
        rules(effects, false),
        rules(effects, true),
        said(&[&wishes(), &maybe(&[Signal::Crisis, Signal::Misunderstood])]),
        channels(spec),
        over([false, true], |now, failing| {
            now.failures.now = *failing;
            now.failures.recent = u32::from(*failing);
        }),
    ]);
    let closed = QueueState { callbacks: false, ..QueueState::closed(0) };
    let full = QueueState { free: 0, wait: None, ..QueueState::open() };
    let states = [closed, full];
    let (joined, mut found) = (prover.joined, None);
    grid.each(&mut |now| {
        let free = joined.decide(now);
        for state in states {
            let mut harder = now.clone();
            harder.availability.queues = spec.queues.keys().map(|name| (Arc::clone(name), state)).collect();
            let decision = joined.decide(&harder);
            if found.is_none() && (decision.outcome < free.outcome || decision.route.is_some() != free.route.is_some())
            {
                found = Some((harder, now.clone()));
            }
        }
    });
    prover.count(Property::NobodyThereLowersNothing, grid.cases() * states.len() as u64);
    let Some((harder, easier)) = found else { return };
    let pairs = prover.real.cases(&harder).zip(prover.real.cases(&easier));
    let shown = pairs.into_iter().find_map(|(harder, mut easier)| {
        easier.availability = crate::conversation::Availability::default();
        let (less, more) = (prover.whole.decide(&harder), prover.whole.decide(&easier));
        (less.outcome < more.outcome || less.route.is_some() != more.route.is_some())
            .then(|| Counterexample { better: Some((easier, more)), ..Counterexample::new(harder, less) })
    });
    prover.verdict(
        Property::NobodyThereLowersNothing,
        shown.map_or(Verdict::Undecided, |shown| Verdict::Broken(Box::new(shown))),
    );
}

fn switch(now: &mut Situation, name: &Arc<str>, on: bool) {
    if on {
        now.attributes.insert(Arc::clone(name), Arc::from("on"));
    } else {
        now.attributes.remove(name);
    }
}

fn heard(signal: Signal, shade: Option<Shade>) -> Signals {
    Signals::from(vec![finding((signal, shade))])
}

/// Everything that names a queue, with that queue: the wish for a human, danger, rights, complaints, and each rule's.
fn sources(spec: &Spec, effects: &Effects) -> Vec<(Arc<str>, Setting)> {
    let routing = &spec.routing;
    let ladder = [
        (&routing.default, Signal::HumanRequest, None),
        (&routing.safety, Signal::Crisis, None),
        (&routing.safety, Signal::Threat, None),
        (&routing.rights, Signal::DataRights, Some(Shade::Contest)),
        (&routing.complaints, Signal::Complaint, Some(Shade::Formal)),
    ];
    let said = ladder.map(|(queue, signal, shade)| (queue, heard(signal, shade), None));
    let rules = effects
        .queues
        .iter()
        .map(|(late, queue)| (queue, heard(Signal::HumanRequest, None), Some(queue_switch(*late, queue))));
    let sources = said.into_iter().chain(rules).map(|(queue, signals, named)| {
        let setting: Setting = Box::new(move |now| {
            now.signals.clone_from(&signals);
            now.attributes.clear();
            named.iter().for_each(|named| switch(now, named, true));
        });
        (Arc::clone(queue), setting)
    });
    sources.collect()
}

/// Whether the customer asks to be called back, beside what else is said.
fn wishes_for_a_call() -> Vec<Setting> {
    over([false, true], |now, call| {
        let others = now.signals.findings().iter().filter(|f| f.signal != Signal::HumanRequest).cloned();
        let wish = finding((Signal::HumanRequest, call.then_some(Shade::Callback)));
        let said = others.chain([wish]);
        now.signals = Signals::from(said.collect::<Vec<_>>());
    })
}

fn priorities(effects: &Effects) -> Vec<Setting> {
    let values: Vec<Option<Priority>> =
        std::iter::once(None).chain(effects.priorities.iter().copied().map(Some)).collect();
    over(values, |now, priority| {
        switch_off(now, "~priority");
        priority.iter().for_each(|priority| switch(now, &priority_switch(*priority), true));
    })
}

fn channels(spec: &Spec) -> Vec<Setting> {
    let served = &spec.vocabulary.channels;
    let values = Channel::ALL.iter().copied().filter(|channel| served.is_empty() || served.contains(channel));
    over(values, |now, channel| now.channel = *channel)
}

/// Every day of the years that are looked at, at midnight.
fn days(spec: &Spec) -> Vec<LocalTime> {
    let dated = spec.calendar.holidays.iter().filter_map(|holiday| match holiday {
        Holiday::On(date) => Some(date.year()),
        Holiday::Yearly(..) => None,
    });
    let years: BTreeSet<i32> = dated.chain(YEARS).collect();
    CENTURY.map(|day| LocalTime::from_utc(day * 86_400_000, 0)).filter(|local| years.contains(&local.year)).collect()
}

/// Every weekday and a holiday, at every minute at which one of all schedules changes.
pub(in crate::policy) fn all_moments(spec: &Spec) -> Vec<LocalTime> {
    moments(spec, &days(spec), spec.calendar.hours.values())
}

/// Every weekday and a holiday, at every minute at which one of these schedules changes: between two nothing does.
fn moments<'s>(spec: &Spec, days: &[LocalTime], schedules: impl Iterator<Item = &'s Hours>) -> Vec<LocalTime> {
    let ordinary = |weekday: u8| days.iter().find(move |day| day.weekday == weekday && !spec.calendar.holiday(day));
    let holiday = days.iter().find(|day| spec.calendar.holiday(day));
    let kinds: Vec<LocalTime> = (1..=7).filter_map(ordinary).chain(holiday).copied().collect();
    let openings = schedules.flat_map(|hours| hours.week.iter().chain([&hours.holidays]).flatten());
    let mut minutes: BTreeSet<u16> = openings.flat_map(|opening| [opening.from, opening.until]).collect();
    minutes.insert(0);
    minutes.retain(|minute| *minute < DAY);
    let at = |day: &LocalTime| minutes.iter().map(|minute| LocalTime { minute: *minute, ..*day }).collect::<Vec<_>>();
    kinds.iter().flat_map(at).collect()
}
