//! Confidence that means something, and the line between in scope and out of it, from rows that were held out.

use super::folds::HeldOut;
use super::means::Means;
use super::prepare::Prepared;
use crate::intent::model::{Confidence, EVIDENCE, SIGNS, Scope, evidence, with_distance};
use crate::intent::square::Square;
use crate::number::{dot, exp, ln, logistic};

/// What each kind of evidence counts, once all vary alike: chosen on held-out intents of BANKING77 and on CLINC150.
const COUNTS: [f32; EVIDENCE] = [1.0, 0.5, 1.0, 1.0];
/// The same where rows out of scope were trained: what is known of them takes the place of the best margin.
const COUNTS_TRAINED: [f32; EVIDENCE] = [0.0, 0.5, 1.0, 1.5];

/// What was found.
pub(super) struct Calibration {
    pub(super) confidence: Confidence,
    pub(super) scope: Scope,
}

pub(super) fn calibrate(prepared: &Prepared, means: &Means, held_out: &[HeldOut], false_rejects: f32) -> Calibration {
    let labels = prepared.labels.len();
    let own: Vec<&HeldOut> = held_out.iter().filter(|row| row.label < labels).collect();
    let all: Vec<[f32; EVIDENCE]> = own.iter().map(|row| evidence_of(prepared, means, row)).collect();
    let weights = weights(&all, if prepared.out_of_scope { COUNTS_TRAINED } else { COUNTS });
    let mut scope = Scope { weights, threshold: f32::MIN };
    let mut scores: Vec<f32> = all.iter().map(|evidence| scope.score(*evidence)).collect();
    scores.sort_by(f32::total_cmp);
    if let Some(threshold) = scores.get((scores.len() as f32 * false_rejects) as usize) {
        scope.threshold = *threshold;
    }
    Calibration { confidence: confidence(&own, labels), scope }
}

fn evidence_of(prepared: &Prepared, means: &Means, row: &HeldOut) -> [f32; EVIDENCE] {
    let (own, other) = row.margins.split_at(prepared.labels.len().min(row.margins.len()));
    let (label, evidence) = evidence(own, other.first().copied());
    match means.distance(&prepared.matrix, label, row) {
        Some(distance) => with_distance(evidence, distance),
        None => evidence,
    }
}

/// Each kind's weight: what it counts, over how much it varies.
fn weights(all: &[[f32; EVIDENCE]], counts: [f32; EVIDENCE]) -> [f32; EVIDENCE] {
    let mut weights = counts;
    for (at, weight) in weights.iter_mut().enumerate() {
        let of = |evidence: &[f32; EVIDENCE]| f64::from(evidence.get(at).copied().unwrap_or(0.0));
        let count = all.len().max(1) as f64;
        let mean = all.iter().map(of).sum::<f64>() / count;
        let square = all.iter().map(|evidence| (of(evidence) - mean) * (of(evidence) - mean)).sum::<f64>() / count;
        *weight = if square > 1e-12 { *weight / square.sqrt() as f32 } else { 0.0 };
    }
    weights
}

/// How strongly the weights of the signs are held to those of the soft maximum alone, beside one row.
const HOLD: f32 = 1.0;
/// Steps of Newton's method: it has converged long before.
const STEPS: usize = 12;

/// What speaks for a row's best label, and whether it is right: 1 or 0.
type Sign = ([f32; SIGNS], f32);
/// The soft maximum alone.
const SOFT: [f32; SIGNS] = [1.0, 0.0, 0.0, 0.0];

/// The slope first, then the weights of the signs, by logistic regression of whether the best is right.
fn confidence(rows: &[&HeldOut], labels: usize) -> Confidence {
    let slope = slope(rows, labels);
    let signs = |row: &&HeldOut| Confidence::signs(slope, row.margins.get(..labels).unwrap_or_default()).0;
    let all: Vec<Sign> = rows.iter().map(|row| (signs(row), f32::from(u8::from(row.best_of(labels))))).collect();
    let squares = all.iter().fold([0.0_f32; SIGNS], |sums, (signs, _)| {
        std::array::from_fn(|at| at_of(&sums, at) + at_of(signs, at) * at_of(signs, at) / rows.len() as f32)
    });
    let hold = squares.map(|square| HOLD * square);
    let mut weights = SOFT;
    for _ in 0..STEPS {
        let step = newton(&all, &hold, &weights);
        weights.iter_mut().zip(step).for_each(|(weight, step)| *weight += step);
    }
    Confidence { slope, weights }
}

/// A step of Newton's method towards the weights with the least log loss.
fn newton(all: &[Sign], hold: &[f32; SIGNS], weights: &[f32; SIGNS]) -> Vec<f32> {
    let mut gradient: [f32; SIGNS] =
        std::array::from_fn(|at| at_of(hold, at) * (at_of(&SOFT, at) - at_of(weights, at)));
    let mut curve = Square { size: SIGNS, values: vec![0.0; SIGNS * SIGNS] };
    curve.values.iter_mut().step_by(SIGNS + 1).zip(hold).for_each(|(own, hold)| *own = *hold);
    for (signs, right) in all {
        let p = logistic(dot(signs, weights));
        let rows = curve.values.chunks_exact_mut(SIGNS).zip(&mut gradient);
        for ((row, gradient), sign) in rows.zip(signs) {
            *gradient += (right - p) * sign;
            row.iter_mut().zip(signs).for_each(|(own, other)| *own += p * (1.0 - p) * sign * other);
        }
    }
    curve.inverse(1.0, 1e-3).turned(&gradient)
}

fn at_of(numbers: &[f32; SIGNS], at: usize) -> f32 {
    numbers.get(at).copied().unwrap_or(0.0)
}

/// So many of a row's highest margins decide its loss; the others have no say.
const HIGHEST: usize = 16;
/// Between these the slope is looked for.
const SLOPES: (f64, f64) = (0.05, 50.0);
/// A slope as it is found on sets with many rows. A few rows that are all told apart would have it without end, and then
/// no correction could hold against it; so it is held to this one as strongly as one row would.
const USUAL_SLOPE: f64 = 4.0;

/// The slope with the least log loss, by golden section over its logarithm.
fn slope(rows: &[&HeldOut], labels: usize) -> f32 {
    let leads: Vec<Vec<f64>> = rows.iter().map(|row| leads(row, labels)).collect();
    let loss = |slope: f64| -> f64 {
        let off = ln(slope / USUAL_SLOPE);
        let losses = leads.iter().map(|leads| ln(1.0 + leads.iter().map(|lead| exp(slope * lead)).sum::<f64>()));
        off * off / 2.0 + losses.sum::<f64>()
    };
    let (mut low, mut high) = (ln(SLOPES.0), ln(SLOPES.1));
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
