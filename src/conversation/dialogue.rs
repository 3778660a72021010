use crate::pattern::{PatternErrors, PatternSet};
use crate::text::{Lang, Text};
use serde::{Deserialize, Serialize};

const PACKS: [(Lang, &str); 2] = [(Lang::Nl, include_str!("packs/nl.txt")), (Lang::En, include_str!("packs/en.txt"))];

/// What a bot's turn does, as far as its words show it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BotActs {
    /// Offers a person.
    pub offers: bool,
    /// Says that it did not understand or has no answer.
    pub fallback: bool,
    /// Apologises.
    pub apology: bool,
    /// Refuses.
    pub refusal: bool,
    /// Ends in a question.
    pub asks: bool,
}

/// A customer's answer to the offer of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Takes it up.
    Yes,
    /// Does not.
    No,
}

/// How a customer's turn relates to what was said before it, as far as its own words show it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CustomerMoves {
    /// Says yes or no. Only what comes right after an offer means anything; both at once mean nothing.
    pub reply: Option<Reply>,
    /// Opens against what was said: "nee", "not that one", "maar".
    pub contradicts: bool,
    /// Speaks of something said or done before: "weer", "I already told you".
    pub again: bool,
}

/// Reads the moves of a dialogue: what a bot's turn does, and how a customer answers it.
///
/// ```
/// use handover::conversation::{DialoguePatterns, Reply};
/// use handover::text::Text;
///
/// let dialogue = DialoguePatterns::shipped();
/// assert!(dialogue.bot_acts(&Text::new("Wilt u dat een collega u terugbelt?")).offers);
/// let moves = |raw| dialogue.customer_moves(&Text::new(raw));
/// assert_eq!(moves("yes please").reply, Some(Reply::Yes));
/// assert_eq!(moves("Nee hoor, hoeft niet").reply, Some(Reply::No));
/// assert_eq!(moves("wanneer komt de monteur").reply, None);
/// assert!(moves("Nee, de wifi").contradicts);
/// assert!(moves("that link again").again);
/// ```
#[derive(Debug)]
pub struct DialoguePatterns {
    patterns: PatternSet,
}

impl DialoguePatterns {
    /// The sections of a pack: the bot's moves, then the customer's.
    pub(crate) const SECTIONS: [&str; 8] = ["offer", "fallback", "apology", "refusal", "yes", "no", "against", "again"];

    /// The shipped packs, Dutch and English. Build it once.
    #[must_use]
    pub fn shipped() -> Self {
        // A test compiles the shipped packs; an empty set is what total means where that test was skipped.
        Self::from_packs(&PACKS).unwrap_or_else(|_| Self { patterns: PatternSet::empty() })
    }

    /// The shipped packs, and others that were checked already.
    pub(crate) fn shipped_and(packs: &[(Lang, &str)]) -> Self {
        Self::from_packs(&[&PACKS, packs].concat()).unwrap_or_else(|_| Self::shipped())
    }

    /// Packs of the host's own, with the sections `offer`, `fallback`, `apology` and `refusal` for the bot's turns, `yes`,
    /// `no`, `against` and `again` for the customer's.
    ///
    /// # Errors
    /// Every line that can't be understood.
    pub fn from_packs(packs: &[(Lang, &str)]) -> Result<Self, PatternErrors> {
        Ok(Self { patterns: PatternSet::compile(packs)? })
    }

    /// What a bot's turn does.
    #[must_use]
    pub fn bot_acts(&self, text: &Text<'_>) -> BotActs {
        let moves = self.moves(text);
        BotActs {
            offers: moves.contains(&"offer"),
            fallback: moves.contains(&"fallback"),
            apology: moves.contains(&"apology"),
            refusal: moves.contains(&"refusal"),
            asks: text.raw().trim_end().ends_with('?'),
        }
    }

    /// How a customer's turn relates to what was said.
    #[must_use]
    pub fn customer_moves(&self, text: &Text<'_>) -> CustomerMoves {
        let moves = self.moves(text);
        let reply = match (moves.contains(&"yes"), moves.contains(&"no")) {
            (true, false) => Some(Reply::Yes),
            (false, true) => Some(Reply::No),
            _ => None,
        };
        CustomerMoves { reply, contradicts: moves.contains(&"against"), again: moves.contains(&"again") }
    }

    fn moves(&self, text: &Text<'_>) -> Vec<&str> {
        let hits = self.patterns.scan(text);
        hits.iter().filter_map(|hit| self.patterns.sections().get(hit.section as usize)).map(AsRef::as_ref).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_packs_compile() {
        DialoguePatterns::from_packs(&PACKS).unwrap_or_else(|e| panic!("{e}"));
    }

    #[test]
    fn offers_and_fallbacks_in_words() {
        let dialogue = DialoguePatterns::shipped();
        let acts = |raw| dialogue.bot_acts(&Text::new(raw));
        for offer in [
            "Als u wilt, kijkt een collega met u mee.",
            "Zal ik u doorverbinden met een medewerker?",
            "Would you like to speak to a colleague?",
            "If you prefer, one of our advisers can call you.",
        ] {
            assert!(acts(offer).offers, "{offer}");
        }
        for other in ["De monteur komt tussen 8 en 10 uur.", "Your parcel is on its way.", "Een collega had u gebeld."]
        {
            assert!(!acts(other).offers, "{other}");
        }
        assert!(acts("Sorry, ik begrijp u niet. Kunt u het anders zeggen?").fallback);
        assert!(acts("I'm sorry, I didn't get that.").fallback);
    }
}
