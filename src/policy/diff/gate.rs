//! What the approval gate of a newer document lets pass more easily: fewer people, a smaller sample, a wider budget, or
//! nobody at all.

use crate::approval::{
    ActionName, ActionSpec, ApprovalPolicy, ApprovalRule, ApprovalRules, Currency, Draw, Effect, Facts, Item, Limit,
    Money, Principal, Proposal, Reversibility, RuleEffect, Ruling, When,
};
use crate::signal::Signal;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Kinds of proposals that are told at most.
const MOST: usize = 60;
/// A draw that no sample but one of all hits.
const UNSEEN: Draw = Draw::new(999);
/// Beside what the rules ask of a customer: those who should not be dealt with by a machine alone.
const DISTRESS: [Signal; 5] =
    [Signal::Crisis, Signal::Threat, Signal::Bereavement, Signal::FinancialHardship, Signal::Vulnerability];

/// A proposal of the AI that a newer policy guards less.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Loosened {
    /// What the AI proposes.
    pub action: ActionName,
    /// About how much.
    pub amount: Option<Money>,
    /// What is known of the customer.
    pub facts: Facts,
    /// What stood before it.
    pub before: Guard,
    /// What stands before it now.
    pub after: Guard,
}

/// What stands between a proposal and its effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Guard {
    /// Yes, no, or only after people have looked.
    pub effect: Effect,
    /// How many people have to agree, where they decide.
    pub people: u32,
    /// How many of a thousand people look at all the same, where it passes.
    pub sample_permille: u16,
    /// How much may pass, where it is bounded.
    pub limit: Option<Limit>,
}

impl Guard {
    /// What rules make of a proposal that no sample hits.
    fn of(rules: &ApprovalRules, (proposal, facts): &Case) -> Self {
        let verdict = rules.judge(proposal, facts, Some(UNSEEN), 0);
        let decided = verdict.rule.as_ref().and_then(|id| rules.rules().find(|rule| rule.id == *id));
        let sample = |rule: &ApprovalRule| match rule.then.effect {
            RuleEffect::Allow { sample_permille, .. } => sample_permille,
            RuleEffect::Review(_) | RuleEffect::Deny => 0,
        };
        let (people, limit) = match &verdict.ruling {
            Ruling::Allow(allowance) => (0, allowance.budgets.first().map(|budget| budget.limit)),
            Ruling::Review(route) => (route.people_needed(), None),
            Ruling::Deny => (0, None),
        };
        Self { effect: verdict.effect(), people, sample_permille: decided.map_or(0, sample), limit }
    }

    /// Whether less stands in the way than before.
    fn is_less_than(&self, before: &Self) -> bool {
        match (self.effect, before.effect) {
            (Effect::Allow, Effect::Allow) => {
                self.sample_permille < before.sample_permille || wider(self.limit, before.limit)
            }
            (Effect::Review, Effect::Review) => self.people < before.people,
            (now, then) => now < then,
        }
    }
}

/// Whether more may pass than before, or as much in less time.
fn wider(now: Option<Limit>, before: Option<Limit>) -> bool {
    let more = |now: Option<u64>, before: Option<u64>| before.is_some_and(|before| now.is_none_or(|now| now > before));
    let times = |limit: Limit| limit.times.map(u64::from);
    before.is_some_and(|before| {
        now.is_none_or(|now| {
            more(now.most, before.most) || more(times(now), times(before)) || now.window < before.window
        })
    })
}

type Case = (Proposal, Facts);

/// The proposals that a newer gate guards less, one of each kind.
pub(super) fn loosened(old: &ApprovalRules, new: &ApprovalRules) -> Vec<Loosened> {
    let mut kinds: Vec<Loosened> = Vec::new();
    for case in cases(old, new) {
        let (before, after) = (Guard::of(old, &case), Guard::of(new, &case));
        let alike = |known: &Loosened| (&known.before, &known.after) == (&before, &after);
        let (proposal, facts) = case;
        let known = kinds.iter().any(|known| known.action == *proposal.action() && alike(known));
        if after.is_less_than(&before) && !known && kinds.len() < MOST {
            let amount = proposal.items().first().and_then(|item| item.judged_amount()).map(|(_, money)| money);
            kinds.push(Loosened { action: proposal.action().clone(), amount, facts, before, after });
        }
    }
    kinds
}

/// For every action, what each rule of both asks for: at its bounds and beside them, calm and in distress.
fn cases(old: &ApprovalRules, new: &ApprovalRules) -> Vec<Case> {
    let all: Vec<&When> = old.rules().chain(new.rules()).map(|rule| &rule.when).collect();
    let actions: BTreeMap<&ActionName, &ActionSpec> = new.actions().chain(old.actions()).collect();
    let usual = When::default();
    let mut cases = Vec::new();
    for (action, spec) in actions {
        let about = |when: &&&When| when.actions.is_empty() || when.actions.contains(action);
        let whens: Vec<&When> = std::iter::once(&usual).chain(all.iter().filter(about).copied()).collect();
        let amounts: BTreeSet<Option<Money>> = whens.iter().flat_map(|when| amounts(when)).chain([None]).collect();
        for (when, amount) in whens.iter().flat_map(|when| amounts.iter().map(move |amount| (when, *amount))) {
            let told = std::iter::once(None).chain(DISTRESS.iter().map(Some));
            cases.extend(told.filter_map(|signal| Some((proposal(action, spec, amount)?, facts(when, signal)))));
        }
    }
    cases
}

/// On and beside the bounds of a rule.
fn amounts(when: &When) -> Vec<Option<Money>> {
    let currency = when.currency.unwrap_or(Currency::EUR);
    let bounds = when.min_minor.into_iter().chain(when.max_minor);
    let around = bounds.flat_map(|bound| [bound.saturating_sub(1), bound, bound.saturating_add(1)]);
    around.map(|minor| Some(Money { minor: i64::try_from(minor).unwrap_or(i64::MAX), currency })).collect()
}

fn proposal(action: &ActionName, spec: &ActionSpec, amount: Option<Money>) -> Option<Proposal> {
    let item = Item::new("customer");
    let item = match amount {
        // By the argument that the policy goes by.
        Some(money) => item.amount(spec.amount.clone().unwrap_or_else(|| "amount".into()), money),
        None => item,
    };
    let builder = Proposal::builder("case", action.clone(), Principal::machine("ai"), "case").item(item);
    // What the policy says of the action counts where it is stricter.
    builder.reversibility(Reversibility::ReadOnly).build().ok()
}

/// What a rule asks of a customer, and perhaps a signal beside it.
fn facts(when: &When, signal: Option<&Signal>) -> Facts {
    let named = |(name, values): (&Arc<str>, &Vec<Arc<str>>)| Some((name.clone(), values.first()?.clone()));
    Facts {
        signals: when.signals_any.first().into_iter().chain(signal).cloned().collect(),
        emotion: when.emotions_any.first().copied(),
        frustration: when.frustration_min.unwrap_or(0),
        confidence: Some(when.confidence_max.unwrap_or(1_000)),
        verified: when.verified.unwrap_or(true),
        channel: when.channels.first().copied(),
        intent: when.intents.first().cloned(),
        attributes: when.attributes.iter().filter_map(named).collect(),
        ..Facts::default()
    }
}
