//! Random documents and random situations over one small vocabulary, so that rules and situations often meet, and a
//! naive interpreter: the meaning of a condition, straight from the documentation, with nothing shared with the engine.
#![allow(dead_code, reason = "each test takes what it needs")]

use handover::conversation::{
    Availability, Channel, Decline, IntentView, LocalTime, OpenOffer, Owner, QueueState, Reply, Situation,
};
use handover::emotion::{Emotion, Valence};
use handover::escalation::{Outcome, Priority, Style, Withhold};
use handover::frustration::Band;
use handover::intent::Intents;
use handover::policy::{
    AttributeKind, Condition, Effect, Fact, Holiday, Hours, IntentState, Measure, NamedRoute, Opening, Queue, Range,
    Rule, Season, Spec, Test, Wording,
};
use handover::signal::{Finding, Shade, Signal, Signals};
use handover::text::Lang;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

const INTENTS: [&str; 4] = ["bill", "move", "cancel", "meter"];
const STAGES: [&str; 2] = ["contract", "leaving"];
const QUEUES: [&str; 5] = ["general", "safety", "privacy", "complaints", "debt"];
const SCHEDULES: [&str; 2] = ["desk", "night"];
const SCORES: [f64; 6] = [0.0, 0.2, 0.4, 0.6, 0.65, 1.0];

pub(crate) fn signals() -> Vec<Signal> {
    Signal::BUILT_IN.into_iter().chain([Signal::from_name("gas_smell"), Signal::from_name("leak")]).collect()
}

fn names(of: &'static [&'static str]) -> impl Strategy<Value = Vec<Arc<str>>> {
    prop::sample::subsequence(of.to_vec(), 1..=of.len()).prop_map(|v| v.into_iter().map(Arc::from).collect())
}

fn some<T: Clone + std::fmt::Debug + 'static>(of: Vec<T>) -> impl Strategy<Value = Vec<T>> {
    let most = of.len().min(3);
    prop::sample::subsequence(of, 1..=most)
}

fn range(bounds: Vec<f64>) -> impl Strategy<Value = Range> {
    (prop::sample::select(bounds.clone()), prop::sample::select(bounds), 0..6_u8).prop_map(|(a, b, kind)| {
        let (least, most) = if a <= b { (a, b) } else { (b, a) };
        let none = Range::default();
        match kind {
            0 => Range { at_least: Some(least), ..none },
            1 => Range { above: Some(least), ..none },
            2 => Range { at_most: Some(most), ..none },
            3 => Range { below: Some(most), ..none },
            4 => Range { at_least: Some(least), at_most: Some(most), ..none },
            _ if least < most => Range { at_least: Some(least), below: Some(most), ..none },
            _ => Range { at_least: Some(least), ..none },
        }
    })
}

fn measure() -> impl Strategy<Value = Test> {
    prop::sample::select(Measure::ALL.to_vec()).prop_flat_map(|measure| {
        let bounds = match measure.bounds() {
            (_, 1.0) => SCORES.to_vec(),
            (_, 3.0) => vec![0.0, 1.0, 2.0, 3.0],
            _ => vec![0.0, 1.0, 2.0, 5.0],
        };
        range(bounds).prop_map(move |range| Test::Measure(measure, range))
    })
}

