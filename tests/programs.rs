//! The programs as people run them, on good input and on bad.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it is surprised")]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// A program that `cargo test` has built beside this test.
fn program(name: &str) -> PathBuf {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.join("examples").join(name)
}

fn run(name: &str, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(program(name))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    // A program that ended early has closed its input.
    let _ = writer.join();
    output
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn triage_shows_the_samples_and_their_reasons() {
    let shown = run("triage", &[], b"");
    assert!(shown.status.success());
    let out = text(&shown.stdout);
    assert!(out.contains("weduwe") && out.contains("bereavement") && out.contains("hand over"), "{out}");
}

#[test]
fn triage_json_has_a_line_for_each_customer_turn() {
    let input = concat!(
        r#"{"id":"a","channel":"chat","turns":[{"from":"customer","text":"Ik wil een medewerker spreken"},"#,
        r#"{"from":"agent","text":"Hallo"},{"from":"customer","text":"dank u"}],"more":1}"#,
        "\n\n"
    );
    let output = run("triage", &["--json", "-"], input.as_bytes());
    assert!(output.status.success());
    let lines: Vec<serde_json::Value> =
        text(&output.stdout).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["turn"], &lines[0]["outcome"]), (&0.into(), &"hand_over".into()));
    assert_eq!((&lines[1]["turn"], &lines[1]["owner"]), (&2.into(), &"human".into()));
    assert_eq!(lines[1]["notices"], serde_json::json!([]));
    let place = &lines[0]["reasons"][0]["evidence"][0];
    assert_eq!(place["turn"], 0);
    assert!(place["end"].as_u64() > place["start"].as_u64());
}

/// The same bytes in every build and on every machine. Where a change means to decide differently, write the file anew
/// with `triage --json examples/data/conversations.jsonl`, and give the change a star in the CHANGELOG.
#[test]
#[cfg(feature = "models")]
fn the_samples_are_decided_to_the_byte() {
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/conversations.jsonl");
    let decided = run("triage", &["--json", samples], b"");
    assert_eq!(text(&decided.stdout), include_str!("golden/decisions.jsonl"));
}

#[test]
fn a_broken_line_is_named_and_the_others_are_served() {
    let good = r#"{"id":"b","channel":"chat","turns":[{"from":"customer","text":"hoi"}]}"#;
    let long = "x".repeat(10 << 20);
    let mut input =
        format!("{{\"id\":\n{{\"id\":\"c\",\"channel\":\"telegraph\",\"turns\":[]}}\n{long}\n").into_bytes();
    input.extend(b"\xff\xfe\n{\"id\":\"d\",\"channel\":\"chat\",\"turns\":[]}\n");
    input.extend(good.as_bytes());
    let output = run("triage", &["--json", "-"], &input);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout).lines().count(), 1);
    let errors: Vec<serde_json::Value> =
        text(&output.stderr).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let of =
        |line: u64| errors.iter().find(|e| e["line"] == line).and_then(|e| e["error"].as_str()).unwrap().to_owned();
    assert!(of(1).contains("EOF"), "{}", of(1));
    assert!(of(2).contains("telegraph") && of(2).contains("whatsapp"), "{}", of(2));
    assert!(of(3).contains("10485760 bytes"), "{}", of(3));
    assert!(of(4).contains("UTF-8"), "{}", of(4));
    assert!(of(5).contains("no turns"), "{}", of(5));
}

#[test]
fn read_pairs_lines_with_messages() {
    let output = run("read", &["--json", "-"], "mijn vader is overleden\n\nthanks, all sorted!\n".as_bytes());
    assert!(output.status.success());
    let lines: Vec<serde_json::Value> =
        text(&output.stdout).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["signals"], serde_json::json!(["bereavement"]));
    assert_eq!(lines[1]["signals"], serde_json::json!([]));
    assert_eq!(lines[2]["valence"], "pos");
    for key in ["lang", "signal_scores", "emotion", "emotions", "valence_score", "intensity", "evidence"] {
        assert!(!lines[1][key].is_null(), "{key}");
    }
}

