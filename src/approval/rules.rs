//! Approval rules as data, and what they are compiled to.

use super::{
    ActionName, Allowance, ApprovalPolicy, BudgetClaim, Currency, CustomerRef, Draw, Facts, Holder, Item, LedgerKey,
    Limit, Notice, Principal, Proposal, Requirement, Reversibility, Ruling, Verdict, Why,
};
use crate::conversation::Channel;
use crate::emotion::Emotion;
use crate::escalation::PolicyRef;
use crate::mistakes;
use crate::signal::Signal;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// An action that the policy knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActionSpec {
    /// What can be taken back; the stricter of this and what the proposal says counts.
    pub reversibility: Reversibility,
    /// It goes against the customer: a person always decides.
    pub adverse: bool,
    /// It has legal or similarly significant effects: a person always decides.
    pub significant: bool,
    /// The customer does not know of it: nothing is told while it waits.
    pub hidden: bool,
    /// The argument that holds the amount; a proposal that names another is reviewed.
    pub amount: Option<Arc<str>>,
    /// In plain words, for reviewers: Dutch and English.
    pub words: Words,
}

/// A phrase in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Dutch.
    pub nl: Arc<str>,
    /// English.
    pub en: Arc<str>,
}

/// One rule: what it applies to, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalRule {
    /// Its name.
    pub id: Arc<str>,
    /// What it applies to.
    pub when: When,
    /// What it says.
    pub then: Then,
}

/// What a rule applies to: everything that is named must hold. Lists mean any of them; an empty list means nothing is
/// asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct When {
    /// The actions.
    pub actions: Vec<ActionName>,
    /// The currency of the amount.
    pub currency: Option<Currency>,
    /// The least amount in minor units, without its sign.
    pub min_minor: Option<u64>,
    /// The most.
    pub max_minor: Option<u64>,
    /// Any of these signals was seen.
    pub signals_any: Vec<Signal>,
    /// None of these was.
    pub signals_none: Vec<Signal>,
    /// Any of these emotions dominates.
    pub emotions_any: Vec<Emotion>,
    /// The least frustration, in thousandths.
    pub frustration_min: Option<u16>,
    /// The most.
    pub frustration_max: Option<u16>,
    /// The least confidence, in thousandths. Where none is known, it is 0.
    pub confidence_min: Option<u16>,
    /// The most.
    pub confidence_max: Option<u16>,
    /// Whether the host has made sure of who the customer is.
    pub verified: Option<bool>,
    /// At least as hard to take back as this.
    pub reversibility_min: Option<Reversibility>,
    /// At most.
    pub reversibility_max: Option<Reversibility>,
    /// The channels.
    pub channels: Vec<Channel>,
    /// The customer's intents.
    pub intents: Vec<Arc<str>>,
    /// Facts about the customer, each with the values that it may have.
    pub attributes: BTreeMap<Arc<str>, Vec<Arc<str>>>,
}

/// What a rule says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Then {
    /// The effect with what it needs.
    pub effect: RuleEffect,
    /// What matches may never be approved once and for all.
    pub never_always: bool,
    /// What the customer is told.
    pub tell_customer: Option<Notice>,
}

impl From<RuleEffect> for Then {
    fn from(effect: RuleEffect) -> Self {
        Self { effect, never_always: false, tell_customer: None }
    }
}

/// The effect of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleEffect {
    /// It passes.
    Allow {
        /// How many in a thousand are looked at all the same.
        sample_permille: u16,
        /// How much may pass in a time.
        budget: Option<Budget>,
        /// How many items a proposal may have.
        most_items: u32,
    },
    /// People decide: the name of the route.
    Review(Arc<str>),
    /// It does not pass.
    Deny,
}

impl RuleEffect {
    /// It passes one at a time, without sample and budget.
    pub const ALLOW: Self = Self::Allow { sample_permille: 0, budget: None, most_items: 1 };
}

/// How much may pass by one rule in a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Whom it is counted for.
    pub per: Per,
    /// How much; amounts are in the rule's currency.
    pub limit: Limit,
    /// The route of what does not fit.
    pub over: Arc<str>,
}

