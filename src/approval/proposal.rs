use super::value::{DEEPEST, Encoder};
use super::{ActionName, Arguments, Canonical, CustomerRef, IdempotencyKey, Money, Principal, ProposalId, Value};
use crate::mistakes;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// The most items of one batch.
pub const LARGEST_BATCH: usize = 10_000;

/// What can be taken back. The stricter of what the proposal and the policy say counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reversibility {
    /// Nothing changes.
    ReadOnly,
    /// It can be undone.
    Reversible,
    /// It can't be undone, but made good.
    Compensable,
    /// It stays done. What nobody has said anything about counts as this.
    #[default]
    Irreversible,
}

/// One thing to be done: for whom, and with what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Item {
    pub(crate) customer: CustomerRef,
    pub(crate) arguments: Arguments,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<Arc<str>>,
}

impl Item {
    /// Something for a customer, without arguments yet.
    #[must_use]
    pub fn new(customer: impl Into<CustomerRef>) -> Self {
        Self { customer: customer.into(), arguments: Arguments::new(), amount: None }
    }

    /// Adds an argument.
    #[must_use]
    pub fn with(mut self, name: impl Into<Arc<str>>, value: impl Into<Value>) -> Self {
        self.arguments.insert(name.into(), value.into());
        self
    }

    /// Adds the argument that limits and budgets go by. It is an argument like any other, so that what is judged and
    /// what is paid can't differ.
    #[must_use]
    pub fn amount(mut self, name: impl Into<Arc<str>>, money: Money) -> Self {
        let name = name.into();
        self.arguments.insert(name.clone(), money.into());
        self.amount = Some(name);
        self
    }

    /// Whom it is about.
    #[must_use]
    pub const fn customer(&self) -> &CustomerRef {
        &self.customer
    }

    /// The arguments. Whoever made the item knows them, and a policy judges by them; of a proposal that is on record
    /// nothing but a [`Permit`](super::Permit) hands them out to be carried out.
    #[must_use]
    pub const fn arguments(&self) -> &Arguments {
        &self.arguments
    }

    /// The amount that limits and budgets go by, with the name of its argument.
    #[must_use]
    pub fn judged_amount(&self) -> Option<(&str, Money)> {
        let name = self.amount.as_deref()?;
        match self.arguments.get(name) {
            Some(Value::Money(money)) => Some((name, *money)),
            _ => None,
        }
    }
}

/// Something that speaks against the action, for whoever has to approve it. An AI that has to name it makes reviewers
/// look; a reviewer who sees only reasons in favour agrees.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CounterEvidence {
    /// What speaks against it, in words.
    pub says: Arc<str>,
    /// Where it comes from.
    pub source: Arc<str>,
}

impl fmt::Debug for CounterEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CounterEvidence").field("source", &self.source).finish_non_exhaustive()
    }
}

/// What an AI wants to do: exactly this, for these customers.
///
/// One item is the usual case. Several make a batch that is decided, claimed and carried out as one: all or nothing.
/// Where each should be decided on its own, make a proposal of each and vote with
/// [`Gate::vote_each`](super::Gate::vote_each).
///
/// ```
/// use handover::approval::{Item, Money, Principal, Proposal, Reversibility};
///
/// let plan = Item::new("customer-81").amount("total", Money::eur(60_000)).with("terms", 12);
/// let proposal = Proposal::builder("p-1", "payment_plan", Principal::machine("billing-ai"), "plan-81-2026")
///     .item(plan)
///     .reversibility(Reversibility::Reversible)
///     .against("an earlier plan broke off after two terms", "billing")
///     .build()?;
/// assert_eq!(proposal.items().len(), 1);
/// # Ok::<(), handover::approval::ProposalErrors>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Draft", into = "Draft")]
pub struct Proposal(Draft);

/// A proposal that nobody has checked yet; its stored form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
struct Draft {
    id: ProposalId,
    action: ActionName,
    proposer: Principal,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    team: Option<Arc<str>>,
    key: IdempotencyKey,
    items: Vec<Item>,
    #[serde(default)]
    reversibility: Reversibility,
    #[serde(default)]
    adverse: bool,
    #[serde(default)]
    significant: bool,
    #[serde(default)]
    against: Vec<CounterEvidence>,
}

impl Proposal {
    /// Starts a proposal: its id, the action, who proposes it, and the key under which the host's own system does it
    /// once.
    #[must_use]
    pub fn builder(
        id: impl Into<ProposalId>,
        action: impl Into<ActionName>,
        proposer: Principal,
        key: impl Into<IdempotencyKey>,
    ) -> ProposalBuilder {
        ProposalBuilder(Draft {
            id: id.into(),
            action: action.into(),
            proposer,
            team: None,
            key: key.into(),
            items: Vec::new(),
            reversibility: Reversibility::default(),
            adverse: false,
            significant: false,
            against: Vec::new(),
        })
    }

