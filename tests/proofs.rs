//! Proofs about policies: what holds is proved, what does not is shown, and both agree with trying everything.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it is surprised")]

#[path = "support/policies.rs"]
mod policies;

use handover::conversation::{Decline, Situation};
use handover::escalation::{Decision, EscalationPolicy, Mode, NoticeKey, Outcome, Priority};
use handover::frustration::Band;
use handover::policy::{
    Condition, Document, Effect, Hours, Measure, Opening, Policy, Proof, Property, Range, Rule, Spec, Test, Verdict,
};
use handover::signal::{Finding, Signal, Signals};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use std::collections::BTreeMap;
use std::sync::Arc;

fn good() -> Vec<Policy> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/policies");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let documents = files.filter(|path| path.extension().is_some_and(|ending| ending == "toml"));
    let read = |path| -> Document { toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap() };
    documents.map(|path| read(path).check().policy().unwrap()).collect()
}

fn told(proof: &Proof) -> String {
    let lines = proof.claims.iter().map(|claim| match &claim.verdict {
        Verdict::Broken(found) => format!("{}: {:?} -> {:?}\n", claim.property.name(), found.situation, found.decision),
        other => format!("{}: {other:?}, {} cases\n", claim.property.name(), claim.cases),
    });
    lines.collect()
}

#[test]
fn what_ships_and_what_teaches_is_proved() {
    for policy in [Policy::default()].into_iter().chain(good()) {
        let proof = policy.prove();
        assert!(proof.holds(), "{}:\n{}", policy.reference().id, told(&proof));
        assert_eq!(proof.claims.len(), Property::ALL.len());
        let gone_through = |property| proof.claim(property).unwrap().cases;
        let searched = [Property::EqualForAll, Property::NobodyThereLowersNothing];
        let grids = Property::ALL.iter().filter(|property| !searched.contains(property));
        assert!(grids.into_iter().all(|property| gone_through(*property) > 500), "{}", told(&proof));
    }
}

fn rule(id: &str, when: Condition, then: Effect) -> Rule {
    Rule { id: Arc::from(id), when, then, ..Rule::default() }
}

fn hand_over() -> Effect {
    Effect { outcome: Outcome::HandOver, ..Effect::default() }
}

/// Documents that the checker lets pass, each with one thing that a proof does not.
fn seeded_documents() -> Vec<(&'static str, Property, Spec)> {
    let frame = policies::frame;
    let intent = || Test::Intent(vec![Arc::from("bill")]);
    let with = |tests: Vec<Test>| Condition { tests, ..Condition::default() };
    let desk = || Some(Arc::from("desk"));
    let mut nobody_at_night = frame();
    nobody_at_night.queues.get_mut("safety").unwrap().hours = desk();
    let mut two_rules = frame();
    two_rules.queues.get_mut("debt").unwrap().on_call = None;
    two_rules.rules = vec![
        rule("debt", with(vec![intent()]), Effect { queue: Some(Arc::from("debt")), ..hand_over() }),
        rule(
            "soon",
            Condition::is(Test::Signal(vec![Signal::Urgent])),
            Effect { priority: Priority::Urgent, ..Effect::default() },
        ),
    ];
    let mut gold = frame();
    gold.vocabulary.worth = vec![Arc::from("tier")];
    gold.rules = vec![rule(
        "gold",
        with(vec![intent(), Test::Attribute(Arc::from("tier"), vec![Arc::from("gold")])]),
        hand_over(),
    )];
    let mut poor = frame();
    poor.vocabulary.worth = vec![Arc::from("arrears")];
    let range = Range { below: Some(100.0), ..Range::default() };
    poor.circumstances =
        vec![rule("paid-up", Condition::is(Test::AttributeIn(Arc::from("arrears"), range)), hand_over())];
    let mut office = frame();
    office.rules = vec![rule("office", with(vec![intent(), Test::Open(vec![Arc::from("desk")])]), hand_over())];
    let mut calm = frame();
    let busy = Condition {
        tests: vec![intent()],
        not: Some(Box::new(Condition::is(Test::Busy(vec![Arc::from("debt")])))),
        ..Condition::default()
    };
    calm.rules = vec![rule("quiet", busy, hand_over())];
    vec![
        ("danger at night", Property::AlwaysReached, nobody_at_night),
        ("the queue of one rule, the haste of another", Property::AlwaysReached, two_rules),
        ("gold gets a person", Property::EqualForAll, gold),
        ("who has paid gets a person", Property::EqualForAll, poor),
        ("a person in office hours only", Property::NobodyThereLowersNothing, office),
        ("a person when it is quiet only", Property::NobodyThereLowersNothing, calm),
    ]
}