/// Whom a budget is counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Per {
    /// Each customer.
    Customer,
    /// Each proposer.
    Proposer,
    /// Everybody together.
    All,
}

/// Something that somebody has approved once and for all, until a day: it passes where a rule would have asked, unless
/// that rule says never always, the action is adverse or significant, or a rule denies it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its name.
    pub id: Arc<str>,
    /// The action.
    pub action: ActionName,
    /// The customer; nothing means every one.
    pub customer: Option<CustomerRef>,
    /// The most in minor units of a currency; nothing means without an amount.
    pub most: Option<(u64, Currency)>,
    /// Until when, in milliseconds since the epoch.
    pub until: u64,
    /// Who granted it.
    pub granted_by: Principal,
}

/// The rules of an [`ApprovalPolicy`] before they are compiled. Plain data: read from the rule document, or built.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleSet {
    /// The policy's id and version.
    pub policy: PolicyRef,
    /// The actions it knows.
    pub actions: BTreeMap<ActionName, ActionSpec>,
    /// The ways to people, by their own name.
    pub routes: Vec<Requirement>,
    /// The route of whatever no rule decides.
    pub default_route: Arc<str>,
    /// The rules. Their order means nothing: no outweighs people, people outweigh yes.
    pub rules: Vec<ApprovalRule>,
    /// What was approved once and for all.
    pub standing: Vec<Standing>,
}

impl RuleSet {
    /// Rules of a policy, with the route of whatever no rule decides.
    #[must_use]
    pub fn new(policy: PolicyRef, default_route: Requirement) -> Self {
        let default = Arc::from(default_route.route());
        Self { policy, default_route: default, routes: vec![default_route], ..Self::default() }
    }
}

/// Compiled rules: the built-in [`ApprovalPolicy`].
///
/// No outweighs people, people outweigh yes, whatever the order of the rules. What no rule decides, what the policy
/// does not know and what is adverse or significant goes to people. Where several rules ask for people, the strictest
/// route counts: the most people, then the most stages, then the shortest time, then the first by name.
///
/// ```
/// use handover::approval::{
///     ActionSpec, ApprovalPolicy, ApprovalRule, ApprovalRules, Currency, Draw, Effect, Facts, Item, Money, Principal,
///     Proposal, Requirement, RuleEffect, RuleSet, Stage, When,
/// };
/// use handover::escalation::PolicyRef;
///
/// let anyone = Requirement::builder("any_agent", 900_000, 600_000).stage(Stage::of(1, ["agent"])).build()?;
/// let mut set = RuleSet::new(PolicyRef { id: "shop".into(), version: 3 }, anyone);
/// set.actions.insert("refund".into(), ActionSpec::default());
/// let mut small = When::default();
/// small.actions.push("refund".into());
/// small.currency = Some(Currency::EUR);
/// small.max_minor = Some(5_000);
/// set.rules.push(ApprovalRule { id: "small".into(), when: small, then: RuleEffect::ALLOW.into() });
/// let rules = ApprovalRules::compile(set)?;
///
/// let refund = |cents| {
///     let item = Item::new("c-1").amount("sum", Money::eur(cents));
///     Proposal::builder("p", "refund", Principal::machine("ai"), "k").item(item).build()
/// };
/// assert_eq!(rules.judge(&refund(4_999)?, &Facts::default(), None, 0).effect(), Effect::Allow);
/// assert_eq!(rules.judge(&refund(5_001)?, &Facts::default(), None, 0).effect(), Effect::Review);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ApprovalRules {
    policy: PolicyRef,
    actions: BTreeMap<ActionName, Known>,
    routes: BTreeMap<Arc<str>, Arc<Requirement>>,
    default_route: Arc<Requirement>,
    rules: Vec<Compiled>,
    /// The rules that ask for no action, for actions that the policy does not know.
    anywhere: Vec<usize>,
    standing: Vec<Standing>,
}

/// An action, and the rules that may apply to it.
#[derive(Clone, Debug)]
struct Known {
    spec: ActionSpec,
    rules: Vec<usize>,
}

