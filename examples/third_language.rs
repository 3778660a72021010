//! A third language at run time, without touching the crate: German, from a pack in `examples/data/german.toml`.
//!
//! Shows what the pack finds in forty messages that were written after it, beside what they mean, and then a
//! conversation with its decisions and notices.
//!
//! `cargo run --release --example third_language`, or `… -- my-pack.toml my-messages.tsv`: a line of the messages is
//! signals, emotion (`-` for none in particular) and text, with a tab between.

#![allow(clippy::print_stdout, reason = "a program prints")]

use handover::Triage;
use handover::conversation::{Channel, Context, Conversation, Turn};
use handover::escalation::{Country, NoticeTexts};
use handover::language::LanguagePack;
use handover::text::{Lang, Text};
use std::error::Error;
use std::process::ExitCode;

const PACK: &str = include_str!("data/german.toml");
const MESSAGES: &str = include_str!("data/german-messages.tsv");

/// A customer who writes German to a company in the Netherlands. An answer of the bot is given here; a real bot has its
/// own.
const TALK: [(&str, &str); 3] = [
    ("Guten Tag, ich habe eine Frage zu meiner Rechnung", "Was möchten Sie wissen?"),
    ("Ich habe meine Arbeit verloren und kann sie nicht bezahlen", "Möchten Sie mit einer Kollegin sprechen?"),
    ("ja bitte", ""),
];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut files = std::env::args().skip(1);
    let pack: LanguagePack = toml::from_str(&read(files.next(), PACK)?)?;
    let triage = Triage::builder().language(pack.clone()).build()?;
    let mut texts = NoticeTexts::default();
    texts.country = Some(Country::Nl);
    texts.add_language(&pack)?;

    println!("{} ({})\n", pack.name, pack.code);
    messages(&triage, &read(files.next(), MESSAGES)?);
    conversation(&triage, &texts);
    Ok(())
}

fn read(file: Option<String>, or: &str) -> Result<String, String> {
    let Some(file) = file else { return Ok(or.to_owned()) };
    std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))
}

/// What is found in each message, beside what it means.
fn messages(triage: &Triage, lines: &str) {
    let (mut right, mut felt) = ((0, 0), (0, 0));
    for line in lines.lines() {
        let mut parts = line.splitn(3, '\t');
        let (Some(meant), Some(feeling), Some(raw)) = (parts.next(), parts.next(), parts.next()) else { continue };
        let reading = triage.read(&Text::new(raw));
        let holding = reading.signals.given().into_iter().flat_map(|signals| signals.holding());
        let names: Vec<&str> = holding.map(|finding| finding.signal.name()).collect();
        let found = if names.is_empty() { "-".to_owned() } else { names.join(",") };
        let emotion = reading.feeling.given().map(|feeling| feeling.emotion()).unwrap_or_default();
        right = (right.0 + u32::from(found == meant), right.1 + 1);
        if feeling != "-" {
            felt = (felt.0 + u32::from(emotion.name() == feeling), felt.1 + 1);
        }
        let mark = if found == meant { " " } else { "×" };
        println!("{mark} {:3} {found:24} {:14} {raw}", reading.language.code(), emotion.name());
        if found != meant {
            println!("      {meant:24} is what it means");
        }
    }
    println!("\nsignals right in {} of {} messages, emotion in {} of {}", right.0, right.1, felt.0, felt.1);
}

/// A conversation, what is decided, and what the customer is told.
fn conversation(triage: &Triage, texts: &NoticeTexts) {
    let mut talk = Conversation::new(Channel::Chat);
    for (at, (said, answer)) in (0_u64..).map(|turn| turn * 60_000).zip(TALK) {
        let decision = triage.receive(&mut talk, &Turn::customer(said, at), &Context::at(at));
        println!("\ncustomer  {said}\n          {}", decision.outcome.name());
        for notice in &decision.notices {
            println!("          says: {}", texts.text(notice, talk.language().unwrap_or(Lang::En)));
        }
        talk.delivered(at + 1);
        if !answer.is_empty() {
            println!("bot       {answer}");
            triage.observe(&mut talk, &Turn::bot(answer, at + 2));
        }
    }
}
