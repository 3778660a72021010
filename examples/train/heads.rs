//! `train signals` and `train emotion`: linear heads, from the corpora in `tests/corpus`.
//!
//! One against the rest with a squared hinge, by dual coordinate descent (Hsieh et al., "A dual coordinate descent
//! method for large-scale linear SVM", 2008): no learning rate, a fixed order, the same bytes each time. Features are
//! selected by association before training. Calibration and thresholds come from margins of messages that a fold did not
//! train on; messages of one brief stay in one fold. In half of the messages that the authors of the patterns had
//! before them what the patterns find is hidden, since it says too much there; calibration and thresholds leave them out.

#![allow(
    clippy::indexing_slicing,
    reason = "rows and labels are counted here, and a trainer that stops harms no customer"
)]

use crate::said;
use handover::emotion::{EmotionCues, EmotionScorer, Feeling, TrainedEmotion};
use handover::heads::{Label, ngrams, share, write};
use handover::signal::{Signal, SignalDetector, SignalPatterns, Signals, TrainedSignals};
use handover::text::Text;
use handover::vectors::WordVectors;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How many n-grams a model keeps, and in how many messages one has to stand.
const KEPT: usize = 12_000;
const SEEN: u32 = 3;
/// The penalty's inverse, rounds of descent, and folds.
const COST: f64 = 0.15;
const ROUNDS: usize = 40;
const FOLDS: usize = 4;

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

    fn names(self) -> Vec<String> {
        match self {
            Self::Signals => Signal::BUILT_IN.iter().map(|s| s.name().to_owned()).collect(),
            Self::Emotion => TrainedEmotion::LABELS.map(str::to_owned).to_vec(),
        }
    }
}

/// Trains a model and writes it where the crate takes it from.
pub(crate) fn build(model: Model, out: &mut impl Write) -> io::Result<()> {
    let bytes = train(model, out)?;
    let path = model.file();
    fs::write(&path, &bytes).map_err(|e| said(&path, e))?;
    writeln!(out, "{}: {} bytes", path.display(), bytes.len())
}

/// Trains a model; `Err` where the committed one is not the same.
pub(crate) fn check(model: Model, out: &mut impl Write) -> io::Result<()> {
    let (path, built) = (model.file(), train(model, &mut io::sink())?);
    if fs::read(&path).map_err(|e| said(&path, e))? != built {
        let wrong = "is not what the corpora give: run `train signals` and `train emotion`, and commit what they write";
        return Err(said(&path, io::Error::other(wrong)));
    }
    writeln!(out, "{}\n  {} bytes", path.display(), built.len())
}

/// A message as the trainer sees it.
struct Row {
    brief: String,
    /// The authors of the patterns had it before them.
    seen: bool,
    labels: Vec<bool>,
    /// Selected n-grams, by row of the model, with their weight.
    ngrams: Vec<(u32, f32)>,
    numbers: Vec<f32>,
}

struct Message {
    brief: String,
    signals: Vec<String>,
    emotion: String,
    valence: String,
    text: String,
}

/// The training and development parts. The test part is never read here.
const PARTS: [&str; 4] = ["nl.train", "nl.dev", "en.train", "en.dev"];

fn corpus(model: Model) -> io::Result<Vec<Message>> {
    let mut messages = single_messages()?;
    if model == Model::Signals {
        messages.extend(turns_of_conversations()?);
    }
    Ok(messages)
}

fn lines(folder: &str, part: &str, ending: &str) -> io::Result<(PathBuf, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder).join(format!("{part}.{ending}"));
    let source = fs::read_to_string(&path).map_err(|e| said(&path, e))?;
    Ok((path, source))
}

/// What customers say in the midst of a conversation is shorter, and labelled with its signals only.
fn turns_of_conversations() -> io::Result<Vec<Message>> {
    let mut messages = Vec::new();
    for part in PARTS {
        let (path, source) = lines("conversations", part, "jsonl")?;
        for line in source.lines() {
            let talk: Recorded = serde_json::from_str(line).map_err(|e| said(&path, io::Error::other(e)))?;
            let customer =
                talk.turns.into_iter().filter_map(|turn| turn.expect.map(|expect| (expect.signals, turn.text)));
            messages.extend(customer.map(|(signals, text)| Message {
                brief: talk.id.clone(),
                signals,
                emotion: String::new(),
                valence: String::new(),
                text,
            }));
        }
    }
    Ok(messages)
}

