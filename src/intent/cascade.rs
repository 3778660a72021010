//! Two classifiers, one behind the other.

use super::{IntentClassifier, Intents};
use crate::text::Text;

/// A classifier that is asked first, and one behind it: rules that a person wrote, say, and a trained model.
///
/// The first has its way where it is sure. Where it is not, the second is asked; where that abstains or fails, what the
/// first had to say, if anything, is better than nothing.
///
/// ```
/// use handover::intent::{Cascade, IntentClassifier, PhraseIntents};
/// use handover::text::{Lang, Text};
///
/// let sure = PhraseIntents::from_packs(&[(Lang::Nl, "[cancel]\n++ opzeg*\n? stop*")])?;
/// let other = PhraseIntents::from_packs(&[(Lang::Nl, "[fault]\n+ storing|stop*")])?;
/// let both = Cascade::new(sure, other);
/// let best = |raw| both.classify(&Text::new(raw)).unwrap().best().map(|best| best.intent.to_string());
/// assert_eq!(best("ik wil opzeggen, er is alweer storing").as_deref(), Some("cancel"));
/// assert_eq!(best("mijn machine stopt").as_deref(), Some("fault"));
/// # Ok::<(), handover::pattern::PatternErrors>(())
/// ```
#[derive(Clone, Debug)]
pub struct Cascade<First, Second> {
    first: First,
    second: Second,
    sure: f32,
}

impl<First, Second> Cascade<First, Second> {
    /// From this confidence on the first has its way, unless told otherwise: that of a rule marked `++`.
    pub const SURE: f32 = 0.9;

    /// Asks `first`, then `second`.
    pub fn new(first: First, second: Second) -> Self {
        Self { first, second, sure: Self::SURE }
    }

    /// Lets the first have its way from another confidence on, 0 to 1.
    #[must_use]
    pub fn sure_from(self, confidence: f32) -> Self {
        Self { sure: crate::number::unit(confidence), ..self }
    }
}

impl<First: IntentClassifier, Second: IntentClassifier> IntentClassifier for Cascade<First, Second> {
    type Error = CascadeError;

    fn classify(&self, text: &Text<'_>) -> Result<Intents, CascadeError> {
        let first = self.first.classify(text);
        let said = first.as_ref().ok().filter(|intents| intents.in_scope());
        if said.and_then(Intents::best).is_some_and(|best| best.confidence >= self.sure) {
            return first.map_err(|e| CascadeError(Box::new(e)));
        }
        match (said, self.second.classify(text)) {
            (_, Ok(second)) if second.in_scope() => Ok(second),
            (Some(said), _) => Ok(said.clone()),
            (None, second) => second.map_err(|e| CascadeError(Box::new(e))),
        }
    }
}

/// The second classifier could not answer, and the first had nothing to say.
#[derive(Debug, thiserror::Error)]
#[error("the second classifier could not answer, and the first had nothing to say")]
pub struct CascadeError(#[source] Box<dyn std::error::Error + Send + Sync>);

#[cfg(test)]
mod tests {
    use super::*;

    struct Says(Option<(&'static str, f32)>);

    #[derive(Debug, thiserror::Error)]
    #[error("down")]
    struct Down;

    impl IntentClassifier for Says {
        type Error = Down;

        fn classify(&self, _: &Text<'_>) -> Result<Intents, Down> {
            match self.0 {
                Some(("fails", _)) => Err(Down),
                other => Ok(Intents::ranked(other)),
            }
        }
    }

    #[test]
    fn who_has_its_way() {
        let (sure, weak, none, fails) = (Some(("a", 0.95)), Some(("a", 0.4)), None, Some(("fails", 0.0)));
        let other = Some(("b", 0.6));
        let table = [
            (sure, other, Some("a")),
            (weak, other, Some("b")),
            (weak, none, Some("a")),
            (weak, fails, Some("a")),
            (none, other, Some("b")),
            (fails, other, Some("b")),
            (none, none, None),
        ];
        for (first, second, expected) in table {
            let said = Cascade::new(Says(first), Says(second)).classify(&Text::new("x")).unwrap();
            assert_eq!(said.best().map(|best| &*best.intent), expected, "{first:?} {second:?}");
        }
        assert!(Cascade::new(Says(none), Says(fails)).classify(&Text::new("x")).is_err());
    }
}
