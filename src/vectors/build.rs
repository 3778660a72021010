//! Making a table.

use super::hash;
use super::table::{self, Bits, Header};
use std::fmt;

/// How far the largest value of a row may be clipped at 4 bits; the clipping that leaves the least error is taken.
const CLIPS: [f32; 7] = [1.0, 0.9, 0.8, 0.72, 0.65, 0.58, 0.5];

/// Puts a table of word vectors together, byte for byte the same from the same rows in any order.
///
/// Keys are what look-up asks for: folded words as [`Text`](crate::text::Text) gives them, with each digit a `0` and
/// at most four in a row; parts of a word in `<` and `>`; two words with a space between them. Their length is their
/// weight in a message. A key that no message folds to is never found, and does no harm.
///
/// ```
/// use handover::text::Text;
/// use handover::vectors::{Bits, TableBuilder, WordVectors};
///
/// let mut table = TableBuilder::new(8, Bits::Eight);
/// table.word("opzeggen", &[1.0, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
/// table.word("cancel", &[0.9, 0.0, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0]);
/// table.gram("<opz", &[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
/// table.pair("not cancel", &[-2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
/// let vectors = WordVectors::from_bytes(table.build()?)?;
/// let pooled = |raw| vectors.pooled(&Text::new(raw));
/// assert!(pooled("Opzeggen!").cosine(&pooled("cancel")) > Some(0.95));
/// assert!(pooled("opzegen").cosine(&pooled("cancel")) > Some(0.95)); // by its parts
/// assert!(pooled("do not cancel").cosine(&pooled("cancel")) < Some(0.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct TableBuilder {
    dims: u16,
    bits: Bits,
    counts: [u32; 3],
    rows: Vec<Row>,
    mistakes: Vec<TableMistake>,
}

#[derive(Debug)]
struct Row {
    hash: u64,
    key: Box<str>,
    bytes: Box<[u8]>,
}

impl TableBuilder {
    /// An empty table; `dims` a multiple of 8 from 8 to 1024.
    #[must_use]
    pub fn new(dims: u16, bits: Bits) -> Self {
        let mistakes = if table::fit(dims) { Vec::new() } else { vec![TableMistake::Dimensions(dims)] };
        Self { dims, bits, counts: [0; 3], rows: Vec::new(), mistakes }
    }

    /// The vector of a word.
    pub fn word(&mut self, key: &str, values: &[f32]) {
        self.row(0, hash::word(hash::state(key)), key, values);
    }

    /// The vector of a part of a word, three to five characters of `<word>`: what a word without a row is made of.
    pub fn gram(&mut self, key: &str, values: &[f32]) {
        self.row(1, hash::gram(hash::state(key)), key, values);
    }

    /// What two neighbouring words mean beyond the sum of both. `^` stands before the first word of a message and `$`
    /// after its last: `^ hoe` is a message that begins with *hoe*.
    pub fn pair(&mut self, key: &str, values: &[f32]) {
        match key.split_once(' ') {
            Some((first, second)) => self.row(2, hash::pair(hash::state(first), hash::state(second)), key, values),
            None => self.mistakes.push(TableMistake::NoPair(key.into())),
        }
    }

    fn row(&mut self, group: usize, hash: u64, key: &str, values: &[f32]) {
        let mistake = if values.len() != usize::from(self.dims) {
            TableMistake::Values { key: key.into(), found: values.len(), expected: self.dims }
        } else if !values.iter().all(|v| v.is_finite()) {
            TableMistake::NotFinite(key.into())
        } else {
            if let Some(count) = self.counts.get_mut(group) {
                *count += 1;
            }
            return self.rows.push(Row { hash, key: key.into(), bytes: quantised(values, self.bits) });
        };
        self.mistakes.push(mistake);
    }

    /// The table's bytes, for [`WordVectors::from_bytes`](super::WordVectors::from_bytes).
    ///
    /// # Errors
    /// Every row that does not fit, and keys that stand twice or can't be told apart.
    pub fn build(mut self) -> Result<Vec<u8>, TableMistakes> {
        let spread = table::spread(self.rows.len());
        let place = |row: &Row| (table::bucket(row.hash, spread), row.hash as u32);
        self.rows.sort_by_cached_key(|row| (place(row), row.key.clone()));
        for (a, b) in self.rows.iter().zip(self.rows.iter().skip(1)).filter(|(a, b)| place(a) == place(b)) {
            self.mistakes.push(TableMistake::Alike(a.key.clone(), b.key.clone()));
        }
        if !self.mistakes.is_empty() {
            return Err(TableMistakes(self.mistakes));
        }
        let mut out = Vec::new();
        Header { dims: self.dims, bits: self.bits, spread, rows: self.counts }.write(&mut out);
        for bucket in 0..=(1_usize << spread) {
            let start = self.rows.partition_point(|row| place(row).0 < bucket);
            out.extend((start as u32).to_le_bytes());
        }
        self.rows.iter().for_each(|row| out.extend((row.hash as u32).to_le_bytes()));
        self.rows.iter().for_each(|row| out.extend(&*row.bytes));
        let checksum = hash::checksum(&out);
        out.extend(checksum.to_le_bytes());
        Ok(out)
    }
}

