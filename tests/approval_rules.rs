//! Compiled approval rules against a naive reading of the same rules, on random rules and proposals; the order of
//! rules, and rules that stand twice, change nothing.
#![allow(clippy::unwrap_used, reason = "a test stops where it is surprised")]

use handover::approval::*;
use handover::escalation::PolicyRef;
use handover::signal::Signal;
use proptest::prelude::*;

const ACTIONS: [&str; 3] = ["refund", "plan", "close"];
const SIGNALS: [Signal; 2] = [Signal::Crisis, Signal::Churn];

fn set() -> RuleSet {
    let route = |name: &str, quorum| {
        Requirement::builder(name, 1_000, 1_000).stage(Stage::of(quorum, ["agent"])).build().unwrap()
    };
    let mut set = RuleSet::new(PolicyRef { id: "random".into(), version: 1 }, route("one", 1));
    set.routes.push(route("two", 2));
    ACTIONS.iter().for_each(|action| {
        set.actions.insert((*action).into(), ActionSpec::default());
    });
    set.actions.get_mut("close").unwrap().adverse = true;
    set
}

prop_compose! {
    fn when()(
        action in prop::option::of(prop::sample::select(ACTIONS.to_vec())),
        min in prop::option::of(0..4_u64),
        span in prop::option::of(0..4_u64),
        any in prop::option::of(prop::sample::select(SIGNALS.to_vec())),
        none in prop::option::weighted(0.2, prop::sample::select(SIGNALS.to_vec())),
        verified in prop::option::weighted(0.3, any::<bool>()),
        confidence in prop::option::weighted(0.3, 0..1_000_u16),
    ) -> When {
        let mut when = When::default();
        when.actions = action.into_iter().map(ActionName::from).collect();
        when.min_minor = min;
        when.max_minor = span.map(|span| min.unwrap_or(0) + span);
        when.currency = (min.is_some() || span.is_some()).then_some(Currency::EUR);
        when.signals_any = any.into_iter().collect();
        when.signals_none = none.into_iter().collect();
        when.verified = verified;
        when.confidence_max = confidence;
        when
    }
}

fn effect() -> impl Strategy<Value = RuleEffect> {
    prop_oneof![
        3 => Just(RuleEffect::ALLOW),
        1 => Just(RuleEffect::Allow { sample_permille: 500, budget: None, most_items: 1 }),
        2 => prop::sample::select(vec!["one", "two"]).prop_map(|route| RuleEffect::Review(route.into())),
        1 => Just(RuleEffect::Deny),
    ]
}

fn rules() -> impl Strategy<Value = Vec<ApprovalRule>> {
    let rule = (when(), effect()).prop_map(|(when, effect)| ApprovalRule { id: "".into(), when, then: effect.into() });
    prop::collection::vec(rule, 0..8).prop_map(|mut rules: Vec<ApprovalRule>| {
        rules.iter_mut().enumerate().for_each(|(at, rule)| rule.id = format!("r{at}").into());
        rules
    })
}

/// What is proposed, in plain values.
#[derive(Clone, Debug)]
struct Case {
    action: &'static str,
    cents: Option<i64>,
    signals: Vec<Signal>,
    verified: bool,
    confidence: Option<u16>,
    draw: Option<u64>,
}

prop_compose! {
    fn case()(
        action in prop::sample::select(vec!["refund", "plan", "close", "unknown"]),
        cents in prop::option::weighted(0.8, -6..6_i64),
        signals in prop::sample::subsequence(SIGNALS.to_vec(), 0..=2),
        verified: bool,
        confidence in prop::option::of(0..1_000_u16),
        draw in prop::option::of(any::<u64>()),
    ) -> Case {
        Case { action, cents, signals, verified, confidence, draw }
    }
}

/// The rules read word for word, one after the other.
fn naive(rules: &[ApprovalRule], case: &Case) -> (Effect, Option<String>) {
    let applies = |when: &When| {
        let action = when.actions.is_empty() || when.actions.iter().any(|a| a.as_str() == case.action);
        let amount = match (when.currency, case.cents) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(_), Some(cents)) => {
                let cents = cents.unsigned_abs();
                cents >= when.min_minor.unwrap_or(0) && cents <= when.max_minor.unwrap_or(u64::MAX)
            }
        };
        let any = when.signals_any.is_empty() || when.signals_any.iter().any(|s| case.signals.contains(s));
        let none = !when.signals_none.iter().any(|s| case.signals.contains(s));
        let verified = when.verified.is_none_or(|v| v == case.verified);
        action
            && amount
            && any
            && none
            && verified
            && case.confidence.unwrap_or(0) <= when.confidence_max.unwrap_or(1_000)
    };
    let effects: Vec<&RuleEffect> = rules.iter().filter(|r| applies(&r.when)).map(|r| &r.then.effect).collect();
    let asks = |route: &str| effects.iter().any(|e| **e == RuleEffect::Review(route.into()));
    if effects.contains(&&RuleEffect::Deny) {
        return (Effect::Deny, None);
    }
    for route in ["two", "one"] {
        if asks(route) {
            return (Effect::Review, Some(route.to_owned()));
        }
    }
    let people = (Effect::Review, Some("one".to_owned()));
    let sampled = effects.iter().any(|e| matches!(e, RuleEffect::Allow { sample_permille: 500, .. }));
    let passes = effects.iter().any(|e| matches!(e, RuleEffect::Allow { .. }));
    let drawn = case.draw.is_none_or(|draw| draw % 1_000 < 500);
    match case.action {
        "close" | "unknown" => people,
        _ if sampled && drawn => people,
        _ if passes => (Effect::Allow, None),
        _ => people,
    }
}

fn compiled(rules: Vec<ApprovalRule>, case: &Case) -> (Effect, Option<String>) {
    let mut set = set();
    set.rules = rules;
    let rules = ApprovalRules::compile(set).unwrap();
    let item = match case.cents {
        Some(cents) => Item::new("c").amount("sum", Money::eur(cents)),
        None => Item::new("c"),
    };
    let proposal = Proposal::builder("p", case.action, Principal::machine("ai"), "k").item(item).build().unwrap();
    let mut facts = Facts::default();
    facts.signals = case.signals.iter().cloned().collect();
    (facts.verified, facts.confidence) = (case.verified, case.confidence);
    let verdict = rules.judge(&proposal, &facts, case.draw.map(Draw::new), 0);
    let route = match &verdict.ruling {
        Ruling::Review(requirement) => Some(requirement.route().to_owned()),
        _ => None,
    };
    (verdict.effect(), route)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn compiled_rules_say_what_they_read(rules in rules(), case in case()) {
        prop_assert_eq!(compiled(rules.clone(), &case), naive(&rules, &case));
    }

    #[test]
    fn order_and_doubles_change_nothing(rules in rules(), case in case(), turn in 0..8_usize) {
        let told = compiled(rules.clone(), &case);
        let mut turned = rules.clone();
        turned.rotate_left(turn % rules.len().max(1));
        prop_assert_eq!(&compiled(turned.into_iter().rev().collect(), &case), &told);
        let twins = rules.iter().map(|rule| ApprovalRule { id: format!("{}-again", rule.id).into(), ..rule.clone() });
        prop_assert_eq!(&compiled(rules.iter().cloned().chain(twins).collect(), &case), &told);
    }
}
