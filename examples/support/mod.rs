//! What the programs share: input line by line, with clear errors, and output that may be cut off.

#[allow(dead_code, reason = "not every program reads rules")]
pub(crate) mod document;
#[allow(dead_code, reason = "only one program plays scenarios")]
pub(crate) mod scenarios;

use handover::text::Lang;
use serde::Serialize;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::ExitCode;

/// The longest line that is read; a longer one is refused, not held in memory.
pub(crate) const LONGEST_LINE: usize = 4 << 20;

/// A language, as an option has it.
#[allow(dead_code, reason = "not every program speaks both")]
pub(crate) fn lang(text: &str) -> Result<Lang, String> {
    Lang::BUILT_IN.into_iter().find(|lang| lang.code() == text).ok_or_else(|| format!("`{text}` is neither nl nor en"))
}

/// Opens a file, or standard input for `-`.
pub(crate) fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let file = File::open(path).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{} is a folder, not a file", path.display())));
    }
    Ok(Box::new(BufReader::new(file)))
}

/// The lines of an input with their numbers, from 1. A line that can't be served comes as the reason why.
pub(crate) struct Lines {
    input: Box<dyn BufRead>,
    number: usize,
}

impl Lines {
    pub(crate) fn of(input: Box<dyn BufRead>) -> Self {
        Self { input, number: 0 }
    }

    fn next_line(&mut self) -> io::Result<Option<Result<String, String>>> {
        let mut bytes = Vec::new();
        let read = self.input.by_ref().take(LONGEST_LINE as u64 + 1).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
            if bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
        } else if bytes.len() > LONGEST_LINE {
            let rest = self.skip_line()?;
            let length = bytes.len() + rest;
            return Ok(Some(Err(format!("the line is {length} bytes long; the most is {LONGEST_LINE}"))));
        }
        Ok(Some(
            String::from_utf8(bytes).map_err(|e| {
                format!("not UTF-8: the byte at column {} does not fit", e.utf8_error().valid_up_to() + 1)
            }),
        ))
    }

    fn skip_line(&mut self) -> io::Result<usize> {
        let mut skipped = 0;
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                return Ok(skipped);
            }
            let end = buffer.iter().position(|b| *b == b'\n');
            let used = end.map_or(buffer.len(), |at| at + 1);
            self.input.consume(used);
            skipped += used;
            if end.is_some() {
                return Ok(skipped - 1);
            }
        }
    }
}

impl Iterator for Lines {
    type Item = io::Result<(usize, Result<String, String>)>;

    fn next(&mut self) -> Option<Self::Item> {
        self.number += 1;
        self.next_line().map(|line| line.map(|line| (self.number, line))).transpose()
    }
}

/// A line that was not served.
#[derive(Serialize)]
struct Refused<'a> {
    line: usize,
    error: &'a str,
}

/// Says on standard error that a line was not served, and why.
pub(crate) fn refuse(line: usize, error: &str) {
    let refused = serde_json::to_string(&Refused { line, error }).unwrap_or_default();
    anstream::eprintln!("{refused}");
}

/// Writes one JSON object on a line of its own.
pub(crate) fn json_line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// Ends a program: its own status, or the error on standard error. A reader that has gone away is no error.
pub(crate) fn end(result: io::Result<ExitCode>) -> ExitCode {
    match result {
        Ok(code) => code,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
