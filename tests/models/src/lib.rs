//! The approval gate as a state machine that is explored to the last state: the [`step`] that ships, with people who
//! vote, edit, pass up and cancel, one of whom proposed it; a machine that tries to vote; two workers that race, die
//! and report; a policy that changes; a clock; and every command delivered twice.
//!
//! The judge is separate from the machine: [`Ghost`] keeps its own books of who said what to which revision, by rules
//! written down once more, and says what was broken.

mod defect;
mod ghost;

pub use defect::Defect;
pub use ghost::{Broken, Ghost};

use handover::approval::{
    ActionSpec, Answer, ApprovalPolicy, ApprovalRule, ApprovalRules, Command, CommandId, Directory, Facts, Item,
    LedgerRows, MessageKind, Note, Outcome, Principal, Proposal, Record, Refusal, Requirement, Resolver, RuleEffect,
    RuleSet, Seen, StaffList, Stage, State, Swap, TimeoutAction, When, Wish, judge, open, step,
};
use handover::escalation::PolicyRef;
use stateright::{Model, Property};
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The last moment of the clock.
pub const LAST: u8 = 6;
/// How often it may be edited here.
const MOST_EDITS: u32 = 2;
/// When people further up are brought in, when it is too late to approve, and how long a claim may take.
const RUNG: u64 = 1;
const APPROVE_BY: u64 = 2;
const EXECUTE_BY: u64 = 2;
const SETTLE_BY: u64 = 1;

/// Who takes part. Anna proposed it, though she is an agent too; the machine is listed as an agent by mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// The proposer.
    Anna,
    /// An agent.
    Bas,
    /// An agent who leads.
    Cem,
    /// Brought in by the ladder.
    Dora,
    /// A machine.
    Bot,
}

impl Who {
    /// Everybody.
    pub const ALL: [Self; 5] = [Self::Anna, Self::Bas, Self::Cem, Self::Dora, Self::Bot];

    /// As the gate knows them.
    pub fn principal(self) -> Principal {
        match self {
            Self::Anna => Principal::person("anna"),
            Self::Bas => Principal::person("bas"),
            Self::Cem => Principal::person("cem"),
            Self::Dora => Principal::person("dora"),
            Self::Bot => Principal::machine("bot"),
        }
    }
}

/// What the items say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Content {
    /// What was proposed.
    First,
    /// Something that people may approve, too.
    Other,
    /// Something that the policy denies.
    Denied,
}

/// What happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Move {
    /// Time passes.
    Tick,
    /// Whoever looks after the timers looks.
    Wake,
    /// Somebody says yes to a revision: the current one, or the first.
    Approve(Who, bool),
    /// Somebody says yes by another delivery: on another device, say.
    Again(Who),
    /// Somebody says no.
    Reject(Who),
    /// Somebody changes it.
    Edit(Who, Content),
    /// Somebody passes it up.
    Escalate(Who),
    /// Somebody takes it over.
    TakeOver(Who),
    /// It is called off.
    Cancel,
    /// The policy becomes stricter.
    Tighten,
    /// It is judged by the policy that holds now.
    Rejudge,
    /// A worker claims.
    Claim(usize),
    /// A worker does what its permit says.
    Act(usize),
    /// A worker dies.
    Die(usize),
    /// A worker says how it went.
    Report(usize),
    /// Somebody says how it went that nobody reported on.
    Resolve(Who),
    /// A worker loads a record (only where the store has no compare and swap).
    Load(usize),
    /// A worker claims on what it had loaded (only there).
    ClaimLoaded(usize),
}

/// A worker.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Worker {
    /// Has not claimed.
    Idle,
    /// Has read the record (only where the store has no compare and swap).
    Loaded(Box<Record>),
    /// Holds a permit for a revision.
    Holds(u32),
    /// Has acted.
    Acted,
    /// Has reported, or died.
    Gone,
}

/// Where everything stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    /// The record.
    pub record: Record,
    /// The time.
    pub clock: u8,
    /// The version of the policy.
    pub policy: u32,
    /// The workers.
    pub workers: [Worker; 2],
    /// The judge's books.
    pub ghost: Ghost,
}

