//! Meaning: what a message says, as a direction in a space where alike things lie beside each other.
//!
//! An [`Embedder`] gives an [`Embedding`] for a message. The built-in one is [`WordVectors`]: a table of word vectors,
//! Dutch and English in one space, fitted so that their sum over a message points where a sentence encoder would
//! point. *Opzeggen* lies beside *cancel*, and a word that is not in the table is made of its parts, so that Dutch
//! compounds, inflections and typos are known; one that means nothing adds nothing.
//!
//! ```
//! # #[cfg(feature = "vectors")] {
//! use handover::text::Text;
//! use handover::vectors::WordVectors;
//!
//! let vectors = WordVectors::shipped();
//! let pooled = |raw| vectors.pooled(&Text::new(raw));
//! let stolen = pooled("Mijn bankpas is gestolen");
//! assert!(stolen.cosine(&pooled("my card has been stolen")) > stolen.cosine(&pooled("mijn pakket is er niet")));
//! # }
//! ```
//!
//! # What a cosine means, and what not
//! It says how much two messages are *about* the same thing, beside other pairs from the same embedder: it ranks. Of
//! the 2,033 messages of MASSIVE's development rows that took no part in the fitting, nine in ten lie above 0.55 to
//! their translation; nineteen in twenty pairs that are no translations lie below 0.23. Short and chatty messages lie
//! otherwise, so set a threshold on messages of your own; the number is no probability.
//!
//! It knows no order of words beyond neighbours that are in the table, so *the bank sued the customer* lies on *the
//! customer sued the bank*, and a denial moves a message only a little: *I don't want to cancel* stays near *I want
//! to cancel*. Unrelated messages lie about 0; below 0 is not the opposite of above it. What must not go wrong is not
//! for a cosine to decide: the patterns of [`crate::signal`] are there for that.
//!
//! # Size, and what it costs in quality
//! Each size fitted anew on the same 223,441 texts, and measured on texts that took no part: the development rows of
//! the sets. What ships is in bold.
//!
//! | dimensions | bits | size in MB | a translation found, % | cosines, nl | cosines, nl–en | BANKING77 | CLINC150 | MASSIVE-nl |
//! |---|---|---|---|---|---|---|---|---|
//! | 128 | 8 | 7.1 | 89.5 | 0.79 | 0.85 | 76.2 | 86.3 | 63.7 |
//! | 128 | 4 | 3.8 | 89.9 | 0.78 | 0.83 | 76.2 | 86.4 | 63.7 |
//! | 96 | 8 | 5.5 | 89.2 | 0.78 | 0.84 | 75.8 | 85.8 | 63.5 |
//! | **96** | **4** | 3.0 | 89.3 | 0.78 | 0.83 | 75.8 | 86.1 | 63.7 |
//! | 64 | 8 | 3.8 | 86.4 | 0.77 | 0.82 | 74.7 | 85.7 | 63.6 |
//! | 64 | 4 | 2.1 | 86.8 | 0.76 | 0.81 | 74.0 | 85.7 | 63.0 |
//! | 32 | 8 | 2.1 | 77.4 | 0.72 | 0.78 | 69.7 | 82.2 | 60.2 |
//! | 32 | 4 | 1.3 | 77.2 | 0.72 | 0.78 | 68.8 | 82.3 | 60.0 |
//! | none: n-grams alone | | | | | | 66.7 | 74.6 | 47.2 |
//! | the teacher itself | | | 86.6 | 1 | 1 | | | |
//!
//! A translation found: how often, of 2,033 English messages, the one that lies nearest to a Dutch message is its
//! translation (MASSIVE). Cosines: how they correlate with the teacher's over 5,000 pairs of those messages, within
//! Dutch and across languages, the teacher's centre taken off. The last three: how many intents in a hundred a linear
//! model gets right that learned from five examples of each, with vectors beside n-grams of words and letters. The
//! table can do better than its teacher there because it was fitted to translations too, MASSIVE's training rows
//! among them. The row of 32 was fitted a little shorter; one fit a row, so a point is nothing;
//! and what went into the fit was chosen by these figures, so expect a little less elsewhere.
//!
//! With all training rows, 4 bits of 96 dimensions lift a linear model from 91.3 to 93.0 (BANKING77), 93.9 to 95.4
//! (CLINC150), 84.8 to 86.0 (MASSIVE-nl) and 91.1 to 92.0 (HWU64). One slip of the finger in every fifth Dutch word
//! costs four in a hundred translations. A message of a hundred characters takes about 1.7 µs, 2.8 µs where it is
//! full of typos, 6.4 µs where it is all long compounds that are not in the table; the shipped table takes no time
//! to be ready (`cargo bench --bench vectors`).
//!
//! # Where it comes from
//! `examples/train/README.md` names the teacher, the sources and their licences, and the command that made the
//! artefact which the table is built from; `cargo run --release --example train -- --check` proves that the table is
//! what that artefact gives. The teacher is multilingual-e5-small (MIT).

mod build;
mod embedding;
mod hash;
mod table;
mod token;
mod words;

pub use build::{TableBuilder, TableMistake, TableMistakes};
pub use embedding::Embedding;
pub use table::{Bits, TableError};
pub use words::WordVectors;

pub(crate) use hash::checksum;

use crate::port::forward;
use crate::text::Text;

/// Says what a message means.
///
/// A model that was trained on one embedder's vectors must be given that embedder's and no other's: nothing warns of
/// a mix-up where the dimensions happen to be the same. A wrong vector sends a message to what it is not about; give
/// none rather than a guess.
pub trait Embedder: Send + Sync {
    /// Why it may fail; [`std::convert::Infallible`] if it can't.
    type Error: std::error::Error + Send + Sync + 'static;

    /// The meaning of `text`, or none where it says nothing. Always of the same dimensions.
    ///
    /// # Errors
    /// Where the embedder could not answer.
    fn embed(&self, text: &Text<'_>) -> Result<Embedding, Self::Error>;
}

forward!(Embedder: embed(text: &Text<'_>) -> Embedding);
