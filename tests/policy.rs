//! Policies: what the checker lets pass is decided as it reads, and nothing that a document says breaks what must
//! always hold.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it is surprised")]

#[path = "support/policies.rs"]
mod policies;

use handover::conversation::{QueueState, Situation};
use handover::escalation::invariants::{self, Violation};
use handover::escalation::{EscalationPolicy, Outcome};
use handover::policy::{Document, Node, Policy, Rule, Severity, Spec};
use policies::{naive, situation, spec};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A random document, where the checker lets it pass.
fn compiled(spec: Spec) -> Option<Policy> {
    spec.check().policy().ok()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    /// The engine against the naive interpreter.
    #[test]
    fn rules_match_as_they_read(spec in spec(), situations in prop::collection::vec(situation(), 12)) {
        let Some(policy) = compiled(spec) else { return Ok(()) };
        let spec = policy.spec();
        for now in &situations {
            let meant = |rules: &[Rule]| -> BTreeSet<Arc<str>> {
                rules.iter().filter(|r| naive(&r.when, now, spec)).map(|r| Arc::clone(&r.id)).collect()
            };
            let meant: BTreeSet<_> = meant(&spec.rules).into_iter().chain(meant(&spec.circumstances)).collect();
            let found: BTreeSet<_> = policy.matches(now).into_iter().cloned().collect();
            prop_assert_eq!(meant, found);
        }
    }

    /// Whatever a checked document says: what must always hold, holds.
    #[test]
    fn no_checked_document_breaks_an_invariant(spec in spec(), situations in prop::collection::vec(situation(), 6)) {
        let Some(policy) = compiled(spec) else { return Ok(()) };
        for now in &situations {
            let decision = policy.decide(now);
            let broken = invariants::check(now, &decision);
            prop_assert!(broken.is_empty(), "{broken:?}: {decision:?}");
            let bytes = serde_json::to_string(&decision).unwrap();
            prop_assert_eq!(bytes, serde_json::to_string(&policy.decide(&now.clone())).unwrap());
            let floor = |rules: &[Rule]| rules.iter().filter(|r| naive(&r.when, now, policy.spec())).map(|r| r.then.outcome).max();
            // A rule that calls for a person gets its way: hand-overs of layer 5 know no cool-down.
            let resolved = now.signals.has(&handover::signal::Signal::Resolved);
            if floor(&policy.spec().rules) == Some(Outcome::HandOver) && !resolved {
                prop_assert_eq!(decision.outcome, Outcome::HandOver);
            }
        }
    }

    /// I3 and I7 for rules that look at neither hours nor load nor models themselves.
    #[test]
    fn circumstances_never_lower_an_outcome(spec in spec(), now in situation()) {
        let mut spec = spec;
        spec.rules.retain(|rule| blind(rule));
        spec.circumstances.retain(|rule| blind(rule));
        let Some(policy) = compiled(spec) else { return Ok(()) };
        let mut nobody = now.clone();
        for queue in policy.spec().queues.keys() {
            nobody.availability.queues.insert(Arc::clone(queue), QueueState::closed(1));
        }
        nobody.availability.age = 0;
        let lower = invariants::no_milder(&policy.decide(&now), &policy.decide(&nobody), Violation::LoweredByCircumstance);
        prop_assert!(lower.is_ok());
        let mut silent = now.clone();
        silent.failures.models.clear();
        let mut failing = silent.clone();
        failing.failures.models.push(Arc::from("emotion"));
        let kind = Violation::FailureClosedTheDoor;
        prop_assert!(invariants::no_milder(&policy.decide(&silent), &policy.decide(&failing), kind).is_ok());
    }

    /// Any tree at all: read, checked, and where it passes, decided.
    #[test]
    fn no_document_makes_the_checker_stumble(root in node(), now in situation()) {
        let document = Document::from(root);
        let checked = document.check();
        for finding in checked.findings() {
            prop_assert!(!finding.message.nl.is_empty() && !finding.message.en.is_empty(), "{finding:?}");
            prop_assert!(!finding.help.nl.is_empty() && !finding.help.en.is_empty(), "{finding:?}");
        }
        if let Ok(policy) = checked.policy() {
            policy.decide(&now);
        }
    }
}

/// Whether a rule looks at neither hours, load nor the health of models.
fn blind(rule: &Rule) -> bool {
    let text = format!("{:?}", rule.when);
    !["Busy", "ModelFailed"].iter().any(|word| text.contains(word))
}

/// Random trees of keys and values that documents have, so that much of what is read makes sense and much does not.
fn node() -> impl Strategy<Value = Node> {
    const KEYS: [&str; 24] = [
        "id",
        "version",
        "rules",
        "circumstances",
        "when",
        "then",
        "signal",
        "outcome",
        "queues",
        "routing",
        "default",
        "safety",
        "rights",
        "complaints",
        "hours",
        "every_day",
        "holidays",
        "any",
        "all",
        "not",
        "frustration",
        "at_least",
        "vocabulary",
        "notices",
    ];
    const WORDS: [&str; 12] = [
        "churn",
        "hand_over",
        "general",
        "desk",
        "09:00-17:00",
        "25:00-3",
        "12-25",
        "nl",
        "",
        "hand_ovr",
        "2026-02-30",
        "urgent",
    ];
    let leaf = prop_oneof![
        Just(Node::Nothing),
        any::<bool>().prop_map(Node::Flag),
        prop_oneof![-2..9_i64, any::<i64>()].prop_map(Node::Whole),
        any::<f64>().prop_map(Node::Number),
        prop::sample::select(WORDS.to_vec()).prop_map(|word| Node::Text(Arc::from(word))),
        ".{0,8}".prop_map(|word| Node::Text(Arc::from(word))),
    ];
    leaf.prop_recursive(6, 60, 6, |inner| {
        let key = prop_oneof![
            9 => prop::sample::select(KEYS.to_vec()).prop_map(Arc::from),
            1 => ".{0,6}".prop_map(|key| Arc::from(key.as_str())),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Node::List),
            prop::collection::vec((key, inner), 0..8).prop_map(Node::Table),
        ]
    })
}

#[test]
fn random_documents_are_worth_testing_with() {
    // A generator whose documents never pass, or whose rules never match, would prove nothing.
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut passed, mut matched, mut missed) = (0, 0, 0);
    for _ in 0..200 {
        let spec = spec().new_tree(&mut runner).unwrap().current();
        let Some(policy) = compiled(spec) else { continue };
        passed += 1;
        for _ in 0..10 {
            let now = situation().new_tree(&mut runner).unwrap().current();
            let rules = policy.spec().rules.len() + policy.spec().circumstances.len();
            let found = policy.matches(&now).len();
            matched += found;
            missed += rules - found;
        }
    }
    assert!(passed > 60, "{passed} of 200 documents pass");
    assert!(matched > 500 && missed > 500, "{matched} matched, {missed} did not");
}

#[test]
fn the_shipped_document_has_no_mistake() {
    let findings = Spec::default().check();
    let errors: Vec<String> = findings.errors().map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert_eq!(Policy::default().decide(&Situation::default()).outcome, Outcome::Continue);
    assert!(findings.findings().iter().all(|f| f.severity() == Severity::Warning));
}
