//! Rules that never decide, contradict each other, or swallow an action.

use super::rule_place;
use crate::approval::{ApprovalRule, RuleEffect, RuleSet, When};
use crate::policy::finding::Sink;
use crate::policy::{Code, DocPath, Finding, Witness, Wording};

pub(super) fn look(set: &RuleSet, place: &DocPath, sink: &Sink) {
    for (at, rule) in set.rules.iter().enumerate() {
        let place = rule_place(place, at);
        never_decides(set, at, rule, &place, sink);
        conflicts(set, at, rule, &place, sink);
        matches_always(rule, &place, sink);
        swallows(set, rule, &place, sink);
    }
    bands(set, place, sink);
}

/// How strongly a rule speaks: no outweighs people, people outweigh yes.
fn strength(effect: &RuleEffect) -> u8 {
    match effect {
        RuleEffect::Allow { .. } => 0,
        RuleEffect::Review(_) => 1,
        RuleEffect::Deny => 2,
    }
}

/// A rule that a stronger one covers everywhere.
fn never_decides(set: &RuleSet, at: usize, rule: &ApprovalRule, place: &DocPath, sink: &Sink) {
    let stronger = |other: &&ApprovalRule| {
        let (mine, theirs) = (strength(&rule.then.effect), strength(&other.then.effect));
        theirs > mine && covers(&other.when, &rule.when)
    };
    if let Some(other) = set.rules.iter().find(stronger) {
        let message = Wording::new(
            format!("deze regel beslist nooit: `{}` geldt altijd als deze geldt, en gaat voor", other.id),
            format!("this rule never decides: `{}` applies whenever this one does, and goes before it", other.id),
        );
        let help = Wording::new("Verscherp de andere, of haal deze weg.", "Narrow the other one, or remove this one.");
        let witness = Witness::of(words(&rule.when));
        sink.push(Finding::new(Code::NeverDecides, place.clone(), message, help).shown_by(witness));
        return;
    }
    let twin = set.rules.iter().take(at).find(|other| other.then == rule.then && covers(&other.when, &rule.when));
    if let Some(other) = twin {
        let message = Wording::new(
            format!("deze regel voegt niets toe aan `{}`", other.id),
            format!("this rule adds nothing to `{}`", other.id),
        );
        let help = Wording::new("Haal een van de twee weg.", "Remove one of the two.");
        sink.push(Finding::new(Code::Redundant, place.clone(), message, help));
        return;
    }
    let all_watched =
        !rule.when.actions.is_empty() && rule.when.actions.iter().all(|action| always_reviewed(set, action));
    if matches!(rule.then.effect, RuleEffect::Allow { .. }) && all_watched {
        let message = Wording::new(
            "deze regel beslist nooit: over zo'n handeling beslist altijd een mens",
            "this rule never decides: a person always decides on such an action",
        );
        let help = Wording::new(
            "Haal de regel weg; adverse en significant gaan voor.",
            "Remove the rule; adverse and significant go before it.",
        );
        sink.push(
            Finding::new(Code::NeverDecides, place.clone(), message, help).shown_by(Witness::of(words(&rule.when))),
        );
    }
}

pub(super) fn always_reviewed(set: &RuleSet, action: &crate::approval::ActionName) -> bool {
    set.actions.get(action).is_some_and(|spec| spec.adverse || spec.significant)
}

fn conflicts(set: &RuleSet, at: usize, rule: &ApprovalRule, place: &DocPath, sink: &Sink) {
    let same = set
        .rules
        .iter()
        .take(at)
        .find(|other| other.when == rule.when && strength(&other.then.effect) != strength(&rule.then.effect));
    if let Some(other) = same {
        let message = Wording::new(
            format!("dezelfde voorwaarden als `{}`, maar een andere uitkomst", other.id),
            format!("the same conditions as `{}`, but another effect", other.id),
        );
        let help = Wording::new("Kies welke van de twee u bedoelt.", "Choose which of the two you mean.");
        sink.push(Finding::new(Code::Conflict, place.clone(), message, help).shown_by(Witness::of(words(&rule.when))));
    }
}

fn matches_always(rule: &ApprovalRule, place: &DocPath, sink: &Sink) {
    if rule.when == When::default() {
        let message = Wording::new("deze regel geldt altijd", "this rule always applies");
        let help = Wording::new("Zeg voor welke handeling: action.", "Say for which action: action.");
        sink.push(Finding::new(Code::MatchesAlways, place.clone(), message, help));
    }
}

/// A rule that denies an action altogether: then it need not be there.
fn swallows(set: &RuleSet, rule: &ApprovalRule, place: &DocPath, sink: &Sink) {
    let bare = When { actions: rule.when.actions.clone(), ..When::default() };
    if rule.then.effect != RuleEffect::Deny || rule.when != bare || rule.when.actions.is_empty() {
        return;
    }
    let known = rule.when.actions.iter().filter(|action| set.actions.contains_key(*action));
    for action in known {
        let message =
            Wording::new(format!("`{action}` wordt altijd geweigerd"), format!("`{action}` is always denied"));
        let help = Wording::new(
            "Bedoelt u dat, haal de handeling dan weg; anders ontbreekt een voorwaarde.",
            "If you mean that, remove the action; otherwise a condition is missing.",
        );
        sink.push(Finding::new(Code::Swallowed, place.clone(), message, help));
    }
}

