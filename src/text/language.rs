//! Which of the two languages a message is in: by its function words first, by its letters where they don't tell.
//!
//! Further languages are told from these two in [`super::languages`].

use super::Lang;
use super::word_set::WordSet;
use serde::{Deserialize, Serialize};

/// What a message says of its own language.
///
/// ```
/// use handover::text::{Lang, Text};
///
/// let of = |raw| Text::new(raw).language();
/// assert_eq!(of("ge moet mij nie bellen hè").main, Some(Lang::Nl));
/// assert_eq!(of("where is my parcel").main, Some(Lang::En));
/// assert!(of("yo mijn pakket is nog niet hier, any idea where it is").mixed);
/// assert_eq!(of("ok").main, None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Language {
    /// The language of most of it; `None` where the words don't tell.
    pub main: Option<Lang>,
    /// The other built-in language takes part too; beside a language that is not built in, one of the two.
    pub mixed: bool,
}

impl Language {
    /// Whether rules of `lang` have something to look for here. Of the built-in ones: yes, unless the message is clearly
    /// all in another language. Of any other: only where the message is in it, so that a pack which is loaded says
    /// nothing of messages in other languages.
    #[must_use]
    pub fn admits(self, lang: Lang) -> bool {
        match lang {
            Lang::Nl | Lang::En => self.mixed || self.main.is_none_or(|main| main == lang),
            Lang::Other(_) => self.main == Some(lang),
        }
    }

    /// The code of the main language, `und` where the words don't tell.
    #[must_use]
    pub fn code(&self) -> &str {
        self.main.as_ref().map_or("und", Lang::code)
    }
}

/// Words that stand in one of the two only. Sorted; a test checks it.
const DUTCH: WordSet<211> = WordSet::new([
    "aan",
    "abonnement",
    "achter",
    "afspraak",
    "al",
    "alleen",
    "alles",
    "allez",
    "als",
    "altijd",
    "alweer",
    "amai",
    "ander",
    "andere",
    "bedankt",
    "bedrag",
    "begrijp",
    "bellen",
    "ben",
    "bent",
    "bestelling",
    "betaald",
    "betalen",
    "bij",
    "da",
    "daar",
    "daarom",
    "dan",
    "dank",
    "dat",
    "de",
    "deze",
    "dingen",
    "dit",
    "doe",
    "doen",
    "doet",
    "doorverbinden",
    "drie",
    "dus",
    "echt",
    "een",
    "eens",
    "eerst",
    "elke",
    "en",
    "enkel",
    "er",
    "euro",
    "even",
    "factuur",
    "ff",
    "gaan",
    "gaat",
    "ge",
    "gebeld",
    "geen",
    "geld",
    "geweest",
    "gewoon",
    "gij",
    "ging",
    "goed",
    "goede",
    "goedemiddag",
    "goedemorgen",
    "graag",
    "haar",
    "hallo",
    "heb",
    "hebben",
    "hebt",
    "heeft",
    "heel",
    "hem",
    "het",
    "hier",
    "hij",
    "hoe",
    "hun",
    "iemand",
    "iets",
    "ik",
    "ivm",
    "ja",
    "jaar",
    "je",
    "jij",
    "jou",
    "jouw",
    "jullie",
    "kaart",
    "kan",
    "keer",
    "klacht",
    "klant",
    "komen",
    "komt",
    "kon",
    "krijg",
    "krijgen",
    "krijgt",
    "kunnen",
    "kunt",
    "laat",
    "laten",
    "lekker",
    "liever",
    "maand",
    "maar",
    "mag",
    "medewerker",
    "meer",
    "mevrouw",
    "mij",
    "mijn",
    "misschien",
    "mn",
    "moet",
    "moeten",
    "mogen",
    "morgen",
    "na",
    "naar",
    "nee",
    "nie",
    "niemand",
    "niet",
    "niets",
    "niks",
    "nodig",
    "nog",
    "nooit",
    "nou",
    "nu",
    "om",
    "omdat",
    "ons",
    "onze",
    "ook",
    "opnieuw",
    "opzeggen",
    "overleden",
    "pakket",
    "rekening",
    "sinds",
    "snap",
    "snel",
    "spreken",
    "staan",
    "staat",
    "stuur",
    "te",
    "tegen",
    "terug",
    "toch",
    "toen",
    "tot",
    "twee",
    "u",
    "uit",
    "uw",
    "va",
    "vaak",
    "van",
    "vandaag",
    "vanmiddag",
    "veel",
    "verder",
    "volgende",
    "voor",
    "vorige",
    "vraag",
    "vragen",
    "waar",
    "waarom",
    "wanneer",
    "waren",
    "wat",
    "week",
    "weer",
    "weet",
    "wel",
    "welke",
    "werkt",
    "weten",
    "wie",
    "wij",
    "wil",
    "willen",
    "wilt",
    "word",
    "worden",
    "wordt",
    "wou",
    "ze",
    "zeg",
    "zeggen",
    "zegt",
    "zei",
    "zelf",
    "zich",
    "zie",
    "zij",
    "zijn",
    "zit",
    "zn",
    "zo",
    "zonder",
    "zou",
    "zullen",
]);

