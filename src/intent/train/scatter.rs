//! Rows of one label should look alike: a penalty on how far their margins scatter around their mean.
//!
//! The weights are kept short in every direction alike, as always, and shorter still in those in which rows of the same
//! label differ, since what tells those apart tells no labels apart. In speaker recognition this is known as
//! within-class covariance normalisation (Hatch, Kajarekar and Stolcke 2006); there the rows are turned before learning,
//! here the same is a term of what is minimised, so that n-grams stay sparse. It is worth one point in a hundred where
//! examples are few.

use super::matrix::{Matrix, Row};
use super::weights::Weights;
use crate::intent::square::Square;
use crate::number::dot;

/// Beyond so many rows of a label the penalty is left out: the rows themselves say enough, and the cost is cubic.
const MOST_ROWS: usize = 40;

/// The rows of one label, and how they are held together.
#[derive(Clone)]
pub(super) struct Scatter {
    rows: Vec<u32>,
    /// The products of the rows with each other around their mean, and the inverse of one plus `pull` times those.
    products: Square,
    inverse: Square,
    pull: f32,
}

/// The scatter of each label that has two rows or more. `strength` says how much it counts beside the length of the
/// weights, if all directions were alike.
pub(super) fn scatters(matrix: &Matrix, rows: &[u32], label_of: &[u32], strength: f32) -> Vec<Scatter> {
    let mut by_label: Vec<(u32, u32)> =
        rows.iter().map(|row| (label_of.get(*row as usize).copied().unwrap_or(0), *row)).collect();
    by_label.sort_unstable();
    let groups = by_label.chunk_by(|a, b| a.0 == b.0).filter(|group| (2..=MOST_ROWS).contains(&group.len()));
    let mut all: Vec<(Vec<u32>, Square)> = groups
        .map(|group| {
            let rows: Vec<u32> = group.iter().map(|(_, row)| *row).collect();
            let products = centred(matrix, &rows);
            (rows, products)
        })
        .collect();
    let trace: f32 = all.iter().map(|(_, products)| products.trace()).sum();
    let pull = strength * rows.len() as f32 / trace.max(f32::MIN_POSITIVE);
    all.drain(..)
        .filter(|(_, products)| products.trace() > 0.0)
        .map(|(rows, products)| {
            let inverse = products.inverse(pull, 1.0);
            Scatter { rows, products, inverse, pull }
        })
        .collect()
}

impl Scatter {
    /// Finds the best multipliers of all its rows at once, with everything else held. `all` are those of every row of
    /// the matrix, a stride each.
    pub(super) fn step(&self, matrix: &Matrix, weights: &mut Weights, all: &mut [f32]) {
        let stride = weights.stride();
        let duals = self.gather(all, stride);
        let mut margins = vec![0.0; duals.len()];
        for (row, margins) in self.rows.iter().zip(margins.chunks_exact_mut(stride)) {
            weights.margins(matrix.row(*row as usize), margins);
        }
        centre(&mut margins, stride);
        // What the margins would be without the multipliers.
        let own = self.products.times(&duals, stride);
        margins.iter_mut().zip(&own).for_each(|(margin, own)| *margin -= own);
        let mut next = self.inverse.times(&margins, stride);
        next.iter_mut().for_each(|next| *next *= -self.pull);
        self.change(matrix, weights, &duals, &next, all);
    }

    /// Takes over what the multipliers of these rows were in another solution.
    pub(super) fn begin(&self, matrix: &Matrix, weights: &mut Weights, before: &[f32], all: &mut [f32]) {
        let duals = self.gather(before, weights.stride());
        self.change(matrix, weights, &vec![0.0; duals.len()], &duals, all);
    }

    fn gather(&self, all: &[f32], stride: usize) -> Vec<f32> {
        let own = |row: &u32| all.get(*row as usize * stride..(*row as usize + 1) * stride).unwrap_or_default();
        self.rows.iter().flat_map(own).copied().collect()
    }

    fn change(&self, matrix: &Matrix, weights: &mut Weights, from: &[f32], to: &[f32], all: &mut [f32]) {
        let stride = weights.stride();
        let mut change: Vec<f32> = to.iter().zip(from).map(|(to, from)| to - from).collect();
        centre(&mut change, stride);
        for ((row, change), to) in self.rows.iter().zip(change.chunks_exact(stride)).zip(to.chunks_exact(stride)) {
            weights.add(matrix.row(*row as usize), change);
            if let Some(own) = all.get_mut(*row as usize * stride..(*row as usize + 1) * stride) {
                own.copy_from_slice(to);
            }
        }
    }
}

/// Takes the mean row off each.
fn centre(rows: &mut [f32], stride: usize) {
    let count = (rows.len() / stride) as f32;
    let mut mean = vec![0.0; stride];
    for row in rows.chunks_exact(stride) {
        mean.iter_mut().zip(row).for_each(|(mean, value)| *mean += value / count);
    }
    for row in rows.chunks_exact_mut(stride) {
        row.iter_mut().zip(&mean).for_each(|(value, mean)| *value -= mean);
    }
}

/// The products of rows with each other, around their mean.
fn centred(matrix: &Matrix, rows: &[u32]) -> Square {
    let size = rows.len();
    let mut values = Vec::with_capacity(size * size);
    for a in rows {
        values.extend(rows.iter().map(|b| product(matrix.row(*a as usize), matrix.row(*b as usize))));
    }
    // Centred by columns, then, since the products are symmetric, by rows in the same way.
    centre(&mut values, size);
    let mut turned = transposed(&values, size);
    centre(&mut turned, size);
    Square { size, values: turned }
}

fn transposed(values: &[f32], size: usize) -> Vec<f32> {
    (0..size).flat_map(|column| values.iter().skip(column).step_by(size).copied()).collect()
}

fn product(a: Row<'_>, b: Row<'_>) -> f32 {
    let mut sum = dot(a.dense, b.dense);
    let mut others = b.columns.iter().zip(b.values).peekable();
    for (column, value) in a.columns.iter().zip(a.values) {
        while others.next_if(|(other, _)| *other < column).is_some() {}
        if let Some((_, other)) = others.next_if(|(other, _)| *other == column) {
            sum += value * other;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn centred_rows_have_no_mean() {
        let mut rows = vec![1.0, 2.0, 3.0, 6.0];
        centre(&mut rows, 2);
        assert_eq!(rows, [-1.0, -2.0, 1.0, 2.0]);
    }
}
