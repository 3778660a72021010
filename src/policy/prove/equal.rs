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
use crate::policy::cover::{Room, search};
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
        for (outcome, way) in &map.ways {
            if prover.is_broken(property) {
                break;
            }
            let Some(given) = map.turned(property, way) else { continue };
            let claim = Claim { map: &map, whole: prover.whole, property, way };
            let mut steps = left.min(MOST_STEPS);
            let before = steps;
            let found = search(&map.cells, &given, &map.as_strong(*outcome), &mut steps, &mut |case| claim.fails(case));
            left = left.saturating_sub(before - steps);
            prover.count(property, u64::from(before - steps));
            match found {
                Room::Left(found) => prover.verdict(property, Verdict::Broken(Box::new(found))),
                Room::Unknown => prover.verdict(property, Verdict::Undecided),
                Room::None => {}
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
        ways.retain(|(_, way)| cells.given(way).is_some());
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
            true => Some(literal.turned()),
        });
        self.cells.given(&kept.collect::<Vec<_>>())
    }
}

/// That no case is worse off for what the rule asks.
struct Claim<'m> {
    map: &'m Map<'m>,
    whole: &'m dyn EscalationPolicy,
    property: Property,
    way: &'m Alternative,
}

impl Claim<'_> {
    /// Lets the policy decide both situations: as they are, and after a decline some turns ago, which holds back much
    /// of what the ladder does by itself.
    fn fails(&self, given: &Given) -> Option<Counterexample> {
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
        let sample = self.map.cells.sample(&self.map.cells.given(self.way)?)?;
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