const ENGLISH: WordSet<205> = WordSet::new([
    "a",
    "about",
    "actually",
    "after",
    "again",
    "all",
    "already",
    "always",
    "am",
    "an",
    "and",
    "another",
    "any",
    "anyone",
    "anything",
    "are",
    "as",
    "ask",
    "at",
    "back",
    "be",
    "because",
    "been",
    "before",
    "being",
    "but",
    "by",
    "call",
    "came",
    "can",
    "can't",
    "cannot",
    "cant",
    "card",
    "could",
    "day",
    "did",
    "didn't",
    "didnt",
    "do",
    "does",
    "doesn't",
    "doesnt",
    "doing",
    "don't",
    "done",
    "dont",
    "every",
    "everything",
    "feel",
    "find",
    "first",
    "for",
    "from",
    "get",
    "getting",
    "give",
    "go",
    "going",
    "gone",
    "gonna",
    "good",
    "got",
    "has",
    "have",
    "haven't",
    "having",
    "he",
    "hello",
    "her",
    "here",
    "hey",
    "hi",
    "him",
    "his",
    "how",
    "i",
    "i'd",
    "i'll",
    "i'm",
    "i've",
    "if",
    "im",
    "into",
    "isn't",
    "it",
    "it's",
    "its",
    "ive",
    "just",
    "keep",
    "know",
    "last",
    "let",
    "like",
    "look",
    "made",
    "make",
    "money",
    "month",
    "more",
    "much",
    "my",
    "myself",
    "need",
    "never",
    "new",
    "no",
    "not",
    "nothing",
    "now",
    "on",
    "one",
    "only",
    "or",
    "order",
    "other",
    "our",
    "out",
    "own",
    "parcel",
    "pay",
    "people",
    "person",
    "please",
    "pls",
    "plz",
    "put",
    "really",
    "right",
    "said",
    "same",
    "say",
    "see",
    "send",
    "sent",
    "she",
    "should",
    "since",
    "so",
    "some",
    "somebody",
    "someone",
    "something",
    "speak",
    "still",
    "sure",
    "take",
    "talk",
    "than",
    "thank",
    "thanks",
    "that",
    "that's",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "thing",
    "think",
    "this",
    "those",
    "time",
    "to",
    "today",
    "told",
    "too",
    "two",
    "up",
    "us",
    "very",
    "waiting",
    "wanna",
    "wants",
    "way",
    "well",
    "went",
    "were",
    "what",
    "what's",
    "when",
    "where",
    "which",
    "while",
    "who",
    "whole",
    "why",
    "will",
    "with",
    "without",
    "won't",
    "wont",
    "work",
    "working",
    "works",
    "would",
    "yes",
    "yet",
    "you",
    "you're",
    "your",
    "yours",
]);

