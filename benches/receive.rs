//! What `receive` costs, beside the floor: one pass of tokenising and one Aho-Corasick scan over the same text.
//!
//! `cargo bench --bench receive` prints the least and the median of many rounds, and the ratio to the floor of the
//! same run. `-- --smoke` runs each once, to see that it runs.

#![allow(
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::expect_used,
    reason = "a bench prints, and stops where its own set-up is wrong"
)]

mod support;

use aho_corasick::AhoCorasick;
use handover::conversation::{Channel, Context, Conversation, DialoguePatterns};
use handover::emotion::{EmotionCues, EmotionScorer};
use handover::signal::{SignalDetector, SignalPatterns};
use handover::text::{Form, Text};
use handover::{Triage, Turn};
use std::hint::black_box;
use support::time;
use unicode_segmentation::UnicodeSegmentation;

/// A hundred characters, Dutch and English.
const NL: &str =
    "Ik heb vorige week al twee keer gebeld over mijn rekening en nog steeds heeft niemand iets gedaan, hoe nu?";
const EN: &str =
    "I rang you twice last week about my bill and nobody has done anything about it, so what do I do now then?";
const DE: &str =
    "Ich habe letzte Woche schon zweimal wegen meiner Rechnung angerufen und niemand hat etwas getan, wie nun?";
const PACKS: [&str; 4] = [
    include_str!("../src/signal/packs/nl.txt"),
    include_str!("../src/signal/packs/en.txt"),
    include_str!("../src/emotion/packs/nl.txt"),
    include_str!("../src/emotion/packs/en.txt"),
];

fn main() {
    let rounds = support::rounds();
    message("100 characters, Dutch", &NL[..100], rounds);
    message("100 characters, English", &EN[..100], rounds);
    german(rounds);
    sizes(rounds);
    long(rounds.min(5));
    builds(rounds.min(11));
}

fn row(name: &str, (least, median): (f64, f64), floor: f64) {
    println!("  {name:<44} {least:>9.2} {median:>9.2}   × {:.1} of the floor", least / floor);
}

fn message(title: &str, raw: &str, rounds: usize) {
    println!("{title}");
    let words: Vec<&str> =
        PACKS.iter().flat_map(|p| p.split(|c: char| !c.is_alphanumeric())).filter(|w| w.len() > 2).collect();
    let automaton = AhoCorasick::new(&words).expect("words of the packs");
    let floor = time(rounds, || {
        black_box(raw.split_word_bound_indices().filter(|(_, w)| w.chars().any(char::is_alphanumeric)).count());
        black_box(automaton.find_iter(raw).count());
    });
    row("floor: tokenise, one scan", floor, floor.0);
    let (signals, emotion, dialogue) = (SignalPatterns::shipped(), EmotionCues::shipped(), DialoguePatterns::shipped());
    let text = Text::new(raw);
    row("text", time(rounds, || drop(black_box(Text::new(raw)))), floor.0);
    row("signals", time(rounds, || drop(black_box(signals.detect(&text)))), floor.0);
    row("emotion", time(rounds, || drop(black_box(emotion.score(&text)))), floor.0);
    row(
        "moves of the dialogue",
        time(rounds, || {
            black_box(dialogue.customer_moves(&text));
        }),
        floor.0,
    );
    let triage = with_models();
    row("read, with the models", time(rounds, || drop(black_box(triage.read(&Text::new(raw))))), floor.0);
    receive("patterns and cues", &patterns_and_cues(), raw, rounds, floor.0);
    receive("with the models", &triage, raw, rounds, floor.0);
    receive("with the models and German", &with_german(), raw, rounds, floor.0);
}

/// A message in a language of a pack, which its patterns and cues read.
fn german(rounds: usize) {
    println!("100 characters, German");
    let (triage, talk) = (with_german(), Conversation::new(Channel::Chat));
    let (least, median) =
        time(rounds, || drop(black_box(triage.receive(&mut talk.clone(), &Turn::customer(DE, 0), &Context::at(0)))));
    println!("  {:<44} {least:>9.2} {median:>9.2}", "receive, by a pack, first turn");
}

/// The built-in readers without trained models.
fn patterns_and_cues() -> Triage {
    let builder = Triage::builder().signals(SignalPatterns::shipped()).emotion(EmotionCues::shipped());
    builder.build().expect("defaults")
}

fn receive(title: &str, triage: &Triage, raw: &str, rounds: usize, floor: f64) {
    let context = Context::at(0);
    let mut talk = Conversation::new(Channel::Chat);
    for name in ["first turn", "eleventh turn"] {
        let took =
            time(rounds, || drop(black_box(triage.receive(&mut talk.clone(), &Turn::customer(raw, 0), &context))));
        row(&format!("receive, {title}, {name}"), took, floor);
        for at in 0..10 {
            triage.receive(&mut talk, &Turn::customer("waar blijft mijn pakket nu", at), &context);
        }
    }
}

/// One, twenty and two hundred words; letters, emoji, and a script that is not read.
fn sizes(rounds: usize) {
    println!("receive, other messages");
    let triage = Triage::builder().build().expect("defaults");
    let cases = [
        ("1 word", "agent".to_owned()),
        ("20 words", NL.to_owned()),
        ("200 words", NL.repeat(10)),
        ("100 emoji", "😡🙃".repeat(50)),
        ("100 Chinese characters", "我想取消".repeat(25)),
    ];
    for (name, raw) in cases {
        let talk = Conversation::new(Channel::Chat);
        let context = Context::at(0);
        let (least, median) =
            time(rounds, || drop(black_box(triage.receive(&mut talk.clone(), &Turn::customer(&raw, 0), &context))));
        println!("  {name:<44} {least:>9.2} {median:>9.2}");
    }
}

/// 64 KiB of what is worst: it has to stay linear, so twice the text takes about twice the time.
fn long(rounds: usize) {
    println!("read, 32 KiB and 64 KiB");
    let triage = Triage::builder().build().expect("defaults");
    let cases = [
        ("one word over and over", "medewerker ", Form::Written),
        ("words of many patterns", "ik wil niet nog een keer bellen met een medewerker over de klacht ", Form::Written),
        ("one letter", "e", Form::Written),
        ("marks", "!?.,", Form::Written),
        ("lines of a mail", "> oud\n", Form::Mail),
        ("a speaker's slips", "ik ik wil wil eh ", Form::Speech),
    ];
    for (name, part, form) in cases {
        let of = |size: usize| part.repeat(size / part.len());
        let (half, whole) = (of(32 << 10), of(64 << 10));
        let read = |raw: &str| drop(black_box(triage.read(&Text::of(raw, form, None))));
        let (half, whole) = (time(rounds, || read(&half)).0, time(rounds, || read(&whole)).0);
        println!("  {name:<44} {half:>9.0} {whole:>9.0}   × {:.2}", whole / half);
    }
}

fn builds(rounds: usize) {
    println!("build a triage");
    let rows = [
        ("patterns and cues", patterns_and_cues as fn() -> Triage),
        ("with the models", with_models),
        ("with the models and German", with_german),
    ];
    for (name, build) in rows {
        let (least, median) = time(rounds, || drop(black_box(build())));
        println!("  {name:<44} {least:>9.0} {median:>9.0}");
    }
}

fn with_models() -> Triage {
    Triage::builder().build().expect("defaults")
}

/// The built-in readers, and the example pack of a third language beside them.
fn with_german() -> Triage {
    let pack = toml::from_str(include_str!("../examples/data/german.toml")).expect("the example pack");
    Triage::builder().language(pack).build().expect("the example pack")
}
