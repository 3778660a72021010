//! `intents eval`.

use crate::files;
use clap::Args;
use handover::intent::{Evaluation, Report};
use handover::text::Text;
use serde::Serialize;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct Options {
    /// A model that `train` wrote.
    model: PathBuf,
    /// Rows `intent<TAB>text`, with `oos` for those that belong to none.
    #[arg(value_name = "TEST.tsv")]
    rows: PathBuf,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

/// So many confusions are shown.
const SHOWN: usize = 10;

pub(crate) fn run(options: &Options) -> io::Result<()> {
    let model = files::model(&options.model)?;
    let examples = files::examples(&options.rows)?;
    let mut evaluation = Evaluation::default();
    for row in examples.rows() {
        let prediction = model.predict(&Text::new(&row.text)).map_err(io::Error::other)?;
        evaluation.add(&row.intent, &prediction);
    }
    let report = evaluation.report();
    let mut out = BufWriter::new(anstream::stdout().lock());
    if options.json {
        crate::support::json_line(&mut out, &Figures::of(&report))?
    } else {
        print(&mut out, &report)?
    }
    let strange: Vec<&str> = examples.intents().filter(|name| !model.intents().any(|known| known == *name)).collect();
    if !strange.is_empty() {
        anstream::eprintln!("warning: the model does not know {}; those rows count as mistakes", strange.join(", "));
    }
    out.flush()
}

fn print(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let mut row = |name: &str, share: Option<f64>| match share {
        Some(share) => writeln!(out, "{name:<44} {:>6.2} %", 100.0 * share),
        None => Ok(()),
    };
    row("accuracy", report.accuracy)?;
    row("macro-F1", report.macro_f1)?;
    row("calibration error, 15 bins", report.calibration_error)?;
    row("answered, of those in scope", report.answered)?;
    row("accuracy where answered", report.accuracy_answered)?;
    row("found, of those out of scope", report.found_out_of_scope)?;
    row("AUROC, in scope against out of scope", report.auroc)?;
    row("out of scope taken in at 95 % in scope", report.fpr95)?;
    writeln!(out, "{} rows in scope, {} out of scope", report.rows, report.rows_out_of_scope)?;
    if !report.confusions.is_empty() {
        writeln!(out, "worst confusions")?;
    }
    for confusion in report.confusions.iter().take(SHOWN) {
        writeln!(out, "{:>5}  {} taken for {}", confusion.count, confusion.intent, confusion.taken_for)?;
    }
    Ok(())
}

/// The report on the wire.
#[derive(Serialize)]
struct Figures<'r> {
    rows: usize,
    rows_out_of_scope: usize,
    accuracy: Option<f64>,
    macro_f1: Option<f64>,
    ece: Option<f64>,
    answered: Option<f64>,
    accuracy_answered: Option<f64>,
    found_out_of_scope: Option<f64>,
    auroc: Option<f64>,
    fpr95: Option<f64>,
    confusions: Vec<Mistake<'r>>,
}

#[derive(Serialize)]
struct Mistake<'r> {
    intent: &'r str,
    taken_for: &'r str,
    count: usize,
}

impl<'r> Figures<'r> {
    fn of(report: &'r Report) -> Self {
        let mistake = |confusion: &'r handover::intent::Confusion| Mistake {
            intent: &confusion.intent,
            taken_for: &confusion.taken_for,
            count: confusion.count,
        };
        Self {
            rows: report.rows,
            rows_out_of_scope: report.rows_out_of_scope,
            accuracy: report.accuracy,
            macro_f1: report.macro_f1,
            ece: report.calibration_error,
            answered: report.answered,
            accuracy_answered: report.accuracy_answered,
            found_out_of_scope: report.found_out_of_scope,
            auroc: report.auroc,
            fpr95: report.fpr95,
            confusions: report.confusions.iter().map(mistake).collect(),
        }
    }
}
