//! The shipped word vectors, and tables of a host's own: agreement with what made them, meaning, damage.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it is surprised")]

#[path = "../examples/train/artefact.rs"]
mod artefact;

use artefact::{Artefact, ArtefactError};
use handover::text::Text;
use handover::vectors::{Bits, Embedder, Embedding, TableBuilder, TableError, WordVectors};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

const ARTEFACT: &[u8] = include_bytes!("../examples/train/vectors.bin");
/// What the teacher's program wrote with the artefact: a message, its tokens, the length of their sum, its vector.
const ORACLE: &str = include_str!("vectors/oracle.tsv");
/// Messages of the oracle that `Text` folds or cuts otherwise than the teacher's program.
const FOLDED_OTHERWISE: [(&str, &str); 6] = [
    ("nooooo not again", "drawn-out words take the spelling of the word, not two letters"),
    ("jaaaa toppp", "drawn-out words take the spelling of the word, not two letters"),
    ("http://www.example.com/track?id=123", "drawn-out words take the spelling of the word, not two letters"),
    ("ＦＵＬＬ ｗｉｄｔｈ cancel", "full-width letters are plain letters"),
    ("ß straße ŒUVRE æther ĳsvrij", "ligatures are two letters"),
    ("¼ liter, 5e verdieping, 1ste keer, m²", "a raised digit is no part of a word"),
];

static READ: LazyLock<Artefact> = LazyLock::new(|| Artefact::read(ARTEFACT).unwrap());
static SHIPPED: LazyLock<WordVectors> = LazyLock::new(WordVectors::shipped);

fn pooled(raw: &str) -> Embedding {
    SHIPPED.pooled(&Text::new(raw))
}

fn cosine(a: &str, b: &str) -> f32 {
    pooled(a).cosine(&pooled(b)).unwrap_or_else(|| panic!("{a} or {b} has no vector"))
}

#[test]
fn the_artefact_at_eight_bits_gives_what_the_oracle_says() {
    let vectors = WordVectors::from_bytes(READ.table(READ.dims(), Bits::Eight).unwrap()).unwrap();
    let agrees = |row: &str| {
        let [raw, _, length, values] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let pooled = vectors.pooled(&Text::new(raw));
        let expected = values.split(' ').map(|v| v.parse::<f32>().unwrap());
        let close = pooled.values().iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-4);
        close && pooled.is_none() == (length == "0.000000")
    };
    let otherwise: BTreeSet<_> =
        ORACLE.lines().filter(|row| !agrees(row)).filter_map(|r| r.split('\t').next()).collect();
    let known: BTreeSet<_> = FOLDED_OTHERWISE.iter().map(|(raw, _)| *raw).collect();
    assert_eq!(otherwise, known);
}

#[test]
fn four_bits_point_nearly_where_eight_do() {
    let eight = WordVectors::from_bytes(READ.table(READ.dims(), Bits::Eight).unwrap()).unwrap();
    let messages = ORACLE.lines().filter_map(|row| row.split('\t').next()).map(Text::new);
    let cosines: Vec<f32> = messages.filter_map(|text| SHIPPED.pooled(&text).cosine(&eight.pooled(&text))).collect();
    let mean = cosines.iter().sum::<f32>() / cosines.len() as f32;
    assert!(mean > 0.98, "{mean}");
}

#[test]
fn the_committed_table_is_what_the_artefact_gives() {
    let built = READ.table(96, Bits::Four).unwrap();
    let shipped = include_bytes!("../src/vectors/table.bin");
    assert!(built == shipped, "run `cargo run --release --example train -- vectors`");
    assert!(built.len() <= 3_000_000, "{} bytes", built.len());
    let checked = WordVectors::from_bytes(built).unwrap();
    assert_eq!((checked.checksum(), checked.rows()), (SHIPPED.checksum(), SHIPPED.rows()));
}

