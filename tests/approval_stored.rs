//! What is stored: records of every release still load, and damage is found, wherever it is.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test stops where it is surprised"
)]

use handover::approval::*;
use handover::escalation::PolicyRef;

fn gate(store: &MemoryStore) -> Gate<&MemoryStore, ApprovalRules, StaffList> {
    let route = Requirement::builder("two", 60_000, 60_000).stage(Stage::of(2, ["agent"])).build().unwrap();
    let mut set = RuleSet::new(PolicyRef { id: "stored".into(), version: 1 }, route);
    set.actions.insert("plan".into(), ActionSpec::default());
    let staff = ["anna", "bas", "cem"].iter().fold(StaffList::builder(), |s, id| s.person(*id, ["agent"]));
    Gate::new(store, ApprovalRules::compile(set).unwrap(), staff.build().unwrap())
}

/// Every change of a whole life: proposed, edited, approved by two, claimed, lost, resolved.
fn life() -> (MemoryStore, Vec<Change>) {
    let store = MemoryStore::new();
    let changes = std::sync::Mutex::new(Vec::new());
    let spy = Spy(&store, &changes);
    let rules = gate(&store);
    let gate = Gate::new(spy, rules.policy().clone(), staff());
    let id: ProposalId = "p".into();
    let item = |cents| Item::new("c").amount("sum", Money::eur(cents)).with("note", "één regel\nnog een");
    let plan = Proposal::builder("p", "plan", Principal::machine("ai"), "k").item(item(10)).against("x", "crm").build();
    let _ = gate.propose(plan.unwrap(), Facts::default().verified(), Some(Draw::new(9)), 1).unwrap();
    let seen = gate.review(&id).unwrap().seen;
    let _ = gate.edit("e", &id, Principal::person("anna"), seen, vec![item(20)], Facts::default(), 2).unwrap();
    let seen = gate.review(&id).unwrap().seen;
    for (by, at) in [("bas", 3), ("cem", 4)] {
        let _ = gate.vote(by, &id, Principal::person(by), seen.clone(), Answer::Approve, at).unwrap();
    }
    drop(gate.claim("claim", &id, "w", 5).unwrap());
    assert_eq!(gate.wake_due(60_005, 9).unwrap(), 1);
    let by = Resolver::Person(Principal::person("bas"));
    let _ = gate.resolve("r", &id, by, Outcome::Succeeded, 60_006).unwrap();
    drop(gate);
    (store, changes.into_inner().unwrap())
}

fn staff() -> StaffList {
    ["anna", "bas", "cem"].iter().fold(StaffList::builder(), |s, id| s.person(*id, ["agent"])).build().unwrap()
}

/// A store that notes down what it is given to write.
struct Spy<'a>(&'a MemoryStore, &'a std::sync::Mutex<Vec<Change>>);

impl ApprovalStore for Spy<'_> {
    type Error = std::convert::Infallible;

    fn load(&self, id: &ProposalId) -> Result<Option<Versioned>, Self::Error> {
        self.0.load(id)
    }
    fn ledger(&self, key: &LedgerKey) -> Result<LedgerRow, Self::Error> {
        self.0.ledger(key)
    }
    fn commit(&self, change: &Change) -> Result<Swap, Self::Error> {
        self.1.lock().unwrap().push(change.clone());
        self.0.commit(change)
    }
    fn due(&self, now: u64, limit: usize) -> Result<Vec<ProposalId>, Self::Error> {
        self.0.due(now, limit)
    }
    fn open(&self, after: Option<&Waiting>, limit: usize) -> Result<Vec<Waiting>, Self::Error> {
        self.0.open(after, limit)
    }
    fn outbox(&self, limit: usize) -> Result<Vec<Message>, Self::Error> {
        self.0.outbox(limit)
    }
    fn sent(&self, proposal: &ProposalId, number: u32) -> Result<(), Self::Error> {
        self.0.sent(proposal, number)
    }
    fn events(&self, id: &ProposalId) -> Result<Vec<ApprovalEvent>, Self::Error> {
        self.0.events(id)
    }
}

