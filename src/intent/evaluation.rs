//! How good a classifier is, on messages whose intent is known.

use super::examples::OUT_OF_SCOPE;
use super::model::Prediction;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The bins of the calibration error.
const BINS: usize = 15;

/// What was predicted of messages whose intent is known. Collect it, then [`report`](Self::report).
///
/// ```
/// use handover::intent::{Evaluation, Examples, Trainer};
/// use handover::text::Text;
///
/// let rows = "cancel\tik wil opzeggen\ncancel\topzeggen graag\nparcel\twaar is mijn pakket\nparcel\tpakket kwijt\n";
/// let model = Trainer::new().train(&Examples::from_tsv(rows)?)?;
/// let mut evaluation = Evaluation::default();
/// evaluation.add("cancel", &model.predict(&Text::new("kan ik opzeggen"))?);
/// evaluation.add("parcel", &model.predict(&Text::new("mijn pakket is er niet"))?);
/// assert_eq!(evaluation.report().accuracy, Some(1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Evaluation {
    rows: Vec<Judged>,
}

#[derive(Clone, Debug)]
struct Judged {
    /// None for a message out of scope.
    truth: Option<Arc<str>>,
    guess: Arc<str>,
    confidence: f32,
    in_scope: bool,
    score: f32,
}

impl Evaluation {
    /// Takes in what was predicted of a message that belongs to `truth`, which may be [`OUT_OF_SCOPE`].
    pub fn add(&mut self, truth: &str, prediction: &Prediction) {
        let best = prediction.best();
        self.rows.push(Judged {
            truth: (truth != OUT_OF_SCOPE).then(|| truth.into()),
            guess: best.map_or_else(|| OUT_OF_SCOPE.into(), |best| Arc::clone(&best.intent)),
            confidence: best.map_or(0.0, |best| best.confidence),
            in_scope: prediction.in_scope(),
            score: prediction.scope_score(),
        });
    }

    /// What it comes to. Sorts the rows, so n log n in their number.
    #[must_use]
    pub fn report(&self) -> Report {
        let (own, other): (Vec<&Judged>, Vec<&Judged>) = self.rows.iter().partition(|row| row.truth.is_some());
        let answered: Vec<&Judged> = own.iter().copied().filter(|row| row.in_scope).collect();
        Report {
            rows: own.len(),
            rows_out_of_scope: other.len(),
            accuracy: share(&own, |row| row.right()),
            macro_f1: macro_f1(&own),
            calibration_error: calibration_error(&own),
            answered: share(&own, |row| row.in_scope),
            accuracy_answered: share(&answered, |row| row.right()),
            found_out_of_scope: share(&other, |row| !row.in_scope),
            auroc: auroc(&own, &other),
            fpr95: fpr95(&own, &other),
            confusions: confusions(&own),
        }
    }
}

impl Judged {
    fn right(&self) -> bool {
        self.truth.as_ref() == Some(&self.guess)
    }
}

/// How good a classifier is. Shares lie between 0 and 1, and are none where there is nothing to take a share of.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// Messages that belong to an intent.
    pub rows: usize,
    /// Messages that belong to none.
    pub rows_out_of_scope: usize,
    /// How often the best guess is right, abstentions or not, of the messages that belong to an intent.
    pub accuracy: Option<f64>,
    /// The mean over the intents of the harmonic mean of precision and recall.
    pub macro_f1: Option<f64>,
    /// How far confidence and accuracy lie apart, in fifteen bins of equal width, weighed by how many fall in each.
    pub calibration_error: Option<f64>,
    /// How many messages that belong to an intent are not abstained on.
    pub answered: Option<f64>,
    /// How often the best guess is right where the model does not abstain.
    pub accuracy_answered: Option<f64>,
    /// How many messages that belong to none are found out.
    pub found_out_of_scope: Option<f64>,
    /// How often a message in scope scores above one out of scope, of all pairs.
    pub auroc: Option<f64>,
    /// How many out of scope are taken in where 95 in 100 of those in scope are.
    pub fpr95: Option<f64>,
    /// The mistakes, most frequent first.
    pub confusions: Vec<Confusion>,
}

/// A mistake that a classifier makes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Confusion {
    /// What the messages are about.
    pub intent: Arc<str>,
    /// What they were taken for.
    pub taken_for: Arc<str>,
    /// How many.
    pub count: usize,
}

fn share(rows: &[&Judged], holds: impl Fn(&Judged) -> bool) -> Option<f64> {
    let count = rows.iter().filter(|row| holds(row)).count();
    (!rows.is_empty()).then(|| count as f64 / rows.len() as f64)
}

