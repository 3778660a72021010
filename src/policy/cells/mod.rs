//! The finite picture of what a document can tell apart.
//!
//! Tests look at different things: the intent, the clock, one attribute. What looks at the same thing forms a group,
//! and of each group only as many cases exist as its tests can tell apart: cut at the document's own bounds, one
//! sample for each combination. Whether tests can hold together is then looked up, group by group, and a sample of
//! each gives a situation that shows it. Signals and full queues are chosen one by one: any of them may be there beside
//! any other.

mod chosen;
mod samples;

use super::eval::test_holds;
use super::logic::{Atoms, Literal};
use super::{Fact, Measure, Spec, Test};
use crate::conversation::Situation;
use chosen::Chosen;
use samples::{merge, samples};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is given so far: tests that hold, and tests that do not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Given {
    holds: BTreeSet<usize>,
    fails: BTreeSet<usize>,
}

impl Given {
    pub(crate) fn of(literals: impl IntoIterator<Item = Literal>) -> Self {
        let mut given = Self::default();
        literals.into_iter().for_each(|literal| given.add(literal));
        given
    }

    pub(crate) fn add(&mut self, literal: Literal) {
        if literal.holds {
            self.holds.insert(literal.atom)
        } else {
            self.fails.insert(literal.atom)
        };
    }

    /// With one literal more.
    pub(crate) fn with(&self, literal: Literal) -> Self {
        let mut given = self.clone();
        given.add(literal);
        given
    }

    pub(crate) fn has(&self, literal: Literal) -> bool {
        if literal.holds { self.holds.contains(&literal.atom) } else { self.fails.contains(&literal.atom) }
    }

    /// The tests that hold.
    pub(crate) fn holding(&self) -> impl Iterator<Item = usize> {
        self.holds.iter().copied()
    }

    pub(crate) fn literals(&self) -> impl Iterator<Item = Literal> {
        let holds = self.holds.iter().map(|atom| Literal { atom: *atom, holds: true });
        holds.chain(self.fails.iter().map(|atom| Literal { atom: *atom, holds: false }))
    }
}

/// What tests look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    /// Signals, shades, what was noticed before, and queues that are busy.
    Chosen,
    /// The intent, what is known of it, confidence and margin.
    Intent,
    /// The clock and the calendar.
    Clock,
    /// An offer and the answer to it.
    Offer,
    /// A decline and how long ago.
    Decline,
    Emotion,
    Valence,
    Band,
    Channel,
    Language,
    Owner,
    Stage,
    Measure(Measure),
    Fact(Fact),
    Attribute(Arc<str>),
}

fn subject(test: &Test) -> Subject {
    match test {
        Test::Signal(_) | Test::SignalSoFar(_) | Test::Shade(_) | Test::Busy(_) => Subject::Chosen,
        Test::Fact(Fact::Misunderstood, _) => Subject::Chosen,
        Test::Intent(_) | Test::IntentIs(_) | Test::Measure(Measure::Confidence | Measure::Margin, _) => {
            Subject::Intent
        }
        Test::Days(_) | Test::Time(_) | Test::Season(_) | Test::Open(_) | Test::Closed(_) => Subject::Clock,
        Test::Fact(Fact::Holiday, _) => Subject::Clock,
        Test::Reply(_) | Test::Fact(Fact::OfferOpen, _) => Subject::Offer,
        Test::Fact(Fact::Declined, _) | Test::Measure(Measure::SinceDecline, _) => Subject::Decline,
        Test::Emotion(_) => Subject::Emotion,
        Test::Valence(_) => Subject::Valence,
        Test::Band(_) => Subject::Band,
        Test::Channel(_) => Subject::Channel,
        Test::Language(_) => Subject::Language,
        Test::Owner(_) => Subject::Owner,
        Test::Stage(_) => Subject::Stage,
        Test::Measure(measure, _) => Subject::Measure(*measure),
        Test::Fact(fact, _) => Subject::Fact(*fact),
        Test::Attribute(name, _) | Test::AttributeIn(name, _) => Subject::Attribute(Arc::clone(name)),
    }
}

/// A case of a group: which of its tests hold, and a situation in which nothing but this group is set.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) holds: BTreeSet<usize>,
    pub(crate) sample: Situation,
}

#[derive(Clone, Debug)]
struct Group {
    subject: Subject,
    cases: Vec<Case>,
}

/// The groups of a document.
#[derive(Clone, Debug)]
pub(crate) struct Cells {
    tests: Vec<Test>,
    /// For every test, its group; nothing for what is chosen one by one.
    group: Vec<Option<usize>>,
    groups: Vec<Group>,
    /// For every two tests of one group, whether some case has both; one bit a pair.
    together: Vec<u64>,
}

