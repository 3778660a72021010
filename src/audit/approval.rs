//! Approval events as entries of the chain: people and customers as commitments, the rest as facts.

use super::Entry;
use crate::approval::{AnswerKind, Effect, Outcome};
use crate::approval::{ApprovalEvent, ApprovalEventKind as Kind, Principal, Resolver};

impl From<&ApprovalEvent> for Entry {
    fn from(event: &ApprovalEvent) -> Self {
        let entry = Self::new(event.at, event.kind.name())
            .fact("proposal", event.proposal.as_str())
            .fact("number", event.number.to_string());
        described(entry, &event.kind)
    }
}

fn described(entry: Entry, kind: &Kind) -> Entry {
    match kind {
        Kind::Opened { action, customers, proposer, effect, why, rule, policy, draw } => {
            let mut entry = person(entry, "proposer", proposer)
                .fact("action", action.as_str())
                .fact("effect", effect_name(*effect))
                .fact("why", format!("{why:?}"))
                .fact("policy", format!("{}/{}", policy.id, policy.version));
            if let Some(rule) = rule {
                entry = entry.fact("rule", rule.clone());
            }
            if let Some(draw) = draw {
                entry = entry.fact("draw", format!("{draw:?}"));
            }
            customers.iter().enumerate().fold(entry, |entry, (at, customer)| {
                entry.personal(format!("customer.{at}"), customer.as_str(), customer.as_str())
            })
        }
        Kind::Looked { by, item } => person(entry, "by", by).fact("item", item.to_string()),
        Kind::Voted { by, acting_for, revision, answer } => {
            let entry =
                person(entry, "by", by).fact("revision", revision.to_string()).fact("answer", answer_name(*answer));
            acting_for.iter().fold(entry, |entry, absent| person(entry, "acting_for", absent))
        }
        Kind::Climbed { rungs } => entry.fact("rungs", rungs.to_string()),
        Kind::Approved { execute_by } => entry.fact("execute_by", execute_by.to_string()),
        Kind::Rejudged { policy, effect, kept } => entry
            .fact("policy", format!("{}/{}", policy.id, policy.version))
            .fact("effect", effect_name(*effect))
            .fact("kept", kept.to_string()),
        Kind::Claimed { worker, claim } => entry.fact("worker", worker.as_str()).fact("claim", claim.as_str()),
        Kind::Lost { claim } => entry.fact("claim", claim.as_str()),
        Kind::Reminded => entry,
        Kind::Resolved { by, outcome } => {
            let entry = entry.fact("outcome", outcome_name(*outcome));
            match by {
                Resolver::Person(who) => person(entry, "by", who),
                Resolver::Key(key) => entry.fact("key", key.as_str()),
            }
        }
        Kind::Ended { end, by, outcome } => {
            let entry = entry.fact("end", end.clone());
            let entry = outcome.iter().fold(entry, |entry, outcome| entry.fact("outcome", outcome_name(*outcome)));
            by.iter().fold(entry, |entry, who| person(entry, "by", who))
        }
    }
}

/// A person stands as a commitment; a machine is nobody, and stands as it is.
fn person(entry: Entry, field: &'static str, who: &Principal) -> Entry {
    match who {
        Principal::Person(id) => entry.personal(field, id.clone(), id.clone()),
        Principal::Machine(id) => entry.fact(field, id.clone()),
    }
}

const fn effect_name(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "allow",
        Effect::Review => "review",
        Effect::Deny => "deny",
    }
}

const fn answer_name(answer: AnswerKind) -> &'static str {
    match answer {
        AnswerKind::Approve => "approve",
        AnswerKind::Reject => "reject",
        AnswerKind::Edit => "edit",
        AnswerKind::Answer => "answer",
        AnswerKind::TakeOver => "take_over",
        AnswerKind::Escalate => "escalate",
    }
}

const fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Succeeded => "succeeded",
        Outcome::Failed => "failed",
        Outcome::NotRun => "not_run",
    }
}
