//! What a classifier learns from: messages with the intent of each.

use crate::mistakes;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The label of rows that belong to none of the intents.
pub const OUT_OF_SCOPE: &str = "oos";

/// The longest name of an intent, in bytes.
const LONGEST_NAME: usize = 255;
/// The longest text of an example, in bytes.
const LONGEST_TEXT: usize = 1 << 20;

/// One message and its intent.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Example {
    /// The host's name for the intent, or [`OUT_OF_SCOPE`].
    pub intent: Arc<str>,
    /// What a customer wrote.
    pub text: String,
}

impl Example {
    /// A message and its intent.
    pub fn new(intent: impl Into<Arc<str>>, text: impl Into<String>) -> Self {
        Self { intent: intent.into(), text: text.into() }
    }
}

/// A customer's words don't belong in a log.
impl fmt::Debug for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Example").field("intent", &self.intent).field("bytes", &self.text.len()).finish_non_exhaustive()
    }
}

/// Checked examples, in the order they came.
///
/// ```
/// use handover::intent::Examples;
///
/// let examples = Examples::from_tsv("cancel\tIk wil opzeggen\ninvoice\tWhere is my bill?\n")?;
/// assert_eq!(examples.intents().collect::<Vec<_>>(), ["cancel", "invoice"]);
///
/// let mistakes = Examples::from_tsv("cancel Ik wil opzeggen\n\tWhere is my bill?").unwrap_err();
/// assert_eq!(mistakes.rows().len(), 2);
/// assert_eq!(mistakes.rows()[0].line(), 1);
/// # Ok::<(), handover::intent::RowErrors>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examples {
    rows: Vec<Example>,
    /// The line of each row, from 1.
    lines: Vec<usize>,
}

impl Examples {
    /// Reads rows of the form `intent<TAB>text`, one a line, without a head. Empty lines are passed over. Rows with the
    /// intent `oos` belong to none of the intents.
    ///
    /// # Errors
    /// Every row that can't be used, with its line and the reason.
    pub fn from_tsv(tsv: &str) -> Result<Self, RowErrors> {
        let lines = tsv.strip_prefix('\u{feff}').unwrap_or(tsv).lines();
        let (mut examples, mut mistakes) = (Self::default(), Vec::new());
        let mut names: BTreeMap<&str, Arc<str>> = BTreeMap::new();
        for (line, row) in (1..).zip(lines).filter(|(_, row)| !row.trim().is_empty()) {
            match cut(row).and_then(|(intent, text)| checked(intent, text)) {
                Ok((intent, text)) => {
                    let intent = Arc::clone(names.entry(intent).or_insert_with(|| intent.into()));
                    examples.push(Example { intent, text: text.to_owned() }, line);
                }
                Err(reason) => mistakes.push(RowError { line, reason }),
            }
        }
        if mistakes.is_empty() { Ok(examples) } else { Err(RowErrors(mistakes)) }
    }

    /// Takes rows that a host has already, counted from 1.
    ///
    /// # Errors
    /// Every row that can't be used, with its number and the reason.
    pub fn from_rows(rows: impl IntoIterator<Item = Example>) -> Result<Self, RowErrors> {
        let (mut examples, mut mistakes) = (Self::default(), Vec::new());
        for (line, row) in (1..).zip(rows) {
            match checked(&row.intent, &row.text) {
                Ok((intent, text)) => {
                    let intent = if intent.len() == row.intent.len() { Arc::clone(&row.intent) } else { intent.into() };
                    examples.push(Example { intent, text: text.to_owned() }, line);
                }
                Err(reason) => mistakes.push(RowError { line, reason }),
            }
        }
        if mistakes.is_empty() { Ok(examples) } else { Err(RowErrors(mistakes)) }
    }

    fn push(&mut self, row: Example, line: usize) {
        self.rows.push(row);
        self.lines.push(line);
    }

