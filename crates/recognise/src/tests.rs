//! See `super`: cases by kind, and what must hold of any text.

use proptest::prelude::*;

use super::*;

/// What is found, as `kind=text`, with "; " between.
fn found(text: &str) -> String {
    let mut found = Vec::new();
    recognise(text, &mut found);
    let spelled: Vec<String> =
        found.iter().map(|it| format!("{}={}", it.kind.as_str(), &text[it.at.clone()])).collect();
    spelled.join("; ")
}

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(found(text), *expected, "{text}");
    }
}

#[test]
fn bookings_are_found_by_their_name_or_shape() {
    check(&[
        ("my booking ref is XKQZPL and i cant log in", "booking=XKQZPL"),
        ("Buchungsnummer: ZK7M4T", "booking=ZK7M4T"),
        ("varausnumeroni on AB12CD", "booking=AB12CD"),
        ("rezervasyon kodum K4TR9W", "booking=K4TR9W"),
        ("رقم الحجز Q7W2ER", "booking=Q7W2ER"),
        ("我的预订号是HN5T8R", "booking=HN5T8R"),
        ("예약번호는 8KD2MV입니다", "booking=8KD2MV"),
        ("hotel reservation number HB-29384756", "booking=HB-29384756"),
        ("BOOKING REFUND PLEASE NOW", ""),
        ("the router AX3000 is offline", ""),
    ]);
}

#[test]
fn telephone_numbers_are_found_in_the_shapes_of_their_countries() {
    check(&[
        ("call me back on 07911 123456", "phone=07911 123456"),
        ("text +1 (415) 555-2671", "phone=+1 (415) 555-2671"),
        ("erreichbar unter +49 (0)30 1234567", "phone=+49 (0)30 1234567"),
        ("joignable au 01.42.68.53.00", "phone=01.42.68.53.00"),
        ("mi celular 55 1234 5678", "phone=55 1234 5678"),
        ("me liga no (11) 98765-4321", "phone=(11) 98765-4321"),
        ("bel 06-12345678", "phone=06-12345678"),
        ("minu number 5512 3456", "phone=5512 3456"),
        ("8 (916) 123-45-67", "phone=8 (916) 123-45-67"),
        ("0 (532) 123 45 67 arayın", "phone=0 (532) 123 45 67"),
        ("اتصلوا على ٠٥٠ ١٢٣ ٤٥٦٧", "phone=٠٥٠ ١٢٣ ٤٥٦٧"),
        ("मेरा नंबर 9876543210 है", "phone=9876543210"),
        ("০১৭১২-৩৪৫৬৭৮ এ ফোন দেন", "phone=০১৭১২-৩৪৫৬৭৮"),
        ("打我电话13812345678", "phone=13812345678"),
        ("０９０－１２３４－５６７８まで", "phone=０９０－１２３４－５６７８"),
        ("전화 02-123-4567", "phone=02-123-4567"),
        ("โทร ๐๘๑-๒๓๔-๕๖๗๘", "phone=๐๘๑-๒๓๔-๕๖๗๘"),
        ("07\u{200b}911\u{2009}123\u{a0}456 is mine", "phone=07\u{200b}911\u{2009}123\u{a0}456"),
        ("my ip is 192.168.100.14", ""),
        ("what is 1234567890123456789012", ""),
    ]);
}

#[test]
fn mail_addresses_are_found_also_when_spelled_out() {
    check(&[
        ("Email: tom_hardy99@mail.example.org.", "email=tom_hardy99@mail.example.org"),
        ("an kontakt@müller-gärten.de bitte", "email=kontakt@müller-gärten.de"),
        ("发到liwei88@shiliyou.cn就行", "email=liwei88@shiliyou.cn"),
        ("reach me at jane (at) example-post (dot) com", "email=jane (at) example-post (dot) com"),
        ("claire [at] bal-exemple [point] fr", "email=claire [at] bal-exemple [point] fr"),
        ("write to bob at mailbox dot net please", "email=bob at mailbox dot net"),
        ("@brand12 #deal2024 https://a.example/x@y.org/1234567 www.foo99.example/12345678", ""),
        ("met him at work. dot com bubble", ""),
    ]);
}

#[test]
fn cards_and_ibans_are_known_by_their_checksum_or_name() {
    check(&[
        ("4111 1111 1111 1111 is blocked", "card=4111 1111 1111 1111"),
        ("4111 1111 1111 1112 is on the label", ""),
        ("my card number 4111 1111 1111 1112", "card=4111 1111 1111 1112"),
        ("cargados en la 3739 023165 38236", "card=3739 023165 38236"),
        ("Karte **** **** **** 1234", "card=**** **** **** 1234"),
        ("Visa ending in 4929 charged twice", "card=4929"),
        ("Karte mit der Endung 4321", "card=4321"),
        ("尾号6032的卡", "card=6032"),
        ("7734 पर खत्म होने वाले कार्ड से", "card=7734"),
        ("refund to gb29nwbk60161331926819 please", "iban=gb29nwbk60161331926819"),
        ("IBAN DE89 3704 0044 0532 0130 00.", "iban=DE89 3704 0044 0532 0130 00"),
        ("DE88 3704 0044 0532 0130 00 on the screen", ""),
        // Random ids: what is glued to a number does not name its neighbour.
        ("id 1f0c2a77-8880-cb93-9d1e-55aa04be", ""),
        ("id 95d6fae0-b1b1-43cc-6492-a4a739feae75", ""),
    ]);
}

