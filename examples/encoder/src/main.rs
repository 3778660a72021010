//! Intents with a real sentence encoder: what it is worth on rows of your own, training, and answers.
//!
//! ```sh
//! cargo run --release -- compare --encoder DIR TRAIN.tsv TEST.tsv
//! cargo run --release -- train --encoder DIR TRAIN.tsv --out MODEL
//! cargo run --release -- predict --encoder DIR MODEL [FILE | -]
//! ```

mod answers;
mod compare;
// The program of the crate writes the same lines.
#[path = "../../intents/line.rs"]
mod line;

use clap::{Args, Parser, Subcommand};
use handover::intent::{Encoder, Examples, Trainer};
use handover_encoder::MiniLm;
use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Classifies intents with a sentence encoder.
#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Trains twice, with the shipped word vectors and with the encoder, and says how both do on other rows.
    Compare(compare::Options),
    /// Learns from rows `intent<TAB>text` and writes a model.
    Train(TrainOptions),
    /// Names the intent of each line of the input, one JSON object a line.
    Predict(answers::Options),
}

/// Where the encoder is.
#[derive(Args)]
struct EncoderOptions {
    /// The folder with `config.json`, `tokenizer.json` and `model.safetensors`.
    #[arg(long, value_name = "DIR")]
    encoder: PathBuf,
}

impl EncoderOptions {
    fn load(&self) -> io::Result<Encoder> {
        MiniLm::load(&self.encoder).map(MiniLm::into_encoder).map_err(io::Error::other)
    }
}

#[derive(Args)]
struct TrainOptions {
    #[command(flatten)]
    encoder: EncoderOptions,
    /// Rows `intent<TAB>text`; `oos` marks those that belong to none.
    #[arg(value_name = "TRAIN.tsv")]
    rows: PathBuf,
    /// Where the model goes.
    #[arg(long, value_name = "MODEL")]
    out: PathBuf,
}

fn train(options: &TrainOptions) -> io::Result<()> {
    let rows = examples(&options.rows)?;
    let trainer = Trainer::new().encoder(options.encoder.load()?);
    let model = trainer.train(&rows).map_err(|e| at(&options.rows, e))?;
    let bytes = model.to_bytes();
    std::fs::write(&options.out, &bytes).map_err(|e| at(&options.out, e))?;
    let (out, intents) = (options.out.display(), model.intents().len());
    anstream::eprintln!("{} rows, {intents} intents: {out}, {} bytes", rows.rows().len(), bytes.len());
    Ok(())
}

fn examples(path: &Path) -> io::Result<Examples> {
    let tsv = std::fs::read_to_string(path).map_err(|e| at(path, e))?;
    Examples::from_tsv(&tsv).map_err(|e| at(path, e))
}

/// Names the file in whatever went wrong with it.
fn at(path: &Path, error: impl Display) -> io::Error {
    io::Error::other(format!("{}: {error}", path.display()))
}

fn main() -> ExitCode {
    let result = match &Options::parse().task {
        Task::Compare(options) => compare::run(options),
        Task::Train(options) => train(options),
        Task::Predict(options) => answers::run(options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
