//! The whole gate: one pure function from a record and a command to the next record, or a refusal.

use super::record::{Applied, Trace};
use super::{
    Allowance, Answer, ApprovalEvent, ApprovalEventKind as Event, BudgetClaim, Capacity, Change, Command, CommandId,
    Directory, Effect, End, Judgement, Ledger, LedgerKey, LedgerPut, LedgerRows, Message, MessageKind, Note, Notice,
    OnTimeout, Outcome, Permit, Principal, RECORD_VERSION, Record, Refusal, Requirement, Resolver, Ruling, Rung, Seen,
    State, Swap, TimeoutAction, Vote, Why, Wish, WorkerId,
};
use crate::escalation::PolicyRef;
use std::sync::Arc;

/// How often a proposal may be edited: each edit starts the wait anew, and every wait ends.
pub const MOST_EDITS: u32 = 8;

/// Decides what becomes of a record when somebody wants something of it.
///
/// The built-in one is [`StandardGate`], which is [`step`]. The port is here for tests that seed a defect, and for
/// hosts that want to refuse more; one that refuses less is no gate.
pub trait ApprovalGate: Send + Sync {
    /// The next record with what has to be done about it.
    ///
    /// # Errors
    /// Why the command was not followed; the record is then as it was.
    fn step(&self, record: &Record, command: &Command, directory: &dyn Directory, now: u64) -> Result<Step, Refusal>;
}

macro_rules! forward_gate {
    ($($pointer:ty),*) => {$(
        impl<G: ApprovalGate + ?Sized> ApprovalGate for $pointer {
            fn step(&self, record: &Record, command: &Command, directory: &dyn Directory, now: u64) -> Result<Step, Refusal> {
                (**self).step(record, command, directory, now)
            }
        }
    )*};
}

forward_gate!(&G, Box<G>, Arc<G>);

/// The gate that ships: [`step`] behind the port.
#[derive(Clone, Copy, Debug, Default)]
pub struct StandardGate;

impl ApprovalGate for StandardGate {
    fn step(&self, record: &Record, command: &Command, directory: &dyn Directory, now: u64) -> Result<Step, Refusal> {
        step(record, command, directory, now)
    }
}

/// What a command came to: the next record, and all that has to be written with it in one go.
///
/// Nothing has happened yet. Make a [`change`](Self::change) of it, have the store commit that, and only if the store
/// says [`Swap::Done`] did it happen; on a conflict load again and take the step anew.
#[derive(Debug)]
#[must_use = "nothing has happened until the store has committed it"]
pub struct Step {
    record: Record,
    events: Vec<ApprovalEvent>,
    messages: Vec<Message>,
    puts: Vec<LedgerPut>,
    gives: Vec<LedgerKey>,
    permit: Option<Permit>,
    changed: bool,
}

impl Step {
    /// The record as it will be.
    #[must_use]
    pub const fn record(&self) -> &Record {
        &self.record
    }

    /// What happened, for the host's log.
    #[must_use]
    pub fn events(&self) -> &[ApprovalEvent] {
        &self.events
    }

    /// What the host has to do or tell.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// Whether anything is to be written. A command that was delivered before changes nothing.
    #[must_use]
    pub const fn changes(&self) -> bool {
        self.changed
    }

    /// The running totals that [`change`](Self::change) needs: those that get something back.
    #[must_use]
    pub fn ledgers(&self) -> &[LedgerKey] {
        &self.gives
    }

    /// What the store has to commit as one: `expected` is the version of the record that the step was taken on, 0 for
    /// one that was just opened; `rows` are the [`ledgers`](Self::ledgers) as the store has them.
    #[must_use]
    pub fn change(&self, expected: u64, rows: &LedgerRows) -> Change {
        let given = self.gives.iter().map(|key| {
            let row = rows.get(key).cloned().unwrap_or_default();
            let mut ledger = row.ledger;
            ledger.release(self.record.id());
            LedgerPut { key: key.clone(), expected: row.version, ledger }
        });
        Change {
            expected,
            record: self.record.clone(),
            ledgers: self.puts.iter().cloned().chain(given).collect(),
            events: self.events.clone(),
            messages: self.messages.clone(),
        }
    }

