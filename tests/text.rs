//! Properties of reading, on any string at all.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it is surprised")]

use handover::Triage;
use handover::text::{Form, Span, Text};
use proptest::prelude::*;
use std::sync::LazyLock;

static TRIAGE: LazyLock<Triage> = LazyLock::new(|| Triage::builder().build().unwrap());

/// Strings of the kind that break readers: letters, marks, emoji, quotes, line breaks and words that patterns know.
fn messages() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        any::<String>(),
        "[a-zA-Z ]{0,12}",
        prop::sample::select(vec![
            "ik wil een mens",
            " agent",
            "\n> quoted",
            "neeeeeee",
            "'t",
            "👩‍👩‍👧",
            "e\u{301}",
            "\u{200b}",
            "Op 3 mei schreef Jan:",
            "!!!?!",
            " :-( ",
            "ＨＥＬＰ",
            "eh eh eh",
            "mede werker",
            "\r\n\r\n",
            "ﬃ",
            "İ",
            "ß",
            "--\n",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

fn fits(raw: &str, span: Span) -> bool {
    span.of(raw).is_some()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_is_total_and_points_into_the_message(raw in messages(), form in prop::sample::select(vec![Form::Written, Form::Mail, Form::Speech])) {
        let text = Text::of(&raw, form, None);
        prop_assert!(text.words().iter().all(|w| fits(&raw, w.span)));
        prop_assert_eq!(text.sentences().iter().map(|s| s.words.len()).sum::<usize>(), text.words().len());
        let reading = TRIAGE.read(&text);
        for finding in reading.signals.given().unwrap().findings() {
            prop_assert!((0.0..=1.0).contains(&finding.score));
            prop_assert!(finding.evidence.iter().all(|e| fits(&raw, e.span) && e.span.start < e.span.end));
        }
        let feeling = reading.feeling.given().unwrap();
        prop_assert!((-1.0..=1.0).contains(&feeling.valence_score) && (0.0..=1.0).contains(&feeling.intensity));
        prop_assert!(feeling.evidence.iter().all(|(_, e)| fits(&raw, e.span)));
        prop_assert_eq!(serde_json::to_string(&reading).unwrap(), serde_json::to_string(&TRIAGE.read(&text)).unwrap());
    }

    #[test]
    fn spelling_variants_read_alike(at in 0..VARIANTS.len()) {
        let (plain, variants) = VARIANTS[at];
        let read = |raw: &str| {
            let reading = TRIAGE.read(&Text::new(raw));
            let signals = reading.signals.given().unwrap();
            let held: Vec<_> = signals.findings().iter().map(|f| (f.signal.clone(), f.score)).collect();
            (held, reading.feeling.given().unwrap().emotions)
        };
        for variant in variants {
            prop_assert_eq!(read(plain), read(variant), "{}", variant);
        }
    }
}

/// A message, and the same with other apostrophes, widths, Unicode forms and invisible characters.
const VARIANTS: [(&str, &[&str]); 4] = [
    (
        "I can't pay, it's hopeless",
        &["I can’t pay, it’s hopeless", "I canʼt pay, itʼs hopeless", "I can\u{200b}'t pay, it's hopeless"],
    ),
    (
        "één medewerker spreken graag",
        &["e\u{301}e\u{301}n medewerker spreken graag", "één mede\u{ad}werker spreken graag"],
    ),
    ("ik wil een mens", &["ｉｋ ｗｉｌ ｅｅｎ ｍｅｎｓ", "ik  wil\u{a0}een mens"]),
    ("my mother died", &["my mother\u{feff} died", "My Mother Died"]),
];