/// Two worlds that differ only in how they came about, in counters, times of votes and the order of deliveries, go on
/// alike and count as one. (An id of the model names the move, the revision and the policy, so that whatever was
/// delivered shows in the votes, the state or the policy.)
impl Hash for World {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let record = &self.record;
        let mut votes: Vec<&Principal> = record.votes().iter().map(|vote| &vote.by).collect();
        votes.sort();
        (record.state(), votes, record.editors(), record.seen().revision(), record.policy().version).hash(hasher);
        (self.clock, self.policy, &self.workers).hash(hasher);
        let ghost = &self.ghost;
        (ghost.content, &ghost.yes, &ghost.editors, ghost.effects, ghost.resolved, ghost.broken).hash(hasher);
    }
}

/// The model: the gate that ships, or one with a defect.
#[derive(Debug)]
pub struct Gate {
    /// What is wrong with it, if anything.
    pub defect: Option<Defect>,
    staff: StaffList,
    policies: BTreeMap<u32, ApprovalRules>,
}

impl Gate {
    /// The gate, with a defect or as it ships.
    pub fn new(defect: Option<Defect>) -> Self {
        let staff = StaffList::builder()
            .person("anna", ["agent"])
            .person("bas", ["agent"])
            .person("cem", ["agent", "lead"])
            .person("dora", ["boss"])
            .person("bot", ["agent"])
            .build()
            .unwrap();
        Self { defect, staff, policies: [(1, rules(1)), (2, rules(2))].into() }
    }

    fn judged(&self, proposal: Proposal, policy: u32, now: u8) -> handover::approval::Judgement {
        judge(&self.policies[&policy], Arc::new(proposal), Arc::new(Facts::default()), None, u64::from(now))
    }

    /// What a move asks of the record, if it does.
    fn command(&self, world: &World, to: Move) -> Option<Command> {
        let wish = match to {
            Move::Tick | Move::Tighten | Move::Act(_) | Move::Die(_) | Move::Load(_) | Move::ClaimLoaded(_) => {
                return None;
            }
            Move::Wake => Wish::Wake,
            Move::Approve(who, current) => {
                let seen = if current { world.record.seen() } else { world.ghost.first_seen.clone() };
                vote(who, seen, Answer::Approve)
            }
            Move::Again(who) => vote(who, world.record.seen(), Answer::Approve),
            Move::Reject(who) => vote(who, world.record.seen(), Answer::Reject(Note::new(""))),
            Move::Escalate(who) => vote(who, world.record.seen(), Answer::Escalate(Note::new(""))),
            Move::TakeOver(who) => vote(who, world.record.seen(), Answer::TakeOver),
            Move::Edit(who, content) => {
                let edited = world.record.edited(vec![item(content)]).unwrap();
                let judged = self.judged(edited, world.policy, world.clock);
                vote(who, world.record.seen(), Answer::Edit(Box::new(judged)))
            }
            Move::Cancel => Wish::Cancel { by: Principal::machine("host"), why: Note::new("") },
            Move::Rejudge => {
                let same = world.record.edited(vec![item(world.ghost.content)]).unwrap();
                Wish::Rejudge(Box::new(self.judged(same, world.policy, world.clock)))
            }
            Move::Claim(n) => self.claim(&world.record, n, world.policy),
            Move::Report(n) => Wish::Settle { claim: claim_id(n), outcome: Outcome::Succeeded },
            Move::Resolve(who) => Wish::Resolve { by: Resolver::Person(who.principal()), outcome: Outcome::Failed },
        };
        let revision = world.record.seen().revision();
        let id = match to {
            Move::Claim(n) => claim_id(n),
            _ => CommandId::new(format!("{to:?}/{revision}/{}", world.policy)),
        };
        Some(Command::new(id, wish))
    }

    fn claim(&self, record: &Record, worker: usize, policy: u32) -> Wish {
        Wish::Claim {
            worker: format!("w{worker}").as_str().into(),
            seen: record.seen(),
            policy: self.policies[&policy].reference(),
        }
    }

    /// The gate's answer, defect and all: the record, whether there is a permit, and the kinds of messages.
    fn answer(&self, record: &Record, command: &Command, now: u64) -> Result<Answered, Refusal> {
        match self.defect {
            None => answered(record, command, &self.staff, now),
            Some(defect) => defect.answer(record, command, &self.staff, now),
        }
    }

