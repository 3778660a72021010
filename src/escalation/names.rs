use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

/// A set of names out of a shared, sorted list, one bit each: a decision that takes the skills of three rules copies no
/// text and makes no list. Sets of different lists join too; then a new list is made.
///
/// ```
/// use handover::escalation::Names;
///
/// let mut skills = Names::from(["debt", "business"]);
/// skills.join(&Names::from(["debt", "dutch"]));
/// assert!(skills.contains("debt") && skills.len() == 3);
/// assert_eq!(skills.iter().map(|name| &**name).collect::<Vec<_>>(), ["business", "debt", "dutch"]);
/// ```
#[derive(Clone, Default)]
pub struct Names {
    /// Sorted, each once.
    list: Option<Arc<[Arc<str>]>>,
    /// Which of them. Where there are more names than bits, all of them are.
    bits: u64,
}

impl Names {
    /// The empty set.
    #[must_use]
    pub const fn new() -> Self {
        Self { list: None, bits: 0 }
    }

    /// Some names out of a list that is sorted: sets of one list join for nothing.
    pub(crate) fn among<'n>(list: &Arc<[Arc<str>]>, names: impl IntoIterator<Item = &'n str>) -> Self {
        let names: Vec<&str> = names.into_iter().collect();
        let place = |name: &&str| list.binary_search_by(|other| (**other).cmp(name)).ok().filter(|at| *at < 64);
        let places: Option<Vec<usize>> = names.iter().map(place).collect();
        match places.filter(|_| list.len() <= 64) {
            Some(places) => {
                Self { list: Some(Arc::clone(list)), bits: places.iter().fold(0, |bits, at| bits | 1 << at) }
            }
            None => names.into_iter().collect(),
        }
    }

    /// Whether `name` is in it.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        let place = self.all().binary_search_by(|other| (**other).cmp(name));
        place.is_ok_and(|at| self.has(at))
    }

    /// Whether everything in it is in another set too.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.iter().all(|name| other.contains(name))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bits == 0
    }

    /// All of them, sorted.
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter { names: self, at: 0 }
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        *self = Self::new();
    }

    /// Puts everything of another set in.
    pub fn join(&mut self, other: &Self) {
        if self.is_empty() {
            self.clone_from(other);
        } else if self.is_of_one_list(other) {
            self.bits |= other.bits;
        } else if !other.is_subset(self) {
            *self = self.iter().chain(other.iter()).cloned().collect();
        }
    }

    fn is_of_one_list(&self, other: &Self) -> bool {
        matches!((&self.list, &other.list), (Some(mine), Some(theirs)) if Arc::ptr_eq(mine, theirs))
    }

    fn all(&self) -> &[Arc<str>] {
        self.list.as_deref().unwrap_or_default()
    }

    fn has(&self, at: usize) -> bool {
        self.all().len() > 64 || self.bits >> (at % 64) & 1 == 1
    }
}

/// Goes through the names of a set.
#[derive(Clone, Debug)]
pub struct Iter<'n> {
    names: &'n Names,
    at: usize,
}

impl<'n> Iterator for Iter<'n> {
    type Item = &'n Arc<str>;

    fn next(&mut self) -> Option<&'n Arc<str>> {
        loop {
            let name = self.names.all().get(self.at)?;
            self.at += 1;
            if self.names.has(self.at - 1) {
                return Some(name);
            }
        }
    }
}

impl<'n> IntoIterator for &'n Names {
    type Item = &'n Arc<str>;
    type IntoIter = Iter<'n>;

    fn into_iter(self) -> Iter<'n> {
        self.iter()
    }
}

impl PartialEq for Names {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Names {}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<N: Into<Arc<str>>> FromIterator<N> for Names {
    fn from_iter<I: IntoIterator<Item = N>>(names: I) -> Self {
        let mut names: Vec<Arc<str>> = names.into_iter().map(Into::into).collect();
        names.sort();
        names.dedup();
        match names.len() {
            0 => Self::new(),
            many @ 1..64 => Self { list: Some(names.into()), bits: (1 << many) - 1 },
            _ => Self { list: Some(names.into()), bits: u64::MAX },
        }
    }
}

impl<N: Into<Arc<str>>, const COUNT: usize> From<[N; COUNT]> for Names {
    fn from(names: [N; COUNT]) -> Self {
        names.into_iter().collect()
    }
}

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(|names: Vec<Arc<str>>| names.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn sets_join_as_those_of_the_standard_library_do() {
        let all = ["a", "b", "c", "d"];
        let list: Arc<[Arc<str>]> = all.iter().map(|name| Arc::from(*name)).collect();
        let chosen = |set: usize| all.into_iter().enumerate().filter(move |(at, _)| set >> at & 1 == 1).map(|(_, n)| n);
        for (one, other) in (0..16).flat_map(|one| (0..16).map(move |other| (one, other))) {
            let meant: BTreeSet<&str> = chosen(one).chain(chosen(other)).collect();
            // Of one list, of two, and of one that lacks a name.
            let mut apart: Names = chosen(one).collect();
            apart.join(&chosen(other).collect());
            let mut together = Names::among(&list, chosen(one));
            together.join(&Names::among(&list, chosen(other)));
            let mut mixed = Names::among(&list, chosen(one));
            mixed.join(&chosen(other).collect());
            for joined in [apart, together, mixed] {
                assert!(joined.iter().map(|name| &**name).eq(meant.iter().copied()));
                assert_eq!((joined.len(), joined.is_empty()), (meant.len(), meant.is_empty()));
                let bytes = serde_json::to_string(&joined).unwrap();
                assert_eq!(bytes, serde_json::to_string(&meant).unwrap());
                assert_eq!(serde_json::from_str::<Names>(&bytes).unwrap(), joined);
            }
        }
        assert!(Names::among(&list, ["e"]).contains("e"));
    }

    #[test]
    fn there_may_be_more_names_than_bits() {
        let names = |of: std::ops::Range<u32>| of.map(|n| format!("{n:03}")).collect::<Names>();
        for count in [1, 63, 64, 65, 200] {
            let mut set = names(0..count);
            assert_eq!(set.len(), count as usize);
            set.join(&names(count / 2..count + 3));
            assert_eq!(set, names(0..count + 3));
            assert!(set.contains("000") && !set.contains("999") && names(0..count).is_subset(&set));
        }
        let long: Arc<[Arc<str>]> = names(0..100).iter().cloned().collect();
        assert_eq!(Names::among(&long, ["007", "099"]), Names::from(["099", "007"]));
    }
}
