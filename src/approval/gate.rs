use super::{
    Answer, ApprovalGate, ApprovalPolicy, ApprovalStore, Change, Command, CommandId, Directory, Draw, Facts, Item,
    LedgerKey, LedgerRows, Message, Outcome, Permit, Principal, Proposal, ProposalErrors, ProposalId, Record, Refusal,
    Resolver, Review, Seen, StandardGate, State, Step, Swap, Versioned, Wish, WorkerId, judge, open,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How often a change is tried anew when somebody else was quicker.
const TRIES: u32 = 64;

/// The gate with everything it needs: loads, takes the [`step`](super::step), commits, and tries anew when somebody
/// else was quicker. For hosts whose store and directory answer at once; others do the same with their own awaits, as
/// `examples/async_gate.rs` shows.
///
/// ```
/// use handover::approval::*;
/// use handover::escalation::PolicyRef;
///
/// let route = Requirement::builder("one", 60_000, 60_000).stage(Stage::of(1, ["agent"])).build()?;
/// let rules = ApprovalRules::compile(RuleSet::new(PolicyRef { id: "p".into(), version: 1 }, route))?;
/// let staff = StaffList::builder().person("anna", ["agent"]).build()?;
/// let gate = Gate::new(MemoryStore::new(), rules, staff);
///
/// let id: ProposalId = "p-1".into();
/// let item = Item::new("customer-81").amount("total", Money::eur(60_000));
/// let plan = Proposal::builder(id.clone(), "payment_plan", Principal::machine("ai"), "plan-81").item(item).build()?;
/// gate.propose(plan, Facts::default(), None, 0)?;
/// assert!(gate.claim("claim-1", &id, "worker-1", 1).is_err()); // nobody has approved
///
/// let review = gate.review(&id)?;
/// gate.vote("vote-1", &id, Principal::person("anna"), review.seen, Answer::Approve, 2)?;
/// let permit = gate.claim("claim-2", &id, "worker-1", 3)?;
/// assert_eq!(permit.items()[0].arguments()["total"], Money::eur(60_000).into());
/// gate.settle(permit, Outcome::Succeeded, 4)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Gate<S, P, D, G = StandardGate> {
    store: S,
    policy: P,
    directory: D,
    gate: G,
}

impl<S: ApprovalStore, P: ApprovalPolicy, D: Directory> Gate<S, P, D> {
    /// A gate on a store, a policy and a directory.
    pub const fn new(store: S, policy: P, directory: D) -> Self {
        Self { store, policy, directory, gate: StandardGate }
    }
}

/// What became of the vote on one of several proposals.
pub type Voted<E> = (ProposalId, Result<Done, GateError<E>>);

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Done {
    /// The record now.
    pub record: Record,
    /// Whether this very call changed it; a command that had been delivered before does not.
    pub changed: bool,
}

impl<S: ApprovalStore, P: ApprovalPolicy, D: Directory, G: ApprovalGate> Gate<S, P, D, G> {
    /// A gate with a machine of the host's own.
    pub const fn with(store: S, policy: P, directory: D, gate: G) -> Self {
        Self { store, policy, directory, gate }
    }

    /// The store.
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// The policy.
    pub const fn policy(&self) -> &P {
        &self.policy
    }

    /// Judges a proposal and takes it on record. The same one again gives the record as it is now.
    ///
    /// # Errors
    /// The id or the key belongs to another proposal, or the store fails.
    pub fn propose(
        &self,
        proposal: Proposal,
        facts: Facts,
        draw: Option<Draw>,
        now: u64,
    ) -> Result<Done, GateError<S::Error>> {
        let (id, bytes) = (proposal.id().clone(), proposal.canonical());
        let judgement = judge(&self.policy, Arc::new(proposal), Arc::new(facts), draw, now);
        for _ in 0..TRIES {
            if let Some(known) = self.store.load(&id)? {
                let same = known.record.opened_as == bytes;
                return if same { Ok(Done::unchanged(known.record)) } else { Err(GateError::IdTaken) };
            }
            let rows = self.rows(judgement.ledgers())?;
            let step = open(&judgement, &rows, now);
            match self.store.commit(&step.change(0, &rows))? {
                Swap::Done => return Ok(Done::changed(&step)),
                Swap::Conflict => {}
                Swap::KeyTaken(by) => return Err(GateError::KeyTaken { by }),
            }
        }
        Err(GateError::Busy)
    }

