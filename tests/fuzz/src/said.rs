//! Random situations in a document's own words, so that its rules often match.

use crate::chance::Chance;
use handover::conversation::{Channel, Decline, IntentView, LocalTime, OpenOffer, Owner, QueueState, Reply, Situation};
use handover::emotion::{Emotion, Valence};
use handover::frustration::Band;
use handover::intent::Intents;
use handover::policy::{AttributeKind, Spec};
use handover::signal::{Finding, Shade, Signal, Signals};
use handover::text::Lang;
use std::sync::Arc;


pub(crate) fn situation(spec: &Spec, chance: &mut Chance) -> Situation {
    let mut now = Situation::default();
    now.turn = 6;
    said(&mut now, spec, chance);
    felt(&mut now, chance);
    went(&mut now, chance);
    around(&mut now, spec, chance);
    now
}

fn said(now: &mut Situation, spec: &Spec, chance: &mut Chance) {
    let known: Vec<&Signal> = Signal::BUILT_IN.iter().chain(&spec.vocabulary.signals).collect();
    let finding = |chance: &mut Chance| Finding {
        signal: chance.pick(&known).map_or(Signal::Urgent, |signal| (*signal).clone()),
        shade: if chance.one_in(3) { chance.pick(&Shade::ALL).copied() } else { None },
        score: chance.share(),
        holds: !chance.one_in(3),
        evidence: Vec::new(),
    };
    now.signals = Signals::from((0..chance.below(4)).map(|_| finding(chance)).collect::<Vec<_>>());
    for finding in now.signals.holding() {
        let first = if chance.one_in(2) { 6 } else { 2 };
        now.first_noticed.insert(finding.signal.clone(), (first, 0));
    }
    now.intent = match chance.below(6) {
        0 => IntentView::NotSupplied,
        1 => IntentView::Abstained,
        2 => IntentView::Failed,
        _ => {
            let best = chance.pick(&spec.vocabulary.intents).cloned().unwrap_or_else(|| Arc::from("other"));
            IntentView::Ranked(Intents::ranked([(best, chance.share()), (Arc::from("second"), chance.share())]))
        }
    };
    now.stage = chance.pick(&spec.vocabulary.stages).cloned();
    for (name, kind) in &spec.vocabulary.attributes {
        let value = match kind {
            AttributeKind::OneOf(values) => chance.pick(values).cloned(),
            AttributeKind::Number => Some(Arc::from((chance.below(2000) as f64 / 4.0 - 100.0).to_string())),
            _ => Some(Arc::from("NaN")),
        };
        now.attributes.extend(value.filter(|_| !chance.one_in(4)).map(|value| (Arc::clone(name), value)));
    }
}

fn felt(now: &mut Situation, chance: &mut Chance) {
    now.emotion = chance.pick(&Emotion::ALL).copied().unwrap_or(now.emotion);
    now.valence = *chance.pick(&[Valence::Neg, Valence::Neu, Valence::Pos]).unwrap_or(&now.valence);
    now.intensity = chance.share();
    now.frustration.level = chance.share();
    now.frustration.trend = chance.share() - 0.5;
    now.frustration.forecast = chance.one_in(2).then(|| chance.share());
    now.frustration.band = *chance.pick(&[Band::Low, Band::Rising, Band::High]).unwrap_or(&Band::Low);
    now.hints = chance.below(4) as u32;
}

fn went(now: &mut Situation, chance: &mut Chance) {
    let mut count = || chance.below(6) as u32;
    now.customer_turns = count();
    now.clarifications = count();
    now.stuck = count();
    now.offers = count();
    now.prior_contacts = count();
    now.failures.fallbacks = count();
    now.failures.own_repeats = count();
    now.failures.recent = count().min(3);
    now.failures.now = chance.one_in(3);
    now.failures.misunderstood = chance.one_in(4);
    now.failures.bot_repeated = chance.one_in(4);
    now.failures.models = if chance.one_in(8) { vec![Arc::from("signals")] } else { Vec::new() };
    now.owner = *chance.pick(&[Owner::Bot, Owner::Bot, Owner::Pending, Owner::Human]).unwrap_or(&Owner::Bot);
    if chance.one_in(3) {
        now.open_offer = Some(OpenOffer { turn: 5, implied_wish: chance.one_in(2), route: None });
        now.reply = chance.one_in(2).then_some(if chance.one_in(2) { Reply::Yes } else { Reply::No });
    }
    let turns_ago = chance.below(6) as u32;
    now.decline = chance.one_in(4).then(|| Decline { turns_ago, level: chance.share() });
    now.since_offer = (now.offers > 0).then_some(turns_ago);
    now.level_at_offer = chance.share();
    now.armed = chance.one_in(4);
    now.disclosed = chance.one_in(2);
    now.silence = chance.next() >> chance.below(64);
}

fn around(now: &mut Situation, spec: &Spec, chance: &mut Chance) {
    now.channel = *chance.pick(&Channel::ALL).unwrap_or(&Channel::Chat);
    now.language = chance.pick(&Lang::BUILT_IN).copied();
    now.local = LocalTime {
        year: 2026 + chance.below(3) as i32,
        month: 1 + chance.below(12) as u8,
        day: 1 + chance.below(28) as u8,
        weekday: 1 + chance.below(7) as u8,
        minute: chance.below(1440) as u16,
    };
    now.availability.age = if chance.one_in(3) { 400_000_000 } else { 0 };
    for queue in spec.queues.keys() {
        let (open, callbacks) = (chance.one_in(2), chance.one_in(2));
        let state = QueueState { open, free: 0, wait: Some(400_000), opens_at: None, callbacks };
        if chance.one_in(3) {
            now.availability.queues.insert(Arc::clone(queue), state);
        }
    }
    now.availability.no_transfer = if chance.one_in(8) { vec![now.channel] } else { Vec::new() };
}
