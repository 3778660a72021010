//! The finite picture of what a document can tell apart.
//!
//! Tests look at different things: the intent, the clock, one attribute. What looks at the same thing forms a group,
//! and of each group only as many cases exist as its tests can tell apart: cut at the document's own bounds, one
//! sample for each combination. Whether tests can hold together is then looked up, group by group, and a sample of
//! each gives a situation that shows it. Signals and full queues are chosen one by one: any of them may be there beside
//! any other.

mod bits;
mod chosen;
mod samples;

use super::eval::test_holds;
use super::logic::{Atoms, Literal};
use super::{Fact, Measure, Spec, Test};
use crate::conversation::Situation;
use bits::Bits;
use chosen::Chosen;
use samples::{merge, samples};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is given: literals that can be so together, and with them what follows for other tests on the same things. Made
/// by [`Cells::given`] and [`Cells::with`] alone, so that there is no other kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    said: BTreeSet<Literal>,
    holds: Bits,
    fails: Bits,
}

impl Given {
    /// Whether a literal is given or follows. Where neither it nor its opposite does, it is open.
    pub(crate) fn has(&self, literal: Literal) -> bool {
        if literal.holds { self.holds.has(literal.atom) } else { self.fails.has(literal.atom) }
    }

    /// What was given, without what follows: what holds first.
    pub(crate) fn literals(&self) -> impl Iterator<Item = Literal> {
        let of = |holds: bool| self.said.iter().copied().filter(move |literal| literal.holds == holds);
        of(true).chain(of(false))
    }

    fn set(&mut self, literal: Literal) {
        if literal.holds { self.holds.set(literal.atom) } else { self.fails.set(literal.atom) }
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

/// What looks at one thing, and the cases of it.
#[derive(Clone, Debug)]
struct Group {
    subject: Subject,
    /// Its tests, and for each the cases in which it holds.
    tests: Vec<(usize, Bits)>,
    /// Of each case a situation in which nothing but this group is set; the plainest first.
    cases: Vec<Situation>,
}

impl Group {
    /// The cases that fit what was said of this group.
    fn left(&self, said: impl Iterator<Item = Literal>) -> Bits {
        let mut left = Bits::full(self.cases.len());
        for literal in said {
            if let Some((_, cases)) = self.tests.iter().find(|(test, _)| *test == literal.atom) {
                left.keep(cases, literal.holds);
            }
        }
        left
    }

    /// What the cases that are left have in common.
    fn common(&self, left: &Bits) -> impl Iterator<Item = Literal> {
        self.tests.iter().filter_map(move |(atom, cases)| {
            let (some, all) = (left.meets(cases), left.is_within(cases));
            (all || !some).then_some(Literal { atom: *atom, holds: all })
        })
    }
}

/// The groups of a document.
#[derive(Clone, Debug)]
pub(crate) struct Cells {
    tests: Vec<Test>,
    /// For every test, its group; nothing for what is chosen one by one.
    group: Vec<Option<usize>>,
    groups: Vec<Group>,
    nothing: Given,
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
        let mut nothing =
            Given { said: BTreeSet::new(), holds: Bits::empty(tests.len()), fails: Bits::empty(tests.len()) };
        for (subject, numbers) in members {
            numbers.iter().for_each(|number| group.get_mut(*number).into_iter().for_each(|g| *g = Some(groups.len())));
            let members: Vec<(usize, &Test)> = numbers.iter().filter_map(|n| Some((*n, tests.get(*n)?))).collect();
            let new = cases(subject, &members, spec)?;
            new.common(&Bits::full(new.cases.len())).for_each(|literal| nothing.set(literal));
            groups.push(new);
        }
        Some(Self { tests, group, groups, nothing })
    }

    /// Nothing is given: only what always follows.
    pub(crate) const fn nothing(&self) -> &Given {
        &self.nothing
    }

    /// All of these given; nothing where they can't be so together.
    pub(crate) fn given<'l>(&self, literals: impl IntoIterator<Item = &'l Literal>) -> Option<Given> {
        literals.into_iter().try_fold(self.nothing.clone(), |given, literal| self.with(&given, *literal))
    }

    /// With one literal more; nothing where that can't be.
    pub(crate) fn with(&self, given: &Given, literal: Literal) -> Option<Given> {
        if given.has(literal.turned()) {
            return None;
        }
        let mut more = given.clone();
        more.said.insert(literal);
        if given.has(literal) {
            return Some(more);
        }
        more.set(literal);
        match self.group_of(literal) {
            None => drop(self.chosen(&more)?),
            Some((number, group)) => {
                let left = group.left(self.said_of(&more, number));
                if left.is_empty() {
                    return None;
                }
                group.common(&left).for_each(|literal| more.set(literal));
            }
        }
        Some(more)
    }

    fn group_of(&self, literal: Literal) -> Option<(usize, &Group)> {
        let number = self.group.get(literal.atom).copied().flatten()?;
        Some((number, self.groups.get(number)?))
    }

    /// What was said of one group.
    fn said_of<'g>(&'g self, given: &'g Given, group: usize) -> impl Iterator<Item = Literal> + 'g {
        let mine = move |literal: &Literal| self.group.get(literal.atom).copied().flatten() == Some(group);
        given.said.iter().copied().filter(mine)
    }

