use super::form::LANES;
use super::{Heads, Known, Ngram, Read, share};
use crate::number::logit;

/// What is left has to fall this part of the excess below the threshold: taking words out makes new pairs, which may
/// speak for the label too.
const SLACK: f32 = 0.9;

/// What carries a label in one message: its n-grams and what else each word stands for.
pub(crate) struct Carrying {
    /// What the n-grams within each word add, and those that it begins with the word behind it; before their share.
    own: Vec<f32>,
    pairs: Vec<f32>,
    /// What else each word stands for.
    extra: Vec<f32>,
    /// N-grams of the message, by the words that they begin with: the share of each changes with their number.
    touched: Vec<u32>,
    total: usize,
    share: f32,
}

impl Heads {
    /// How far a score of a label lies above a threshold, as margins: what words have to add up to before they carry it.
    pub(crate) fn excess(&self, label: usize, score: f32, threshold: f32) -> f32 {
        let slope = self.form.labels.get(label).map_or(1.0, |label| label.slope).max(f32::MIN_POSITIVE);
        (logit(score) - logit(threshold)) / slope
    }

    /// Takes a message apart for a label. What the label's other numbers add belongs to no word by itself.
    ///
    /// Where layers lie between, a word adds what it does at this message, as if they were straight.
    pub(crate) fn carrying(
        &self,
        read: &Read,
        ngrams: &[Ngram],
        known: &Known,
        label: usize,
        words: usize,
    ) -> Carrying {
        let mut touched = vec![0; words];
        for ngram in ngrams {
            if let Some(count) = touched.get_mut(ngram.first as usize) {
                *count += 1;
            }
        }
        let places = self.places(read, label);
        let weight = |row: u32| {
            let blocks = self.form.weights(row).iter().zip(places.chunks(LANES));
            blocks.flat_map(|(weights, places)| weights.iter().zip(places)).map(|(w, p)| f32::from(*w) * p).sum::<f32>()
        };
        let ngrams_known = known.found.iter().map(|(ngram, row)| (*ngram, weight(*row)));
        Carrying::new(ngrams_known, touched, ngrams.len())
    }

    /// How much a label's margin grows with each place of an n-gram's row, before its share.
    fn places(&self, read: &Read, label: usize) -> Vec<f32> {
        let scales = self.form.scales.iter();
        match (&self.form.layers, &read.activations) {
            (Some(layers), Some(activations)) => {
                scales.zip(layers.slopes(activations, label)).map(|(scale, slope)| scale * slope).collect()
            }
            _ => scales.enumerate().map(|(at, scale)| if at == label { *scale } else { 0.0 }).collect(),
        }
    }

    /// How much a label's margin grows with one of the numbers, at this message.
    pub(crate) fn number_weight(&self, read: &Read, label: usize, number: usize) -> f32 {
        let own = self.form.dense_of(label).get(number).copied().unwrap_or(0.0);
        match (&self.form.layers, &read.activations) {
            (Some(layers), Some(activations)) => own + layers.number_slope(&layers.slopes(activations, label), number),
            _ => own,
        }
    }
}

impl Carrying {
    fn new(ngrams: impl Iterator<Item = (Ngram, f32)>, touched: Vec<u32>, total: usize) -> Self {
        let nothing = vec![0.0; touched.len()];
        let mut carrying =
            Self { own: nothing.clone(), pairs: nothing.clone(), extra: nothing, touched, total, share: share(total) };
        for (ngram, weight) in ngrams {
            let sums = if ngram.first == ngram.last { &mut carrying.own } else { &mut carrying.pairs };
            if let Some(sum) = sums.get_mut(ngram.first as usize) {
                *sum += weight;
            }
        }
        carrying
    }

    /// What a word adds, alone.
    pub(crate) fn weight(&self, word: usize) -> f32 {
        self.share * self.held_by(word, |_| false) + at(&self.extra, word)
    }

    /// Something more that a word stands for, such as the match of a pattern.
    pub(crate) fn add(&mut self, word: usize, weight: f32) {
        if let Some(sum) = self.extra.get_mut(word) {
            *sum += weight;
        }
    }

    /// The words without which the label would not hold, strongest first: as few as it takes for `excess`, how far its
    /// margin lies above the threshold, to be gone. One at the least, where any speaks for it at all.
    pub(crate) fn words(&self, excess: f32) -> Vec<usize> {
        let mut ranked: Vec<(usize, f32)> = (0..self.own.len()).map(|word| (word, self.weight(word))).collect();
        ranked.retain(|(_, weight)| *weight > 0.0);
        ranked.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let all: f32 = self.own.iter().chain(&self.pairs).sum();
        let before = all * self.share;
        let (mut kept, mut left, mut extra) = (all, self.total, 0.0);
        let mut out = vec![false; self.own.len()];
        let mut taken = Vec::with_capacity(ranked.len());
        for (word, _) in ranked {
            if !taken.is_empty() && before - kept * share(left) + extra >= (1.0 + SLACK) * excess {
                break;
            }
            kept -= self.held_by(word, |word| out.get(word) == Some(&true));
            left = left.saturating_sub(self.touched.get(word).map_or(0, |count| *count as usize));
            extra += at(&self.extra, word);
            out.get_mut(word).into_iter().for_each(|gone| *gone = true);
            taken.push(word);
        }
        taken
    }

    /// The weight of the n-grams that are gone with a word, but those that had `gone` with a neighbour.
    fn held_by(&self, word: usize, gone: impl Fn(usize) -> bool) -> f32 {
        let before = word.checked_sub(1).filter(|before| !gone(*before)).map_or(0.0, |before| at(&self.pairs, before));
        let behind = if gone(word + 1) { 0.0 } else { at(&self.pairs, word) };
        at(&self.own, word) + before + behind
    }
}

fn at(sums: &[f32], word: usize) -> f32 {
    sums.get(word).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Carrying {
        let ngrams = [(0, 0, 0.2), (1, 1, -1.0), (2, 2, 0.9), (2, 3, 0.4), (3, 3, 0.5)];
        let ngrams = ngrams.map(|(first, last, weight)| (Ngram { key: 0, first, last }, weight));
        Carrying::new(ngrams.into_iter(), vec![1, 1, 1, 2], 5)
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
