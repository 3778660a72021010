use super::{Heads, Ngram, share};
use crate::number::logit;

/// What is left has to fall this part of the excess below the threshold: taking words out makes new pairs, which may
/// speak for the label too.
const SLACK: f32 = 0.9;

/// What carries a label in one message: its n-grams and what else each word stands for.
pub(crate) struct Carrying {
    /// First and last word of each n-gram that the label knows, and its weight; in the order of their last words.
    ngrams: Vec<(u32, u32, f32)>,
    /// N-grams of the message, by the words that they begin with: the share of each changes with their number.
    touched: Vec<u32>,
    total: usize,
    /// What each word adds, alone.
    weights: Vec<f32>,
    /// The part of it that is not its n-grams'.
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
        Carrying::new(ngrams_known, touched, ngrams.len())
    }
}

impl Carrying {
    fn new(ngrams: Vec<(u32, u32, f32)>, touched: Vec<u32>, total: usize) -> Self {
        let (part, mut weights) = (share(total), vec![0.0; touched.len()]);
        for (first, last, weight) in &ngrams {
            for sum in weights.get_mut(*first as usize..=*last as usize).unwrap_or_default() {
                *sum += part * weight;
            }
        }
        Self { ngrams, extra: vec![0.0; touched.len()], weights, touched, total }
    }

    /// What a word adds, alone.
    pub(crate) fn weight(&self, word: usize) -> f32 {
        self.weights.get(word).copied().unwrap_or(0.0)
    }

    /// Something more that a word stands for, such as the match of a pattern.
    pub(crate) fn add(&mut self, word: usize, weight: f32) {
        for sums in [&mut self.weights, &mut self.extra] {
            if let Some(sum) = sums.get_mut(word) {
                *sum += weight;
            }
        }
    }

    /// The words without which the label would not hold, strongest first: as few as it takes for `excess`, how far its
    /// margin lies above the threshold, to be gone. One at the least, where any speaks for it at all. Each n-gram is
    /// looked at twice at the most.
    pub(crate) fn words(&self, excess: f32) -> Vec<usize> {
        let mut ranked: Vec<(usize, f32)> = self.weights.iter().copied().enumerate().collect();
        ranked.retain(|(_, weight)| *weight > 0.0);
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let all: f32 = self.ngrams.iter().map(|(.., weight)| weight).sum();
        let before = all * share(self.total);
        let (mut kept, mut left, mut extra) = (all, self.total, 0.0);
        let mut out = vec![false; self.weights.len()];
        let mut taken = Vec::new();
        for (word, _) in ranked {
            if !taken.is_empty() && before - kept * share(left) + extra >= (1.0 + SLACK) * excess {
                break;
            }
            kept -= self.held_by(word, &out);
            left = left.saturating_sub(self.touched.get(word).map_or(0, |count| *count as usize));
            extra += self.extra.get(word).copied().unwrap_or(0.0);
            out.get_mut(word).into_iter().for_each(|gone| *gone = true);
            taken.push(word);
        }
        taken
    }

    /// The weight of the n-grams that are gone with a word, where `out` went before it.
    fn held_by(&self, word: usize, out: &[bool]) -> f32 {
        let from = self.ngrams.partition_point(|(_, last, _)| (*last as usize) < word);
        let gone = |at: &u32| out.get(*at as usize) == Some(&true);
        let near = self.ngrams.iter().skip(from).take_while(|(_, last, _)| *last as usize <= word + 1);
        let with = near.filter(|(first, last, _)| (*first as usize..=*last as usize).contains(&word));
        with.filter(|(first, last, _)| !gone(first) && !gone(last)).map(|(.., weight)| weight).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Carrying {
        let ngrams = vec![(0, 0, 0.2), (1, 1, -1.0), (2, 2, 0.9), (2, 3, 0.4), (3, 3, 0.5)];
        Carrying::new(ngrams, vec![1, 1, 1, 2], 5)
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
