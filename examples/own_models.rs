//! A host with models of its own, one of them remote: it awaits their answers and hands in the reading. The crate
//! itself never waits for anything.
//!
//! `cargo run --release --example own_models`

#![allow(clippy::print_stdout, reason = "a program prints")]

use handover::conversation::{Answer, Channel, Context, Conversation, Turn};
use handover::intent::Intents;
use handover::signal::{Finding, Signal, Signals};
use handover::text::Text;
use handover::{Reading, Triage};
use std::time::Duration;

/// What a remote model may answer, or not in time.
async fn remote_intents(message: &str) -> Result<Intents, TimedOut> {
    // A real host awaits its HTTP client here.
    std::future::ready(()).await;
    if message.contains("hypotheek") {
        Ok(Intents::ranked([("mortgage_advice", 0.88), ("mortgage_rate", 0.07)]))
    } else {
        Err(TimedOut(Duration::from_millis(300)))
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the model gave no answer within {0:?}")]
struct TimedOut(Duration);

/// A signal that only this host knows: somebody who asks about a product that was called back.
fn recalled_product(message: &str) -> Option<Finding> {
    let at = message.find("HX-200")?;
    let span = handover::text::Span::new(at as u32, at as u32 + 6);
    Some(Finding {
        signal: Signal::from_name("recalled_product"),
        shade: None,
        score: 1.0,
        holds: true,
        evidence: vec![handover::signal::Evidence { span, cue: "recall list".into() }],
    })
}

async fn read(triage: &Triage, message: &str) -> Reading {
    // Start with what is built in, then put the host's own answers in its place.
    let mut reading = triage.read(&Text::new(message));
    reading.intent = Answer::from_result(remote_intents(message).await);
    if let Answer::Given(signals) = &reading.signals {
        let findings = signals.findings().iter().cloned().chain(recalled_product(message)).collect::<Vec<_>>();
        reading.signals = Answer::Given(Signals::from(findings));
    }
    reading
}

fn main() -> Result<(), handover::BuildError> {
    let triage = Triage::builder().build()?;
    for message in ["Kan ik mijn hypotheek oversluiten?", "Is the HX-200 heater safe to use?"] {
        let mut talk = Conversation::new(Channel::Chat);
        let reading = pollster::block_on(read(&triage, message));
        let decision = triage.decide(&mut talk, &Turn::customer(message, 0), reading.clone(), &Context::at(0));
        println!("{message}");
        println!("  intent {:?}", reading.intent.given().and_then(|i| i.best()).map(|best| &*best.intent));
        println!(
            "  signals {:?}",
            reading.signals.given().map(|s| s.holding().map(|f| f.signal.to_string()).collect::<Vec<_>>())
        );
        println!("  {} {:?}", decision.outcome.name(), decision.notices);
    }
    Ok(())
}