/// A rule with its names resolved.
#[derive(Clone, Debug)]
struct Compiled {
    rule: ApprovalRule,
    /// Built-in signals of `signals_any` and `signals_none`, a bit each.
    any: u32,
    none: u32,
    /// The route of a review, or of what is over the budget.
    route: Arc<Requirement>,
}

impl ApprovalRules {
    /// Compiles rules.
    ///
    /// # Errors
    /// Every name that leads nowhere, and every rule that means nothing.
    pub fn compile(set: RuleSet) -> Result<Self, RuleErrors> {
        let routes: BTreeMap<Arc<str>, Arc<Requirement>> =
            set.routes.iter().map(|route| (Arc::from(route.route()), Arc::new(route.clone()))).collect();
        let mut errors = mistakes_in(&set, &routes);
        let Some(default_route) = routes.get(&set.default_route).cloned() else {
            errors.push(RuleError::Route { rule: "default".into(), route: set.default_route });
            return Err(RuleErrors(errors));
        };
        if !errors.is_empty() {
            return Err(RuleErrors(errors));
        }
        let rules: Vec<Compiled> = set.rules.iter().map(|rule| Compiled::of(rule, &routes, &default_route)).collect();
        let known = |(name, spec): (ActionName, ActionSpec)| {
            let applies = |rule: &ApprovalRule| rule.when.actions.is_empty() || rule.when.actions.contains(&name);
            let rules = places(&set.rules, applies);
            (name, Known { spec, rules })
        };
        let actions = set.actions.into_iter().map(known).collect();
        let anywhere = places(&set.rules, |rule| rule.when.actions.is_empty());
        Ok(Self { policy: set.policy, actions, routes, default_route, rules, anywhere, standing: set.standing })
    }

    /// The action of that name, if the policy knows it.
    #[must_use]
    pub fn action(&self, name: &ActionName) -> Option<&ActionSpec> {
        self.actions.get(name).map(|known| &known.spec)
    }

    /// The actions that the policy knows, by name.
    pub fn actions(&self) -> impl Iterator<Item = (&ActionName, &ActionSpec)> {
        self.actions.iter().map(|(name, known)| (name, &known.spec))
    }

    /// The routes, by name.
    #[must_use]
    pub const fn routes(&self) -> &BTreeMap<Arc<str>, Arc<Requirement>> {
        &self.routes
    }

    /// The rules as they were given, in their order.
    pub fn rules(&self) -> impl Iterator<Item = &ApprovalRule> {
        self.rules.iter().map(|compiled| &compiled.rule)
    }

    fn review(&self, why: Why, route: &Arc<Requirement>, rule: Option<Arc<str>>) -> Verdict {
        Verdict { rule, ..Verdict::new(Ruling::Review(route.clone()), why) }
    }
}

fn places(rules: &[ApprovalRule], applies: impl Fn(&ApprovalRule) -> bool) -> Vec<usize> {
    rules.iter().enumerate().filter(|(_, rule)| applies(rule)).map(|(at, _)| at).collect()
}

/// A set of built-in signals, a bit each.
fn bits<'a>(signals: impl IntoIterator<Item = &'a Signal>) -> u32 {
    let bit = |signal: &Signal| Signal::BUILT_IN.iter().position(|known| known == signal);
    signals.into_iter().filter_map(bit).fold(0, |mask, at| mask | 1 << at)
}

impl Compiled {
    fn of(
        rule: &ApprovalRule,
        routes: &BTreeMap<Arc<str>, Arc<Requirement>>,
        default_route: &Arc<Requirement>,
    ) -> Self {
        let named = match &rule.then.effect {
            RuleEffect::Review(route) => routes.get(route),
            RuleEffect::Allow { budget: Some(budget), .. } => routes.get(&budget.over),
            _ => None,
        };
        Self {
            any: bits(&rule.when.signals_any),
            none: bits(&rule.when.signals_none),
            route: named.unwrap_or(default_route).clone(),
            rule: rule.clone(),
        }
    }

    /// Whether the rule applies to an item, as far as its action is concerned already.
    fn applies(&self, item: &Item, now: &Now<'_>) -> bool {
        self.signals_apply(now) && self.facts_apply(now) && self.amount_applies(item)
    }

