//! Sets of small numbers.

/// A set of numbers below some bound: one bit each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// The empty set of numbers below `bound`.
    pub(super) fn empty(bound: usize) -> Self {
        Self(vec![0; bound.div_ceil(64)])
    }

    /// All numbers below `bound`.
    pub(super) fn full(bound: usize) -> Self {
        (0..bound).map(|_| true).collect()
    }

    pub(super) fn has(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    pub(super) fn set(&mut self, number: usize) {
        if let Some(word) = self.0.get_mut(number / 64) {
            *word |= 1 << (number % 64);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The least.
    pub(super) fn first(&self) -> Option<usize> {
        let (at, word) = self.0.iter().enumerate().find(|(_, word)| **word != 0)?;
        Some(at * 64 + word.trailing_zeros() as usize)
    }

    /// Keeps what is in `others`, or with `wanted` false what is not.
    pub(super) fn keep(&mut self, others: &Self, wanted: bool) {
        for (word, other) in self.0.iter_mut().zip(&others.0) {
            *word &= if wanted { *other } else { !other };
        }
    }

    /// Whether some number is in both.
    pub(super) fn meets(&self, others: &Self) -> bool {
        self.0.iter().zip(&others.0).any(|(word, other)| word & other != 0)
    }

    /// Whether every number is in `others` too.
    pub(super) fn is_within(&self, others: &Self) -> bool {
        self.0.iter().zip(&others.0).all(|(word, other)| word & !other == 0)
    }
}

impl FromIterator<bool> for Bits {
    /// The places at which it says yes.
    fn from_iter<I: IntoIterator<Item = bool>>(says: I) -> Self {
        let mut words = Vec::new();
        for (number, yes) in says.into_iter().enumerate() {
            if number % 64 == 0 {
                words.push(0);
            }
            if let Some(word) = words.last_mut() {
                *word |= u64::from(yes) << (number % 64);
            }
        }
        Self(words)
    }
}
