//! From a case of the joined document to situations of the real one.

use super::joined::SWITCH;
use crate::conversation::Situation;
use crate::policy::Spec;
use crate::policy::cells::Cells;
use crate::policy::logic::{Alternative, Atoms, alternatives};
use crate::signal::Signals;

/// Ways in which rules match that are tried at most, and pairs of them.
const MOST_WAYS: usize = 8000;
const MOST_PAIRS: usize = 4000;

/// A situation for each way in which rules of a document can match, alone and two together.
#[derive(Debug)]
pub(super) struct Real(Vec<Situation>);

impl Real {
    pub(super) fn of(spec: &Spec) -> Self {
        let mut atoms = Atoms::default();
        let rules = spec.rules.iter().chain(&spec.circumstances);
        let ways: Vec<Alternative> =
            rules.flat_map(|rule| alternatives(&rule.when, &mut atoms).unwrap_or_default()).collect();
        let Some(cells) = Cells::of(&atoms, spec) else { return Self(Vec::new()) };
        let sample = |parts: &[&Alternative]| {
            let given = cells.given(parts.iter().flat_map(|part| part.iter()))?;
            cells.sample(&given)
        };
        let mut samples: Vec<Situation> = ways.iter().take(MOST_WAYS).filter_map(|way| sample(&[way])).collect();
        // Two together only in small documents: with many rules the pairs grow past what a proof may cost.
        if ways.len() * ways.len() <= MOST_PAIRS {
            let pairs =
                ways.iter().enumerate().flat_map(|(at, way)| ways.iter().skip(at + 1).map(move |other| [way, other]));
            samples.extend(pairs.filter_map(|pair| sample(&pair)));
        }
        Self(samples)
    }

    /// Situations that are like a case, without rules first, then with those that each rule wants.
    pub(super) fn cases<'c>(&'c self, case: &'c Situation) -> impl Iterator<Item = Situation> + 'c {
        let mut bare = case.clone();
        bare.attributes.retain(|name, _| !name.starts_with(SWITCH));
        let alone = bare.clone();
        let with =
            self.0.iter().flat_map(move |sample| [laid_over(&bare, sample, true), laid_over(&bare, sample, false)]);
        std::iter::once(alone).chain(with)
    }
}

/// What a rule wants where the case leaves it open; with `first`, also where it does not.
fn laid_over(case: &Situation, sample: &Situation, first: bool) -> Situation {
    let usual = Situation::default();
    let mut now = case.clone();
    now.attributes.extend(sample.attributes.clone());
    let said =
        case.signals.findings().iter().chain(sample.signals.findings().iter().filter(|f| !case.signals.has(&f.signal)));
    now.signals = Signals::from(said.cloned().collect::<Vec<_>>());
    macro_rules! take {
        ($($($field:ident).+),*) => {$(
            let open = case.$($field).+ == usual.$($field).+;
            if (open || first) && sample.$($field).+ != usual.$($field).+ {
                now.$($field).+.clone_from(&sample.$($field).+);
            }
        )*};
    }
    take!(
        local,
        channel,
        language,
        owner,
        first_noticed,
        emotion,
        valence,
        intensity,
        frustration,
        hints,
        intent,
        failures.now,
        failures.recent,
        failures.fallbacks,
        failures.own_repeats,
        failures.bot_repeated,
        failures.models,
        clarifications,
        stuck,
        offers,
        open_offer,
        reply,
        decline,
        since_offer,
        armed,
        prior_contacts,
        stage,
        silence,
        customer_turns,
        availability
    );
    now
}
