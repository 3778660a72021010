//! `policy diff`: what changed in words, what is decided differently, and what a customer loses by it.

use super::support::document::Sourced;
use super::{support, told};
use anstyle::AnsiColor;
use clap::Args;
use handover::approval::Effect;
use handover::conversation::Situation;
use handover::policy::{Difference, Flip, Flips, Guard, Loosened};
use handover::signal::Signal;
use handover::text::Lang;
use serde_json::{Value, json};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Diff {
    /// The policy as it is.
    #[arg(value_name = "OLD.toml")]
    old: PathBuf,
    /// The policy as it would be.
    #[arg(value_name = "NEW.toml")]
    new: PathBuf,
    /// Situations that were recorded, a JSON object a line: how many would be decided differently?
    #[arg(value_name = "LOG.jsonl")]
    log: Option<PathBuf>,
    /// One JSON object, and nothing else on standard output.
    #[arg(long)]
    json: bool,
    /// The language of the changes.
    #[arg(long, value_name = "nl|en", default_value = "en", value_parser = super::lang)]
    lang: Lang,
}

pub(crate) fn run(task: &Diff) -> io::Result<ExitCode> {
    let (old, new) = (Sourced::open(&task.old)?, Sourced::open(&task.new)?);
    let (before, after) = (old.live(&task.old)?, new.live(&task.new)?);
    let difference = old.document.difference(&new.document).map_err(io::Error::other)?;
    let flips = match &task.log {
        Some(path) => Some(before.flips(&after, situations(path)?)),
        None => None,
    };
    let mut out = BufWriter::new(anstream::stdout().lock());
    if task.json {
        support::json_line(&mut out, &whole(&difference, flips.as_ref()))?;
    } else {
        show(&mut out, task.lang, &difference, flips.as_ref())?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// The situations of a log, every broken line named.
fn situations(path: &Path) -> io::Result<Vec<Situation>> {
    let mut read = Vec::new();
    for line in support::Lines::of(support::open(path)?) {
        let (number, line) = line?;
        let wrong = |e: String| io::Error::other(format!("{}:{number}: {e}; expected a situation", path.display()));
        let line = line.map_err(wrong)?;
        if !line.trim().is_empty() {
            read.push(serde_json::from_str(&line).map_err(|e| wrong(e.to_string()))?);
        }
    }
    Ok(read)
}

fn whole(difference: &Difference, flips: Option<&Flips>) -> Value {
    let changes = difference.changes.iter().map(|change| {
        let weakens = change.weakens.as_deref().map(flip);
        json!({
            "place": change.place, "words": change.words, "before": change.before, "after": change.after,
            "weakens": weakens, "loosens": change.loosens,
        })
    });
    json!({
        "changes": changes.collect::<Vec<_>>(),
        "flips": difference.flips.iter().map(flip).collect::<Vec<_>>(),
        "loosened": difference.loosened,
        "log": flips,
    })
}

fn flip(flip: &Flip) -> Value {
    json!({"situation": told(&flip.situation), "before": flip.before, "after": flip.after, "losses": flip.losses})
}

fn show(out: &mut impl Write, lang: Lang, difference: &Difference, flips: Option<&Flips>) -> io::Result<()> {
    let red = AnsiColor::Red.on_default().bold();
    let (loses, example) = match lang {
        Lang::Nl => ("zwakker", "bijvoorbeeld"),
        _ => ("weaker", "for example"),
    };
    for change in &difference.changes {
        writeln!(out, "{}", change.words.text(lang))?;
        if let Some(found) = &change.weakens {
            writeln!(out, "    {red}{loses}{red:#}: {}; {example} {}", course(found), told(&found.situation))?;
        }
        if let Some(found) = &change.loosens {
            writeln!(out, "    {red}{loses}{red:#}: {}", gate(found, lang))?;
        }
    }
    let losing = difference.flips.iter().filter(|flip| !flip.losses.is_empty()).count();
    let (changes, kinds) = (difference.changes.len(), difference.flips.len());
    match lang {
        Lang::Nl => {
            writeln!(out, "{changes} wijzigingen; {kinds} soorten situaties gaan anders, {losing} daarvan zwakker")?
        }
        _ => writeln!(out, "{changes} changes; {kinds} kinds of situations go differently, {losing} of them weaker")?,
    }
    for found in &difference.flips {
        let mark = if found.losses.is_empty() { "" } else { loses };
        writeln!(out, "    {red}{mark:7}{red:#} {}: {}", course(found), told(&found.situation))?;
    }
    for found in &difference.loosened {
        writeln!(out, "    {red}{loses:7}{red:#} {}", gate(found, lang))?;
    }
    let Some(flips) = flips else { return Ok(()) };
    let (all, other, losing) = (flips.situations, flips.different, flips.losing);
    match lang {
        Lang::Nl => writeln!(out, "in het logboek: {other} van de {all} situaties anders, {losing} zwakker"),
        _ => writeln!(out, "in the log: {other} of {all} situations differ, {losing} weaker"),
    }
}

/// How a decision goes from one way to another.
fn course(flip: &Flip) -> String {
    let way = |decision: &handover::Decision| {
        let route =
            decision.route.as_ref().map(|route| format!(" {} {:?} {:?}", route.queue, route.mode, route.priority));
        format!("{}{}", decision.outcome.name(), route.unwrap_or_default().to_lowercase())
    };
    let losses: Vec<&str> = flip.losses.iter().map(|loss| loss.name()).collect();
    let said = if losses.is_empty() { String::new() } else { format!(" ({})", losses.join(", ")) };
    format!("{} -> {}{said}", way(&flip.before), way(&flip.after))
}

/// How the approval gate goes from one guard to a lesser one.
fn gate(found: &Loosened, lang: Lang) -> String {
    let amount = found.amount.map(|money| format!(" {} {}", money.minor, money.currency)).unwrap_or_default();
    let signals: Vec<&str> = found.facts.signals.iter().map(Signal::name).collect();
    let signals = if signals.is_empty() { String::new() } else { format!(" ({})", signals.join(", ")) };
    let (before, after) = (guard(&found.before, lang), guard(&found.after, lang));
    format!("`{}`{amount}{signals}: {before} -> {after}", found.action)
}

fn guard(guard: &Guard, lang: Lang) -> String {
    let dutch = lang == Lang::Nl;
    match guard.effect {
        Effect::Deny => if dutch { "nooit" } else { "never" }.to_owned(),
        Effect::Review => format!("{} {}", guard.people, if dutch { "mensen akkoord" } else { "people agree" }),
        Effect::Allow => {
            let passes = if dutch { "mag" } else { "passes" };
            let sample = if dutch { "per duizend bekeken" } else { "of a thousand looked at" };
            let limit = if guard.limit.is_some() {
                ""
            } else if dutch {
                ", zonder budget"
            } else {
                ", no budget"
            };
            format!("{passes}, {} {sample}{limit}", guard.sample_permille)
        }
    }
}
