//! `train signals` and `train emotion`: heads over two shared layers, from the corpora in `tests/corpus`.
//!
//! Calibration and thresholds come from messages that a fold did not train on; messages of one brief stay in one fold.
//! In half of the messages that the authors of the patterns had before them what the patterns find is hidden, since it
//! says too much there; calibration and thresholds leave all of them out.

use crate::corpus::{self, Message};
use crate::linear::{Features, Row, best_threshold, quality, spread};
use crate::network;
use crate::said;
use handover::emotion::{EmotionCues, EmotionScorer, Feeling, TrainedEmotion};
use handover::signal::{Finding, Signal, SignalDetector, SignalPatterns, Signals, TrainedSignals};
use handover::text::Text;
use handover::vectors::WordVectors;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Which model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    Signals,
    Emotion,
}

impl Model {
    pub(crate) const ALL: [Self; 2] = [Self::Signals, Self::Emotion];

    fn file(self) -> PathBuf {
        let room = match self {
            Self::Signals => "signal",
            Self::Emotion => "emotion",
        };
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room).join("model.bin")
    }

    /// How many n-grams it keeps: both models together stay under 1 MB.
    const fn kept(self) -> usize {
        match self {
            Self::Signals => 15_000,
            Self::Emotion => 9_000,
        }
    }

    fn names(self) -> Vec<String> {
        match self {
            Self::Signals => Signal::BUILT_IN.iter().map(|s| s.name().to_owned()).collect(),
            Self::Emotion => TrainedEmotion::LABELS.map(str::to_owned).to_vec(),
        }
    }
}

/// Trains a model and writes it, and what each threshold is worth, where the crate takes them from.
pub(crate) fn build(model: Model, out: &mut impl Write) -> io::Result<()> {
    for (path, bytes) in Trained::of(model, out)?.files(model) {
        fs::write(&path, &bytes).map_err(|e| said(&path, e))?;
        writeln!(out, "{}: {} bytes", path.display(), bytes.len())?;
    }
    Ok(())
}

impl Trained {
    /// `Err` where what is committed is not the same.
    pub(crate) fn check(&self, model: Model, out: &mut impl Write) -> io::Result<()> {
        for (path, bytes) in self.files(model) {
            if fs::read(&path).map_err(|e| said(&path, e))? != bytes {
                let wrong =
                    "is not what the corpora give: run `train signals` and `train emotion`, and commit what they write";
                return Err(said(&path, io::Error::other(wrong)));
            }
            writeln!(out, "{}\n  {} bytes", path.display(), bytes.len())?;
        }
        Ok(())
    }
}

/// Messages that stand alone; for signals also what customers say in the midst of a conversation, which is shorter,
/// labelled with its signals only, and means what it answers.
fn messages(model: Model) -> io::Result<Vec<Message>> {
    let mut messages = corpus::messages()?;
    if model == Model::Signals {
        messages.extend(corpus::conversations()?.into_iter().flatten().map(|step| step.message));
    }
    Ok(messages)
}

/// Trained heads before they are written, with what they say of each message out of fold.
pub(crate) struct Trained {
    features: Features,
    heads: network::Trained,
    thresholds: Vec<f64>,
    curves: String,
}

impl Trained {
    fn files(&self, model: Model) -> Vec<(PathBuf, Vec<u8>)> {
        let path = model.file();
        let curves = path.with_file_name("curves.tsv");
        let bytes = self.heads.bytes(&model.names(), &self.thresholds, &self.features);
        let mut files = vec![(path, bytes)];
        if model == Model::Signals {
            files.push((curves, self.curves.clone().into_bytes()));
        }
        files
    }

    /// The signals of the last `count` messages, each by heads that did not train on its brief or conversation.
    pub(crate) fn signals_out_of_fold(&self, count: usize) -> Vec<Signals> {
        let all = self.heads.labels.first().map_or(0, |head| head.scores.len());
        let found = |row: usize| {
            let finding = |((signal, head), threshold): ((&Signal, &network::Calibrated), &f64)| {
                let score = head.scores.get(row).copied().unwrap_or(0.0);
                Finding {
                    signal: signal.clone(),
                    shade: None,
                    score: score as f32,
                    holds: score >= *threshold,
                    evidence: Vec::new(),
                }
            };
            let findings: Vec<Finding> =
                Signal::BUILT_IN.iter().zip(&self.heads.labels).zip(&self.thresholds).map(finding).collect();
            Signals::from(findings)
        };
        (all.saturating_sub(count)..all).map(found).collect()
    }

