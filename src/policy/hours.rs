use super::Date;
use crate::conversation::LocalTime;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The days of the week as documents name them, Monday first.
pub(crate) const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// The minutes of a day.
pub(crate) const DAY: u16 = 1440;

/// From a minute of the day up to another, which is no longer part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Opening {
    /// The first minute, 0 to 1439.
    pub from: u16,
    /// The minute at which it ends, 1 to 1440 and after `from`.
    pub until: u16,
}

impl Opening {
    /// The whole day.
    pub const ALL_DAY: Self = Self { from: 0, until: DAY };

    /// From `HH:MM-HH:MM`, with `24:00` for midnight at the end. The end may lie before the start: a checker says so.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (from, until) = text.split_once('-')?;
        Some(Self { from: minute(from)?, until: minute(until)? })
    }

    /// Whether the minute lies in it.
    #[must_use]
    pub const fn has(self, minute: u16) -> bool {
        self.from <= minute && minute < self.until
    }
}

impl fmt::Display for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, until } = self;
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, until / 60, until % 60)
    }
}

/// `HH:MM`, up to `24:00`.
fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let digits = |part: &str| !part.is_empty() && part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(hours) || !digits(minutes) || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (minutes < 60 && (hours < 24 || (hours == 24 && minutes == 0))).then_some(hours * 60 + minutes)
}

/// When people are there, over a week and on holidays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    /// Monday to Sunday; no opening is closed.
    pub week: [Vec<Opening>; 7],
    /// On a holiday, whatever day of the week it is.
    pub holidays: Vec<Opening>,
}

impl Hours {
    /// Day and night, on holidays too.
    pub(crate) fn always() -> Self {
        Self { week: std::array::from_fn(|_| vec![Opening::ALL_DAY]), holidays: vec![Opening::ALL_DAY] }
    }

    fn of_day(&self, weekday: u8, holiday: bool) -> &[Opening] {
        if holiday {
            return &self.holidays;
        }
        self.week.get(usize::from(weekday).saturating_sub(1)).map_or(&[], Vec::as_slice)
    }

    /// Whether people are there at a minute of a day of the week, 1 for Monday, that is a holiday or not.
    #[must_use]
    pub fn open(&self, weekday: u8, minute: u16, holiday: bool) -> bool {
        self.of_day(weekday, holiday).iter().any(|opening| opening.has(minute))
    }

    /// Whether anybody is there at any time of an ordinary week.
    #[must_use]
    pub fn ever_open(&self) -> bool {
        self.week.iter().any(|day| !day.is_empty())
    }

    /// Whether somebody is there day and night, on holidays too.
    #[must_use]
    pub fn always_open(&self) -> bool {
        self.week.iter().chain([&self.holidays]).all(|day| closed_at(day).is_none())
    }

    /// The first minute of a day, of those named Monday to Sunday and holiday, at which nobody is there: the weekday
    /// from 1, the minute, and whether it is a holiday.
    pub(crate) fn first_closed(&self) -> Option<(u8, u16, bool)> {
        let week = (1..).zip(&self.week).map(|(weekday, day)| (weekday, day, false));
        let mut all = week.chain([(1, &self.holidays, true)]);
        all.find_map(|(weekday, day, holiday)| closed_at(day).map(|minute| (weekday, minute, holiday)))
    }
}

/// The first minute of a day outside its openings, which are sorted.
fn closed_at(day: &[Opening]) -> Option<u16> {
    let covered =
        day.iter().fold(0, |end: u16, opening| if opening.from <= end { end.max(opening.until) } else { end });
    (covered < DAY).then_some(covered)
}

/// A day on which schedules follow their holiday hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holiday {
    /// This day.
    On(Date),
    /// This month and day, every year.
    Yearly(u8, u8),
}

impl Holiday {
    /// From `2026-12-25`, or `12-25` for every year.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(date) = Date::parse(text) {
            return Some(Self::On(date));
        }
        // Every day of a leap year exists.
        let date = Date::parse(&format!("2028-{text}"))?;
        Some(Self::Yearly(date.month(), date.day()))
    }

    /// Whether it falls on `local`.
    #[must_use]
    pub fn is(self, local: &LocalTime) -> bool {
        match self {
            Self::On(date) => (date.year(), date.month(), date.day()) == (local.year, local.month, local.day),
            Self::Yearly(month, day) => (month, day) == (local.month, local.day),
        }
    }
}

impl fmt::Display for Holiday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On(date) => date.fmt(f),
            Self::Yearly(month, day) => write!(f, "{month:02}-{day:02}"),
        }
    }
}

