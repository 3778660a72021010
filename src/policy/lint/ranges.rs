//! Numbers: each within its bounds, each range the right way round.

use super::rules;
use crate::policy::finding::Sink;
use crate::policy::hours::{Hours, Opening};
use crate::policy::reader::out_of_range;
use crate::policy::{Code, Condition, DocPath, Finding, Measure, Range, Spec, Test, Wording};

pub(super) fn look(spec: &Spec, sink: &Sink) {
    thresholds(spec, sink);
    for (name, hours) in &spec.calendar.hours {
        schedule(hours, &DocPath::root().key("hours").key(name), sink);
    }
    for (place, rule) in rules(spec) {
        condition(&rule.when, &place.key("when"), sink);
    }
}

fn thresholds(spec: &Spec, sink: &Sink) {
    let limits = &spec.thresholds;
    let place = DocPath::root().key("thresholds");
    let shares = [
        (place.key("low_confidence"), limits.low_confidence),
        (place.key("small_margin"), limits.small_margin),
        (place.key("forecast"), limits.forecast),
        (DocPath::root().key("cool_down").key("new_rise"), spec.cool_down.new_rise),
    ];
    for (place, share) in shares {
        within(place, f64::from(share), (0.0, 1.0), sink);
    }
    let counts = [
        ("clarify_budget", limits.clarify_budget, (0, 4)),
        ("failure_cap", limits.failure_cap, (1, 3)),
        ("repeat_cap", limits.repeat_cap, (1, 5)),
        ("stuck_cap", limits.stuck_cap, (1, 8)),
        ("prior_contacts", limits.prior_contacts, (1, 20)),
        ("hints", limits.hints, (1, 3)),
        ("longest_wait_s", limits.longest_wait_s, (0, 86_400)),
        ("stale_after_s", limits.stale_after_s, (0, 86_400)),
    ];
    for (key, count, (least, most)) in counts {
        within(place.key(key), f64::from(count), (f64::from(least), f64::from(most)), sink);
    }
    let cool_down = DocPath::root().key("cool_down");
    within(cool_down.key("decline_turns"), f64::from(spec.cool_down.decline_turns), (0.0, 20.0), sink);
    within(cool_down.key("offer_turns"), f64::from(spec.cool_down.offer_turns), (0.0, 20.0), sink);
    let disclosure = DocPath::root().key("disclosure");
    for (key, count) in [("again_after_s", spec.disclosure.again_after_s), ("every_turns", spec.disclosure.every_turns)]
    {
        if let Some(count) = count {
            within(disclosure.key(key), f64::from(count), (1.0, f64::from(u32::MAX)), sink);
        }
    }
    for (name, queue) in &spec.queues {
        if let Some(wait) = queue.longest_wait_s {
            let place = DocPath::root().key("queues").key(name).key("longest_wait_s");
            within(place, f64::from(wait), (0.0, 86_400.0), sink);
        }
    }
}

fn within(place: DocPath, value: f64, (least, most): (f64, f64), sink: &Sink) {
    if !(least..=most).contains(&value) {
        sink.push(out_of_range(place, &value, &(least..=most)));
    }
}

/// Days may have been written down together: the schedule is the place, and the same mistake is told once.
fn schedule(hours: &Hours, place: &DocPath, sink: &Sink) {
    let mut told: Vec<Opening> = Vec::new();
    hours.week.iter().chain([&hours.holidays]).for_each(|day| openings(day, place, &mut told, sink));
}

/// Sorted openings: each the right way round, none over another. The same mistake on five weekdays is told once.
fn openings(openings: &[Opening], place: &DocPath, told: &mut Vec<Opening>, sink: &Sink) {
    for opening in openings.iter().filter(|o| o.from >= o.until) {
        if told.contains(opening) {
            continue;
        }
        told.push(*opening);
        let message = Wording::new(
            format!("{opening} eindigt niet na het begin"),
            format!("{opening} does not end after its start"),
        );
        let help = Wording::new(
            "Deel een nacht in tweeën: \"22:00-24:00\" en, op de volgende dag, \"00:00-06:00\".",
            "Cut a night in two: \"22:00-24:00\" and, on the next day, \"00:00-06:00\".",
        );
        sink.push(Finding::new(Code::Inverted, place.clone(), message, help));
    }
    for (first, second) in openings.iter().zip(openings.iter().skip(1)) {
        if second.from < first.until && first.from < first.until && !told.contains(second) {
            told.push(*second);
            let message =
                Wording::new(format!("{first} en {second} overlappen elkaar"), format!("{first} and {second} overlap"));
            let help = Wording::new("Maak er een van.", "Make them one.");
            sink.push(Finding::new(Code::Gap, place.clone(), message, help));
        }
    }
}

fn condition(when: &Condition, place: &DocPath, sink: &Sink) {
    for test in &when.tests {
        let place = place.key(test.key());
        match test {
            Test::Measure(measure, range) => measured(*measure, range, &place, sink),
            Test::AttributeIn(name, range) => ordered(range, &place.key(name), sink),
            Test::Time(times) => openings(times, &place, &mut Vec::new(), sink),
            _ => {}
        }
    }
    for (at, part) in when.all.iter().enumerate() {
        condition(part, &place.key("all").at(at), sink);
    }
    for (at, part) in when.any.iter().flatten().enumerate() {
        condition(part, &place.key("any").at(at), sink);
    }
    if let Some(not) = &when.not {
        condition(not, &place.key("not"), sink);
    }
}

fn measured(measure: Measure, range: &Range, place: &DocPath, sink: &Sink) {
    for (key, bound) in range.bounds() {
        within(place.key(key), bound, measure.bounds(), sink);
    }
    ordered(range, place, sink);
}

/// A range has a bound, at most one on each side, and something between them.
fn ordered(range: &Range, place: &DocPath, sink: &Sink) {
    let wrong = |code, message: Wording, help: Wording| sink.push(Finding::new(code, place.clone(), message, help));
    if range.bounds().next().is_none() && !sink.has_error_in(place) {
        wrong(
            Code::Missing,
            Wording::new("dit bereik heeft geen grens", "this range has no bound"),
            Wording::new("Geef er een: { at_least = 0.5 }.", "Give one: { at_least = 0.5 }."),
        );
    }
    let twice =
        (range.at_least.is_some() && range.above.is_some()) || (range.at_most.is_some() && range.below.is_some());
    if twice {
        wrong(
            Code::Twice,
            Wording::new("dit bereik heeft twee grenzen aan een kant", "this range has two bounds on one side"),
            Wording::new("Laat er een staan.", "Keep one of the two."),
        );
    }
    let (least, most) = (range.at_least.or(range.above), range.at_most.or(range.below));
    let (Some(least), Some(most)) = (least, most) else { return };
    let empty = least > most || (least == most && (range.above.is_some() || range.below.is_some()));
    if empty {
        wrong(
            Code::Inverted,
            Wording::new(
                format!("niets is tegelijk minstens {least} en hoogstens {most}"),
                format!("nothing is {least} or more and {most} or less at once"),
            ),
            Wording::new("Verwissel de grenzen.", "Swap the bounds."),
        );
    }
}