pub(crate) fn test() -> impl Strategy<Value = Test> {
    let opening = (0..24_u16, 1..24_u16)
        .prop_map(|(from, length)| Opening { from: from * 60, until: ((from + length) * 60).min(1440) });
    let day = (1..=12_u8, 1..=28_u8);
    prop_oneof![
        6 => some(signals()).prop_map(Test::Signal),
        2 => some(signals()).prop_map(Test::SignalSoFar),
        1 => some(Shade::ALL.to_vec()).prop_map(Test::Shade),
        3 => names(&INTENTS).prop_map(Test::Intent),
        1 => some(IntentState::ALL.to_vec()).prop_map(Test::IntentIs),
        1 => some(Emotion::ALL.to_vec()).prop_map(Test::Emotion),
        1 => some(vec![Valence::Neg, Valence::Neu, Valence::Pos]).prop_map(Test::Valence),
        1 => some(vec![Band::Low, Band::Rising, Band::High]).prop_map(Test::Band),
        1 => some(Channel::ALL.to_vec()).prop_map(Test::Channel),
        1 => some(Lang::BUILT_IN.to_vec()).prop_map(Test::Language),
        1 => some(vec![Owner::Bot, Owner::Pending, Owner::Human]).prop_map(Test::Owner),
        1 => some(vec![Reply::Yes, Reply::No]).prop_map(Test::Reply),
        1 => names(&STAGES).prop_map(Test::Stage),
        4 => measure(),
        2 => (prop::sample::select(Fact::ALL.to_vec()), any::<bool>()).prop_map(|(fact, so)| Test::Fact(fact, so)),
        2 => names(&["gold", "basic"]).prop_map(|values| Test::Attribute(Arc::from("tier"), values)),
        2 => range(vec![-1.0, 0.0, 12.5, 100.0]).prop_map(|range| Test::AttributeIn(Arc::from("arrears"), range)),
        1 => some((1..=7).collect()).prop_map(Test::Days),
        1 => opening.prop_map(|opening| Test::Time(vec![opening])),
        1 => (day.clone(), day).prop_map(|(from, until)| Test::Season(vec![Season { from, until }])),
        1 => names(&SCHEDULES).prop_map(Test::Open),
        1 => names(&SCHEDULES).prop_map(Test::Closed),
        1 => names(&QUEUES).prop_map(Test::Busy),
    ]
}

pub(crate) fn condition() -> impl Strategy<Value = Condition> {
    let leaf = prop::collection::vec(test(), 1..4).prop_map(|tests| Condition { tests, ..Condition::default() });
    leaf.prop_recursive(3, 10, 3, |inner| {
        let part = inner.clone();
        (
            prop::collection::vec(test(), 0..2),
            prop::collection::vec(inner.clone(), 0..2),
            prop::option::of(prop::collection::vec(inner, 1..3)),
            prop::option::of(part),
        )
            .prop_map(|(tests, all, any, not)| Condition { tests, all, any, not: not.map(Box::new) })
    })
}

fn effect() -> impl Strategy<Value = Effect> {
    (
        prop::sample::select(vec![Outcome::Continue, Outcome::OfferHuman, Outcome::HandOver]),
        prop::option::of(prop::sample::select(QUEUES.to_vec())),
        prop::sample::select(vec![Priority::Normal, Priority::High, Priority::Urgent]),
        any::<[bool; 5]>(),
    )
        .prop_map(|(outcome, queue, priority, [route, call_back, withhold, style, notice])| Effect {
            outcome,
            route: route.then(|| Arc::from("arrears")),
            queue: queue.filter(|_| !route).map(Arc::from),
            priority,
            skills: vec![Arc::from("debt")],
            call_back,
            withhold: if withhold { vec![Withhold::Upsell] } else { Vec::new() },
            style: if style { vec![Style::Calm] } else { Vec::new() },
            notices: if notice { vec![Arc::from("help")] } else { Vec::new() },
        })
}

