use super::Notice;
use crate::policy::Policy;
use crate::text::Lang;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What customers are told while an action waits, in Dutch and English: texts that ship, in plain language, with the
/// host's own beside or in place of them.
///
/// ```
/// use handover::approval::{Notice, NoticeTexts};
/// use handover::text::Lang;
///
/// let mut texts = NoticeTexts::default();
/// assert!(texts.text(&"colleague_checks".into(), Lang::Nl).is_some_and(|text| text.contains("collega")));
/// texts.add("refund_delayed", "Uw geld komt later.", "Your money comes later.");
/// assert_eq!(texts.text(&"refund_delayed".into(), Lang::En), Some("Your money comes later."));
/// assert_eq!(texts.text(&"nothing_like_it".into(), Lang::En), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeTexts(BTreeMap<Notice, (Arc<str>, Arc<str>)>);

/// Key, Dutch, English.
const SHIPPED: [(&str, &str, &str); 6] = [
    (
        "colleague_checks",
        "Een collega kijkt hier eerst naar. U hoort van ons, ook als het langer duurt.",
        "A colleague looks at this first. You will hear from us, even if it takes longer.",
    ),
    (
        "still_with_you",
        "Het duurt langer dan we dachten. Een collega neemt het nu over en neemt contact met u op.",
        "This takes longer than we thought. A colleague is taking over now and will contact you.",
    ),
    (
        "human_coming",
        "Er komt nu een collega bij. U hoeft niets te herhalen.",
        "A colleague is joining now. You don't have to repeat anything.",
    ),
    (
        "not_done_in_time",
        "Het is ons niet op tijd gelukt. Er is niets veranderd. Wilt u het nog, vraag het dan gerust opnieuw.",
        "We did not manage this in time. Nothing has changed. If you still want it, please ask again.",
    ),
    (
        "not_possible",
        "Dit kan ik niet voor u doen. Een collega legt het u graag uit; zeg het als u dat wilt.",
        "I can't do this for you. A colleague is happy to explain; say so if you would like that.",
    ),
    (
        "refund_delayed",
        "Uw terugbetaling duurt langer. Een collega kijkt ernaar; u hoeft niets te doen.",
        "Your refund takes longer. A colleague is looking at it; you don't have to do anything.",
    ),
];

impl NoticeTexts {
    /// The keys that ship with a text.
    pub fn shipped() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(key, ..)| *key)
    }

    /// Adds a notice of the host's own, or puts its text in place of one that ships.
    pub fn add(&mut self, key: impl Into<Notice>, nl: impl Into<Arc<str>>, en: impl Into<Arc<str>>) {
        self.0.insert(key.into(), (nl.into(), en.into()));
    }

    /// Those that ship, with a policy's own beside or in place of them.
    #[must_use]
    pub fn of(policy: &Policy) -> Self {
        let mut texts = Self::default();
        for (key, wording) in &policy.spec().notices {
            texts.add(key.as_ref(), wording.nl.as_str(), wording.en.as_str());
        }
        texts
    }

    /// The text of a notice, if there is such a one.
    #[must_use]
    pub fn text(&self, key: &Notice, lang: Lang) -> Option<&str> {
        let own = self.0.get(key).map(|(nl, en)| (nl.as_ref(), en.as_ref()));
        let shipped = || SHIPPED.iter().find(|(known, ..)| *known == key.as_str()).map(|(_, nl, en)| (*nl, *en));
        own.or_else(shipped).map(|(nl, en)| match lang {
            Lang::Nl => nl,
            _ => en,
        })
    }
}
