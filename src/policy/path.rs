use serde::{Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

/// A place in a document: `rules[2].when.signal`. Lists are counted from 0, as in the formats themselves.
///
/// The core reads no files and knows no lines. A host that parses the document can map paths to lines; the programs do.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocPath(Vec<Step>);

/// One step into a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// To an item of a list, from 0.
    At(usize),
    /// To the value under a key.
    Key(Arc<str>),
}

impl DocPath {
    /// The document itself.
    #[must_use]
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// The value under `key`.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.step(Step::Key(Arc::from(key)))
    }

    /// The item at `at`, from 0.
    #[must_use]
    pub fn at(&self, at: usize) -> Self {
        self.step(Step::At(at))
    }

    fn step(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The steps from the document to the place.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The place that holds this one; nothing holds the document.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_last()?;
        Some(Self(rest.to_vec()))
    }
}

impl fmt::Display for DocPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("the document");
        }
        for (number, step) in self.0.iter().enumerate() {
            match step {
                Step::At(at) => write!(f, "[{at}]")?,
                Step::Key(key) => {
                    let bare = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
                    write!(f, "{}", if number > 0 { "." } else { "" })?;
                    if bare { f.write_str(key)? } else { write!(f, "{key:?}")? }
                }
            }
        }
        Ok(())
    }
}

impl Serialize for DocPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_as_people_write_them() {
        let path = DocPath::root().key("rules").at(2).key("when").key("signal");
        assert_eq!(path.to_string(), "rules[2].when.signal");
        assert_eq!(path.parent().unwrap().to_string(), "rules[2].when");
        assert_eq!(DocPath::root().key("een spatie").to_string(), "\"een spatie\"");
        assert_eq!(DocPath::root().parent(), None);
    }
}
