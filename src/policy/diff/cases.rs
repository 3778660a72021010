//! Situations in which two documents may differ: at the bounds of both.

use crate::conversation::{Availability, Decline, IntentView, QueueState, Situation};
use crate::frustration::Band;
use crate::intent::Intents;
use crate::policy::cells::Cells;
use crate::policy::cover::{Room, room};
use crate::policy::logic::{Alternative, Atoms, alternatives};
use crate::policy::prove::{all_moments, grid};
use crate::policy::{Rule, Spec};
use crate::signal::{Evidence, Shade, Signal, Signals};
use crate::text::Span;
use std::sync::Arc;

/// All of them, the plainest first.
pub(super) fn between(old: &Spec, new: &Spec) -> Vec<Situation> {
    let mut cases = vec![Situation { disclosed: true, ..Situation::default() }, Situation::default()];
    let mut of_rules = rules(old, new);
    of_rules.extend(rules(new, old));
    cases.extend(of_rules.iter().cloned());
    for spec in [old, new] {
        thresholds(spec, &mut cases);
    }
    let mut talks: Vec<Situation> = said().to_vec();
    talks.extend(one_a_queue(new, &of_rules));
    talks.extend(one_a_queue(old, &of_rules));
    let times: Vec<_> = all_moments(old).into_iter().chain(all_moments(new)).collect();
    for talk in &talks {
        cases.extend(times.iter().map(|local| Situation { local: *local, ..talk.clone() }));
        cases.extend(crate::conversation::Channel::ALL.map(|channel| Situation { channel, ..talk.clone() }));
        cases.extend([old, new].into_iter().flat_map(|spec| busy(spec, talk)));
    }
    cases
}

/// What the ladder hands over, one of each queue.
fn said() -> [Situation; 5] {
    let wants = [
        (Signal::HumanRequest, None),
        (Signal::Crisis, None),
        (Signal::Threat, None),
        (Signal::DataRights, Some(Shade::Contest)),
        (Signal::Complaint, Some(Shade::Formal)),
    ];
    wants.map(|said| Situation {
        disclosed: true,
        signals: Signals::from(vec![grid::finding(said)]),
        ..Situation::default()
    })
}

/// A case of a rule for each way that its decision takes, so that hours and load are seen through for every queue.
fn one_a_queue(spec: &Spec, cases: &[Situation]) -> Vec<Situation> {
    use crate::escalation::EscalationPolicy;
    let policy = crate::policy::Policy::compile(spec.clone());
    let mut seen = std::collections::BTreeSet::new();
    let new =
        |now: &&Situation| policy.decide(now).route.is_some_and(|route| seen.insert((route.queue, route.priority)));
    cases.iter().filter(new).cloned().collect()
}

/// For every way in which a rule of `from` matches: a situation in which it does, and one in which the rule of the same
/// name in `to` does not.
fn rules(from: &Spec, to: &Spec) -> Vec<Situation> {
    let mut atoms = Atoms::default();
    let mut expand = |spec: &Spec| -> Vec<(Arc<str>, Vec<Alternative>)> {
        let rules = spec.rules.iter().chain(&spec.circumstances);
        let ways = |rule: &Rule, atoms: &mut Atoms| alternatives(&rule.when, atoms).unwrap_or_default();
        rules.map(|rule| (Arc::clone(&rule.id), ways(rule, &mut atoms))).collect()
    };
    let (mine, theirs) = (expand(from), expand(to));
    let Some(cells) = Cells::of(&atoms, from) else { return Vec::new() };
    let mut cases = Vec::new();
    for (id, ways) in &mine {
        let other: Vec<&Alternative> = theirs.iter().filter(|(of, _)| of == id).flat_map(|(_, ways)| ways).collect();
        for way in ways {
            let Some(given) = cells.given(way) else { continue };
            cases.extend(cells.sample(&given));
            if let Room::Left(apart) = room(&cells, &given, &other) {
                cases.extend(cells.sample(&apart));
            }
        }
    }
    cases
}

