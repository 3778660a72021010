//! The gate from the outside: what a host sees when people vote, edit, stand in for each other and run out of time.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops where it is surprised")]

use handover::approval::*;
use handover::escalation::PolicyRef;
use handover::signal::Signal;
use std::sync::Arc;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

fn who(id: &str) -> Principal {
    Principal::person(id)
}

fn ai() -> Principal {
    Principal::machine("ai")
}

fn staff() -> StaffList {
    let in_team = |roles: &[&str], team: &str| {
        let roles = roles.iter().map(|role| Role::from(*role)).collect();
        Colleague { roles, team: Some(team.into()) }
    };
    StaffList::builder()
        .colleague("anna", in_team(&["agent"], "service"))
        .colleague("bas", in_team(&["agent"], "service"))
        .colleague("cem", in_team(&["agent", "lead"], "back"))
        .colleague("dora", in_team(&["lead"], "back"))
        .colleague("els", in_team(&["cfo"], "finance"))
        .colleague("finn", in_team(&[], "service"))
        .delegation(Delegation { from: "dora".into(), to: "anna".into(), since: 0, until: HOUR })
        .delegation(Delegation { from: "cem".into(), to: "bas".into(), since: 0, until: HOUR })
        .build()
        .unwrap()
}

fn route(name: &str) -> RequirementBuilder {
    Requirement::builder(name, HOUR, 30 * MINUTE)
        .settle_by(5 * MINUTE)
        .on_timeout(TimeoutAction::HandToHuman, Some("still_with_you".into()))
}

/// An agent decides on most things, an agent and a lead on money.
fn rules(version: u32) -> RuleSet {
    let agent = route("agent").stage(Stage::of(1, ["agent"])).tell_waiting("colleague_checks").build().unwrap();
    let mut set = RuleSet::new(PolicyRef { id: "test".into(), version }, agent);
    let money = route("money")
        .stage(Stage::of(1, ["agent"]))
        .stage(Stage::of(1, ["lead"]))
        .rung(20 * MINUTE, ["cfo"], "pager")
        .build()
        .unwrap();
    set.routes.push(money);
    for action in ["refund", "plan", "close", "exclude"] {
        set.actions.insert(action.into(), ActionSpec::default());
    }
    set.actions.get_mut("exclude").unwrap().hidden = true;
    set.actions.get_mut("close").unwrap().adverse = true;
    set.rules.push(rule("small", "refund", 0, 5_000, allowed(10_000)));
    set.rules.push(rule("large", "refund", 5_001, 100_000, RuleEffect::Review("money".into())));
    set.rules.push(rule("absurd", "refund", 100_001, u64::MAX, RuleEffect::Deny));
    set
}

fn rule(id: &str, action: &str, min: u64, max: u64, effect: RuleEffect) -> ApprovalRule {
    let mut when = When::default();
    when.actions.push(action.into());
    when.currency = Some(Currency::EUR);
    (when.min_minor, when.max_minor) = (Some(min), Some(max));
    ApprovalRule { id: id.into(), when, then: effect.into() }
}

fn allowed(most: u64) -> RuleEffect {
    let limit = Limit { window: 24 * HOUR, most: Some(most), times: None };
    let budget = Some(Budget { per: Per::Customer, limit, over: "agent".into() });
    RuleEffect::Allow { sample_permille: 0, budget, most_items: 1 }
}

type TestGate = Gate<Arc<MemoryStore>, ApprovalRules, StaffList>;

fn gate_of(set: RuleSet) -> TestGate {
    Gate::new(Arc::new(MemoryStore::new()), ApprovalRules::compile(set).unwrap(), staff())
}

fn gate() -> TestGate {
    gate_of(rules(1))
}

fn proposal(id: &str, action: &str, cents: i64) -> Proposal {
    let item = Item::new("c-1").amount("sum", Money::eur(cents));
    Proposal::builder(id, action, ai(), format!("key-{id}").as_str()).item(item).build().unwrap()
}

