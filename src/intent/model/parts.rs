//! What a model is made of, and its bytes.
//!
//! Little-endian:
//! ```text
//! magic      4 bytes   HVIN
//! version    u16       2
//! labels     u16       without the one for out of scope
//! flags      u16       1: the last column is out of scope; 2: vectors take part
//! dims       u16       of the vectors, 0 without
//! rows       u32       n-grams
//! means      u32       intents with a mean vector
//! places     u32       what was said for them
//! learned    u32       corrections
//! encoder    u64       whose vectors
//! weight     f32       of the vectors beside the n-grams
//! slope      f32       of the confidence over the margins
//! signs      f32 each  the weights of what the confidence of the best is told by
//! near       f32       how much it counts to be near a place
//! close      f32       a lead below this is ambiguous
//! scope      f32 each  the weights of the evidence, and the threshold
//! names      u8 length and bytes, a label each
//! bias       f32 a column
//! dense      f32 a column, a dimension each
//! keys       u32 a row, sorted
//! scales     f32 a row
//! weights    i8 a column, a row each
//! means      u16 label, f32 scale, i8 a dimension, each
//! places     as the means, sorted by label, several each
//! spread     f32 for each pair of dimensions, where there are means
//! learned    see `Correction`
//! checksum   u64 of everything before
//! ```

use super::ModelError;
use super::bytes::{Reader, Writer};
use super::confidence::Confidence;
use super::correction::Correction;
use super::scope::Scope;
use crate::intent::square::Square;
use crate::vectors::checksum;
use std::sync::Arc;

const MAGIC: [u8; 4] = *b"HVIN";
pub(super) const VERSION: u16 = 2;
const OUT_OF_SCOPE: u16 = 1;
const VECTORS: u16 = 2;
const CHECKSUM: usize = 8;

/// Where messages of an intent lie: a vector in 8 bits a dimension.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::intent) struct Place {
    pub(in crate::intent) label: u16,
    pub(in crate::intent) scale: f32,
    pub(in crate::intent) values: Vec<i8>,
}

/// A model, as it stands in its file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::intent) struct Parts {
    pub(in crate::intent) labels: Vec<Arc<str>>,
    pub(in crate::intent) out_of_scope: bool,
    pub(in crate::intent) encoder: Option<u64>,
    pub(in crate::intent) dims: usize,
    pub(in crate::intent) vector_weight: f32,
    pub(in crate::intent) confidence: Confidence,
    pub(in crate::intent) near: f32,
    pub(in crate::intent) close: f32,
    pub(in crate::intent) scope: Scope,
    pub(in crate::intent) bias: Vec<f32>,
    pub(in crate::intent) dense: Vec<f32>,
    pub(in crate::intent) keys: Vec<u32>,
    pub(in crate::intent) scales: Vec<f32>,
    pub(in crate::intent) weights: Vec<i8>,
    /// The mean of each intent's vectors.
    pub(in crate::intent) means: Vec<Place>,
    /// Where what was said for each lies, in the order of the labels.
    pub(in crate::intent) places: Vec<Place>,
    /// What a distance from a mean is measured with: the inverse of how vectors of one intent scatter.
    pub(in crate::intent) spread: Square,
    pub(in crate::intent) corrections: Vec<Correction>,
}

impl Parts {
    /// How many margins a message has: one a label, and one for out of scope where that was trained.
    pub(in crate::intent) fn columns(&self) -> usize {
        self.labels.len() + usize::from(self.out_of_scope)
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        let magic = bytes.get(..4.min(bytes.len())).unwrap_or_default();
        if !MAGIC.starts_with(magic) {
            return Err(ModelError::NotAModel);
        }
        let mut reader = Reader::new(bytes);
        reader.take(4)?;
        let found = reader.u16()?;
        if found != VERSION {
            return Err(ModelError::Version { found });
        }
        let body = bytes.len().checked_sub(CHECKSUM).ok_or(ModelError::Cut { found: bytes.len() })?;
        let (body, sum) = bytes.split_at(body);
        // The parts come first, so that a file that is cut off is told from one that was changed.
        let parts = Self::read_parts(&mut reader);
        if parts.as_ref().is_err_and(|error| matches!(error, ModelError::Cut { .. })) || reader.at() > body.len() {
            return Err(ModelError::Cut { found: bytes.len() });
        }
        if sum.try_into().map(u64::from_le_bytes).ok() != Some(checksum(body)) {
            return Err(ModelError::Damaged);
        }
        if reader.at() == body.len() { parts } else { Err(ModelError::Damaged) }
    }

