//! handover: the compiled policy, and the ladder around it.

use crate::cases::Case;
use handover::conversation::{Channel, IntentView, Situation};
use handover::emotion::Valence;
use handover::escalation::{EscalationPolicy, Outcome};
use handover::frustration::Band;
use handover::intent::Intents;
use handover::policy::{Document, Policy, Rule};
use handover::signal::{Finding, Signal, Signals};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const RULES: &str = include_str!("rules/energy.toml");

pub(crate) struct Ours {
    pub(crate) policy: Policy,
    /// The same document without any rule: what the ladder says by itself.
    bare: Policy,
    outcomes: BTreeMap<Arc<str>, Outcome>,
}

impl Ours {
    pub(crate) fn new() -> Self {
        let document: Document = toml::from_str(RULES).expect("TOML");
        let policy = document.check().policy().unwrap_or_else(|findings| panic!("{findings}"));
        let mut spec = policy.spec().clone();
        spec.rules.clear();
        spec.circumstances.clear();
        let bare = spec.check().policy().unwrap_or_else(|findings| panic!("{findings}"));
        let rules = policy.spec().rules.iter().chain(&policy.spec().circumstances);
        let outcomes = rules.map(|rule: &Rule| (Arc::clone(&rule.id), rule.then.outcome)).collect();
        Self { policy, bare, outcomes }
    }

    pub(crate) fn rules(&self) -> impl Iterator<Item = &str> {
        self.outcomes.keys().map(|id| &**id)
    }

    pub(crate) fn matching(&self, now: &Situation) -> BTreeSet<String> {
        self.policy.matches(now).into_iter().map(|id| id.to_string()).collect()
    }

    pub(crate) fn outcome(&self, now: &Situation) -> Outcome {
        self.policy.decide(now).outcome
    }

    /// What the decision has to come to where these rules match: rules only raise what the ladder says anyway.
    pub(crate) fn meant(&self, now: &Situation, matching: &BTreeSet<String>) -> Outcome {
        let floors = matching.iter().filter_map(|id| self.outcomes.get(id.as_str()));
        floors.copied().fold(self.bare.decide(now).outcome, Outcome::max)
    }
}

/// The situation of a case.
pub(crate) fn situation(case: &Case) -> Situation {
    let mut now = Situation::default();
    now.turn = 6;
    now.disclosed = true;
    now.signals = Signals::from(case.signals.iter().map(|name| finding(name)).collect::<Vec<_>>());
    for name in &case.signals_so_far {
        let first = if case.signals.contains(name) { 6 } else { 2 };
        now.first_noticed.insert(Signal::from_name(name), (first, 0));
    }
    let confidence = case.number("confidence") as f32 / 1000.0;
    now.intent = IntentView::Ranked(Intents::ranked([(case.name("intent"), confidence)]));
    now.valence = match case.name("valence") {
        "neg" => Valence::Neg,
        "neu" => Valence::Neu,
        _ => Valence::Pos,
    };
    (now.frustration.band, now.frustration.level) = match case.name("band") {
        "low" => (Band::Low, 0.1),
        "rising" => (Band::Rising, 0.4),
        _ => (Band::High, 0.8),
    };
    now.channel = Channel::ALL.into_iter().find(|c| c.name() == case.name("channel")).expect("a channel");
    now.stage = Some(Arc::from(case.name("stage")));
    for name in ["segment", "medical_device", "interpreter"] {
        now.attributes.insert(Arc::from(name), Arc::from(case.name(name)));
    }
    now.attributes.insert(Arc::from("reminders_sent"), Arc::from(case.number("reminders_sent").to_string()));
    let day = case.number("month_day");
    (now.local.month, now.local.day) = ((day / 100) as u8, (day % 100) as u8);
    (now.local.weekday, now.local.minute) = (2, 620);
    now.prior_contacts = case.number("prior_contacts");
    now.failures.recent = case.number("failures");
    now.customer_turns = case.number("turns");
    now
}

fn finding(name: &str) -> Finding {
    Finding { signal: Signal::from_name(name), shade: None, score: 0.8, holds: true, evidence: Vec::new() }
}
