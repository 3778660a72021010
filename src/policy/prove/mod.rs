//! Proofs: whether what must always hold does hold for a policy, for every situation that it can tell apart.
//!
//! Nothing here is sampled at random. A document only looks at a situation through its own thresholds, names and hours,
//! so of everything that it looks at, one case on either side of each bound stands for all others. What does not act
//! together is gone through apart, since the ladder joins it by a maximum:
//!
//! - **Rules** act on the ladder only through the strongest outcome of each layer, the queue, the priority, a wish to
//!   call back and what they add. [`joined`] puts every such effect that the document's rules have into a document of
//!   its own, one switch each, so that *any* rules matching together is a case: more than can really happen, never
//!   less. What holds there holds for the policy. What does not is then looked for with the real rules, and reported
//!   only with a situation that shows it.
//! - **The conversation** (wish, danger, offer and answer, decline, failures, doubt, frustration, owner, disclosure) is
//!   gone through case by case, cut at the thresholds.
//! - **The desk** is gone through queue by queue, with every priority, channel and wish, at every weekday and on a
//!   holiday, at every minute at which the queue or who stands in for it comes or goes; and every queue has to open
//!   again within a year of any day of two years, and of those that the document dates holidays in.
//! - **What a customer is** is searched rule by rule: is there a case in which another value of an attribute of `worth`
//!   leaves the customer with less, though all else is the same? Hours and full queues likewise.
//!
//! What is proved is a property of decisions, given the situation; that the words were read rightly is not.

mod desk;
mod equal;
pub(super) mod grid;
mod joined;
mod ladder;
mod property;
mod real;

pub(super) use desk::all_moments;
pub use property::{Claim, Counterexample, Proof, Property, Verdict};

use super::{Policy, Spec};
use crate::conversation::Situation;
use crate::escalation::{Decision, EscalationPolicy};
use real::Real;
use std::collections::BTreeMap;

impl Policy {
    /// Decides for every [`Property`] whether it holds for this policy, with a counterexample where it does not.
    ///
    /// Some hundred thousand decisions: a fraction of a second for a document of 200 rules.
    ///
    /// ```
    /// use handover::policy::{Policy, Property, Verdict};
    /// use handover::text::Lang;
    ///
    /// let proof = Policy::default().prove();
    /// assert!(proof.holds());
    /// let wish = proof.claim(Property::WishReachesAPerson).unwrap();
    /// assert_eq!(wish.verdict, Verdict::Holds);
    /// assert!(wish.property.statement().text(Lang::Nl).starts_with("Wie om een mens vraagt"));
    /// ```
    #[must_use]
    pub fn prove(&self) -> Proof {
        self.prove_within(|policy| policy)
    }

    /// The same for an engine that stands around the policy: one that a host has put before it, say.
    ///
    /// `engine` is called with this policy and with the one in which its rules are joined; what it makes of them is
    /// what is asked. For an engine that looks at more than the document does, the cases are tests and no proof.
    ///
    /// ```
    /// use handover::conversation::Situation;
    /// use handover::escalation::{Decision, EscalationPolicy, Outcome};
    /// use handover::policy::{Policy, Property};
    ///
    /// /// Saves on agents.
    /// struct Stingy(Policy);
    ///
    /// impl EscalationPolicy for Stingy {
    ///     fn decide(&self, situation: &Situation) -> Decision {
    ///         let mut decision = self.0.decide(situation);
    ///         decision.outcome = decision.outcome.min(Outcome::OfferHuman);
    ///         decision
    ///     }
    /// }
    ///
    /// let proof = Policy::default().prove_within(Stingy);
    /// assert!(proof.broken().any(|claim| claim.property == Property::WishReachesAPerson));
    /// ```
    #[must_use]
    pub fn prove_within<E: EscalationPolicy>(&self, engine: impl Fn(Self) -> E) -> Proof {
        let claims = self.claims(Property::ALL, engine);
        Proof { claims }
    }

    /// Decides for one property alone.
    ///
    /// ```
    /// use handover::policy::{Policy, Property, Verdict};
    ///
    /// let claim = Policy::default().prove_one(Property::AlwaysReached).unwrap();
    /// assert_eq!(claim.verdict, Verdict::Holds);
    /// ```
    #[must_use]
    pub fn prove_one(&self, property: Property) -> Option<Claim> {
        self.claims(&[property], |policy| policy).pop()
    }

    fn claims<E: EscalationPolicy>(&self, wanted: &[Property], engine: impl Fn(Self) -> E) -> Vec<Claim> {
        let spec = self.spec();
        let whole = engine(Self::compile(spec.clone()));
        let joined = engine(Self::compile(joined::document(spec)));
        let told = BTreeMap::new();
        let mut prover = Prover { spec, wanted, whole: &whole, joined: &joined, real: Real::of(spec), told };
        ladder::prove(&mut prover);
        desk::prove(&mut prover);
        equal::prove(&mut prover);
        prover.claims()
    }
}

/// What a proof is worked out with, and what came out so far.
struct Prover<'p> {
    spec: &'p Spec,
    wanted: &'p [Property],
    /// The policy itself.
    whole: &'p dyn EscalationPolicy,
    /// The policy in which every effect of a rule has a switch of its own.
    joined: &'p dyn EscalationPolicy,
    real: Real,
    told: BTreeMap<Property, (u64, Option<Verdict>)>,
}

impl Prover<'_> {
    fn wants(&self, property: Property) -> bool {
        self.wanted.contains(&property)
    }

    /// Counts cases of a property.
    fn count(&mut self, property: Property, cases: u64) {
        self.told.entry(property).or_default().0 += cases;
    }

    /// Whether a property has been found broken: then no more cases are needed.
    fn is_broken(&self, property: Property) -> bool {
        matches!(self.told.get(&property), Some((_, Some(Verdict::Broken(_)))))
    }

    /// Keeps a verdict other than that it holds. A counterexample goes before what could not be decided.
    fn verdict(&mut self, property: Property, verdict: Verdict) {
        if !self.is_broken(property) {
            self.told.entry(property).or_default().1 = Some(verdict);
        }
    }

    /// A case of the joined document breaks a property: looks for one that the real rules bring about.
    fn suspect(&mut self, property: Property, case: &Situation, breaks: &dyn Fn(&Situation, &Decision) -> bool) {
        if self.is_broken(property) {
            return;
        }
        let found = self.real.cases(case).find_map(|situation| {
            let decision = self.whole.decide(&situation);
            breaks(&situation, &decision).then(|| Counterexample::new(situation, decision))
        });
        self.verdict(property, found.map_or(Verdict::Undecided, |found| Verdict::Broken(Box::new(found))));
    }

    fn claims(mut self) -> Vec<Claim> {
        let claims = self.wanted.iter().map(|property| {
            let (cases, verdict) = self.told.remove(property).unwrap_or_default();
            Claim { property: *property, verdict: verdict.unwrap_or(Verdict::Holds), cases }
        });
        claims.collect()
    }
}
