use super::{Heads, Ngram, share};
use crate::number::logit;

/// What is left has to fall this part of the excess below the threshold: taking words out makes new pairs, which may
/// speak for the label too.
const SLACK: f32 = 0.9;

/// What carries a label in one message: its n-grams and what else each word stands for.
pub(crate) struct Carrying {
    /// First and last word of each n-gram that the label knows, and its weight.
    ngrams: Vec<(u32, u32, f32)>,
    /// N-grams of the message, by the words that they touch: the share of each changes with their number.
    touched: Vec<u32>,
    total: usize,
    /// What a word adds beside its n-grams.
    extra: Vec<f32>,
}

impl Heads {
    /// How far a score of a label lies above a threshold, as margins: what words have to add up to before they carry it.
    pub(crate) fn excess(&self, label: usize, score: f32, threshold: f32) -> f32 {
        let slope = self.form.labels.get(label).map_or(1.0, |label| label.slope).max(f32::MIN_POSITIVE);
        (logit(score) - logit(threshold)) / slope
    }

    /// Takes a message apart for a label. What the label's other numbers add belongs to no word by itself.
    pub(crate) fn carrying(&self, ngrams: &[Ngram], label: usize, words: usize) -> Carrying {
        let mut touched = vec![0; words];
        for ngram in ngrams {
            if let Some(count) = touched.get_mut(ngram.first as usize) {
                *count += 1;
            }
        }
        let known = self.contributions(ngrams, label);
        let unscaled = 1.0 / share(ngrams.len());
        let ngrams_known = known.iter().map(|(n, weight)| (n.first, n.last, weight * unscaled)).collect();
        Carrying { ngrams: ngrams_known, touched, total: ngrams.len(), extra: vec![0.0; words] }
    }
}

impl Carrying {
    /// What a word adds, alone.
    pub(crate) fn weight(&self, word: usize) -> f32 {
        let of = |(first, last, weight): &(u32, u32, f32)| {
            if (*first as usize..=*last as usize).contains(&word) { *weight } else { 0.0 }
        };
        let ngrams: f32 = self.ngrams.iter().map(of).sum();
        ngrams * share(self.total) + self.extra.get(word).copied().unwrap_or(0.0)
    }

    /// Something more that a word stands for, such as the match of a pattern.
    pub(crate) fn add(&mut self, word: usize, weight: f32) {
        if let Some(extra) = self.extra.get_mut(word) {
            *extra += weight;
        }
    }

    /// The words without which the label would not hold, strongest first: as few as it takes for `excess`, how far its
    /// margin lies above the threshold, to be gone. One at the least, where any speaks for it at all.
    pub(crate) fn words(&self, excess: f32) -> Vec<usize> {
        let mut ranked: Vec<(usize, f32)> = (0..self.extra.len()).map(|word| (word, self.weight(word))).collect();
        ranked.retain(|(_, weight)| *weight > 0.0);
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut taken = Vec::new();
        for (word, _) in ranked {
            if !taken.is_empty() && self.lost(&taken) >= (1.0 + SLACK) * excess {
                break;
            }
            taken.push(word);
        }
        taken
    }

    /// What the margin loses without these words.
    fn lost(&self, without: &[usize]) -> f32 {
        let stays = |first: u32, last: u32| !without.iter().any(|word| (first as usize..=last as usize).contains(word));
        let all: f32 = self.ngrams.iter().map(|(.., weight)| weight).sum();
        let kept: f32 =
            self.ngrams.iter().filter(|(first, last, _)| stays(*first, *last)).map(|(.., weight)| weight).sum();
        let gone: usize = without.iter().filter_map(|word| self.touched.get(*word)).map(|count| *count as usize).sum();
        let extra: f32 = without.iter().filter_map(|word| self.extra.get(*word)).sum();
        all * share(self.total) - kept * share(self.total.saturating_sub(gone)) + extra
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Carrying {
        let ngrams = vec![(0, 0, 0.2), (1, 1, -1.0), (2, 2, 0.9), (3, 3, 0.5), (2, 3, 0.4)];
        Carrying { ngrams, touched: vec![1, 1, 1, 2], total: 5, extra: vec![0.0; 4] }
    }

    #[test]
    fn the_strongest_words_come_first_and_no_more_than_needed() {
        let message = message();
        assert_eq!(message.words(0.1), [2]);
        assert_eq!(message.words(0.5), [2, 3]);
        assert_eq!(message.words(9.0), [2, 3, 0]);
    }

    #[test]
    fn what_a_pattern_says_counts_for_its_word() {
        let mut message = message();
        message.add(1, 5.0);
        assert_eq!(message.words(0.3), [1]);
    }
}
