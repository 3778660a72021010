//! What is learned: for each feature a weight a label.

use super::matrix::Row;

/// Weights are kept in lanes of this many labels, so that a processor takes several at once.
const LANES: usize = 8;

/// The weights of all labels, feature by feature. A feature's weights stand beside each other, filled up with zeros to
/// `stride`.
#[derive(Clone, Debug)]
pub(super) struct Weights {
    stride: usize,
    pub(super) sparse: Vec<f32>,
    pub(super) dense: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

impl Weights {
    pub(super) fn zero(columns: usize, dims: usize, labels: usize) -> Self {
        let stride = stride(labels);
        Self { stride, sparse: vec![0.0; columns * stride], dense: vec![0.0; dims * stride], bias: vec![0.0; stride] }
    }

    pub(super) fn stride(&self) -> usize {
        self.stride
    }

    /// The weights of a column.
    pub(super) fn column(&self, at: usize) -> &[f32] {
        self.sparse.get(at * self.stride..(at + 1) * self.stride).unwrap_or_default()
    }

    fn dim(&self, at: usize) -> &[f32] {
        self.dense.get(at * self.stride..(at + 1) * self.stride).unwrap_or_default()
    }

    /// The margins of a row, `stride` of them.
    pub(super) fn margins(&self, row: Row<'_>, margins: &mut [f32]) {
        margins.copy_from_slice(&self.bias);
        for (columns, values) in row.columns.chunks(4).zip(row.values.chunks(4)) {
            match (columns, values) {
                ([a, b, c, d], [x, y, z, w]) => {
                    let [a, b, c, d] = [a, b, c, d].map(|column| self.column(*column as usize));
                    add_four(margins, [a, b, c, d], [*x, *y, *z, *w]);
                }
                _ => columns.iter().zip(values).for_each(|(c, x)| add(margins, self.column(*c as usize), *x)),
            }
        }
        for (at, value) in row.dense.iter().enumerate() {
            add(margins, self.dim(at), *value);
        }
    }

    /// Adds `step`, a number a label, times the row.
    pub(super) fn add(&mut self, row: Row<'_>, step: &[f32]) {
        let stride = self.stride;
        let few: Vec<(usize, f32)> = step.iter().copied().enumerate().filter(|(_, step)| *step != 0.0).collect();
        if few.len() * 4 <= stride {
            return self.add_few(row, &few);
        }
        for (column, value) in row.columns.iter().zip(row.values) {
            let start = *column as usize * stride;
            add(self.sparse.get_mut(start..start + stride).unwrap_or_default(), step, *value);
        }
        for (weights, value) in self.dense.chunks_exact_mut(stride).zip(row.dense) {
            add(weights, step, *value);
        }
        add(&mut self.bias, step, 1.0);
    }

    /// The same where few labels move: to the others it would add zeros.
    fn add_few(&mut self, row: Row<'_>, few: &[(usize, f32)]) {
        let stride = self.stride;
        let add = |weights: &mut [f32], value: f32| {
            for (label, step) in few {
                if let Some(weight) = weights.get_mut(*label) {
                    *weight += step * value;
                }
            }
        };
        for (column, value) in row.columns.iter().zip(row.values) {
            let start = *column as usize * stride;
            add(self.sparse.get_mut(start..start + stride).unwrap_or_default(), *value);
        }
        self.dense.chunks_exact_mut(stride).zip(row.dense).for_each(|(weights, value)| add(weights, *value));
        add(&mut self.bias, 1.0);
    }
}

/// The room that so many labels take.
pub(super) fn stride(labels: usize) -> usize {
    labels.max(1).next_multiple_of(LANES)
}

fn add(to: &mut [f32], from: &[f32], times: f32) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += from * times);
}

/// Four at once: the sums are read and written a quarter as often.
fn add_four(to: &mut [f32], [a, b, c, d]: [&[f32]; 4], [x, y, z, w]: [f32; 4]) {
    for ((((to, a), b), c), d) in to.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *to += (a * x + b * y) + (c * z + d * w);
    }
}
