use super::{Flags, Names, Outcome, Priority, Style, Withhold};
use crate::conversation::Situation;
use crate::signal::{Evidence, Signal};
use std::sync::Arc;

/// What a rule of a policy calls for at least, ready for the ladder.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Floor {
    pub(crate) id: Arc<str>,
    pub(crate) outcome: Outcome,
    pub(crate) queue: Option<Arc<str>>,
    pub(crate) priority: Priority,
    pub(crate) skills: Names,
    /// The person calls back, where the conversation would be passed on live.
    pub(crate) call_back: bool,
    pub(crate) withhold: Flags<Withhold>,
    pub(crate) style: Flags<Style>,
    pub(crate) notices: Names,
    pub(crate) shown_by: ShownBy,
}

/// Where the words stand that show why a rule matched.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ShownBy {
    pub(crate) signals: Vec<Signal>,
    pub(crate) feeling: bool,
    pub(crate) hints: bool,
}

impl ShownBy {
    /// The words of this situation, those of signals first.
    pub(crate) fn evidence<'s>(&'s self, now: &'s Situation) -> impl Iterator<Item = &'s Evidence> {
        let signals = self.signals.iter().filter_map(|signal| now.signals.get(signal));
        let feeling = if self.feeling { now.feeling_evidence.as_slice() } else { &[] };
        let hints = if self.hints { now.hint_evidence.as_slice() } else { &[] };
        signals.flat_map(|finding| &finding.evidence).chain(feeling).chain(hints)
    }
}
