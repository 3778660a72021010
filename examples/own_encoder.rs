//! A host with an encoder of its own behind the port: word vectors in the plain text form that word2vec, GloVe and
//! fastText share, beside the ones that ship. Each finds the answer that lies nearest to a message; then a classifier of
//! intents learns with the host's. A sentence encoder goes behind the same port in the same way.
//!
//! `cargo run --release --example own_encoder`, or with your vectors and a message of your own:
//! `cargo run --release --example own_encoder -- cc.nl.300.vec "ik wil opzeggen"`

#![allow(clippy::print_stdout, reason = "a program prints")]

use clap::Parser;
use handover::intent::{Encoder, Examples, Trainer};
use handover::text::Text;
use handover::vectors::{Embedder, Embedding, WordVectors};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Finds the answer that is nearest to a message, with the shipped vectors and with your own.
#[derive(Parser)]
struct Options {
    /// Word vectors as text, a word and its numbers a line, frequent words first; by default a small sample.
    vectors: Option<PathBuf>,
    /// What a customer says; by default a few things.
    messages: Vec<String>,
}

const ANSWERS: [&str; 5] = [
    "How to cancel a subscription",
    "Where is my parcel?",
    "Paying an invoice in instalments",
    "Reset your password",
    "Talk to an agent",
];
const MESSAGES: [&str; 4] = [
    "ik wil mijn abonnement opzeggen",
    "waar blijft mijn pakket",
    "kan ik mijn factuur in termijnen betalen",
    "wachtwoord vergeten",
];

/// The host's encoder: the vectors of a message's words, rare ones counting more.
struct PlainVectors {
    rows: HashMap<String, Vec<f32>>,
    dims: usize,
}

/// What is wrong with the file, and where.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {problem}")]
struct BadLine {
    line: usize,
    problem: String,
}

impl PlainVectors {
    fn load(path: &Path) -> io::Result<Self> {
        let said = |e: &dyn std::fmt::Display| io::Error::other(format!("{}: {e}", path.display()));
        let mut vectors = Self { rows: HashMap::new(), dims: 0 };
        for (at, line) in BufReader::new(File::open(path).map_err(|e| said(&e))?).lines().enumerate() {
            vectors.take(at + 1, &line.map_err(|e| said(&e))?).map_err(|e| said(&e))?;
        }
        Ok(vectors)
    }

    fn take(&mut self, line: usize, row: &str) -> Result<(), BadLine> {
        let bad = |problem: String| BadLine { line, problem };
        let (word, numbers) =
            row.trim_end().split_once(' ').ok_or_else(|| bad("a word and numbers expected".into()))?;
        let numbers: Result<Vec<f32>, _> = numbers.split(' ').map(str::parse).collect();
        let mut numbers = numbers.map_err(|e| bad(format!("`{word}`: {e}")))?;
        if line == 1 && numbers.len() == 1 {
            // word2vec and fastText begin with how many rows and dimensions there are.
            return Ok(());
        }
        if self.dims == 0 {
            self.dims = numbers.len();
        }
        if numbers.len() != self.dims {
            return Err(bad(format!("`{word}` has {} numbers, the words before it {}", numbers.len(), self.dims)));
        }
        // Frequent words come first and say little, so a word weighs by the logarithm of its place (Zipf's law).
        let weight = (1.0 + line as f32).ln();
        numbers.iter_mut().for_each(|n| *n *= weight);
        self.rows.entry(word.to_lowercase()).or_insert(numbers);
        Ok(())
    }
}

impl Embedder for PlainVectors {
    // Loading can fail; once loaded, every message has an answer. A remote encoder would name its failures here.
    type Error = std::convert::Infallible;

    fn embed(&self, text: &Text<'_>) -> Result<Embedding, Self::Error> {
        let mut sum = vec![0.0; self.dims];
        for row in text.words().iter().filter_map(|word| self.rows.get(text.folded(word))) {
            sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
        Ok(Embedding::from(sum))
    }
}

/// The answer that lies nearest to a message, with its cosine; none where the message says nothing to the embedder.
fn nearest<E: Embedder + ?Sized>(embedder: &E, message: &str) -> Result<Option<(&'static str, f32)>, E::Error> {
    let message = embedder.embed(&Text::new(message))?;
    let mut best: Option<(&str, f32)> = None;
    for answer in ANSWERS {
        let cosine = message.cosine(&embedder.embed(&Text::new(answer))?);
        best = cosine.filter(|c| best.is_none_or(|(_, most)| *c > most)).map(|c| (answer, c)).or(best);
    }
    Ok(best)
}

fn run(options: &Options) -> io::Result<()> {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data/words.vec");
    let own = PlainVectors::load(options.vectors.as_ref().unwrap_or(&sample))?;
    let shipped = WordVectors::shipped();
    let embedders: [(&str, &dyn Embedder<Error = std::convert::Infallible>); 2] =
        [("shipped", &shipped), ("own", &own)];
    let mut messages: Vec<&str> = options.messages.iter().map(String::as_str).collect();
    if messages.is_empty() {
        messages.extend(MESSAGES);
    }
    for message in &messages {
        println!("{message}");
        for (name, embedder) in embedders {
            match nearest(embedder, message).map_err(io::Error::other)? {
                Some((answer, cosine)) => println!("  {name:<8} {cosine:.2}  {answer}"),
                None => println!("  {name:<8} knows none of these words"),
            }
        }
    }
    classify(own, &messages)
}

/// Trains a classifier with the host's encoder in place of the shipped vectors. Its name goes into the model, which can
/// then be loaded with this encoder only: `TrainedIntents::with_encoder`.
fn classify(own: PlainVectors, messages: &[&str]) -> io::Result<()> {
    let examples = Examples::from_tsv(include_str!("data/intents.tsv")).map_err(io::Error::other)?;
    let trainer = Trainer::new().encoder(Encoder::own("plain vectors 1", own));
    let model = trainer.train(&examples).map_err(io::Error::other)?;
    println!("intents, learned with the own vectors");
    for message in messages {
        let prediction = model.predict(&Text::new(message)).map_err(io::Error::other)?;
        let Some(best) = prediction.best() else { continue };
        println!("  {:<20} {:.2}  {message}", best.intent, best.confidence);
    }
    Ok(())
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
