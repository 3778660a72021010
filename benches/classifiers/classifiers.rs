//! The trained classifier beside fastText and a sentence encoder: the same rows, the same messages, one thread each.
//!
//! `cargo bench -- --data DIR --minilm DIR` trains all, one after another within each round, says how many of the rows
//! that were held back each gets right, and times one message. `-- --smoke` does all of it once, on a small sample.

mod encoder;
mod fast;
mod ours;
mod rows;

use cpu_time::ProcessTime;
use encoder::Remembered;
use fast::Prepared;
use handover::intent::{Examples, Trainer};
use handover::text::Text;
use handover::vectors::Embedder;
use handover_encoder::MiniLm;
use rows::Rows;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

/// What learned: it names the intent of a message.
type Classifier = Box<dyn Fn(&str) -> String>;

/// So many messages are classified in a round.
const MESSAGES: usize = 300;

fn main() {
    let options = Options::parse(std::env::args().skip(1));
    let one_thread = std::env::var("RAYON_NUM_THREADS").is_ok_and(|threads| threads == "1");
    assert!(one_thread, "run it in its own folder, where .cargo/config.toml holds the encoder to one thread");
    let rows = options.data.as_deref().map_or_else(Rows::sample, Rows::banking77);
    let minilm = options.minilm.as_deref().map(|folder| MiniLm::load(folder).unwrap_or_else(|e| panic!("{e}")));
    if minilm.is_none() {
        println!("without MiniLM: --minilm DIR says where it is");
    }
    training(&rows.full, if options.smoke { 1 } else { 5 });
    let minilm = minilm.map(Remembered::new);
    let found = accuracy(&rows, minilm.as_ref());
    if options.data.is_some() {
        assert!(found.fast_right > 0.85, "fastText does not reach here what it is known for: no fair rival");
    }
    messages(&found, &rows.dev, minilm.as_ref(), if options.smoke { 1 } else { 11 });
}

#[derive(Default)]
struct Options {
    data: Option<PathBuf>,
    minilm: Option<PathBuf>,
    smoke: bool,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Self {
        let mut options = Self::default();
        while let Some(argument) = arguments.next() {
            let mut folder = || Some(PathBuf::from(arguments.next().expect("a folder")));
            match argument.as_str() {
                "--data" => options.data = folder(),
                "--minilm" => options.minilm = folder(),
                "--smoke" => options.smoke = true,
                // What Cargo tells every bench.
                "--bench" => {}
                other => panic!("`{other}` is none of --data DIR, --minilm DIR, --smoke"),
            }
        }
        options
    }
}

/// One thing that is timed.
struct Row<'r> {
    name: &'static str,
    run: Box<dyn FnMut() + 'r>,
    times: Vec<Duration>,
}

impl<'r> Row<'r> {
    fn new(name: &'static str, run: impl FnMut() + 'r) -> Self {
        Self { name, run: Box::new(run), times: Vec::new() }
    }

    /// The least and the median, in seconds.
    fn figures(&self) -> [f64; 2] {
        let mut sorted = self.times.clone();
        sorted.sort_unstable();
        [sorted[0], sorted[sorted.len() / 2]].map(|time| time.as_secs_f64())
    }
}

/// Times each, one after another within each round, by the processor time of all threads together, and prints the
/// figures times `scale`; then how many times as long each takes as the first.
fn report(head: &str, mut rows: Vec<Row<'_>>, rounds: usize, scale: f64) {
    for _ in 0..rounds {
        for row in &mut rows {
            let start = ProcessTime::now();
            (row.run)();
            row.times.push(start.elapsed());
        }
    }
    println!(
        "\n{:<58} {:>9} {:>9} {:>9} {:>9}",
        format!("{head}, {rounds} rounds"),
        "least",
        "median",
        "× least",
        "× median"
    );
    let first = rows[0].figures();
    for row in &rows {
        let [least, median] = row.figures();
        let times = [least / first[0], median / first[1]];
        let [least, median] = [least, median].map(|time| time * scale);
        println!("  {:<56} {least:>9.2} {median:>9.2} {:>9.2} {:>9.2}", row.name, times[0], times[1]);
    }
}

