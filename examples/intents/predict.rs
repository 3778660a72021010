//! `intents predict`.

use crate::line::Line;
use crate::{files, support};
use anstyle::Style;
use clap::Args;
use handover::intent::{Prediction, TrainedIntents};
use handover::text::Text;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct Options {
    /// A model that `train` wrote.
    model: PathBuf,
    /// A message a line; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    messages: PathBuf,
    /// One JSON object a line, and nothing else on standard output.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(options: &Options) -> io::Result<()> {
    let model = files::model(&options.model)?;
    let mut out = BufWriter::new(anstream::stdout().lock());
    for line in support::Lines::of(support::open(&options.messages)?) {
        let (number, line) = line?;
        // A line that can't be read still gets its answer, so that lines pair by order.
        let line = line.unwrap_or_else(|error| {
            support::refuse(number, &error);
            String::new()
        });
        answer(&mut out, &model, &line, options.json)?;
    }
    out.flush()
}

fn answer(out: &mut impl Write, model: &TrainedIntents, line: &str, json: bool) -> io::Result<()> {
    let prediction = model.predict(&Text::new(line)).map_err(io::Error::other)?;
    if json { support::json_line(out, &Line::of(&prediction)) } else { print(out, &prediction, line) }
}

fn print(out: &mut impl Write, prediction: &Prediction, line: &str) -> io::Result<()> {
    let (bold, dim) = (Style::new().bold(), Style::new().dimmed());
    let Some(best) = prediction.best() else { return writeln!(out, "{line}") };
    write!(out, "{bold}{}{bold:#} {:.2}", best.intent, best.confidence)?;
    if !prediction.in_scope() {
        write!(out, " (probably none of the intents)")?;
    } else if let Some([_, second]) = prediction.ambiguous() {
        write!(out, " or {} {:.2}", second.intent, second.confidence)?;
    }
    writeln!(out, "  {dim}{line}{dim:#}")
}
