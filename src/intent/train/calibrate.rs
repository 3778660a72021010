//! Confidence that means something, and the line between in scope and out of it, from rows that were held out.

use super::folds::HeldOut;
use super::prepare::Prepared;
use crate::intent::model::{Scope, evidence};
use crate::number::{exp, ln};

/// What was found.
pub(super) struct Calibration {
    /// The factor of the margins whose soft maximum is the confidence.
    pub(super) slope: f32,
    pub(super) scope: Scope,
}

pub(super) fn calibrate(prepared: &Prepared, held_out: &[HeldOut], false_rejects: f32) -> Calibration {
    let labels = prepared.labels.len();
    let own: Vec<&HeldOut> = held_out.iter().filter(|row| row.label < labels).collect();
    let slope = slope(&own, labels);
    let weights = [1.0, 0.0, 0.0];
    let weights = if prepared.out_of_scope { [0.0, 1.0, 0.0] } else { weights };
    let scope = Scope { weights, threshold: 0.0 };
    let mut scores: Vec<f32> = own
        .iter()
        .map(|row| {
            let (own, other) = row.margins.split_at(labels);
            scope.score(evidence(own, other.first().copied(), &[], &[]))
        })
        .collect();
    scores.sort_by(f32::total_cmp);
    let threshold = scores.get((scores.len() as f32 * false_rejects) as usize).copied().unwrap_or(f32::MIN);
    Calibration { slope, scope: Scope { threshold, ..scope } }
}

/// So many of a row's highest margins decide its loss; the others have no say.
const HIGHEST: usize = 16;

/// The slope with the least log loss, by golden section over its logarithm.
fn slope(rows: &[&HeldOut], labels: usize) -> f32 {
    let leads: Vec<Vec<f64>> = rows.iter().map(|row| leads(row, labels)).collect();
    let loss = |slope: f64| -> f64 {
        leads.iter().map(|leads| ln(1.0 + leads.iter().map(|lead| exp(slope * lead)).sum::<f64>())).sum()
    };
    let (mut low, mut high) = (ln(0.05), ln(50.0));
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    for _ in 0..24 {
        let (left, right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
        if loss(exp(left)) < loss(exp(right)) { high = right } else { low = left }
    }
    exp((low + high) / 2.0) as f32
}

/// How far the highest margins are above that of the row's own label.
fn leads(row: &HeldOut, labels: usize) -> Vec<f64> {
    let own = row.margins.get(row.label).copied().unwrap_or(0.0);
    let others = row.margins.iter().take(labels).enumerate().filter(|(at, _)| *at != row.label);
    let mut leads: Vec<f64> = others.map(|(_, margin)| f64::from(margin - own)).collect();
    leads.sort_unstable_by(|a, b| b.total_cmp(a));
    leads.truncate(HIGHEST);
    leads
}
