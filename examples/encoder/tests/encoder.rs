//! With the real model: `MINILM` names its folder. Without it these tests say so and pass over; with it they must hold.

use handover::intent::{Examples, ModelError, TrainedIntents, Trainer};
use handover::text::Text;
use handover::vectors::{Embedder, Embedding};
use handover_encoder::MiniLm;
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("MINILM").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("passed over: set MINILM to the model's folder (see README.md)");
    }
    folder
}

fn vector(encoder: &MiniLm, raw: &str) -> Embedding {
    encoder.embed(&Text::new(raw)).unwrap()
}

fn rows(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../data").join(name)
}

/// The first numbers that the Python library sentence-transformers gives for this message.
#[test]
fn vectors_are_those_of_sentence_transformers() {
    let Some(folder) = folder() else { return };
    let vector = vector(&MiniLm::load(&folder).unwrap(), "hello world");
    assert_eq!(vector.dims(), 384);
    for (own, theirs) in
        vector.values().iter().zip([-0.0344773, 0.0310232, 0.0067350, 0.0261090, -0.0393620, -0.1603024])
    {
        assert!((own - theirs).abs() < 1e-5, "{own} and {theirs}");
    }
}

#[test]
fn what_means_the_same_lies_near() {
    let Some(folder) = folder() else { return };
    let encoder = MiniLm::load(&folder).unwrap();
    let cosine = |a: &str, b: &str| vector(&encoder, a).cosine(&vector(&encoder, b)).unwrap();
    let near = cosine("my card was stolen", "somebody took my bank card");
    assert!(near > 0.5 && near > cosine("my card was stolen", "where is my parcel") + 0.3, "{near}");
    assert_eq!(vector(&encoder, "Where is my card?"), vector(&encoder, "where is my CARD?"));
}

#[test]
fn every_message_has_an_answer() {
    let Some(folder) = folder() else { return };
    let encoder = MiniLm::load(&folder).unwrap();
    for nothing in ["", " \n\t", "?!"] {
        assert!(vector(&encoder, nothing).is_none(), "{nothing:?}");
    }
    for odd in ["\u{0}\u{fffd}x", "漢字", "🙂🙂", "é\u{301}", &"lang ".repeat(5000), &"x".repeat(5000)] {
        assert_eq!(vector(&encoder, odd).dims(), 384);
    }
}

#[test]
fn a_model_goes_with_the_encoder_that_it_learned_from() {
    let Some(folder) = folder() else { return };
    let (one, same) = (MiniLm::load(&folder).unwrap(), MiniLm::load(&folder).unwrap());
    assert_eq!(one.name(), same.name());
    let examples = Examples::from_tsv(&std::fs::read_to_string(rows("intents.tsv")).unwrap()).unwrap();
    let model = Trainer::new().encoder(one.into_encoder()).train(&examples).unwrap();
    let bytes = model.to_bytes();
    let message = Text::new("could you spread what I owe over a few months");
    let again = TrainedIntents::with_encoder(&bytes, same.into_encoder()).unwrap();
    let prediction = again.predict(&message).unwrap();
    assert_eq!(prediction, model.predict(&message).unwrap());
    assert_eq!(&*prediction.best().unwrap().intent, "payment_plan");
    assert!(matches!(TrainedIntents::from_bytes(&bytes), Err(ModelError::Encoder { .. })));
}

/// Whoever changes the weights has another encoder.
#[test]
fn other_weights_have_another_name() {
    let Some(folder) = folder() else { return };
    let copy = tempfile::tempdir().unwrap();
    for name in ["config.json", "tokenizer.json"] {
        std::fs::copy(folder.join(name), copy.path().join(name)).unwrap();
    }
    let mut weights = std::fs::read(folder.join("model.safetensors")).unwrap();
    *weights.last_mut().unwrap() ^= 1;
    std::fs::write(copy.path().join("model.safetensors"), &weights).unwrap();
    assert_ne!(MiniLm::load(copy.path()).unwrap().name(), MiniLm::load(&folder).unwrap().name());
    weights.truncate(1000);
    std::fs::write(copy.path().join("model.safetensors"), &weights).unwrap();
    assert!(MiniLm::load(copy.path()).is_err());
}

/// A row of figures for each of the two, on rows that neither learned from.
#[test]
fn the_program_says_what_the_encoder_is_worth() {
    let Some(folder) = folder() else { return };
    let mut compare = Command::new(env!("CARGO_BIN_EXE_handover-encoder"));
    compare.arg("compare").arg("--encoder").arg(&folder).args([rows("intents.tsv"), rows("intents-test.tsv")]);
    let out = String::from_utf8(compare.output().unwrap().stdout).unwrap();
    let figures = |name: &str| -> Vec<f64> {
        let row = out.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        row.split_whitespace().map(|figure| figure.parse().unwrap()).collect()
    };
    for name in ["shipped word vectors", "MiniLM"] {
        let figures = figures(name);
        assert_eq!(figures.len(), 5, "{out}");
        assert!(figures[0] > 80.0 && figures[3] > 80.0, "{out}");
    }
    assert!(figures("MiniLM")[4] > figures("shipped word vectors")[4], "a sentence encoder is the slower of the two");
}

/// From rows to the lines of the crate's own program.
#[test]
fn the_program_trains_and_answers() {
    let Some(folder) = folder() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let model = scratch.path().join("model");
    let program = |task: &str| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_handover-encoder"));
        program.arg(task).arg("--encoder").arg(&folder);
        program
    };
    assert!(program("train").arg(rows("intents.tsv")).arg("--out").arg(&model).status().unwrap().success());
    let mut predict = program("predict").arg(&model).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let messages = "I want to end my subscription\n\nde meterstand is 5521\nwhat is the capital of France\n";
    predict.stdin.take().unwrap().write_all(messages.as_bytes()).unwrap();
    let out = String::from_utf8(predict.wait_with_output().unwrap().stdout).unwrap();
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 4, "a line each, the empty one too");
    assert_eq!(lines[0]["intent"], "cancel_subscription");
    assert_eq!(lines[2]["intent"], "meter_reading");
    assert_eq!((&lines[0]["in_scope"], &lines[3]["in_scope"]), (&true.into(), &false.into()));
    for line in &lines {
        assert_eq!(line["top"][0]["intent"], line["intent"]);
        assert!((0.0..=1.0).contains(&line["confidence"].as_f64().unwrap()) && line["scope_score"].is_number());
    }
}
