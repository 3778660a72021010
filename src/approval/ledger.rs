use super::{Currency, ProposalId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most entries that a ledger holds; what comes on top is over the budget. A bound, so that no customer's row
/// grows without end.
pub(crate) const LONGEST_LEDGER: usize = 1_000;

/// Which running total: of one rule's budget, for one customer, one proposer, or everybody.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LedgerKey {
    /// The rule whose budget it is.
    pub rule: Arc<str>,
    /// Whom it is counted for; nothing where it is for everybody.
    pub holder: Option<Holder>,
    /// The currency, where amounts are counted.
    pub currency: Option<Currency>,
}

/// Whom a budget is counted for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// A customer.
    Customer(super::CustomerRef),
    /// A proposer.
    Proposer(super::Principal),
}

/// How much may pass in a window of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Limit {
    /// The window, in milliseconds: it rolls, so that nothing resets at midnight.
    pub window: u64,
    /// The most in minor units, where amounts are counted.
    pub most: Option<u64>,
    /// The most items, where they are counted.
    pub times: Option<u32>,
}

/// What passed by a rule of late. Kept beside the records, and changed only in the same swap as one of them, so that
/// two small refunds at once can't both find room.
///
/// ```
/// use handover::approval::{Ledger, Limit};
///
/// let day = Limit { window: 86_400_000, most: Some(10_000), times: None };
/// let mut ledger = Ledger::default();
/// assert!(ledger.reserve("p-1".into(), 6_000, 1, day, 0));
/// assert!(!ledger.reserve("p-2".into(), 6_000, 1, day, 1)); // 120 euro in a day is too much
/// assert!(ledger.reserve("p-2".into(), 6_000, 1, day, 86_400_000)); // a day later it is not
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ledger(Vec<Entry>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
struct Entry {
    proposal: ProposalId,
    at: u64,
    minor: u64,
    items: u32,
}

impl Ledger {
    /// Takes `minor` and `items` out of the budget for a proposal, if they fit; forgets what has left the window.
    /// Linear in the entries of a window.
    #[must_use]
    pub fn reserve(&mut self, proposal: ProposalId, minor: u64, items: u32, limit: Limit, now: u64) -> bool {
        self.0.retain(|entry| entry.at.saturating_add(limit.window) > now);
        let used = self.0.iter().fold(minor, |sum, entry| sum.saturating_add(entry.minor));
        let times = self.0.iter().fold(items, |sum, entry| sum.saturating_add(entry.items));
        let fits = limit.most.is_none_or(|most| used <= most)
            && limit.times.is_none_or(|most| times <= most)
            && self.0.len() < LONGEST_LEDGER;
        if fits {
            self.0.push(Entry { proposal, at: now, minor, items });
        }
        fits
    }

    /// Gives back what a proposal had reserved: it will not run. Whether there was anything.
    pub fn release(&mut self, proposal: &ProposalId) -> bool {
        let before = self.0.len();
        self.0.retain(|entry| entry.proposal != *proposal);
        self.0.len() < before
    }

    /// What is taken in the window that ends at `now`: minor units, and items.
    #[must_use]
    pub fn used(&self, window: u64, now: u64) -> (u64, u32) {
        let within = self.0.iter().filter(|entry| entry.at.saturating_add(window) > now);
        within.fold((0, 0), |(minor, items), e| (minor.saturating_add(e.minor), items.saturating_add(e.items)))
    }
}

/// A ledger with its version in the store; 0 is one that nobody has written yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LedgerRow {
    /// The version.
    pub version: u64,
    /// The ledger.
    pub ledger: Ledger,
}

/// The running totals that a step needs, as the store has them. One that is missing is empty.
pub type LedgerRows = BTreeMap<LedgerKey, LedgerRow>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_never_grows_without_end() {
        let free = Limit { window: 10, most: None, times: None };
        let mut ledger = Ledger::default();
        let taken = (0..LONGEST_LEDGER + 5).filter(|n| ledger.reserve(format!("p{n}").as_str().into(), 1, 1, free, 0));
        assert_eq!(taken.count(), LONGEST_LEDGER);
        assert!(ledger.reserve("later".into(), 1, 1, free, 10));
        assert_eq!(ledger.used(10, 10), (1, 1));
    }

    #[test]
    fn what_is_released_may_be_used_again() {
        let twice = Limit { window: 10, most: None, times: Some(2) };
        let mut ledger = Ledger::default();
        assert!(ledger.reserve("a".into(), 1, 1, twice, 0) && ledger.reserve("b".into(), 1, 1, twice, 0));
        assert!(!ledger.reserve("c".into(), 1, 1, twice, 0));
        assert!(ledger.release(&"a".into()) && !ledger.release(&"a".into()));
        assert!(ledger.reserve("c".into(), 1, 1, twice, 0));
    }

    #[test]
    fn sums_do_not_wrap_round() {
        let limit = Limit { window: u64::MAX, most: Some(u64::MAX - 1), times: None };
        let mut ledger = Ledger::default();
        assert!(!ledger.reserve("a".into(), u64::MAX, 1, limit, 0));
        assert!(ledger.reserve("b".into(), 5, 1, limit, 0));
        assert!(!ledger.reserve("c".into(), u64::MAX, 1, limit, 0));
    }
}
