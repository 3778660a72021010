//! Square matrices, just enough of them.

use crate::number::dot;

/// A square matrix, row by row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Square {
    pub(super) size: usize,
    pub(super) values: Vec<f32>,
}

impl Square {
    /// The sum of its diagonal.
    pub(super) fn trace(&self) -> f32 {
        self.values.iter().step_by(self.size + 1).sum()
    }

    /// Itself times rows of `stride` numbers.
    pub(super) fn times(&self, rows: &[f32], stride: usize) -> Vec<f32> {
        let mut out = vec![0.0; rows.len()];
        for (factors, out) in self.values.chunks_exact(self.size.max(1)).zip(out.chunks_exact_mut(stride.max(1))) {
            for (factor, row) in factors.iter().zip(rows.chunks_exact(stride.max(1))) {
                out.iter_mut().zip(row).for_each(|(out, value)| *out += factor * value);
            }
        }
        out
    }

    /// A vector times itself; the same as itself times the vector, for it is symmetric wherever this is asked.
    pub(super) fn turned(&self, vector: &[f32]) -> Vec<f32> {
        let mut out = vec![0.0; self.size];
        for (row, value) in self.values.chunks_exact(self.size.max(1)).zip(vector) {
            out.iter_mut().zip(row).for_each(|(out, own)| *out += value * own);
        }
        out
    }

    /// The square of a vector's length, as measured with this matrix.
    pub(super) fn length(&self, vector: &[f32]) -> f32 {
        let rows = self.values.chunks_exact(self.size.max(1));
        rows.zip(vector).map(|(row, value)| value * dot(row, vector)).sum()
    }

    /// The inverse of `times` × itself with `more` added to its diagonal, by Gauss and Jordan. For a matrix without
    /// eigenvalues below 0 and `more` above it, no pivot is small.
    pub(super) fn inverse(&self, times: f32, more: f32) -> Self {
        let size = self.size;
        let mut rows: Vec<Vec<f64>> = self
            .values
            .chunks_exact(size.max(1))
            .enumerate()
            .map(|(at, row)| {
                let mut row: Vec<f64> = row.iter().map(|value| f64::from(times * value)).collect();
                row.iter_mut().skip(at).take(1).for_each(|own| *own += f64::from(more));
                row.extend((0..size).map(|column| f64::from(u8::from(column == at))));
                row
            })
            .collect();
        for pivot in 0..size {
            let Some(mut own) = rows.get(pivot).cloned() else { break };
            let factor = 1.0 / own.get(pivot).copied().unwrap_or(1.0);
            own.iter_mut().for_each(|value| *value *= factor);
            for row in &mut rows {
                let times = row.get(pivot).copied().unwrap_or(0.0);
                row.iter_mut().zip(&own).for_each(|(value, own)| *value -= times * own);
            }
            if let Some(row) = rows.get_mut(pivot) {
                *row = own;
            }
        }
        let values = rows.into_iter().flat_map(|row| row.into_iter().skip(size).map(|value| value as f32));
        Self { size, values: values.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_undoes() {
        let square = Square { size: 3, values: vec![2.0, 0.5, 0.0, 0.5, 1.0, -0.3, 0.0, -0.3, 0.7] };
        let inverse = square.inverse(0.5, 1.0);
        let unit = |at: usize| f32::from(u8::from(at % 4 == 0));
        let whole: Vec<f32> = square.values.iter().enumerate().map(|(at, v)| 0.5 * v + unit(at)).collect();
        for (at, value) in inverse.times(&whole, 3).iter().enumerate() {
            assert!((value - unit(at)).abs() < 1e-5, "{value} at {at}");
        }
        assert!((square.length(&[1.0, 2.0, -1.0]) - 9.9).abs() < 1e-5);
        assert_eq!(Square::default().inverse(1.0, 1.0), Square::default());
    }
}
