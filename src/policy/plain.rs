//! Reasons in words: what an agent reads, and what a customer is told.
//!
//! A customer's version is written at level B1, in short sentences, without scores, and never says what somebody feels
//! or is: only what was said, and what follows from it.

use super::Wording;
use crate::escalation::ReasonCode;
use crate::signal::Signal;

/// Who reads it.
struct Pair {
    agent: (&'static str, &'static str),
    customer: (&'static str, &'static str),
}

const fn pair(agent: (&'static str, &'static str), customer: (&'static str, &'static str)) -> Pair {
    Pair { agent, customer }
}

/// A reason for who works with the rules.
pub(super) fn for_agent(code: ReasonCode) -> Wording {
    let (nl, en) = words(code).agent;
    Wording::new(nl, en)
}

/// A reason for the customer.
pub(super) fn for_customer(code: ReasonCode) -> Wording {
    let (nl, en) = words(code).customer;
    Wording::new(nl, en)
}

/// A signal that a rule looked for, as something that the customer said.
pub(super) fn said(signal: &Signal) -> Option<Wording> {
    let (nl, en) = match signal {
        Signal::Bereavement => ("U schreef over een overlijden.", "You wrote about a death."),
        Signal::FinancialHardship => ("U schreef dat betalen lastig is.", "You wrote that paying is hard."),
        Signal::Vulnerability => (
            "U schreef over iets waarbij we extra willen helpen.",
            "You wrote about something that we want to help with.",
        ),
        Signal::LegalThreat => ("U noemde juridische stappen.", "You mentioned legal steps."),
        Signal::MediaThreat => {
            ("U schreef dat u dit openbaar wilt maken.", "You wrote that you want to make this public.")
        }
        Signal::Complaint => ("U bent ergens niet tevreden over.", "You are not satisfied with something."),
        Signal::Churn => ("U denkt erover om te stoppen.", "You are thinking of leaving."),
        Signal::FraudSecurity => ("U meldde mogelijke fraude.", "You reported possible fraud."),
        Signal::Urgent => ("U schreef dat dit niet kan wachten.", "You wrote that this can't wait."),
        Signal::RepeatContact => ("U had hier al eerder contact over.", "You have been in touch about this before."),
        Signal::Misunderstood => ("We begrepen u niet goed.", "We did not understand you well."),
        _ => return None,
    };
    Some(Wording::new(nl, en))
}

