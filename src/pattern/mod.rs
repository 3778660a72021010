//! A small language for patterns over words, and the engine that finds them.
//!
//! Signals, emotion cues and intent phrases are data in this form, so that people who know customers, not
//! Rust, can read and write them. A pack is one text a language:
//!
//! ```text
//! # Classes: words and phrases that may stand for each other. `*` is the rest of a word.
//! @person = medewerk*, collega, iemand, echt mens
//! @neg    = niet, geen, nooit
//!
//! # A section is what is found; its flags hold for all its rules.
//! [human_request !neg !past]
//! ++ verbind ~2 door            # sure: 0.95. `~2` allows up to two words between
//! +  @want ~3 @person ~2 @talk  # likely: 0.8
//! ?  @person ^                  # weak: 0.4, not enough by itself
//! -  medewerker|collega zei     # veto: a match that overlaps this one does not count
//! -- vacature*                  # veto for the whole message
//! ```
//!
//! Items are words (`word`, `word*`, `*word`, `*word*`), alternatives (`a|b|two_words|@class`), classes (`@name`), gaps
//! (`~n`: up to n words), and the ends of a sentence (`^`, `$`). All words of a match stand in one sentence.
//! Instead of a mark a rule may begin with its score, `0.6`.
//!
//! Flags stand behind `::` on a rule or in the section's head. `!neg`, `!hyp`, `!rep` and `!past` drop a match
//! that is negated, hypothetical, reported or past, as the classes `@neg`, `@hyp`, `@rep` and `@past` of the pack
//! say: a negation up to four words before, inside or up to two words behind; a condition or a report before it in
//! the sentence; a past marker anywhere in the sentence. `q` and `!q` ask for a question or none, `short:n` for
//! at most n words in the message, `with:@class` and `without:@class` for the class in the same sentence,
//! `along:@class` and `unless:@class` for it anywhere in the message.
//!
//! Cost: one Aho-Corasick scan, then work in proportion to what it found; linear in the message.

mod compile;
mod parse;
mod scan;

pub use compile::PatternSet;
pub(crate) use compile::survey;
pub use parse::{PatternError, PatternErrors};
pub use scan::{Hit, strength};
