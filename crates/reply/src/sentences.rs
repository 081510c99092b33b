//! Where sentences end, in any script.

/// The sentences of a text in bytes, each with the space that follows it; together they are the whole text.
pub(crate) fn sentences(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut ended = false;
    for (at, sign) in text.char_indices() {
        if ended && !sign.is_whitespace() && !closes(sign) && !is_stop(sign) {
            found.push(start..at);
            start = at;
            ended = false;
        }
        ended = ended && (sign.is_whitespace() || closes(sign) || is_stop(sign)) || ends(text, at, sign);
    }
    if start < text.len() {
        found.push(start..text.len());
    }
    found
}

/// Whether a sentence ends with the sign at this byte.
pub(crate) fn ends(text: &str, at: usize, sign: char) -> bool {
    let rest = &text[at + sign.len_utf8()..];
    match sign {
        '\n' => line_ends(&text[..at], rest),
        '。' | '！' | '？' | '｡' | '．' | '।' | '॥' | '؟' | '۔' | '።' | '။' | '։' => true,
        // Inside "3.5", "isp.com" and "e.g." nothing ends.
        '.' => followed_by_new(rest) && !is_abbreviated(&text[..at]),
        '!' | '?' | '…' | '‼' | '⁇' | '⁈' | '⁉' => rest
            .chars()
            .next()
            .is_none_or(|next| next.is_whitespace() || closes(next) || is_stop(next) || !next.is_ascii()),
        _ => false,
    }
}

/// Whether a sign is one of those that sentences end with.
pub(crate) fn is_stop(sign: char) -> bool {
    matches!(
        sign,
        '.' | '!'
            | '?'
            | '…'
            | '。'
            | '！'
            | '？'
            | '｡'
            | '．'
            | '।'
            | '॥'
            | '؟'
            | '۔'
            | '‼'
            | '⁇'
            | '⁈'
            | '⁉'
    )
}

/// Quotes and brackets that close belong to the sentence before them.
pub(crate) fn closes(sign: char) -> bool {
    matches!(sign, '"' | '\'' | ')' | ']' | '}' | '”' | '’' | '»' | '」' | '』' | '】' | '）' | '》' | '›')
}

/// How many signs around a stop are looked at, so that a run of stops takes no longer than other text.
const NEAR: usize = 16;

/// A line ends a sentence unless it announces a list, or the next line goes on with one.
fn line_ends(before: &str, rest: &str) -> bool {
    let last = before.chars().rev().take(NEAR).find(|sign| !sign.is_whitespace());
    let announces = last.is_none_or(|last| matches!(last, ':' | '：' | ',' | '，' | '、'));
    let next = rest.chars().take(NEAR).find(|sign| !sign.is_whitespace());
    !announces && !next.is_some_and(|next| matches!(next, '-' | '•' | '*' | '–' | '·' | '✅' | '➡'))
}

/// A full stop ends a sentence when something new begins behind it: no small letter, no digit.
fn followed_by_new(rest: &str) -> bool {
    let mut rest = rest.chars().take(NEAR).skip_while(|next| closes(*next) || is_stop(*next));
    match rest.next() {
        None => true,
        Some(next) if next.is_whitespace() => true,
        Some(next) => !next.is_ascii() && !next.is_alphanumeric(),
    }
}

/// "No. 5", "Mr. Bean", "z. B.": one letter, or a word that is always cut short.
fn is_abbreviated(before: &str) -> bool {
    const SHORT: [&str; 26] = [
        "no", "nr", "mr", "mrs", "ms", "dr", "st", "tel", "ref", "acc", "acct", "approx", "e.g", "i.e", "z.b", "bzw",
        "ca", "inkl", "str", "sr", "sra", "núm", "nº", "num", "т.е", "тел",
    ];
    let near = before.char_indices().rev().take(NEAR).last().map_or(0, |(at, _)| at);
    let gap = before[near..].char_indices().rev().find(|(_, sign)| sign.is_whitespace() || *sign == '(');
    let word = &before[gap.map_or(near, |(at, sign)| near + at + sign.len_utf8())..];
    let mut signs = word.chars();
    let single = signs.next().is_some_and(char::is_alphabetic) && signs.next().is_none();
    single && word.len() < before.len() && word != "I" || SHORT.iter().any(|short| word.to_lowercase() == *short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_in_any_script() {
        for (text, expected) in [
            ("One. Two! Three? Four", vec!["One. ", "Two! ", "Three? ", "Four"]),
            ("No. 5 costs 3.50 at isp.com, e.g. today. Ok", vec!["No. 5 costs 3.50 at isp.com, e.g. today. ", "Ok"]),
            ("您好。非常抱歉！请稍等", vec!["您好。", "非常抱歉！", "请稍等"]),
            ("দুঃখিত। আমরা দেখছি।", vec!["দুঃখিত। ", "আমরা দেখছি।"]),
            ("آسف؟ نعم", vec!["آسف؟ ", "نعم"]),
            ("He said \"no.\" Then left", vec!["He said \"no.\" ", "Then left"]),
            ("Send us:\n- name\n- city\nThanks", vec!["Send us:\n- name\n- city\n", "Thanks"]),
            ("Wait... what?!  Ok", vec!["Wait... ", "what?!  ", "Ok"]),
        ] {
            let found: Vec<&str> = sentences(text).into_iter().map(|at| &text[at]).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
