//! Tests and conditions in words, for findings and for explanations to people who work with the rules.

use super::hours::DAYS;
use super::tables::{BANDS, OWNERS, REPLIES, SHADES, VALENCES, name_of};
use super::{Fact, IntentState, Measure, Range, Test, Wording};
use crate::text::Lang;
use std::fmt::Display;

const DAGEN: [&str; 7] = ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"];

/// A test in words, holding or not.
pub(crate) fn test(test: &Test, holds: bool) -> Wording {
    let is = Wording::new(if holds { "is" } else { "is niet" }, if holds { "is" } else { "is not" });
    let of = |nl: &str, en: &str, names: (String, String)| {
        Wording::new(format!("{nl} {} {}", is.nl, names.0), format!("{en} {} {}", is.en, names.1))
    };
    match test {
        Test::Signal(v) => said("het bericht wijst", "the message signals", "op", v, holds),
        Test::SignalSoFar(v) => said("het gesprek wees al", "the conversation has signalled", "op", v, holds),
        Test::Shade(v) => of("de schakering", "the shade", list(v.iter().map(|s| name_of(&SHADES, s)))),
        Test::Intent(v) => of("de intentie", "the intent", list(v)),
        Test::IntentIs(v) => {
            let nl = v.iter().map(|s| state_nl(*s));
            let en = v.iter().map(|s| s.name().replace('_', " "));
            of("de intentie", "the intent", (either(nl, "of"), either(en, "or")))
        }
        Test::Emotion(v) => of("de emotie", "the emotion", list(v.iter().map(|e| e.name()))),
        Test::Valence(v) => of("de valentie", "the valence", list(v.iter().map(|s| name_of(&VALENCES, s)))),
        Test::Band(v) => of("de frustratie", "frustration", list(v.iter().map(|s| name_of(&BANDS, s)))),
        Test::Channel(v) => of("het kanaal", "the channel", list(v)),
        Test::Language(v) => of("de taal", "the language", list(v.iter().map(|l| l.code()))),
        Test::Owner(v) => of(
            "de eigenaar van het gesprek",
            "the owner of the conversation",
            list(v.iter().map(|s| name_of(&OWNERS, s))),
        ),
        Test::Reply(v) => {
            of("het antwoord op het aanbod", "the reply to the offer", list(v.iter().map(|s| name_of(&REPLIES, s))))
        }
        Test::Stage(v) => of("de fase", "the stage", list(v)),
        Test::Measure(measure, r) => of(measure_nl(*measure), &measure.name().replace('_', " "), range(r)),
        Test::Fact(fact, so) => is_so(*fact, *so == holds),
        Test::Attribute(name, v) => of(&format!("kenmerk `{name}`"), &format!("attribute `{name}`"), list(v)),
        Test::AttributeIn(name, r) => of(&format!("kenmerk `{name}`"), &format!("attribute `{name}`"), range(r)),
        Test::Days(v) => {
            let name =
                |names: &'static [&str; 7], day: &u8| *names.get(usize::from(*day).wrapping_sub(1)).unwrap_or(&"?");
            let nl = either(v.iter().map(|d| name(&DAGEN, d)), "of");
            of("de dag", "the day", (nl, either(v.iter().map(|d| name(&DAYS, d)), "or")))
        }
        Test::Time(v) => of("de tijd", "the time", list(v)),
        Test::Season(v) => {
            let seasons =
                || v.iter().map(|s| format!("{:02}-{:02}/{:02}-{:02}", s.from.0, s.from.1, s.until.0, s.until.1));
            of("het seizoen", "the season", list(seasons()))
        }
        Test::Open(v) => of("een open rooster", "an open schedule", list(v)),
        Test::Closed(v) => of("een gesloten rooster", "a closed schedule", list(v)),
        Test::Busy(v) => of("een volle wachtrij", "a full queue", list(v)),
    }
}

/// Several things that are all so.
pub(crate) fn all(parts: impl IntoIterator<Item = Wording>) -> Wording {
    let parts: Vec<Wording> = parts.into_iter().collect();
    let join = |lang: Lang| parts.iter().map(|part| part.text(lang)).collect::<Vec<_>>().join("; ");
    Wording::new(join(Lang::Nl), join(Lang::En))
}

