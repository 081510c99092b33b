//! Letters of one script that stand for their likeness in another: `саsh` with two Cyrillic letters reads as "cash" to people,
//! and must to the heads.

/// Letters that look alike, in small or in capital form, as Latin, Cyrillic and Greek ones. A blank has no likeness that readers
/// would take for it in both forms.
const ALIKE: [[char; 3]; 17] = [
    ['a', 'а', 'α'],
    ['b', 'в', ' '],
    ['c', 'с', ' '],
    ['e', 'е', 'ε'],
    ['h', 'н', ' '],
    ['i', 'і', 'ι'],
    ['j', 'ј', ' '],
    ['k', 'к', 'κ'],
    ['m', 'м', ' '],
    ['o', 'о', 'ο'],
    ['p', 'р', 'ρ'],
    ['s', 'ѕ', ' '],
    ['t', 'т', 'τ'],
    ['v', ' ', 'ν'],
    ['x', 'х', 'χ'],
    ['y', 'у', ' '],
    ['w', 'ԝ', 'ω'],
];

/// Writes every word that mixes Latin, Cyrillic and Greek letters in one of these scripts, if all its letters have their likeness
/// there; of several such scripts, in the one that most of its letters are of. Gives whether there was such a word.
pub(crate) fn undo(chars: &mut [char]) -> bool {
    // Most posts have no letter that could be a disguise, or be disguised by a Latin one.
    if !chars.iter().any(|c| matches!(script(*c), Some(CYRILLIC | GREEK))) {
        return false;
    }
    let mut any = false;
    for word in chars.split_mut(|c| !c.is_alphabetic()) {
        any |= undo_word(word);
    }
    any
}

const LATIN: usize = 0;
const CYRILLIC: usize = 1;
const GREEK: usize = 2;

fn script(c: char) -> Option<usize> {
    match c {
        'a'..='z' | '\u{c0}'..='\u{24f}' => Some(LATIN),
        '\u{400}'..='\u{52f}' => Some(CYRILLIC),
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Some(GREEK),
        _ => None,
    }
}

fn undo_word(word: &mut [char]) -> bool {
    let mut counts = [0_usize; 3];
    word.iter().filter_map(|c| script(*c)).for_each(|script| counts[script] += 1);
    if counts.iter().filter(|count| **count > 0).count() < 2 {
        return false;
    }
    let mut fitting: Vec<usize> = [LATIN, CYRILLIC, GREEK].into_iter().filter(|to| counts[*to] > 0).collect();
    fitting.retain(|to| word.iter().all(|c| script(*c).is_none_or(|from| likeness(*c, from, *to).is_some())));
    // The sort is stable: of equals Latin comes first.
    fitting.sort_by_key(|to| std::cmp::Reverse(counts[*to]));
    let Some(to) = fitting.first() else { return false };
    for c in word {
        if let Some(alike) = script(*c).and_then(|from| likeness(*c, from, *to)) {
            *c = alike;
        }
    }
    true
}

fn likeness(c: char, from: usize, to: usize) -> Option<char> {
    if from == to {
        return Some(c);
    }
    ALIKE.iter().find(|row| row[from] == c).map(|row| row[to]).filter(|alike| *alike != ' ')
}
