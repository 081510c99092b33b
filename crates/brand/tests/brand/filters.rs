//! What stays out, as what, and what the brand listens for.

use crate::brand;
use brand::{KeptAs, PostView};

const DESK: &str = r#"
listen: {any_of: [Aurora Air, AuroraAir, 极光航空], none_of: [aurora borealis], languages: [en, zh], authors: {exclude: ["@FlightBot"]}}
filters:
  - {name: contest, as: promotion, any_of: [giveaway, RT to win], none_of: [refund]}
  - {name: rivals, as: competitor, handles: ["@polarwings"], none_of: [AuroraAir]}
  - {name: deals, authors: [DealBot], when: 'post.followers < 100'}
  - {name: other-tongues, languages: [de]}
"#;

fn post(text: &str) -> PostView<'_> {
    PostView { text, network: "x", followers: 50, ..PostView::default() }
}

#[test]
fn all_that_a_filter_says_must_hold() {
    let brand = brand(DESK);
    let ours = |text| PostView { handle_use: "main", ..post(text) };
    let kept = |view: PostView<'_>| {
        let filtering = brand.filter_explained(&view);
        (filtering.rule.unwrap_or("-").to_owned(), filtering.kept_as)
    };
    assert_eq!(kept(ours("a GIVEAWAY!")), ("contest".to_owned(), KeptAs::Promotion));
    assert_eq!(kept(ours("giveaway? I want my refund")).0, "-");
    assert_eq!(kept(ours("giveaways")).0, "-", "whole words");
    assert_eq!(kept(post("why is @PolarWings so late")), ("rivals".to_owned(), KeptAs::Competitor));
    assert_eq!(kept(post("AuroraAir is better than @polarwings")).0, "-");
    assert_eq!(kept(post("@polarwings_help AuroraAir")).0, "-");
    let deal = PostView { author: "@dealbot", ..ours("cheap flights") };
    assert_eq!(kept(deal), ("deals".to_owned(), KeptAs::Filtered));
    assert_eq!(kept(PostView { followers: 5_000, ..deal }).0, "-");
    assert_eq!(kept(PostView { author: "somebody", ..deal }).0, "-");
    assert_eq!(kept(PostView { language: "de-AT", ..ours("hallo") }).0, "other-tongues");
    assert_eq!(kept(ours("hallo")).0, "-", "the language is not known");
    assert_eq!((KeptAs::Promotion.as_str(), KeptAs::Competitor.as_str()), ("promotion", "competitor"));
}

#[test]
fn what_is_addressed_is_ours_and_the_rest_must_name_us() {
    let brand = brand(DESK);
    assert!(brand.hears(&post("my bag! aurora  air!")));
    assert!(brand.hears(&post("极光航空又延误了")));
    assert!(!brand.hears(&post("my bag!")));
    assert!(!brand.hears(&post("Aurora Air, the aurora borealis")));
    assert!(!brand.hears(&PostView { author: "flightbot", ..post("Aurora Air AU308 landed") }));
    assert!(!brand.hears(&PostView { language: "fr", ..post("Aurora Air") }));
    assert!(brand.hears(&PostView { language: "zh-Hant", ..post("Aurora Air") }));
    assert!(brand.hears(&PostView { handle_use: "care", author: "flightbot", ..post("my bag!") }));
    assert!(brand.hears(&PostView { private: true, ..post("my bag!") }));
    let apart = brand.filter_explained(&post("my bag!"));
    assert_eq!((apart.rule, apart.kept_as), (Some("listen"), KeptAs::Filtered));
    assert_eq!(brand.filter(&post("Aurora Air lost my bag")), None);
    assert!(crate::brand("").hears(&post("my bag!")), "who says nothing takes all");
}

#[test]
fn filters_can_be_tried_on_posts_before_they_are_in_force() {
    let brand = brand(DESK);
    let posts = ["a giveaway", "Aurora Air lost my bag", "@polarwings lost my bag", "RT to win", "good morning"];
    let told: Vec<(String, &str, Vec<usize>)> = brand
        .would_filter(posts.iter().map(|text| post(text)))
        .into_iter()
        .map(|one| (one.rule, one.kept_as.as_str(), one.posts))
        .collect();
    let expected = [
        ("contest", "promotion", vec![0, 3]),
        ("rivals", "competitor", vec![2]),
        ("deals", "filtered", vec![]),
        ("other-tongues", "filtered", vec![]),
        ("listen", "filtered", vec![4]),
    ];
    assert_eq!(told, expected.map(|(rule, kept_as, posts)| (rule.to_owned(), kept_as, posts)));
    assert_eq!(crate::brand("").would_filter(posts.iter().map(|text| post(text))), Vec::new());
}

/// An old file may have a filter of this name; only with `listen` it is taken.
#[test]
fn a_filter_may_be_called_listen_while_nothing_is_listened_for() {
    let brand = brand("filters: [{name: listen, when: post.private}]\n");
    assert_eq!(brand.filter(&PostView { private: true, ..post("a") }), Some("listen"));
}