#[test]
fn accounts_and_orders_are_found_by_their_name() {
    check(&[
        ("Kundennummer 4711-0815", "account=4711-0815"),
        ("n° client 00 482 117, je veux", "account=00 482 117"),
        ("আমার গ্রাহক নম্বর ৪৫৮৮১২", "account=৪৫৮৮১২"),
        ("kliendinumbriga 1203344", "account=1203344"),
        ("会员号：88123456", "account=88123456"),
        ("order #SO-99812 never shipped", "order=#SO-99812"),
        ("what about #45821", "order=#45821"),
        ("tracking 1Z999AA10123456784", "order=1Z999AA10123456784"),
        ("RR123456785EE again", "order=RR123456785EE"),
        ("11234567890 nolu siparişim", "order=11234567890"),
        ("I ordered 2 pizzas 40 minutes ago", ""),
        ("customer since 2019, 500 people before me", ""),
        ("room 1204, seat 14A, gate B22, error 502", ""),
        ("HB/2207/541 ফেরত নেন", "order=HB/2207/541"),
        ("cancel 88120-AU before it ships", "order=88120-AU"),
        ("C-4410-882 into my wife's name", "account=C-4410-882"),
        ("мне 30-40 или 1000-2000 штук, 2023-2024", ""),
        ("WH-1000XM5 died, KX-200 too", ""),
    ]);
}

#[test]
fn flights_are_found_by_airline_or_name() {
    check(&[
        ("KL1234 geannuleerd", "flight=KL1234"),
        ("6E 312 तीन घंटे लेट", "flight=6E 312"),
        ("on flight BA 117 now", "flight=BA 117"),
        ("3월 5일 KE0907 결항", "date=3월 5일; flight=KE0907"),
        ("TK 2310 rötar yaptı", "flight=TK 2310"),
        ("Boeing 737, A380, PS5, 5G, iPhone 15", ""),
        ("WB77って第何ターミナルでしたっけ", "flight=WB77"),
        ("OZ 8913 14:20 출발", "flight=OZ 8913; date=14:20"),
        ("訂位代號Q2HM8V，CX 5630延誤", "booking=Q2HM8V; flight=CX 5630"),
        ("UX 4417 model number", ""),
    ]);
}

#[test]
fn sums_have_a_currency() {
    check(&[
        ("1.299,00 € abgebucht", "amount=1.299,00 €"),
        ("refund of USD 1,200 pending", "amount=USD 1,200"),
        ("R$ 1.299,90 duas vezes", "amount=R$ 1.299,90"),
        ("₹1,23,456 कट गए", "amount=₹1,23,456"),
        ("৳৫০০ কাটছে", "amount=৳৫০০"),
        ("환불 1만 5천원 언제", "amount=1만 5천원"),
        ("花了三百元", "amount=三百元"),
        ("5 тыс. рублей", "amount=5 тыс. рублей"),
        ("25 bucks for a bag", "amount=25 bucks"),
        ("50-60 € pro Monat", "amount=50-60 €"),
        ("24 eurot topelt", "amount=24 eurot"),
        ("100% sorted, 3.5 stars, 20 people", ""),
        ("one try 5 times", ""),
    ]);
}

#[test]
fn dates_and_times_are_found_but_no_scores() {
    check(&[
        ("delivery was March 5th, 2026", "date=March 5th, 2026"),
        ("ends 2026-03-05T14:35:00Z", "date=2026-03-05T14:35:00Z"),
        ("seit Montag, den 3. Juni", "date=Montag, den 3. Juni"),
        ("2. Mai um 8:15", "date=2. Mai; date=8:15"),
        ("24.12. klo 16, eipä", "date=24.12; date=klo 16"),
        ("passée le 12/03", "date=12/03"),
        ("fermé à 18h30", "date=18h30"),
        ("since 2pm", "date=2pm"),
        ("2024年3月20日 下午2点半", "date=2024年3月20日; date=下午2点半"),
        ("昭和62年4月9日", "date=昭和62年4月9日"),
        ("오후 3시까지", "date=오후 3시"),
        ("৫ই মার্চ থেকে, রাত ৯:৩০", "date=৫ই মার্চ; date=রাত ৯:৩০"),
        ("5 de marzo de 2026", "date=5 de marzo de 2026"),
        ("9:00-18:00", "date=9:00-18:00"),
        ("с 9:00 до 18:00", "date=9:00; date=18:00"),
        ("tussen 11.00-13.00 komen", "date=11.00-13.00"),
        ("de 10 a 14 h estoy", "date=10 a 14 h"),
        ("dalle ore 9 in poi, kell 18.30", "date=ore 9; date=18.30"),
        ("kas tehniku aega 12.11 saaks nihutada", "date=12.11"),
        ("on the 14th, on the 2nd floor", "date=14th"),
        ("二〇二四年四月二日，今夜7時", "date=二〇二四年四月二日; date=7時"),
        ("score 2:1, 3-0, 88:79, rated 5/5 and 9/10, 24/7", ""),
        ("v2.14.3, 16:9, 3.5, 2h de retard", ""),
    ]);
}

