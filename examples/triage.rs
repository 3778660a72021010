//! The main job: conversations come in, decisions come out, with the reason of each.
//!
//! `cargo run --release --example triage` shows a dozen sample conversations; `-- --chat` lets you be the customer.

mod support;

use anstyle::{AnsiColor, Style};
use clap::Parser;
use handover::Triage;
use handover::conversation::{Answer, Channel, Context, Conversation, LocalTime, Owner, Reading, Speaker, Turn};
use handover::emotion::{Emotion, Feeling, Valence};
use handover::escalation::{Decision, Mode, NoticeTexts, Outcome, Place, PolicyRef, Priority};
use handover::frustration::Band;
use handover::intent::{Cascade, Intents, PhraseIntents, TrainedIntents};
use handover::pattern::PatternErrors;
use handover::policy::{Policy, Wording};
use handover::text::Lang;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufWriter, Cursor, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use support::Lines;
use support::document::Sourced;

/// The samples that come with the repository.
const SAMPLES: &str = include_str!("data/conversations.jsonl");
/// Turns without a time are this far apart, in milliseconds.
const MINUTE: u64 = 60_000;

/// Reads conversations and decides, turn by turn, who should handle them.
#[derive(Parser)]
struct Options {
    /// The rules, as TOML or JSON; those that ship with the crate, where none are given.
    #[arg(long, value_name = "FILE.toml")]
    policy: Option<PathBuf>,
    /// A model that the program `intents` trained, or phrase rules as TOML. With one of each, the rules are asked first.
    #[arg(long, value_name = "MODEL")]
    intents: Vec<PathBuf>,
    /// One JSON object a customer turn, and nothing else on standard output.
    #[arg(long)]
    json: bool,
    /// Minutes that the service desk's clock is ahead of UTC.
    #[arg(long, value_name = "MINUTES", default_value_t = 0, allow_negative_numbers = true)]
    utc_offset: i32,
    /// Be the customer: type messages, see each decision and why.
    #[arg(long, conflicts_with = "conversations")]
    chat: bool,
    /// One conversation a line; `-` is standard input. Without it, the samples.
    #[arg(value_name = "CONVERSATIONS.jsonl")]
    conversations: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Recorded {
    id: String,
    lang: Option<Lang>,
    channel: Channel,
    turns: Vec<RecordedTurn>,
}

#[derive(Deserialize)]
struct RecordedTurn {
    from: Speaker,
    text: String,
    intent: Option<String>,
    confidence: Option<f32>,
    #[serde(default)]
    fallback: bool,
    act: Option<Act>,
    at: Option<u64>,
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Act {
    Offer,
}

impl RecordedTurn {
    fn at(&self, number: usize) -> u64 {
        self.at.unwrap_or(number as u64 * MINUTE)
    }

    fn turn(&self, number: usize) -> Turn<'_> {
        let mut turn = Turn::customer(&self.text, self.at(number));
        turn.from = self.from;
        turn.fallback = self.fallback;
        turn.offers = self.act == Some(Act::Offer);
        turn
    }

