//! Telling further languages from the two that are built in.

use super::language::{Evidence, LEAD, Language, WORD, is_known, takes_part};
use super::{Lang, Text, folded_words};
use std::collections::BTreeMap;

/// Languages beside Dutch and English, by words that tell them.
///
/// A message is in one of them where its own words outweigh the Dutch and English ones: two different words of its own, or
/// one in a short message where nothing speaks for another language. (One word twice is not enough: *ich* is Limburgish as well.) Words that Dutch or English has too (German *ja*, *hier*, *will*) count
/// for neither side. So a message in Dutch or English stays what it is, whatever is loaded. See [`Text::among`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Languages {
    langs: Vec<Lang>,
    /// By folded word.
    words: BTreeMap<String, Vec<Entry>>,
}

/// One word of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    lang: usize,
    /// The word, by number.
    word: usize,
    /// A little word, that says nothing of what a message is about.
    filling: bool,
    /// Dutch or English has it too: it tells nothing.
    shared: bool,
}

/// Messages of at most so many words are told by a single one.
const SHORT: usize = 4;

/// What a message says for one language.
#[derive(Clone, Debug, Default)]
struct Tally {
    own: u32,
    /// The first of its own words, by number, and whether there are others.
    first: Option<usize>,
    several: bool,
    /// What its words would say for Dutch and English.
    shared: Evidence,
    filling: Vec<u32>,
}

impl Languages {
    /// Adds a language by its function words, and by common words of customers that are no function words. Neither
    /// capitals nor marks on letters matter. A phrase tells nothing, and the built-in languages need no words.
    pub fn add<W: AsRef<str>>(
        &mut self,
        lang: Lang,
        function_words: impl IntoIterator<Item = W>,
        common_words: impl IntoIterator<Item = W>,
    ) {
        if lang.is_built_in() {
            return;
        }
        let at = self.langs.iter().position(|known| *known == lang).unwrap_or_else(|| {
            self.langs.push(lang);
            self.langs.len() - 1
        });
        function_words.into_iter().for_each(|word| self.add_word(at, word.as_ref(), true));
        common_words.into_iter().for_each(|word| self.add_word(at, word.as_ref(), false));
    }

    fn add_word(&mut self, lang: usize, word: &str, filling: bool) {
        let word = folded_words(word);
        if word.is_empty() || word.contains(' ') {
            return;
        }
        let (shared, number) = (is_known(&word), self.words.len());
        let entries = self.words.entry(word).or_default();
        let word = entries.first().map_or(number, |entry| entry.word);
        match entries.iter_mut().find(|entry| entry.lang == lang) {
            Some(entry) => entry.filling |= filling,
            None => entries.push(Entry { lang, word, filling, shared }),
        }
    }

    /// How many words there are that neither Dutch nor English has.
    pub(crate) fn own_words(&self) -> usize {
        self.words.values().flatten().filter(|entry| !entry.shared).count()
    }

    /// Whether `lang` is one of them.
    #[must_use]
    pub fn has(&self, lang: Lang) -> bool {
        self.langs.contains(&lang)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.langs.is_empty()
    }

    /// The language of a message that is in one of these, with the places of its little words.
    pub(super) fn tell(&self, text: &Text<'_>) -> Option<(Language, Vec<u32>)> {
        if self.is_empty() {
            return None;
        }
        let tallies = self.tally(text);
        let mut best: Option<(u32, Lang, &Tally)> = None;
        for (lang, tally) in self.langs.iter().zip(&tallies).filter(|(lang, tally)| tally.wins(text, **lang)) {
            // Of equal ones the one to be assumed, then the one that was added first.
            let rank = 2 * tally.own + u32::from(text.hint() == Some(*lang));
            if best.is_none_or(|(most, ..)| rank > most) {
                best = Some((rank, *lang, tally));
            }
        }
        let (_, lang, tally) = best?;
        let mixed = takes_part(text.evidence.without(tally.shared).most(), tally.own);
        Some((Language { main: Some(lang), mixed }, tally.filling.clone()))
    }

