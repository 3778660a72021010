//! The policies that ship as examples: they check without a finding, decide as their scenarios say, and every rule of
//! them is reached by one.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it is surprised")]

use handover::escalation::Style;
use handover::policy::{Document, Effect, Policy, Rehearsal, Scenario, Scenarios};
use handover::text::Lang;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const POLICIES: [&str; 7] = ["bank", "energy", "health", "insurer", "municipality", "telecom", "webshop"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/policies")
}

fn policy(name: &str) -> Policy {
    let source = std::fs::read_to_string(folder().join(name).with_extension("toml")).unwrap();
    let document: Document = toml::from_str(&source).unwrap_or_else(|e| panic!("{name}: {e}"));
    let checked = document.check();
    let found: Vec<String> = checked.findings().iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{name}: {found:#?}");
    checked.policy().unwrap()
}

fn scenarios(name: &str) -> Vec<Scenario> {
    let path = folder().join("scenarios").join(name).with_extension("toml");
    let source = std::fs::read_to_string(path).unwrap();
    let file: Scenarios = toml::from_str(&source).unwrap_or_else(|e| panic!("{name}: {e}"));
    file.scenarios
}

#[test]
fn every_policy_has_its_scenarios_and_no_other() {
    for folder in [folder(), folder().join("scenarios")] {
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let names: BTreeSet<String> = files
            .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
            .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, POLICIES.map(ToOwned::to_owned).into());
    }
}

#[test]
fn the_policies_decide_as_their_scenarios_say() {
    let mut wrong: Vec<String> = Vec::new();
    for name in POLICIES {
        let rehearsal = Rehearsal::of(policy(name)).unwrap();
        let scenarios = scenarios(name);
        let (mut ids, mut reached) = (BTreeSet::new(), BTreeSet::new());
        for scenario in &scenarios {
            let played = rehearsal.play(scenario);
            wrong.extend(played.mismatches.iter().map(|m| format!("{name}/{}: {m}", scenario.id)));
            reached.extend(played.rules().map(ToOwned::to_owned));
            if !ids.insert(&scenario.id) {
                wrong.push(format!("{name}/{}: the id stands twice", scenario.id));
            }
        }
        let spec = rehearsal.policy().spec();
        let rules = spec.rules.iter().chain(&spec.circumstances).map(|rule| &*rule.id);
        wrong.extend(rules.filter(|id| !reached.contains(*id)).map(|id| format!("{name}: no scenario reaches {id}")));
    }
    assert!(wrong.is_empty(), "{} mismatches\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn scenarios_speak_both_languages() {
    for name in POLICIES {
        let scenarios = scenarios(name);
        let of = |lang| scenarios.iter().filter(|scenario| scenario.language == Some(lang)).count();
        assert!(scenarios.len() >= 8, "{name}: {}", scenarios.len());
        assert!(of(Lang::Nl) >= 3 && of(Lang::En) >= 3, "{name}: {} nl, {} en", of(Lang::Nl), of(Lang::En));
    }
}

/// A scenario that passes whatever the policy does would prove nothing: with the effect of any one rule gone, one fails.
#[test]
fn scenarios_notice_when_a_rule_does_nothing() {
    let mut unnoticed: Vec<String> = Vec::new();
    for name in POLICIES {
        let (spec, scenarios) = (policy(name).spec().clone(), scenarios(name));
        let rules = spec.rules.len();
        for at in 0..rules + spec.circumstances.len() {
            let mut weaker = spec.clone();
            let (rules, circumstances) = (&mut weaker.rules, &mut weaker.circumstances);
            let rule = if at < rules.len() { rules.get_mut(at) } else { circumstances.get_mut(at - rules.len()) };
            let rule = rule.unwrap();
            let id = rule.id.clone();
            // It still matches, so its name stays among the reasons; what it did is gone.
            rule.then = Effect { style: vec![Style::Formal], ..Effect::default() };
            let Ok(policy) = weaker.check().policy() else { continue };
            let rehearsal = Rehearsal::of(policy).unwrap();
            if scenarios.iter().all(|scenario| rehearsal.play(scenario).mismatches.is_empty()) {
                unnoticed.push(format!("{name}: {id}"));
            }
        }
    }
    assert!(unnoticed.is_empty(), "nobody notices {unnoticed:#?}");
}
