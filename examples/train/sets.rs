//! `train sets`: the learner measured on public sets that its makers did not write. Nothing of it ships.
//!
//! One head a label, on the set's train rows, by the learner and with the numbers of the shipped model of emotion;
//! thresholds out of fold. What is measured on the dev rows is the model as its bytes say it, weights of 8 bits and all.

mod manifest;
mod score;

use crate::linear::{Features, Head, Row, Settings, best_threshold, bytes};
use clap::{Args, ValueEnum};
use handover::emotion::{EmotionCues, EmotionScorer, Feeling, TrainedEmotion};
use handover::heads::{Heads, Ngram, ngrams};
use handover::text::{Text, Word};
use handover::vectors::WordVectors;
use score::{Answer, bits, f1, interval, macro_f1};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;

/// Measures the learner on public sets of emotion; writes no model.
#[derive(Args)]
pub(crate) struct Options {
    /// The folder that holds `goemotions` and `xed-nl`; sets.tsv says which files.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// One set alone.
    #[arg(long, value_enum)]
    set: Option<Set>,
    /// Another number of n-grams than the set's own.
    #[arg(long, value_name = "COUNT")]
    ngrams: Option<usize>,
    /// Another cost than the set's own: less of it keeps weights smaller.
    #[arg(long)]
    cost: Option<f64>,
    /// Another number of rounds of descent than the set's own.
    #[arg(long)]
    rounds: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Set {
    #[value(name = "goemotions")]
    GoEmotions,
    XedNl,
}

/// What a set is trained with: of what was tried, the best on its train rows out of fold.
struct Recipe {
    ngrams: usize,
    settings: Settings,
}

impl Set {
    const fn name(self) -> &'static str {
        match self {
            Self::GoEmotions => "goemotions",
            Self::XedNl => "xed-nl",
        }
    }

    const fn recipe(self) -> Recipe {
        match self {
            Self::GoEmotions => Recipe { ngrams: 9_000, settings: Settings { cost: 0.1, rounds: 15, folds: 4 } },
            Self::XedNl => Recipe { ngrams: 10_000, settings: Settings { cost: 0.02, rounds: 20, folds: 4 } },
        }
    }
}

impl Options {
    fn recipe(&self, set: Set) -> Recipe {
        let Recipe { ngrams, settings } = set.recipe();
        let (cost, rounds) = (self.cost.unwrap_or(settings.cost), self.rounds.unwrap_or(settings.rounds));
        Recipe { ngrams: self.ngrams.unwrap_or(ngrams), settings: Settings { cost, rounds, ..settings } }
    }
}

/// Trains on each set's train rows and says what that is worth on its dev rows.
pub(crate) fn measure(options: &Options, out: &mut impl Write) -> io::Result<()> {
    let sets = options.set.map_or_else(|| Set::value_variants().to_vec(), |set| vec![set]);
    let wanted: Vec<_> = sets.iter().flat_map(|set| manifest::of(set.name())).collect();
    let held = manifest::read(&wanted, &options.data)?;
    for (set, parts) in sets.iter().zip(held.chunks(2)) {
        let [train, dev] = parts else { continue };
        Trial::of(train, dev).run(*set, &options.recipe(*set), out)?;
    }
    Ok(())
}

/// A text with the labels that people gave it, and what the learner sees of it.
struct Example {
    text: String,
    labels: Vec<bool>,
    ngrams: Vec<Ngram>,
    numbers: Vec<f32>,
}

struct Trial {
    names: Vec<String>,
    train: Vec<Example>,
    dev: Vec<Example>,
}

impl Trial {
    /// From two parts of a set: labels joined by commas, a tab, the text.
    fn of(train: &str, dev: &str) -> Self {
        let labels = |line: &str| line.split('\t').next().unwrap_or_default().split(',').map(str::to_owned).collect();
        let names: BTreeSet<String> =
            train.lines().chain(dev.lines()).flat_map(|line| -> Vec<_> { labels(line) }).collect();
        let names: Vec<String> = names.into_iter().collect();
        let (vectors, cues) = (WordVectors::shipped(), EmotionCues::shipped());
        let example = |line: &str| Example::of(line, &names, &vectors, &cues);
        let [train, dev] = [train, dev].map(|part| part.lines().map(example).collect());
        Self { names, train, dev }
    }

    fn run(&self, set: Set, recipe: &Recipe, out: &mut impl Write) -> io::Result<()> {
        let model = self.train(recipe);
        let bytes = model.bytes.len();
        let answers = self.answers(model.bytes)?;
        let (count, Settings { cost, rounds, folds }) = (self.names.len(), recipe.settings);
        writeln!(
            out,
            "{}: {count} labels, {} rows to train on, {} in dev",
            set.name(),
            self.train.len(),
            self.dev.len()
        )?;
        writeln!(out, "  cost {cost}, {rounds} rounds, {folds} folds; {} n-grams, {bytes} bytes", model.ngrams)?;
        for (name, f1) in self.names.iter().zip(f1(answers.iter().copied(), count)) {
            writeln!(out, "  {name:16} F1 {f1:.3}")?;
        }
        let (low, high) = interval(&answers, count);
        let dev = macro_f1(answers.iter().copied(), count);
        writeln!(out, "  macro-F1 {dev:.3} on dev, 95 % {low:.3} to {high:.3}; {:.3} out of fold", model.out_of_fold)
    }

