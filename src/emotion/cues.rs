use super::{Distribution, Emotion, EmotionScorer, Feeling};
use crate::number::{signed_unit, unit};
use crate::pattern::{Hit, PatternErrors, PatternSet};
use crate::signal::Evidence;
use crate::text::{Lang, Style, Text};
use std::convert::Infallible;

/// The packs that ship.
const PACKS: [(Lang, &str); 2] = [(Lang::Nl, include_str!("packs/nl.txt")), (Lang::En, include_str!("packs/en.txt"))];

/// What counts as no emotion at all, against which cues are weighed: one likely cue alone outweighs it.
const NEUTRAL: f32 = 0.45;
/// A booster ("ontzettend", "so") before a cue strengthens it, a diminisher ("een beetje", "slightly") weakens it.
const BOOST: f32 = 1.3;
const DIMINISH: f32 = 0.6;
/// How many words before a cue a booster or diminisher reaches.
const REACH: u32 = 2;
/// A negated good word is a disappointment, a milder one than the word was good.
const NOT_GOOD: f32 = 0.7;
/// In a mixed message the last clause weighs more.
const LAST_SENTENCE: f32 = 1.15;
/// What capitals and a run of exclamation marks add to an anger that the words show.
const HEAT: f32 = 0.25;

/// Emotion by cues: words, turns of irony, emoji, negation, boosters, capitals and punctuation.
///
/// A pack has a section for each emotion but neutral, and the sections `irony` (turns that mean the opposite of
/// their words), `booster`, `diminisher` and `hint`.
///
/// ```
/// use handover::emotion::{Emotion, EmotionCues, EmotionScorer, Valence};
/// use handover::text::Text;
///
/// let cues = EmotionCues::shipped();
/// let feeling = |raw| cues.score(&Text::new(raw)).unwrap();
/// assert_eq!(feeling("Hartelijk bedankt voor uw hulp!").emotion(), Emotion::Gratitude);
/// assert_eq!(feeling("I'm not happy with how this went.").valence(), Valence::Neg);
/// assert_eq!(feeling("Wat kost verzenden naar Gent?").emotion(), Emotion::Neutral);
/// ```
#[derive(Debug)]
pub struct EmotionCues {
    patterns: PatternSet,
    sections: Vec<Section>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Section {
    Emotion(Emotion),
    Irony,
    Booster,
    Diminisher,
    Hint,
    Unknown,
}

impl Section {
    fn from_name(name: &str) -> Self {
        match name {
            "irony" => Self::Irony,
            "booster" => Self::Booster,
            "diminisher" => Self::Diminisher,
            "hint" => Self::Hint,
            other => Emotion::from_name(other).map_or(Self::Unknown, Self::Emotion),
        }
    }
}

impl EmotionCues {
    /// The sections of a pack beside those of the emotions.
    pub(crate) const SECTIONS: [&str; 4] = ["irony", "booster", "diminisher", "hint"];

    /// The shipped packs, Dutch and English. Costs some milliseconds: build it once.
    #[must_use]
    pub fn shipped() -> Self {
        // A test compiles the shipped packs; an empty scorer is what total means where that test was skipped.
        Self::from_packs(&PACKS).unwrap_or_else(|_| Self { patterns: PatternSet::empty(), sections: Vec::new() })
    }

    /// Packs of the host's own. A section that is neither an emotion nor one of the four others is passed over.
    ///
    /// # Errors
    /// Every line that can't be understood.
    pub fn from_packs(packs: &[(Lang, &str)]) -> Result<Self, PatternErrors> {
        let patterns = PatternSet::compile(packs)?;
        let sections = patterns.sections().iter().map(|name| Section::from_name(name)).collect();
        Ok(Self { patterns, sections })
    }

    fn section(&self, hit: &Hit) -> Section {
        self.sections.get(hit.section as usize).copied().unwrap_or(Section::Unknown)
    }

    fn evidence(&self, text: &Text<'_>, hit: &Hit) -> Option<Evidence> {
        Some(Evidence { span: text.span(hit.first as usize, hit.last as usize)?, cue: self.patterns.cue(hit) })
    }
}

/// The strength of each emotion while the cues are added up: 0 nothing, 1 beyond doubt.
#[derive(Default)]
struct Tally {
    strength: [f32; 10],
    irony: f32,
    shown: Vec<(Emotion, f32, Evidence)>,
}

impl Tally {
    /// Each cue takes away a part of what is left of doubt, so that many weak cues never pass a strong one by far.
    fn add(&mut self, emotion: Emotion, weight: f32) {
        if let Some(strength) = self.strength.get_mut(emotion as usize) {
            *strength = 1.0 - (1.0 - *strength) * (1.0 - weight.clamp(0.0, 0.98));
        }
    }

    fn of(&self, emotion: Emotion) -> f32 {
        self.strength.get(emotion as usize).copied().unwrap_or(0.0)
    }

    fn strongest(&self, good: bool) -> f32 {
        let side = |e: &Emotion| if good { e.polarity() > 0.5 } else { e.polarity() < -0.5 };
        Emotion::ALL.iter().filter(|e| side(e)).map(|e| self.of(*e)).fold(0.0, f32::max)
    }