    fn tally(&self, text: &Text<'_>) -> Vec<Tally> {
        let mut tallies = vec![Tally::default(); self.langs.len()];
        for (at, word) in (0_u32..).zip(text.words()) {
            let folded = text.folded(word);
            for entry in self.words.get(folded).into_iter().flatten() {
                let Some(tally) = tallies.get_mut(entry.lang) else { continue };
                tally.shared.add(folded);
                if !entry.shared {
                    tally.take_own(entry.word);
                }
                if entry.filling {
                    tally.filling.push(at);
                }
            }
        }
        tallies
    }
}

impl Tally {
    fn take_own(&mut self, word: usize) {
        self.own += WORD;
        self.several |= *self.first.get_or_insert(word) != word;
    }

    fn wins(&self, text: &Text<'_>, lang: Lang) -> bool {
        let hint = text.hint();
        let rest = text.evidence.without(self.shared);
        let leads = self.own >= rest.most() + LEAD;
        // One word is enough only in a short message where nothing speaks for a built-in language: neither a word nor the
        // conversation.
        let unclaimed = text.evidence.most() < WORD && hint.is_none_or(|hint| !hint.is_built_in());
        let alone = unclaimed && text.words().len() <= SHORT;
        let known = hint == Some(lang);
        let enough = self.several || (self.own >= WORD && (alone || known));
        (leads && enough) || (known && rest.main().is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Form;

    fn german() -> (Lang, Languages) {
        let german: Lang = "de".parse().unwrap();
        let mut languages = Languages::default();
        languages.add(
            german,
            ["ich", "nicht", "ist", "mit", "und", "so", "will", "hier", "ja", "er", "die", "was"],
            ["Rechnung", "kündigen", "guten tag"],
        );
        (german, languages)
    }

    #[test]
    fn a_language_wins_by_its_own_words() {
        let (de, languages) = german();
        for (raw, hint, main) in [
            ("Ich will das so nicht", None, Some(de)),
            ("KÜNDIGEN", None, Some(de)),
            ("kündigen", Some(Lang::Nl), Some(Lang::Nl)),
            ("kündigen", Some(de), Some(de)),
            ("ich weet wat ich wil", None, Some(Lang::Nl)),
            ("ich, ich", Some(Lang::Nl), Some(Lang::Nl)),
            ("dien filiaalchef wit det ich kom", None, None),
            ("was ist die Rechnung", Some(Lang::Nl), Some(de)),
            // Words that Dutch has too say nothing, unless the conversation is in German.
            ("ja hier", None, Some(Lang::Nl)),
            ("ja hier", Some(de), Some(de)),
            ("er will", Some(Lang::En), Some(Lang::En)),
            ("yes please, that is what I want", Some(de), Some(Lang::En)),
            ("ik wil die Rechnung niet betalen", None, Some(Lang::Nl)),
            ("", None, None),
        ] {
            let text = Text::of(raw, Form::Written, hint).among(&languages);
            assert_eq!(text.language().main, main, "{raw} {hint:?}");
        }
    }

    #[test]
    fn one_of_the_two_may_take_part() {
        let (_, languages) = german();
        let mixed = |raw| Text::new(raw).among(&languages).language().mixed;
        assert!(mixed("ich will die Rechnung nicht, ich und er ist mit so nicht, please refund, thanks"));
        assert!(!mixed("ich will die Rechnung nicht, er ist ja so"));
    }

    #[test]
    fn of_two_languages_the_one_with_more_words_wins_then_the_one_assumed() {
        let (de, mut languages) = german();
        let luxembourgish: Lang = "lb".parse().unwrap();
        languages.add(luxembourgish, ["ech", "net", "mat", "und"], []);
        let of = |raw, hint| Text::of(raw, Form::Written, hint).among(&languages).language().main;
        assert_eq!(of("ech net und", None), Some(luxembourgish));
        assert_eq!(of("und", None), Some(de));
        assert_eq!(of("und", Some(luxembourgish)), Some(luxembourgish));
    }
}
