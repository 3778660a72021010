//! The rows: BANKING77 where its folder is given, the small sample of the examples otherwise.

use handover::intent::{Example, Examples, OUT_OF_SCOPE};
use std::path::Path;

pub(crate) struct Rows {
    /// What training is timed on.
    pub(crate) full: Examples,
    /// A part of it, for the accuracy on the rest.
    pub(crate) train: Examples,
    /// The rest.
    pub(crate) dev: Examples,
}

impl Rows {
    /// `data` holds `intent/banking77` with `train_full.tsv`, of which `train.tsv` and `dev.tsv` are a split.
    pub(crate) fn banking77(data: &Path) -> Self {
        let folder = data.join("intent/banking77");
        let [full, train, dev] = ["train_full.tsv", "train.tsv", "dev.tsv"].map(|name| {
            let path = folder.join(name);
            in_scope(&std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
        });
        Self { full, train, dev }
    }

    pub(crate) fn sample() -> Self {
        let train = in_scope(include_str!("../../examples/data/intents.tsv"));
        let dev = in_scope(include_str!("../../examples/data/intents-test.tsv"));
        Self { full: train.clone(), train, dev }
    }
}

/// fastText has no notion of a message that belongs to none of the intents, so none takes part.
fn in_scope(tsv: &str) -> Examples {
    let all = Examples::from_tsv(tsv).expect("rows `intent<TAB>text`");
    let rows = all.rows().iter().filter(|row| &*row.intent != OUT_OF_SCOPE);
    Examples::from_rows(rows.map(|row| Example::new(row.intent.clone(), row.text.clone()))).expect("rows")
}
