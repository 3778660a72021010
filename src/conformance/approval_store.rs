use super::Report;
use crate::approval::{
    ActionSpec, Answer, ApprovalRule, ApprovalRules, ApprovalStore, Budget, Change, Command, Currency, Draw, Facts,
    Gate, GateError, Item, LedgerKey, LedgerRow, Limit, Message, Money, Per, Principal, Proposal, ProposalId,
    Requirement, RuleEffect, RuleSet, StaffList, Stage, State, Step, Swap, Versioned, Waiting, When, Wish, judge, open,
    step,
};
use crate::approval::{ApprovalEvent, LedgerRows, Note};
use crate::escalation::PolicyRef;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Threads that race in a suite.
const THREADS: usize = 8;
/// What they race for.
const PERMITS: usize = 40;

type Outcome = Result<(), String>;

/// Tries every promise of an [`ApprovalStore`] on fresh stores that `make` makes; some with threads. Takes as long as
/// some hundred commits take.
pub fn approval_store<S: ApprovalStore>(make: impl Fn() -> S) -> Report {
    let mut report = Report::default();
    let mut one = |promise, check: fn(&S) -> Outcome| report.add(promise, check(&make()));
    one("what is written is what is read", reads_back);
    one("a record is inserted once", inserted_once);
    one("of two writers on one version, one wins", no_lost_update);
    one("a version never comes back", no_aba);
    one("one wish has one idempotency key", one_key);
    one("a change is written whole or not at all", all_or_nothing);
    one("what is due comes earliest first, and what is over never", due_in_order);
    one("open records are listed page by page, none twice and none left out", lists_pages);
    one("messages keep their order, and one that has arrived is gone", outbox_in_order);
    one("events keep their order", events_in_order);
    one("a claim is won once, however many race for it", claim_race);
    one("a budget is spent once, however many race for it", budget_race);
    one("a write whose answer is lost is found again, and no permit comes of it twice", lost_answer);
    report
}

fn err(e: impl std::fmt::Display) -> String {
    e.to_string()
}

fn expect<T: PartialEq + std::fmt::Debug>(what: &str, found: T, wanted: T) -> Outcome {
    if found == wanted { Ok(()) } else { Err(format!("{what}: expected {wanted:?}, found {found:?}")) }
}

fn staff() -> Result<StaffList, String> {
    StaffList::builder().person("anna", ["agent"]).build().map_err(err)
}

/// Refunds up to 100 euro a day pass by rule; whatever else waits for one agent, a minute at most.
fn rules() -> Result<ApprovalRules, String> {
    let route = Requirement::builder("agent", 60_000, 60_000).stage(Stage::of(1, ["agent"])).build().map_err(err)?;
    let mut set = RuleSet::new(PolicyRef { id: "conformance".into(), version: 1 }, route);
    set.actions.insert("refund".into(), ActionSpec::default());
    let when = When { actions: vec!["refund".into()], currency: Some(Currency::EUR), ..When::default() };
    let limit = Limit { window: 86_400_000, most: Some(10_000), times: None };
    let budget = Some(Budget { per: Per::Customer, limit, over: "agent".into() });
    let effect = RuleEffect::Allow { sample_permille: 0, budget, most_items: 1 };
    set.rules.push(ApprovalRule { id: "refund".into(), when, then: effect.into() });
    ApprovalRules::compile(set).map_err(err)
}

fn proposal(id: &str, action: &str, cents: i64) -> Result<Proposal, String> {
    let item = Item::new("customer").amount("sum", Money::eur(cents)).with("note", "één, ✓, \u{0}, 漢字");
    Proposal::builder(id, action, Principal::machine("ai"), format!("key-{id}").as_str())
        .item(item)
        .build()
        .map_err(err)
}

/// A record that waits for people, opened at `now`.
fn opened(id: &str, now: u64) -> Result<Step, String> {
    let proposal = Arc::new(proposal(id, "plan", 100)?);
    let judgement = judge(&rules()?, proposal, Arc::new(Facts::default()), Some(Draw::new(7)), now);
    Ok(open(&judgement, &LedgerRows::new(), now))
}

