//! The policy room beside Cedar and Regorus: the same twenty rules, the same 2,000 situations.
//!
//! `cargo bench` first asks all three which rules match in every situation, and stops where they differ; then it times
//! them, one after another within each round, on one thread and by its own clock: what other programs take from it does
//! not count, only how much slower they make it. `-- --smoke` runs one round.

mod cases;
mod cedar;
mod ours;
mod rego;

use cases::Case;
use cedar::Cedar;
use cpu_time::ThreadTime;
use handover::escalation::EscalationPolicy;
use ours::Ours;
use rego::Rego;
use std::collections::BTreeSet;
use std::hint::black_box;

fn main() {
    let rounds = if std::env::args().any(|argument| argument == "--smoke") { 1 } else { 101 };
    let cases = cases::all();
    same_answers(&cases);
    report(&mut rows(&cases), rounds);
}

/// Stops where two of them say something else of one situation.
fn same_answers(cases: &[Case]) {
    let (ours, cedar, mut rego) = (Ours::new(), Cedar::new(), Rego::new());
    assert_eq!(ours.rules().collect::<BTreeSet<_>>(), cedar.rules().collect(), "the rules have the same ids");
    let (mut seen, mut matches) = (BTreeSet::new(), 0);
    for (number, case) in cases.iter().enumerate() {
        let now = ours::situation(case);
        let found = ours.matching(&now);
        assert_eq!(found, cedar.matching(&cedar.request(case)), "situation {number}: Cedar");
        assert_eq!(found, rego.matching(&rego::input(case)), "situation {number}: Regorus");
        assert_eq!(ours.outcome(&now), ours.meant(&now, &found), "situation {number}: the decision");
        matches += found.len();
        seen.extend(found);
    }
    assert_eq!(seen.len(), ours.rules().count(), "every rule matches somewhere");
    println!("{} rules, {} situations, {matches} matches: the same answers from all three", seen.len(), cases.len());
}

/// One thing that is timed: all cases, one after another.
struct Row<'c> {
    name: &'static str,
    all: Box<dyn FnMut() + 'c>,
    /// Nanoseconds for one situation, a round each.
    times: Vec<f64>,
}

impl<'c> Row<'c> {
    fn new(name: &'static str, all: impl FnMut() + 'c) -> Self {
        Self { name, all: Box::new(all), times: Vec::new() }
    }

    fn time(&mut self, cases: usize) {
        let start = ThreadTime::now();
        (self.all)();
        self.times.push(start.elapsed().as_secs_f64() * 1e9 / cases as f64);
    }

    /// The least and the median.
    fn figures(&self) -> (f64, f64) {
        let mut sorted = self.times.clone();
        sorted.sort_by(f64::total_cmp);
        (sorted[0], sorted[sorted.len() / 2])
    }
}

fn rows(cases: &[Case]) -> Vec<Row<'_>> {
    let [matching, decision, built] = [(); 3].map(|()| Ours::new().policy);
    let [cedar, cedar_built] = [(); 2].map(|()| Cedar::new());
    let [mut rego, mut rego_built] = [(); 2].map(|()| Rego::new());
    let situations: Vec<_> = cases.iter().map(ours::situation).collect();
    let decided = situations.clone();
    let requests: Vec<_> = cases.iter().map(|case| cedar.request(case)).collect();
    let inputs: Vec<_> = cases.iter().map(rego::input).collect();
    vec![
        Row::new("handover: matching rules", move || each(&situations, |now| matching.matches(now))),
        Row::new("handover: whole decision", move || each(&decided, |now| decision.decide(now))),
        Row::new("handover: decision, input made", move || each(cases, |case| built.decide(&ours::situation(case)))),
        Row::new("Regorus VM: matching rules", move || each(&inputs, |input| rego.decide(input))),
        Row::new("Regorus VM: input made", move || each(cases, |case| rego_built.decide(&rego::input(case)))),
        Row::new("Cedar: matching rules", move || each(&requests, |request| cedar.decide(request))),
        Row::new("Cedar: input made", move || each(cases, |case| cedar_built.decide(&cedar_built.request(case)))),
    ]
}

/// Has one answer after another made, and lets go of it.
fn each<'i, I, A: 'i>(inputs: &'i [I], mut answer: impl FnMut(&'i I) -> A) {
    inputs.iter().for_each(|input| drop(black_box(answer(black_box(input)))));
}

fn report(rows: &mut [Row<'_>], rounds: usize) {
    for _ in 0..rounds {
        rows.iter_mut().for_each(|row| row.time(cases::CASES));
    }
    let head = format!("nanoseconds of processor time for one situation, {rounds} rounds");
    println!("{head:<62} {:>9} {:>9}", "least", "median");
    for row in rows.iter() {
        let (least, median) = row.figures();
        println!("  {:<60} {least:>9.0} {median:>9.0}", row.name);
    }
    println!("{:<62} {:>9} {:>9}", "times as long as handover", "by least", "by median");
    for (theirs, ours) in [(3, 0), (3, 1), (4, 2), (5, 0), (5, 1), (6, 2)] {
        let (theirs, ours) = (&rows[theirs], &rows[ours]);
        let ((least, median), (our_least, our_median)) = (theirs.figures(), ours.figures());
        let name = format!("{} / {}", theirs.name, ours.name);
        println!("  {name:<60} {:>9.1} {:>9.1}", least / our_least, median / our_median);
    }
}