    /// The permit, where the step was a claim and the store has committed it. This is the only place where permits
    /// come from.
    #[must_use]
    pub fn permit(self, swap: &Swap) -> Option<Permit> {
        self.permit.filter(|_| matches!(swap, Swap::Done))
    }

    fn unchanged(record: &Record) -> Self {
        Self {
            record: record.clone(),
            events: Vec::new(),
            messages: Vec::new(),
            puts: Vec::new(),
            gives: Vec::new(),
            permit: None,
            changed: false,
        }
    }
}

/// Takes a judged proposal on record: it passes, waits for people, or is over at once.
///
/// `rows` are the [`Judgement::ledgers`] as the store has them; what passes takes from them in the same swap, and where
/// one has no room, people decide. Never fails.
pub fn open(judgement: &Judgement, rows: &LedgerRows, now: u64) -> Step {
    let verdict = &judgement.verdict;
    let mut at = At::new(blank(judgement, now), now);
    at.event(Event::Opened {
        action: judgement.proposal.action().clone(),
        customers: judgement.proposal.items().iter().map(|item| item.customer().clone()).collect(),
        proposer: judgement.proposal.proposer().clone(),
        effect: verdict.effect(),
        why: verdict.why,
        rule: verdict.rule.clone(),
        policy: judgement.policy.clone(),
        draw: judgement.draw,
    });
    match &verdict.ruling {
        Ruling::Deny => at.deny(verdict.tell_customer.as_ref()),
        Ruling::Review(requirement) => at.wait(requirement, verdict.tell_customer.as_ref()),
        Ruling::Allow(allowance) => at.pass(allowance, rows),
    }
    at.done()
}

/// A record of a judged proposal that is nowhere yet.
fn blank(judgement: &Judgement, now: u64) -> Record {
    let verdict = &judgement.verdict;
    Record {
        version: RECORD_VERSION,
        proposal: judgement.proposal.clone(),
        bytes: judgement.of.clone(),
        opened_as: judgement.of.clone(),
        revision: 0,
        facts: judgement.facts.clone(),
        draw: judgement.draw,
        policy: judgement.policy.clone(),
        why: verdict.why,
        rule: verdict.rule.clone(),
        never_always: verdict.never_always,
        visible: verdict.customer_visible,
        requirement: None,
        editors: Vec::new(),
        votes: Vec::new(),
        looked: Vec::new(),
        sample: Vec::new(),
        reserved: Vec::new(),
        applied: Vec::new(),
        opened_at: now,
        latest: now,
        events: 0,
        messages: 0,
        state: State::Over { at: now, end: End::Denied },
    }
}

/// The whole gate: what becomes of `record` when `command` comes at `now`, in milliseconds since the epoch.
///
/// Pure: the same input gives the same answer, and nothing is written. A clock that runs back counts as standing
/// still. Linear in the size of the record.
///
/// # Errors
/// Why the command was not followed.
///
/// ```
/// use handover::approval::*;
/// use handover::escalation::PolicyRef;
/// use std::sync::Arc;
///
/// let route = Requirement::builder("two", 60_000, 60_000).stage(Stage::of(2, ["agent"])).build()?;
/// let rules = ApprovalRules::compile(RuleSet::new(PolicyRef { id: "p".into(), version: 1 }, route))?;
/// let staff = StaffList::builder().person("anna", ["agent"]).person("bas", ["agent"]).build()?;
/// let proposal = Proposal::builder("p-1", "close_account", Principal::machine("ai"), "close-81")
///     .item(Item::new("customer-81"))
///     .build()?;
///
/// let judgement = judge(&rules, Arc::new(proposal), Arc::new(Facts::default()), None, 0);
/// let mut record = open(&judgement, &LedgerRows::new(), 0).record().clone();
/// for (id, who) in [("v1", "anna"), ("v2", "bas")] {
///     let yes = Wish::Vote {
///         by: Principal::person(who),
///         acting_for: None,
///         seen: record.seen(),
///         answer: Answer::Approve,
///     };
///     record = step(&record, &Command::new(id, yes), &staff, 1)?.record().clone();
/// }
/// assert!(matches!(record.state(), State::Approved { .. }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn step(record: &Record, command: &Command, directory: &dyn Directory, now: u64) -> Result<Step, Refusal> {
    let trace = trace(&command.what);
    if let Some(known) = record.applied.iter().find(|applied| applied.id == command.id) {
        return if known.what == trace { Ok(Step::unchanged(record)) } else { Err(Refusal::IdUsed) };
    }
    let mut at = At::new(record.clone(), now.max(record.latest));
    at.follow(&command.id, &command.what, directory)?;
    if !at.changed() {
        return Ok(Step::unchanged(record));
    }
    // Waking and looking are the same however often they come; remembering each would only make records grow.
    if !matches!(trace, Trace::Wake | Trace::Look { .. }) {
        at.record.applied.push(Applied { id: command.id.clone(), what: trace });
    }
    Ok(at.done())
}