#[test]
fn documents_that_break_a_promise_are_found() {
    for (name, property, spec) in seeded_documents() {
        let policy = spec.check().policy().unwrap_or_else(|findings| panic!("{name}: {findings}"));
        for other in [property, Property::AlwaysReached, Property::EqualForAll] {
            let claim = policy.prove_one(other).unwrap();
            let Verdict::Broken(found) = claim.verdict else {
                assert!(other != property, "{name}: {:?}", claim.verdict);
                continue;
            };
            assert_eq!(other, property, "{name}");
            // What is shown is what the policy does.
            assert_eq!(policy.decide(&found.situation), found.decision, "{name}");
            if let Some((situation, decision)) = &found.better {
                assert_eq!(&policy.decide(situation), decision, "{name}");
                assert!(decision.outcome > found.decision.outcome, "{name}");
            }
        }
    }
}

/// An engine around the policy with one defect.
struct Mutant {
    policy: Policy,
    defect: fn(&Policy, &Situation, &mut Decision),
}

impl EscalationPolicy for Mutant {
    fn decide(&self, situation: &Situation) -> Decision {
        let mut decision = self.policy.decide(situation);
        (self.defect)(&self.policy, situation, &mut decision);
        decision
    }
}

#[test]
fn engines_that_break_an_invariant_are_found() {
    type Defect = fn(&Policy, &Situation, &mut Decision);
    let defects: [(&str, Property, Defect); 10] = [
        ("forgets the way", Property::WishReachesAPerson, |_, now, d| {
            if now.signals.has(&Signal::HumanRequest) && now.decline.is_some() {
                d.route = None;
            }
        }),
        ("asks again", Property::WishReachesAPerson, |_, now, d| {
            if now.open_offer.as_ref().is_some_and(|o| o.implied_wish) && now.reply.is_none() {
                d.outcome = d.outcome.min(Outcome::OfferHuman);
            }
        }),
        ("danger can be solved", Property::DangerIsHandedOver, |_, now, d| {
            if now.signals.has(&Signal::Threat) && now.signals.has(&Signal::Resolved) {
                d.outcome = Outcome::Continue;
            }
        }),
        ("danger without a number", Property::DangerIsHandedOver, |_, _, d| {
            d.notices.remove(&NoticeKey::SafetyCrisis);
        }),
        ("says so once", Property::AlwaysDisclosed, |_, now, d| {
            if now.disclosed {
                d.notices.remove(&NoticeKey::DiscloseBot);
            }
        }),
        ("goes on for ever", Property::NoEndlessLoop, |_, now, d| {
            if now.stuck > 2 && d.outcome == Outcome::HandOver && d.reasons.iter().any(|r| r.is_stuck()) {
                d.outcome = Outcome::OfferHuman;
            }
        }),
        ("hides a broken model", Property::FailureOpensTheDoor, |_, now, d| {
            if !now.failures.models.is_empty() {
                d.notices.remove(&NoticeKey::HumanOption);
            }
        }),
        ("talks on", Property::SilentBesideAPerson, |_, _, d| {
            d.notices.insert(NoticeKey::HumanOption);
        }),
        ("full means no", Property::NobodyThereLowersNothing, |_, now, d| {
            if now.availability.queues.values().any(|queue| queue.free == 0) {
                d.outcome = d.outcome.min(Outcome::OfferHuman);
            }
        }),
        ("promises calls by the mail room", Property::AlwaysReached, |_, _, d| {
            if let Some(route) = &mut d.route {
                route.queue = Arc::from("post");
                route.mode = Mode::CallBack;
            }
        }),
    ];
    for (name, property, defect) in defects {
        let proof = Policy::default().prove_within(|policy| Mutant { policy, defect });
        assert!(proof.broken().any(|claim| claim.property == property), "{name}:\n{}", told(&proof));
    }
}

