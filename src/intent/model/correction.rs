//! What agents taught a model after it was trained.

use super::ModelError;
use super::bytes::{Reader, Writer};
use crate::intent::features::Feature;

/// A corrected message, as numbers: the words themselves are not kept.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::intent) struct Correction {
    /// The label it belongs to; one past the last for none of them.
    pub(in crate::intent) label: u16,
    pub(in crate::intent) features: Vec<Feature>,
    /// Its vector, weighed; empty without an encoder.
    pub(in crate::intent) vector: Vec<f32>,
    /// How much each column's margin of this very message is moved.
    pub(in crate::intent) pulls: Vec<f32>,
    /// How much its score for being in scope is moved.
    pub(in crate::intent) scope: f32,
}

impl Correction {
    /// Whether the two are of one message, as far as a model sees.
    pub(in crate::intent) fn same_message(&self, other: &Self) -> bool {
        self.features == other.features && self.vector == other.vector
    }

    pub(super) fn read(reader: &mut Reader<'_>, dims: usize, columns: usize) -> Result<Self, ModelError> {
        let (label, count) = (reader.u16()?, reader.u32()? as usize);
        let (keys, values) = (reader.u32s(count)?, reader.f32s(count)?);
        let features = keys.into_iter().zip(values).map(|(key, value)| Feature { key, value }).collect();
        Ok(Self { label, features, vector: reader.f32s(dims)?, pulls: reader.f32s(columns)?, scope: reader.f32()? })
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.u16(self.label);
        out.u32(self.features.len() as u32);
        self.features.iter().for_each(|feature| out.u32(feature.key));
        self.features.iter().for_each(|feature| out.f32(feature.value));
        out.f32s(&self.vector);
        out.f32s(&self.pulls);
        out.f32(self.scope);
    }
}
