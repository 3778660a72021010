//! Suites that a host runs on what it plugs in: they find out what a wrong answer would cost before a customer does.
//!
//! Each takes a way to make a fresh one, and gives back every promise that was broken. Run them in the host's own
//! tests:
//! ```
//! use handover::approval::MemoryStore;
//! use handover::conformance;
//!
//! let report = conformance::approval_store(MemoryStore::new);
//! assert!(report.is_clean(), "{report}");
//! ```

mod approval_store;

pub use approval_store::approval_store;

use std::fmt;

/// What a suite found: every promise that was broken, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a suite that nobody reads finds nothing"]
pub struct Report {
    ran: Vec<&'static str>,
    broken: Vec<Broken>,
}

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The promise.
    pub promise: &'static str,
    /// What happened instead.
    pub instead: String,
}

impl Report {
    /// Whether everything was kept.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.broken.is_empty()
    }

    /// The promises that were tried, in order.
    #[must_use]
    pub fn ran(&self) -> &[&'static str] {
        &self.ran
    }

    /// Those that were broken.
    #[must_use]
    pub fn broken(&self) -> &[Broken] {
        &self.broken
    }

    fn add(&mut self, promise: &'static str, result: Result<(), String>) {
        self.ran.push(promise);
        self.broken.extend(result.err().map(|instead| Broken { promise, instead }));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} promises kept", self.ran.len() - self.broken.len(), self.ran.len())?;
        self.broken.iter().try_for_each(|broken| write!(f, "\n- {}: {}", broken.promise, broken.instead))
    }
}