    pub(crate) fn of(model: Model, out: &mut impl Write) -> io::Result<Self> {
        let messages = messages(model)?;
        let names = model.names();
        let labels =
            |m: &Message| names.iter().enumerate().filter(|(_, name)| m.holds(name)).map(|(at, _)| at).collect();
        let features =
            Features::select(messages.iter().map(|m| (m.text.as_str(), labels(m))), names.len(), model.kept());
        writeln!(out, "{} messages, {} of their n-grams kept", messages.len(), features.len())?;
        let rows = rows(model, &messages, &names, &features)?;
        let heads = network::Trained::of(&rows, names.len(), features.len());
        let scores: Vec<&[f64]> = heads.labels.iter().map(|head| head.scores.as_slice()).collect();
        let thresholds = thresholds(model, &rows, &scores);
        for (label, name) in names.iter().enumerate() {
            let (Some(scores), Some(threshold)) = (scores.get(label), thresholds.get(label)) else { continue };
            let (precision, recall) = quality(&rows, label, scores, *threshold);
            writeln!(
                out,
                "{name:20} threshold {threshold:.2}  precision {precision:.3}  recall {recall:.3}  (out of fold)"
            )?;
        }
        let curves = curves(&rows, &names, &heads.labels);
        Ok(Self { features, heads, thresholds, curves })
    }
}

/// What thresholds are worth, out of fold: label, threshold, precision, recall.
fn curves(rows: &[Row], names: &[String], heads: &[network::Calibrated]) -> String {
    let mut lines = String::new();
    for (label, (name, head)) in names.iter().zip(heads).enumerate() {
        for step in 1..=9 {
            let threshold = f64::from(step) / 10.0;
            let (precision, recall) = quality(rows, label, &head.scores, threshold);
            lines.push_str(&format!("{name}\t{threshold:.1}\t{precision:.3}\t{recall:.3}\n"));
        }
    }
    lines
}

fn rows(model: Model, messages: &[Message], names: &[String], features: &Features) -> io::Result<Vec<Row>> {
    let (patterns, cues, vectors) = (SignalPatterns::shipped(), EmotionCues::shipped(), WordVectors::shipped());
    let seen = corpus::seen_by_authors()?;
    let numbers = |message: &Message, text: &Text<'_>, hidden: bool| match model {
        Model::Signals => {
            let Ok(found) = patterns.detect(text);
            let found = if hidden { Signals::default() } else { found };
            TrainedSignals::numbers(&vectors, &found, text, &message.around)
        }
        Model::Emotion => {
            let Ok(found) = cues.score(text);
            let found = if hidden { Feeling::default() } else { found };
            TrainedEmotion::numbers(&vectors, &found, text)
        }
    };
    let row = |message: &Message| {
        let text = Text::new(&message.text);
        let seen = seen.contains(&message.brief);
        Row {
            group: message.brief.clone(),
            set_aside: seen,
            labelled: true,
            labels: names.iter().map(|name| message.holds(name)).collect(),
            ngrams: features.of(&text),
            numbers: numbers(message, &text, seen && spread(&message.brief) % 2 == 0),
        }
    };
    Ok(messages.iter().map(row).collect())
}

/// How much recall weighs beside precision: a false alarm takes an agent's time, a miss may leave someone alone with a
/// bot that does not understand. Danger weighs hardly more, since at lower thresholds grief was taken for it. What weighs more than a
/// false alarm keeps its threshold where the others are raised.
const FALSE_ALARM: f64 = 0.8;
const MISSED_HELP: f64 = 0.9;
const MISSED_DANGER: f64 = 0.85;
/// At most this share of the messages without a signal may be flagged; they are near misses, most of them.
const FLAGGED: f64 = 0.06;

fn missing_costs(name: &str) -> f64 {
    match name {
        "crisis" | "threat" => MISSED_DANGER,
        "human_request" => MISSED_HELP,
        _ => FALSE_ALARM,
    }
}

/// A threshold for each label: the best F-measure out of fold, then those of the labels whose misses cost less raised
/// alike until few messages without a signal are flagged by them.
fn thresholds(model: Model, rows: &[Row], scores: &[&[f64]]) -> Vec<f64> {
    let names = model.names();
    let best: Vec<f64> = (scores.iter().zip(&names).enumerate())
        .map(|(label, (scores, name))| best_threshold(rows, label, scores, missing_costs(name)))
        .collect();
    if model == Model::Emotion {
        return best;
    }
    let rising: Vec<bool> = names.iter().map(|name| missing_costs(name) <= FALSE_ALARM).collect();
    let raised = |by: f64| {
        let raise = move |(at, rises): (&f64, &bool)| if *rises { (at + by).min(0.95) } else { *at };
        best.iter().zip(&rising).map(raise).collect::<Vec<f64>>()
    };
    let clean: Vec<usize> = (rows.iter().enumerate())
        .filter(|(_, row)| !row.set_aside && !row.labels.contains(&true))
        .map(|(at, _)| at)
        .collect();
    let flagged = |thresholds: &[f64]| {
        let reached = |at: usize, label: usize| {
            scores.get(label).and_then(|scores| scores.get(at)).zip(thresholds.get(label)).is_some_and(|(s, t)| s >= t)
        };
        let flags =
            |at: &&usize| (0..names.len()).any(|label| rising.get(label) == Some(&true) && reached(**at, label));
        clean.iter().filter(flags).count() as f64 / clean.len().max(1) as f64
    };
    let mut steps = (0..=60).map(|step| raised(f64::from(step) / 100.0));
    steps.find(|thresholds| flagged(thresholds) <= FLAGGED).unwrap_or_else(|| raised(0.6))
}
