//! A third language as data: found, read, decided and told; and what it must leave alone.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it is surprised")]

use handover::conversation::{Channel, Context, Conversation, Speaker, Turn};
use handover::escalation::{Country, NoticeKey, NoticeTexts, Outcome};
use handover::language::LanguagePack;
use handover::signal::Signal;
use handover::text::{Lang, Languages, Text};
use handover::{BuildError, Triage};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::LazyLock;

static GERMAN: LazyLock<LanguagePack> =
    LazyLock::new(|| toml::from_str(include_str!("../examples/data/german.toml")).unwrap());
static BUILT_IN: LazyLock<Triage> = LazyLock::new(|| Triage::builder().build().unwrap());
static THREE: LazyLock<Triage> = LazyLock::new(|| Triage::builder().language(GERMAN.clone()).build().unwrap());

fn de() -> Lang {
    "de".parse().unwrap()
}

fn signals(raw: &str) -> BTreeSet<String> {
    let reading = THREE.read(&Text::new(raw));
    reading.signals.given().unwrap().holding().map(|f| f.signal.to_string()).collect()
}

#[test]
fn the_shipped_example_is_whole() {
    GERMAN.check().unwrap_or_else(|e| panic!("{}", e.to_string().replace("; ", "\n")));
}

/// Every message of the corpora, a good twelve thousand.
#[test]
fn no_dutch_or_english_message_is_taken_for_german() {
    let mut languages = Languages::default();
    languages.add(de(), &GERMAN.function_words, &GERMAN.common_words);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/messages");
    let (mut read, mut taken) = (0, Vec::new());
    for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if file.file_name().unwrap() == "briefs.tsv" || file.extension().is_none_or(|e| e != "tsv") {
            continue;
        }
        for line in std::fs::read_to_string(&file).unwrap().lines() {
            let text = Text::new(line.rsplit('\t').next().unwrap());
            read += 1;
            if text.clone().among(&languages).language() != text.language() {
                taken.push(text.raw().to_owned());
            }
        }
    }
    assert!(read > 12_000, "{read}");
    assert_eq!(taken, Vec::<String>::new());
}

#[derive(serde::Deserialize)]
struct Talk {
    channel: Channel,
    turns: Vec<Said>,
}

#[derive(serde::Deserialize)]
struct Said {
    from: Speaker,
    text: String,
}

/// What a triage decides in a conversation, and what it stores at the end.
fn decided(triage: &Triage, talk: &Talk) -> Vec<String> {
    let mut state = Conversation::new(talk.channel);
    let mut out = Vec::new();
    for said in &talk.turns {
        let turn = Turn { from: said.from, ..Turn::customer(&said.text, 0) };
        if said.from == Speaker::Customer {
            out.push(serde_json::to_string(&triage.receive(&mut state, &turn, &Context::at(0))).unwrap());
        } else {
            triage.observe(&mut state, &turn);
        }
    }
    out.push(serde_json::to_string(&state).unwrap());
    out
}

/// Conversations of the corpora, Dutch and English: moves of bot and customer, decisions and what is stored.
#[test]
fn dutch_and_english_conversations_go_as_without_the_pack() {
    let conversations = [
        include_str!("corpus/conversations/nl.dev.jsonl"),
        include_str!("corpus/conversations/en.dev.jsonl"),
        include_str!("corpus/conversations/nl.test.jsonl"),
        include_str!("corpus/conversations/en.test.jsonl"),
    ];
    for line in conversations.iter().flat_map(|file| file.lines()) {
        let talk: Talk = serde_json::from_str(line).unwrap();
        assert_eq!(decided(&THREE, &talk), decided(&BUILT_IN, &talk));
    }
}

