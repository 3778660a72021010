//! Rule documents for the programs: read from TOML or JSON, with the line of every place.

use handover::policy::{Checked, DocPath, Document, Finding, Policy, Severity};
use handover::text::Lang;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use toml_edit::{ImDocument, Item, Table, Value};

/// A document with the lines of its source.
#[derive(Debug)]
pub(crate) struct Sourced {
    pub(crate) document: Document,
    lines: BTreeMap<DocPath, usize>,
}

impl Sourced {
    /// Reads a file, `-` for standard input. What does not end in `.json` is taken for TOML.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut source = String::new();
        super::open(path)?
            .read_to_string(&mut source)
            .map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))?;
        let wrong = |error: String| io::Error::other(format!("{}: {}", path.display(), error.trim_end()));
        if path.extension().is_some_and(|ending| ending == "json") {
            let document = serde_json::from_str(&source).map_err(|e| wrong(e.to_string()))?;
            return Ok(Self { document, lines: BTreeMap::new() });
        }
        let document = toml::from_str(&source).map_err(|e| wrong(e.to_string()))?;
        Ok(Self { document, lines: Lines::of(&source) })
    }

    /// Reads a file, checks and compiles it.
    pub(crate) fn policy(path: &Path) -> io::Result<Policy> {
        Self::open(path)?.live(path)
    }

    /// Checks and compiles it; the errors in it are the error.
    pub(crate) fn live(&self, path: &Path) -> io::Result<Policy> {
        let checked = self.document.check();
        let errors: Vec<String> = checked.errors().map(|f| self.line_of(path, f, Lang::En)).collect();
        checked.policy().map_err(|_| {
            let count = errors.len();
            let tail = if count == 1 { "this mistake has" } else { "these mistakes have" };
            io::Error::other(format!("{tail} to be put right first:\n{}", errors.join("\n")))
        })
    }

    /// The line that a place stands on, from 1: its own, or that of what holds it.
    pub(crate) fn line(&self, place: &DocPath) -> Option<usize> {
        let mut place = Some(place.clone());
        while let Some(path) = place {
            if let Some(line) = self.lines.get(&path) {
                return Some(*line);
            }
            place = path.parent();
        }
        None
    }

    /// A finding in a line: file, line, code, place, what is wrong.
    pub(crate) fn line_of(&self, path: &Path, finding: &Finding, lang: Lang) -> String {
        let line = self.line(&finding.place).map_or_else(String::new, |line| format!(":{line}"));
        let meant = finding.did_you_mean.as_ref().map_or_else(String::new, |name| match lang {
            Lang::Nl => format!("; bedoelde u `{name}`?"),
            Lang::En => format!("; did you mean `{name}`?"),
        });
        let message = finding.message.text(lang);
        format!("{}{line}: {} {}: {message}{meant}", path.display(), finding.code, finding.place)
    }
}

/// How many errors and warnings there are.
pub(crate) fn counts(checked: &Checked) -> (usize, usize) {
    let errors = checked.findings().iter().filter(|f| f.severity() == Severity::Error).count();
    (errors, checked.findings().len() - errors)
}

/// Finds the line of every place in a TOML source.
struct Lines {
    starts: Vec<usize>,
    found: BTreeMap<DocPath, usize>,
}

impl Lines {
    fn of(source: &str) -> BTreeMap<DocPath, usize> {
        let Ok(document) = ImDocument::parse(source) else { return BTreeMap::new() };
        let starts = std::iter::once(0).chain(source.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut lines = Self { starts, found: BTreeMap::new() };
        lines.table(document.as_table(), &DocPath::root());
        lines.found
    }

    fn note(&mut self, path: &DocPath, span: Option<Range<usize>>) {
        if let Some(span) = span {
            let line = self.starts.partition_point(|start| *start <= span.start);
            self.found.entry(path.clone()).or_insert(line);
        }
    }

    fn table(&mut self, table: &Table, path: &DocPath) {
        self.note(path, table.span());
        for (key, item) in table.iter() {
            let place = path.key(key);
            self.note(&place, table.key(key).and_then(|key| key.span()));
            self.item(item, &place);
        }
    }

    fn item(&mut self, item: &Item, path: &DocPath) {
        match item {
            Item::Table(table) => self.table(table, path),
            Item::ArrayOfTables(tables) => {
                for (at, table) in tables.iter().enumerate() {
                    self.table(table, &path.at(at));
                }
            }
            Item::Value(value) => self.value(value, path),
            Item::None => {}
        }
    }

    fn value(&mut self, value: &Value, path: &DocPath) {
        self.note(path, value.span());
        match value {
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.value(item, &path.at(at));
                }
            }
            Value::InlineTable(table) => {
                for (key, value) in table.iter() {
                    let place = path.key(key);
                    self.note(&place, table.key(key).and_then(|key| key.span()));
                    self.value(value, &place);
                }
            }
            _ => {}
        }
    }
}
