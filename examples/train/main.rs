//! Rebuilds what ships from what people can review: the same bytes every time.
//!
//! `cargo run --release --example train -- --check` proves that what is committed is what a rebuild gives;
//! `… -- vectors` rebuilds the table of word vectors, `… -- signals`, `… -- emotion` and `… -- frustration` the trained
//! models, in this order: each stands on those before it. `… -- sets` measures the learner on public sets, and writes
//! nothing.

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "what the other programs share is more than this one needs")]
mod support;

mod artefact;
mod corpus;
mod frustration;
mod heads;
mod linear;
mod network;
mod sets;
mod threads;
mod vectors;

use clap::{CommandFactory, Parser, Subcommand};
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

/// Rebuilds what ships with the crate, from committed artefacts.
#[derive(Parser)]
#[command(name = "train", args_conflicts_with_subcommands = true)]
struct Options {
    /// Write nothing; fail where what is committed is not what a rebuild gives.
    #[arg(long)]
    check: bool,
    #[command(subcommand)]
    model: Option<Model>,
}

#[derive(Subcommand)]
enum Model {
    Vectors(vectors::Options),
    /// Trains the model of the signals, from `tests/corpus`.
    Signals,
    /// Trains the model of emotion and valence, from `tests/corpus`.
    Emotion,
    /// Trains the model of frustration over a conversation, from `tests/corpus`, on what the other two read in it.
    Frustration,
    Sets(sets::Options),
}

fn main() -> ExitCode {
    support::end(run(&Options::parse()))
}

fn run(options: &Options) -> io::Result<ExitCode> {
    let mut out = anstream::stdout().lock();
    match &options.model {
        Some(Model::Vectors(options)) => vectors::build(options, &mut out)?,
        Some(Model::Signals) => heads::build(heads::Model::Signals, &mut out)?,
        Some(Model::Emotion) => heads::build(heads::Model::Emotion, &mut out)?,
        Some(Model::Frustration) => frustration::build(&mut out)?,
        Some(Model::Sets(options)) => sets::measure(options, &mut out)?,
        None if options.check => {
            vectors::check(&mut out)?;
            let [signals, emotion] = heads::Model::ALL.map(|model| (model, heads::Trained::of(model, &mut io::sink())));
            emotion.1?.check(emotion.0, &mut out)?;
            let trained = signals.1?;
            trained.check(signals.0, &mut out)?;
            frustration::check(&trained, &mut out)?;
            writeln!(out, "what is committed is what a rebuild gives")?;
        }
        None => Options::command().print_help()?,
    }
    Ok(ExitCode::SUCCESS)
}

/// An error with the file that it is about.
fn said(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
