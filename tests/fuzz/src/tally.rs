use crate::trial::Told;
use std::fmt;
use std::time::Duration;

/// What a run came to.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) thrown: u64,
    read: u64,
    findings: u64,
    clean: u64,
    decisions: u64,
    proved: u64,
    held: u64,
    undecided: u64,
    pub(crate) finds: u64,
    /// The longest check and the longest proof, with the number of the document.
    check: (Duration, u64),
    proof: (Duration, u64),
}

impl Tally {
    pub(crate) fn add(&mut self, number: u64, told: &Told) {
        self.read += u64::from(told.read);
        self.findings += told.findings as u64;
        self.check = self.check.max((told.checked_in, number));
        self.clean += u64::from(told.decided.is_some());
        self.decisions += told.decided.unwrap_or(0) as u64;
        if let Some((held, undecided, took)) = told.proved {
            self.proved += 1;
            self.held += u64::from(held);
            self.undecided += u64::from(undecided);
            self.proof = self.proof.max((took, number));
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |(took, number): (Duration, u64)| format!("{:.1} ms (document {number})", took.as_secs_f64() * 1e3);
        writeln!(
            f,
            "{} documents thrown, {} of them readable, {} findings named",
            self.thrown, self.read, self.findings
        )?;
        writeln!(f, "{} checked clean and decided {} situations", self.clean, self.decisions)?;
        writeln!(
            f,
            "{} of those were proved: {} hold in everything, {} have something undecided",
            self.proved, self.held, self.undecided
        )?;
        writeln!(f, "longest check {}, longest proof {}", ms(self.check), ms(self.proof))?;
        write!(f, "{} finds", self.finds)
    }
}
