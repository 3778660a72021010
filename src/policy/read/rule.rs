use super::calendar::openings;
use super::{list, priority};
use crate::conversation::Channel;
use crate::emotion::Emotion;
use crate::policy::finding::Sink;
use crate::policy::hours::{DAYS, Holiday};
use crate::policy::reader::{Table, as_number, names_of, wrong_type};
use crate::policy::tables::{BANDS, LANGS, OUTCOMES, OWNERS, REPLIES, SHADES, STYLES, VALENCES, WITHHOLD};
use crate::policy::{
    Code, Condition, DocPath, Effect, Fact, Finding, IntentState, Measure, Node, Range, Rule, Season, Test, Wording,
};
use crate::signal::Signal;
use std::sync::Arc;

/// Reads one rule.
pub(super) fn read(mut table: Table<'_>, sink: &Sink) -> Rule {
    let id = table.text("id");
    if id.is_none() && table.node("id").is_none() {
        let help = Wording::new(
            "Geef de regel een naam: die staat bij elk besluit dat hij neemt.",
            "Give the rule a name: it stands with every decision that it makes.",
        );
        table.missing("id", help);
    }
    let about = table.text("about");
    let because = table.table("because").map(super::notice);
    let when = table.table("when").map(|part| condition(part, sink));
    if when.is_none() && table.node("when").is_none() {
        let help = Wording::new(
            "Zeg wanneer de regel geldt: when = { signal = \"churn\" }.",
            "Say when the rule applies: when = { signal = \"churn\" }.",
        );
        table.missing("when", help);
    }
    let then = table.table("then").map(effect);
    if then.is_none() && table.node("then").is_none() {
        let help = Wording::new(
            "Zeg wat de regel doet: then = { outcome = \"offer_human\" }.",
            "Say what the rule does: then = { outcome = \"offer_human\" }.",
        );
        table.missing("then", help);
    }
    table.finish();
    Rule {
        id: id.unwrap_or_else(|| Arc::from("")),
        about,
        because,
        when: when.unwrap_or_default(),
        then: then.unwrap_or_default(),
    }
}

fn effect(mut table: Table<'_>) -> Effect {
    let outcome = table.choice("outcome", &Wording::new("uitkomst", "outcome"), &OUTCOMES).unwrap_or_default();
    let effect = Effect {
        outcome,
        route: table.text("route"),
        queue: table.text("queue"),
        priority: priority(&mut table),
        skills: list(&mut table, "skills"),
        call_back: table.flag("call_back").unwrap_or_default(),
        withhold: table
            .choices("withhold", &Wording::new("weglating", "thing to withhold"), &WITHHOLD)
            .unwrap_or_default(),
        style: table.choices("style", &Wording::new("stijl", "style"), &STYLES).unwrap_or_default(),
        notices: list(&mut table, "notices"),
    };
    table.finish();
    effect
}

fn condition(mut table: Table<'_>, sink: &Sink) -> Condition {
    let mut tests = Vec::new();
    said(&mut table, &mut tests);
    around(&mut table, &mut tests, sink);
    for measure in Measure::ALL {
        if let Some(range) = table.node(measure.name()).and_then(|node| {
            let place = table.place(measure.name());
            range(node, place, sink)
        }) {
            tests.push(Test::Measure(*measure, range));
        }
    }
    for fact in Fact::ALL {
        tests.extend(table.flag(fact.name()).map(|flag| Test::Fact(*fact, flag)));
    }
    let parts = |tables: Vec<Option<Table<'_>>>| tables.into_iter().flatten().map(|t| condition(t, sink)).collect();
    let all = table.tables("all").map(parts).unwrap_or_default();
    let any = table.tables("any").map(parts);
    let not = table.table("not").map(|part| Box::new(condition(part, sink)));
    table.finish();
    Condition { tests, all, any, not }
}

