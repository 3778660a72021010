//! Linear heads: choosing features, training, calibrating, measuring.
//!
//! One against the rest with a squared hinge, by dual coordinate descent (Hsieh et al., "A dual coordinate descent
//! method for large-scale linear SVM", 2008): no learning rate, a fixed order, the same bytes each time.

#![allow(
    clippy::indexing_slicing,
    reason = "rows and labels are counted here, and a trainer that stops harms no customer"
)]

use crate::threads;
use handover::heads::{Label, Ngram, ngrams, share, write};
use handover::text::Text;
use std::collections::BTreeMap;

/// The penalty's inverse, rounds of descent, and folds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) cost: f64,
    pub(crate) rounds: usize,
    pub(crate) folds: usize,
}

/// A text as the trainer sees it.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// What belongs together stays in one fold.
    pub(crate) group: String,
    /// Calibration, thresholds and figures leave it out.
    pub(crate) set_aside: bool,
    pub(crate) labels: Vec<bool>,
    /// Whether anybody said what holds: a row without labels of a model trains none of them.
    pub(crate) labelled: bool,
    /// Selected n-grams, by row of the model, with their weight.
    pub(crate) ngrams: Vec<(u32, f32)>,
    pub(crate) numbers: Vec<f32>,
}

/// Texts as rows, over the n-grams that go most with or against a label.
pub(crate) struct Features {
    keys: BTreeMap<u32, u32>,
}

/// In how many texts an n-gram has to stand.
const SEEN: u32 = 3;

impl Features {
    /// Chooses `most` n-grams by how far their count beside a label is from chance. `labels` tells of each text which
    /// labels hold.
    pub(crate) fn select<'t>(texts: impl Iterator<Item = (&'t str, Vec<usize>)>, count: usize, most: usize) -> Self {
        Self::among(texts.map(|(text, labels)| (ngrams(&Text::new(text)).to_vec(), labels)), count, most)
    }

    /// The same, where a trainer has n-grams of its own beside those of the text.
    pub(crate) fn among(texts: impl Iterator<Item = (Vec<Ngram>, Vec<usize>)>, count: usize, most: usize) -> Self {
        let mut counts: BTreeMap<u32, (u32, Vec<u32>)> = BTreeMap::new();
        let (mut totals, mut all) = (vec![0_u32; count], 0_u32);
        for (found, labels) in texts {
            all += 1;
            labels.iter().for_each(|at| totals[*at] += 1);
            let mut keys: Vec<u32> = found.iter().map(|n| n.key).collect();
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                let (seen, with) = counts.entry(key).or_insert_with(|| (0, vec![0; count]));
                *seen += 1;
                labels.iter().for_each(|at| with[*at] += 1);
            }
        }
        let score = |seen: u32, with: &[u32]| {
            let pairs = with.iter().zip(&totals);
            pairs.map(|(with, total)| association(seen, *with, *total, all)).fold(0.0, f64::max)
        };
        let mut ranked: Vec<(f64, u32)> = counts
            .iter()
            .filter(|(_, (seen, _))| *seen >= SEEN)
            .map(|(key, (seen, with))| (score(*seen, with), *key))
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        ranked.truncate(most);
        let mut keys: Vec<u32> = ranked.into_iter().map(|(_, key)| key).collect();
        keys.sort_unstable();
        Self { keys: keys.into_iter().zip(0..).collect() }
    }

    pub(crate) fn none() -> Self {
        Self { keys: BTreeMap::new() }
    }

    /// The fingerprints of the n-grams, with their rows.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (u32, u32)> {
        self.keys.iter().map(|(key, at)| (*key, *at))
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The selected n-grams of a text with their weights.
    pub(crate) fn of(&self, text: &Text<'_>) -> Vec<(u32, f32)> {
        self.weigh(ngrams(text))
    }

    /// Those among these n-grams that were selected, with their weights.
    pub(crate) fn weigh(&self, found: &[Ngram]) -> Vec<(u32, f32)> {
        let part = share(found.len());
        let mut sums: BTreeMap<u32, f32> = BTreeMap::new();
        for row in found.iter().filter_map(|ngram| self.keys.get(&ngram.key)) {
            *sums.entry(*row).or_default() += part;
        }
        sums.into_iter().collect()
    }
}

