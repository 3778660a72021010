//! Policies: what the checker lets pass is decided as it reads, and nothing that a document says breaks what must
//! always hold.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it is surprised")]

#[path = "support/policies.rs"]
mod policies;

use handover::conversation::{Channel, Decline, LocalTime, QueueState, Situation};
use handover::escalation::invariants::{self, Violation};
use handover::escalation::{EscalationPolicy, Mode, NoticeKey, Outcome, Priority};
use handover::frustration::Band;
use handover::policy::{Against, Code, Date, Document, Finding, Node, Policy, Rule, Severity, Spec, Step};
use handover::signal::{Finding as SignalFinding, Signal, Signals};
use handover::text::Lang;
use policies::{naive, situation, spec};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::RngSeed;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// So many cases, or as many as `PROPTEST_CASES` says: a long run is a fuzzer.
fn config(cases: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|asked| asked.parse().ok());
    // The same cases every time, unless somebody asks for a number of them: then others each time.
    let rng_seed = if asked.is_some() { RngSeed::Random } else { RngSeed::Fixed(2_026) };
    ProptestConfig { cases: asked.unwrap_or(cases), failure_persistence: None, rng_seed, ..ProptestConfig::default() }
}

/// A random document, where the checker lets it pass.
fn compiled(spec: Spec) -> Option<Policy> {
    spec.check().policy().ok()
}

proptest! {
    #![proptest_config(config(250))]

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
            let resolved = now.signals.has(&Signal::Resolved);
            if floor(&policy.spec().rules) == Some(Outcome::HandOver) && !resolved {
                prop_assert_eq!(decision.outcome, Outcome::HandOver);
            }
        }
    }

    /// I3 and I7 for rules that look at neither hours nor load nor models themselves.
    #[test]
    fn circumstances_never_lower_an_outcome(spec in spec(), now in situation()) {
        let mut spec = spec;
        spec.rules.retain(blind);
        spec.circumstances.retain(blind);
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
    let mut lints: BTreeMap<&str, u32> = BTreeMap::new();
    for _ in 0..200 {
        let spec = spec().new_tree(&mut runner).unwrap().current();
        spec.clone().check().findings().iter().for_each(|f| *lints.entry(f.code.name()).or_default() += 1);
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
    for code in ["E12", "W16", "E20", "W21", "W23", "W24"] {
        assert!(lints.get(code).is_some_and(|count| *count >= 5), "{code} in {lints:?}");
    }
}

#[test]
fn the_shipped_document_has_no_mistake() {
    let findings = Spec::default().check();
    let errors: Vec<String> = findings.errors().map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert_eq!(Policy::default().decide(&Situation::default()).outcome, Outcome::Continue);
    assert!(findings.findings().iter().all(|f| f.severity() == Severity::Warning));
}

/// The mistakes that a document's first comment lines name: a code and a place each.
fn expected(source: &str) -> BTreeSet<(String, String)> {
    let heads = source.lines().map_while(|line| line.strip_prefix("# "));
    let pairs = heads.filter_map(|head| head.split_once(' '));
    pairs.map(|(code, place)| (code.to_owned(), place.to_owned())).collect()
}

/// One document for each lint, and some with several mistakes: each is found, at its place, and nothing else is.
#[test]
fn every_broken_document_is_seen_through() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/policies/broken");
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut wrong: Vec<String> = Vec::new();
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for path in &files {
        let source = std::fs::read_to_string(path).unwrap();
        let document: Document = toml::from_str(&source).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let checked = document.check();
        let found: BTreeSet<_> =
            checked.findings().iter().map(|f| (f.code.name().to_owned(), f.place.to_string())).collect();
        let expected = expected(&source);
        if found != expected || expected.is_empty() {
            let missing: Vec<_> = expected.difference(&found).collect();
            let extra: Vec<_> = checked
                .findings()
                .iter()
                .filter(|f| !expected.contains(&(f.code.name().to_owned(), f.place.to_string())))
                .map(ToString::to_string)
                .collect();
            wrong.push(format!("{}: missing {missing:?}, too many {extra:?}", path.file_name().unwrap().display()));
        }
        seen.extend(expected.into_iter().map(|(code, _)| code));
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), files.len(), wrong.join("\n"));
    assert!(files.len() >= 60, "{}", files.len());
    // Those of the section `approval` have a list of their own, which `approval_document.rs` goes through.
    let approval = include_str!("approval/broken/changes.txt").lines().filter_map(|line| line.split_once(' '));
    seen.extend(approval.map(|(code, _)| code.to_owned()));
    // E04 needs a classifier's labels and has a test of its own.
    let codes = Code::ALL.iter().filter(|code| **code != Code::VocabularyBehind);
    let unseen: Vec<_> = codes.filter(|code| !seen.contains(code.name())).collect();
    assert!(unseen.is_empty(), "no document shows {unseen:?}");
}