fn propose(gate: &TestGate, id: &str, action: &str, cents: i64) -> ProposalId {
    let done = gate.propose(proposal(id, action, cents), Facts::default(), None, 0).unwrap();
    done.record.id().clone()
}

fn yes(gate: &TestGate, id: &ProposalId, by: &str, now: u64) -> Result<Done, Refusal> {
    answer(gate, id, by, Answer::Approve, now)
}

fn answer(gate: &TestGate, id: &ProposalId, by: &str, answer: Answer, now: u64) -> Result<Done, Refusal> {
    let seen = gate.review(id).unwrap().seen;
    let delivery = format!("{by}/{now}/{:?}", answer.kind());
    refused(gate.vote(delivery.as_str(), id, who(by), seen, answer, now))
}

fn refused<T>(result: Result<T, GateError<std::convert::Infallible>>) -> Result<T, Refusal> {
    result.map_err(|error| match error {
        GateError::Refused(refusal) => refusal,
        other => panic!("{other}"),
    })
}

fn name(gate: &TestGate, id: &ProposalId) -> &'static str {
    match gate.state(id).unwrap() {
        State::Over { end, .. } => end.name(),
        other => other.name(),
    }
}

fn messages(gate: &TestGate) -> Vec<MessageKind> {
    let mut kinds = Vec::new();
    gate.deliver(99, |message| {
        kinds.push(message.kind.clone());
        true
    })
    .unwrap();
    kinds
}

#[test]
fn money_takes_an_agent_and_a_lead_and_nobody_twice() {
    let gate = gate();
    let id = propose(&gate, "p", "refund", 9_000);
    assert_eq!(yes(&gate, &id, "finn", 1).unwrap_err(), Refusal::NotEligible);
    assert_eq!(yes(&gate, &id, "els", 1).unwrap_err(), Refusal::NotEligible);
    let _ = yes(&gate, &id, "cem", 1).unwrap();
    assert_eq!(yes(&gate, &id, "cem", 2).unwrap_err(), Refusal::AlreadyVoted, "holding both roles is one person");
    assert_eq!(name(&gate, &id), "pending");
    let _ = yes(&gate, &id, "bas", 3).unwrap();
    assert_eq!(name(&gate, &id), "approved");
}

#[test]
fn whoever_stands_in_counts_for_both() {
    let gate = gate();
    let id = propose(&gate, "p", "refund", 9_000);
    let seen = gate.review(&id).unwrap().seen;
    let vote = |delivery: &str, by: &str, acting_for: Option<&str>, now| {
        let wish =
            Wish::Vote { by: who(by), acting_for: acting_for.map(who), seen: seen.clone(), answer: Answer::Approve };
        refused(gate.follow(&id, &Command::new(delivery, wish), now))
    };
    assert_eq!(vote("1", "finn", Some("dora"), 1).unwrap_err(), Refusal::NotEligible, "nobody asked him to");
    assert_eq!(vote("2", "anna", Some("dora"), HOUR - 1).unwrap().record.votes()[0].through, [who("dora")]);
    assert_eq!(vote("3", "dora", None, HOUR - 1).unwrap_err(), Refusal::AlreadyVoted);
    assert_eq!(vote("4", "anna", None, HOUR - 1).unwrap_err(), Refusal::AlreadyVoted);
    assert_eq!(vote("5", "bas", None, HOUR - 1).unwrap().record.state().name(), "approved");
}

#[test]
fn a_stand_in_of_the_proposer_may_not_vote() {
    let gate = gate();
    let item = Item::new("c").amount("sum", Money::eur(9_000));
    let plan = Proposal::builder("p", "refund", who("cem"), "k").item(item).build().unwrap();
    let id = gate.propose(plan, Facts::default(), None, 0).unwrap().record.id().clone();
    assert_eq!(yes(&gate, &id, "cem", 1).unwrap_err(), Refusal::Proposer);
    let seen = gate.review(&id).unwrap().seen;
    let wish = Wish::Vote { by: who("bas"), acting_for: Some(who("cem")), seen, answer: Answer::Approve };
    assert_eq!(refused(gate.follow(&id, &Command::new("x", wish), 1)).unwrap_err(), Refusal::Proposer);
}

