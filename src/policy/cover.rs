//! Whether some rules leave room for a situation: the search that finds rules which never decide, and the situation
//! that shows what others miss.

use super::cells::{Cells, Given};
use super::logic::{Alternative, Literal};

/// Steps after which the search for room gives up. What it gave up on is never reported.
const MOST_STEPS: u32 = 4000;

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Room<T = Given> {
    /// What is given can be so while none of the alternatives holds: like this.
    Left(T),
    /// Wherever it is so, one of the alternatives holds.
    None,
    /// The search was given up.
    Unknown,
}

/// Looks for a case in which what is given is so and none of the alternatives holds.
pub(crate) fn room(cells: &Cells, given: &Given, others: &[&Alternative]) -> Room {
    let mut steps = MOST_STEPS;
    search(cells, given, others, &mut steps, &mut |case| Some(case.clone()))
}

/// The same, until one of the cases gives something: `take` may pass a case by. Ends when no step is left.
pub(crate) fn search<T>(
    cells: &Cells,
    given: &Given,
    others: &[&Alternative],
    steps: &mut u32,
    take: &mut dyn FnMut(&Given) -> Option<T>,
) -> Room<T> {
    let mut given = given.clone();
    let mut others: Vec<&Alternative> = others.to_vec();
    loop {
        let Some(left) = steps.checked_sub(1) else { return Room::Unknown };
        *steps = left;
        others.retain(|other| !other.iter().any(|literal| given.has(literal.turned())));
        let open = others.iter().map(|other| other.iter().filter(|literal| !given.has(**literal)).count());
        let fewest = open.zip(&others).min_by_key(|(open, _)| *open);
        let Some((_, next)) = fewest else { return take(&given).map_or(Room::None, Room::Left) };
        let literals: Vec<Literal> = next.iter().copied().filter(|literal| !given.has(*literal)).collect();
        let Some((last, earlier)) = literals.split_last() else { return Room::None };
        // One of these must not be so. Where the first is not has been seen through before the next is tried: from then
        // on it is so, and no case comes twice.
        for literal in earlier {
            if let Some(narrower) = cells.with(&given, literal.turned()) {
                match search(cells, &narrower, &others, steps, take) {
                    Room::None => {}
                    found => return found,
                }
            }
            let Some(rest) = cells.with(&given, *literal) else { return Room::None };
            given = rest;
        }
        let Some(rest) = cells.with(&given, last.turned()) else { return Room::None };
        given = rest;
    }
}