/// How far the count of an n-gram beside a label is from chance, in standard deviations.
fn association(seen: u32, with: u32, total: u32, all: u32) -> f64 {
    let (seen, with, total, all) = (f64::from(seen), f64::from(with), f64::from(total), f64::from(all));
    let expected = seen * total / all;
    let spread = expected * (1.0 - total / all) * (1.0 - seen / all);
    (with - expected).abs() / (spread + 1e-9).sqrt()
}

/// A number that spreads groups evenly.
pub(crate) fn spread(group: &str) -> usize {
    group.bytes().fold(7_usize, |sum, byte| sum * 31 % 65_521 + byte as usize)
}

/// Trained weights of one label, with what says how sure they are.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    weights: Vec<f64>,
    offset: f64,
    slope: f64,
    /// The calibrated score of each row by weights that did not train on its group.
    pub(crate) scores: Vec<f64>,
}

impl Head {
    /// A head for each label; on as many threads as there are cores, since labels know nothing of each other.
    pub(crate) fn train_all(rows: &[Row], labels: usize, kept: usize, settings: Settings) -> Vec<Self> {
        threads::each(labels, |at| Self::train(rows, at, kept, settings))
    }

    fn train(rows: &[Row], label: usize, kept: usize, settings: Settings) -> Self {
        let dense = rows.first().map_or(0, |row| row.numbers.len());
        let shape = Shape { label, kept, dense };
        let margins = out_of_fold(rows, shape, settings);
        let (offset, slope) = calibrate(rows, label, &margins);
        let own: Vec<&Row> = rows.iter().filter(|row| row.labelled).collect();
        let weights = descend(&own, shape, settings);
        let scores = margins.iter().map(|m| logistic(slope * (m + offset))).collect();
        Self { weights, offset, slope, scores }
    }
}

/// The bytes of a model.
pub(crate) fn bytes(names: &[String], heads: &[Head], thresholds: &[f64], features: &Features) -> Vec<u8> {
    let kept = features.len();
    let dense = heads.first().map_or(0, |head| head.weights.len() - kept - 1);
    let labels: Vec<Label> = (names.iter().zip(heads).zip(thresholds))
        .map(|((name, head), threshold)| Label {
            name: name.as_str().into(),
            bias: (head.weights[kept + dense] + head.offset) as f32,
            slope: head.slope as f32,
            threshold: *threshold as f32,
        })
        .collect();
    let numbers: Vec<f32> =
        heads.iter().flat_map(|head| head.weights[kept..kept + dense].iter().map(|w| *w as f32)).collect();
    let row = |at: u32| heads.iter().map(|head| head.weights[at as usize] as f32).collect();
    let ngrams: Vec<(u32, Vec<f32>)> = features.keys().map(|(key, at)| (key, row(at))).collect();
    write(&labels, dense, &numbers, &ngrams)
}

#[derive(Clone, Copy)]
struct Shape {
    label: usize,
    kept: usize,
    dense: usize,
}

/// The margin of each row by weights that did not train on its group.
fn out_of_fold(rows: &[Row], shape: Shape, settings: Settings) -> Vec<f64> {
    let fold = |row: &Row| spread(&row.group) / 2 % settings.folds;
    let mut margins = vec![0.0; rows.len()];
    for held in 0..settings.folds {
        let others: Vec<&Row> = rows.iter().filter(|row| row.labelled && fold(row) != held).collect();
        let weights = descend(&others, shape, settings);
        for (margin, row) in margins.iter_mut().zip(rows).filter(|(_, row)| fold(row) == held) {
            *margin = dot(&weights, row, shape.kept);
        }
    }
    margins
}

fn dot(weights: &[f64], row: &Row, kept: usize) -> f64 {
    let ngrams: f64 = row.ngrams.iter().map(|(at, x)| weights[*at as usize] * f64::from(*x)).sum();
    let numbers: f64 = row.numbers.iter().enumerate().map(|(at, x)| weights[kept + at] * f64::from(*x)).sum();
    ngrams + numbers + weights[weights.len() - 1]
}

