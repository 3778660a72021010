//! The program `approve`: the samples come out as they say, and what is stored goes on where it stood.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it is surprised")]

use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs the program as `cargo test` has built it.
fn approve(args: &[&str], input: &str) -> Output {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().unwrap().parent().unwrap().join("examples/approve");
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn the_samples_come_out_as_they_say() {
    for sample in ["payment_plan", "campaign"] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("examples/data/{sample}.txt"));
        let output = approve(&["--json", file.to_str().unwrap()], "");
        assert!(output.status.success(), "{sample}: {}", text(&output.stderr));
        assert!(output.stderr.is_empty());
        for line in text(&output.stdout).lines() {
            assert!(serde_json::from_str::<Value>(line).unwrap()["line"].is_u64(), "{line}");
        }
    }
}

#[test]
fn what_could_not_be_followed_is_said_with_its_line() {
    let script = "propose p payment_plan for=c terms=3\nclaim p w\nfly p\nexpect p pending\nexpect p approved\n";
    let output = approve(&["-"], script);
    assert_eq!(output.status.code(), Some(1));
    let errors: Vec<Value> = text(&output.stderr).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(errors.iter().map(|e| e["line"].as_u64().unwrap()).collect::<Vec<_>>(), [2, 3, 5]);
    assert!(errors[1]["error"].as_str().unwrap().contains("`fly`"));
    assert!(!text(&output.stderr).contains("panicked"));
}

#[test]
fn a_store_goes_on_where_it_stood_and_survives_a_cut() {
    let dir = std::env::temp_dir().join(format!("handover-approve-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&dir);
    let folder = dir.to_str().unwrap();
    let run = |script: &str| approve(&["--store", folder, "-"], script);
    assert!(run("propose p payment_plan for=c terms=3\nvote p bram approve\n").status.success());
    assert!(run("expect p approved\nclaim p w\n").status.success());
    // The permit went with the process that held it: nobody gets a second one.
    assert!(run("refused claim p w\nwait 10m\nexpect p outcome_unknown\n").status.success());
    let journal = dir.join("approvals.journal");
    let whole = std::fs::read(&journal).unwrap();
    std::fs::write(&journal, &whole[..whole.len() - 5]).unwrap();
    assert!(run("wait 10m\nexpect p outcome_unknown\n").status.success(), "a cut frame never counted");
    let mut flipped = std::fs::read(&journal).unwrap();
    flipped[200] ^= 1;
    std::fs::write(&journal, flipped).unwrap();
    let refused = run("list\n");
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("damaged at byte 0"), "{}", text(&refused.stderr));
    std::fs::remove_dir_all(&dir).unwrap();
}
