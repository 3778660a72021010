//! The readers of loaded languages beside the built-in ones.

use super::check::{self, Parts};
use super::{LanguageMistakes, LanguagePack};
use crate::conversation::{DialoguePatterns, Surroundings};
use crate::emotion::{EmotionCues, EmotionScorer, Feeling};
use crate::signal::{SignalDetector, SignalPatterns, Signals};
use crate::text::{Lang, Languages, Text};
use std::collections::BTreeMap;
use std::convert::Infallible;
#[cfg(feature = "models")]
use {crate::emotion::TrainedEmotion, crate::heads::Heads, crate::signal::TrainedSignals, crate::vectors::WordVectors};

type AnyDetector = dyn SignalDetector<Error = Infallible>;
type AnyScorer = dyn EmotionScorer<Error = Infallible>;

/// What checked packs give a triage.
pub(crate) struct PackReaders {
    pub(crate) languages: Languages,
    pub(crate) dialogue: DialoguePatterns,
    signals: BTreeMap<Lang, Box<AnyDetector>>,
    emotion: BTreeMap<Lang, Box<AnyScorer>>,
}

impl PackReaders {
    /// Checks packs and builds their readers.
    pub(crate) fn of(packs: &[LanguagePack]) -> Result<Self, LanguageMistakes> {
        let parts = check::read_all(packs)?;
        let moves: Vec<(Lang, &str)> = parts.iter().map(|part| (part.lang, part.pack.dialogue.as_str())).collect();
        let dialogue = DialoguePatterns::shipped_and(&moves);
        let mut languages = Languages::default();
        let (mut signals, mut emotion) = (BTreeMap::new(), BTreeMap::new());
        for part in parts {
            let Parts { lang, pack, .. } = part;
            languages.add(lang, &pack.function_words, &pack.common_words);
            signals.insert(lang, detector(part.signals, pack));
            emotion.insert(lang, scorer(part.emotion, pack));
        }
        Ok(Self { languages, dialogue, signals, emotion })
    }

    /// The built-in detector for Dutch, English and what can't be told, a pack's for its language.
    pub(crate) fn signals(
        &mut self,
        built_in: impl SignalDetector<Error = Infallible> + 'static,
    ) -> ByLanguage<AnyDetector> {
        ByLanguage { built_in: Box::new(built_in), packs: std::mem::take(&mut self.signals) }
    }

    /// The same for emotion.
    pub(crate) fn emotion(
        &mut self,
        built_in: impl EmotionScorer<Error = Infallible> + 'static,
    ) -> ByLanguage<AnyScorer> {
        ByLanguage { built_in: Box::new(built_in), packs: std::mem::take(&mut self.emotion) }
    }
}

/// Readers of one kind, one for each language of a pack and one for all else.
pub(crate) struct ByLanguage<P: ?Sized> {
    built_in: Box<P>,
    packs: BTreeMap<Lang, Box<P>>,
}

impl<P: ?Sized> ByLanguage<P> {
    fn pack(&self, text: &Text<'_>) -> Option<&P> {
        self.packs.get(&text.language().main?).map(|reader| &**reader)
    }
}

impl SignalDetector for ByLanguage<AnyDetector> {
    type Error = Infallible;

    fn detect(&self, text: &Text<'_>) -> Result<Signals, Infallible> {
        self.detect_in(text, &Surroundings::default())
    }

    /// Where Dutch or English takes part, the built-in detector has its say beside the pack's.
    fn detect_in(&self, text: &Text<'_>, around: &Surroundings) -> Result<Signals, Infallible> {
        let Some(pack) = self.pack(text) else { return self.built_in.detect_in(text, around) };
        let found = pack.detect_in(text, around)?;
        if !text.language().mixed {
            return Ok(found);
        }
        let more = self.built_in.detect_in(text, around)?;
        Ok(more.holding().cloned().fold(found, Signals::with))
    }
}

impl EmotionScorer for ByLanguage<AnyScorer> {
    type Error = Infallible;

    fn score(&self, text: &Text<'_>) -> Result<Feeling, Infallible> {
        self.pack(text).unwrap_or(&*self.built_in).score(text)
    }
}

#[cfg(feature = "models")]
fn detector(patterns: SignalPatterns, pack: &LanguagePack) -> Box<AnyDetector> {
    match heads(pack, "signals") {
        Some(heads) => Box::new(TrainedSignals::new(patterns, WordVectors::shipped(), heads)),
        None => Box::new(patterns),
    }
}

#[cfg(not(feature = "models"))]
fn detector(patterns: SignalPatterns, _: &LanguagePack) -> Box<AnyDetector> {
    Box::new(patterns)
}

#[cfg(feature = "models")]
fn scorer(cues: EmotionCues, pack: &LanguagePack) -> Box<AnyScorer> {
    match heads(pack, "emotion") {
        Some(heads) => Box::new(TrainedEmotion::new(cues, WordVectors::shipped(), heads)),
        None => Box::new(cues),
    }
}

#[cfg(not(feature = "models"))]
fn scorer(cues: EmotionCues, _: &LanguagePack) -> Box<AnyScorer> {
    Box::new(cues)
}

/// The check has read them already.
#[cfg(feature = "models")]
fn heads(pack: &LanguagePack, name: &str) -> Option<Heads> {
    pack.heads.get(name).and_then(|bytes| Heads::from_bytes(bytes.clone()).ok())
}
