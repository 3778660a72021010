//! A host's own intents: train a classifier from examples, see how good it is, use it, and teach it what agents corrected.
//!
//! `cargo run --release --example intents -- train TRAIN.tsv --out MODEL`, then `eval`, `predict` and `learn`; `--help`
//! says what each takes. Rows are `intent<TAB>text`, and the intent `oos` marks rows that belong to none.

#[path = "../support/mod.rs"]
mod support;

mod eval;
mod files;
mod health;
mod learn;
mod line;
mod predict;
mod train;

use clap::{Parser, Subcommand};
use std::io;
use std::process::ExitCode;

/// Trains, measures and uses classifiers of intents.
#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Learns from rows `intent<TAB>text` and writes a model.
    Train(train::Options),
    /// Says how good a model is on rows whose intent is known.
    Eval(eval::Options),
    /// Looks for what is wrong with rows, and says what to add.
    Health(health::Options),
    /// Takes corrections by people into a model, or out of it again, without training anew.
    Learn(learn::Options),
    /// Names the intent of each line of the input.
    Predict(predict::Options),
}

fn main() -> ExitCode {
    support::end(run(&Options::parse()))
}

fn run(options: &Options) -> io::Result<ExitCode> {
    match &options.task {
        Task::Train(options) => train::run(options)?,
        Task::Eval(options) => eval::run(options)?,
        Task::Health(options) => health::run(options)?,
        Task::Learn(options) => learn::run(options)?,
        Task::Predict(options) => predict::run(options)?,
    }
    Ok(ExitCode::SUCCESS)
}