/// The vocabulary, queues and hours that random rules use.
pub(crate) fn frame() -> Spec {
    let list = |names: &[&str]| names.iter().map(|name| Arc::from(*name)).collect::<Vec<Arc<str>>>();
    let mut spec = Spec::bare();
    spec.id = Arc::from("random");
    spec.owner = Some(Arc::from("test"));
    spec.vocabulary.intents = list(&INTENTS);
    spec.vocabulary.stages = list(&STAGES);
    spec.vocabulary.skills = list(&["debt"]);
    spec.vocabulary.signals = vec![Signal::from_name("gas_smell"), Signal::from_name("leak")];
    spec.vocabulary.attributes = BTreeMap::from([
        (Arc::from("tier"), AttributeKind::OneOf(list(&["gold", "basic"]))),
        (Arc::from("arrears"), AttributeKind::Number),
    ]);
    let day = vec![Opening { from: 540, until: 1020 }];
    let mut desk = Hours::default();
    desk.week[..5].iter_mut().for_each(|openings| openings.clone_from(&day));
    let all = vec![Opening::ALL_DAY];
    let night = Hours { week: std::array::from_fn(|_| all.clone()), holidays: all };
    spec.calendar.hours = BTreeMap::from([(Arc::from("desk"), desk), (Arc::from("night"), night)]);
    spec.calendar.holidays = vec![Holiday::Yearly(12, 25)];
    spec.queues = QUEUES.iter().map(|name| (Arc::from(*name), Queue::default())).collect();
    if let Some(debt) = spec.queues.get_mut("debt") {
        debt.hours = Some(Arc::from("desk"));
        debt.overflow = Some(Arc::from("general"));
        debt.on_call = Some(Arc::from("safety"));
    }
    let mut route = NamedRoute::default();
    route.queue = Arc::from("debt");
    route.priority = Priority::High;
    route.skills = list(&["debt"]);
    spec.routes.insert(Arc::from("arrears"), route);
    spec.notices.insert(Arc::from("help"), Wording::new("Hier vindt u hulp.", "Here is help."));
    spec
}

pub(crate) fn spec() -> impl Strategy<Value = Spec> {
    let rules = || prop::collection::vec((condition(), effect()), 0..8);
    (rules(), rules(), prop::sample::select(vec![1_u32, 2, 4, 8]), 1..=3_u32, 0..=4_u32).prop_map(
        |(rules, circumstances, stuck_cap, failure_cap, clarify_budget)| {
            let list = |kind: &str, rules: Vec<(Condition, Effect)>| -> Vec<Rule> {
                let numbered = rules.into_iter().enumerate();
                numbered
                    .map(|(at, (when, then))| Rule {
                        id: Arc::from(format!("{kind}{at}")),
                        when,
                        then,
                        ..Rule::default()
                    })
                    .collect()
            };
            let mut spec = frame();
            spec.rules = list("r", rules);
            spec.circumstances = list("c", circumstances);
            spec.thresholds.stuck_cap = stuck_cap;
            spec.thresholds.failure_cap = failure_cap;
            spec.thresholds.clarify_budget = clarify_budget;
            spec
        },
    )
}

fn score() -> impl Strategy<Value = f32> {
    prop_oneof![prop::sample::select(SCORES.to_vec()).prop_map(|s| s as f32), 0.0..=1.0_f32]
}

/// The signal that a shade is one of: no detector gives it to another.
fn bearer(shade: Shade) -> Signal {
    match shade {
        Shade::Contest => Signal::DataRights,
        Shade::Formal => Signal::Complaint,
        _ => Signal::HumanRequest,
    }
}

fn finding() -> impl Strategy<Value = Finding> {
    let plain = prop::sample::select(signals()).prop_map(|signal| (signal, None));
    let shaded = prop::sample::select(Shade::ALL.to_vec()).prop_map(|shade| (bearer(shade), Some(shade)));
    (prop_oneof![3 => plain, 1 => shaded], any::<bool>()).prop_map(|((signal, shade), holds)| Finding {
        signal,
        shade,
        score: 0.9,
        holds,
        evidence: Vec::new(),
    })
}

fn intent() -> impl Strategy<Value = IntentView> {
    prop_oneof![
        1 => Just(IntentView::NotSupplied),
        1 => Just(IntentView::Abstained),
        1 => Just(IntentView::Failed),
        4 => (prop::sample::select(INTENTS.to_vec()), score(), score())
            .prop_map(|(best, a, b)| IntentView::Ranked(Intents::ranked([(best, a.max(b)), ("other", a.min(b))]))),
    ]
}