    fn signals_apply(&self, now: &Now<'_>) -> bool {
        let (any, none) = (&self.rule.when.signals_any, &self.rule.when.signals_none);
        let own = |signal: &Signal| matches!(signal, Signal::Host(_)) && now.facts.signals.contains(signal);
        let asked = any.is_empty() || self.any & now.signals != 0 || any.iter().any(own);
        asked && self.none & now.signals == 0 && !none.iter().any(own)
    }

    fn facts_apply(&self, now: &Now<'_>) -> bool {
        let (when, facts) = (&self.rule.when, now.facts);
        let confidence = facts.confidence.unwrap_or(0);
        within(facts.frustration, when.frustration_min, when.frustration_max)
            && within(confidence, when.confidence_min, when.confidence_max)
            && within(now.reversibility, when.reversibility_min, when.reversibility_max)
            && when.verified.is_none_or(|verified| verified == facts.verified)
            && listed(&when.emotions_any, facts.emotion.as_ref())
            && listed(&when.channels, facts.channel.as_ref())
            && listed(&when.intents, facts.intent.as_ref())
            && when
                .attributes
                .iter()
                .all(|(name, values)| facts.attributes.get(name).is_some_and(|v| values.contains(v)))
    }

    fn amount_applies(&self, item: &Item) -> bool {
        let when = &self.rule.when;
        if when.currency.is_none() && when.min_minor.is_none() && when.max_minor.is_none() {
            return true;
        }
        let Some((_, money)) = item.judged_amount() else { return false };
        when.currency.is_none_or(|currency| currency == money.currency)
            && within(money.minor.unsigned_abs(), when.min_minor, when.max_minor)
    }
}

fn within<T: PartialOrd>(value: T, min: Option<T>, max: Option<T>) -> bool {
    min.is_none_or(|min| value >= min) && max.is_none_or(|max| value <= max)
}

fn listed<T: PartialEq>(list: &[T], value: Option<&T>) -> bool {
    list.is_empty() || value.is_some_and(|value| list.contains(value))
}

/// What a judgement looks at for every item alike.
struct Now<'a> {
    proposal: &'a Proposal,
    facts: &'a Facts,
    signals: u32,
    reversibility: Reversibility,
    draw: Option<Draw>,
    at: u64,
}

/// What the rules that apply to an item come to.
#[derive(Default)]
struct Weighed<'a> {
    deny: Option<&'a Compiled>,
    review: Option<&'a Compiled>,
    never_always: Option<&'a Compiled>,
    allow: Option<&'a Compiled>,
}

impl<'a> Weighed<'a> {
    fn add(&mut self, rule: &'a Compiled) {
        match rule.rule.then.effect {
            RuleEffect::Deny => self.deny = self.deny.or(Some(rule)),
            RuleEffect::Review(_) => self.review = Some(self.review.map_or(rule, |other| stricter(other, rule))),
            RuleEffect::Allow { .. } => self.allow = Some(self.allow.map_or(rule, |other| narrower(other, rule))),
        }
        if rule.rule.then.never_always {
            self.never_always = Some(rule);
        }
    }
}

/// The rule with the stricter route: order must not matter, so every tie is broken.
fn stricter<'a>(a: &'a Compiled, b: &'a Compiled) -> &'a Compiled {
    if strictness(&a.route) >= strictness(&b.route) { a } else { b }
}

fn strictness(route: &Requirement) -> (u32, usize, std::cmp::Reverse<u64>, std::cmp::Reverse<&str>) {
    use std::cmp::Reverse;
    (route.people_needed(), route.stages().len(), Reverse(route.approve_by()), Reverse(route.route()))
}

/// Of two rules that let pass, the one that looks harder: with a budget, with the larger sample, then the first by name.
fn narrower<'a>(a: &'a Compiled, b: &'a Compiled) -> &'a Compiled {
    let of = |rule: &Compiled| match &rule.rule.then.effect {
        RuleEffect::Allow { sample_permille, budget, .. } => (budget.is_some(), *sample_permille),
        _ => (false, 0),
    };
    match of(a).cmp(&of(b)) {
        std::cmp::Ordering::Less => b,
        std::cmp::Ordering::Greater => a,
        std::cmp::Ordering::Equal if a.rule.id <= b.rule.id => a,
        std::cmp::Ordering::Equal => b,
    }
}

