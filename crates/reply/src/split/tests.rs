use super::*;
use crate::length::Counting;
use crate::marks::Sort;
use proptest::prelude::*;

fn plan(counting: Counting, units: usize) -> Split<'static> {
    Split { limit: Limit::new(counting, units), reserved: 0, parts_at_most: 200, signature: "" }
}

#[test]
fn a_reply_that_fits_stays_as_it_is_and_is_signed_once() {
    let plan = Split { signature: "^Kim", ..plan(Counting::Weighted, 280) };
    assert_eq!(split("On its way.", &plan).unwrap(), ["On its way. ^Kim"]);
    assert_eq!(split("On its way. ^Kim\n", &plan).unwrap(), ["On its way. ^Kim"]);
    assert_eq!(split("", &plan).unwrap(), ["^Kim"]);
}

#[test]
fn parts_end_with_sentences_in_any_script() {
    for (text, units, parts) in [
        (
            "Sorry for that. We see it now. It is fixed.",
            38,
            vec!["Sorry for that. We see it now. (1/2)", "It is fixed. (2/2)"],
        ),
        ("非常抱歉。您的宽带已经恢复。请私信我。", 34, vec!["非常抱歉。您的宽带已经恢复。 (1/2)", "请私信我。 (2/2)"]),
        ("আমরা দুঃখিত। আমরা এখন দেখছি।", 24, vec!["আমরা দুঃখিত। (1/2)", "আমরা এখন দেখছি। (2/2)"]),
        ("نحن آسفون؟ نعم تماما الآن", 24, vec!["نحن آسفون؟ (1/2)", "نعم تماما الآن (2/2)"]),
    ] {
        assert_eq!(split(text, &plan(Counting::Weighted, units)).unwrap(), parts, "{text}");
    }
}

#[test]
fn what_is_one_thing_is_never_torn() {
    let text = "Call +44 20 7946 0958 or pay £ 1 234.50 by https://isp.example/a/very/long/path?to=pay today @isp_care";
    for units in 50..110 {
        let parts = split(text, &plan(Counting::Characters, units)).unwrap();
        let all = parts.join("\n");
        for whole in ["+44 20 7946 0958", "£ 1 234.50", "https://isp.example/a/very/long/path?to=pay", "@isp_care"] {
            assert!(all.contains(whole), "{units}: {all}");
        }
    }
    assert_eq!(
        split(text, &plan(Counting::Characters, 30)),
        Err(Error::Unsplittable { at: text.find("https").unwrap() })
    );
}

#[test]
fn too_many_parts_are_an_error_that_says_how_long_it_may_be() {
    let plan = Split { parts_at_most: 2, signature: "^Kim", ..plan(Counting::Characters, 40) };
    let error = split(&"word ".repeat(30), &plan).unwrap_err();
    assert_eq!(error, Error::TooLong { parts_at_most: 2, units_at_most: 63 });
    assert!(error.to_string().contains("about 63 units"));
    let fitting = "word ".repeat(12);
    assert_eq!(split(&fitting, &plan).unwrap().len(), 2);
}

#[test]
fn ten_parts_and_more_have_room_for_their_number() {
    let plan = plan(Counting::Characters, 20);
    let parts = split(&"twelve chars ".repeat(12), &plan).unwrap();
    assert_eq!(parts.len(), 12);
    assert_eq!(parts[11], "twelve chars (12/12)");
    assert!(parts.iter().all(|part| plan.limit.fits(part, 0)));
}

#[test]
fn the_reply_of_the_ancient_hub_was_too_long_for_its_time() {
    let text = "Hi Andy, sorry for the wait. We may be able to help with that. What is the problem with your broadband, is it slow on wired as well as on wireless, and have you tried a restart of the hub with the pin reset for ten seconds? We can also send a technician to look at the hub. ^Kim";
    let limit = Limit::new(Counting::Weighted, 140);
    let parts = split(text, &Split { limit, reserved: 0, parts_at_most: 5, signature: "^Kim" }).unwrap();
    assert_eq!(parts.len(), 3);
    assert!(parts[0].ends_with("(1/3)") && parts[1].contains("ten seconds?"), "{parts:?}");
    assert!(parts[2].ends_with("look at the hub. ^Kim (3/3)"), "{}", parts[2]);
}