    /// What the host's own classifier said; an intent without a number is taken as sure.
    fn intents(&self) -> Option<Intents> {
        let intent = self.intent.as_deref()?;
        Some(Intents::ranked([(intent, self.confidence.unwrap_or(1.0))]))
    }
}

fn main() -> ExitCode {
    support::end(run(&Options::parse()))
}

fn run(options: &Options) -> io::Result<ExitCode> {
    let desk = Desk::open(options)?;
    if options.chat {
        return chat(&desk);
    }
    let input: Box<dyn BufRead> = match &options.conversations {
        Some(path) => support::open(path)?,
        None => Box::new(Cursor::new(SAMPLES)),
    };
    let mut out = BufWriter::new(anstream::stdout().lock());
    let mut refused = false;
    for line in Lines::of(input) {
        let (number, line) = line?;
        if line.as_ref().is_ok_and(|l| l.trim().is_empty()) {
            continue;
        }
        match line.and_then(|line| recorded(&line)) {
            Ok(conversation) if options.json => desk.print_json(&mut out, &conversation)?,
            Ok(conversation) => desk.print(&mut out, &conversation)?,
            Err(error) => {
                refused = true;
                support::refuse(number, &error);
            }
        }
    }
    out.flush()?;
    Ok(ExitCode::from(u8::from(refused)))
}

fn recorded(line: &str) -> Result<Recorded, String> {
    let conversation: Recorded = serde_json::from_str(line).map_err(|e| {
        format!("expected {{\"id\", \"lang\"?, \"channel\", \"turns\": [{{\"from\", \"text\", …}}]}}: {e}")
    })?;
    if conversation.turns.is_empty() {
        return Err("the conversation has no turns; at least one is needed".to_owned());
    }
    Ok(conversation)
}

/// A service desk: the triage with what the options say.
struct Desk {
    triage: Triage,
    own_intents: bool,
    texts: NoticeTexts,
    own_texts: BTreeMap<Arc<str>, Wording>,
    utc_offset: i32,
}

/// One customer turn with all that came of it.
struct Step {
    number: usize,
    reading: Reading,
    decision: Decision,
    level: f32,
    band: Band,
}

impl Desk {
    fn open(options: &Options) -> io::Result<Self> {
        let policy = match &options.policy {
            Some(path) => Sourced::policy(path)?,
            None => Policy::default(),
        };
        let texts = policy.texts().clone();
        let own_texts = policy.spec().notices.clone();
        let mut builder = Triage::builder().policy(policy);
        builder = match Intentions::open(&options.intents)? {
            Intentions { rules: Some(rules), model: Some(model) } => builder.intents(Cascade::new(rules, model)),
            Intentions { rules: Some(rules), model: None } => builder.intents(rules),
            Intentions { rules: None, model: Some(model) } => builder.intents(model),
            Intentions { rules: None, model: None } => builder,
        };
        let triage = builder.build().map_err(io::Error::other)?;
        let own_intents = !options.intents.is_empty();
        Ok(Self { triage, own_intents, texts, own_texts, utc_offset: options.utc_offset })
    }

    fn context(&self, at: u64) -> Context {
        let mut context = Context::at(at);
        context.local = LocalTime::from_utc(at, self.utc_offset);
        context
    }

    /// Goes through a transcript as if it happened now: what the bot said next is what was done with our decision.
    fn steps(&self, conversation: &Recorded) -> Vec<Step> {
        let mut talk = Conversation::new(conversation.channel);
        if let Some(lang) = conversation.lang {
            talk = talk.with_language(lang);
        }
        let mut steps = Vec::new();
        for (number, recorded) in conversation.turns.iter().enumerate() {
            let turn = recorded.turn(number);
            match recorded.from {
                Speaker::Customer => steps.push(self.step(&mut talk, number, recorded)),
                Speaker::Bot => {
                    talk.delivered(turn.at);
                    self.triage.observe(&mut talk, &turn);
                }
                Speaker::Agent => drop(self.triage.observe(&mut talk, &turn)),
            }
        }
        steps
    }

    fn step(&self, talk: &mut Conversation, number: usize, recorded: &RecordedTurn) -> Step {
        let turn = recorded.turn(number);
        let mut reading = self.triage.read_in(talk, &turn);
        if let (false, Some(intents)) = (self.own_intents, recorded.intents()) {
            reading.intent = Answer::Given(intents);
        }
        let decision = self.triage.decide(talk, &turn, reading.clone(), &self.context(turn.at));
        let frustration = talk.frustration();
        Step { number, reading, decision, level: frustration.level, band: frustration.band }
    }

    fn print_json(&self, out: &mut impl Write, conversation: &Recorded) -> io::Result<()> {
        self.steps(conversation).iter().try_for_each(|step| support::json_line(out, &Line::of(&conversation.id, step)))
    }

    fn print(&self, out: &mut impl Write, conversation: &Recorded) -> io::Result<()> {
        let rule = Style::new().bold();
        let dim = Style::new().dimmed();
        writeln!(out, "{rule}── {} · {} ──{rule:#}", conversation.id, conversation.channel)?;
        let mut steps = self.steps(conversation).into_iter().peekable();
        for (number, turn) in conversation.turns.iter().enumerate() {
            match turn.from {
                Speaker::Customer => writeln!(out, "customer  {}", turn.text)?,
                Speaker::Bot => writeln!(out, "{dim}bot       {}{dim:#}", turn.text)?,
                Speaker::Agent => writeln!(out, "{dim}agent     {}{dim:#}", turn.text)?,
            }
            if let Some(step) = steps.next_if(|step| step.number == number) {
                let words = |place: &Place| {
                    let said = conversation.turns.get(place.turn as usize)?;
                    place.span.of(&said.text)
                };
                explain(out, &step.decision, &step.reading, step.band, words)?;
            }
        }
        writeln!(out)
    }
}

fn toml_file<T: serde::de::DeserializeOwned>(path: &PathBuf) -> io::Result<T> {
    let source =
        std::fs::read_to_string(path).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))?;
    toml::from_str(&source).map_err(|e| io::Error::other(format!("{}: {e}", path.display())))
}

