use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// One of a short, closed list of things.
pub trait Flag: Copy + fmt::Debug + PartialEq + 'static {
    /// All of them, in the order of their declaration.
    const ALL: &'static [Self];

    /// The place in [`ALL`](Self::ALL).
    fn number(self) -> u32;
}

/// A set of things from a short list: one bit each, so that making, copying and joining sets costs next to nothing.
/// In order of their declaration; on the wire a list.
///
/// ```
/// use handover::escalation::{Flags, Style};
///
/// let mut styles = Flags::from([Style::Calm, Style::Plain]);
/// assert!(styles.contains(&Style::Calm) && !styles.contains(&Style::Short));
/// styles.extend([Style::Short]);
/// assert_eq!(styles.iter().collect::<Vec<_>>(), [Style::Plain, Style::Short, Style::Calm]);
/// assert_eq!(serde_json::to_string(&styles)?, r#"["plain","short","calm"]"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flags<T> {
    bits: u32,
    of: PhantomData<T>,
}

impl<T: Flag> Flags<T> {
    /// The empty set.
    #[must_use]
    pub const fn new() -> Self {
        Self { bits: 0, of: PhantomData }
    }

    /// Whether `flag` is in it.
    #[must_use]
    pub fn contains(&self, flag: &T) -> bool {
        self.bits & bit(*flag) != 0
    }

    /// Puts `flag` in.
    pub fn insert(&mut self, flag: T) {
        self.bits |= bit(flag);
    }

    /// Takes `flag` out.
    pub fn remove(&mut self, flag: &T) {
        self.bits &= !bit(*flag);
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        self.bits = 0;
    }

    /// Puts everything of another set in.
    pub fn join(&mut self, other: Self) {
        self.bits |= other.bits;
    }

    /// Whether everything in it is in another set too.
    #[must_use]
    pub const fn is_subset(&self, other: &Self) -> bool {
        self.bits & !other.bits == 0
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bits.count_ones() as usize
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bits == 0
    }

    /// All of them, in order.
    pub const fn iter(&self) -> Iter<T> {
        Iter(*self)
    }
}

/// Goes through a set, in order.
#[derive(Clone, Debug)]
pub struct Iter<T: Flag>(Flags<T>);

impl<T: Flag> Iterator for Iter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let next = T::ALL.get(self.0.bits.trailing_zeros() as usize).copied()?;
        self.0.remove(&next);
        Some(next)
    }
}

impl<T: Flag> IntoIterator for &Flags<T> {
    type Item = T;
    type IntoIter = Iter<T>;

    fn into_iter(self) -> Iter<T> {
        self.iter()
    }
}

fn bit<T: Flag>(flag: T) -> u32 {
    1 << (flag.number() % 32)
}

// Derived, these would ask the same of `T`.
impl<T> Clone for Flags<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Flags<T> {}

impl<T: Flag> Default for Flags<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Flag> fmt::Debug for Flags<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<T: Flag> Extend<T> for Flags<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, flags: I) {
        flags.into_iter().for_each(|flag| self.insert(flag));
    }
}

impl<T: Flag> FromIterator<T> for Flags<T> {
    fn from_iter<I: IntoIterator<Item = T>>(flags: I) -> Self {
        let mut set = Self::new();
        set.extend(flags);
        set
    }
}

impl<T: Flag, const N: usize> From<[T; N]> for Flags<T> {
    fn from(flags: [T; N]) -> Self {
        flags.into_iter().collect()
    }
}

impl<T: Flag + Serialize> Serialize for Flags<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de, T: Flag + Deserialize<'de>> Deserialize<'de> for Flags<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(|flags: Vec<T>| flags.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::escalation::{NoticeKey, Style, Withhold};
    use std::collections::BTreeSet;

    fn numbered<T: Flag>() {
        let numbers: Vec<u32> = T::ALL.iter().map(|flag| flag.number()).collect();
        assert_eq!(numbers, (0..T::ALL.len() as u32).collect::<Vec<_>>());
        assert!(numbers.len() <= 32);
    }

    #[test]
    fn every_flag_has_a_bit_of_its_own() {
        numbered::<NoticeKey>();
        numbered::<Withhold>();
        numbered::<Style>();
    }

    #[test]
    fn on_the_wire_it_is_the_list_that_a_set_of_the_standard_library_is() {
        for bits in 0..1_u32 << NoticeKey::ALL.len() {
            let some: Vec<NoticeKey> =
                NoticeKey::ALL.into_iter().filter(|key| bits >> Flag::number(*key) & 1 == 1).collect();
            let (flags, set): (Flags<_>, BTreeSet<_>) =
                (some.iter().copied().collect(), some.iter().copied().collect());
            let bytes = serde_json::to_string(&flags).unwrap();
            assert_eq!(bytes, serde_json::to_string(&set).unwrap());
            assert_eq!(serde_json::from_str::<Flags<NoticeKey>>(&bytes).unwrap(), flags);
            assert_eq!(flags.len(), set.len());
        }
    }
}
