//! `predict`: the same lines as the crate's own program `intents predict --json` writes.

use crate::{EncoderOptions, at};
use clap::Args;
use handover::intent::{Prediction, Ranked, TrainedIntents};
use handover::text::Text;
use serde::Serialize;
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

/// A message on the wire.
#[derive(Serialize)]
struct Line<'p> {
    intent: Option<&'p str>,
    confidence: f32,
    in_scope: bool,
    scope_score: f32,
    top: &'p [Ranked],
    ambiguous: bool,
    version: String,
}

impl<'p> Line<'p> {
    fn of(prediction: &'p Prediction) -> Self {
        let best = prediction.best();
        Self {
            intent: best.map(|best| &*best.intent),
            confidence: best.map_or(0.0, |best| best.confidence),
            in_scope: prediction.in_scope(),
            scope_score: prediction.scope_score(),
            top: prediction.intents().all(),
            ambiguous: prediction.ambiguous().is_some(),
            version: prediction.version().to_string(),
        }
    }
}
