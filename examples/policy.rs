//! Rules as data: look a document through before it goes live, and ask it why.
//!
//! `cargo run --release --example policy -- check examples/policies/energy.toml`

#[allow(dead_code, reason = "shared with programs that read lines")]
mod support;

#[path = "support/difference.rs"]
mod difference;
#[path = "support/prove.rs"]
mod prove;

use anstyle::{AnsiColor, Style};
use clap::{Args, Parser, Subcommand};
use handover::conversation::{LocalTime, Situation};
use handover::policy::{Against, Checked, Date, Finding, Severity};
use handover::text::Lang;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};
use support::document::{Sourced, counts};

/// Rules for who should handle a customer: checked before they go live, explained afterwards.
#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Name every mistake in a policy, with its line, what to do, and a case that shows it.
    Check(Check),
    /// Decide a situation, and say why, and why not otherwise.
    Explain(Explain),
    /// Prove what must always hold, or show a situation in which it does not.
    Prove(prove::Prove),
    /// Tell two policies apart: in words, in decisions, and in what a customer would lose.
    Diff(difference::Diff),
}

#[derive(Args)]
struct Check {
    /// The policy, as TOML or JSON; `-` is standard input.
    #[arg(value_name = "FILE.toml")]
    policy: PathBuf,
    /// The staff list: who holds which role, for the rules of the approval gate.
    #[arg(long, value_name = "STAFF.toml")]
    staff: Option<PathBuf>,
    /// A file with a label of the classifier in use on each line: are they those of the vocabulary?
    #[arg(long, value_name = "LABELS.txt")]
    intents: Option<PathBuf>,
    /// The day to hold `review_by` against, such as 2027-06-30. Today, where it is left out.
    #[arg(long, value_name = "DATE", value_parser = date)]
    today: Option<Date>,
    /// One JSON object a finding, and nothing else on standard output.
    #[arg(long)]
    json: bool,
    /// The language of the findings.
    #[arg(long, value_name = "nl|en", default_value = "en", value_parser = lang)]
    lang: Lang,
}

#[derive(Args)]
struct Explain {
    /// The policy, as TOML or JSON.
    #[arg(value_name = "FILE.toml")]
    policy: PathBuf,
    /// The situation, as JSON: what differs from a conversation that has just begun; `-` is standard input.
    #[arg(value_name = "SITUATION.json")]
    situation: PathBuf,
    /// One JSON object, and nothing else on standard output.
    #[arg(long)]
    json: bool,
    /// The language of the explanation.
    #[arg(long, value_name = "nl|en", default_value = "en", value_parser = lang)]
    lang: Lang,
}

fn date(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| format!("`{text}` is no day; write 2027-06-30"))
}

fn lang(text: &str) -> Result<Lang, String> {
    Lang::BUILT_IN.into_iter().find(|lang| lang.code() == text).ok_or_else(|| format!("`{text}` is neither nl nor en"))
}

fn main() -> ExitCode {
    support::end(run(&Options::parse()))
}

fn run(options: &Options) -> io::Result<ExitCode> {
    match &options.task {
        Task::Check(task) => check(task),
        Task::Explain(task) => explain(task),
        Task::Prove(task) => prove::run(task),
        Task::Diff(task) => difference::run(task),
    }
}

fn check(task: &Check) -> io::Result<ExitCode> {
    let sourced = Sourced::open(&task.policy)?;
    let checked = sourced.document.check_against(&against(task)?);
    let mut out = BufWriter::new(anstream::stdout().lock());
    for finding in checked.findings() {
        if task.json {
            support::json_line(&mut out, &line(&sourced, finding))?;
        } else {
            show(&mut out, task, &sourced, finding)?;
        }
    }
    if !task.json {
        summary(&mut out, &checked, task.lang)?;
    }
    out.flush()?;
    Ok(ExitCode::from(u8::from(counts(&checked).0 > 0)))
}

fn against(task: &Check) -> io::Result<Against> {
    let mut against = Against::default();
    against.today = task.today.or_else(today);
    if let Some(path) = &task.staff {
        against.staff = Some(Sourced::open(path)?.document.root().clone());
    }
    if let Some(path) = &task.intents {
        let text =
            std::fs::read_to_string(path).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))?;
        let labels = text.lines().map(str::trim).filter(|label| !label.is_empty());
        against.intents = Some(labels.map(Into::into).collect());
    }
    Ok(against)
}

fn today() -> Option<Date> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_millis();
    Date::of(&LocalTime::from_utc(u64::try_from(now).ok()?, 0))
}