#[test]
fn read_takes_mails_as_json_lines() {
    let input = r#"{"text":"Het werkt weer, dank!\n\n> DRINGEND: klacht, ik wil een medewerker","channel":"email"}"#;
    let output = run("read", &["--json", "--jsonl", "-"], input.as_bytes());
    let line: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(line["signals"], serde_json::json!(["resolved"]));
}

#[test]
fn missing_files_and_bad_policies_are_said_plainly() {
    let missing = run("read", &["no-such-file.txt"], b"");
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("no-such-file.txt"));
    let policy = std::env::temp_dir().join(format!("handover-policy-{}.toml", std::process::id()));
    std::fs::write(&policy, "id = \"x\"\nversion = 1\n[thresholds]\nlow_confidence = 7.0\nfailure_cap = 0\n").unwrap();
    let bad = run("triage", &["--policy", policy.to_str().unwrap()], b"");
    std::fs::remove_file(&policy).unwrap();
    assert_eq!(bad.status.code(), Some(2));
    let errors = text(&bad.stderr);
    assert!(errors.contains(".toml:4: E10 thresholds.low_confidence: 7 does not lie between 0 and 1"), "{errors}");
    assert!(errors.contains(".toml:5: E10 thresholds.failure_cap"), "{errors}");
}

const ENERGY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/policies/energy.toml");
const BROKEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/policies/broken/many-at-once.toml");

#[test]
fn policy_check_names_line_place_and_what_to_do() {
    let good = run("policy", &["check", "--today", "2027-01-01", ENERGY], b"");
    assert!(good.status.success());
    assert!(text(&good.stdout).contains("energy-nl can go live: 21 rules, 0 errors, 0 warnings"));
    let bad = run("policy", &["check", BROKEN], b"");
    assert_eq!(bad.status.code(), Some(1));
    let out = text(&bad.stdout);
    assert!(out.contains("many-at-once.toml:7: E03 version: a whole number belongs here, not text"), "{out}");
    assert!(out.contains("did you mean `queues`?") && out.contains("did you mean `churn`?"), "{out}");
    let dutch = run("policy", &["check", "--lang", "nl", BROKEN], b"");
    assert!(text(&dutch.stdout).contains("geen signaal heet `chrun`; bedoelde u `churn`?"));
    let json = run("policy", &["check", "--json", BROKEN], b"");
    let lines: Vec<serde_json::Value> = text(&json.stdout).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let signal = lines.iter().find(|l| l["code"] == "E01").unwrap();
    assert_eq!((&signal["severity"], &signal["did_you_mean"]), (&"error".into(), &"churn".into()));
    assert_eq!(signal["place"], "rules[1].when.signal");
    assert!(signal["line"].as_u64().unwrap() > 40 && !signal["message"]["nl"].is_null());
}

#[test]
fn a_finding_shows_a_situation_that_explains_it() {
    let broken = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/policies/broken/w53-grief-by-chat-only.toml");
    let json = run("policy", &["check", "--json", broken], b"");
    assert!(json.status.success(), "warnings alone don't stop a policy");
    let finding: serde_json::Value = serde_json::from_str(text(&json.stdout).lines().next().unwrap()).unwrap();
    assert_eq!(finding["code"], "W53");
    let situation = serde_json::to_vec(&finding["witness"]["situation"]).unwrap();
    let explained = run("policy", &["explain", "--json", broken, "-"], &situation);
    let explained: serde_json::Value = serde_json::from_slice(&explained.stdout).unwrap();
    assert_eq!(explained["decision"]["outcome"], "continue");
    assert!(explained["why_not"][0]["what"] == "grief", "{explained}");
}

const SCENARIOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/policies/scenarios/energy.toml");

