//! What the tasks read and write.

use handover::intent::{Examples, TrainedIntents};
use std::io::{self, Read, Write};
use std::path::Path;

/// Names the file in whatever went wrong with it.
pub(crate) fn at(path: &Path, error: impl std::fmt::Display) -> io::Error {
    io::Error::other(format!("{}: {error}", path.display()))
}

/// Reads rows; every bad one is said, each on a line of its own.
pub(crate) fn examples(path: &Path) -> io::Result<Examples> {
    let mut bytes = Vec::new();
    crate::support::open(path)?.read_to_end(&mut bytes).map_err(|e| at(path, e))?;
    let tsv = String::from_utf8(bytes).map_err(|e| {
        let before = e.as_bytes().iter().take(e.utf8_error().valid_up_to()).filter(|byte| **byte == b'\n').count();
        at(path, format!("line {}: not UTF-8", before + 1))
    })?;
    let examples = Examples::from_tsv(&tsv).map_err(|mistakes| {
        let rows: Vec<String> = mistakes.rows().iter().map(|row| format!("\n  {row}")).collect();
        at(path, format!("{} rows can't be used:{}", rows.len(), rows.concat()))
    })?;
    if examples.rows().is_empty() {
        return Err(at(path, "no rows; expected `intent<TAB>text`, one a line"));
    }
    Ok(examples)
}

pub(crate) fn model(path: &Path) -> io::Result<TrainedIntents> {
    let bytes = std::fs::read(path).map_err(|e| at(path, e))?;
    TrainedIntents::from_bytes(&bytes).map_err(|e| at(path, e))
}

/// Writes a model beside its place first, so that nothing half-written ever stands there.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().ok_or_else(|| at(path, "not the name of a file"))?.to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = std::fs::File::create(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let moved = written.and_then(|()| std::fs::rename(&part, path));
    moved.map_err(|e| {
        let _ = std::fs::remove_file(&part);
        at(path, e)
    })
}