#[test]
fn another_team_has_to_look_where_the_policy_says_so() {
    let mut set = rules(1);
    set.routes[0] = route("agent").stage(Stage::of(1, ["agent"])).other_team().build().unwrap();
    let gate = gate_of(set);
    let plan = Proposal::builder("p", "plan", ai(), "k").item(Item::new("c")).team("service").build().unwrap();
    let id = gate.propose(plan, Facts::default(), None, 0).unwrap().record.id().clone();
    assert_eq!(yes(&gate, &id, "anna", 1).unwrap_err(), Refusal::SameTeam);
    let _ = yes(&gate, &id, "cem", 2).unwrap();
    assert_eq!(name(&gate, &id), "approved");
}

#[test]
fn an_edit_clears_votes_is_judged_again_and_bars_the_editor() {
    let gate = gate();
    let id = propose(&gate, "p", "refund", 9_000);
    let before = gate.review(&id).unwrap().seen;
    let _ = yes(&gate, &id, "anna", 1).unwrap();
    let items = vec![Item::new("c-1").amount("sum", Money::eur(8_000))];
    let edit = |delivery: &str, items: Vec<Item>, by: &str, seen: Seen| {
        refused(gate.edit(delivery, &id, who(by), seen, items, Facts::default(), 2))
    };
    let done = edit("e1", items.clone(), "dora", before.clone()).unwrap();
    assert!(done.record.votes().is_empty() && done.record.editors() == [who("dora")]);
    assert!(messages(&gate).iter().any(|m| matches!(m, MessageKind::Learn { .. })));
    assert_eq!(yes(&gate, &id, "dora", 3).unwrap_err(), Refusal::Editor);
    let stale = gate.vote("old", &id, who("bas"), before, Answer::Approve, 3);
    assert_eq!(refused(stale).unwrap_err(), Refusal::Stale { current: 1 });
    let seen = gate.review(&id).unwrap().seen;
    assert_eq!(edit("e2", items, "dora", seen.clone()).unwrap_err(), Refusal::NothingEdited);
    // Down to what a rule would let pass: still for people, since people were asked.
    let small = vec![Item::new("c-1").amount("sum", Money::eur(100))];
    assert_eq!(edit("e3", small, "dora", seen).unwrap().record.state().name(), "pending");
    // Up to what the policy denies: over.
    let seen = gate.review(&id).unwrap().seen;
    let absurd = vec![Item::new("c-1").amount("sum", Money::eur(200_000))];
    let _ = edit("e4", absurd, "dora", seen).unwrap();
    assert_eq!(name(&gate, &id), "denied");
}

#[test]
fn edits_come_to_an_end() {
    let gate = gate();
    let id = propose(&gate, "p", "plan", 1);
    for n in 0..=i64::from(MOST_EDITS) {
        let seen = gate.review(&id).unwrap().seen;
        let items = vec![Item::new("c-1").amount("sum", Money::eur(n + 2))];
        let result = gate.edit(format!("{n}").as_str(), &id, who("anna"), seen, items, Facts::default(), 2);
        match refused(result) {
            Ok(_) => assert!(n < i64::from(MOST_EDITS)),
            Err(refusal) => assert_eq!((n, refusal), (i64::from(MOST_EDITS), Refusal::TooManyEdits)),
        }
    }
}

#[test]
fn a_ladder_brings_people_in_even_if_nobody_woke_it() {
    let gate = gate();
    let id = propose(&gate, "p", "refund", 9_000);
    assert_eq!(yes(&gate, &id, "els", 20 * MINUTE - 1).unwrap_err(), Refusal::NotEligible);
    let _ = yes(&gate, &id, "els", 20 * MINUTE).unwrap();
    messages(&gate);
    assert_eq!(gate.wake_due(20 * MINUTE, 9).unwrap(), 1);
    assert_eq!(messages(&gate), [MessageKind::Ask { roles: vec!["cfo".into()], notify: Some("pager".into()) }]);
    assert_eq!(gate.wake_due(20 * MINUTE, 9).unwrap(), 0, "waking twice changes nothing");
    let early = propose(&gate, "q", "refund", 9_000);
    let _ = answer(&gate, &early, "anna", Answer::Escalate(Note::new("not for me")), 1).unwrap();
    let _ = yes(&gate, &early, "els", 2).unwrap();
    let top = answer(&gate, &early, "bas", Answer::Escalate(Note::new("")), 3).unwrap_err();
    assert_eq!(top, Refusal::TopOfLadder);
}

