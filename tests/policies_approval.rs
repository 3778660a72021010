//! The approval gate of the policies that ship as examples: what each says to proposals, line by line in
//! `approval/policies.txt`; that every rule decides in one of them; and that nobody in distress is left to a machine.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it is surprised")]

use handover::approval::{
    ActionName, ApprovalPolicy, Draw, Effect, Facts, Item, Money, Principal, Proposal, Reversibility, Ruling, Verdict,
    Why,
};
use handover::policy::{Document, Policy};
use handover::signal::Signal;
use std::collections::{BTreeMap, BTreeSet};

const POLICIES: [&str; 7] = ["bank", "energy", "health", "insurer", "municipality", "telecom", "webshop"];
const CASES: &str = include_str!("approval/policies.txt");
/// 1 January 2027, in milliseconds since the epoch.
const NOW: u64 = 1_798_761_600_000;

fn source(name: &str) -> String {
    std::fs::read_to_string(format!("{}/examples/policies/{name}.toml", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn policies() -> BTreeMap<&'static str, Policy> {
    let read = |name| -> Document { toml::from_str(&source(name)).unwrap() };
    POLICIES.into_iter().map(|name| (name, read(name).check().policy().unwrap())).collect()
}

/// The facts of a case, and the draw.
fn facts(words: &[&str]) -> (Facts, Draw) {
    let (mut facts, mut draw) = (Facts::default(), Draw::new(999));
    for word in words {
        facts = match (*word, word.split_once(['=', ':'])) {
            ("verified", _) => facts.verified(),
            ("drawn", _) => {
                draw = Draw::new(0);
                facts
            }
            (_, Some(("confidence", permille))) => facts.confidence(permille.parse().unwrap()),
            (_, Some(("frustration", permille))) => {
                facts.frustration = permille.parse().unwrap();
                facts
            }
            (_, Some((name, value))) => facts.attribute(name, value),
            (word, None) => match (word.strip_prefix('#'), word.strip_prefix('?')) {
                (Some(channel), _) => {
                    facts.channel = Some(serde_json::from_value(channel.into()).unwrap());
                    facts
                }
                (_, Some(intent)) => {
                    facts.intent = Some(intent.into());
                    facts
                }
                _ => facts.signal(Signal::from_name(word)),
            },
        };
    }
    (facts, draw)
}

/// What an AI would like to do, with the amount under the name that the policy reads it by.
fn proposal(policy: &Policy, action: &str, cents: Option<i64>) -> Proposal {
    let known = policy.approval().unwrap().action(&ActionName::new(action));
    let amount = known.and_then(|spec| spec.amount.clone());
    let item = match (cents, amount) {
        (Some(cents), Some(name)) => Item::new("customer").amount(name, Money::eur(cents)),
        _ => Item::new("customer"),
    };
    // As mild as an AI would like to have it: the policy says what can really be taken back.
    let proposal = Proposal::builder("p", action, Principal::machine("ai"), "k").item(item);
    proposal.reversibility(Reversibility::ReadOnly).build().unwrap()
}

fn judged(policy: &Policy, proposal: &Proposal, facts: &Facts, draw: Draw) -> Verdict {
    policy.approval().unwrap().judge(proposal, facts, Some(draw), NOW)
}

fn told(verdict: &Verdict) -> String {
    let (effect, route) = match &verdict.ruling {
        Ruling::Allow(allowance) => ("allow", allowance.otherwise.route()),
        Ruling::Review(route) => ("review", route.route()),
        Ruling::Deny => ("deny", "-"),
    };
    format!("{effect} {} {route}", verdict.rule.as_deref().unwrap_or("-"))
}

fn cases() -> impl Iterator<Item = (&'static str, &'static str)> {
    CASES.lines().filter(|line| !line.starts_with('#')).map(|line| line.split_once(" ⇒ ").unwrap())
}

#[test]
fn proposals_go_where_the_policies_send_them() {
    let policies = policies();
    let mut wrong = Vec::new();
    for (case, expected) in cases() {
        let words: Vec<&str> = case.split(' ').collect();
        let [name, action, cents, said @ ..] = words.as_slice() else { panic!("{case}") };
        let policy = &policies[name];
        let (facts, draw) = facts(said);
        let found = told(&judged(policy, &proposal(policy, action, cents.parse().ok()), &facts, draw));
        if found != expected {
            wrong.push(format!("{case} ⇒ {expected}, but {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A rule that decides in no case could be gone without anybody noticing.
#[test]
fn every_rule_decides_in_a_case() {
    let decide: BTreeSet<(&str, &str)> = cases()
        .map(|(case, expected)| (case.split(' ').next().unwrap(), expected.split(' ').nth(1).unwrap()))
        .collect();
    let mut idle = Vec::new();
    for (name, policy) in &policies() {
        let rules = policy.approval().unwrap().rules();
        idle.extend(
            rules.filter(|rule| !decide.contains(&(*name, &*rule.id))).map(|rule| format!("{name} {}", rule.id)),
        );
    }
    assert!(idle.is_empty(), "no case for {idle:#?}");
}

/// The actions of a policy, as its document has them.
fn actions(name: &str) -> toml::Table {
    let document: toml::Table = toml::from_str(&source(name)).unwrap();
    document["approval"]["actions"].as_table().unwrap().clone()
}

#[test]
fn actions_have_words_in_both_languages() {
    for name in POLICIES {
        for (action, spec) in actions(name) {
            let word = |lang| spec.get(lang).and_then(toml::Value::as_str).unwrap_or_default();
            assert!(!word("nl").is_empty() && !word("en").is_empty() && word("nl") != word("en"), "{name} {action}");
        }
    }
}

/// However sure the AI is and however small the amount: with distress in the talk, a person looks. What changes nothing
/// and what somebody approved once and for all is all that still passes.
#[test]
fn nobody_in_distress_is_left_to_a_machine() {
    let distress =
        [Signal::Crisis, Signal::Threat, Signal::Bereavement, Signal::FinancialHardship, Signal::Vulnerability];
    let (mut passed, mut passed_in_distress) = (0, 0);
    for (name, policy) in &policies() {
        for (action, spec) in actions(name) {
            let intents = policy.spec().vocabulary.intents.iter().cloned().map(Some).chain([None]);
            for intent in intents {
                let proposal = proposal(policy, &action, Some(1));
                let mut calm = Facts::default().verified().confidence(1_000).attribute("id_checked", "yes");
                calm.intent = intent;
                let judge = |facts: &Facts| judged(policy, &proposal, facts, Draw::new(999));
                passed += usize::from(judge(&calm).effect() == Effect::Allow);
                for signal in &distress {
                    let verdict = judge(&calm.clone().signal(signal.clone()));
                    let harmless = spec["reversibility"].as_str() == Some("read_only");
                    if verdict.effect() == Effect::Allow && verdict.why != Why::Standing && !harmless {
                        passed_in_distress += 1;
                    }
                }
            }
        }
    }
    assert_eq!(passed_in_distress, 0);
    assert!(passed > 100, "{passed}");
}

/// What goes against a customer, or weighs as much, passes by no rule, whatever is true of them.
#[test]
fn what_weighs_heavily_never_passes_alone() {
    let mut heavy = 0;
    for (name, policy) in &policies() {
        let flagged = |spec: &toml::Value, flag| spec.get(flag).and_then(toml::Value::as_bool) == Some(true);
        for (action, _) in actions(name).iter().filter(|(_, s)| flagged(s, "adverse") || flagged(s, "significant")) {
            heavy += 1;
            for said in cases().map(|(case, _)| case.split(' ').skip(3).collect::<Vec<_>>()) {
                let (facts, draw) = facts(&said);
                let verdict = judged(policy, &proposal(policy, action, None), &facts.verified(), draw);
                assert_ne!(verdict.effect(), Effect::Allow, "{name} {action} {said:?}");
            }
        }
    }
    assert!(heavy >= 8, "{heavy}");
}
