use super::finding::Sink;
use super::{Date, Finding, Node, Policy, Severity, Spec, lint, read};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A rule document as it was found, in JSON, TOML or whatever else serde reads. Reading one fails on broken syntax
/// only; everything else that is wrong with it [`check`](Self::check) names, all at once.
///
/// ```
/// use handover::policy::Document;
///
/// let document: Document = toml::from_str(r#"
///     id = "winkel"
///     version = 1
///     owner = "Team Service"
///     country = "nl"
///
///     [vocabulary]
///     skills = ["klacht"]
///
///     [queues.balie]
///     [routing]
///     default = "balie"
///     safety = "balie"
///     rights = "balie"
///     complaints = "balie"
///
///     [[rules]]
///     id = "opzeggen"
///     when = { signal = "chrun" }
///     then = { outcome = "offer_human", skills = ["klacht"] }
/// "#)?;
/// let checked = document.check();
/// let mistake = &checked.findings()[0];
/// assert_eq!(mistake.to_string(), "E01 rules[0].when.signal: no signal is called `chrun`; did you mean `churn`?");
/// assert!(checked.policy().is_err());
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Document(Node);

impl From<Node> for Document {
    fn from(root: Node) -> Self {
        Self(root)
    }
}

impl Document {
    /// The tree as it was found.
    #[must_use]
    pub const fn root(&self) -> &Node {
        &self.0
    }

    /// Reads it and names every mistake.
    #[must_use]
    pub fn check(&self) -> Checked {
        self.check_against(&Against::default())
    }

    /// The same, held against what only the host knows.
    #[must_use]
    pub fn check_against(&self, against: &Against) -> Checked {
        let sink = Sink::default();
        let read = read::document(&self.0, &sink);
        lint::all(&read.spec, &read.damaged, against, &sink);
        Checked { findings: sink.sorted(), spec: read.spec }
    }
}

impl Spec {
    /// Names every mistake of a document that was built in Rust.
    #[must_use]
    pub fn check(self) -> Checked {
        let sink = Sink::default();
        lint::all(&self, &std::collections::BTreeSet::new(), &Against::default(), &sink);
        Checked { findings: sink.sorted(), spec: self }
    }
}

/// What a document is held against: things that only the host knows.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Against {
    /// Today, to see whether a review is due.
    pub today: Option<Date>,
    /// The labels that the classifier in use can give.
    pub intents: Option<Vec<Arc<str>>>,
    /// The staff list: who holds which role.
    pub staff: Option<Node>,
}

/// A document that was looked through.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    findings: Vec<Finding>,
    spec: Spec,
}

impl Checked {
    /// Everything that is wrong or odd: errors first, then by place.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Those that keep the policy from going live.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity() == Severity::Error)
    }

    /// The document in typed form. Where there are errors, what could not be read has its default.
    #[must_use]
    pub const fn spec(&self) -> &Spec {
        &self.spec
    }

    /// The policy: the only way to one. What was checked is what runs.
    ///
    /// # Errors
    /// The findings, where one of them is an error.
    pub fn policy(self) -> Result<Policy, Findings> {
        if self.errors().next().is_some() {
            return Err(Findings(self.findings));
        }
        Ok(Policy::compile(self.spec))
    }
}

/// The findings that keep a document from going live, and the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// All of them: errors first, then by place.
    #[must_use]
    pub fn as_slice(&self) -> &[Finding] {
        &self.0
    }
}

impl std::fmt::Display for Findings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        crate::mistakes::write(f, &self.0)
    }
}

impl std::error::Error for Findings {}
