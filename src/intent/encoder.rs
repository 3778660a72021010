//! What gives a classifier the meaning of a message, whichever embedder it is.

use crate::text::Text;
use crate::vectors::{Embedder, Embedding, WordVectors, checksum};
use std::fmt;
use std::sync::Arc;

/// An embedder with an identity, so that a model is never read with vectors that it was not trained on.
///
/// ```
/// use handover::intent::Encoder;
/// use handover::text::Text;
/// use handover::vectors::{Embedder, Embedding};
///
/// struct Remote;
///
/// impl Embedder for Remote {
///     type Error = std::convert::Infallible;
///
///     fn embed(&self, text: &Text<'_>) -> Result<Embedding, Self::Error> {
///         Ok(Embedding::from(vec![text.words().len() as f32, 1.0]))
///     }
/// }
///
/// let encoder = Encoder::own("remote-2026-03", Remote);
/// assert_ne!(encoder.id(), Encoder::own("remote-2026-04", Remote).id());
/// ```
#[derive(Clone)]
pub struct Encoder {
    embedder: Arc<dyn AnyEmbedder>,
    /// The embedder, where it is a table of words.
    words: Option<Arc<WordVectors>>,
    id: u64,
}

impl Encoder {
    /// A table of word vectors; its checksum is its identity.
    #[must_use]
    pub fn words(vectors: WordVectors) -> Self {
        let id = vectors.checksum();
        let words = Arc::new(vectors);
        Self { embedder: Arc::<WordVectors>::clone(&words), words: Some(words), id }
    }

    /// The table that ships with the crate.
    #[cfg(feature = "vectors")]
    #[must_use]
    pub fn shipped() -> Self {
        Self::words(WordVectors::shipped())
    }

    /// The table that ships, where it does.
    pub(super) fn built_in() -> Option<Self> {
        #[cfg(feature = "vectors")]
        return Some(Self::shipped());
        #[cfg(not(feature = "vectors"))]
        return None;
    }

    /// A host's own. `name` has to change whenever its vectors do: a model holds on to it.
    pub fn own(name: &str, embedder: impl Embedder + 'static) -> Self {
        Self { embedder: Arc::new(embedder), words: None, id: checksum(name.as_bytes()) }
    }

    /// Its identity, as a model file holds it.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Whether it knows this folded word by itself, rather than by its parts.
    pub(super) fn knows(&self, word: &str) -> bool {
        self.words.as_ref().is_some_and(|words| words.knows(word))
    }

    pub(super) fn encode(&self, text: &Text<'_>) -> Result<Embedding, EncoderError> {
        self.embedder.embed(text).map_err(EncoderError)
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder").field("id", &format_args!("{:016x}", self.id)).finish_non_exhaustive()
    }
}

/// The encoder of a classifier could not answer.
#[derive(Debug, thiserror::Error)]
#[error("the encoder could not answer")]
pub struct EncoderError(#[source] Box<dyn std::error::Error + Send + Sync>);

/// Embedders differ in their errors, which become one here.
trait AnyEmbedder: Send + Sync {
    fn embed(&self, text: &Text<'_>) -> Result<Embedding, Box<dyn std::error::Error + Send + Sync>>;
}

impl<E: Embedder> AnyEmbedder for E {
    fn embed(&self, text: &Text<'_>) -> Result<Embedding, Box<dyn std::error::Error + Send + Sync>> {
        Embedder::embed(self, text).map_err(Into::into)
    }
}