#[test]
fn an_engine_that_favours_a_customer_is_found_where_rules_look_at_it() {
    // A rule that gives both tiers the same is fine; an engine that then makes a difference is not.
    let mut spec = policies::frame();
    spec.vocabulary.worth = vec![Arc::from("tier")];
    let tier = |value: &str| Condition::is(Test::Attribute(Arc::from("tier"), vec![Arc::from(value)]));
    let not = Condition { not: Some(Box::new(tier("gold"))), ..Condition::default() };
    spec.rules = vec![rule("gold", tier("gold"), hand_over()), rule("others", not, hand_over())];
    let policy = spec.check().policy().unwrap();
    assert_eq!(policy.prove_one(Property::EqualForAll).unwrap().verdict, Verdict::Holds);
}

/// One condition on a few things, so that everything can be tried.
fn small_test() -> impl Strategy<Value = Test> {
    let range = prop::sample::select(vec![
        Range { at_least: Some(100.0), ..Range::default() },
        Range { below: Some(100.0), ..Range::default() },
        Range { above: Some(0.0), at_most: Some(100.0), ..Range::default() },
    ]);
    let tiers = prop::sample::subsequence(vec!["gold", "basic"], 1..=2);
    let bands = prop::sample::subsequence(vec![Band::Low, Band::Rising, Band::High], 1..=2);
    prop_oneof![
        Just(Test::Signal(vec![Signal::Churn])),
        Just(Test::Signal(vec![Signal::Complaint])),
        Just(Test::Signal(vec![Signal::HumanRequest])),
        tiers.prop_map(|v| Test::Attribute(Arc::from("tier"), v.into_iter().map(Arc::from).collect())),
        range.prop_map(|range| Test::AttributeIn(Arc::from("arrears"), range)),
        bands.prop_map(Test::Band),
        Just(Test::Measure(Measure::PriorContacts, Range { at_least: Some(2.0), ..Range::default() })),
    ]
}

fn small_document() -> impl Strategy<Value = Spec> {
    let condition =
        (prop::collection::vec(small_test(), 1..3), prop::option::of(small_test())).prop_map(|(tests, not)| {
            Condition { tests, not: not.map(|test| Box::new(Condition::is(test))), ..Condition::default() }
        });
    let outcome = prop::sample::select(vec![Outcome::Continue, Outcome::OfferHuman, Outcome::HandOver]);
    let rules = prop::collection::vec((condition, outcome, any::<bool>()), 1..5);
    (rules, any::<bool>()).prop_map(|(rules, both)| {
        let mut spec = policies::frame();
        spec.vocabulary.worth = vec![Arc::from("tier")];
        spec.vocabulary.worth.extend(both.then(|| Arc::from("arrears")));
        for (at, (when, outcome, late)) in rules.into_iter().enumerate() {
            let then = Effect { outcome, priority: Priority::High, ..Effect::default() };
            let list = if late { &mut spec.circumstances } else { &mut spec.rules };
            list.push(rule(&format!("r{at}"), when, then));
        }
        spec
    })
}

/// Everything that a small document can tell apart, and a decline.
fn everything() -> Vec<Situation> {
    let mut all = Vec::new();
    let subsets = (0..8_u8).map(|set| {
        let signals = [Signal::Churn, Signal::Complaint, Signal::HumanRequest].into_iter().enumerate();
        let held = signals.filter(|(at, _)| set >> at & 1 == 1);
        let finding = |(_, signal)| Finding { signal, shade: None, score: 1.0, holds: true, evidence: Vec::new() };
        Signals::from(held.map(finding).collect::<Vec<_>>())
    });
    for signals in subsets {
        for tier in [None, Some("gold"), Some("basic"), Some("silver")] {
            for arrears in [None, Some("-5"), Some("0"), Some("50"), Some("100"), Some("200")] {
                for band in [Band::Low, Band::Rising, Band::High] {
                    for prior in [0, 1, 2] {
                        for declined in [false, true] {
                            let mut now = Situation::default();
                            now.signals = signals.clone();
                            let attributes = [("tier", tier), ("arrears", arrears)].into_iter();
                            now.attributes =
                                attributes.filter_map(|(k, v)| Some((Arc::from(k), Arc::from(v?)))).collect();
                            now.frustration.band = band;
                            now.prior_contacts = prior;
                            now.decline = declined.then_some(Decline { turns_ago: 2, level: 1.0 });
                            all.push(now);
                        }
                    }
                }
            }
        }
    }
    all
}