    /// Follows a command.
    ///
    /// # Errors
    /// The gate refuses, there is no such proposal, or the store fails.
    pub fn follow(&self, id: &ProposalId, command: &Command, now: u64) -> Result<Done, GateError<S::Error>> {
        self.run(id, now, |_| Ok(command.clone())).map(|(done, _)| done)
    }

    /// A reviewer answers. See [`follow`](Self::follow) for one who acts in another's place.
    ///
    /// # Errors
    /// As [`follow`](Self::follow).
    pub fn vote(
        &self,
        delivery: impl Into<CommandId>,
        id: &ProposalId,
        by: Principal,
        seen: Seen,
        answer: Answer,
        now: u64,
    ) -> Result<Done, GateError<S::Error>> {
        self.follow(id, &Command::new(delivery, Wish::Vote { by, acting_for: None, seen, answer }), now)
    }

    /// A reviewer changes the items: judged again by the policy that holds now, on the facts as they are now.
    ///
    /// # Errors
    /// As [`follow`](Self::follow), or the items make no proposal.
    #[expect(clippy::too_many_arguments, reason = "an edit is a vote with the new items and what is known now")]
    pub fn edit(
        &self,
        delivery: impl Into<CommandId>,
        id: &ProposalId,
        by: Principal,
        seen: Seen,
        items: Vec<Item>,
        facts: Facts,
        now: u64,
    ) -> Result<Done, GateError<S::Error>> {
        let (delivery, facts) = (delivery.into(), Arc::new(facts));
        let edit = |record: &Record| {
            let edited = Arc::new(record.edited(items.clone()).map_err(GateError::Items)?);
            let judgement = judge(&self.policy, edited, facts.clone(), record.draw(), now);
            let answer = Answer::Edit(Box::new(judgement));
            let (by, seen) = (by.clone(), seen.clone());
            Ok(Command::new(delivery.clone(), Wish::Vote { by, acting_for: None, seen, answer }))
        };
        self.run(id, now, edit).map(|(done, _)| done)
    }

    /// Votes on several proposals, each for itself: one that is refused does not hold the others up. What comes back
    /// is in the order of what was given.
    ///
    /// To have a sample looked at first, see [`vote_group`](Self::vote_group).
    pub fn vote_each(
        &self,
        delivery: &str,
        votes: impl IntoIterator<Item = (ProposalId, Seen)>,
        by: &Principal,
        answer: &Answer,
        now: u64,
    ) -> Vec<Voted<S::Error>> {
        let one = |(id, seen): (ProposalId, Seen)| {
            let delivery = format!("{delivery}/{id}");
            let done = self.vote(delivery.as_str(), &id, by.clone(), seen, answer.clone(), now);
            (id, done)
        };
        votes.into_iter().map(one).collect()
    }

    /// Votes on a group of like proposals, each for itself, once the reviewer has opened the sample of it: the host's
    /// draw says which, `look_first` how many, and `opened` which ones they have.
    ///
    /// # Errors
    /// How many of the sample have not been opened; nothing is then voted on.
    #[expect(clippy::too_many_arguments, reason = "a vote on a group is a vote with its sample")]
    pub fn vote_group(
        &self,
        delivery: &str,
        votes: &[(ProposalId, Seen)],
        (draw, look_first): (Draw, u32),
        opened: &BTreeSet<ProposalId>,
        by: &Principal,
        answer: &Answer,
        now: u64,
    ) -> Result<Vec<Voted<S::Error>>, Refusal> {
        let sample = draw.sample(look_first, votes.len() as u32);
        let drawn = sample.iter().filter_map(|at| votes.get(*at as usize));
        match drawn.filter(|(id, _)| !opened.contains(id)).count() as u32 {
            0 => Ok(self.vote_each(delivery, votes.iter().cloned(), by, answer, now)),
            missing => Err(Refusal::LookFirst { missing }),
        }
    }