fn said(nl: &str, en: &str, on: &str, signals: &[crate::signal::Signal], holds: bool) -> Wording {
    let (listed_nl, listed_en) = list(signals);
    let (no, not) = if holds { ("", "") } else { ("niet ", "not ") };
    let en = if holds { format!("{en} {listed_en}") } else { format!("it is {not}so that {en} {listed_en}") };
    Wording::new(format!("{nl} {no}{on} {listed_nl}"), en)
}

fn list<T: Display>(names: impl IntoIterator<Item = T>) -> (String, String) {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    (either(&names, "of"), either(&names, "or"))
}

fn either<T: Display>(names: impl IntoIterator<Item = T>, or: &str) -> String {
    let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    names.join(&format!(" {or} "))
}

pub(crate) fn range(range: &Range) -> (String, String) {
    let nl = |key: &str| match key {
        "at_least" => "minstens",
        "above" => "meer dan",
        "at_most" => "hoogstens",
        _ => "minder dan",
    };
    let bounds: Vec<String> = range.bounds().map(|(key, bound)| format!("{} {bound}", nl(key))).collect();
    (bounds.join(" en "), range.to_string())
}

const fn state_nl(state: IntentState) -> &'static str {
    match state {
        IntentState::NotSupplied => "niet gevraagd",
        IntentState::Given => "gegeven",
        IntentState::Abstained => "onbeslist",
        IntentState::Failed => "mislukt",
    }
}

const fn measure_nl(measure: Measure) -> &'static str {
    match measure {
        Measure::Frustration => "het frustratieniveau",
        Measure::Trend => "de stijging van de frustratie",
        Measure::Forecast => "de voorspelde frustratie",
        Measure::Intensity => "de hevigheid",
        Measure::Confidence => "de zekerheid van de intentie",
        Measure::Margin => "de voorsprong van de intentie",
        Measure::Hints => "het aantal hints",
        Measure::Failures => "het aantal missers",
        Measure::Fallbacks => "het aantal keren zonder antwoord",
        Measure::Repeats => "het aantal herhalingen",
        Measure::Clarifications => "het aantal wedervragen",
        Measure::Stuck => "het aantal keren vastgelopen",
        Measure::Offers => "het aantal aanbiedingen",
        Measure::SinceOffer => "het aantal beurten sinds het aanbod",
        Measure::SinceDecline => "het aantal beurten sinds de afwijzing",
        Measure::PriorContacts => "het aantal eerdere contacten",
        Measure::Turns => "het aantal beurten",
        Measure::Silence => "de stilte in seconden",
    }
}

fn is_so(fact: Fact, so: bool) -> Wording {
    let (nl, en) = match (fact, so) {
        (Fact::Failed, true) => ("de bot ging net de fout in", "the bot has just failed"),
        (Fact::Failed, false) => ("de bot ging niet de fout in", "the bot has not just failed"),
        (Fact::Misunderstood, true) => ("de klant voelt zich niet begrepen", "the customer feels misunderstood"),
        (Fact::Misunderstood, false) => ("de klant voelt zich begrepen", "the customer does not feel misunderstood"),
        (Fact::BotRepeated, true) => ("de bot viel in herhaling", "the bot has repeated itself"),
        (Fact::BotRepeated, false) => ("de bot viel niet in herhaling", "the bot has not repeated itself"),
        (Fact::ModelFailed, true) => ("een model gaf geen antwoord", "a model could not answer"),
        (Fact::ModelFailed, false) => ("elk model gaf antwoord", "every model answered"),
        (Fact::OfferOpen, true) => ("er staat een aanbod open", "an offer is open"),
        (Fact::OfferOpen, false) => ("er staat geen aanbod open", "no offer is open"),
        (Fact::Declined, true) => ("de klant wees een mens af", "the customer has declined a person"),
        (Fact::Declined, false) => ("de klant wees geen mens af", "the customer has not declined a person"),
        (Fact::Armed, true) => {
            ("de klant wil een mens als het misgaat", "the customer wants a person if the next step fails")
        }
        (Fact::Armed, false) => ("de klant stelde geen voorwaarde", "the customer made no condition"),
        (Fact::Disclosed, true) => ("de bot zei dat het een bot is", "the bot has said that it is one"),
        (Fact::Disclosed, false) => {
            ("de bot zei nog niet dat het een bot is", "the bot has not yet said that it is one")
        }
        (Fact::Holiday, true) => ("het is een feestdag", "it is a holiday"),
        (Fact::Holiday, false) => ("het is geen feestdag", "it is no holiday"),
    };
    Wording::new(nl, en)
}