    /// A situation in which what is given is so: of everything that is open, the plainest.
    pub(crate) fn sample(&self, given: &Given) -> Option<Situation> {
        let mut now = Situation { disclosed: true, turn: 2, customer_turns: 1, ..Situation::default() };
        for (number, group) in self.groups.iter().enumerate() {
            let first = group.left(self.said_of(given, number)).first()?;
            merge(&group.subject, group.cases.get(first)?, &mut now);
        }
        self.chosen(given)?.put_into(&mut now);
        Some(now)
    }

    /// Which signals hold, now and before, and which queues are busy: any choice that gives every test what it wants.
    fn chosen(&self, given: &Given) -> Option<Chosen> {
        let free = |literal: &&Literal| self.group.get(literal.atom).is_some_and(Option::is_none);
        let of = |holds: bool| {
            let said = given.said.iter().filter(free).filter(move |literal| literal.holds == holds);
            said.filter_map(|literal| self.tests.get(literal.atom))
        };
        Chosen::of(of(true), of(false))
    }
}

/// Every case that the tests of a group can tell apart; nothing where there are too many.
fn cases(subject: Subject, members: &[(usize, &Test)], spec: &Spec) -> Option<Group> {
    let mut seen: BTreeSet<Vec<bool>> = BTreeSet::new();
    let mut cases: Vec<(Vec<bool>, Situation)> = Vec::new();
    for sample in samples(&subject, members, spec) {
        let holds: Vec<bool> = members.iter().map(|(_, test)| test_holds(test, &sample, spec)).collect();
        if seen.insert(holds.clone()) {
            cases.push((holds, sample));
        }
    }
    let tests = members.iter().enumerate().map(|(place, (number, _))| {
        let holding = cases.iter().map(|(holds, _)| holds.get(place).copied().unwrap_or_default());
        (*number, holding.collect())
    });
    let tests = tests.collect();
    let cases: Vec<Situation> = cases.into_iter().map(|(_, sample)| sample).collect();
    (!cases.is_empty()).then_some(Group { subject, tests, cases })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{AttributeKind, Date, Holiday, Range, Season};

    /// Whether tests can hold together, in a document with Christmas and one holiday by date.
    fn together(tests: &[Test]) -> bool {
        let mut spec = Spec::bare();
        spec.calendar.holidays = vec![Holiday::Yearly(12, 25), Holiday::On(Date::new(2027, 3, 26).unwrap())];
        spec.vocabulary.attributes.insert(Arc::from("arrears"), AttributeKind::Number);
        let mut atoms = Atoms::default();
        let literals: Vec<Literal> =
            tests.iter().map(|test| Literal { atom: atoms.number(test), holds: true }).collect();
        let cells = Cells::of(&atoms, &spec).unwrap();
        let Some(given) = cells.given(&literals) else { return false };
        let sample = cells.sample(&given).unwrap();
        assert!(tests.iter().all(|test| test_holds(test, &sample, &spec)), "{tests:?}: {sample:?}");
        true
    }

    #[test]
    fn a_day_of_the_year_falls_on_every_day_of_the_week() {
        let holiday = Test::Fact(Fact::Holiday, true);
        let season = |from, until| Test::Season(vec![Season { from, until }]);
        for day in 1..=7 {
            assert!(together(&[holiday.clone(), Test::Days(vec![day])]), "{day}");
            assert!(together(&[season((12, 25), (12, 25)), Test::Days(vec![day])]), "{day}");
            assert!(together(&[season((2, 29), (2, 29)), Test::Days(vec![day])]), "{day}");
            assert_eq!(together(&[holiday.clone(), season((3, 1), (3, 31)), Test::Days(vec![day])]), day == 5, "{day}");
        }
        assert!(!together(&[holiday, season((4, 1), (4, 30))]));
    }

    #[test]
    fn bounds_however_close_have_room_between_them() {
        let arrears = |range: Range| Test::AttributeIn(Arc::from("arrears"), range);
        let above = arrears(Range { above: Some(12.5), ..Range::default() });
        let below = |bound| arrears(Range { below: Some(bound), ..Range::default() });
        assert!(together(&[above.clone(), below(12.5001)]));
        assert!(!together(&[above, below(12.5)]));
        assert!(together(&[arrears(Range { at_least: Some(1e15), ..Range::default() })]));
    }

    #[test]
    fn what_follows_is_known() {
        let mut atoms = Atoms::default();
        let confident = |least| Test::Measure(Measure::Confidence, Range { at_least: Some(least), ..Range::default() });
        let [low, high] = [0.4, 0.8].map(|least| atoms.number(&confident(least)));
        let cells = Cells::of(&atoms, &Spec::bare()).unwrap();
        let literal = |atom, holds| Literal { atom, holds };
        let sure = cells.given(&[literal(high, true)]).unwrap();
        assert!(sure.has(literal(low, true)) && sure.literals().eq([literal(high, true)]));
        assert!(cells.with(&sure, literal(low, false)).is_none());
        let unsure = cells.given(&[literal(low, false)]).unwrap();
        assert!(unsure.has(literal(high, false)));
        assert!(!cells.nothing().has(literal(low, true)) && !cells.nothing().has(literal(low, false)));
    }
}
