//! The gate that ships breaks nothing in any state that can be reached, and every seeded defect is found.

use handover_models::{Defect, Gate};
use stateright::{Checker, HasDiscoveries, Model};

/// How many different states there are. A change to the gate that changes this is looked at twice.
const STATES: usize = 40_382;

#[test]
fn the_gate_that_ships_breaks_nothing_in_any_state() {
    let checker = Gate::new(None).checker().threads(1).spawn_bfs().join();
    let (states, depth) = (checker.unique_state_count(), checker.max_depth());
    println!("{states} different states of {} made, depth {depth}", checker.state_count());
    checker.assert_properties();
    assert_eq!(states, STATES);
}

#[test]
fn every_seeded_defect_is_found() {
    for defect in Defect::ALL {
        let checker =
            Gate::new(Some(defect)).checker().threads(1).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
        let found = ["no rule is broken", "it is done at most once", "whatever is not over has a timer that moves it"]
            .into_iter()
            .find_map(|name| Some((name, checker.discovery(name)?)));
        let Some((name, path)) = found else { panic!("{defect:?} was not found") };
        let steps = path.into_actions();
        println!("{defect:?}: \"{name}\" fails after {} moves: {steps:?}", steps.len());
    }
}
