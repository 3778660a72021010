//! Cases, gone through in a fixed order: every value of each dimension with every value of the others.

use super::joined::{Effects, outcome_switch, switch_off};
use crate::conversation::Situation;
use crate::signal::{Finding, Shade, Signal, Signals};
use std::sync::Arc;

/// Gives a situation one value of a dimension, whatever it had before.
pub(super) type Setting = Box<dyn Fn(&mut Situation)>;

/// One value for each of some things that are independent.
pub(super) struct Grid(Vec<Vec<Setting>>);

impl Grid {
    /// The last dimension changes fastest: what is cheapest to set belongs there.
    pub(super) fn of(dimensions: impl IntoIterator<Item = Vec<Setting>>) -> Self {
        Self(dimensions.into_iter().filter(|dimension| !dimension.is_empty()).collect())
    }

    /// How many cases there are.
    pub(super) fn cases(&self) -> u64 {
        self.0.iter().map(|dimension| dimension.len() as u64).product()
    }

    /// Calls `visit` with every case.
    pub(super) fn each(&self, visit: &mut dyn FnMut(&Situation)) {
        let mut now = Situation::default();
        walk(&self.0, &mut now, visit);
    }
}

fn walk(dimensions: &[Vec<Setting>], now: &mut Situation, visit: &mut dyn FnMut(&Situation)) {
    let Some((first, rest)) = dimensions.split_first() else { return visit(now) };
    for set in first {
        set(now);
        walk(rest, now, visit);
    }
}

/// A dimension from values and what sets one.
pub(super) fn over<T: Clone + 'static>(
    values: impl IntoIterator<Item = T>,
    set: impl Fn(&mut Situation, &T) + Clone + 'static,
) -> Vec<Setting> {
    let setting = |value: T| {
        let set = set.clone();
        Box::new(move |now: &mut Situation| set(now, &value)) as Setting
    };
    values.into_iter().map(setting).collect()
}

/// Something said, or not.
pub(super) type Said = Option<(Signal, Option<Shade>)>;

/// A message that holds one of each list.
pub(super) fn said(lists: &[&[Said]]) -> Vec<Setting> {
    let mut messages: Vec<Vec<Finding>> = vec![Vec::new()];
    for list in lists {
        let longer = messages.iter().flat_map(|message| {
            list.iter().map(move |said| message.iter().cloned().chain(said.clone().map(finding)).collect())
        });
        messages = longer.collect();
    }
    over(messages.into_iter().map(Signals::from).collect::<Vec<_>>(), |now, signals| now.signals.clone_from(signals))
}

pub(in crate::policy) fn finding((signal, shade): (Signal, Option<Shade>)) -> Finding {
    Finding { signal, shade, score: 1.0, holds: true, evidence: Vec::new() }
}

/// The wishes that a customer may utter.
pub(super) fn wishes() -> Vec<Said> {
    let shades = [
        None,
        Some(Shade::Callback),
        Some(Shade::Supervisor),
        Some(Shade::Phone),
        Some(Shade::Implied),
        Some(Shade::Conditional),
    ];
    std::iter::once(None).chain(shades.map(|shade| Some((Signal::HumanRequest, shade)))).collect()
}

/// A signal, or nothing.
pub(super) fn maybe(signals: &[Signal]) -> Vec<Said> {
    std::iter::once(None).chain(signals.iter().map(|signal| Some((signal.clone(), None)))).collect()
}

/// The strongest outcome that rules of a layer give: none, or one that the document has.
pub(super) fn rules(effects: &Effects, late: bool) -> Vec<Setting> {
    let prefix = if late { "~late:" } else { "~rule:" };
    let switches =
        effects.outcomes.iter().filter(|(of, _)| *of == late).map(|(_, outcome)| outcome_switch(late, *outcome));
    let values: Vec<Option<Arc<str>>> = std::iter::once(None).chain(switches.map(Some)).collect();
    over(values, move |now, switch| {
        switch_off(now, prefix);
        now.attributes.extend(switch.iter().map(|switch| (Arc::clone(switch), Arc::from("on"))));
    })
}
