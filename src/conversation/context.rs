use super::Channel;
use crate::text::Lang;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What only the host knows, now.
///
/// ```
/// use handover::conversation::{Context, LocalTime};
///
/// let context = Context::at(1_764_000_000_000);
/// assert_eq!(context.local, LocalTime::from_utc(1_764_000_000_000, 0));
/// assert_eq!((context.local.weekday, context.local.minute), (1, 960));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Context {
    /// The time, in milliseconds since the epoch.
    pub now: u64,
    /// The same moment where the service desk is: opening hours are local, and the core knows no time zones.
    pub local: LocalTime,
    /// Who is there to take over.
    pub availability: Availability,
    /// Facts about the customer that rules may use. They never lower an outcome.
    pub attributes: BTreeMap<Arc<str>, Arc<str>>,
    /// Contacts about the same matter before this conversation, as the host counts them.
    pub prior_contacts: u32,
    /// Where the customer is with the company (onboarding, contract, leaving …), in the host's words.
    pub stage: Option<Arc<str>>,
    /// The language to write notices in where the conversation doesn't tell.
    pub language: Option<Lang>,
}

impl Context {
    /// A context of nothing but the time: availability unknown, local time taken as UTC.
    #[must_use]
    pub fn at(now: u64) -> Self {
        Self { now, local: LocalTime::from_utc(now, 0), ..Self::default() }
    }
}

/// A moment on the wall clock of the service desk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LocalTime {
    /// The year.
    pub year: i32,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, 1 to 31.
    pub day: u8,
    /// The day of the week, 1 for Monday to 7 for Sunday.
    pub weekday: u8,
    /// The minute of the day, 0 to 1439.
    pub minute: u16,
}

impl LocalTime {
    /// The wall clock at `now`, milliseconds since 1970 in UTC, `offset` minutes east of UTC.
    ///
    /// Days are turned into dates with the proleptic Gregorian calendar, as in Howard Hinnant's
    /// "chrono-Compatible Low-Level Date Algorithms".
    #[must_use]
    pub fn from_utc(now: u64, offset: i32) -> Self {
        let minutes = i64::try_from(now / 60_000).unwrap_or(i64::MAX / 2) + i64::from(offset);
        let (days, minute) = (minutes.div_euclid(1440), minutes.rem_euclid(1440));
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        Self {
            year: i32::try_from(year_of_era + era * 400 + i64::from(month <= 2)).unwrap_or(i32::MAX),
            month: month as u8,
            day: (day_of_year - (153 * march_month + 2) / 5 + 1) as u8,
            weekday: ((days + 3).rem_euclid(7) + 1) as u8,
            minute: minute as u16,
        }
    }
}

/// Who is there to take over. Whatever stands here changes how a person is reached, never whether.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Availability {
    /// The state of each queue, by name. A queue that is not listed is unknown: routed to as if it were open, with
    /// no promise made.
    pub queues: BTreeMap<Arc<str>, QueueState>,
    /// How old this picture is, in milliseconds; a stale one counts as unknown.
    pub age: u64,
    /// Channels that can't pass a live conversation on: a call-back or a ticket is made there.
    pub no_transfer: Vec<Channel>,
}

/// One queue, now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueState {
    /// Whether people work on it at this hour.
    pub open: bool,
    /// People free to take a conversation.
    pub free: u32,
    /// The expected wait in milliseconds, where known.
    pub wait: Option<u64>,
    /// When it opens next, in milliseconds since the epoch, where it is closed.
    pub opens_at: Option<u64>,
    /// Whether it takes call-backs.
    pub callbacks: bool,
}

impl QueueState {
    /// Open, somebody free.
    #[must_use]
    pub const fn open() -> Self {
        Self { open: true, free: 1, wait: Some(0), opens_at: None, callbacks: true }
    }

    /// Closed until `opens_at`.
    #[must_use]
    pub const fn closed(opens_at: u64) -> Self {
        Self { open: false, free: 0, wait: None, opens_at: Some(opens_at), callbacks: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_right() {
        let of = |ms, offset| {
            let t = LocalTime::from_utc(ms, offset);
            (t.year, t.month, t.day, t.weekday, t.minute)
        };
        assert_eq!(of(0, 0), (1970, 1, 1, 4, 0));
        assert_eq!(of(951_782_400_000, 0), (2000, 2, 29, 2, 0));
        assert_eq!(of(951_782_400_000, -60), (2000, 2, 28, 1, 1380));
        assert_eq!(of(1_798_761_540_000, 60), (2027, 1, 1, 5, 59));
        let _ = LocalTime::from_utc(u64::MAX, i32::MAX);
    }
}