    /// Irony turns what the good words say into frustration.
    fn reverse_irony(&mut self) {
        let good = self.strongest(true);
        if self.irony <= 0.0 {
            return;
        }
        for emotion in Emotion::ALL.into_iter().filter(|e| e.polarity() > 0.5) {
            if let Some(strength) = self.strength.get_mut(emotion as usize) {
                *strength *= 1.0 - self.irony;
            }
        }
        self.add(Emotion::Frustration, self.irony * (0.7 + 0.3 * good));
    }

    /// Shouting strengthens what is there and never turns it round: bad words grow hotter, good ones gladder.
    fn heat(&mut self, style: Style) {
        let loud = style.shouts() || style.exclamations >= 2;
        if !loud {
            return;
        }
        let (good, bad) = (self.strongest(true), self.strongest(false));
        if bad > good && self.of(Emotion::Anger).max(self.of(Emotion::Frustration)) > 0.0 {
            self.add(Emotion::Anger, HEAT);
        } else if good > bad && self.of(Emotion::Joy) > 0.0 {
            self.add(Emotion::Joy, HEAT);
        }
    }

    fn valence(&self) -> f32 {
        let side = |sign: f32| {
            let rest = Emotion::ALL.into_iter().filter(|e| e.polarity() * sign > 0.0);
            1.0 - rest.fold(1.0, |rest, e| rest * (1.0 - self.of(e) * e.polarity().abs()))
        };
        side(1.0) - side(-1.0)
    }
}

impl EmotionScorer for EmotionCues {
    type Error = Infallible;

    fn score(&self, text: &Text<'_>) -> Result<Feeling, Infallible> {
        let hits = self.patterns.scan(text);
        let ends = |wanted: Section| -> Vec<u32> {
            let mut ends: Vec<u32> = hits.iter().filter(|h| self.section(h) == wanted).map(|h| h.last).collect();
            ends.sort_unstable();
            ends
        };
        let (boosters, diminishers) = (ends(Section::Booster), ends(Section::Diminisher));
        let last_sentence = text.sentences().last().map_or(0, |s| s.words.start as u32);
        let mut tally = Tally::default();
        let mut hints = Vec::new();
        for hit in &hits {
            match self.section(hit) {
                Section::Irony => tally.irony = 1.0 - (1.0 - tally.irony) * (1.0 - hit.score),
                Section::Hint => hints.extend(self.evidence(text, hit)),
                Section::Emotion(emotion) => {
                    let Some((emotion, weight)) = negate(emotion, hit) else { continue };
                    let boost = if reached(hit, &boosters) { BOOST } else { 1.0 };
                    let diminish = if reached(hit, &diminishers) { DIMINISH } else { 1.0 };
                    let place = if hit.first >= last_sentence { LAST_SENTENCE } else { 1.0 };
                    let weight = weight * boost * diminish * place;
                    tally.add(emotion, weight);
                    tally.shown.extend(self.evidence(text, hit).map(|e| (emotion, weight, e)));
                }
                Section::Booster | Section::Diminisher | Section::Unknown => {}
            }
        }
        for hit in hits.iter().filter(|h| self.section(h) == Section::Irony) {
            tally.shown.extend(self.evidence(text, hit).map(|e| (Emotion::Frustration, hit.score, e)));
        }
        tally.reverse_irony();
        tally.heat(text.style());
        Ok(feeling(tally, hints, text.style()))
    }
}

/// Whether one of the modifiers, by the word each ends in, stands right before the cue or inside it.
fn reached(hit: &Hit, modifiers: &[u32]) -> bool {
    let at = modifiers.partition_point(|end| end + REACH < hit.first);
    modifiers.get(at).is_some_and(|end| *end <= hit.last)
}

/// What a cue says once negation is seen: "niet blij" is let down, "geen probleem" is nothing.
fn negate(emotion: Emotion, hit: &Hit) -> Option<(Emotion, f32)> {
    match (hit.negated, emotion.polarity() > 0.5) {
        (false, _) => Some((emotion, hit.score)),
        (true, true) => Some((Emotion::Disappointment, hit.score * NOT_GOOD)),
        (true, false) => None,
    }
}

fn feeling(mut tally: Tally, hints: Vec<Evidence>, style: Style) -> Feeling {
    let mut weights = tally.strength;
    if let Some(neutral) = weights.get_mut(Emotion::Neutral as usize) {
        *neutral = NEUTRAL;
    }
    let strongest = tally.strongest(true).max(tally.strongest(false));
    let loud = f32::from(style.shouts()) * 0.2
        + style.exclamations.min(3) as f32 * 0.05
        + style.elongation.min(4) as f32 * 0.03;
    tally.shown.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.2.span.cmp(&b.2.span)));
    let relieved = tally.of(Emotion::Relief).max(tally.of(Emotion::Gratitude)) > tally.strongest(false).max(0.3);
    Feeling {
        emotions: Distribution::from(weights),
        valence_score: signed_unit(tally.valence()),
        intensity: unit(strongest * (0.75 + loud)),
        evidence: tally.shown.into_iter().map(|(emotion, _, evidence)| (emotion, evidence)).collect(),
        hints,
        relieved,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_packs_compile_and_name_known_sections() {
        let cues = EmotionCues::from_packs(&PACKS).unwrap_or_else(|e| panic!("{e}"));
        assert!(!cues.sections.contains(&Section::Unknown));
        for emotion in Emotion::ALL.into_iter().filter(|e| *e != Emotion::Neutral) {
            assert!(cues.sections.contains(&Section::Emotion(emotion)), "{emotion:?}");
        }
    }
}