#[test]
fn running_out_of_time_is_never_a_yes_and_the_customer_hears_of_it() {
    let gate = gate();
    let id = propose(&gate, "p", "plan", 1);
    let told = MessageKind::TellCustomer { notice: "colleague_checks".into() };
    assert!(messages(&gate).contains(&told), "while it waits");
    assert_eq!(yes(&gate, &id, "anna", HOUR).unwrap_err(), Refusal::TooLate { deadline: HOUR });
    assert_eq!(gate.wake_due(HOUR, 9).unwrap(), 1);
    assert_eq!(name(&gate, &id), "expired");
    let after = messages(&gate);
    assert!(after.contains(&MessageKind::TellCustomer { notice: "still_with_you".into() }));
    assert!(after.contains(&MessageKind::HandToHuman { to: None }));
    assert_eq!(yes(&gate, &id, "anna", 1).unwrap_err(), Refusal::WrongState { state: "over" });
}

#[test]
fn an_approval_that_nobody_uses_expires_too() {
    let gate = gate();
    let id = propose(&gate, "p", "plan", 1);
    let _ = yes(&gate, &id, "anna", 1).unwrap();
    let late = refused(gate.claim("c", &id, "w", 1 + 30 * MINUTE)).unwrap_err();
    assert_eq!(late, Refusal::TooLate { deadline: 1 + 30 * MINUTE });
    // A clock that runs back reopens nothing once the time was seen.
    gate.wake_due(1 + 30 * MINUTE, 9).unwrap();
    assert_eq!(refused(gate.claim("d", &id, "w", 2)).unwrap_err(), Refusal::WrongState { state: "over" });
}

#[test]
fn a_customer_who_knows_nothing_of_it_is_told_nothing() {
    let gate = gate();
    propose(&gate, "p", "exclude", 1);
    gate.wake_due(HOUR, 9).unwrap();
    assert!(!messages(&gate).iter().any(|m| matches!(m, MessageKind::TellCustomer { .. })));
}

#[test]
fn what_is_claimed_and_not_settled_is_never_run_again() {
    let gate = gate();
    let id = propose(&gate, "p", "refund", 1_000);
    let permit = gate.claim("c", &id, "w", 1).unwrap();
    assert_eq!(permit.items()[0].judged_amount(), Some(("sum", Money::eur(1_000))));
    drop(permit); // the worker dies
    gate.wake_due(1 + 5 * MINUTE, 9).unwrap();
    assert_eq!(name(&gate, &id), "outcome_unknown");
    assert!(messages(&gate).iter().any(|m| matches!(m, MessageKind::FindOut { .. })));
    assert!(gate.claim("d", &id, "w2", 6 * MINUTE).is_err());
    gate.wake_due(1 + 10 * MINUTE, 9).unwrap();
    assert!(messages(&gate).iter().any(|m| matches!(m, MessageKind::FindOut { .. })), "reminded");
    let resolve = |delivery: &str, by| refused(gate.resolve(delivery, &id, by, Outcome::Succeeded, 11 * MINUTE));
    assert_eq!(resolve("1", Resolver::Person(ai())).unwrap_err(), Refusal::NotAPerson);
    assert_eq!(resolve("2", Resolver::Person(who("finn"))).unwrap_err(), Refusal::NotEligible);
    assert_eq!(resolve("3", Resolver::Key("other".into())).unwrap_err(), Refusal::OtherKey);
    let _ = resolve("4", Resolver::Key("key-p".into())).unwrap();
    assert_eq!(name(&gate, &id), "settled");
}

