//! What must always hold, on random conversations: random words, random readings of a host's own, random moves of
//! the bot and the host, random hours.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it is surprised")]

use handover::Triage;
use handover::conversation::{Answer, Channel, Context, Conversation, QueueState, Reading, Situation, Turn};
use handover::emotion::{Distribution, Feeling};
use handover::escalation::invariants::{self, Violation, Watch};
use handover::escalation::{Decision, EscalationPolicy};
use handover::intent::Intents;
use handover::policy::Policy;
use handover::signal::{Finding, Shade, Signal, Signals};
use handover::text::Text;
use proptest::prelude::*;
use std::sync::{Arc, LazyLock, Mutex};

/// The ladder, with every decision held against the invariants as it is made.
#[derive(Default)]
struct Checked {
    ladder: Policy,
    broken: Mutex<Vec<(Violation, String)>>,
}

impl Checked {
    fn note(&self, violation: Violation, situation: &Situation, decision: &Decision) {
        let what = format!("{:?} from {}", decision, serde_json::to_string(situation).unwrap());
        self.broken.lock().unwrap().push((violation, what));
    }

    /// The same situation with something changed that must not make the outcome milder.
    fn compare(&self, easier: &Situation, harder: &Situation, kind: Violation) {
        let (easy, hard) = (self.ladder.decide(easier), self.ladder.decide(harder));
        if let Err(violation) = invariants::no_milder(&easy, &hard, kind) {
            self.note(violation, harder, &hard);
        }
    }
}

struct Shared(Arc<Checked>);

impl EscalationPolicy for Shared {
    fn decide(&self, situation: &Situation) -> Decision {
        let checked = &self.0;
        let decision = checked.ladder.decide(situation);
        for violation in invariants::check(situation, &decision) {
            checked.note(violation, situation, &decision);
        }
        let bytes = |d: &Decision| serde_json::to_string(d).unwrap();
        let stored: Situation = serde_json::from_str(&serde_json::to_string(situation).unwrap()).unwrap();
        if bytes(&checked.ladder.decide(&stored)) != bytes(&decision) {
            checked.note(Violation::NotDeterministic, situation, &decision);
        }
        let mut nobody = situation.clone();
        for queue in ["general", "safety", "privacy", "complaints", "security"] {
            nobody.availability.queues.insert(Arc::from(queue), QueueState::closed(1));
        }
        nobody.availability.no_transfer = Channel::ALL.to_vec();
        nobody.attributes.insert(Arc::from("tier"), Arc::from("basic"));
        nobody.local.minute = 180;
        checked.compare(situation, &nobody, Violation::LoweredByCircumstance);
        let mut silent = situation.clone();
        silent.failures.models.clear();
        let mut failing = silent.clone();
        failing.failures.models.push(Arc::from("signals"));
        checked.compare(&silent, &failing, Violation::FailureClosedTheDoor);
        decision
    }
}

/// What a customer says in these tests, calm and not, Dutch and English.
const WORDS: [&str; 28] = [
    "",
    "?",
    "ok",
    "waar blijft mijn pakket",
    "where is my parcel",
    "ik wil een medewerker spreken",
    "agent",
    "nee dat bedoel ik niet",
    "that's not what I asked",
    "ik wil niet meer leven",
    "I'll burn your office down",
    "mijn moeder is overleden",
    "I can't pay this bill",
    "nee dank je",
    "yes please",
    "ja graag",
    "ik hoef geen medewerker",
    "BELACHELIJK!!! al drie keer gebeld",
    "stupid bot",
    "opgelost, bedankt",
    "thanks, that's all",
    "ik dien een klacht in",
    "als dit weer misgaat wil ik een mens",
    "a human should review this automated decision",
    "am I talking to a robot?",
    "is er iemand die met me meekijkt?",
    "still nothing, third time I ask",
    "dat had ik anders verwacht",
];

const BOT: [&str; 6] = [
    "Uw pakket is onderweg.",
    "Sorry, ik begrijp u niet.",
    "Would you like to speak to a colleague?",
    "Helaas kan dat niet.",
    "Uw pakket is onderweg.",
    "Is there anything else?",
];

/// One thing that happens.
#[derive(Clone, Debug)]
enum Move {
    Says(usize),
    Hands(Vec<(usize, Option<Shade>)>, [u8; 10], Option<(u8, u8)>, u8),
    Bot(usize, bool, bool),
    Agent,
    Delivered,
    Accepted,
    Returned,
    Stored,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let shade = prop_oneof![
        3 => Just(None),
        1 => prop::sample::select(vec![Shade::Callback, Shade::Supervisor, Shade::Phone, Shade::Implied, Shade::Contest, Shade::Formal]).prop_map(Some),
    ];
    let signals = prop::collection::vec((0..19_usize, shade), 0..4);
    let one = prop_oneof![
        5 => (0..WORDS.len()).prop_map(Move::Says),
        4 => (signals, any::<[u8; 10]>(), any::<Option<(u8, u8)>>(), 0..8_u8).prop_map(|(s, e, i, f)| Move::Hands(s, e, i, f)),
        4 => (0..BOT.len(), any::<bool>(), any::<bool>()).prop_map(|(t, f, o)| Move::Bot(t, f, o)),
        1 => Just(Move::Agent),
        5 => Just(Move::Delivered),
        1 => Just(Move::Accepted),
        1 => Just(Move::Returned),
        1 => Just(Move::Stored),
    ];
    prop::collection::vec(one, 1..24)
}

