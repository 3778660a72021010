use super::{Code, DocPath, Severity};
use crate::conversation::Situation;
use crate::text::Lang;
use serde::Serialize;
use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

/// Something said in Dutch and in English.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Wording {
    /// In Dutch.
    pub nl: String,
    /// In English.
    pub en: String,
}

impl Wording {
    /// The same thing in both languages.
    #[must_use]
    pub fn new(nl: impl Into<String>, en: impl Into<String>) -> Self {
        Self { nl: nl.into(), en: en.into() }
    }

    /// In one of them.
    #[must_use]
    pub fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::Nl => &self.nl,
            Lang::En => &self.en,
        }
    }
}

impl fmt::Display for Wording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

/// A case that shows a finding: what it is in words, and the situation itself where it is one of routing.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Witness {
    /// The case in words.
    pub words: Wording,
    /// The situation, to try it out with: a host can let a policy decide it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub situation: Option<Box<Situation>>,
}

impl Witness {
    /// A case in words.
    #[must_use]
    pub const fn of(words: Wording) -> Self {
        Self { words, situation: None }
    }

    /// The same, with its situation.
    #[must_use]
    pub fn with(self, situation: Situation) -> Self {
        Self { situation: Some(Box::new(situation)), ..self }
    }
}

/// One mistake in a document.
///
/// ```
/// use handover::policy::Document;
///
/// let document: Document = serde_json::from_str(r#"{"id": "shop", "version": 1, "qeues": {}}"#)?;
/// let checked = document.check();
/// let finding = checked.findings().iter().find(|f| f.place.to_string() == "qeues").unwrap();
/// assert_eq!(finding.code.name(), "E02");
/// assert_eq!(finding.did_you_mean.as_deref(), Some("queues"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What kind of mistake.
    pub code: Code,
    /// Where it stands.
    pub place: DocPath,
    /// What is wrong.
    pub message: Wording,
    /// What to do about it.
    pub help: Wording,
    /// The known name that a misspelt one comes closest to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub did_you_mean: Option<Arc<str>>,
    /// A case that shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<Witness>,
}

impl Finding {
    /// A finding without a suggestion or a case.
    #[must_use]
    pub fn new(code: Code, place: DocPath, message: Wording, help: Wording) -> Self {
        Self { code, place, message, help, did_you_mean: None, witness: None }
    }

    /// With the name that was probably meant.
    #[must_use]
    pub fn meaning(self, name: Option<&str>) -> Self {
        Self { did_you_mean: name.map(Arc::from), ..self }
    }

    /// With a case that shows it.
    #[must_use]
    pub fn shown_by(self, witness: Witness) -> Self {
        Self { witness: Some(witness), ..self }
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.code, self.place, self.message)?;
        if let Some(name) = &self.did_you_mean {
            write!(f, "; did you mean `{name}`?")?;
        }
        Ok(())
    }
}

/// Where findings are gathered while a document is read and looked through. Every part of a checker holds the same one.
#[derive(Debug, Default)]
pub(crate) struct Sink(RefCell<Vec<Finding>>);

impl Sink {
    pub(crate) fn push(&self, finding: Finding) {
        self.0.borrow_mut().push(finding);
    }

    /// How many so far: to see whether a part brought any.
    pub(crate) fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// Whether something at a place, or within it, is an error already: what follows from it is no news.
    pub(crate) fn has_error_in(&self, place: &DocPath) -> bool {
        let within = |finding: &Finding| finding.place.steps().starts_with(place.steps());
        self.0.borrow().iter().any(|finding| finding.severity() == Severity::Error && within(finding))
    }

    /// All of them: errors first, then by place, then by code.
    pub(crate) fn sorted(self) -> Vec<Finding> {
        let mut findings = self.0.into_inner();
        findings.sort_by(|a, b| {
            (a.severity(), &a.place, a.code, &a.message.en).cmp(&(b.severity(), &b.place, b.code, &b.message.en))
        });
        findings
    }
}
