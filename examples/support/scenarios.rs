//! Scenarios for the programs: read from TOML, or from JSON lines with one scenario each, and played against a policy.

use super::document::Sourced;
use anstyle::{AnsiColor, Style};
use clap::Args;
use handover::policy::{Played, Rehearsal, Scenario, Scenarios};
use handover::text::Lang;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What to play, and how to tell of it.
#[derive(Args)]
pub(crate) struct Rehearse {
    /// The policy, as TOML or JSON.
    #[arg(value_name = "FILE.toml")]
    policy: PathBuf,
    /// The scenarios, as TOML or as JSON lines; `-` is standard input.
    #[arg(value_name = "SCENARIOS.toml", required = true)]
    scenarios: Vec<PathBuf>,
    /// A rule that no scenario reaches is a failure too.
    #[arg(long)]
    all_rules: bool,
    /// One JSON object a scenario, and nothing else on standard output.
    #[arg(long)]
    json: bool,
    /// The language of what is said.
    #[arg(long, value_name = "nl|en", default_value = "en", value_parser = super::lang)]
    lang: Lang,
}

impl Rehearse {
    /// Plays all of them. A failure is a scenario that goes otherwise, and no scenario at all.
    pub(crate) fn run(&self) -> io::Result<ExitCode> {
        let policy = Sourced::policy(&self.policy)?;
        let rules: Vec<String> =
            policy.spec().rules.iter().chain(&policy.spec().circumstances).map(|rule| rule.id.to_string()).collect();
        let rehearsal = Rehearsal::of(policy).map_err(io::Error::other)?;
        let (mut played, mut failed, mut reached) = (0, 0, BTreeSet::new());
        let mut out = BufWriter::new(anstream::stdout().lock());
        for path in &self.scenarios {
            for scenario in open(path)? {
                let outcome = rehearsal.play(&scenario);
                played += 1;
                failed += usize::from(!outcome.mismatches.is_empty());
                reached.extend(outcome.rules().map(ToOwned::to_owned));
                self.tell(&mut out, &scenario, &outcome)?;
            }
        }
        let unreached: Vec<&str> = rules.iter().filter(|id| !reached.contains(*id)).map(String::as_str).collect();
        if !self.json {
            tally(&mut out, self.lang, (played, failed), &unreached)?;
        }
        out.flush()?;
        if self.all_rules && self.json && !unreached.is_empty() {
            anstream::eprintln!("no scenario reaches {}", unreached.join(", "));
        }
        let wrong = failed > 0 || played == 0 || (self.all_rules && !unreached.is_empty());
        Ok(ExitCode::from(u8::from(wrong)))
    }

    /// A scenario in a line, and below it what was decided otherwise.
    fn tell(&self, out: &mut impl Write, scenario: &Scenario, played: &Played) -> io::Result<()> {
        if self.json {
            let mismatches: Vec<Value> =
                played.mismatches.iter().map(|m| json!({ "turn": m.turn, "message": m.message })).collect();
            let line = json!({ "id": scenario.id, "passed": mismatches.is_empty(), "mismatches": mismatches });
            return super::json_line(out, &line);
        }
        let passed = played.mismatches.is_empty();
        let style = if passed { AnsiColor::Green } else { AnsiColor::Red }.on_default().bold();
        let word = match (passed, self.lang) {
            (true, Lang::Nl) => "goed",
            (true, _) => "ok",
            (false, Lang::Nl) => "fout",
            (false, _) => "failed",
        };
        writeln!(out, "{style}{word:>6}{style:#} {}", scenario.id)?;
        for mismatch in &played.mismatches {
            writeln!(out, "         {}", mismatch.text(self.lang))?;
        }
        Ok(())
    }
}

fn tally(out: &mut impl Write, lang: Lang, (played, failed): (usize, usize), unreached: &[&str]) -> io::Result<()> {
    let one = played == 1;
    match lang {
        Lang::Nl => writeln!(out, "{played} scenario{}, {failed} fout", if one { "" } else { "'s" })?,
        _ => writeln!(out, "{played} scenario{}, {failed} failed", if one { "" } else { "s" })?,
    }
    if unreached.is_empty() {
        return Ok(());
    }
    let (dim, listed) = (Style::new().dimmed(), unreached.join(", "));
    match lang {
        Lang::Nl => writeln!(out, "{dim}geen scenario komt langs {listed}{dim:#}"),
        _ => writeln!(out, "{dim}no scenario reaches {listed}{dim:#}"),
    }
}

/// Reads a file, `-` for standard input. What ends in `.jsonl` is taken for JSON lines, everything else for TOML.
fn open(path: &Path) -> io::Result<Vec<Scenario>> {
    let mut source = String::new();
    let wrong = |error: String| io::Error::other(format!("{}: {}", path.display(), error.trim_end()));
    super::open(path)?.read_to_string(&mut source).map_err(|e| wrong(e.to_string()))?;
    if path.extension().is_some_and(|ending| ending == "jsonl") {
        let lines = source.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        return lines
            .map(|(at, line)| serde_json::from_str(line).map_err(|e| wrong(format!("line {}: {e}", at + 1))))
            .collect();
    }
    toml::from_str(&source).map(|file: Scenarios| file.scenarios).map_err(|e| wrong(e.to_string()))
}
