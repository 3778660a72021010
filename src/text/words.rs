//! Cutting a message into words and sentences, over the word boundaries of UAX #29.

use super::bounds::segments;
use super::{Form, Span, Style, emoji, fold};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Stands between sentences in the stream, so that no phrase matches across them.
const SENTENCE_MARK: char = '\u{1}';

/// One word, number or emoji of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Where it stands in the message as it came in.
    pub span: Span,
    /// What it is.
    pub kind: WordKind,
    /// All its letters are capitals, and there are at least two.
    pub capitals: bool,
    /// Letters that were dropped from drawn-out runs.
    pub elongation: u32,
    /// A comma, colon, dash or bracket stands right before it.
    pub after_pause: bool,
    pub(crate) folded: Range<u32>,
    pub(crate) sentence: u32,
}

/// The kind of a [`Word`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WordKind {
    /// Letters, perhaps with digits or apostrophes.
    Letters,
    /// Digits, perhaps with signs.
    Number,
    /// An emoji or emoticon; its folded form is one character.
    Emoji,
}

/// A sentence: a run of words up to a full stop, question mark, exclamation mark or line break.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence {
    /// The words, by index.
    pub words: Range<usize>,
    /// It ends in a question mark.
    pub question: bool,
    /// It ends in an exclamation mark.
    pub exclamation: bool,
}

/// Words on their way from the message to a [`super::Text`].
#[derive(Debug, Default)]
pub(super) struct Cut {
    /// The folded words, one behind the other.
    pub(super) folds: String,
    pub(super) words: Vec<Word>,
    /// For each closed sentence, how it ended.
    ends: Vec<(bool, bool)>,
    pub(super) style: Style,
}

impl Cut {
    pub(super) fn folded(&self, word: &Word) -> &str {
        self.folds.get(word.folded.start as usize..word.folded.end as usize).unwrap_or_default()
    }

    /// Lays the words out as a stream and groups them in sentences.
    pub(super) fn finish(mut self) -> (String, Vec<Word>, Vec<Sentence>, Style) {
        let mut stream = String::with_capacity(self.folds.len() + 2 * self.words.len() + 2);
        let mut sentences: Vec<Sentence> = Vec::new();
        let mut open = None;
        stream.push(' ');
        for at in 0..self.words.len() {
            let Some(word) = self.words.get(at) else { break };
            let number = word.sentence;
            if open != Some(number) {
                if open.is_some() {
                    stream.push(SENTENCE_MARK);
                    stream.push(' ');
                }
                let (question, exclamation) = self.ends.get(number as usize).copied().unwrap_or_default();
                sentences.push(Sentence { words: at..at, question, exclamation });
                open = Some(number);
            }
            let start = stream.len();
            stream.push_str(self.folded(word));
            let folded = start as u32..stream.len() as u32;
            stream.push(' ');
            let index = sentences.len().saturating_sub(1);
            if let Some(sentence) = sentences.get_mut(index) {
                sentence.words.end = at + 1;
            }
            if let Some(word) = self.words.get_mut(at) {
                word.folded = folded;
                word.sentence = index as u32;
            }
        }
        self.style.words = self.words.len() as u32;
        (stream, self.words, sentences, self.style)
    }

    fn sentence(&self) -> u32 {
        self.ends.len() as u32
    }

    fn close(&mut self, question: bool, exclamation: bool) {
        if self.words.last().is_some_and(|w| w.sentence == self.sentence()) {
            self.ends.push((question, exclamation));
        } else if let Some(last) = self.ends.last_mut() {
            // A mark behind a mark ("?!") belongs to the sentence before it.
            last.0 |= question;
            last.1 |= exclamation;
        }
    }
}

/// Cuts those parts of `raw` that `body` names.
pub(super) fn cut(raw: &str, body: &[Span], form: Form) -> Cut {
    let mut cut = Cut::default();
    for part in body {
        let Some(text) = part.of(raw) else { continue };
        let first = cut.words.len();
        match text.contains(ZERO_WIDTH_SPACE) {
            false => cut_part(&mut cut, text, part.start, form),
            true => {
                let (clean, places) = without_zero_width_spaces(text);
                cut_part(&mut cut, &clean, 0, form);
                let original = |at: u32| part.start + places.get(at as usize).copied().unwrap_or(text.len() as u32);
                for word in cut.words.iter_mut().skip(first) {
                    word.span = Span::new(original(word.span.start), original(word.span.end));
                }
            }
        }
        cut.close(false, false);
    }
    cut
}

/// The one invisible character that UAX #29 breaks words at; people paste it, and some hide words with it.
const ZERO_WIDTH_SPACE: char = '\u{200b}';

/// The text without them, and for each of its bytes the place in the original.
fn without_zero_width_spaces(text: &str) -> (String, Vec<u32>) {
    let mut clean = String::with_capacity(text.len());
    let mut places = Vec::with_capacity(text.len() + 1);
    for (at, c) in text.char_indices().filter(|(_, c)| *c != ZERO_WIDTH_SPACE) {
        clean.push(c);
        places.extend((0..c.len_utf8()).map(|byte| (at + byte) as u32));
    }
    places.push(text.len() as u32);
    (clean, places)
}

