//! Documents broken word by word: most of what comes out is still TOML, and looks like what a tired author writes.

use crate::chance::Chance;
use crate::corpus::Corpus;

/// Words, blanks, and each other character by itself.
pub(crate) fn split(text: &str) -> Vec<&str> {
    let kind = |letter: char| match letter {
        _ if letter.is_alphanumeric() || "_-.:".contains(letter) => 0,
        ' ' => 1,
        _ => 2,
    };
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let alike = |letter: char| kind(first) < 2 && kind(letter) == kind(first);
        let end = rest.find(|letter| !alike(letter)).unwrap_or(rest.len()).max(first.len_utf8());
        let (token, after) = rest.split_at(end);
        tokens.push(token);
        rest = after;
    }
    tokens
}

pub(crate) fn broken(corpus: &Corpus, chance: &mut Chance) -> String {
    let Some(text) = chance.pick(&corpus.texts) else { return String::new() };
    let mut tokens = split(text);
    for _ in 0..=chance.below(4) {
        change(&mut tokens, corpus, chance);
    }
    tokens.concat()
}

fn change<'c>(tokens: &mut Vec<&'c str>, corpus: &'c Corpus, chance: &mut Chance) {
    if tokens.is_empty() {
        return;
    }
    let (at, to) = (chance.below(tokens.len()), chance.below(tokens.len()));
    let other: &str = chance.pick(&corpus.tokens).map_or("", String::as_str);
    match chance.below(6) {
        0 => drop(tokens.remove(at)),
        1 => tokens.insert(at, other),
        2 => tokens.swap(at, to),
        3 => {
            // A piece once more, somewhere else.
            let piece = tokens[at..(at + chance.below(40)).min(tokens.len())].to_vec();
            tokens.splice(to..to, piece);
        }
        _ => tokens[at] = other,
    }
}