/// On either side of every threshold, where nothing else speaks.
fn thresholds(spec: &Spec, cases: &mut Vec<Situation>) {
    let limits = &spec.thresholds;
    let around = |n: u32| [n.saturating_sub(1), n, n.saturating_add(1)];
    let mut add = |set: &dyn Fn(&mut Situation)| {
        let mut now = Situation { disclosed: true, customer_turns: 1, ..Situation::default() };
        set(&mut now);
        cases.push(now);
    };
    let ranked = |best: f32, second: f32| IntentView::Ranked(Intents::ranked([("a", best), ("b", second)]));
    for step in [-0.001_f32, 0.0, 0.001] {
        add(&|now| now.intent = ranked((limits.low_confidence + step).clamp(0.0, 1.0), 0.0));
        add(&|now| now.intent = ranked(1.0, (1.0 - limits.small_margin + step).clamp(0.0, 1.0)));
        add(&|now| now.frustration.forecast = Some((limits.forecast + step).clamp(0.0, 1.0)));
        add(&|now| {
            now.decline = Some(Decline { turns_ago: 20, level: 0.0 });
            now.frustration.level = (spec.cool_down.new_rise + step).clamp(0.0, 1.0);
            now.frustration.band = Band::High;
        });
    }
    for n in around(limits.clarify_budget) {
        add(&|now| (now.intent, now.clarifications) = (IntentView::Abstained, n));
    }
    for n in around(limits.stuck_cap) {
        add(&|now| (now.intent, now.stuck) = (IntentView::Abstained, n));
    }
    for n in around(limits.failure_cap) {
        add(&|now| (now.failures.now, now.failures.bot_repeated, now.failures.recent) = (true, true, n));
    }
    for n in around(limits.repeat_cap) {
        add(&|now| now.failures.own_repeats = n);
    }
    for n in around(limits.prior_contacts) {
        add(&|now| now.prior_contacts = n);
    }
    for n in around(limits.hints) {
        let evidence = vec![Evidence { span: Span::new(0, 1), cue: Arc::from("hint") }];
        add(&|now| (now.hints, now.hint_evidence) = (n, evidence.clone()));
    }
    for n in around(spec.cool_down.decline_turns) {
        add(&|now| {
            now.decline = Some(Decline { turns_ago: n, level: 0.0 });
            now.frustration.level = 1.0;
            now.frustration.band = Band::High;
        });
    }
    for n in around(spec.cool_down.offer_turns) {
        add(&|now| {
            now.frustration.band = Band::Rising;
            now.offered_for = vec![Arc::from("frustration_rising")];
            now.since_offer = Some(n);
        });
    }
    for seconds in spec.disclosure.again_after_s.into_iter().flat_map(around) {
        add(&|now| now.silence = u64::from(seconds) * 1000);
    }
    for turns in spec.disclosure.every_turns.into_iter().flat_map(around) {
        add(&|now| now.customer_turns = turns);
    }
}

/// Queues that are full, on either side of the longest wait and of the age at which a picture is stale.
fn busy(spec: &Spec, talk: &Situation) -> Vec<Situation> {
    let stale = u64::from(spec.thresholds.stale_after_s) * 1000;
    let waits = spec.queues.values().filter_map(|queue| queue.longest_wait_s).chain([spec.thresholds.longest_wait_s]);
    let full = waits.flat_map(|wait| {
        let wait = u64::from(wait) * 1000;
        [(wait, 0), (wait + 1, 0), (wait + 1, stale), (wait + 1, stale + 1)]
    });
    let with = |(wait, age): (u64, u64)| {
        let state = QueueState { free: 0, wait: Some(wait), ..QueueState::open() };
        let queues = spec.queues.keys().map(|name| (Arc::clone(name), state)).collect();
        Situation { availability: Availability { queues, age, no_transfer: Vec::new() }, ..talk.clone() }
    };
    full.map(with).collect()
}
