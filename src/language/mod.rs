//! Languages beside Dutch and English, as data that a host loads at run time.
//!
//! A [`LanguagePack`] is everything that the crate needs to know of a language: how to tell it, what customers say in it,
//! and what to tell them. It is one serde value, so a host reads it from TOML, JSON or a form of its own, and hands it
//! to [`TriageBuilder::language`](crate::TriageBuilder::language). From then on a message in that language is
//! recognised, read and decided like a Dutch or English one; a message in Dutch or English reads as it did before.
//!
//! # Load one
//! ```
//! use handover::Triage;
//! use handover::conversation::{Channel, Context, Conversation, Turn};
//! use handover::escalation::{NoticeKey, NoticeTexts, Outcome};
//! use handover::language::LanguagePack;
//!
//! # let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/german.toml");
//! let german: LanguagePack = toml::from_str(&std::fs::read_to_string(file)?)?;
//! let triage = Triage::builder().language(german.clone()).build()?;
//! let mut texts = NoticeTexts::default();
//! texts.add_language(&german)?;
//!
//! let mut talk = Conversation::new(Channel::Chat);
//! let turn = Turn::customer("Ich möchte mit einem Mitarbeiter sprechen", 0);
//! let decision = triage.receive(&mut talk, &turn, &Context::at(0));
//! assert_eq!(decision.outcome, Outcome::HandOver);
//! let lang = talk.language().expect("it was told");
//! assert_eq!(lang.code(), "de");
//! assert!(decision.notices.contains(&NoticeKey::HandingOver));
//! assert!(texts.text(NoticeKey::HandingOver, lang).starts_with("Eine Kollegin oder ein Kollege übernimmt"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//! A conversation is stored with its language's code and loads wherever it is read on. Where the pack is not loaded, its
//! notices are in English, and a message that doesn't tell its language is read as Dutch or English.
//!
//! # The form
//! ```toml
//! code = "de"                  # ISO 639: two or three small letters
//! name = "Deutsch"
//! function_words = ["ich", "nicht", "und"]   # they tell the language and say nothing of the matter
//! common_words = ["rechnung", "vertrag"]     # what customers often write, and Dutch and English don't
//! own_signals = ["meter_tampering"]          # optional: signals of the host's own that this pack finds
//!
//! signals = """                # patterns, a section a signal: `human_request`, `human_request/callback` …
//! @neg = nicht, kein, keine
//! [human_request !neg]
//! ++ mit ~2 mitarbeiter*|menschen ~2 sprechen|reden
//! """
//! emotion = """…"""            # cues, a section an emotion, and `irony`, `booster`, `diminisher`, `hint`
//! dialogue = """…"""           # moves: `offer`, `fallback`, `apology`, `refusal` of the bot,
//!                              # `yes`, `no`, `against`, `again` of the customer
//!
//! [notices]                    # what to tell a customer: a text for each `NoticeKey`
//! disclose_bot = "Sie sprechen mit einem digitalen Assistenten …"
//!
//! [lines]                      # what a safety notice adds where the host names its country
//! safety_crisis = "Notruf: {emergency}. Reden über Suizid, Tag und Nacht: {crisis}."
//! safety_threat = "Notruf: {emergency}."
//!
//! [heads]                      # optional, with the feature `models`: the bytes of trained heads
//! signals = [72, 72, 68, 83]
//! ```
//! Patterns, cues and moves are in the form of [`pattern`](crate::pattern). `examples/data/german.toml` is a whole pack,
//! and `examples/third_language.rs` a host that loads it.
//!
//! - **Words.** The list needs at least twenty words that neither Dutch nor English has; those that they share (*ja*,
//!   *hier*, *will*) belong in it too: where they stand in a message they then count for neither side. Capitals and
//!   marks on letters don't matter, neither here nor in patterns: *ü* is *u*, *ß* is *ss*. Two different words tell a
//!   message, one tells a short one ([`Languages`](crate::text::Languages)). A word that Dutch or English has without its
//!   being known here as theirs does harm: try a list on Dutch and English messages of your own before you load it.
//! - **Every signal, emotion, move and notice has its place**, so that none is forgotten. A section without rules says
//!   aloud that this pack doesn't find that; the wish for a human, crisis and threat can't be left empty.
//! - **Heads** are in the form of [`heads`](crate::heads), trained with the numbers that the built-in models are given
//!   (`TrainedSignals::numbers`, `TrainedEmotion::numbers`), into which the patterns and cues of this pack feed. Without
//!   them the patterns and cues read alone.
//!
//! [`LanguagePack::check`] lists every mistake at once.
//!
//! # What a message in two languages does
//! Where a message in a pack's language speaks Dutch or English as well, the built-in detector reads it too, and the
//! stronger finding of each signal stays; emotion goes by the language of most of it.
//!
//! # What a pack cannot do
//! E-mail history, signatures and the slips of speech transcripts are recognised in Dutch and English only, and the
//! shipped word vectors know these two. What their speakers hesitate with (*eh*, *um*) is dropped before the language is
//! known, so no rule of a pack can ask for it. A detector or scorer of the host's own takes the place of a pack's readers as it
//! takes that of the built-in ones: it is asked about every language.

