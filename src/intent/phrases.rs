use super::{IntentClassifier, Intents};
use crate::pattern::{PatternErrors, PatternSet, strength};
use crate::text::{Lang, Text};
use std::convert::Infallible;
use std::sync::Arc;

/// Intents by phrase rules that a host declares, in the [pattern](crate::pattern) form: a section an intent, a rule
/// a way to say it. A rule's score is its author's confidence in it, so the best of several rules wins and equal
/// ones show up as a small margin. Where no rule matches, it abstains.
///
/// ```
/// use handover::intent::{IntentClassifier, PhraseIntents};
/// use handover::text::{Lang, Text};
///
/// let nl = "[cancel]\n++ opzeg*\n+ zeg ~4 op\n[invoice]\n+ factuur|rekening";
/// let phrases = PhraseIntents::from_packs(&[(Lang::Nl, nl)])?;
/// let best = |raw| phrases.classify(&Text::new(raw)).unwrap().best().map(|r| r.intent.to_string());
/// assert_eq!(best("Ik zeg mijn abonnement op").as_deref(), Some("cancel"));
/// assert_eq!(best("Goedemorgen"), None);
/// # Ok::<(), handover::pattern::PatternErrors>(())
/// ```
#[derive(Debug)]
pub struct PhraseIntents {
    patterns: PatternSet,
}

impl PhraseIntents {
    /// Compiles the rules, one or more packs a language.
    ///
    /// # Errors
    /// Every line that can't be understood.
    pub fn from_packs(packs: &[(Lang, &str)]) -> Result<Self, PatternErrors> {
        Ok(Self { patterns: PatternSet::compile(packs)? })
    }
}

impl IntentClassifier for PhraseIntents {
    type Error = Infallible;

    fn classify(&self, text: &Text<'_>) -> Result<Intents, Infallible> {
        let hits = self.patterns.scan(text);
        Ok(Intents::ranked(hits.chunk_by(|a, b| a.section == b.section).filter_map(|hits| {
            let name = self.patterns.sections().get(hits.first()?.section as usize)?;
            Some((Arc::clone(name), strength(hits)))
        })))
    }
}
