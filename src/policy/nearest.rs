//! Did you mean: the known name that lies closest to a misspelt one.

/// The name of `known` closest to `name`, where it is close enough to be what was meant: at most a third of its
/// letters differ, counting a swap of neighbours as one. Of equally close ones the first.
pub(crate) fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let wanted = plain(name);
    let close = known.into_iter().filter_map(|candidate| {
        let other = plain(candidate);
        let most = wanted.len().max(other.len()) / 3;
        let apart = distance(&wanted, &other)?;
        (apart <= most.max(1) && most > 0).then_some((apart, candidate))
    });
    close.min_by_key(|(apart, _)| *apart).map(|(_, candidate)| candidate)
}

/// Without what people mix up: capitals, and the marks between words.
fn plain(name: &str) -> Vec<char> {
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ' | '.')).flat_map(char::to_lowercase).take(64).collect()
}

/// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. Quadratic in the length,
/// which is at most 64.
fn distance(a: &[char], b: &[char]) -> Option<usize> {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let swap = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            let mut least = (last.get(j)? + usize::from(x != y)).min(last.get(j + 1)? + 1).min(row.last()? + 1);
            if swap {
                least = least.min(before.get(j - 1)? + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_are_recognised() {
        let known = ["legal_threat", "bereavement", "churn", "urgent"];
        assert_eq!(nearest("leagl_threat", known), Some("legal_threat"));
        assert_eq!(nearest("Bereavment", known), Some("bereavement"));
        assert_eq!(nearest("legal threat", known), Some("legal_threat"));
        assert_eq!(nearest("chrun", known), Some("churn"));
        assert_eq!(nearest("weather", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest("x", ["y", "z"]), None);
    }
}
