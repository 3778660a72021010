//! Reads one message at a time: language, signals, emotion, valence, and the words that show them.
//!
//! `cargo run --release --example read -- messages.txt`, `echo "ik wil een mens" | cargo run … -- --json -`

mod support;

use clap::Parser;
use handover::Triage;
use handover::conversation::{Channel, Reading};
use handover::emotion::{Emotion, Feeling, Valence};
use handover::text::{Form, Lang, Text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use support::Lines;

/// Reads one message at a time: signals, emotion, valence, and the words that show them.
#[derive(Parser)]
struct Options {
    /// One JSON object a line, and nothing else on standard output.
    #[arg(long)]
    json: bool,
    /// The input is JSON, `{"text", "lang"?, "channel"?}` a line, so that a message can have lines of its own.
    #[arg(long)]
    jsonl: bool,
    /// One message a line; `-` is standard input.
    #[arg(default_value = "-")]
    file: PathBuf,
}

#[derive(Deserialize)]
struct Message {
    text: String,
    lang: Option<Lang>,
    channel: Option<Channel>,
}

#[derive(Serialize)]
struct Line<'a> {
    lang: &'a str,
    signals: Vec<&'a str>,
    signal_scores: BTreeMap<&'a str, f32>,
    emotion: Emotion,
    emotions: BTreeMap<&'static str, f32>,
    valence: Valence,
    valence_score: f32,
    intensity: f32,
    evidence: Vec<Shown<'a>>,
}

#[derive(Serialize)]
struct Shown<'a> {
    r#for: &'a str,
    start: u32,
    end: u32,
    cue: &'a str,
}

fn main() -> ExitCode {
    support::end(run(&Options::parse()))
}

fn run(options: &Options) -> io::Result<ExitCode> {
    let triage = Triage::builder().build().map_err(io::Error::other)?;
    let mut out = BufWriter::new(anstream::stdout().lock());
    let mut refused = false;
    for line in Lines::of(support::open(&options.file)?) {
        let (number, line) = line?;
        match line.and_then(|line| message(line, options.jsonl)) {
            Ok(message) => show(&mut out, &triage, &message, options.json)?,
            Err(error) => {
                refused = true;
                support::refuse(number, &error);
            }
        }
    }
    out.flush()?;
    Ok(ExitCode::from(u8::from(refused)))
}

fn message(line: String, jsonl: bool) -> Result<Message, String> {
    if !jsonl {
        return Ok(Message { text: line, lang: None, channel: None });
    }
    serde_json::from_str(&line).map_err(|e| format!("expected {{\"text\", \"lang\"?, \"channel\"?}}: {e}"))
}

fn show(out: &mut impl Write, triage: &Triage, message: &Message, json: bool) -> io::Result<()> {
    let form = message.channel.map_or(Form::Written, Channel::form);
    let text = Text::of(&message.text, form, message.lang);
    let reading = triage.read(&text);
    let neutral = Feeling::default();
    let line = line(&reading, reading.feeling.given().unwrap_or(&neutral));
    if json { support::json_line(out, &line) } else { plain(out, &message.text, &line) }
}

fn line<'a>(reading: &'a Reading, feeling: &'a Feeling) -> Line<'a> {
    let findings = || reading.signals.given().into_iter().flat_map(|signals| signals.findings());
    let signals = findings().flat_map(|f| f.evidence.iter().map(|e| (f.signal.name(), e)));
    let emotions = feeling.evidence.iter().map(|(emotion, e)| (emotion.name(), e));
    let evidence = signals.chain(emotions);
    Line {
        lang: reading.language.code(),
        signals: findings().filter(|f| f.holds).map(|f| f.signal.name()).collect(),
        signal_scores: findings().map(|f| (f.signal.name(), f.score)).collect(),
        emotion: feeling.emotion(),
        emotions: Emotion::ALL.into_iter().map(|e| (e.name(), feeling.emotions.of(e))).collect(),
        valence: feeling.valence(),
        valence_score: feeling.valence_score,
        intensity: feeling.intensity,
        evidence: evidence
            .map(|(name, e)| Shown { r#for: name, start: e.span.start, end: e.span.end, cue: &e.cue })
            .collect(),
    }
}

fn plain(out: &mut impl Write, text: &str, line: &Line<'_>) -> io::Result<()> {
    let bold = anstyle::Style::new().bold();
    let dim = anstyle::Style::new().dimmed();
    writeln!(out, "{bold}{text}{bold:#}")?;
    let signals = if line.signals.is_empty() { "no signal".to_owned() } else { line.signals.join(", ") };
    writeln!(
        out,
        "  {} · {signals} · {} · {:+.2} · intensity {:.2}",
        line.lang,
        line.emotion.name(),
        line.valence_score,
        line.intensity
    )?;
    for shown in &line.evidence {
        let words = text.get(shown.start as usize..shown.end as usize).unwrap_or_default();
        writeln!(out, "  {dim}{}: “{words}”  ({}){dim:#}", shown.r#for, shown.cue)?;
    }
    writeln!(out)
}