/// What was said and how.
fn said(table: &mut Table<'_>, tests: &mut Vec<Test>) {
    let signals = |names: Vec<(Arc<str>, DocPath)>| names.iter().map(|(name, _)| Signal::from_name(name)).collect();
    let plain = |names: Vec<(Arc<str>, DocPath)>| names.into_iter().map(|(name, _)| name).collect();
    tests.extend(table.names("signal").map(signals).map(Test::Signal));
    tests.extend(table.names("signal_so_far").map(signals).map(Test::SignalSoFar));
    tests.extend(table.choices("shade", &Wording::new("schakering", "shade"), &SHADES).map(Test::Shade));
    tests.extend(table.names("intent").map(plain).map(Test::Intent));
    let states: Vec<_> = IntentState::ALL.iter().map(|state| (state.name(), *state)).collect();
    tests.extend(table.choices("intent_is", &Wording::new("stand", "state"), &states).map(Test::IntentIs));
    let emotions = Emotion::ALL.map(|emotion| (emotion.name(), emotion));
    tests.extend(table.choices("emotion", &Wording::new("emotie", "emotion"), &emotions).map(Test::Emotion));
    tests.extend(table.choices("valence", &Wording::new("valentie", "valence"), &VALENCES).map(Test::Valence));
    tests.extend(table.choices("band", &Wording::new("band", "band"), &BANDS).map(Test::Band));
    tests.extend(table.choices("reply", &Wording::new("antwoord", "reply"), &REPLIES).map(Test::Reply));
}

/// Where, when and with whom.
fn around(table: &mut Table<'_>, tests: &mut Vec<Test>, sink: &Sink) {
    let plain = |names: Vec<(Arc<str>, DocPath)>| names.into_iter().map(|(name, _)| name).collect();
    let channels = Channel::ALL.map(|channel| (channel.name(), channel));
    tests.extend(table.choices("channel", &Wording::new("kanaal", "channel"), &channels).map(Test::Channel));
    tests.extend(table.choices("language", &Wording::new("taal", "language"), &LANGS).map(Test::Language));
    tests.extend(table.choices("owner", &Wording::new("eigenaar", "owner"), &OWNERS).map(Test::Owner));
    tests.extend(table.names("stage").map(plain).map(Test::Stage));
    for (name, node, place) in table.entries("attribute").into_iter().flatten() {
        tests.extend(attribute(name, node, place, sink));
    }
    let days: Vec<(&str, u8)> = DAYS.into_iter().zip(1..).collect();
    tests.extend(table.choices("days", &Wording::new("dag", "day"), &days).map(Test::Days));
    if let Some(node) = table.node("time") {
        tests.push(Test::Time(openings(node, &table.place("time"), sink)));
    }
    if let Some(names) = table.names("season") {
        tests.push(Test::Season(names.into_iter().filter_map(|(name, place)| season(&name, place, sink)).collect()));
    }
    tests.extend(table.names("open").map(plain).map(Test::Open));
    tests.extend(table.names("closed").map(plain).map(Test::Closed));
    tests.extend(table.names("busy").map(plain).map(Test::Busy));
}

/// A value, a list of values or a range.
fn attribute(name: Arc<str>, node: &Node, place: DocPath, sink: &Sink) -> Option<Test> {
    match node {
        Node::Table(_) => range(node, place, sink).map(|range| Test::AttributeIn(name, range)),
        Node::Text(_) | Node::List(_) => {
            let values = names_of(node, &place, sink).into_iter().map(|(value, _)| value).collect();
            Some(Test::Attribute(name, values))
        }
        other => {
            let want =
                Wording::new("een waarde, een lijst van waarden of een bereik", "a value, a list of values or a range");
            wrong_type(sink, place, other, &want);
            None
        }
    }
}

/// `{ at_least = 0.5, below = 0.8 }`.
fn range(node: &Node, place: DocPath, sink: &Sink) -> Option<Range> {
    if as_number(node).is_some() {
        let want = Wording::new("een bereik als { at_least = 2 }", "a range such as { at_least = 2 }");
        wrong_type(sink, place, node, &want);
        return None;
    }
    let mut table = Table::of(node, place, sink)?;
    let range = Range {
        at_least: table.number("at_least"),
        above: table.number("above"),
        at_most: table.number("at_most"),
        below: table.number("below"),
    };
    table.finish();
    Some(range)
}

/// `"10-01/04-01"`: from the first of October up to and including the first of April.
fn season(name: &str, place: DocPath, sink: &Sink) -> Option<Season> {
    let day = |text: &str| match Holiday::parse(text.trim()) {
        Some(Holiday::Yearly(month, day)) => Some((month, day)),
        _ => None,
    };
    let season = name.split_once('/').and_then(|(from, until)| Some(Season { from: day(from)?, until: day(until)? }));
    if season.is_none() {
        let message = Wording::new(format!("`{name}` is geen seizoen"), format!("`{name}` is no season"));
        let help = Wording::new(
            "Schrijf \"10-01/04-01\": van 1 oktober tot en met 1 april.",
            "Write \"10-01/04-01\": from 1 October up to and including 1 April.",
        );
        sink.push(Finding::new(Code::WrongType, place, message, help));
    }
    season
}
