//! The section `approval` of a rule document: read, held against itself and the staff, compiled.
//!
//! ```toml
//! [approval]
//! default = "any_agent"                       # the route of whatever no rule decides
//!
//! [approval.actions.payment_plan]             # what the AI may propose at all
//! reversibility = "reversible"                # read_only, reversible, compensable, irreversible
//! amount = "total"                            # the argument that limits go by
//! nl = "Betalingsregeling treffen"
//! en = "Set up a payment plan"                # more: adverse, significant, hidden
//!
//! [approval.routes.any_agent]
//! stages = [{ any_of = ["agent"], quorum = 1 }]
//! approve_by_s = 900
//! execute_by_s = 600                          # more: settle_by_s, answers, other_team, look_first, tell_waiting
//! ladder = [{ after_s = 300, add_roles = ["lead"], notify = "pager" }]
//! on_timeout = { do = "hand_to_human", tell_customer = "still_with_you" }
//!
//! [[approval.rules]]
//! id = "small-plan"
//! when = { action = "payment_plan", currency = "EUR", max_minor = 20_000, signal_none = ["financial_hardship"] }
//! then = { effect = "allow", sample_permille = 20, budget = { per = "customer", window_s = 2_592_000, max_times = 1, over = "any_agent" } }
//!
//! [[approval.rules]]
//! id = "hardship"
//! when = { action = "payment_plan", signal = ["financial_hardship", "vulnerability"] }
//! then = { effect = "review", to = "any_agent", never_always = true, tell_customer = "colleague_checks" }
//!
//! [[approval.standing]]                       # what somebody approved once and for all, until a day
//! id = "fair-refunds"
//! action = "refund"
//! max_minor = 1_000
//! currency = "EUR"
//! until = 2027-06-30
//! granted_by = "anna"
//! ```

mod limits;
mod lint;
mod people;
mod read;

use super::ApprovalRules;
use crate::policy::finding::Sink;
use crate::policy::{Against, DocPath, Spec};

/// Reads the section and names every mistake in it.
pub(crate) fn check(spec: &Spec, against: &Against, sink: &Sink) {
    let Some(node) = &spec.approval else { return };
    let before = sink.len();
    let place = DocPath::root().key("approval");
    let Some(read) = read::section(node, place.clone(), spec, sink) else { return };
    if sink.len() > before {
        // What could not be read whole would show mistakes that are none.
        return;
    }
    lint::look(&read, &place, sink);
    limits::look(&read, &place, sink);
    if let Some(staff) = &against.staff {
        people::look(&read, staff, &place, sink);
    }
}

/// The rules of a document that was checked; none where it has no such section.
pub(crate) fn compile(spec: &Spec) -> Option<ApprovalRules> {
    let node = spec.approval.as_ref()?;
    let read = read::section(node, DocPath::root().key("approval"), spec, &Sink::default())?;
    ApprovalRules::compile(read).ok()
}

/// Where the rule at `at` stands.
fn rule_place(section: &DocPath, at: usize) -> DocPath {
    section.key("rules").at(at)
}
