//! Nothing that a customer is or spends, no closed desk and no full queue makes an outcome milder through a rule.
//!
//! For each way in which a rule that calls for a person can match: leave open what it asks of the attributes of
//! `worth` (or turn around what it asks of hours and load), and look for a case in which no rule of the same strength
//! matches any more. The search goes through the cells that the document's tests cut, so it finds a case if there is
//! one; the policy itself then has to decide both situations, since the ladder may hand over either way.

use super::{Counterexample, Property, Prover, Verdict};
use crate::conversation::{Decline, Situation};
use crate::escalation::{EscalationPolicy, Outcome};
use crate::policy::cells::{Cells, Given};
use crate::policy::logic::{Alternative, Atoms, Literal, alternatives};
use crate::policy::{Spec, Test};
use std::collections::BTreeSet;

/// Steps of one search; past these it is given up, and said so.
const MOST_STEPS: u32 = 4000;
/// Steps of all searches together.
const MOST_IN_ALL: u32 = 400_000;

pub(super) fn prove(prover: &mut Prover<'_>) {
    let spec = prover.spec;
    let mine = [Property::EqualForAll, Property::NobodyThereLowersNothing];
    let wanted: Vec<Property> = mine.into_iter().filter(|property| prover.wants(*property)).collect();
    let Some(map) = Map::of(spec) else {
        wanted.into_iter().for_each(|property| prover.verdict(property, Verdict::Undecided));
        return;
    };
    let mut left = MOST_IN_ALL;
    for property in wanted {
        prover.count(property, map.ways.len() as u64);
        for (outcome, way) in map.ways.iter() {
            let Some(given) = map.turned(property, way) else { continue };
            let mut search = Search {
                map: &map,
                whole: prover.whole,
                property,
                way,
                most: left.min(MOST_STEPS),
                cases: 0,
                gave_up: false,
            };
            let others = map.as_strong(*outcome);
            let found = search.escape(&given, &others);
            let gave_up = search.gave_up;
            left = left.saturating_sub(search.cases);
            prover.count(property, u64::from(search.cases));
            match found {
                Some(found) => prover.verdict(property, Verdict::Broken(Box::new(found))),
                None if gave_up => prover.verdict(property, Verdict::Undecided),
                None => {}
            }
        }
    }
}

/// The rules that call for a person, as alternatives over the document's cells.
struct Map<'s> {
    spec: &'s Spec,
    atoms: Atoms,
    cells: Cells,
    ways: Vec<(Outcome, Alternative)>,
}

impl<'s> Map<'s> {
    fn of(spec: &'s Spec) -> Option<Self> {
        let mut atoms = Atoms::default();
        let mut ways = Vec::new();
        for rule in spec.rules.iter().chain(&spec.circumstances) {
            let found = alternatives(&rule.when, &mut atoms)?;
            if rule.then.outcome > Outcome::Continue {
                ways.extend(found.into_iter().map(|way| (rule.then.outcome, way)));
            }
        }
        let cells = Cells::of(&atoms, spec)?;
        ways.retain(|(_, way)| cells.possible(&Given::of(way.iter().copied())));
        Some(Self { spec, atoms, cells, ways })
    }

    fn as_strong(&self, outcome: Outcome) -> Vec<&Alternative> {
        self.ways.iter().filter(|(other, _)| *other >= outcome).map(|(_, way)| way).collect()
    }

    fn is_worth(&self, literal: &Literal) -> bool {
        match self.atoms.tests().get(literal.atom) {
            Some(Test::Attribute(name, _) | Test::AttributeIn(name, _)) => self.spec.vocabulary.worth.contains(name),
            _ => false,
        }
    }

    /// Whether a literal asks that somebody is there.
    fn is_presence(&self, literal: &Literal) -> bool {
        match self.atoms.tests().get(literal.atom) {
            Some(Test::Open(_)) => literal.holds,
            Some(Test::Closed(_) | Test::Busy(_)) => !literal.holds,
            _ => false,
        }
    }

    /// The way with what the property turns around left open or the other way round; nothing where it has none.
    fn turned(&self, property: Property, way: &Alternative) -> Option<Given> {
        let worth = property == Property::EqualForAll;
        let touched = |literal: &&Literal| if worth { self.is_worth(literal) } else { self.is_presence(literal) };
        way.iter().find(touched)?;
        let kept = way.iter().filter_map(|literal| match touched(&literal) {
            false => Some(*literal),
            true if worth => None,
            true => Some(Literal { holds: !literal.holds, ..*literal }),
        });
        let given = Given::of(kept);
        self.cells.possible(&given).then_some(given)
    }
}

struct Search<'m> {
    map: &'m Map<'m>,
    whole: &'m dyn EscalationPolicy,
    property: Property,
    way: &'m Alternative,
    most: u32,
    cases: u32,
    gave_up: bool,
}

impl Search<'_> {
    /// Breaks the alternatives one after another, every way there is, until a case bears out.
    fn escape(&mut self, given: &Given, others: &[&Alternative]) -> Option<Counterexample> {
        self.cases += 1;
        if self.cases > self.most {
            self.gave_up = true;
            return None;
        }
        let broken = |other: &Alternative| other.iter().any(|literal| given.has(turn(*literal)));
        let Some(next) = others.iter().position(|other| !broken(other)) else { return self.bears_out(given) };
        let rest = others.get(next + 1..).unwrap_or_default();
        let open: Vec<Literal> = others.get(next).into_iter().flat_map(|other| other.iter()).copied().collect();
        for literal in open.into_iter().filter(|literal| !given.has(*literal)) {
            let narrower = given.with(turn(literal));
            if !self.map.cells.possible(&narrower) {
                continue;
            }
            let found = self.escape(&narrower, rest);
            if found.is_some() || self.gave_up {
                return found;
            }
        }
        None
    }

    /// Lets the policy decide both situations: as they are, and after a decline some turns ago, which holds back much
    /// of what the ladder does by itself.
    fn bears_out(&self, given: &Given) -> Option<Counterexample> {
        let less = self.map.cells.sample(given)?;
        let more = self.better(&less)?;
        let declined =
            |now: &Situation| Situation { decline: Some(Decline { turns_ago: 2, level: 1.0 }), ..now.clone() };
        let later = (declined(&less), declined(&more));
        [(less, more), later].into_iter().find_map(|(less, more)| {
            let (milder, stronger) = (self.whole.decide(&less), self.whole.decide(&more));
            (milder.outcome < stronger.outcome)
                .then(|| Counterexample { better: Some((more, stronger)), ..Counterexample::new(less, milder) })
        })
    }

    /// The same situation, but for what the rule asked.
    fn better(&self, less: &Situation) -> Option<Situation> {
        let sample = self.map.cells.sample(&Given::of(self.way.iter().copied()))?;
        let mut more = less.clone();
        if self.property == Property::EqualForAll {
            let worth: BTreeSet<_> = self.map.spec.vocabulary.worth.iter().collect();
            more.attributes.retain(|name, _| !worth.contains(name));
            more.attributes.extend(sample.attributes.into_iter().filter(|(name, _)| worth.contains(name)));
        } else {
            more.local = sample.local;
            more.availability = sample.availability;
        }
        Some(more)
    }
}

const fn turn(literal: Literal) -> Literal {
    Literal { atom: literal.atom, holds: !literal.holds }
}