fn insert<S: ApprovalStore>(store: &S, id: &str, now: u64) -> Result<Change, String> {
    let change = opened(id, now)?.change(0, &LedgerRows::new());
    expect("inserting", store.commit(&change).map_err(err)?, Swap::Done)?;
    Ok(change)
}

fn load<S: ApprovalStore>(store: &S, id: &str) -> Result<Versioned, String> {
    store.load(&id.into()).map_err(err)?.ok_or_else(|| format!("{id} is not there"))
}

fn cancelled(row: &Versioned, now: u64) -> Result<Change, String> {
    let wish = Wish::Cancel { by: Principal::person("anna"), why: Note::new("") };
    let step = step(&row.record, &Command::new("cancel", wish), &staff()?, now).map_err(err)?;
    Ok(step.change(row.version, &LedgerRows::new()))
}

fn reads_back<S: ApprovalStore>(store: &S) -> Outcome {
    expect("a record of no id", store.load(&"p".into()).map_err(err)?, None)?;
    let change = insert(store, "p", 5)?;
    expect("the record", load(store, "p")?, Versioned { version: 1, record: change.record })?;
    let key = LedgerKey { rule: "r".into(), holder: None, currency: None };
    expect("a total that nobody wrote", store.ledger(&key).map_err(err)?, LedgerRow::default())
}

fn inserted_once<S: ApprovalStore>(store: &S) -> Outcome {
    let change = insert(store, "p", 5)?;
    expect("inserting again", store.commit(&change).map_err(err)?, Swap::Conflict)?;
    expect("messages", store.outbox(99).map_err(err)?, change.messages)?;
    let absent = opened("q", 5)?.change(1, &LedgerRows::new());
    expect("changing what is not there", store.commit(&absent).map_err(err)?, Swap::Conflict)
}

fn no_lost_update<S: ApprovalStore>(store: &S) -> Outcome {
    insert(store, "p", 5)?;
    let row = load(store, "p")?;
    let (first, second) = (cancelled(&row, 6)?, cancelled(&row, 7)?);
    expect("the first writer", store.commit(&first).map_err(err)?, Swap::Done)?;
    expect("the second writer", store.commit(&second).map_err(err)?, Swap::Conflict)?;
    expect("the record", load(store, "p")?, Versioned { version: 2, record: first.record })
}

fn no_aba<S: ApprovalStore>(store: &S) -> Outcome {
    insert(store, "p", 5)?;
    let old = load(store, "p")?;
    let same = |version| Change { events: Vec::new(), messages: Vec::new(), expected: version, ..again(&old) };
    for version in 1..4 {
        expect("writing the same content", store.commit(&same(version)).map_err(err)?, Swap::Done)?;
    }
    expect("the version", load(store, "p")?.version, 4)?;
    expect("a writer from before", store.commit(&cancelled(&old, 6)?).map_err(err)?, Swap::Conflict)
}

/// A change that writes a record as it is.
fn again(row: &Versioned) -> Change {
    Change {
        expected: row.version,
        record: row.record.clone(),
        ledgers: Vec::new(),
        events: Vec::new(),
        messages: Vec::new(),
    }
}

fn one_key<S: ApprovalStore>(store: &S) -> Outcome {
    insert(store, "p", 5)?;
    let item = Item::new("customer");
    let twin = Proposal::builder("q", "plan", Principal::machine("ai"), "key-p").item(item).build().map_err(err)?;
    let judgement = judge(&rules()?, Arc::new(twin), Arc::new(Facts::default()), None, 5);
    let change = open(&judgement, &LedgerRows::new(), 5).change(0, &LedgerRows::new());
    expect("a twin", store.commit(&change).map_err(err)?, Swap::KeyTaken("p".into()))?;
    expect("the twin's record", store.load(&"q".into()).map_err(err)?, None)
}