/// A reading as a host's own models might make it, failures and abstentions among them.
fn handed(signals: &[(usize, Option<Shade>)], emotions: [u8; 10], intent: Option<(u8, u8)>, fails: u8) -> Reading {
    let mut reading = Reading::of(&Text::new("iets"));
    let finding = |(at, shade): &(usize, Option<Shade>)| Finding {
        signal: Signal::BUILT_IN[*at].clone(),
        shade: *shade,
        score: 0.9,
        holds: true,
        evidence: Vec::new(),
    };
    reading.signals = Answer::Given(Signals::from(signals.iter().map(finding).collect::<Vec<_>>()));
    reading.feeling = Answer::Given(Feeling::new(Distribution::from(emotions.map(f32::from)), 0.0, 0.5));
    if let Some((a, b)) = intent {
        let share = |x| f32::from(x) / 255.0;
        reading.intent = Answer::Given(Intents::ranked([("a", share(a)), ("b", share(b))]));
    }
    match fails {
        0 => reading.signals = Answer::Failed(Arc::from("time-out")),
        1 => reading.feeling = Answer::Failed(Arc::from("time-out")),
        2 => reading.intent = Answer::Failed(Arc::from("time-out")),
        3 => reading.intent = Answer::Abstained,
        _ => {}
    }
    reading
}

static READER: LazyLock<Triage> = LazyLock::new(|| Triage::builder().build().unwrap());

fn play(moves: &[Move], channel: Channel) -> (Vec<String>, Vec<(Violation, String)>) {
    let checked = Arc::new(Checked::default());
    let triage =
        Triage::builder().without_emotion().without_signals().policy(Shared(Arc::clone(&checked))).build().unwrap();
    let cap = checked.ladder.spec().thresholds.stuck_cap;
    let mut talk = Conversation::new(channel);
    let (mut watch, mut out) = (Watch::default(), Vec::new());
    for (number, step) in moves.iter().enumerate() {
        let at = number as u64 * 60_000;
        let said = match step {
            Move::Says(text) => Some((WORDS[*text], READER.read(&Text::new(WORDS[*text])))),
            Move::Hands(signals, emotions, intent, fails) => {
                Some(("iets", handed(signals, *emotions, *intent, *fails)))
            }
            Move::Bot(text, fallback, offers) => {
                let mut turn = Turn::bot(BOT[*text], at);
                turn.fallback = *fallback;
                turn.offers = *offers;
                triage.observe(&mut talk, &turn);
                None
            }
            Move::Agent => {
                triage.observe(&mut talk, &Turn::agent("Hallo", at));
                None
            }
            Move::Delivered => {
                talk.delivered(at);
                None
            }
            Move::Accepted => {
                talk.accepted(at);
                None
            }
            Move::Returned => {
                talk.returned(at);
                None
            }
            Move::Stored => {
                talk = serde_json::from_str(&serde_json::to_string(&talk).unwrap()).unwrap();
                None
            }
        };
        if let Some((text, reading)) = said {
            let decision = triage.decide(&mut talk, &Turn::customer(text, at), reading, &Context::at(at));
            if let Err(violation) = watch.step(&decision, cap) {
                checked.broken.lock().unwrap().push((violation, format!("{decision:?}")));
            }
            out.push(serde_json::to_string(&decision).unwrap());
        }
    }
    let broken = std::mem::take(&mut *checked.broken.lock().unwrap());
    (out, broken)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn invariants_hold_on_random_conversations(moves in moves(), channel in prop::sample::select(Channel::ALL.to_vec())) {
        let (first, broken) = play(&moves, channel);
        prop_assert!(broken.is_empty(), "{:?}", broken.first());
        // I8: the same conversation again, the same bytes.
        prop_assert_eq!(first, play(&moves, channel).0);
    }
}

#[test]
fn the_checks_can_fail() {
    let mut situation = Situation::default();
    situation.signals = Signals::from(vec![Finding {
        signal: Signal::HumanRequest,
        shade: None,
        score: 1.0,
        holds: true,
        evidence: Vec::new(),
    }]);
    let violations = invariants::check(&situation, &Decision::default());
    assert!(violations.contains(&Violation::WishWithoutRoute));
    assert!(violations.contains(&Violation::WishQuestioned));
    assert!(violations.contains(&Violation::NotDisclosed));
}
