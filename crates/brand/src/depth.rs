//! How deep an expression goes, told from its signs before anything parses it. The parser, the checker and the
//! evaluation call themselves once a level, so the depth of what people write is bounded here, once for all of them.

use crate::expression::Fault;

/// Brackets inside brackets.
const BRACKETS_DEEPEST: usize = 10;
/// Levels of the expression as a tree. `&&`, `||` and commas cost none: their parts stand side by side.
const LEVELS_DEEPEST: usize = 32;

/// The levels of one pair of brackets: of the part in hand, and of the deepest part before it.
#[derive(Default)]
struct Level {
    part: usize,
    deepest: usize,
}

impl Level {
    fn next_part(&mut self) {
        self.deepest = self.deepest.max(self.part);
        self.part = 0;
    }
}

/// Refuses an expression that goes too deep, or whose texts are not closed, since then nothing can be told of it.
pub(crate) fn check(text: &str) -> Result<(), Fault> {
    let signs: Vec<char> = text.chars().collect();
    let mut levels = vec![Level::default()];
    let mut at = 0;
    while at < signs.len() {
        match signs[at] {
            '"' | '\'' => {
                at = past_text(&signs, at)?;
                continue;
            }
            '/' if signs.get(at + 1) == Some(&'/') => {
                at += signs[at..].iter().position(|sign| *sign == '\n').unwrap_or(signs.len() - at);
                continue;
            }
            '(' | '[' | '{' => {
                levels.push(Level::default());
                if levels.len() > BRACKETS_DEEPEST {
                    return Err(too_deep(at));
                }
            }
            ')' | ']' | '}' if levels.len() > 1 => close(&mut levels),
            '&' | '|' | ',' => levels.last_mut().expect("the outermost level stays").next_part(),
            '.' | '+' | '-' | '*' | '/' | '%' | '!' | '?' | ':' | '<' | '>' | '=' => {
                levels.last_mut().expect("the outermost level stays").part += 1;
            }
            // The operator `in`, counted as any two letters in a row would be too much.
            'i' if signs.get(at + 1) == Some(&'n') && signs.get(at + 2).is_none_or(|sign| !sign.is_alphanumeric()) => {
                levels.last_mut().expect("the outermost level stays").part += 1;
            }
            _ => {}
        }
        if levels.iter().map(|level| level.part.max(level.deepest)).sum::<usize>() > LEVELS_DEEPEST {
            return Err(too_deep(at));
        }
        at += 1;
    }
    Ok(())
}

fn close(levels: &mut Vec<Level>) {
    let mut inner = levels.pop().expect("the caller has seen an inner level");
    inner.next_part();
    levels.last_mut().expect("the outermost level stays").part += inner.deepest + 1;
}

fn too_deep(offset: usize) -> Fault {
    Fault {
        offset,
        what: format!("goes deeper than {BRACKETS_DEEPEST} brackets or {LEVELS_DEEPEST} levels"),
        cure: "split it into several rules".to_owned(),
    }
}

/// The place after the text in quotes that starts here, by the rules of CEL: a sign that ends a text for the parser
/// must end it here.
fn past_text(signs: &[char], start: usize) -> Result<usize, Fault> {
    let quote = signs[start];
    let raw = start > 0 && matches!(signs[start - 1], 'r' | 'R');
    let long = signs[start..].iter().take_while(|sign| **sign == quote).count() >= 3;
    let mut at = start + if long { 3 } else { 1 };
    loop {
        match signs.get(at) {
            None => return Err(unclosed(start)),
            Some('\n' | '\r') if !long => return Err(unclosed(start)),
            Some('\\') if !raw => at += escape(signs, at)?,
            Some(sign) if *sign == quote => {
                let run = signs[at..].iter().take_while(|sign| **sign == quote).count();
                if !long {
                    return Ok(at + 1);
                }
                if run >= 3 {
                    return Ok(at + 3);
                }
                at += run;
            }
            Some(_) => at += 1,
        }
    }
}

fn unclosed(offset: usize) -> Fault {
    Fault { offset, what: "holds a text that is not closed".to_owned(), cure: "add the missing quote".to_owned() }
}

/// How many signs the escape takes that starts with this backslash.
fn escape(signs: &[char], at: usize) -> Result<usize, Fault> {
    let digits = |from: usize, count: usize, radix: u32| {
        let all = signs.get(at + from..at + from + count);
        all.is_some_and(|all| all.iter().all(|sign| sign.is_digit(radix)))
    };
    let taken = match signs.get(at + 1) {
        Some('a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '"' | '\'' | '\\' | '?' | '`') => 2,
        Some('x' | 'X') if digits(2, 2, 16) => 4,
        Some('u') if digits(2, 4, 16) => 6,
        Some('U') if digits(2, 8, 16) => 10,
        Some('0'..='3') if digits(1, 3, 8) => 4,
        _ => {
            return Err(Fault {
                offset: at,
                what: "holds a backslash that CEL does not know".to_owned(),
                cure: "write a raw text, r\"...\", in which a backslash is a plain sign".to_owned(),
            });
        }
    };
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_not_deep() {
        for text in [
            r#"post.text.matches(r"(?i)((((((((((((((((((((a))))))))))))))))))))") && post.private"#,
            r#"["a", "b"].exists(w, post.text.contains(w)) || !(post.region in ["x"]) && 1 + 2 * 3 == 7"#,
            "post.private // ((((((((((((((((((((((((((((((((",
            r#"post.text == "\"((((\\" && post.text == '\'' && post.text == """a"b\n""" "#,
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
        let many = vec!["post.text.contains(\"a\")"; 150].join(" || ");
        assert_eq!(check(&many), Ok(()));
    }

    #[test]
    fn what_is_deep_is_refused_however_it_is_written() {
        for text in [
            "(".repeat(11),
            format!("{}true", "!".repeat(33)),
            format!("{}a", "a ? b : ".repeat(17)),
            "a+".repeat(34),
            format!("{}a{}", "(a+a+a+a+".repeat(8), ")".repeat(8)),
            format!("{}a{}", "(".repeat(10), "+a+a+a+a)".repeat(10)),
            format!("a{}", ".b".repeat(34)),
            "a in ".repeat(34),
        ] {
            assert!(check(&text).is_err_and(|fault| fault.what.starts_with("goes deeper")), "{text}");
        }
    }

    #[test]
    fn a_text_ends_where_the_parser_ends_it() {
        for (text, what) in [
            ("\"abc", "holds a text that is not closed"),
            ("'a\nb'", "holds a text that is not closed"),
            ("\"\"\"a\"\"", "holds a text that is not closed"),
            (r#""\d""#, "holds a backslash that CEL does not know"),
            (r#""\x4""#, "holds a backslash that CEL does not know"),
            (r#""\"#, "holds a backslash that CEL does not know"),
        ] {
            assert_eq!(check(text).unwrap_err().what, what, "{text}");
        }
    }
}