fn local() -> impl Strategy<Value = LocalTime> {
    (1..=12_u8, 1..=28_u8, 1..=7_u8, 0..1440_u16).prop_map(|(month, day, weekday, minute)| LocalTime {
        year: 2026,
        month,
        day,
        weekday,
        minute,
    })
}

fn queue_state() -> impl Strategy<Value = QueueState> {
    (any::<[bool; 3]>(), prop::option::of(0..400_000_u64)).prop_map(|([open, free, callbacks], wait)| QueueState {
        open,
        free: u32::from(free),
        wait,
        opens_at: None,
        callbacks,
    })
}

fn availability() -> impl Strategy<Value = Availability> {
    let queues = prop::collection::btree_map(prop::sample::select(QUEUES.to_vec()), queue_state(), 0..3);
    (queues, prop::sample::select(vec![0_u64, 400_000]), prop::bool::weighted(0.1)).prop_map(|(queues, age, none)| {
        let mut availability = Availability::default();
        availability.queues = queues.into_iter().map(|(name, state)| (Arc::from(name), state)).collect();
        availability.age = age;
        availability.no_transfer = if none { vec![Channel::Chat] } else { Vec::new() };
        availability
    })
}

/// What was said: signals, intent, feeling.
fn said() -> impl Strategy<Value = Situation> {
    let band = prop::sample::select(vec![Band::Low, Band::Rising, Band::High]);
    (
        prop::collection::vec(finding(), 0..4),
        intent(),
        prop::sample::select(Emotion::ALL.to_vec()),
        prop::sample::select(vec![Valence::Neg, Valence::Neu, Valence::Pos]),
        (score(), score(), prop::option::of(score()), score(), band),
        prop::collection::vec(prop::sample::select(signals()), 0..3),
    )
        .prop_map(|(findings, intent, emotion, valence, (level, trend, forecast, intensity, band), before)| {
            let mut now = Situation::default();
            now.turn = 6;
            now.signals = Signals::from(findings);
            now.intent = intent;
            now.emotion = emotion;
            now.valence = valence;
            now.intensity = intensity;
            now.frustration.level = level;
            now.frustration.trend = trend - 0.5;
            now.frustration.forecast = forecast;
            now.frustration.band = band;
            now.first_noticed = before.into_iter().map(|signal| (signal, (2, 0))).collect();
            for finding in now.signals.clone().holding() {
                now.first_noticed.entry(finding.signal.clone()).or_insert((6, 0));
            }
            now
        })
}

pub(crate) fn situation() -> impl Strategy<Value = Situation> {
    let count = || 0..6_u32;
    (
        said(),
        prop::array::uniform8(count()),
        any::<[bool; 7]>(),
        (prop::sample::select(Channel::ALL.to_vec()), prop::option::of(prop::sample::select(Lang::BUILT_IN.to_vec()))),
        (local(), availability()),
        (
            prop::option::of(prop::sample::select(vec!["gold", "basic", "silver"])),
            prop::option::of(prop::sample::select(vec!["0", "12.5", "150", "-3", "many", "NaN", " 7 "])),
            prop::option::of(prop::sample::select(STAGES.to_vec())),
        ),
        (0..3_u8, prop::option::of(any::<bool>()), prop::option::of((0..6_u32, score())), 0..9_000_u64),
    )
        .prop_map(|(mut now, counts, flags, (channel, language), (local, availability), facts, rest)| {
            let [turns, hints, recent, fallbacks, repeats, clarifications, stuck, offers] = counts;
            now.customer_turns = turns;
            now.hints = hints.min(3);
            now.failures.recent = recent.min(3);
            now.failures.fallbacks = fallbacks;
            now.failures.own_repeats = repeats;
            now.clarifications = clarifications;
            now.stuck = stuck;
            now.offers = offers;
            let [failed, repeated, model, open, armed, disclosed, implied] = flags;
            now.failures.now = failed;
            // As a conversation has it: there is no other source of it than the signal.
            now.failures.misunderstood = now.signals.has(&Signal::Misunderstood);
            now.failures.bot_repeated = repeated;
            now.failures.models = if model { vec![Arc::from("signals")] } else { Vec::new() };
            now.open_offer = open.then_some(OpenOffer { turn: 5, implied_wish: implied, route: None });
            now.armed = armed;
            now.disclosed = disclosed;
            now.channel = channel;
            now.language = language;
            now.local = local;
            now.availability = availability;
            let (tier, arrears, stage) = facts;
            let attributes = [("tier", tier), ("arrears", arrears)].into_iter();
            now.attributes = attributes.filter_map(|(k, v)| Some((Arc::from(k), Arc::from(v?)))).collect();
            now.stage = stage.map(Arc::from);
            let (owner, yes, decline, silence) = rest;
            now.owner = [Owner::Bot, Owner::Pending, Owner::Human][usize::from(owner)];
            now.reply = yes.filter(|_| open).map(|yes| if yes { Reply::Yes } else { Reply::No });
            now.decline = decline.map(|(turns_ago, level)| Decline { turns_ago, level });
            now.since_offer = (offers > 0).then_some(turns);
            now.prior_contacts = repeats;
            now.silence = silence;
            now
        })
}