#[derive(Deserialize)]
struct Recorded {
    id: String,
    turns: Vec<RecordedTurn>,
}

#[derive(Deserialize)]
struct RecordedTurn {
    text: String,
    expect: Option<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    signals: Vec<String>,
}

fn single_messages() -> io::Result<Vec<Message>> {
    let mut messages = Vec::new();
    for part in PARTS {
        let (_, source) = lines("messages", part, "tsv")?;
        for line in source.lines() {
            let mut columns = line.splitn(5, '\t').map(str::to_owned);
            let mut next = || columns.next().unwrap_or_default();
            let (brief, signals, emotion, valence, text) = (next(), next(), next(), next(), next());
            let signals = signals.split(',').map(str::to_owned).collect();
            messages.push(Message { brief, signals, emotion, valence, text });
        }
    }
    Ok(messages)
}

fn train(model: Model, out: &mut impl Write) -> io::Result<Vec<u8>> {
    let messages = corpus(model)?;
    let names = model.names();
    let keys = select(&messages, &names);
    writeln!(out, "{} messages, {} of their n-grams kept", messages.len(), keys.len())?;
    let rows = rows(model, &messages, &names, &keys, &seen_by_authors()?);
    let dense = rows.first().map_or(0, |row| row.numbers.len());
    let mut heads = Heads { labels: Vec::new(), dense: Vec::new(), ngrams: vec![Vec::new(); keys.len()] };
    let mut scores = Vec::new();
    for (label, name) in names.iter().enumerate() {
        let margins = out_of_fold(&rows, label, keys.len(), dense);
        let (offset, slope) = calibrate(&rows, label, &margins);
        let weights = descend(&rows.iter().collect::<Vec<_>>(), label, keys.len(), dense);
        scores.push(margins.iter().map(|m| logistic(slope * (m + offset))).collect::<Vec<f64>>());
        heads.add(name, &weights, offset, slope, dense);
    }
    for (label, threshold) in thresholds(model, &rows, &scores).into_iter().enumerate() {
        let (precision, recall) = quality(&rows, label, &scores[label], threshold);
        let name = &names[label];
        writeln!(
            out,
            "{name:20} threshold {threshold:.2}  precision {precision:.3}  recall {recall:.3}  (out of fold)"
        )?;
        heads.labels[label].threshold = threshold as f32;
    }
    let ngrams: Vec<(u32, Vec<f32>)> = keys.keys().copied().zip(heads.ngrams).collect();
    Ok(write(&heads.labels, dense, &heads.dense, &ngrams))
}

struct Heads {
    labels: Vec<Label>,
    dense: Vec<f32>,
    ngrams: Vec<Vec<f32>>,
}

impl Heads {
    fn add(&mut self, name: &str, weights: &[f64], offset: f64, slope: f64, dense: usize) {
        let kept = self.ngrams.len();
        for (row, weight) in self.ngrams.iter_mut().zip(weights) {
            row.push(*weight as f32);
        }
        self.dense.extend(weights.iter().skip(kept).take(dense).map(|w| *w as f32));
        let bias = weights.last().copied().unwrap_or(0.0) + offset;
        self.labels.push(Label { name: name.into(), bias: bias as f32, slope: slope as f32, threshold: 0.5 });
    }
}

fn holds(message: &Message, name: &str) -> bool {
    message.signals.iter().any(|s| s == name) || message.emotion == name || message.valence == name
}

