//! What learning begins with: weights from which only the rows can lead away.
//!
//! A message is told by the mean of each label's rows already, nearly as well as by weights that were learned, where
//! examples are few. So the weights are held close to those means instead of to zero. The penalty on how the rows of a
//! label scatter is on these weights too: at the optimum it turns the means as within-class covariance normalisation
//! would, so that they need not be turned here.

use super::solve::Task;
use super::weights::{Weights, stride};

/// A name counts so many times as much in the mean as in the loss: it is what the rows have in common.
const NAME: f32 = 2.0;

/// The mean of each label's rows, less the mean of all labels, times what the task says.
pub(super) fn prior(task: Task<'_>, rows: &[u32]) -> Weights {
    let mut weights = Weights::zero(task.matrix.keys().len(), task.matrix.dims(), task.labels);
    if task.means == 0.0 {
        return weights;
    }
    let counts_of = |row: u32| {
        let weight = task.weight_of.get(row as usize).copied().unwrap_or(1.0);
        if weight > 1.0 { NAME * weight } else { weight }
    };
    let mut counts = vec![0.0_f32; task.labels];
    for row in rows {
        counts.iter_mut().skip(task.label(*row)).take(1).for_each(|count| *count += counts_of(*row));
    }
    let average = 1.0 / task.labels as f32;
    let mut share = vec![0.0; stride(task.labels)];
    for row in rows {
        let label = task.label(*row);
        let own = task.means * counts_of(*row) / counts.get(label).copied().unwrap_or(1.0);
        for (at, share) in share.iter_mut().enumerate().take(task.labels) {
            *share = own * (f32::from(u8::from(at == label)) - average);
        }
        weights.add(task.matrix.row(*row as usize), &share);
    }
    weights.bias.fill(0.0);
    weights
}