fn cut_part(cut: &mut Cut, text: &str, offset: u32, form: Form) {
    let mut pause = false;
    let mut resume = 0;
    for (at, segment) in segments(text) {
        if at < resume {
            continue;
        }
        let span = Span::new(offset + at as u32, offset + (at + segment.len()) as u32);
        match first_kind(segment) {
            Kind::Word => push_word(cut, segment, span, std::mem::take(&mut pause)),
            Kind::Blank => {
                let breaks = segment.bytes().filter(|b| *b == b'\n').count();
                if breaks > 1 || (breaks == 1 && form != Form::Mail) {
                    cut.close(false, false);
                }
            }
            Kind::Other => {
                let rest = text.get(at..).unwrap_or_default();
                if let Some((face, length)) = emoji::emoticon(rest) {
                    push_emoji(cut, face, Span::new(span.start, span.start + length as u32));
                    resume = at + length;
                } else if let Some(face) = emoji::emoji(segment) {
                    push_emoji(cut, face, span);
                } else {
                    pause |= punctuate(cut, segment, rest);
                }
            }
        }
    }
}

enum Kind {
    Word,
    Blank,
    Other,
}

fn first_kind(segment: &str) -> Kind {
    if segment.chars().any(char::is_alphanumeric) {
        Kind::Word
    } else if segment.chars().all(|c| c.is_whitespace() || fold::is_invisible(c)) {
        Kind::Blank
    } else {
        Kind::Other
    }
}

fn push_word(cut: &mut Cut, segment: &str, span: Span, after_pause: bool) {
    let start = cut.folds.len();
    let seen = fold::fold_into(segment, &mut cut.folds);
    let digits = segment.chars().any(|c| c.is_numeric());
    let kind = if seen.letters == 0 { WordKind::Number } else { WordKind::Letters };
    let capitals = seen.letters >= 2 && seen.upper == seen.letters;
    if seen.letters >= 4 && !digits {
        cut.style.long_words += 1;
        cut.style.shouted += u32::from(capitals);
    }
    cut.style.elongation += seen.elongation;
    let folded = start as u32..cut.folds.len() as u32;
    let sentence = cut.sentence();
    cut.words.push(Word { span, kind, capitals, elongation: seen.elongation, after_pause, folded, sentence });
}

fn push_emoji(cut: &mut Cut, face: char, span: Span) {
    cut.style.emoji += 1;
    let start = cut.folds.len();
    cut.folds.push(face);
    let again = cut.words.last().is_some_and(|w| w.kind == WordKind::Emoji && cut.folded(w).starts_with(face));
    if again {
        cut.folds.truncate(start);
        return;
    }
    let folded = start as u32..cut.folds.len() as u32;
    // An emoji behind a full stop belongs to what it comments on.
    let sentence = cut.words.last().map_or(cut.sentence(), |w| w.sentence);
    cut.words.push(Word {
        span,
        kind: WordKind::Emoji,
        capitals: false,
        elongation: 0,
        after_pause: false,
        folded,
        sentence,
    });
}

/// Takes in a punctuation mark; gives whether the next word follows a pause.
fn punctuate(cut: &mut Cut, segment: &str, rest: &str) -> bool {
    let Some(mark) = segment.chars().next() else { return false };
    match mark {
        '?' | '？' => {
            cut.style.questions += 1;
            cut.close(true, false);
            false
        }
        '!' | '！' | '‼' => {
            cut.style.exclamations += 1;
            cut.close(false, true);
            false
        }
        '.' | '…' | '。' => {
            let ends = rest.get(segment.len()..).and_then(|r| r.chars().next()).is_none_or(|c| !c.is_alphanumeric());
            if ends {
                cut.close(false, false);
            }
            true
        }
        ',' | ';' | ':' | '(' | ')' | '-' | '–' | '—' | '"' | '“' | '”' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::text::{Text, WordKind};

    #[test]
    fn sentences_end_where_people_end_them() {
        let text = Text::new("Kost 13.45 euro? Echt!! ok... en\nnu");
        let ends: Vec<_> = text.sentences().iter().map(|s| (s.words.clone(), s.question, s.exclamation)).collect();
        assert_eq!(
            ends,
            [
                (0..3, true, false),
                (3..4, false, true),
                (4..5, false, false),
                (5..6, false, false),
                (6..7, false, false)
            ]
        );
    }

    #[test]
    fn spans_point_into_the_original() {
        let raw = "Ｈoi — 👍🏽 ik bel, ONS wifi-netwerk :-(";
        let text = Text::new(raw);
        for word in text.words() {
            assert!(word.span.of(raw).is_some());
        }
        let kinds: Vec<_> = text.words().iter().filter(|w| w.kind == WordKind::Emoji).map(|w| text.folded(w)).collect();
        assert_eq!(kinds, ["👍", "🙁"]);
        assert_eq!(text.words().last().and_then(|w| w.span.of(raw)), Some(":-("));
    }
}
