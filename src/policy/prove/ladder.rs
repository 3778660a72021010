//! What holds of the ladder: wish, danger, failure, loops, disclosure, silence.

use super::grid::{Grid, Setting, maybe, over, rules, said, wishes};
use super::joined::{Effects, outcome_switch};
use super::{Property, Prover};
use crate::conversation::{Decline, IntentView, OpenOffer, Owner, Reply, Situation};
use crate::escalation::invariants::{self, Violation};
use crate::escalation::{Decision, EscalationPolicy, NoticeKey, Outcome};
use crate::frustration::Band;
use crate::intent::Intents;
use crate::policy::Spec;
use crate::signal::{Evidence, Signal};
use crate::text::Span;
use std::sync::Arc;

pub(super) fn prove(prover: &mut Prover<'_>) {
    let effects = Effects::of(prover.spec);
    talk(prover, &effects);
    disclosure(prover, &effects);
    stuck(prover, &effects);
    caps(prover, &effects);
}

/// Wish, danger and everything that may stand in their way.
fn talk(prover: &mut Prover<'_>, effects: &Effects) {
    let spec = prover.spec;
    let messages: [&[_]; 3] = [&wishes(), &maybe(&[Signal::Crisis, Signal::Threat]), &maybe(&[Signal::Resolved])];
    let grid = Grid::of([
        rules(effects, false),
        rules(effects, true),
        said(&messages),
        trouble(spec),
        offers(),
        declines(spec),
        owners(),
    ]);
    run(
        prover,
        &grid,
        &[
            Property::WishReachesAPerson,
            Property::DangerIsHandedOver,
            Property::FailureOpensTheDoor,
            Property::SilentBesideAPerson,
        ],
    );
}

/// When the bot says that it is one.
fn disclosure(prover: &mut Prover<'_>, effects: &Effects) {
    let disclosure = prover.spec.disclosure.clone();
    let after = u64::from(disclosure.again_after_s.unwrap_or(60)) * 1000;
    let every = disclosure.every_turns.unwrap_or(5);
    let messages: [&[_]; 3] = [&wishes(), &maybe(&[Signal::BotQuestion]), &maybe(&[Signal::Crisis, Signal::Resolved])];
    let grid = Grid::of([
        rules(effects, false),
        rules(effects, true),
        said(&messages),
        owners(),
        over([false, true], |now, told| now.disclosed = *told),
        over([0, after.saturating_sub(1), after, after.saturating_mul(2)], |now, silence| now.silence = *silence),
        over([0, every.saturating_sub(1), every, every + 1, every.saturating_mul(2)], |now, turns| {
            now.customer_turns = *turns
        }),
    ]);
    run(prover, &grid, &[Property::AlwaysDisclosed, Property::SilentBesideAPerson]);
}

/// Goes through a grid, and holds every decision against what the properties ask.
fn run(prover: &mut Prover<'_>, grid: &Grid, properties: &[Property]) {
    let properties: Vec<Property> = properties.iter().copied().filter(|property| prover.wants(*property)).collect();
    if properties.is_empty() {
        return;
    }
    let (spec, joined) = (prover.spec, prover.joined);
    let mut suspects: Vec<(Property, Situation)> = Vec::new();
    grid.each(&mut |now| {
        let decision = joined.decide(now);
        for property in &properties {
            if !suspects.iter().any(|(other, _)| other == property) && breaks(spec, *property, now, &decision) {
                suspects.push((*property, now.clone()));
            }
        }
    });
    for (property, case) in suspects {
        prover.suspect(property, &case, &|now, decision| breaks(spec, property, now, decision));
    }
    properties.iter().for_each(|property| prover.count(*property, grid.cases()));
}

/// Whether a decision breaks a property of the ladder.
fn breaks(spec: &Spec, property: Property, now: &Situation, decision: &Decision) -> bool {
    let found = invariants::check(now, decision);
    let any = |violations: &[Violation]| found.iter().any(|violation| violations.contains(violation));
    match property {
        Property::WishReachesAPerson => any(&[Violation::WishWithoutRoute, Violation::WishQuestioned]),
        Property::DangerIsHandedOver => any(&[Violation::DangerMissed]) || unwarned(now, decision),
        Property::AlwaysDisclosed => any(&[Violation::NotDisclosed]) || not_again(spec, now, decision),
        Property::FailureOpensTheDoor => any(&[Violation::FailureClosedTheDoor]),
        Property::SilentBesideAPerson => any(&[Violation::SpokeOverAPerson]),
        Property::NoEndlessLoop => endless(spec, now, decision),
        Property::EqualForAll | Property::NobodyThereLowersNothing | Property::AlwaysReached => false,
    }
}

