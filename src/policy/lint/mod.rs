//! What is wrong with a document that could be read. Each file looks for one kind of thing; the order does not matter,
//! since findings are sorted in the end.

mod bands;
mod desk;
mod ladder;
mod names;
mod ranges;
mod reach;
mod record;

use super::finding::Sink;
use super::{Against, DocPath, Rule, Spec};
use std::collections::BTreeSet;

/// Looks for everything. `damaged` rules could not be read whole: nothing is concluded from what they leave out.
pub(super) fn all(spec: &Spec, damaged: &BTreeSet<DocPath>, against: &Against, sink: &Sink) {
    crate::approval::document::check(spec, against, sink);
    names::look(spec, against, sink);
    ranges::look(spec, sink);
    // What is said of a rule as a whole only holds for rules whose parts are right.
    let wrong = rules(spec).map(|(place, _)| place).filter(|place| sink.has_error_in(&place.key("when")));
    let damaged: BTreeSet<DocPath> = wrong.chain(damaged.iter().cloned()).collect();
    desk::look(spec, sink);
    ladder::look(spec, sink);
    bands::look(spec, &damaged, sink);
    record::look(spec, against, sink);
    reach::look(spec, &damaged, sink);
}

/// Every rule of both lists with its place.
fn rules(spec: &Spec) -> impl Iterator<Item = (DocPath, &Rule)> {
    let list = |key: &'static str, rules| {
        let place = DocPath::root().key(key);
        <[Rule]>::iter(rules).enumerate().map(move |(at, rule)| (place.at(at), rule))
    };
    list("rules", &spec.rules).chain(list("circumstances", &spec.circumstances))
}
