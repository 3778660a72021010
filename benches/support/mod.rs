//! The timer that all benches share.

use std::time::{Duration, Instant};

/// How many rounds to run: one for `--smoke`, to see that it runs.
pub(crate) fn rounds() -> usize {
    let smoke = std::env::args().any(|a| a == "--smoke" || a == "--test");
    let rounds = if smoke { 1 } else { 31 };
    println!(
        "{}",
        if smoke {
            "smoke run: one round, figures mean nothing"
        } else {
            "least and median of 31 rounds, in microseconds"
        }
    );
    rounds
}

/// The least and the median time of one call in microseconds, over rounds of a millisecond or more.
pub(crate) fn time(rounds: usize, mut call: impl FnMut()) -> (f64, f64) {
    let start = Instant::now();
    call();
    let once = start.elapsed().max(Duration::from_nanos(50));
    let calls =
        if rounds == 1 { 1 } else { (Duration::from_millis(2).as_nanos() / once.as_nanos()).clamp(1, 20_000) as u32 };
    let mut times: Vec<f64> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            (0..calls).for_each(|_| call());
            start.elapsed().as_secs_f64() * 1e6 / f64::from(calls)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (times[0], times[times.len() / 2])
}
