use super::*;
use crate::acts::acts;
use crate::length::Limit;
use crate::split::{Split, split};
use proptest::prelude::*;

mod asks;

fn kinds(text: &str, context: &Context<'_>) -> Vec<(Kind, Severity)> {
    check(&Draft { text, ..Draft::default() }, context).into_iter().map(|found| (found.kind, found.severity)).collect()
}

fn english<'a>() -> Context<'a> {
    Context { language: "en", ..Context::default() }
}

#[test]
fn the_evening_of_the_missing_engineer() {
    let customer = Customer { handle: "zak", name: "Zak" };
    let brand = Voice { signed: true, ..Voice::default() };
    let mut earlier = Acts::default();
    let public = Context { intent: "complaint", signature: "^Sam", person: "Sam", customer, brand, ..english() };
    let stopped = "Hi Zak, I am so sorry you lost another day. Please post your account number and phone here so I can look. ^Sam";
    assert_eq!(kinds(stopped, &public)[0], (Kind::AsksPersonalDataInPublic, Severity::Stop));
    let sent = "Hi Zak, I am so sorry you lost another day. Please send me your account number in a private message and I will call the engineers myself. ^Sam";
    assert_eq!(kinds(sent, &public), []);
    earlier.add(&acts(sent, "en"));

    let exposing = "Thanks Zak, found 8820 1145 9, engineer booked for 8 tomorrow. ^Sam";
    let recognised = [Recognised { kind: "account", at: 18..29 }, Recognised { kind: "date", at: 51..63 }];
    let found =
        check(&Draft { text: exposing, recognised: &recognised }, &Context { earlier: Some(&earlier), ..public });
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].kind, found[0].severity, found[0].at.clone()),
        (Kind::PersonalDataInPublic, Severity::Stop, 18..29)
    );

    let private = Context { audience: Audience::Private, earlier: Some(&earlier), ..public };
    let slip = "Thanks Zak, found it. The engineer comes tomorow at 8, and I will watch it. ^Sam";
    let found = check(&Draft { text: slip, ..Draft::default() }, &private);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].kind, found[0].severity, found[0].correction.as_deref()),
        (Kind::Spelling, Severity::Warning, Some("tomorrow"))
    );
}

#[test]
fn the_ancient_hub_is_offered_a_technician_again_and_again() {
    let mut earlier = Acts::default();
    let mut repeated = Vec::new();
    for text in [
        "We can also send a technician to look at the hub. ^Kim",
        "We can send a technician to look at the hub. ^Kim",
        "A technician can check it for you, shall we book one? ^Kim",
        "Sorry Andy, we can't do that from here. ^Kim",
    ] {
        let found = kinds(text, &Context { earlier: Some(&earlier), ..english() });
        repeated.push(found.iter().filter(|(kind, _)| *kind == Kind::Repetition).count());
        earlier.add(&acts(text, "en"));
    }
    assert_eq!(repeated, [0, 1, 1, 0]);
}

#[test]
fn the_answer_to_the_cut_line_passes() {
    let text =
        "曾先生您好,非常抱歉给您带来不便。您的宽带已经恢复,现在可以上网缴费了。我是客服小林,有任何问题请私信我。";
    assert_eq!(kinds(text, &Context { language: "zh", intent: "complaint", ..Context::default() }), []);
}

#[test]
fn the_brand_s_own_contacts_may_be_public() {
    let contacts = ["0800 123 456", "help@isp.example", "@isp_care"];
    let brand = Voice { contacts: &contacts, ..Voice::default() };
    let context = Context { brand, customer: Customer { handle: "@zak", name: "" }, ..english() };
    for (text, kind, data, stopped) in [
        ("on 0800-123-456", "phone", "0800-123-456", false),
        ("on +44 800 123 456", "phone", "+44 800 123 456", false),
        ("on 0800 123 457", "phone", "0800 123 457", true),
        ("to Help@ISP.example", "email", "Help@ISP.example", false),
        ("to zak@isp.example", "email", "zak@isp.example", true),
        ("flight BA 123", "flight", "BA 123", false),
        ("number 77", "something", "77", true),
    ] {
        let start = text.find(data).unwrap();
        let recognised = [Recognised { kind, at: start..start + data.len() }];
        let found = check(&Draft { text, recognised: &recognised }, &context);
        assert_eq!(found.iter().any(|found| found.kind == Kind::PersonalDataInPublic), stopped, "{text}");
        let private = Context { audience: Audience::Private, ..context };
        assert_eq!(check(&Draft { text, recognised: &recognised }, &private), []);
    }
}

#[test]
fn somebody_else_is_addressed() {
    let contacts = ["@isp_care"];
    let brand = Voice { contacts: &contacts, ..Voice::default() };
    let context = Context { customer: Customer { handle: "Zak", name: "" }, brand, ..english() };
    for (text, severity) in [
        ("@zak on its way", None),
        ("@ZAK @mo on its way", None),
        ("on its way, see @isp_care", None),
        ("no handle", None),
        ("@mo on its way", Some(Severity::Stop)),
        ("@zak ask @mo", Some(Severity::Warning)),
        ("@zak@social.example on its way", None),
    ] {
        let found = kinds(text, &context);
        assert_eq!(found.first().map(|found| found.1), severity, "{text}");
    }
    assert_eq!(kinds("@mo on its way", &english()), [], "a customer without a handle");
}

