//! `intents learn`.

use crate::files;
use clap::Args;
use std::io;
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct Options {
    /// A model that `train` or `learn` wrote.
    model: PathBuf,
    /// Rows `intent<TAB>text`: what agents said a message was about, `oos` for none of the intents.
    #[arg(value_name = "CORRECTIONS.tsv")]
    corrections: PathBuf,
    /// Where the taught model goes; it may be the same file.
    #[arg(long, value_name = "MODEL")]
    out: PathBuf,
    /// Takes these corrections back instead.
    #[arg(long)]
    take_back: bool,
}

pub(crate) fn run(options: &Options) -> io::Result<()> {
    let model = files::model(&options.model)?;
    let corrections = files::examples(&options.corrections)?;
    let taught = if options.take_back { model.take_back(&corrections) } else { model.learn(&corrections) };
    let taught = taught.map_err(|e| files::at(&options.corrections, e))?;
    files::write(&options.out, &taught.to_bytes())?;
    anstream::eprintln!(
        "{} corrections, {} before: {}, version {} in place of {}",
        taught.learned(),
        model.learned(),
        options.out.display(),
        taught.version(),
        model.version()
    );
    Ok(())
}
