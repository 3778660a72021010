//! Documents broken value by value: the parser is past, and checker, prover and engine get what they least expect.

use crate::chance::Chance;
use crate::corpus::Corpus;
use handover::policy::Node;
use std::sync::Arc;

pub(crate) fn broken(corpus: &Corpus, chance: &mut Chance) -> Node {
    let Some(root) = chance.pick(&corpus.roots) else { return Node::Nothing };
    let mut root = root.clone();
    for _ in 0..=chance.below(5) {
        change(&mut root, corpus, chance);
    }
    if chance.one_in(400) {
        root = crowded(root);
    }
    root
}

/// Changes one value somewhere below.
fn change(node: &mut Node, corpus: &Corpus, chance: &mut Chance) {
    let here = chance.one_in(4);
    match node {
        Node::List(items) if !items.is_empty() && !here => {
            let at = chance.below(items.len());
            change(&mut items[at], corpus, chance);
        }
        Node::Table(entries) if !entries.is_empty() && !here => {
            let at = chance.below(entries.len());
            change(&mut entries[at].1, corpus, chance);
        }
        Node::List(items) => change_list(items, corpus, chance),
        Node::Table(entries) => change_table(entries, corpus, chance),
        leaf => change_leaf(leaf, corpus, chance),
    }
}

fn any_value(corpus: &Corpus, chance: &mut Chance) -> Node {
    chance.pick(&corpus.values).cloned().unwrap_or_default()
}

fn change_list(items: &mut Vec<Node>, corpus: &Corpus, chance: &mut Chance) {
    let at = chance.below(items.len());
    match chance.below(5) {
        0 if !items.is_empty() => drop(items.remove(at)),
        1 if !items.is_empty() => items.insert(at, items[at].clone()),
        2 if !items.is_empty() => items.swap(at, 0),
        3 => items.reverse(),
        _ => items.push(any_value(corpus, chance)),
    }
}

fn change_table(entries: &mut Vec<(Arc<str>, Node)>, corpus: &Corpus, chance: &mut Chance) {
    let at = chance.below(entries.len());
    let key = chance.pick(&corpus.keys).cloned().unwrap_or_default();
    match chance.below(6) {
        0 | 1 if !entries.is_empty() => drop(entries.remove(at)),
        2 if !entries.is_empty() => entries[at].0 = key,
        3 if !entries.is_empty() => entries.push(entries[at].clone()),
        4 if !entries.is_empty() => entries[at].1 = any_value(corpus, chance),
        _ => entries.push((key, any_value(corpus, chance))),
    }
}

fn change_leaf(leaf: &mut Node, corpus: &Corpus, chance: &mut Chance) {
    let small = chance.below(5) as i64 - 2;
    *leaf = match leaf {
        Node::Flag(flag) if chance.one_in(2) => Node::Flag(!*flag),
        Node::Whole(whole) if !chance.one_in(3) => Node::Whole(whole.saturating_add(small)),
        Node::Number(number) if !chance.one_in(3) => Node::Number(*number + small as f64 / 8.0),
        Node::Text(text) if chance.one_in(3) => Node::Text(misspelt(text, chance)),
        Node::Text(_) if chance.one_in(2) => another_text(corpus, chance),
        _ if chance.one_in(4) => Node::List(vec![leaf.clone()]),
        _ => any_value(corpus, chance),
    };
}

/// Text that stands elsewhere: a name where another was meant.
fn another_text(corpus: &Corpus, chance: &mut Chance) -> Node {
    let found = (0..8).map(|_| any_value(corpus, chance)).find(|value| matches!(value, Node::Text(_)));
    found.unwrap_or_default()
}

fn misspelt(text: &str, chance: &mut Chance) -> Arc<str> {
    let mut letters: Vec<char> = text.chars().collect();
    let at = chance.below(letters.len());
    match chance.below(3) {
        0 if !letters.is_empty() => drop(letters.remove(at)),
        1 if !letters.is_empty() => letters.swap(at, 0),
        _ => letters.insert(at, ['x', 'é', '👍', '0'][chance.below(4)]),
    }
    letters.into_iter().collect::<String>().into()
}

/// Every rule some forty times: more than any document may have.
fn crowded(root: Node) -> Node {
    let Node::Table(entries) = root else { return root };
    let again = |(key, value): (Arc<str>, Node)| match value {
        Node::List(items) if matches!(&*key, "rules" | "circumstances") => {
            let copies = (0..40).flat_map(|copy| items.iter().map(move |item| renamed(item, copy)));
            (Arc::clone(&key), Node::List(copies.collect()))
        }
        value => (key, value),
    };
    Node::Table(entries.into_iter().map(again).collect())
}

fn renamed(rule: &Node, copy: usize) -> Node {
    let Node::Table(entries) = rule else { return rule.clone() };
    let renamed = entries.iter().map(|(key, value)| match value {
        Node::Text(id) if &**key == "id" => (Arc::clone(key), Node::Text(Arc::from(format!("{id}-{copy}")))),
        value => (Arc::clone(key), value.clone()),
    });
    Node::Table(renamed.collect())
}
