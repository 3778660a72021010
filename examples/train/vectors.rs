//! `train vectors`: the table of word vectors, from the artefact that the teacher left.

use crate::artefact::Artefact;
use crate::said;
use clap::{Args, ValueEnum};
use handover::vectors::{Bits, WordVectors};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The dimensions and bits that ship.
const SHIPPED: (u16, Bits) = (96, Bits::Four);

/// Builds the table of word vectors; without options the one that ships, in its place.
#[derive(Args)]
pub(crate) struct Options {
    /// The artefact; by default the committed one.
    #[arg(long)]
    artefact: Option<PathBuf>,
    /// How many of the artefact's dimensions to keep, the most telling first: a multiple of 8.
    #[arg(long, default_value_t = SHIPPED.0, requires = "out")]
    dims: u16,
    /// How finely to keep each value.
    #[arg(long, value_enum, default_value_t = Width::Four, requires = "out")]
    bits: Width,
    /// Where to write the table; by default where the crate takes it from.
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Width {
    #[value(name = "4")]
    Four,
    #[value(name = "8")]
    Eight,
}

/// Builds a table and writes it.
pub(crate) fn build(options: &Options, out: &mut impl Write) -> io::Result<()> {
    let bits = match options.bits {
        Width::Four => Bits::Four,
        Width::Eight => Bits::Eight,
    };
    let artefact = options.artefact.clone().unwrap_or_else(committed_artefact);
    let table = table(&artefact, options.dims, bits)?;
    let path = options.out.clone().unwrap_or_else(shipped_table);
    write_whole(&path, &table)?;
    describe(&table, &path, out)
}

/// Builds the table that ships; `Err` with what is wrong where it is not the committed one.
pub(crate) fn check(out: &mut impl Write) -> io::Result<()> {
    let (dims, bits) = SHIPPED;
    let (built, path) = (table(&committed_artefact(), dims, bits)?, shipped_table());
    if fs::read(&path).map_err(|e| said(&path, e))? != built {
        let wrong = "is not what the artefact gives: run `train vectors`, and commit what it writes";
        return Err(said(&path, io::Error::other(wrong)));
    }
    describe(&built, &path, out)
}

fn table(artefact: &Path, dims: u16, bits: Bits) -> io::Result<Vec<u8>> {
    let bytes = fs::read(artefact).map_err(|e| said(artefact, e))?;
    let read = Artefact::read(&bytes).map_err(|e| said(artefact, io::Error::other(e)))?;
    if dims > read.dims() {
        let most = format!("has {} dimensions, which is the most a table of it can have", read.dims());
        return Err(said(artefact, io::Error::other(most)));
    }
    read.table(dims, bits).map_err(|e| said(artefact, io::Error::other(e)))
}

fn describe(table: &[u8], path: &Path, out: &mut impl Write) -> io::Result<()> {
    let vectors = WordVectors::from_bytes(table.to_vec()).map_err(io::Error::other)?;
    let [words, parts, pairs] = vectors.rows();
    writeln!(out, "{}", path.display())?;
    writeln!(out, "  {words} words, {parts} parts of words, {pairs} pairs")?;
    writeln!(out, "  {} dimensions of {} bits", vectors.dims(), vectors.bits().count())?;
    writeln!(out, "  {} bytes, checksum {:016x}", vectors.bytes(), vectors.checksum())
}

/// Writes beside the file first, so that nobody ever finds half a table.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("part");
    fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path)).map_err(|e| said(path, e))
}

fn committed_artefact() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/train/vectors.bin")
}

fn shipped_table() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/vectors/table.bin")
}