#[test]
fn addresses_are_found_in_the_order_of_their_country() {
    check(&[
        ("at 221B Baker Street, London NW1 6XE now", "address=221B Baker Street, London NW1 6XE"),
        ("to 742 Maple St Apt 5C, Dayton, OH 45402", "address=742 Maple St Apt 5C, Dayton, OH 45402"),
        ("Flat 4, 17 Queens Road, Bristol BS8 1QE", "address=Flat 4, 17 Queens Road, Bristol BS8 1QE"),
        ("Adresse: Am Markt 5, 18055 Rostock", "address=Am Markt 5, 18055 Rostock"),
        ("le 27 bis rue des Tanneurs, 37000 Tours alors", "address=27 bis rue des Tanneurs, 37000 Tours"),
        ("es C/ Mayor 23, 3.º B, 28013 Madrid", "address=C/ Mayor 23, 3.º B, 28013 Madrid"),
        ("na ul. Kwiatowa 8/14, 31-137 Kraków a", "address=ul. Kwiatowa 8/14, 31-137 Kraków"),
        ("Pärnu mnt 67-12, 10134 Tallinn", "address=Pärnu mnt 67-12, 10134 Tallinn"),
        ("сюда: г. Казань, ул. Баумана, д. 14, кв. 7", "address=г. Казань, ул. Баумана, д. 14, кв. 7"),
        ("বাসা ১২, রোড ৭, ধানমন্ডি, ঢাকা ১২০৫ এ", "address=বাসা ১২, রোড ৭, ধানমন্ডি, ঢাকা ১২০৫"),
        ("寄到广东省深圳市南山区科技园路1号2栋301室", "address=广东省深圳市南山区科技园路1号2栋301室"),
        ("住所は大阪府大阪市北区梅田1-2-3です", "address=大阪府大阪市北区梅田1-2-3"),
        ("서울특별시 마포구 양화로 45, 1203호 로", "address=서울특별시 마포구 양화로 45, 1203호"),
        ("СПб, Невский пр., 88, лит. А, кв. 12, 191025", "address=СПб, Невский пр., 88, лит. А, кв. 12, 191025"),
        ("على شارع الملك فهد، حي العليا، الرياض 12214", "address=شارع الملك فهد، حي العليا، الرياض 12214"),
        ("寄到518057 广东省深圳市南山区科苑南路3888号", "address=518057 广东省深圳市南山区科苑南路3888号"),
        ("Rua 7 de Setembro, 99", "address=Rua 7 de Setembro, 99"),
        ("Im Jahr 2024, Route 66, via 3 mails", ""),
        ("Bahnsteig 4, samedi 14h place de la République", "date=14h"),
    ]);
}

#[test]
fn a_kind_has_one_name() {
    let names: std::collections::BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(names.len(), Kind::ALL.len());
}

/// Whether entities stand in order, apart, and between characters.
fn is_sound(text: &str, found: &[Recognised]) -> bool {
    let mut end = 0;
    found.iter().all(|it| {
        let sound = it.at.start >= end && it.at.start < it.at.end && text.get(it.at.clone()).is_some();
        end = it.at.end;
        sound && (0.0..=1.0).contains(&it.confidence)
    })
}

proptest! {
    #[test]
    fn any_string_is_read(text in any::<String>()) {
        let mut found = Vec::new();
        recognise(&text, &mut found);
        prop_assert!(is_sound(&text, &found));
    }

    #[test]
    fn any_row_of_signs_is_read(text in r"[0-9০-৯٠-٩０-９+\-./: ()#*@,%$€₹a-cA-CzZхХ月日号点시路町st\u{200b}\u{301}\u{a0}]{0,60}") {
        let mut found = Vec::new();
        recognise(&text, &mut found);
        prop_assert!(is_sound(&text, &found), "{found:?}");
    }

    #[test]
    fn noise_around_an_entity_does_not_hide_it(before in "[a-z ]{0,20}", after in "[a-z ]{0,20}") {
        let text = format!("{before} | jane.doe@example.org | DE89370400440532013000 | {after}");
        let mut found = Vec::new();
        recognise(&text, &mut found);
        prop_assert!(is_sound(&text, &found));
        prop_assert!(found.iter().any(|it| it.kind == Kind::Email));
        prop_assert!(found.iter().any(|it| it.kind == Kind::Iban));
    }

    #[test]
    fn unseen_characters_inside_a_number_change_nothing(at in 1_usize..16) {
        let number = "4111111111111111";
        let text = format!("{}\u{200b}{}", &number[..at], &number[at..]);
        let mut found = Vec::new();
        recognise(&text, &mut found);
        prop_assert_eq!(found.len(), 1);
        prop_assert_eq!(found[0].at.clone(), 0..text.len());
    }
}
