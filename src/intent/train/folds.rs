//! Rows looked at by a model that has not learned from them.

use super::places::Places;
use super::prepare::Prepared;
use super::solve::{Solution, Task};
use super::weights::stride;
use super::{Run, Stage, TrainError};

/// Into so many parts the examples are cut, by how many there are. What is learned from the others is a little worse than
/// what is learned from all: the smaller a part, the less. But each costs a round of learning.
const PARTS: usize = 5;
const PARTS_OF_MANY: usize = 10;
const MANY: usize = 3000;
/// So many rows held out say enough; the parts behind them are not held out.
const ENOUGH: usize = 3000;

/// Examples cut into parts, each with its share of every label.
pub(super) struct Folds {
    /// The part of each row; names and descriptions are in none.
    part: Vec<Option<usize>>,
    /// How many parts are held out, one after the other, and how many take part at all.
    parts: usize,
    kept: usize,
    /// Into how many they are cut.
    cut: usize,
}

/// What was said of a row by a model that had not seen it.
pub(super) struct HeldOut {
    pub(super) row: usize,
    pub(super) label: usize,
    /// A margin a column.
    pub(super) margins: Vec<f32>,
}

impl HeldOut {
    /// Whether its own label has the highest margin of those in scope.
    pub(super) fn best_of(&self, labels: usize) -> bool {
        let own = self.margins.get(self.label).copied().unwrap_or(f32::NAN);
        self.margins.iter().take(labels).enumerate().all(|(at, margin)| *margin < own || at == self.label)
    }

    /// Whether the highest margin is that of its own label.
    pub(super) fn right(&self) -> bool {
        let own = self.margins.get(self.label).copied().unwrap_or(f32::NAN);
        self.margins.iter().enumerate().all(|(at, margin)| *margin < own || at == self.label)
    }
}

impl Folds {
    /// Parts enough to calibrate by.
    pub(super) fn of(prepared: &Prepared) -> Self {
        Self::with(prepared, ENOUGH)
    }

    /// As many parts as it takes to hold out so many rows.
    pub(super) fn with(prepared: &Prepared, rows: usize) -> Self {
        let whole = Self::whole(prepared);
        let parts = (rows * whole.cut).div_ceil(prepared.real.max(1)).clamp(1, whole.cut);
        Self { parts, ..whole }
    }

    /// With so many rows to learn from at the most, but one part at the least; the others take no part at all.
    pub(super) fn learning(mut self, rows: usize) -> Self {
        let real = self.part.iter().flatten().count();
        let kept = self.parts + (rows * self.cut / real.max(1)).max(1);
        if kept < self.cut {
            self.kept = kept;
        }
        self
    }

    /// Every row that takes part.
    pub(super) fn rows(&self) -> Vec<u32> {
        let takes_part = |(_, part): &(u32, &Option<usize>)| part.is_none_or(|part| part < self.kept);
        (0..).zip(&self.part).filter(takes_part).map(|(row, _)| row).collect()
    }

    /// Every part, so that each example is held out once.
    pub(super) fn whole(prepared: &Prepared) -> Self {
        let cut = if prepared.real < MANY { PARTS } else { PARTS_OF_MANY };
        let mut seen = vec![0_usize; prepared.columns()];
        let mut turn = |label: &u32| {
            let count = seen.get_mut(*label as usize)?;
            *count += 1;
            // Labels begin with different parts, so that small ones don't all end in the first.
            Some((*count + *label as usize) % cut)
        };
        let part = (prepared.label_of.iter().enumerate())
            .map(|(at, label)| if at < prepared.real { turn(label) } else { None });
        Self { part: part.collect(), parts: cut, kept: cut, cut }
    }

    /// The margins of every row that is held out, with what is near in the rest of the rows, if `places` take part.
    /// `solution` is the one for all rows.
    pub(super) fn margins(
        &self,
        stage: Stage,
        task: Task<'_>,
        solution: &Solution,
        places: Option<&Places<'_>>,
        run: &mut Run<'_>,
    ) -> Result<Vec<HeldOut>, TrainError> {
        let mut all = Vec::new();
        for part in 0..self.parts {
            let of_part = |row: &u32| self.part.get(*row as usize).copied().flatten() == Some(part);
            let (out, rows): (Vec<u32>, Vec<u32>) = self.rows().into_iter().partition(of_part);
            let learned = run.solve(stage, task, &rows, Some(solution))?;
            let near = places.map(|places| (places, places.near(&rows)));
            all.extend(out.into_iter().map(|row| {
                let mut margins = vec![0.0; stride(task.labels)];
                learned.weights.margins(task.matrix.row(row as usize), &mut margins);
                margins.truncate(task.labels);
                near.iter().for_each(|(places, near)| places.add(near, row as usize, &mut margins));
                let label = task.label_of.get(row as usize).map_or(0, |label| *label as usize);
                HeldOut { row: row as usize, label, margins }
            }));
        }
        Ok(all)
    }
}
