//! The bytes of trained heads.
//!
//! Little-endian: `HHDS`, version u16, labels u16, numbers u16, n-grams u32; for each label a name (u8 length, bytes),
//! bias, slope, threshold and scale (f32) and its weights for the numbers (f32); then the fingerprints (u32, sorted),
//! the weights (i8, a row an n-gram), and FNV-1a (u64) of everything before.

use std::sync::Arc;

const MAGIC: &[u8; 4] = b"HHDS";
const VERSION: u16 = 1;
/// Weights lie in memory in blocks of so many labels, which are added up at a stroke.
pub(super) const LANES: usize = 16;

/// Why bytes are no heads that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeadsError {
    /// They begin otherwise.
    #[error("these bytes are no trained heads: they don't begin with HHDS")]
    NoHeads,
    /// They come from a later release.
    #[error("these heads have version {0}; this release reads version {VERSION}")]
    Later(u16),
    /// They end too soon.
    #[error("these heads are not whole: they end after {0} bytes")]
    Cut(usize),
    /// They were changed.
    #[error("these heads are damaged: their checksum does not fit")]
    Damaged,
}

/// One label of trained heads.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Its name.
    pub name: Arc<str>,
    /// What its margin begins with.
    pub bias: f32,
    /// How steeply its score follows the margin: the calibration.
    pub slope: f32,
    /// From this score on it holds, 0 to 1.
    pub threshold: f32,
}

#[derive(Debug, Default)]
pub(super) struct Form {
    pub(super) labels: Vec<Label>,
    pub(super) scales: Vec<f32>,
    pub(super) dense: usize,
    dense_weights: Vec<f32>,
    /// Open addressing: fingerprint and row plus one; 0 is free. Twice as many slots as rows, so a look-up is short.
    slots: Vec<(u32, u32)>,
    /// The weights of each n-gram, its last block filled up with zeros.
    blocks: Vec<[i8; LANES]>,
    rows: usize,
}

impl Form {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, HeadsError> {
        let mut reader = Reader { bytes, at: 0 };
        if reader.take(4) != Ok(MAGIC) {
            return Err(HeadsError::NoHeads);
        }
        let version = reader.u16()?;
        if version != VERSION {
            return Err(HeadsError::Later(version));
        }
        let body = bytes.len().checked_sub(8).ok_or(HeadsError::Cut(bytes.len()))?;
        let (count, dense, rows) = (reader.u16()? as usize, reader.u16()? as usize, reader.u32()? as usize);
        let (mut labels, mut scales, mut dense_weights) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..count {
            let length = reader.take(1)?.first().copied().unwrap_or(0);
            let name = String::from_utf8_lossy(reader.take(length as usize)?);
            let (bias, slope, threshold) = (reader.f32()?, reader.f32()?, reader.f32()?);
            labels.push(Label { name: Arc::from(name.as_ref()), bias, slope, threshold });
            scales.push(reader.f32()?);
            for _ in 0..dense {
                dense_weights.push(reader.f32()?);
            }
        }
        let keys_at = reader.at;
        reader.take(rows.checked_mul(4).ok_or(HeadsError::Damaged)?)?;
        let weights_at = reader.at;
        reader.take(rows.checked_mul(count).ok_or(HeadsError::Damaged)?)?;
        if reader.at != body {
            return Err(if reader.at > body { HeadsError::Cut(bytes.len()) } else { HeadsError::Damaged });
        }
        let sum = reader.u64()?;
        if checksum(bytes.get(..body).unwrap_or_default()) != sum {
            return Err(HeadsError::Damaged);
        }
        let slots = slots(bytes.get(keys_at..weights_at).unwrap_or_default());
        let blocks = blocks(bytes.get(weights_at..body).unwrap_or_default(), count);
        Ok(Self { labels, scales, dense, dense_weights, slots, blocks, rows })
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// The row of an n-gram's weights.
    pub(super) fn row(&self, key: u32) -> Option<u32> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = key as usize & mask;
        loop {
            let (known, row) = self.slots.get(at).copied()?;
            let row = row.checked_sub(1)?;
            if known == key {
                return Some(row);
            }
            at = (at + 1) & mask;
        }
    }

    /// The weights of a row, block by block.
    pub(super) fn weights(&self, row: u32) -> &[[i8; LANES]] {
        let count = self.labels.len().div_ceil(LANES);
        let start = row as usize * count;
        self.blocks.get(start..start + count).unwrap_or_default()
    }

    /// The weight of a row for one label.
    pub(super) fn weight(&self, row: u32, label: usize) -> i8 {
        self.weights(row).get(label / LANES).and_then(|block| block.get(label % LANES)).copied().unwrap_or(0)
    }

    pub(super) fn dense_of(&self, label: usize) -> &[f32] {
        self.dense_weights.get(label * self.dense..(label + 1) * self.dense).unwrap_or_default()
    }
}

fn blocks(weights: &[u8], labels: usize) -> Vec<[i8; LANES]> {
    let block = |part: &[u8]| {
        let mut lanes = [0; LANES];
        lanes.iter_mut().zip(part).for_each(|(lane, byte)| *lane = *byte as i8);
        lanes
    };
    weights.chunks(labels.max(1)).flat_map(|row| row.chunks(LANES).map(block)).collect()
}

