//! Macro-F1 with its interval.

/// Which labels hold in a message and which of them a model named, a bit a label: sets have fewer than 32.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    pub(crate) holds: u32,
    pub(crate) named: u32,
}

/// A row of bits from yes and no.
pub(crate) fn bits(flags: impl Iterator<Item = bool>) -> u32 {
    flags.zip(0..u32::BITS).fold(0, |bits, (flag, at)| bits | u32::from(flag) << at)
}

/// F1 of each label; 0 where none holds and none was named, as is usual.
pub(crate) fn f1(answers: impl Iterator<Item = Answer>, labels: usize) -> Vec<f64> {
    let mut counts = vec![(0_u32, 0_u32); labels];
    for Answer { holds, named } in answers {
        for (at, (both, either)) in counts.iter_mut().enumerate() {
            *both += (holds & named) >> at & 1;
            *either += (holds >> at & 1) + (named >> at & 1);
        }
    }
    counts.iter().map(|(both, either)| 2.0 * f64::from(*both) / f64::from((*either).max(1))).collect()
}

/// The mean of F1 over the labels, rare ones as heavy as frequent ones.
pub(crate) fn macro_f1(answers: impl Iterator<Item = Answer>, labels: usize) -> f64 {
    f1(answers, labels).iter().sum::<f64>() / labels.max(1) as f64
}

const DRAWS: usize = 1_000;

/// The 95 % interval of macro-F1 by the bootstrap: what as many rows drawn with repetition give, the outermost 2.5 % on
/// either side left out.
pub(crate) fn interval(answers: &[Answer], labels: usize) -> (f64, f64) {
    let mut dice = Dice(0);
    let mut drawn: Vec<f64> = (0..DRAWS)
        .map(|_| macro_f1((0..answers.len()).filter_map(|_| answers.get(dice.below(answers.len())).copied()), labels))
        .collect();
    drawn.sort_by(f64::total_cmp);
    let at = |share: usize| drawn.get(DRAWS * share / 1_000).copied().unwrap_or_default();
    (at(25), at(975))
}

/// SplitMix64 (Steele and others, 2014): the same rows are drawn on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ z >> 31) % count.max(1) as u64) as usize
    }
}
