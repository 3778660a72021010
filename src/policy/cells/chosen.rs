//! What can be so beside anything else: which signals a situation has to hold, and which queues have to be busy, so that
//! what is given is so.

use crate::conversation::{QueueState, Situation};
use crate::policy::{Fact, Test};
use crate::signal::{Finding, Shade, Signal, Signals};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Signals that hold and queues that are busy, and those that must not.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    now: BTreeMap<Signal, Option<Shade>>,
    before: BTreeSet<Signal>,
    busy: BTreeSet<Arc<str>>,
    not_now: BTreeSet<Signal>,
    not_before: BTreeSet<Signal>,
    not_shade: BTreeSet<Shade>,
    not_busy: BTreeSet<Arc<str>>,
}

impl Chosen {
    /// A choice that gives every test what it asks for; nothing where there is none.
    pub(super) fn of<'t>(
        holding: impl Iterator<Item = &'t Test> + Clone,
        failing: impl Iterator<Item = &'t Test>,
    ) -> Option<Self> {
        let mut chosen = Self::default();
        failing.for_each(|test| chosen.forbid(test));
        let shades = holding.clone().filter_map(|test| match test {
            Test::Shade(shades) => Some(shades.as_slice()),
            _ => None,
        });
        chosen.shades(&shades.collect::<Vec<_>>())?;
        // What holds now was noticed too: so what is only asked of the past comes last.
        holding.clone().try_for_each(|test| chosen.want_now(test))?;
        holding.into_iter().try_for_each(|test| chosen.want_ever(test))?;
        Some(chosen)
    }

    fn forbid(&mut self, test: &Test) {
        match test {
            Test::Signal(signals) => self.not_now.extend(signals.iter().cloned()),
            Test::SignalSoFar(signals) => {
                self.not_now.extend(signals.iter().cloned());
                self.not_before.extend(signals.iter().cloned());
            }
            Test::Shade(shades) => self.not_shade.extend(shades.iter().copied()),
            Test::Fact(Fact::Misunderstood, _) => drop(self.not_now.insert(Signal::Misunderstood)),
            Test::Busy(queues) => self.not_busy.extend(queues.iter().cloned()),
            _ => {}
        }
    }

    /// A signal has one shade: chooses at most one of each signal's, so that every list has one of them.
    fn shades(&mut self, wanted: &[&[Shade]]) -> Option<()> {
        let of = |signal: &Signal| -> Vec<Option<Shade>> {
            let free = |shade: &Shade| {
                bearer(*shade) == *signal && !self.not_shade.contains(shade) && !self.not_now.contains(signal)
            };
            std::iter::once(None).chain(Shade::ALL.into_iter().filter(free).map(Some)).collect()
        };
        let [wishes, rights, complaints] =
            [Signal::HumanRequest, Signal::DataRights, Signal::Complaint].map(|s| of(&s));
        let choices = wishes.iter().flat_map(|wish| {
            rights.iter().flat_map(|right| complaints.iter().map(|complaint| [*wish, *right, *complaint]))
        });
        let fits = |choice: &[Option<Shade>; 3]| {
            wanted.iter().all(|list| choice.iter().flatten().any(|shade| list.contains(shade)))
        };
        let choice = choices.into_iter().find(fits)?;
        self.now.extend(choice.into_iter().flatten().map(|shade| (bearer(shade), Some(shade))));
        Some(())
    }

    /// Chooses a signal or a queue that gives a test what it wants, one that is there already if possible.
    fn want_now(&mut self, test: &Test) -> Option<()> {
        match test {
            Test::Signal(signals) => self.want_signal(signals),
            Test::Fact(Fact::Misunderstood, _) => self.want_signal(&[Signal::Misunderstood]),
            Test::Busy(queues) if queues.iter().any(|queue| self.busy.contains(queue)) => Some(()),
            Test::Busy(queues) => {
                let queue = queues.iter().find(|queue| !self.not_busy.contains(*queue))?;
                self.busy.insert(Arc::clone(queue));
                Some(())
            }
            _ => Some(()),
        }
    }

    fn want_signal(&mut self, signals: &[Signal]) -> Option<()> {
        if !signals.iter().any(|signal| self.now.contains_key(signal)) {
            let signal = signals.iter().find(|signal| !self.not_now.contains(signal))?;
            self.now.insert(signal.clone(), None);
        }
        Some(())
    }

    fn want_ever(&mut self, test: &Test) -> Option<()> {
        let Test::SignalSoFar(signals) = test else { return Some(()) };
        let there = |signal: &Signal| self.now.contains_key(signal) || self.before.contains(signal);
        if !signals.iter().any(there) {
            let signal = signals.iter().find(|signal| !self.not_before.contains(signal))?;
            self.before.insert(signal.clone());
        }
        Some(())
    }

    pub(super) fn put_into(self, now: &mut Situation) {
        let turn = now.turn;
        now.first_noticed = self.before.into_iter().map(|signal| (signal, (0, 0))).collect();
        for signal in self.now.keys() {
            now.first_noticed.entry(signal.clone()).or_insert((turn, 0));
        }
        let finding = |(signal, shade)| Finding { signal, shade, score: 1.0, holds: true, evidence: Vec::new() };
        now.signals = Signals::from(self.now.into_iter().map(finding).collect::<Vec<_>>());
        now.failures.misunderstood = now.signals.has(&Signal::Misunderstood);
        let full = QueueState { free: 0, wait: None, ..QueueState::open() };
        now.availability.queues.extend(self.busy.into_iter().map(|queue| (queue, full)));
    }
}

/// The signal that a shade is one of.
const fn bearer(shade: Shade) -> Signal {
    match shade {
        Shade::Contest => Signal::DataRights,
        Shade::Formal => Signal::Complaint,
        _ => Signal::HumanRequest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(holding: &[Test], failing: &[Test]) -> Option<Situation> {
        let mut now = Situation::default();
        Chosen::of(holding.iter(), failing.iter())?.put_into(&mut now);
        Some(now)
    }

    #[test]
    fn a_wish_has_one_shade() {
        let shade = |shades: &[Shade]| Test::Shade(shades.to_vec());
        assert!(chosen(&[shade(&[Shade::Callback]), shade(&[Shade::Implied])], &[]).is_none());
        let both = [shade(&[Shade::Implied, Shade::Phone]), shade(&[Shade::Callback, Shade::Phone])];
        assert_eq!(chosen(&both, &[]).unwrap().signals.get(&Signal::HumanRequest).unwrap().shade, Some(Shade::Phone));
        assert!(chosen(&both, &[shade(&[Shade::Phone])]).is_none());
        let apart = [shade(&[Shade::Callback]), shade(&[Shade::Contest]), shade(&[Shade::Formal])];
        assert_eq!(chosen(&apart, &[]).unwrap().signals.holding().count(), 3);
        assert!(chosen(&apart, &[Test::Signal(vec![Signal::DataRights])]).is_none());
    }

    #[test]
    fn any_queues_may_be_busy() {
        let busy = |names: &[&str]| Test::Busy(names.iter().map(|name| Arc::from(*name)).collect());
        let two = [busy(&["a"]), busy(&["b", "c"])];
        let now = chosen(&two, &[busy(&["b", "d", "e", "f", "g", "h", "i", "j", "k"])]).unwrap();
        assert_eq!(now.availability.queues.keys().map(|name| &**name).collect::<Vec<_>>(), ["a", "c"]);
        assert!(chosen(&two, &[busy(&["b"]), busy(&["c"])]).is_none());
    }
}
