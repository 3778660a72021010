//! Two shared layers over n-grams and numbers: training and calibrating.
//!
//! By Adam with decoupled decay (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019) on batches of a
//! few hundred rows, with dropout (Srivastava et al., 2014) of n-grams and of places of the first layer. Chance comes from
//! a fixed seed and sums run in a fixed order, so the bytes are the same each time.

#![allow(
    clippy::indexing_slicing,
    reason = "rows and labels are counted here, and a trainer that stops harms no customer"
)]

use crate::linear::{Features, Row, calibrate, logistic, spread};
use crate::threads;
use handover::heads::{Label, LayerWeights, write_layered};

/// Places of the first layer and of the second; chosen on development rows, as is what follows.
const WIDTH: usize = 32;
const HIDDEN: usize = 64;
const ROUNDS: usize = 16;
const FOLDS: usize = 4;
const BATCH: usize = 256;
const RATE: f32 = 0.003;
const DECAY: f32 = 0.02;
/// Of a row's n-grams, and of the first layer's places, this share is left out at each look.
const NGRAMS_OUT: f32 = 0.3;
const PLACES_OUT: f32 = 0.2;
/// What an n-gram counts beside a number.
const NGRAM: f32 = 3.0;

/// A trained network with the calibration of each label.
pub(crate) struct Trained {
    network: Network,
    pub(crate) labels: Vec<Calibrated>,
}

/// How sure a label's margins are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calibrated {
    offset: f64,
    slope: f64,
    /// The score of each row by a network that did not train on its group.
    pub(crate) scores: Vec<f64>,
}

impl Trained {
    /// A network on all rows, and one for each fold's rows left out.
    pub(crate) fn of(rows: &[Row], labels: usize, kept: usize) -> Self {
        let fold = |row: &Row| spread(&row.group) / 2 % FOLDS;
        let network = |held: usize| {
            let others: Vec<&Row> = rows.iter().filter(|row| row.labelled && fold(row) != held).collect();
            Network::trained(&others, labels, kept)
        };
        let mut networks = threads::each(FOLDS + 1, network);
        let margins: Vec<Vec<f64>> = rows.iter().map(|row| networks[fold(row)].margins(row)).collect();
        let calibrated = |label: usize| {
            let margins: Vec<f64> = margins.iter().map(|margins| margins[label]).collect();
            let (offset, slope) = calibrate(rows, label, &margins);
            let scores = margins.iter().map(|margin| logistic(slope * (margin + offset))).collect();
            Calibrated { offset, slope, scores }
        };
        let labels = (0..labels).map(calibrated).collect();
        Self { network: networks.swap_remove(FOLDS), labels }
    }

    /// The bytes of a model.
    pub(crate) fn bytes(&self, names: &[String], thresholds: &[f64], features: &Features) -> Vec<u8> {
        let label = |(at, ((name, calibrated), threshold)): (usize, ((&String, &Calibrated), &f64))| Label {
            name: name.as_str().into(),
            bias: self.network.bias.values[at] + calibrated.offset as f32,
            slope: calibrated.slope as f32,
            threshold: *threshold as f32,
        };
        let labels: Vec<Label> = names.iter().zip(&self.labels).zip(thresholds).enumerate().map(label).collect();
        let past: Vec<f32> = turned(&self.network.past.values, labels.len()).concat();
        let row = |at: u32| self.network.ngrams(at).iter().map(|weight| NGRAM * weight).collect();
        let ngrams: Vec<(u32, Vec<f32>)> = features.keys().map(|(key, at)| (key, row(at))).collect();
        write_layered(&labels, past.len() / labels.len(), &past, &self.network.layers(labels.len()), &ngrams)
    }
}

/// Rows of a table with so many columns, as columns.
fn turned(values: &[f32], columns: usize) -> Vec<Vec<f32>> {
    (0..columns).map(|column| values.iter().skip(column).step_by(columns).copied().collect()).collect()
}

/// Weights that are learned, with what Adam remembers of each. Tables have a row for each place that they read.
struct Weights {
    values: Vec<f32>,
    slopes: Vec<f32>,
    mean: Vec<f32>,
    square: Vec<f32>,
}

impl Weights {
    fn new(count: usize, mut value: impl FnMut() -> f32) -> Self {
        let zeros = vec![0.0; count];
        Self {
            values: (0..count).map(|_| value()).collect(),
            slopes: zeros.clone(),
            mean: zeros.clone(),
            square: zeros,
        }
    }