    /// The rows in their order.
    #[must_use]
    pub fn rows(&self) -> &[Example] {
        &self.rows
    }

    /// The line that a row came from, from 1.
    #[must_use]
    pub fn line(&self, row: usize) -> Option<usize> {
        self.lines.get(row).copied()
    }

    /// The names of the intents, sorted, without [`OUT_OF_SCOPE`].
    pub fn intents(&self) -> impl Iterator<Item = &str> {
        let names: std::collections::BTreeSet<&str> = self.rows.iter().map(|row| &*row.intent).collect();
        names.into_iter().filter(|name| *name != OUT_OF_SCOPE)
    }
}

fn cut(row: &str) -> Result<(&str, &str), RowProblem> {
    let (intent, text) = row.split_once('\t').ok_or(RowProblem::NoTab)?;
    if text.contains('\t') { Err(RowProblem::MoreTabs) } else { Ok((intent, text)) }
}

fn checked<'r>(intent: &'r str, text: &'r str) -> Result<(&'r str, &'r str), RowProblem> {
    let (intent, text) = (intent.trim(), text.trim());
    match () {
        () if intent.is_empty() => Err(RowProblem::NoIntent),
        () if intent.len() > LONGEST_NAME => Err(RowProblem::LongName(intent.len())),
        () if intent.chars().any(char::is_control) => Err(RowProblem::OddName),
        () if text.is_empty() => Err(RowProblem::NoText),
        () if text.len() > LONGEST_TEXT => Err(RowProblem::LongText(text.len())),
        () => Ok((intent, text)),
    }
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowProblem {
    /// Nothing tells the intent from the text.
    #[error("no tab: write the intent, a tab, and the text")]
    NoTab,
    /// It is not clear where the text ends.
    #[error("more than one tab: replace those in the text by spaces")]
    MoreTabs,
    /// Nothing stands before the tab.
    #[error("no intent before the tab")]
    NoIntent,
    /// The name has control characters.
    #[error("the intent's name has control characters")]
    OddName,
    /// The name is too long.
    #[error("the intent's name has {0} bytes; the most is {LONGEST_NAME}")]
    LongName(usize),
    /// Nothing stands behind the tab.
    #[error("no text behind the tab")]
    NoText,
    /// The text is too long.
    #[error("the text has {0} bytes; the most is {LONGEST_TEXT}")]
    LongText(usize),
}

/// A row that can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct RowError {
    line: usize,
    reason: RowProblem,
}

impl RowError {
    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// What is wrong with it.
    #[must_use]
    pub fn problem(&self) -> RowProblem {
        self.reason
    }
}

/// Every row that can't be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowErrors(Vec<RowError>);

impl RowErrors {
    /// The rows, in their order.
    #[must_use]
    pub fn rows(&self) -> &[RowError] {
        &self.0
    }
}

impl fmt::Display for RowErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        mistakes::write(f, &self.0)
    }
}

impl std::error::Error for RowErrors {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bad_row_is_named_with_its_reason() {
        let long = "x".repeat(300);
        let tsv = format!("\u{feff}a\tgoed\n\nno tab\n\ttext\na\t \na\tb\tc\n{long}\tx\na\u{7}b\tx\r\na\tok\r\n");
        let mistakes = Examples::from_tsv(&tsv).unwrap_err();
        let found: Vec<_> = mistakes.rows().iter().map(|row| (row.line(), row.problem())).collect();
        assert_eq!(
            found,
            [
                (3, RowProblem::NoTab),
                (4, RowProblem::NoIntent),
                (5, RowProblem::NoText),
                (6, RowProblem::MoreTabs),
                (7, RowProblem::LongName(300)),
                (8, RowProblem::OddName),
            ]
        );
        assert!(!mistakes.to_string().contains("text\n"));
    }

    #[test]
    fn debug_shows_no_words() {
        assert!(!format!("{:?}", Example::new("a", "geheim")).contains("geheim"));
    }
}