#[test]
fn words_lie_beside_their_like_in_both_languages() {
    let table = [
        ("opzeggen", "cancel", "weather"),
        ("cancel", "opzeggen", "weer"),
        ("factuur", "invoice", "password"),
        ("wachtwoord", "password", "invoice"),
        ("overleden", "died", "delivery"),
        ("klacht", "complaint", "address"),
        ("pakket", "parcel", "salary"),
        ("medewerker", "agent", "music"),
        ("terugbetaling", "refund", "appointment"),
        ("abonnement opzeggen", "cancel my subscription", "cancel my appointment at the dentist"),
    ];
    for (word, near, far) in table {
        assert!(cosine(word, near) > cosine(word, far) + 0.1, "{word}: {near} and {far}");
    }
}

#[test]
fn messages_lie_beside_their_translations() {
    let table = [
        ("Waar blijft mijn pakket?", "Where is my parcel?"),
        ("Mijn man is overleden", "My husband has passed away"),
        ("Ik wil mijn geld terug", "I want my money back"),
        ("Ik kan niet inloggen", "I can't log in"),
        ("Hoe laat gaan jullie open?", "What time do you open?"),
        ("Ik wil een medewerker spreken", "I want to talk to an agent"),
    ];
    for (dutch, english) in table {
        let nearest = table.iter().max_by(|a, b| cosine(dutch, a.1).total_cmp(&cosine(dutch, b.1))).unwrap();
        assert_eq!(nearest.1, english, "{dutch}");
    }
}

#[test]
fn unknown_compounds_and_typos_are_made_of_their_parts() {
    let table = [
        ("opzegtermijnvergoeding", "opzegtermijn", "zwembad"),
        ("energieleveranciersoverstap", "energieleverancier", "voetbal"),
        ("abbonementt", "abonnement", "zwembad"),
        ("pasword", "password", "weather"),
        ("unsubscribable", "unsubscribe", "weather"),
    ];
    for (unknown, near, far) in table {
        assert!(cosine(unknown, near) > cosine(unknown, far), "{unknown}: {near} and {far}");
    }
}

#[test]
fn what_says_nothing_has_no_vector() {
    for nothing in ["", " ", "?!", "...", "😀😀", "xkcdqzj", "我想取消", "\u{200b}", "_", "'"] {
        assert!(pooled(nothing).is_none(), "{nothing}");
    }
    assert_eq!(pooled("opzeggen 😀 ?!"), pooled("opzeggen"));
    assert_eq!(pooled("Ík wil OPZEGGEN"), pooled("ik wil opzeggen"));
}

