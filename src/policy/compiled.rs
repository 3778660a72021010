use super::engine::Engine;
use super::{Document, Spec, Wording};
use crate::approval::ApprovalRules;
use crate::conversation::{LocalTime, Situation};
use crate::escalation::{Decision, EscalationPolicy, Ladder, NoticeKey, NoticeTexts, PolicyRef};
use crate::text::Lang;
use std::sync::Arc;

/// A document that was checked and compiled: what decides.
///
/// There is one way to one: through [`Document::check`]. What the checker let pass runs, and nothing else. It can't be
/// copied or read from a file, so that no unchecked one comes in by a side door; share it behind an [`Arc`].
///
/// ```compile_fail
/// fn copied<T: Clone>() {}
/// copied::<handover::policy::Policy>();
/// ```
/// ```compile_fail
/// let policy: handover::policy::Policy = serde_json::from_str("{}").unwrap();
/// ```
///
/// ```
/// use handover::conversation::Situation;
/// use handover::escalation::{EscalationPolicy, Outcome};
/// use handover::policy::{Condition, Effect, Measure, Policy, Range, Rule, Spec, Test};
///
/// let mut spec = Spec::default();
/// spec.circumstances.push(Rule {
///     id: "third-contact".into(),
///     when: Condition::is(Test::Measure(Measure::PriorContacts, Range { at_least: Some(3.0), ..Range::default() })),
///     then: Effect { outcome: Outcome::HandOver, ..Effect::default() },
///     ..Rule::default()
/// });
/// let policy: Policy = spec.check().policy()?;
/// let mut situation = Situation::default();
/// situation.prior_contacts = 3;
/// let decision = policy.decide(&situation);
/// assert_eq!(decision.outcome, Outcome::HandOver);
/// assert!(decision.reasons.iter().any(|reason| reason.rule.as_deref() == Some("third-contact")));
/// # Ok::<(), handover::policy::Findings>(())
/// ```
#[derive(Debug)]
pub struct Policy {
    spec: Spec,
    reference: PolicyRef,
    engine: Engine,
    texts: NoticeTexts,
    approval: Option<ApprovalRules>,
}

impl Default for Policy {
    /// The document that ships.
    fn default() -> Self {
        Self::compile(Spec::default())
    }
}

impl Policy {
    /// Compiles a document that was checked.
    pub(super) fn compile(spec: Spec) -> Self {
        let mut texts = NoticeTexts::default();
        texts.country = spec.country;
        for (name, wording) in &spec.notices {
            if let Some(key) = NoticeKey::ALL.into_iter().find(|key| key.name() == &**name) {
                Lang::BUILT_IN.into_iter().for_each(|lang| texts.replace(key, lang, wording.text(lang)));
            }
        }
        let reference = PolicyRef { id: Arc::clone(&spec.id), version: spec.version };
        let approval = crate::approval::document::compile(&spec);
        Self { engine: Engine::compile(&spec), reference, texts, approval, spec }
    }

    /// The document that it was made from.
    #[must_use]
    pub const fn spec(&self) -> &Spec {
        &self.spec
    }

    /// The id and version that stand on every decision.
    #[must_use]
    pub const fn reference(&self) -> &PolicyRef {
        &self.reference
    }

    /// The rules of the approval gate; none where the document has no such section: then nothing is ever approved.
    #[must_use]
    pub const fn approval(&self) -> Option<&ApprovalRules> {
        self.approval.as_ref()
    }

    /// The built-in notices, in the document's words where it has some.
    #[must_use]
    pub const fn texts(&self) -> &NoticeTexts {
        &self.texts
    }

    /// A notice of the document's own.
    #[must_use]
    pub fn own_notice(&self, key: &str) -> Option<&Wording> {
        self.spec.notices.get(key)
    }

    /// The ids of the rules that match, those of layer 5 first, the strongest before others. What the ladder makes of
    /// them is in a [`Decision`].
    #[must_use]
    pub fn matches(&self, situation: &Situation) -> Vec<&Arc<str>> {
        self.engine.matches(situation, &self.spec).all().map(|floor| &floor.id).collect()
    }

    /// When people of a queue are there next, as the document has it: now, where it is open or works day and night.
    /// Nothing where it has no such queue, or stays closed for the year to come.
    #[must_use]
    pub fn next_opening(&self, queue: &str, local: &LocalTime) -> Option<LocalTime> {
        match &self.spec.queues.get(queue)?.hours {
            Some(hours) => self.spec.calendar.next_opening(hours, local),
            None => Some(*local),
        }
    }
}

impl EscalationPolicy for Policy {
    fn decide(&self, situation: &Situation) -> Decision {
        let rules = self.engine.matches(situation, &self.spec);
        let news = situation.decline.is_some() && self.engine.news(situation);
        let skills = self.engine.skills();
        Ladder { spec: &self.spec, policy: &self.reference, skills, news }.decide(situation, &rules)
    }
}

impl TryFrom<Document> for Policy {
    type Error = super::Findings;

    fn try_from(document: Document) -> Result<Self, super::Findings> {
        document.check().policy()
    }
}
