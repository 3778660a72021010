use super::{Country, Outcome, PolicyRef, Priority, Withhold};
use crate::signal::Signal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// The named settings of the [`Ladder`](super::Ladder), each with its default.
///
/// Plain data: a host reads it from TOML or JSON, or changes single fields. Nothing here can take the way to a human
/// away; [`check`](Self::check) finds what makes no sense.
///
/// ```
/// use handover::escalation::{LadderSettings, Outcome};
/// use handover::signal::Signal;
///
/// let mut settings = LadderSettings::default();
/// assert_eq!(settings.floors[&Signal::Bereavement].outcome, Outcome::HandOver);
/// settings.low_confidence = 7.0;
/// assert_eq!(settings.check().unwrap_err().as_slice().len(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LadderSettings {
    /// The id and version stamped on each decision.
    pub policy: PolicyRef,
    /// Layer 5: what a signal calls for at least.
    pub floors: BTreeMap<Signal, Floor>,
    /// The queue for whatever no rule sends elsewhere.
    pub queue: Arc<str>,
    /// Layer 1: the queue for danger.
    pub safety_queue: Arc<str>,
    /// Layer 4: the queue for contested decisions and data rights.
    pub rights_queue: Arc<str>,
    /// Layer 4: the queue for formal complaints.
    pub complaints_queue: Arc<str>,
    /// Layer 7: failed turns, among the last three of the customer, that hand over.
    pub failure_cap: u32,
    /// Layer 7: how often the customer may ask the same before it hands over.
    pub repeat_cap: u32,
    /// Layer 7: this many contacts about the same before this one make an offer.
    pub prior_contacts: u32,
    /// Layer 8: hints within three turns that make an offer.
    pub hints: u32,
    /// Layer 8: a forecast from this on makes an offer, 0 to 1.
    pub forecast: f32,
    /// Layer 9: below this confidence the bot asks, 0 to 1. Depends on the classifier: calibrate it.
    pub low_confidence: f32,
    /// Layer 9: below this lead over the second intent the bot asks, 0 to 1.
    pub small_margin: f32,
    /// Layer 9: questions in a row before a person is offered.
    pub clarify_budget: u32,
    /// Questions and offers for failure or doubt in a row at which a person takes over instead.
    pub stuck_cap: u32,
    /// Customer turns after a decline without an offer, and without a hand-over by layers 7 to 9.
    pub decline_turns: u32,
    /// Customer turns after an offer in which it is not made again for the same reason.
    pub offer_turns: u32,
    /// Frustration has to rise by this much to count as something new, 0 to 1.
    pub new_rise: f32,
    /// A live wait up to this, in milliseconds, is taken for granted.
    pub longest_wait: u64,
    /// A picture of the queues older than this, in milliseconds, promises nothing.
    pub stale_after: u64,
    /// Customers whose attribute has this value get this priority: layer 10. It never lowers anything.
    pub priority_for: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Priority>>,
    /// The country whose emergency numbers a safety notice names; none are named without it.
    pub country: Option<Country>,
}

/// What a signal calls for at least.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    /// The mildest outcome.
    pub outcome: Outcome,
    /// The queue; the settings' own where none is named.
    #[serde(default)]
    pub queue: Option<Arc<str>>,
    /// How soon.
    #[serde(default)]
    pub priority: Priority,
    /// What the person should be able to do.
    #[serde(default)]
    pub skills: BTreeSet<Arc<str>>,
    /// What the bot should leave out.
    #[serde(default)]
    pub withhold: BTreeSet<Withhold>,
}

impl Floor {
    fn new(outcome: Outcome, priority: Priority, skill: &str) -> Self {
        Self { outcome, queue: None, priority, skills: BTreeSet::from([Arc::from(skill)]), withhold: BTreeSet::new() }
    }

    fn to(self, queue: &str) -> Self {
        Self { queue: Some(Arc::from(queue)), ..self }
    }

    fn without<const N: usize>(self, withhold: [Withhold; N]) -> Self {
        Self { withhold: BTreeSet::from(withhold), ..self }
    }
}