fn macro_f1(rows: &[&Judged]) -> Option<f64> {
    // Of each intent: how many are right, how many there are, how often it was guessed.
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for row in rows {
        let Some(truth) = &row.truth else { continue };
        let [right, all, _] = counts.entry(truth).or_default();
        *right += usize::from(row.right());
        *all += 1;
        let [_, _, guessed] = counts.entry(&row.guess).or_default();
        *guessed += 1;
    }
    let asked: Vec<f64> = counts
        .values()
        .filter(|[_, all, _]| *all > 0)
        .map(|[right, all, guessed]| 2.0 * *right as f64 / (all + guessed) as f64)
        .collect();
    (!asked.is_empty()).then(|| asked.iter().sum::<f64>() / asked.len() as f64)
}

fn calibration_error(rows: &[&Judged]) -> Option<f64> {
    let mut bins = [(0_usize, 0.0_f64, 0_usize); BINS];
    for row in rows {
        let at = (row.confidence * BINS as f32) as usize;
        if let Some((count, confidence, right)) = bins.get_mut(at.min(BINS - 1)) {
            *count += 1;
            *confidence += f64::from(row.confidence);
            *right += usize::from(row.right());
        }
    }
    let off: f64 = bins.iter().map(|(_, confidence, right)| (confidence - *right as f64).abs()).sum();
    (!rows.is_empty()).then(|| off / rows.len() as f64)
}

fn auroc(own: &[&Judged], other: &[&Judged]) -> Option<f64> {
    let mut scores: Vec<f32> = other.iter().map(|row| row.score).collect();
    scores.sort_by(f32::total_cmp);
    let below = |row: &&Judged| {
        let less = scores.partition_point(|score| *score < row.score);
        let same = scores.partition_point(|score| *score <= row.score) - less;
        less as f64 + same as f64 / 2.0
    };
    let pairs = (own.len() * other.len()) as f64;
    (pairs > 0.0).then(|| own.iter().map(below).sum::<f64>() / pairs)
}

fn fpr95(own: &[&Judged], other: &[&Judged]) -> Option<f64> {
    let mut scores: Vec<f32> = own.iter().map(|row| row.score).collect();
    scores.sort_by(|a, b| b.total_cmp(a));
    let threshold = *scores.get((scores.len() * 95).div_ceil(100).checked_sub(1)?)?;
    share(other, |row| row.score >= threshold)
}

fn confusions(rows: &[&Judged]) -> Vec<Confusion> {
    let mut counts: BTreeMap<(&Arc<str>, &Arc<str>), usize> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.right()) {
        let Some(truth) = &row.truth else { continue };
        *counts.entry((truth, &row.guess)).or_default() += 1;
    }
    let mut all: Vec<Confusion> = counts
        .into_iter()
        .map(|((intent, taken_for), count)| Confusion { intent: intent.clone(), taken_for: taken_for.clone(), count })
        .collect();
    all.sort_by_key(|confusion| std::cmp::Reverse(confusion.count));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(truth: Option<&str>, guess: &str, confidence: f32, in_scope: bool) -> Judged {
        Judged { truth: truth.map(Arc::from), guess: guess.into(), confidence, in_scope, score: confidence }
    }

    #[test]
    fn figures_are_those_worked_out_by_hand() {
        let rows = vec![
            judged(Some("a"), "a", 0.9, true),
            judged(Some("a"), "b", 0.6, true),
            judged(Some("b"), "b", 0.7, true),
            judged(Some("b"), "b", 0.2, false),
            judged(None, "a", 0.65, true),
            judged(None, "b", 0.1, false),
        ];
        let report = Evaluation { rows }.report();
        assert_eq!((report.rows, report.rows_out_of_scope), (4, 2));
        assert_eq!(report.accuracy, Some(0.75));
        // a: precision 1, recall 1/2; b: precision 2/3, recall 1.
        assert!((report.macro_f1.unwrap() - (2.0 / 3.0 + 0.8) / 2.0).abs() < 1e-9);
        // 0.1 + 0.6 + 0.3 + 0.8 off in four bins of one row.
        assert!((report.calibration_error.unwrap() - 1.8 / 4.0).abs() < 1e-6);
        assert_eq!((report.answered, report.found_out_of_scope), (Some(0.75), Some(0.5)));
        assert_eq!(report.accuracy_answered, Some(2.0 / 3.0));
        // 0.65 is above 0.6 and 0.2; 0.1 is below all.
        assert_eq!(report.auroc, Some(6.0 / 8.0));
        assert_eq!(report.fpr95, Some(0.5));
        assert_eq!(report.confusions.len(), 1);
        assert_eq!(&*report.confusions[0].taken_for, "b");
    }

    #[test]
    fn nothing_gives_no_figures() {
        let report = Evaluation::default().report();
        assert_eq!((report.accuracy, report.auroc, report.fpr95), (None, None, None));
    }
}
