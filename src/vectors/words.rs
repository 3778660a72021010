//! The built-in embedder: the sum of the vectors of a message's words.

use super::table::{Bits, Table, TableError};
use super::token::{self, Token};
use super::{Embedder, Embedding, hash};
use crate::text::Text;
use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;

/// The most parts that a word of the longest kept length has: runs of 3, 4 and 5 out of 34 characters.
const MOST_PARTS: usize = 32 + 31 + 30;

/// A table of word vectors, and how a message is read with it.
///
/// A word's vector is its row, or else the mean of the rows of its parts (runs of three to five characters, so that
/// compounds, inflections and typos are known), or else nothing. A message's vector is the sum of those, plus the
/// rows of neighbouring pairs, at length 1. How long a row is says how much the word counts.
pub struct WordVectors {
    table: Table,
}

impl WordVectors {
    /// The table that ships with the crate, read where it lies in the program: no time, no memory.
    ///
    /// Its checksum is not gone over at each start: the bytes are as much a part of the program as its code.
    #[cfg(feature = "vectors")]
    #[must_use]
    pub fn shipped() -> Self {
        static BYTES: &[u8] = include_bytes!("table.bin");
        // A test checks every byte; a table without rows is what total means where that test was skipped.
        Self { table: Table::trusted(Cow::Borrowed(BYTES)).unwrap_or_else(|_| Table::empty()) }
    }

    /// A table of the host's own, made with a [`TableBuilder`](super::TableBuilder). Every byte is checked once, at
    /// several thousand million bytes a second.
    ///
    /// # Errors
    /// Where the bytes are no table, are damaged or not whole, or come from a newer release.
    pub fn from_bytes(bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, TableError> {
        Ok(Self { table: Table::checked(bytes.into())? })
    }

    /// The vector of a message. Linear in its length; worked out once a [`Text`], for the first table that is asked.
    ///
    /// ```
    /// # #[cfg(feature = "vectors")] {
    /// use handover::text::Text;
    /// use handover::vectors::WordVectors;
    ///
    /// let vectors = WordVectors::shipped();
    /// let pooled = |raw| vectors.pooled(&Text::new(raw));
    /// let cancel = pooled("Ik wil mijn abonnement opzeggen");
    /// let same = cancel.cosine(&pooled("please cancel my subscription"));
    /// let other = cancel.cosine(&pooled("what will the weather be tomorrow"));
    /// assert!(same > other);
    /// assert!(pooled("?!").is_none());
    /// # }
    /// ```
    #[must_use]
    pub fn pooled(&self, text: &Text<'_>) -> Embedding {
        let (table, pooled) = text.memo().pooled.get_or_init(|| (self.checksum(), self.pool(text)));
        if *table == self.checksum() { pooled.clone() } else { self.pool(text) }
    }

    fn pool(&self, text: &Text<'_>) -> Embedding {
        let mut sum = vec![0.0; usize::from(self.dims())];
        let mut before = None;
        token::each(text, |token| {
            self.add_token(token, &mut sum);
            self.add_pair(before.unwrap_or(hash::BEGIN), token.state(), &mut sum);
            before = Some(token.state());
        });
        if let Some(last) = before {
            self.add_pair(last, hash::END, &mut sum);
        }
        Embedding::from(sum)
    }

    fn add_token(&self, token: &Token, sum: &mut [f32]) {
        match self.table.find(hash::word(token.state())) {
            Some(row) => self.table.add(row, 1.0, sum),
            None if token.has_letters() => self.add_parts(token, sum),
            None => {}
        }
    }

    fn add_pair(&self, first: u64, second: u64, sum: &mut [f32]) {
        if let Some(row) = self.table.find(hash::pair(first, second)) {
            self.table.add(row, 1.0, sum);
        }
    }

    /// Adds the mean of a word's parts. What they add up to is not known before they are counted, so they are found
    /// first and added then.
    fn add_parts(&self, token: &Token, sum: &mut [f32]) {
        let mut parts = [0; MOST_PARTS];
        let mut count = 0;
        token.grams(|gram| {
            if let (Some(row), Some(place)) = (self.table.find(gram), parts.get_mut(count)) {
                *place = row;
                count += 1;
            }
        });
        let weight = 1.0 / count.max(1) as f32;
        parts.iter().take(count).for_each(|row| self.table.add(*row, weight, sum));
    }

    /// Whether a folded word has a row of its own.
    pub(crate) fn knows(&self, word: &str) -> bool {
        self.table.find(hash::word(hash::state(word))).is_some()
    }

    /// The dimensions of the vectors.
    #[must_use]
    pub fn dims(&self) -> u16 {
        self.table.header().dims
    }

    /// How finely the table keeps a value.
    #[must_use]
    pub fn bits(&self) -> Bits {
        self.table.header().bits
    }

    /// The rows of words, of parts of words, and of pairs.
    #[must_use]
    pub fn rows(&self) -> [u32; 3] {
        self.table.header().rows
    }

    /// The table's size in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.table.bytes()
    }

    /// The checksum that stands in the table. What was trained on vectors fits this table and no other: store it with
    /// the model, and compare.
    #[must_use]
    pub fn checksum(&self) -> u64 {
        self.table.checksum()
    }
}

impl Embedder for WordVectors {
    type Error = Infallible;

    fn embed(&self, text: &Text<'_>) -> Result<Embedding, Infallible> {
        Ok(self.pooled(text))
    }
}

impl fmt::Debug for WordVectors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WordVectors")
            .field("dims", &self.dims())
            .field("bits", &self.bits())
            .field("rows", &self.rows())
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "vectors"))]
mod tests {
    use super::*;

    /// Of 2,000,000,000 such keys three were taken for one that is there, when this test was let run that long.
    #[test]
    fn keys_that_are_not_there_are_not_found() {
        let table = WordVectors::shipped().table;
        assert!(table.find(hash::word(hash::state("opzeggen"))).is_some());
        let found = (0..2_000_000_u64).filter(|at| table.find(hash::gram(at << 8)).is_some());
        assert_eq!(found.count(), 0);
    }
}
