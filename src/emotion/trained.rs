use super::{Distribution, Emotion, EmotionCues, EmotionScorer, Feeling, Valence};
use crate::heads::{Heads, ngrams};
use crate::number::signed_unit;
use crate::text::{Lang, Text};
use crate::vectors::WordVectors;
use std::convert::Infallible;

/// The weight of what the cues say beside the other numbers: chosen on development rows.
const CUES: f32 = 2.0;

/// Emotion by cues and a trained model together: the built-in scorer.
///
/// The model decides what dominates and which way it points; the cues give the words that show it, the hints and the
/// intensity. Trained on the messages in `tests/corpus`, written for this crate.
///
/// ```
/// use handover::emotion::{Emotion, EmotionScorer, TrainedEmotion, Valence};
/// use handover::text::Text;
///
/// let scorer = TrainedEmotion::shipped();
/// let feeling = |raw| scorer.score(&Text::new(raw)).unwrap();
/// assert_eq!(feeling("Thank you so much for your help!").emotion(), Emotion::Gratitude);
/// assert_eq!(feeling("Wat kost verzenden naar Gent?").valence(), Valence::Neu);
/// ```
#[derive(Debug)]
pub struct TrainedEmotion {
    cues: EmotionCues,
    vectors: WordVectors,
    heads: Heads,
}

impl TrainedEmotion {
    /// The names of the heads: the ten emotions, then the three valences.
    pub const LABELS: [&'static str; 13] = [
        "anger",
        "frustration",
        "disappointment",
        "sadness",
        "fear",
        "confusion",
        "joy",
        "gratitude",
        "relief",
        "neutral",
        "neg",
        "neu",
        "pos",
    ];

    /// The model and cues that ship. Costs some milliseconds: build it once.
    #[must_use]
    pub fn shipped() -> Self {
        static MODEL: &[u8] = include_bytes!("model.bin");
        // A test reads the shipped model; heads without labels are what total means where that test was skipped.
        let heads = Heads::from_bytes(MODEL).unwrap_or_default();
        Self::new(EmotionCues::shipped(), WordVectors::shipped(), heads)
    }

    /// A model of the host's own with the heads of [`LABELS`](Self::LABELS), trained with the
    /// [`numbers`](Self::numbers) that these cues and vectors give. With other heads the cues score alone.
    #[must_use]
    pub fn new(cues: EmotionCues, vectors: WordVectors, heads: Heads) -> Self {
        Self { cues, vectors, heads }
    }

    /// What the model is given beside n-grams: the pooled word vector, what the cues say, and the style of the writing.
    #[must_use]
    pub fn numbers(vectors: &WordVectors, cues: &Feeling, text: &Text<'_>) -> Vec<f32> {
        let pooled = vectors.pooled(text);
        let mut numbers = pooled.values().to_vec();
        numbers.resize(usize::from(vectors.dims()), 0.0);
        numbers.extend(Emotion::ALL.iter().map(|emotion| CUES * cues.emotions.of(*emotion)));
        numbers.extend([CUES * cues.valence_score, CUES * cues.intensity]);
        numbers.extend(text.style().numbers());
        numbers.push(f32::from(text.language().main == Some(Lang::Nl)) / 3.0);
        numbers
    }
}

/// The valence whose head is the surest, as a score with its sign: beyond the band of neutral only where it wins.
fn valence_score(neg: f32, neu: f32, pos: f32) -> f32 {
    let sum = (neg + neu + pos).max(f32::MIN_POSITIVE);
    let score = (pos - neg) / sum;
    let beyond = super::VALENCE_AT;
    match Valence::surest(neg, neu, pos) {
        Valence::Neg => score.min(-beyond),
        Valence::Pos => score.max(beyond),
        Valence::Neu => score.clamp(-beyond + 0.001, beyond - 0.001),
    }
}

impl EmotionScorer for TrainedEmotion {
    type Error = Infallible;

    fn score(&self, text: &Text<'_>) -> Result<Feeling, Infallible> {
        let cues = self.cues.score(text)?;
        let numbers = Self::numbers(&self.vectors, &cues, text);
        let scores = self.heads.scores(&self.heads.known(ngrams(text)), &numbers);
        let [emotions @ .., neg, neu, pos] = scores.as_slice() else { return Ok(cues) };
        let Ok(emotions) = <[f32; 10]>::try_from(emotions) else { return Ok(cues) };
        let valence_score = if text.words().is_empty() { 0.0 } else { signed_unit(valence_score(*neg, *neu, *pos)) };
        Ok(Feeling { emotions: Distribution::from(emotions), valence_score, ..cues })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_model_has_a_head_for_each_label() {
        let scorer = TrainedEmotion::shipped();
        let names: Vec<&str> = scorer.heads.labels().iter().map(|label| &*label.name).collect();
        assert_eq!(names, TrainedEmotion::LABELS);
        let text = Text::new("fijn zo");
        let cues = scorer.cues.score(&text).unwrap();
        assert_eq!(TrainedEmotion::numbers(&scorer.vectors, &cues, &text).len(), scorer.heads.numbers());
    }
}