/// The messages of the example, written after the pack: seven of the forty are misread, and stay as they are.
#[test]
fn messages_written_after_the_pack_are_read() {
    let (mut right, mut wrong_alarm) = (0, Vec::new());
    for line in include_str!("../examples/data/german-messages.tsv").lines() {
        let [meant, _, raw]: [&str; 3] = line.splitn(3, '\t').collect::<Vec<_>>().try_into().unwrap();
        let found = signals(raw).into_iter().collect::<Vec<_>>().join(",");
        right += usize::from(found == meant.trim_matches('-'));
        if meant == "-" && !found.is_empty() {
            wrong_alarm.push(raw);
        }
    }
    assert!(right >= 33, "{right}");
    assert_eq!(wrong_alarm, Vec::<&str>::new());
    for (raw, signal) in [
        ("Ich kann nicht mehr, ich will einfach nicht mehr leben", "crisis"),
        ("Manchmal denke ich, es wäre für alle besser ohne mich", "crisis"),
        ("Wenn ihr nicht zahlt, komme ich mit dem Messer in eure Filiale", "threat"),
        ("Meine Mutter ist am Sonntag gestorben und ihr Telefonanschluss läuft noch", "bereavement"),
        ("Ich kann die Nachzahlung diesen Monat einfach nicht bezahlen", "financial_hardship"),
        ("Auf meinem Konto ist eine Abbuchung, die ich nicht gemacht habe", "fraud_security"),
        ("Der Computer hat meinen Kreditantrag abgelehnt, ich möchte, dass das ein Mensch prüft", "data_rights"),
    ] {
        assert!(signals(raw).contains(signal), "{raw}");
    }
}

#[test]
fn a_conversation_is_held_and_decided_in_german() {
    let mut texts = NoticeTexts::default();
    texts.country = Some(Country::Nl);
    texts.add_language(&GERMAN).unwrap();
    let mut talk = Conversation::new(Channel::Chat);
    let say = |talk: &mut Conversation, raw: &str| THREE.receive(talk, &Turn::customer(raw, 0), &Context::at(0));

    let offer = say(&mut talk, "Ich habe meine Arbeit verloren und kann die Rechnung nicht bezahlen");
    assert_eq!((offer.outcome, talk.language()), (Outcome::OfferHuman, Some(de())));
    assert!(texts.text(NoticeKey::OfferPerson, de()).starts_with("Möchten Sie"));
    THREE.observe(&mut talk, &Turn::bot("Möchten Sie mit einer Kollegin sprechen?", 0));
    // "ja" is Dutch as well, but not here.
    let taken = say(&mut talk, "ja");
    assert_eq!((taken.outcome, talk.language()), (Outcome::HandOver, Some(de())));

    let crisis = say(&mut Conversation::new(Channel::Chat), "Ich will nicht mehr leben");
    assert!(crisis.notices.contains(&NoticeKey::SafetyCrisis));
    assert!(texts.text(NoticeKey::SafetyCrisis, de()).ends_with("Notruf: 112. Reden über Suizid, Tag und Nacht: 113."));
}

