//! The corpora: every row has its form, its brief and its part, and no two messages say the same in the same words.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it is surprised")]

use handover::emotion::Emotion;
use handover::signal::Signal;
use handover::text::Text;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

const PARTS: [&str; 3] = ["train", "dev", "test"];

fn file(folder: &str, name: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Briefs by id: part, language and target.
fn briefs(folder: &str) -> BTreeMap<String, Vec<String>> {
    let rows = file(folder, "briefs.tsv");
    let row = |line: &str| {
        let columns: Vec<String> = line.split('\t').map(str::to_owned).collect();
        (columns[0].clone(), columns)
    };
    rows.lines().skip(1).map(row).collect()
}

fn is_signal(name: &str) -> bool {
    !matches!(Signal::from_name(name), Signal::Host(_))
}

#[test]
fn messages_keep_to_their_briefs() {
    let briefs = briefs("messages");
    let mut rows = 0;
    for lang in ["nl", "en"] {
        for part in PARTS {
            for line in file("messages", &format!("{lang}.{part}.tsv")).lines() {
                let columns: Vec<&str> = line.split('\t').collect();
                let [brief, signals, emotion, valence, text] = columns[..] else { panic!("{line}") };
                let [_, own_part, own_lang, target, ..] = &briefs[brief][..] else { panic!("{brief}") };
                assert_eq!((own_part.as_str(), own_lang.as_str()), (part, lang), "{brief}");
                let held: BTreeSet<&str> = signals.split(',').filter(|s| *s != "-").collect();
                assert!(held.iter().all(|s| is_signal(s)), "{line}");
                assert!(Emotion::from_name(emotion).is_some() && ["neg", "neu", "pos"].contains(&valence), "{line}");
                assert!(!text.trim().is_empty());
                let kept = match target.split_at(1) {
                    ("+", wanted) => wanted.split('+').all(|s| held.contains(s)),
                    ("!", look_alike) => !held.contains(look_alike),
                    ("~", wanted) => wanted == emotion,
                    _ => held.is_empty(),
                };
                assert!(kept, "{line}");
                rows += 1;
            }
        }
    }
    assert!(rows >= 12_000, "{rows}");
}

#[test]
fn conversations_keep_to_their_briefs() {
    let briefs = briefs("conversations");
    let mut seen = BTreeSet::new();
    for lang in ["nl", "en"] {
        for part in PARTS {
            for line in file("conversations", &format!("{lang}.{part}.jsonl")).lines() {
                let talk: serde_json::Value = serde_json::from_str(line).unwrap();
                let id = talk["id"].as_str().unwrap();
                assert_eq!(&briefs[id][1..3], [part, lang], "{id}");
                assert!(seen.insert(id.to_owned()), "{id} twice");
                for turn in talk["turns"].as_array().unwrap().iter().filter(|t| t["from"] == "customer") {
                    let expect = &turn["expect"];
                    assert!(!expect["outcome"].as_array().unwrap().is_empty(), "{id}");
                    assert!(
                        expect["signals"].as_array().unwrap().iter().all(|s| is_signal(s.as_str().unwrap())),
                        "{id}"
                    );
                    assert!(["low", "rising", "high"].contains(&expect["frustration"].as_str().unwrap()), "{id}");
                }
            }
        }
    }
    assert!(seen.len() >= 400, "{}", seen.len());
}

/// Two messages are near duplicates when half of their runs of three words are the same.
#[test]
fn no_two_messages_are_near_duplicates() {
    let mut known: Vec<(String, BTreeSet<Vec<String>>)> = Vec::new();
    let mut by_run: HashMap<Vec<String>, Vec<usize>> = HashMap::new();
    for name in ["nl.train", "nl.dev", "nl.test", "en.train", "en.dev", "en.test"] {
        for line in file("messages", &format!("{name}.tsv")).lines() {
            let raw = line.rsplit('\t').next().unwrap();
            let text = Text::new(raw);
            let words: Vec<String> = text.words().iter().map(|w| text.folded(w).to_owned()).collect();
            if words.len() < 4 {
                continue;
            }
            let runs: BTreeSet<Vec<String>> = words.windows(3).map(<[String]>::to_vec).collect();
            let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
            for at in runs.iter().flat_map(|run| by_run.get(run)).flatten() {
                *shared.entry(*at).or_default() += 1;
            }
            for (at, count) in shared {
                let all = runs.len() + known[at].1.len() - count;
                assert!(2 * count < all, "near duplicates: {raw} | {}", known[at].0);
            }
            runs.iter().for_each(|run| by_run.entry(run.clone()).or_default().push(known.len()));
            known.push((raw.to_owned(), runs));
        }
    }
}
