//! The three brands of the demo: they are read, they act, and they do what their comments say.

use brand::{Brand, ClassView, ConversationView, PostView, RouteInput, Settings};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/brands")
}

fn demo(name: &str) -> Brand {
    let file = format!("{name}.yaml");
    let yaml = std::fs::read_to_string(folder().join(&file)).expect("the demo has its brands");
    let settings = Settings::parse(&yaml, &file).unwrap_or_else(|problems| panic!("{problems}"));
    Brand::compile(settings).unwrap()
}

#[test]
fn every_brand_of_the_demo_is_read_and_is_named_as_its_file() {
    let mut seen = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let brand = demo(&name);
        assert_eq!(brand.slug(), name);
        assert_eq!(brand.warnings(), Vec::new(), "{name}");
        for person in &brand.settings().people {
            let at_work = brand.settings().teams.iter().any(|team| team.people.contains(&person.id));
            assert!(at_work, "{} of {name} is in no team", person.id);
            assert!(person.signature.is_some(), "{} of {name} signs with nothing", person.id);
        }
        seen += 1;
    }
    assert_eq!(seen, 3);
}

fn rule(brand: &Brand, post: PostView<'_>, class: ClassView<'_>) -> String {
    let input = RouteInput {
        // A Wednesday at 12:00 in Tallinn.
        at: "2026-06-03T09:00:00Z".parse().unwrap(),
        post,
        class,
        conversation: ConversationView { posts: 1, ..ConversationView::default() },
        ..RouteInput::default()
    };
    let decision = brand.route(&input);
    format!("{} -> {}", decision.rule, decision.team)
}

#[test]
fn the_airline_keeps_contests_out_and_puts_wishes_on_the_studios_desk() {
    let brand = demo("aurora-air");
    let contest = "🎉 RT + FOLLOW to WIN 2 flights with @AuroraAir!!! tag 3 friends #AuroraGiveaway #contest #win";
    assert_eq!(
        brand.filter(&PostView { text: contest, network: "x", followers: 48_800, ..PostView::default() }),
        Some("contest")
    );
    let late =
        PostView { text: "AU308 延误三个小时了", network: "weibo", followers: 5_230, ..PostView::default() };
    assert_eq!(brand.filter(&late), None);
    let complaint = ClassView { intent: "complaint", sentiment: "negative", ..ClassView::default() };
    assert_eq!(rule(&brand, late, complaint), "complaint -> care");
    assert_eq!(rule(&brand, PostView { followers: 15_400, ..late }, complaint), "angry-and-heard -> crisis");
    let wish = ClassView { intent: "request", ..ClassView::default() };
    assert_eq!(rule(&brand, PostView { followers: 128_400, ..late }, wish), "wish-that-is-heard -> studio");
    let praise = ClassView { intent: "praise", sentiment: "positive", ..ClassView::default() };
    assert_eq!(rule(&brand, late, praise), "praise -> studio");
}

#[test]
fn the_carrier_serves_by_region_and_its_general_pool_by_night() {
    let brand = demo("nordnet");
    let spam = "🔥🔥 10k followers $5 🔥🔥 @NordNet @telnova real accounts fast delivery link in bio 🔥🔥";
    assert_eq!(brand.filter(&PostView { text: spam, followers: 12, ..PostView::default() }), Some("sells-followers"));
    let post = PostView {
        text: "no signal since the wind picked up",
        network: "x",
        region: "saaremaa",
        ..PostView::default()
    };
    let complaint = ClassView { intent: "complaint", sentiment: "negative", ..ClassView::default() };
    assert_eq!(rule(&brand, post, complaint), "complaint -> island-experts");
    assert_eq!(rule(&brand, PostView { region: "harju", ..post }, ClassView::default()), "otherwise -> north-experts");
    assert_eq!(rule(&brand, PostView { region: "", ..post }, ClassView::default()), "otherwise -> general");
    let night =
        RouteInput { at: "2026-06-03T20:00:00Z".parse().unwrap(), post, class: complaint, ..RouteInput::default() };
    assert_eq!(&*brand.route(&night).team, "general");
    assert_eq!(brand.coverage_gaps(jiff::civil::date(2026, 6, 3)), Vec::new());
}

#[test]
fn the_restaurants_nights_are_uncovered_as_the_file_says() {
    let brand = demo("basil-and-bean");
    let gaps: Vec<String> =
        brand.coverage_gaps(jiff::civil::date(2026, 6, 3)).iter().map(ToString::to_string).collect();
    assert_eq!(gaps.len(), 7, "{gaps:?}");
    assert!(gaps.iter().all(|gap| gap.ends_with(" 01:00-08:00 nobody is on")), "{gaps:?}");
    let ill =
        PostView { text: "had the walnut ragù, my allergic daughter is in A&E", network: "x", ..PostView::default() };
    let angry = ClassView { intent: "complaint", sentiment: "negative", ..ClassView::default() };
    assert_eq!(rule(&brand, ill, angry), "made-somebody-ill -> kitchen");
}
