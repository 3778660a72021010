//! Differences of policies: every change in words, every flip as the policies really decide, every loss seen.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it is surprised")]

#[path = "support/policies.rs"]
mod policies;

use handover::conversation::Situation;
use handover::escalation::{EscalationPolicy, Outcome};
use handover::policy::{Difference, Document, Loss, Policy};
use handover::text::Lang;
use proptest::strategy::{Strategy, ValueTree};

const ENERGY: &str = include_str!("../examples/policies/energy.toml");

fn document(source: &str) -> Document {
    toml::from_str(source).unwrap()
}

/// The energy policy with some words replaced, and the difference; every flip is held against both policies.
fn changed(edits: &[(&str, &str)]) -> Difference {
    let mut source = ENERGY.to_owned();
    for (from, to) in edits {
        assert!(source.contains(from), "{from}");
        source = source.replacen(from, to, 1);
    }
    let (old, new) = (document(ENERGY), document(&source));
    let difference = old.difference(&new).unwrap_or_else(|findings| panic!("{findings}"));
    let (before, after): (Policy, Policy) = (old.try_into().unwrap(), new.try_into().unwrap());
    for flip in &difference.flips {
        assert_eq!(before.decide(&flip.situation), flip.before);
        assert_eq!(after.decide(&flip.situation), flip.after);
    }
    for change in &difference.changes {
        assert!(Lang::BUILT_IN.iter().all(|lang| !change.words.text(*lang).is_empty()));
    }
    difference
}

fn words(difference: &Difference) -> Vec<&str> {
    difference.changes.iter().map(|change| change.words.en.as_str()).collect()
}

#[test]
fn the_same_document_does_not_differ() {
    let difference = changed(&[]);
    assert!(difference.changes.is_empty() && difference.flips.is_empty());
}

#[test]
fn words_alone_change_no_decision() {
    let difference = changed(&[("Een gaslucht is altijd spoed", "Gas is altijd spoed")]);
    assert_eq!(
        words(&difference),
        ["rule `gas-smell`, `about`: from `Een gaslucht is altijd spoed` to `Gas is altijd spoed`"]
    );
    assert_eq!(difference.changes[0].place.to_string(), "rules[0].about");
    assert!(difference.changes[0].weakens.is_none() && difference.flips.is_empty());
}

#[test]
fn each_change_is_weighed_by_itself() {
    let rule = "[[rules]]\nid = \"tampering\"";
    let raised = "[[rules]]\nid = \"refund\"\nwhen = { signal = \"repeat_contact\", channel = \"email\" }\nthen = { outcome = \"hand_over\" }\n\n[[rules]]\nid = \"tampering\"";
    let milder = "withhold = [\"upsell\", \"survey\", \"generic_steps\"] }\n\n[[rules]]\nid = \"outage-medical\"";
    let difference = changed(&[(rule, raised), (milder, &milder.replacen("\"survey\", ", "", 1))]);
    let said = words(&difference);
    assert_eq!(said.len(), 2, "{said:?}");
    let weaker = difference.changes.iter().find(|change| change.words.en.contains("`gas-smell`")).unwrap();
    let flip = weaker.weakens.as_ref().unwrap();
    assert!(flip.losses.contains(&Loss::Withheld) && !flip.losses.contains(&Loss::MilderOutcome), "{:?}", flip.losses);
    let stronger =
        difference.changes.iter().find(|change| change.words.en.starts_with("rule `refund` is new")).unwrap();
    assert!(stronger.weakens.is_none(), "{:?}", stronger.weakens);
    assert!(difference.flips.iter().any(|flip| flip.after.outcome > flip.before.outcome));
}

#[test]
fn a_rule_that_goes_is_missed() {
    let legal = ENERGY.split("[[rules]]").find(|rule| rule.contains("id = \"legal\"")).unwrap();
    let difference = changed(&[(&format!("[[rules]]{legal}"), "")]);
    let change = &difference.changes[0];
    assert!(change.words.en.starts_with("rule `legal` is gone"), "{}", change.words);
    assert!(change.words.nl.starts_with("regel `legal` is weg"), "{}", change.words.nl);
    let flip = change.weakens.as_ref().unwrap();
    assert!(flip.losses.contains(&Loss::MilderOutcome));
    assert_eq!((flip.before.outcome, flip.after.outcome), (Outcome::HandOver, Outcome::Continue));
}