    /// A worker claims on what it had loaded, and the store takes it.
    fn claim_loaded(&self, world: &World, n: usize) -> Option<World> {
        let Worker::Loaded(record) = &world.workers[n] else { return None };
        let command = Command::new(claim_id(n), self.claim(record, n, world.policy));
        let answer = self.answer(record, &command, u64::from(world.clock)).ok()?;
        let mut next = world.clone();
        next.record = answer.record;
        next.workers[n] = Worker::Holds(next.record.seen().revision());
        Some(next)
    }
}

/// What the gate came to.
pub struct Answered {
    /// The next record.
    pub record: Record,
    /// Whether anything changed.
    pub changed: bool,
    /// Whether there is a permit.
    pub permit: bool,
    /// The messages.
    pub messages: Vec<MessageKind>,
}

/// The [`step`] that ships, with its permit.
pub fn answered(record: &Record, command: &Command, staff: &dyn Directory, now: u64) -> Result<Answered, Refusal> {
    let step = step(record, command, staff, now)?;
    let (record, changed) = (step.record().clone(), step.changes());
    let messages = step.messages().iter().map(|m| m.kind.clone()).collect();
    Ok(Answered { record, changed, messages, permit: step.permit(&Swap::Done).is_some() })
}

fn vote(who: Who, seen: Seen, answer: Answer) -> Wish {
    Wish::Vote { by: who.principal(), acting_for: None, seen, answer }
}

fn claim_id(n: usize) -> CommandId {
    CommandId::new(format!("claim-{n}"))
}

fn item(content: Content) -> Item {
    Item::new("customer").amount("sum", handover::approval::Money::eur(1 + content as i64))
}

/// Version 1 asks two agents; version 2 an agent and a lead. The ladder brings in the boss. What is worth 3 is denied.
fn rules(version: u32) -> ApprovalRules {
    let builder = Requirement::builder("people", APPROVE_BY, EXECUTE_BY).settle_by(SETTLE_BY);
    let staged = match version {
        1 => builder.stage(Stage::of(2, ["agent"])),
        _ => builder.stage(Stage::of(1, ["agent"])).stage(Stage::of(1, ["lead"])),
    };
    let route = staged
        .rung(RUNG, ["boss"], "pager")
        .on_timeout(TimeoutAction::HandToHuman, Some("still_with_you".into()))
        .build()
        .unwrap();
    let mut set = RuleSet::new(PolicyRef { id: "model".into(), version }, route);
    set.actions.insert("act".into(), ActionSpec::default());
    let mut when = When::default();
    when.currency = Some(handover::approval::Currency::EUR);
    when.min_minor = Some(3);
    set.rules.push(ApprovalRule { id: "too much".into(), when, then: RuleEffect::Deny.into() });
    ApprovalRules::compile(set).unwrap()
}

/// Whether a world is one that has to be reachable.
type Reached = fn(&Gate, &World) -> bool;

impl Model for Gate {
    type State = World;
    type Action = Move;

    fn init_states(&self) -> Vec<World> {
        let proposal =
            Proposal::builder("p", "act", Who::Anna.principal(), "key").item(item(Content::First)).build().unwrap();
        let opened = open(&self.judged(proposal, 1, 0), &LedgerRows::new(), 0);
        let record = opened.record().clone();
        let ghost = Ghost::of(&record);
        vec![World { record, clock: 0, policy: 1, workers: [Worker::Idle, Worker::Idle], ghost }]
    }

    fn actions(&self, world: &World, moves: &mut Vec<Move>) {
        if world.clock < LAST {
            moves.push(Move::Tick);
        }
        if self.defect == Some(Defect::NoCompareAndSwap) {
            // What workers have loaded multiplies the states: the least that shows the defect is enough.
            moves.extend([Move::Approve(Who::Bas, true), Move::Approve(Who::Cem, true)]);
            return self.worker_moves(world, moves);
        }
        if world.policy == 1 && world.clock <= 1 {
            moves.push(Move::Tighten);
        }
        moves.extend([Move::Wake, Move::Cancel, Move::Rejudge]);
        for who in Who::ALL {
            moves.extend([Move::Approve(who, true), Move::Reject(who), Move::Escalate(who), Move::Resolve(who)]);
            moves.extend([Move::TakeOver(who), Move::Again(who)]);
            if world.ghost.revision > 0 {
                moves.push(Move::Approve(who, false));
            }
            if world.ghost.revision < MOST_EDITS {
                let contents = [Content::First, Content::Other, Content::Denied];
                moves.extend(contents.map(|content| Move::Edit(who, content)));
            }
        }
        self.worker_moves(world, moves);
    }

