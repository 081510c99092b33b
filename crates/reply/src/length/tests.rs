use super::*;
use proptest::prelude::*;

/// The reference table: text, X, Mastodon, Bluesky with bytes, UTF-16, SMS with its encoding.
const TABLE: [(&str, [usize; 6], Encoding); 10] = [
    ("Hi http://test.co", [26, 26, 17, 17, 17, 17], Encoding::Gsm7),
    ("👨‍👩‍👧‍👦", [2, 1, 1, 25, 11, 11], Encoding::Ucs2),
    ("🙋🏽👨‍🎤", [4, 2, 2, 19, 9, 9], Encoding::Ucs2),
    ("日本語", [6, 3, 3, 9, 3, 3], Encoding::Ucs2),
    ("안녕하세요", [10, 5, 5, 15, 5, 5], Encoding::Ucs2),
    ("ভালো", [4, 2, 2, 12, 4, 4], Encoding::Ucs2),
    ("õunad", [5, 5, 5, 6, 5, 5], Encoding::Ucs2),
    ("€{}", [4, 3, 3, 5, 3, 6], Encoding::Gsm7),
    ("e\u{301}", [1, 1, 1, 3, 2, 2], Encoding::Ucs2),
    ("@alice@example.social hi", [24, 9, 24, 24, 24, 24], Encoding::Gsm7),
];

#[test]
fn the_reference_table_holds() {
    for (text, expected, encoding) in TABLE {
        let counted = [
            Counting::Weighted,
            Counting::Fediverse,
            Counting::Graphemes,
            Counting::Bytes,
            Counting::Utf16,
            Counting::Sms,
        ]
        .map(|counting| counting.count(text));
        assert_eq!(counted, expected, "{text}");
        assert_eq!(Sms::of(text).encoding, encoding, "{text}");
    }
}

#[test]
fn limits_hold_to_the_unit() {
    for (network, private, unit, most) in [
        ("x", false, "a", 280),
        ("x", false, "語", 140),
        ("x", true, "語", 10_000),
        ("mastodon", false, "語", 500),
        ("bluesky", false, "a", 300),
        // 25 bytes each: the second limit binds.
        ("bluesky", false, "👨‍👩‍👧‍👦", 120),
        ("instagram", true, "õ", 500),
        ("messenger", true, "a", 1_999),
        ("telegram", true, "👋", 2_048),
        ("line", true, "a", 5_000),
        ("sms", true, "{", 800),
        ("sms", true, "ы", 1_600),
        ("somewhere", false, "👋", 140),
        ("somewhere", true, "a", 1_000),
    ] {
        let limit = Limit::of(network, private);
        assert!(limit.fits(&unit.repeat(most - 1), 0), "one under on {network}");
        assert!(limit.fits(&unit.repeat(most), 0), "exactly on {network}");
        assert!(!limit.fits(&unit.repeat(most + 1), 0), "one over on {network}");
        assert!(!limit.fits(&unit.repeat(most), 1), "one reserved on {network}");
    }
}

#[test]
fn signs_that_x_refuses_never_fit() {
    assert_eq!(Limit::of("x", false).refused("a\u{feff}"), Some(1));
    assert!(!Limit::of("x", false).fits("a\u{feff}", 0));
    assert!(Limit::of("mastodon", false).fits("a\u{feff}", 0));
}

#[test]
fn segments_tear_neither_escape_nor_surrogates() {
    for (text, segments) in [
        (String::new(), 0),
        ("a".repeat(160), 1),
        ("a".repeat(161), 2),
        ("a".repeat(306), 2),
        // The escape does not fit as the 153rd septet, so a septet stays empty.
        (format!("{}€{}", "a".repeat(152), "a".repeat(152)), 3),
        ("ы".repeat(70), 1),
        ("ы".repeat(71), 2),
        (format!("{}👋{}", "ы".repeat(66), "ы".repeat(66)), 3),
    ] {
        assert_eq!(Sms::of(&text).segments, segments, "{} units", Sms::of(&text).units);
    }
}

proptest! {
    #[test]
    fn no_unit_is_larger_than_bytes_say(text in "\\PC{0,80}") {
        prop_assert!(Counting::Graphemes.count(&text) <= Counting::Characters.count(&text));
        prop_assert!(Counting::Characters.count(&text) <= Counting::Utf16.count(&text));
        prop_assert!(Counting::Utf16.count(&text) <= Counting::Bytes.count(&text));
    }
}