impl Cells {
    /// The groups of a document; nothing where its tests cut one thing into too many cases.
    pub(crate) fn of(atoms: &Atoms, spec: &Spec) -> Option<Self> {
        let tests = atoms.tests().to_vec();
        let mut members: BTreeMap<Subject, Vec<usize>> = BTreeMap::new();
        for (number, test) in tests.iter().enumerate() {
            members.entry(subject(test)).or_default().push(number);
        }
        members.remove(&Subject::Chosen);
        let mut group = vec![None; tests.len()];
        let mut groups = Vec::with_capacity(members.len());
        for (subject, numbers) in members {
            numbers.iter().for_each(|number| group.get_mut(*number).into_iter().for_each(|g| *g = Some(groups.len())));
            let members: Vec<(usize, &Test)> = numbers.iter().filter_map(|n| Some((*n, tests.get(*n)?))).collect();
            let cases = cases(&subject, &members, spec);
            if cases.is_empty() {
                return None;
            }
            groups.push(Group { cases, subject });
        }
        let together = pairs(&groups, tests.len());
        Some(Self { tests, group, groups, together })
    }

    /// Whether two tests look at the same thing and never hold together: a quick no, before [`possible`](Self::possible).
    pub(crate) fn exclude(&self, one: usize, other: usize) -> bool {
        let group = |atom: usize| self.group.get(atom).copied().flatten();
        let pair = one * self.tests.len() + other;
        group(one).is_some() && group(one) == group(other) && !has_bit(&self.together, pair)
    }

    /// Whether what is given can be so at once.
    pub(crate) fn possible(&self, given: &Given) -> bool {
        let touched: BTreeSet<usize> =
            given.literals().filter_map(|literal| self.group.get(literal.atom).copied().flatten()).collect();
        touched.into_iter().all(|group| self.case(group, given).is_some()) && self.chosen(given).is_some()
    }

    /// The first case of a group that fits what is given.
    fn case(&self, group: usize, given: &Given) -> Option<&Case> {
        let mine = |atom: &&usize| self.group.get(**atom).copied().flatten() == Some(group);
        let cases = &self.groups.get(group)?.cases;
        cases.iter().find(|case| {
            given.holds.iter().filter(mine).all(|atom| case.holds.contains(atom))
                && !given.fails.iter().filter(mine).any(|atom| case.holds.contains(atom))
        })
    }

    /// A situation in which what is given is so; nothing where that can't be.
    pub(crate) fn sample(&self, given: &Given) -> Option<Situation> {
        let chosen = self.chosen(given)?;
        let mut now = Situation { disclosed: true, turn: 2, customer_turns: 1, ..Situation::default() };
        for (number, group) in self.groups.iter().enumerate() {
            let case = self.case(number, given)?;
            merge(&group.subject, &case.sample, &mut now);
        }
        chosen.put_into(&mut now);
        Some(now)
    }

    /// Which signals hold, now and before, and which queues are busy: any choice that gives every test what it wants.
    fn chosen(&self, given: &Given) -> Option<Chosen> {
        let test = |atom: &usize| self.tests.get(*atom);
        Chosen::of(given.holds.iter().filter_map(test), given.fails.iter().filter_map(test))
    }
}

fn pairs(groups: &[Group], tests: usize) -> Vec<u64> {
    let mut together = vec![0; (tests * tests).div_ceil(64)];
    for case in groups.iter().flat_map(|group| &group.cases) {
        for (one, other) in case.holds.iter().flat_map(|one| case.holds.iter().map(move |other| (one, other))) {
            let pair = one * tests + other;
            together.get_mut(pair / 64).into_iter().for_each(|word| *word |= 1 << (pair % 64));
        }
    }
    together
}

fn has_bit(words: &[u64], bit: usize) -> bool {
    words.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
}

/// Every case that the tests of a group can tell apart.
fn cases(subject: &Subject, members: &[(usize, &Test)], spec: &Spec) -> Vec<Case> {
    let mut cases: BTreeMap<BTreeSet<usize>, Situation> = BTreeMap::new();
    let mut order: Vec<BTreeSet<usize>> = Vec::new();
    for sample in samples(subject, members, spec) {
        let holds: BTreeSet<usize> =
            members.iter().filter(|(_, test)| test_holds(test, &sample, spec)).map(|(number, _)| *number).collect();
        if let Entry::Vacant(new) = cases.entry(holds) {
            order.push(new.key().clone());
            new.insert(sample);
        }
    }
    order.into_iter().filter_map(|holds| Some(Case { sample: cases.remove(&holds)?, holds })).collect()
}