/// A row as it stands in the file: its scale and its values.
fn quantised(values: &[f32], bits: Bits) -> Box<[u8]> {
    let largest = values.iter().fold(0.0_f32, |largest, v| largest.max(v.abs()));
    let clips = if bits == Bits::Four { CLIPS.as_slice() } else { &[1.0] };
    let scales = clips.iter().map(|clip| largest * clip / bits.top());
    let scale = scales.min_by(|a, b| error(values, *a, bits).total_cmp(&error(values, *b, bits))).unwrap_or(0.0);
    let steps: Vec<i8> = values.iter().map(|v| step(*v, scale, bits)).collect();
    let packed: Vec<u8> = match bits {
        Bits::Eight => steps.iter().map(|step| *step as u8).collect(),
        Bits::Four => {
            let (low, high) = steps.split_at(steps.len() / 2);
            low.iter().zip(high).map(|(low, high)| (low + 8) as u8 | ((high + 8) as u8) << 4).collect()
        }
    };
    scale.to_le_bytes().into_iter().chain(packed).collect()
}

fn step(value: f32, scale: f32, bits: Bits) -> i8 {
    if scale > 0.0 { (value / scale).round_ties_even().clamp(-bits.top(), bits.top()) as i8 } else { 0 }
}

/// The squared error of a row at a scale.
fn error(values: &[f32], scale: f32, bits: Bits) -> f32 {
    values.iter().map(|v| f32::from(step(*v, scale, bits)) * scale - v).map(|off| off * off).sum()
}

/// A row that does not fit its table.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TableMistake {
    /// No table has so many dimensions.
    #[error("{0} dimensions: a table has a multiple of 8, from 8 to 1024")]
    Dimensions(u16),
    /// A row has more or fewer values than the table has dimensions.
    #[error("`{key}` has {found} values, the table has {expected} dimensions")]
    Values {
        /// The row's key.
        key: Box<str>,
        /// The values it came with.
        found: usize,
        /// The table's dimensions.
        expected: u16,
    },
    /// A row has a value that is no finite number.
    #[error("`{0}` has a value that is no finite number")]
    NotFinite(Box<str>),
    /// The key of a pair is one word.
    #[error("`{0}` is no pair: two words with a space between them are expected")]
    NoPair(Box<str>),
    /// Two keys stand in one place: the same key twice or, by bad luck, two with equal hashes; leave one out.
    #[error("`{0}` and `{1}` can't both be in the table: leave one out")]
    Alike(Box<str>, Box<str>),
}

/// Every mistake in the rows of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct TableMistakes(Vec<TableMistake>);

impl TableMistakes {
    /// The mistakes: first those of single rows, in the order they came in, then keys that are alike.
    #[must_use]
    pub fn as_slice(&self) -> &[TableMistake] {
        &self.0
    }
}

impl fmt::Display for TableMistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::mistakes::write(f, &self.0)
    }
}

impl std::error::Error for TableMistakes {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_named() {
        let mut table = TableBuilder::new(8, Bits::Four);
        table.word("kort", &[1.0; 7]);
        table.word("nan", &[f32::NAN; 8]);
        table.pair("alleen", &[1.0; 8]);
        table.word("dubbel", &[1.0; 8]);
        table.word("dubbel", &[2.0; 8]);
        let mistakes = table.build().unwrap_err();
        assert_eq!(mistakes.as_slice().len(), 4);
        let said = mistakes.to_string();
        assert!(["kort", "nan", "alleen", "dubbel"].iter().all(|key| said.contains(key)), "{said}");
        assert!(TableBuilder::new(12, Bits::Four).build().is_err());
    }

    #[test]
    fn the_order_of_rows_does_not_matter() {
        let table = |keys: [&str; 3]| {
            let mut table = TableBuilder::new(8, Bits::Four);
            keys.iter().for_each(|key| table.word(key, &[key.len() as f32; 8]));
            table.build().unwrap()
        };
        assert_eq!(table(["a", "bb", "ccc"]), table(["ccc", "a", "bb"]));
    }

    #[test]
    fn clipping_leaves_no_more_error_than_none() {
        let values = [9.0, 1.0, -1.0, 1.1, 0.9, -1.2, 0.8, 1.0];
        let row = quantised(&values, Bits::Four);
        let scale = f32::from_le_bytes([row[0], row[1], row[2], row[3]]);
        assert!(error(&values, scale, Bits::Four) <= error(&values, 9.0 / 7.0, Bits::Four));
        assert_eq!(&*quantised(&[0.0; 8], Bits::Four), [0, 0, 0, 0, 0x88, 0x88, 0x88, 0x88]);
    }
}