/// The schedules and holidays of a document: what is open when, on the service desk's clock.
///
/// ```
/// use handover::conversation::LocalTime;
/// use handover::policy::{Calendar, Hours, Opening};
/// use std::sync::Arc;
///
/// let mut desk = Hours::default();
/// desk.week[0] = vec![Opening::parse("09:00-17:00").unwrap()];
/// let mut calendar = Calendar::default();
/// calendar.hours.insert(Arc::from("desk"), desk);
///
/// // Tuesday 24 November 2026, 12:00: closed; it opens on the Monday after.
/// let tuesday = LocalTime { year: 2026, month: 11, day: 24, weekday: 2, minute: 720 };
/// assert!(!calendar.open("desk", &tuesday));
/// let opens = calendar.next_opening("desk", &tuesday).unwrap();
/// assert_eq!((opens.day, opens.weekday, opens.minute), (30, 1, 540));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// The schedules, by name.
    pub hours: BTreeMap<Arc<str>, Hours>,
    /// The days on which they follow their holiday hours.
    pub holidays: Vec<Holiday>,
}

impl Calendar {
    /// Whether `local` falls on a holiday.
    #[must_use]
    pub fn holiday(&self, local: &LocalTime) -> bool {
        self.holidays.iter().any(|holiday| holiday.is(local))
    }

    /// Whether people of a schedule are there at `local`; a schedule that is not listed is always open.
    #[must_use]
    pub fn open(&self, schedule: &str, local: &LocalTime) -> bool {
        self.hours.get(schedule).is_none_or(|hours| hours.open(local.weekday, local.minute, self.holiday(local)))
    }

    /// When a schedule opens next: now, where it is open; nothing where it stays closed for the year to come.
    #[must_use]
    pub fn next_opening(&self, schedule: &str, local: &LocalTime) -> Option<LocalTime> {
        let Some(hours) = self.hours.get(schedule) else { return Some(*local) };
        let mut date = Date::of(local)?;
        let mut moment = *local;
        for _ in 0..=366 {
            let openings = hours.of_day(moment.weekday, self.holiday(&moment));
            let later = openings.iter().filter(|opening| opening.until > moment.minute);
            if let Some(minute) = later.map(|opening| opening.from.max(moment.minute)).min() {
                return Some(LocalTime { minute, ..moment });
            }
            date = date.next();
            let (year, month, day) = (date.year(), date.month(), date.day());
            moment = LocalTime { year, month, day, weekday: moment.weekday % 7 + 1, minute: 0 };
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(year: i32, month: u8, day: u8, weekday: u8, minute: u16) -> LocalTime {
        LocalTime { year, month, day, weekday, minute }
    }

    fn calendar() -> Calendar {
        let day = vec![Opening::parse("09:00-12:30").unwrap(), Opening::parse("13:00-17:00").unwrap()];
        let mut desk = Hours::default();
        for weekday in 0..5 {
            desk.week[weekday] = day.clone();
        }
        desk.holidays = vec![Opening::parse("10:00-12:00").unwrap()];
        Calendar {
            hours: BTreeMap::from([(Arc::from("desk"), desk)]),
            holidays: vec![Holiday::parse("12-25").unwrap(), Holiday::parse("2026-12-28").unwrap()],
        }
    }

    #[test]
    fn times_are_read() {
        assert_eq!(Opening::parse("08:30-24:00"), Some(Opening { from: 510, until: 1440 }));
        for broken in ["8.30-17:00", "25:00-26:00", "08:60-09:00", "08:00", "-", "24:01-24:02", "08:00-17:0"] {
            assert_eq!(Opening::parse(broken), None, "{broken}");
        }
    }

    #[test]
    fn openings_end_before_their_last_minute() {
        let calendar = calendar();
        assert!(calendar.open("desk", &at(2026, 11, 23, 1, 749)));
        assert!(!calendar.open("desk", &at(2026, 11, 23, 1, 750)));
        assert!(!calendar.open("desk", &at(2026, 11, 22, 7, 600)));
        assert!(calendar.open("no such schedule", &at(2026, 11, 22, 7, 600)));
    }

    #[test]
    fn holidays_have_hours_of_their_own() {
        let calendar = calendar();
        assert!(calendar.open("desk", &at(2026, 12, 25, 5, 600)));
        assert!(!calendar.open("desk", &at(2026, 12, 25, 5, 900)));
        // Friday evening, and Monday the 28th is a holiday.
        let opens = calendar.next_opening("desk", &at(2026, 12, 25, 5, 1000)).unwrap();
        assert_eq!((opens.day, opens.weekday, opens.minute), (28, 1, 600));
    }

    #[test]
    fn what_never_opens_has_no_next_opening() {
        let mut calendar = calendar();
        calendar.hours.insert(Arc::from("never"), Hours::default());
        assert_eq!(calendar.next_opening("never", &at(2026, 12, 25, 5, 0)), None);
        assert_eq!(calendar.hours["desk"].first_closed(), Some((1, 0, false)));
        let always = Hours::always();
        assert!(always.always_open() && !calendar.hours["desk"].always_open());
    }
}
