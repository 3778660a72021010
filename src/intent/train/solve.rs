//! Learning weights by coordinate descent in the dual: one row after the other is solved exactly while all others are
//! held, in an order that is shuffled each round by a fixed seed. There is no rate to tune.
//!
//! Squared hinge loss, each label against all others: Hsieh, Chang, Lin, Keerthi and Sundararajan, *A Dual Coordinate
//! Descent Method for Large-scale Linear SVM* (2008). Multinomial logistic loss: the dual of Yu, Huang and Lin, *Dual
//! coordinate descent methods for logistic regression and maximum entropy models* (2011), with a row's solution by
//! Wright's omega function. Theirs go label by label; here a row is read once for all labels, which is several times
//! faster where there are dozens.

use super::logistic::agree;
use super::matrix::Matrix;
use super::prior::prior;
use super::scatter::{Scatter, scatters};
use super::shuffle::Shuffle;
use super::weights::{Weights, stride};
use crate::intent::train::Loss;
use std::ops::ControlFlow;

/// In any case it ends after so many rounds.
const MOST_ROUNDS: usize = 60;

/// What to learn from: rows with labels, and how much each counts.
#[derive(Clone, Copy)]
pub(super) struct Task<'t> {
    pub(super) matrix: &'t Matrix,
    /// The label of each row of the matrix.
    pub(super) label_of: &'t [u32],
    /// How often each row counts.
    pub(super) weight_of: &'t [f32],
    pub(super) labels: usize,
    /// How much a row's loss counts beside the length of the weights.
    pub(super) cost: f32,
    pub(super) loss: Loss,
    /// How much rows of one label are held together, beside the length of the weights.
    pub(super) together: f32,
    /// How many times the mean of a label's rows its weights begin with.
    pub(super) means: f32,
    /// How many times further from the optimum than usual it may end.
    pub(super) rough: f32,
}

/// What was learned, and what to go on from.
#[derive(Clone)]
pub(super) struct Solution {
    pub(super) weights: Weights,
    /// The multipliers of each row of the matrix, a stride each: those of its loss, and those that hold it together
    /// with the others of its label.
    duals: Vec<f32>,
    together: Vec<f32>,
}

/// A row on its way.
struct Held {
    row: u32,
    label: usize,
    cost: f32,
    square: f32,
    /// How many rounds it is passed over, and how many the last time.
    rest: u8,
    rested: u8,
}

/// Learns from these rows of the matrix. `watch` hears of each round and may end it all: then there is no solution.
///
/// A solution for more rows is a good start for fewer: what the others gave it is taken off first.
pub(super) fn solve(
    task: Task<'_>,
    rows: &[u32],
    start: Option<&Solution>,
    watch: &mut dyn FnMut() -> ControlFlow<()>,
) -> Option<Solution> {
    let mut held: Vec<Held> = rows.iter().map(|row| task.hold(*row)).collect();
    let scatters = task.scatters(rows);
    let mut solution = start.map_or_else(|| Solution::begin(task, rows), |start| start.for_rows(task, rows, &scatters));
    let tolerance = task.rough * task.loss.tolerance();
    let mut step = Step::new(task);
    let mut shuffle = Shuffle::new();
    for _ in 0..MOST_ROUNDS {
        if watch().is_break() {
            return None;
        }
        shuffle.apply(&mut held);
        let mut most = 0.0_f32;
        let mut whole = true;
        for own in &mut held {
            if own.rest > 0 {
                own.rest -= 1;
                whole = false;
                continue;
            }
            let moved = step.take(&mut solution, own);
            most = most.max(moved);
            own.rested = if moved < tolerance / 8.0 { (2 * own.rested + 1).min(7) } else { 0 };
            own.rest = own.rested;
        }
        for scatter in &scatters {
            scatter.step(task.matrix, &mut solution.weights, &mut solution.together);
        }
        if most < tolerance {
            if whole {
                break;
            }
            held.iter_mut().for_each(|own| own.rest = 0);
        }
    }
    Some(solution)
}

impl Task<'_> {
    fn hold(&self, row: u32) -> Held {
        let square = self.matrix.row(row as usize).square();
        Held { row, label: self.label(row), cost: self.cost_of(row), square, rest: 0, rested: 0 }
    }

    fn scatters(&self, rows: &[u32]) -> Vec<Scatter> {
        if self.together == 0.0 {
            return Vec::new();
        }
        scatters(self.matrix, rows, self.label_of, self.together)
    }

    pub(super) fn label(&self, row: u32) -> usize {
        self.label_of.get(row as usize).map_or(0, |label| *label as usize)
    }

    fn cost_of(&self, row: u32) -> f32 {
        self.cost * self.weight_of.get(row as usize).copied().unwrap_or(1.0)
    }

    /// What the multipliers of a row add to the weights, times the row.
    fn share(&self, row: u32, dual: &[f32], share: &mut [f32]) {
        let (label, cost) = (self.label(row), self.cost_of(row));
        for (at, (share, dual)) in share.iter_mut().zip(dual).enumerate().take(self.labels) {
            let own = at == label;
            *share = match self.loss {
                Loss::Hinge => {
                    if own {
                        *dual
                    } else {
                        -dual
                    }
                }
                Loss::Logistic => cost * (f32::from(u8::from(own)) - dual),
            };
        }
    }
}

