//! One sample of everything that a group's tests can tell apart.

use super::Subject;
use crate::conversation::{Channel, Decline, IntentView, LocalTime, OpenOffer, Owner, Reply, Situation};
use crate::emotion::{Emotion, Valence};
use crate::frustration::Band;
use crate::intent::Intents;
use crate::policy::hours::DAY;
use crate::policy::{AttributeKind, Date, Fact, Holiday, Hours, Measure, Opening, Range, Season, Spec, Test, eval};
use crate::text::Lang;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Samples that one group may have. A document that cuts what it looks at into more is past reviewing.
const MOST_SAMPLES: usize = 60_000;

/// Situations that differ in nothing but what a group looks at; the plainest first. None, where there would be too many.
pub(super) fn samples(subject: &Subject, members: &[(usize, &Test)], spec: &Spec) -> Vec<Situation> {
    let made = |change: &dyn Fn(&mut Situation)| {
        let mut now = Situation::default();
        change(&mut now);
        now
    };
    let plain = Situation::default();
    match subject {
        Subject::Chosen => vec![plain],
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
        Subject::Measure(measure) => measures(*measure, members),
        Subject::Fact(fact) => [false, true].map(|so| made(&|now| set_fact(*fact, so, now))).into(),
        Subject::Attribute(name) => attributes(name, members, spec),
    }
}