#[test]
fn the_same_delivery_twice_changes_nothing_and_another_by_its_id_is_refused() {
    let gate = gate();
    let id = propose(&gate, "p", "refund", 9_000);
    let again = gate.propose(proposal("p", "refund", 9_000), Facts::default(), None, 5).unwrap();
    assert!(!again.changed);
    assert!(matches!(gate.propose(proposal("p", "refund", 1), Facts::default(), None, 5), Err(GateError::IdTaken)));
    let twin = Proposal::builder("q", "plan", ai(), "key-p").item(Item::new("c")).build().unwrap();
    let taken = gate.propose(twin, Facts::default(), None, 5);
    assert!(matches!(taken, Err(GateError::KeyTaken { by }) if by.as_str() == "p"));
    let seen = gate.review(&id).unwrap().seen;
    let vote = |by: &str| refused(gate.vote("v", &id, who(by), seen.clone(), Answer::Approve, 1));
    assert!(vote("anna").unwrap().changed && !vote("anna").unwrap().changed);
    assert_eq!(vote("dora").unwrap_err(), Refusal::IdUsed);
}

#[test]
fn another_policy_voids_what_it_would_not_have_allowed() {
    let store = Arc::new(MemoryStore::new());
    let of = |set| Gate::new(store.clone(), ApprovalRules::compile(set).unwrap(), staff());
    let old = of(rules(1));
    let (kept, voided) = (propose(&old, "kept", "plan", 1), propose(&old, "voided", "refund", 1_000));
    let _ = yes(&old, &kept, "anna", 1).unwrap();
    let mut stricter = rules(2);
    stricter.rules.remove(0);
    let new = of(stricter);
    for id in [&kept, &voided] {
        assert_eq!(refused(new.claim("c", id, "w", 2)).unwrap_err(), Refusal::PolicyChanged);
        let _ = new.rejudge("again", id, Facts::default(), 3).unwrap();
    }
    assert_eq!((name(&new, &kept), name(&new, &voided)), ("approved", "pending"));
    assert!(new.claim("d", &kept, "w", 4).is_ok());
}

#[test]
fn small_amounts_add_up_and_what_did_not_run_gives_back() {
    let gate = gate();
    let ids: Vec<_> = ["a", "b", "c"].map(|id| propose(&gate, id, "refund", 4_000)).into();
    assert_eq!(ids.iter().map(|id| name(&gate, id)).collect::<Vec<_>>(), ["approved", "approved", "pending"]);
    let cancel = Command::new("x", Wish::Cancel { by: ai(), why: Note::new("not needed") });
    let _ = gate.follow(&ids[0], &cancel, 1).unwrap();
    let again = propose(&gate, "d", "refund", 4_000);
    assert_eq!(name(&gate, &again), "approved");
    let done = gate.claim("c", &again, "w", 2).unwrap();
    let _ = gate.settle(done, Outcome::Succeeded, 3).unwrap();
    let spent = propose(&gate, "e", "refund", 4_000);
    assert_eq!(name(&gate, &spent), "pending", "what was done has used its budget up");
}

#[test]
fn a_batch_is_one_thing_and_its_sample_is_looked_at_first() {
    let mut set = rules(1);
    set.routes[0] = route("agent").stage(Stage::of(1, ["agent"])).look_first(3).build().unwrap();
    let gate = gate_of(set);
    let builder = Proposal::builder("p", "exclude", ai(), "k");
    let batch = (0..40).fold(builder, |b, n| b.item(Item::new(format!("c-{n}").as_str()).with("until", n)));
    let done = gate.propose(batch.build().unwrap(), Facts::default(), Some(Draw::new(17)), 0).unwrap();
    let id = done.record.id().clone();
    let sample = gate.review(&id).unwrap().sample;
    assert_eq!(sample, Draw::new(17).sample(3, 40));
    assert_eq!(yes(&gate, &id, "anna", 1).unwrap_err(), Refusal::LookFirst { missing: 3 });
    for item in &sample {
        let look = Command::new("look", Wish::Look { by: who("anna"), item: *item });
        assert!(gate.follow(&id, &look, 2).unwrap().changed);
        assert!(!gate.follow(&id, &look, 2).unwrap().changed);
    }
    assert_eq!(yes(&gate, &id, "bas", 3).unwrap_err(), Refusal::LookFirst { missing: 3 }, "anna looked, not bas");
    let _ = yes(&gate, &id, "anna", 3).unwrap();
    assert_eq!(gate.claim("c", &id, "w", 4).unwrap().items().len(), 40);
    // Without a draw an AI could know which ones are looked at: then it is all of them.
    let pair = Proposal::builder("q", "exclude", ai(), "k2").item(Item::new("a")).item(Item::new("b"));
    let done = gate.propose(pair.build().unwrap(), Facts::default(), None, 0).unwrap();
    assert_eq!(done.record.sample(), [0, 1]);
}