fn training(rows: &Examples, rounds: usize) {
    let settings = ours::settings(rows);
    let prepared = Prepared::of(rows);
    let trained = |name, trainer: Trainer| Row::new(name, move || drop(black_box(ours::train(&trainer, rows))));
    let all = vec![
        trained("handover, settings given", Trainer::new().settings(settings)),
        trained("handover, settings picked", Trainer::new()),
        trained("handover without vectors, settings given", Trainer::new().without_encoder().settings(settings)),
        Row::new("fastText", || drop(black_box(prepared.train()))),
    ];
    let head = format!("training on {} rows of {} intents, s", rows.rows().len(), rows.intents().count());
    report(&head, all, rounds, 1.0);
}

/// What learned from a part of the rows, and how much of the others fastText got right.
struct Found {
    ours: Classifier,
    without: Classifier,
    fast: Classifier,
    fast_right: f64,
}

fn accuracy(rows: &Rows, minilm: Option<&Remembered>) -> Found {
    let (train, settings) = (&rows.train, ours::settings(&rows.train));
    println!("\naccuracy on {} rows, trained on {} others, %", rows.dev.rows().len(), train.rows().len());
    let ours = ours::train(&Trainer::new().settings(settings), train);
    let without = ours::train(&Trainer::new().without_encoder().settings(settings), train);
    let fast = Prepared::of(train).train();
    say("handover, settings given", &ours, &rows.dev);
    say("handover, settings picked", &ours::train(&Trainer::new(), train), &rows.dev);
    say("handover without vectors, settings given", &without, &rows.dev);
    let fast_right = say("fastText", &fast, &rows.dev);
    if let Some(minilm) = minilm {
        say("MiniLM, all but alone", &ours::train(&minilm.alone(settings), train), &rows.dev);
        say("MiniLM beside n-grams, settings picked", &ours::train(&minilm.beside(), train), &rows.dev);
        let (encoded, time) = minilm.spent();
        println!("  {encoded} different messages encoded in {:.0} s of processor time", time.as_secs_f64());
    }
    Found { ours, without, fast, fast_right }
}

/// The share of the rows that it gets right.
fn say(name: &str, classifier: &Classifier, dev: &Examples) -> f64 {
    let right = dev.rows().iter().filter(|row| classifier(&row.text) == *row.intent).count();
    let share = right as f64 / dev.rows().len() as f64;
    println!("  {name:<56} {:>9.1}", 100.0 * share);
    share
}

fn messages(found: &Found, dev: &Examples, minilm: Option<&Remembered>, rounds: usize) {
    let step = dev.rows().len().div_ceil(MESSAGES);
    let messages: Vec<&str> = dev.rows().iter().step_by(step).map(|row| row.text.as_str()).collect();
    let mut all = vec![
        classified("handover", &found.ours, &messages),
        classified("handover without vectors", &found.without, &messages),
        classified("fastText", &found.fast, &messages),
    ];
    if let Some(minilm) = minilm.map(Remembered::encoder) {
        let vector = move |raw: &str| minilm.embed(&Text::new(raw)).expect("a vector");
        let messages = &messages;
        all.push(Row::new("MiniLM, its vector alone", move || each(messages, vector)));
    }
    let head = format!("one message, mean over {}, µs", messages.len());
    report(&head, all, rounds, 1e6 / messages.len() as f64);
}

fn classified<'r>(name: &'static str, classifier: &'r Classifier, messages: &'r [&str]) -> Row<'r> {
    Row::new(name, move || each(messages, classifier))
}

/// Has one answer after another made, and lets go of it.
fn each<A>(messages: &[&str], answer: impl Fn(&str) -> A) {
    messages.iter().for_each(|raw| drop(black_box(answer(black_box(raw)))));
}
