use super::eval::{in_range, measured, number_of, test_holds};
use super::logic::{Alternative, Atoms, alternatives};
use super::{DocPath, Measure, Policy, Range, Rule, Test, Wording, plain, words};
use crate::conversation::Situation;
use crate::escalation::{Decision, EscalationPolicy, Outcome, Places, Reason, ReasonCode};
use crate::signal::Signal;
use crate::text::Lang;
use serde::Serialize;
use std::sync::Arc;

/// Rules that missed are told up to this number: those that came closest.
const MOST_MISSES: usize = 5;

/// Why a policy decided as it did, and why not otherwise. Made only when asked for.
///
/// ```
/// use handover::conversation::Situation;
/// use handover::policy::Policy;
/// use handover::signal::{Finding, Signal, Signals};
/// use handover::text::Lang;
///
/// let mut situation = Situation::default();
/// situation.signals = Signals::from(vec![Finding {
///     signal: Signal::FinancialHardship,
///     shade: None,
///     score: 0.9,
///     holds: true,
///     evidence: Vec::new(),
/// }]);
/// let explanation = Policy::default().explain(&situation);
/// assert!(explanation.for_agent(Lang::En).contains("rule `financial_hardship`"));
/// assert!(explanation.for_customer(Lang::Nl).starts_with("U schreef dat betalen lastig is."));
/// assert!(explanation.for_customer(Lang::En).contains("do not agree"));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The decision itself, with its reasons.
    pub decision: Decision,
    /// Each reason, in the order of the decision.
    pub because: Vec<Because>,
    /// What would have changed the decision and did not: rules that missed by one thing, thresholds that were almost
    /// reached, and what was held back.
    pub why_not: Vec<WhyNot>,
}

/// A reason, explained.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Because {
    /// What kind of reason.
    pub code: ReasonCode,
    /// The layer of the ladder, 0 to 11.
    pub layer: u8,
    /// The rule and where it stands, where one decided.
    pub rule: Option<(Arc<str>, DocPath)>,
    /// What it says, for who works with the rules.
    pub agent: Wording,
    /// What was measured and what it was held against, where a number decided.
    pub measured: Option<(f32, Option<f32>)>,
    /// What the rule asked for and found.
    pub found: Vec<Wording>,
    /// What a customer may be told.
    pub customer: Wording,
    /// The words that bear it out.
    pub evidence: Places,
}

/// Something that would have changed the decision.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct WhyNot {
    /// The rule or the ladder's threshold.
    pub what: Arc<str>,
    /// Where it stands in the document.
    pub place: DocPath,
    /// What was missing, or what held it back.
    pub missing: Wording,
    /// Held back by a cool-down: it matched, and was not carried out.
    pub held_back: bool,
}

impl Policy {
    /// Decides, and explains. Some microseconds for each rule: [`decide`](EscalationPolicy::decide) is what a
    /// conversation calls.
    #[must_use]
    pub fn explain(&self, situation: &Situation) -> Explanation {
        let decision = self.decide(situation);
        let because = decision.reasons.iter().map(|reason| self.because(reason, situation)).collect();
        let mut why_not = self.held_back(&decision, situation);
        why_not.extend(self.near_misses(situation));
        why_not.extend(self.thresholds_missed(situation));
        Explanation { decision, because, why_not }
    }

    fn because(&self, reason: &Reason, now: &Situation) -> Because {
        let rule = reason.rule.as_ref().and_then(|id| self.rule(id));
        let mut customer = plain::for_customer(reason.code);
        let mut found = Vec::new();
        if let Some((_, rule)) = &rule {
            customer = self.told(rule, now).unwrap_or(customer);
            rule.when.each_test(false, &mut |test, negated| {
                if test_holds(test, now, self.spec()) != negated {
                    found.push(words::test(test, !negated));
                }
            });
        }
        let mut agent = plain::for_agent(reason.code);
        if let Some(about) = rule.as_ref().and_then(|(_, rule)| rule.about.as_ref()) {
            agent = Wording::new(format!("{} ({about})", agent.nl), format!("{} ({about})", agent.en));
        }
        Because {
            code: reason.code,
            layer: reason.layer,
            rule: rule.map(|(place, rule)| (Arc::clone(&rule.id), place)),
            agent,
            measured: reason.value.map(|value| (value, reason.threshold)),
            found,
            customer,
            evidence: reason.evidence,
        }
    }

    /// A rule's own words for the customer, or what the customer said that it looked for.
    fn told(&self, rule: &Rule, now: &Situation) -> Option<Wording> {
        if rule.because.is_some() {
            return rule.because.clone();
        }
        let mut said = None;
        rule.when.each_test(false, &mut |test, negated| {
            if let (Test::Signal(signals) | Test::SignalSoFar(signals), false) = (test, negated) {
                let held = |signal: &&Signal| now.signals.has(signal) || now.first_noticed.contains_key(*signal);
                said = said.take().or_else(|| signals.iter().filter(held).find_map(plain::said));
            }
        });
        said
    }

