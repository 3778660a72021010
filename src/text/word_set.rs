/// A set of folded words that is asked for with every word of every message.
///
/// Words are held by their first eight bytes as one number, so that a look-up compares numbers, not letters. Longer
/// words are therefore known by their first eight letters, which takes their inflections in.
#[derive(Debug)]
pub(crate) struct WordSet<const N: usize>([u64; N]);

impl<const N: usize> WordSet<N> {
    /// A set of sorted words; a test checks that they are.
    pub(crate) const fn new(words: [&str; N]) -> Self {
        let mut keys = [0; N];
        let mut rest: &[&str] = &words;
        let mut at = 0;
        while let [word, tail @ ..] = rest {
            if let Some(slot) = slot(&mut keys, at) {
                *slot = key(word);
            }
            rest = tail;
            at += 1;
        }
        Self(keys)
    }

    pub(crate) fn contains(&self, word: &str) -> bool {
        self.0.binary_search(&key(word)).is_ok()
    }

    /// Whether the words stand in order, each once.
    #[cfg(test)]
    pub(crate) fn is_sorted(&self) -> bool {
        self.0.windows(2).all(|pair| pair[0] < pair[1])
    }
}

/// `get_mut` as a constant function.
const fn slot(keys: &mut [u64], at: usize) -> Option<&mut u64> {
    let (_, tail) = keys.split_at_mut(at);
    tail.first_mut()
}

/// The first eight bytes, in the order of the alphabet.
const fn key(word: &str) -> u64 {
    let mut key = 0;
    let mut rest = word.as_bytes();
    let mut left = 8;
    while left > 0 {
        let byte = match rest {
            [first, tail @ ..] => {
                rest = tail;
                *first
            }
            [] => 0,
        };
        key = key << 8 | byte as u64;
        left -= 1;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_by_their_first_eight_letters() {
        const SET: WordSet<3> = WordSet::new(["een", "goedemiddag", "ik"]);
        assert!(SET.is_sorted());
        for (word, known) in
            [("ik", true), ("goedemiddag", true), ("goedemid", true), ("een", true), ("eens", false), ("", false)]
        {
            assert_eq!(SET.contains(word), known, "{word}");
        }
    }
}