fn all_or_nothing<S: ApprovalStore>(store: &S) -> Outcome {
    let judged = |id| -> Result<_, String> {
        let proposal = Arc::new(proposal(id, "refund", 2_000)?);
        Ok(judge(&rules()?, proposal, Arc::new(Facts::default()), None, 5))
    };
    let (first, second) = (judged("p")?, judged("q")?);
    let stale = LedgerRows::new();
    let change = open(&first, &stale, 5).change(0, &stale);
    expect("the first", store.commit(&change).map_err(err)?, Swap::Done)?;
    let outbox = store.outbox(99).map_err(err)?;
    // The second was judged on the totals from before the first: none of it may be written.
    let change = open(&second, &stale, 5).change(0, &stale);
    expect("on old totals", store.commit(&change).map_err(err)?, Swap::Conflict)?;
    expect("its record", store.load(&"q".into()).map_err(err)?, None)?;
    expect("its events", store.events(&"q".into()).map_err(err)?, Vec::new())?;
    expect("its messages", store.outbox(99).map_err(err)?, outbox)?;
    let key = first.ledgers().next().ok_or("the rule has a budget")?;
    let row = store.ledger(key).map_err(err)?;
    expect("the total", (row.version, row.ledger.used(u64::MAX, 5)), (1, (2_000, 1)))
}

fn due_in_order<S: ApprovalStore>(store: &S) -> Outcome {
    for (id, now) in [("b", 10), ("c", 30), ("a", 10), ("d", 20)] {
        insert(store, id, now)?;
    }
    let due = |now, limit| store.due(now, limit).map_err(err);
    let ids = |ids: &[&str]| ids.iter().map(|id| ProposalId::from(*id)).collect::<Vec<_>>();
    expect("too early", due(60_009, 9)?, ids(&[]))?;
    expect("the first two", due(60_010, 9)?, ids(&["a", "b"]))?;
    expect("all", due(u64::MAX, 9)?, ids(&["a", "b", "d", "c"]))?;
    expect("at most one", due(u64::MAX, 1)?, ids(&["a"]))?;
    store.commit(&cancelled(&load(store, "a")?, 40)?).map_err(err)?;
    expect("without what is over", due(u64::MAX, 9)?, ids(&["b", "d", "c"]))
}

fn lists_pages<S: ApprovalStore>(store: &S) -> Outcome {
    for n in 0..25_u64 {
        insert(store, &format!("p{n:02}"), 1_000 - n / 2)?;
    }
    let mut listed: Vec<Waiting> = Vec::new();
    loop {
        let page = store.open(listed.last(), 4).map_err(err)?;
        if page.is_empty() || listed.len() > 25 {
            break;
        }
        listed.extend(page);
    }
    expect("how many", listed.len(), 25)?;
    let mut sorted = listed.clone();
    sorted.sort();
    sorted.dedup();
    expect("in order, each once", listed, sorted)
}

fn outbox_in_order<S: ApprovalStore>(store: &S) -> Outcome {
    let mut wanted: Vec<Message> = Vec::new();
    for id in ["z", "a", "m"] {
        wanted.extend(insert(store, id, 5)?.messages);
    }
    expect("the outbox", store.outbox(99).map_err(err)?, wanted.clone())?;
    let first = wanted.remove(0);
    store.sent(&first.proposal, first.number).map_err(err)?;
    store.sent(&first.proposal, first.number).map_err(err)?;
    store.sent(&"nobody".into(), 3).map_err(err)?;
    expect("without the first", store.outbox(99).map_err(err)?, wanted.clone())?;
    wanted.truncate(1);
    expect("at most one", store.outbox(1).map_err(err)?, wanted)
}

fn events_in_order<S: ApprovalStore>(store: &S) -> Outcome {
    let mut wanted: Vec<ApprovalEvent> = insert(store, "p", 5)?.events;
    let change = cancelled(&load(store, "p")?, 6)?;
    store.commit(&change).map_err(err)?;
    wanted.extend(change.events);
    expect("the events", store.events(&"p".into()).map_err(err)?, wanted)?;
    expect("of another", store.events(&"q".into()).map_err(err)?, Vec::new())
}

type TestGate<'a, S> = Gate<&'a S, ApprovalRules, StaffList>;

fn gate<S: ApprovalStore>(store: &S) -> Result<TestGate<'_, S>, String> {
    Ok(Gate::new(store, rules()?, staff()?))
}

/// Runs `task` on several threads at once, each with its number.
fn on_threads(task: impl Fn(usize) -> Outcome + Sync) -> Outcome {
    let task = &task;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|n| scope.spawn(move || task(n))).collect();
        let ended = threads.into_iter().map(|t| t.join().unwrap_or_else(|_| Err("a thread panicked".to_owned())));
        ended.collect()
    })
}

