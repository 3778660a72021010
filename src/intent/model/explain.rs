//! Which words carried an intent.

use super::{Seen, TrainedIntents};
use crate::intent::encoder::EncoderError;
use crate::intent::features::{Gram, Kind, each};
use crate::text::{Span, Text};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What speaks for an intent, and against it, in a message: each piece is how much further it puts the intent ahead of
/// the average one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Explanation {
    /// The intent.
    pub intent: Arc<str>,
    /// The n-grams that the model knows, those that say most first, for or against.
    pub ngrams: Vec<Carried>,
    /// What the meaning of the message as a whole adds, from its vector.
    pub meaning: f32,
    /// What corrections by agents add.
    pub corrections: f32,
    /// What every message gets, whatever it says.
    pub bias: f32,
}

/// A stretch of a message, and how much it says.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Carried {
    /// The words or letters, in the message as it came in.
    pub span: Span,
    /// Above 0 for the intent, below against it.
    pub weight: f32,
}

impl Explanation {
    /// The same by words: what each says in all the n-grams that it is part of; those that say most first. A word whose
    /// letters fold to other letters is explained as a whole.
    #[must_use]
    pub fn words(&self, text: &Text<'_>) -> Vec<Carried> {
        let mut all: Vec<Carried> = text.words().iter().map(|word| Carried { span: word.span, weight: 0.0 }).collect();
        for ngram in &self.ngrams {
            let count = all.iter().filter(|word| word.span.overlaps(ngram.span)).count().max(1);
            for word in all.iter_mut().filter(|word| word.span.overlaps(ngram.span)) {
                word.weight += ngram.weight / count as f32;
            }
        }
        all.retain(|word| word.weight != 0.0);
        strongest_first(&mut all);
        all
    }
}

fn strongest_first(all: &mut [Carried]) {
    all.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()).then(a.span.cmp(&b.span)));
}

impl TrainedIntents {
    /// Why the best intent of a message is the best; none for a model that knows no intents.
    ///
    /// ```
    /// use handover::intent::{Examples, Trainer};
    /// use handover::text::Text;
    ///
    /// let rows = "cancel\tIk wil opzeggen\ncancel\tcontract opzeggen\nparcel\twaar is mijn pakket\nparcel\tpakket kwijt\n";
    /// let model = Trainer::new().train(&Examples::from_tsv(rows)?)?;
    /// let text = Text::new("Goedemorgen, graag opzeggen!");
    /// let explained = model.explain(&text)?.expect("a best intent");
    /// assert_eq!(&*explained.intent, "cancel");
    /// assert_eq!(explained.words(&text)[0].span.of(text.raw()), Some("opzeggen"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where an encoder of the host's own could not answer.
    pub fn explain(&self, text: &Text<'_>) -> Result<Option<Explanation>, EncoderError> {
        let best = self.predict(text)?.best().map(|best| Arc::clone(&best.intent));
        best.map_or(Ok(None), |best| self.explain_intent(text, &best))
    }

    /// What speaks for this intent; none where the model does not know it.
    ///
    /// # Errors
    /// Where an encoder of the host's own could not answer.
    pub fn explain_intent(&self, text: &Text<'_>, intent: &str) -> Result<Option<Explanation>, EncoderError> {
        let Some(label) = self.parts.labels.iter().position(|label| &**label == intent) else { return Ok(None) };
        let Some(intent) = self.parts.labels.get(label).cloned() else { return Ok(None) };
        let seen = self.see(text)?;
        let columns = self.parts.columns().max(1);
        let meaning = self.parts.dense.chunks_exact(columns).zip(&seen.vector);
        let meaning: f32 = meaning.map(|(weights, value)| ahead(weights.iter().copied(), label) * value).sum();
        let meaning = meaning + self.nearness(&seen, label);
        let corrections = ahead(self.taught(&seen).pulls.into_iter(), label);
        let bias = ahead(self.parts.bias.iter().copied(), label);
        Ok(Some(Explanation { intent, ngrams: self.ngrams(text, &seen, label), meaning, corrections, bias }))
    }

    /// How much nearer it lies to the intent than to the average one, as it counts.
    fn nearness(&self, seen: &Seen, label: usize) -> f32 {
        let weights = self.by_weights(seen);
        let near = self.margins(seen).into_iter().zip(weights).map(|(all, weights)| all - weights);
        ahead(near.collect::<Vec<f32>>().into_iter(), label)
    }

    fn ngrams(&self, text: &Text<'_>, seen: &Seen, label: usize) -> Vec<Carried> {
        let mut places: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
        let meant = self.meant(text);
        let meant = meant.as_deref().map(Text::new).filter(|meant| meant.words().len() == text.words().len());
        let meant = meant.as_ref().unwrap_or(text);
        each(meant, |gram| places.entry(gram.key).or_default().extend(span(text, meant, gram)));
        let mut all = Vec::new();
        for feature in &seen.features {
            let (Some(row), Some(spans)) = (self.lookup.row(feature.key), places.get(&feature.key)) else { continue };
            let (scale, weights) = self.row(row);
            let weight = ahead(weights.iter().map(|weight| f32::from(*weight)), label) * scale * feature.value;
            let weight = weight / spans.len().max(1) as f32;
            all.extend(spans.iter().map(|span| Carried { span: *span, weight }));
        }
        strongest_first(&mut all);
        all
    }
}

/// How far one number is ahead of the mean of all.
fn ahead(numbers: impl ExactSizeIterator<Item = f32> + Clone, at: usize) -> f32 {
    let count = numbers.len().max(1) as f32;
    let sum: f32 = numbers.clone().sum();
    numbers.clone().nth(at).unwrap_or(0.0) - sum / count
}

/// Where an n-gram of the message as it was meant stands in the message as it came in.
fn span(text: &Text<'_>, meant: &Text<'_>, gram: Gram) -> Option<Span> {
    let whole = text.span(gram.words.0, gram.words.1)?;
    if gram.kind == Kind::Words {
        return Some(whole);
    }
    let word = text.words().get(gram.words.0)?;
    let raw = word.span.of(text.raw())?;
    // Where folding changed how many letters there are, or a word was misspelled, letters can't be told apart.
    let as_meant = meant.words().get(gram.words.0).map(|word| meant.folded(word));
    if raw.chars().count() != text.folded(word).chars().count() || as_meant != Some(text.folded(word)) {
        return Some(whole);
    }
    let place = |letter: usize| raw.char_indices().nth(letter).map_or(raw.len(), |(at, _)| at) as u32;
    Some(Span::new(word.span.start + place(gram.letters.0), word.span.start + place(gram.letters.1)))
}
