//! Training rows as numbers: sparse n-grams and a dense vector beside them.

use crate::intent::features::Feature;
use crate::number::dot;

/// Rows of features. A row is its n-grams, its vector and a constant 1, in one space.
#[derive(Debug, Default)]
pub(super) struct Matrix {
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f32>,
    /// The vectors at length 1, and with their weight.
    unit: Vec<f32>,
    dense: Vec<f32>,
    dims: usize,
    keys: Vec<u32>,
}

/// One row.
#[derive(Clone, Copy)]
pub(super) struct Row<'m> {
    pub(super) columns: &'m [u32],
    pub(super) values: &'m [f32],
    pub(super) dense: &'m [f32],
}

impl Row<'_> {
    /// The square of its length, the constant counted.
    pub(super) fn square(&self) -> f32 {
        dot(self.values, self.values) + dot(self.dense, self.dense) + 1.0
    }
}

impl Matrix {
    /// Takes in rows of n-grams; those that stand in fewer than `least` rows get no column. Vectors have
    /// `dims` numbers, or none for a message that says nothing.
    pub(super) fn new(rows: &[Vec<Feature>], vectors: &[Vec<f32>], dims: usize, least: usize) -> Self {
        let mut all: Vec<u32> = rows.iter().flatten().map(|feature| feature.key).collect();
        all.sort_unstable();
        let keys: Vec<u32> = all
            .chunk_by(|a, b| a == b)
            .filter(|same| same.len() >= least)
            .filter_map(|same| same.first().copied())
            .collect();
        let mut matrix = Self { starts: vec![0], dims, keys, ..Self::default() };
        for row in rows {
            for feature in row {
                if let Ok(column) = matrix.keys.binary_search(&feature.key) {
                    matrix.columns.push(column as u32);
                    matrix.values.push(feature.value);
                }
            }
            matrix.starts.push(matrix.columns.len());
        }
        for vector in vectors {
            matrix.unit.extend(vector.iter().copied().chain(std::iter::repeat(0.0)).take(dims));
        }
        matrix.dense.clone_from(&matrix.unit);
        matrix
    }

    /// Gives the vectors this weight beside the n-grams.
    pub(super) fn weigh(&mut self, weight: f32) {
        self.dense.iter_mut().zip(&self.unit).for_each(|(dense, unit)| *dense = unit * weight);
    }

    pub(super) fn row(&self, at: usize) -> Row<'_> {
        let start = self.starts.get(at).copied().unwrap_or(0);
        let end = self.starts.get(at + 1).copied().unwrap_or(start);
        Row {
            columns: self.columns.get(start..end).unwrap_or_default(),
            values: self.values.get(start..end).unwrap_or_default(),
            dense: self.dense.get(at * self.dims..(at + 1) * self.dims).unwrap_or_default(),
        }
    }

    /// A row's vector at length 1.
    pub(super) fn unit(&self, at: usize) -> &[f32] {
        self.unit.get(at * self.dims..(at + 1) * self.dims).unwrap_or_default()
    }

    /// The keys of the columns, sorted.
    pub(super) fn keys(&self) -> &[u32] {
        &self.keys
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    pub(super) fn dims(&self) -> usize {
        self.dims
    }
}