#[test]
fn what_was_stored_with_a_pack_loads_without_it() {
    let mut talk = Conversation::new(Channel::Chat);
    THREE.receive(&mut talk, &Turn::customer("Ich möchte meine Rechnung sehen", 0), &Context::at(0));
    let stored = serde_json::to_string(&talk).unwrap();
    assert!(stored.contains(r#""language":"de""#), "{stored}");
    let mut talk: Conversation = serde_json::from_str(&stored).unwrap();
    assert_eq!((talk.language(), serde_json::to_string(&talk).unwrap()), (Some(de()), stored));

    // A word that tells no language is read in the built-in ones, since nobody here reads German.
    let decision = BUILT_IN.receive(&mut talk, &Turn::customer("agent", 0), &Context::at(0));
    assert_eq!((decision.outcome, talk.language()), (Outcome::HandOver, Some(de())));
    let hinted = BUILT_IN.read(&Text::of("agent", handover::text::Form::Written, Some(de())));
    assert!(hinted.signals.given().unwrap().has(&Signal::HumanRequest));
    let texts = NoticeTexts::default();
    assert_eq!(texts.text(NoticeKey::HandingOver, de()), texts.text(NoticeKey::HandingOver, Lang::En));
}

#[test]
fn english_in_a_german_message_is_read_too() {
    let raw = "Ich habe das jetzt schon einmal gemacht und es ist nicht richtig, ich glaube nicht, \
               I want to speak to a human please";
    assert_eq!(THREE.read(&Text::new(raw)).language.code(), "de");
    assert!(signals(raw).contains("human_request"));
}

#[test]
fn a_detector_of_the_hosts_own_is_asked_about_every_language() {
    let dutch = handover::signal::SignalPatterns::from_packs(&[(Lang::Nl, "[human_request]\n++ mens")]).unwrap();
    let triage = Triage::builder().signals(dutch).language(GERMAN.clone()).build().unwrap();
    let reading = triage.read(&Text::new("Ich möchte mit einem Mitarbeiter sprechen"));
    assert_eq!(reading.language.main, Some(de()));
    assert!(!reading.signals.given().unwrap().has(&Signal::HumanRequest));
}

#[test]
fn a_pack_is_the_same_in_json() {
    let json = serde_json::to_string(&*GERMAN).unwrap();
    assert_eq!(serde_json::from_str::<LanguagePack>(&json).unwrap(), *GERMAN);
    assert!(!format!("{:?}", *GERMAN).contains("mitarbeiter"));
}

#[test]
fn a_broken_pack_hears_all_its_mistakes_at_once() {
    let broken = r#"
code = "DE"
signal = "[human_request]"
function_words = ["ich", "guten tag"]
signals = """
[human_request]
[human_request/calback]
+ rückruf
[crisis]
+ @niemand
[threat]
* was
[meter_tampering]
+ zähler
"""
emotion = "[anger]\n0.8 wut\n[neutral]\n0.5 gut"
dialogue = "[offer]\n+ kollege"
[notices]
disclose_bot = " "
hello = "Hallo"
[lines]
safety_crisis = "Notruf: {emergency}, {name}."
safety_threat = "Notruf."
[heads]
signals = [1, 2, 3]
tone = []
"#;
    let pack: LanguagePack = toml::from_str(broken).unwrap();
    let error = pack.check().unwrap_err();
    let all: Vec<String> = error.as_slice().iter().map(ToString::to_string).collect();
    let mut wanted = vec![
        "`DE`, signal: there is no such field",
        "name: a language needs a name",
        "code: a language is named by its code of ISO 639",
        "function_words: `guten tag` is no single word",
        "signals, line 2: `calback` is no shade of human_request",
        "signals, line 5: no class `@niemand`",
        "signals, line 7: `*` is no mark",
        "signals, line 8: there is no [meter_tampering]",
        "signals: [bereavement] is missing",
        "signals: [threat] has no rule",
        "emotion, line 3: there is no [neutral]",
        "emotion: [irony] is missing",
        "dialogue: [yes] is missing",
        "notices: there is no `hello`",
        "notices: disclose_bot has no text",
        "notices: waiting has no text",
        "lines: safety_crisis has to hold {crisis}",
        "lines: safety_crisis can hold {emergency} and {crisis} and no other braces",
        "lines: safety_threat has to hold {emergency}",
    ];
    wanted.extend(if cfg!(feature = "models") {
        vec!["heads, signals: these bytes are no trained heads", "heads, tone: there are no such heads"]
    } else {
        vec!["heads: trained heads need the feature `models`"]
    });
    for wanted in wanted {
        assert!(all.iter().any(|mistake| mistake.contains(wanted)), "{wanted} in\n{}", all.join("\n"));
    }
    // One for each signal, emotion, move and notice that is missing.
    let missing = |place: &str| error.as_slice().iter().filter(|m| m.place() == place).count();
    assert_eq!((missing("emotion"), missing("dialogue"), missing("notices")), (8 + 4, 7, 12 + 1));

    let BuildError::Languages(both) = Triage::builder().language(pack.clone()).language(pack).build().unwrap_err()
    else {
        panic!("mistakes of a language")
    };
    assert_eq!(both.as_slice().len(), 2 * all.len() + 1);
    assert!(both.to_string().contains("loaded already"));
}

#[test]
fn too_few_words_of_its_own_are_no_language() {
    let mut pack = GERMAN.clone();
    pack.function_words = vec!["ich".to_owned(), "ja".to_owned(), "hier".to_owned()];
    pack.common_words.clear();
    assert!(pack.check().unwrap_err().to_string().contains("1 words that Dutch and English don't have"));
    for built_in in ["nl", "en"] {
        pack.code = built_in.to_owned();
        assert!(pack.check().unwrap_err().to_string().contains("is built in"));
    }
}

/// Heads for a German message that no pattern knows.
#[cfg(feature = "models")]
mod heads {
    use super::*;
    use handover::emotion::{Emotion, Feeling, TrainedEmotion};
    use handover::heads::{Label, ngrams, write};
    use handover::signal::{Signals, TrainedSignals};
    use handover::vectors::WordVectors;

    const WORD: &str = "Feierabend";

    /// Heads that know one word, and what it says.
    fn knowing(names: &[&str], says: &str, numbers: usize) -> Vec<u8> {
        let label = |name: &&str| Label { name: (*name).into(), bias: -3.0, slope: 1.0, threshold: 0.5 };
        let labels: Vec<Label> = names.iter().map(label).collect();
        let weights = names.iter().map(|name| if *name == says { 60.0 } else { 0.0 }).collect();
        let key = ngrams(&Text::new(WORD))[0].key;
        write(&labels, numbers, &vec![0.0; names.len() * numbers], &[(key, weights)])
    }

    fn pack() -> LanguagePack {
        let (vectors, text) = (WordVectors::shipped(), Text::new(""));
        let names: Vec<&str> = Signal::BUILT_IN.iter().map(Signal::name).collect();
        let numbers = TrainedSignals::numbers(
            &vectors,
            &Signals::default(),
            &text,
            &handover::conversation::Surroundings::default(),
        )
        .len();
        let feelings = TrainedEmotion::numbers(&vectors, &Feeling::default(), &text).len();
        let mut pack = GERMAN.clone();
        pack.heads.insert("signals".to_owned(), knowing(&names, "churn", numbers));
        pack.heads.insert("emotion".to_owned(), knowing(&TrainedEmotion::LABELS, "joy", feelings));
        pack
    }

    #[test]
    fn trained_heads_read_beside_the_patterns() {
        let message = Text::new("Jetzt ist für mich Feierabend bei euch");
        let plain = THREE.read(&message);
        assert!(!plain.signals.given().unwrap().has(&Signal::Churn));
        let reading = Triage::builder().language(pack()).build().unwrap().read(&message);
        let churn = reading.signals.given().unwrap().get(&Signal::Churn).unwrap().clone();
        assert_eq!(churn.evidence[0].span.of(message.raw()), Some(WORD));
        assert_eq!(reading.feeling.given().unwrap().emotion(), Emotion::Joy);
    }

    #[test]
    fn heads_that_do_not_fit_are_refused() {
        let mut pack = pack();
        pack.heads.insert("signals".to_owned(), knowing(&["churn", "weather"], "churn", 2));
        pack.heads.insert("emotion".to_owned(), knowing(&["joy"], "joy", 0));
        let mistakes = pack.check().unwrap_err().to_string();
        for wanted in ["`weather` is no signal", "trained with 2 numbers a message", "the labels have to be anger"] {
            assert!(mistakes.contains(wanted), "{mistakes}");
        }
    }
}

/// Messages of German words, words of the other two, and anything at all.
fn messages() -> impl Strategy<Value = String> {
    let words = "ich will nicht mehr leben möchte einen Menschen sprechen Rechnung ist die ja hier er so kündige KÜNDIGEN \
                 gestorben ik wil een mens mijn de klacht I want to speak to a human please the 😡 ! ? . , \u{200b} ß um";
    let word = prop_oneof![
        5 => prop::sample::select(words.split(' ').map(str::to_owned).collect::<Vec<_>>()),
        1 => any::<String>(),
    ];
    prop::collection::vec(word, 0..14).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_with_a_pack_is_total_and_deterministic(raw in messages(), hint in prop::sample::select(vec![None, Some(Lang::Nl), Some(Lang::En), Some(de())])) {
        let text = Text::of(&raw, handover::text::Form::Written, hint);
        let reading = THREE.read(&text);
        let bytes = serde_json::to_string(&reading).unwrap();
        prop_assert_eq!(&bytes, &serde_json::to_string(&THREE.read(&text)).unwrap());
        for finding in reading.signals.given().unwrap().findings() {
            prop_assert!((0.0..=1.0).contains(&finding.score));
            prop_assert!(finding.evidence.iter().all(|e| e.span.of(&raw).is_some()));
        }
        prop_assert!(reading.feeling.given().unwrap().evidence.iter().all(|(_, e)| e.span.of(&raw).is_some()));
        // What is not in German reads as it does without the pack, to the byte.
        if reading.language.main != Some(de()) {
            prop_assert_eq!(&bytes, &serde_json::to_string(&BUILT_IN.read(&text)).unwrap());
        }
    }

    #[test]
    fn any_text_in_a_pack_is_checked_without_panic(code in any::<String>(), words in any::<Vec<String>>(), source in any::<String>(), bytes in any::<Vec<u8>>()) {
        let mut pack = LanguagePack::default();
        pack.code = code;
        pack.function_words = words;
        pack.signals = source.clone();
        pack.emotion = format!("[anger]\n{source}");
        pack.dialogue = source.clone();
        pack.lines.insert("safety_crisis".to_owned(), source);
        pack.heads.insert("signals".to_owned(), bytes);
        let first = pack.check().unwrap_err();
        prop_assert_eq!(first, pack.check().unwrap_err());
    }
}
