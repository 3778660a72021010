use super::{ApprovalEvent, IdempotencyKey, Ledger, LedgerKey, LedgerRow, Message, ProposalId, Record};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Keeps records, running totals, events and messages, so that two writers never both win.
///
/// Enough for a table in any database: a row of records with a version, the time to wake and the idempotency key, a
/// row of running totals with a version, events and messages by proposal and number. What each wrong answer costs:
/// - [`commit`](Self::commit) that takes a stale version: an action runs twice, or a vote is lost.
/// - one that writes the record without its messages: an action is approved and never carried out.
/// - one that says [`Swap::Done`] before it is safe on disk: a crash, and an action runs twice.
/// - [`due`](Self::due) that leaves something out: a customer waits for ever.
///
/// [`conformance::approval_store`](crate::conformance::approval_store) finds these out. An async host needs no such
/// trait: it loads, calls [`step`](super::step), and writes the [`Change`] itself; see `examples/async_gate.rs`.
pub trait ApprovalStore: Send + Sync {
    /// Why the store could not answer.
    type Error: std::error::Error + Send + Sync + 'static;

    /// A record with its version, which is at least 1.
    ///
    /// # Errors
    /// The store could not answer.
    fn load(&self, id: &ProposalId) -> Result<Option<Versioned>, Self::Error>;

    /// A running total; what nobody has written is empty, with version 0.
    ///
    /// # Errors
    /// The store could not answer.
    fn ledger(&self, key: &LedgerKey) -> Result<LedgerRow, Self::Error>;

    /// Writes all of a change or nothing, safely, before it answers. Each version it names has to be the one that is
    /// there; each that is written is one more, so that a version never comes back.
    ///
    /// # Errors
    /// The store could not answer; whether it was written is then unknown, and the next load tells.
    fn commit(&self, change: &Change) -> Result<Swap, Self::Error>;

    /// The records whose time to wake has come, earliest first, ties by id; at most `limit`.
    ///
    /// # Errors
    /// The store could not answer.
    fn due(&self, now: u64, limit: usize) -> Result<Vec<ProposalId>, Self::Error>;

    /// The records that are not over, by the time they have to be woken, ties by id, from behind `after` on; at most
    /// `limit`.
    ///
    /// # Errors
    /// The store could not answer.
    fn open(&self, after: Option<&Waiting>, limit: usize) -> Result<Vec<Waiting>, Self::Error>;

    /// Messages that were written and not yet [`sent`](Self::sent), in the order in which they were written; at most
    /// `limit`.
    ///
    /// # Errors
    /// The store could not answer.
    fn outbox(&self, limit: usize) -> Result<Vec<Message>, Self::Error>;

    /// A message has arrived: it leaves the outbox. One that is not there is no mistake.
    ///
    /// # Errors
    /// The store could not answer.
    fn sent(&self, proposal: &ProposalId, number: u32) -> Result<(), Self::Error>;

    /// The events of a record, in order.
    ///
    /// # Errors
    /// The store could not answer.
    fn events(&self, id: &ProposalId) -> Result<Vec<ApprovalEvent>, Self::Error>;
}

macro_rules! forward_store {
    ($($pointer:ty),*) => {$(
        impl<S: ApprovalStore + ?Sized> ApprovalStore for $pointer {
            type Error = S::Error;

            fn load(&self, id: &ProposalId) -> Result<Option<Versioned>, S::Error> {
                (**self).load(id)
            }

            fn ledger(&self, key: &LedgerKey) -> Result<LedgerRow, S::Error> {
                (**self).ledger(key)
            }

            fn commit(&self, change: &Change) -> Result<Swap, S::Error> {
                (**self).commit(change)
            }

            fn due(&self, now: u64, limit: usize) -> Result<Vec<ProposalId>, S::Error> {
                (**self).due(now, limit)
            }

            fn open(&self, after: Option<&Waiting>, limit: usize) -> Result<Vec<Waiting>, S::Error> {
                (**self).open(after, limit)
            }

            fn outbox(&self, limit: usize) -> Result<Vec<Message>, S::Error> {
                (**self).outbox(limit)
            }

            fn sent(&self, proposal: &ProposalId, number: u32) -> Result<(), S::Error> {
                (**self).sent(proposal, number)
            }

            fn events(&self, id: &ProposalId) -> Result<Vec<ApprovalEvent>, S::Error> {
                (**self).events(id)
            }
        }
    )*};
}

forward_store!(&S, Box<S>, Arc<S>);

/// A record with its version in the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versioned {
    /// The version: 1 for the first.
    pub version: u64,
    /// The record.
    pub record: Record,
}

/// What has to be written as one, or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Change {
    /// The version of the record that has to be there; 0 where there must be none yet.
    pub expected: u64,
    /// The record as it will be.
    pub record: Record,
    /// The running totals that change with it.
    pub ledgers: Vec<LedgerPut>,
    /// What happened.
    pub events: Vec<ApprovalEvent>,
    /// What the host has to do or tell.
    pub messages: Vec<Message>,
}

/// A running total as it will be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerPut {
    /// Which.
    pub key: LedgerKey,
    /// The version that has to be there; 0 where there must be none yet.
    pub expected: u64,
    /// What it will be.
    pub ledger: Ledger,
}