    fn read_parts(reader: &mut Reader<'_>) -> Result<Self, ModelError> {
        let (labels, flags, dims) = (reader.u16()? as usize, reader.u16()?, reader.u16()? as usize);
        let mut count = || reader.u32().map(|count| count as usize);
        let (rows, means, places, corrections) = (count()?, count()?, count()?, count()?);
        let encoder = reader.u64()?;
        let vector_weight = reader.f32()?;
        let mut confidence = Confidence { slope: reader.f32()?, ..Confidence::default() };
        for weight in &mut confidence.weights {
            *weight = reader.f32()?;
        }
        let (near, close) = (reader.f32()?, reader.f32()?);
        let mut scope = Scope::default();
        for weight in &mut scope.weights {
            *weight = reader.f32()?;
        }
        scope.threshold = reader.f32()?;
        let labels: Vec<Arc<str>> = (0..labels).map(|_| reader.name().map(Arc::from)).collect::<Result<_, _>>()?;
        let mut parts = Self {
            labels,
            out_of_scope: flags & OUT_OF_SCOPE != 0,
            encoder: (flags & VECTORS != 0).then_some(encoder),
            dims,
            vector_weight,
            confidence,
            near,
            close,
            scope,
            ..Self::default()
        };
        let columns = parts.columns();
        parts.bias = reader.f32s(columns)?;
        parts.dense = reader.f32s(dims * columns)?;
        parts.keys = reader.u32s(rows)?;
        parts.scales = reader.f32s(rows)?;
        parts.weights = reader.items(rows, columns)?.iter().map(|byte| *byte as i8).collect();
        for _ in 0..means {
            parts.means.push(Place::read(reader, dims)?);
        }
        for _ in 0..places {
            parts.places.push(Place::read(reader, dims)?);
        }
        if means > 0 {
            parts.spread = Square { size: dims, values: reader.f32s(dims * dims)? };
        }
        for _ in 0..corrections {
            parts.corrections.push(Correction::read(reader, dims, columns)?);
        }
        if parts.fit() { Ok(parts) } else { Err(ModelError::Damaged) }
    }

    /// Whether what was read belongs together.
    fn fit(&self) -> bool {
        let known = |label: u16| usize::from(label) < self.columns();
        !self.labels.is_empty()
            && self.keys.is_sorted_by(|a, b| a < b)
            && self.means.iter().chain(&self.places).all(|place| known(place.label))
            && self.places.is_sorted_by_key(|place| place.label)
            && (self.places.is_empty() || !self.means.is_empty())
            && self.corrections.iter().all(|correction| usize::from(correction.label) <= self.labels.len())
    }

    /// How many bytes the file has.
    pub(in crate::intent) fn bytes(&self) -> usize {
        self.write().len()
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.0.extend(MAGIC);
        out.u16(VERSION);
        out.u16(self.labels.len() as u16);
        let flags = [(self.out_of_scope, OUT_OF_SCOPE), (self.encoder.is_some(), VECTORS)];
        out.u16(flags.iter().filter(|(set, _)| *set).map(|(_, flag)| flag).sum());
        out.u16(self.dims as u16);
        let counts = [self.keys.len(), self.means.len(), self.places.len(), self.corrections.len()];
        counts.iter().for_each(|count| out.u32(*count as u32));
        out.u64(self.encoder.unwrap_or(0));
        out.f32s(&[self.vector_weight, self.confidence.slope]);
        out.f32s(&self.confidence.weights);
        out.f32s(&[self.near, self.close]);
        out.f32s(&self.scope.weights);
        out.f32(self.scope.threshold);
        self.labels.iter().for_each(|label| out.name(label));
        out.f32s(&self.bias);
        out.f32s(&self.dense);
        out.u32s(&self.keys);
        out.f32s(&self.scales);
        out.i8s(&self.weights);
        self.means.iter().chain(&self.places).for_each(|place| place.write(&mut out));
        out.f32s(&self.spread.values);
        self.corrections.iter().for_each(|correction| correction.write(&mut out));
        let sum = checksum(&out.0);
        out.u64(sum);
        out.0
    }
}

impl Place {
    /// Keeps a vector in 8 bits a dimension.
    pub(in crate::intent) fn of(label: u16, vector: &[f32]) -> Self {
        let (scale, values) = quantised(vector);
        Self { label, scale, values }
    }

    pub(super) fn vector(&self) -> Vec<f32> {
        self.values.iter().map(|value| f32::from(*value) * self.scale).collect()
    }

    fn read(reader: &mut Reader<'_>, dims: usize) -> Result<Self, ModelError> {
        let (label, scale) = (reader.u16()?, reader.f32()?);
        Ok(Self { label, scale, values: reader.take(dims)?.iter().map(|byte| *byte as i8).collect() })
    }

    fn write(&self, out: &mut Writer) {
        out.u16(self.label);
        out.f32(self.scale);
        out.i8s(&self.values);
    }
}

/// Numbers in 8 bits each, and what one step is worth.
pub(in crate::intent) fn quantised(numbers: &[f32]) -> (f32, Vec<i8>) {
    let top = numbers.iter().fold(0.0_f32, |top, number| top.max(number.abs()));
    let scale = if top > 0.0 { top / 127.0 } else { 1.0 };
    (scale, numbers.iter().map(|number| (number / scale).round().clamp(-127.0, 127.0) as i8).collect())
}
