//! More than one wish in a message.

use super::encoder::EncoderError;
use super::model::{Prediction, TrainedIntents};
use crate::text::{Form, Span, Text};

/// A clause stands by itself from this confidence on; below, it belongs to its neighbour.
const SURE: f32 = 0.6;
/// A clause of fewer words is not looked at by itself.
const SHORTEST: usize = 2;
/// No message is cut into more clauses; what is behind belongs to the last.
const MOST: usize = 32;

/// Words that begin a new clause behind a comma.
const JOINERS: [&str; 20] = [
    "en",
    "and",
    "ook",
    "also",
    "verder",
    "daarnaast",
    "tevens",
    "bovendien",
    "plus",
    "maar",
    "but",
    "oh",
    "dan",
    "then",
    "additionally",
    "besides",
    "trouwens",
    "btw",
    "ps",
    "of",
];
/// Words that begin a new clause behind one of these without a comma.
const PLAIN_JOINERS: [&str; 5] = ["en", "and", "maar", "but", "plus"];
/// Words that a clause with a wish of its own begins with.
const STARTERS: [&str; 40] = [
    "waar", "waarom", "wanneer", "hoe", "hoeveel", "wat", "welke", "wie", "kan", "kunt", "kunnen", "kun", "mag", "ik",
    "we", "wij", "graag", "is", "zijn", "wil", "ook", "where", "why", "when", "how", "what", "which", "who", "can",
    "could", "may", "i", "i'd", "i'm", "please", "do", "does", "are", "my", "mijn",
];

/// A stretch of a message with a wish of its own.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Part {
    /// Where it stands in the message as it came in.
    pub span: Span,
    /// What it is about.
    pub prediction: Prediction,
}

impl TrainedIntents {
    /// The wishes in a message, in their order: one or more, and none for a message without words.
    ///
    /// The message is cut where sentences end and clauses begin. A clause that the model is sure of stands by itself; the
    /// others, greetings and explanations, belong to the one before, and clauses about the same thing are one. Costs as
    /// many predictions as there are clauses, and one more for each part.
    ///
    /// ```
    /// use handover::intent::{Examples, Trainer};
    /// use handover::text::Text;
    ///
    /// let rows = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/intents.tsv"));
    /// let model = Trainer::new().train(&Examples::from_tsv(rows)?)?;
    /// let text = Text::new("Ik wil mijn abonnement opzeggen, en waar blijft mijn pakket?");
    /// let parts = model.predict_parts(&text)?;
    /// let found: Vec<_> = parts.iter().filter_map(|part| part.prediction.best()).map(|best| &*best.intent).collect();
    /// assert_eq!(found, ["cancel_subscription", "track_parcel"]);
    /// assert_eq!(parts[1].span.of(text.raw()), Some("en waar blijft mijn pakket"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where an encoder of the host's own could not answer.
    pub fn predict_parts(&self, text: &Text<'_>) -> Result<Vec<Part>, EncoderError> {
        let clauses = clauses(text);
        let mut groups: Vec<Group> = Vec::new();
        for span in clauses.iter().copied().filter(|_| clauses.len() > 1) {
            let wish = self.wish(text, span)?;
            match groups.last_mut() {
                Some(last) if last.takes(wish.as_deref()) => last.join(span, wish),
                _ => groups.push(Group { span, wish }),
            }
        }
        if groups.len() > 1 {
            return groups.into_iter().map(|group| self.part(text, group.span)).collect();
        }
        match text.span(0, text.words().len().saturating_sub(1)) {
            Some(span) => Ok(vec![Part { span, prediction: self.predict(text)? }]),
            None => Ok(Vec::new()),
        }
    }

    /// The intent of a clause, if it has one of its own.
    fn wish(&self, text: &Text<'_>, span: Span) -> Result<Option<String>, EncoderError> {
        let clause = clause(text, span);
        if clause.words().len() < SHORTEST {
            return Ok(None);
        }
        let prediction = self.predict(&clause)?;
        let sure = prediction.best().filter(|best| prediction.in_scope() && best.confidence >= SURE);
        Ok(sure.map(|best| best.intent.to_string()))
    }

    fn part(&self, text: &Text<'_>, span: Span) -> Result<Part, EncoderError> {
        Ok(Part { span, prediction: self.predict(&clause(text, span))? })
    }
}

/// Clauses about one thing.
struct Group {
    span: Span,
    wish: Option<String>,
}

impl Group {
    /// Whether a clause with this wish belongs here: it has none, or the same, or nothing here has one yet.
    fn takes(&self, wish: Option<&str>) -> bool {
        wish.is_none() || self.wish.is_none() || self.wish.as_deref() == wish
    }

    fn join(&mut self, span: Span, wish: Option<String>) {
        self.span = self.span.join(span);
        self.wish = self.wish.take().or(wish);
    }
}

fn clause<'t>(text: &Text<'t>, span: Span) -> Text<'t> {
    Text::of(span.of(text.raw()).unwrap_or_default(), Form::Written, text.language().main)
}

/// The clauses of a message; together they hold every word.
fn clauses(text: &Text<'_>) -> Vec<Span> {
    let words = text.words();
    let folded = |at: usize| words.get(at).map_or("", |word| text.folded(word));
    let begins = |at: usize| {
        let Some(word) = words.get(at) else { return false };
        let joined = JOINERS.contains(&folded(at)) && word.after_pause;
        joined || (PLAIN_JOINERS.contains(&folded(at)) && STARTERS.contains(&folded(at + 1)))
    };
    let mut starts: Vec<usize> = text.sentences().iter().map(|sentence| sentence.words.start).collect();
    starts.extend((1..words.len()).filter(|at| begins(*at)));
    starts.sort_unstable();
    starts.dedup();
    starts.truncate(MOST);
    let ends = starts.iter().skip(1).copied().chain([words.len()]);
    starts.iter().zip(ends).filter_map(|(start, end)| text.span(*start, end.checked_sub(1)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(raw: &str) -> Vec<&str> {
        clauses(&Text::new(raw)).into_iter().filter_map(|span| span.of(raw)).collect()
    }

    #[test]
    fn clauses_begin_where_people_begin_them() {
        assert_eq!(cut("Opzeggen, en waar blijft mijn borg?"), ["Opzeggen", "en waar blijft mijn borg"]);
        assert_eq!(
            cut("Hoi. Waar is mijn pakket en kan ik ruilen"),
            ["Hoi", "Waar is mijn pakket", "en kan ik ruilen"]
        );
        assert_eq!(cut("I want peas and carrots"), ["I want peas and carrots"]);
        assert_eq!(cut("cancel it, also where is my refund"), ["cancel it", "also where is my refund"]);
        assert!(cut("?!").is_empty());
    }

    #[test]
    fn a_message_of_many_clauses_stays_whole() {
        let raw = "ja. ".repeat(1000);
        assert_eq!(cut(&raw).len(), MOST);
        assert!(cut(&raw)[MOST - 1].len() > 1000);
    }
}
