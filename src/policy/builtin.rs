//! What is decided when nobody says anything: the document that ships.

use super::{Condition, Effect, Queue, Rule, Spec, Test};
use crate::escalation::{Outcome, Priority, Withhold};
use crate::signal::Signal;
use std::collections::BTreeMap;
use std::sync::Arc;

const QUEUES: [&str; 5] = ["general", "safety", "privacy", "complaints", "security"];
const SKILLS: [&str; 8] =
    ["bereavement", "legal", "fraud", "hardship", "care", "retention", "complaints", "first_line"];

impl Spec {
    /// A document in which nothing stands but defaults.
    #[must_use]
    pub fn bare() -> Self {
        Self {
            id: Arc::from(""),
            version: 1,
            about: None,
            owner: None,
            review_by: None,
            country: None,
            vocabulary: Default::default(),
            thresholds: Default::default(),
            cool_down: Default::default(),
            disclosure: Default::default(),
            calendar: Default::default(),
            queues: BTreeMap::new(),
            routing: Default::default(),
            routes: BTreeMap::new(),
            notices: BTreeMap::new(),
            rules: Vec::new(),
            circumstances: Vec::new(),
            approval: None,
        }
    }
}

impl Default for Spec {
    /// The document that ships: one rule for each signal that calls for a person.
    fn default() -> Self {
        use Outcome::{HandOver, OfferHuman};
        use Priority::{High, Normal, Urgent};
        use Withhold::{GenericSteps, RetentionOffer, Survey, Upsell};
        let mut spec = Self::bare();
        spec.id = Arc::from("default");
        spec.queues = QUEUES.iter().map(|name| (Arc::from(*name), Queue::default())).collect();
        spec.vocabulary.skills = SKILLS.iter().map(|name| Arc::from(*name)).collect();
        spec.rules = vec![
            rule(Signal::Bereavement, HandOver, High, "bereavement", None, &[RetentionOffer, Survey, Upsell]),
            rule(
                Signal::FinancialHardship,
                OfferHuman,
                High,
                "hardship",
                None,
                &[RetentionOffer, Upsell, GenericSteps],
            ),
            rule(Signal::Vulnerability, OfferHuman, High, "care", None, &[Upsell, GenericSteps]),
            rule(Signal::LegalThreat, HandOver, High, "legal", Some("complaints"), &[Upsell]),
            rule(Signal::MediaThreat, OfferHuman, High, "complaints", None, &[Upsell]),
            rule(Signal::Complaint, OfferHuman, Normal, "complaints", None, &[Upsell]),
            rule(Signal::Churn, OfferHuman, Normal, "retention", None, &[]),
            rule(Signal::FraudSecurity, HandOver, High, "fraud", Some("security"), &[Upsell]),
            rule(Signal::Urgent, OfferHuman, Urgent, "first_line", None, &[]),
        ];
        spec
    }
}

fn rule(
    signal: Signal,
    outcome: Outcome,
    priority: Priority,
    skill: &str,
    queue: Option<&str>,
    withhold: &[Withhold],
) -> Rule {
    Rule {
        id: Arc::from(signal.name()),
        when: Condition::is(Test::Signal(vec![signal])),
        then: Effect {
            outcome,
            queue: queue.map(Arc::from),
            priority,
            skills: vec![Arc::from(skill)],
            withhold: withhold.to_vec(),
            ..Effect::default()
        },
        ..Rule::default()
    }
}
