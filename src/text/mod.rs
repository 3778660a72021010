//! One view of a message that every reader shares and that is computed once.
//!
//! [`Text`] takes a message as it came in and gives folded words with byte spans into the original, its
//! sentences, its language and its style (capitals, exclamation marks, elongation, emoji). Quoted history,
//! signatures and disclaimers of an e-mail are left out; fillers and slips of a speech transcript are undone.
//! Dutch and English are told apart here; [`Languages`] tells further ones, of [packs](crate::language), from both.
//!
//! Cost: linear in the length of the message, whatever is in it; no panic on any `&str`.

mod bounds;
mod emoji;
mod fold;
mod lang;
mod language;
mod languages;
mod mail;
mod memo;
mod span;
mod speech;
mod word_set;
mod words;

pub use lang::{Lang, LangCode, NoLang};
pub use language::Language;
pub use languages::Languages;
pub use span::Span;
pub use words::{Sentence, Word, WordKind};

pub(crate) use language::is_function_word;
pub(crate) use word_set::WordSet;

use serde::{Deserialize, Serialize};
use std::fmt;

/// How a message was written down: what may be stripped or undone before it is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Typed, as in a chat.
    #[default]
    Written,
    /// An e-mail: quoted history, signature and disclaimer are no words of this message.
    Mail,
    /// A speech transcript: fillers, slips and split compounds are undone.
    Speech,
}

/// A message, folded and cut into words and sentences.
///
/// ```
/// use handover::text::{Form, Lang, Text};
///
/// let text = Text::new("Neeee, dat vroeg ik NIET!!");
/// let words: Vec<_> = text.words().iter().map(|w| text.folded(w)).collect();
/// assert_eq!(words, ["nee", "dat", "vroeg", "ik", "niet"]);
/// assert_eq!(text.language().main, Some(Lang::Nl));
/// assert_eq!(text.style().exclamations, 2);
/// assert_eq!(text.words()[0].span.of(text.raw()), Some("Neeee"));
///
/// let mail = Text::of("Opgelost, dank!\n\n> DRINGEND: storing", Form::Mail, None);
/// assert_eq!(mail.words().len(), 2);
/// ```
#[derive(Clone)]
pub struct Text<'a> {
    raw: &'a str,
    stream: String,
    words: Vec<Word>,
    sentences: Vec<Sentence>,
    language: Language,
    /// Little words of a language that is not built in, by index: they say nothing of what the message is about.
    filling: Vec<u32>,
    evidence: language::Evidence,
    hint: Option<Lang>,
    style: Style,
    memo: memo::Memo,
}

impl<'a> Text<'a> {
    /// Reads a typed message, with no hint of its language.
    #[must_use]
    pub fn new(raw: &'a str) -> Self {
        Self::of(raw, Form::Written, None)
    }

    /// Reads a message of the given form. `hint` says which language to assume where the words don't tell;
    /// it never overrides clear evidence.
    ///
    /// A message longer than 4 GiB is read up to there: spans are 32 bits wide.
    #[must_use]
    pub fn of(raw: &'a str, form: Form, hint: Option<Lang>) -> Self {
        let body = match form {
            Form::Mail => mail::body(raw),
            Form::Written | Form::Speech => vec![Span::new(0, u32::try_from(raw.len()).unwrap_or(u32::MAX))],
        };
        let mut cut = words::cut(raw, &body, form);
        speech::tidy(&mut cut, form);
        let (stream, words, sentences, style) = cut.finish();
        let evidence = language::Evidence::of(words.iter().map(|w| folded_in(&stream, w)));
        let language = evidence.language(hint);
        let memo = memo::Memo::default();
        Self { raw, stream, words, sentences, language, filling: Vec::new(), evidence, hint, style, memo }
    }