/// The n-grams that go most with or against a label, with their rows in the order of their fingerprints.
fn select(messages: &[Message], names: &[String]) -> BTreeMap<u32, u32> {
    let mut counts: BTreeMap<u32, (u32, Vec<u32>)> = BTreeMap::new();
    let mut totals = vec![0_u32; names.len()];
    for message in messages {
        let labels: Vec<usize> = (0..names.len()).filter(|at| holds(message, &names[*at])).collect();
        labels.iter().for_each(|at| totals[*at] += 1);
        let mut keys: Vec<u32> = ngrams(&Text::new(&message.text)).iter().map(|n| n.key).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let (seen, with) = counts.entry(key).or_insert_with(|| (0, vec![0; names.len()]));
            *seen += 1;
            labels.iter().for_each(|at| with[*at] += 1);
        }
    }
    let all = messages.len() as f64;
    let mut ranked: Vec<(f64, u32)> = counts
        .iter()
        .filter(|(_, (seen, _))| *seen >= SEEN)
        .map(|(key, (seen, with))| {
            let score = with
                .iter()
                .zip(&totals)
                .map(|(with, total)| association(f64::from(*seen), f64::from(*with), f64::from(*total), all));
            (score.fold(0.0, f64::max), *key)
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    ranked.truncate(KEPT);
    let mut keys: Vec<u32> = ranked.into_iter().map(|(_, key)| key).collect();
    keys.sort_unstable();
    keys.into_iter().zip(0..).collect()
}

/// How far the count of an n-gram beside a label is from chance, in standard deviations.
fn association(seen: f64, with: f64, total: f64, all: f64) -> f64 {
    let expected = seen * total / all;
    let spread = expected * (1.0 - total / all) * (1.0 - seen / all);
    (with - expected).abs() / (spread + 1e-9).sqrt()
}

/// The briefs that the authors of the patterns worked with, as the list of the briefs says.
fn seen_by_authors() -> io::Result<BTreeSet<String>> {
    let (_, source) = lines("messages", "briefs", "tsv")?;
    let seen = source.lines().filter(|line| line.ends_with("\tseen"));
    Ok(seen.filter_map(|line| line.split('\t').next()).map(str::to_owned).collect())
}

fn rows(
    model: Model,
    messages: &[Message],
    names: &[String],
    keys: &BTreeMap<u32, u32>,
    seen: &BTreeSet<String>,
) -> Vec<Row> {
    let (patterns, cues, vectors) = (SignalPatterns::shipped(), EmotionCues::shipped(), WordVectors::shipped());
    let numbers = |text: &Text<'_>, hidden: bool| match model {
        Model::Signals => {
            let Ok(found) = patterns.detect(text);
            let found = if hidden { Signals::default() } else { found };
            TrainedSignals::numbers(&vectors, &found, text)
        }
        Model::Emotion => {
            let Ok(found) = cues.score(text);
            let found = if hidden { Feeling::default() } else { found };
            TrainedEmotion::numbers(&vectors, &found, text)
        }
    };
    let row = |message: &Message| {
        let text = Text::new(&message.text);
        let found = ngrams(&text);
        let part = share(found.len());
        let mut sums: BTreeMap<u32, f32> = BTreeMap::new();
        for row in found.iter().filter_map(|ngram| keys.get(&ngram.key)) {
            *sums.entry(*row).or_default() += part;
        }
        let seen = seen.contains(&message.brief);
        Row {
            brief: message.brief.clone(),
            seen,
            labels: names.iter().map(|name| holds(message, name)).collect(),
            ngrams: sums.into_iter().collect(),
            numbers: numbers(&text, seen && spread(&message.brief) % 2 == 0),
        }
    };
    messages.iter().map(row).collect()
}

/// A number that spreads briefs evenly.
fn spread(brief: &str) -> usize {
    brief.bytes().fold(7_usize, |sum, byte| sum * 31 % 65_521 + byte as usize)
}