/// The meaning of a condition.
pub(crate) fn naive(condition: &Condition, now: &Situation, spec: &Spec) -> bool {
    let mut holds = true;
    for test in &condition.tests {
        holds &= naive_test(test, now, spec);
    }
    for part in &condition.all {
        holds &= naive(part, now, spec);
    }
    if let Some(any) = &condition.any {
        let mut one = false;
        for part in any {
            one |= naive(part, now, spec);
        }
        holds &= one;
    }
    if let Some(not) = &condition.not {
        holds &= !naive(not, now, spec);
    }
    holds
}

fn naive_test(test: &Test, now: &Situation, spec: &Spec) -> bool {
    let held: Vec<&Finding> = now.signals.findings().iter().filter(|f| f.holds).collect();
    let ranked = match &now.intent {
        IntentView::Ranked(intents) => Some(intents),
        _ => None,
    };
    let open = |name: &Arc<str>| {
        let hours = &spec.calendar.hours[name];
        let holiday = now.local.month == 12 && now.local.day == 25;
        let day = if holiday { &hours.holidays } else { &hours.week[usize::from(now.local.weekday) - 1] };
        day.iter().any(|o| o.from <= now.local.minute && now.local.minute < o.until)
    };
    match test {
        Test::Signal(any) => held.iter().any(|f| any.contains(&f.signal)),
        Test::SignalSoFar(any) => {
            any.iter().any(|s| now.first_noticed.contains_key(s) || held.iter().any(|f| f.signal == *s))
        }
        Test::Shade(any) => held.iter().any(|f| f.shade.is_some_and(|s| any.contains(&s))),
        Test::Intent(any) => ranked.and_then(|r| r.best()).is_some_and(|best| any.contains(&best.intent)),
        Test::IntentIs(any) => any.contains(&match &now.intent {
            IntentView::NotSupplied => IntentState::NotSupplied,
            IntentView::Ranked(_) => IntentState::Given,
            IntentView::Abstained => IntentState::Abstained,
            IntentView::Failed => IntentState::Failed,
        }),
        Test::Emotion(any) => any.contains(&now.emotion),
        Test::Valence(any) => any.contains(&now.valence),
        Test::Band(any) => any.contains(&now.frustration.band),
        Test::Channel(any) => any.contains(&now.channel),
        Test::Language(any) => now.language.is_some_and(|l| any.contains(&l)),
        Test::Owner(any) => any.contains(&now.owner),
        Test::Reply(any) => now.reply.is_some_and(|r| any.contains(&r)),
        Test::Stage(any) => now.stage.as_ref().is_some_and(|s| any.contains(s)),
        Test::Measure(measure, range) => naive_measure(*measure, now).is_some_and(|value| {
            let scored = matches!(measure.bounds(), (_, 1.0));
            let bound = |b: Option<f64>| b.map(|b| if scored { f64::from(b as f32) } else { b });
            naive_range(bound(range.at_least), bound(range.above), bound(range.at_most), bound(range.below), value)
        }),
        Test::Fact(fact, so) => {
            *so == match fact {
                Fact::Failed => now.failures.now,
                Fact::Misunderstood => {
                    now.failures.misunderstood || held.iter().any(|f| f.signal == Signal::Misunderstood)
                }
                Fact::BotRepeated => now.failures.bot_repeated,
                Fact::ModelFailed => !now.failures.models.is_empty(),
                Fact::OfferOpen => now.open_offer.is_some(),
                Fact::Declined => now.decline.is_some(),
                Fact::Armed => now.armed,
                Fact::Disclosed => now.disclosed,
                Fact::Holiday => now.local.month == 12 && now.local.day == 25,
                other => panic!("{other:?}"),
            }
        }
        Test::Attribute(name, any) => now.attributes.get(name).is_some_and(|v| any.contains(v)),
        Test::AttributeIn(name, r) => {
            let number = now.attributes.get(name).and_then(|v| v.trim().parse::<f64>().ok()).filter(|n| n.is_finite());
            number.is_some_and(|value| naive_range(r.at_least, r.above, r.at_most, r.below, value))
        }
        Test::Days(any) => any.contains(&now.local.weekday),
        Test::Time(any) => any.iter().any(|o| o.from <= now.local.minute && now.local.minute < o.until),
        Test::Season(any) => any.iter().any(|s| {
            let day = (now.local.month, now.local.day);
            if s.from <= s.until { s.from <= day && day <= s.until } else { day >= s.from || day <= s.until }
        }),
        Test::Open(any) => any.iter().any(open),
        Test::Closed(any) => any.iter().any(|name| !open(name)),
        Test::Busy(any) => any.iter().any(|name| {
            let state = now.availability.queues.get(name).filter(|_| now.availability.age <= 300_000);
            state.is_some_and(|s| s.free == 0 && s.wait.is_none_or(|w| w > 180_000))
        }),
        other => panic!("{other:?}"),
    }
}

