//! How healthy training rows are: what is wrong with them, and what to add.

use super::examples::{Examples, OUT_OF_SCOPE};
use super::features::{Feature, features};
use super::train::{Judgement, TrainError, Trainer};
use crate::text::Text;
use std::collections::BTreeMap;
use std::fmt;

/// Fewer examples than this are few: each more lifts the intent by about a point up to here.
const FEW: usize = 10;
/// Below this part of a held-out intent's rows found again, it is weak.
const WEAK: f32 = 0.5;
/// From this mean cosine between an intent's rows on, they say much the same.
const UNIFORM: f32 = 0.5;
/// So many rows and this part of them have to be mistaken before two intents can't be told apart.
const CONFUSED: (usize, f32) = (3, 0.2);
/// A row whose own intent has less confidence than the first, and another more than the second, is suspect.
const SUSPECT: (f32, f32) = (0.05, 0.75);
/// So many rows of an intent are compared with each other.
const COMPARED: usize = 60;

/// What is wrong with training rows, the gravest first.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Health {
    /// How many of the rows that were held out in turn got their own intent, 0 to 1: what to expect on messages that are
    /// like the examples.
    pub accuracy: f32,
    /// What there is to mend.
    pub findings: Vec<Finding>,
}

/// One thing to mend. Lines count from 1.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Finding {
    /// One message under two intents: one of the two is wrong.
    Conflict {
        /// The line.
        line: usize,
        /// Its intent.
        intent: String,
        /// The line of the same message.
        other_line: usize,
        /// And its intent.
        other_intent: String,
    },
    /// A row that looks like another intent's.
    Suspect {
        /// The line.
        line: usize,
        /// Its intent.
        intent: String,
        /// What it looks like.
        looks_like: String,
        /// How sure a model is that did not see it.
        confidence: f32,
    },
    /// Two intents whose rows are mistaken for each other.
    Confusable {
        /// One of them.
        intent: String,
        /// The other.
        other: String,
        /// How many rows of both were mistaken.
        mistaken: usize,
        /// Of how many.
        of: usize,
    },
    /// An intent whose rows are mostly not found again.
    Weak {
        /// The intent.
        intent: String,
        /// The part that is found again, 0 to 1.
        found: f32,
    },
    /// An intent with few examples.
    Few {
        /// The intent.
        intent: String,
        /// How many there are.
        have: usize,
        /// How many there should be at least.
        want: usize,
    },
    /// An intent whose examples are all much the same.
    Uniform {
        /// The intent.
        intent: String,
        /// How alike two of its rows are on average, 0 to 1.
        alike: f32,
    },
    /// The same message twice under one intent: no harm, and no use.
    Duplicate {
        /// The line.
        line: usize,
        /// The line of the same message.
        first: usize,
        /// The intent.
        intent: String,
    },
    /// No rows are out of scope, so that the model has to guess what those are like.
    NothingOutOfScope,
}

/// The finding and what to do about it.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict { line, intent, other_line, other_intent } => {
                write!(
                    f,
                    "line {line} is `{intent}`, and line {other_line} says the same as `{other_intent}`: keep one"
                )
            }
            Self::Suspect { line, intent, looks_like, confidence } => {
                write!(f, "line {line} is `{intent}` but looks like `{looks_like}` ({confidence:.2}): look at it")
            }
            Self::Confusable { intent, other, mistaken, of } => write!(
                f,
                "`{intent}` and `{other}`: {mistaken} of their {of} rows are mistaken for each other: say in rows of both \
                 what sets them apart, or make one intent of them and let the bot ask"
            ),
            Self::Weak { intent, found } => {
                write!(
                    f,
                    "`{intent}`: only {:.0} % of its rows are found again: add rows, in other words",
                    100.0 * found
                )
            }
            Self::Few { intent, have, want } => {
                write!(f, "`{intent}` has {have} rows: add {} or more", want.saturating_sub(*have))
            }
            Self::Uniform { intent, alike } => write!(
                f,
                "`{intent}`: its rows are much the same ({alike:.2} alike): add rows as other customers would put it"
            ),
            Self::Duplicate { line, first, intent } => {
                write!(f, "line {line} says the same as line {first}, both `{intent}`: one is enough")
            }
            Self::NothingOutOfScope => {
                write!(f, "no rows are out of scope: add some dozens of `{OUT_OF_SCOPE}`, above all near ones")
            }
        }
    }
}

impl Trainer {
    /// Looks at training rows as a reviewer would: each part is held out once, and a model that learned from the rest says
    /// what its rows look like. Takes about as long as two trainings.
    ///
    /// ```
    /// use handover::intent::{Examples, Finding, Trainer};
    ///
    /// let rows = "cancel\tIk wil opzeggen\nparcel\tik wil OPZEGGEN!\nparcel\twaar is mijn pakket\n";
    /// let health = Trainer::new().health(&Examples::from_tsv(rows)?)?;
    /// assert!(matches!(health.findings[0], Finding::Conflict { line: 2, other_line: 1, .. }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As for [`train`](Self::train).
    pub fn health(&self, examples: &Examples) -> Result<Health, TrainError> {
        let judgements = self.held_out(examples)?;
        let right = judgements.iter().filter(|row| row.right()).count();
        let accuracy = right as f32 / judgements.len().max(1) as f32;
        let seen: Vec<Vec<Feature>> = examples.rows().iter().map(|row| features(&Text::new(&row.text))).collect();
        let (mut findings, said_twice) = same(examples);
        findings.extend(suspects(examples, &judgements));
        findings.extend(confusable(&judgements));
        findings.extend(of_each(&judgements, examples, &seen));
        findings.extend(said_twice);
        if examples.rows().iter().all(|row| &*row.intent != OUT_OF_SCOPE) {
            findings.push(Finding::NothingOutOfScope);
        }
        Ok(Health { accuracy, findings })
    }
}