#[test]
fn policy_test_plays_scenarios() {
    let good = run("policy", &["test", "--all-rules", ENERGY, SCENARIOS], b"");
    assert!(good.status.success(), "{}", text(&good.stdout));
    assert!(text(&good.stdout).contains("29 scenarios, 0 failed"), "{}", text(&good.stdout));
    let gas = r#"turns = [{ customer = "Ik ruik gas", signals = ["gas_smell"] }]"#;
    let odd = format!("[[scenarios]]\nid = \"gas\"\n{gas}\nexpect = {{ outcome = \"continue\", queue = \"duty\" }}\n");
    let bad = run("policy", &["test", ENERGY, "-"], odd.as_bytes());
    assert_eq!(bad.status.code(), Some(1));
    let told = text(&bad.stdout);
    assert!(
        told.contains("failed gas") && told.contains("line 1: outcome: expected `continue`, got: hand_over"),
        "{told}"
    );
    assert!(told.contains("1 scenario, 1 failed") && told.contains("no scenario reaches outage-medical"), "{told}");
    let dutch = run("policy", &["test", "--lang", "nl", ENERGY, "-"], odd.as_bytes());
    assert!(text(&dutch.stdout).contains("regel 1: outcome: verwacht `continue`, gekregen: hand_over"));
    let json = run("policy", &["test", "--json", ENERGY, "-"], odd.as_bytes());
    let line: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&line["id"], &line["passed"]), (&"gas".into(), &false.into()));
    let misspelt = run("policy", &["test", ENERGY, "-"], odd.replace("signals", "signal").as_bytes());
    assert_eq!(misspelt.status.code(), Some(2));
    assert!(text(&misspelt.stderr).contains("unknown field `signal`"), "{}", text(&misspelt.stderr));
    let none = run("policy", &["test", ENERGY, "-"], b"scenarios = []");
    assert_eq!(none.status.code(), Some(1), "no scenario at all proves nothing");
}

#[test]
fn policy_test_reads_json_lines() {
    let file = std::env::temp_dir().join(format!("handover-scenarios-{}.jsonl", std::process::id()));
    let line = r#"{"id":"gas","turns":[{"customer":"I smell gas","signals":["gas_smell"]}],"expect":{"queue":"duty"}}"#;
    std::fs::write(&file, format!("{line}\n\n{line}\n{{\"id\":3}}\n")).unwrap();
    let bad = run("policy", &["test", ENERGY, file.to_str().unwrap()], b"");
    std::fs::write(&file, format!("{line}\n\n{line}\n")).unwrap();
    let good = run("policy", &["test", ENERGY, file.to_str().unwrap()], b"");
    std::fs::remove_file(&file).unwrap();
    assert!(good.status.success() && text(&good.stdout).contains("2 scenarios, 0 failed"));
    assert_eq!(bad.status.code(), Some(2));
    assert!(text(&bad.stderr).contains(".jsonl: line 4:"), "{}", text(&bad.stderr));
}

#[test]
fn a_policy_with_broken_syntax_says_where() {
    let bad = run("policy", &["check", "-"], b"id = \"x\"\nversion = = 1\n");
    assert_eq!(bad.status.code(), Some(2));
    assert!(text(&bad.stderr).contains("line 2"), "{}", text(&bad.stderr));
}

#[test]
fn triage_decides_by_a_policy() {
    let talk = r#"{"id":"a","channel":"chat","turns":[{"from":"customer","text":"Ik kan mijn energierekening niet betalen, ik sta al maanden rood","at":1800000000000}]}"#;
    let output = run("triage", &["--json", "--policy", ENERGY, "-"], talk.as_bytes());
    let line: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&line["policy"]["id"], &line["queue"]), (&"energy-nl".into(), &"debt".into()));
    assert!(line["notices"].as_array().unwrap().contains(&"debt_help".into()), "{line}");
    assert!(line["reasons"].as_array().unwrap().iter().any(|r| r["rule"] == "hardship-in-winter"), "{line}");
}