    fn row(&self, at: usize, columns: usize) -> &[f32] {
        &self.values[at * columns..(at + 1) * columns]
    }

    /// Adds to the slopes of a row.
    fn learn(&mut self, at: usize, slopes: &[f32], times: f32) {
        let row = &mut self.slopes[at * slopes.len()..(at + 1) * slopes.len()];
        row.iter_mut().zip(slopes).for_each(|(sum, slope)| *sum += times * slope);
    }

    fn step(&mut self, rate: f32, forgotten: Forgotten) {
        let remembered = self.mean.iter_mut().zip(&mut self.square);
        for ((value, slope), (mean, square)) in self.values.iter_mut().zip(&mut self.slopes).zip(remembered) {
            *mean = MEAN * *mean + (1.0 - MEAN) * *slope;
            *square = SQUARE * *square + (1.0 - SQUARE) * *slope * *slope;
            let towards = (*mean / (1.0 - forgotten.mean)) / ((*square / (1.0 - forgotten.square)).sqrt() + 1e-8);
            *value -= rate * (towards + DECAY * *value);
            *slope = 0.0;
        }
    }
}

const MEAN: f32 = 0.9;
const SQUARE: f32 = 0.999;

/// How much of the zeros that Adam began with is still in its means.
#[derive(Clone, Copy)]
struct Forgotten {
    mean: f32,
    square: f32,
}

struct Network {
    labels: usize,
    ngrams: Weights,
    first_bias: Weights,
    first: Weights,
    second_bias: Weights,
    second: Weights,
    bias: Weights,
    last: Weights,
    /// From the numbers past the layers to the labels.
    past: Weights,
}

/// What a row gives in each layer.
struct Pass {
    first: [f32; WIDTH],
    second: [f32; HIDDEN],
    last: Vec<f32>,
}

impl Network {
    fn new(labels: usize, kept: usize, numbers: usize, chance: &mut Chance) -> Self {
        let mut table = |count: usize, spread: f32| Weights::new(count, || chance.about_zero() * spread);
        let zeros = |count: usize| Weights::new(count, || 0.0);
        Self {
            labels,
            ngrams: table(kept * WIDTH, 0.05),
            first_bias: zeros(WIDTH),
            first: table(numbers * WIDTH, 0.1),
            second_bias: zeros(HIDDEN),
            second: table(WIDTH * HIDDEN, 1.0 / (WIDTH as f32).sqrt()),
            bias: Weights::new(labels, || -2.0),
            last: table(HIDDEN * labels, 1.0 / (HIDDEN as f32).sqrt()),
            past: zeros(numbers * labels),
        }
    }

    fn trained(rows: &[&Row], labels: usize, kept: usize) -> Self {
        let mut chance = Chance(20_261_123);
        let numbers = rows.first().map_or(0, |row| row.numbers.len());
        let mut network = Self::new(labels, kept, numbers, &mut chance);
        let mut order: Vec<usize> = (0..rows.len()).collect();
        let batches = rows.len() / BATCH;
        let mut forgotten = Forgotten { mean: 1.0, square: 1.0 };
        for round in 0..ROUNDS {
            chance.shuffle(&mut order);
            for (at, batch) in order.chunks_exact(BATCH).enumerate() {
                batch.iter().for_each(|row| network.learn(rows[*row], &mut chance));
                forgotten = Forgotten { mean: forgotten.mean * MEAN, square: forgotten.square * SQUARE };
                network.step(rate((round * batches + at) as f32 / (ROUNDS * batches) as f32), forgotten);
            }
        }
        network
    }

    fn ngrams(&self, at: u32) -> &[f32] {
        self.ngrams.row(at as usize, WIDTH)
    }

    /// The margin of each label.
    fn margins(&self, row: &Row) -> Vec<f64> {
        self.pass(&row.ngrams, &row.numbers, &[1.0; WIDTH]).last.into_iter().map(f64::from).collect()
    }