fn trace(wish: &Wish) -> Trace {
    match wish {
        Wish::Vote { by, acting_for, seen, answer } => Trace::Vote {
            by: by.clone(),
            acting_for: acting_for.clone(),
            revision: seen.revision,
            answer: answer.kind(),
            edit: match answer {
                Answer::Edit(judgement) => Some(judgement.of.clone()),
                _ => None,
            },
        },
        Wish::Look { by, item } => Trace::Look { by: by.clone(), item: *item },
        Wish::Cancel { by, .. } => Trace::Cancel { by: by.clone() },
        Wish::Claim { worker, seen, .. } => Trace::Claim { worker: worker.clone(), revision: seen.revision },
        Wish::Settle { claim, outcome } => Trace::Settle { claim: claim.clone(), outcome: *outcome },
        Wish::Lose { claim } => Trace::Lose { claim: claim.clone() },
        Wish::Resolve { outcome, .. } => Trace::Resolve { outcome: *outcome },
        Wish::Rejudge(judgement) => Trace::Rejudge { policy: judgement.policy.clone() },
        Wish::Wake => Trace::Wake,
    }
}

/// A record at a moment, and what is being made of it.
struct At {
    record: Record,
    now: u64,
    events: Vec<ApprovalEvent>,
    messages: Vec<Message>,
    puts: Vec<LedgerPut>,
    gives: Vec<LedgerKey>,
    permit: Option<Permit>,
}

/// A vote that is being looked at.
struct Ballot<'a> {
    by: &'a Principal,
    acting_for: Option<&'a Principal>,
    through: Vec<Principal>,
    stages: u16,
    /// The rungs that are climbed, those among them whose time has come without anybody having woken the record.
    rungs: u32,
}

impl At {
    fn new(record: Record, now: u64) -> Self {
        Self {
            record,
            now,
            events: Vec::new(),
            messages: Vec::new(),
            puts: Vec::new(),
            gives: Vec::new(),
            permit: None,
        }
    }

    fn changed(&self) -> bool {
        !self.events.is_empty()
    }

    fn done(mut self) -> Step {
        self.record.latest = self.now;
        Step {
            record: self.record,
            events: self.events,
            messages: self.messages,
            puts: self.puts,
            gives: self.gives,
            permit: self.permit,
            changed: true,
        }
    }

    fn event(&mut self, kind: Event) {
        let number = self.record.events;
        self.record.events = number.saturating_add(1);
        self.events.push(ApprovalEvent { proposal: self.record.id().clone(), number, at: self.now, kind });
    }

    fn message(&mut self, kind: MessageKind) {
        let number = self.record.messages;
        self.record.messages = number.saturating_add(1);
        self.messages.push(Message { proposal: self.record.id().clone(), number, kind });
    }

    fn tell_customer(&mut self, notice: Option<&Notice>) {
        if let Some(notice) = notice.filter(|_| self.record.visible) {
            self.message(MessageKind::TellCustomer { notice: notice.clone() });
        }
    }

