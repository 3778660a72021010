//! Conditions as alternatives of plain tests: what the engine compiles, the lints reason about and the proofs cut up.

use super::{Condition, Test};
use std::collections::BTreeSet;

/// More alternatives than this nobody can review, and they would cost time in every decision.
pub(crate) const MOST_ALTERNATIVES: usize = 256;

/// Every different test of a document, each once. A test's number is its place.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Atoms(Vec<Test>);

impl Atoms {
    pub(crate) fn tests(&self) -> &[Test] {
        &self.0
    }

    /// The number of a test, in its plain form.
    pub(crate) fn number(&mut self, test: &Test) -> usize {
        let test = plain(test);
        let known = self.0.iter().position(|other| *other == test);
        known.unwrap_or_else(|| {
            self.0.push(test);
            self.0.len() - 1
        })
    }
}

/// A test that holds or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Literal {
    pub(crate) atom: usize,
    pub(crate) holds: bool,
}

impl Literal {
    /// The opposite.
    pub(crate) const fn turned(self) -> Self {
        Self { atom: self.atom, holds: !self.holds }
    }
}

/// One alternative: every literal of it has to be so.
pub(crate) type Alternative = BTreeSet<Literal>;

/// The alternatives of which at least one has to hold for the condition to hold; nothing where there would be more
/// than [`MOST_ALTERNATIVES`].
pub(crate) fn alternatives(condition: &Condition, atoms: &mut Atoms) -> Option<Vec<Alternative>> {
    expand(condition, true, atoms)
}

fn expand(condition: &Condition, holds: bool, atoms: &mut Atoms) -> Option<Vec<Alternative>> {
    let mut parts: Vec<Vec<Alternative>> = Vec::new();
    for test in &condition.tests {
        // That something is not so is the same test, which then must not hold.
        let literal = match test {
            Test::Fact(fact, false) => Literal { atom: atoms.number(&Test::Fact(*fact, true)), holds: !holds },
            other => Literal { atom: atoms.number(other), holds },
        };
        parts.push(vec![Alternative::from([literal])]);
    }
    for part in &condition.all {
        parts.push(expand(part, holds, atoms)?);
    }
    if let Some(any) = &condition.any {
        let members: Option<Vec<_>> = any.iter().map(|part| expand(part, holds, atoms)).collect();
        parts.push(if holds { either(members?)? } else { both(members?)? });
    }
    if let Some(not) = &condition.not {
        parts.push(expand(not, !holds, atoms)?);
    }
    if holds { both(parts) } else { either(parts) }
}

fn either(parts: Vec<Vec<Alternative>>) -> Option<Vec<Alternative>> {
    let all: Vec<Alternative> = parts.into_iter().flatten().collect();
    let all = without_needless(all);
    (all.len() <= MOST_ALTERNATIVES).then_some(all)
}

fn both(parts: Vec<Vec<Alternative>>) -> Option<Vec<Alternative>> {
    let mut product = vec![Alternative::new()];
    for part in parts {
        if product.len().saturating_mul(part.len()) > MOST_ALTERNATIVES * MOST_ALTERNATIVES {
            return None;
        }
        let pairs = product.iter().flat_map(|a| part.iter().map(move |b| a.union(b).copied().collect::<Alternative>()));
        product = without_needless(pairs.filter(consistent).collect());
        if product.len() > MOST_ALTERNATIVES {
            return None;
        }
    }
    Some(product)
}

/// No test both holds and does not.
fn consistent(alternative: &Alternative) -> bool {
    alternative.iter().all(|literal| !alternative.contains(&literal.turned()))
}

/// Without alternatives that ask for all that another asks for, and more.
fn without_needless(mut all: Vec<Alternative>) -> Vec<Alternative> {
    all.sort_by_key(Alternative::len);
    let mut kept: Vec<Alternative> = Vec::with_capacity(all.len());
    for alternative in all {
        // Past the limit it is given up anyway; comparing all with all would only take time.
        if kept.len() > MOST_ALTERNATIVES || !kept.iter().any(|other| other.is_subset(&alternative)) {
            kept.push(alternative);
        }
    }
    kept
}

/// A test with its values sorted and each once: the same test in other words has the same number.
fn plain(test: &Test) -> Test {
    fn sorted<T: Ord + Clone>(values: &[T]) -> Vec<T> {
        let set: BTreeSet<T> = values.iter().cloned().collect();
        set.into_iter().collect()
    }
    match test {
        Test::Signal(v) => Test::Signal(sorted(v)),
        Test::SignalSoFar(v) => Test::SignalSoFar(sorted(v)),
        Test::Shade(v) => Test::Shade(sorted(v)),
        Test::Intent(v) => Test::Intent(sorted(v)),
        Test::IntentIs(v) => Test::IntentIs(sorted(v)),
        Test::Emotion(v) => Test::Emotion(sorted(v)),
        Test::Valence(v) => Test::Valence(sorted(v)),
        Test::Band(v) => Test::Band(sorted(v)),
        Test::Channel(v) => Test::Channel(sorted(v)),
        Test::Language(v) => Test::Language(sorted(v)),
        Test::Owner(v) => Test::Owner(sorted(v)),
        Test::Reply(v) => Test::Reply(sorted(v)),
        Test::Stage(v) => Test::Stage(sorted(v)),
        Test::Attribute(name, v) => Test::Attribute(name.clone(), sorted(v)),
        Test::Days(v) => Test::Days(sorted(v)),
        Test::Time(v) => Test::Time(sorted(v)),
        Test::Season(v) => Test::Season(sorted(v)),
        Test::Open(v) => Test::Open(sorted(v)),
        Test::Closed(v) => Test::Closed(sorted(v)),
        Test::Busy(v) => Test::Busy(sorted(v)),
        Test::Measure(..) | Test::Fact(..) | Test::AttributeIn(..) => test.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::Signal;

    fn signal(at: usize) -> Condition {
        Condition::is(Test::Signal(vec![Signal::BUILT_IN[at].clone()]))
    }

    #[test]
    fn conditions_become_alternatives() {
        let mut atoms = Atoms::default();
        let mut condition = signal(0);
        condition.any = Some(vec![signal(1), signal(2)]);
        condition.not = Some(Box::new(Condition { all: vec![signal(3), signal(4)], ..Condition::default() }));
        // 0 and (1 or 2) and (not 3 or not 4)
        let found = alternatives(&condition, &mut atoms).unwrap();
        assert_eq!(found.len(), 4);
        assert!(found.iter().all(|a| a.len() == 3));
        assert_eq!(atoms.tests().len(), 5);
    }

    #[test]
    fn empty_lists_mean_what_they_say() {
        let mut atoms = Atoms::default();
        assert_eq!(alternatives(&Condition::default(), &mut atoms).unwrap(), [Alternative::new()]);
        let never = Condition { any: Some(Vec::new()), ..Condition::default() };
        assert!(alternatives(&never, &mut atoms).unwrap().is_empty());
        let always = Condition { not: Some(Box::new(never)), ..Condition::default() };
        assert_eq!(alternatives(&always, &mut atoms).unwrap(), [Alternative::new()]);
    }

    #[test]
    fn what_explodes_is_given_up() {
        let pair = |at: usize| Condition { any: Some(vec![signal(at), signal(at + 1)]), ..Condition::default() };
        let condition = Condition { all: (0..9).map(|at| pair(at * 2)).collect(), ..Condition::default() };
        assert_eq!(alternatives(&condition, &mut Atoms::default()), None);
    }
}