/// What a store says to a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Swap {
    /// It is written, and safe.
    Done,
    /// Somebody else was quicker: nothing is written. Load again.
    Conflict,
    /// Another proposal has this idempotency key: nothing is written.
    KeyTaken(ProposalId),
}

/// A record that is not over, and when it has to be woken: the order of a store's listing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Waiting {
    /// When, in milliseconds since the epoch.
    pub wake_at: u64,
    /// Which.
    pub id: ProposalId,
}

/// A store in memory: for tests, for trying out, and for hosts that keep their own copy of what counts. Nothing
/// outlives the process.
///
/// ```
/// use handover::approval::{ApprovalStore, MemoryStore};
///
/// let store = MemoryStore::new();
/// assert_eq!(store.load(&"nothing".into())?, None);
/// assert!(store.due(u64::MAX, 10)?.is_empty());
/// # Ok::<(), std::convert::Infallible>(())
/// ```
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<Tables>);

#[derive(Debug, Default)]
struct Tables {
    records: BTreeMap<ProposalId, Versioned>,
    keys: BTreeMap<IdempotencyKey, ProposalId>,
    ledgers: BTreeMap<LedgerKey, LedgerRow>,
    waiting: BTreeSet<Waiting>,
    events: BTreeMap<ProposalId, Vec<ApprovalEvent>>,
    outbox: BTreeMap<u64, Message>,
    places: BTreeMap<(ProposalId, u32), u64>,
    written: u64,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What [`commit`](ApprovalStore::commit) would say now, without writing: for a store that keeps its own journal
    /// before this one.
    #[must_use]
    pub fn check(&self, change: &Change) -> Swap {
        self.tables().check(change)
    }

    /// A thread that panicked elsewhere leaves the tables as they were: a change is checked before it is written.
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    fn check(&self, change: &Change) -> Swap {
        let there = self.records.get(change.record.id()).map_or(0, |row| row.version);
        let of = |put: &LedgerPut| self.ledgers.get(&put.key).map_or(0, |row| row.version);
        if there != change.expected || change.ledgers.iter().any(|put| of(put) != put.expected) {
            return Swap::Conflict;
        }
        match self.keys.get(change.record.idempotency_key()) {
            Some(other) if other != change.record.id() => Swap::KeyTaken(other.clone()),
            _ => Swap::Done,
        }
    }

    fn write(&mut self, change: &Change) {
        let (id, record) = (change.record.id().clone(), change.record.clone());
        if let Some(wake_at) = self.records.get(&id).and_then(|row| row.record.wake_at()) {
            self.waiting.remove(&Waiting { wake_at, id: id.clone() });
        }
        if let Some(wake_at) = record.wake_at() {
            self.waiting.insert(Waiting { wake_at, id: id.clone() });
        }
        self.keys.insert(record.idempotency_key().clone(), id.clone());
        self.records.insert(id.clone(), Versioned { version: change.expected + 1, record });
        for put in &change.ledgers {
            let row = LedgerRow { version: put.expected + 1, ledger: put.ledger.clone() };
            self.ledgers.insert(put.key.clone(), row);
        }
        self.events.entry(id).or_default().extend(change.events.iter().cloned());
        for message in &change.messages {
            self.places.insert((message.proposal.clone(), message.number), self.written);
            self.outbox.insert(self.written, message.clone());
            self.written += 1;
        }
    }
}

impl ApprovalStore for MemoryStore {
    type Error = Infallible;

    fn load(&self, id: &ProposalId) -> Result<Option<Versioned>, Infallible> {
        Ok(self.tables().records.get(id).cloned())
    }

    fn ledger(&self, key: &LedgerKey) -> Result<LedgerRow, Infallible> {
        Ok(self.tables().ledgers.get(key).cloned().unwrap_or_default())
    }

    fn commit(&self, change: &Change) -> Result<Swap, Infallible> {
        let mut tables = self.tables();
        let swap = tables.check(change);
        if swap == Swap::Done {
            tables.write(change);
        }
        Ok(swap)
    }

    fn due(&self, now: u64, limit: usize) -> Result<Vec<ProposalId>, Infallible> {
        let tables = self.tables();
        let due = tables.waiting.iter().take_while(|waiting| waiting.wake_at <= now);
        Ok(due.take(limit).map(|waiting| waiting.id.clone()).collect())
    }

    fn open(&self, after: Option<&Waiting>, limit: usize) -> Result<Vec<Waiting>, Infallible> {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = after.map_or(Unbounded, Excluded);
        Ok(self.tables().waiting.range((from, Unbounded)).take(limit).cloned().collect())
    }

    fn outbox(&self, limit: usize) -> Result<Vec<Message>, Infallible> {
        Ok(self.tables().outbox.values().take(limit).cloned().collect())
    }

    fn sent(&self, proposal: &ProposalId, number: u32) -> Result<(), Infallible> {
        let mut tables = self.tables();
        if let Some(place) = tables.places.remove(&(proposal.clone(), number)) {
            tables.outbox.remove(&place);
        }
        Ok(())
    }

    fn events(&self, id: &ProposalId) -> Result<Vec<ApprovalEvent>, Infallible> {
        Ok(self.tables().events.get(id).cloned().unwrap_or_default())
    }
}