    fn follow(&mut self, id: &CommandId, wish: &Wish, directory: &dyn Directory) -> Result<(), Refusal> {
        match wish {
            Wish::Vote { by, acting_for, seen, answer } => {
                let ballot = self.ballot(by, acting_for.as_ref(), seen, answer, directory)?;
                self.vote(ballot, answer)
            }
            Wish::Look { by, item } => self.look(by, *item, directory),
            Wish::Cancel { by, why } => self.cancel(by, why),
            Wish::Claim { worker, seen, policy } => self.claim(id, worker, seen, policy),
            Wish::Settle { claim, outcome } => self.settle(claim, *outcome),
            Wish::Lose { claim } => self.lose(claim),
            Wish::Resolve { by, outcome } => self.resolve(by, *outcome, directory),
            Wish::Rejudge(judgement) => self.rejudge(judgement),
            Wish::Wake => {
                self.wake();
                Ok(())
            }
        }
    }

    fn wrong_state(&self) -> Refusal {
        Refusal::WrongState { state: self.record.state.name() }
    }

    /// The wait that is on, with the rungs climbed by now; refused once its time is over.
    fn waiting(&self) -> Result<(Arc<Requirement>, u32), Refusal> {
        let (State::Pending { since, approve_by, rungs }, Some(requirement)) =
            (&self.record.state, &self.record.requirement)
        else {
            return Err(self.wrong_state());
        };
        if self.now >= *approve_by {
            return Err(Refusal::TooLate { deadline: *approve_by });
        }
        Ok((requirement.clone(), (*rungs).max(rungs_due(requirement, *since, self.now))))
    }
}

fn rungs_due(requirement: &Requirement, since: u64, now: u64) -> u32 {
    requirement.ladder().iter().take_while(|rung| since.saturating_add(rung.after) <= now).count() as u32
}

/// Opening.
impl At {
    fn deny(&mut self, notice: Option<&Notice>) {
        self.tell_customer(notice);
        self.end(End::Denied, None);
    }

    /// Waits for people, and tells the customer so.
    fn wait(&mut self, requirement: &Arc<Requirement>, notice: Option<&Notice>) {
        self.ask(requirement);
        self.tell_customer(notice.or(requirement.tell_waiting()));
    }

    /// Waits for people, from now on.
    fn ask(&mut self, requirement: &Arc<Requirement>) {
        let items = self.record.proposal.items().len() as u32;
        self.record.sample = match (requirement.look_first(), self.record.draw) {
            (0, _) => Vec::new(),
            (count, Some(draw)) => draw.sample(count, items),
            // Nobody drew: an AI may know which ones would be looked at, so it is all of them.
            (_, None) => (0..items).collect(),
        };
        self.record.requirement = Some(requirement.clone());
        self.record.state =
            State::Pending { since: self.now, approve_by: self.now.saturating_add(requirement.approve_by()), rungs: 0 };
        self.message(MessageKind::Ask { roles: requirement.roles(0), notify: None });
    }

    /// Lets it pass by rule, if the budgets have room.
    fn pass(&mut self, allowance: &Allowance, rows: &LedgerRows) {
        let taken: Option<Vec<LedgerPut>> = allowance.budgets.iter().map(|claim| self.take(claim, rows)).collect();
        self.record.requirement = Some(allowance.otherwise.clone());
        match taken {
            None => {
                self.record.why = Why::OverBudget;
                self.wait(&allowance.otherwise, None);
            }
            Some(puts) => {
                self.record.reserved = puts.iter().map(|put| put.key.clone()).collect();
                self.puts = puts;
                self.approve(&allowance.otherwise, true);
            }
        }
    }

    fn take(&self, claim: &BudgetClaim, rows: &LedgerRows) -> Option<LedgerPut> {
        let row = rows.get(&claim.key).cloned().unwrap_or_default();
        let mut ledger: Ledger = row.ledger;
        let fits = ledger.reserve(self.record.id().clone(), claim.minor, claim.items, claim.limit, self.now);
        fits.then_some(LedgerPut { key: claim.key.clone(), expected: row.version, ledger })
    }

    fn approve(&mut self, requirement: &Requirement, by_rule: bool) {
        let execute_by = self.now.saturating_add(requirement.execute_by());
        self.record.state = State::Approved { since: self.now, execute_by, by_rule };
        self.event(Event::Approved { execute_by });
        self.message(MessageKind::Execute);
    }
}

