//! The bodies of the fuzz targets over a fixed list of nasty inputs, so that every test run covers them.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

#[path = "../../../fuzz/bodies.rs"]
mod bodies;

/// One letter of every block of 64 characters there is, which is every script.
fn scripts_mixed() -> String {
    (0..0x11_0000).step_by(64).filter_map(char::from_u32).filter(|c| c.is_alphanumeric()).collect()
}

fn texts() -> Vec<String> {
    vec![
        String::new(),
        " \t\r\n\u{0}\u{feff}\u{202e}\u{200b}".to_owned(),
        "where is my bag? ".repeat((1 << 20) / 17),
        "7".repeat(1 << 20),
        "1 ".repeat(1 << 19),
        "1 111 ".repeat(1 << 17),
        "+1-(2)/".repeat(1 << 17),
        "a@b.c@d.e ".repeat(1 << 17),
        "*1".repeat(1 << 19),
        "order ".repeat(1 << 17),
        "号1点".repeat(1 << 17),
        "১টা ".repeat(1 << 17),
        "DE12 ".repeat(1 << 17),
        "Rue 1, ".repeat(1 << 17),
        "\u{301}".repeat(10_000),
        format!("1{}2", "\u{301}".repeat(10_000)),
        "\u{fdfa}".repeat(20_000),
        "👩‍👩‍👧‍👦🏳️‍🌈1️⃣".repeat(500),
        "https://example.org/12345678?a=1&b=2".to_owned(),
        "@@@@####((((".repeat(1000),
        "２０２６年３月５日 +８８０ １７１２ ３４５６７８ ₹५००".to_owned(),
        ('\u{1}'..'\u{3000}').collect(),
        scripts_mixed(),
        scripts_mixed().chars().flat_map(|c| [c, '4', ' ']).collect(),
        "card ending in".to_owned(),
        "no. 1".to_owned(),
        "1月".to_owned(),
        "@a.".to_owned(),
        "a@".to_owned(),
        "1:".to_owned(),
        "0".to_owned(),
    ]
}

#[test]
fn texts_have_a_normal_form_and_an_answer() {
    for text in texts() {
        bodies::normalise(text.as_bytes());
        bodies::classify(text.as_bytes());
    }
    bodies::normalise(&[0xff, 0xfe, 0xed, 0xa0, 0x80]);
}

#[test]
fn entities_stand_in_their_text() {
    for text in texts() {
        bodies::recognise(text.as_bytes());
        // A text that was cut anywhere is a text.
        let head: String = text.chars().take(60).collect();
        for end in 0..head.len() {
            bodies::recognise(&head.as_bytes()[..end]);
        }
    }
}

#[test]
fn a_cut_or_foreign_model_is_an_error() {
    let shipped = classifier::SHIPPED;
    for end in [0, 1, 7, 8, 12, 16, 47, 48, 49, 1000, shipped.len() - 1] {
        bodies::model_file(&shipped[..end]);
    }
    for foreign in [&b"GIF89a"[..], b"EARSHOTM", b"EARSHOTM\x01\0\0\0\xff\xff\xff\xff", b"{}", b"null", &[0xff; 4096]] {
        bodies::model_file(foreign);
    }
    let header = r#"{"licence":"","sets":[],"heads":[{"name":"language","labels":[],"bits":63,"rows":9,"wide":false,
        "abstain":null,"temperature":0,"bias":[],"scale":[],"table_sha256":""}]}"#;
    bodies::model_file(header.as_bytes());
    let many = header.replace("63", "4294967295").replace(":9", ":18446744073709551615");
    bodies::model_file(many.as_bytes());
}

#[test]
fn a_manifest_that_names_a_missing_set_is_an_error() {
    for manifest in [
        "",
        "{",
        "[]",
        r#"{"sets":[]}"#,
        r#"{"sets":[{"file":"none.jsonl","licence":"open","terms":"","heads":{}}]}"#,
        r#"{"sets":[{"file":"none.jsonl.gz","licence":"own","terms":"","heads":{"intent":{"weight":1}}}]}"#,
        r#"{"sets":[{"file":"..","licence":"nc","terms":"","heads":{"intent":{"weight":1e999}}}]}"#,
        r#"{"sets":[{"file":"a","licence":"open","terms":"","heads":{"intent":{"weight":-1}}}]}"#,
        r#"{"sets":[{"file":"a","licence":"open","terms":"","heads":{"intent":{"weight":1,"rules":[{"when":{},"is":"no"}]}}}]}"#,
    ] {
        bodies::manifest(manifest.as_bytes());
    }
    bodies::manifest(&[0xff, 0xfe]);
}

#[test]
fn a_stream_of_anything_is_answered_or_named() {
    for lines in [
        "",
        "\n",
        "{}",
        "{\"text\":\"fine\"}",
        "{\"text\":\"\\ud800\"}\n",
        "{\"text\":\"\\udc00\\ud800\"}\n{\"text\":\"x\"}\n",
        "{\"text\":\"\\ud83d\\ude00\",\"id\":1e400}\n",
        "{\"id\":{\"a\":[1,null]},\"text\":\"\\u0000\"}\n",
        "{\"text\":null}\n",
        "\u{feff}{\"text\":\"bom\"}\n",
    ] {
        bodies::jsonl(lines.as_bytes());
    }
    bodies::jsonl(b"{\"text\":\"\xff\"}\n");
    bodies::jsonl("[".repeat(100_000).as_bytes());
    bodies::jsonl(format!("{{\"text\":\"{}\"}}", "7 ".repeat(1 << 19)).as_bytes());
}