    fn train(&self, recipe: &Recipe) -> Model {
        let count = self.names.len();
        let held = |example: &Example| (0..count).filter(|at| example.labels.get(*at) == Some(&true)).collect();
        let texts = self.train.iter().map(|example| (example.ngrams.clone(), held(example)));
        let features = Features::among(texts, count, recipe.ngrams);
        let rows: Vec<Row> = self.train.iter().map(|example| example.row(&features)).collect();
        let heads = Head::train_all(&rows, count, features.len(), recipe.settings);
        let thresholds: Vec<f64> =
            heads.iter().enumerate().map(|(label, head)| best_threshold(&rows, label, &head.scores, 1.0)).collect();
        let named = |row: usize| {
            heads.iter().zip(&thresholds).map(move |(head, at)| head.scores.get(row).is_some_and(|score| score >= at))
        };
        let answers = self.train.iter().enumerate().map(|(at, example)| example.answer(named(at)));
        let out_of_fold = macro_f1(answers, count);
        Model { bytes: bytes(&self.names, &heads, &thresholds, &features), ngrams: features.len(), out_of_fold }
    }

    /// What the model of these bytes names in the dev rows.
    fn answers(&self, model: Vec<u8>) -> io::Result<Vec<Answer>> {
        let heads = Heads::from_bytes(model).map_err(io::Error::other)?;
        let answer = |example: &Example| {
            let scores = heads.scores(&heads.known(&example.ngrams), &example.numbers);
            example.answer(heads.labels().iter().zip(scores).map(|(label, score)| score >= label.threshold))
        };
        Ok(self.dev.iter().map(answer).collect())
    }
}

struct Model {
    bytes: Vec<u8>,
    ngrams: usize,
    /// Macro-F1 on the train rows, each by heads that did not train on it.
    out_of_fold: f64,
}

/// The weight of the pooled vector beside n-grams: chosen on development rows.
const VECTOR: f32 = 3.0;

/// The vector weighs more for linear heads than for those with layers.
fn numbers(vectors: &WordVectors, cues: &Feeling, text: &Text<'_>) -> Vec<f32> {
    let mut numbers = TrainedEmotion::numbers(vectors, cues, text);
    numbers.iter_mut().take(usize::from(vectors.dims())).for_each(|value| *value *= VECTOR);
    numbers
}

impl Example {
    fn of(line: &str, names: &[String], vectors: &WordVectors, cues: &EmotionCues) -> Self {
        let (labels, raw) = line.split_once('\t').unwrap_or_default();
        let text = Text::new(raw);
        let Ok(found) = cues.score(&text);
        let mut seen = ngrams(&text).to_vec();
        seen.extend(negated(&text));
        Self {
            text: raw.to_owned(),
            labels: names.iter().map(|name| labels.split(',').any(|label| label == name)).collect(),
            ngrams: seen,
            numbers: numbers(vectors, &found, &text),
        }
    }

    fn row(&self, features: &Features) -> Row {
        Row {
            group: self.text.clone(),
            set_aside: false,
            labels: self.labels.clone(),
            labelled: true,
            ngrams: features.weigh(&self.ngrams),
            numbers: self.numbers.clone(),
        }
    }

    fn answer(&self, named: impl Iterator<Item = bool>) -> Answer {
        Answer { holds: bits(self.labels.iter().copied()), named: bits(named) }
    }
}

/// How many words a negation reaches, where nothing ends it before.
const REACH: usize = 4;
const NEGATIONS: [&str; 17] = [
    "not",
    "no",
    "never",
    "nothing",
    "nobody",
    "none",
    "without",
    "cannot",
    "niet",
    "geen",
    "nooit",
    "niets",
    "niks",
    "niemand",
    "nergens",
    "zonder",
    "nauwelijks",
];

/// Words within reach of a negation, as n-grams of their own: "not good" is no praise, whatever stands between.
fn negated(text: &Text<'_>) -> Vec<Ngram> {
    let mut marks = Vec::new();
    for sentence in text.sentences() {
        let mut left = 0;
        for at in sentence.words.clone() {
            let Some(word) = text.words().get(at) else { continue };
            left = if word.after_pause { 0 } else { left };
            if left > 0 {
                marks.push(mark(text, word, at));
            }
            left = if negates(text.folded(word)) { REACH } else { left.saturating_sub(1) };
        }
    }
    marks
}

fn negates(word: &str) -> bool {
    NEGATIONS.contains(&word) || word.ends_with("n't")
}

/// FNV-1a over the word behind a letter that no other kind of n-gram begins with.
fn mark(text: &Text<'_>, word: &Word, at: usize) -> Ngram {
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let key = text.folded(word).bytes().fold(step(0x811c_9dc5, b'n'), step);
    Ngram { key, first: at as u32, last: at as u32 }
}