/// Reviewing.
impl At {
    /// Whether somebody may give this answer, and for what it counts. Who they are comes before what they say, so that
    /// nobody learns more from a refusal than they may know.
    fn ballot<'a>(
        &self,
        by: &'a Principal,
        acting_for: Option<&'a Principal>,
        seen: &Seen,
        answer: &Answer,
        directory: &dyn Directory,
    ) -> Result<Ballot<'a>, Refusal> {
        let (requirement, rungs) = self.waiting()?;
        if !by.is_person() || acting_for.is_some_and(|absent| !absent.is_person()) {
            return Err(Refusal::NotAPerson);
        }
        let capacity = directory.capacity(by, acting_for, self.now);
        let stages = self.stages(by, &capacity, &requirement, rungs)?;
        let ballot = Ballot { by, acting_for, through: capacity.through, stages, rungs };
        if *seen != self.record.seen() {
            return Err(Refusal::Stale { current: self.record.revision });
        }
        let edited = self.record.editors.iter().any(|editor| ballot.is_of(editor));
        if edited && matches!(answer, Answer::Approve | Answer::Reject(_)) {
            return Err(Refusal::Editor);
        }
        if allowed(&requirement, answer) { Ok(ballot) } else { Err(Refusal::AnswerNotAllowed) }
    }

    /// The stages that somebody may fill: at least one, and not for themselves.
    fn stages(
        &self,
        by: &Principal,
        capacity: &Capacity,
        requirement: &Requirement,
        rungs: u32,
    ) -> Result<u16, Refusal> {
        let proposer = self.record.proposal.proposer();
        if by == proposer || capacity.through.contains(proposer) {
            return Err(Refusal::Proposer);
        }
        let own_team = self.record.proposal.team().filter(|_| requirement.other_team());
        if own_team.is_some_and(|team| capacity.teams.is_empty() || capacity.teams.iter().any(|t| **t == *team)) {
            return Err(Refusal::SameTeam);
        }
        match requirement.stages_for(&capacity.roles, rungs as usize) {
            0 => Err(Refusal::NotEligible),
            stages => Ok(stages),
        }
    }

    fn vote(&mut self, ballot: Ballot<'_>, answer: &Answer) -> Result<(), Refusal> {
        let who = ballot.by.clone();
        let voted = Event::Voted {
            by: who.clone(),
            acting_for: ballot.acting_for.cloned(),
            revision: self.record.revision,
            answer: answer.kind(),
        };
        match answer {
            Answer::Approve => return self.yes(ballot, voted),
            Answer::Edit(judgement) => return self.edit(&ballot, judgement, voted),
            Answer::Escalate(_) => return self.escalate(&ballot, voted),
            Answer::Reject(_) | Answer::Answer(_) | Answer::TakeOver => self.event(voted),
        }
        match answer {
            Answer::Reject(why) => {
                self.tell_proposer("rejected", Some(why));
                self.end(End::Rejected { by: who.clone(), why: why.clone() }, Some(who));
            }
            Answer::Answer(words) => {
                self.message(MessageKind::SendAnswer { by: who.clone(), words: words.clone() });
                self.tell_proposer("answered", None);
                self.end(End::Answered { by: who.clone() }, Some(who));
            }
            _ => {
                self.message(MessageKind::HandToHuman { to: Some(who.clone()) });
                self.tell_proposer("taken_over", None);
                self.end(End::TakenOver { by: who.clone() }, Some(who));
            }
        }
        Ok(())
    }

    fn yes(&mut self, ballot: Ballot<'_>, voted: Event) -> Result<(), Refusal> {
        let again = self
            .record
            .votes
            .iter()
            .any(|vote| vote.is_of(ballot.by) || ballot.through.iter().any(|absent| vote.is_of(absent)));
        if again {
            return Err(Refusal::AlreadyVoted);
        }
        match self.record.missing_looks(ballot.by) {
            0 => {}
            missing => return Err(Refusal::LookFirst { missing }),
        }
        let (requirement, _) = self.waiting()?;
        self.event(voted);
        let Ballot { by, through, stages, .. } = ballot;
        self.record.votes.push(Vote { by: by.clone(), through, at: self.now, stages });
        let masks: Vec<u16> = self.record.votes.iter().map(|vote| vote.stages).collect();
        if requirement.is_met(&masks) {
            self.approve(&requirement, false);
        }
        Ok(())
    }

    fn edit(&mut self, ballot: &Ballot<'_>, judgement: &Judgement, voted: Event) -> Result<(), Refusal> {
        if !judgement.proposal.same_but_items(&self.record.proposal) {
            return Err(Refusal::OtherProposal);
        }
        if judgement.of == self.record.bytes {
            return Err(Refusal::NothingEdited);
        }
        if self.record.revision >= MOST_EDITS {
            return Err(Refusal::TooManyEdits);
        }
        self.event(voted);
        self.message(MessageKind::Learn {
            by: ballot.by.clone(),
            before: self.record.proposal.items().to_vec(),
            after: judgement.proposal.items().to_vec(),
        });
        let editors = std::iter::once(ballot.by).chain(&ballot.through).cloned();
        self.record.editors.extend(editors);
        self.record.editors.sort();
        self.record.editors.dedup();
        self.record.revision += 1;
        self.record.proposal = judgement.proposal.clone();
        self.record.bytes = judgement.of.clone();
        self.judged_anew(judgement);
        Ok(())
    }

    /// Starts anew under a judgement. What was once for people stays with people, even if the policy would now let it
    /// pass: an edit must not be a way around the others.
    fn judged_anew(&mut self, judgement: &Judgement) {
        let verdict = &judgement.verdict;
        self.take_on(judgement);
        self.record.votes.clear();
        self.record.looked.clear();
        // A customer who is told once that somebody looks need not hear it with every change that is made meanwhile.
        let untold = !matches!(self.record.state, State::Pending { .. });
        let (requirement, notice) = match (&verdict.ruling, &self.record.requirement) {
            (Ruling::Review(requirement), _) => (requirement.clone(), verdict.tell_customer.clone()),
            (Ruling::Allow(_), Some(requirement)) => (requirement.clone(), None),
            (Ruling::Allow(allowance), None) => (allowance.otherwise.clone(), None),
            (Ruling::Deny, _) => {
                self.tell_proposer("denied", None);
                return self.deny(verdict.tell_customer.as_ref());
            }
        };
        self.ask(&requirement);
        if untold {
            self.tell_customer(notice.as_ref().or(requirement.tell_waiting()));
        }
    }

    fn take_on(&mut self, judgement: &Judgement) {
        let verdict = &judgement.verdict;
        self.record.facts = judgement.facts.clone();
        self.record.draw = judgement.draw.or(self.record.draw);
        self.record.policy = judgement.policy.clone();
        self.record.why = verdict.why;
        self.record.rule.clone_from(&verdict.rule);
        self.record.never_always = verdict.never_always;
        self.record.visible = verdict.customer_visible;
    }

    fn escalate(&mut self, ballot: &Ballot<'_>, voted: Event) -> Result<(), Refusal> {
        let (requirement, _) = self.waiting()?;
        let Some(rung) = requirement.ladder().get(ballot.rungs as usize) else { return Err(Refusal::TopOfLadder) };
        self.event(voted);
        self.climb(rung, ballot.rungs + 1);
        Ok(())
    }

    fn climb(&mut self, rung: &Rung, to: u32) {
        if let State::Pending { rungs, .. } = &mut self.record.state {
            *rungs = to;
        }
        self.event(Event::Climbed { rungs: to });
        self.message(MessageKind::Ask { roles: rung.add_roles.clone(), notify: Some(rung.notify.clone()) });
    }

    fn look(&mut self, by: &Principal, item: u32, directory: &dyn Directory) -> Result<(), Refusal> {
        self.waiting()?;
        if !by.is_person() {
            return Err(Refusal::NotAPerson);
        }
        if directory.capacity(by, None, self.now).roles.is_empty() {
            return Err(Refusal::NotEligible);
        }
        if item as usize >= self.record.proposal.items().len() {
            return Err(Refusal::NoItem);
        }
        let new = !self.record.looked.iter().any(|(who, at)| who == by && *at == item);
        if new && self.record.sample.contains(&item) {
            self.record.looked.push((by.clone(), item));
            self.event(Event::Looked { by: by.clone(), item });
        }
        Ok(())
    }

    fn tell_proposer(&mut self, end: &str, why: Option<&Note>) {
        self.message(MessageKind::TellProposer { end: Arc::from(end), why: why.cloned() });
    }
}

