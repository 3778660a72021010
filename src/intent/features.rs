//! What a classifier sees of a message: n-grams of words and of letters, counted and weighed.
//!
//! Part of the form of a model file: a change here needs a new version there.

use crate::heads::fingerprint::{begin, pair, spell};
use crate::number::ln;
use crate::text::{Text, Word, WordKind};

/// The part of words in the square of a message's length; the rest is letters.
const WORDS: f32 = 0.4;
/// Runs of letters are this long, the spaces around the word counted.
const RUNS: std::ops::RangeInclusive<usize> = 2..=5;
/// Letters of a word that are looked at: longer ones are links and keys.
const LONGEST: usize = 32;

/// The two kinds of n-grams. Each has the same weight in a message, however many it has of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word, or two beside each other.
    Words,
    /// A run of letters within a word.
    Letters,
}

/// One n-gram where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gram {
    pub(super) key: u32,
    pub(super) kind: Kind,
    /// The first and the last word, by index.
    pub(super) words: (usize, usize),
    /// The letters of the folded word, from and up to; all of them for words.
    pub(super) letters: (usize, usize),
}

/// An n-gram's share of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Feature {
    pub(super) key: u32,
    pub(super) value: f32,
}

/// The n-grams of a message with their shares, in the order of their keys.
pub(super) fn sorted_features(text: &Text<'_>) -> Vec<Feature> {
    let mut found = features(text);
    found.sort_unstable_by_key(|feature| feature.key);
    found
}

/// The n-grams of a message with their shares, words first, in the order in which they first stand there. The squares of
/// the shares add up to 1, unless there are none.
pub(super) fn features(text: &Text<'_>) -> Vec<Feature> {
    let (mut words, mut letters) = (Counts::new(64), Counts::new(512));
    each(text, |gram| match gram.kind {
        Kind::Words => words.add(gram.key),
        Kind::Letters => letters.add(gram.key),
    });
    let share: f32 = if letters.found.is_empty() { 1.0 } else { WORDS };
    let mut found = words.weighed(share.sqrt());
    found.extend(letters.weighed((1.0 - share).sqrt()));
    found
}

/// How often each key is there, in the order in which they first are: a table with open addressing, half of it free.
struct Counts {
    /// The place among those found plus one, 0 for none.
    slots: Vec<u32>,
    found: Vec<Feature>,
}

impl Counts {
    fn new(slots: usize) -> Self {
        Self { slots: vec![0; slots], found: Vec::with_capacity(slots / 2) }
    }

    fn add(&mut self, key: u32) {
        if let Some(own) = self.slot(key).and_then(|slot| self.found.get_mut((slot as usize).wrapping_sub(1))) {
            own.value += 1.0;
            return;
        }
        self.found.push(Feature { key, value: 1.0 });
        if 2 * self.found.len() > self.slots.len() {
            self.slots = vec![0; 4 * self.slots.len()];
            (0..self.found.len()).for_each(|place| self.enter(place));
        } else {
            self.enter(self.found.len() - 1);
        }
    }

    /// What stands in the slot of a key.
    fn slot(&self, key: u32) -> Option<u32> {
        self.slots.get(self.place(key)).copied()
    }

    /// Where a key stands, or would.
    fn place(&self, key: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = (key.wrapping_mul(0x9e37_79b1) >> 7) as usize & mask;
        while let Some(found) = self.slots.get(at).and_then(|slot| slot.checked_sub(1)) {
            if self.found.get(found as usize).is_some_and(|own| own.key == key) {
                break;
            }
            at = (at + 1) & mask;
        }
        at
    }

    fn enter(&mut self, place: usize) {
        let Some(key) = self.found.get(place).map(|own| own.key) else { return };
        let at = self.place(key);
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = place as u32 + 1;
        }
    }

    /// Weighs each by 1 + ln of its count, `length` long altogether.
    fn weighed(mut self, length: f32) -> Vec<Feature> {
        for own in self.found.iter_mut().filter(|own| own.value > 1.0) {
            own.value = 1.0 + ln(f64::from(own.value)) as f32;
        }
        let squares: f32 = self.found.iter().map(|feature| feature.value * feature.value).sum();
        let scale = length / squares.max(1.0).sqrt();
        self.found.iter_mut().for_each(|feature| feature.value *= scale);
        self.found
    }
}

