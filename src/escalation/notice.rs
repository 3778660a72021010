use super::Flag;
use crate::language::{LanguageMistakes, LanguagePack};
use crate::text::Lang;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a customer has to be told, by key. The host words it, or takes the texts that ship.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoticeKey {
    /// This is a bot. Due before or with its first words, when asked, and after a person gave the talk back.
    DiscloseBot,
    /// Where to find help at once when a life is in danger.
    SafetyCrisis,
    /// A person will look at what was said; where to turn in danger.
    SafetyThreat,
    /// A person takes over, and has the whole conversation.
    HandingOver,
    /// A person can help too, if wanted.
    OfferPerson,
    /// A person can be asked for at any time; said once after a decline, without asking.
    HumanOption,
    /// There is a wait: wait, be called back, or leave a message.
    Waiting,
    /// Nobody is there now; when it opens next.
    ClosedNextOpening,
    /// Somebody will call back.
    CallBackPlanned,
    /// A written answer will come.
    TicketMade,
    /// A data right or a contested decision has been received, and from when the legal time counts.
    RightReceived,
    /// A complaint has been received.
    ComplaintReceived,
}

impl NoticeKey {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::DiscloseBot,
        Self::SafetyCrisis,
        Self::SafetyThreat,
        Self::HandingOver,
        Self::OfferPerson,
        Self::HumanOption,
        Self::Waiting,
        Self::ClosedNextOpening,
        Self::CallBackPlanned,
        Self::TicketMade,
        Self::RightReceived,
        Self::ComplaintReceived,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DiscloseBot => "disclose_bot",
            Self::SafetyCrisis => "safety_crisis",
            Self::SafetyThreat => "safety_threat",
            Self::HandingOver => "handing_over",
            Self::OfferPerson => "offer_person",
            Self::HumanOption => "human_option",
            Self::Waiting => "waiting",
            Self::ClosedNextOpening => "closed_next_opening",
            Self::CallBackPlanned => "call_back_planned",
            Self::TicketMade => "ticket_made",
            Self::RightReceived => "right_received",
            Self::ComplaintReceived => "complaint_received",
        }
    }

    /// The text that ships: Dutch, and English for every other language.
    const fn shipped(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::DiscloseBot, Lang::Nl) => {
                "U praat met een digitale assistent, niet met een mens. U kunt altijd om een medewerker vragen."
            }
            (Self::DiscloseBot, _) => {
                "You are talking to a digital assistant, not a person. You can ask for a person at any time."
            }
            (Self::SafetyCrisis, Lang::Nl) => {
                "Wat u schrijft, nemen we serieus. Er komt nu iemand bij u. Dit is geen hulpdienst: is er direct gevaar, bel dan het alarmnummer."
            }
            (Self::SafetyCrisis, _) => {
                "We take what you write seriously. Someone is coming to you now. This is no emergency service: if there is danger right now, call the emergency number."
            }
            (Self::SafetyThreat, Lang::Nl) => {
                "Een medewerker leest nu mee. Is er direct gevaar, bel dan het alarmnummer."
            }
            (Self::SafetyThreat, _) => {
                "A person is reading along now. If there is danger right now, call the emergency number."
            }
            (Self::HandingOver, Lang::Nl) => {
                "Een collega neemt het van mij over en leest dit hele gesprek. U hoeft niets te herhalen."
            }
            (Self::HandingOver, _) => {
                "A colleague is taking over and can read this whole conversation. You don't have to repeat anything."
            }
            (Self::OfferPerson, Lang::Nl) => "Wilt u liever verder met een collega? Zeg het gerust.",
            (Self::OfferPerson, _) => "Would you rather go on with a colleague? Just say so.",
            (Self::HumanOption, Lang::Nl) => "Wilt u later toch een medewerker spreken, zeg dat dan gewoon.",
            (Self::HumanOption, _) => "If you do want to speak to a person later, just say so.",
            (Self::Waiting, Lang::Nl) => {
                "Het is nu druk. U kunt wachten, u laten terugbellen of een bericht achterlaten."
            }
            (Self::Waiting, _) => "It is busy now. You can wait, be called back or leave a message.",
            (Self::ClosedNextOpening, Lang::Nl) => {
                "Er is nu niemand aanwezig. Zodra we open zijn, pakt een collega dit op."
            }
            (Self::ClosedNextOpening, _) => {
                "Nobody is here right now. A colleague will take this up as soon as we open."
            }
            (Self::CallBackPlanned, Lang::Nl) => "Een collega belt u terug.",
            (Self::CallBackPlanned, _) => "A colleague will call you back.",
            (Self::TicketMade, Lang::Nl) => "Een collega geeft u schriftelijk antwoord.",
            (Self::TicketMade, _) => "A colleague will answer you in writing.",
            (Self::RightReceived, Lang::Nl) => {
                "We hebben uw verzoek ontvangen. De wettelijke termijn telt vanaf vandaag en een medewerker behandelt het."
            }
            (Self::RightReceived, _) => {
                "We have received your request. The legal time limit counts from today and a person will handle it."
            }
            (Self::ComplaintReceived, Lang::Nl) => "We hebben uw klacht ontvangen en een medewerker behandelt die.",
            (Self::ComplaintReceived, _) => "We have received your complaint and a person will handle it.",
        }
    }

    /// What follows a safety notice where the country is known; nothing behind any other.
    const fn lines(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::SafetyCrisis, Lang::Nl) => {
                "Alarmnummer: {emergency}. Praten over zelfdoding, dag en nacht: {crisis}."
            }
            (Self::SafetyCrisis, _) => "Emergency number: {emergency}. To talk about suicide, day and night: {crisis}.",
            (Self::SafetyThreat, Lang::Nl) => "Alarmnummer: {emergency}.",
            (Self::SafetyThreat, _) => "Emergency number: {emergency}.",
            _ => "",
        }
    }
}