impl Ballot<'_> {
    fn is_of(&self, who: &Principal) -> bool {
        self.by == who || self.through.contains(who)
    }
}

fn allowed(requirement: &Requirement, answer: &Answer) -> bool {
    let answers = requirement.answers();
    match answer {
        Answer::Approve | Answer::Reject(_) => true,
        Answer::Edit(_) => answers.edit,
        Answer::Answer(_) => answers.answer,
        Answer::TakeOver => answers.take_over,
        Answer::Escalate(_) => answers.escalate,
    }
}

/// Carrying out.
impl At {
    fn claim(&mut self, id: &CommandId, worker: &WorkerId, seen: &Seen, policy: &PolicyRef) -> Result<(), Refusal> {
        let (State::Approved { execute_by, .. }, Some(requirement)) = (&self.record.state, &self.record.requirement)
        else {
            return Err(self.wrong_state());
        };
        if self.now >= *execute_by {
            return Err(Refusal::TooLate { deadline: *execute_by });
        }
        if *policy != self.record.policy {
            return Err(Refusal::PolicyChanged);
        }
        if *seen != self.record.seen() {
            return Err(Refusal::Stale { current: self.record.revision });
        }
        let settle_by = self.now.saturating_add(requirement.settle_by());
        self.record.state = State::Claimed { worker: worker.clone(), claim: id.clone(), since: self.now, settle_by };
        self.permit = Some(Permit::new(self.record.proposal.clone(), id.clone(), worker.clone(), settle_by));
        self.event(Event::Claimed { worker: worker.clone(), claim: id.clone() });
        Ok(())
    }

