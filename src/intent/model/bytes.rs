//! Writing and reading the parts of a model file, little-endian.

use super::ModelError;

/// Reads part by part; whatever is missing is an error, never a panic.
pub(super) struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'b [u8], ModelError> {
        let taken = self.at.checked_add(count).and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or(ModelError::Cut { found: self.bytes.len() })?;
        self.at += count;
        Ok(taken)
    }

    /// As many items of `size` bytes.
    pub(super) fn items(&mut self, count: usize, size: usize) -> Result<&'b [u8], ModelError> {
        let length = count.checked_mul(size).ok_or(ModelError::Cut { found: self.bytes.len() })?;
        self.take(length)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ModelError> {
        let cut = ModelError::Cut { found: self.bytes.len() };
        self.take(N)?.try_into().map_err(|_| cut)
    }

    pub(super) fn u8(&mut self) -> Result<u8, ModelError> {
        self.array().map(u8::from_le_bytes)
    }

    pub(super) fn u16(&mut self) -> Result<u16, ModelError> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, ModelError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, ModelError> {
        self.array().map(u64::from_le_bytes)
    }

    /// A number that is one: anything else means damage that the checksum was fitted to.
    pub(super) fn f32(&mut self) -> Result<f32, ModelError> {
        let number = self.array().map(f32::from_le_bytes)?;
        if number.is_finite() { Ok(number) } else { Err(ModelError::Damaged) }
    }

    pub(super) fn u32s(&mut self, count: usize) -> Result<Vec<u32>, ModelError> {
        let bytes = self.items(count, 4)?;
        Ok(bytes.chunks_exact(4).map(|four| four.try_into().map_or(0, u32::from_le_bytes)).collect())
    }

    pub(super) fn f32s(&mut self, count: usize) -> Result<Vec<f32>, ModelError> {
        let bytes = self.items(count, 4)?;
        let numbers = bytes.chunks_exact(4).map(|four| four.try_into().map_or(f32::NAN, f32::from_le_bytes));
        let numbers: Vec<f32> = numbers.collect();
        if numbers.iter().all(|number| number.is_finite()) { Ok(numbers) } else { Err(ModelError::Damaged) }
    }

    /// A name of at most 255 bytes.
    pub(super) fn name(&mut self) -> Result<&'b str, ModelError> {
        let length = self.u8()?;
        std::str::from_utf8(self.take(length.into())?).map_err(|_| ModelError::Damaged)
    }
}

/// Writes part by part.
#[derive(Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn u16(&mut self, number: u16) {
        self.0.extend(number.to_le_bytes());
    }

    pub(super) fn u32(&mut self, number: u32) {
        self.0.extend(number.to_le_bytes());
    }

    pub(super) fn u64(&mut self, number: u64) {
        self.0.extend(number.to_le_bytes());
    }

    pub(super) fn f32(&mut self, number: f32) {
        self.0.extend(number.to_le_bytes());
    }

    pub(super) fn u32s(&mut self, numbers: &[u32]) {
        numbers.iter().for_each(|number| self.u32(*number));
    }

    pub(super) fn f32s(&mut self, numbers: &[f32]) {
        numbers.iter().for_each(|number| self.f32(*number));
    }

    pub(super) fn i8s(&mut self, numbers: &[i8]) {
        self.0.extend(numbers.iter().map(|number| *number as u8));
    }

    pub(super) fn name(&mut self, name: &str) {
        let bytes: Vec<u8> = name.bytes().take(255).collect();
        self.0.push(bytes.len() as u8);
        self.0.extend(bytes);
    }
}
