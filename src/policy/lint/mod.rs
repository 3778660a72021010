//! What is wrong with a document that could be read. Each file looks for one kind of thing; the order does not matter,
//! since findings are sorted in the end.

mod names;
mod ranges;

use super::finding::Sink;
use super::{Against, DocPath, Rule, Spec};
use std::collections::BTreeSet;

/// Looks for everything. `damaged` rules could not be read whole: nothing is concluded from what they leave out.
pub(super) fn all(spec: &Spec, damaged: &BTreeSet<DocPath>, against: &Against, sink: &Sink) {
    crate::approval::document::check(spec, against, sink);
    names::look(spec, against, sink);
    ranges::look(spec, sink);
    let _ = damaged;
}

/// Every rule of both lists with its place.
fn rules(spec: &Spec) -> impl Iterator<Item = (DocPath, &Rule)> {
    let list = |key: &'static str, rules| {
        let place = DocPath::root().key(key);
        <[Rule]>::iter(rules).enumerate().map(move |(at, rule)| (place.at(at), rule))
    };
    list("rules", &spec.rules).chain(list("circumstances", &spec.circumstances))
}