#[test]
fn classifier_and_vocabulary_have_to_agree() {
    let document: Document =
        toml::from_str("id = \"x\"\nversion = 1\n[vocabulary]\nintents = [\"move\", \"retrun\"]").unwrap();
    let mut against = Against::default();
    against.intents = Some(vec![Arc::from("move"), Arc::from("return")]);
    let checked = document.check_against(&against);
    let behind: Vec<_> = checked.findings().iter().filter(|f| f.code == Code::VocabularyBehind).collect();
    assert_eq!(behind.len(), 2);
    assert_eq!(behind[0].did_you_mean.as_deref(), Some("retrun"));
}

#[test]
fn a_review_that_is_overdue_is_named() {
    let document: Document = toml::from_str("id = \"x\"\nversion = 1\nreview_by = 2027-06-30").unwrap();
    let mut against = Against::default();
    against.today = Date::parse("2027-06-30");
    let overdue = |against: &Against| {
        document.check_against(against).findings().iter().any(|f| f.place.to_string() == "review_by")
    };
    assert!(!overdue(&against));
    against.today = Date::parse("2027-07-01");
    assert!(overdue(&against));
}

#[test]
fn the_good_policies_have_no_finding() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/policies");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        files += 1;
        let document: Document = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let found: Vec<String> = document.check().findings().iter().map(ToString::to_string).collect();
        assert!(found.is_empty(), "{}: {found:#?}", path.display());
    }
    assert!(files > 0);
}

/// What the rules that match make together, danger included: outcome, queue, priority, and everything that adds up.
/// Straight from the documentation, with nothing shared with the engine or the ladder.
fn together(spec: &Spec, now: &Situation) -> (Outcome, Option<Arc<str>>, Priority, BTreeSet<String>) {
    let has = |signal| now.signals.has(&signal);
    let (mut outcome, mut queue, mut priority) = (Outcome::Continue, None, Priority::Normal);
    let mut extras = BTreeSet::new();
    if has(Signal::Crisis) || has(Signal::Threat) {
        (outcome, queue, priority) = (Outcome::HandOver, Some(Arc::clone(&spec.routing.safety)), Priority::Urgent);
        extras.extend(["safety", "RetentionOffer", "Survey", "Upsell", "GenericSteps"].map(ToOwned::to_owned));
    }
    let route = |rule: &Rule| rule.then.route.as_ref().map(|name| &spec.routes[name]);
    let strength =
        |rule: &Rule| (rule.then.outcome, rule.then.priority.max(route(rule).map(|r| r.priority).unwrap_or_default()));
    let mut topical: Vec<&Rule> = if has(Signal::Resolved) { Vec::new() } else { spec.rules.iter().collect() };
    topical.sort_by_key(|rule| std::cmp::Reverse(strength(rule)));
    for rule in topical.into_iter().chain(&spec.circumstances).filter(|rule| naive(&rule.when, now, spec)) {
        let then = &rule.then;
        outcome = outcome.max(then.outcome);
        priority = priority.max(strength(rule).1);
        queue = queue.or(then.queue.clone().or(route(rule).map(|r| Arc::clone(&r.queue))));
        extras
            .extend(then.skills.iter().chain(route(rule).into_iter().flat_map(|r| &r.skills)).map(ToString::to_string));
        extras.extend(then.notices.iter().map(|notice| format!("notice {notice}")));
        extras.extend(then.withhold.iter().map(|withhold| format!("{withhold:?}")));
        extras.extend(then.style.iter().map(|style| format!("{style:?}")));
        extras.extend(then.call_back.then(|| "call back".to_owned()));
    }
    (outcome, queue, priority, extras)
}

