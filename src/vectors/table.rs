//! The table in its file: how it is laid out, checked and looked up.
//!
//! ```text
//! magic      4 bytes   HVTB
//! version    u16       1
//! dims       u16       a multiple of 8, 8 to 1024
//! bits       u8        4 or 8, of each value
//! spread     u8        2 to the power of this many buckets
//! reserved   2 bytes   0
//! rows       3 × u32   words, grams, pairs
//! starts     u32 × (buckets + 1)   the first row of each bucket, and how many rows there are
//! marks      u32 × rows            the low half of each key's hash
//! rows       f32 scale, then the values
//! checksum   u64       of everything before it
//! ```
//! All little-endian. A key's hash has 64 bits: the highest say in which bucket it lies, the lowest 32 are its mark.
//! At 4 bits a byte holds value `j` in its low half and value `j + dims / 2` in its high half, each plus 8, so that
//! a row unpacks in two straight runs; at 8 bits a byte is a signed value.

use super::hash;
use std::borrow::Cow;

pub(super) const MAGIC: [u8; 4] = *b"HVTB";
pub(super) const VERSION: u16 = 1;
const HEADER: usize = 24;
const CHECKSUM: usize = 8;
const MOST_SPREAD: u8 = 24;

/// How finely a table keeps a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bits {
    /// Half a byte: sixteen steps. What ships.
    Four,
    /// A byte: 255 steps, beyond which more changes nothing that can be measured.
    Eight,
}

impl Bits {
    /// The bits of one value.
    #[must_use]
    pub fn count(self) -> u8 {
        match self {
            Self::Four => 4,
            Self::Eight => 8,
        }
    }

    fn of(count: u8) -> Option<Self> {
        [Self::Four, Self::Eight].into_iter().find(|bits| bits.count() == count)
    }

    /// The largest value of a row before scaling.
    pub(super) fn top(self) -> f32 {
        match self {
            Self::Four => 7.0,
            Self::Eight => 127.0,
        }
    }
}

/// Why bytes are no table that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// They begin otherwise.
    #[error("this is no table of word vectors: it does not begin with `HVTB`")]
    NotATable,
    /// A newer release has written them.
    #[error("the table has version {found}; this release reads {VERSION}: build it again with this release")]
    Version {
        /// The version in the file.
        found: u16,
    },
    /// The header asks for what no table has.
    #[error("the header's {field} is {found}, which no table can have: the file is damaged")]
    Header {
        /// What it is about.
        field: &'static str,
        /// What stands there.
        found: u64,
    },
    /// Bytes are missing or left over.
    #[error("the table has {found} bytes where {expected} were expected: copy it again, whole")]
    Length {
        /// What is there, in bytes.
        found: u64,
        /// What the header promises, in bytes; the size of the header itself where that is not whole.
        expected: u64,
    },
    /// The checksum is another.
    #[error("the table's checksum is {found:016x}, not {expected:016x}: the file is damaged, copy it again")]
    Checksum {
        /// What the bytes come to.
        found: u64,
        /// What the file says.
        expected: u64,
    },
    /// The buckets don't fit the rows, though the checksum does.
    #[error("the table's buckets do not fit its rows: the program that wrote it is at fault")]
    Buckets,
}

/// What a table's header says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) dims: u16,
    pub(super) bits: Bits,
    pub(super) spread: u8,
    pub(super) rows: [u32; 3],
}