    /// A rule by its name, with its place.
    fn rule(&self, id: &str) -> Option<(DocPath, &Rule)> {
        self.rules().find(|(_, rule)| *rule.id == *id)
    }

    fn rules(&self) -> impl Iterator<Item = (DocPath, &Rule)> {
        let root = DocPath::root();
        let (rules, circumstances) = (root.key("rules"), root.key("circumstances"));
        let spec = self.spec();
        let first = spec.rules.iter().enumerate().map(move |(at, rule)| (rules.at(at), rule));
        first.chain(spec.circumstances.iter().enumerate().map(move |(at, rule)| (circumstances.at(at), rule)))
    }

    /// What matched and was held back by a cool-down.
    fn held_back(&self, decision: &Decision, now: &Situation) -> Vec<WhyNot> {
        if !decision.reasons.iter().any(|reason| reason.code == ReasonCode::CoolDown) {
            return Vec::new();
        }
        let held = decision
            .reasons
            .iter()
            .filter(|reason| matches!(reason.layer, 5 | 7..=10) && reason.code != ReasonCode::Resolved);
        let wanted = held.filter(|reason| self.wants(reason) > decision.outcome);
        let root = DocPath::root();
        wanted
            .map(|reason| WhyNot {
                what: Arc::from(reason.topic()),
                place: reason
                    .rule
                    .as_ref()
                    .and_then(|id| self.rule(id))
                    .map_or(root.key("cool_down"), |(place, _)| place),
                missing: self.cool_down(now),
                held_back: true,
            })
            .collect()
    }

    /// The outcome that a reason would have led to.
    fn wants(&self, reason: &Reason) -> Outcome {
        match reason.rule.as_ref().and_then(|id| self.rule(id)) {
            Some((_, rule)) => rule.then.outcome,
            None => match reason.code {
                ReasonCode::FailureCap | ReasonCode::AskedAgain | ReasonCode::FrustrationHigh => Outcome::HandOver,
                ReasonCode::ModeChanged | ReasonCode::Circumstance => Outcome::Continue,
                _ => Outcome::OfferHuman,
            },
        }
    }

    fn cool_down(&self, now: &Situation) -> Wording {
        let cool_down = &self.spec().cool_down;
        match (now.decline, now.since_offer) {
            (Some(decline), _) => {
                let (ago, turns) = (decline.turns_ago, cool_down.decline_turns);
                Wording::new(
                    format!(
                        "de klant wees {ago} beurten geleden een mens af; na {turns} beurten en iets nieuws mag het weer"
                    ),
                    format!(
                        "the customer declined a person {ago} turns ago; after {turns} turns and something new it may be offered again"
                    ),
                )
            }
            (None, Some(since)) => {
                let turns = cool_down.offer_turns;
                Wording::new(
                    format!(
                        "hiervoor is {since} beurten geleden een mens aangeboden; binnen {turns} beurten gebeurt dat niet opnieuw"
                    ),
                    format!(
                        "a person was offered for this {since} turns ago; it is not offered again within {turns} turns"
                    ),
                )
            }
            (None, None) => Wording::new(
                "hiervoor is in dit gesprek al een mens aangeboden",
                "a person was already offered for this in this conversation",
            ),
        }
    }

    /// Rules of which everything held but one thing, those that missed by the least first.
    fn near_misses(&self, now: &Situation) -> Vec<WhyNot> {
        let mut atoms = Atoms::default();
        let mut missed: Vec<(f64, WhyNot)> = Vec::new();
        for (place, rule) in self.rules() {
            let ways = alternatives(&rule.when, &mut atoms).unwrap_or_default();
            let Some((by, missing)) = self.nearest(&ways, &atoms, now) else { continue };
            let what = Arc::clone(&rule.id);
            missed.push((by, WhyNot { what, place: place.key("when"), missing, held_back: false }));
        }
        missed.sort_by(|a, b| a.0.total_cmp(&b.0));
        missed.into_iter().take(MOST_MISSES).map(|(_, miss)| miss).collect()
    }