impl Solution {
    /// The weights that learning begins with, and the multipliers that go with them.
    fn begin(task: Task<'_>, rows: &[u32]) -> Self {
        let stride = stride(task.labels);
        let mut duals = vec![0.0; task.label_of.len() * stride];
        if task.loss == Loss::Logistic {
            for (dual, label) in duals.chunks_exact_mut(stride).zip(task.label_of) {
                dual.iter_mut().skip(*label as usize).take(1).for_each(|own| *own = 1.0);
            }
        }
        let together = vec![0.0; if task.together > 0.0 { duals.len() } else { 0 }];
        Self { weights: prior(task, rows), duals, together }
    }

    /// The same multipliers, for these rows only.
    fn for_rows(&self, task: Task<'_>, rows: &[u32], scatters: &[Scatter]) -> Self {
        let mut own = Self::begin(task, rows);
        let stride = stride(task.labels);
        let mut share = vec![0.0; stride];
        for row in rows {
            let at = *row as usize * stride..(*row as usize + 1) * stride;
            let (Some(to), Some(from)) = (own.duals.get_mut(at.clone()), self.duals.get(at)) else { continue };
            to.copy_from_slice(from);
            task.share(*row, from, &mut share);
            own.weights.add(task.matrix.row(*row as usize), &share);
        }
        for scatter in scatters {
            scatter.begin(task.matrix, &mut own.weights, &self.together, &mut own.together);
        }
        own
    }
}

/// Room for one step.
struct Step<'t> {
    task: Task<'t>,
    margins: Vec<f32>,
    change: Vec<f32>,
    wanted: Vec<f64>,
    found: Vec<f64>,
}

impl<'t> Step<'t> {
    fn new(task: Task<'t>) -> Self {
        let stride = stride(task.labels);
        Self {
            task,
            margins: vec![0.0; stride],
            change: vec![0.0; stride],
            wanted: vec![0.0; task.labels],
            found: vec![0.0; task.labels],
        }
    }

    /// Solves one row; gives how far it was from its optimum.
    fn take(&mut self, solution: &mut Solution, own: &Held) -> f32 {
        let (stride, at) = (self.margins.len(), own.row as usize);
        let Some(dual) = solution.duals.get_mut(at * stride..(at + 1) * stride) else { return 0.0 };
        let row = self.task.matrix.row(at);
        solution.weights.margins(row, &mut self.margins);
        let moved = match self.task.loss {
            Loss::Hinge => self.hinge(own, dual),
            Loss::Logistic => self.logistic(own, dual),
        };
        if moved > 1e-6 {
            solution.weights.add(row, &self.change);
        }
        moved
    }

    fn hinge(&mut self, own: &Held, dual: &mut [f32]) -> f32 {
        let slack = 0.5 / own.cost;
        let scale = 1.0 / (own.square + slack);
        let mut most = 0.0_f32;
        let all = self.change.iter_mut().zip(&self.margins).zip(dual).take(self.task.labels);
        for (at, ((change, margin), alpha)) in all.enumerate() {
            let side = if at == own.label { 1.0 } else { -1.0 };
            let gradient = side * margin - 1.0 + *alpha * slack;
            let next = (*alpha - gradient * scale).max(0.0);
            *change = (next - *alpha) * side;
            most = most.max((next - *alpha).abs());
            *alpha = next;
        }
        most * (own.square + slack)
    }

    fn logistic(&mut self, own: &Held, dual: &mut [f32]) -> f32 {
        let pull = f64::from(own.cost * own.square);
        let numbers = self.wanted.iter_mut().zip(&mut self.found).zip(&self.margins).zip(&*dual);
        for (((wanted, found), margin), dual) in numbers {
            *wanted = f64::from(*margin) + pull * f64::from(*dual);
            *found = f64::from(*dual);
        }
        agree(&self.wanted, pull, &mut self.found);
        let mut most = 0.0_f32;
        for ((change, dual), found) in self.change.iter_mut().zip(dual).zip(&self.found) {
            let next = *found as f32;
            *change = own.cost * (*dual - next);
            most = most.max((*dual - next).abs());
            *dual = next;
        }
        most
    }
}