proptest! {
    #![proptest_config(config(120))]

    /// What the checker claims of a rule, held against random situations: it can't match, always matches, adds nothing.
    #[test]
    fn what_the_lints_claim_is_so(spec in spec(), situations in prop::collection::vec(situation(), 40)) {
        let checked = spec.clone().check();
        for finding in checked.findings() {
            let Some((list, at)) = placed(finding) else { continue };
            let rules = if list == "rules" { &spec.rules } else { &spec.circumstances };
            let rule = &rules[at];
            let witness = finding.witness.as_ref().and_then(|w| w.situation.as_deref());
            match finding.code {
                Code::Contradiction => {
                    prop_assert!(!situations.iter().any(|now| naive(&rule.when, now, &spec)), "{finding}");
                }
                Code::MatchesAlways => {
                    prop_assert!(situations.iter().all(|now| naive(&rule.when, now, &spec)), "{finding}");
                    prop_assert!(witness.is_some_and(|now| naive(&rule.when, now, &spec)), "{finding}");
                }
                Code::NeverDecides | Code::Redundant | Code::LadderDecides if finding.place.steps().len() == 2 => {
                    prop_assert!(witness.is_some_and(|now| naive(&rule.when, now, &spec)), "{finding}");
                    let mut without = spec.clone();
                    let list = if list == "rules" { &mut without.rules } else { &mut without.circumstances };
                    list.remove(at);
                    for now in situations.iter().chain(witness) {
                        prop_assert_eq!(together(&spec, now), together(&without, now), "{}", finding);
                    }
                }
                Code::QueueUnused => {
                    let mut without = spec.clone();
                    let list = if list == "rules" { &mut without.rules } else { &mut without.circumstances };
                    list[at].then.queue = None;
                    list[at].then.route = None;
                    for now in situations.iter().chain(witness) {
                        prop_assert_eq!(together(&spec, now).1, together(&without, now).1, "{}", finding);
                    }
                }
                _ => {}
            }
        }
    }

    /// Every situation that a finding shows loads again, and every explanation has words.
    #[test]
    fn explanations_have_words(spec in spec(), situations in prop::collection::vec(situation(), 6)) {
        let Some(policy) = compiled(spec) else { return Ok(()) };
        for now in &situations {
            let explanation = policy.explain(now);
            prop_assert_eq!(&explanation.decision, &policy.decide(now));
            for lang in Lang::BUILT_IN {
                prop_assert!(explanation.for_customer(lang).ends_with('.'));
                let agent = explanation.for_agent(lang);
                prop_assert!(explanation.because.iter().all(|b| b.rule.as_ref().is_none_or(|(id, _)| agent.contains(&**id))));
            }
            let matched: BTreeSet<&str> = policy.matches(now).into_iter().map(AsRef::as_ref).collect();
            for why_not in explanation.why_not.iter().filter(|w| !w.held_back) {
                prop_assert!(!matched.contains(&*why_not.what), "{why_not:?}");
            }
        }
    }
}

/// The list and the number of the rule that a finding is about.
fn placed(finding: &Finding) -> Option<(&str, usize)> {
    match finding.place.steps() {
        [Step::Key(list), Step::At(at), ..] => Some((list, *at)),
        _ => None,
    }
}

fn energy() -> Spec {
    let document: Document = toml::from_str(include_str!("../examples/policies/energy.toml")).unwrap();
    document.check().spec().clone()
}

/// A message that holds one signal, at a weekday and minute of a week in July 2027.
fn says(signal: &str, weekday: u8, minute: u16) -> Situation {
    let mut now = Situation::default();
    let holds = |signal| SignalFinding { signal, shade: None, score: 0.9, holds: true, evidence: Vec::new() };
    now.signals = Signals::from(vec![holds(Signal::from_name(signal))]);
    now.local = LocalTime { year: 2027, month: 7, day: 4 + weekday, weekday, minute };
    now
}

fn way(policy: &Policy, now: &Situation) -> (String, Mode) {
    let route = policy.decide(now).route.unwrap();
    (route.queue.to_string(), route.mode)
}

#[test]
fn the_hours_of_a_document_change_the_mode_and_never_the_way() {
    let policy = energy().check().policy().unwrap();
    let (monday, sunday) = (|signal| says(signal, 1, 600), |signal| says(signal, 7, 600));
    assert_eq!(way(&policy, &monday("meter_tampering")), ("rights".to_owned(), Mode::Live));
    assert_eq!(way(&policy, &sunday("meter_tampering")), ("rights".to_owned(), Mode::Ticket));
    assert_eq!(way(&policy, &sunday("bereavement")), ("first_line".to_owned(), Mode::CallBack));
    assert_eq!(way(&policy, &sunday("gas_smell")), ("duty".to_owned(), Mode::Live));
    assert!(policy.decide(&sunday("bereavement")).notices.contains(&NoticeKey::ClosedNextOpening));
    let opens = policy.next_opening("debt", &sunday("churn").local).unwrap();
    assert_eq!((opens.day, opens.weekday, opens.minute), (12, 1, 540));
    // On a holiday the schedules follow their holiday hours, whatever the day of the week.
    let mut christmas = says("bereavement", 5, 600);
    (christmas.local.month, christmas.local.day) = (12, 25);
    assert_eq!(way(&policy, &christmas).1, Mode::CallBack);
}

