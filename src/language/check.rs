//! From a pack as written to one that can be used, with every mistake at once.

use super::LanguagePack;
use crate::conversation::DialoguePatterns;
#[cfg(feature = "models")]
use crate::conversation::Surroundings;
use crate::emotion::{Emotion, EmotionCues};
use crate::escalation::{NoticeKey, Wording};
use crate::pattern::{PatternErrors, survey};
use crate::signal::{Shade, Signal, SignalPatterns};
use crate::text::{Lang, Languages, Text};
use std::collections::BTreeMap;
use std::fmt;
#[cfg(feature = "models")]
use {
    crate::emotion::{Feeling, TrainedEmotion},
    crate::heads::{Heads, Label},
    crate::signal::{Signals, TrainedSignals},
    crate::text::Form,
    crate::vectors::WordVectors,
};

/// So many words that neither Dutch nor English has tell a language from them.
const WORDS: usize = 20;
/// What must never go unheard, in any language.
const VITAL: [Signal; 3] = [Signal::HumanRequest, Signal::Crisis, Signal::Threat];
/// The notices that name lines to call, with the numbers that each must hold.
const LINES: [(NoticeKey, &[&str]); 2] =
    [(NoticeKey::SafetyCrisis, &["{emergency}", "{crisis}"]), (NoticeKey::SafetyThreat, &["{emergency}"])];
const FIELDS: &str =
    "code, name, function_words, common_words, own_signals, signals, emotion, dialogue, notices, lines, heads";

/// One mistake in a language pack.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("language pack `{pack}`, {place}: {what}")]
pub struct LanguageMistake {
    pack: String,
    place: String,
    what: String,
}

impl LanguageMistake {
    /// The pack, by the code it gives itself.
    #[must_use]
    pub fn pack(&self) -> &str {
        &self.pack
    }

    /// The field, with the line in it where there is one: `signals, line 3`.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }
}

/// Every mistake of one or more language packs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LanguageMistakes(Vec<LanguageMistake>);

impl LanguageMistakes {
    /// The mistakes, in the order of the form.
    #[must_use]
    pub fn as_slice(&self) -> &[LanguageMistake] {
        &self.0
    }
}

impl fmt::Display for LanguageMistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::mistakes::write(f, &self.0)
    }
}

impl std::error::Error for LanguageMistakes {}

/// What a pack gives once it is checked.
pub(super) struct Parts<'p> {
    pub(super) lang: Lang,
    pub(super) pack: &'p LanguagePack,
    pub(super) signals: SignalPatterns,
    pub(super) emotion: EmotionCues,
}

/// Reads a pack.
pub(super) fn read(pack: &LanguagePack) -> Result<Parts<'_>, LanguageMistakes> {
    let mut check = Check { pack, found: Vec::new() };
    let lang = check.code();
    check.words(lang);
    check.signals(lang);
    check.sections("emotion", &pack.emotion, lang, &emotion_sections());
    check.sections("dialogue", &pack.dialogue, lang, &DialoguePatterns::SECTIONS);
    check.wording();
    check.heads(lang);
    let signals = SignalPatterns::from_packs(&[(lang, &pack.signals)]);
    let emotion = EmotionCues::from_packs(&[(lang, &pack.emotion)]);
    match (signals, emotion) {
        (Ok(signals), Ok(emotion)) if check.found.is_empty() => Ok(Parts { lang, pack, signals, emotion }),
        (signals, emotion) => Err(check.end([("signals", signals.err()), ("emotion", emotion.err())])),
    }
}

/// Reads several packs, each language once.
pub(super) fn read_all(packs: &[LanguagePack]) -> Result<Vec<Parts<'_>>, LanguageMistakes> {
    let mut mistakes = Vec::new();
    let mut parts = Vec::new();
    for (at, pack) in packs.iter().enumerate() {
        if packs.iter().take(at).any(|before| before.code == pack.code) {
            let mut check = Check { pack, found: Vec::new() };
            check.note("code", "this language is loaded already");
            mistakes.extend(check.found);
        }
        match read(pack) {
            Ok(part) => parts.push(part),
            Err(more) => mistakes.extend(more.0),
        }
    }
    if mistakes.is_empty() { Ok(parts) } else { Err(LanguageMistakes(mistakes)) }
}