fn words(code: ReasonCode) -> Pair {
    match code {
        ReasonCode::HumanOwned => pair(
            ("een medewerker heeft het gesprek", "a person has the conversation"),
            ("Een medewerker helpt u al.", "A person is already helping you."),
        ),
        ReasonCode::Pending => pair(
            ("er is een medewerker onderweg", "a person is on the way"),
            ("Er komt een medewerker aan.", "A person is on the way."),
        ),
        ReasonCode::Crisis => pair(
            ("het bericht wijst op levensgevaar of zelfdoding", "the message signals suicide or a life in danger"),
            ("Wat u schreef, nemen we heel serieus.", "We take what you wrote very seriously."),
        ),
        ReasonCode::Threat => pair(
            ("het bericht bevat een bedreiging", "the message holds a threat"),
            (
                "In uw bericht stond iets dat een medewerker moet lezen.",
                "Your message holds something that a person has to read.",
            ),
        ),
        ReasonCode::ExplicitRequest => pair(
            ("de klant vroeg om een mens", "the customer asked for a person"),
            ("U vroeg om een medewerker.", "You asked for a person."),
        ),
        ReasonCode::CallbackRequest => pair(
            ("de klant wil worden teruggebeld", "the customer wants to be called back"),
            ("U wilde worden teruggebeld.", "You wanted to be called back."),
        ),
        ReasonCode::SupervisorRequest => pair(
            ("de klant vroeg om een leidinggevende", "the customer asked for a supervisor"),
            ("U vroeg om een leidinggevende.", "You asked for a supervisor."),
        ),
        ReasonCode::ImpliedRequest => pair(
            ("de klant bedoelde een mens, zonder het te zeggen", "the customer meant a person without saying so"),
            ("We dachten dat u liever een medewerker sprak.", "We thought that you would rather speak to a person."),
        ),
        ReasonCode::ConditionalRequest => pair(
            (
                "de klant wilde een mens als het misging, en het ging mis",
                "the customer wanted a person if it failed, and it failed",
            ),
            (
                "U wilde een medewerker als het niet lukte. Het lukte niet.",
                "You wanted a person if it did not work. It did not work.",
            ),
        ),
        ReasonCode::OfferAccepted => pair(
            ("de klant ging op het aanbod in", "the customer took up the offer"),
            ("U zei ja op ons aanbod.", "You said yes to our offer."),
        ),
        ReasonCode::OfferDeclined => pair(
            ("de klant wees een mens af", "the customer declined a person"),
            ("U wilde geen medewerker spreken.", "You did not want to speak to a person."),
        ),
        ReasonCode::Contest => pair(
            ("de klant betwist een geautomatiseerd besluit", "the customer contests an automated decision"),
            (
                "U bent het niet eens met een besluit van de computer.",
                "You do not agree with a decision of the computer.",
            ),
        ),
        ReasonCode::FormalComplaint => {
            pair(("een formele klacht", "a formal complaint"), ("U diende een klacht in.", "You filed a complaint."))
        }
        ReasonCode::DataRight => pair(
            ("een privacyrecht; de wettelijke termijn loopt", "a privacy right; the legal time limit runs"),
            ("U vroeg iets over uw gegevens.", "You asked something about your data."),
        ),
        ReasonCode::Rule => pair(
            ("een regel van het beleid", "a rule of the policy"),
            ("Bij dit onderwerp kijkt een medewerker mee.", "A person looks along with this subject."),
        ),
        ReasonCode::Misunderstood => pair(
            ("de klant voelt zich niet begrepen", "the customer feels misunderstood"),
            ("We begrepen u niet goed.", "We did not understand you well."),
        ),
        ReasonCode::Fallback => pair(
            ("de bot had geen antwoord", "the bot had no answer"),
            ("De digitale assistent wist het antwoord niet.", "The digital assistant did not know the answer."),
        ),
        ReasonCode::BotLoop => pair(
            ("de bot viel in herhaling", "the bot repeated itself"),
            ("De digitale assistent viel in herhaling.", "The digital assistant repeated itself."),
        ),
        ReasonCode::AskedAgain => pair(
            ("de klant vroeg hetzelfde opnieuw", "the customer asked the same again"),
            ("U moest het vaker vragen.", "You had to ask more than once."),
        ),
        ReasonCode::RepeatContact => pair(
            ("er was hier al eerder contact over", "there was contact about this before"),
            ("U had hier al eerder contact over.", "You have been in touch about this before."),
        ),
        ReasonCode::ModelFailed => pair(
            ("een model gaf geen antwoord", "a model could not answer"),
            ("Er werkte bij ons iets niet goed.", "Something did not work well on our side."),
        ),
        ReasonCode::FailureCap => pair(
            ("het ging te vaak mis", "it failed too often"),
            ("Het lukte een paar keer niet.", "It failed a few times."),
        ),
        ReasonCode::FrustrationHigh | ReasonCode::FrustrationRising => pair(
            ("de frustratie in het gesprek", "frustration in the conversation"),
            ("Het gesprek liep niet goed.", "The conversation did not go well."),
        ),
        ReasonCode::Hints => pair(
            ("meer dan een hint van ontevredenheid", "more than one hint of dissatisfaction"),
            ("Het leek erop dat we u niet goed hielpen.", "It seemed that we were not helping you well."),
        ),
        ReasonCode::Forecast => pair(
            ("het gesprek dreigt te ontsporen", "the conversation is about to derail"),
            ("Het leek erop dat we u niet goed hielpen.", "It seemed that we were not helping you well."),
        ),
        ReasonCode::LowConfidence | ReasonCode::Ambiguous | ReasonCode::Abstained => pair(
            ("twijfel over de intentie", "doubt about the intent"),
            ("We wisten niet zeker wat u bedoelde.", "We were not sure what you meant."),
        ),
        ReasonCode::ClarifyBudget => pair(
            ("de bot heeft genoeg gevraagd", "the bot has asked often enough"),
            ("We hadden al een paar keer gevraagd wat u bedoelde.", "We had asked a few times what you meant."),
        ),
        ReasonCode::Resolved => pair(
            ("de klant zegt dat het is opgelost", "the customer says that it is solved"),
            ("U schreef dat het is opgelost.", "You wrote that it is solved."),
        ),
        ReasonCode::CoolDown => pair(
            ("tegengehouden: net aangeboden of afgewezen", "held back: offered or declined just before"),
            (
                "We hadden u net al gevraagd of u een medewerker wilde.",
                "We had just asked you whether you wanted a person.",
            ),
        ),
        ReasonCode::Circumstance => pair(
            ("een omstandigheid van het beleid", "a circumstance of the policy"),
            (
                "Zo hebben we dat voor dit soort gesprekken afgesproken.",
                "That is what we agreed on for this kind of conversation.",
            ),
        ),
        ReasonCode::ModeChanged => pair(
            ("een mens is nu niet rechtstreeks te bereiken", "no person can be reached directly now"),
            ("Er was op dat moment niemand vrij.", "Nobody was free at that moment."),
        ),
    }
}
