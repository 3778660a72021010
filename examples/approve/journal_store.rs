//! A store in memory with a journal behind it: every change is on disk before it counts, and read again at the next
//! start. One process at a time; `examples/store` has one for several.

use fs4::fs_std::FileExt;
use handover::approval::{
    ApprovalEvent, ApprovalStore, Change, LedgerKey, LedgerRow, MemoryStore, Message, ProposalId, Swap, Versioned,
    Waiting, frame, recover,
};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// The store.
#[derive(Debug)]
pub(crate) struct JournalStore {
    memory: MemoryStore,
    journal: Option<Mutex<Journal>>,
    last: Option<u64>,
}

#[derive(Debug)]
struct Journal {
    file: File,
    frames: u32,
}

/// What stands in one frame.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Written {
    Change(Box<Change>),
    Sent { proposal: ProposalId, number: u32 },
}

impl JournalStore {
    /// Opens the journal of a folder and replays it; in memory alone where no folder is named.
    pub(crate) fn open(dir: Option<&Path>) -> io::Result<Self> {
        let mut store = Self { memory: MemoryStore::new(), journal: None, last: None };
        if let Some(dir) = dir {
            std::fs::create_dir_all(dir)?;
            let path = dir.join("approvals.journal");
            let mut file = OpenOptions::new().create(true).truncate(false).read(true).append(true).open(&path)?;
            if !file.try_lock_exclusive()? {
                let busy = format!("{}: another process has it open", path.display());
                return Err(io::Error::new(io::ErrorKind::WouldBlock, busy));
            }
            let frames =
                store.replay(&mut file).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))?;
            store.journal = Some(Mutex::new(Journal { file, frames }));
        }
        Ok(store)
    }

    /// When the last thing happened, if anything did.
    pub(crate) const fn last(&self) -> Option<u64> {
        self.last
    }

    /// How many frames the journal has.
    pub(crate) fn frames(&self) -> u64 {
        let journal = self.journal.as_ref();
        journal.map_or(0, |journal| journal.lock().unwrap_or_else(PoisonError::into_inner).frames.into())
    }

    fn replay(&mut self, file: &mut File) -> io::Result<u32> {
        let invalid = |e: &dyn std::fmt::Display| io::Error::new(io::ErrorKind::InvalidData, e.to_string());
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let recovered = recover(&bytes).map_err(|e| invalid(&e))?;
        for payload in &recovered.payloads {
            match serde_json::from_str(payload).map_err(|e| invalid(&e))? {
                Written::Change(change) => {
                    self.last = self.last.max(change.events.iter().map(|event| event.at).max());
                    if self.memory.commit(&change).unwrap_or_else(|never| match never {}) != Swap::Done {
                        return Err(invalid(&"the journal does not follow from itself"));
                    }
                }
                Written::Sent { proposal, number } => {
                    self.memory.sent(&proposal, number).unwrap_or_else(|never| match never {})
                }
            }
        }
        // What was cut off while it was written never counted: the next frame takes its place.
        file.set_len(recovered.whole as u64)?;
        Ok(recovered.payloads.len() as u32)
    }

    /// Writes a frame and waits until it is on disk.
    fn write(&self, written: &Written) -> io::Result<()> {
        let Some(journal) = &self.journal else { return Ok(()) };
        let mut journal = journal.lock().unwrap_or_else(PoisonError::into_inner);
        let framed = frame(journal.frames, &serde_json::to_string(written)?);
        journal.file.write_all(framed.as_bytes())?;
        journal.file.sync_data()?;
        journal.frames += 1;
        Ok(())
    }
}

macro_rules! read_from_memory {
    ($($name:ident($($arg:ident: $type:ty),*) -> $out:ty;)*) => {$(
        fn $name(&self, $($arg: $type),*) -> io::Result<$out> {
            Ok(self.memory.$name($($arg),*).unwrap_or_else(|never| match never {}))
        }
    )*};
}

impl ApprovalStore for JournalStore {
    type Error = io::Error;

    /// The program is one thread: nothing can come between the check and the write.
    fn commit(&self, change: &Change) -> io::Result<Swap> {
        let swap = self.memory.check(change);
        if swap == Swap::Done {
            self.write(&Written::Change(Box::new(change.clone())))?;
            return Ok(self.memory.commit(change).unwrap_or_else(|never| match never {}));
        }
        Ok(swap)
    }

    fn sent(&self, proposal: &ProposalId, number: u32) -> io::Result<()> {
        self.write(&Written::Sent { proposal: proposal.clone(), number })?;
        self.memory.sent(proposal, number).unwrap_or_else(|never| match never {});
        Ok(())
    }

    read_from_memory! {
        load(id: &ProposalId) -> Option<Versioned>;
        ledger(key: &LedgerKey) -> LedgerRow;
        due(now: u64, limit: usize) -> Vec<ProposalId>;
        open(after: Option<&Waiting>, limit: usize) -> Vec<Waiting>;
        outbox(limit: usize) -> Vec<Message>;
        events(id: &ProposalId) -> Vec<ApprovalEvent>;
    }
}
