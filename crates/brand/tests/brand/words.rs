//! The words a brand chooses in advance.

use crate::{SMALLEST, brand};
use brand::{Brand, ClassView, RouteInput, Settings, ShiftPost, SignatureUse, fill};

const WORDS: &str = r#"
tone:
  voice: [warm, short]
  examples: [{say: "I look for it now.", instead_of: "It was forwarded.", why: people answer}, {say: "Sorry."}]
  forbidden: [unfortunately, calm down]
  require_apology: true
  signature: required
replies:
  - {name: bag, language: en, text: "So sorry, {customer}. ^{person}", when: 'class.topic == "air.baggage"'}
  - {name: bag, language: et, text: "Vabandust, {customer}. ^{person}", when: 'class.topic == "air.baggage"'}
  - {name: hello, language: en, text: "{brand} here."}
  - {name: back-soon, language: en, text: "The desk is open.", when: 'open("crisis")'}
  - {name: broken, language: en, text: "never", when: '100 / post.attachments > 1'}
notices:
  out_of_hours: {et: "Oleme tagasi {opens}.", en: "Hi {customer}, back at {opens}."}
"#;

#[test]
fn replies_are_ready_in_the_language_of_the_post() {
    let brand = brand(WORDS);
    let ready = |language, topic| {
        let class = ClassView { language, topic, ..ClassView::default() };
        // A Sunday, so that the crisis desk is closed.
        let at = "2026-06-07T09:00:00Z".parse().unwrap();
        let replies = brand.ready_replies(&RouteInput { at, class, ..RouteInput::default() });
        replies.iter().map(|reply| format!("{} {}", reply.name, reply.language)).collect::<Vec<_>>()
    };
    assert_eq!(ready("en", "air.baggage"), ["bag en", "hello en"]);
    assert_eq!(ready("et", "air.baggage"), ["bag et"]);
    assert_eq!(ready("et", "air.delay"), Vec::<String>::new());
    assert_eq!(ready("und", "air.baggage"), ["bag en", "bag et", "hello en"]);
    let monday = RouteInput { at: "2026-06-01T09:00:00Z".parse().unwrap(), ..RouteInput::default() };
    assert!(brand.ready_replies(&monday).iter().any(|reply| reply.name == "back-soon"));
    let text = &brand.settings().replies[0].text;
    assert_eq!(fill(text, &[("customer", "Mo"), ("person", "Dana")]), "So sorry, Mo. ^Dana");
}

#[test]
fn tone_and_notices_are_as_written() {
    let brand = brand(WORDS);
    let settings = brand.settings();
    assert_eq!(settings.tone.forbidden, ["unfortunately", "calm down"]);
    assert_eq!((settings.tone.require_apology, settings.tone.signature), (true, SignatureUse::Required));
    assert_eq!(settings.tone.signature.as_str(), "required");
    assert_eq!(settings.tone.voice, ["warm", "short"]);
    let examples = settings.tone.examples.iter().map(|example| (example.say.as_str(), example.instead_of.as_str()));
    assert_eq!(examples.collect::<Vec<_>>(), [("I look for it now.", "It was forwarded."), ("Sorry.", "")]);
    let notice = &settings.notices.out_of_hours;
    assert_eq!(notice.in_language("et"), Some("Oleme tagasi {opens}."));
    assert_eq!(notice.in_language("fr"), Some("Hi {customer}, back at {opens}."), "English for who has no text");
    let builtin = Brand::builtin("b");
    assert_eq!(builtin.settings().notices.out_of_hours.in_language("en"), None);
    assert_eq!(
        (builtin.settings().tone.require_apology, builtin.settings().tone.signature),
        (false, SignatureUse::Optional)
    );
}

#[test]
fn a_team_says_good_morning() {
    let yaml = SMALLEST
        .replace("care: {", "care: {shift_posts: {morning: {network: x, text: 'Good morning from {people}'}}, ");
    let settings = Settings::parse(&format!("{yaml}handles: [{{network: x, account: a}}]\n"), "f").unwrap();
    let posts = &settings.team("care").unwrap().shift_posts;
    let morning = ShiftPost { network: "x".into(), text: "Good morning from {people}".into() };
    assert_eq!((posts.morning.as_ref(), posts.evening.as_ref()), (Some(&morning), None));
}

#[test]
fn the_matter_goes_on_in_private_in_the_brands_words() {
    let settings = crate::settings("notices: {moved_to_private: {en: \"{customer}, see your messages.\"}}\n");
    assert_eq!(settings.notices.moved_to_private.in_language("fr"), Some("{customer}, see your messages."));
    assert_eq!(settings.notices.out_of_hours.in_language("fr"), None);
}