/// The notices of a pack alone, which a host may need without the rest.
pub(crate) fn wording(pack: &LanguagePack) -> Result<(Lang, Wording), LanguageMistakes> {
    let mut check = Check { pack, found: Vec::new() };
    let lang = check.code();
    let wording = check.wording();
    if check.found.is_empty() { Ok((lang, wording)) } else { Err(LanguageMistakes(check.found)) }
}

/// What the sections of the emotion cues are called: nobody writes cues of neutral.
fn emotion_sections() -> Vec<&'static str> {
    let emotions = Emotion::ALL.into_iter().filter(|emotion| *emotion != Emotion::Neutral).map(Emotion::name);
    emotions.chain(EmotionCues::SECTIONS).collect()
}

/// A check on its way through a pack.
struct Check<'p> {
    pack: &'p LanguagePack,
    found: Vec<LanguageMistake>,
}

impl Check<'_> {
    fn note(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.found.push(LanguageMistake { pack: self.pack.code.clone(), place: place.into(), what: what.into() });
    }

    /// Every mistake; what only shows when all rules are put together counts where there is no other.
    fn end(mut self, put_together: [(&str, Option<PatternErrors>); 2]) -> LanguageMistakes {
        if self.found.is_empty() {
            for (place, error) in put_together {
                error.iter().for_each(|error| self.note(place, error.to_string()));
            }
        }
        LanguageMistakes(self.found)
    }

    /// The language; where the code is none, one that stands in for it while the rest is checked.
    fn code(&mut self) -> Lang {
        for field in self.pack.unknown.keys() {
            self.note(field, format!("there is no such field; there are {FIELDS}"));
        }
        if self.pack.name.trim().is_empty() {
            self.note("name", "a language needs a name");
        }
        match self.pack.code.parse::<Lang>() {
            Ok(lang) => {
                if lang.is_built_in() {
                    self.note("code", format!("`{lang}` is built in; give patterns of your own for it to its readers"));
                }
                lang
            }
            Err(error) => {
                self.note("code", error.to_string());
                Lang::En
            }
        }
    }

    fn words(&mut self, lang: Lang) {
        for (place, words) in [("function_words", &self.pack.function_words), ("common_words", &self.pack.common_words)]
        {
            for word in words.iter().filter(|word| Text::new(word).words().len() != 1) {
                self.note(place, format!("`{word}` is no single word"));
            }
        }
        let mut languages = Languages::default();
        languages.add(lang, &self.pack.function_words, &self.pack.common_words);
        let own = languages.own_words();
        // A code that is none, or built in, leaves nothing to count; its own mistake is enough.
        if own < WORDS && !lang.is_built_in() {
            let few = format!("{own} words that Dutch and English don't have, here and in common_words, are too few");
            self.note("function_words", format!("{few}: {WORDS} tell a language"));
        }
    }

    fn signals(&mut self, lang: Lang) {
        let built_in = Signal::BUILT_IN.iter().map(Signal::name);
        let known: Vec<&str> = built_in.chain(self.pack.own_signals.iter().map(String::as_str)).collect();
        let rules = self.sections("signals", &self.pack.signals, lang, &known);
        for vital in VITAL.iter().map(Signal::name).filter(|name| rules.get(*name) == Some(&0)) {
            self.note("signals", format!("[{vital}] has no rule: it must be heard in every language"));
        }
    }

    /// Checks a text of patterns; gives how many rules each section has, those of its shades with it.
    fn sections(&mut self, place: &str, source: &str, lang: Lang, known: &[&str]) -> BTreeMap<String, usize> {
        let survey = survey(lang, source);
        for error in &survey.errors {
            self.note(format!("{place}, line {}", error.line()), error.what());
        }
        let mut rules: BTreeMap<String, usize> = BTreeMap::new();
        for section in &survey.sections {
            let (name, shade) = section.name.split_once('/').map_or((&*section.name, None), |(n, s)| (n, Some(s)));
            let line = || format!("{place}, line {}", section.line);
            if !known.contains(&name) {
                self.note(line(), format!("there is no [{name}]; there are {}", known.join(", ")));
            } else if let Some(shade) = shade.filter(|shade| place != "signals" || Shade::from_name(shade).is_none()) {
                self.note(line(), format!("`{shade}` is no shade of {name}"));
            }
            *rules.entry(name.to_owned()).or_default() += section.rules;
        }
        for missing in known.iter().filter(|name| !rules.contains_key(**name)) {
            self.note(place, format!("[{missing}] is missing; a section without rules says that there are none"));
        }
        rules
    }

    fn wording(&mut self) -> Wording {
        let notices = self.texts("notices", &self.pack.notices, &NoticeKey::ALL);
        let lines = self.texts("lines", &self.pack.lines, &LINES.map(|(key, _)| key));
        for (key, wanted) in LINES {
            let Some(text) = lines.get(&key) else { continue };
            for number in wanted.iter().filter(|number| !text.contains(**number)) {
                self.note("lines", format!("{} has to hold {number}", key.name()));
            }
            let rest = wanted.iter().fold(text.clone(), |text, number| text.replace(number, ""));
            if rest.contains(['{', '}']) {
                self.note("lines", format!("{} can hold {} and no other braces", key.name(), wanted.join(" and ")));
            }
        }
        Wording { notices, lines }
    }

    /// Texts by key, each of the wanted ones and no other.
    fn texts(
        &mut self,
        place: &str,
        texts: &BTreeMap<String, String>,
        wanted: &[NoticeKey],
    ) -> BTreeMap<NoticeKey, String> {
        for name in texts.keys().filter(|name| !wanted.iter().any(|key| key.name() == **name)) {
            let names: Vec<&str> = wanted.iter().map(|key| key.name()).collect();
            self.note(place, format!("there is no `{name}`; there are {}", names.join(", ")));
        }
        let mut found = BTreeMap::new();
        for key in wanted {
            match texts.get(key.name()).map(|text| text.trim()).filter(|text| !text.is_empty()) {
                Some(text) => drop(found.insert(*key, text.to_owned())),
                None => self.note(place, format!("{} has no text", key.name())),
            }
        }
        found
    }

    #[cfg(not(feature = "models"))]
    fn heads(&mut self, _: Lang) {
        if !self.pack.heads.is_empty() {
            self.note("heads", "trained heads need the feature `models`");
        }
    }

    #[cfg(feature = "models")]
    fn heads(&mut self, lang: Lang) {
        for (name, bytes) in &self.pack.heads {
            let place = format!("heads, {name}");
            match (name.as_str(), Heads::from_bytes(bytes.clone())) {
                ("signals" | "emotion", Err(error)) => self.note(place, error.to_string()),
                ("signals", Ok(heads)) => self.signal_heads(&place, &heads, lang),
                ("emotion", Ok(heads)) => self.emotion_heads(&place, &heads, lang),
                _ => self.note(place, "there are no such heads; there are signals, emotion"),
            }
        }
    }

    #[cfg(feature = "models")]
    fn signal_heads(&mut self, place: &str, heads: &Heads, lang: Lang) {
        for Label { name, .. } in heads.labels() {
            let own = self.pack.own_signals.iter().any(|own| **own == **name);
            if !own && matches!(Signal::from_name(name), Signal::Host(_)) {
                self.note(place, format!("`{name}` is no signal, nor among own_signals"));
            }
        }
        let text = Text::of("", Form::Written, Some(lang));
        let given =
            TrainedSignals::numbers(&WordVectors::shipped(), &Signals::default(), &text, &Surroundings::default())
                .len();
        self.numbers(place, heads, given);
    }

    #[cfg(feature = "models")]
    fn emotion_heads(&mut self, place: &str, heads: &Heads, lang: Lang) {
        if !heads.labels().iter().map(|label| &*label.name).eq(TrainedEmotion::LABELS) {
            self.note(place, format!("the labels have to be {}", TrainedEmotion::LABELS.join(", ")));
        }
        let text = Text::of("", Form::Written, Some(lang));
        let given = TrainedEmotion::numbers(&WordVectors::shipped(), &Feeling::default(), &text).len();
        self.numbers(place, heads, given);
    }

    #[cfg(feature = "models")]
    fn numbers(&mut self, place: &str, heads: &Heads, given: usize) {
        let wanted = heads.numbers();
        if wanted != given {
            self.note(place, format!("trained with {wanted} numbers a message; this release gives {given}"));
        }
    }
}
