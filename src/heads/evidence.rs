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

    /// How a label's margin answers to what a message is made of.
    ///
    /// Where layers lie between, that is what a small change does at this message, as if they were straight.
    pub(crate) fn slopes(&self, read: &Read, label: usize) -> Slopes {
        let layers = self.form.layers.as_ref().zip(read.activations.as_ref());
        Slopes { label, first: layers.map(|(layers, activations)| layers.slopes(activations, label)) }
    }

    /// Takes a message apart for a label. What the label's other numbers add belongs to no word by itself.
    pub(crate) fn carrying(&self, slopes: &Slopes, ngrams: &[Ngram], known: &Known, words: usize) -> Carrying {
        let mut touched = vec![0; words];
        for ngram in ngrams {
            if let Some(count) = touched.get_mut(ngram.first as usize) {
                *count += 1;
            }
        }
        let places = self.places(slopes);
        let ngrams_known = known.found.iter().map(|(ngram, row)| (*ngram, self.weight(*row, &places)));
        Carrying::new(ngrams_known, touched, ngrams.len())
    }

    /// What a row of weights adds, in lanes that are added up at the end.
    fn weight(&self, row: u32, places: &[f32]) -> f32 {
        let mut lanes = [0.0_f32; LANES];
        for (weights, places) in self.form.weights(row).iter().zip(places.chunks(LANES)) {
            lanes.iter_mut().zip(weights).zip(places).for_each(|((lane, w), p)| *lane += f32::from(*w) * p);
        }
        lanes.iter().sum()
    }

    /// How much the margin grows with each place of an n-gram's row, before its share.
    fn places(&self, slopes: &Slopes) -> Vec<f32> {
        let scales = self.form.scales.iter();
        match &slopes.first {
            Some(first) => scales.zip(first).map(|(scale, slope)| scale * slope).collect(),
            None => scales.enumerate().map(|(at, scale)| if at == slopes.label { *scale } else { 0.0 }).collect(),
        }
    }

    /// How much the margin grows with one of the numbers.
    pub(crate) fn number_weight(&self, slopes: &Slopes, number: usize) -> f32 {
        let own = self.form.dense_of(slopes.label).get(number).copied().unwrap_or(0.0);
        let layers = self.form.layers.as_ref().zip(slopes.first.as_ref());
        own + layers.map_or(0.0, |(layers, first)| layers.number_slope(first, number))
    }
}

/// How a label's margin answers to a message: by its own weights, or through the places of the first layer.
pub(crate) struct Slopes {
    label: usize,
    first: Option<Vec<f32>>,
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