/// Copies what a group looks at from a sample into a situation.
pub(super) fn merge(subject: &Subject, from: &Situation, to: &mut Situation) {
    match subject {
        Subject::Chosen => {}
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
        Test::Intent(names) | Test::Stage(names) | Test::Attribute(_, names) => names.as_slice(),
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

/// Every bound of some ranges, a number between each and the next, and one on either side of all.
fn between<'t>(ranges: impl Iterator<Item = &'t Range>) -> Vec<f64> {
    let mut bounds: Vec<f64> = ranges.flat_map(|range| range.bounds().map(|(_, bound)| bound)).collect();
    bounds.sort_by(f64::total_cmp);
    bounds.dedup();
    let (Some(least), Some(most)) = (bounds.first(), bounds.last()) else { return bounds };
    let outside = [least - least.abs().max(1.0), most + most.abs().max(1.0)];
    let inner: Vec<f64> = bounds.windows(2).map(|pair| pair.iter().sum::<f64>() / 2.0).collect();
    bounds.into_iter().chain(inner).chain(outside).collect()
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
    views.into_iter().map(|intent| Situation { intent, ..Situation::default() }).collect()
}

/// Moments on either side of every bound that the clock and the calendar have.
fn moments(members: &[(usize, &Test)], spec: &Spec) -> Vec<LocalTime> {
    let mut minutes: BTreeSet<u16> = BTreeSet::from([0, 600]);
    let mut seasons: Vec<&Season> = Vec::new();
    let mut openings = |list: &[Opening]| {
        for opening in list {
            minutes.extend([opening.from, opening.until].into_iter().flat_map(|m| [m.saturating_sub(1), m]));
        }
    };
    for (_, test) in members {
        match test {
            Test::Time(times) => openings(times),
            Test::Season(of) => seasons.extend(of),
            Test::Open(names) | Test::Closed(names) => {
                let hours = names.iter().filter_map(|name| spec.calendar.hours.get(name));
                hours.flat_map(|Hours { week, holidays }| week.iter().chain([holidays])).for_each(|day| openings(day));
            }
            _ => {}
        }
    }
    minutes.retain(|minute| *minute < DAY);
    let dates = dates(&seasons, spec);
    if dates.len().saturating_mul(minutes.len()) > MOST_SAMPLES {
        return Vec::new();
    }
    dates.iter().flat_map(|date| minutes.iter().map(|minute| LocalTime { minute: *minute, ..*date })).collect()
}

/// A week without holidays first. Then one day of the year for each combination of seasons, holiday or not, on every
/// day of the week: in one year or another it falls on each. Then the holidays that have a date.
fn dates(seasons: &[&Season], spec: &Spec) -> Vec<LocalTime> {
    let year = spec.review_by.map_or(2027, |date| date.year().min(9_900));
    let holiday = |day: &LocalTime| spec.calendar.holiday(day);
    let days: Vec<(u8, u8)> = (1..=12).flat_map(|month| (1..=31).map(move |day| (month, day))).collect();
    let all: Vec<LocalTime> = days.iter().filter_map(|(month, day)| morning(year, *month, *day)).collect();
    let mut dates = all.windows(7).find(|week| !week.iter().any(holiday)).unwrap_or_default().to_vec();
    let mut kinds: BTreeSet<(Vec<bool>, bool)> = BTreeSet::new();
    for (month, day) in days {
        let yearly = spec.calendar.holidays.contains(&Holiday::Yearly(month, day));
        let within = seasons.iter().map(|season| season.has(month, day)).collect();
        // A leap day comes in a leap year only, and stands for others only where it must.
        if morning(year, month, day).or(morning(2028, month, day)).is_some() && kinds.insert((within, yearly)) {
            let alike = |day: &LocalTime| holiday(day) == yearly;
            dates.extend(every_weekday(year, month, day).filter(alike));
        }
    }
    let dated = spec.calendar.holidays.iter().filter_map(|holiday| match holiday {
        Holiday::On(date) => morning(date.year(), date.month(), date.day()),
        Holiday::Yearly(..) => None,
    });
    dates.extend(dated);
    dates
}

/// A day of the year as it falls in the 40 years from `year`: on every day of the week, more than once.
fn every_weekday(year: i32, month: u8, day: u8) -> impl Iterator<Item = LocalTime> {
    let falls = (0..40).filter_map(move |later| morning(year.saturating_add(later), month, day));
    let mut seen = [0_u8; 8];
    falls.filter(move |day| {
        // Twice: where it is a holiday by date in one year, it is none in the other.
        let times = seen.get_mut(usize::from(day.weekday));
        times.is_some_and(|times| {
            *times += 1;
            *times <= 2
        })
    })
}

fn morning(year: i32, month: u8, day: u8) -> Option<LocalTime> {
    let date = Date::new(year, month, day)?;
    Some(LocalTime { year, month, day, weekday: date.weekday(), minute: 600 })
}

fn offers() -> Vec<Situation> {
    let offer = OpenOffer { turn: 1, implied_wish: false, route: None };
    let with = |open: bool, reply| {
        let open_offer = open.then(|| offer.clone());
        Situation { open_offer, reply, ..Situation::default() }
    };
    vec![with(false, None), with(true, None), with(true, Some(Reply::Yes)), with(true, Some(Reply::No))]
}

fn declines(members: &[(usize, &Test)]) -> Vec<Situation> {
    let ago = measure_cuts(Measure::SinceDecline, members).into_iter().map(|turns| turns as u32);
    let with = |decline| Situation { decline, ..Situation::default() };
    let declined = ago.map(|turns_ago| with(Some(Decline { turns_ago, level: 0.0 })));
    std::iter::once(with(None)).chain(declined).collect()
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
            if let Some(value) = eval::measured(measure, from) {
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
    let numbers = between(ranges);
    let mut values: Vec<Arc<str>> = names(members).into_iter().collect();
    values.extend(numbers.iter().map(|number| Arc::from(number.to_string())));
    match spec.vocabulary.attributes.get(name) {
        Some(AttributeKind::OneOf(known)) => values.extend(known.iter().cloned()),
        _ => values.push(Arc::from("another")),
    }
    let with = |value: Option<&Arc<str>>| {
        let attributes = value.map(|value| (Arc::clone(name), Arc::clone(value))).into_iter().collect();
        Situation { attributes, ..Situation::default() }
    };
    std::iter::once(with(None)).chain(values.iter().map(|value| with(Some(value)))).collect()
}
