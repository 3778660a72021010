//! From the raw tree to the typed form. Whatever can be read is read; whatever can't is named and keeps its default.

mod calendar;
mod rule;

use super::finding::Sink;
use super::reader::{Table, names_of, wrong_type};
use super::tables::PRIORITIES;
use super::{
    AttributeKind, Code, CoolDown, Disclosure, DocPath, Finding, Jurisdiction, NamedRoute, Node, Queue, Routing, Spec,
    Thresholds, Vocabulary, Wording,
};
use crate::conversation::Channel;
use crate::escalation::{Country, Priority};
use crate::signal::Signal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The version of the document's form. A change that reads an old document differently raises it.
const SCHEMA: i64 = 1;

/// The typed form of a document, and which of its rules could not be read whole: what is concluded from those would
/// be wrong.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) spec: Spec,
    pub(super) damaged: BTreeSet<DocPath>,
}

/// Reads a document.
pub(super) fn document(root: &Node, sink: &Sink) -> Read {
    let mut read = Read::default();
    let Some(mut table) = Table::of(root, DocPath::root(), sink) else { return read };
    read.spec = Spec::bare();
    head(&mut table, &mut read.spec);
    if let Some(part) = table.table("vocabulary") {
        read.spec.vocabulary = vocabulary(part, sink);
    }
    if let Some(part) = table.table("thresholds") {
        read.spec.thresholds = thresholds(part);
    }
    if let Some(part) = table.table("cool_down") {
        read.spec.cool_down = cool_down(part);
    }
    if let Some(part) = table.table("disclosure") {
        read.spec.disclosure = disclosure(part);
    }
    read.spec.calendar = calendar::read(&mut table, sink);
    if let Some(entries) = table.entries("queues") {
        read.spec.queues = named(entries, sink, queue);
    }
    if let Some(part) = table.table("routing") {
        read.spec.routing = routing(part);
    }
    if let Some(entries) = table.entries("routes") {
        read.spec.routes = named(entries, sink, route);
    }
    if let Some(entries) = table.entries("notices") {
        read.spec.notices = named(entries, sink, notice);
    }
    read.spec.rules = rules(&mut table, "rules", &mut read.damaged, sink);
    read.spec.circumstances = rules(&mut table, "circumstances", &mut read.damaged, sink);
    read.spec.approval = table.node("approval").cloned();
    table.finish();
    read
}

fn head(table: &mut Table<'_>, spec: &mut Spec) {
    if let Some(schema) = table.whole_in("schema", 1..=i64::MAX).filter(|schema| *schema != SCHEMA) {
        let message = Wording::new(
            format!("dit document heeft vorm {schema}; deze versie leest vorm {SCHEMA}"),
            format!("this document has form {schema}; this release reads form {SCHEMA}"),
        );
        let help = Wording::new(
            "Werk het programma bij, of schrijf het document om.",
            "Update the program, or rewrite the document.",
        );
        table.wrong(Finding::new(Code::OutOfRange, table.place("schema"), message, help));
    }
    match table.text("id") {
        Some(id) => spec.id = id,
        None if table.node("id").is_none() => table.missing(
            "id",
            Wording::new("Geef het beleid een naam: id = \"energie\".", "Give the policy a name: id = \"energy\"."),
        ),
        None => {}
    }
    match table.whole_in("version", 1..=i64::from(u32::MAX)) {
        Some(version) => spec.version = u32::try_from(version).unwrap_or(u32::MAX),
        None if table.node("version").is_none() => table.missing(
            "version",
            Wording::new(
                "Nummer het beleid: version = 1, en hoger met elke wijziging.",
                "Number the policy: version = 1, and higher with every change.",
            ),
        ),
        None => {}
    }
    spec.about = table.text("about");
    spec.owner = table.text("owner");
    spec.review_by = table.date("review_by");
    let countries =
        [("nl", Country::Nl), ("be", Country::Be), ("gb", Country::Gb), ("ie", Country::Ie), ("us", Country::Us)];
    spec.country = table.choice("country", &Wording::new("land", "country"), &countries);
}

