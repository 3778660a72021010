//! A log in which any changed, dropped or moved byte shows, and from which a person can be erased all the same.
//!
//! Each entry holds the SHA-256 of the one before. What is personal stands in it only as a commitment: the SHA-256 of
//! a random salt and the value. Salt and value are kept elsewhere, in a [`Vault`]; forgetting them leaves the chain
//! whole and the person unknown, while whoever still has them can prove what the entry was about.
//!
//! ```
//! use handover::audit::{Chain, Entry, Vault, verify};
//!
//! let mut vault = Vault::default();
//! let mut chain = Chain::new();
//! let entry = Entry::new(1_000, "refund_approved").fact("rule", "small-refund").personal("customer", "c-81", "c-81");
//! let mut salts = (0..).map(|n| [n; 32]); // 32 random bytes each, from the host
//! let sealed = vec![chain.append(entry, &mut vault, || salts.next().unwrap_or_default())];
//!
//! let head = chain.head().clone(); // publish it now and then: it shows what is cut off behind
//! assert_eq!(verify(&sealed, Some(&head)), Ok(head.clone()));
//! assert!(vault.of("c-81").iter().all(|opening| opening.opens(&sealed[0])));
//!
//! vault.erase("c-81");
//! assert!(vault.of("c-81").is_empty());
//! assert_eq!(verify(&sealed, Some(&head)), Ok(head));
//! ```
//! A chain proves order and content. It does not prove that nothing was cut off at its end: for that the host hands
//! the head to somebody else from time to time, and verifies against it. Nor that what was logged is true.

mod approval;

use crate::hex::{from_hex, to_hex};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A SHA-256, as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&to_hex(&self.0))
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = from_hex(&text).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| de::Error::custom("expected 64 lower-case hexadecimal digits"))
    }
}

/// Writes parts with their length before them, so that no two lists of parts share their bytes.
struct Hasher(Sha256);

impl Hasher {
    fn of(domain: &str) -> Self {
        Self(Sha256::new()).part(domain.as_bytes())
    }

    fn part(mut self, bytes: &[u8]) -> Self {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
        self
    }

    fn done(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

/// Something to be logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    at: u64,
    kind: Arc<str>,
    facts: BTreeMap<Arc<str>, Arc<str>>,
    personal: Vec<Personal>,
}

/// A field that says something about somebody.
#[derive(Clone, PartialEq, Eq)]
struct Personal {
    field: Arc<str>,
    subject: Arc<str>,
    value: Arc<str>,
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Personal").field("field", &self.field).finish_non_exhaustive()
    }
}

impl Entry {
    /// Something that happened at `at`, in milliseconds since the epoch.
    #[must_use]
    pub fn new(at: u64, kind: impl Into<Arc<str>>) -> Self {
        Self { at, kind: kind.into(), facts: BTreeMap::new(), personal: Vec::new() }
    }

    /// A fact that is about nobody: it stands in the log as it is, for ever.
    #[must_use]
    pub fn fact(mut self, field: impl Into<Arc<str>>, value: impl Into<Arc<str>>) -> Self {
        self.facts.insert(field.into(), value.into());
        self
    }

    /// A fact about somebody: it stands in the log as a commitment. One field each; the last one counts.
    #[must_use]
    pub fn personal(
        mut self,
        field: impl Into<Arc<str>>,
        subject: impl Into<Arc<str>>,
        value: impl Into<Arc<str>>,
    ) -> Self {
        let personal = Personal { field: field.into(), subject: subject.into(), value: value.into() };
        self.personal.retain(|known| known.field != personal.field);
        self.personal.push(personal);
        self
    }
}

/// An entry of the chain, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    number: u64,
    at: u64,
    kind: Arc<str>,
    facts: BTreeMap<Arc<str>, Arc<str>>,
    commitments: BTreeMap<Arc<str>, Digest>,
    previous: Digest,
    hash: Digest,
}

impl Sealed {
    /// Which entry, counted from 0.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// What kind of thing happened.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// When, in milliseconds since the epoch.
    #[must_use]
    pub const fn at(&self) -> u64 {
        self.at
    }

    /// The facts that are about nobody.
    #[must_use]
    pub const fn facts(&self) -> &BTreeMap<Arc<str>, Arc<str>> {
        &self.facts
    }

    /// The commitments, by field.
    #[must_use]
    pub const fn commitments(&self) -> &BTreeMap<Arc<str>, Digest> {
        &self.commitments
    }

