//! Throws broken documents at the policy room until the time is up: at the parser, at the checker, and where one checks
//! clean, at the engine, the explanations and the prover.
//!
//! `cargo run --release -- 1 600` throws those of seed 1 for 600 seconds. Each document has a number, and is made from
//! it and the seed alone: `cargo run --release -- 1 --only 4711` shows and throws that one. It ends with 1 where it found
//! something, with 2 where it could not run.

mod bytes;
mod chance;
mod corpus;
mod said;
mod tally;
mod tokens;
mod trees;
mod trial;

use chance::Chance;
use corpus::Corpus;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tally::Tally;
use trial::{Thrown, Told};

const USAGE: &str = "usage: fuzz SEED SECONDS [FOLDER] | fuzz SEED --only NUMBER [FOLDER]";
/// Finds that are shown; a slip that every document hits says it once.
const MOST_FINDS: u64 = 20;

enum Extent {
    For(Duration),
    Only(u64),
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((seed, extent, folder)) = parse(&arguments) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match Corpus::read(&folder) {
        Ok(corpus) => run(&corpus, seed, &extent),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn parse(arguments: &[String]) -> Option<(u64, Extent, PathBuf)> {
    let seed = arguments.first()?.parse().ok()?;
    let (extent, rest) = match arguments.get(1)?.as_str() {
        "--only" => (Extent::Only(arguments.get(2)?.parse().ok()?), 3),
        seconds => (Extent::For(Duration::from_secs(seconds.parse().ok()?)), 2),
    };
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/policies");
    let folder = arguments.get(rest).map_or(shipped, String::as_str);
    Some((seed, extent, PathBuf::from(folder)))
}

fn run(corpus: &Corpus, seed: u64, extent: &Extent) -> ExitCode {
    let mut tally = Tally::default();
    match extent {
        Extent::Only(number) => {
            println!("{}", Thrown::make(corpus, &mut Chance::new(seed, *number)).text());
            throw(corpus, seed, *number, &mut tally);
        }
        Extent::For(time) => {
            let (all, clean) = (corpus.texts.len(), corpus.clean());
            println!("seed {seed}, {all} policies of which {clean} check clean, {} s", time.as_secs());
            let start = Instant::now();
            while start.elapsed() < *time && tally.finds < MOST_FINDS {
                let number = tally.thrown;
                throw(corpus, seed, number, &mut tally);
            }
        }
    }
    println!("{tally}");
    ExitCode::from(u8::from(tally.finds > 0))
}

fn throw(corpus: &Corpus, seed: u64, number: u64, tally: &mut Tally) {
    tally.thrown += 1;
    match catch_unwind(AssertUnwindSafe(|| trial(corpus, seed, number))) {
        Ok(Ok(told)) => tally.add(number, &told),
        Ok(Err(what)) => find(tally, number, &what),
        // What panicked and where has been printed by then.
        Err(_) => find(tally, number, "a panic"),
    }
}

fn trial(corpus: &Corpus, seed: u64, number: u64) -> Result<Told, String> {
    let mut chance = Chance::new(seed, number);
    let thrown = Thrown::make(corpus, &mut chance);
    trial::run(&thrown, &mut chance)
}

fn find(tally: &mut Tally, number: u64, what: &str) {
    tally.finds += 1;
    println!("document {number}: {what}");
}