    /// Which proposal.
    #[must_use]
    pub const fn id(&self) -> &ProposalId {
        &self.0.id
    }

    /// What is to be done.
    #[must_use]
    pub const fn action(&self) -> &ActionName {
        &self.0.action
    }

    /// Who proposes it.
    #[must_use]
    pub const fn proposer(&self) -> &Principal {
        &self.0.proposer
    }

    /// The team that the proposer works for, where it has one.
    #[must_use]
    pub fn team(&self) -> Option<&str> {
        self.0.team.as_deref()
    }

    /// The key under which the host's own system does it once.
    #[must_use]
    pub const fn idempotency_key(&self) -> &IdempotencyKey {
        &self.0.key
    }

    /// The things to be done, at least one.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.0.items
    }

    /// What can be taken back, as the proposer sees it.
    #[must_use]
    pub const fn reversibility(&self) -> Reversibility {
        self.0.reversibility
    }

    /// Whether it goes against the customer: a refusal, a fee, an end of service.
    #[must_use]
    pub const fn adverse(&self) -> bool {
        self.0.adverse
    }

    /// Whether it has legal or similarly significant effects for the customer (GDPR, article 22).
    #[must_use]
    pub const fn significant(&self) -> bool {
        self.0.significant
    }

    /// What speaks against it.
    #[must_use]
    pub fn against(&self) -> &[CounterEvidence] {
        &self.0.against
    }

    /// The bytes that stand for the action: its name, key and items. Linear in their size.
    #[must_use]
    pub fn canonical(&self) -> Canonical {
        let mut encoder = Encoder::of("handover.action.1");
        encoder.text(self.0.action.as_str());
        encoder.text(self.0.key.as_str());
        encoder.count(b'l', self.0.items.len());
        for item in &self.0.items {
            encoder.text(item.customer.as_str());
            encoder.optional(item.amount.as_deref());
            encoder.arguments(&item.arguments);
        }
        encoder.done()
    }

    /// The same proposal with other items, as a reviewer would have it.
    ///
    /// # Errors
    /// What is wrong with the items.
    pub fn edited(&self, items: Vec<Item>) -> Result<Self, ProposalErrors> {
        ProposalBuilder(Draft { items, ..self.0.clone() }).build()
    }

    /// Whether both are one proposal but for their items: what an edit may change.
    pub(crate) fn same_but_items(&self, other: &Self) -> bool {
        Draft { items: Vec::new(), ..self.0.clone() } == Draft { items: Vec::new(), ..other.0.clone() }
    }
}

/// Puts a [`Proposal`] together; mistakes come out in [`build`](Self::build), all at once.
#[derive(Clone, Debug)]
pub struct ProposalBuilder(Draft);

impl ProposalBuilder {
    /// Adds a thing to be done.
    #[must_use]
    pub fn item(mut self, item: Item) -> Self {
        self.0.items.push(item);
        self
    }

    /// Says what can be taken back. Without it: nothing.
    #[must_use]
    pub const fn reversibility(mut self, reversibility: Reversibility) -> Self {
        self.0.reversibility = reversibility;
        self
    }

    /// Names the team that the proposer works for, for policies that want another one to approve.
    #[must_use]
    pub fn team(mut self, team: impl Into<Arc<str>>) -> Self {
        self.0.team = Some(team.into());
        self
    }

    /// Says that it goes against the customer: then a person always decides.
    #[must_use]
    pub const fn adverse(mut self) -> Self {
        self.0.adverse = true;
        self
    }

    /// Says that it has legal or similarly significant effects: then a person always decides.
    #[must_use]
    pub const fn significant(mut self) -> Self {
        self.0.significant = true;
        self
    }

    /// Adds what speaks against it.
    #[must_use]
    pub fn against(mut self, says: impl Into<Arc<str>>, source: impl Into<Arc<str>>) -> Self {
        self.0.against.push(CounterEvidence { says: says.into(), source: source.into() });
        self
    }

    /// The proposal.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn build(self) -> Result<Proposal, ProposalErrors> {
        Proposal::try_from(self.0)
    }
}

impl TryFrom<Draft> for Proposal {
    type Error = ProposalErrors;