#[test]
fn the_way_that_the_customer_wants_is_kept() {
    let way = |private, elsewhere, audience| {
        let context = Context { wishes: Wishes { private, elsewhere }, audience, ..english() };
        let found = check(&Draft { text: "It is on its way.", ..Draft::default() }, &context);
        found.iter().filter(|finding| finding.kind == Kind::OtherWay).map(|finding| finding.way_out).collect::<Vec<_>>()
    };
    let (public, private) = (Audience::Public, Audience::Private);
    assert_eq!(way(false, false, public), Vec::<&str>::new());
    assert_eq!(way(true, false, public), ["answer in a private message"]);
    assert_eq!(way(true, false, private), Vec::<&str>::new());
    assert_eq!(way(false, true, private), ["merge this into his conversation there"]);
    assert_eq!(way(true, true, public).len(), 2);
}

#[test]
fn tone_is_the_brand_s() {
    let forbidden = ["unfortunately", "per our policy", "不可能"];
    let context =
        Context { brand: Voice { forbidden: &forbidden, ..Voice::default() }, intent: "question", ..english() };
    for (text, found) in [
        ("UNFORTUNATELY not", 1),
        ("as PER  our policy", 1),
        ("unfortunatelyy", 0),
        ("这不可能的", 1),
        ("PLEASE STOP THAT NOW", 1),
        ("FAQ and USB and VDSL and DNS", 0),
        ("no way!!!", 1),
        ("HAPPY DAYS. ABC TEAM", 0),
        ("Great! Thanks!", 0),
    ] {
        assert_eq!(kinds(text, &context).iter().filter(|(kind, _)| *kind == Kind::Tone).count(), found, "{text}");
    }
    assert_eq!(kinds("So glad!!!", &Context { intent: "praise", ..context }), []);
}

#[test]
fn a_signature_is_the_person_s_own() {
    let brand = Voice { signed: true, ..Voice::default() };
    let anybody = Context { brand, ..english() };
    let dana = Context { signature: "^Dana", person: "Dana", ..anybody };
    for (text, signed, by_dana) in [
        ("Done. ^Dana", true, true),
        ("Done. ^Dana (2/2)", true, true),
        ("Done, Dana", false, true),
        ("Done. *KJ", true, false),
        ("Done.", false, false),
        ("", false, false),
    ] {
        assert_eq!(kinds(text, &anybody).is_empty(), signed, "{text}");
        assert_eq!(kinds(text, &dana).is_empty(), by_dana, "{text} of Dana");
    }
}

#[test]
fn a_complaint_is_answered_with_regret_in_its_language() {
    for (language, with, without) in [
        ("en", "We're so sorry for the delay.", "Your parcel is in Leeds."),
        ("et", "Palume vabandust viivituse pärast.", "Teie pakk on Tartus."),
        ("bn", "অসুবিধার জন্য আমরা দুঃখিত।", "আপনার পার্সেল ঢাকায় আছে।"),
        ("zh", "非常抱歉给您带来不便。", "您的包裹在北京。"),
        ("ko", "불편을 드려 죄송합니다.", "소포는 서울에 있습니다."),
        ("de", "Das tut uns leid.", "Ihr Paket ist in Köln."),
        ("fr", "Nous sommes désolés du retard.", "Votre colis est à Lyon."),
        ("es", "Sentimos mucho el retraso.", "Tu paquete está en Madrid."),
        ("pt", "Pedimos desculpa pela demora.", "A sua encomenda está em Lisboa."),
        ("it", "Ci scusiamo per il ritardo.", "Il pacco è a Milano."),
        ("ru", "Приносим извинения за задержку.", "Посылка в Москве."),
        ("ja", "ご迷惑をおかけして申し訳ございません。", "お荷物は東京にございます。"),
        ("tr", "Gecikme için özür dileriz.", "Kargonuz Ankara'da."),
        ("ar", "نعتذر عن التأخير.", "الشحنة في الرياض."),
        ("hi", "देरी के लिए हमें खेद है।", "आपका पार्सल दिल्ली में है।"),
    ] {
        let context = Context { language, intent: "complaint", ..Context::default() };
        assert_eq!(kinds(with, &context), [], "{with}");
        assert_eq!(kinds(without, &context), [(Kind::NoApology, Severity::Warning)], "{without}");
        assert_eq!(kinds(without, &Context { intent: "question", ..context }), [], "{without}");
        let earlier = acts(with, language);
        assert_eq!(kinds(without, &Context { earlier: Some(&earlier), ..context }), [], "{without} after regret");
    }
    assert_eq!(
        kinds("Paketti on Turussa.", &Context { language: "fi", intent: "complaint", ..Context::default() }),
        []
    );
}

