//! Where a message lies among those that were learned from, as far as its vector tells.

use super::near::{Near, Turned};
use super::parts::Parts;
use crate::number::dot;

/// The means and the places of a model, ready to be compared with.
#[derive(Debug)]
pub(super) struct Space {
    /// The mean of each label that has one, and the square of its length as measured by the spread.
    means: Vec<Option<(Vec<f32>, f32)>>,
    pub(super) near: Near,
}

impl Space {
    pub(super) fn of(parts: &Parts) -> Self {
        let mut means = vec![None; parts.columns()];
        for mean in &parts.means {
            let vector = mean.vector();
            let square = parts.spread.length(&vector);
            means.iter_mut().skip(mean.label.into()).take(1).for_each(|own| *own = Some((vector.clone(), square)));
        }
        Self { means, near: Near::of(&parts.places, parts.columns(), parts.dims, parts.near) }
    }

    /// The square of the distance of a message to the mean of a label. A message that says nothing lies at the origin.
    pub(super) fn distance(&self, label: usize, message: &Turned) -> Option<f32> {
        let (mean, square) = self.means.get(label)?.as_ref()?;
        Some(message.square - 2.0 * dot(mean, &message.values) + square)
    }
}