/// A finding on the wire.
fn line(sourced: &Sourced, finding: &Finding) -> Value {
    let mut line = json!({
        "code": finding.code,
        "severity": finding.severity().name(),
        "place": finding.place,
        "message": finding.message,
        "help": finding.help,
    });
    if let Some(fields) = line.as_object_mut() {
        if let Some(number) = sourced.line(&finding.place) {
            fields.insert("line".to_owned(), json!(number));
        }
        if let Some(name) = &finding.did_you_mean {
            fields.insert("did_you_mean".to_owned(), json!(name));
        }
        if let Some(witness) = &finding.witness {
            let situation = witness.situation.as_deref().map(told);
            fields.insert("witness".to_owned(), json!({ "words": witness.words, "situation": situation }));
        }
    }
    line
}

/// A situation without what is as always: it loads again, with the rest as always.
fn told(situation: &Situation) -> Value {
    let (mut told, usual) = (json!(situation), json!(Situation::default()));
    prune(&mut told, &usual);
    told
}

fn prune(told: &mut Value, usual: &Value) {
    if let (Value::Object(told), Value::Object(usual)) = (told, usual) {
        told.retain(|key, value| usual.get(key) != Some(value));
    }
}

fn show(out: &mut impl Write, task: &Check, sourced: &Sourced, finding: &Finding) -> io::Result<()> {
    let color = match finding.severity() {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
    };
    let (strong, dim) = (color.on_default().bold(), Style::new().dimmed());
    let dutch = task.lang == Lang::Nl;
    writeln!(out, "{strong}{}{strong:#}", sourced.line_of(&task.policy, finding, task.lang))?;
    writeln!(out, "    {}", finding.help.text(task.lang))?;
    if let Some(witness) = &finding.witness {
        let label = if dutch { "bijvoorbeeld" } else { "for example" };
        writeln!(out, "    {dim}{label}: {}{dim:#}", witness.words.text(task.lang))?;
    }
    Ok(())
}

fn summary(out: &mut impl Write, checked: &Checked, lang: Lang) -> io::Result<()> {
    let (errors, warnings) = counts(checked);
    let spec = checked.spec();
    let rules = spec.rules.len() + spec.circumstances.len();
    let style = if errors > 0 { AnsiColor::Red } else { AnsiColor::Green }.on_default().bold();
    let said = match (lang, errors) {
        (Lang::Nl, 0) => format!("{} kan live", spec.id),
        (Lang::Nl, _) => "dit kan nog niet live".to_owned(),
        (_, 0) => format!("{} can go live", spec.id),
        (_, _) => "this can't go live yet".to_owned(),
    };
    let counted = match lang {
        Lang::Nl => format!("{rules} regels, {errors} fouten, {warnings} waarschuwingen"),
        _ => format!("{rules} rules, {errors} errors, {warnings} warnings"),
    };
    writeln!(out, "{style}{said}{style:#}: {counted}")
}

fn explain(task: &Explain) -> io::Result<ExitCode> {
    let sourced = Sourced::open(&task.policy)?;
    let policy = sourced.live(&task.policy)?;
    let situation: Situation = serde_json::from_reader(support::open(&task.situation)?).map_err(|e| {
        io::Error::other(format!(
            "{}: {e}; expected a situation such as {{\"signals\": […]}}",
            task.situation.display()
        ))
    })?;
    let explanation = policy.explain(&situation);
    let mut out = BufWriter::new(anstream::stdout().lock());
    if task.json {
        let mut told = json!(explanation);
        if let Some(fields) = told.as_object_mut() {
            let agent = Lang::BUILT_IN.map(|lang| (lang.to_string(), explanation.for_agent(lang)));
            let customer = Lang::BUILT_IN.map(|lang| (lang.to_string(), explanation.for_customer(lang)));
            fields.insert("for_agent".to_owned(), json!(BTreeMap::from(agent)));
            fields.insert("for_customer".to_owned(), json!(BTreeMap::from(customer)));
        }
        support::json_line(&mut out, &told)?;
    } else {
        let strong = Style::new().bold();
        let (agent, customer) = match task.lang {
            Lang::Nl => ("Voor de medewerker", "Voor de klant"),
            _ => ("For the agent", "For the customer"),
        };
        writeln!(out, "{strong}{agent}{strong:#}\n{}", explanation.for_agent(task.lang))?;
        writeln!(out, "\n{strong}{customer}{strong:#}\n{}", explanation.for_customer(task.lang))?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
