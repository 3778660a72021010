use crate::text::{Text, WordKind, WordSet};
use serde::{Deserialize, Serialize};

/// The words of a message that carry its content, as hashes: enough to see that it is said again, without keeping
/// what was said.
///
/// A hash hides a word from a reader's eye, not from someone who hashes a dictionary: stored conversations are
/// personal data with or without text.
///
/// ```
/// use handover::conversation::Shingles;
/// use handover::text::Text;
///
/// let of = |raw| Shingles::of(&Text::new(raw));
/// assert!(of("Krijg ik de servicekosten over 2023 terug?").likeness(&of("krijg ik servicekosten terug over 2023??")) > 0.9);
/// assert!(of("Waar blijft mijn pakket?").likeness(&of("Hoe laat gaan jullie open?")) < 0.3);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shingles(Vec<u32>);

/// Hashes kept of one message: enough for two hundred words, so that a long mail can't fill a store.
const MOST: usize = 128;
/// Words are compared by their first letters, which forgives most inflections.
const STEM: usize = 6;

impl Shingles {
    /// The hashed content words of `text`.
    #[must_use]
    pub fn of(text: &Text<'_>) -> Self {
        // A number is asked for and given again without anything being wrong.
        let letters = (0_u32..).zip(text.words()).filter(|(_, word)| word.kind == WordKind::Letters);
        let content = letters.filter(|(at, _)| !text.is_filling(*at)).map(|(_, word)| text.folded(word));
        let mut hashes: Vec<u32> = content.filter(|word| !FILLING.contains(word)).map(stem_hash).collect();
        hashes.sort_unstable();
        hashes.dedup();
        hashes.truncate(MOST);
        Self(hashes)
    }

    /// How much of the shorter message stands in the longer one, 0 to 1. Messages of fewer than two content words
    /// are only alike when they are the same.
    #[must_use]
    pub fn likeness(&self, other: &Self) -> f32 {
        let (short, long) = if self.0.len() <= other.0.len() { (self, other) } else { (other, self) };
        if short.0.len() < 2 {
            return if !short.0.is_empty() && short == long { 1.0 } else { 0.0 };
        }
        let shared = short.0.iter().filter(|hash| long.0.binary_search(hash).is_ok()).count();
        // A long message that holds a short one is only partly the same.
        let share = shared as f32 / short.0.len() as f32;
        let balance = shared as f32 / long.0.len() as f32;
        crate::number::unit(0.7 * share + 0.3 * balance)
    }

    /// How much of this message stands in the other one, 0 to 1.
    ///
    /// ```
    /// use handover::conversation::Shingles;
    /// use handover::text::Text;
    ///
    /// let of = |raw| Shingles::of(&Text::new(raw));
    /// assert_eq!(of("the wifi").share_in(&of("How do I set up the wifi of my thermostat?")), 1.0);
    /// assert_eq!(of("").share_in(&of("hallo")), 0.0);
    /// ```
    #[must_use]
    pub fn share_in(&self, other: &Self) -> f32 {
        let shared = self.0.iter().filter(|hash| other.0.binary_search(hash).is_ok()).count();
        crate::number::unit(shared as f32 / self.0.len().max(1) as f32)
    }

    /// How many content words there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the message has no content words.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Words that say nothing of what a message is about.
const FILLING: WordSet<84> = WordSet::new([
    "a", "aan", "al", "als", "am", "an", "and", "are", "at", "be", "bij", "but", "can", "da", "dan", "dat", "de",
    "die", "dit", "do", "does", "dus", "een", "en", "er", "for", "ge", "had", "have", "heb", "heeft", "het", "hij",
    "hoe", "how", "i", "i'm", "ik", "in", "is", "it", "ja", "je", "kan", "kunt", "maar", "me", "met", "mij", "mijn",
    "mn", "my", "naar", "nee", "no", "nog", "nu", "of", "on", "ook", "op", "or", "please", "so", "te", "that", "the",
    "then", "this", "to", "u", "uit", "van", "voor", "was", "wat", "we", "what", "wil", "with", "yes", "you", "your",
    "zijn",
]);

/// FNV-1a over the first letters of a word: the same in every process, which a seeded hasher is not.
fn stem_hash(word: &str) -> u32 {
    word.chars()
        .take(STEM)
        .flat_map(|c| (c as u32).to_le_bytes())
        .fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_is_repeated_only_as_itself() {
        let of = |raw| Shingles::of(&Text::new(raw));
        assert_eq!(of("agent").likeness(&of("AGENT!!")), 1.0);
        assert_eq!(of("agent").likeness(&of("the agent was kind to me")), 0.0);
        assert_eq!(of("").likeness(&of("")), 0.0);
    }

    #[test]
    fn filling_words_are_sorted() {
        assert!(FILLING.is_sorted());
    }
}