/// What a situation is like, apart from some attributes.
fn apart_from(worth: &[Arc<str>], now: &Situation) -> String {
    let mut blind = now.clone();
    blind.attributes.retain(|name, _| !worth.contains(name));
    let signals: Vec<&str> = blind.signals.holding().map(|f| f.signal.name()).collect();
    let (band, declined) = (blind.frustration.band, blind.decline.is_some());
    format!("{signals:?}{:?}{band:?}{}{declined}", blind.attributes, blind.prior_contacts)
}

/// Whether two situations that differ in attributes of `worth` only come out differently.
fn unequal(policy: &Policy, all: &[Situation], keys: &[String]) -> bool {
    let mut outcomes: BTreeMap<&String, Outcome> = BTreeMap::new();
    all.iter().zip(keys).any(|(now, key)| {
        let outcome = policy.decide(now).outcome;
        *outcomes.entry(key).or_insert(outcome) != outcome
    })
}

#[test]
fn equality_agrees_with_trying_everything() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let all = everything();
    let worth: [&[Arc<str>]; 2] = [&[Arc::from("tier")], &[Arc::from("tier"), Arc::from("arrears")]];
    let keys = worth.map(|worth| all.iter().map(|now| apart_from(worth, now)).collect::<Vec<_>>());
    let (mut held, mut broken) = (0, 0);
    for _ in 0..150 {
        let spec = small_document().new_tree(&mut runner).unwrap().current();
        let Ok(policy) = spec.check().policy() else { continue };
        let claim = policy.prove_one(Property::EqualForAll).unwrap();
        let found = unequal(&policy, &all, &keys[policy.spec().vocabulary.worth.len() - 1]);
        assert!(claim.verdict != Verdict::Undecided);
        assert_eq!(matches!(claim.verdict, Verdict::Broken(_)), found, "{:#?}", policy.spec());
        if found { broken += 1 } else { held += 1 }
    }
    assert!(held > 20 && broken > 20, "{held} held, {broken} broken");
}

/// Random hours and queues.
fn desk() -> impl Strategy<Value = Spec> {
    let opening = (0..24_u16, 1..24_u16)
        .prop_map(|(from, length)| Opening { from: from * 60, until: ((from + length) * 60).min(1440) });
    let all_day = Just(Opening::ALL_DAY);
    let hours = (prop::array::uniform7(prop_oneof![opening, all_day]), any::<bool>()).prop_map(|(days, holidays)| {
        Hours { week: days.map(|day| vec![day]), holidays: if holidays { vec![Opening::ALL_DAY] } else { Vec::new() } }
    });
    let around = any::<bool>().prop_flat_map(move |always| {
        let all = Hours { week: std::array::from_fn(|_| vec![Opening::ALL_DAY]), holidays: vec![Opening::ALL_DAY] };
        hours.clone().prop_map(move |hours| if always { all.clone() } else { hours })
    });
    (around, any::<[bool; 4]>(), prop::sample::select(vec![Priority::Normal, Priority::High, Priority::Urgent]))
        .prop_map(|(hours, [safety, duty, calls, call_back], priority)| {
            let mut spec = policies::frame();
            spec.calendar.hours.insert(Arc::from("desk"), hours);
            let name = Some(Arc::from("desk"));
            spec.queues.get_mut("safety").unwrap().hours = name.clone().filter(|_| safety);
            let debt = spec.queues.get_mut("debt").unwrap();
            debt.hours = name;
            debt.on_call = duty.then(|| Arc::from("safety"));
            debt.overflow = None;
            debt.call_backs = calls;
            let then = Effect { queue: Some(Arc::from("debt")), priority, call_back, ..hand_over() };
            spec.rules = vec![rule("debt", Condition::is(Test::Signal(vec![Signal::Churn])), then)];
            spec
        })
}

