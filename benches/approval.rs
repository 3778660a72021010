//! What the gate costs: a verdict by twenty rules, a step, and a hundred thousand open approvals.
//!
//! `cargo bench --bench approval` prints the least and the median of many rounds. `-- --smoke` runs each once.

#![allow(
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a bench prints, and stops where its own set-up is wrong"
)]

mod support;

use handover::approval::*;
use handover::escalation::PolicyRef;
use handover::signal::Signal;
use std::hint::black_box;
use std::sync::Arc;
use support::time;

fn main() {
    let rounds = support::rounds();
    let rules = ApprovalRules::compile(twenty_rules()).expect("rules of the bench");
    verdicts(&rules, rounds);
    steps(&rules, rounds);
    let pending = if rounds == 1 { 1_000 } else { 100_000 };
    queues(&rules, pending, rounds.min(11));
}

fn row(name: &str, (least, median): (f64, f64)) {
    println!("  {name:<52} {least:>10.3} {median:>10.3}");
}

/// Seven that deny, nine that ask people, four that let pass, all about one action.
fn twenty_rules() -> RuleSet {
    let route = |name: &str, quorum| {
        Requirement::builder(name, 3_600_000, 3_600_000).stage(Stage::of(quorum, ["agent"])).build().unwrap()
    };
    let mut set = RuleSet::new(PolicyRef { id: "bench".into(), version: 1 }, route("agent", 1));
    set.routes.push(route("two", 2));
    set.actions.insert("refund".into(), ActionSpec::default());
    let when = |at: u64| {
        let mut when = When::default();
        when.actions.push("refund".into());
        when.currency = Some(Currency::EUR);
        when.min_minor = Some(at * 10_000);
        when
    };
    for at in 0..7 {
        let mut deny = when(100 + at);
        deny.signals_any.push(Signal::BUILT_IN[at as usize].clone());
        set.rules.push(ApprovalRule { id: format!("deny-{at}").into(), when: deny, then: RuleEffect::Deny.into() });
    }
    for at in 0..9 {
        let mut review = when(1 + at);
        review.frustration_min = Some(100 * at as u16);
        let then = RuleEffect::Review("two".into()).into();
        set.rules.push(ApprovalRule { id: format!("review-{at}").into(), when: review, then });
    }
    for at in 0..4 {
        let mut allow = when(0);
        allow.max_minor = Some(1_000 * (at + 1));
        allow.verified = Some(true);
        let limit = Limit { window: 86_400_000, most: Some(10_000), times: None };
        let budget = Some(Budget { per: Per::Customer, limit, over: "agent".into() });
        let then = RuleEffect::Allow { sample_permille: 20, budget, most_items: 1 }.into();
        set.rules.push(ApprovalRule { id: format!("allow-{at}").into(), when: allow, then });
    }
    set
}

fn proposal(id: &str, cents: i64) -> Proposal {
    let item = Item::new("customer-81").amount("sum", Money::eur(cents)).with("iban", "NL00BANK0123456789");
    let item = item.with("reason", "billed twice");
    Proposal::builder(id, "refund", Principal::machine("ai"), format!("key-{id}").as_str()).item(item).build().unwrap()
}

fn verdicts(rules: &ApprovalRules, rounds: usize) {
    println!("verdict by 20 rules");
    let facts = Facts::default().verified().signal(Signal::FinancialHardship).attribute("segment", "household");
    for (name, cents) in [("passes", 900), ("goes to people", 45_000), ("is denied", 2_000_000)] {
        let proposal = proposal("p", cents);
        let judge = || drop(black_box(rules.judge(black_box(&proposal), &facts, Some(Draw::new(700)), 0)));
        row(&format!("judge, {name}"), time(rounds, judge));
    }
    let (shared, facts) = (Arc::new(proposal("p", 900)), Arc::new(facts));
    let bound = || drop(black_box(judge(rules, shared.clone(), facts.clone(), Some(Draw::new(700)), 0)));
    row("judge, bound to the canonical bytes", time(rounds, bound));
}

fn staff() -> StaffList {
    ["anna", "bas", "cem"].iter().fold(StaffList::builder(), |s, id| s.person(*id, ["agent"])).build().unwrap()
}

fn opened(rules: &ApprovalRules, id: &str, now: u64) -> Step {
    let judgement = judge(rules, Arc::new(proposal(id, 45_000)), Arc::new(Facts::default()), None, now);
    open(&judgement, &LedgerRows::new(), now)
}

fn vote(record: &Record, id: &str, by: &str) -> Command {
    let seen = record.seen();
    Command::new(id, Wish::Vote { by: Principal::person(by), acting_for: None, seen, answer: Answer::Approve })
}

fn steps(rules: &ApprovalRules, rounds: usize) {
    println!("step");
    let staff = staff();
    let run = |name: &str, record: &Record, command: &Command| {
        row(name, time(rounds, || drop(black_box(step(black_box(record), command, &staff, 1)))));
    };
    let pending = opened(rules, "p", 0).record().clone();
    let first = vote(&pending, "v1", "anna");
    run("vote, the first of two", &pending, &first);
    let half = step(&pending, &first, &staff, 1).unwrap().record().clone();
    let second = vote(&half, "v2", "bas");
    run("vote that approves", &half, &second);
    run("vote that is refused", &half, &vote(&half, "v3", "anna"));
    let approved = step(&half, &second, &staff, 1).unwrap().record().clone();
    let (worker, seen, policy) = ("w".into(), approved.seen(), rules.reference());
    let claim = Command::new("c", Wish::Claim { worker, seen, policy });
    run("claim", &approved, &claim);
    let claimed = step(&approved, &claim, &staff, 1).unwrap().record().clone();
    let settle = Command::new("s", Wish::Settle { claim: "c".into(), outcome: Outcome::Succeeded });
    run("settle", &claimed, &settle);
    run("wake, nothing due", &pending, &Command::new("w", Wish::Wake));
}

fn queues(rules: &ApprovalRules, pending: u64, rounds: usize) {
    println!("{pending} open approvals, in memory");
    let store = MemoryStore::new();
    for n in 0..pending {
        let change = opened(rules, &format!("p{n:06}"), n).change(0, &LedgerRows::new());
        assert_eq!(store.commit(&change).unwrap(), Swap::Done);
    }
    let all = pending as usize;
    row("due, the first hundred", time(rounds, || drop(black_box(store.due(u64::MAX, 100)))));
    row("due, all of them", time(rounds, || drop(black_box(store.due(u64::MAX, all)))));
    row("due, none", time(rounds, || drop(black_box(store.due(0, all)))));
    let middle = store.open(None, all / 2).unwrap().pop();
    row(
        "list, a page of a hundred from the middle",
        time(rounds, || drop(black_box(store.open(middle.as_ref(), 100)))),
    );
    row("list, all of them", time(rounds, || drop(black_box(store.open(None, all)))));
    let row_of = store.load(&"p000001".into()).unwrap().unwrap();
    row("load one", time(rounds, || drop(black_box(store.load(&"p000001".into())))));
    let mut change = opened(rules, "p000001", 1).change(row_of.version, &LedgerRows::new());
    (change.events, change.messages) = (Vec::new(), Vec::new());
    let commit = || {
        assert_eq!(store.commit(&change).unwrap(), Swap::Done);
        change.expected += 1;
    };
    row("commit one", time(rounds, commit));
}