    /// The alternative that missed by the least, where it missed by one test alone: by how much, 0 to 1, and what.
    fn nearest(&self, ways: &[Alternative], atoms: &Atoms, now: &Situation) -> Option<(f64, Wording)> {
        let mut best: Option<(f64, Wording)> = None;
        for way in ways {
            let tests = way.iter().filter_map(|literal| Some((atoms.tests().get(literal.atom)?, literal.holds)));
            let mut failing = tests.clone().filter(|(test, holds)| test_holds(test, now, self.spec()) != *holds);
            let (test, holds) = failing.next()?;
            if failing.next().is_some() {
                continue;
            }
            let distance = shortfall(test, now);
            // A rule of one test that is not about a number has not "almost" matched.
            if distance.is_none() && tests.count() < 2 {
                continue;
            }
            let by = distance.unwrap_or(1.0);
            if by <= 1.0 && best.as_ref().is_none_or(|(least, _)| by < *least) {
                best = Some((by, self.missing(test, holds, now)));
            }
        }
        best
    }

    fn missing(&self, test: &Test, holds: bool, now: &Situation) -> Wording {
        let wanted = words::test(test, holds);
        let Some(value) = value_of(test, now) else {
            return Wording::new(format!("niet zo: {}", wanted.nl), format!("not so: {}", wanted.en));
        };
        Wording::new(
            format!("niet zo: {} (gemeten: {value})", wanted.nl),
            format!("not so: {} (measured: {value})", wanted.en),
        )
    }

    /// Thresholds of the ladder that were almost reached.
    fn thresholds_missed(&self, now: &Situation) -> Vec<WhyNot> {
        let limits = &self.spec().thresholds;
        let counted = [
            ("hints", now.hints, limits.hints),
            ("failure_cap", now.failures.recent, limits.failure_cap),
            ("repeat_cap", now.failures.own_repeats, limits.repeat_cap),
            ("prior_contacts", now.prior_contacts, limits.prior_contacts),
        ];
        let counted = counted.into_iter().filter(|(_, count, cap)| *count > 0 && count + 1 == *cap);
        let mut missed: Vec<(&str, f64, f64)> =
            counted.map(|(key, n, cap)| (key, f64::from(n), f64::from(cap))).collect();
        let over = |measure, threshold: f32, near: f64| {
            let (value, threshold) = (measured(measure, now)?, f64::from(threshold));
            (value >= threshold && value - threshold < near).then_some((value, threshold))
        };
        missed.extend(over(Measure::Confidence, limits.low_confidence, 0.05).map(|(v, t)| ("low_confidence", v, t)));
        missed.extend(over(Measure::Margin, limits.small_margin, 0.02).map(|(v, t)| ("small_margin", v, t)));
        let forecast = measured(Measure::Forecast, now).map(|value| (value, f64::from(limits.forecast)));
        missed.extend(forecast.filter(|(v, t)| v < t && t - v < 0.05).map(|(v, t)| ("forecast", v, t)));
        let place = DocPath::root().key("thresholds");
        missed.into_iter().map(|(key, value, threshold)| almost(key, value, threshold, &place)).collect()
    }
}

fn almost(key: &str, value: f64, threshold: f64, place: &DocPath) -> WhyNot {
    let (value, threshold) = (round(value), round(threshold));
    let missing = Wording::new(
        format!("gemeten: {value}, de grens is {threshold}"),
        format!("measured: {value}, the threshold is {threshold}"),
    );
    WhyNot { what: Arc::from(key), place: place.key(key), missing, held_back: false }
}

