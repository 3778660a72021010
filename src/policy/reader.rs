//! Reads a [`Node`] field by field and gathers every mistake on the way: nothing stops at the first.
//!
//! A [`Table`] remembers which keys were asked for; what is left over when it is finished is an unknown key, and those
//! asked for are what a misspelt one may have meant. So the list of keys stands once, in the code that reads them.

use super::finding::Sink;
use super::nearest::nearest;
use super::{Code, Date, DocPath, Finding, Node, Wording};
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// A name of the document, cut where it is too long to show.
pub(crate) fn shown(name: &str) -> String {
    let mut letters = name.chars();
    let mut short: String = letters.by_ref().take(60).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    short
}

/// A name that stands nowhere in a list of known ones.
pub(crate) fn unknown_name<'k>(
    name: &str,
    place: DocPath,
    what: &Wording,
    known: impl IntoIterator<Item = &'k str> + Clone,
) -> Finding {
    let listed: Vec<&str> = known.clone().into_iter().take(24).collect();
    let help = if listed.is_empty() {
        Wording::new("Er is er nog geen een: leg er eerst een vast.", "There are none yet: define one first.")
    } else {
        let listed = listed.join(", ");
        Wording::new(format!("Bekend zijn: {listed}."), format!("Known are: {listed}."))
    };
    let name = shown(name);
    let message = Wording::new(format!("geen {} heet `{name}`", what.nl), format!("no {} is called `{name}`", what.en));
    Finding::new(Code::UnknownName, place, message, help).meaning(nearest(&name, known))
}

/// A table of the document that is being read.
pub(crate) struct Table<'n> {
    entries: &'n [(Arc<str>, Node)],
    path: DocPath,
    asked: Vec<&'static str>,
    sink: &'n Sink,
}

impl<'n> Table<'n> {
    /// Starts to read a table; anything else is named as a mistake.
    pub(crate) fn of(node: &'n Node, path: DocPath, sink: &'n Sink) -> Option<Self> {
        let Node::Table(entries) = node else {
            wrong_type(sink, path, node, &Wording::new("een tabel met sleutels", "a table of keys"));
            return None;
        };
        for (at, (key, _)) in entries.iter().enumerate() {
            if entries.iter().take(at).any(|(other, _)| other == key) {
                let message = Wording::new("deze sleutel staat er twee keer", "this key stands here twice");
                let help = Wording::new("Laat er een staan.", "Keep one of the two.");
                sink.push(Finding::new(Code::Twice, path.key(key), message, help));
            }
        }
        Some(Self { entries, path, asked: Vec::new(), sink })
    }

    /// Where the table stands.
    #[allow(dead_code, reason = "for the section of the approval gate")]
    pub(crate) fn path(&self) -> &DocPath {
        &self.path
    }

    /// Where the value under `key` stands, or would stand.
    pub(crate) fn place(&self, key: &str) -> DocPath {
        self.path.key(key)
    }

    /// Names a mistake.
    pub(crate) fn wrong(&self, finding: Finding) {
        self.sink.push(finding);
    }

    /// The value under `key` as it was found; `null` counts as left out.
    pub(crate) fn node(&mut self, key: &'static str) -> Option<&'n Node> {
        self.asked.push(key);
        self.entries.iter().find(|(k, _)| &**k == key).map(|(_, node)| node).filter(|node| **node != Node::Nothing)
    }

    /// Says that `key` has to be there.
    pub(crate) fn missing(&self, key: &str, help: Wording) {
        let message = Wording::new(format!("`{key}` ontbreekt"), format!("`{key}` is missing"));
        self.wrong(Finding::new(Code::Missing, self.path.clone(), message, help));
    }

    fn typed<T>(&mut self, key: &'static str, want: &Wording, read: impl Fn(&'n Node) -> Option<T>) -> Option<T> {
        let node = self.node(key)?;
        let value = read(node);
        if value.is_none() {
            wrong_type(self.sink, self.place(key), node, want);
        }
        value
    }

    /// Text that is not blank.
    pub(crate) fn text(&mut self, key: &'static str) -> Option<Arc<str>> {
        let text = self.typed(key, &Wording::new("tekst", "text"), as_text)?;
        if text.trim().is_empty() {
            let message = Wording::new("hier staat niets", "nothing stands here");
            let help = Wording::new("Vul het in of laat de sleutel weg.", "Fill it in, or leave the key out.");
            self.wrong(Finding::new(Code::Missing, self.place(key), message, help));
            return None;
        }
        Some(text)
    }

