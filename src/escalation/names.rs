use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A set of names, sorted and shared: a copy is the same list, not a new one, so a decision that takes the skills of a
/// rule copies no text and makes no list.
///
/// ```
/// use handover::escalation::Names;
///
/// let mut skills = Names::from(["debt", "business"]);
/// skills.join(&Names::from(["debt"]));
/// assert!(skills.contains("debt") && skills.len() == 2);
/// assert_eq!(skills.iter().map(|name| &**name).collect::<Vec<_>>(), ["business", "debt"]);
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Names(Option<Arc<[Arc<str>]>>);

impl Names {
    /// The empty set.
    #[must_use]
    pub const fn new() -> Self {
        Self(None)
    }

    /// Whether `name` is in it.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.binary_search_by(|other| (**other).cmp(name)).is_ok()
    }

    /// Whether everything in it is in another set too.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.iter().all(|name| other.contains(name))
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        self.0 = None;
    }

    /// Puts everything of another set in. A new list is made only where neither set holds the other.
    pub fn join(&mut self, other: &Self) {
        if other.is_subset(self) {
            return;
        }
        *self = if self.is_subset(other) { other.clone() } else { self.iter().chain(other.iter()).cloned().collect() };
    }
}

impl Deref for Names {
    type Target = [Arc<str>];

    /// The names, sorted.
    fn deref(&self) -> &[Arc<str>] {
        self.0.as_deref().unwrap_or_default()
    }
}

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
        // The empty set has one form, so that sets are equal where their names are.
        Self((!names.is_empty()).then(|| names.into()))
    }
}

impl<N: Into<Arc<str>>, const COUNT: usize> From<[N; COUNT]> for Names {
    fn from(names: [N; COUNT]) -> Self {
        names.into_iter().collect()
    }
}

impl<'n> IntoIterator for &'n Names {
    type Item = &'n Arc<str>;
    type IntoIter = std::slice::Iter<'n, Arc<str>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
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
        let chosen = |set: usize| all.into_iter().enumerate().filter(move |(at, _)| set >> at & 1 == 1).map(|(_, n)| n);
        for (one, other) in (0..16).flat_map(|one| (0..16).map(move |other| (one, other))) {
            let mut joined: Names = chosen(one).collect();
            joined.join(&chosen(other).collect());
            let meant: BTreeSet<&str> = chosen(one).chain(chosen(other)).collect();
            assert!(joined.iter().map(|name| &**name).eq(meant.iter().copied()));
            let bytes = serde_json::to_string(&joined).unwrap();
            assert_eq!(bytes, serde_json::to_string(&meant).unwrap());
            assert_eq!(serde_json::from_str::<Names>(&bytes).unwrap(), joined);
        }
    }

    #[test]
    fn what_is_joined_with_less_stays_the_same_list() {
        let more = Names::from(["a", "b"]);
        let mut joined = Names::from(["b"]);
        joined.join(&more);
        assert!(std::ptr::eq(&*joined, &*more));
        joined.join(&Names::from(["a"]));
        assert!(std::ptr::eq(&*joined, &*more));
    }
}
