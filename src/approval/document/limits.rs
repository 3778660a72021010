//! What passes without people, what takes too long, and what the customer is left without.

use super::lint::{always_reviewed, covers, words};
use super::rule_place;
use crate::approval::{ActionName, ApprovalRule, Budget, Requirement, Reversibility, RuleEffect, RuleSet, When};
use crate::policy::finding::Sink;
use crate::policy::{Code, DocPath, Finding, Witness, Wording};
use crate::signal::Signal;

/// Longer than this no customer waits in good faith, in milliseconds: a day.
const PATIENCE: u64 = 24 * 3_600_000;
/// Longer than this nothing irreversible should lie ready to be run, in milliseconds: an hour.
const IRREVERSIBLE_WINDOW: u64 = 3_600_000;
/// Whoever shows these should not be dealt with by a machine alone.
const DISTRESS: [Signal; 5] =
    [Signal::Crisis, Signal::Threat, Signal::Bereavement, Signal::FinancialHardship, Signal::Vulnerability];

pub(super) fn look(set: &RuleSet, section: &DocPath, sink: &Sink) {
    for (at, rule) in set.rules.iter().enumerate() {
        let place = rule_place(section, at);
        if let RuleEffect::Allow { sample_permille, budget, .. } = &rule.then.effect {
            allowed(set, rule, *sample_permille, budget.as_ref(), &place, sink);
        }
    }
    routes(set, section, sink);
    standing(set, section, sink);
}

fn push(sink: &Sink, code: Code, place: DocPath, message: [&str; 2], help: [&str; 2], when: &When) {
    let (message, help) = (Wording::new(message[0], message[1]), Wording::new(help[0], help[1]));
    sink.push(Finding::new(code, place, message, help).shown_by(Witness::of(words(when))));
}

fn allowed(set: &RuleSet, rule: &ApprovalRule, sample: u16, budget: Option<&Budget>, place: &DocPath, sink: &Sink) {
    let irreversible = actions(set, rule)
        .find(|(action, back)| !always_reviewed(set, action) && **back == Reversibility::Irreversible);
    let capped = rule.when.reversibility_max.is_some_and(|most| most < Reversibility::Irreversible);
    if irreversible.is_some() && !capped && sample == 0 && budget.is_none() {
        push(
            sink,
            Code::UncheckedIrreversible,
            place.clone(),
            [
                "wat niet terug te draaien is, gaat hier door zonder dat iemand ooit kijkt",
                "what can't be undone passes here without anybody ever looking",
            ],
            ["Noem een budget of een steekproef.", "Name a budget or a sample."],
            &rule.when,
        );
    } else if sample == 0 {
        push(
            sink,
            Code::NoSample,
            place.key("then"),
            ["van wat hier doorgaat, wordt niets nagekeken", "nothing of what passes here is ever looked at"],
            ["Neem een steekproef: sample_permille = 20.", "Take a sample: sample_permille = 20."],
            &rule.when,
        );
    }
    let counted = budget.is_some_and(|budget| budget.limit.most.is_some() || budget.limit.times.is_some());
    if rule.when.max_minor.is_some() && !counted {
        push(
            sink,
            Code::Slicing,
            place.key("then"),
            [
                "een grens per keer zonder budget: veel kleine bedragen na elkaar gaan alle door",
                "a limit for each without a budget: many small amounts one after the other all pass",
            ],
            [
                "Noem een budget: budget = { per = \"customer\", window_s = 86400, max_minor = …, over = … }.",
                "Name a budget: budget = { per = \"customer\", window_s = 86400, max_minor = …, over = … }.",
            ],
            &rule.when,
        );
    }
    distress(set, rule, place, sink);
}

/// The actions that a rule may let pass, with what can be taken back.
fn actions<'s>(set: &'s RuleSet, rule: &'s ApprovalRule) -> impl Iterator<Item = (&'s ActionName, &'s Reversibility)> {
    let named = |action: &ActionName| rule.when.actions.is_empty() || rule.when.actions.contains(action);
    set.actions.iter().filter(move |(action, _)| named(action)).map(|(action, spec)| (action, &spec.reversibility))
}

/// Somebody in distress whose case a machine may still settle alone.
fn distress(set: &RuleSet, rule: &ApprovalRule, place: &DocPath, sink: &Sink) {
    let Some((action, _)) = actions(set, rule)
        .find(|(action, reversibility)| **reversibility != Reversibility::ReadOnly && !always_reviewed(set, action))
    else {
        return;
    };
    let unguarded: Vec<&str> =
        DISTRESS.iter().filter(|signal| !guarded(set, rule, action, signal)).map(Signal::name).collect();
    if unguarded.is_empty() {
        return;
    }
    let named = unguarded.join(", ");
    let message = Wording::new(
        format!("een klant bij wie {named} speelt, kan hier zonder mens worden afgehandeld"),
        format!("a customer with {named} can be dealt with here without a person"),
    );
    let help = Wording::new(
        format!("Voeg signal_none toe, of een regel met review voor: {named}."),
        format!("Add signal_none, or a rule with review for: {named}."),
    );
    let case = Wording::new(
        format!("een voorstel `{action}` bij een klant met {named}"),
        format!("a proposal `{action}` for a customer with {named}"),
    );
    sink.push(Finding::new(Code::AloneInDistress, place.clone(), message, help).shown_by(Witness::of(case)));
}

fn guarded(set: &RuleSet, rule: &ApprovalRule, action: &ActionName, signal: &Signal) -> bool {
    let only = !rule.when.signals_any.is_empty() && !rule.when.signals_any.contains(signal);
    let case = When {
        actions: vec![action.clone()],
        signals_any: vec![signal.clone()],
        signals_none: Vec::new(),
        ..rule.when.clone()
    };
    let watches =
        |other: &ApprovalRule| !matches!(other.then.effect, RuleEffect::Allow { .. }) && covers(&other.when, &case);
    rule.when.signals_none.contains(signal)
        || (!only && set.rules.iter().any(watches))
        || (only && set.rules.iter().any(watches))
}

