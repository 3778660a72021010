//! The files that `train sets` wants, and whether a folder holds them unchanged. `sets.tsv` lists them.

use crate::artefact::crc32;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const LISTED: &str = include_str!("../sets.tsv");

/// A file that is wanted, as it was when the figures were taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Below the folder that holds the sets.
    file: &'static str,
    bytes: usize,
    crc32: u32,
}

/// The files of a set.
pub(crate) fn of(set: &str) -> Vec<Wanted> {
    let lines = LISTED.lines().skip(1).filter_map(Wanted::of);
    lines.filter(|wanted| wanted.file.split('/').next() == Some(set)).collect()
}

/// What these files hold, in their order.
///
/// # Errors
/// Names every file that is missing or was changed, not the first alone.
pub(crate) fn read(wanted: &[Wanted], data: &Path) -> io::Result<Vec<String>> {
    let (mut held, mut wrong) = (Vec::new(), Vec::new());
    for one in wanted {
        match one.read(data) {
            Ok(text) => held.push(text),
            Err(mistake) => wrong.push(mistake),
        }
    }
    if wrong.is_empty() { Ok(held) } else { Err(io::Error::other(Mistakes(wrong))) }
}

impl Wanted {
    fn of(line: &'static str) -> Option<Self> {
        let mut columns = line.split('\t');
        let (file, bytes, crc32) = (columns.next()?, columns.next()?, columns.next()?);
        Some(Self { file, bytes: bytes.parse().ok()?, crc32: u32::from_str_radix(crc32, 16).ok()? })
    }

    fn read(&self, data: &Path) -> Result<String, Mistake> {
        let path = data.join(self.file);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) => return Err(Mistake::Unread { path, error }),
        };
        let sum = crc32(&bytes);
        if (bytes.len(), sum) != (self.bytes, self.crc32) {
            return Err(Mistake::Changed { path, wanted: *self, bytes: bytes.len(), crc32: sum });
        }
        String::from_utf8(bytes).map_err(|error| Mistake::Unread { path, error: io::Error::other(error) })
    }
}

/// What is wrong with one file.
#[derive(Debug, thiserror::Error)]
enum Mistake {
    #[error("{}: {error}", path.display())]
    Unread { path: PathBuf, error: io::Error },
    #[error(
        "{}: {bytes} bytes with CRC-32 {crc32:08x}, where the figures were taken on {} with {:08x}",
        path.display(), wanted.bytes, wanted.crc32
    )]
    Changed { path: PathBuf, wanted: Wanted, bytes: usize, crc32: u32 },
}

/// All that is wrong, a line each.
#[derive(Debug)]
struct Mistakes(Vec<Mistake>);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "files are missing or changed; examples/train/sets.tsv says what is wanted")?;
        self.0.iter().try_for_each(|mistake| write!(f, "\n  {mistake}"))
    }
}

impl std::error::Error for Mistakes {}
