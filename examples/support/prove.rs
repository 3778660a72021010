//! `policy prove`: what must always hold, each with `holds` or a situation that shows that it does not.

use super::support::document::Sourced;
use super::{support, told};
use anstyle::{AnsiColor, Style};
use clap::Args;
use handover::policy::{Claim, Counterexample, Proof, Verdict};
use handover::text::Lang;
use serde_json::{Value, json};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Prove {
    /// The policy, as TOML or JSON.
    #[arg(value_name = "FILE.toml")]
    policy: PathBuf,
    /// One JSON object a property, and nothing else on standard output.
    #[arg(long)]
    json: bool,
    /// The language of the properties.
    #[arg(long, value_name = "nl|en", default_value = "en", value_parser = super::lang)]
    lang: Lang,
}

/// Ends well only if everything is proved.
pub(crate) fn run(task: &Prove) -> io::Result<ExitCode> {
    let policy = Sourced::policy(&task.policy)?;
    let proof = policy.prove();
    let mut out = BufWriter::new(anstream::stdout().lock());
    for claim in &proof.claims {
        if task.json {
            support::json_line(&mut out, &line(claim))?;
        } else {
            show(&mut out, claim, task.lang)?;
        }
    }
    if !task.json {
        summary(&mut out, &policy.reference().id, &proof, task.lang)?;
    }
    out.flush()?;
    Ok(ExitCode::from(u8::from(!proof.holds())))
}

const fn verdict(claim: &Claim) -> (&'static str, AnsiColor) {
    match claim.verdict {
        Verdict::Holds => ("holds", AnsiColor::Green),
        Verdict::Broken(_) => ("broken", AnsiColor::Red),
        Verdict::Undecided => ("undecided", AnsiColor::Yellow),
    }
}

fn line(claim: &Claim) -> Value {
    let mut line = json!({
        "property": claim.property.name(),
        "statement": claim.property.statement(),
        "verdict": verdict(claim).0,
        "cases": claim.cases,
    });
    if let (Verdict::Broken(found), Some(fields)) = (&claim.verdict, line.as_object_mut()) {
        fields.insert("counterexample".to_owned(), counterexample(found));
    }
    line
}

fn counterexample(found: &Counterexample) -> Value {
    let better = found.better.as_ref().map(|(now, decision)| json!({"situation": told(now), "decision": decision}));
    json!({"situation": told(&found.situation), "decision": found.decision, "better": better})
}

fn show(out: &mut impl Write, claim: &Claim, lang: Lang) -> io::Result<()> {
    let (said, color) = verdict(claim);
    let (strong, dim) = (color.on_default().bold(), Style::new().dimmed());
    let cases = match lang {
        Lang::Nl => "gevallen",
        Lang::En => "cases",
    };
    writeln!(out, "{strong}{said:9}{strong:#} {} {dim}({} {cases}){dim:#}", claim.property.name(), claim.cases)?;
    writeln!(out, "          {}", claim.property.statement().text(lang))?;
    let Verdict::Broken(found) = &claim.verdict else { return Ok(()) };
    let (situation, decided, better) = match lang {
        Lang::Nl => ("situatie", "besluit", "maar zo"),
        Lang::En => ("situation", "decision", "but so"),
    };
    let way = |decision: &handover::Decision| {
        let route = decision.route.as_ref().map(|route| format!(", {} ({:?})", route.queue, route.mode).to_lowercase());
        format!("{}{}", decision.outcome.name(), route.unwrap_or_default())
    };
    writeln!(out, "          {situation}: {}", told(&found.situation))?;
    writeln!(out, "          {decided}: {}", way(&found.decision))?;
    if let Some((now, decision)) = &found.better {
        writeln!(out, "          {better}: {}: {}", told(now), way(decision))?;
    }
    Ok(())
}

fn summary(out: &mut impl Write, id: &str, proof: &Proof, lang: Lang) -> io::Result<()> {
    let (all, held) = (proof.claims.len(), proof.claims.iter().filter(|c| c.verdict == Verdict::Holds).count());
    let style = if proof.holds() { AnsiColor::Green } else { AnsiColor::Red }.on_default().bold();
    let said = match lang {
        Lang::Nl => format!("{held} van de {all} eigenschappen bewezen"),
        Lang::En => format!("{held} of {all} properties proved"),
    };
    writeln!(out, "{style}{id}{style:#}: {said}")
}
