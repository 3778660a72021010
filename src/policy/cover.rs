//! Whether some rules leave room for a situation: the search that finds rules which never decide, and the situation
//! that shows what others miss.

use super::cells::{Cells, Given};
use super::logic::{Alternative, Literal};

/// Steps after which the search gives up. What it gave up on is never reported.
const MOST_STEPS: usize = 4000;

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Room {
    /// What is given can be so while none of the alternatives holds: like this.
    Left(Given),
    /// Wherever it is so, one of the alternatives holds.
    None,
    /// The search was given up.
    Unknown,
}

/// Looks for a case in which what is given is so and none of the alternatives holds.
pub(crate) fn room(cells: &Cells, given: &Given, others: &[&Alternative]) -> Room {
    if !cells.possible(given) {
        return Room::None;
    }
    let mut search = Search { cells, steps: 0 };
    search.escape(given, others)
}

struct Search<'c> {
    cells: &'c Cells,
    steps: usize,
}

impl Search<'_> {
    /// Breaks the alternatives one after another: at least one literal of each must not be so.
    fn escape(&mut self, given: &Given, others: &[&Alternative]) -> Room {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return Room::Unknown;
        }
        let broken = |other: &Alternative| other.iter().any(|literal| given.has(against(*literal)));
        let Some(next) = others.iter().position(|other| !broken(other)) else {
            return Room::Left(given.clone());
        };
        let rest = others.get(next + 1..).unwrap_or_default();
        let open = others.get(next).into_iter().flat_map(|other| other.iter()).filter(|literal| !given.has(**literal));
        for literal in open {
            let narrower = given.with(against(*literal));
            if !self.cells.possible(&narrower) {
                continue;
            }
            match self.escape(&narrower, rest) {
                Room::None => {}
                found => return found,
            }
        }
        Room::None
    }
}

fn against(literal: Literal) -> Literal {
    Literal { holds: !literal.holds, ..literal }
}
