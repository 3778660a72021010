//! The gate, end to end: an AI proposes, people with roles vote, the permit is claimed once.
//!
//! `cargo run --release --example approve -- examples/data/payment_plan.txt` plays an energy company's payment plan;
//! without a file you type the commands yourself, `help` says which. `--store DIR` keeps everything between runs.

mod clock;
mod desk;
mod journal_store;
mod line;
#[path = "../support/mod.rs"]
mod support;

use clap::Parser;
use desk::{Desk, Reply};
use handover::approval::{ApprovalRules, NoticeTexts, StaffList};
use handover::policy::{Document, Policy};
use journal_store::JournalStore;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use support::Lines;

/// What may be proposed, and who decides, unless the options say otherwise.
const POLICY: &str = include_str!("../data/approval.toml");
/// Who works there.
const STAFF: &str = include_str!("../data/staff.toml");

/// An AI proposes, people vote, the permit is claimed once.
#[derive(Parser)]
struct Options {
    /// The rule document, with a section `approval`; that of the samples if none is named.
    #[arg(long, value_name = "FILE.toml")]
    policy: Option<PathBuf>,
    /// The people with their roles; those of the samples if none is named.
    #[arg(long, value_name = "STAFF.toml")]
    staff: Option<PathBuf>,
    /// Keeps everything in a journal in this folder, and goes on where it stood.
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// One JSON object a command, and nothing else on standard output.
    #[arg(long)]
    json: bool,
    /// A file of commands, one a line; `-` is standard input. Without it you are asked.
    #[arg(value_name = "COMMANDS")]
    commands: Option<PathBuf>,
}

fn main() -> ExitCode {
    support::end(run(&Options::parse()))
}

fn run(options: &Options) -> io::Result<ExitCode> {
    let policy = policy(options.policy.as_deref())?;
    let staff = text(options.staff.as_deref(), STAFF)?;
    let staff: StaffList = toml::from_str(&staff).map_err(|e| refused("the staff list", &e))?;
    let store = JournalStore::open(options.store.as_deref())?;
    let texts = NoticeTexts::of(&policy);
    let rules: ApprovalRules = policy.approval().cloned().ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidData, "the policy has no section [approval], so nothing may be proposed")
    })?;
    let mut desk = Desk::open(store, rules, staff, texts);
    let typed = options.commands.is_none() && io::stdin().is_terminal();
    let input: Box<dyn BufRead> = match &options.commands {
        Some(path) => support::open(path)?,
        None => Box::new(BufReader::new(io::stdin())),
    };
    if typed {
        anstream::println!("Commands, one a line; `help` says which, `quit` ends.");
    }
    follow(&mut desk, input, options.json, typed)
}

/// Follows commands until there are no more. A script stops at nothing: what could not be followed is said, and the
/// exit status is 1.
fn follow(desk: &mut Desk, input: Box<dyn BufRead>, json: bool, typed: bool) -> io::Result<ExitCode> {
    let mut out = anstream::stdout().lock();
    let mut wrong = false;
    prompt(&mut out, typed)?;
    for line in Lines::of(input) {
        let (number, line) = line?;
        let line = line.map_err(|e| io::Error::new(io::ErrorKind::InvalidData, format!("line {number}: {e}")))?;
        if line.trim() == "quit" {
            break;
        }
        match desk.follow(&line) {
            Ok(None) => {}
            Ok(Some(reply)) => show(&mut out, number, line.trim(), &reply, json)?,
            Err(error) => {
                wrong = true;
                support::refuse(number, &error);
            }
        }
        prompt(&mut out, typed)?;
    }
    Ok(ExitCode::from(u8::from(wrong && !typed)))
}

fn prompt(out: &mut impl Write, typed: bool) -> io::Result<()> {
    if typed {
        write!(out, "> ")?;
        out.flush()?;
    }
    Ok(())
}

fn show(out: &mut impl Write, number: usize, command: &str, reply: &Reply, json: bool) -> io::Result<()> {
    if json {
        return support::json_line(out, &reply.with(number, command));
    }
    writeln!(out, "{}{command}{}", support_style(), anstyle::Reset.render())?;
    reply.lines.iter().try_for_each(|line| writeln!(out, "    {line}"))
}

fn support_style() -> anstyle::Style {
    anstyle::Style::new().bold()
}

fn text(path: Option<&Path>, shipped: &str) -> io::Result<String> {
    let Some(path) = path else { return Ok(shipped.to_owned()) };
    std::fs::read_to_string(path).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))
}

fn refused(what: &str, error: &impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{what}: {error}"))
}

/// The policy, if nothing is wrong with it.
fn policy(path: Option<&Path>) -> io::Result<Policy> {
    let document: Document = toml::from_str(&text(path, POLICY)?).map_err(|e| refused("the policy", &e))?;
    document.check().policy().map_err(|findings| refused("the policy", &findings))
}
