use crate::policy::finding::Sink;
use crate::policy::hours::{DAYS, Hours, Opening};
use crate::policy::reader::{Table, as_text, wrong_type};
use crate::policy::{Calendar, Code, DocPath, Finding, Holiday, Node, Wording};
use std::collections::BTreeMap;

/// Reads `hours` and `holidays`.
pub(super) fn read(table: &mut Table<'_>, sink: &Sink) -> Calendar {
    let entries = table.entries("hours").unwrap_or_default();
    let hours: BTreeMap<_, _> = entries
        .into_iter()
        .filter_map(|(name, node, place)| Some((name, schedule(Table::of(node, place, sink)?, sink))))
        .collect();
    Calendar { hours, holidays: holidays(table, sink) }
}

/// A schedule: `every_day`, `weekdays` and `weekend` first, then what single days say, then `holidays`.
fn schedule(mut table: Table<'_>, sink: &Sink) -> Hours {
    let mut hours = Hours::default();
    let spread: [(&'static str, std::ops::Range<usize>); 3] =
        [("every_day", 0..7), ("weekdays", 0..5), ("weekend", 5..7)];
    for (key, days) in spread {
        let Some(node) = table.node(key) else { continue };
        let openings = openings(node, &table.place(key), sink);
        for day in hours.week.iter_mut().take(days.end).skip(days.start) {
            day.clone_from(&openings);
        }
    }
    for (day, key) in hours.week.iter_mut().zip(DAYS) {
        if let Some(node) = table.node(key) {
            *day = openings(node, &table.place(key), sink);
        }
    }
    if let Some(node) = table.node("holidays") {
        hours.holidays = openings(node, &table.place("holidays"), sink);
    }
    table.finish();
    hours
}

/// `"08:00-18:00"`, several of them in a list, or `"closed"`; sorted.
pub(super) fn openings(node: &Node, place: &DocPath, sink: &Sink) -> Vec<Opening> {
    let items: Vec<&Node> = match node {
        Node::List(items) => items.iter().collect(),
        one => vec![one],
    };
    let want =
        Wording::new("een tijd als \"08:00-18:00\", of \"closed\"", "hours such as \"08:00-18:00\", or \"closed\"");
    let mut openings = Vec::new();
    for item in items {
        let text = as_text(item);
        match text.as_deref() {
            Some("closed") => {}
            Some(text) => match Opening::parse(text) {
                Some(opening) => openings.push(opening),
                None => wrong_type(sink, place.clone(), item, &want),
            },
            None => wrong_type(sink, place.clone(), item, &want),
        }
    }
    openings.sort_unstable();
    openings
}

fn holidays(table: &mut Table<'_>, sink: &Sink) -> Vec<Holiday> {
    let names = table.names("holidays").unwrap_or_default();
    let mut holidays: Vec<Holiday> = Vec::new();
    for (name, place) in names {
        match Holiday::parse(&name) {
            Some(holiday) => holidays.push(holiday),
            None => {
                let message = Wording::new(format!("`{name}` is geen dag"), format!("`{name}` is no day"));
                let help = Wording::new(
                    "Schrijf 2026-12-25, of \"12-25\" voor elk jaar.",
                    "Write 2026-12-25, or \"12-25\" for every year.",
                );
                sink.push(Finding::new(Code::WrongType, place, message, help));
            }
        }
    }
    holidays
}