/// Weights for the n-grams, the numbers and the bias of one label.
fn descend(rows: &[&Row], shape: Shape, settings: Settings) -> Vec<f64> {
    let Shape { label, kept, dense } = shape;
    let mut weights = vec![0.0; kept + dense + 1];
    let mut duals = vec![0.0_f64; rows.len()];
    let square = |x: &f32| f64::from(*x) * f64::from(*x);
    let diagonal = 0.5 / settings.cost;
    let length = |row: &&Row| {
        row.ngrams.iter().map(|(_, x)| square(x)).sum::<f64>() + row.numbers.iter().map(square).sum::<f64>()
    };
    let norms: Vec<f64> = rows.iter().map(|row| 1.0 + diagonal + length(row)).collect();
    // A fixed walk that visits every row once a round: steps of a length that shares no factor with their number.
    let stride = (1..).map(|n| rows.len() * 3 / 5 + n).find(|s| gcd(*s, rows.len()) == 1).unwrap_or(1);
    for _ in 0..settings.rounds {
        let mut at = 0;
        for _ in 0..rows.len() {
            at = (at + stride) % rows.len();
            let row = rows[at];
            let sign = if row.labels[label] { 1.0 } else { -1.0 };
            let gradient = sign * dot(&weights, row, kept) - 1.0 + diagonal * duals[at];
            let next = (duals[at] - gradient / norms[at]).max(0.0);
            let step = (next - duals[at]) * sign;
            if step != 0.0 {
                duals[at] = next;
                row.ngrams.iter().for_each(|(at, x)| weights[*at as usize] += step * f64::from(*x));
                row.numbers.iter().enumerate().for_each(|(at, x)| weights[kept + at] += step * f64::from(*x));
                weights[kept + dense] += step;
            }
        }
    }
    weights
}

const fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The rows that calibration, thresholds and figures look at.
fn counted<'r>(rows: &'r [Row], scores: &'r [f64]) -> impl Iterator<Item = (&'r Row, f64)> {
    rows.iter().zip(scores.iter().copied()).filter(|(row, _)| row.labelled && !row.set_aside)
}

/// Offset and slope that make the logistic of out-of-fold margins most likely (Platt, 1999), by Newton's method.
pub(crate) fn calibrate(rows: &[Row], label: usize, margins: &[f64]) -> (f64, f64) {
    let (mut slope, mut intercept) = (1.0_f64, 0.0_f64);
    for _ in 0..50 {
        let (mut g, mut h) = ([0.0; 2], [[1e-6, 0.0], [0.0, 1e-6]]);
        for (row, margin) in counted(rows, margins) {
            let p = logistic(slope * margin + intercept);
            let (error, weight) = (p - f64::from(u8::from(row.labels[label])), p * (1.0 - p));
            g = [g[0] + error * margin, g[1] + error];
            h[0][0] += weight * margin * margin;
            h[0][1] += weight * margin;
            h[1][1] += weight;
        }
        let det = h[0][0] * h[1][1] - h[0][1] * h[0][1];
        slope -= (h[1][1] * g[0] - h[0][1] * g[1]) / det;
        intercept -= (h[0][0] * g[1] - h[0][1] * g[0]) / det;
    }
    (intercept / slope, slope)
}

/// e to a power by its series and ten squarings: the platform's differs in its last bits, and so would what is trained.
pub(crate) fn logistic(x: f64) -> f64 {
    let x = -x.clamp(-60.0, 60.0) / 1024.0;
    let series = 1.0 + x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0))));
    1.0 / (1.0 + (0..10).fold(series, |power, _| power * power))
}

/// The threshold with the best F-measure, in which recall weighs `beta` times as much as precision.
pub(crate) fn best_threshold(rows: &[Row], label: usize, scores: &[f64], beta: f64) -> f64 {
    let f = |at: f64| {
        let (precision, recall) = quality(rows, label, scores, at);
        (1.0 + beta * beta) * precision * recall / (beta * beta * precision + recall).max(1e-9)
    };
    let steps = (5..=90).map(|step| f64::from(step) / 100.0);
    steps.fold((0.5, -1.0), |best, at| if f(at) > best.1 { (at, f(at)) } else { best }).0
}

/// Precision and recall of a label at a threshold.
pub(crate) fn quality(rows: &[Row], label: usize, scores: &[f64], at: f64) -> (f64, f64) {
    let total = counted(rows, scores).filter(|(row, _)| row.labels[label]).count() as f64;
    let all = counted(rows, scores).filter(|(_, score)| *score >= at).count() as f64;
    let right = counted(rows, scores).filter(|(row, score)| *score >= at && row.labels[label]).count() as f64;
    (right / all.max(1.0), right / total.max(1.0))
}
