//! `predict`: the same lines as the crate's own program `intents predict --json` writes.

use crate::line::Line;
use crate::{EncoderOptions, at};
use clap::Args;
use handover::intent::TrainedIntents;
use handover::text::Text;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    encoder: EncoderOptions,
    /// A model that `train` wrote.
    model: PathBuf,
    /// A message a line; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    messages: PathBuf,
}

pub(crate) fn run(options: &Options) -> io::Result<()> {
    let bytes = std::fs::read(&options.model).map_err(|e| at(&options.model, e))?;
    let model = TrainedIntents::with_encoder(&bytes, options.encoder.load()?).map_err(|e| at(&options.model, e))?;
    let mut out = BufWriter::new(io::stdout().lock());
    for line in open(&options.messages)?.lines() {
        let line = line.map_err(|e| at(&options.messages, e))?;
        let prediction = model.predict(&Text::new(&line)).map_err(io::Error::other)?;
        serde_json::to_writer(&mut out, &Line::of(&prediction))?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    Ok(Box::new(BufReader::new(File::open(path).map_err(|e| at(path, e))?)))
}