#[test]
fn chat_answers_each_message() {
    let output = run("triage", &["--chat"], "ik wil een mens spreken\n/agent\nhoi\n/quit\n".as_bytes());
    assert!(output.status.success());
    assert!(text(&output.stdout).contains("explicit_request") && text(&output.stdout).contains("human_owned"));
}

#[cfg(feature = "vectors")]
#[test]
fn own_encoder_finds_answers_and_names_a_bad_line() {
    let shown = run("own_encoder", &[], b"");
    assert!(shown.status.success());
    assert_eq!(text(&shown.stdout).matches("Reset your password").count(), 2, "{}", text(&shown.stdout));
    let vectors = std::env::temp_dir().join(format!("handover-words-{}.vec", std::process::id()));
    std::fs::write(&vectors, "2 3\nik 1 2 3\nwil 1 2\n").unwrap();
    let bad = run("own_encoder", &[vectors.to_str().unwrap()], b"");
    std::fs::remove_file(&vectors).unwrap();
    assert_eq!(bad.status.code(), Some(2));
    assert!(text(&bad.stderr).contains("line 3: `wil` has 2 numbers"), "{}", text(&bad.stderr));
}

#[test]
#[cfg(feature = "models")]
fn train_builds_tables_and_refuses_what_it_cannot_build() {
    let table = std::env::temp_dir().join(format!("handover-table-{}.bin", std::process::id()));
    let out = table.to_str().unwrap();
    let built = run("train", &["vectors", "--dims", "32", "--bits", "8", "--out", out], b"");
    assert!(built.status.success() && text(&built.stdout).contains("32 dimensions of 8 bits"));
    std::fs::remove_file(&table).unwrap();
    let odd = run("train", &["vectors", "--dims", "33", "--out", out], b"");
    assert!(text(&odd.stderr).contains("a multiple of 8"), "{}", text(&odd.stderr));
    let many = run("train", &["vectors", "--dims", "4096", "--out", out], b"");
    assert!(text(&many.stderr).contains("dimensions, which is the most"), "{}", text(&many.stderr));
    assert!(!table.exists());
}

#[test]
fn third_language_shows_messages_and_decisions_and_names_what_is_wrong_with_a_pack() {
    let shown = run("third_language", &[], b"");
    assert!(shown.status.success());
    let out = text(&shown.stdout);
    assert!(out.contains("Eine Kollegin oder ein Kollege übernimmt") && out.contains("crisis"), "{out}");

    let file = std::env::temp_dir().join(format!("handover-pack-{}.toml", std::process::id()));
    std::fs::write(&file, "code = \"xx\"").unwrap();
    let refused = run("third_language", &[file.to_str().unwrap()], b"");
    std::fs::remove_file(&file).unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("[crisis] is missing"));
}

/// A place for a test's files that is gone when the test ends.
#[cfg(feature = "vectors")]
struct Folder(PathBuf);

#[cfg(feature = "vectors")]
impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("handover-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

#[cfg(feature = "vectors")]
impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(feature = "vectors")]
const INTENTS: [&str; 2] = [
    concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/intents.tsv"),
    concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/intents-test.tsv"),
];

