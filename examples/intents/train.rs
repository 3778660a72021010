//! `intents train`.

use crate::files;
use clap::{Args, ValueEnum};
use handover::intent::{Progress, Stage, Trainer};
use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

#[derive(Args)]
pub(crate) struct Options {
    /// Rows `intent<TAB>text`; `oos` marks those that belong to none.
    #[arg(value_name = "TRAIN.tsv")]
    rows: PathBuf,
    /// Where the model goes.
    #[arg(long, value_name = "MODEL")]
    out: PathBuf,
    /// Whether the shipped word vectors take part.
    #[arg(long, value_enum, default_value_t = Switch::On)]
    vectors: Switch,
    /// Sentences about the intents, `intent<TAB>description`: each counts as an example.
    #[arg(long, value_name = "FILE.tsv")]
    descriptions: Option<PathBuf>,
    /// On which share of the messages in scope the model may abstain, 0 to 0.5.
    #[arg(long, value_name = "SHARE", default_value_t = 0.05)]
    false_rejects: f32,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Switch {
    On,
    Off,
}

pub(crate) fn run(options: &Options) -> io::Result<()> {
    let examples = files::examples(&options.rows)?;
    let start = Instant::now();
    let model = trainer(options)?
        .train_watched(&examples, |progress| {
            show(progress);
            ControlFlow::Continue(())
        })
        .map_err(|e| files::at(&options.rows, e))?;
    clear();
    let bytes = model.to_bytes();
    files::write(&options.out, &bytes)?;
    anstream::eprintln!(
        "{} rows, {} intents: {} of {} bytes, version {}, in {:.2} s",
        examples.rows().len(),
        model.intents().len(),
        options.out.display(),
        bytes.len(),
        model.version(),
        start.elapsed().as_secs_f32()
    );
    Ok(())
}

fn trainer(options: &Options) -> io::Result<Trainer> {
    if !(0.0..=0.5).contains(&options.false_rejects) {
        return Err(io::Error::other(format!("--false-rejects is {}; expected 0 to 0.5", options.false_rejects)));
    }
    let mut trainer = Trainer::new().false_rejects(options.false_rejects);
    if options.vectors == Switch::Off {
        trainer = trainer.without_encoder();
    }
    if let Some(path) = &options.descriptions {
        for row in files::examples(path)?.rows() {
            trainer = trainer.description(&*row.intent, &row.text);
        }
    }
    Ok(trainer)
}

/// On a terminal, how far it is, in one line that is written over.
fn show(progress: Progress) {
    if !io::stderr().is_terminal() {
        return;
    }
    let stage = match progress.stage {
        Stage::Reading => "reading the examples",
        Stage::Choosing => "choosing settings",
        Stage::Learning => "learning",
        Stage::Calibrating => "calibrating",
        _ => "training",
    };
    let _ = write!(io::stderr(), "\r\x1b[K{stage}, round {}", progress.rounds);
}

fn clear() {
    if io::stderr().is_terminal() {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
}
