//! `intents health`.

use crate::files;
use anstyle::Style;
use clap::Args;
use handover::intent::Trainer;
use std::io::{self, Write};
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct Options {
    /// Rows `intent<TAB>text`, as for `train`.
    #[arg(value_name = "TRAIN.tsv")]
    rows: PathBuf,
}

pub(crate) fn run(options: &Options) -> io::Result<()> {
    let examples = files::examples(&options.rows)?;
    let health = Trainer::new().health(&examples).map_err(|e| files::at(&options.rows, e))?;
    let mut out = anstream::stdout().lock();
    let bold = Style::new().bold();
    writeln!(out, "{bold}{:.1} %{bold:#} of the rows are found again when held out", 100.0 * health.accuracy)?;
    for finding in &health.findings {
        writeln!(out, "· {finding}")?;
    }
    out.flush()
}