#[cfg(feature = "vectors")]
#[test]
fn intents_are_trained_measured_used_and_taught() {
    let folder = Folder::new("intents");
    let (model, taught, back) = (folder.path("model"), folder.path("taught"), folder.path("back"));
    let trained = run("intents", &["train", INTENTS[0], "--out", &model], b"");
    assert!(trained.status.success(), "{}", text(&trained.stderr));
    let report = run("intents", &["eval", &model, INTENTS[1]], b"");
    assert!(text(&report.stdout).contains("accuracy                                     100.00 %"));
    let predicted =
        run("intents", &["predict", &model, "--json", "-"], "waar is mijn pakket\n\nzeg maar op\n".as_bytes());
    let lines: Vec<serde_json::Value> =
        text(&predicted.stdout).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!((&lines[0]["intent"], &lines[0]["in_scope"]), (&"track_parcel".into(), &true.into()));
    assert!(lines[1]["intent"].is_string() && lines[1]["scope_score"].is_number());
    assert_eq!(lines[0]["top"][0]["intent"], "track_parcel");
    let corrections = folder.file("corrections.tsv", b"change_address\tzeg maar op\n");
    assert!(run("intents", &["learn", &model, &corrections, "--out", &taught], b"").status.success());
    let predicted = run("intents", &["predict", &taught, "--json", "-"], b"zeg maar op\n");
    let line: serde_json::Value = serde_json::from_slice(&predicted.stdout).unwrap();
    assert_eq!(line["intent"], "change_address");
    assert_ne!(line["version"], lines[0]["version"]);
    assert!(run("intents", &["learn", &taught, &corrections, "--take-back", "--out", &back], b"").status.success());
    assert_eq!(std::fs::read(&back).unwrap(), std::fs::read(&model).unwrap());
    let health = run("intents", &["health", INTENTS[0]], b"");
    assert!(health.status.success() && text(&health.stdout).contains("held out"));
}

#[cfg(feature = "vectors")]
#[test]
fn intents_names_bad_rows_and_damaged_models() {
    let folder = Folder::new("bad-intents");
    let rows = folder.file("rows.tsv", b"cancel opzeggen\ncancel\tik wil opzeggen\n\tleeg\nparcel\twaar is het\n");
    let out = folder.path("model");
    let bad = run("intents", &["train", &rows, "--out", &out], b"");
    assert_eq!(bad.status.code(), Some(2));
    let said = text(&bad.stderr);
    assert!(said.contains("rows.tsv") && said.contains("line 1") && said.contains("line 3"), "{said}");
    assert!(!std::path::Path::new(&out).exists());
    assert!(run("intents", &["train", INTENTS[0], "--out", &out, "--vectors", "off"], b"").status.success());
    let bytes = std::fs::read(&out).unwrap();
    let damaged = folder.file("damaged", &bytes[..bytes.len() / 2]);
    let refused = run("intents", &["predict", &damaged], b"hoi\n");
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("not whole"), "{}", text(&refused.stderr));
}

#[cfg(feature = "models")]
#[test]
fn triage_takes_a_trained_model_beside_rules() {
    let folder = Folder::new("triage-intents");
    let model = folder.path("model");
    assert!(run("intents", &["train", INTENTS[0], "--out", &model], b"").status.success());
    let rules = folder.file("rules.toml", b"[exact]\nchange_address = [\"het is zover\"]\n");
    let input = r#"{"id":"a","channel":"chat","turns":[{"from":"customer","text":"het is zover"},{"from":"customer","text":"waar is mijn pakket"}]}"#;
    let output = run("triage", &["--json", "--intents", &model, "--intents", &rules, "-"], input.as_bytes());
    let lines: Vec<serde_json::Value> =
        text(&output.stdout).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!((&lines[0]["intent"], &lines[1]["intent"]), (&"change_address".into(), &"track_parcel".into()));
    let twice = run("triage", &["--intents", &rules, "--intents", &rules], b"");
    assert!(text(&twice.stderr).contains("one model and one file of rules"));
}

