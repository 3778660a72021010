//! What word vectors cost: pooling a message, comparing two, and starting up.
//!
//! `cargo bench --bench vectors`; `-- --smoke` runs each once, to see that it runs.

#![allow(
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::expect_used,
    reason = "a bench prints, and stops where its own set-up is wrong"
)]

mod support;

use handover::text::Text;
use handover::vectors::WordVectors;
use std::hint::black_box;
use support::time;

/// A hundred characters each.
const MESSAGES: [(&str, &str); 4] = [
    ("Dutch", "Ik heb vorige week al twee keer gebeld over mijn rekening en nog steeds heeft niemand iets gedaan"),
    ("English", "I rang you twice last week about my bill and nobody has done anything about it, so what now then?"),
    (
        "Dutch, compounds and typos",
        "Mijn zorgverzekeringspolisblad en het energieleveranciersoverstapformulier zijn neit angekomen hoor",
    ),
    (
        "English, typos",
        "I wnat to cancle my subscritpion becuase the delivry nevr arived and custmer servise dosnt anwser me",
    ),
];

fn main() {
    let rounds = support::rounds();
    let vectors = WordVectors::shipped();
    println!("pooling a hundred characters");
    for (name, raw) in MESSAGES {
        let text = Text::new(raw);
        row(name, time(rounds, || drop(black_box(vectors.pooled(black_box(&text))))));
    }
    println!("the rest");
    let [a, b] = [MESSAGES[0].1, MESSAGES[1].1].map(|raw| vectors.pooled(&Text::new(raw)));
    row(
        "cosine of two",
        time(rounds, || {
            black_box(black_box(&a).cosine(black_box(&b)));
        }),
    );
    row("the shipped table, ready", time(rounds, || drop(black_box(WordVectors::shipped()))));
    let bytes: &'static [u8] = include_bytes!("../src/vectors/table.bin");
    let checked = || drop(black_box(WordVectors::from_bytes(black_box(bytes)).expect("the shipped table")));
    row("a table from outside, checked", time(rounds, checked));
    long(&vectors, rounds.min(5));
}

fn row(name: &str, (least, median): (f64, f64)) {
    println!("  {name:<34} {least:>9.3} {median:>9.3}");
}

/// It has to stay linear, so twice the text takes about twice the time.
fn long(vectors: &WordVectors, rounds: usize) {
    println!("pooling 32 KiB and 64 KiB");
    for (name, part) in
        [("known words", MESSAGES[0].1), ("unknown words", "angekmen "), ("one letter", "e"), ("digits", "1")]
    {
        let of = |size: usize| part.repeat(size / part.len());
        let (half, whole) = (of(32 << 10), of(64 << 10));
        let [half, whole] = [&half, &whole].map(|raw| {
            let text = Text::new(raw);
            time(rounds, || drop(black_box(vectors.pooled(&text)))).0
        });
        println!("  {name:<34} {half:>9.1} {whole:>9.1}   × {:.2}", whole / half);
    }
}