impl Header {
    fn read(bytes: &[u8]) -> Result<Self, TableError> {
        let short = TableError::Length { found: bytes.len() as u64, expected: HEADER as u64 };
        let magic = bytes.get(..4.min(bytes.len())).unwrap_or_default();
        if !MAGIC.starts_with(magic) {
            return Err(TableError::NotATable);
        }
        let header: &[u8; HEADER] = bytes.first_chunk().ok_or(short)?;
        let [_, _, _, _, v0, v1, d0, d1, bits, spread, r0, r1, rows @ ..] = *header;
        let found = u16::from_le_bytes([v0, v1]);
        if found != VERSION {
            return Err(TableError::Version { found });
        }
        let wrong = |field, found: u64| Err(TableError::Header { field, found });
        let dims = u16::from_le_bytes([d0, d1]);
        if !fit(dims) {
            return wrong("number of dimensions", dims.into());
        }
        let Some(bits) = Bits::of(bits) else { return wrong("number of bits", bits.into()) };
        if !(1..=MOST_SPREAD).contains(&spread) {
            return wrong("spread", spread.into());
        }
        if [r0, r1] != [0, 0] {
            return wrong("reserved part", u16::from_le_bytes([r0, r1]).into());
        }
        let count = |group: usize| number(&rows, 4 * group).map_or(0, u32::from_le_bytes);
        Ok(Self { dims, bits, spread, rows: [count(0), count(1), count(2)] })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend(MAGIC);
        out.extend(VERSION.to_le_bytes());
        out.extend(self.dims.to_le_bytes());
        out.extend([self.bits.count(), self.spread, 0, 0]);
        self.rows.iter().for_each(|rows| out.extend(rows.to_le_bytes()));
    }

    fn all_rows(&self) -> u64 {
        self.rows.iter().map(|rows| u64::from(*rows)).sum()
    }

    fn row_bytes(&self) -> usize {
        4 + usize::from(self.dims) * usize::from(self.bits.count()) / 8
    }

    fn starts_bytes(&self) -> usize {
        4 * ((1 << self.spread) + 1)
    }

    fn bytes(&self) -> u64 {
        (HEADER + self.starts_bytes() + CHECKSUM) as u64 + self.all_rows() * (4 + self.row_bytes() as u64)
    }
}

/// Whether a table can have so many dimensions.
pub(super) fn fit(dims: u16) -> bool {
    dims % 8 == 0 && (8..=1024).contains(&dims)
}

/// The bucket of a hash.
pub(super) fn bucket(hash: u64, spread: u8) -> usize {
    (hash >> (64 - u32::from(spread))) as usize
}

/// How far to spread so many rows: three or four to a bucket, so that a bucket's marks lie in one line of the cache.
pub(super) fn spread(rows: usize) -> u8 {
    (1..MOST_SPREAD).find(|spread| rows <= 4 << spread).unwrap_or(MOST_SPREAD)
}

/// A checked table, read where it lies.
pub(super) struct Table {
    bytes: Cow<'static, [u8]>,
    header: Header,
    marks_at: usize,
    rows_at: usize,
}

impl Table {
    /// Takes a table that is known to be whole: only its header is read.
    pub(super) fn trusted(bytes: Cow<'static, [u8]>) -> Result<Self, TableError> {
        let header = Header::read(&bytes)?;
        let found = bytes.len() as u64;
        if found != header.bytes() {
            return Err(TableError::Length { found, expected: header.bytes() });
        }
        let marks_at = HEADER + header.starts_bytes();
        let rows_at = marks_at + 4 * header.all_rows() as usize;
        Ok(Self { bytes, header, marks_at, rows_at })
    }

    /// A table in which nothing is found.
    #[cfg(feature = "vectors")]
    pub(super) fn empty() -> Self {
        let header = Header { dims: 8, bits: Bits::Eight, spread: 1, rows: [0; 3] };
        Self { bytes: Cow::Borrowed(&[]), header, marks_at: 0, rows_at: 0 }
    }

    /// Takes a table from outside: every byte of it is checked.
    pub(super) fn checked(bytes: Cow<'static, [u8]>) -> Result<Self, TableError> {
        let table = Self::trusted(bytes)?;
        let body = table.bytes.len() - CHECKSUM;
        let (found, expected) = (hash::checksum(table.bytes.get(..body).unwrap_or_default()), table.checksum());
        if found != expected {
            return Err(TableError::Checksum { found, expected });
        }
        if table.buckets_fit() { Ok(table) } else { Err(TableError::Buckets) }
    }