fn slots(keys: &[u8]) -> Vec<(u32, u32)> {
    let count = keys.len() / 4;
    let mut slots = vec![(0, 0); (2 * count).next_power_of_two().max(2)];
    let mask = slots.len() - 1;
    for (row, key) in (1_u32..).zip(keys.chunks_exact(4)) {
        let key = key.try_into().map_or(0, u32::from_le_bytes);
        let mut at = key as usize & mask;
        while slots.get(at).is_some_and(|slot| slot.1 != 0) {
            at = (at + 1) & mask;
        }
        if let Some(slot) = slots.get_mut(at) {
            *slot = (key, row);
        }
    }
    slots
}

/// Writes heads: `dense` numbers a message, with `dense_weights` for them label by label, and for each n-gram a weight
/// a label. Weights become 8 bits wide with a scale for each label. Rows are sorted by fingerprint; of equal ones the
/// first stays.
#[must_use]
pub fn write(labels: &[Label], dense: usize, dense_weights: &[f32], ngrams: &[(u32, Vec<f32>)]) -> Vec<u8> {
    let mut rows: Vec<&(u32, Vec<f32>)> = ngrams.iter().collect();
    rows.sort_by_key(|(key, _)| *key);
    rows.dedup_by_key(|(key, _)| *key);
    let weight = |row: &(u32, Vec<f32>), label: usize| row.1.get(label).copied().unwrap_or(0.0);
    let scales: Vec<f32> = (0..labels.len())
        .map(|label| rows.iter().map(|row| weight(row, label).abs()).fold(f32::MIN_POSITIVE, f32::max) / 127.0)
        .collect();
    let mut out = MAGIC.to_vec();
    out.extend(VERSION.to_le_bytes());
    out.extend((labels.len() as u16).to_le_bytes());
    out.extend((dense as u16).to_le_bytes());
    out.extend((rows.len() as u32).to_le_bytes());
    for (at, (label, scale)) in labels.iter().zip(&scales).enumerate() {
        let name: Vec<u8> = label.name.bytes().take(255).collect();
        out.push(name.len() as u8);
        out.extend(name);
        for number in [label.bias, label.slope, label.threshold, *scale] {
            out.extend(number.to_le_bytes());
        }
        let own = (0..dense).map(|number| dense_weights.get(at * dense + number).copied().unwrap_or(0.0));
        out.extend(own.flat_map(f32::to_le_bytes));
    }
    out.extend(rows.iter().flat_map(|(key, _)| key.to_le_bytes()));
    for row in &rows {
        let quantised = |(label, scale): (usize, &f32)| (weight(row, label) / scale).round().clamp(-127.0, 127.0) as i8;
        out.extend(scales.iter().enumerate().map(quantised).map(|weight| weight as u8));
    }
    let sum = checksum(&out);
    out.extend(sum.to_le_bytes());
    out
}

/// FNV-1a, 64 bits.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Reader<'b> {
    fn take(&mut self, count: usize) -> Result<&'b [u8], HeadsError> {
        let taken = self.at.checked_add(count).and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or(HeadsError::Cut(self.bytes.len()))?;
        self.at += count;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], HeadsError> {
        let cut = HeadsError::Cut(self.bytes.len());
        self.take(N)?.try_into().map_err(|_| cut)
    }

    fn u16(&mut self) -> Result<u16, HeadsError> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Result<u32, HeadsError> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, HeadsError> {
        self.array().map(u64::from_le_bytes)
    }

    fn f32(&mut self) -> Result<f32, HeadsError> {
        self.array().map(f32::from_le_bytes).map(|x| if x.is_finite() { x } else { 0.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Vec<u8> {
        let label = |name: &str| Label { name: name.into(), bias: 0.5, slope: 1.0, threshold: 0.5 };
        write(&[label("a"), label("b")], 1, &[1.0, -1.0], &[(7, vec![1.0, 0.5]), (3, vec![-1.0, 0.0])])
    }

    #[test]
    fn heads_read_back_what_was_written() {
        let form = Form::read(&small()).unwrap();
        assert_eq!((form.rows(), form.labels.len(), form.dense), (2, 2, 1));
        let weights = |key| form.row(key).map(|row| [form.weight(row, 0), form.weight(row, 1)]);
        assert_eq!(weights(7), Some([127, 127]));
        assert_eq!(weights(3), Some([-127, 0]));
        assert_eq!(weights(4), None);
        assert_eq!(form.dense_of(1), [-1.0]);
    }

    #[test]
    fn every_cut_and_every_flipped_byte_is_found() {
        let whole = small();
        for end in 0..whole.len() {
            assert!(Form::read(&whole[..end]).is_err(), "cut at {end}");
            let mut flipped = whole.clone();
            flipped[end] ^= 0x55;
            assert!(Form::read(&flipped).is_err(), "flipped at {end}");
        }
        let mut later = whole;
        later[4] = 9;
        assert_eq!(Form::read(&later).unwrap_err(), HeadsError::Later(9));
    }
}
