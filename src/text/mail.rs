//! E-mails: the new words only, without quoted history, signature and disclaimer.

use super::Span;

/// The parts of a mail that its sender wrote for this message, in order.
pub(super) fn body(raw: &str) -> Vec<Span> {
    let mut parts: Vec<Span> = Vec::new();
    let mut state = State::Body;
    let mut at = 0_u32;
    for line in raw.split_inclusive('\n') {
        let start = at;
        at += line.len() as u32;
        let plain = line.trim();
        state = state.after(plain, &parts);
        match state {
            State::History => break,
            State::Body if !plain.starts_with('>') => grow(&mut parts, Span::new(start, at)),
            State::Body | State::Signature => {}
        }
    }
    parts
}

fn grow(parts: &mut Vec<Span>, line: Span) {
    match parts.last_mut() {
        Some(last) if last.end == line.start => last.end = line.end,
        _ => parts.push(line),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Body,
    /// Behind a closing formula: a name, a company, a disclaimer; a postscript ends it.
    Signature,
    /// Everything below is older mail.
    History,
}

impl State {
    fn after(self, line: &str, body: &[Span]) -> Self {
        let lower = line.to_lowercase();
        if starts_history(&lower) {
            return Self::History;
        }
        match self {
            Self::Signature if is_postscript(&lower) => Self::Body,
            // A closing formula before any other line is a greeting, not an end.
            Self::Body if !body.is_empty() && ends_body(line, &lower) => Self::Signature,
            other => other,
        }
    }
}

fn starts_history(lower: &str) -> bool {
    const RULES: [&str; 6] = [
        "-----original message",
        "----- original message",
        "-----oorspronkelijk bericht",
        "----- oorspronkelijk bericht",
        "---------- forwarded message",
        "---------- doorgestuurd bericht",
    ];
    let header = (lower.starts_with("van:") || lower.starts_with("from:")) && lower.contains('@');
    let dutch = lower.starts_with("op ")
        && (lower.ends_with("schreef:") || lower.contains(" schreef "))
        && lower.ends_with(':');
    let english = lower.starts_with("on ") && lower.ends_with("wrote:");
    header || dutch || english || RULES.iter().any(|rule| lower.starts_with(rule))
}

fn ends_body(line: &str, lower: &str) -> bool {
    const CLOSINGS: [&str; 24] = [
        "met vriendelijke groet",
        "vriendelijke groet",
        "met hartelijke groet",
        "hartelijke groet",
        "hoogachtend",
        "mvg",
        "m.v.g",
        "met groet",
        "groeten",
        "groetjes",
        "groet,",
        "gr.",
        "kind regards",
        "best regards",
        "warm regards",
        "regards",
        "yours sincerely",
        "yours faithfully",
        "sincerely",
        "best wishes",
        "cheers,",
        "many thanks,",
        "best,",
        "verstuurd vanaf mijn",
    ];
    const DISCLAIMERS: [&str; 7] = [
        "dit bericht is uitsluitend bestemd",
        "dit e-mailbericht",
        "de informatie in dit bericht",
        "disclaimer",
        "this e-mail and any attachments",
        "this email and any attachments",
        "this message is confidential",
    ];
    let closing = lower.chars().count() <= 48 && CLOSINGS.iter().any(|c| lower.starts_with(c));
    line == "--" || closing || lower.starts_with("sent from my") || DISCLAIMERS.iter().any(|d| lower.starts_with(d))
}

fn is_postscript(lower: &str) -> bool {
    ["ps ", "ps:", "p.s.", "ps."].iter().any(|p| lower.starts_with(p))
}

#[cfg(test)]
mod tests {
    use crate::text::{Form, Text};

    fn words(raw: &str) -> usize {
        Text::of(raw, Form::Mail, None).words().len()
    }

    #[test]
    fn history_signature_and_disclaimer_are_left_out() {
        assert_eq!(words("Dag,\nhet werkt weer.\n\nMet vriendelijke groet,\nJan\nTel. 06"), 4);
        assert_eq!(words("It works now.\n\nOn Tue 3 May Help wrote:\n> URGENT\nmore"), 3);
        assert_eq!(words("Prima zo.\n\nOp 3 mei 2026 om 10:00 schreef Klantenservice:\noud"), 2);
        assert_eq!(words("Goed.\nGroetjes, An\nPS bel mij"), 4);
        assert_eq!(words("Fine by me\nFrom: help@example.org\nold"), 3);
    }

    #[test]
    fn a_closing_formula_inside_the_text_is_text() {
        assert_eq!(words("Groeten uit Zeeland en een vraag"), 6);
    }
}
