//! A host's process, for the tests that kill it: proposes, has it approved, claims, acts, and says so, over and over.
//!
//! `worker work DIR RUN` says on standard output what the store has accepted, a line each, so that whoever kills it
//! knows what must not be lost. `worker race DIR NAME THREADS` claims whatever is approved.

use handover::approval::{
    ActionSpec, Answer, ApprovalRules, ApprovalStore, Command, Facts, Gate, GateError, Item, Money, Outcome, Principal,
    Proposal, ProposalId, Requirement, Resolver, RuleSet, Stage, StaffList, State, Wish,
};
use handover::escalation::PolicyRef;
use handover_store::{SqliteStore, StoreError};
use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

type Failed = Box<dyn Error + Send + Sync>;
type Host = Gate<SqliteStore, ApprovalRules, StaffList>;

fn main() -> Result<(), Failed> {
    let args: Vec<String> = std::env::args().collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        [_, "work", dir, run] => work(Path::new(dir), run),
        [_, "race", dir, name, threads] => race(Path::new(dir), name, threads.parse()?),
        _ => Err("worker work DIR RUN | worker race DIR NAME THREADS".into()),
    }
}

fn host(dir: &Path) -> Result<Host, Failed> {
    let hour = 3_600_000;
    let route = Requirement::builder("one", hour, hour).stage(Stage::of(1, ["agent"])).build()?;
    let mut set = RuleSet::new(PolicyRef { id: "store".into(), version: 1 }, route);
    set.actions.insert("pay".into(), ActionSpec::default());
    let staff = StaffList::builder().person("anna", ["agent"]).build()?;
    Ok(Gate::new(SqliteStore::open(&dir.join("approvals.db"))?, ApprovalRules::compile(set)?, staff))
}

/// The company's own system, which does each key once: a file of keys that were done.
struct Payments(PathBuf);

impl Payments {
    fn pay(&self, key: &str) -> std::io::Result<()> {
        let mut file: File = OpenOptions::new().create(true).append(true).open(&self.0)?;
        file.write_all(format!("{key}\n").as_bytes())
    }

    fn paid(&self, key: &str) -> bool {
        std::fs::read_to_string(&self.0).is_ok_and(|all| all.lines().any(|line| line == key))
    }
}

fn say(what: &str, id: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{what} {id}")?;
    out.flush()
}

fn work(dir: &Path, run: &str) -> Result<(), Failed> {
    let (host, payments) = (host(dir)?, Payments(dir.join("payments")));
    clear_up(&host, &payments)?;
    say("ready", run)?;
    for n in 0.. {
        one(&host, &payments, &format!("{run}-{n}"))?;
    }
    Ok(())
}

fn one(host: &Host, payments: &Payments, id: &str) -> Result<(), Failed> {
    let key = format!("key-{id}");
    let item = Item::new("customer").amount("sum", Money::eur(100));
    let proposal = Proposal::builder(id, "pay", Principal::machine("ai"), key.as_str()).item(item).build()?;
    let _ = host.propose(proposal, Facts::default(), None, 1)?;
    say("proposed", id)?;
    let id = ProposalId::from(id);
    let seen = host.review(&id)?.seen;
    let _ = host.vote("yes", &id, Principal::person("anna"), seen, Answer::Approve, 2)?;
    say("approved", id.as_str())?;
    let permit = host.claim("claim", &id, "worker", 3)?;
    say("claimed", id.as_str())?;
    payments.pay(permit.idempotency_key().as_str())?;
    say("acted", id.as_str())?;
    let _ = host.settle(permit, Outcome::Succeeded, 4)?;
    say("settled", id.as_str())?;
    Ok(())
}

/// What a process that died has left: nothing is claimed anew; the company's own system says what was done.
fn clear_up(host: &Host, payments: &Payments) -> Result<(), Failed> {
    let mut last = None;
    loop {
        let page = host.store().open(last.as_ref(), 100)?;
        let Some(end) = page.last().cloned() else { return Ok(()) };
        for waiting in &page {
            resolve(host, payments, &waiting.id)?;
        }
        last = Some(end);
    }
}

fn resolve(host: &Host, payments: &Payments, id: &ProposalId) -> Result<(), Failed> {
    let Some(row) = host.store().load(id)? else { return Ok(()) };
    if let State::Claimed { claim, .. } = row.record.state() {
        let _ = host.follow(id, &Command::new("lost", Wish::Lose { claim: claim.clone() }), 5)?;
    }
    if matches!(host.state(id)?, State::OutcomeUnknown { .. }) {
        let key = row.record.idempotency_key().clone();
        let outcome = if payments.paid(key.as_str()) { Outcome::Succeeded } else { Outcome::NotRun };
        let _ = host.resolve("found out", id, Resolver::Key(key), outcome, 6)?;
    }
    Ok(())
}

/// Claims whatever is approved, on several threads; every permit is a line.
fn race(dir: &Path, name: &str, threads: usize) -> Result<(), Failed> {
    let ids: Vec<ProposalId> = host(dir)?.store().open(None, usize::MAX)?.into_iter().map(|w| w.id).collect();
    std::thread::scope(|scope| {
        let racers: Vec<_> = (0..threads).map(|thread| scope.spawn({
            let ids = &ids;
            move || claim_all(&host(dir)?, ids, name, thread * ids.len() / threads)
        })).collect();
        racers.into_iter().try_for_each(|racer| racer.join().map_err(|_| "a thread panicked")?)
    })
}

fn claim_all(host: &Host, ids: &[ProposalId], name: &str, from: usize) -> Result<(), Failed> {
    for id in ids.iter().cycle().skip(from).take(ids.len()) {
        match host.claim(format!("{name}-{from}").as_str(), id, name, 3) {
            Ok(_) => say("claimed", id.as_str())?,
            Err(GateError::Refused(_)) => {}
            Err(other) => return Err(other_error(other)),
        }
    }
    Ok(())
}

fn other_error(error: GateError<StoreError>) -> Failed {
    error.to_string().into()
}