    fn buckets_fit(&self) -> bool {
        let starts = self.bytes.get(HEADER..self.marks_at).unwrap_or_default().chunks_exact(4);
        let starts: Vec<u64> = starts.map(|start| number(start, 0).map_or(0, u32::from_le_bytes).into()).collect();
        starts.first() == Some(&0) && starts.is_sorted() && starts.last() == Some(&self.header.all_rows())
    }

    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn checksum(&self) -> u64 {
        number(&self.bytes, self.bytes.len().saturating_sub(CHECKSUM)).map_or(0, u64::from_le_bytes)
    }

    fn start(&self, bucket: usize) -> Option<usize> {
        number(&self.bytes, HEADER + 4 * bucket).map(|start| u32::from_le_bytes(start) as usize)
    }

    /// The row of a hash. About one key in a thousand million that are not in the table is taken for one
    /// that is: there are some three marks of 32 bits to a bucket.
    #[inline]
    pub(super) fn find(&self, hash: u64) -> Option<u32> {
        let bucket = bucket(hash, self.header.spread);
        let (first, end) = (self.start(bucket)?, self.start(bucket + 1)?);
        let marks = self.bytes.get(self.marks_at + 4 * first..self.marks_at + 4 * end)?;
        let mark = (hash as u32).to_le_bytes();
        let at = marks.chunks_exact(4).position(|other| other == mark)?;
        u32::try_from(first + at).ok()
    }

    /// Adds a row, times `weight`, to `sum`, which has as many numbers as the table has dimensions.
    #[inline]
    pub(super) fn add(&self, row: u32, weight: f32, sum: &mut [f32]) {
        let size = self.header.row_bytes();
        let at = self.rows_at + row as usize * size;
        let Some((scale, values)) = self.bytes.get(at..at + size).and_then(<[u8]>::split_first_chunk) else { return };
        let scale = f32::from_le_bytes(*scale) * weight;
        match self.header.bits {
            Bits::Four => add_nibbles(values, scale, sum),
            Bits::Eight => add_bytes(values, scale, sum),
        }
    }
}

fn add_nibbles(values: &[u8], scale: f32, sum: &mut [f32]) {
    let (low, high) = sum.split_at_mut(values.len());
    for (sum, byte) in low.iter_mut().zip(values) {
        *sum += scale * (f32::from(byte & 15) - 8.0);
    }
    for (sum, byte) in high.iter_mut().zip(values) {
        *sum += scale * (f32::from(byte >> 4) - 8.0);
    }
}

fn add_bytes(values: &[u8], scale: f32, sum: &mut [f32]) {
    for (sum, byte) in sum.iter_mut().zip(values) {
        *sum += scale * f32::from(*byte as i8);
    }
}

/// The `N` bytes at a place.
#[inline]
fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::super::{Bits, TableBuilder};
    use super::*;

    /// A forger can fit the checksum to anything; then look-ups may miss, but nothing panics.
    #[test]
    fn a_forged_table_is_refused_or_harmless() {
        let mut whole = TableBuilder::new(8, Bits::Four);
        ["ik", "wil", "opzeggen", "cancel", "stop", "nu"].iter().for_each(|key| whole.word(key, &[1.0; 8]));
        let whole = whole.build().unwrap();
        let body = whole.len() - CHECKSUM;
        let mut refused = 0;
        for at in 6..body * 8 {
            let mut forged = whole.clone();
            forged[at / 8] ^= 1 << (at % 8);
            let checksum = hash::checksum(&forged[..body]);
            forged[body..].copy_from_slice(&checksum.to_le_bytes());
            match Table::checked(forged.into()) {
                Ok(table) => (0..64).for_each(|bit| {
                    if let Some(row) = table.find(1 << bit) {
                        table.add(row, 1.0, &mut [0.0; 8]);
                    }
                }),
                Err(_) => refused += 1,
            }
        }
        assert!(refused > 100, "{refused}");
    }
}
