//! Where what was said for each intent lies: its rows, or, where it has many, the middles of what they cluster in.

use super::means::Means;
use super::prepare::Prepared;
use crate::intent::model::{Near, Place, Turned};
use crate::number::dot;

/// A place for so many rows of an intent, but at least, and at most, so many places.
const ROWS: usize = 4;
const LEAST: usize = 12;
const MOST: usize = 48;
/// Rounds of moving each place to the middle of the rows that are nearest to it (Lloyd 1982).
const ROUNDS: usize = 6;

/// The vectors of all rows, measured by how those of one intent scatter.
pub(super) struct Places<'p> {
    prepared: &'p Prepared,
    weight: f32,
    /// Each row at length 1, and the same turned; empty where places count for nothing.
    units: Vec<Vec<f32>>,
    turned: Vec<Turned>,
}

impl<'p> Places<'p> {
    /// Where `weight` is 0, there are no places.
    pub(super) fn of(prepared: &'p Prepared, means: &Means, weight: f32) -> Self {
        let rows = if weight > 0.0 && means.spread().size > 0 { prepared.matrix.rows() } else { 0 };
        let own = |row| {
            let vector = prepared.matrix.unit(row);
            let turned = Turned::of(vector, means.spread());
            let scale = 1.0 / turned.square.max(f32::MIN_POSITIVE).sqrt();
            (vector.iter().map(|value| value * scale).collect(), turned.unit())
        };
        let (units, turned) = (0..rows).map(own).unzip();
        Self { prepared, weight, units, turned }
    }

    /// The places of each label, in their order, by these rows.
    pub(super) fn places(&self, rows: &[u32]) -> Vec<Place> {
        let mut groups: Vec<Vec<usize>> = vec![Vec::new(); self.prepared.columns()];
        for row in rows.iter().map(|row| *row as usize).filter(|row| self.lies_somewhere(*row)) {
            let label = self.prepared.label_of.get(row).map_or(0, |label| *label as usize);
            groups.iter_mut().skip(label).take(1).for_each(|group| group.push(row));
        }
        let of = |(label, group): (usize, &Vec<usize>)| {
            self.middles(group).into_iter().map(move |middle| Place::of(label as u16, &middle)).collect::<Vec<_>>()
        };
        groups.iter().enumerate().flat_map(of).collect()
    }

    /// The same, ready to be looked at.
    pub(super) fn near(&self, rows: &[u32]) -> Near {
        Near::of(&self.places(rows), self.prepared.columns(), self.prepared.matrix.dims(), self.weight)
    }

    /// Adds to the margins of a row how near it is to places.
    pub(super) fn add(&self, near: &Near, row: usize, margins: &mut [f32]) {
        if let Some(turned) = self.turned.get(row).filter(|_| self.lies_somewhere(row)) {
            near.add(turned, margins);
        }
    }

    /// A row without a vector lies nowhere.
    fn lies_somewhere(&self, row: usize) -> bool {
        self.units.get(row).is_some_and(|unit| unit.iter().any(|value| *value != 0.0))
    }

    /// The middles of a label's rows, at length 1.
    fn middles(&self, rows: &[usize]) -> Vec<Vec<f32>> {
        let count = (rows.len() / ROWS).clamp(LEAST, MOST).min(rows.len());
        let unit = |row: &usize| self.units.get(*row).map(Vec::as_slice).unwrap_or_default();
        let first = |at: usize| rows.get(at * rows.len() / count).map(unit).unwrap_or_default().to_vec();
        let mut middles: Vec<Vec<f32>> = (0..count).map(first).collect();
        if count == rows.len() {
            return middles;
        }
        for _ in 0..ROUNDS {
            let mut sums: Vec<(Vec<f32>, Vec<f32>)> = vec![Default::default(); count];
            for row in rows {
                let Some(turned) = self.turned.get(*row) else { continue };
                let Some((sum, turned_sum)) = sums.get_mut(nearest(&middles, &turned.values)) else { continue };
                add(sum, unit(row));
                add(turned_sum, &turned.values);
            }
            for (middle, (sum, turned)) in middles.iter_mut().zip(sums).filter(|(_, (sum, _))| !sum.is_empty()) {
                let scale = 1.0 / dot(&sum, &turned).max(f32::MIN_POSITIVE).sqrt();
                *middle = sum.iter().map(|value| value * scale).collect();
            }
        }
        middles
    }
}

fn nearest(middles: &[Vec<f32>], turned: &[f32]) -> usize {
    let cosines = middles.iter().map(|middle| dot(middle, turned)).enumerate();
    cosines.fold((0, f32::NEG_INFINITY), |best, own| if own.1 > best.1 { own } else { best }).0
}

fn add(sum: &mut Vec<f32>, values: &[f32]) {
    sum.resize(values.len(), 0.0);
    sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
}
