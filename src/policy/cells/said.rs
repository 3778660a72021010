//! Which signals a situation has to hold so that what is given is so.

use crate::conversation::Situation;
use crate::policy::{Fact, Test};
use crate::signal::{Finding, Shade, Signal, Signals};
use std::collections::{BTreeMap, BTreeSet};

/// Signals that hold, and those that must not.
#[derive(Debug, Default)]
pub(super) struct Said {
    now: BTreeMap<Signal, Option<Shade>>,
    before: BTreeSet<Signal>,
    not_now: BTreeSet<Signal>,
    not_before: BTreeSet<Signal>,
    not_shade: BTreeSet<Shade>,
}

impl Said {
    pub(super) fn forbid(&mut self, test: &Test) {
        match test {
            Test::Signal(signals) => self.not_now.extend(signals.iter().cloned()),
            Test::SignalSoFar(signals) => {
                self.not_now.extend(signals.iter().cloned());
                self.not_before.extend(signals.iter().cloned());
            }
            Test::Shade(shades) => self.not_shade.extend(shades.iter().copied()),
            Test::Fact(Fact::Misunderstood, _) => drop(self.not_now.insert(Signal::Misunderstood)),
            _ => {}
        }
    }

    /// Chooses a signal that gives a test what it wants, one that is there already if possible.
    pub(super) fn want(&mut self, test: &Test) -> Option<()> {
        match test {
            Test::Signal(signals) if signals.iter().any(|signal| self.now.contains_key(signal)) => {}
            Test::Signal(signals) => {
                let signal = signals.iter().find(|signal| !self.not_now.contains(signal))?;
                self.now.insert(signal.clone(), None);
            }
            Test::SignalSoFar(signals) => {
                let there = |signal: &Signal| self.now.contains_key(signal) || self.before.contains(signal);
                if !signals.iter().any(there) {
                    let signal = signals.iter().find(|signal| !self.not_before.contains(signal))?;
                    self.before.insert(signal.clone());
                }
            }
            Test::Shade(shades) => {
                let there = self.now.values().flatten().any(|shade| shades.contains(shade));
                if !there {
                    let free =
                        |shade: &&Shade| !self.not_shade.contains(shade) && !self.not_now.contains(&bearer(**shade));
                    let shade = shades.iter().find(free)?;
                    self.now.insert(bearer(*shade), Some(*shade));
                }
            }
            Test::Fact(Fact::Misunderstood, _) => {
                if self.not_now.contains(&Signal::Misunderstood) {
                    return None;
                }
                self.now.insert(Signal::Misunderstood, None);
            }
            _ => {}
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