#[test]
fn policy_prove_says_what_holds_and_shows_what_does_not() {
    let good = run("policy", &["prove", ENERGY], b"");
    let out = text(&good.stdout);
    assert!(good.status.success() && out.contains("energy-nl: 9 of 9 properties proved"), "{out}");
    let dutch = run("policy", &["prove", "--lang", "nl", ENERGY], b"");
    assert!(text(&dutch.stdout).contains("9 van de 9 eigenschappen bewezen"));
    let source = std::fs::read_to_string(ENERGY).unwrap().replace("on_call = ", "about_call = ");
    let refused = run("policy", &["prove", "-"], source.as_bytes());
    assert_eq!(refused.status.code(), Some(2), "what the checker refuses is not proved");
    let office = "[[rules]]\nid = \"office\"\nwhen = { channel = \"chat\", open = \"desk\" }\nthen = { outcome = \"hand_over\" }\n\n[[rules]]";
    let source = std::fs::read_to_string(ENERGY).unwrap().replacen("[[rules]]", office, 1);
    let broken = run("policy", &["prove", "--json", "-"], source.as_bytes());
    assert_eq!(broken.status.code(), Some(1), "{}", text(&broken.stderr));
    let lines: Vec<serde_json::Value> =
        text(&broken.stdout).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let hours = lines.iter().find(|line| line["property"] == "nobody_there_lowers_nothing").unwrap();
    assert_eq!(hours["verdict"], "broken");
    assert_eq!(hours["counterexample"]["better"]["decision"]["outcome"], "hand_over");
}

#[test]
fn policy_diff_tells_words_decisions_and_a_log() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let (new, log) = (folder.join("energy-milder.toml"), folder.join("situations.jsonl"));
    let id = "id = \"bereavement\"";
    let source = std::fs::read_to_string(ENERGY).unwrap();
    let (head, tail) = source.split_once(id).unwrap();
    std::fs::write(&new, format!("{head}{id}{}", tail.replacen("hand_over", "offer_human", 1))).unwrap();
    let finding = r#"{"signal":"bereavement","shade":null,"score":0.9,"holds":true,"evidence":[]}"#;
    std::fs::write(&log, format!("{{\"signals\":[{finding}]}}\n{{}}\n")).unwrap();
    let shown = run("policy", &["diff", ENERGY, new.to_str().unwrap(), log.to_str().unwrap()], b"");
    let out = text(&shown.stdout);
    assert!(shown.status.success(), "{}", text(&shown.stderr));
    assert!(out.contains("rule `bereavement`, `then.outcome`: from `hand_over` to `offer_human`"), "{out}");
    assert!(out.contains("weaker") && out.contains("in the log: 1 of 2 situations differ, 1 weaker"), "{out}");
    let json = run("policy", &["diff", "--json", ENERGY, new.to_str().unwrap()], b"");
    let told: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(told["changes"].as_array().unwrap().len(), 1);
    assert_eq!(told["changes"][0]["weakens"]["losses"][0], "milder_outcome");
    std::fs::write(&log, "{}\nnot a situation\n").unwrap();
    let wrong = run("policy", &["diff", ENERGY, new.to_str().unwrap(), log.to_str().unwrap()], b"");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("situations.jsonl:2:"), "{}", text(&wrong.stderr));
}

#[cfg(feature = "models")]
#[test]
fn the_learner_is_measured_on_no_other_files_than_the_listed() {
    let data = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("sets");
    std::fs::create_dir_all(data.join("xed-nl")).unwrap();
    std::fs::write(data.join("xed-nl/dev.tsv"), "joy\tHoi\n").unwrap();
    let folder = data.to_str().unwrap();
    let all = run("train", &["sets", "--data", folder], b"");
    let told = text(&all.stderr);
    assert!(!all.status.success() && all.stdout.is_empty());
    for missing in ["goemotions/train.tsv: ", "goemotions/dev.tsv: ", "xed-nl/train.tsv: "] {
        assert!(told.contains(missing), "{told}");
    }
    assert!(
        told.contains("xed-nl/dev.tsv: 8 bytes with CRC-32 310ba451, where the figures were taken on 20183"),
        "{told}"
    );
    let one = run("train", &["sets", "--data", folder, "--set", "xed-nl"], b"");
    assert!(!text(&one.stderr).contains("goemotions"), "{}", text(&one.stderr));
}