impl ApprovalPolicy for ApprovalRules {
    fn reference(&self) -> PolicyRef {
        self.policy.clone()
    }

    fn judge(&self, proposal: &Proposal, facts: &Facts, draw: Option<Draw>, at: u64) -> Verdict {
        let known = self.actions.get(proposal.action());
        let reversibility = known.map_or(Reversibility::Irreversible, |k| k.spec.reversibility);
        let now = Now {
            proposal,
            facts,
            signals: bits(&facts.signals),
            reversibility: reversibility.max(proposal.reversibility()),
            draw,
            at,
        };
        let mut verdict = self.judge_items(known, &now);
        verdict.customer_visible = known.is_none_or(|k| !k.spec.hidden);
        verdict
    }
}

impl ApprovalRules {
    /// The strictest verdict over all items; budgets add up.
    fn judge_items(&self, known: Option<&Known>, now: &Now<'_>) -> Verdict {
        let mut matched = Vec::new();
        let mut verdict: Option<Verdict> = None;
        for item in now.proposal.items() {
            let next = self.judge_item(known, item, now, &mut matched);
            verdict = Some(match verdict {
                None => next,
                Some(so_far) => self.both(so_far, next),
            });
        }
        let mut verdict = verdict.unwrap_or_else(|| self.review(Why::Default, &self.default_route, None));
        matched.sort_unstable();
        matched.dedup();
        verdict.matched = matched.iter().filter_map(|at| self.rules.get(*at)).map(|r| r.rule.id.clone()).collect();
        verdict
    }

    fn judge_item(&self, known: Option<&Known>, item: &Item, now: &Now<'_>, matched: &mut Vec<usize>) -> Verdict {
        let mut weighed = Weighed::default();
        for at in known.map_or(&self.anywhere, |known| &known.rules) {
            if let Some(rule) = self.rules.get(*at).filter(|rule| rule.applies(item, now)) {
                matched.push(*at);
                weighed.add(rule);
            }
        }
        let mut verdict = self.weigh(known, item, now, &weighed);
        verdict.never_always = weighed.never_always.is_some();
        verdict
    }

    fn weigh(&self, known: Option<&Known>, item: &Item, now: &Now<'_>, weighed: &Weighed<'_>) -> Verdict {
        let told = |mut verdict: Verdict, by: &Compiled| {
            verdict.rule = Some(by.rule.id.clone());
            verdict.tell_customer.clone_from(&by.rule.then.tell_customer);
            verdict
        };
        if let Some(by) = weighed.deny {
            return told(Verdict::new(Ruling::Deny, Why::Rule), by);
        }
        let standing = self.standing.iter().find(|standing| standing.covers(item, now));
        let must = must_review(known, item, now);
        match (weighed.review, must, standing) {
            (Some(by), None, Some(standing)) if weighed.never_always.is_none() => self.stand(standing, by),
            (Some(by), ..) => told(self.review(Why::Rule, &by.route, None), by),
            (None, Some(why), _) => self.review(why, &self.default_route, None),
            (None, None, standing) => match (weighed.allow, standing) {
                (Some(by), _) => told(self.allow(by, item, now), by),
                (None, Some(standing)) if weighed.never_always.is_none() => self.stand_alone(standing),
                (None, _) => self.review(Why::Default, &self.default_route, None),
            },
        }
    }

    fn stand(&self, standing: &Standing, by: &Compiled) -> Verdict {
        let allowance = Allowance { budgets: Vec::new(), otherwise: by.route.clone() };
        Verdict { rule: Some(standing.id.clone()), ..Verdict::new(Ruling::Allow(allowance), Why::Standing) }
    }

    fn stand_alone(&self, standing: &Standing) -> Verdict {
        let allowance = Allowance { budgets: Vec::new(), otherwise: self.default_route.clone() };
        Verdict { rule: Some(standing.id.clone()), ..Verdict::new(Ruling::Allow(allowance), Why::Standing) }
    }

