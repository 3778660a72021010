//! What differs between two documents: in words, place by place; in decisions, situation by situation; and which
//! changes take something away from a customer.

mod cases;
mod flip;
mod gate;
mod tree;

pub use flip::{Flip, Flips, Loss};
pub use gate::{Guard, Loosened};

use super::{DocPath, Document, Findings, Node, Policy, Step, Wording};
use crate::conversation::Situation;
use crate::escalation::{Decision, EscalationPolicy};
use serde::Serialize;
use std::rc::Rc;
use tree::{Edit, blend};

/// One change of a document.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// Where it stands: in the new document, or in the old one where it is gone from the new. Rules are paired by
    /// their id, not by their place.
    pub place: DocPath,
    /// What changed.
    pub words: Wording,
    /// What stood there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Node>,
    /// What stands there now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Node>,
    /// A situation in which this change alone takes something away from the customer. Nothing, where none was found,
    /// or where the document makes no sense with this change alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weakens: Option<Box<Flip>>,
    /// A proposal of the AI that less stands in the way of by this change alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loosens: Option<Box<Loosened>>,
}

/// What differs between two documents.
///
/// ```
/// use handover::policy::{Document, Loss};
///
/// let old = r#"
///     id = "shop"
///     version = 1
///     [queues.general]
///     [routing]
///     default = "general"
///     safety = "general"
///     rights = "general"
///     complaints = "general"
///     [[rules]]
///     id = "hardship"
///     when = { signal = "financial_hardship" }
///     then = { outcome = "hand_over" }
/// "#;
/// let new = old.replace("hand_over", "offer_human");
/// let (old, new): (Document, Document) = (toml::from_str(old)?, toml::from_str(&new)?);
/// let difference = old.difference(&new).unwrap();
/// let change = &difference.changes[0];
/// assert_eq!(change.words.en, "rule `hardship`, `then.outcome`: from `hand_over` to `offer_human`");
/// assert_eq!(change.words.nl, "regel `hardship`, `then.outcome`: van `hand_over` naar `offer_human`");
/// assert!(change.weakens.as_ref().is_some_and(|flip| flip.losses.contains(&Loss::MilderOutcome)));
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// What changed, in the order of the documents.
    pub changes: Vec<Change>,
    /// Situations that are decided differently, one of each kind, those that lose something first. They show what
    /// differs; that nothing else does they do not prove.
    pub flips: Vec<Flip>,
    /// Proposals that the approval gate guards less, one of each kind: fewer people, a smaller sample, a wider budget,
    /// or a yes where people decided. Somebody else than the author should have seen them before they go live.
    pub loosened: Vec<Loosened>,
}

impl Document {
    /// What differs from this document in a newer one. Takes some milliseconds for each change.
    ///
    /// # Errors
    /// The findings of the first of the two that has an error.
    pub fn difference(&self, new: &Self) -> Result<Difference, Findings> {
        let (before, after) = (self.check().policy()?, new.check().policy()?);
        let cases = cases::between(before.spec(), after.spec());
        let decided: Vec<(Situation, Decision)> =
            cases.into_iter().map(|case| (case.clone(), before.decide(&case))).collect();
        let flips = flip::kinds(flip::all(&decided, &after));
        let mut edits: Vec<Edit> = Vec::new();
        blend(self.root(), new.root(), &mut |edit| {
            edits.push(edit);
            false
        });
        let loosened = loosened(&before, &after);
        let (before, after) = (Rc::new(before), Rc::new(after));
        let changes = edits.into_iter().enumerate().map(|(number, edit)| {
            let gate = matches!(edit.place.steps().first(), Some(Step::Key(key)) if &**key == "approval");
            let alone = self.alone(new, number, &before, &after);
            let (weakens, loosens) = match alone {
                Some((old, new)) if gate => (None, self::loosened(&old, &new).into_iter().next()),
                Some((old, new)) if Rc::ptr_eq(&old, &before) => (weakens(&decided, &new), None),
                Some((old, new)) => (weakens(&redecided(&decided, &old), &new), None),
                None => (None, None),
            };
            let Edit { place, words, before, after } = edit;
            Change { place, words, before, after, weakens: weakens.map(Box::new), loosens: loosens.map(Box::new) }
        });
        Ok(Difference { changes: changes.collect(), flips, loosened })
    }

    /// The policies without and with one change: the old one and it; where the document makes no sense with it alone,
    /// the new one without it, and the new one.
    fn alone(
        &self,
        new: &Self,
        number: usize,
        old: &Rc<Policy>,
        after: &Rc<Policy>,
    ) -> Option<(Rc<Policy>, Rc<Policy>)> {
        let only = |chosen: bool| {
            let mut at = 0;
            let root = blend(self.root(), new.root(), &mut |_| {
                at += 1;
                (at == number + 1) == chosen
            });
            Self::from(root).check().policy().ok().map(Rc::new)
        };
        let with = only(true).map(|with| (Rc::clone(old), with));
        with.or_else(|| Some((only(false)?, Rc::clone(after))))
    }
}

/// A situation in which a newer policy takes something away.
fn weakens(decided: &[(Situation, Decision)], new: &Policy) -> Option<Flip> {
    flip::all(decided, new).find(|flip| !flip.losses.is_empty())
}

fn redecided(decided: &[(Situation, Decision)], old: &Policy) -> Vec<(Situation, Decision)> {
    decided.iter().map(|(now, _)| (now.clone(), old.decide(now))).collect()
}

/// What the gate of a newer policy guards less. A document without one approves nothing: a first one loosens nothing.
fn loosened(old: &Policy, new: &Policy) -> Vec<Loosened> {
    old.approval().zip(new.approval()).map_or_else(Vec::new, |(old, new)| gate::loosened(old, new))
}

impl Policy {
    /// Counts what a newer policy decides differently on situations that were recorded.
    ///
    /// ```
    /// use handover::conversation::Situation;
    /// use handover::policy::Policy;
    ///
    /// let (old, new) = (Policy::default(), Policy::default());
    /// let flips = old.flips(&new, [Situation::default()]);
    /// assert_eq!((flips.situations, flips.different, flips.losing), (1, 0, 0));
    /// ```
    #[must_use]
    pub fn flips(&self, new: &Self, situations: impl IntoIterator<Item = Situation>) -> Flips {
        let mut flips = Flips::default();
        for situation in situations {
            let (before, after) = (self.decide(&situation), new.decide(&situation));
            flips.count(&before, &after);
        }
        flips
    }
}