#[test]
fn one_refusal_does_not_sink_the_rest_of_a_group() {
    let gate = gate();
    let ids = ["a", "b", "c"].map(|id| propose(&gate, id, "plan", 1));
    let votes: Vec<_> = ids.iter().map(|id| (id.clone(), gate.review(id).unwrap().seen)).collect();
    let _ = answer(&gate, &ids[1], "bas", Answer::TakeOver, 1).unwrap();
    let (draw, opened) = (Draw::new(3), [ids[0].clone()].into());
    let unseen = gate.vote_group("g", &votes, (draw, 3), &opened, &who("anna"), &Answer::Approve, 2);
    assert_eq!(unseen.unwrap_err(), Refusal::LookFirst { missing: 2 });
    let all = gate.vote_each("g", votes, &who("anna"), &Answer::Approve, 2);
    let went: Vec<bool> = all.iter().map(|(_, result)| result.is_ok()).collect();
    assert_eq!(went, [true, false, true]);
}

#[test]
fn answers_end_it_as_they_say() {
    let gate = gate();
    for (id, given, end) in [
        ("a", Answer::Reject(Note::new("te veel")), "rejected"),
        ("b", Answer::Answer(Note::new("Beste klant")), "answered"),
        ("c", Answer::TakeOver, "taken_over"),
    ] {
        let id = propose(&gate, id, "plan", 1);
        messages(&gate);
        let _ = answer(&gate, &id, "anna", given, 1).unwrap();
        assert_eq!(name(&gate, &id), end);
        assert!(messages(&gate).iter().any(|m| matches!(m, MessageKind::TellProposer { .. })), "the AI hears of {end}");
    }
    let mut strict = rules(1);
    let only = Answers { edit: false, answer: false, take_over: false, escalate: false };
    strict.routes[0] = route("agent").stage(Stage::of(1, ["agent"])).answers(only).build().unwrap();
    let gate = gate_of(strict);
    let id = propose(&gate, "p", "plan", 1);
    assert_eq!(answer(&gate, &id, "anna", Answer::TakeOver, 1).unwrap_err(), Refusal::AnswerNotAllowed);
}