    /// Claims an approved proposal, as it is now, to carry it out.
    ///
    /// # Errors
    /// The gate refuses, as it does for the second of two who claim; there is no such proposal; or the store fails. If
    /// the store fails while committing, the claim may stand: it then ends as outcome unknown.
    pub fn claim(
        &self,
        delivery: impl Into<CommandId>,
        id: &ProposalId,
        worker: impl Into<WorkerId>,
        now: u64,
    ) -> Result<Permit, GateError<S::Error>> {
        let (delivery, worker) = (delivery.into(), worker.into());
        let claim = |record: &Record| {
            let claim = Wish::Claim { worker: worker.clone(), seen: record.seen(), policy: self.policy.reference() };
            Ok(Command::new(delivery.clone(), claim))
        };
        let (_, permit) = self.run(id, now, claim)?;
        permit.ok_or(GateError::ClaimedBefore)
    }

    /// Says how it went, and gives the permit up for it.
    ///
    /// # Errors
    /// As [`follow`](Self::follow).
    pub fn settle(&self, permit: Permit, outcome: Outcome, now: u64) -> Result<Done, GateError<S::Error>> {
        let id = permit.proposal().clone();
        let delivery = format!("{}/settled", permit.claim());
        self.follow(&id, &permit.settle(delivery.as_str(), outcome), now)
    }

    /// Says how something went that nobody reported on.
    ///
    /// # Errors
    /// As [`follow`](Self::follow).
    pub fn resolve(
        &self,
        delivery: impl Into<CommandId>,
        id: &ProposalId,
        by: Resolver,
        outcome: Outcome,
        now: u64,
    ) -> Result<Done, GateError<S::Error>> {
        self.follow(id, &Command::new(delivery, Wish::Resolve { by, outcome }), now)
    }

    /// Judges a proposal again by the policy that holds now: after a claim was refused because the policy changed.
    ///
    /// # Errors
    /// As [`follow`](Self::follow).
    pub fn rejudge(
        &self,
        delivery: impl Into<CommandId>,
        id: &ProposalId,
        facts: Facts,
        now: u64,
    ) -> Result<Done, GateError<S::Error>> {
        let (delivery, facts) = (delivery.into(), Arc::new(facts));
        let rejudge = |record: &Record| {
            let judgement = judge(&self.policy, record.proposal.clone(), facts.clone(), record.draw(), now);
            Ok(Command::new(delivery.clone(), Wish::Rejudge(Box::new(judgement))))
        };
        self.run(id, now, rejudge).map(|(done, _)| done)
    }

    /// Wakes what is due, at most `limit`: climbs ladders, lets time run out, finds lost claims. Call it as often as
    /// your shortest deadline asks for. How many records changed.
    ///
    /// # Errors
    /// The store fails.
    pub fn wake_due(&self, now: u64, limit: usize) -> Result<usize, GateError<S::Error>> {
        let mut woken = 0;
        for id in self.store.due(now, limit)? {
            let wake = Command::new("wake", Wish::Wake);
            woken += usize::from(self.follow(&id, &wake, now)?.changed);
        }
        Ok(woken)
    }