/// Every entry of a table whose keys are the author's own.
fn named<T>(
    entries: Vec<(Arc<str>, &Node, DocPath)>,
    sink: &Sink,
    read: impl Fn(Table<'_>) -> T,
) -> BTreeMap<Arc<str>, T> {
    let tables = entries.into_iter().filter_map(|(name, node, place)| Some((name, Table::of(node, place, sink)?)));
    tables.map(|(name, table)| (name, read(table))).collect()
}

fn list(table: &mut Table<'_>, key: &'static str) -> Vec<Arc<str>> {
    table.names(key).into_iter().flatten().map(|(name, _)| name).collect()
}

fn channels(table: &mut Table<'_>, key: &'static str) -> Vec<Channel> {
    let all = Channel::ALL.map(|channel| (channel.name(), channel));
    table.choices(key, &Wording::new("kanaal", "channel"), &all).unwrap_or_default()
}

fn vocabulary(mut table: Table<'_>, sink: &Sink) -> Vocabulary {
    let vocabulary = Vocabulary {
        intents: list(&mut table, "intents"),
        signals: list(&mut table, "signals").iter().map(|name| Signal::from_name(name)).collect(),
        skills: list(&mut table, "skills"),
        roles: list(&mut table, "roles"),
        stages: list(&mut table, "stages"),
        channels: channels(&mut table, "channels"),
        attributes: table.entries("attributes").map_or_else(BTreeMap::new, |entries| attributes(entries, sink)),
        worth: list(&mut table, "worth"),
    };
    table.finish();
    vocabulary
}

fn attributes(entries: Vec<(Arc<str>, &Node, DocPath)>, sink: &Sink) -> BTreeMap<Arc<str>, AttributeKind> {
    let kind = |node: &Node, place: &DocPath| match node {
        Node::Text(text) if &**text == "text" => Some(AttributeKind::Text),
        Node::Text(text) if &**text == "number" => Some(AttributeKind::Number),
        Node::List(_) => {
            let values = names_of(node, place, sink).into_iter().map(|(name, _)| name).collect();
            Some(AttributeKind::OneOf(values))
        }
        other => {
            let want = Wording::new(
                "\"text\", \"number\" of een lijst van waarden",
                "\"text\", \"number\" or a list of values",
            );
            wrong_type(sink, place.clone(), other, &want);
            None
        }
    };
    entries.into_iter().filter_map(|(name, node, place)| Some((name, kind(node, &place)?))).collect()
}

fn thresholds(mut table: Table<'_>) -> Thresholds {
    let normal = Thresholds::default();
    let thresholds = Thresholds {
        low_confidence: share(&mut table, "low_confidence", normal.low_confidence),
        small_margin: share(&mut table, "small_margin", normal.small_margin),
        clarify_budget: count(&mut table, "clarify_budget", normal.clarify_budget),
        failure_cap: count(&mut table, "failure_cap", normal.failure_cap),
        repeat_cap: count(&mut table, "repeat_cap", normal.repeat_cap),
        stuck_cap: count(&mut table, "stuck_cap", normal.stuck_cap),
        prior_contacts: count(&mut table, "prior_contacts", normal.prior_contacts),
        hints: count(&mut table, "hints", normal.hints),
        forecast: share(&mut table, "forecast", normal.forecast),
        longest_wait_s: count(&mut table, "longest_wait_s", normal.longest_wait_s),
        stale_after_s: count(&mut table, "stale_after_s", normal.stale_after_s),
    };
    table.finish();
    thresholds
}

fn cool_down(mut table: Table<'_>) -> CoolDown {
    let normal = CoolDown::default();
    let cool_down = CoolDown {
        decline_turns: count(&mut table, "decline_turns", normal.decline_turns),
        offer_turns: count(&mut table, "offer_turns", normal.offer_turns),
        new_rise: share(&mut table, "new_rise", normal.new_rise),
    };
    table.finish();
    cool_down
}

/// Whether a number makes sense is looked at in the typed form; here it only has to be one.
fn share(table: &mut Table<'_>, key: &'static str, normal: f32) -> f32 {
    table.number(key).map_or(normal, |number| number as f32)
}

fn count(table: &mut Table<'_>, key: &'static str, normal: u32) -> u32 {
    table.count(key).unwrap_or(normal)
}

fn disclosure(mut table: Table<'_>) -> Disclosure {
    let all = Jurisdiction::ALL.map(|jurisdiction| (jurisdiction.name(), jurisdiction));
    let jurisdictions = table.choices("jurisdictions", &Wording::new("rechtsgebied", "jurisdiction"), &all);
    let disclosure = Disclosure {
        jurisdictions: jurisdictions.unwrap_or_default().into_iter().collect(),
        again_after_s: table.count("again_after_s"),
        every_turns: table.count("every_turns"),
    };
    table.finish();
    disclosure
}

fn queue(mut table: Table<'_>) -> Queue {
    let normal = Queue::default();
    let queue = Queue {
        hours: table.text("hours"),
        live: table.flag("live").unwrap_or(normal.live),
        call_backs: table.flag("call_backs").unwrap_or(normal.call_backs),
        capacity: table.count("capacity"),
        longest_wait_s: table.count("longest_wait_s"),
        overflow: table.text("overflow"),
        on_call: table.text("on_call"),
    };
    table.finish();
    queue
}

fn routing(mut table: Table<'_>) -> Routing {
    let normal = Routing::default();
    let routing = Routing {
        default: table.text("default").unwrap_or(normal.default),
        safety: table.text("safety").unwrap_or(normal.safety),
        rights: table.text("rights").unwrap_or(normal.rights),
        complaints: table.text("complaints").unwrap_or(normal.complaints),
        no_transfer: channels(&mut table, "no_transfer"),
    };
    table.finish();
    routing
}

fn priority(table: &mut Table<'_>) -> Priority {
    table.choice("priority", &Wording::new("voorrang", "priority"), &PRIORITIES).unwrap_or_default()
}

fn route(mut table: Table<'_>) -> NamedRoute {
    let queue = table.text("queue");
    if queue.is_none() && table.node("queue").is_none() {
        table.missing("queue", Wording::new("Zeg wie het overneemt.", "Say who takes over."));
    }
    let route = NamedRoute {
        queue: queue.unwrap_or_else(|| Arc::from("")),
        priority: priority(&mut table),
        skills: list(&mut table, "skills"),
    };
    table.finish();
    route
}

fn notice(mut table: Table<'_>) -> Wording {
    let mut text = |key| table.node(key).and_then(super::reader::as_text).map_or_else(String::new, |t| t.to_string());
    let wording = Wording { nl: text("nl"), en: text("en") };
    table.finish();
    wording
}

fn rules(table: &mut Table<'_>, key: &'static str, damaged: &mut BTreeSet<DocPath>, sink: &Sink) -> Vec<super::Rule> {
    let place = table.place(key);
    let items = table.tables(key).unwrap_or_default();
    let mut rules = Vec::with_capacity(items.len());
    for (at, item) in items.into_iter().enumerate() {
        let before = sink.len();
        let rule = item.map(|table| rule::read(table, sink));
        if rule.is_none() || sink.len() > before {
            damaged.insert(place.at(at));
        }
        rules.push(rule.unwrap_or_default());
    }
    rules
}