/// What an AI may do, rule by rule.
#[test]
fn whatever_cannot_be_decided_goes_to_people() {
    let mut set = rules(1);
    let mut hard = rule("hardship", "refund", 0, u64::MAX, RuleEffect::Review("money".into()));
    hard.when.signals_any.push(Signal::FinancialHardship);
    hard.then.never_always = true;
    set.rules.push(hard);
    let mut sampled = rule("sampled", "plan", 0, 100, RuleEffect::ALLOW);
    sampled.then.effect = RuleEffect::Allow { sample_permille: 100, budget: None, most_items: 1 };
    set.rules.push(sampled);
    let standing = |id: &str, action: &str| Standing {
        id: id.into(),
        action: action.into(),
        customer: None,
        most: Some((50_000, Currency::EUR)),
        until: HOUR,
        granted_by: who("els"),
    };
    set.standing = vec![standing("s1", "refund"), standing("s2", "close")];
    let rules = ApprovalRules::compile(set).unwrap();
    let judge = |action, cents, facts: Facts, draw: Option<u64>, now| {
        let verdict = rules.judge(&proposal("p", action, cents), &facts, draw.map(Draw::new), now);
        (verdict.effect(), verdict.why)
    };
    let none = Facts::default;
    let cases = [
        (judge("refund", 5_000, none(), None, HOUR), (Effect::Allow, Why::Rule)),
        (judge("refund", 5_001, none(), None, HOUR), (Effect::Review, Why::Rule)),
        (judge("refund", -5_001, none(), None, HOUR), (Effect::Review, Why::Rule)),
        (judge("refund", i64::MIN, none(), None, HOUR), (Effect::Deny, Why::Rule)),
        (judge("refund", 5_001, none(), None, HOUR - 1), (Effect::Allow, Why::Standing)),
        (judge("refund", 200_000, none(), None, 0), (Effect::Deny, Why::Rule)),
        (judge("refund", 5, none().signal(Signal::FinancialHardship), None, 0), (Effect::Review, Why::Rule)),
        (judge("close", 5, none(), None, 0), (Effect::Review, Why::Adverse)),
        (judge("plan", 50, none(), None, 0), (Effect::Review, Why::NoDraw)),
        (judge("plan", 50, none(), Some(99), 0), (Effect::Review, Why::Sampled)),
        (judge("plan", 50, none(), Some(100), 0), (Effect::Allow, Why::Rule)),
        (judge("plan", 500, none(), Some(100), 0), (Effect::Review, Why::Default)),
        (judge("unheard_of", 5, none(), None, 0), (Effect::Review, Why::UnknownAction)),
    ];
    for (at, (found, wanted)) in cases.into_iter().enumerate() {
        assert_eq!(found, wanted, "case {at}");
    }
    let two = Proposal::builder("p", "refund", ai(), "k");
    let two = (0..2).fold(two, |b, _| b.item(Item::new("c").amount("sum", Money::eur(5)))).build().unwrap();
    assert_eq!(rules.judge(&two, &none(), None, HOUR).why, Why::LargeBatch);
}

/// A hundred threads race for a thousand permits: each is given out once.
#[test]
fn a_hundred_threads_race_for_a_thousand_permits() {
    let gate = gate();
    let ids: Vec<ProposalId> = (0..1_000).map(|n| propose(&gate, &format!("p{n}"), "plan", 1)).collect();
    for id in &ids {
        let _ = yes(&gate, id, "anna", 1).unwrap();
    }
    let permits = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for thread in 0..100_usize {
            let (gate, ids, permits) = (&gate, &ids, &permits);
            scope.spawn(move || {
                for n in 0..ids.len() {
                    let id = &ids[(n + thread * 10) % ids.len()];
                    let claim = format!("claim-{thread}");
                    match gate.claim(claim.as_str(), id, claim.as_str(), 2) {
                        Ok(permit) => permits.lock().unwrap().push(permit.proposal().clone()),
                        Err(GateError::Refused(Refusal::WrongState { .. })) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
            });
        }
    });
    let mut given = permits.into_inner().unwrap();
    given.sort();
    let mut all = ids;
    all.sort();
    assert_eq!(given, all);
}

#[test]
fn refusals_and_debug_hold_nothing_of_the_customer() {
    let gate = gate();
    let item = Item::new("klant-geheim").with("iban", "NL00GEHEIM").with("note", "zwanger");
    let plan = Proposal::builder("p", "plan", ai(), "k").item(item).against("verdacht", "crm").build().unwrap();
    let done = gate.propose(plan, Facts::default(), None, 0).unwrap();
    let review = gate.review(done.record.id()).unwrap();
    let rejected = answer(&gate, done.record.id(), "anna", Answer::Reject(Note::new("vertrouwelijk")), 1).unwrap();
    let store = gate.store();
    let shown = format!(
        "{:?} {review:?} {rejected:?} {:?} {:?}",
        done.record,
        store.events(done.record.id()).unwrap(),
        store.outbox(9).unwrap()
    );
    for secret in ["geheim", "GEHEIM", "zwanger", "verdacht", "vertrouwelijk"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
