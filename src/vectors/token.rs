//! The tokens that have vectors: words, a little coarser than those of [`Text`].

use super::hash;
use crate::text::Text;

/// What is kept of a token, in characters.
const LONGEST: usize = 32;

/// A token between the marks of its begin and end, `<` and `>`.
#[derive(Debug)]
pub(super) struct Token {
    marked: [char; LONGEST + 2],
    length: usize,
    zeros: usize,
    apostrophe: bool,
    letters: bool,
    state: u64,
}

impl Token {
    fn new() -> Self {
        Self { marked: ['<'; LONGEST + 2], length: 0, zeros: 0, apostrophe: false, letters: false, state: hash::START }
    }

    /// The state of its hash, without the marks.
    pub(super) fn state(&self) -> u64 {
        self.state
    }

    /// Whether it holds a letter: a bare number has no meaning in its parts.
    pub(super) fn has_letters(&self) -> bool {
        self.letters
    }

    /// Calls `then` with the number of each run of three to five characters, marks included, but for the whole.
    pub(super) fn grams(&self, mut then: impl FnMut(u64)) {
        let marked = self.marked.get(..self.length + 2).unwrap_or_default();
        for start in 0..self.length {
            let mut state = hash::START;
            for (count, c) in marked.iter().skip(start).take(5).enumerate() {
                state = hash::step(state, *c);
                if count >= 2 && count + 1 < marked.len() {
                    then(hash::gram(state));
                }
            }
        }
    }

    /// Takes a character in; gives whether the token goes on.
    fn take(&mut self, c: char) -> bool {
        if c == '\'' {
            // It counts only between letters or digits, so it waits for the next one.
            let goes_on = self.length > 0 && !self.apostrophe;
            self.apostrophe = goes_on;
            return goes_on;
        }
        if !c.is_alphanumeric() {
            return false;
        }
        if std::mem::take(&mut self.apostrophe) {
            self.zeros = 0;
            self.push('\'');
        }
        if c.is_ascii_digit() {
            self.zeros += 1;
            if self.zeros <= 4 {
                self.push('0');
            }
        } else {
            self.zeros = 0;
            self.push(c);
        }
        true
    }

    fn push(&mut self, c: char) {
        if self.length == LONGEST {
            return;
        }
        self.length += 1;
        if let Some(place) = self.marked.get_mut(self.length) {
            *place = c;
        }
        self.state = hash::step(self.state, c);
        self.letters |= c.is_alphabetic();
    }

    /// Hands the token on, if there is one, and starts the next.
    fn end(&mut self, then: &mut impl FnMut(&Self)) {
        if self.length > 0 {
            if let Some(place) = self.marked.get_mut(self.length + 1) {
                *place = '>';
            }
            then(self);
        }
        self.length = 0;
        self.zeros = 0;
        self.apostrophe = false;
        self.letters = false;
        self.state = hash::START;
    }
}

/// Calls `then` with each token of a text, in order.
///
/// A token is a run of letters and digits of one folded word, with apostrophes between them: `13.45` is two. Digits
/// read as `0`, more than four in a row as four, since it matters that there is a number and how long it is.
pub(super) fn each(text: &Text<'_>, mut then: impl FnMut(&Token)) {
    let mut token = Token::new();
    for word in text.words() {
        for c in text.folded(word).chars() {
            if !token.take(c) {
                token.end(&mut then);
            }
        }
        token.end(&mut then);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(raw: &str) -> Vec<String> {
        let mut tokens = Vec::new();
        each(&Text::new(raw), |token| tokens.push(token.marked[1..=token.length].iter().collect()));
        tokens
    }

    #[test]
    fn words_become_tokens() {
        let table: [(&str, &[&str]); 9] = [
            ("Zo'n auto's, 't is wat", &["zo'n", "auto's", "t", "is", "wat"]),
            ("don’t log in @ foo_bar.com", &["don't", "log", "in", "foo", "bar", "com"]),
            ("€ 13,45 op 1-2-2024", &["00", "00", "op", "0", "0", "0000"]),
            ("1234567 5G", &["0000", "0g"]),
            ("neeeee soooo", &["nee", "so"]),
            ("Zoë 👍 :-) ?!", &["zoe"]),
            ("a''b 'quoted'", &["a", "b", "quoted"]),
            ("", &[]),
            (&"ab".repeat(40), &["abababababababababababababababab"]),
        ];
        for (raw, expected) in table {
            assert_eq!(tokens(raw), expected, "{raw}");
        }
    }

    #[test]
    fn grams_are_three_to_five_long_and_never_the_whole() {
        let grams = |raw: &str| {
            let mut numbers = Vec::new();
            each(&Text::new(raw), |token| token.grams(|number| numbers.push(number)));
            numbers
        };
        let numbers = |grams: &[&str]| -> Vec<u64> { grams.iter().map(|g| hash::gram(hash::state(g))).collect() };
        assert_eq!(grams("ja"), numbers(&["<ja", "ja>"]));
        assert_eq!(grams("nee"), numbers(&["<ne", "<nee", "nee", "nee>", "ee>"]));
        assert!(grams("u").is_empty());
    }
}