    /// `left` is what is left of each place of the first layer.
    fn pass(&self, ngrams: &[(u32, f32)], numbers: &[f32], left: &[f32; WIDTH]) -> Pass {
        let mut first = [0.0; WIDTH];
        add(&mut first, &self.first_bias.values, 1.0);
        ngrams.iter().for_each(|(at, part)| add(&mut first, self.ngrams(*at), NGRAM * part));
        let said = || numbers.iter().copied().enumerate().filter(|(_, number)| *number != 0.0);
        said().for_each(|(at, number)| add(&mut first, self.first.row(at, WIDTH), number));
        first.iter_mut().zip(left).for_each(|(place, left)| *place = place.max(0.0) * left);
        let mut second = [0.0; HIDDEN];
        add(&mut second, &self.second_bias.values, 1.0);
        first.iter().enumerate().for_each(|(at, place)| add(&mut second, self.second.row(at, HIDDEN), *place));
        second.iter_mut().for_each(|place| *place = place.max(0.0));
        let mut last = self.bias.values.clone();
        second.iter().enumerate().for_each(|(at, place)| add(&mut last, self.last.row(at, self.labels), *place));
        said().for_each(|(at, number)| add(&mut last, self.past.row(at, self.labels), number));
        Pass { first, second, last }
    }

    /// Adds the slopes of the log loss of one row, with some of it left out.
    fn learn(&mut self, row: &Row, chance: &mut Chance) {
        let seen = row.ngrams.iter().filter(|_| !chance.hits(NGRAMS_OUT));
        let ngrams: Vec<(u32, f32)> = seen.map(|(at, part)| (*at, part / (1.0 - NGRAMS_OUT))).collect();
        let left = [0.0; WIDTH].map(|out: f32| if chance.hits(PLACES_OUT) { out } else { 1.0 / (1.0 - PLACES_OUT) });
        let pass = self.pass(&ngrams, &row.numbers, &left);
        let errors: Vec<f32> = (pass.last.iter().zip(&row.labels))
            .map(|(margin, holds)| (logistic(f64::from(*margin)) as f32 - f32::from(*holds)) / BATCH as f32)
            .collect();
        self.bias.learn(0, &errors, 1.0);
        let mut second = [0.0; HIDDEN];
        for (at, place) in pass.second.iter().enumerate().filter(|(_, place)| **place > 0.0) {
            second[at] = dot(self.last.row(at, self.labels), &errors);
            self.last.learn(at, &errors, *place);
        }
        self.second_bias.learn(0, &second, 1.0);
        let mut first = [0.0; WIDTH];
        for (at, place) in pass.first.iter().enumerate().filter(|(_, place)| **place > 0.0) {
            first[at] = dot(self.second.row(at, HIDDEN), &second) * left[at];
            self.second.learn(at, &second, *place);
        }
        self.first_bias.learn(0, &first, 1.0);
        for (at, number) in row.numbers.iter().enumerate().filter(|(_, number)| **number != 0.0) {
            self.first.learn(at, &first, *number);
            self.past.learn(at, &errors, *number);
        }
        ngrams.iter().for_each(|(at, part)| self.ngrams.learn(*at as usize, &first, NGRAM * part));
    }

    fn step(&mut self, rate: f32, forgotten: Forgotten) {
        let Self { labels: _, ngrams, first_bias, first, second_bias, second, bias, last, past } = self;
        for weights in [ngrams, first_bias, first, second_bias, second, bias, last, past] {
            weights.step(rate, forgotten);
        }
    }

    fn layers(&self, labels: usize) -> LayerWeights {
        LayerWeights {
            first_bias: self.first_bias.values.clone(),
            first: turned(&self.first.values, WIDTH),
            second_bias: self.second_bias.values.clone(),
            second: turned(&self.second.values, HIDDEN),
            last: turned(&self.last.values, labels),
        }
    }
}

/// How long a step is when so much of the training is done: as long as may be at first, and ever shorter.
fn rate(done: f32) -> f32 {
    RATE * (1.0 - done) * (1.0 - done) * (1.0 + 2.0 * done)
}

fn add(sums: &mut [f32], row: &[f32], times: f32) {
    sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += times * weight);
}

/// The sum of products in eight lanes, which a processor adds at once.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 8];
    for (a, b) in a.chunks(8).zip(b.chunks(8)) {
        lanes.iter_mut().zip(a).zip(b).for_each(|((lane, a), b)| *lane += a * b);
    }
    lanes.iter().sum()
}

/// Numbers by chance, the same each time (Steele et al., "Fast splittable pseudorandom number generators", 2014).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to 1.
    fn part(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u32 << 24) as f32
    }

    fn hits(&mut self, share: f32) -> bool {
        self.part() < share
    }

    /// Spread about 0 with a standard deviation of 1.
    fn about_zero(&mut self) -> f32 {
        (0..12).map(|_| self.part()).sum::<f32>() - 6.0
    }

    fn shuffle(&mut self, order: &mut [usize]) {
        for at in (1..order.len()).rev() {
            order.swap(at, (self.next() % (at as u64 + 1)) as usize);
        }
    }
}
