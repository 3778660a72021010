use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A language. Dutch and English are built in; any other comes with a [pack](crate::language) that a host loads.
///
/// On the wire it is its code. A code that no pack is loaded for is a language all the same, so that what was stored
/// with a pack loads without it.
///
/// ```
/// use handover::text::Lang;
///
/// let german: Lang = "de".parse()?;
/// assert_eq!(german.code(), "de");
/// assert_eq!("nl".parse(), Ok(Lang::Nl));
/// assert!(!german.is_built_in() && Lang::En.is_built_in());
/// assert!("Deutsch".parse::<Lang>().is_err());
/// # Ok::<(), handover::text::NoLang>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lang {
    /// Dutch. Flemish is Dutch.
    Nl,
    /// English.
    En,
    /// Any other, by its code.
    Other(LangCode),
}

/// The code of a language that is not built in. It comes from parsing a [`Lang`], so Dutch and English never hide in one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LangCode([u8; 3]);

/// Something that is no language code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a language is named by its code of ISO 639: two or three small letters, such as `de`")]
pub struct NoLang;

impl Lang {
    /// The two that are built in, in the order that ties are broken in.
    pub const BUILT_IN: [Self; 2] = [Self::Nl, Self::En];

    /// The code of ISO 639-1, or of ISO 639-3 for a language without one.
    #[must_use]
    pub const fn code(&self) -> &str {
        match self {
            Self::Nl => "nl",
            Self::En => "en",
            Self::Other(code) => code.as_str(),
        }
    }

    /// Whether it needs no pack.
    #[must_use]
    pub const fn is_built_in(self) -> bool {
        !matches!(self, Self::Other(_))
    }
}

impl LangCode {
    /// The letters.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        let [.., third] = self.0;
        let letters = if third == 0 { self.0.split_at(2).0 } else { self.0.as_slice() };
        // Only small ASCII letters ever come in.
        match std::str::from_utf8(letters) {
            Ok(code) => code,
            Err(_) => "",
        }
    }
}

impl fmt::Debug for LangCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Lang {
    type Err = NoLang;

    fn from_str(code: &str) -> Result<Self, NoLang> {
        match code.as_bytes() {
            b"nl" => Ok(Self::Nl),
            b"en" => Ok(Self::En),
            letters if !letters.iter().all(u8::is_ascii_lowercase) => Err(NoLang),
            &[a, b] => Ok(Self::Other(LangCode([a, b, 0]))),
            &[a, b, c] => Ok(Self::Other(LangCode([a, b, c]))),
            _ => Err(NoLang),
        }
    }
}

impl Serialize for Lang {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Lang {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_survive_the_wire() {
        for code in ["nl", "en", "de", "fry"] {
            let lang: Lang = code.parse().unwrap();
            assert_eq!(lang.to_string(), code);
            assert_eq!(serde_json::from_str::<Lang>(&serde_json::to_string(&lang).unwrap()).unwrap(), lang);
        }
        for none in ["", "d", "DE", "deut", "d1", "de-AT", "dé"] {
            assert_eq!(none.parse::<Lang>(), Err(NoLang), "{none}");
        }
    }
}