    /// True or false.
    pub(crate) fn flag(&mut self, key: &'static str) -> Option<bool> {
        self.typed(key, &Wording::new("true of false", "true or false"), |node| match node {
            Node::Flag(flag) => Some(*flag),
            _ => None,
        })
    }

    /// A number.
    pub(crate) fn number(&mut self, key: &'static str) -> Option<f64> {
        self.typed(key, &Wording::new("een getal", "a number"), as_number)
    }

    /// A number within bounds.
    #[allow(dead_code, reason = "for the section of the approval gate")]
    pub(crate) fn number_in(&mut self, key: &'static str, bounds: RangeInclusive<f64>) -> Option<f64> {
        let number = self.number(key)?;
        self.bounded(key, number, &bounds)
    }

    /// A whole number within bounds.
    pub(crate) fn whole_in(&mut self, key: &'static str, bounds: RangeInclusive<i64>) -> Option<i64> {
        let whole = self.typed(key, &Wording::new("een geheel getal", "a whole number"), |node| match node {
            Node::Whole(whole) => Some(*whole),
            _ => None,
        })?;
        self.bounded(key, whole, &bounds)
    }

    fn bounded<T: PartialOrd + fmt::Display>(&self, key: &str, value: T, bounds: &RangeInclusive<T>) -> Option<T> {
        if bounds.contains(&value) {
            return Some(value);
        }
        self.wrong(out_of_range(self.place(key), &value, bounds));
        None
    }

    /// A count that fits 32 bits.
    pub(crate) fn count(&mut self, key: &'static str) -> Option<u32> {
        self.whole_in(key, 0..=i64::from(u32::MAX)).and_then(|whole| u32::try_from(whole).ok())
    }

    /// A date: `2027-06-30`.
    pub(crate) fn date(&mut self, key: &'static str) -> Option<Date> {
        self.typed(key, &Wording::new("een datum als 2027-06-30", "a date such as 2027-06-30"), |node| {
            as_text(node).and_then(|text| Date::parse(&text))
        })
    }

    /// One name or a list of names, each with its place.
    pub(crate) fn names(&mut self, key: &'static str) -> Option<Vec<(Arc<str>, DocPath)>> {
        let node = self.node(key)?;
        Some(names_of(node, &self.place(key), self.sink))
    }

    /// One of a fixed list of words.
    pub(crate) fn choice<T: Copy>(&mut self, key: &'static str, what: &Wording, choices: &[(&str, T)]) -> Option<T> {
        let name = self.text(key)?;
        let place = self.place(key);
        self.chosen(&name, place, what, choices)
    }

    /// One or several of a fixed list of words.
    pub(crate) fn choices<T: Copy>(
        &mut self,
        key: &'static str,
        what: &Wording,
        choices: &[(&str, T)],
    ) -> Option<Vec<T>> {
        let names = self.names(key)?;
        Some(names.into_iter().filter_map(|(name, place)| self.chosen(&name, place, what, choices)).collect())
    }

