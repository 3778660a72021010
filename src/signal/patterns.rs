use super::{Evidence, Finding, Shade, Signal, SignalDetector, Signals};
use crate::pattern::{Hit, PatternErrors, PatternSet, strength};
use crate::text::{Lang, Text};
use std::convert::Infallible;

/// The packs that ship.
const PACKS: [(Lang, &str); 2] = [(Lang::Nl, include_str!("packs/nl.txt")), (Lang::En, include_str!("packs/en.txt"))];

/// A signal holds from this score on. One sure or likely rule passes it, one weak rule doesn't, two weak ones do.
const HOLDS_AT: f32 = 0.6;

/// Signals by patterns: phrases, word order and inflection, with negation, condition, report and past seen.
///
/// ```
/// use handover::signal::{Signal, SignalDetector, SignalPatterns};
/// use handover::text::Text;
///
/// let patterns = SignalPatterns::shipped();
/// let signals = |raw| patterns.detect(&Text::new(raw)).unwrap();
/// assert!(signals("Mijn vader is vorige week overleden.").has(&Signal::Bereavement));
/// assert!(!signals("Mijn telefoon is overleden.").has(&Signal::Bereavement));
/// assert!(signals("I'd like to speak to a real person").has(&Signal::HumanRequest));
/// ```
#[derive(Debug)]
pub struct SignalPatterns {
    patterns: PatternSet,
    /// For each section of the patterns, what it finds.
    sections: Vec<(Signal, Option<Shade>)>,
}

impl SignalPatterns {
    /// The shipped packs, Dutch and English. Costs some milliseconds: build it once.
    #[must_use]
    pub fn shipped() -> Self {
        // A test compiles the shipped packs; an empty detector is what total means where that test was skipped.
        Self::from_packs(&PACKS).unwrap_or_else(|_| Self { patterns: PatternSet::empty(), sections: Vec::new() })
    }

    /// Packs of the host's own. A section is named by its signal, `human_request`, or by signal and shade,
    /// `human_request/callback`; a name that is not built in makes a signal of the host's own.
    ///
    /// # Errors
    /// Every line that can't be understood.
    pub fn from_packs(packs: &[(Lang, &str)]) -> Result<Self, PatternErrors> {
        let patterns = PatternSet::compile(packs)?;
        let sections = patterns.sections().iter().map(|name| section(name)).collect();
        Ok(Self { patterns, sections })
    }

    fn finding(&self, text: &Text<'_>, signal: &Signal, hits: &[(Option<Shade>, Hit)]) -> Finding {
        let mut strongest: Vec<&(Option<Shade>, Hit)> = hits.iter().collect();
        strongest.sort_by(|(_, a), (_, b)| b.score.total_cmp(&a.score).then(a.first.cmp(&b.first)));
        let score = strength(&hits.iter().map(|(_, hit)| *hit).collect::<Vec<_>>());
        let evidence = strongest.iter().filter_map(|(_, hit)| {
            let span = text.span(hit.first as usize, hit.last as usize)?;
            Some(Evidence { span, cue: self.patterns.cue(hit) })
        });
        Finding {
            signal: signal.clone(),
            shade: strongest.first().and_then(|(shade, _)| *shade),
            score,
            holds: score >= HOLDS_AT,
            evidence: evidence.collect(),
        }
    }
}

fn section(name: &str) -> (Signal, Option<Shade>) {
    match name.split_once('/') {
        Some((signal, shade)) => (Signal::from_name(signal), Shade::from_name(shade)),
        None => (Signal::from_name(name), None),
    }
}

impl SignalDetector for SignalPatterns {
    type Error = Infallible;

    fn detect(&self, text: &Text<'_>) -> Result<Signals, Infallible> {
        let mut found: Vec<(&Signal, Option<Shade>, Hit)> = self
            .patterns
            .scan(text)
            .into_iter()
            .filter_map(|hit| self.sections.get(hit.section as usize).map(|(signal, shade)| (signal, *shade, hit)))
            .collect();
        found.sort_by(|a, b| a.0.cmp(b.0));
        let findings = found.chunk_by(|a, b| a.0 == b.0).filter_map(|chunk| {
            let hits: Vec<_> = chunk.iter().map(|(_, shade, hit)| (*shade, *hit)).collect();
            chunk.first().map(|(signal, ..)| self.finding(text, signal, &hits))
        });
        Ok(Signals::from(findings.collect::<Vec<_>>()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_packs_compile_and_name_built_in_signals() {
        let patterns = SignalPatterns::from_packs(&PACKS).unwrap_or_else(|e| panic!("{e}"));
        let named: std::collections::BTreeSet<_> = patterns.sections.iter().map(|(s, _)| s.clone()).collect();
        assert_eq!(named.into_iter().collect::<Vec<_>>(), Signal::BUILT_IN);
    }
}
