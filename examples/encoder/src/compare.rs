//! `compare`: what an encoder is worth on your rows, and what it costs.

use crate::{EncoderOptions, at, examples};
use clap::Args;
use handover::intent::{Encoder, EncoderError, Evaluation, Examples, Report, TrainedIntents, Trainer};
use handover::text::Text;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    encoder: EncoderOptions,
    /// Rows `intent<TAB>text` to learn from.
    #[arg(value_name = "TRAIN.tsv")]
    train: PathBuf,
    /// Rows to be measured on; `oos` marks those that belong to none.
    #[arg(value_name = "TEST.tsv")]
    test: PathBuf,
}

pub(crate) fn run(options: &Options) -> io::Result<()> {
    let (train, test) = (examples(&options.train)?, examples(&options.test)?);
    let encoders = [("shipped word vectors", Encoder::shipped()), ("MiniLM", options.encoder.load()?)];
    let mut out = io::stdout().lock();
    let head = ["accuracy %", "macro-F1 %", "ECE %", "AUROC %", "ms a message"];
    writeln!(out, "{:<22}{}", "", head.map(|name| format!("{name:>14}")).concat())?;
    for (name, encoder) in encoders {
        let model = Trainer::new().encoder(encoder).train(&train).map_err(|e| at(&options.train, e))?;
        let (report, milliseconds) = measured(&model, &test).map_err(|e| at(&options.test, e))?;
        writeln!(out, "{name:<22}{}{milliseconds:>14.3}", shares(&report))?;
    }
    out.flush()
}

fn measured(model: &TrainedIntents, test: &Examples) -> Result<(Report, f64), EncoderError> {
    let (mut evaluation, start) = (Evaluation::default(), Instant::now());
    for row in test.rows() {
        evaluation.add(&row.intent, &model.predict(&Text::new(&row.text))?);
    }
    Ok((evaluation.report(), start.elapsed().as_secs_f64() * 1e3 / test.rows().len() as f64))
}

/// What can't be measured on these rows is a dash: AUROC where none is out of scope.
fn shares(report: &Report) -> String {
    let shares = [report.accuracy, report.macro_f1, report.calibration_error, report.auroc];
    shares.map(|share| share.map_or(format!("{:>14}", "–"), |share| format!("{:>14.1}", 100.0 * share))).concat()
}