fn naive_range(at_least: Option<f64>, above: Option<f64>, at_most: Option<f64>, below: Option<f64>, v: f64) -> bool {
    at_least.is_none_or(|b| v >= b)
        && above.is_none_or(|b| v > b)
        && at_most.is_none_or(|b| v <= b)
        && below.is_none_or(|b| v < b)
}

fn naive_measure(measure: Measure, now: &Situation) -> Option<f64> {
    let ranked = match &now.intent {
        IntentView::Ranked(intents) => Some(intents),
        _ => None,
    };
    match measure {
        Measure::Frustration => Some(f64::from(now.frustration.level)),
        Measure::Trend => Some(f64::from(now.frustration.trend)),
        Measure::Forecast => now.frustration.forecast.map(f64::from),
        Measure::Intensity => Some(f64::from(now.intensity)),
        Measure::Confidence => ranked.and_then(|r| r.best()).map(|best| f64::from(best.confidence)),
        Measure::Margin => ranked.map(|r| f64::from(r.margin())),
        Measure::Hints => Some(f64::from(now.hints)),
        Measure::Failures => Some(f64::from(now.failures.recent)),
        Measure::Fallbacks => Some(f64::from(now.failures.fallbacks)),
        Measure::Repeats => Some(f64::from(now.failures.own_repeats)),
        Measure::Clarifications => Some(f64::from(now.clarifications)),
        Measure::Stuck => Some(f64::from(now.stuck)),
        Measure::Offers => Some(f64::from(now.offers)),
        Measure::SinceOffer => now.since_offer.map(f64::from),
        Measure::SinceDecline => now.decline.map(|d| f64::from(d.turns_ago)),
        Measure::PriorContacts => Some(f64::from(now.prior_contacts)),
        Measure::Turns => Some(f64::from(now.customer_turns)),
        Measure::Silence => Some((now.silence / 1000) as f64),
        other => panic!("{other:?}"),
    }
}
