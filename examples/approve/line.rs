//! One line of a script: words, some of them in quotes, some of the form `name=value`.

use handover::approval::{Currency, Date, Money, Value};

/// The words of a line.
#[derive(Debug)]
pub(crate) struct Line(std::vec::IntoIter<String>);

impl Line {
    /// Cuts a line into words; nothing where it is empty or a remark.
    pub(crate) fn of(line: &str) -> Result<Option<Self>, String> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(None);
        }
        let (mut words, mut word, mut quoted, mut begun) = (Vec::new(), String::new(), false, false);
        for c in line.chars() {
            match c {
                '"' => (quoted, begun) = (!quoted, true),
                c if c.is_whitespace() && !quoted => {
                    if begun || !word.is_empty() {
                        words.push(std::mem::take(&mut word));
                    }
                    begun = false;
                }
                c => word.push(c),
            }
        }
        if quoted {
            return Err("a quotation mark is missing".to_owned());
        }
        if begun || !word.is_empty() {
            words.push(word);
        }
        Ok(Some(Self(words.into_iter())))
    }

    /// The next word, which has to be there.
    pub(crate) fn word(&mut self, what: &str) -> Result<String, String> {
        self.0.next().ok_or_else(|| format!("expected {what} here"))
    }

    /// The next word, if there is one.
    pub(crate) fn next(&mut self) -> Option<String> {
        self.0.next()
    }

    /// What is left, each as a name and a value; a bare word has none.
    pub(crate) fn pairs(self) -> impl Iterator<Item = (String, Option<String>)> {
        self.0.map(|word| match word.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (word, None),
        })
    }
}

/// A value by its form: `12`, `true`, `2027-01-31`, `12.50EUR`; everything else is text.
pub(crate) fn value(text: &str) -> Value {
    if let Ok(number) = text.parse::<i64>() {
        return number.into();
    }
    match text {
        "true" => true.into(),
        "false" => false.into(),
        _ => money(text).map(Value::from).or_else(|| date(text).map(Value::from)).unwrap_or_else(|| text.into()),
    }
}

/// `12.50EUR`: two digits after the point, as most currencies have.
pub(crate) fn money(text: &str) -> Option<Money> {
    let (number, code) = text.split_at_checked(text.len().checked_sub(3)?)?;
    let (whole, part) = number.split_once('.')?;
    let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    let minor: i64 = format!("{whole}{part}").parse().ok().filter(|_| digits)?;
    Some(Money::new(minor, Currency::new(code).ok()?))
}

fn date(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}
