//! Approvals in SQLite: an [`ApprovalStore`] for a host on a single machine, whose processes share one file.
//!
//! Every change is one transaction that takes the write lock before it looks at a version, and is on disk before it
//! answers (`synchronous = FULL`). Bodies are framed with a checksum, so that a damaged row is an error and never
//! another approval.
//!
//! ```no_run
//! use handover::approval::Gate;
//! # fn gate(rules: handover::approval::ApprovalRules, staff: handover::approval::StaffList) -> Result<(), handover_store::StoreError> {
//! let store = handover_store::SqliteStore::open("approvals.db".as_ref())?;
//! let gate = Gate::new(store, rules, staff);
//! # drop(gate);
//! # Ok(())
//! # }
//! ```

use handover::approval::{
    ApprovalEvent, ApprovalStore, Change, IdempotencyKey, JournalError, LedgerKey, LedgerRow, Message, ProposalId,
    Record, Swap, Versioned, Waiting, frame, recover,
};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a write waits for another process to finish its own.
const PATIENCE: Duration = Duration::from_secs(60);

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS records (
        id TEXT PRIMARY KEY, version INTEGER NOT NULL, wake_at INTEGER, key TEXT NOT NULL UNIQUE, body TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS waiting ON records (wake_at, id) WHERE wake_at IS NOT NULL;
    CREATE TABLE IF NOT EXISTS ledgers (
        key TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS events (
        proposal TEXT NOT NULL, number INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (proposal, number)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS outbox (
        place INTEGER PRIMARY KEY AUTOINCREMENT, proposal TEXT NOT NULL, number INTEGER NOT NULL, body TEXT NOT NULL,
        UNIQUE (proposal, number)
    );
";

/// Why the store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database.
    #[error("the database could not answer: {0}")]
    Database(#[from] rusqlite::Error),
    /// A row that is no longer what was written.
    #[error("a row is damaged: {0}")]
    Damaged(#[from] JournalError),
    /// A row that says something else than it should.
    #[error("a row could not be read: {0}")]
    Form(#[from] serde_json::Error),
    /// A row that holds nothing.
    #[error("a row is empty or cut off")]
    Empty,
}

/// The store.
#[derive(Debug)]
pub struct SqliteStore(Mutex<Connection>);

impl SqliteStore {
    /// Opens a database file, and makes it if there is none. Several processes may have it open.
    ///
    /// # Errors
    /// It can't be opened, or is no database.
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        let connection = Connection::open(file)?;
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Mutex::new(connection)))
    }

    /// A thread that panicked left no transaction open: dropping one rolls it back.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A value with its checksum.
fn written(value: &impl Serialize) -> Result<String, StoreError> {
    Ok(frame(0, &serde_json::to_string(value)?))
}

fn read<T: DeserializeOwned>(body: &str) -> Result<T, StoreError> {
    let recovered = recover(body.as_bytes())?;
    let payload = recovered.payloads.first().filter(|_| recovered.torn == 0).ok_or(StoreError::Empty)?;
    Ok(serde_json::from_str(payload)?)
}

/// SQLite's whole numbers have a sign: a time beyond the year 292 million is as good as the last one it knows.
fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn version(transaction: &Transaction<'_>, table: &str, column: &str, key: &str) -> Result<u64, StoreError> {
    let query = format!("SELECT version FROM {table} WHERE {column} = ?1");
    let found: Option<i64> = transaction.prepare_cached(&query)?.query_row([key], |row| row.get(0)).optional()?;
    Ok(found.map_or(0, unsigned))
}

/// Whether the change fits what is there.
fn check(transaction: &Transaction<'_>, change: &Change) -> Result<Swap, StoreError> {
    if version(transaction, "records", "id", change.record.id().as_str())? != change.expected {
        return Ok(Swap::Conflict);
    }
    for put in &change.ledgers {
        if version(transaction, "ledgers", "key", &ledger_key(&put.key)?)? != put.expected {
            return Ok(Swap::Conflict);
        }
    }
    let holder = holder(transaction, change.record.idempotency_key())?;
    match holder.filter(|holder| holder != change.record.id()) {
        Some(other) => Ok(Swap::KeyTaken(other)),
        None => Ok(Swap::Done),
    }
}

fn holder(transaction: &Transaction<'_>, key: &IdempotencyKey) -> Result<Option<ProposalId>, StoreError> {
    let mut query = transaction.prepare_cached("SELECT id FROM records WHERE key = ?1")?;
    let id: Option<String> = query.query_row([key.as_str()], |row| row.get(0)).optional()?;
    Ok(id.map(|id| ProposalId::from(id.as_str())))
}

fn ledger_key(key: &LedgerKey) -> Result<String, StoreError> {
    Ok(serde_json::to_string(key)?)
}

fn write(transaction: &Transaction<'_>, change: &Change) -> Result<(), StoreError> {
    let record = &change.record;
    let id = record.id().as_str();
    transaction
        .prepare_cached("INSERT OR REPLACE INTO records (id, version, wake_at, key, body) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            id,
            number(change.expected + 1),
            record.wake_at().map(number),
            record.idempotency_key().as_str(),
            written(record)?
        ])?;
    for put in &change.ledgers {
        transaction
            .prepare_cached("INSERT OR REPLACE INTO ledgers (key, version, body) VALUES (?1, ?2, ?3)")?
            .execute(params![ledger_key(&put.key)?, number(put.expected + 1), written(&put.ledger)?])?;
    }
    for event in &change.events {
        transaction
            .prepare_cached("INSERT INTO events (proposal, number, body) VALUES (?1, ?2, ?3)")?
            .execute(params![id, event.number, written(event)?])?;
    }
    for message in &change.messages {
        transaction
            .prepare_cached("INSERT INTO outbox (proposal, number, body) VALUES (?1, ?2, ?3)")?
            .execute(params![id, message.number, written(message)?])?;
    }
    Ok(())
}

impl ApprovalStore for SqliteStore {
    type Error = StoreError;

    fn load(&self, id: &ProposalId) -> Result<Option<Versioned>, StoreError> {
        let connection = self.connection();
        let mut query = connection.prepare_cached("SELECT version, body FROM records WHERE id = ?1")?;
        let row: Option<(i64, String)> =
            query.query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        row.map(|(version, body)| Ok(Versioned { version: unsigned(version), record: read::<Record>(&body)? }))
            .transpose()
    }

    fn ledger(&self, key: &LedgerKey) -> Result<LedgerRow, StoreError> {
        let connection = self.connection();
        let mut query = connection.prepare_cached("SELECT version, body FROM ledgers WHERE key = ?1")?;
        let row: Option<(i64, String)> =
            query.query_row([ledger_key(key)?], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        row.map_or(Ok(LedgerRow::default()), |(version, body)| {
            Ok(LedgerRow { version: unsigned(version), ledger: read(&body)? })
        })
    }

    fn commit(&self, change: &Change) -> Result<Swap, StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let swap = check(&transaction, change)?;
        if swap == Swap::Done {
            write(&transaction, change)?;
            transaction.commit()?;
        }
        Ok(swap)
    }

    fn due(&self, now: u64, limit: usize) -> Result<Vec<ProposalId>, StoreError> {
        let connection = self.connection();
        let mut query = connection
            .prepare_cached("SELECT id FROM records WHERE wake_at <= ?1 ORDER BY wake_at, id LIMIT ?2")?;
        let rows = query.query_map(params![number(now), number(limit as u64)], |row| row.get::<_, String>(0))?;
        rows.map(|id| Ok(ProposalId::from(id?.as_str()))).collect()
    }

    fn open(&self, after: Option<&Waiting>, limit: usize) -> Result<Vec<Waiting>, StoreError> {
        let connection = self.connection();
        let mut query = connection.prepare_cached(
            "SELECT wake_at, id FROM records WHERE wake_at IS NOT NULL AND (wake_at, id) > (?1, ?2)
             ORDER BY wake_at, id LIMIT ?3",
        )?;
        let (at, id) = after.map_or((-1, ""), |after| (number(after.wake_at), after.id.as_str()));
        let rows = query.query_map(params![at, id, number(limit as u64)], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        })?;
        rows.map(|row| {
            let (wake_at, id) = row?;
            Ok(Waiting { wake_at: unsigned(wake_at), id: id.as_str().into() })
        })
        .collect()
    }

    fn outbox(&self, limit: usize) -> Result<Vec<Message>, StoreError> {
        let connection = self.connection();
        let mut query = connection.prepare_cached("SELECT body FROM outbox ORDER BY place LIMIT ?1")?;
        let rows = query.query_map([number(limit as u64)], |row| row.get::<_, String>(0))?;
        rows.map(|body| read(&body?)).collect()
    }

    fn sent(&self, proposal: &ProposalId, number: u32) -> Result<(), StoreError> {
        let connection = self.connection();
        let mut query = connection.prepare_cached("DELETE FROM outbox WHERE proposal = ?1 AND number = ?2")?;
        query.execute(params![proposal.as_str(), number])?;
        Ok(())
    }

    fn events(&self, id: &ProposalId) -> Result<Vec<ApprovalEvent>, StoreError> {
        let connection = self.connection();
        let mut query = connection.prepare_cached("SELECT body FROM events WHERE proposal = ?1 ORDER BY number")?;
        let rows = query.query_map([id.as_str()], |row| row.get::<_, String>(0))?;
        rows.map(|body| read(&body?)).collect()
    }
}
