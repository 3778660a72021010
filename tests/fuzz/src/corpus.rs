//! What the broken documents are made of: good ones, whole and in pieces.

use crate::tokens;
use handover::policy::{Document, Node};
use std::path::Path;
use std::sync::Arc;

pub(crate) struct Corpus {
    pub(crate) texts: Vec<String>,
    pub(crate) json: Vec<String>,
    pub(crate) roots: Vec<Node>,
    /// Every value that stands somewhere in one of them, and some that stand in none.
    pub(crate) values: Vec<Node>,
    pub(crate) keys: Vec<Arc<str>>,
    pub(crate) tokens: Vec<String>,
}

/// Values that good documents don't have: ends of ranges, what is no number, what is no word.
const ODD_NUMBERS: [f64; 10] = [0.0, -0.0, -1.0, 0.5, 1.0, 1e-320, 1e308, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
const ODD_WHOLES: [i64; 10] = [0, 1, -1, 7, 23, 255, 1440, 4_294_967_296, i64::MIN, i64::MAX];
const ODD_TEXTS: [&str; 14] = [
    "",
    " ",
    "\u{0}",
    "é\u{301}👩‍👩‍👧",
    "\u{202e}rtl",
    "ß",
    "İ",
    "24:00-00:00",
    "99:99-00:01",
    "02-30",
    "2027-02-29",
    "9999-12-31",
    "12-31/01-01",
    "mo-fr 09:00-17:00",
];
const ODD_TOKENS: [&str; 12] =
    ["nan", "inf", "-inf", "1e999", "-0", "9223372036854775807", "[[", "]]", "{", "}", "\"\"\"", "\u{feff}"];

impl Corpus {
    /// Every `.toml` of a folder.
    pub(crate) fn read(folder: &Path) -> Result<Self, String> {
        let wrong = |what: &dyn std::fmt::Display| format!("{}: {what}", folder.display());
        let entries = std::fs::read_dir(folder).map_err(|error| wrong(&error))?;
        let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
        paths.sort();
        let texts: Result<Vec<_>, _> = paths.iter().map(std::fs::read_to_string).collect();
        let texts = texts.map_err(|error| wrong(&error))?;
        if texts.is_empty() {
            return Err(wrong(&"no policies in it"));
        }
        Self::of(texts).map_err(|error| wrong(&error))
    }

    /// How many of the good documents really are: what is made of others seldom gets past the checker.
    pub(crate) fn clean(&self) -> usize {
        let sound = |root: &&Node| Document::from((*root).clone()).check().policy().is_ok();
        self.roots.iter().filter(sound).count()
    }

    fn of(texts: Vec<String>) -> Result<Self, String> {
        let documents: Result<Vec<Document>, _> = texts.iter().map(|text| toml::from_str(text)).collect();
        let roots: Vec<Node> =
            documents.map_err(|error| error.to_string())?.iter().map(|document| document.root().clone()).collect();
        let json: Result<Vec<_>, _> = roots.iter().map(serde_json::to_string).collect();
        let (mut values, mut keys) = (odd_values(), Vec::new());
        roots.iter().for_each(|root| gather(root, &mut values, &mut keys));
        let of_texts = texts.iter().flat_map(|text| tokens::split(text)).map(str::to_owned);
        let mut tokens: Vec<String> = ODD_TOKENS.into_iter().map(str::to_owned).chain(of_texts).collect();
        tokens.sort();
        tokens.dedup();
        Ok(Self { json: json.map_err(|error| error.to_string())?, texts, roots, values, keys, tokens })
    }
}

fn odd_values() -> Vec<Node> {
    let numbers = ODD_NUMBERS.into_iter().map(Node::Number);
    let wholes = ODD_WHOLES.into_iter().map(Node::Whole);
    let texts = ODD_TEXTS.into_iter().map(|text| Node::Text(Arc::from(text)));
    let rest = [Node::Nothing, Node::Flag(true), Node::Flag(false), Node::List(Vec::new()), Node::Table(Vec::new())];
    numbers.chain(wholes).chain(texts).chain(rest).chain([Node::TooDeep]).collect()
}

fn gather(node: &Node, values: &mut Vec<Node>, keys: &mut Vec<Arc<str>>) {
    values.push(node.clone());
    match node {
        Node::List(items) => items.iter().for_each(|item| gather(item, values, keys)),
        Node::Table(entries) => {
            for (key, value) in entries {
                if !keys.contains(key) {
                    keys.push(Arc::clone(key));
                }
                gather(value, values, keys);
            }
        }
        _ => {}
    }
}