/// Danger without its notice, where the bot may speak.
fn unwarned(now: &Situation, decision: &Decision) -> bool {
    let pairs = [(Signal::Crisis, NoticeKey::SafetyCrisis), (Signal::Threat, NoticeKey::SafetyThreat)];
    now.owner != Owner::Human
        && pairs.iter().any(|(signal, notice)| now.signals.has(signal) && !decision.notices.contains(notice))
}

/// What the document asks on top of what is fixed.
fn not_again(spec: &Spec, now: &Situation, decision: &Decision) -> bool {
    let disclosure = &spec.disclosure;
    let silent = disclosure.again_after_s.is_some_and(|after| now.silence >= u64::from(after) * 1000);
    let often =
        disclosure.every_turns.is_some_and(|every| now.customer_turns > 0 && now.customer_turns % every.max(1) == 0);
    now.owner != Owner::Human && (silent || often) && !decision.notices.contains(&NoticeKey::DiscloseBot)
}

/// One turn before the cap, and past it, the bot must not go on: by induction the row then never reaches the cap. Two
/// failures, or as many as the document says, hand over, and so does a question that is asked again and again.
fn endless(spec: &Spec, now: &Situation, decision: &Decision) -> bool {
    let limits = &spec.thresholds;
    let (resolved, declined) = (now.signals.has(&Signal::Resolved), cooling(spec, now));
    let failing = now.failures.now && now.failures.recent.max(now.failures.fallbacks) >= limits.failure_cap;
    let repeating = now.failures.own_repeats >= limits.repeat_cap;
    let at_cap = now.stuck.saturating_add(1) >= limits.stuck_cap && decision.goes_on();
    !resolved && !declined && (at_cap || ((failing || repeating) && decision.outcome < Outcome::HandOver))
}

/// The customer has declined a person, and nothing has become worse since.
fn cooling(spec: &Spec, now: &Situation) -> bool {
    now.decline.is_some_and(|decline| {
        decline.turns_ago < spec.cool_down.decline_turns
            || now.frustration.level < decline.level + spec.cool_down.new_rise
    })
}

/// Doubt and failure one turn before the cap.
fn stuck(prover: &mut Prover<'_>, effects: &Effects) {
    let spec = prover.spec;
    let limits = spec.thresholds;
    let before = limits.stuck_cap.saturating_sub(1);
    let grid = Grid::of([
        rules(effects, false),
        rules(effects, true),
        said(&[&maybe(&[Signal::Resolved, Signal::Misunderstood])]),
        doubts(spec),
        models(),
        repeated(spec, effects),
        strain(spec),
        over([(0, 0), (1, 1), (1, limits.failure_cap), (2, limits.failure_cap)], |now, (kind, recent)| {
            now.failures.now = *kind > 0;
            now.failures.bot_repeated = *kind == 1;
            now.failures.fallbacks = if *kind == 2 { *recent } else { 0 };
            now.failures.recent = *recent;
        }),
        over([0, limits.clarify_budget], |now, asked| now.clarifications = *asked),
        over([before, before.saturating_add(10)], |now, row| now.stuck = *row),
    ]);
    run(prover, &grid, &[Property::NoEndlessLoop]);
    silent_or_failing(prover, &grid);
}

/// I7: the same without the model that failed must not get more.
fn silent_or_failing(prover: &mut Prover<'_>, grid: &Grid) {
    if !prover.wants(Property::FailureOpensTheDoor) {
        return;
    }
    fn silent(now: &Situation) -> Situation {
        let mut silent = now.clone();
        silent.failures.models.clear();
        if silent.intent == IntentView::Failed {
            silent.intent = IntentView::NotSupplied;
        }
        silent
    }
    fn closes(policy: &dyn EscalationPolicy, now: &Situation, decision: &Decision) -> bool {
        !now.failures.models.is_empty() && policy.decide(&silent(now)).outcome > decision.outcome
    }
    let (joined, whole) = (prover.joined, prover.whole);
    let (mut case, mut cases) = (None, 0);
    grid.each(&mut |now| {
        if now.failures.models.is_empty() || case.is_some() {
            return;
        }
        cases += 1;
        if closes(joined, now, &joined.decide(now)) {
            case = Some(now.clone());
        }
    });
    if let Some(case) = case {
        prover.suspect(Property::FailureOpensTheDoor, &case, &|now, decision| closes(whole, now, decision));
    }
    prover.count(Property::FailureOpensTheDoor, cases);
}

/// Repeated questions of the customer, after a decline or without one.
fn caps(prover: &mut Prover<'_>, effects: &Effects) {
    let spec = prover.spec;
    let limits = spec.thresholds;
    let grid = Grid::of([
        rules(effects, false),
        rules(effects, true),
        said(&[&maybe(&[Signal::Resolved])]),
        doubts(spec),
        declines(spec),
        over([0, limits.repeat_cap.saturating_sub(1), limits.repeat_cap], |now, times| {
            now.failures.own_repeats = *times
        }),
        over([0, limits.failure_cap.saturating_sub(1), limits.failure_cap], |now, times| {
            now.failures.now = *times > 0;
            now.failures.recent = *times;
        }),
        over([0, limits.prior_contacts], |now, contacts| now.prior_contacts = *contacts),
    ]);
    run(prover, &grid, &[Property::NoEndlessLoop]);
}

