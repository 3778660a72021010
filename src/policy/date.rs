use crate::conversation::LocalTime;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// A day of the calendar, in the Gregorian calendar of the service desk.
///
/// ```
/// use handover::policy::Date;
///
/// let date = Date::parse("2028-02-29").unwrap();
/// assert_eq!(date.next().to_string(), "2028-03-01");
/// assert_eq!(Date::parse("2027-02-29"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: i32,
    month: u8,
    day: u8,
}

impl Date {
    /// A day that exists.
    #[must_use]
    pub const fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let exists = year >= 0 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= days(year, month);
        if exists { Some(Self { year, month, day }) } else { None }
    }

    /// From `YYYY-MM-DD`; a time behind it is left out.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let date = text.split(['T', 't', ' ']).next()?;
        let mut parts = date.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let digits = |part: &str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
        if parts.next().is_some() || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
            return None;
        }
        Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    /// The day that a moment on the wall clock falls on.
    #[must_use]
    pub const fn of(local: &LocalTime) -> Option<Self> {
        Self::new(local.year, local.month, local.day)
    }

    /// The year.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.day
    }

    /// The day of the week, 1 for Monday to 7 for Sunday: Tomohiko Sakamoto's rule.
    pub(crate) fn weekday(self) -> u8 {
        const MONTHS: [i32; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
        let year = self.year - i32::from(self.month < 3);
        let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        let month = MONTHS.get(usize::from(self.month).saturating_sub(1)).copied().unwrap_or_default();
        let sunday = (year + leaps + month + i32::from(self.day)).rem_euclid(7);
        if sunday == 0 { 7 } else { sunday as u8 }
    }

    /// The day after; the last of the year 9999 stays.
    #[must_use]
    pub const fn next(self) -> Self {
        if self.day < days(self.year, self.month) {
            return Self { day: self.day + 1, ..self };
        }
        if self.month < 12 {
            return Self { month: self.month + 1, day: 1, ..self };
        }
        if self.year < 9999 { Self { year: self.year + 1, month: 1, day: 1 } } else { self }
    }
}

const fn days(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("expected a date such as 2027-06-30"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_week_are_those_of_the_clock() {
        for day in (0..80_000_u64).step_by(13) {
            let local = LocalTime::from_utc(day * 86_400_000, 0);
            assert_eq!(Date::of(&local).unwrap().weekday(), local.weekday, "{local:?}");
        }
    }
}
