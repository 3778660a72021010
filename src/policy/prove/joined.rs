//! The document in which every effect that a rule of a policy has can be switched on by itself.

use crate::conversation::Situation;
use crate::escalation::{Outcome, Priority};
use crate::policy::engine::{Lists, floor};
use crate::policy::{Condition, Effect, Rule, Spec, Test};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What switches begin with: no document's attribute does.
pub(super) const SWITCH: &str = "~";

/// Everything that the rules of a document can do to a decision's course.
#[derive(Debug)]
pub(super) struct Effects {
    /// Outcomes of layer 5, with `false`, and of layer 10, with `true`.
    pub(super) outcomes: BTreeSet<(bool, Outcome)>,
    pub(super) queues: BTreeSet<(bool, Arc<str>)>,
    pub(super) priorities: BTreeSet<Priority>,
    pub(super) call_back: bool,
}

impl Effects {
    pub(super) fn of(spec: &Spec) -> Self {
        let mut effects =
            Self { outcomes: BTreeSet::new(), queues: BTreeSet::new(), priorities: BTreeSet::new(), call_back: false };
        let lists = Lists::of(spec);
        let layers = [(false, &spec.rules), (true, &spec.circumstances)];
        for (late, rule) in layers.into_iter().flat_map(|(late, rules)| rules.iter().map(move |rule| (late, rule))) {
            let floor = floor(rule, spec, &lists);
            effects.outcomes.extend((floor.outcome > Outcome::Continue).then_some((late, floor.outcome)));
            effects.queues.extend(floor.queue.map(|queue| (late, queue)));
            effects.priorities.extend((floor.priority > Priority::Normal).then_some(floor.priority));
            effects.call_back |= floor.call_back;
        }
        effects
    }
}

/// The name of a switch.
pub(super) fn outcome_switch(late: bool, outcome: Outcome) -> Arc<str> {
    Arc::from(format!("{SWITCH}{}:{}", if late { "late" } else { "rule" }, outcome.name()))
}

pub(super) fn queue_switch(late: bool, queue: &str) -> Arc<str> {
    Arc::from(format!("{SWITCH}{}:queue:{queue}", if late { "late" } else { "rule" }))
}

pub(super) fn priority_switch(priority: Priority) -> Arc<str> {
    Arc::from(format!("{SWITCH}priority:{}", priority as u8))
}

pub(super) fn call_back_switch() -> Arc<str> {
    Arc::from(format!("{SWITCH}call_back"))
}

/// Turns every switch off.
pub(super) fn switch_off(now: &mut Situation, prefix: &str) {
    now.attributes.retain(|name, _| !name.starts_with(prefix));
}

/// The document, its rules put apart into single effects.
pub(super) fn document(spec: &Spec) -> Spec {
    let effects = Effects::of(spec);
    let mut joined = Spec { rules: Vec::new(), circumstances: Vec::new(), ..spec.clone() };
    let mut add = |late: bool, name: Arc<str>, then: Effect| {
        let when = Condition::is(Test::Attribute(Arc::clone(&name), vec![Arc::from("on")]));
        let list = if late { &mut joined.circumstances } else { &mut joined.rules };
        list.push(Rule { id: name, when, then, ..Rule::default() });
    };
    for (late, outcome) in effects.outcomes {
        add(late, outcome_switch(late, outcome), Effect { outcome, ..Effect::default() });
    }
    for (late, queue) in effects.queues {
        add(late, queue_switch(late, &queue), Effect { queue: Some(queue), ..Effect::default() });
    }
    for priority in effects.priorities {
        add(false, priority_switch(priority), Effect { priority, ..Effect::default() });
    }
    if effects.call_back {
        add(false, call_back_switch(), Effect { call_back: true, ..Effect::default() });
    }
    joined
}
