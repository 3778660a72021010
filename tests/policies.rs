//! The policies that ship as examples: they check without a finding, decide as their scenarios say, and every rule of
//! them is reached by one.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it is surprised")]

use handover::Triage;
use handover::escalation::Style;
use handover::policy::{Against, Document, Effect, Policy, Rehearsal, Scenario, Scenarios, Spec};
use handover::text::Lang;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const POLICIES: [&str; 7] = ["bank", "energy", "health", "insurer", "municipality", "telecom", "webshop"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/policies")
}

fn source(name: &str) -> String {
    std::fs::read_to_string(folder().join(name).with_extension("toml")).unwrap()
}

fn policy(name: &str) -> Policy {
    let document: Document = toml::from_str(&source(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    let staff = std::fs::read_to_string(folder().join("staff").join(name).with_extension("toml")).unwrap();
    let mut against = Against::default();
    against.staff = Some(toml::from_str(&staff).unwrap());
    let checked = document.check_against(&against);
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
fn every_policy_has_its_scenarios_and_staff_and_no_other() {
    for folder in [folder(), folder().join("scenarios"), folder().join("staff")] {
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

/// Without readers, which take their time: what a scenario says of its messages is all there is.
fn unread(spec: Spec) -> Option<Rehearsal> {
    let readers = Triage::builder().without_signals().without_emotion();
    Some(Rehearsal::with(spec.check().policy().ok()?, readers).unwrap())
}

fn passes(rehearsal: &Rehearsal, scenario: &Scenario) -> bool {
    rehearsal.play(scenario).mismatches.is_empty()
}

/// A scenario that passes whatever the policy does would prove nothing: with the effect of any one rule gone, one fails.
#[test]
fn scenarios_notice_when_a_rule_does_nothing() {
    let (mut tried, mut refused, mut unnoticed) = (0, 0, Vec::new());
    for name in POLICIES {
        let spec = policy(name).spec().clone();
        let whole = unread(spec.clone()).unwrap();
        let scenarios: Vec<Scenario> = scenarios(name).into_iter().filter(|s| passes(&whole, s)).collect();
        for at in 0..spec.rules.len() + spec.circumstances.len() {
            let mut weaker = spec.clone();
            let rule = weaker.rules.iter_mut().chain(&mut weaker.circumstances).nth(at).unwrap();
            let id = rule.id.clone();
            // It still matches, so its name stays among the reasons; what it did is gone.
            rule.then = Effect { style: vec![Style::Formal], ..Effect::default() };
            tried += 1;
            match unread(weaker) {
                None => refused += 1,
                Some(rehearsal) if scenarios.iter().all(|s| passes(&rehearsal, s)) => {
                    unnoticed.push(format!("{name}: {id}"));
                }
                Some(_) => {}
            }
        }
    }
    assert!(unnoticed.is_empty(), "nobody notices {unnoticed:#?}");
    assert!(tried > 100 && refused * 20 < tried, "the checker refuses {refused} of {tried}");
}

/// A slip in one of the policies: the policy, what stands there, what was written instead, and what should be found.
type Slip = (&'static str, &'static str, &'static str, &'static str, &'static str);

const SLIPS: [Slip; 24] = [
    ("bank", "signal = \"bereavement\" }", "signal = \"bereavment\" }", "E01", "rules[3].when.signal"),
    (
        "bank",
        "when = { intent = \"loan_refused\" }",
        "when = { intnet = \"loan_refused\" }",
        "E02",
        "rules[4].when.intnet",
    ),
    (
        "bank",
        "then = { priority = \"high\" }",
        "then = { outcome = \"offer_human\" }",
        "W49",
        "circumstances[0].then.outcome",
    ),
    ("bank", "low_confidence = 0.5", "low_confidence = 50", "E10", "thresholds.low_confidence"),
    ("bank", "every_day = \"00:00-24:00\"", "weekdays = \"00:00-24:00\"", "W46", "queues.fraud_desk"),
    ("bank", "nu mee. Is er direct gevaar, bel dan 112.", "nu mee.", "W45", "notices.safety_threat"),
    ("energy", "season = \"10-01/04-01\"", "season = \"10-01/04-31\"", "E03", "rules[4].when.season"),
    ("energy", "queue = \"debt\"\npriority", "queue = \"dept\"\npriority", "E01", "routes.arrears.queue"),
    ("energy", "country = \"nl\"  ", "# country = \"nl\"", "W45", "the document"),
    (
        "energy",
        "signal = \"financial_hardship\" }",
        "signal = \"financial_hardship\", valence = \"neg\" }",
        "W53",
        "rules",
    ),
    (
        "health",
        "age = { below = 1 }",
        "age = { below = 1, at_least = 85 }",
        "E11",
        "rules[3].when.any[0].attribute.age",
    ),
    ("health", "[queues.manager]", "[queues.managers]", "E01", "routing.rights"),
    ("health", "failure_cap = 1 ", "failure_cap = 0 ", "E10", "thresholds.failure_cap"),
    (
        "health",
        "intent = \"symptom\" }\n",
        "intent = \"symptom\", not = { intent = \"symptom\" } }\n",
        "E12",
        "rules[2].when",
    ),
    (
        "insurer",
        "live = false\ncall_backs = false",
        "live = false\ncall_backs = false\noverflow = \"letters\"",
        "E43",
        "queues.letters.overflow",
    ),
    (
        "insurer",
        "time = [\"00:00-07:00\", \"20:00-24:00\"]",
        "time = \"20:00-07:00\"",
        "E11",
        "circumstances[1].when.time",
    ),
    ("insurer", "longest_wait_s = 300", "longest_wait_s = 3000", "E42", "thresholds.longest_wait_s"),
    (
        "municipality",
        "digitale assistent van de gemeente, niet met een medewerker",
        "gemeente",
        "E47",
        "notices.disclose_bot.nl",
    ),
    (
        "municipality",
        "en = \"You may always bring someone, or let someone speak for you.\"",
        "",
        "E41",
        "notices.bring_someone",
    ),
    ("municipality", "id = \"woo\"", "id = \"objection\"", "E06", "rules[5].id"),
    (
        "telecom",
        "no_transfer = [\"social\"]",
        "no_transfer = [\"chat\", \"whatsapp\", \"email\", \"voice\", \"social\"]",
        "E40",
        "routing.no_transfer",
    ),
    (
        "telecom",
        "outcome = \"hand_over\", route = \"sim_swap\"",
        "outcome = \"handover\", route = \"sim_swap\"",
        "E01",
        "rules[1].then.outcome",
    ),
    ("webshop", "above = 14", "above = \"14\"", "E03", "rules[3].when.attribute.days_refund_due.above"),
    ("webshop", "owner = \"Team Winkelservice\"\n", "", "W48", "the document"),
];

/// Mistakes as people make them, one at a time, in documents that are otherwise right.
#[test]
fn a_slip_in_a_good_policy_is_found_at_its_place() {
    let mut wrong: Vec<String> = Vec::new();
    for (name, right, slip, code, place) in SLIPS {
        let source = source(name);
        assert!(source.contains(right), "{name} has no `{right}`");
        let document: Document = toml::from_str(&source.replacen(right, slip, 1)).unwrap();
        let found = document.check();
        let found: Vec<(&str, String)> =
            found.findings().iter().map(|f| (f.code.name(), f.place.to_string())).collect();
        if !found.iter().any(|(c, p)| *c == code && p == place) {
            wrong.push(format!("{name}, `{slip}`: no {code} at {place:?}, but {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