/// Whether `wide` applies wherever `narrow` does. Says no where it can't tell.
pub(super) fn covers(wide: &When, narrow: &When) -> bool {
    within(&wide.actions, &narrow.actions)
        && wide.currency.is_none_or(|c| narrow.currency == Some(c))
        && low(wide.min_minor, narrow.min_minor)
        && high(wide.max_minor, narrow.max_minor)
        // An amount that is asked for has to be there at all.
        && (wide.currency.is_none() && wide.min_minor.is_none() && wide.max_minor.is_none() || names_amount(narrow))
        && within(&wide.signals_any, &narrow.signals_any)
        && wide.signals_none.iter().all(|signal| narrow.signals_none.contains(signal))
        && within(&wide.emotions_any, &narrow.emotions_any)
        && low(wide.frustration_min, narrow.frustration_min)
        && high(wide.frustration_max, narrow.frustration_max)
        && low(wide.confidence_min, narrow.confidence_min)
        && high(wide.confidence_max, narrow.confidence_max)
        && wide.verified.is_none_or(|verified| narrow.verified == Some(verified))
        && low(wide.reversibility_min, narrow.reversibility_min)
        && high(wide.reversibility_max, narrow.reversibility_max)
        && within(&wide.channels, &narrow.channels)
        && within(&wide.intents, &narrow.intents)
        && wide.attributes.iter().all(|(name, values)| {
            narrow.attributes.get(name).is_some_and(|narrow| narrow.iter().all(|value| values.contains(value)))
        })
}

fn names_amount(when: &When) -> bool {
    when.currency.is_some() || when.min_minor.is_some() || when.max_minor.is_some()
}

/// An empty list asks nothing; otherwise whatever the narrow one may be has to be among the wide one's.
fn within<T: PartialEq>(wide: &[T], narrow: &[T]) -> bool {
    wide.is_empty() || (!narrow.is_empty() && narrow.iter().all(|one| wide.contains(one)))
}

fn low<T: PartialOrd>(wide: Option<T>, narrow: Option<T>) -> bool {
    wide.is_none_or(|wide| narrow.is_some_and(|narrow| narrow >= wide))
}

fn high<T: PartialOrd>(wide: Option<T>, narrow: Option<T>) -> bool {
    wide.is_none_or(|wide| narrow.is_some_and(|narrow| narrow <= wide))
}

/// Sibling rules whose amounts leave a gap, or overlap: 50 euro decided by both, 50 euro and a cent by none.
fn bands(set: &RuleSet, section: &DocPath, sink: &Sink) {
    let kin = |a: &When, b: &When| a.actions == b.actions && a.currency == b.currency;
    for (at, upper) in set.rules.iter().enumerate() {
        let Some(from) = upper.when.min_minor else { continue };
        let siblings = set.rules.iter().filter(|other| other.id != upper.id && kin(&other.when, &upper.when));
        let below = siblings.filter_map(|other| other.when.max_minor.map(|to| (to, other)));
        let nearest = below.min_by_key(|(to, _)| to.abs_diff(from));
        let Some((to, lower)) = nearest.filter(|(to, _)| to.abs_diff(from) <= from / 10 + 1) else { continue };
        let (nl, en) = match from.checked_sub(to) {
            Some(1) => continue,
            Some(0) | None => ("overlapt met", "overlaps with"),
            Some(_) => ("laat een gat na", "leaves a gap after"),
        };
        let message =
            Wording::new(format!("dit bedrag {nl} `{}`", lower.id), format!("this amount {en} `{}`", lower.id));
        let help = Wording::new(
            format!("Laat dit beginnen bij {}.", to.saturating_add(1)),
            format!("Let this begin at {}.", to.saturating_add(1)),
        );
        let case = if from > to { to + 1 } else { from };
        let witness = Witness::of(Wording::new(
            format!("een bedrag van {case} (kleinste eenheid)"),
            format!("an amount of {case} minor units"),
        ));
        let place = rule_place(section, at).key("when").key("min_minor");
        sink.push(Finding::new(Code::Gap, place, message, help).shown_by(witness));
    }
}

/// A proposal to which a condition applies, in words.
pub(super) fn words(when: &When) -> Wording {
    let action = when.actions.first().map_or("?", |action| action.as_str());
    let mut facts: Vec<String> = when.signals_any.first().map(|signal| signal.name().to_owned()).into_iter().collect();
    facts.extend(when.emotions_any.first().map(|emotion| emotion.name().to_owned()));
    let currency = when.currency.map_or(String::new(), |currency| currency.to_string());
    facts.extend(when.min_minor.or(when.max_minor).map(|minor| format!("{minor} {currency}")));
    facts.extend(when.attributes.iter().filter_map(|(name, values)| Some(format!("{name} = {}", values.first()?))));
    let facts = if facts.is_empty() { String::new() } else { format!(" ({})", facts.join(", ")) };
    Wording::new(format!("een voorstel `{action}`{facts}"), format!("a proposal `{action}`{facts}"))
}
