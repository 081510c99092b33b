//! "Did you mean": the known word nearest to the one that was written.

/// The nearest of `known`, when it is near enough that a slip of the hand explains the difference.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (written.chars().count() / 3).clamp(1, 3);
    let lower = written.to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    for word in known {
        // Distance is at least the difference of the lengths, so most words need no table.
        if word.len().abs_diff(lower.len()) > allowed + 2 {
            continue;
        }
        let steps = distance(&lower, &word.to_lowercase());
        if steps <= allowed && best.is_none_or(|(least, _)| steps < least) {
            best = Some((steps, word));
        }
    }
    best.map(|(_, word)| word)
}

/// A cure that names the nearest known word, or all of them when none is near.
pub fn cure(written: &str, known: &[&str]) -> String {
    match nearest(written, known.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None if known.is_empty() => "there is none to choose from yet".to_owned(),
        None => format!("use one of {}", list(known)),
    }
}

/// The first words of a list as text: `a`, `b` or `c`.
pub fn list(words: &[&str]) -> String {
    const MOST: usize = 16;
    let shown: Vec<String> = words.iter().take(MOST).map(|word| format!("`{word}`")).collect();
    let more = if words.len() > MOST { format!(" and {} more", words.len() - MOST) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// Edits between two words: insert, delete, replace, and swap of neighbours each count one.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replace = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replace.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_hand_is_understood_and_a_stranger_is_not() {
        let keys = ["name", "hours", "people", "respond_within"];
        assert_eq!(nearest("huors", keys), Some("hours"));
        assert_eq!(nearest("respond_witin", keys), Some("respond_within"));
        assert_eq!(nearest("Name", keys), Some("name"));
        assert_eq!(nearest("colour", keys), None);
        assert_eq!(nearest("", keys), None);
    }

    #[test]
    fn the_cure_lists_what_there_is_when_nothing_is_near() {
        assert_eq!(cure("x", &["care", "crisis"]), "use one of `care`, `crisis`");
        assert_eq!(cure("crisys", &["care", "crisis"]), "did you mean `crisis`?");
        assert_eq!(cure("x", &[]), "there is none to choose from yet");
    }
}
