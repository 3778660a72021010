use crate::heads::Ngram;
use crate::vectors::Embedding;
use std::sync::OnceLock;

/// What several readers ask of the same message, worked out when the first of them does.
#[derive(Clone, Default)]
pub(crate) struct Memo {
    pub(crate) ngrams: OnceLock<Vec<Ngram>>,
    /// The pooled vector, with the checksum of the table that it comes from.
    pub(crate) pooled: OnceLock<(u64, Embedding)>,
}