fn claim_race<S: ApprovalStore>(store: &S) -> Outcome {
    let gate = gate(store)?;
    for n in 0..PERMITS {
        let id = ProposalId::from(format!("p{n}").as_str());
        let _ = gate.propose(proposal(id.as_str(), "plan", 100)?, Facts::default(), None, 0).map_err(err)?;
        let seen = gate.review(&id).map_err(err)?.seen;
        let _ = gate.vote("yes", &id, Principal::person("anna"), seen, Answer::Approve, 1).map_err(err)?;
    }
    let permits = AtomicUsize::new(0);
    on_threads(|thread| {
        for n in 0..PERMITS {
            let id = ProposalId::from(format!("p{}", (n + thread) % PERMITS).as_str());
            match gate.claim(format!("claim-{thread}").as_str(), &id, format!("worker-{thread}").as_str(), 2) {
                Ok(_) => permits.fetch_add(1, Ordering::SeqCst),
                Err(GateError::Refused(_)) => 0,
                Err(error) => return Err(error.to_string()),
            };
        }
        Ok(())
    })?;
    expect("permits", permits.into_inner(), PERMITS)
}

fn budget_race<S: ApprovalStore>(store: &S) -> Outcome {
    let gate = gate(store)?;
    let passed = AtomicUsize::new(0);
    on_threads(|thread| {
        let refund = proposal(&format!("p{thread}"), "refund", 4_000)?;
        let done = gate.propose(refund, Facts::default(), None, 0).map_err(err)?;
        let by_rule = matches!(done.record.state(), State::Approved { by_rule: true, .. });
        passed.fetch_add(usize::from(by_rule), Ordering::SeqCst);
        Ok(())
    })?;
    expect("refunds of 40 euro within 100 euro", passed.into_inner(), 2)
}

fn lost_answer<S: ApprovalStore>(store: &S) -> Outcome {
    let sure = gate(store)?;
    let id = ProposalId::from("p");
    let _ = sure.propose(proposal("p", "refund", 100)?, Facts::default(), None, 0).map_err(err)?;
    let unsure = Gate::new(Unanswered(store), rules()?, staff()?);
    match unsure.claim("claim", &id, "worker", 1) {
        Err(GateError::Store(Lost::Answer)) => {}
        other => return Err(format!("a lost answer came to {other:?}")),
    }
    let again = sure.claim("claim", &id, "worker", 2);
    if !matches!(again, Err(GateError::ClaimedBefore)) {
        return Err(format!("the same claim again came to {again:?}"));
    }
    let lose = Command::new("lost", Wish::Lose { claim: "claim".into() });
    let lost = sure.follow(&id, &lose, 3).map_err(err)?;
    expect("the state", lost.record.state().name(), "outcome_unknown")
}

/// A store whose answer gets lost on the way, after it has written.
struct Unanswered<'a, S>(&'a S);

/// What became of an answer.
#[derive(Debug, thiserror::Error)]
enum Lost {
    #[error("the answer was lost")]
    Answer,
    #[error("{0}")]
    Store(String),
}

impl Lost {
    fn of(error: impl std::fmt::Display) -> Self {
        Self::Store(error.to_string())
    }
}

