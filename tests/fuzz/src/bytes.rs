//! Documents broken byte by byte: mostly a matter for the parser.

use crate::chance::Chance;

pub(crate) fn broken(texts: &[String], chance: &mut Chance) -> String {
    let Some(text) = chance.pick(texts) else { return String::new() };
    let mut bytes = text.clone().into_bytes();
    if chance.one_in(20) {
        return nested(chance);
    }
    for _ in 0..=chance.below(4) {
        change(&mut bytes, chance);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn change(bytes: &mut Vec<u8>, chance: &mut Chance) {
    if bytes.is_empty() {
        return;
    }
    let at = chance.below(bytes.len());
    let end = (at + chance.below(64)).min(bytes.len());
    match chance.below(6) {
        0 => bytes[at] ^= 1 << chance.below(8),
        1 => bytes[at] = chance.next() as u8,
        2 => bytes.insert(at, chance.next() as u8),
        3 => drop(bytes.drain(at..end)),
        4 => bytes.truncate(at),
        _ => {
            let piece = bytes[at..end].to_vec();
            let to = chance.below(bytes.len());
            bytes.splice(to..to, piece);
        }
    }
}

/// Brackets within brackets, as nobody writes them.
fn nested(chance: &mut Chance) -> String {
    let (open, close) =
        *chance.pick(&[("[", "]"), ("{a=", "}"), ("{\"not\":", "}"), ("{not=", "}")]).unwrap_or(&("[", "]"));
    let deep = 1 << chance.below(12);
    let closed = if chance.one_in(3) { 0 } else { deep };
    format!("{}{}1{}", if chance.one_in(2) { "rules = " } else { "" }, open.repeat(deep), close.repeat(closed))
}
