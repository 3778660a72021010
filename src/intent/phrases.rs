//! Intents by rules that people write.

use super::{IntentClassifier, Intents};
use crate::pattern::{PatternErrors, PatternSet, strength};
use crate::text::{Lang, Text, folded_words};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

/// Intents by phrase rules that a host declares: whole messages, and [patterns](crate::pattern), a section an intent and
/// a rule a way to say it. A rule's score is its author's confidence in it, so the best of several rules wins and equal
/// ones show up as a small margin. Where no rule matches, it abstains.
///
/// ```
/// use handover::intent::{IntentClassifier, PhraseIntents};
/// use handover::text::{Lang, Text};
///
/// let nl = "[cancel]\n++ opzeg*\n+ zeg ~4 op\n[invoice]\n++ factuur|rekening";
/// let phrases = PhraseIntents::from_packs(&[(Lang::Nl, nl)])?
///     .exact("invoice", "waar zijn mijn stukken")
///     .priority("invoice", 1);
/// let best = |raw| phrases.classify(&Text::new(raw)).unwrap().best().map(|r| r.intent.to_string());
/// assert_eq!(best("Ik zeg mijn abonnement op").as_deref(), Some("cancel"));
/// assert_eq!(best("Waar zijn mijn stukken?").as_deref(), Some("invoice"));
/// assert_eq!(best("Die factuur! Ik ga opzeggen").as_deref(), Some("invoice"));
/// assert_eq!(best("Goedemorgen"), None);
/// # Ok::<(), handover::pattern::PatternErrors>(())
/// ```
#[derive(Debug)]
pub struct PhraseIntents {
    patterns: PatternSet,
    /// Folded messages and what they mean.
    exact: BTreeMap<String, Arc<str>>,
    priorities: BTreeMap<Arc<str>, i32>,
}

impl PhraseIntents {
    /// Compiles the rules, one or more packs a language.
    ///
    /// # Errors
    /// Every line that can't be understood.
    pub fn from_packs(packs: &[(Lang, &str)]) -> Result<Self, PatternErrors> {
        Ok(Self { patterns: PatternSet::compile(packs)?, exact: BTreeMap::new(), priorities: BTreeMap::new() })
    }

    /// Takes a message of exactly these words, capitals and marks aside, for this intent, whatever the patterns say.
    /// The last word on a message counts. A message without words matches nothing.
    #[must_use]
    pub fn exact(mut self, intent: impl Into<Arc<str>>, message: &str) -> Self {
        let folded = folded_words(message);
        if !folded.is_empty() {
            self.exact.insert(folded, intent.into());
        }
        self
    }

    /// Gives an intent's patterns a priority: of those that match, only the ones of the highest priority count, whatever
    /// their scores. 0 unless told.
    #[must_use]
    pub fn priority(mut self, intent: impl Into<Arc<str>>, priority: i32) -> Self {
        self.priorities.insert(intent.into(), priority);
        self
    }

    fn whole(&self, text: &Text<'_>) -> Option<Intents> {
        if self.exact.is_empty() {
            return None;
        }
        let words: Vec<&str> = text.words().iter().map(|word| text.folded(word)).collect();
        let intent = self.exact.get(&words.join(" "))?;
        Some(Intents::ranked([(Arc::clone(intent), 1.0)]))
    }

    fn priority_of(&self, intent: &Arc<str>) -> i32 {
        self.priorities.get(intent).copied().unwrap_or(0)
    }
}

impl IntentClassifier for PhraseIntents {
    type Error = Infallible;

    fn classify(&self, text: &Text<'_>) -> Result<Intents, Infallible> {
        if let Some(whole) = self.whole(text) {
            return Ok(whole);
        }
        let hits = self.patterns.scan(text);
        let found = hits.chunk_by(|a, b| a.section == b.section).filter_map(|hits| {
            let name = self.patterns.sections().get(hits.first()?.section as usize)?;
            Some((Arc::clone(name), strength(hits)))
        });
        let mut found: Vec<(Arc<str>, f32)> = found.collect();
        let highest = found.iter().map(|(intent, _)| self.priority_of(intent)).max();
        found.retain(|(intent, _)| Some(self.priority_of(intent)) == highest);
        Ok(Intents::ranked(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_and_marks_don_t_hide_a_whole_message() {
        let phrases = PhraseIntents::from_packs(&[]).unwrap().exact("photos", "mijn foto's, nu!").exact("none", "?!");
        for raw in ["Mijn foto’s nu", "mijn FOTO'S... nu?"] {
            assert_eq!(phrases.classify(&Text::new(raw)).unwrap().best().map(|best| &*best.intent), Some("photos"));
        }
        for raw in ["mijn foto's", "", "?!", "mijn foto's nu graag"] {
            assert!(phrases.classify(&Text::new(raw)).unwrap().best().is_none(), "{raw}");
        }
    }
}