fn owners() -> Vec<Setting> {
    over([Owner::Bot, Owner::Pending, Owner::Human], |now, owner| now.owner = *owner)
}

/// No offer, or one of either kind, answered or not.
fn offers() -> Vec<Setting> {
    let replies = [None, Some(Reply::Yes), Some(Reply::No)];
    let open = [false, true].into_iter().flat_map(|implied| replies.map(|reply| Some((implied, reply))));
    over(std::iter::once(None).chain(open), |now, offer| {
        now.open_offer = offer.map(|(implied_wish, _)| OpenOffer { turn: 1, implied_wish, route: None });
        now.reply = offer.and_then(|(_, reply)| reply);
    })
}

/// No decline, one in this message, one that still holds back, and one after which it has become worse.
fn declines(spec: &Spec) -> Vec<Setting> {
    let turns = spec.cool_down.decline_turns;
    let values = [None, Some((0, 0.0)), Some((turns.saturating_sub(1), 0.0)), Some((turns, 0.0)), Some((turns, 1.0))];
    over(values, |now, decline| {
        now.decline = decline.map(|(turns_ago, _)| Decline { turns_ago, level: 0.0 });
        now.frustration.level = decline.map_or(0.0, |(_, level)| level);
    })
}

/// Nothing, a failure at the cap, a model that failed, a wish on condition that has come due.
fn trouble(spec: &Spec) -> Vec<Setting> {
    let cap = spec.thresholds.failure_cap;
    over(
        [(false, false, false), (true, true, false), (false, true, false), (true, false, true)],
        move |now, (fails, model, armed)| {
            now.failures.now = *fails;
            now.failures.recent = if *fails { cap } else { 0 };
            now.failures.models = if *model { vec![Arc::from("intent")] } else { Vec::new() };
            now.armed = *armed;
        },
    )
}

fn models() -> Vec<Setting> {
    over([Vec::new(), vec![Arc::from("intent")]], |now, models: &Vec<Arc<str>>| now.failures.models.clone_from(models))
}

/// What can be known of the intent: on either side of both thresholds.
fn doubts(spec: &Spec) -> Vec<Setting> {
    let (low, small) = (spec.thresholds.low_confidence, spec.thresholds.small_margin);
    let ranked = |best: f32, second: f32| IntentView::Ranked(Intents::ranked([("a", best), ("b", second)]));
    let views = [
        IntentView::NotSupplied,
        IntentView::Failed,
        IntentView::Abstained,
        ranked((low - 0.001).max(0.0), 0.0),
        ranked(1.0, (1.0 - small + 0.001).clamp(0.0, 1.0)),
        ranked(1.0, 0.0),
    ];
    over(views, |now, view| now.intent.clone_from(view))
}

/// No offer so far; every offer made just now; every offer made, long enough ago to be made again.
fn repeated(spec: &Spec, effects: &Effects) -> Vec<Setting> {
    use crate::escalation::ReasonCode as Code;
    let codes = [
        Code::Misunderstood,
        Code::Fallback,
        Code::BotLoop,
        Code::ModelFailed,
        Code::RepeatContact,
        Code::ClarifyBudget,
        Code::FrustrationRising,
        Code::Hints,
        Code::Forecast,
        Code::ImpliedRequest,
    ];
    let ladder: Vec<Arc<str>> = codes.iter().map(|code| Arc::from(code.name())).collect();
    let mut all = ladder.clone();
    all.extend(effects.outcomes.iter().map(|(late, outcome)| outcome_switch(*late, *outcome)));
    let long = spec.cool_down.offer_turns;
    let values = [(Vec::new(), None), (ladder, Some(0)), (all.clone(), Some(0)), (all, Some(long))];
    over(values, |now, (topics, since): &(Vec<Arc<str>>, Option<u32>)| {
        now.offered_for.clone_from(topics);
        now.since_offer = *since;
    })
}

/// Calm; rising with hints and a forecast; high.
fn strain(spec: &Spec) -> Vec<Setting> {
    let (hints, forecast) = (spec.thresholds.hints, spec.thresholds.forecast);
    over([Band::Low, Band::Rising, Band::High], move |now, band| {
        let rising = *band == Band::Rising;
        now.frustration.band = *band;
        now.hints = if rising { hints } else { 0 };
        now.hint_evidence = if rising {
            vec![Evidence { span: Span { start: 0, end: 1 }, cue: Arc::from("hint") }]
        } else {
            Vec::new()
        };
        now.frustration.forecast = rising.then_some(forecast);
    })
}
