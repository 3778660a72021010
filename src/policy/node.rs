use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

/// Deeper than this nobody writes rules; what lies below is left out and named as a mistake.
const DEEPEST: usize = 48;
/// The one key of the map that the `toml` crate shows a date as.
const TOML_DATE: &str = "$__toml_private_datetime";

/// A document as it was found: whatever JSON, TOML or another format of serde holds, unknown keys and wrong types
/// kept, in the order in which they stand. Reading one never fails, so that a checker can name every mistake at once.
///
/// ```
/// use handover::policy::Node;
///
/// let node: Node = serde_json::from_str(r#"{"id": 7, "oops": [true, null]}"#)?;
/// assert_eq!(node.get("id"), Some(&Node::Whole(7)));
/// assert_eq!(node.get("oops").map(Node::kind), Some("a list"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Node {
    /// `null`, or nothing at all.
    #[default]
    Nothing,
    /// True or false.
    Flag(bool),
    /// A whole number.
    Whole(i64),
    /// Any other number.
    Number(f64),
    /// Text. A date of TOML comes as its text.
    Text(Arc<str>),
    /// A list.
    List(Vec<Node>),
    /// A table, in the order of the document; a key that stands twice is here twice.
    Table(Vec<(Arc<str>, Node)>),
    /// Nested deeper than any rule is.
    TooDeep,
}

impl Node {
    /// What it is, in the words of somebody who never saw a type: "text", "a list".
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Flag(_) => "true or false",
            Self::Whole(_) => "a whole number",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::TooDeep => "a nesting too deep to read",
        }
    }

    /// The same in Dutch.
    #[must_use]
    pub const fn kind_nl(&self) -> &'static str {
        match self {
            Self::Nothing => "niets",
            Self::Flag(_) => "true of false",
            Self::Whole(_) => "een geheel getal",
            Self::Number(_) => "een getal",
            Self::Text(_) => "tekst",
            Self::List(_) => "een lijst",
            Self::Table(_) => "een tabel",
            Self::TooDeep => "een nesting die te diep is om te lezen",
        }
    }

    /// The first value under `key`, if this is a table that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Table(entries) => entries.iter().find(|(k, _)| &**k == key).map(|(_, node)| node),
            _ => None,
        }
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing | Self::TooDeep => serializer.serialize_unit(),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Whole(whole) => serializer.serialize_i64(*whole),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Table(entries) => serializer.collect_map(entries.iter().map(|(key, node)| (key, node))),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        At(0).deserialize(deserializer)
    }
}

/// Reads a node at a depth.
#[derive(Clone, Copy)]
struct At(usize);

impl<'de> DeserializeSeed<'de> for At {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        if self.0 > DEEPEST {
            return IgnoredAny::deserialize(deserializer).map(|_| Node::TooDeep);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for At {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Node, E> {
        Ok(Node::Flag(flag))
    }

    fn visit_i64<E>(self, whole: i64) -> Result<Node, E> {
        Ok(Node::Whole(whole))
    }

    fn visit_u64<E>(self, whole: u64) -> Result<Node, E> {
        Ok(i64::try_from(whole).map_or(Node::Number(whole as f64), Node::Whole))
    }

    fn visit_i128<E>(self, whole: i128) -> Result<Node, E> {
        Ok(i64::try_from(whole).map_or(Node::Number(whole as f64), Node::Whole))
    }

    fn visit_u128<E>(self, whole: u128) -> Result<Node, E> {
        Ok(i64::try_from(whole).map_or(Node::Number(whole as f64), Node::Whole))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(Arc::from(text)))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Node, E> {
        Ok(Node::List(bytes.iter().map(|byte| Node::Whole(i64::from(*byte))).collect()))
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Nothing)
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Nothing)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(At(self.0 + 1))? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut table = Vec::new();
        while let Some(key) = entries.next_key_seed(At(self.0 + 1))? {
            table.push((key_text(&key), entries.next_value_seed(At(self.0 + 1))?));
        }
        match table.as_slice() {
            [(key, Node::Text(date))] if &**key == TOML_DATE => Ok(Node::Text(Arc::clone(date))),
            _ => Ok(Node::Table(table)),
        }
    }
}

/// Formats other than JSON and TOML may have keys that are no text.
fn key_text(key: &Node) -> Arc<str> {
    match key {
        Node::Text(text) => Arc::clone(text),
        Node::Whole(whole) => Arc::from(whole.to_string()),
        Node::Number(number) => Arc::from(number.to_string()),
        Node::Flag(flag) => Arc::from(flag.to_string()),
        other => Arc::from(other.kind()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_kept_in_order() {
        let node: Node = serde_json::from_str(r#"{"b": 1, "a": [1.5, "x", null, true], "b": 2}"#).unwrap();
        let Node::Table(entries) = &node else { panic!("{node:?}") };
        assert_eq!(entries.iter().map(|(k, _)| &**k).collect::<Vec<_>>(), ["b", "a", "b"]);
        assert_eq!(entries[0].1, Node::Whole(1));
        assert_eq!(serde_json::to_string(&entries[1].1).unwrap(), r#"[1.5,"x",null,true]"#);
    }

    #[test]
    fn dates_of_toml_are_text() {
        let node: Node = toml::from_str("review_by = 2027-06-30").unwrap();
        assert_eq!(node.get("review_by"), Some(&Node::Text(Arc::from("2027-06-30"))));
    }

    #[test]
    fn depth_and_size_are_no_danger() {
        let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        let node: Node = serde_json::from_str(&deep).unwrap();
        assert!(format!("{node:?}").contains("TooDeep"));
        let big: Node = serde_json::from_str("18446744073709551615").unwrap();
        assert_eq!(big, Node::Number(18_446_744_073_709_551_615.0));
    }
}
