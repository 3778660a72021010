use super::{Heads, Ngram};

/// Taking a word out changes more than its own weight: new pairs come about, and what is left counts for more.
const SLACK: f32 = 3.2;

impl Heads {
    /// How much each word of a message adds to a label's margin: what would be gone without it. A pair of words is gone
    /// without either.
    pub(crate) fn word_weights(&self, ngrams: &[Ngram], label: usize, words: usize) -> Vec<f32> {
        let mut weights = vec![0.0_f32; words];
        for (ngram, weight) in self.contributions(ngrams, label) {
            for word in ngram.first..=ngram.last {
                if let Some(sum) = weights.get_mut(word as usize) {
                    *sum += weight;
                }
            }
        }
        weights
    }
}

/// The words that carry a finding: the strongest ones, until together they add up to `excess`. By index, strongest
/// first; one at the least, where any speaks for it at all.
pub(crate) fn carrying(weights: &[f32], excess: f32) -> Vec<usize> {
    let mut words: Vec<(usize, f32)> =
        weights.iter().copied().enumerate().filter(|(_, weight)| *weight > 0.0).collect();
    words.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut left = SLACK * excess;
    let needed = words.iter().take_while(|(_, weight)| {
        let more = left > 0.0;
        left -= weight;
        more
    });
    let count = needed.count().max(1);
    words.into_iter().take(count).map(|(word, _)| word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_words_come_first_and_no_more_than_needed() {
        assert_eq!(carrying(&[0.2, -1.0, 0.9, 0.5], 0.9), [2, 3]);
        assert_eq!(carrying(&[0.2, 0.9], 0.0), [1]);
        assert!(carrying(&[-0.2], 0.5).is_empty());
    }
}