/// Letter pairs that are at home in one of the two; asked for words of four letters and more.
fn letters(word: &str) -> (bool, bool) {
    let mut seen = (false, false);
    for pair in word.as_bytes().windows(2) {
        match pair {
            b"ij" | b"aa" | b"uu" | b"oe" | b"ui" | b"eu" | b"jk" | b"gg" | b"kk" | b"vr" => seen.0 = true,
            b"th" | b"wh" | b"gh" | b"sh" | b"ck" | b"ly" | b"ay" | b"ow" | b"ea" | b"ou" => seen.1 = true,
            _ => {}
        }
    }
    seen
}

/// How much one word says; a function word says it all, a letter pair a third.
pub(super) const WORD: u32 = 3;
const LETTERS: u32 = 1;
/// By how much a language has to lead.
pub(super) const LEAD: u32 = 2;

pub(crate) fn is_function_word(folded: &str) -> bool {
    folded.len() <= 5 && (DUTCH.contains(folded) || ENGLISH.contains(folded))
        || matches!(folded, "is" | "was" | "had" | "in" | "of" | "we" | "me" | "op" | "met" | "die")
}

/// Whether Dutch or English is known by this word, or shares it with its neighbours.
pub(super) fn is_known(folded: &str) -> bool {
    DUTCH.contains(folded) || ENGLISH.contains(folded) || is_function_word(folded)
}

/// What the words of a message say for each of the two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Evidence {
    pub(super) dutch: u32,
    pub(super) english: u32,
}

impl Evidence {
    pub(super) fn of<'w>(words: impl Iterator<Item = &'w str>) -> Self {
        let mut evidence = Self::default();
        words.for_each(|word| evidence.add(word));
        evidence
    }

    pub(super) fn add(&mut self, word: &str) {
        if DUTCH.contains(word) {
            self.dutch += WORD;
        } else if ENGLISH.contains(word) {
            self.english += WORD;
        } else if word.len() >= 4 {
            let (nl, en) = letters(word);
            self.dutch += LETTERS * u32::from(nl);
            self.english += LETTERS * u32::from(en);
        }
    }

    pub(super) fn without(self, other: Self) -> Self {
        Self { dutch: self.dutch.saturating_sub(other.dutch), english: self.english.saturating_sub(other.english) }
    }

    pub(super) fn most(self) -> u32 {
        self.dutch.max(self.english)
    }

    /// The language that the words tell, if they do.
    pub(super) fn main(self) -> Option<Lang> {
        let (most, least) = (self.most(), self.dutch.min(self.english));
        match self.dutch.cmp(&self.english) {
            _ if most < WORD || most < least + LEAD => None,
            std::cmp::Ordering::Less => Some(Lang::En),
            _ => Some(Lang::Nl),
        }
    }

    pub(super) fn language(self, hint: Option<Lang>) -> Language {
        let mixed = takes_part(self.dutch.min(self.english), self.most());
        Language { main: self.main().or(hint), mixed }
    }
}

/// Whether a language takes part beside the main one: two words of it, or a fifth of the evidence, is more than a loan
/// word.
pub(super) fn takes_part(least: u32, most: u32) -> bool {
    least >= 2 * WORD && least * 5 >= most
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Form, Text};

    #[test]
    fn tables_are_usable() {
        assert!(DUTCH.is_sorted() && ENGLISH.is_sorted());
    }

    #[test]
    fn a_hint_fills_in_but_never_overrides() {
        let of = |raw, hint| Text::of(raw, Form::Written, Some(hint)).language().main;
        assert_eq!(of("ok", Lang::Nl), Some(Lang::Nl));
        assert_eq!(of("where is my parcel", Lang::Nl), Some(Lang::En));
    }
}
