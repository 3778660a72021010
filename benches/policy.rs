//! What a decision by a document costs: 20 rules, and 200.
//!
//! `cargo bench --bench policy` prints the least and the median of many rounds, in nanoseconds. `-- --smoke` runs each
//! once, to see that it runs.

#![allow(
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench prints, and stops where its own set-up is wrong"
)]

mod support;

use handover::conversation::{IntentView, Situation};
use handover::escalation::EscalationPolicy;
use handover::intent::Intents;
use handover::policy::{AttributeKind, Checked, Document, Policy, Rule, Spec, Test};
use handover::signal::{Finding, Shade, Signal, Signals};
use std::hint::black_box;
use std::sync::Arc;
use support::time;

const ENERGY: &str = include_str!("../examples/policies/energy.toml");

fn main() {
    let rounds = support::rounds();
    let document: Document = toml::from_str(ENERGY).expect("TOML");
    let policy = live(document.check());
    let rules = policy.spec().rules.len() + policy.spec().circumstances.len();
    println!("{rules} rules, in nanoseconds");
    decisions(&policy, rounds);
    let many = live(ten_times(policy.spec().clone()).check());
    println!("{} rules, in nanoseconds", 10 * rules);
    decisions(&many, rounds);
    println!("from a document to a policy, in microseconds");
    let row = |name: &str, (least, median): (f64, f64)| println!("  {name:<44} {least:>9.0} {median:>9.0}");
    row("parse", time(rounds, || drop(black_box(toml::from_str::<Document>(ENERGY)))));
    row("check", time(rounds, || drop(black_box(document.check()))));
    row("check and compile", time(rounds, || drop(black_box(document.check().policy()))));
    row("prove", time(rounds.min(5), || drop(black_box(policy.prove()))));
    row("prove 200 rules", time(rounds.min(5), || drop(black_box(many.prove()))));
    let many = many.spec().clone();
    row("check 200 rules", time(rounds.min(5), || drop(black_box(many.clone().check()))));
    let (old, new) = (nested(""), nested("0"));
    row("check 221 rules, each with bounds of its own", time(rounds.min(5), || drop(black_box(old.check()))));
    let policy = live(old.check());
    row("prove them", time(rounds.min(5), || drop(black_box(policy.prove()))));
    row("tell them from others", time(rounds.min(5), || drop(black_box(old.difference(&new)))));
}

/// The energy policy and 200 rules more, each with bounds of its own on four numbers; `last` is added to a bound of the
/// last one.
fn nested(last: &str) -> Document {
    let mut state = 7_u64;
    let mut dice = |end: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % end
    };
    let rules = (0..200).map(|number| {
        let (turns, contacts, silence, frustration) = (dice(40), dice(20), dice(900), dice(100));
        let last = if number == 199 { last } else { "" };
        let outcome = ["offer_human", "hand_over"][dice(2) as usize];
        format!(
            "[[circumstances]]\nid = \"nested-{number}\"\nwhen = {{ turns = {{ at_least = {turns} }}, prior_contacts = \
             {{ at_least = {contacts} }}, silence_s = {{ at_least = {silence}{last} }}, frustration = {{ at_least = \
             0.{frustration:02} }} }}\nthen = {{ outcome = \"{outcome}\" }}\n"
        )
    });
    // The approval section comes last in the document, and its tables end the list of circumstances.
    let (before, after) = ENERGY.split_once("[approval]").expect("a section `approval`");
    let text = format!("{before}{}[approval]{after}", rules.collect::<String>());
    toml::from_str(&text).expect("TOML")
}

fn live(checked: Checked) -> Policy {
    checked.policy().unwrap_or_else(|findings| panic!("{findings}"))
}

fn decisions(policy: &Policy, rounds: usize) {
    let mut all = Vec::new();
    for (name, situation) in situations() {
        let (least, median) = time(rounds, || drop(black_box(policy.decide(black_box(&situation)))));
        let found = policy.matches(&situation).len();
        println!("  {name:<44} {:>9.0} {:>9.0}   {found} rules match", least * 1e3, median * 1e3);
        all.push(situation);
    }
    let each = all.len() as f64;
    let (least, median) = time(rounds, || all.iter().for_each(|s| drop(black_box(policy.matches(black_box(s))))));
    println!("  {:<44} {:>9.0} {:>9.0}", "only which rules match, on average", least * 1e3 / each, median * 1e3 / each);
    let (least, median) = time(rounds, || all.iter().for_each(|s| drop(black_box(policy.decide(black_box(s))))));
    println!("  {:<44} {:>9.0} {:>9.0}", "decide, on average", least * 1e3 / each, median * 1e3 / each);
}

/// The same rules for each of ten regions.
fn ten_times(mut spec: Spec) -> Spec {
    let regions: Vec<Arc<str>> = (0..10).map(|region| Arc::from(format!("region-{region}"))).collect();
    let again = |rules: &[Rule]| -> Vec<Rule> {
        let copies = regions.iter().flat_map(|region| rules.iter().map(move |rule| (region, rule.clone())));
        let regional = copies.map(|(region, mut rule)| {
            rule.id = Arc::from(format!("{}-{region}", rule.id));
            rule.when.tests.push(Test::Attribute(Arc::from("region"), vec![Arc::clone(region)]));
            rule
        });
        regional.collect()
    };
    spec.rules = again(&spec.rules);
    spec.circumstances = again(&spec.circumstances);
    spec.vocabulary.attributes.insert(Arc::from("region"), AttributeKind::OneOf(regions));
    spec
}

fn finding(signal: Signal, shade: Option<Shade>, holds: bool) -> Finding {
    Finding { signal, shade, score: 0.8, holds, evidence: Vec::new() }
}

/// As conversations go: mostly nothing, sometimes one thing, seldom several.
fn situations() -> Vec<(&'static str, Situation)> {
    let with = |intent: &'static str, confidence: f32, signals: Vec<Finding>| {
        let mut situation = Situation::default();
        situation.disclosed = true;
        situation.customer_turns = 2;
        situation.intent = IntentView::Ranked(Intents::ranked([(intent, confidence), ("tariff", 0.05)]));
        situation.signals = Signals::from(signals);
        for (name, value) in
            [("segment", "household"), ("reminders_sent", "0"), ("medical_device", "no"), ("region", "region-7")]
        {
            situation.attributes.insert(Arc::from(name), Arc::from(value));
        }
        situation.stage = Some(Arc::from("contract"));
        situation.local.weekday = 2;
        situation.local.minute = 620;
        (situation.local.month, situation.local.day) = (7, 14);
        situation
    };
    let weighed = || vec![finding(Signal::Complaint, None, false), finding(Signal::Churn, None, false)];
    let mut hardship = with("payment_plan", 0.88, vec![finding(Signal::FinancialHardship, None, true)]);
    hardship.attributes.insert(Arc::from("reminders_sent"), Arc::from("3"));
    vec![
        ("nothing special", with("meter_reading", 0.93, weighed())),
        ("another question", with("tariff", 0.81, weighed())),
        ("not sure", with("move_house", 0.31, weighed())),
        ("a wish for a person", with("pay_bill", 0.7, vec![finding(Signal::HumanRequest, None, true)])),
        ("grief", with("move_house", 0.9, vec![finding(Signal::Bereavement, None, true)])),
        ("hardship, three reminders", hardship),
    ]
}
