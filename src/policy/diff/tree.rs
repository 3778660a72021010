//! Two trees, laid side by side.

use crate::policy::{DocPath, Node, Wording};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A place at which two documents differ.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    pub(super) place: DocPath,
    pub(super) words: Wording,
    pub(super) before: Option<Node>,
    pub(super) after: Option<Node>,
}

/// Goes through two documents side by side and gives the old one, with those changes to which `take` says yes.
pub(super) fn blend(old: &Node, new: &Node, take: &mut dyn FnMut(Edit) -> bool) -> Node {
    let root = Place { path: DocPath::root(), owner: None, below: DocPath::root() };
    root.blend(Some(old), Some(new), take).unwrap_or_default()
}

/// Where both stand: the whole path, and for words the rule that it lies in and the path below that.
#[derive(Clone)]
struct Place {
    path: DocPath,
    owner: Option<(&'static str, &'static str, Arc<str>)>,
    below: DocPath,
}

impl Place {
    fn key(&self, key: &str) -> Self {
        Self { path: self.path.key(key), below: self.below.key(key), owner: self.owner.clone() }
    }

    fn blend(&self, old: Option<&Node>, new: Option<&Node>, take: &mut dyn FnMut(Edit) -> bool) -> Option<Node> {
        match (old, new) {
            _ if old == new => old.cloned(),
            (Some(was @ Node::Table(before)), Some(is @ Node::Table(after))) if !reworked(was, is) => {
                Some(self.tables(before, after, take))
            }
            (Some(Node::List(before)), Some(Node::List(after))) if named(before) && named(after) => {
                Some(self.lists(before, after, take))
            }
            _ => {
                let chosen = if take(self.edit(old, new)) { new } else { old };
                chosen.cloned()
            }
        }
    }

    fn tables(
        &self,
        before: &[(Arc<str>, Node)],
        after: &[(Arc<str>, Node)],
        take: &mut dyn FnMut(Edit) -> bool,
    ) -> Node {
        let find =
            |table: &[(Arc<str>, Node)], key: &Arc<str>| table.iter().find(|(k, _)| k == key).map(|(_, n)| n.clone());
        let mut seen: BTreeSet<&Arc<str>> = BTreeSet::new();
        let keys = before.iter().chain(after).map(|(key, _)| key).filter(|key| seen.insert(key));
        let entries = keys.filter_map(|key| {
            let (old, new) = (find(before, key), find(after, key));
            Some((Arc::clone(key), self.key(key).blend(old.as_ref(), new.as_ref(), take)?))
        });
        Node::Table(entries.collect())
    }

    /// Rules, paired by their ids.
    fn lists(&self, before: &[Node], after: &[Node], take: &mut dyn FnMut(Edit) -> bool) -> Node {
        let at = |list: &[Node], id: &Arc<str>| list.iter().position(|item| id_of(item) == Some(id));
        let mut items: Vec<Node> = Vec::new();
        for (number, item) in before.iter().enumerate() {
            let Some(id) = id_of(item) else { continue };
            let place = at(after, id);
            let other = place.and_then(|place| after.get(place));
            items.extend(self.rule(id, place.unwrap_or(number)).blend(Some(item), other, take));
        }
        for (number, item) in after.iter().enumerate() {
            let Some(id) = id_of(item).filter(|id| at(before, id).is_none()) else { continue };
            items.extend(self.rule(id, number).blend(None, Some(item), take));
        }
        let common = |list: &[Node], other: &[Node]| -> Vec<Arc<str>> {
            list.iter().filter_map(id_of).filter(|id| at(other, id).is_some()).cloned().collect()
        };
        let (was, is) = (common(before, after), common(after, before));
        if was != is && take(self.moved(&was, &is)) {
            items.sort_by_key(|item| id_of(item).and_then(|id| at(after, id)).unwrap_or(usize::MAX));
        }
        Node::List(items)
    }

    fn rule(&self, id: &Arc<str>, at: usize) -> Self {
        let late = self
            .path
            .steps()
            .iter()
            .any(|step| matches!(step, crate::policy::Step::Key(key) if &**key == "circumstances"));
        let (nl, en) = if late { ("omstandigheid", "circumstance") } else { ("regel", "rule") };
        Self { path: self.path.at(at), owner: Some((nl, en, Arc::clone(id))), below: DocPath::root() }
    }

    fn edit(&self, before: Option<&Node>, after: Option<&Node>) -> Edit {
        let (nl, en) = self.named();
        let words = match (before.map(shown), after.map(shown)) {
            (Some(was), Some(is)) => {
                Wording::new(format!("{nl}: van {was} naar {is}"), format!("{en}: from {was} to {is}"))
            }
            (Some(was), None) => Wording::new(format!("{nl} is weg: was {was}"), format!("{en} is gone: was {was}")),
            (None, Some(is)) => Wording::new(format!("{nl} is nieuw: {is}"), format!("{en} is new: {is}")),
            (None, None) => Wording::default(),
        };
        Edit { place: self.path.clone(), words, before: before.cloned(), after: after.cloned() }
    }

    fn moved(&self, was: &[Arc<str>], is: &[Arc<str>]) -> Edit {
        let (nl, en) = self.named();
        let first = was.iter().zip(is).find(|(a, b)| a != b).map(|(_, b)| &**b).unwrap_or_default();
        let words = Wording::new(
            format!("{nl}: een andere volgorde, vanaf `{first}`"),
            format!("{en}: in another order, from `{first}` on"),
        );
        Edit { place: self.path.clone(), words, before: None, after: None }
    }

    /// The place in words.
    fn named(&self) -> (String, String) {
        match &self.owner {
            None => (format!("`{}`", self.path), format!("`{}`", self.path)),
            Some((nl, en, id)) if self.below.steps().is_empty() => (format!("{nl} `{id}`"), format!("{en} `{id}`")),
            Some((nl, en, id)) => (format!("{nl} `{id}`, `{}`", self.below), format!("{en} `{id}`, `{}`", self.below)),
        }
    }
}

/// Whether a rule of the gate does something else altogether: what stands beside one effect makes no sense beside
/// another, so the two are one change.
fn reworked(was: &Node, is: &Node) -> bool {
    matches!((was.get("effect"), is.get("effect")), (Some(was), Some(is)) if was != is)
}

/// Whether every item has an id of its own.
fn named(items: &[Node]) -> bool {
    let ids: BTreeSet<&Arc<str>> = items.iter().filter_map(id_of).collect();
    ids.len() == items.len()
}

fn id_of(node: &Node) -> Option<&Arc<str>> {
    match node.get("id") {
        Some(Node::Text(id)) => Some(id),
        _ => None,
    }
}

/// A value, as its author might write it.
fn shown(node: &Node) -> String {
    let joined = |parts: Vec<String>| parts.join(", ");
    match node {
        Node::Nothing | Node::TooDeep => "…".to_owned(),
        Node::Flag(flag) => flag.to_string(),
        Node::Whole(whole) => whole.to_string(),
        Node::Number(number) => number.to_string(),
        Node::Text(text) => format!("`{text}`"),
        Node::List(items) => format!("[{}]", joined(items.iter().map(shown).collect())),
        Node::Table(entries) => {
            format!("{{ {} }}", joined(entries.iter().map(|(key, node)| format!("{key} = {}", shown(node))).collect()))
        }
    }
}
