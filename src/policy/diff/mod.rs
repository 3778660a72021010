//! What differs between two documents: in words, place by place; in decisions, situation by situation; and which
//! changes take something away from a customer.

mod cases;
mod flip;
mod tree;

pub use flip::{Flip, Flips, Loss};

use super::{DocPath, Document, Findings, Node, Policy, Wording};
use crate::conversation::Situation;
use crate::escalation::{Decision, EscalationPolicy};
use serde::Serialize;
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
        let changes = edits.into_iter().enumerate().map(|(number, edit)| {
            let weakens = self.weakens(new, number, &after, &decided).map(Box::new);
            Change { place: edit.place, words: edit.words, before: edit.before, after: edit.after, weakens }
        });
        Ok(Difference { changes: changes.collect(), flips })
    }

    /// A situation in which a change, made to this document by itself, takes something away; where the document makes
    /// no sense with it alone, the new one without it is looked at instead.
    fn weakens(&self, new: &Self, number: usize, after: &Policy, decided: &[(Situation, Decision)]) -> Option<Flip> {
        let only = |chosen: bool| {
            let mut at = 0;
            let root = blend(self.root(), new.root(), &mut |_| {
                at += 1;
                (at == number + 1) == chosen
            });
            Self::from(root).check().policy()
        };
        if let Ok(with) = only(true) {
            return flip::all(decided, &with).find(|flip| !flip.losses.is_empty());
        }
        let without = only(false).ok()?;
        let decided: Vec<_> = decided.iter().map(|(now, _)| (now.clone(), without.decide(now))).collect();
        flip::all(&decided, after).find(|flip| !flip.losses.is_empty())
    }
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