    fn chosen<T: Copy>(&self, name: &str, place: DocPath, what: &Wording, choices: &[(&str, T)]) -> Option<T> {
        let found = choices.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<&str> = choices.iter().map(|(known, _)| *known).collect();
            self.wrong(unknown_name(name, place, what, known));
        }
        found
    }

    /// A table inside this one.
    pub(crate) fn table(&mut self, key: &'static str) -> Option<Table<'n>> {
        let node = self.node(key)?;
        Table::of(node, self.place(key), self.sink)
    }

    /// A list of tables; what is no table in it is named, and its place stays empty.
    pub(crate) fn tables(&mut self, key: &'static str) -> Option<Vec<Option<Table<'n>>>> {
        let node = self.node(key)?;
        let place = self.place(key);
        let Node::List(items) = node else {
            wrong_type(self.sink, place, node, &Wording::new("een lijst van tabellen", "a list of tables"));
            return None;
        };
        Some(items.iter().enumerate().map(|(at, item)| Table::of(item, place.at(at), self.sink)).collect())
    }

    /// A table whose keys are names of the author's own, each with its value and place.
    pub(crate) fn entries(&mut self, key: &'static str) -> Option<Vec<(Arc<str>, &'n Node, DocPath)>> {
        let table = self.table(key)?;
        Some(table.all())
    }

    /// Every key with its value and place, the first where one stands twice. Finishes the table.
    pub(crate) fn all(self) -> Vec<(Arc<str>, &'n Node, DocPath)> {
        let mut all: Vec<(Arc<str>, &'n Node, DocPath)> = Vec::new();
        for (key, node) in self.entries {
            if !all.iter().any(|(other, ..)| other == key) {
                all.push((Arc::clone(key), node, self.path.key(key)));
            }
        }
        all
    }

    /// The keys that nobody asked for are unknown.
    pub(crate) fn finish(self) {
        for (at, (key, _)) in self.entries.iter().enumerate() {
            let before = self.entries.iter().take(at).any(|(other, _)| other == key);
            if before || self.asked.iter().any(|asked| *asked == &**key) {
                continue;
            }
            let listed = self.asked.join(", ");
            let name = shown(key);
            let message = Wording::new(format!("onbekende sleutel `{name}`"), format!("unknown key `{name}`"));
            let help = Wording::new(format!("Hier kan staan: {listed}."), format!("What can stand here: {listed}."));
            let near = nearest(key, self.asked.iter().copied());
            self.wrong(Finding::new(Code::UnknownKey, self.path.key(key), message, help).meaning(near));
        }
    }
}

/// A value that is not what belongs there.
pub(crate) fn wrong_type(sink: &Sink, place: DocPath, found: &Node, want: &Wording) {
    let message = Wording::new(
        format!("hier hoort {}, er staat {}", want.nl, found.kind_nl()),
        format!("{} belongs here, not {}", want.en, found.kind()),
    );
    let help = match found {
        Node::Text(text) if text.trim().parse::<f64>().is_ok() => {
            Wording::new("Schrijf het getal zonder aanhalingstekens.", "Write the number without quotes.")
        }
        Node::Text(text) if matches!(&**text, "true" | "false") => {
            Wording::new("Schrijf het zonder aanhalingstekens.", "Write it without quotes.")
        }
        _ => Wording::new(format!("Schrijf hier {}.", want.nl), format!("Write {} here.", want.en)),
    };
    sink.push(Finding::new(Code::WrongType, place, message, help));
}

/// A number outside its bounds.
pub(crate) fn out_of_range<T: fmt::Display>(place: DocPath, value: &T, bounds: &RangeInclusive<T>) -> Finding {
    let (least, most) = (bounds.start(), bounds.end());
    let message = Wording::new(
        format!("{value} ligt niet tussen {least} en {most}"),
        format!("{value} does not lie between {least} and {most}"),
    );
    let help = Wording::new(
        format!("Kies een getal van {least} tot en met {most}."),
        format!("Choose a number from {least} to {most}."),
    );
    Finding::new(Code::OutOfRange, place, message, help)
}

/// One name or a list of names.
pub(crate) fn names_of(node: &Node, place: &DocPath, sink: &Sink) -> Vec<(Arc<str>, DocPath)> {
    let want = Wording::new("een naam of een lijst van namen", "a name or a list of names");
    let items: Vec<(&Node, DocPath)> = match node {
        Node::List(items) => items.iter().enumerate().map(|(at, item)| (item, place.at(at))).collect(),
        one => vec![(one, place.clone())],
    };
    let mut names: Vec<(Arc<str>, DocPath)> = Vec::new();
    for (item, place) in items {
        match as_text(item) {
            Some(name) if names.iter().any(|(other, _)| *other == name) => {
                let message = Wording::new(
                    format!("`{}` staat er twee keer", shown(&name)),
                    format!("`{}` stands here twice", shown(&name)),
                );
                let help = Wording::new("Laat er een staan.", "Keep one of the two.");
                sink.push(Finding::new(Code::Twice, place, message, help));
            }
            Some(name) => names.push((name, place)),
            None => wrong_type(sink, place, item, &want),
        }
    }
    names
}

pub(crate) fn as_text(node: &Node) -> Option<Arc<str>> {
    match node {
        Node::Text(text) => Some(Arc::clone(text)),
        _ => None,
    }
}

pub(crate) fn as_number(node: &Node) -> Option<f64> {
    match node {
        Node::Whole(whole) => Some(*whole as f64),
        Node::Number(number) if number.is_finite() => Some(*number),
        _ => None,
    }
}