/// The product of two messages' n-grams, which are sorted by key.
pub(super) fn product(a: &[Feature], b: &[Feature]) -> f32 {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let mut sum = 0.0;
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        match x.key.cmp(&y.key) {
            std::cmp::Ordering::Less => drop(a.next()),
            std::cmp::Ordering::Greater => drop(b.next()),
            std::cmp::Ordering::Equal => {
                sum += x.value * y.value;
                a.next();
                b.next();
            }
        }
    }
    sum
}

/// Calls `then` with each n-gram of a message, repeated ones too, in the order of the words.
pub(super) fn each(text: &Text<'_>, mut then: impl FnMut(Gram)) {
    let mut before: Option<(usize, u32)> = None;
    let mut word = |at: usize, key: u32, length: usize, then: &mut dyn FnMut(Gram)| {
        then(Gram { key, kind: Kind::Words, words: (at, at), letters: (0, length) });
        if let Some((first, last)) = before {
            then(Gram { key: pair(last, key), kind: Kind::Words, words: (first, at), letters: (0, length) });
        }
        before = Some((at, key));
    };
    for sentence in text.sentences() {
        for (at, own) in text.words().iter().enumerate().take(sentence.words.end).skip(sentence.words.start) {
            let folded = text.folded(own);
            word(at, word_key(own, folded), folded.chars().count(), &mut then);
            if own.kind == WordKind::Letters {
                runs(folded, at, &mut then);
            }
        }
        let last = sentence.words.end.saturating_sub(1);
        for (mark, stands) in [('?', sentence.question), ('!', sentence.exclamation)] {
            if stands {
                word(last, spell(begin(b'w'), mark), 0, &mut then);
            }
        }
    }
}

/// The key of a word. Digits of a number read as `0`: that there is one matters, and how long it is.
pub(super) fn word_key(word: &Word, folded: &str) -> u32 {
    let plain = |c: char| if word.kind == WordKind::Number && c.is_numeric() { '0' } else { c };
    folded.chars().map(plain).fold(begin(b'w'), spell)
}

/// The runs of letters of one word, with a space before and behind it.
fn runs(word: &str, at: usize, then: &mut impl FnMut(Gram)) {
    let mut letters = [' '; LONGEST + 2];
    let mut count = 0;
    for (slot, letter) in letters.iter_mut().skip(1).zip(word.chars().take(LONGEST)) {
        *slot = letter;
        count += 1;
    }
    let letters = letters.get(..count + 2).unwrap_or_default();
    for start in 0..letters.len() {
        let mut key = begin(b'c');
        for (taken, letter) in letters.iter().skip(start).take(*RUNS.end()).enumerate() {
            key = spell(key, *letter);
            if taken + 1 >= *RUNS.start() {
                let span = (start.saturating_sub(1), (start + taken).min(count));
                then(Gram { key, kind: Kind::Letters, words: (at, at), letters: span });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(raw: &str) -> usize {
        let mut count = 0;
        each(&Text::new(raw), |_| count += 1);
        count
    }

    #[test]
    fn words_pairs_marks_and_runs_are_counted() {
        // Two words, a pair; the runs of " ik " and " bel ".
        assert_eq!(count("ik bel"), 2 + 1 + (3 + 2 + 1) + (4 + 3 + 2 + 1));
        assert_eq!(count("ik bel?"), count("ik bel") + 2);
        assert_eq!(count(""), 0);
        assert_eq!(count("?!"), 0);
    }

    #[test]
    fn shares_have_length_one_and_repeats_count_less() {
        for raw in ["ik bel", "12 34", "aan aan aan", "a", "Где моя посылка?", "我想取消"] {
            let found = features(&Text::new(raw));
            let squares: f32 = found.iter().map(|f| f.value * f.value).sum();
            assert!((squares - 1.0).abs() < 1e-5, "{raw}: {squares}");
            assert!(sorted_features(&Text::new(raw)).is_sorted_by(|a, b| a.key < b.key), "{raw}");
        }
    }

    #[test]
    fn spellings_of_one_message_are_seen_alike() {
        let plain = features(&Text::new("zo'n café"));
        assert_eq!(plain, features(&Text::new("ZO’N  CAFÉ")));
        assert_eq!(features(&Text::new("€ 12,50")), features(&Text::new("€ 93,10")));
    }

    #[test]
    fn letters_name_their_place() {
        let mut seen = Vec::new();
        each(&Text::new("bel"), |gram| {
            if gram.kind == Kind::Letters {
                seen.push(gram.letters);
            }
        });
        assert_eq!(seen, [(0, 1), (0, 2), (0, 3), (0, 3), (0, 2), (0, 3), (0, 3), (1, 3), (1, 3), (2, 3)]);
    }
}