    /// The claim that is open, if it is this one.
    fn claimed(&self, claim: &CommandId) -> Result<(), Refusal> {
        match &self.record.state {
            State::Claimed { claim: open, .. } if open == claim => Ok(()),
            State::Claimed { .. } => Err(Refusal::OtherClaim),
            _ => Err(self.wrong_state()),
        }
    }

    fn settle(&mut self, claim: &CommandId, outcome: Outcome) -> Result<(), Refusal> {
        self.claimed(claim)?;
        self.end(End::Settled { outcome }, None);
        Ok(())
    }

    fn lose(&mut self, claim: &CommandId) -> Result<(), Refusal> {
        self.claimed(claim)?;
        self.unknown(claim.clone());
        Ok(())
    }

    /// Nobody knows whether it was done. It is never claimed again: that would be the second time, perhaps.
    fn unknown(&mut self, claim: CommandId) {
        self.event(Event::Lost { claim: claim.clone() });
        self.remind(claim, self.now);
    }

    fn remind(&mut self, claim: CommandId, since: u64) {
        let every = self.record.requirement.as_ref().map_or(1, |r| r.settle_by());
        let remind_at = self.now.saturating_add(every);
        self.message(MessageKind::FindOut { claim: claim.clone(), roles: self.record.roles(usize::MAX) });
        self.record.state = State::OutcomeUnknown { claim, since, remind_at };
    }

    fn resolve(&mut self, by: &Resolver, outcome: Outcome, directory: &dyn Directory) -> Result<(), Refusal> {
        let (State::OutcomeUnknown { .. }, Some(requirement)) = (&self.record.state, self.record.requirement.clone())
        else {
            return Err(self.wrong_state());
        };
        match by {
            Resolver::Key(key) if key != self.record.proposal.idempotency_key() => return Err(Refusal::OtherKey),
            Resolver::Key(_) => {}
            Resolver::Person(who) if !who.is_person() => return Err(Refusal::NotAPerson),
            Resolver::Person(who) => {
                let capacity = directory.capacity(who, None, self.now);
                self.stages(who, &capacity, &requirement, u32::MAX)?;
            }
        }
        self.event(Event::Resolved { by: by.clone(), outcome });
        self.end(End::Settled { outcome }, None);
        Ok(())
    }
}