/// What reads intents: rules, a model, or both.
#[derive(Default)]
struct Intentions {
    rules: Option<PhraseIntents>,
    model: Option<TrainedIntents>,
}

impl Intentions {
    /// Tells a model from rules by how the file begins.
    fn open(paths: &[PathBuf]) -> io::Result<Self> {
        let mut all = Self::default();
        for path in paths {
            let said = |e: &dyn std::fmt::Display| io::Error::other(format!("{}: {e}", path.display()));
            let bytes = std::fs::read(path).map_err(|e| said(&e))?;
            let twice = if bytes.starts_with(b"HVIN") {
                all.model.replace(TrainedIntents::from_bytes(&bytes).map_err(|e| said(&e))?).is_some()
            } else {
                all.rules.replace(toml_file::<Rules>(path)?.compile().map_err(|e| said(&e))?).is_some()
            };
            if twice {
                return Err(said(&"--intents takes one model and one file of rules, and there is one already"));
            }
        }
        Ok(all)
    }
}

/// Phrase rules: a pattern pack a language, whole messages by intent, and priorities.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    #[serde(default)]
    nl: String,
    #[serde(default)]
    en: String,
    #[serde(default)]
    exact: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    priority: BTreeMap<String, i32>,
}

impl Rules {
    fn compile(&self) -> Result<PhraseIntents, PatternErrors> {
        let mut rules = PhraseIntents::from_packs(&[(Lang::Nl, &self.nl), (Lang::En, &self.en)])?;
        for (intent, messages) in &self.exact {
            rules = messages.iter().fold(rules, |rules, message| rules.exact(intent.as_str(), message));
        }
        Ok(self.priority.iter().fold(rules, |rules, (intent, priority)| rules.priority(intent.as_str(), *priority)))
    }
}

/// The decision in a line or two, as a person would want to see it.
fn explain<'w>(
    out: &mut impl Write,
    decision: &Decision,
    reading: &Reading,
    band: Band,
    words: impl Fn(&Place) -> Option<&'w str>,
) -> io::Result<()> {
    let color = match decision.outcome {
        Outcome::Continue => AnsiColor::Green,
        Outcome::Clarify => AnsiColor::Cyan,
        Outcome::OfferHuman => AnsiColor::Yellow,
        Outcome::HandOver => AnsiColor::Red,
    };
    let style = color.on_default().bold();
    write!(out, "          {style}{}{style:#}", decision.outcome.name().replace('_', " "))?;
    if let Some(route) = decision.route.as_ref().filter(|_| decision.outcome >= Outcome::OfferHuman) {
        write!(out, " → {}, {:?}, {:?}", route.queue, route.priority, route.mode)?;
        if !route.skills.is_empty() {
            write!(out, ", needs {}", route.skills.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" + "))?;
        }
    }
    let feeling = reading.feeling.given().map(Feeling::emotion).unwrap_or_default();
    write!(out, "  [{}", feeling.name())?;
    if band > Band::Low {
        write!(out, ", frustration {}", if band == Band::High { "high" } else { "rising" })?;
    }
    writeln!(out, "]")?;
    let dim = Style::new().dimmed();
    for reason in &decision.reasons {
        let rule = reason.rule.as_ref().map_or_else(String::new, |rule| format!(" {rule}"));
        let shown: Vec<&str> = reason.evidence.iter().filter_map(&words).collect();
        let shown = if shown.is_empty() { String::new() } else { format!(": “{}”", shown.join("”, “")) };
        writeln!(out, "          {dim}· {}{rule}{shown}{dim:#}", reason.code.name())?;
    }
    Ok(())
}

