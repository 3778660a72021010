//! How near a message lies to what was said for each intent before.
//!
//! The weights tell intents apart by straight lines. Some have several ways of being asked for, far from each other, and
//! those lines pass between them; the nearest place of an intent does not. Only the few intents that the weights find
//! best are looked at: the others would not become the best, and looking costs time.

use super::parts::Place;
use crate::intent::square::Square;
use crate::number::dot;

/// So many of the best are looked at.
const BEST: usize = 5;
/// A message's numbers are rounded to so many steps each way; a place's have 127. Sums of 4,096 products fit 32 bits.
const STEPS: f32 = 4095.0;

/// A vector as seen by how those of one intent scatter: S × v, and v × S × v.
#[derive(Clone, Debug, Default)]
pub(in crate::intent) struct Turned {
    pub(in crate::intent) values: Vec<f32>,
    pub(in crate::intent) square: f32,
}

impl Turned {
    pub(in crate::intent) fn of(vector: &[f32], spread: &Square) -> Self {
        let values = spread.turned(vector);
        let square = dot(&values, vector);
        Self { values, square }
    }

    /// The same direction at length 1, where it has one.
    pub(in crate::intent) fn unit(mut self) -> Self {
        let scale = 1.0 / self.square.max(f32::MIN_POSITIVE).sqrt();
        self.values.iter_mut().for_each(|value| *value *= scale);
        self.square = 1.0;
        self
    }
}

/// The places of all intents, ready to be looked at.
#[derive(Debug, Default)]
pub(in crate::intent) struct Near {
    weight: f32,
    dims: usize,
    /// Where the places of each column begin.
    starts: Vec<usize>,
    scales: Vec<f32>,
    values: Vec<i16>,
}

impl Near {
    /// Of places in the order of their labels. What is near counts `weight` beside the margins.
    pub(in crate::intent) fn of(places: &[Place], columns: usize, dims: usize, weight: f32) -> Self {
        let start = |label: usize| places.partition_point(|place| usize::from(place.label) < label);
        Self {
            weight,
            dims,
            starts: (0..=columns).map(start).collect(),
            scales: places.iter().map(|place| place.scale).collect(),
            values: places.iter().flat_map(|place| place.values.iter().map(|value| i16::from(*value))).collect(),
        }
    }

    /// Adds to the margins of the best how near the message is to them; the others get what the furthest of those gets.
    pub(in crate::intent) fn add(&self, message: &Turned, margins: &mut [f32]) {
        if self.scales.is_empty() || message.square <= 0.0 {
            return;
        }
        let top = message.values.iter().fold(f32::MIN_POSITIVE, |top, value| top.max(value.abs()));
        let rounded: Vec<i16> = message.values.iter().map(|value| (value / top * STEPS).round() as i16).collect();
        let scale = self.weight * top / (STEPS * message.square.sqrt());
        let best = highest::<BEST>(margins);
        let near = best.map(|column| column.map_or(f32::INFINITY, |column| scale * self.nearest(column, &rounded)));
        let least = near.iter().copied().fold(f32::INFINITY, f32::min);
        margins.iter_mut().for_each(|margin| *margin += least);
        for (column, near) in best.into_iter().flatten().zip(near) {
            margins.iter_mut().skip(column).take(1).for_each(|margin| *margin += near - least);
        }
    }

    /// The cosine to the nearest place of a column, in the scale of the message. One without places is as far as it gets.
    fn nearest(&self, column: usize, message: &[i16]) -> f32 {
        let (Some(start), Some(end)) = (self.starts.get(column), self.starts.get(column + 1)) else { return 0.0 };
        let values = self.values.get(start * self.dims..end * self.dims).unwrap_or_default();
        let scales = self.scales.get(*start..*end).unwrap_or_default();
        let cosines = values.chunks_exact(self.dims.max(1)).zip(scales);
        cosines.map(|(place, scale)| scale * product(place, message) as f32).fold(0.0, f32::max)
    }
}

fn product(a: &[i16], b: &[i16]) -> i32 {
    a.iter().zip(b).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum()
}

/// The columns of the highest margins, the highest first.
fn highest<const COUNT: usize>(margins: &[f32]) -> [Option<usize>; COUNT] {
    let mut best = [(f32::NEG_INFINITY, None); COUNT];
    for (column, margin) in margins.iter().enumerate() {
        let below = best.iter().position(|place| *margin > place.0);
        if let Some(places) = below.and_then(|at| best.get_mut(at..)) {
            places.rotate_right(1);
            places.iter_mut().take(1).for_each(|place| *place = (*margin, Some(column)));
        }
    }
    best.map(|(_, column)| column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_come_first() {
        assert_eq!(highest::<3>(&[0.1, 0.7, -2.0, 0.7, 0.9]), [Some(4), Some(1), Some(3)]);
        assert_eq!(highest::<3>(&[0.5]), [Some(0), None, None]);
    }

    #[test]
    fn the_nearest_place_counts_and_others_stay_behind() {
        let one = Square { size: 2, values: vec![1.0, 0.0, 0.0, 1.0] };
        let places = [(0, [1.0, 0.0]), (0, [0.0, 1.0]), (1, [0.6, 0.8]), (3, [-1.0, 0.0])];
        let places: Vec<Place> = places.iter().map(|(label, at)| Place::of(*label, at)).collect();
        let near = Near::of(&places, 4, 2, 2.0);
        let mut margins = vec![0.0; 4];
        near.add(&Turned::of(&[0.0, 3.0], &one), &mut margins);
        for (margin, expected) in margins.iter().zip([2.0, 1.6, 0.0, 0.0]) {
            assert!((margin - expected).abs() < 0.02, "{margins:?}");
        }
        near.add(&Turned::of(&[], &one), &mut margins);
        assert!((margins[0] - 2.0).abs() < 0.02);
    }
}