impl Flag for NoticeKey {
    const ALL: &'static [Self] = &Self::ALL;

    fn number(self) -> u32 {
        self as u32
    }
}

/// A country whose emergency and crisis lines a safety notice names. Numbers as published by the lines themselves,
/// looked up in November 2026; a host answers for keeping them right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Country {
    /// The Netherlands: 112; 113 Zelfmoordpreventie, 113 or 0800-0113.
    Nl,
    /// Belgium: 112; Zelfmoordlijn 1813.
    Be,
    /// The United Kingdom: 999; Samaritans 116 123.
    Gb,
    /// Ireland: 112 or 999; Samaritans 116 123.
    Ie,
    /// The United States: 911; 988 Suicide & Crisis Lifeline.
    Us,
}

impl Country {
    const fn lines(self) -> (&'static str, &'static str) {
        match self {
            Self::Nl => ("112", "113"),
            Self::Be => ("112", "1813"),
            Self::Gb => ("999", "116 123"),
            Self::Ie => ("112", "116 123"),
            Self::Us => ("911", "988"),
        }
    }
}

/// The texts of the notices: those that ship, those of loaded languages, and a host's own in their place.
///
/// ```
/// use handover::escalation::{Country, NoticeKey, NoticeTexts};
/// use handover::text::Lang;
///
/// let mut texts = NoticeTexts::default();
/// texts.replace(NoticeKey::OfferPerson, Lang::Nl, "Liever met iemand van ons praten?");
/// assert_eq!(texts.text(NoticeKey::OfferPerson, Lang::Nl), "Liever met iemand van ons praten?");
/// texts.country = Some(Country::Nl);
/// assert!(texts.text(NoticeKey::SafetyCrisis, Lang::Nl).contains("112"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NoticeTexts {
    /// The country whose lines a safety notice names.
    pub country: Option<Country>,
    own: BTreeMap<NoticeKey, BTreeMap<Lang, String>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    languages: BTreeMap<Lang, Wording>,
}

/// The notices of a language that is not built in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wording {
    pub(crate) notices: BTreeMap<NoticeKey, String>,
    /// What follows a safety notice, with `{emergency}` and `{crisis}` for the numbers.
    pub(crate) lines: BTreeMap<NoticeKey, String>,
}

impl NoticeTexts {
    /// Takes in the texts of a language pack.
    ///
    /// # Errors
    /// Every notice that is missing, is none of ours or can't be worded as it stands.
    pub fn add_language(&mut self, pack: &LanguagePack) -> Result<(), LanguageMistakes> {
        let (lang, wording) = crate::language::wording(pack)?;
        self.languages.insert(lang, wording);
        Ok(())
    }

    /// Puts a text of the host's own in place of the one that ships.
    pub fn replace(&mut self, key: NoticeKey, lang: Lang, text: impl Into<String>) {
        self.own.entry(key).or_default().insert(lang, text.into());
    }

    /// The text of a notice; English where nobody worded it in `lang`.
    #[must_use]
    pub fn text(&self, key: NoticeKey, lang: Lang) -> String {
        if let Some(own) = self.own.get(&key).and_then(|texts| texts.get(&lang)) {
            return own.clone();
        }
        let pack = self.languages.get(&lang);
        let text = pack.and_then(|pack| pack.notices.get(&key)).map_or(key.shipped(lang), String::as_str);
        let lines = pack.and_then(|pack| pack.lines.get(&key)).map_or(key.lines(lang), String::as_str);
        match self.country.map(Country::lines) {
            Some((emergency, crisis)) if !lines.is_empty() => {
                format!("{text} {}", lines.replace("{emergency}", emergency).replace("{crisis}", crisis))
            }
            _ => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notice_has_both_languages() {
        for key in NoticeKey::ALL {
            let texts = NoticeTexts::default();
            assert_ne!(texts.text(key, Lang::Nl), texts.text(key, Lang::En));
            assert_eq!(serde_json::to_value(key).unwrap(), key.name());
        }
    }
}
