//! The program's own clock: scripts give the same output on every day.

/// Monday, 4 January 2027, nine o'clock in UTC: when a script begins.
const BEGIN: u64 = 1_799_053_200_000;

/// A clock that stands still until somebody waits.
#[derive(Debug)]
pub(crate) struct Clock(u64);

impl Clock {
    /// A clock that goes on after the last thing that happened, if anything did.
    pub(crate) fn after(last: Option<u64>) -> Self {
        Self(last.map_or(BEGIN, |last| last.max(BEGIN)))
    }

    /// Milliseconds since the epoch.
    pub(crate) const fn now(&self) -> u64 {
        self.0
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, text: &str) -> Result<(), String> {
        let wrong = || format!("expected a time such as 90s, 20m, 4h or 2d, not `{text}`");
        let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let milliseconds = match unit {
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(wrong()),
        };
        self.0 = self.0.saturating_add(number.saturating_mul(milliseconds));
        Ok(())
    }
}

/// A moment as a person writes it.
pub(crate) fn moment(at: u64) -> String {
    let day = handover::conversation::LocalTime::from_utc(at, 0);
    format!("{}-{:02}-{:02} {:02}:{:02}", day.year, day.month, day.day, day.minute / 60, day.minute % 60)
}
