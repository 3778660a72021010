//! The arguments of an action, and the bytes that stand for it.

use crate::hex::{from_hex, to_hex};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// How deep values may be nested.
pub(crate) const DEEPEST: usize = 8;

/// The arguments of an action by name, defaults already filled in: what the host would run, not what a model wrote.
pub type Arguments = BTreeMap<Arc<str>, Value>;

/// One argument. There are no floating-point numbers, on purpose: two machines may write the same one differently,
/// and nobody can say whether 19.999 999 was meant. Money is whole minor units.
///
/// Text is taken byte for byte. Bring it to Unicode form NFC before, or the same word in two forms is two actions: a
/// vote on one is then no vote on the other, which fails closed. `Debug` shows the kind of a value, never the value.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Text, byte for byte.
    Text(Arc<str>),
    /// An amount.
    Money(Money),
    /// A day.
    Date(Date),
    /// A moment, in milliseconds since the epoch.
    Moment(u64),
    /// Several, in their order.
    List(Vec<Value>),
    /// Named ones.
    Map(Arguments),
}

impl Value {
    /// Text.
    #[must_use]
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    const fn kind(&self) -> &'static str {
        match self {
            Self::Bool(_) => "Bool",
            Self::Integer(_) => "Integer",
            Self::Text(_) => "Text",
            Self::Money(_) => "Money",
            Self::Date(_) => "Date",
            Self::Moment(_) => "Moment",
            Self::List(_) => "List",
            Self::Map(_) => "Map",
        }
    }

    /// How deep it is nested: 1 for a plain value.
    pub(crate) fn depth(&self) -> usize {
        let inner = match self {
            Self::List(values) => values.iter().map(Self::depth).max(),
            Self::Map(values) => values.values().map(Self::depth).max(),
            _ => None,
        };
        1 + inner.unwrap_or(0)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(…)", self.kind())
    }
}

macro_rules! from {
    ($($type:ty => $variant:ident),*) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}

from!(bool => Bool, i64 => Integer, i32 => Integer, u32 => Integer, &str => Text, String => Text, Money => Money, Date => Date, Vec<Value> => List, Arguments => Map);

/// An amount of money in whole minor units: cents, pence, øre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units; negative for what the customer pays.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// So many minor units of a currency.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// So many euro cents.
    #[must_use]
    pub const fn eur(minor: i64) -> Self {
        Self::new(minor, Currency::EUR)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.currency.minor_digits();
        let unit = 10_u64.pow(digits);
        let (sign, minor) = (if self.minor < 0 { "-" } else { "" }, self.minor.unsigned_abs());
        match digits {
            0 => write!(f, "{sign}{minor} {}", self.currency),
            _ => {
                let width = digits as usize;
                write!(f, "{sign}{}.{:0width$} {}", minor / unit, minor % unit, self.currency)
            }
        }
    }
}

/// A currency by its ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The euro.
    pub const EUR: Self = Self(*b"EUR");

    /// The currency of a code: three capital letters.
    ///
    /// # Errors
    /// Anything else; whether the code is assigned is not looked up.
    ///
    /// ```
    /// use handover::approval::Currency;
    ///
    /// assert_eq!(Currency::new("EUR"), Ok(Currency::EUR));
    /// assert!(Currency::new("euro").is_err());
    /// ```
    pub fn new(code: &str) -> Result<Self, NoCurrency> {
        let bytes: [u8; 3] = code.as_bytes().try_into().map_err(|_| NoCurrency)?;
        if bytes.iter().all(u8::is_ascii_uppercase) { Ok(Self(bytes)) } else { Err(NoCurrency) }
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// How many digits the minor unit has, by ISO 4217: 2 except for a few.
    const fn minor_digits(self) -> u32 {
        match &self.0 {
            b"JPY" | b"KRW" | b"ISK" | b"VND" | b"CLP" | b"UGX" | b"XAF" | b"XOF" => 0,
            b"BHD" | b"KWD" | b"OMR" | b"TND" | b"JOD" | b"IQD" | b"LYD" => 3,
            _ => 2,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// Not the code of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the three capital letters of a currency, as in EUR")]
pub struct NoCurrency;

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "(u16, u8, u8)", into = "(u16, u8, u8)")]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// A day, if there is one.
    ///
    /// ```
    /// use handover::approval::Date;
    ///
    /// assert_eq!(Date::new(2028, 2, 29).map(|d| d.to_string()).as_deref(), Some("2028-02-29"));
    /// assert_eq!(Date::new(2027, 2, 29), None);
    /// ```
    #[must_use]
    pub const fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => 0,
        };
        if day >= 1 && day <= days { Some(Self { year, month, day }) } else { None }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl TryFrom<(u16, u8, u8)> for Date {
    type Error = NoDate;

    fn try_from((year, month, day): (u16, u8, u8)) -> Result<Self, NoDate> {
        Self::new(year, month, day).ok_or(NoDate)
    }
}

