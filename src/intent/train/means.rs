//! Where the vectors of each intent lie, and how they scatter: what a message is close to, or far from.

use super::folds::HeldOut;
use super::matrix::Matrix;
use super::prepare::Prepared;
use crate::intent::model::Place;
use crate::intent::square::Square;

/// How much of an even scatter is added to the one measured, so that directions with next to none don't rule.
const EVEN: f32 = 3.0;

/// The mean vector of each intent, and the inverse of the scatter around them that they share.
pub(super) struct Means {
    /// The sum and the count of each label; empty without vectors.
    sums: Vec<(Vec<f32>, f32)>,
    spread: Square,
}

impl Means {
    /// From all examples; names and descriptions are none.
    pub(super) fn of(prepared: &Prepared) -> Self {
        let dims = prepared.matrix.dims();
        let mut sums = vec![(vec![0.0_f32; dims], 0.0_f32); prepared.labels.len()];
        let rows = || prepared.label_of.iter().enumerate().take(prepared.real);
        for (row, label) in rows() {
            let Some((sum, count)) = sums.get_mut(*label as usize) else { continue };
            sum.iter_mut().zip(prepared.matrix.row(row).dense).for_each(|(sum, value)| *sum += value);
            *count += 1.0;
        }
        let mut scatter = Square { size: dims, values: vec![0.0; dims * dims] };
        let mut seen = 0.0_f32;
        for (row, label) in rows() {
            let Some((sum, count)) = sums.get(*label as usize) else { continue };
            let away: Vec<f32> = prepared
                .matrix
                .row(row)
                .dense
                .iter()
                .zip(sum)
                .map(|(value, sum)| value - sum / count.max(1.0))
                .collect();
            for (out, a) in scatter.values.chunks_exact_mut(dims.max(1)).zip(&away) {
                out.iter_mut().zip(&away).for_each(|(out, b)| *out += a * b);
            }
            seen += 1.0;
        }
        let even = scatter.trace() / (seen.max(1.0) * dims.max(1) as f32);
        if dims == 0 || even <= 0.0 {
            return Self { sums: Vec::new(), spread: Square::default() };
        }
        // In units of the even scatter, so that distances are of one size for any vectors.
        let spread = scatter.inverse(1.0 / (seen * even), EVEN);
        let values = spread.values.iter().map(|value| value / even).collect();
        Self { sums, spread: Square { values, ..spread } }
    }

    /// The square of the distance of a held-out row to the mean of a label, the row itself left out of it.
    pub(super) fn distance(&self, matrix: &Matrix, label: usize, row: &HeldOut) -> Option<f32> {
        let (sum, count) = self.sums.get(label)?;
        let vector = matrix.row(row.row).dense;
        let own = f32::from(u8::from(row.label == label));
        let count = count - own;
        let away: Vec<f32> =
            vector.iter().zip(sum).map(|(value, sum)| value - (sum - own * value) / count.max(1.0)).collect();
        Some(self.spread.length(&away))
    }

    pub(super) fn spread(&self) -> &Square {
        &self.spread
    }

    pub(super) fn into_parts(self) -> (Vec<Place>, Square) {
        let means = self.sums.iter().enumerate().filter(|(_, (_, count))| *count > 0.0);
        let mean = |(label, (sum, count)): (usize, &(Vec<f32>, f32))| {
            let mean: Vec<f32> = sum.iter().map(|sum| sum / count).collect();
            Place::of(label as u16, &mean)
        };
        (means.map(mean).collect(), self.spread)
    }
}