/// Rows that say the same: conflicts, and duplicates.
fn same(examples: &Examples) -> (Vec<Finding>, Vec<Finding>) {
    let (mut conflicts, mut duplicates) = (Vec::new(), Vec::new());
    let mut first_of: BTreeMap<String, usize> = BTreeMap::new();
    for (row, example) in examples.rows().iter().enumerate() {
        let words = words(&example.text);
        let silent = words.is_empty();
        let first = *first_of.entry(words).or_insert(row);
        let (Some(line), Some(other_line)) = (examples.line(row), examples.line(first)) else { continue };
        let Some(other) = examples.rows().get(first).filter(|_| first != row && !silent) else { continue };
        let (intent, other_intent) = (example.intent.to_string(), other.intent.to_string());
        if intent == other_intent {
            duplicates.push(Finding::Duplicate { line, first: other_line, intent });
        } else {
            conflicts.push(Finding::Conflict { line, intent, other_line, other_intent });
        }
    }
    (conflicts, duplicates)
}

/// The folded words of a message, which is all that counts for saying the same; one number is as good as another.
fn words(raw: &str) -> String {
    let text = Text::new(raw);
    let words: Vec<&str> = text.words().iter().map(|word| text.folded(word)).collect();
    words.join(" ").chars().map(|c| if c.is_numeric() { '0' } else { c }).collect()
}

/// Rows that look like another intent's, the surest first.
fn suspects(examples: &Examples, judgements: &[Judgement]) -> Vec<Finding> {
    let mut suspects: Vec<&Judgement> =
        judgements.iter().filter(|row| row.own < SUSPECT.0 && row.best > SUSPECT.1 && !row.right()).collect();
    suspects.sort_by(|a, b| b.best.total_cmp(&a.best).then(a.row.cmp(&b.row)));
    let finding = |row: &&Judgement| {
        Some(Finding::Suspect {
            line: examples.line(row.row)?,
            intent: row.intent.to_string(),
            looks_like: row.guess.to_string(),
            confidence: row.best,
        })
    };
    suspects.iter().filter_map(finding).collect()
}

/// Pairs of intents that are mistaken for each other, the worst first.
fn confusable(judgements: &[Judgement]) -> Vec<Finding> {
    let mut rows: BTreeMap<&str, usize> = BTreeMap::new();
    let mut mistaken: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for row in judgements {
        *rows.entry(&row.intent).or_default() += 1;
        if !row.right() {
            let pair = if row.intent < row.guess { (&*row.intent, &*row.guess) } else { (&*row.guess, &*row.intent) };
            *mistaken.entry(pair).or_default() += 1;
        }
    }
    let count = |intent: &str| rows.get(intent).copied().unwrap_or(0);
    let mut pairs: Vec<(usize, &str, &str)> = mistaken
        .into_iter()
        .filter(|((a, b), mistaken)| {
            *mistaken >= CONFUSED.0 && *mistaken as f32 >= CONFUSED.1 * (count(a) + count(b)) as f32
        })
        .map(|((a, b), mistaken)| (mistaken, a, b))
        .collect();
    pairs.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)).then(a.2.cmp(b.2)));
    let finding = |(mistaken, a, b): (usize, &str, &str)| Finding::Confusable {
        intent: a.to_owned(),
        other: b.to_owned(),
        mistaken,
        of: count(a) + count(b),
    };
    pairs.into_iter().map(finding).collect()
}

/// What is to be said of each intent by itself.
fn of_each(judgements: &[Judgement], examples: &Examples, seen: &[Vec<Feature>]) -> Vec<Finding> {
    let mut rows: BTreeMap<&str, Vec<&[Feature]>> = BTreeMap::new();
    for (example, seen) in examples.rows().iter().zip(seen).filter(|(example, _)| &*example.intent != OUT_OF_SCOPE) {
        rows.entry(&example.intent).or_default().push(seen);
    }
    let mut found: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for row in judgements {
        let (right, all) = found.entry(&row.intent).or_default();
        *right += usize::from(row.right());
        *all += 1;
    }
    let mut findings = Vec::new();
    for (name, rows) in rows {
        let intent = name.to_owned();
        let (right, all) = found.get(name).copied().unwrap_or_default();
        let part = right as f32 / all.max(1) as f32;
        let alike = alike(&rows);
        if rows.len() < FEW {
            findings.push(Finding::Few { intent: intent.clone(), have: rows.len(), want: FEW });
        } else if all > 0 && part < WEAK {
            findings.push(Finding::Weak { intent: intent.clone(), found: part });
        }
        if rows.len() >= 3 && alike > UNIFORM {
            findings.push(Finding::Uniform { intent, alike });
        }
    }
    findings.sort_by_key(|finding| match finding {
        Finding::Weak { .. } => 0,
        Finding::Few { have, .. } => 1 + have,
        _ => usize::MAX,
    });
    findings
}

/// The mean cosine between the rows of an intent, of the first rows where there are many.
fn alike(rows: &[&[Feature]]) -> f32 {
    let rows = rows.get(..rows.len().min(COMPARED)).unwrap_or_default();
    let (mut sum, mut pairs) = (0.0, 0);
    for (at, a) in rows.iter().enumerate() {
        for b in rows.iter().skip(at + 1) {
            sum += super::features::product(a, b);
            pairs += 1;
        }
    }
    sum / pairs.max(1) as f32
}