/// Sentences of many scripts with things that must stay whole.
fn replies() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z]{1,12}",
        1 => "[а-яё]{1,10}",
        1 => "[ก-ฮ]{1,14}",
        1 => "[一-龥]{1,18}",
        1 => "[가-힣]{1,6}",
        1 => "[অ-হ][া-ৌ]?[অ-হ]{0,6}",
        1 => "[ء-ي]{1,8}",
        1 => prop::sample::select(vec![
            "👨‍👩‍👧‍👦", "🙋🏽", "e\u{301}", "https://t.co/a1B2", "@isp_care", "+44 20 7946 0958", "£ 45.00", "8820 1145 9", "12:30",
            "।", "。", "…", "?!", "\n", "\u{200f}", "“", "»", "🇪🇪🇪🇪",
        ])
        .prop_map(str::to_owned),
        1 => "\\PC{1,4}",
    ];
    prop::collection::vec((piece, prop::sample::select(vec![" ", " ", " ", ". ", "? ", "", "।  ", "。"])), 0..60)
        .prop_map(|pieces| pieces.into_iter().map(|(piece, gap)| piece + gap).collect())
}

fn without_space(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_whitespace()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_lost_nothing_over_nothing_torn(
        text in replies(),
        counting in prop::sample::select(vec![
            Counting::Weighted, Counting::Fediverse, Counting::Graphemes, Counting::Bytes, Counting::Utf16, Counting::Characters, Counting::Sms,
        ]),
        units in 40_usize..200,
        reserved in 0_usize..10,
        signature in prop::sample::select(vec!["", "^Kim", "- 小林"]),
    ) {
        let plan = Split { reserved, signature, ..plan(counting, units) };
        prop_assume!(plan.limit.refused(&text).is_none());
        let parts = match split(&text, &plan) {
            Ok(parts) => parts,
            Err(Error::Unsplittable { at }) => {
                // Only what is one thing and as long as a part stops a split.
                prop_assert!(text.is_char_boundary(at) && units < 120);
                return Ok(());
            }
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        };
        prop_assert_eq!(&parts, &split(&text, &plan).unwrap());
        let mut joined = String::new();
        for (nth, part) in parts.iter().enumerate() {
            prop_assert!(plan.limit.fits(part, reserved), "{} is over", part);
            let number = format!(" ({}/{})", nth + 1, parts.len());
            let bare = if parts.len() == 1 { part.as_str() } else { part.strip_suffix(&number).unwrap() };
            prop_assert!(!bare.is_empty() || parts.len() == 1);
            joined += bare;
        }
        let body = unsigned(text.trim(), signature);
        prop_assert_eq!(without_space(&joined), without_space(&signed(body, signature)));
        let whole: Vec<&str> = body.graphemes(true).collect();
        // Each mark stands whole in one part.
        let all = parts.join("\u{1}");
        for mark in marks(body).into_iter().filter(|mark| mark.sort != Sort::Hashtag) {
            prop_assert!(all.contains(&body[mark.at.clone()]), "{:?} is torn", &body[mark.at]);
        }
        // No grapheme begins in one part and ends in another: a part begins where one of the body does.
        let mut starts = std::collections::BTreeSet::new();
        let mut at = 0;
        for sign in whole {
            if !is_gap(sign) {
                starts.insert(without_space(&body[..at]).len());
            }
            at += sign.len();
        }
        let mut seen = 0;
        for (nth, part) in parts.iter().enumerate() {
            prop_assert!(nth == 0 || starts.contains(&seen), "part {} begins inside a sign", nth + 1);
            let number = format!(" ({}/{})", nth + 1, parts.len());
            seen += without_space(part.strip_suffix(&number).unwrap_or(part)).len();
        }
    }
}