/// The customer types, the desk decides; what the bot would say is left to the host.
fn chat(desk: &Desk) -> io::Result<ExitCode> {
    let mut out = anstream::stdout();
    writeln!(out, "You are the customer. Type a message, in Dutch or English, and see who should handle it.")?;
    writeln!(
        out,
        "/bot TEXT: let the bot say something · /agent: a person takes over · /return: and gives it back · /quit"
    )?;
    let mut talk = Conversation::new(Channel::Chat);
    let mut said: Vec<String> = Vec::new();
    let start = std::time::SystemTime::now();
    for line in Lines::of(support::open("-".as_ref())?) {
        let (number, line) = line?;
        let at = start.elapsed().map_or(0, |d| d.as_millis() as u64);
        let line = match line {
            Ok(line) => line,
            Err(error) => {
                support::refuse(number, &error);
                continue;
            }
        };
        match line.trim().split_once(' ').unwrap_or((line.trim(), "")) {
            ("", _) => continue,
            ("/quit", _) => break,
            ("/agent", _) => drop(talk.accepted(at)),
            ("/return", _) => drop(talk.returned(at)),
            ("/bot", text) => {
                talk.delivered(at);
                desk.triage.observe(&mut talk, &Turn::bot(text, at));
                said.push(text.to_owned());
            }
            _ => {
                let turn = Turn::customer(&line, at);
                let reading = desk.triage.read_in(&talk, &turn);
                let decision = desk.triage.decide(&mut talk, &turn, reading.clone(), &desk.context(at));
                said.push(line.clone());
                let words = |place: &Place| said.get(place.turn as usize).and_then(|text| place.span.of(text));
                explain(&mut out, &decision, &reading, talk.frustration().band, words)?;
                let lang = talk.language().unwrap_or(Lang::En);
                for notice in &decision.notices {
                    writeln!(out, "          says: {}", desk.texts.text(notice, lang))?;
                }
                for text in decision.own_notices.iter().filter_map(|key| desk.own_texts.get(key)) {
                    writeln!(out, "          says: {}", text.text(lang))?;
                }
                talk.delivered(at);
            }
        }
        out.flush()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A customer turn on the wire.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    turn: usize,
    lang: &'a str,
    outcome: Outcome,
    owner: Owner,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<Priority>,
    skills: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<Mode>,
    signals: Vec<&'a str>,
    emotion: Emotion,
    valence: Valence,
    valence_score: f32,
    frustration: Band,
    frustration_level: f32,
    notices: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f32>,
    reasons: Vec<ReasonLine<'a>>,
    policy: &'a PolicyRef,
}

#[derive(Serialize)]
struct ReasonLine<'a> {
    code: &'static str,
    layer: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a Arc<str>>,
    evidence: &'a [Place],
}

impl<'a> Line<'a> {
    fn of(id: &'a str, step: &'a Step) -> Self {
        let Step { reading, decision, .. } = step;
        let route = decision.route.as_ref();
        let feeling = reading.feeling.given();
        let best = reading.intent.given().and_then(Intents::best);
        Self {
            id,
            turn: step.number,
            lang: reading.language.code(),
            outcome: decision.outcome,
            owner: decision.owner,
            queue: route.map(|r| &*r.queue),
            priority: route.map(|r| r.priority),
            skills: route.iter().flat_map(|r| r.skills.iter().map(AsRef::as_ref)).collect(),
            mode: route.map(|r| r.mode),
            signals: reading.signals.given().iter().flat_map(|s| s.holding()).map(|f| f.signal.name()).collect(),
            emotion: feeling.map(Feeling::emotion).unwrap_or_default(),
            valence: feeling.map(Feeling::valence).unwrap_or_default(),
            valence_score: feeling.map_or(0.0, |f| f.valence_score),
            frustration: step.band,
            frustration_level: step.level,
            notices: notices(decision),
            intent: best.map(|b| &*b.intent),
            confidence: best.map(|b| b.confidence),
            reasons: decision
                .reasons
                .iter()
                .map(|r| ReasonLine {
                    code: r.code.name(),
                    layer: r.layer,
                    rule: r.rule.as_ref(),
                    evidence: &r.evidence,
                })
                .collect(),
            policy: &decision.policy,
        }
    }
}

/// The built-in notices first, then the policy's own.
fn notices(decision: &Decision) -> Vec<&str> {
    let own = decision.own_notices.iter().map(AsRef::as_ref);
    decision.notices.iter().map(|key| key.name()).chain(own).collect()
}
