use super::{Evidence, Finding, Shade, Signal, SignalDetector, SignalPatterns, Signals};
use crate::conversation::Surroundings;
use crate::heads::{Heads, Known, Ngram, Read, ngrams};
use crate::number::unit;
use crate::text::{Lang, Text};
use crate::vectors::WordVectors;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

/// The weight of what patterns found beside the other numbers: chosen on development rows.
const PATTERN: f32 = 2.0;
/// A pattern that is this sure of a wish for a human or of danger wins over the model.
const SURE: f32 = 0.95;
/// Unless the model, too, sees next to nothing in it: below this part of its threshold.
const NOT_ALONE: f32 = 0.8;

/// Signals by patterns and a trained model together: the built-in detector.
///
/// The model weighs n-grams of words and letters, the meaning of the message as a pooled word vector, and what the
/// patterns found; it was trained on the messages in `tests/corpus`, written for this crate. Its scores are calibrated
/// on those messages: a probability as far as yours are like them. Where a pattern is sure of a wish for a human, of
/// crisis or of a threat, four fifths of the model's own threshold are enough.
///
/// ```
/// use handover::signal::{Signal, SignalDetector, TrainedSignals};
/// use handover::text::Text;
///
/// let detector = TrainedSignals::shipped();
/// let signals = |raw| detector.detect(&Text::new(raw)).unwrap();
/// assert!(signals("Ik krijg de huur deze maand echt niet betaald").has(&Signal::FinancialHardship));
/// assert!(signals("Is there any way to talk to a human being?").has(&Signal::HumanRequest));
/// assert!(!signals("Hoe laat gaat de winkel open?").has(&Signal::HumanRequest));
/// ```
#[derive(Debug)]
pub struct TrainedSignals {
    patterns: SignalPatterns,
    vectors: WordVectors,
    heads: Heads,
    signals: Vec<Signal>,
    thresholds: BTreeMap<Signal, f32>,
    /// The cue of what no pattern but the model found.
    model: Arc<str>,
}

/// A point on the curve of a signal: what a threshold is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Operating {
    /// The threshold, 0 to 1.
    pub threshold: f32,
    /// Of the messages that reach it, the share in which the signal holds.
    pub precision: f32,
    /// Of the messages in which the signal holds, the share that reaches it.
    pub recall: f32,
}

impl TrainedSignals {
    /// The model and patterns that ship. Costs some milliseconds: build it once.
    #[must_use]
    pub fn shipped() -> Self {
        static MODEL: &[u8] = include_bytes!("model.bin");
        // A test reads the shipped model; heads without labels are what total means where that test was skipped.
        let heads = Heads::from_bytes(MODEL).unwrap_or_default();
        Self::new(SignalPatterns::shipped(), WordVectors::shipped(), heads)
    }

    /// A model of the host's own, trained with the [`numbers`](Self::numbers) that these patterns and vectors give.
    #[must_use]
    pub fn new(patterns: SignalPatterns, vectors: WordVectors, heads: Heads) -> Self {
        let signals = heads.labels().iter().map(|label| Signal::from_name(&label.name)).collect();
        Self { patterns, vectors, heads, signals, thresholds: BTreeMap::new(), model: Arc::from("model") }
    }

    /// Moves the threshold of a signal, 0 to 1: lower finds more and cries wolf more often.
    #[must_use]
    pub fn threshold(mut self, signal: Signal, threshold: f32) -> Self {
        self.thresholds.insert(signal, unit(threshold));
        self
    }

    /// What each threshold of a signal is worth, from 0.1 to 0.9: lower ones miss less and cry wolf more often.
    ///
    /// Measured on the messages and conversations of `tests/corpus` that a fold had not trained on, more than half of them
    /// near misses or hints: on a usual day precision is higher. Empty for a signal of the host's own.
    ///
    /// ```
    /// use handover::signal::{Signal, TrainedSignals};
    ///
    /// let curve = TrainedSignals::curve(&Signal::Crisis);
    /// assert_eq!(curve.len(), 9);
    /// // To find half of them, hints included, choose the highest threshold that does, and see what it costs.
    /// let chosen = curve.iter().rev().find(|point| point.recall >= 0.5);
    /// assert!(chosen.is_some_and(|point| point.precision < 0.9));
    /// ```
    #[must_use]
    pub fn curve(signal: &Signal) -> Vec<Operating> {
        let point = |line: &str| {
            let mut columns = line.split('\t');
            let name = columns.next()?;
            let mut number = || columns.next()?.parse().ok();
            let point = Operating { threshold: number()?, precision: number()?, recall: number()? };
            (name == signal.name()).then_some(point)
        };
        include_str!("curves.tsv").lines().filter_map(point).collect()
    }