fn routes(set: &RuleSet, section: &DocPath, sink: &Sink) {
    for requirement in &set.routes {
        let place = section.key("routes").key(requirement.route());
        let visible = leads_to(set, requirement).any(|action| set.actions.get(action).is_none_or(|spec| !spec.hidden));
        if visible && requirement.on_timeout().tell_customer.is_none() {
            let message = Wording::new(
                "loopt de tijd af, dan hoort de klant niets",
                "when time runs out, the customer hears nothing",
            );
            let help = Wording::new(
                "Zeg het: on_timeout = { do = …, tell_customer = \"still_with_you\" }.",
                "Say it: on_timeout = { do = …, tell_customer = \"still_with_you\" }.",
            );
            let case = Wording::new(
                format!("niemand antwoordt binnen {} s", requirement.approve_by() / 1_000),
                format!("nobody answers within {} s", requirement.approve_by() / 1_000),
            );
            sink.push(
                Finding::new(Code::SilentTimeout, place.key("on_timeout"), message, help).shown_by(Witness::of(case)),
            );
        }
        if visible && requirement.approve_by() > PATIENCE {
            let message =
                Wording::new("een klant wacht hier langer dan een dag", "a customer waits here for more than a day");
            let help = Wording::new(
                "Kort de termijn in, of maak er een terugbelafspraak van.",
                "Shorten the time, or make it a call-back.",
            );
            sink.push(Finding::new(Code::PatientApproval, place.key("approve_by_s"), message, help));
        }
        rungs(requirement, &place, sink);
        window(set, requirement, &place, sink);
    }
}

/// The actions that may end up on a route.
fn leads_to<'s>(set: &'s RuleSet, requirement: &'s Requirement) -> impl Iterator<Item = &'s ActionName> {
    let name = requirement.route();
    let named = move |rule: &ApprovalRule| match &rule.then.effect {
        RuleEffect::Review(to) => **to == *name,
        RuleEffect::Allow { budget: Some(budget), .. } => *budget.over == *name,
        _ => false,
    };
    let by_default = *set.default_route == *name;
    set.actions.keys().filter(move |action| {
        let about = |rule: &ApprovalRule| rule.when.actions.is_empty() || rule.when.actions.contains(action);
        by_default || set.rules.iter().any(|rule| named(rule) && about(rule))
    })
}

/// A rung that brings in nobody who was not there.
fn rungs(requirement: &Requirement, place: &DocPath, sink: &Sink) {
    for (at, rung) in requirement.ladder().iter().enumerate() {
        let there = requirement.roles(at);
        if rung.add_roles.iter().all(|role| there.contains(role)) && !fills_more(requirement, at) {
            let message = Wording::new("deze trede voegt niemand toe", "this rung adds nobody new");
            let help = Wording::new("Noem een rol die er nog niet bij was.", "Name a role that was not there yet.");
            sink.push(Finding::new(Code::EmptyRung, place.key("ladder").at(at), message, help));
        }
    }
}

/// A role that was in one stage and may now fill the others, too, is somebody new for them.
fn fills_more(requirement: &Requirement, at: usize) -> bool {
    requirement.ladder().get(at).is_some_and(|rung| {
        rung.add_roles.iter().any(|role| {
            let roles = std::slice::from_ref(role);
            requirement.stages_for(roles, at) != requirement.stages_for(roles, at + 1)
        })
    })
}

fn window(set: &RuleSet, requirement: &Requirement, place: &DocPath, sink: &Sink) {
    let irreversible = leads_to(set, requirement)
        .find(|action| set.actions.get(*action).is_none_or(|spec| spec.reversibility == Reversibility::Irreversible));
    if let Some(action) = irreversible.filter(|_| requirement.execute_by() > IRREVERSIBLE_WINDOW) {
        let message = Wording::new(
            format!("`{action}` is niet terug te draaien en ligt na akkoord langer dan een uur klaar"),
            format!("`{action}` can't be undone, and lies ready for more than an hour once approved"),
        );
        let help =
            Wording::new("Kort execute_by_s in: omstandigheden veranderen.", "Shorten execute_by_s: things change.");
        sink.push(Finding::new(Code::LongWindow, place.key("execute_by_s"), message, help));
    }
}

/// What was approved once and for all where a rule says never always, or a person always decides.
fn standing(set: &RuleSet, section: &DocPath, sink: &Sink) {
    for (at, standing) in set.standing.iter().enumerate() {
        let place = section.key("standing").at(at);
        let about = |rule: &&ApprovalRule| rule.when.actions.is_empty() || rule.when.actions.contains(&standing.action);
        let never = set.rules.iter().filter(about).find(|rule| rule.then.never_always);
        let (nl, en) = match never {
            Some(rule) => (
                format!("regel `{}` zegt: `{}` nooit voor altijd", rule.id, standing.action),
                format!("rule `{}` says: `{}` never once and for all", rule.id, standing.action),
            ),
            None if always_reviewed(set, &standing.action) => (
                format!("over `{}` beslist altijd een mens", standing.action),
                format!("a person always decides on `{}`", standing.action),
            ),
            None => continue,
        };
        let help = Wording::new("Haal het weg.", "Remove it.");
        let case = When { actions: vec![standing.action.clone()], ..When::default() };
        let case = never.map_or(case, |rule| rule.when.clone());
        let finding = Finding::new(Code::AlwaysOnNever, place, Wording::new(nl, en), help);
        sink.push(finding.shown_by(Witness::of(words(&case))));
    }
}