    fn allow(&self, by: &Compiled, item: &Item, now: &Now<'_>) -> Verdict {
        let RuleEffect::Allow { sample_permille, budget, most_items } = &by.rule.then.effect else {
            return self.review(Why::Default, &self.default_route, None);
        };
        if now.proposal.items().len() > *most_items as usize {
            return self.review(Why::LargeBatch, &by.route, None);
        }
        match now.draw {
            None if *sample_permille > 0 => return self.review(Why::NoDraw, &by.route, None),
            Some(draw) if draw.hits(*sample_permille) => return self.review(Why::Sampled, &by.route, None),
            _ => {}
        }
        let budgets = budget.iter().map(|budget| claim(by, budget, item, now)).collect();
        Verdict::new(Ruling::Allow(Allowance { budgets, otherwise: by.route.clone() }), Why::Rule)
    }

    /// The stricter of two verdicts on items of one batch. Two different routes, neither of which is the other, are
    /// more than one vote can be about: the stricter decides, and the reason says so.
    fn both(&self, a: Verdict, b: Verdict) -> Verdict {
        let never_always = a.never_always || b.never_always;
        let mut both = match (a.effect().cmp(&b.effect()), &a.ruling, &b.ruling) {
            (std::cmp::Ordering::Less, ..) => b,
            (std::cmp::Ordering::Greater, ..) => a,
            (_, Ruling::Review(x), Ruling::Review(y)) if x != y => {
                let (strict, _) = if strictness(x) >= strictness(y) { (a, b) } else { (b, a) };
                Verdict { why: Why::MixedBatch, ..strict }
            }
            (_, Ruling::Allow(_), Ruling::Allow(_)) => sum(a, b),
            _ => a,
        };
        both.never_always = never_always;
        both
    }
}

/// What an action is always reviewed for, and why.
fn must_review(known: Option<&Known>, item: &Item, now: &Now<'_>) -> Option<Why> {
    let Some(Known { spec, .. }) = known else { return Some(Why::UnknownAction) };
    let named = item.judged_amount().map(|(name, _)| name);
    if spec.adverse || now.proposal.adverse() {
        Some(Why::Adverse)
    } else if spec.significant || now.proposal.significant() {
        Some(Why::Significant)
    } else if spec.amount.is_some() && spec.amount.as_deref() != named {
        Some(Why::Default)
    } else {
        None
    }
}

fn claim(by: &Compiled, budget: &Budget, item: &Item, now: &Now<'_>) -> BudgetClaim {
    let holder = match budget.per {
        Per::Customer => Some(Holder::Customer(item.customer().clone())),
        Per::Proposer => Some(Holder::Proposer(now.proposal.proposer().clone())),
        Per::All => None,
    };
    let money = item.judged_amount().map(|(_, money)| money);
    BudgetClaim {
        key: LedgerKey { rule: by.rule.id.clone(), holder, currency: money.map(|m| m.currency) },
        limit: budget.limit,
        minor: money.map_or(0, |m| m.minor.unsigned_abs()),
        items: 1,
    }
}

/// Both pass: what they take from the budgets adds up.
fn sum(mut a: Verdict, b: Verdict) -> Verdict {
    if let (Ruling::Allow(all), Ruling::Allow(more)) = (&mut a.ruling, b.ruling) {
        for claim in more.budgets {
            match all.budgets.binary_search_by(|known| known.key.cmp(&claim.key)) {
                Ok(at) => all.budgets.iter_mut().skip(at).take(1).for_each(|known| {
                    known.minor = known.minor.saturating_add(claim.minor);
                    known.items = known.items.saturating_add(claim.items);
                }),
                Err(at) => all.budgets.insert(at, claim),
            }
        }
        if strictness(&more.otherwise) > strictness(&all.otherwise) {
            all.otherwise = more.otherwise;
        }
    }
    a
}

impl Standing {
    fn covers(&self, item: &Item, now: &Now<'_>) -> bool {
        let fits = match (self.most, item.judged_amount()) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some((most, currency)), Some((_, m))) => m.currency == currency && m.minor.unsigned_abs() <= most,
        };
        fits && now.at < self.until
            && self.action == *now.proposal.action()
            && self.customer.as_ref().is_none_or(|customer| customer == item.customer())
            && now.proposal.items().len() == 1
    }
}