fn journal(changes: &[Change]) -> String {
    let framed = changes.iter().enumerate().map(|(n, c)| frame(n as u32, &serde_json::to_string(c).unwrap()));
    framed.collect()
}

/// The record after all whole frames of a journal.
fn replayed(bytes: &[u8]) -> Result<Option<Versioned>, JournalError> {
    let store = MemoryStore::new();
    for payload in recover(bytes)?.payloads {
        let change: Change = serde_json::from_str(payload).unwrap();
        assert_eq!(store.commit(&change).unwrap(), Swap::Done);
    }
    Ok(store.load(&"p".into()).unwrap())
}

#[test]
fn a_journal_replays_to_the_same_record() {
    let (store, changes) = life();
    assert_eq!(replayed(journal(&changes).as_bytes()).unwrap(), store.load(&"p".into()).unwrap());
}

#[test]
fn a_journal_cut_at_every_byte_gives_the_state_after_the_last_whole_change() {
    let (_, changes) = life();
    let text = journal(&changes);
    let mut ends = vec![0];
    ends.extend((1..=changes.len()).map(|n| journal(&changes[..n]).len()));
    for (whole, end) in ends.iter().enumerate() {
        let wanted = whole.checked_sub(1).map(|at| &changes[at].record);
        let found = replayed(&text.as_bytes()[..*end]).unwrap();
        assert_eq!(found.as_ref().map(|row| &row.record), wanted, "after {whole} changes");
    }
    let payloads = recover(text.as_bytes()).unwrap().payloads;
    for cut in 0..=text.len() {
        let whole = ends.iter().rposition(|end| *end <= cut).unwrap();
        assert_eq!(recover(&text.as_bytes()[..cut]).unwrap().payloads, payloads[..whole], "cut at {cut}");
    }
}

#[test]
fn a_journal_with_any_byte_flipped_is_refused() {
    let (_, changes) = life();
    let text = journal(&changes);
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1 << (at % 8);
        assert!(recover(&bytes).is_err(), "byte {at}");
    }
}

/// A bare record has no checksum; even so no damage makes it stand for another action.
#[test]
fn a_damaged_record_fails_or_is_of_the_same_action() {
    let (_, changes) = life();
    for change in changes.iter().step_by(3) {
        let text = serde_json::to_string(&change.record).unwrap();
        for at in 0..text.len() {
            if text.is_char_boundary(at) {
                assert!(serde_json::from_str::<Record>(&text[..at]).is_err(), "cut at {at}");
            }
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1 << (at % 7);
            let damaged = serde_json::from_slice::<Record>(&bytes);
            assert!(damaged.is_err() || same_action(&damaged.unwrap(), &change.record), "byte {at}");
        }
    }
}

fn same_action(a: &Record, b: &Record) -> bool {
    let bytes = |record: &Record| serde_json::to_value(record.seen()).unwrap()["bytes"].clone();
    bytes(a) == bytes(b)
}

#[test]
fn records_of_version_1_load_and_store_the_same() {
    let (_, changes) = life();
    let states: Vec<&str> = changes.iter().map(|c| c.record.state().name()).collect();
    assert_eq!(states, ["pending", "pending", "pending", "approved", "claimed", "outcome_unknown", "over"]);
    let now: String = changes.iter().map(|c| serde_json::to_string(&c.record).unwrap() + "\n").collect();
    let stored = include_str!("stored/approval-v1.jsonl");
    assert_eq!(now, stored, "what is written has changed: raise RECORD_VERSION, and keep the old file loading");
    for line in stored.lines() {
        let record: Record = serde_json::from_str(line).unwrap();
        assert_eq!(serde_json::to_string(&record).unwrap(), line);
    }
}

#[test]
fn a_later_version_is_refused_in_words() {
    let (_, changes) = life();
    let later = serde_json::to_string(&changes[0].record).unwrap().replacen("\"version\":1", "\"version\":2", 1);
    let error = serde_json::from_str::<Record>(&later).unwrap_err().to_string();
    assert!(error.contains("version 2") && error.contains("upgrade"), "{error}");
}