/// Time, policy and the end.
impl At {
    fn wake(&mut self) {
        match self.record.state.clone() {
            State::Pending { approve_by, .. } if self.now >= approve_by => self.expire(),
            State::Pending { since, rungs, .. } => self.climb_due(since, rungs),
            State::Approved { execute_by, .. } if self.now >= execute_by => self.expire(),
            State::Claimed { claim, settle_by, .. } if self.now >= settle_by => self.unknown(claim),
            State::OutcomeUnknown { claim, since, remind_at } if self.now >= remind_at => {
                self.event(Event::Reminded);
                self.remind(claim, since);
            }
            _ => {}
        }
    }

    fn climb_due(&mut self, since: u64, climbed: u32) {
        let Some(requirement) = self.record.requirement.clone() else { return };
        let due = rungs_due(&requirement, since, self.now);
        let rungs = requirement.ladder().iter().enumerate().take(due as usize).skip(climbed as usize);
        rungs.for_each(|(at, rung)| self.climb(rung, at as u32 + 1));
    }

    fn expire(&mut self) {
        let fallback = OnTimeout { then: TimeoutAction::Reject, tell_customer: None };
        let on_timeout = self.record.requirement.as_ref().map_or(fallback, |r| r.on_timeout().clone());
        self.tell_customer(on_timeout.tell_customer.as_ref());
        if on_timeout.then == TimeoutAction::HandToHuman {
            self.message(MessageKind::HandToHuman { to: None });
        }
        self.tell_proposer("expired", None);
        self.end(End::Expired { then: on_timeout.then }, None);
    }

    fn cancel(&mut self, by: &Principal, why: &Note) -> Result<(), Refusal> {
        if !matches!(self.record.state, State::Pending { .. } | State::Approved { .. }) {
            return Err(self.wrong_state());
        }
        self.tell_proposer("cancelled", Some(why));
        self.end(End::Cancelled { by: by.clone(), why: why.clone() }, Some(by.clone()));
        Ok(())
    }

    /// Another policy holds. What people have said stays if it would be enough under the new one, too.
    fn rejudge(&mut self, judgement: &Judgement) -> Result<(), Refusal> {
        if !matches!(self.record.state, State::Pending { .. } | State::Approved { .. }) {
            return Err(self.wrong_state());
        }
        if judgement.of != self.record.bytes || !judgement.proposal.same_but_items(&self.record.proposal) {
            return Err(Refusal::OtherProposal);
        }
        let kept = self.stays(judgement);
        let effect: Effect = judgement.verdict.effect();
        self.event(Event::Rejudged { policy: judgement.policy.clone(), effect, kept });
        if kept {
            self.take_on(judgement);
        } else {
            self.give_back();
            self.judged_anew(judgement);
        }
        Ok(())
    }

    fn stays(&self, judgement: &Judgement) -> bool {
        let by_rule = matches!(self.record.state, State::Approved { by_rule: true, .. });
        match (&judgement.verdict.ruling, &self.record.requirement) {
            (Ruling::Deny, _) => false,
            (Ruling::Allow(_), _) => true,
            (Ruling::Review(new), Some(old)) => !by_rule && old.covers(new),
            (Ruling::Review(_), None) => false,
        }
    }

    fn give_back(&mut self) {
        self.gives.append(&mut self.record.reserved);
    }

    fn end(&mut self, end: End, by: Option<Principal>) {
        let outcome = match &end {
            End::Settled { outcome } => Some(*outcome),
            _ => None,
        };
        // What was done has used its budget up; whatever was not gives it back.
        if outcome != Some(Outcome::Succeeded) {
            self.give_back();
        }
        self.event(Event::Ended { end: Arc::from(end.name()), by, outcome });
        self.record.state = State::Over { at: self.now, end };
    }
}