    fn computed(&self) -> Digest {
        let mut hasher = Hasher::of("handover.audit.1")
            .part(&self.previous.0)
            .part(&self.number.to_be_bytes())
            .part(&self.at.to_be_bytes())
            .part(self.kind.as_bytes())
            .part(&(self.facts.len() as u64).to_be_bytes());
        for (field, value) in &self.facts {
            hasher = hasher.part(field.as_bytes()).part(value.as_bytes());
        }
        for (field, commitment) in &self.commitments {
            hasher = hasher.part(field.as_bytes()).part(&commitment.0);
        }
        hasher.done()
    }
}

/// Salt and value of a commitment: the only place where the value stands. Keep it apart from the chain.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    number: u64,
    field: Arc<str>,
    salt: Digest,
    value: Arc<str>,
}

impl Opening {
    /// Which entry.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Which field of it.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What it says.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Whether this is what an entry committed to.
    #[must_use]
    pub fn opens(&self, sealed: &Sealed) -> bool {
        sealed.number == self.number && sealed.commitments.get(&self.field) == Some(&self.commitment())
    }

    fn commitment(&self) -> Digest {
        Hasher::of("handover.commitment.1").part(&self.salt.0).part(self.value.as_bytes()).done()
    }
}

impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening").field("number", &self.number).field("field", &self.field).finish_non_exhaustive()
    }
}

/// Salts and values by the person whom they are about: what is forgotten when somebody is erased.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Vault(BTreeMap<Arc<str>, Vec<Opening>>);

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({} subjects)", self.0.len())
    }
}

impl Vault {
    /// What is kept of somebody: also what they may ask to see.
    #[must_use]
    pub fn of(&self, subject: &str) -> &[Opening] {
        self.0.get(subject).map_or(&[], Vec::as_slice)
    }

    /// Forgets somebody. How many fields that were.
    pub fn erase(&mut self, subject: &str) -> usize {
        self.0.remove(subject).map_or(0, |openings| openings.len())
    }
}

/// Where a chain stands: how many entries, and the hash of the last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// How many entries there are.
    pub entries: u64,
    /// The hash of the last; all zero where there is none.
    pub hash: Digest,
}

/// Seals entries one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    head: Head,
}

impl Chain {
    /// A chain without entries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Goes on from where a chain stood.
    #[must_use]
    pub const fn resume(head: Head) -> Self {
        Self { head }
    }

    /// Where it stands. Handed to somebody else, it shows later what was cut off or written anew.
    #[must_use]
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// Seals an entry. `salt` gives 32 random bytes for each personal field, which go into the vault with it: salts
    /// that can be guessed let anybody try out values.
    pub fn append(&mut self, entry: Entry, vault: &mut Vault, mut salt: impl FnMut() -> [u8; 32]) -> Sealed {
        let number = self.head.entries;
        let mut commitments = BTreeMap::new();
        for Personal { field, subject, value } in entry.personal {
            let opening = Opening { number, field, salt: Digest(salt()), value };
            commitments.insert(opening.field.clone(), opening.commitment());
            vault.0.entry(subject).or_default().push(opening);
        }
        let Entry { at, kind, facts, .. } = entry;
        let previous = self.head.hash;
        let mut sealed = Sealed { number, at, kind, facts, commitments, previous, hash: Digest::default() };
        sealed.hash = sealed.computed();
        self.head = Head { entries: number + 1, hash: sealed.hash };
        sealed
    }
}

/// What is wrong with a chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Tampered {
    /// An entry is not what was sealed.
    #[error("entry {at} is not what was sealed")]
    Changed {
        /// Which, counted from 0 as it stands there.
        at: u64,
    },
    /// An entry does not follow the one before it: one was dropped, moved, or put in.
    #[error("entry {at} does not follow the one before it: something was dropped, moved or put in")]
    Broken {
        /// Which, counted from 0 as it stands there.
        at: u64,
    },
    /// The chain ends elsewhere than its head says.
    #[error("the chain has {found} entries and another end than the head says, which has {expected}")]
    OtherHead {
        /// How many there are.
        found: u64,
        /// How many there should be.
        expected: u64,
    },
    /// A line is not written as it was.
    #[error("line {line} is not written as it was sealed")]
    Line {
        /// Which line, from 1.
        line: usize,
    },
}

/// Verifies a whole chain, and against a head that was kept elsewhere if there is one. Linear.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify<'a>(entries: impl IntoIterator<Item = &'a Sealed>, head: Option<&Head>) -> Result<Head, Tampered> {
    let mut so_far = Head::default();
    for sealed in entries {
        let at = so_far.entries;
        if sealed.computed() != sealed.hash {
            return Err(Tampered::Changed { at });
        }
        if sealed.number != at || sealed.previous != so_far.hash {
            return Err(Tampered::Broken { at });
        }
        so_far = Head { entries: at + 1, hash: sealed.hash };
    }
    match head {
        Some(head) if *head != so_far => Err(Tampered::OtherHead { found: so_far.entries, expected: head.entries }),
        _ => Ok(so_far),
    }
}