    fn next_state(&self, world: &World, to: Move) -> Option<World> {
        let mut next = world.clone();
        match to {
            Move::Tick => next.clock += 1,
            Move::Tighten => next.policy = 2,
            Move::Act(n) => {
                let Worker::Holds(revision) = world.workers[n] else { return None };
                next.ghost.acted(revision);
                next.workers[n] = Worker::Acted;
            }
            Move::Die(n) => next.workers[n] = Worker::Gone,
            Move::Load(n) => next.workers[n] = Worker::Loaded(Box::new(world.record.clone())),
            Move::ClaimLoaded(n) => return self.claim_loaded(world, n),
            _ => {
                let command = self.command(world, to)?;
                let now = u64::from(world.clock);
                let answer = self.answer(&world.record, &command, now).ok()?;
                let again = self.answer(&answer.record, &command, now);
                next.ghost.watch(world, to, &answer, again);
                next.record = answer.record;
                match to {
                    Move::Claim(n) if answer.permit => {
                        next.workers[n] = Worker::Holds(next.record.seen().revision());
                    }
                    Move::Report(n) => next.workers[n] = Worker::Gone,
                    _ => {}
                }
            }
        }
        (next != *world).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties =
            vec![Property::<Self>::always("no rule is broken", |_, world| world.ghost.broken.is_none())];
        properties.push(Property::<Self>::always("it is done at most once", |_, world| world.ghost.effects <= 1));
        properties.push(Property::<Self>::always("whatever is not over has a timer that moves it", |gate, world| {
            gate.timer_moves(world)
        }));
        let reached: [(&'static str, Reached); 10] = [
            ("done", |_, w| w.ghost.effects == 1 && ended(w, "settled")),
            ("done after an edit", |_, w| w.ghost.effects == 1 && w.ghost.revision > 0),
            ("done under the stricter policy", |_, w| w.ghost.effects == 1 && w.record.policy().version == 2),
            ("rejected", |_, w| ended(w, "rejected")),
            ("denied after an edit", |_, w| ended(w, "denied")),
            ("taken over", |_, w| ended(w, "taken_over")),
            ("cancelled", |_, w| ended(w, "cancelled")),
            ("expired", |_, w| ended(w, "expired")),
            ("outcome unknown after it was done", |_, w| {
                matches!(w.record.state(), State::OutcomeUnknown { .. }) && w.ghost.effects == 1
            }),
            ("resolved", |_, w| w.ghost.resolved),
        ];
        properties.extend(reached.map(|(name, holds)| Property::<Self>::sometimes(name, holds)));
        properties
    }

    fn within_boundary(&self, world: &World) -> bool {
        world.clock <= LAST
    }
}

fn ended(world: &World, name: &str) -> bool {
    matches!(world.record.state(), State::Over { end, .. } if end.name() == name)
}

impl Gate {
    fn worker_moves(&self, world: &World, moves: &mut Vec<Move>) {
        for (n, worker) in world.workers.iter().enumerate() {
            match worker {
                Worker::Idle if self.defect == Some(Defect::NoCompareAndSwap) => {
                    moves.extend([Move::Load(n), Move::Claim(n)]);
                }
                Worker::Idle => moves.push(Move::Claim(n)),
                Worker::Loaded(_) => moves.push(Move::ClaimLoaded(n)),
                Worker::Holds(_) => moves.extend([Move::Act(n), Move::Die(n)]),
                Worker::Acted => moves.extend([Move::Report(n), Move::Die(n)]),
                Worker::Gone => {}
            }
        }
    }

    /// Whether waking at each timer, one after the other, ends the matter, or leaves it where only a person can.
    fn timer_moves(&self, world: &World) -> bool {
        let mut record = world.record.clone();
        for _ in 0..8 {
            let Some(at) = record.wake_at() else { return record.state().is_over() };
            if matches!(record.state(), State::OutcomeUnknown { .. }) {
                return true;
            }
            match self.answer(&record, &Command::new("wake", Wish::Wake), at) {
                Ok(answer) if answer.changed => record = answer.record,
                _ => return false,
            }
        }
        false
    }
}
