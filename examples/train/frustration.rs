//! `train frustration`: from the conversations in `tests/corpus`, as the models that ship read them.
//!
//! A turn's features hold how far frustration had gone before it, which is what the model itself said; so it is trained
//! in rounds, each on what the last one said out of fold.

use crate::corpus::{self, Step};
use crate::heads::{Model, Trained};
use crate::linear::{Features, Head, Row, Settings, best_threshold, bytes, quality};
use crate::said;
use handover::conversation::Answer;
use handover::conversation::Reading;
use handover::emotion::{EmotionScorer, TrainedEmotion};
use handover::frustration::{Band, Frustration, TrainedFrustration};
use handover::signal::Signals;
use handover::text::Text;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const SETTINGS: Settings = Settings { cost: 0.02, rounds: 200, folds: 8 };
const ROUNDS: usize = 3;
/// How much recall weighs beside precision: who boils over alone is lost, who is offered a person too soon says no.
const RISING: f64 = 1.0;
const HIGH: f64 = 1.3;
const SOON: f64 = 0.7;

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/frustration/model.bin")
}

/// Trains the model and writes it where the crate takes it from.
pub(crate) fn build(out: &mut impl Write) -> io::Result<()> {
    let signals = Trained::of(Model::Signals, &mut io::sink())?;
    let (path, bytes) = (file(), train(&signals, out)?);
    fs::write(&path, &bytes).map_err(|e| said(&path, e))?;
    writeln!(out, "{}: {} bytes", path.display(), bytes.len())
}

/// Trains the model; `Err` where the committed one is not the same.
pub(crate) fn check(signals: &Trained, out: &mut impl Write) -> io::Result<()> {
    let (path, built) = (file(), train(signals, &mut io::sink())?);
    if fs::read(&path).map_err(|e| said(&path, e))? != built {
        let wrong = "is not what the corpora give: run `train frustration` and commit what it writes";
        return Err(said(&path, io::Error::other(wrong)));
    }
    writeln!(out, "{}\n  {} bytes", path.display(), built.len())
}

/// A turn as it was read, and whether it is rising, high, or high within two turns.
struct Heard {
    group: String,
    reading: Reading,
    around: handover::conversation::Surroundings,
    labels: [bool; 3],
}

fn train(signals: &Trained, out: &mut impl Write) -> io::Result<Vec<u8>> {
    let talks = corpus::conversations()?;
    let turns = talks.iter().map(Vec::len).sum();
    let signals = signals.signals_out_of_fold(turns);
    let talks = read(&talks, signals);
    let names = TrainedFrustration::LABELS.map(str::to_owned);
    let mut before: Vec<Vec<Frustration>> = talks.iter().map(|talk| vec![Frustration::default(); talk.len()]).collect();
    let mut trained = None;
    for _ in 0..ROUNDS {
        let rows = rows(&talks, &before);
        let heads = Head::train_all(&rows, names.len(), 0, SETTINGS);
        let thresholds: Vec<f64> = (heads.iter().zip([RISING, HIGH, SOON]).enumerate())
            .map(|(label, (head, beta))| best_threshold(&rows, label, &head.scores, beta))
            .collect();
        before = course(&talks, &heads, &thresholds);
        trained = Some((rows, heads, thresholds));
    }
    let Some((rows, heads, thresholds)) = trained else { return Ok(Vec::new()) };
    for (label, ((name, head), threshold)) in names.iter().zip(&heads).zip(&thresholds).enumerate() {
        let (precision, recall) = quality(&rows, label, &head.scores, *threshold);
        writeln!(
            out,
            "{name:20} threshold {threshold:.2}  precision {precision:.3}  recall {recall:.3}  (out of fold)"
        )?;
    }
    Ok(bytes(&names, &heads, &thresholds, &Features::none()))
}

/// The turns as the crate reads them. The signals are what heads say that did not train on the conversation: what a
/// model says of its own training rows is surer than anything it will say later.
fn read(talks: &[Vec<Step>], signals: Vec<Signals>) -> Vec<Vec<Heard>> {
    let emotion = TrainedEmotion::shipped();
    let mut signals = signals.into_iter();
    let mut hear = |steps: &[Step], at: usize, step: &Step| {
        let text = Text::new(&step.message.text);
        let mut reading = Reading::of(&text);
        let Ok(feeling) = emotion.score(&text);
        reading.signals = signals.next().map_or(Answer::NotSupplied, Answer::Given);
        reading.feeling = Answer::Given(feeling);
        let soon = steps.iter().skip(at + 1).take(2).any(|next| next.band == Band::High);
        Heard {
            group: step.message.brief.clone(),
            reading,
            around: step.message.around,
            labels: [step.band >= Band::Rising, step.band == Band::High, soon],
        }
    };
    talks.iter().map(|steps| steps.iter().enumerate().map(|(at, step)| hear(steps, at, step)).collect()).collect()
}

fn rows(talks: &[Vec<Heard>], before: &[Vec<Frustration>]) -> Vec<Row> {
    let turns = talks.iter().flatten().zip(before.iter().flatten());
    turns
        .map(|(heard, last)| Row {
            group: heard.group.clone(),
            set_aside: false,
            labelled: true,
            labels: heard.labels.to_vec(),
            ngrams: Vec::new(),
            numbers: TrainedFrustration::numbers(last, &heard.reading, &heard.around),
        })
        .collect()
}

/// How far frustration had gone before each turn, by what heads said that had not trained on the conversation.
fn course(talks: &[Vec<Heard>], heads: &[Head], thresholds: &[f64]) -> Vec<Vec<Frustration>> {
    let mut scores =
        (0..).map(|row| heads.iter().map(|head| head.scores.get(row).copied().unwrap_or(0.0)).collect::<Vec<f64>>());
    let mut step = |last: &Frustration| {
        let scores = scores.next().unwrap_or_default();
        let &[rising, high, _] = scores.as_slice() else { return last.clone() };
        let counts = thresholds.first().is_some_and(|at| rising >= *at);
        last.step(rising as f32, (0.5 * (rising + high)) as f32, Band::Low, counts)
    };
    let course = |talk: &Vec<Heard>| {
        let mut last = Frustration::default();
        let before = |_: &Heard| {
            let next = step(&last);
            std::mem::replace(&mut last, next)
        };
        talk.iter().map(before).collect()
    };
    talks.iter().map(course).collect()
}