/// Verifies a log of one entry a line, byte for byte: each line has to be just what `write` makes of what `read` reads
/// in it, so that not even a blank can be added.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify_lines(
    text: &str,
    read: impl Fn(&str) -> Option<Sealed>,
    write: impl Fn(&Sealed) -> Option<String>,
    head: Option<&Head>,
) -> Result<Head, Tampered> {
    let mut entries = Vec::new();
    for (at, line) in text.split_inclusive('\n').enumerate() {
        let wrong = Tampered::Line { line: at + 1 };
        let bare = line.strip_suffix('\n').ok_or(wrong.clone())?;
        let sealed = read(bare).filter(|sealed| write(sealed).as_deref() == Some(bare)).ok_or(wrong)?;
        entries.push(sealed);
    }
    verify(&entries, head)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> (Vec<Sealed>, Vault, Head) {
        let (mut chain, mut vault, mut salt) = (Chain::new(), Vault::default(), 0);
        let mut random = || {
            salt += 1;
            [salt; 32]
        };
        let entries = ["anna", "bas", "anna"].iter().enumerate().map(|(n, who)| {
            Entry::new(n as u64, "voted").fact("answer", "approve").personal("by", *who, *who).personal("to", "c", "c")
        });
        let sealed = entries.map(|entry| chain.append(entry, &mut vault, &mut random)).collect();
        (sealed, vault, chain.head().clone())
    }

    fn lines(sealed: &[Sealed]) -> String {
        sealed.iter().map(|s| serde_json::to_string(s).unwrap() + "\n").collect()
    }

    fn verified(text: &str, head: Option<&Head>) -> Result<Head, Tampered> {
        verify_lines(text, |l| serde_json::from_str(l).ok(), |s| serde_json::to_string(s).ok(), head)
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_found() {
        let (sealed, _, head) = log();
        let text = lines(&sealed);
        assert_eq!(verified(&text, Some(&head)), Ok(head.clone()));
        for at in 0..text.len() {
            let (cut, _) = text.split_at(at);
            assert!(verified(cut, Some(&head)).is_err(), "cut at {at}");
            for bit in 0..8 {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let found = std::str::from_utf8(&bytes).map_or(true, |text| verified(text, Some(&head)).is_err());
                assert!(found, "bit {bit} of byte {at}");
            }
        }
    }

    #[test]
    fn without_the_head_all_but_a_cut_at_the_end_is_found() {
        let (sealed, ..) = log();
        let [a, b, c] = <[Sealed; 3]>::try_from(sealed).unwrap();
        assert!(verify([&a, &b], None).is_ok());
        for wrong in [vec![&b, &c], vec![&a, &c], vec![&b, &a, &c], vec![&a, &b, &b], vec![&a, &a]] {
            assert!(matches!(verify(wrong, None), Err(Tampered::Broken { .. })));
        }
        let mut forged = b.clone();
        forged.facts.insert("answer".into(), "reject".into());
        assert_eq!(verify([&a, &forged, &c], None), Err(Tampered::Changed { at: 1 }));
        forged.hash = forged.computed();
        assert_eq!(verify([&a, &forged, &c], None), Err(Tampered::Broken { at: 2 }));
    }

    #[test]
    fn an_erased_person_can_no_longer_be_told_and_the_chain_is_whole() {
        let (sealed, mut vault, head) = log();
        assert!(!lines(&sealed).contains("anna"));
        let kept = vault.of("anna").to_vec();
        assert!(kept.iter().all(|opening| opening.opens(&sealed[opening.number() as usize])));
        assert!(!kept[0].opens(&sealed[1]) && !kept[0].opens(&sealed[2]));
        assert_eq!(vault.erase("anna"), 2);
        assert!(vault.of("anna").is_empty() && !vault.of("bas").is_empty());
        assert_eq!(verify(&sealed, Some(&head)), Ok(head));
        // The same name under another salt is another commitment: the log does not show that it was the same person.
        assert_ne!(sealed[0].commitments["by"], sealed[2].commitments["by"]);
        assert!(!format!("{kept:?} {vault:?}").contains("anna"));
    }

    #[test]
    fn a_chain_goes_on_where_it_stood() {
        let (mut sealed, mut vault, head) = log();
        let mut chain = Chain::resume(head);
        sealed.push(chain.append(Entry::new(9, "more"), &mut vault, || [9; 32]));
        assert_eq!(verify(&sealed, Some(chain.head())).unwrap().entries, 4);
    }
}
