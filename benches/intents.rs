//! What a trained classifier costs: training it, loading it, and one message.
//!
//! `cargo bench --bench intents -- TRAIN.tsv` measures with rows of your own, a large set say; without a file, with the
//! small one of the examples. `--smoke` runs each once, to see that it runs.

#![allow(
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "a bench prints, and stops where its own set-up is wrong"
)]

mod support;

use handover::intent::{Examples, Settings, TrainedIntents, Trainer};
use handover::text::Text;
use std::hint::black_box;
use std::time::Instant;
use support::time;

/// So many messages are classified, and so many corrections learned.
const MESSAGES: usize = 200;
const CORRECTIONS: usize = 100;

fn main() {
    let rounds = support::rounds();
    let own = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let tsv = match &own {
        Some(path) => std::fs::read_to_string(path).expect("rows"),
        None => include_str!("../examples/data/intents.tsv").to_owned(),
    };
    let examples = Examples::from_tsv(&tsv).expect("rows `intent<TAB>text`");
    println!("{} rows of {} intents", examples.rows().len(), examples.intents().count());
    training(&examples, rounds.min(3));
    let model = Trainer::new().train(&examples).expect("a model");
    using(&model, &examples, rounds);
    long(&model, rounds.min(5));
}

fn training(examples: &Examples, rounds: usize) {
    let few = examples.rows().len() <= 20 * examples.intents().count();
    let settings = if few { Settings::FEW } else { Settings::MANY };
    let given = Trainer::new().settings(settings);
    for (name, trainer) in [("settings given", given), ("settings picked", Trainer::new())] {
        let least = (0..rounds)
            .map(|_| {
                let start = Instant::now();
                black_box(trainer.train(examples).expect("a model"));
                start.elapsed().as_secs_f64()
            })
            .fold(f64::INFINITY, f64::min);
        println!("  train, {name:<37} {least:>9.2} s, the least of {rounds}");
    }
}

fn using(model: &TrainedIntents, examples: &Examples, rounds: usize) {
    let bytes = model.to_bytes();
    println!("  {} bytes", bytes.len());
    row("load and check", time(rounds, || drop(black_box(TrainedIntents::from_bytes(&bytes).expect("a model")))));
    let step = (examples.rows().len() / MESSAGES).max(1);
    let messages: Vec<&str> = examples.rows().iter().step_by(step).map(|row| row.text.as_str()).collect();
    println!("one message, the mean over {} rows", messages.len());
    let each = |(least, median): (f64, f64)| (least / messages.len() as f64, median / messages.len() as f64);
    let all = |then: &dyn Fn(&str)| each(time(rounds, || messages.iter().for_each(|raw| then(raw))));
    row("read the text", all(&|raw| drop(black_box(Text::new(raw)))));
    let predict =
        |model: &TrainedIntents, raw: &str| drop(black_box(model.predict(&Text::new(raw)).expect("an answer")));
    row("read and classify", all(&|raw| predict(model, raw)));
    row("read and explain", all(&|raw| drop(black_box(model.explain(&Text::new(raw)).expect("an answer")))));
    row("read and split", all(&|raw| drop(black_box(model.predict_parts(&Text::new(raw)).expect("an answer")))));
    let rows = examples.rows().iter().step_by((examples.rows().len() / CORRECTIONS).max(1)).take(CORRECTIONS).cloned();
    let corrections = Examples::from_rows(rows).expect("rows");
    let start = Instant::now();
    let taught = model.learn(&corrections).expect("known intents");
    println!("  learn {} corrections at once {:>24.0} ms", taught.learned(), start.elapsed().as_secs_f64() * 1e3);
    row("read and classify, with those", all(&|raw| predict(&taught, raw)));
}

fn row(name: &str, (least, median): (f64, f64)) {
    println!("  {name:<44} {least:>9.2} {median:>9.2}");
}

/// It has to stay linear, so twice the text takes about twice the time.
fn long(model: &TrainedIntents, rounds: usize) {
    println!("read and classify, 32 KiB and 64 KiB");
    for (name, part) in [("words", "waar blijft mijn pakket nu eigenlijk? "), ("one letter", "e"), ("marks", "?!")] {
        let of = |size: usize| part.repeat(size / part.len());
        let [half, whole] = [32 << 10, 64 << 10].map(|size| {
            let raw = of(size);
            time(rounds, || drop(black_box(model.predict(&Text::new(&raw)).expect("an answer")))).0
        });
        println!("  {name:<44} {half:>9.0} {whole:>9.0}   × {:.2}", whole / half);
    }
}