fn mistakes_in(set: &RuleSet, routes: &BTreeMap<Arc<str>, Arc<Requirement>>) -> Vec<RuleError> {
    let mut errors = Vec::new();
    let mut ids = std::collections::BTreeSet::new();
    for rule in &set.rules {
        let id = &rule.id;
        if !ids.insert(id) {
            errors.push(RuleError::Twice(id.clone()));
        }
        let unknown = rule.when.actions.iter().filter(|action| !set.actions.contains_key(*action));
        errors.extend(unknown.map(|action| RuleError::Action { rule: id.clone(), action: action.clone() }));
        rule_mistakes(rule, routes, &mut errors);
    }
    let unknown = set.standing.iter().filter(|standing| !set.actions.contains_key(&standing.action));
    errors.extend(unknown.map(|s| RuleError::Action { rule: s.id.clone(), action: s.action.clone() }));
    errors
}

fn rule_mistakes(rule: &ApprovalRule, routes: &BTreeMap<Arc<str>, Arc<Requirement>>, errors: &mut Vec<RuleError>) {
    let (id, when) = (&rule.id, &rule.when);
    let mut route = |name: &Arc<str>| {
        if !routes.contains_key(name) {
            errors.push(RuleError::Route { rule: id.clone(), route: name.clone() });
        }
    };
    match &rule.then.effect {
        RuleEffect::Review(to) => route(to),
        RuleEffect::Allow { budget: Some(budget), .. } => route(&budget.over),
        _ => {}
    }
    let bounded = when.min_minor.is_some() || when.max_minor.is_some();
    if bounded && when.currency.is_none() {
        errors.push(RuleError::Currency(id.clone()));
    }
    let inverted = inverted(when.min_minor, when.max_minor)
        || inverted(when.frustration_min, when.frustration_max)
        || inverted(when.confidence_min, when.confidence_max)
        || inverted(when.reversibility_min, when.reversibility_max);
    if inverted {
        errors.push(RuleError::Inverted(id.clone()));
    }
    if let RuleEffect::Allow { sample_permille, budget, .. } = &rule.then.effect {
        if *sample_permille > 1_000 {
            errors.push(RuleError::Sample(id.clone()));
        }
        let counts_money = budget.as_ref().is_some_and(|budget| budget.limit.most.is_some());
        if counts_money && when.currency.is_none() {
            errors.push(RuleError::Currency(id.clone()));
        }
    }
}

fn inverted<T: PartialOrd>(min: Option<T>, max: Option<T>) -> bool {
    matches!((min, max), (Some(min), Some(max)) if min > max)
}

/// One mistake in a [`RuleSet`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// A route that there is none of.
    #[error("rule {rule} leads to the route {route}, which does not exist")]
    Route {
        /// The rule, or `default`.
        rule: Arc<str>,
        /// The name that leads nowhere.
        route: Arc<str>,
    },
    /// An action that the policy does not declare.
    #[error("rule {rule} is about the action {action}, which is not declared")]
    Action {
        /// The rule.
        rule: Arc<str>,
        /// The name that nothing has.
        action: ActionName,
    },
    /// Two rules of one name.
    #[error("there are two rules named {0}")]
    Twice(Arc<str>),
    /// An amount without its currency.
    #[error("rule {0} counts or limits amounts but names no currency")]
    Currency(Arc<str>),
    /// A least that is above the most.
    #[error("rule {0} has a least that is above its most: it never applies")]
    Inverted(Arc<str>),
    /// More than all.
    #[error("rule {0} samples more than 1000 in a thousand")]
    Sample(Arc<str>),
}

/// Why rules were not taken: every mistake in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleErrors(Vec<RuleError>);

impl RuleErrors {
    /// The mistakes, in the order of the rules.
    #[must_use]
    pub fn mistakes(&self) -> &[RuleError] {
        &self.0
    }
}

impl fmt::Display for RuleErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        mistakes::write(f, &self.0)
    }
}

impl std::error::Error for RuleErrors {}
