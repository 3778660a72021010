//! What a message means, as a direction.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a message points in a space of meaning: a vector of length 1, or none for a message that says nothing.
///
/// Numbers that are not finite, or that are all zero, point nowhere and give none.
///
/// ```
/// use handover::vectors::Embedding;
///
/// let right = Embedding::from(vec![3.0, 4.0]);
/// assert_eq!(right.values(), [0.6, 0.8]);
/// assert_eq!(right.cosine(&Embedding::from(vec![-6.0, -8.0])), Some(-1.0));
/// assert_eq!(right.cosine(&Embedding::none()), None);
/// assert!(Embedding::from(vec![f32::NAN, 1.0]).is_none());
/// ```
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<f32>", into = "Vec<f32>")]
pub struct Embedding(Vec<f32>);

impl Embedding {
    /// What a message has that says nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Whether the message says nothing.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// How many numbers there are: 0 for none.
    #[must_use]
    pub fn dims(&self) -> usize {
        self.0.len()
    }

    /// The numbers; their squares add up to 1. Empty for none.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.0
    }

    /// How alike two messages are, -1 to 1: the cosine of the angle between them.
    ///
    /// None where either says nothing, or where they come from spaces of different dimensions. The two must come from
    /// the same embedder: between two spaces the number means nothing. Linear in the dimensions.
    #[must_use]
    pub fn cosine(&self, other: &Self) -> Option<f32> {
        let comparable = !self.is_none() && self.dims() == other.dims();
        comparable.then(|| dot(&self.0, &other.0).clamp(-1.0, 1.0))
    }
}

/// Scales the numbers to length 1.
impl From<Vec<f32>> for Embedding {
    fn from(mut values: Vec<f32>) -> Self {
        // In f64 no square of a finite f32 overflows or vanishes.
        let length = values.iter().map(|v| f64::from(*v) * f64::from(*v)).sum::<f64>().sqrt();
        if length == 0.0 || !length.is_finite() {
            return Self::none();
        }
        values.iter_mut().for_each(|v| *v = (f64::from(*v) / length) as f32);
        Self(values)
    }
}

impl From<Embedding> for Vec<f32> {
    fn from(embedding: Embedding) -> Self {
        embedding.0
    }
}

/// A message can be guessed from its vector, so only the size is shown.
impl fmt::Debug for Embedding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedding").field("dims", &self.dims()).finish_non_exhaustive()
    }
}

/// Eight sums beside each other: a fixed order that a compiler can still do at once.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    for (a, b) in a.chunks(8).zip(b.chunks(8)) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    sums.into_iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_size_get_length_one() {
        for size in [f32::MIN_POSITIVE / 8.0, 1e-30, 1.0, f32::MAX] {
            let embedding = Embedding::from(vec![size; 13]);
            assert!((embedding.cosine(&embedding).unwrap() - 1.0).abs() < 1e-6, "{size}");
        }
        assert!(Embedding::from(vec![]).is_none());
        assert!(Embedding::from(vec![0.0; 8]).is_none());
        assert!(Embedding::from(vec![f32::INFINITY, 1.0]).is_none());
    }

    #[test]
    fn other_dimensions_cannot_be_compared() {
        let (two, three) = (Embedding::from(vec![1.0; 2]), Embedding::from(vec![1.0; 3]));
        assert_eq!(two.cosine(&three), None);
        assert_eq!(Embedding::none().cosine(&Embedding::none()), None);
    }

    #[test]
    fn what_is_loaded_is_checked() {
        let loaded: Embedding = serde_json::from_str("[0.0, 2.0]").unwrap();
        assert_eq!(loaded.values(), [0.0, 1.0]);
        assert_eq!(serde_json::to_string(&loaded).unwrap(), "[0.0,1.0]");
    }
}
