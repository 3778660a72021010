//! From weights to a model: few enough n-grams, in 8 bits each.

use super::Trainer;
use super::calibrate::Calibration;
use super::means::Means;
use super::places::Places;
use super::prepare::Prepared;
use super::settings::Settings;
use super::weights::Weights;
use crate::intent::model::{Parts, quantised};

/// A weight's bytes besides those of its labels: the key and the scale.
const ROW: usize = 8;

pub(super) fn pack(
    trainer: &Trainer,
    prepared: &Prepared,
    settings: Settings,
    weights: &Weights,
    calibration: Calibration,
    places: Places<'_>,
    means: Means,
) -> Parts {
    let places = places.places(&prepared.all_rows());
    let (means, spread) = means.into_parts();
    let columns = prepared.columns();
    let dims = prepared.matrix.dims();
    let mut parts = Parts {
        labels: prepared.labels.clone(),
        out_of_scope: prepared.out_of_scope,
        encoder: trainer.encoder.as_ref().filter(|_| dims > 0).map(|encoder| encoder.id()),
        dims,
        vector_weight: settings.vectors,
        confidence: calibration.confidence,
        near: settings.near,
        close: trainer.close,
        scope: calibration.scope,
        bias: weights.bias.iter().take(columns).copied().collect(),
        dense: weights.dense.chunks_exact(weights.stride()).flat_map(|dim| dim.iter().take(columns).copied()).collect(),
        means,
        places,
        spread,
        ..Parts::default()
    };
    let room = trainer.most_bytes.saturating_sub(parts.bytes()) / (ROW + columns);
    for column in strongest(weights, prepared.matrix.keys().len(), room) {
        let Some(key) = prepared.matrix.keys().get(column) else { continue };
        let own: Vec<f32> = weights.column(column).iter().take(columns).copied().collect();
        let (scale, values) = quantised(&own);
        parts.keys.push(*key);
        parts.scales.push(scale);
        parts.weights.extend(values);
    }
    parts
}

/// So much of the squared length of all weights is kept: the rest is a third of the n-grams and changes nothing that can
/// be measured.
const KEPT: f32 = 0.98;

/// The columns with the longest weights, at most `room` of them, in their order.
fn strongest(weights: &Weights, columns: usize, room: usize) -> Vec<usize> {
    let length = |at: usize| weights.column(at).iter().map(|weight| weight * weight).sum::<f32>();
    let mut all: Vec<(f32, usize)> =
        (0..columns).map(|at| (length(at), at)).filter(|(length, _)| *length > 0.0).collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut left = KEPT * all.iter().map(|(length, _)| length).sum::<f32>();
    all.truncate(room);
    all.retain(|(length, _)| {
        let kept = left > 0.0;
        left -= length;
        kept
    });
    let mut kept: Vec<usize> = all.into_iter().map(|(_, at)| at).collect();
    kept.sort_unstable();
    kept
}