    /// What the model is given beside n-grams: the pooled word vector, the score of each built-in signal by patterns,
    /// the style of the writing, and what stands around the turn.
    #[must_use]
    pub fn numbers(vectors: &WordVectors, patterns: &Signals, text: &Text<'_>, around: &Surroundings) -> Vec<f32> {
        let pooled = vectors.pooled(text);
        let mut numbers = pooled.values().to_vec();
        numbers.resize(usize::from(vectors.dims()), 0.0);
        let score = |signal: &Signal| patterns.findings().iter().find(|f| f.signal == *signal).map_or(0.0, |f| f.score);
        numbers.extend(Signal::BUILT_IN.iter().map(|signal| PATTERN * score(signal)));
        numbers.extend(text.style().numbers());
        numbers.push(f32::from(text.language().main == Some(Lang::Nl)) / 3.0);
        numbers.extend(around.numbers(text.style()));
        numbers
    }

    fn finding(
        &self,
        message: &Message<'_>,
        (label, score): (usize, f32),
        pattern: Option<&Finding>,
    ) -> Option<Finding> {
        let signal = self.signals.get(label)?;
        let own = self.heads.labels().get(label)?.threshold;
        let threshold = self.thresholds.get(signal).copied().unwrap_or(own);
        let urgent = matches!(signal, Signal::HumanRequest | Signal::Crisis | Signal::Threat);
        let sure = urgent
            && score >= threshold * NOT_ALONE
            && pattern.is_some_and(|f| f.score >= SURE && f.shade != Some(Shade::Conditional));
        let holds = score >= threshold || sure;
        let evidence = match (holds, pattern) {
            (true, _) if score >= threshold => {
                self.places(message, label, self.heads.excess(label, score, threshold), pattern)
            }
            _ => pattern.map(|f| f.evidence.clone()).unwrap_or_default(),
        };
        let score = if sure { score.max(threshold) } else { score };
        Some(Finding { signal: signal.clone(), shade: pattern.and_then(|f| f.shade), score, holds, evidence })
    }

    /// The words that carry a finding, strongest first: without them it would not hold.
    fn places(&self, message: &Message<'_>, label: usize, excess: f32, pattern: Option<&Finding>) -> Vec<Evidence> {
        let dims = usize::from(self.vectors.dims());
        let words = message.text.words();
        let slopes = self.heads.slopes(&message.read, label);
        let mut carrying = self.heads.carrying(&slopes, message.ngrams, &message.known, words.len());
        let shown = pattern.map_or(&[][..], |finding| finding.evidence.as_slice());
        let weight = self.heads.number_weight(&slopes, dims + label);
        let part = PATTERN * weight * pattern.map_or(0.0, |f| f.score) / shown.len().max(1) as f32;
        let mut cues: Vec<Option<&Arc<str>>> = vec![None; words.len()];
        for evidence in shown {
            let from = words.partition_point(|word| word.span.start < evidence.span.start);
            let inside = words.iter().skip(from).take_while(|word| evidence.span.contains(word.span)).count();
            for cue in cues.iter_mut().skip(from).take(inside) {
                cue.get_or_insert(&evidence.cue);
            }
            // A match is gone without any one of its words: the strongest stands for it.
            let of = |at: &usize| carrying.weight(*at);
            let strongest = (from..from + inside).max_by(|a, b| of(a).total_cmp(&of(b)).then(b.cmp(a)));
            strongest.into_iter().for_each(|at| carrying.add(at, part));
        }
        let cue = |word: usize| cues.get(word).copied().flatten().map_or_else(|| Arc::clone(&self.model), Arc::clone);
        let place = |word: usize| message.text.span(word, word).map(|span| Evidence { span, cue: cue(word) });
        carrying.words(excess).into_iter().filter_map(place).collect()
    }
}

/// A message as the model has read it.
struct Message<'t> {
    text: &'t Text<'t>,
    ngrams: &'t [Ngram],
    known: Known,
    read: Read,
}

impl SignalDetector for TrainedSignals {
    type Error = Infallible;

    fn detect(&self, text: &Text<'_>) -> Result<Signals, Infallible> {
        self.detect_in(text, &Surroundings::default())
    }

    fn detect_in(&self, text: &Text<'_>, around: &Surroundings) -> Result<Signals, Infallible> {
        let patterns = self.patterns.detect(text)?;
        let numbers = Self::numbers(&self.vectors, &patterns, text, around);
        let ngrams = ngrams(text);
        let known = self.heads.known(ngrams);
        let message = Message { text, ngrams, read: self.heads.read(&known, &numbers), known };
        let mut findings: Vec<Finding> = (message.read.scores.iter().copied().enumerate())
            .filter_map(|(label, score)| {
                let signal = self.signals.get(label)?;
                let pattern = patterns.findings().iter().find(|f| f.signal == *signal);
                self.finding(&message, (label, score), pattern)
            })
            .collect();
        // What the model knows nothing of stays as the patterns found it: a host's own signals.
        findings.extend(patterns.findings().iter().filter(|f| !self.signals.contains(&f.signal)).cloned());
        Ok(Signals::from(findings))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_model_knows_every_built_in_signal() {
        let detector = TrainedSignals::shipped();
        assert_eq!(detector.signals, Signal::BUILT_IN);
        let text = Text::new("ik wil een mens");
        let patterns = detector.patterns.detect(&text).unwrap();
        assert_eq!(
            TrainedSignals::numbers(&detector.vectors, &patterns, &text, &Surroundings::default()).len(),
            detector.heads.numbers()
        );
    }
}