mod by_language;
mod check;

pub(crate) use by_language::PackReaders;
pub(crate) use check::wording;
pub use check::{LanguageMistake, LanguageMistakes};

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A language as data. Unchecked, so that [`check`](Self::check) can name every mistake in its author's words; the
/// [room's page](self) describes each field.
///
/// ```
/// use handover::language::LanguagePack;
///
/// let mut pack = LanguagePack::default();
/// pack.code = "nl".to_owned();
/// pack.signals = "[human_request]\n* mens".to_owned();
/// let mistakes = pack.check().unwrap_err().to_string();
/// assert!(mistakes.contains("`nl` is built in"));
/// assert!(mistakes.contains("signals, line 2"));
/// assert!(mistakes.contains("disclose_bot"));
/// ```
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LanguagePack {
    /// The code of ISO 639: two or three small letters.
    pub code: String,
    /// What its speakers call it.
    pub name: String,
    /// Little words: they tell the language and say nothing of what a message is about. Single words.
    pub function_words: Vec<String>,
    /// Other words that tell the language: what customers often write and Dutch and English don't. Single words.
    pub common_words: Vec<String>,
    /// Signals of the host's own that this pack finds beside the built-in ones.
    pub own_signals: Vec<String>,
    /// Patterns of signals, as [`SignalPatterns::from_packs`](crate::signal::SignalPatterns::from_packs) takes them.
    pub signals: String,
    /// Cues of emotions, as [`EmotionCues::from_packs`](crate::emotion::EmotionCues::from_packs) takes them.
    pub emotion: String,
    /// Moves of a dialogue, as [`DialoguePatterns::from_packs`](crate::conversation::DialoguePatterns::from_packs) takes
    /// them.
    pub dialogue: String,
    /// The text of each [`NoticeKey`](crate::escalation::NoticeKey), by its name.
    pub notices: BTreeMap<String, String>,
    /// What the safety notices add where the host names its country, with `{emergency}` and `{crisis}` for the numbers.
    pub lines: BTreeMap<String, String>,
    /// The bytes of trained [heads](crate::heads), `signals` and `emotion`. A host that keeps them as files reads them
    /// and puts them here.
    pub heads: BTreeMap<String, Vec<u8>>,
    /// Fields that there are none of, to be named by the check.
    #[serde(flatten, skip_serializing)]
    unknown: BTreeMap<String, IgnoredAny>,
}

/// A pack is long: its size is shown, not its rules.
impl fmt::Debug for LanguagePack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LanguagePack")
            .field("code", &self.code)
            .field("name", &self.name)
            .field("words", &(self.function_words.len() + self.common_words.len()))
            .field("notices", &self.notices.len())
            .field("heads", &self.heads.keys())
            .finish_non_exhaustive()
    }
}

impl LanguagePack {
    /// Whether the pack can be used. Costs about what building a triage with it costs.
    ///
    /// # Errors
    /// Every mistake in it, in the order of the form.
    pub fn check(&self) -> Result<(), LanguageMistakes> {
        check::read(self).map(drop)
    }
}
