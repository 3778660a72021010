//! An async host: its store answers later, so it awaits, calls the pure `step`, and awaits again. No trait of ours is
//! async, and none is needed.
//!
//! `cargo run --release --example async_gate`

use handover::approval::{
    Answer, ApprovalPolicy, ApprovalRules, ApprovalStore, Change, Command, Facts, Item, LedgerKey, LedgerRow,
    LedgerRows, MemoryStore, Money, Outcome, Permit, Principal, Proposal, ProposalId, Refusal, Requirement, RuleSet,
    StaffList, Stage, Swap, Versioned, Wish, judge, open, step,
};
use handover::escalation::PolicyRef;
use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::task::Poll;

/// A remote database, as the host knows it: every call is awaited.
struct Remote(MemoryStore);

impl Remote {
    async fn load(&self, id: &ProposalId) -> Result<Option<Versioned>, Infallible> {
        far_away().await;
        self.0.load(id)
    }

    async fn ledger(&self, key: &LedgerKey) -> Result<LedgerRow, Infallible> {
        far_away().await;
        self.0.ledger(key)
    }

    async fn commit(&self, change: &Change) -> Result<Swap, Infallible> {
        far_away().await;
        self.0.commit(change)
    }
}

/// Not ready at the first poll, as an answer from elsewhere.
fn far_away() -> impl Future<Output = ()> {
    let mut asked = false;
    std::future::poll_fn(move |context| {
        if std::mem::replace(&mut asked, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
}

/// The host: what `Gate` does, with awaits.
struct Host {
    database: Remote,
    rules: ApprovalRules,
    staff: StaffList,
}

impl Host {
    async fn propose(&self, proposal: Proposal, now: u64) -> Result<Swap, Infallible> {
        let judgement = judge(&self.rules, Arc::new(proposal), Arc::new(Facts::default()), None, now);
        let rows = self.rows(judgement.ledgers()).await?;
        self.database.commit(&open(&judgement, &rows, now).change(0, &rows)).await
    }

    /// Loads, steps and commits until nobody else was quicker.
    async fn follow(
        &self,
        id: &ProposalId,
        now: u64,
        command: impl Fn(&Versioned) -> Command,
    ) -> Result<Result<Option<Permit>, Refusal>, Infallible> {
        loop {
            let Some(row) = self.database.load(id).await? else { return Ok(Ok(None)) };
            let step = match step(&row.record, &command(&row), &self.staff, now) {
                Ok(step) if step.changes() => step,
                Ok(_) => return Ok(Ok(None)),
                Err(refusal) => return Ok(Err(refusal)),
            };
            let rows = self.rows(step.ledgers()).await?;
            let swap = self.database.commit(&step.change(row.version, &rows)).await?;
            if swap == Swap::Done {
                return Ok(Ok(step.permit(&swap)));
            }
        }
    }

    async fn rows(&self, keys: impl IntoIterator<Item = &LedgerKey>) -> Result<LedgerRows, Infallible> {
        let mut rows = LedgerRows::new();
        for key in keys {
            rows.insert(key.clone(), self.database.ledger(key).await?);
        }
        Ok(rows)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let route = Requirement::builder("one", 60_000, 60_000).stage(Stage::of(1, ["agent"])).build()?;
    let rules = ApprovalRules::compile(RuleSet::new(PolicyRef { id: "async".into(), version: 1 }, route))?;
    let staff = StaffList::builder().person("anna", ["agent"]).build()?;
    pollster::block_on(run(&Host { database: Remote(MemoryStore::new()), rules, staff }))
}

async fn run(host: &Host) -> Result<(), Box<dyn std::error::Error>> {
    let id: ProposalId = "p-1".into();
    let item = Item::new("customer-81").amount("total", Money::eur(60_000));
    let plan = Proposal::builder(id.clone(), "payment_plan", Principal::machine("ai"), "plan-81").item(item).build()?;
    host.propose(plan, 0).await?;

    let yes = |row: &Versioned| {
        let (by, seen) = (Principal::person("anna"), row.record.seen());
        Command::new("vote-1", Wish::Vote { by, acting_for: None, seen, answer: Answer::Approve })
    };
    host.follow(&id, 1, yes).await??;

    let policy = host.rules.reference();
    let claim = |row: &Versioned| {
        let (worker, seen) = ("worker-1".into(), row.record.seen());
        Command::new("claim-1", Wish::Claim { worker, seen, policy: policy.clone() })
    };
    let permit = host.follow(&id, 2, claim).await??.ok_or("the claim gave no permit")?;
    anstream::println!("may do `{}` once, under the key {}", permit.action(), permit.idempotency_key());

    let again = host.follow(&id, 3, claim).await??;
    anstream::println!("the same claim again gives a permit: {}", again.is_some());
    let settled = permit.settle("settled-1", Outcome::Succeeded);
    host.follow(&id, 4, |_| settled.clone()).await??;
    let row = host.database.load(&id).await?.ok_or("the record is gone")?;
    anstream::println!("it is {}", row.record.state().name());
    Ok(())
}
