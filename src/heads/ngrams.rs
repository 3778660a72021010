//! The n-grams of a message: words, pairs of words, and runs of two to five letters within a word.

use super::fingerprint::{self, begin, pair, spell};
use crate::text::{Text, WordKind};

/// One n-gram, by its fingerprint, with the words it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ngram {
    /// A 32-bit fingerprint; two n-grams of one model share one about once in four thousand million pairs.
    pub key: u32,
    /// The first word, by index.
    pub first: u32,
    /// The last word, by index.
    pub last: u32,
}

/// Runs of letters are this long.
const RUNS: std::ops::RangeInclusive<usize> = 2..=5;
/// Letters of a word that are looked at: longer ones are links and keys.
const LONGEST: usize = 32;

/// Every n-gram of a message, repeated ones too, in the order of the words. Worked out once a [`Text`].
///
/// ```
/// use handover::heads::ngrams;
/// use handover::text::Text;
///
/// let text = Text::new("ik bel");
/// let found = ngrams(&text);
/// // Two words, one pair, and the runs of " ik " and " bel ".
/// assert_eq!(found.len(), 2 + 1 + (3 + 2 + 1) + (4 + 3 + 2 + 1));
/// ```
#[must_use]
pub fn ngrams<'t>(text: &'t Text<'_>) -> &'t [Ngram] {
    text.memo().ngrams.get_or_init(|| all(text))
}

fn all(text: &Text<'_>) -> Vec<Ngram> {
    let mut found = Vec::with_capacity(24 * text.words().len());
    let mut before: Option<(u32, u32)> = None;
    for (at, word) in (0_u32..).zip(text.words()) {
        let folded = text.folded(word);
        let key = fingerprint::of(b'w', folded);
        found.push(Ngram { key, first: at, last: at });
        if let Some((first, last_key)) = before {
            found.push(Ngram { key: pair(last_key, key), first, last: at });
        }
        before = Some((at, key));
        if word.kind == WordKind::Letters {
            runs(folded, at, &mut found);
        }
    }
    found
}

/// The runs of letters of one word, with a space before and behind it.
fn runs(word: &str, at: u32, found: &mut Vec<Ngram>) {
    let mut letters = ['\0'; LONGEST + 2];
    let mut count = 0;
    for c in std::iter::once(' ').chain(word.chars().take(LONGEST)).chain(std::iter::once(' ')) {
        if let Some(slot) = letters.get_mut(count) {
            *slot = c;
            count += 1;
        }
    }
    let letters = letters.get(..count).unwrap_or_default();
    for start in 0..letters.len() {
        let mut key = begin(b'c');
        for (taken, letter) in letters.iter().skip(start).take(*RUNS.end()).enumerate() {
            key = spell(key, *letter);
            if taken + 1 >= *RUNS.start() {
                found.push(Ngram { key, first: at, last: at });
            }
        }
    }
}