#[test]
fn arguing_is_heard_in_every_language() {
    for (language, text) in [
        ("en", "As we already told you, the fee applies."),
        ("en", "You should have read the email."),
        ("et", "Nagu juba öeldud, tasu kehtib."),
        ("bn", "আমরা আগেই বলেছি, ফি প্রযোজ্য।"),
        ("zh", "之前已经说过了，要收费。"),
        ("ko", "이미 말씀드린 대로 요금이 있습니다."),
        ("de", "Wie bereits gesagt, fällt die Gebühr an."),
        ("fr", "Vous auriez dû lire le contrat."),
        ("es", "Como ya le dijimos, hay un cargo."),
        ("pt", "Como já informamos, há uma taxa."),
        ("it", "Come già detto, c'è un costo."),
        ("ru", "Как мы уже говорили, плата берётся."),
        ("ja", "既にお伝えしたとおり、料金がかかります。"),
        ("tr", "Daha önce de belirttiğimiz gibi ücret var."),
        ("ar", "كما ذكرنا سابقا هناك رسوم."),
        ("hi", "हमने पहले ही बता दिया था।"),
    ] {
        let found = kinds(text, &Context { language, ..Context::default() });
        assert!(found.contains(&(Kind::Arguing, Severity::Warning)), "{text}: {found:?}");
    }
    assert_eq!(kinds("You should have an email within the hour.", &english()), []);
}

#[test]
fn elsewhere_without_help_is_a_deflection() {
    for text in [
        "Please contact our customer service team.",
        "You'll need to call us on 0800 123 456.",
        "Please get in touch with customer relations here: https://isp.example/form",
        "Bitte wenden Sie sich an unseren Kundenservice.",
        "Merci de contacter notre service client.",
        "Обратитесь в нашу службу поддержки.",
    ] {
        assert_eq!(kinds(text, &english()), [(Kind::Deflection, Severity::Warning)], "{text}");
    }
    for text in [
        "You can change it here: https://isp.example/plan",
        "I've refunded it. For more, our billing team is there for you.",
        "We can send a technician, or call us on 0800 123 456.",
    ] {
        assert_eq!(kinds(text, &english()), [], "{text}");
    }
}

proptest! {
    #[test]
    fn hostile_text_never_panics_and_spans_are_on_borders(
        text in prop_oneof![
            "\\PC{0,200}",
            "(please |send |your |account number|@a|@|\\.|।|。|,|DM |!!!|\u{200d}|\u{301}|\\(1/|\\^|https://|tomorow ){0,60}",
            prop::collection::vec(any::<char>(), 0..80).prop_map(|signs| signs.into_iter().collect::<String>()),
        ],
        language in prop::sample::select(vec!["", "en", "zh", "de-AT", "xx"]),
        from in 0_usize..40, to in 0_usize..60,
    ) {
        let recognised = [Recognised { kind: "phone", at: from..to.max(from) }];
        let brand = Voice { signed: true, forbidden: &["please", "。"], contacts: &["@a"], ..Voice::default() };
        let earlier = Acts { offers: vec!["technician"], asks: vec!["account"], regretted: false };
        let context = Context {
            language, intent: "complaint", brand, customer: Customer { handle: "@zak", name: "Zak" },
            earlier: Some(&earlier), ..Context::default()
        };
        let found = check(&Draft { text: &text, recognised: &recognised }, &context);
        for finding in &found {
            prop_assert!(text.get(finding.at.clone()).is_some(), "{:?}", finding);
        }
        prop_assert_eq!(found, check(&Draft { text: &text, recognised: &recognised }, &context));
    }
}

#[test]
fn time_grows_with_the_length_alone() {
    let plan = Split { limit: Limit::of("x", false), reserved: 0, parts_at_most: 2_000, signature: "^Kim" };
    for piece in [
        "Please send your account number, @zak https://a.com/b 12 34 tomorow!! ",
        "please send your account number in the comments ",
        "please, ",
        ")",
        ".",
        "\n",
        "a.",
        "@",
        "1 ",
        "。",
    ] {
        let seconds = |bytes: usize| {
            let text = piece.repeat(bytes / piece.len());
            let context = Context { customer: Customer { handle: "zak", name: "" }, ..english() };
            let measure = |_| {
                let begun = std::time::Instant::now();
                let found = check(&Draft { text: &text, ..Draft::default() }, &context).len();
                let parts = split(&text, &plan).map_or(0, |parts| parts.len());
                assert!(found + parts < text.len());
                begun.elapsed().as_secs_f64()
            };
            (0..3).map(measure).fold(f64::INFINITY, f64::min)
        };
        seconds(100);
        let (short, long) = (seconds(3_000), seconds(24_000));
        // Quadratic time would be 64 times as long; a busy machine may double what is measured.
        assert!(long < short * 26.0, "{piece:?}: {short} s, then {long} s for eight times the text");
    }
}
