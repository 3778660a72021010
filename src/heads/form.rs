//! The bytes of trained heads.
//!
//! Little-endian: `HHDS`, version u16, labels u16, numbers u16, n-grams u32, width u16, hidden u16; for each label a name
//! (u8 length, bytes), bias, slope and threshold (f32), and its weights for the numbers (f32); where the width is not 0,
//! the layers (see there); a scale for each place of a row (f32); then the fingerprints (u32, sorted), the weights (i8, a
//! row an n-gram: a place for each label, or as many as the layers are wide), and FNV-1a (u64) of everything before.

use super::layers::{LayerWeights, Layers};
use std::sync::Arc;

const MAGIC: &[u8; 4] = b"HHDS";
const VERSION: u16 = 2;
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
    pub(super) layers: Option<Layers>,
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
        let (width, hidden) = (reader.u16()? as usize, reader.u16()? as usize);
        let (mut labels, mut dense_weights) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let length = reader.take(1)?.first().copied().unwrap_or(0);
            let name = String::from_utf8_lossy(reader.take(length as usize)?);
            let (bias, slope, threshold) = (reader.f32()?, reader.f32()?, reader.f32()?);
            labels.push(Label { name: Arc::from(name.as_ref()), bias, slope, threshold });
            dense_weights.extend(reader.f32s(dense)?);
        }
        let layers = (width > 0).then(|| Layers::read(&mut reader, [dense, width, hidden, count])).transpose()?;
        let places = if width > 0 { width } else { count };
        let scales = reader.f32s(places)?;
        let keys_at = reader.at;
        reader.take(rows.checked_mul(4).ok_or(HeadsError::Damaged)?)?;
        let weights_at = reader.at;
        reader.take(rows.checked_mul(places).ok_or(HeadsError::Damaged)?)?;
        if reader.at != body {
            return Err(if reader.at > body { HeadsError::Cut(bytes.len()) } else { HeadsError::Damaged });
        }
        let sum = reader.u64()?;
        if checksum(bytes.get(..body).unwrap_or_default()) != sum {
            return Err(HeadsError::Damaged);
        }
        let slots = slots(bytes.get(keys_at..weights_at).unwrap_or_default());
        let blocks = blocks(bytes.get(weights_at..body).unwrap_or_default(), places);
        Ok(Self { labels, scales, dense, layers, dense_weights, slots, blocks, rows })
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

    /// How many blocks a row has.
    pub(super) fn blocks(&self) -> usize {
        self.scales.len().div_ceil(LANES)
    }

    /// The weights of a row, block by block.
    pub(super) fn weights(&self, row: u32) -> &[[i8; LANES]] {
        let count = self.blocks();
        let start = row as usize * count;
        self.blocks.get(start..start + count).unwrap_or_default()
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

/// Writes linear heads: `dense` numbers a message, with `dense_weights` for them label by label, and for each n-gram a
/// weight a label. Weights become 8 bits wide with a scale for each label. Rows are sorted by fingerprint; of equal ones
/// the first stays.
#[must_use]
pub fn write(labels: &[Label], dense: usize, dense_weights: &[f32], ngrams: &[(u32, Vec<f32>)]) -> Vec<u8> {
    write_all(labels, dense, dense_weights, labels.len(), None, ngrams)
}

/// Writes heads over [`LayerWeights`]: as [`write()`], but an n-gram has a weight for each place of the first layer.
///
/// ```
/// use handover::heads::{Heads, Label, LayerWeights, ngrams, write_layered};
/// use handover::text::Text;
///
/// // "echt" and "mens" say something together and nothing alone.
/// let [echt, mens] = ["echt", "mens"].map(|word| ngrams(&Text::new(word))[0].key);
/// let layers = LayerWeights {
///     first_bias: vec![0.0],
///     second_bias: vec![-6.0],
///     second: vec![vec![1.0]],
///     last: vec![vec![10.0]],
///     ..LayerWeights::default()
/// };
/// let label = Label { name: "together".into(), bias: -1.0, slope: 1.0, threshold: 0.5 };
/// let bytes = write_layered(&[label], 0, &[], &layers, &[(echt, vec![20.0]), (mens, vec![20.0])]);
/// let heads = Heads::from_bytes(bytes).unwrap();
/// let score = |raw: &str| heads.scores(&heads.known(ngrams(&Text::new(raw))), &[])[0];
/// assert!(score("echt mens") > 0.9);
/// assert!(score("mens") < 0.5 && score("echt") < 0.5);
/// ```
#[must_use]
pub fn write_layered(
    labels: &[Label],
    dense: usize,
    dense_weights: &[f32],
    layers: &LayerWeights,
    ngrams: &[(u32, Vec<f32>)],
) -> Vec<u8> {
    write_all(labels, dense, dense_weights, layers.width(), Some(layers), ngrams)
}

fn write_all(
    labels: &[Label],
    dense: usize,
    dense_weights: &[f32],
    places: usize,
    layers: Option<&LayerWeights>,
    ngrams: &[(u32, Vec<f32>)],
) -> Vec<u8> {
    let mut rows: Vec<&(u32, Vec<f32>)> = ngrams.iter().collect();
    rows.sort_by_key(|(key, _)| *key);
    rows.dedup_by_key(|(key, _)| *key);
    let weight = |row: &(u32, Vec<f32>), place: usize| row.1.get(place).copied().unwrap_or(0.0);
    let scales: Vec<f32> = (0..places)
        .map(|place| rows.iter().map(|row| weight(row, place).abs()).fold(f32::MIN_POSITIVE, f32::max) / 127.0)
        .collect();
    let mut out = MAGIC.to_vec();
    out.extend(VERSION.to_le_bytes());
    out.extend((labels.len() as u16).to_le_bytes());
    out.extend((dense as u16).to_le_bytes());
    out.extend((rows.len() as u32).to_le_bytes());
    let (width, hidden) = layers.map_or((0, 0), |layers| (layers.width(), layers.hidden()));
    out.extend((width as u16).to_le_bytes());
    out.extend((hidden as u16).to_le_bytes());
    for (at, label) in labels.iter().enumerate() {
        let name: Vec<u8> = label.name.bytes().take(255).collect();
        out.push(name.len() as u8);
        out.extend(name);
        for number in [label.bias, label.slope, label.threshold] {
            out.extend(number.to_le_bytes());
        }
        let own = (0..dense).map(|number| dense_weights.get(at * dense + number).copied().unwrap_or(0.0));
        out.extend(own.flat_map(f32::to_le_bytes));
    }
    layers.into_iter().for_each(|layers| layers.write(&mut out));
    out.extend(scales.iter().flat_map(|scale| scale.to_le_bytes()));
    out.extend(rows.iter().flat_map(|(key, _)| key.to_le_bytes()));
    for row in &rows {
        let quantised = |(place, scale): (usize, &f32)| (weight(row, place) / scale).round().clamp(-127.0, 127.0) as i8;
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

pub(super) struct Reader<'b> {
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

    pub(super) fn f32s(&mut self, count: usize) -> Result<Vec<f32>, HeadsError> {
        let bytes = self.take(count.checked_mul(4).ok_or(HeadsError::Damaged)?)?;
        let number = |bytes: &[u8]| bytes.try_into().map_or(0.0, f32::from_le_bytes);
        Ok(bytes.chunks_exact(4).map(number).map(|x: f32| if x.is_finite() { x } else { 0.0 }).collect())
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
        let weights = |key| form.row(key).map(|row| form.weights(row)[0][..2].to_vec());
        assert_eq!(weights(7), Some(vec![127, 127]));
        assert_eq!(weights(3), Some(vec![-127, 0]));
        assert_eq!(weights(4), None);
        assert_eq!(form.dense_of(1), [-1.0]);
    }

    fn layered() -> Vec<u8> {
        let layers = LayerWeights {
            first_bias: vec![0.1, -0.1],
            first: vec![vec![0.5], vec![1.0]],
            second_bias: vec![0.0],
            second: vec![vec![1.0, -1.0]],
            last: vec![vec![2.0]],
        };
        let label = Label { name: "a".into(), bias: 0.0, slope: 1.0, threshold: 0.5 };
        write_layered(&[label], 1, &[0.3], &layers, &[(7, vec![1.0, 0.5])])
    }

    #[test]
    fn every_cut_and_every_flipped_byte_is_found() {
        [small(), layered()].into_iter().for_each(every_change_is_found);
    }

    fn every_change_is_found(whole: Vec<u8>) {
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