impl<S: ApprovalStore> ApprovalStore for Unanswered<'_, S> {
    type Error = Lost;

    fn load(&self, id: &ProposalId) -> Result<Option<Versioned>, Lost> {
        self.0.load(id).map_err(Lost::of)
    }

    fn ledger(&self, key: &LedgerKey) -> Result<LedgerRow, Lost> {
        self.0.ledger(key).map_err(Lost::of)
    }

    fn commit(&self, change: &Change) -> Result<Swap, Lost> {
        self.0.commit(change).map_err(Lost::of)?;
        Err(Lost::Answer)
    }

    fn due(&self, now: u64, limit: usize) -> Result<Vec<ProposalId>, Lost> {
        self.0.due(now, limit).map_err(Lost::of)
    }

    fn open(&self, after: Option<&Waiting>, limit: usize) -> Result<Vec<Waiting>, Lost> {
        self.0.open(after, limit).map_err(Lost::of)
    }

    fn outbox(&self, limit: usize) -> Result<Vec<Message>, Lost> {
        self.0.outbox(limit).map_err(Lost::of)
    }

    fn sent(&self, proposal: &ProposalId, number: u32) -> Result<(), Lost> {
        self.0.sent(proposal, number).map_err(Lost::of)
    }

    fn events(&self, id: &ProposalId) -> Result<Vec<ApprovalEvent>, Lost> {
        self.0.events(id).map_err(Lost::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approval::MemoryStore;
    use std::convert::Infallible;
    use std::sync::Mutex;

    #[test]
    fn the_store_in_memory_keeps_every_promise() {
        let report = approval_store(MemoryStore::new);
        assert!(report.is_clean(), "{report}");
        assert_eq!(report.ran().len(), 13);
    }

    /// What a careless store does.
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Fault {
        TakesAnyVersion,
        ForgetsMessages,
        ForgetsLedgers,
        IgnoresKeys,
        VersionComesBack,
        DueInNoOrder,
        RunsAheadOfItself,
    }

    struct Careless(MemoryStore, Fault, Mutex<()>);

    impl ApprovalStore for Careless {
        type Error = Infallible;

        fn load(&self, id: &ProposalId) -> Result<Option<Versioned>, Infallible> {
            let mut row = self.0.load(id)?;
            if let (Fault::VersionComesBack, Some(row)) = (self.1, &mut row) {
                row.version = (row.version - 1) % 2 + 1;
            }
            Ok(row)
        }

        fn ledger(&self, key: &LedgerKey) -> Result<LedgerRow, Infallible> {
            self.0.ledger(key)
        }

        fn commit(&self, change: &Change) -> Result<Swap, Infallible> {
            let mut change = change.clone();
            let there = self.0.load(change.record.id())?.map_or(0, |row| row.version);
            match self.1 {
                Fault::TakesAnyVersion => change.expected = there,
                Fault::VersionComesBack if there > 0 && change.expected == (there - 1) % 2 + 1 => {
                    change.expected = there;
                }
                Fault::ForgetsMessages => change.messages.clear(),
                Fault::ForgetsLedgers => change.ledgers.clear(),
                Fault::IgnoresKeys => {
                    if let Swap::KeyTaken(_) = self.0.commit(&change)? {
                        return Ok(Swap::Done);
                    }
                    return Ok(Swap::Conflict);
                }
                Fault::RunsAheadOfItself => {
                    // Checks and writes in two steps, and tells everybody yes in between.
                    if there != change.expected {
                        return Ok(Swap::Conflict);
                    }
                    std::thread::sleep(std::time::Duration::from_micros(200));
                    let _one = self.2.lock().unwrap();
                    change.expected = self.0.load(change.record.id())?.map_or(0, |row| row.version);
                }
                _ => {}
            }
            self.0.commit(&change)
        }

        fn due(&self, now: u64, limit: usize) -> Result<Vec<ProposalId>, Infallible> {
            let mut due = self.0.due(now, limit)?;
            if self.1 == Fault::DueInNoOrder {
                due.reverse();
            }
            Ok(due)
        }

        fn open(&self, after: Option<&Waiting>, limit: usize) -> Result<Vec<Waiting>, Infallible> {
            self.0.open(after, limit)
        }

        fn outbox(&self, limit: usize) -> Result<Vec<Message>, Infallible> {
            self.0.outbox(limit)
        }

        fn sent(&self, proposal: &ProposalId, number: u32) -> Result<(), Infallible> {
            self.0.sent(proposal, number)
        }

        fn events(&self, id: &ProposalId) -> Result<Vec<ApprovalEvent>, Infallible> {
            self.0.events(id)
        }
    }

    #[test]
    fn careless_stores_are_found_out() {
        use Fault::*;
        let faults = [
            TakesAnyVersion,
            ForgetsMessages,
            ForgetsLedgers,
            IgnoresKeys,
            VersionComesBack,
            DueInNoOrder,
            RunsAheadOfItself,
        ];
        for fault in faults {
            let report = approval_store(|| Careless(MemoryStore::new(), fault, Mutex::new(())));
            assert!(!report.is_clean(), "{fault:?} was not found");
        }
    }
}
