//! The names that documents have for the values of the crate's own types.

use crate::conversation::{Owner, Reply};
use crate::emotion::Valence;
use crate::escalation::{Outcome, Priority, Style, Withhold};
use crate::frustration::Band;
use crate::signal::Shade;
use crate::text::Lang;

/// The name of a value in its table.
pub(crate) fn name_of<T: PartialEq>(table: &[(&'static str, T)], value: &T) -> &'static str {
    table.iter().find(|(_, other)| other == value).map_or("?", |(name, _)| name)
}

pub(crate) const OUTCOMES: [(&str, Outcome); 4] = [
    ("continue", Outcome::Continue),
    ("clarify", Outcome::Clarify),
    ("offer_human", Outcome::OfferHuman),
    ("hand_over", Outcome::HandOver),
];
pub(crate) const WITHHOLD: [(&str, Withhold); 4] = [
    ("retention_offer", Withhold::RetentionOffer),
    ("survey", Withhold::Survey),
    ("upsell", Withhold::Upsell),
    ("generic_steps", Withhold::GenericSteps),
];
pub(crate) const STYLES: [(&str, Style); 5] = [
    ("acknowledge", Style::Acknowledge),
    ("plain", Style::Plain),
    ("short", Style::Short),
    ("calm", Style::Calm),
    ("formal", Style::Formal),
];
pub(crate) const SHADES: [(&str, Shade); 7] = [
    ("callback", Shade::Callback),
    ("supervisor", Shade::Supervisor),
    ("phone", Shade::Phone),
    ("implied", Shade::Implied),
    ("conditional", Shade::Conditional),
    ("contest", Shade::Contest),
    ("formal", Shade::Formal),
];
pub(crate) const VALENCES: [(&str, Valence); 3] = [("neg", Valence::Neg), ("neu", Valence::Neu), ("pos", Valence::Pos)];
pub(crate) const BANDS: [(&str, Band); 3] = [("low", Band::Low), ("rising", Band::Rising), ("high", Band::High)];
pub(crate) const OWNERS: [(&str, Owner); 3] =
    [("bot", Owner::Bot), ("pending", Owner::Pending), ("human", Owner::Human)];
pub(crate) const REPLIES: [(&str, Reply); 2] = [("yes", Reply::Yes), ("no", Reply::No)];
pub(crate) const LANGS: [(&str, Lang); 2] = [("nl", Lang::Nl), ("en", Lang::En)];

pub(crate) const PRIORITIES: [(&str, Priority); 3] =
    [("normal", Priority::Normal), ("high", Priority::High), ("urgent", Priority::Urgent)];
