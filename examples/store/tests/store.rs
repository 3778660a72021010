//! The store keeps every promise, between processes and under kill -9.

use handover::approval::{
    ActionSpec, Answer, ApprovalRules, ApprovalStore, End, Facts, Gate, Item, Outcome, Principal, Proposal, ProposalId,
    Requirement, RuleSet, Stage, StaffList, State,
};
use handover::conformance;
use handover::escalation::PolicyRef;
use handover_store::SqliteStore;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const WORKER: &str = env!("CARGO_BIN_EXE_worker");

#[test]
fn it_keeps_every_promise() {
    let dir = tempfile::tempdir().unwrap();
    let files = std::sync::atomic::AtomicUsize::new(0);
    let fresh = || {
        let n = files.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        SqliteStore::open(&dir.path().join(format!("{n}.db"))).unwrap()
    };
    let report = conformance::approval_store(fresh);
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_damaged_row_is_an_error_and_never_another_approval() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.db");
    approved(&file, 1);
    let store = SqliteStore::open(&file).unwrap();
    assert!(store.load(&"p0".into()).unwrap().is_some());
    let raw = rusqlite::Connection::open(&file).unwrap();
    raw.execute("UPDATE records SET body = replace(body, '\"execute_by\":', '\"execute_by\":9')", []).unwrap();
    assert!(store.load(&"p0".into()).is_err());
}

/// So many proposals, approved.
fn approved(file: &Path, count: usize) {
    let hour = 3_600_000;
    let route = Requirement::builder("one", hour, hour).stage(Stage::of(1, ["agent"])).build().unwrap();
    let mut set = RuleSet::new(PolicyRef { id: "store".into(), version: 1 }, route);
    set.actions.insert("pay".into(), ActionSpec::default());
    let staff = StaffList::builder().person("anna", ["agent"]).build().unwrap();
    let gate = Gate::new(SqliteStore::open(file).unwrap(), ApprovalRules::compile(set).unwrap(), staff);
    for n in 0..count {
        let id = ProposalId::from(format!("p{n}").as_str());
        let key = format!("key-{n}");
        let proposal = Proposal::builder(id.clone(), "pay", Principal::machine("ai"), key.as_str());
        let _ = gate.propose(proposal.item(Item::new("c")).build().unwrap(), Facts::default(), None, 1).unwrap();
        let seen = gate.review(&id).unwrap().seen;
        let _ = gate.vote("yes", &id, Principal::person("anna"), seen, Answer::Approve, 2).unwrap();
    }
}

/// A hundred threads of two processes race for a thousand permits: each is given out once.
#[test]
fn two_processes_race_for_a_thousand_permits() {
    let dir = tempfile::tempdir().unwrap();
    approved(&dir.path().join("approvals.db"), 1_000);
    let racer = |name: &str| {
        let args = ["race".as_ref(), dir.path().as_os_str(), name.as_ref(), "50".as_ref()];
        Command::new(WORKER).args(args).stdout(Stdio::piped()).spawn().unwrap()
    };
    let racers = [racer("a"), racer("b")];
    let mut claims: Vec<String> = Vec::new();
    let mut winners = 0;
    for racer in racers {
        let output = racer.wait_with_output().unwrap();
        assert!(output.status.success());
        let lines: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
        winners += usize::from(!lines.is_empty());
        claims.extend(lines);
    }
    assert_eq!(claims.len(), 1_000);
    assert_eq!(claims.iter().collect::<BTreeSet<_>>().len(), 1_000);
    assert_eq!(winners, 2, "one process was so slow that there was no race");
}

/// How often to kill; `HANDOVER_KILLS` says otherwise.
fn kills() -> u64 {
    std::env::var("HANDOVER_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(60)
}

/// What the store told a process that it had accepted before it was killed.
#[derive(Default)]
struct Accepted {
    /// How far each proposal got, as an index into `STEPS`.
    steps: BTreeMap<String, usize>,
}

const STEPS: [&str; 5] = ["proposed", "approved", "claimed", "acted", "settled"];

impl Accepted {
    fn take(&mut self, line: &str) {
        let Some((what, id)) = line.split_once(' ') else { return };
        if let Some(step) = STEPS.iter().position(|known| *known == what) {
            self.steps.insert(id.to_owned(), step);
        }
    }
}

/// Kills a process at a random moment, over and over: what was accepted is there, and nothing was done twice.
#[test]
fn kill_9_loses_nothing_and_runs_nothing_twice() {
    let dir = tempfile::tempdir().unwrap();
    let mut accepted = Accepted::default();
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    for run in 0..kills() {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        killed(dir.path(), run, Duration::from_micros(random % 30_000), &mut accepted);
    }
    verify(dir.path(), &accepted);
    println!("{} kills, {} proposals", kills(), accepted.steps.len());
}

/// One run: from the moment that it is ready, a random while, then kill -9.
fn killed(dir: &Path, run: u64, after: Duration, accepted: &mut Accepted) {
    let args = ["work".as_ref(), dir.as_os_str(), format!("r{run}").as_ref()].map(|a: &std::ffi::OsStr| a.to_owned());
    let mut child: Child = Command::new(WORKER).args(args).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready = lines.next().unwrap().unwrap();
    assert_eq!(ready, format!("ready r{run}"));
    std::thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
    lines.map_while(Result::ok).for_each(|line| accepted.take(&line));
}

fn verify(dir: &Path, accepted: &Accepted) {
    let store = SqliteStore::open(&dir.join("approvals.db")).unwrap();
    let payments = std::fs::read_to_string(dir.join("payments")).unwrap_or_default();
    let mut paid: BTreeMap<&str, usize> = BTreeMap::new();
    payments.lines().for_each(|key| *paid.entry(key).or_default() += 1);
    assert!(paid.values().all(|times| *times == 1), "done twice: {paid:?}");
    let mut died_after_acting = 0;
    for (id, step) in &accepted.steps {
        let row = store.load(&id.as_str().into()).unwrap().unwrap_or_else(|| panic!("{id} was lost"));
        let done = paid.contains_key(format!("key-{id}").as_str());
        let state = row.record.state();
        let outcome = match state {
            State::Over { end: End::Settled { outcome }, .. } => Some(*outcome),
            _ => None,
        };
        assert!(*step < 1 || !matches!(state, State::Pending { .. }), "the approval of {id} was lost");
        assert!(*step < 2 || !matches!(state, State::Approved { .. }), "the claim of {id} was lost");
        assert!(*step < 3 || done, "{id} said that it was done");
        assert!(*step < 4 || outcome == Some(Outcome::Succeeded), "the outcome of {id} was lost");
        assert!(outcome != Some(Outcome::NotRun) || !done, "{id} was done and is said not to have run");
        assert!(outcome != Some(Outcome::Succeeded) || done, "{id} is said to be done and was not");
        died_after_acting += usize::from(done && *step < 4);
    }
    println!("{} died between acting and saying so", died_after_acting);
}