#[test]
fn thresholds_of_every_kind_make_a_difference() {
    const FRAME: &str = "id = \"x\"\nversion = 1\n[queues.q]\n[routing]\ndefault = \"q\"\nsafety = \"q\"\nrights = \"q\"\ncomplaints = \"q\"\n";
    let kinds = [
        ("thresholds", "low_confidence", "0.5", "0.3", true),
        ("thresholds", "small_margin", "0.1", "0.02", true),
        ("thresholds", "clarify_budget", "1", "3", true),
        ("thresholds", "failure_cap", "1", "3", true),
        ("thresholds", "failure_cap", "3", "1", false),
        ("thresholds", "repeat_cap", "1", "4", true),
        ("thresholds", "stuck_cap", "2", "6", true),
        ("thresholds", "prior_contacts", "1", "4", true),
        ("thresholds", "hints", "1", "3", true),
        ("thresholds", "forecast", "0.4", "0.8", true),
        ("thresholds", "forecast", "0.8", "0.4", false),
        ("cool_down", "decline_turns", "2", "10", true),
        ("cool_down", "offer_turns", "1", "9", true),
        ("cool_down", "new_rise", "0.1", "0.5", true),
        ("disclosure", "again_after_s", "60", "600", true),
        ("disclosure", "every_turns", "3", "30", true),
    ];
    for (table, key, was, is, weaker) in kinds {
        let with = |value: &str| document(&format!("{FRAME}[{table}]\n{key} = {value}\n"));
        let difference = with(was).difference(&with(is)).unwrap_or_else(|findings| panic!("{findings}"));
        assert_eq!(words(&difference), [format!("`{table}.{key}`: from {was} to {is}")]);
        assert_eq!(difference.changes[0].weakens.is_some(), weaker, "{table}.{key}: {was} to {is}");
        assert!(!difference.flips.is_empty(), "{key}");
    }
}

#[test]
fn changes_that_only_make_sense_together_are_weighed_against_the_new_document() {
    // A queue that is gone, and the rule that named it: neither passes by itself.
    let old = "id = \"x\"\nversion = 1\n[queues.q]\n[queues.care]\n[routing]\ndefault = \"q\"\nsafety = \"q\"\nrights = \"q\"\ncomplaints = \"q\"\n[[rules]]\nid = \"grief\"\nwhen = { signal = \"bereavement\" }\nthen = { outcome = \"hand_over\", queue = \"care\" }\n";
    let new = old.replace("[queues.care]\n", "").replace("\"hand_over\", queue = \"care\"", "\"offer_human\"");
    let difference = document(old).difference(&document(&new)).unwrap();
    assert_eq!(difference.changes.len(), 3, "{:?}", words(&difference));
    assert!(difference.changes.iter().any(|change| change.weakens.is_some()));
    assert!(document(&new.replace("default = \"q\"", "default = \"gone\"")).difference(&document(old)).is_err());
}

#[test]
fn recorded_situations_are_counted() {
    let source = ENERGY.replace("signal = \"bereavement\"", "signal = \"churn\"");
    let (old, new): (Policy, Policy) = (document(ENERGY).try_into().unwrap(), document(&source).try_into().unwrap());
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let log: Vec<Situation> =
        (0..500).map(|_| policies::situation().new_tree(&mut runner).unwrap().current()).collect();
    let flips = old.flips(&new, log.clone());
    let different = log.iter().filter(|now| old.decide(now).outcome != new.decide(now).outcome).count() as u64;
    let moved: u64 = flips.outcomes.values().flat_map(|to| to.values()).sum();
    assert_eq!((flips.situations, moved), (500, different));
    assert!(flips.losing > 0 && flips.different >= flips.losing && flips.different >= different && different > 0);
}

/// One edit of the approval section at a time: whether less stands in the way of a proposal by it.
#[test]
fn a_gate_that_lets_more_pass_is_told() {
    const GOOD: &str = include_str!("approval/good.toml");
    let edits = [
        ("then = { effect = \"review\", to = \"money\" }", "then = { effect = \"deny\" }", false),
        ("max_minor = 5_000, verified", "max_minor = 4_000, verified", false),
        ("sample_permille = 20", "sample_permille = 40", false),
        ("sample_permille = 20", "sample_permille = 10", true),
        ("max_minor = 10_000", "max_minor = 20_000", true),
        ("window_s = 86_400", "window_s = 3_600", true),
        (
            "{ any_of = [\"agent\"], quorum = 1 }, { any_of = [\"lead\"], quorum = 1 }",
            "{ any_of = [\"agent\"], quorum = 1 }",
            true,
        ),
        ("to = \"money\" }", "to = \"any_agent\" }", true),
        (
            "then = { effect = \"review\", to = \"money\" }",
            "then = { effect = \"allow\", sample_permille = 20, budget = { per = \"customer\", window_s = 86_400, max_minor = 10_000, over = \"money\" } }",
            true,
        ),
    ];
    for (was, is, looser) in edits {
        assert!(GOOD.contains(was), "{was}");
        let (old, new) = (document(GOOD), document(&GOOD.replacen(was, is, 1)));
        let there = old.difference(&new).unwrap_or_else(|findings| panic!("{was}: {findings}"));
        assert_eq!(!there.loosened.is_empty(), looser, "{was} -> {is}: {:?}", there.loosened);
        assert_eq!(there.changes.iter().any(|change| change.loosens.is_some()), looser, "{was} -> {is}");
        let back = new.difference(&old).unwrap_or_else(|findings| panic!("{was}: {findings}"));
        assert!(!looser || back.loosened.is_empty(), "{is} -> {was}: {:?}", back.loosened);
    }
}