    /// Hands messages to `deliver`, at most `limit`, in order; those for which it says yes have arrived. A crash in
    /// between delivers one twice: its proposal and number say which.
    ///
    /// # Errors
    /// The store fails.
    pub fn deliver(
        &self,
        limit: usize,
        mut deliver: impl FnMut(&Message) -> bool,
    ) -> Result<usize, GateError<S::Error>> {
        let mut arrived = 0;
        for message in self.store.outbox(limit)? {
            if deliver(&message) {
                self.store.sent(&message.proposal, message.number)?;
                arrived += 1;
            }
        }
        Ok(arrived)
    }

    /// What a reviewer needs to see of a proposal.
    ///
    /// # Errors
    /// There is no such proposal, or the store fails.
    pub fn review(&self, id: &ProposalId) -> Result<Review, GateError<S::Error>> {
        Ok(Review::of(&self.loaded(id)?.record))
    }

    /// Where a proposal stands.
    ///
    /// # Errors
    /// There is no such proposal, or the store fails.
    pub fn state(&self, id: &ProposalId) -> Result<State, GateError<S::Error>> {
        Ok(self.loaded(id)?.record.state)
    }

    fn loaded(&self, id: &ProposalId) -> Result<Versioned, GateError<S::Error>> {
        self.store.load(id)?.ok_or(GateError::Unknown)
    }

    /// Loads, steps and commits until nobody else was quicker.
    fn run(
        &self,
        id: &ProposalId,
        now: u64,
        command: impl Fn(&Record) -> Result<Command, GateError<S::Error>>,
    ) -> Result<(Done, Option<Permit>), GateError<S::Error>> {
        for _ in 0..TRIES {
            let row = self.loaded(id)?;
            let step = self
                .gate
                .step(&row.record, &command(&row.record)?, &self.directory, now)
                .map_err(GateError::Refused)?;
            if !step.changes() {
                return Ok((Done::unchanged(row.record), None));
            }
            let rows = self.rows(step.ledgers())?;
            let change: Change = step.change(row.version, &rows);
            let swap = self.store.commit(&change)?;
            match swap {
                Swap::Done => return Ok((Done::changed(&step), step.permit(&swap))),
                Swap::Conflict => {}
                Swap::KeyTaken(by) => return Err(GateError::KeyTaken { by }),
            }
        }
        Err(GateError::Busy)
    }

    fn rows<'a>(&self, keys: impl IntoIterator<Item = &'a LedgerKey>) -> Result<LedgerRows, GateError<S::Error>> {
        let row = |key: &LedgerKey| Ok((key.clone(), self.store.ledger(key)?));
        keys.into_iter().map(row).collect()
    }
}

impl Done {
    fn unchanged(record: Record) -> Self {
        Self { record, changed: false }
    }

    fn changed(step: &Step) -> Self {
        Self { record: step.record().clone(), changed: true }
    }
}

/// Why a gate did not do what was asked.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GateError<E> {
    /// The gate refuses.
    #[error(transparent)]
    Refused(Refusal),
    /// There is no such proposal.
    #[error("there is no proposal of that id")]
    Unknown,
    /// The id belongs to something else.
    #[error("another proposal has this id already; give each wish an id of its own")]
    IdTaken,
    /// The key belongs to something else.
    #[error("the proposal {by} has this idempotency key already: the same wish is under way or done")]
    KeyTaken {
        /// Which proposal.
        by: ProposalId,
    },
    /// The claim was followed before, and its permit given out.
    #[error("this claim was made before, and its permit given out once; if that is lost, say that the claim is lost")]
    ClaimedBefore,
    /// The items of an edit make no proposal.
    #[error("these items make no proposal: {0}")]
    Items(ProposalErrors),
    /// Others were quicker every time.
    #[error("others changed it every time; try again")]
    Busy,
    /// The store failed.
    #[error("the store could not answer: {0}")]
    Store(#[source] E),
}

impl<E> From<E> for GateError<E>
where
    E: std::error::Error + Send + Sync + 'static,
{
    fn from(error: E) -> Self {
        Self::Store(error)
    }
}