#[test]
fn what_the_host_says_of_a_queue_goes_before_its_hours() {
    let policy = energy().check().policy().unwrap();
    let mut now = says("bereavement", 7, 600);
    now.availability.queues.insert(Arc::from("first_line"), QueueState::open());
    assert_eq!(way(&policy, &now).1, Mode::Live);
    now.availability.age = 10_000_000;
    assert_eq!(way(&policy, &now).1, Mode::CallBack, "a stale picture counts for nothing");
}

#[test]
fn busy_queues_pass_on_and_urgent_ones_wake_who_is_on_call() {
    let mut spec = energy();
    spec.routing.safety = Arc::from("first_line");
    let policy = spec.check().policy().unwrap();
    assert_eq!(way(&policy, &says("crisis", 1, 180)), ("duty".to_owned(), Mode::OnCall));
    let mut now = says("financial_hardship", 1, 600);
    let full = QueueState { free: 0, wait: Some(900_000), ..QueueState::open() };
    now.availability.queues.insert(Arc::from("debt"), full);
    assert_eq!(way(&policy, &now), ("first_line".to_owned(), Mode::Live));
    now.availability.queues.insert(Arc::from("first_line"), full);
    assert_eq!(way(&policy, &now), ("debt".to_owned(), Mode::Live));
}

#[test]
fn what_was_held_back_is_told() {
    let policy = energy().check().policy().unwrap();
    let mut now = says("financial_hardship", 1, 600);
    now.decline = Some(Decline { turns_ago: 1, level: 0.2 });
    let explanation = policy.explain(&now);
    assert_eq!(explanation.decision.outcome, Outcome::Continue);
    let held: Vec<_> = explanation.why_not.iter().filter(|w| w.held_back).collect();
    assert_eq!((held.len(), &*held[0].what), (1, "hardship"));
    assert_eq!(held[0].place.to_string(), "rules[5]");
    assert!(
        explanation.for_agent(Lang::En).contains("held back: `hardship`: the customer declined a person 1 turns ago")
    );
    let customer = explanation.for_customer(Lang::Nl);
    assert!(customer.contains("medewerker") && !customer.chars().any(|c| c.is_ascii_digit()), "{customer}");
}

#[test]
fn what_missed_by_little_is_told_with_its_number() {
    let policy = energy().check().policy().unwrap();
    let mut now = Situation::default();
    now.channel = Channel::Voice;
    now.customer_turns = 4;
    now.frustration.band = Band::Rising;
    now.hints = 1;
    let explanation = policy.explain(&now);
    let told: BTreeMap<&str, &str> = explanation.why_not.iter().map(|w| (&*w.what, &*w.missing.en)).collect();
    assert_eq!(told["long-call"], "not so: turns is at least 5 (measured: 4)");
    assert_eq!(told["hints"], "measured: 1, the threshold is 2");
}

#[test]
fn disclosure_only_grows() {
    let mut spec = energy();
    spec.disclosure.every_turns = Some(10);
    let policy = spec.check().policy().unwrap();
    let discloses = |turns: u32, silence: u64| {
        let mut now = Situation::default();
        now.disclosed = true;
        now.customer_turns = turns;
        now.silence = silence;
        policy.decide(&now).notices.contains(&NoticeKey::DiscloseBot)
    };
    assert!(!discloses(1, 0) && discloses(10, 0) && discloses(20, 0) && !discloses(11, 0));
    assert!(discloses(1, 86_400_000) && !discloses(1, 86_399_000));
}

#[test]
fn a_document_is_the_same_in_json_and_in_toml() {
    let source = include_str!("../examples/policies/energy.toml");
    let toml: Document = toml::from_str(source).unwrap();
    let json: Document = serde_json::from_str(&serde_json::to_string(&toml).unwrap()).unwrap();
    assert_eq!(toml.check(), json.check());
}
