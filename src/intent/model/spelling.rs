//! Misspelled words, read as they were meant.
//!
//! A word that neither the model nor its word vectors know, but that is one edit away from one that the model knows, is
//! taken for that one: two letters that changed places, one too many, one missing, or another one (Damerau 1964). The
//! edits are tried one by one, since the model holds fingerprints of words instead of words: some four hundred for a word
//! of seven letters, two or three microseconds, and nothing for a message without such a word. Where several words
//! would do, the one that the model knows beside the words around it is meant, then the one that takes the likelier edit.

use super::lookup::Lookup;
use crate::heads::fingerprint::{begin, pair, spell};
use crate::intent::features::word_key;
use crate::text::{Text, Word, WordKind};

/// Shorter words are one edit away from too many others, longer ones are links and keys.
const LENGTHS: std::ops::RangeInclusive<usize> = 3..=24;

/// The message as it was meant, where a word was misspelled; `is_word` says which words are known outside of the model.
pub(super) fn meant(text: &Text<'_>, lookup: &Lookup, is_word: impl Fn(&str) -> bool) -> Option<String> {
    let mut meant: Option<String> = None;
    let mut done = 0;
    for (at, word) in text.words().iter().enumerate() {
        let folded = text.folded(word);
        if word.kind != WordKind::Letters || lookup.row(word_key(word, folded)).is_some() || is_word(folded) {
            continue;
        }
        let Some(own) = Misspelled::of(text, at, lookup).and_then(|own| own.best(&is_word)) else { continue };
        let out = meant.get_or_insert_default();
        out.push_str(text.raw().get(done..word.span.start as usize).unwrap_or_default());
        out.push_str(&own);
        done = word.span.end as usize;
    }
    if let Some(meant) = &mut meant {
        meant.push_str(text.raw().get(done..).unwrap_or_default());
    }
    meant
}

/// A word that is to be read otherwise.
struct Misspelled<'m> {
    letters: Vec<char>,
    /// The fingerprints of the words beside it.
    before: Option<u32>,
    after: Option<u32>,
    lookup: &'m Lookup,
}

/// What was done to a word, the likeliest last.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Edit {
    /// Another letter was put in place of this one.
    Replaced(usize, char),
    /// This letter was left out before the place.
    Dropped(usize, char),
    /// The letter at the place is too many.
    Added(usize),
    /// It changed places with the next.
    Swapped(usize),
}

impl<'m> Misspelled<'m> {
    fn of(text: &Text<'_>, at: usize, lookup: &'m Lookup) -> Option<Self> {
        let letters: Vec<char> = text.folded(text.words().get(at)?).chars().collect();
        let fits = LENGTHS.contains(&letters.len()) && letters.iter().all(|letter| letter.is_alphabetic());
        let key = |word: &Word| word_key(word, text.folded(word));
        let beside = |at: Option<usize>| at.and_then(|at| text.words().get(at)).map(key);
        fits.then(|| Self { letters, before: beside(at.checked_sub(1)), after: beside(Some(at + 1)), lookup })
    }

    fn best(&self, is_word: &impl Fn(&str) -> bool) -> Option<String> {
        let mut best: Option<((usize, bool, u8), String)> = None;
        self.each(|key, edit| {
            if self.lookup.row(key).is_none() {
                return;
            }
            let meant = self.without(edit);
            let score = (self.beside(key), is_word(&meant), edit.likely());
            if best.as_ref().is_none_or(|(most, _)| score > *most) {
                best = Some((score, meant));
            }
        });
        best.map(|(_, meant)| meant)
    }

    /// How many of the words around it the model knows beside such a word.
    fn beside(&self, key: u32) -> usize {
        let pairs = [self.before.map(|before| pair(before, key)), self.after.map(|after| pair(key, after))];
        pairs.into_iter().flatten().filter(|pair| self.lookup.row(*pair).is_some()).count()
    }

    /// Calls `then` with the fingerprint of each word that is one edit away.
    fn each(&self, mut then: impl FnMut(u32, Edit)) {
        let mut state = begin(b'w');
        for at in 0..=self.letters.len() {
            let rest = self.letters.get(at..).unwrap_or_default();
            for letter in 'a'..='z' {
                let with = spell(state, letter);
                then(ended(with, rest), Edit::Dropped(at, letter));
                if let Some((_, rest)) = rest.split_first() {
                    then(ended(with, rest), Edit::Replaced(at, letter));
                }
            }
            if let Some((first, rest)) = rest.split_first() {
                then(ended(state, rest), Edit::Added(at));
                if let Some((second, rest)) = rest.split_first() {
                    then(ended(spell(spell(state, *second), *first), rest), Edit::Swapped(at));
                }
                state = spell(state, *first);
            }
        }
    }

    /// The word as it was before the edit.
    fn without(&self, edit: Edit) -> String {
        let mut letters = self.letters.clone();
        match edit {
            Edit::Replaced(at, letter) => letters.iter_mut().skip(at).take(1).for_each(|own| *own = letter),
            Edit::Dropped(at, letter) => letters.insert(at.min(letters.len()), letter),
            Edit::Added(at) => drop((at < letters.len()).then(|| letters.remove(at))),
            Edit::Swapped(at) => {
                if at + 1 < letters.len() {
                    letters.swap(at, at + 1);
                }
            }
        }
        letters.into_iter().collect()
    }
}

impl Edit {
    fn likely(self) -> u8 {
        match self {
            Self::Replaced(..) => 0,
            Self::Dropped(..) => 1,
            Self::Added(..) => 2,
            Self::Swapped(..) => 3,
        }
    }
}

fn ended(state: u32, rest: &[char]) -> u32 {
    rest.iter().fold(state, |state, letter| spell(state, *letter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heads::fingerprint::of;

    #[test]
    fn each_edit_is_undone_and_nothing_else_is_touched() {
        let words = ["ik", "wil", "opzeggen", "cancel", "pakket", "waar", "maar"];
        let keys = words.map(|word| of(b'w', word)).into_iter().chain([pair(of(b'w', "waar"), of(b'w', "is"))]);
        let lookup = Lookup::of(keys.collect::<Vec<u32>>().into_iter());
        let is_word = |word: &str| ["is", "mijn", "cance"].contains(&word);
        let table = [
            ("Ik wil opzegegn!", Some("Ik wil opzeggen!")),
            ("ik wil opzeggenn", Some("ik wil opzeggen")),
            ("Ik wil OPZEGEN.", Some("Ik wil opzeggen.")),
            ("opzrggen, cancell: pakkte", Some("opzeggen, cancel: pakket")),
            // Two would do; the one that is known beside its neighbour is meant.
            ("zaar is mijn pakket", Some("waar is mijn pakket")),
            // Known by the model, or known as a word, or no edit away, or no word, or too short.
            ("ik wil cancel", None),
            ("cance", None),
            ("opgezegd", None),
            ("opzegge4", None),
            ("il", None),
            ("", None),
        ];
        for (raw, expected) in table {
            assert_eq!(meant(&Text::new(raw), &lookup, is_word).as_deref(), expected, "{raw}");
        }
    }
}