impl Default for LadderSettings {
    fn default() -> Self {
        use Outcome::{HandOver, OfferHuman};
        use Priority::{High, Normal, Urgent};
        use Withhold::{GenericSteps, RetentionOffer, Survey, Upsell};
        Self {
            policy: PolicyRef { id: Arc::from("default"), version: 1 },
            floors: BTreeMap::from([
                (
                    Signal::Bereavement,
                    Floor::new(HandOver, High, "bereavement").without([RetentionOffer, Survey, Upsell]),
                ),
                (Signal::LegalThreat, Floor::new(HandOver, High, "legal").to("complaints").without([Upsell])),
                (Signal::FraudSecurity, Floor::new(HandOver, High, "fraud").to("security").without([Upsell])),
                (
                    Signal::FinancialHardship,
                    Floor::new(OfferHuman, High, "hardship").without([RetentionOffer, Upsell, GenericSteps]),
                ),
                (Signal::Vulnerability, Floor::new(OfferHuman, High, "care").without([Upsell, GenericSteps])),
                (Signal::Churn, Floor::new(OfferHuman, Normal, "retention")),
                (Signal::Complaint, Floor::new(OfferHuman, Normal, "complaints").without([Upsell])),
                (Signal::MediaThreat, Floor::new(OfferHuman, High, "complaints").without([Upsell])),
                (Signal::Urgent, Floor::new(OfferHuman, Urgent, "first_line")),
            ]),
            queue: Arc::from("general"),
            safety_queue: Arc::from("safety"),
            rights_queue: Arc::from("privacy"),
            complaints_queue: Arc::from("complaints"),
            failure_cap: 2,
            repeat_cap: 2,
            prior_contacts: 2,
            hints: 2,
            forecast: 0.6,
            low_confidence: 0.4,
            small_margin: 0.05,
            clarify_budget: 2,
            stuck_cap: 4,
            decline_turns: 4,
            offer_turns: 3,
            new_rise: 0.2,
            longest_wait: 180_000,
            stale_after: 300_000,
            priority_for: BTreeMap::new(),
            country: None,
        }
    }
}

/// A setting that makes no sense.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("`{field}` {problem}")]
pub struct SettingError {
    field: String,
    problem: String,
}

impl SettingError {
    /// The setting, as it is written in a document.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }
}

/// Every setting that makes no sense.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingErrors(Vec<SettingError>);

impl SettingErrors {
    /// The mistakes, in the order of the fields.
    #[must_use]
    pub fn as_slice(&self) -> &[SettingError] {
        &self.0
    }
}

impl fmt::Display for SettingErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::mistakes::write(f, &self.0)
    }
}

impl std::error::Error for SettingErrors {}

impl LadderSettings {
    /// Whether the settings make sense.
    ///
    /// # Errors
    /// Every one that does not, with what to do about it.
    pub fn check(&self) -> Result<(), SettingErrors> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, problem: &str| {
            errors.push(SettingError { field: field.to_owned(), problem: problem.to_owned() });
        };
        let shares = [
            ("forecast", self.forecast),
            ("low_confidence", self.low_confidence),
            ("small_margin", self.small_margin),
            ("new_rise", self.new_rise),
        ];
        for (field, value) in shares {
            if !(0.0..=1.0).contains(&value) {
                wrong(field, "has to lie between 0 and 1");
            }
        }
        for (field, queue) in [
            ("queue", &self.queue),
            ("safety_queue", &self.safety_queue),
            ("rights_queue", &self.rights_queue),
            ("complaints_queue", &self.complaints_queue),
        ] {
            if queue.trim().is_empty() {
                wrong(field, "names no queue: without one nobody would take over");
            }
        }
        for (field, count) in [
            ("failure_cap", self.failure_cap),
            ("repeat_cap", self.repeat_cap),
            ("stuck_cap", self.stuck_cap),
            ("hints", self.hints),
        ] {
            if count == 0 {
                wrong(field, "has to be at least 1: with 0 every message would call a person");
            }
        }
        if self.failure_cap > 5 {
            wrong("failure_cap", "is above 5: the customer would be stuck too long");
        }
        if self.clarify_budget > 4 {
            wrong("clarify_budget", "is above 4: the bot would go on asking");
        }
        for (signal, floor) in &self.floors {
            if floor.outcome == Outcome::Clarify {
                wrong(
                    &format!("floors.{signal}"),
                    "can't be `clarify`: a signal calls for `offer_human` or `hand_over`, or for nothing",
                );
            }
            if floor.queue.as_ref().is_some_and(|q| q.trim().is_empty()) {
                wrong(&format!("floors.{signal}.queue"), "names no queue");
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(SettingErrors(errors)) }
    }
}