#[test]
fn pairs_and_parts_add_what_they_should() {
    let mut table = TableBuilder::new(8, Bits::Eight);
    let axis = |at: usize| -> Vec<f32> { (0..8).map(|i| f32::from(u8::from(i == at))).collect() };
    table.word("niet", &axis(0));
    table.word("opgelost", &axis(1));
    table.pair("niet opgelost", &axis(2));
    table.pair("^ opgelost", &axis(5));
    table.pair("niet $", &axis(6));
    table.gram("<opg", &axis(3));
    table.gram("lost", &axis(4));
    let vectors = WordVectors::from_bytes(table.build().unwrap()).unwrap();
    let values = |raw| vectors.pooled(&Text::new(raw)).values().iter().map(|v| (v * 100.0).round()).collect::<Vec<_>>();
    assert_eq!(values("niet, opgelost"), [58.0, 58.0, 58.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    // It begins with the one and ends with the other.
    assert_eq!(values("opgelost niet"), [50.0, 50.0, 0.0, 0.0, 0.0, 50.0, 50.0, 0.0]);
    // Two parts of one unknown word count as one word between them.
    assert_eq!(values("niet opgeloste"), [82.0, 0.0, 0.0, 41.0, 41.0, 0.0, 0.0, 0.0]);
}

/// A small table with words, parts and pairs.
fn small(bits: Bits) -> Vec<u8> {
    let mut table = TableBuilder::new(8, bits);
    for (at, word) in ["ik", "wil", "opzeggen", "cancel"].into_iter().enumerate() {
        table.word(word, &[at as f32 - 1.5; 8]);
    }
    table.gram("<ca", &[0.5; 8]);
    table.pair("ik wil", &[0.25; 8]);
    table.build().unwrap()
}

#[test]
fn every_cut_of_a_table_is_an_error() {
    for bits in [Bits::Four, Bits::Eight] {
        let whole = small(bits);
        for length in 0..whole.len() {
            let error = WordVectors::from_bytes(whole[..length].to_vec()).unwrap_err();
            assert!(matches!(error, TableError::Length { found, .. } if found == length as u64), "{length}: {error}");
        }
        let longer = [whole.as_slice(), &[0]].concat();
        assert!(matches!(WordVectors::from_bytes(longer), Err(TableError::Length { .. })));
        assert!(WordVectors::from_bytes(whole).is_ok());
    }
}

#[test]
fn every_flipped_bit_is_an_error() {
    for bits in [Bits::Four, Bits::Eight] {
        let whole = small(bits);
        for at in 0..whole.len() * 8 {
            let mut damaged = whole.clone();
            damaged[at / 8] ^= 1 << (at % 8);
            let error = WordVectors::from_bytes(damaged).unwrap_err();
            match at / 8 {
                0..4 => assert_eq!(error, TableError::NotATable),
                4..6 => assert!(matches!(error, TableError::Version { .. })),
                _ => {}
            }
        }
    }
}

#[test]
fn a_table_of_a_release_to_come_is_named() {
    let mut table = small(Bits::Four);
    table[4] = 2;
    let error = WordVectors::from_bytes(table).unwrap_err();
    assert_eq!(error, TableError::Version { found: 2 });
    assert!(error.to_string().contains("version 2"), "{error}");
    assert_eq!(WordVectors::from_bytes(b"PK\x03\x04".to_vec()).unwrap_err(), TableError::NotATable);
}

#[test]
fn a_damaged_artefact_is_named() {
    assert_eq!(Artefact::read(b"HVEB....").unwrap_err(), ArtefactError::Magic);
    assert_eq!(Artefact::read(b"HVEC\x02\x00").unwrap_err(), ArtefactError::Version(2));
    assert_eq!(Artefact::read(&ARTEFACT[..5000]).unwrap_err(), ArtefactError::CutShort(5000));
    assert_eq!(Artefact::read(&[ARTEFACT, b"!"].concat()).unwrap_err(), ArtefactError::LeftOver(1));
    let mut damaged = ARTEFACT.to_vec();
    *damaged.last_mut().unwrap() ^= 1;
    assert_eq!(Artefact::read(&damaged).unwrap_err(), ArtefactError::Checksum);
}

#[test]
fn the_port_takes_references_boxes_and_shared_pointers() {
    fn embed(embedder: impl Embedder) -> bool {
        embedder.embed(&Text::new("opzeggen")).is_ok_and(|e| e == pooled("opzeggen"))
    }
    assert!(embed(&*SHIPPED));
    assert!(embed(Arc::new(WordVectors::shipped())));
    let boxed: Box<dyn Embedder<Error = std::convert::Infallible>> = Box::new(WordVectors::shipped());
    assert!(embed(boxed));
}

#[test]
fn nothing_of_a_message_shows_in_debug() {
    assert_eq!(format!("{:?}", pooled("opzeggen")), "Embedding { dims: 96, .. }");
    assert!(format!("{:?}", *SHIPPED).contains("dims: 96"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_message_has_a_vector_of_length_one_or_none(raw in any::<String>(), words in "([a-zéü0-9']{0,40} ){0,12}") {
        for raw in [raw, words] {
            let embedding = pooled(&raw);
            let length: f32 = embedding.values().iter().map(|v| v * v).sum();
            prop_assert!(embedding.is_none() || (length - 1.0).abs() < 1e-4, "{length}");
            prop_assert_eq!(&embedding, &pooled(&raw));
        }
    }

    #[test]
    fn any_bytes_are_a_table_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200), start in 0..24_usize) {
        let header = small(Bits::Four)[..start].to_vec();
        prop_assert!(WordVectors::from_bytes([header, bytes].concat()).is_err());
    }
}