impl From<Date> for (u16, u8, u8) {
    fn from(date: Date) -> Self {
        (date.year, date.month, date.day)
    }
}

/// No day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected [year, month, day] of a day that exists")]
pub struct NoDate;

/// The bytes that stand for exactly one action: what a vote, a permit and a claim are held against.
///
/// A domain tag, then every part with a byte for its type and its length before it, so that no two actions share
/// their bytes and none is the beginning of another. Compared as they are; there is no digest that could collide.
/// Stored as hexadecimal text; `Debug` shows the length alone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Canonical(Arc<[u8]>);

impl Canonical {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Canonical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Canonical({} bytes)", self.0.len())
    }
}

impl Serialize for Canonical {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&to_hex(&self.0))
    }
}

impl<'de> Deserialize<'de> for Canonical {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        from_hex(&text).map(|bytes| Self(bytes.into())).ok_or_else(|| de::Error::custom("expected hexadecimal bytes"))
    }
}

/// Writes canonical bytes.
pub(crate) struct Encoder(Vec<u8>);

impl Encoder {
    /// Starts with a domain tag, so that bytes made for one purpose never pass for another.
    pub(crate) fn of(domain: &str) -> Self {
        let mut encoder = Self(Vec::with_capacity(128));
        encoder.text(domain);
        encoder
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.part(b's', text.as_bytes());
    }

    pub(crate) fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.part(b'0', &[]),
        }
    }

    pub(crate) fn number(&mut self, number: u64) {
        self.part(b'u', &number.to_be_bytes());
    }

    pub(crate) fn count(&mut self, tag: u8, count: usize) {
        self.part(tag, &(count as u64).to_be_bytes());
    }

    pub(crate) fn arguments(&mut self, arguments: &Arguments) {
        self.count(b'm', arguments.len());
        for (name, value) in arguments {
            self.text(name);
            self.value(value);
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Bool(yes) => self.part(b'b', &[u8::from(*yes)]),
            Value::Integer(number) => self.part(b'i', &number.to_be_bytes()),
            Value::Text(text) => self.text(text),
            Value::Money(money) => {
                self.part(b'c', &money.currency.0);
                self.part(b'i', &money.minor.to_be_bytes());
            }
            Value::Date(date) => {
                let [high, low] = date.year.to_be_bytes();
                self.part(b'd', &[high, low, date.month, date.day]);
            }
            Value::Moment(at) => self.number(*at),
            Value::List(values) => {
                self.count(b'l', values.len());
                values.iter().for_each(|v| self.value(v));
            }
            Value::Map(values) => self.arguments(values),
        }
    }

    fn part(&mut self, tag: u8, bytes: &[u8]) {
        self.0.push(tag);
        self.0.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn done(self) -> Canonical {
        Canonical(self.0.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes(value: &Value) -> Canonical {
        let mut encoder = Encoder::of("test");
        encoder.value(value);
        encoder.done()
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Integer),
            any::<u64>().prop_map(Value::Moment),
            "[a-c]{0,3}".prop_map(Value::text),
            (any::<i64>(), "[A-C]{3}").prop_map(|(m, c)| Money::new(m, Currency::new(&c).unwrap()).into()),
        ];
        leaf.prop_recursive(3, 16, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::List),
                prop::collection::btree_map("[a-c]{0,2}".prop_map(Arc::from), inner, 0..3).prop_map(Value::Map),
            ]
        })
    }

    proptest! {
        #[test]
        fn two_values_share_bytes_only_if_they_are_one(a in values(), b in values()) {
            prop_assert_eq!(a == b, bytes(&a) == bytes(&b));
            let (long, short) = (bytes(&a), bytes(&b));
            prop_assert!(a == b || !long.bytes().starts_with(short.bytes()));
        }
    }

    #[test]
    fn no_value_shows_in_debug() {
        let value = Value::List(vec!["rekening NL00BANK".into(), Money::eur(1_234).into()]);
        assert_eq!(format!("{value:?}"), "List(…)");
    }

    #[test]
    fn money_reads_as_people_write_it() {
        assert_eq!(Money::eur(-1_205).to_string(), "-12.05 EUR");
        assert_eq!(Money::eur(i64::MIN).to_string(), "-92233720368547758.08 EUR");
        assert_eq!(Money::new(1_205, Currency::new("JPY").unwrap()).to_string(), "1205 JPY");
        assert_eq!(Money::new(5, Currency::new("KWD").unwrap()).to_string(), "0.005 KWD");
    }

    #[test]
    fn a_float_is_refused_on_entry() {
        assert!(serde_json::from_str::<Value>(r#"{"integer":1.5}"#).is_err());
        assert!(serde_json::from_str::<Value>(r#"{"money":{"minor":1.5,"currency":"EUR"}}"#).is_err());
        assert!(serde_json::from_str::<Value>(r#"{"date":[2027,2,30]}"#).is_err());
    }
}
