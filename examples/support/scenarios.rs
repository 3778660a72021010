//! Scenarios for the programs: read from TOML, or from JSON lines with one scenario each.

use handover::policy::{Scenario, Scenarios};
use std::io::{self, Read};
use std::path::Path;

/// Reads a file, `-` for standard input. What ends in `.jsonl` is taken for JSON lines, everything else for TOML.
pub(crate) fn open(path: &Path) -> io::Result<Vec<Scenario>> {
    let mut source = String::new();
    let wrong = |error: String| io::Error::other(format!("{}: {}", path.display(), error.trim_end()));
    super::open(path)?.read_to_string(&mut source).map_err(|e| wrong(e.to_string()))?;
    if path.extension().is_some_and(|ending| ending == "jsonl") {
        let lines = source.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        return lines
            .map(|(at, line)| serde_json::from_str(line).map_err(|e| wrong(format!("line {}: {e}", at + 1))))
            .collect();
    }
    toml::from_str(&source).map(|file: Scenarios| file.scenarios).map_err(|e| wrong(e.to_string()))
}