    fn try_from(draft: Draft) -> Result<Self, ProposalErrors> {
        let mut errors = Vec::new();
        let names = [("id", draft.id.as_str()), ("action", draft.action.as_str()), ("key", draft.key.as_str())];
        errors.extend(names.iter().filter(|(_, name)| name.is_empty()).map(|(what, _)| ProposalError::Empty(what)));
        match draft.items.len() {
            0 => errors.push(ProposalError::NoItems),
            1..=LARGEST_BATCH => {}
            more => errors.push(ProposalError::LargeBatch(more)),
        }
        errors.extend(draft.items.iter().enumerate().filter_map(|(at, item)| mistake(at, item)));
        if errors.is_empty() { Ok(Self(draft)) } else { Err(ProposalErrors(errors)) }
    }
}

fn mistake(at: usize, item: &Item) -> Option<ProposalError> {
    if item.customer.as_str().is_empty() {
        return Some(ProposalError::NoCustomer(at));
    }
    if item.arguments.values().any(|value| value.depth() > DEEPEST) {
        return Some(ProposalError::Deep(at));
    }
    (item.amount.is_some() && item.judged_amount().is_none()).then_some(ProposalError::NoAmount(at))
}

impl From<Proposal> for Draft {
    fn from(proposal: Proposal) -> Self {
        proposal.0
    }
}

/// One mistake in a proposal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProposalError {
    /// A name that says nothing.
    #[error("the {0} is empty")]
    Empty(&'static str),
    /// Nothing to be done.
    #[error("there is no item; a proposal is for at least one customer")]
    NoItems,
    /// Too much at once.
    #[error("{0} items are more than one batch may hold, which is 10000; make several")]
    LargeBatch(usize),
    /// Nobody to do it for.
    #[error("item {0} names no customer")]
    NoCustomer(usize),
    /// Values within values within values.
    #[error("an argument of item {0} is nested deeper than 8 levels")]
    Deep(usize),
    /// The amount is no money.
    #[error("the amount of item {0} names an argument that is missing or no money")]
    NoAmount(usize),
}

/// Why a proposal was not taken: every mistake in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalErrors(Vec<ProposalError>);

impl ProposalErrors {
    /// The mistakes, in the order of the proposal.
    #[must_use]
    pub fn mistakes(&self) -> &[ProposalError] {
        &self.0
    }
}

impl fmt::Display for ProposalErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        mistakes::write(f, &self.0)
    }
}

impl std::error::Error for ProposalErrors {}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder() -> ProposalBuilder {
        Proposal::builder("p", "refund", Principal::machine("ai"), "k")
    }

    #[test]
    fn all_mistakes_come_at_once() {
        let deep = (0..9).fold(Value::Bool(true), |inner, _| Value::List(vec![inner]));
        let built = Proposal::builder("", "refund", Principal::machine("ai"), "k")
            .item(Item::new(""))
            .item(Item::new("c").with("deep", deep))
            .item(Item { amount: Some("sum".into()), ..Item::new("c").with("sum", 3) })
            .build();
        let errors = built.unwrap_err();
        assert_eq!(
            errors.mistakes(),
            [
                ProposalError::Empty("id"),
                ProposalError::NoCustomer(0),
                ProposalError::Deep(1),
                ProposalError::NoAmount(2)
            ]
        );
        assert!(builder().build().unwrap_err().to_string().contains("no item"));
    }

    #[test]
    fn the_stored_form_is_checked_too() {
        let proposal = builder().item(Item::new("c").amount("sum", Money::eur(5))).build().unwrap();
        let stored = serde_json::to_string(&proposal).unwrap();
        assert_eq!(serde_json::from_str::<Proposal>(&stored).unwrap(), proposal);
        assert!(serde_json::from_str::<Proposal>(&stored.replace("\"c\"", "\"\"")).is_err());
    }

    #[test]
    fn whatever_changes_the_action_changes_its_bytes() {
        let of = |item: Item| builder().item(item).build().unwrap().canonical();
        let plain = of(Item::new("c").amount("sum", Money::eur(5)));
        assert_ne!(plain, of(Item::new("d").amount("sum", Money::eur(5))));
        assert_ne!(plain, of(Item::new("c").amount("sum", Money::eur(6))));
        assert_ne!(plain, of(Item::new("c").with("sum", Money::eur(5))));
        assert_ne!(plain, of(Item::new("c").amount("sum", Money::eur(5)).with("note", "")));
        assert_eq!(plain, of(Item::new("c").amount("sum", Money::eur(5))));
    }

    #[test]
    fn debug_shows_nothing_personal() {
        let proposal = builder().item(Item::new("81-geheim").with("iban", "NL00")).against("kwetsbaar", "crm").build();
        let shown = format!("{:?}", proposal.unwrap());
        assert!(!shown.contains("81-geheim") && !shown.contains("NL00") && !shown.contains("kwetsbaar"), "{shown}");
    }
}
