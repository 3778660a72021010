//! The artefact that the teacher left: word vectors of 8 bits, with their keys. README.md says how it was made.

use handover::vectors::{Bits, TableBuilder, TableMistakes};
use std::fmt;

const MAGIC: &[u8] = b"HVEC";
const VERSION: u16 = 1;

/// The artefact, read.
pub(crate) struct Artefact {
    dims: u16,
    /// Words, parts of words, pairs.
    groups: [Vec<(String, Vec<f32>)>; 3],
}

/// Why bytes are not the artefact.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ArtefactError {
    #[error("this is no artefact of word vectors: it does not begin with `HVEC`")]
    Magic,
    #[error("the artefact has version {0}; this program reads {VERSION}")]
    Version(u16),
    #[error("the artefact ends too soon, at byte {0}: copy it again, whole")]
    CutShort(usize),
    #[error("the artefact is damaged: its checksum does not fit")]
    Checksum,
    #[error("the artefact holds more than it says: {0} bytes are left over")]
    LeftOver(usize),
    #[error("the key at byte {0} is not UTF-8")]
    Key(usize),
}

impl Artefact {
    /// Reads and checks the artefact's bytes.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, ArtefactError> {
        let mut body = Cursor { bytes, at: 0 };
        if body.take(4).is_ok_and(|magic| magic != MAGIC) {
            return Err(ArtefactError::Magic);
        }
        let version = body.u16()?;
        if version != VERSION {
            return Err(ArtefactError::Version(version));
        }
        let dims = body.u16()?;
        let counts = [body.u32()?, body.u32()?, body.u32()?];
        let mut groups = counts.map(|_| Vec::new());
        for (group, count) in groups.iter_mut().zip(counts) {
            for _ in 0..count {
                group.push(body.row(dims)?);
            }
        }
        let expected = crc32(bytes.get(..body.at).unwrap_or_default());
        if body.u32()? != expected {
            return Err(ArtefactError::Checksum);
        }
        match bytes.len() - body.at {
            0 => Ok(Self { dims, groups }),
            over => Err(ArtefactError::LeftOver(over)),
        }
    }

    /// The table that ships, or another size of it: the first `dims` dimensions, which carry most, at so many bits.
    pub(crate) fn table(&self, dims: u16, bits: Bits) -> Result<Vec<u8>, TableMistakes> {
        let mut table = TableBuilder::new(dims, bits);
        let add = [TableBuilder::word, TableBuilder::gram, TableBuilder::pair];
        for (group, add) in self.groups.iter().zip(add) {
            for (key, values) in group {
                add(&mut table, key, values.get(..usize::from(dims)).unwrap_or(values));
            }
        }
        table.build()
    }

    /// The dimensions of its vectors: the most that a table can have.
    pub(crate) fn dims(&self) -> u16 {
        self.dims
    }
}

/// The keys and values would fill a screen for hours.
impl fmt::Debug for Artefact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Artefact").field("dims", &self.dims).finish_non_exhaustive()
    }
}

struct Cursor<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Cursor<'b> {
    fn take(&mut self, count: usize) -> Result<&'b [u8], ArtefactError> {
        let taken = self.bytes.get(self.at..self.at + count).ok_or(ArtefactError::CutShort(self.bytes.len()))?;
        self.at += count;
        Ok(taken)
    }

    fn number<const N: usize>(&mut self) -> Result<[u8; N], ArtefactError> {
        let end = ArtefactError::CutShort(self.bytes.len());
        self.take(N)?.first_chunk().copied().ok_or(end)
    }

    fn u16(&mut self) -> Result<u16, ArtefactError> {
        self.number().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Result<u32, ArtefactError> {
        self.number().map(u32::from_le_bytes)
    }

    /// A key and its values: the scale times each of its bytes.
    fn row(&mut self, dims: u16) -> Result<(String, Vec<f32>), ArtefactError> {
        let [length] = self.number()?;
        let at = self.at;
        let key = std::str::from_utf8(self.take(length.into())?).map_err(|_| ArtefactError::Key(at))?;
        let scale = self.number().map(f32::from_le_bytes)?;
        let values = self.take(dims.into())?.iter().map(|byte| scale * f32::from(*byte as i8));
        Ok((key.to_owned(), values.collect()))
    }
}

/// CRC-32 as zlib counts it; a bit at a time, since it runs once a build.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 })
    })
}