/// Whether somebody is not reached, tried at every minute of every weekday and of a holiday.
fn lost(policy: &Policy) -> bool {
    let spec = policy.spec();
    let said = [Signal::Churn, Signal::Crisis, Signal::HumanRequest];
    let days = (1..=7).map(|day| (1, day + 3, day)).chain([(12, 25, 6)]);
    let minutes: Vec<_> = days.flat_map(|day| (0..1440).step_by(15).map(move |minute| (day, minute))).collect();
    said.into_iter().any(|signal| {
        minutes.iter().any(|((month, day, weekday), minute)| {
            let mut now = Situation::default();
            // 4 January 2027 is a Monday.
            now.local = handover::conversation::LocalTime {
                year: 2027,
                month: *month,
                day: *day,
                weekday: *weekday,
                minute: *minute,
            };
            now.signals = Signals::from(vec![Finding {
                signal: signal.clone(),
                shade: None,
                score: 1.0,
                holds: true,
                evidence: Vec::new(),
            }]);
            let route = policy.decide(&now).route.unwrap();
            let queue = &spec.queues[&route.queue];
            let open = queue.hours.as_ref().is_none_or(|hours| spec.calendar.open(hours, &now.local));
            match route.mode {
                Mode::Live | Mode::OnCall => !open,
                Mode::CallBack => !queue.call_backs || signal == Signal::Crisis,
                Mode::Ticket => signal == Signal::Crisis && !open,
            }
        })
    })
}

#[test]
fn reach_agrees_with_trying_every_quarter_of_an_hour() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut held, mut broken) = (0, 0);
    for _ in 0..40 {
        let spec = desk().new_tree(&mut runner).unwrap().current();
        let Ok(policy) = spec.check().policy() else { continue };
        let claim = policy.prove_one(Property::AlwaysReached).unwrap();
        let found = lost(&policy);
        assert_eq!(
            matches!(claim.verdict, Verdict::Broken(_)),
            found,
            "{:?} {:#?}",
            claim.verdict,
            policy.spec().queues
        );
        if found { broken += 1 } else { held += 1 }
    }
    assert!(held > 5 && broken > 5, "{held} held, {broken} broken");
}

/// What is proved of random documents is not refuted by random situations.
#[test]
fn random_situations_refute_no_proof() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut documents, mut at_cap) = (0, 0);
    while documents < 12 {
        let spec = policies::spec().new_tree(&mut runner).unwrap().current();
        let Ok(policy) = spec.check().policy() else { continue };
        documents += 1;
        let claim = policy.prove_one(Property::NoEndlessLoop).unwrap();
        assert_eq!(claim.verdict, Verdict::Holds, "{:?}", policy.spec());
        for _ in 0..400 {
            let mut now = policies::situation().new_tree(&mut runner).unwrap().current();
            now.stuck = policy.spec().thresholds.stuck_cap - 1;
            if now.decline.is_none() && !now.signals.has(&Signal::Resolved) {
                at_cap += 1;
                assert!(!policy.decide(&now).goes_on(), "{now:?}");
            }
        }
    }
    assert!(at_cap > 500, "{at_cap}");
}

/// Two hundred rules, each with bounds of its own on four numbers, some for one tier only: no search is given up.
#[test]
fn many_rules_with_many_bounds_are_decided() {
    let mut state = 7_u64;
    let mut dice = |end: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % end
    };
    let mut spec = policies::frame();
    spec.vocabulary.worth = vec![Arc::from("tier")];
    let least = |number: f64| Range { at_least: Some(number), ..Range::default() };
    for at in 0..200 {
        let mut tests = vec![
            Test::AttributeIn(Arc::from("arrears"), least(dice(2_000) as f64)),
            Test::Measure(Measure::PriorContacts, least(dice(20) as f64)),
            Test::Measure(Measure::Frustration, least(dice(100) as f64 / 100.0)),
            Test::Measure(Measure::Turns, least(dice(40) as f64)),
        ];
        if at % 4 == 0 {
            tests.push(Test::Attribute(Arc::from("tier"), vec![Arc::from("gold")]));
        }
        let outcome = if dice(2) == 0 { Outcome::HandOver } else { Outcome::OfferHuman };
        let then = Effect { outcome, priority: Priority::High, ..Effect::default() };
        spec.rules.push(rule(&format!("r{at}"), Condition { tests, ..Condition::default() }, then));
    }
    let policy = spec.check().policy().unwrap();
    let proof = policy.prove();
    assert!(proof.claims.iter().all(|claim| claim.verdict != Verdict::Undecided), "{proof:?}");
    assert!(proof.broken().any(|claim| claim.property == Property::EqualForAll));
}