/// To four digits, as scores are.
fn round(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

/// What was measured where a test wants a number, or a name.
fn value_of(test: &Test, now: &Situation) -> Option<String> {
    match test {
        Test::Measure(measure, _) => measured(*measure, now).map(|value| round(value).to_string()),
        Test::AttributeIn(name, _) | Test::Attribute(name, _) => now.attributes.get(name).map(ToString::to_string),
        Test::Intent(_) => super::eval::best_intent(now).map(ToOwned::to_owned),
        Test::Stage(_) => now.stage.as_ref().map(ToString::to_string),
        Test::Channel(_) => Some(now.channel.to_string()),
        _ => None,
    }
}

/// By how much a number missed its range, where 1 is a tenth of a score, one of a count, or a tenth of an amount.
fn shortfall(test: &Test, now: &Situation) -> Option<f64> {
    let (value, range, unit) = match test {
        Test::Measure(measure, range) => {
            let value = measured(*measure, now)?;
            if in_range(*measure, range, value) {
                return None;
            }
            (value, range, if measure.counts() { 1.0 } else { 0.1 })
        }
        Test::AttributeIn(name, range) => {
            let largest = range.bounds().map(|(_, bound)| bound.abs()).fold(1.0, f64::max);
            (number_of(now, name)?, range, largest / 10.0)
        }
        _ => return None,
    };
    Some(outside(range, value) / unit)
}

/// How far a value lies outside a range.
fn outside(range: &Range, value: f64) -> f64 {
    let below = range.at_least.or(range.above).map_or(0.0, |least| (least - value).max(0.0));
    let above = range.at_most.or(range.below).map_or(0.0, |most| (value - most).max(0.0));
    below.max(above)
}

impl Explanation {
    /// Everything, for agents and auditors: layer, rule, value, threshold, what was found, what was missing. A few
    /// lines; the words of the customer stay where they are, as places in [`Because::evidence`].
    #[must_use]
    pub fn for_agent(&self, lang: Lang) -> String {
        let decision = &self.decision;
        let mut lines = vec![self.headline(lang)];
        let (layer, rule) = match lang {
            Lang::Nl => ("laag", "regel"),
            _ => ("layer", "rule"),
        };
        for because in &self.because {
            let name = because.rule.as_ref().map_or_else(String::new, |(id, _)| format!(", {rule} `{id}`"));
            let mut line = format!("- {layer} {}{name}: {}", because.layer, because.agent.text(lang));
            if let Some((value, threshold)) = because.measured {
                line.push_str(&measured_words(value, threshold, lang));
            }
            let found: Vec<&str> = because.found.iter().map(|found| found.text(lang)).collect();
            if !found.is_empty() {
                line.push_str(&format!(": {}", found.join("; ")));
            }
            lines.push(line);
        }
        for why_not in &self.why_not {
            let held = match (lang, why_not.held_back) {
                (Lang::Nl, true) => "tegengehouden",
                (Lang::Nl, false) => "net niet",
                (_, true) => "held back",
                (_, false) => "almost",
            };
            lines.push(format!("- {held}: `{}`: {}", why_not.what, why_not.missing.text(lang)));
        }
        let policy = &decision.policy;
        lines.push(match lang {
            Lang::Nl => format!("Beleid `{}`, versie {}.", policy.id, policy.version),
            _ => format!("Policy `{}`, version {}.", policy.id, policy.version),
        });
        lines.join("\n")
    }

    fn headline(&self, lang: Lang) -> String {
        let outcome = match (self.decision.outcome, lang) {
            (Outcome::Continue, Lang::Nl) => "De bot gaat door",
            (Outcome::Continue, _) => "The bot goes on",
            (Outcome::Clarify, Lang::Nl) => "De bot vraagt wat er wordt bedoeld",
            (Outcome::Clarify, _) => "The bot asks what is meant",
            (Outcome::OfferHuman, Lang::Nl) => "De bot biedt een mens aan",
            (Outcome::OfferHuman, _) => "The bot offers a person",
            (Outcome::HandOver, Lang::Nl) => "Een mens neemt het over",
            (Outcome::HandOver, _) => "A person takes over",
        };
        match (&self.decision.route, lang) {
            (Some(route), Lang::Nl) => format!("{outcome}: wachtrij `{}`.", route.queue),
            (Some(route), _) => format!("{outcome}: queue `{}`.", route.queue),
            (None, _) => format!("{outcome}."),
        }
    }

    /// For the customer, in plain language: what was said or happened, what follows, and how to object. No scores, no
    /// rules, nothing about what somebody is.
    #[must_use]
    pub fn for_customer(&self, lang: Lang) -> String {
        let outcome = self.decision.outcome;
        let telling = |because: &&Because| !matches!(because.code, ReasonCode::CoolDown | ReasonCode::ModeChanged);
        let why = self.because.iter().filter(telling).map(|because| because.customer.text(lang)).next();
        let follows = match (outcome, lang) {
            (Outcome::Continue, Lang::Nl) => "De digitale assistent helpt u verder.",
            (Outcome::Continue, _) => "The digital assistant goes on helping you.",
            (Outcome::Clarify, Lang::Nl) => "Daarom vroeg de digitale assistent wat u bedoelde.",
            (Outcome::Clarify, _) => "That is why the digital assistant asked what you meant.",
            (Outcome::OfferHuman, Lang::Nl) => "Daarom boden we u een medewerker aan. U kiest zelf.",
            (Outcome::OfferHuman, _) => "That is why we offered you a person. It is your choice.",
            (Outcome::HandOver, Lang::Nl) => "Daarom helpt een medewerker u verder.",
            (Outcome::HandOver, _) => "That is why a person is helping you.",
        };
        let object = match lang {
            Lang::Nl => {
                "Een computer koos dit, met vaste regels. Bent u het er niet mee eens? Zeg het. Dan kijkt een medewerker ernaar."
            }
            _ => "A computer chose this, with fixed rules. You do not agree? Say so. Then a person will look at it.",
        };
        why.into_iter().chain([follows, object]).collect::<Vec<_>>().join(" ")
    }
}

fn measured_words(value: f32, threshold: Option<f32>, lang: Lang) -> String {
    match (threshold, lang) {
        (Some(threshold), Lang::Nl) => format!(" ({value}, grens {threshold})"),
        (Some(threshold), _) => format!(" ({value}, threshold {threshold})"),
        (None, _) => format!(" ({value})"),
    }
}