    /// The same, with its language told among further ones than the built-in two. Costs a look-up a word.
    ///
    /// A language to assume that is not among them is forgotten: nobody would read the message in it.
    ///
    /// ```
    /// use handover::text::{Lang, Languages, Text};
    ///
    /// let german: Lang = "de".parse()?;
    /// let mut languages = Languages::default();
    /// languages.add(german, ["ich", "nicht", "mit", "ist"], ["rechnung"]);
    /// let of = |raw| Text::new(raw).among(&languages).language().main;
    /// assert_eq!(of("Ich bin mit der Rechnung nicht zufrieden"), Some(german));
    /// assert_eq!(of("Ik ben niet blij met de rekening"), Some(Lang::Nl));
    /// # Ok::<(), handover::text::NoLang>(())
    /// ```
    #[must_use]
    pub fn among(mut self, languages: &Languages) -> Self {
        match languages.tell(&self) {
            Some((language, filling)) => (self.language, self.filling) = (language, filling),
            None => self.language.main = self.language.main.filter(|lang| lang.is_built_in() || languages.has(*lang)),
        }
        self
    }

    /// The message as it came in.
    #[must_use]
    pub fn raw(&self) -> &'a str {
        self.raw
    }

    /// The words in order: letters, numbers and emoji. Punctuation is in [`Sentence`] and [`Style`].
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// A word's folded form: lower case, plain letters, elongation undone.
    #[must_use]
    pub fn folded(&self, word: &Word) -> &str {
        folded_in(&self.stream, word)
    }

    /// The sentences in order; together they hold every word once.
    #[must_use]
    pub fn sentences(&self) -> &[Sentence] {
        &self.sentences
    }

    /// The language or languages of the message.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// What the writing shows beside the words.
    #[must_use]
    pub fn style(&self) -> Style {
        self.style
    }

    /// The span from one word to another, both by index, both included.
    #[must_use]
    pub fn span(&self, first: usize, last: usize) -> Option<Span> {
        Some(self.words.get(first)?.span.join(self.words.get(last)?.span))
    }

    /// What language was to be assumed where the words don't tell.
    fn hint(&self) -> Option<Lang> {
        self.hint
    }

    /// What readers share.
    pub(crate) fn memo(&self) -> &memo::Memo {
        &self.memo
    }

    /// Whether a word is a little word of the message's language, where that is not built in.
    pub(crate) fn is_filling(&self, word: u32) -> bool {
        self.filling.binary_search(&word).is_ok()
    }

    /// The folded words with a space before and after each, and a mark between sentences: what phrase
    /// matchers scan.
    pub(crate) fn stream(&self) -> &str {
        &self.stream
    }
}

/// The folded words of a phrase, with a space between them.
pub(crate) fn folded_words(phrase: &str) -> String {
    let plain = |b: u8| b.is_ascii_lowercase() || b == b' ';
    if phrase.bytes().all(plain) && !phrase.as_bytes().windows(3).any(|w| matches!(w, [a, b, c] if a == b && b == c)) {
        return phrase.to_owned();
    }
    let whole = [Span::new(0, phrase.len() as u32)];
    let (stream, ..) = words::cut(phrase, &whole, Form::Written).finish();
    stream.trim().to_owned()
}

fn folded_in<'t>(stream: &'t str, word: &Word) -> &'t str {
    stream.get(word.folded.start as usize..word.folded.end as usize).unwrap_or_default()
}

/// A customer's words don't belong in a log: only the sizes are shown.
impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text")
            .field("bytes", &self.raw.len())
            .field("words", &self.words.len())
            .field("sentences", &self.sentences.len())
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

/// What the writing of a message shows beside its words. Counts, not scores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Style {
    /// Words of the message.
    pub words: u32,
    /// Words of four letters or more, all in capitals, without digits.
    pub shouted: u32,
    /// Words of four letters or more.
    pub long_words: u32,
    /// Exclamation marks.
    pub exclamations: u32,
    /// Question marks.
    pub questions: u32,
    /// Letters dropped when drawn-out words were folded.
    pub elongation: u32,
    /// Emoji and emoticons.
    pub emoji: u32,
    /// Fillers, repeated starts and split compounds that were undone.
    pub slips: u32,
}

impl Style {
    /// The style as numbers from 0 to 1, for models: exclamation marks, question marks, length, shouting.
    #[must_use]
    pub fn numbers(self) -> [f32; 4] {
        let share = |count: u32, most: u32| count.min(most) as f32 / most as f32;
        [share(self.exclamations, 3), share(self.questions, 3), share(self.words, 60), share(self.shouted, 3)]
    }

    /// Whether the message shouts: at least half of its longer words, or two of them, are in capitals.
    #[must_use]
    pub fn shouts(self) -> bool {
        self.shouted >= 2 || (self.shouted == 1 && self.long_words <= 2)
    }
}