/// The margin of each row by heads that did not train on its brief.
fn out_of_fold(rows: &[Row], label: usize, kept: usize, dense: usize) -> Vec<f64> {
    let fold = |row: &Row| spread(&row.brief) / 2 % FOLDS;
    let mut margins = vec![0.0; rows.len()];
    for held in 0..FOLDS {
        let others: Vec<&Row> = rows.iter().filter(|row| fold(row) != held).collect();
        let weights = descend(&others, label, kept, dense);
        for (margin, row) in margins.iter_mut().zip(rows).filter(|(_, row)| fold(row) == held) {
            *margin = dot(&weights, row, kept);
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
fn descend(rows: &[&Row], label: usize, kept: usize, dense: usize) -> Vec<f64> {
    let mut weights = vec![0.0; kept + dense + 1];
    let mut duals = vec![0.0_f64; rows.len()];
    let square = |x: &f32| f64::from(*x) * f64::from(*x);
    let diagonal = 0.5 / COST;
    let norms: Vec<f64> = rows
        .iter()
        .map(|row| {
            1.0 + diagonal
                + row.ngrams.iter().map(|(_, x)| square(x)).sum::<f64>()
                + row.numbers.iter().map(square).sum::<f64>()
        })
        .collect();
    // A fixed walk that visits every row once a round: steps of a length that shares no factor with their number.
    let stride = (1..).map(|n| rows.len() * 3 / 5 + n).find(|s| gcd(*s, rows.len()) == 1).unwrap_or(1);
    for _ in 0..ROUNDS {
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

/// Offset and slope that make the logistic of out-of-fold margins most likely (Platt, 1999), by Newton's method.
fn calibrate(rows: &[Row], label: usize, margins: &[f64]) -> (f64, f64) {
    let (mut slope, mut intercept) = (1.0_f64, 0.0_f64);
    for _ in 0..50 {
        let (mut g, mut h) = ([0.0; 2], [[1e-6, 0.0], [0.0, 1e-6]]);
        for (row, margin) in rows.iter().zip(margins).filter(|(row, _)| !row.seen) {
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

/// e to a power by its series and ten squarings, as in the crate: the platform's differs in its last bits.
fn logistic(x: f64) -> f64 {
    let x = -x.clamp(-60.0, 60.0) / 1024.0;
    let series = 1.0 + x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0))));
    1.0 / (1.0 + (0..10).fold(series, |power, _| power * power))
}

/// A threshold for each label: the best F-measure out of fold, then all raised alike until few messages without a
/// signal are flagged. Messages that the authors of the patterns had before them don't count.
fn thresholds(model: Model, rows: &[Row], scores: &[Vec<f64>]) -> Vec<f64> {
    /// At most this share of the messages without a signal may be flagged; they are near misses, most of them.
    const FLAGGED: f64 = 0.04;
    let names = model.names();
    let danger: Vec<bool> = names.iter().map(|name| name == "crisis" || name == "threat").collect();
    let best: Vec<f64> = scores
        .iter()
        .enumerate()
        .map(|(label, scores)| {
            best_threshold(rows, label, scores, if danger[label] { MISSED_DANGER } else { FALSE_ALARM })
        })
        .collect();
    if model == Model::Emotion {
        return best;
    }
    let clean: Vec<usize> = (0..rows.len()).filter(|at| !rows[*at].seen && !rows[*at].labels.contains(&true)).collect();
    // Danger stays where it is: a person who looks in vain costs less than one who does not look.
    let raise =
        |(threshold, danger): (&f64, &bool), by: f64| if *danger { *threshold } else { (threshold + by).min(0.95) };
    let raised = |by: f64| best.iter().zip(&danger).map(move |label| raise(label, by));
    let flagged = |by: f64| {
        let raisable = || raised(by).zip(scores).zip(&danger).filter(|(_, danger)| !**danger).map(|(label, _)| label);
        let flags = |at: &&usize| raisable().any(|(threshold, scores)| scores[**at] >= threshold);
        clean.iter().filter(flags).count() as f64 / clean.len().max(1) as f64
    };
    let by = (0..=60).map(|step| f64::from(step) / 100.0).find(|by| flagged(*by) <= FLAGGED).unwrap_or(0.6);
    raised(by).collect()
}

/// How much recall weighs beside precision: less where most messages carry no signal and a false alarm costs an agent's
/// time, more where a life may be at stake.
const FALSE_ALARM: f64 = 0.8;
const MISSED_DANGER: f64 = 1.2;

/// The threshold with the best F-measure.
fn best_threshold(rows: &[Row], label: usize, scores: &[f64], beta: f64) -> f64 {
    let f = |at: f64| {
        let (precision, recall) = quality(rows, label, scores, at);
        (1.0 + beta * beta) * precision * recall / (beta * beta * precision + recall).max(1e-9)
    };
    let steps = (10..=90).map(|step| f64::from(step) / 100.0);
    steps.fold((0.5, -1.0), |best, at| if f(at) > best.1 { (at, f(at)) } else { best }).0
}

/// Precision and recall of a label at a threshold.
fn quality(rows: &[Row], label: usize, scores: &[f64], at: f64) -> (f64, f64) {
    let counted = || rows.iter().zip(scores).filter(|(row, _)| !row.seen);
    let total = counted().filter(|(row, _)| row.labels[label]).count() as f64;
    let all = counted().filter(|(_, score)| **score >= at).count() as f64;
    let right = counted().filter(|(row, score)| **score >= at && row.labels[label]).count() as f64;
    (right / all.max(1.0), right / total.max(1.0))
}
