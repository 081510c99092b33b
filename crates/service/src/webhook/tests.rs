//! The vector of the scheme's authors, and every negative case that a receiver must refuse.

use super::*;
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER_KEY: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const MESSAGE: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const SENT: i64 = 1_614_265_330;
const BODY: &[u8] = br#"{"test": 2432232314}"#;
const EXPECTED: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

fn key(text: &str) -> Secrets {
    Secrets::new(Secret::parse(text).unwrap())
}

fn sent() -> Timestamp {
    Timestamp::from_second(SENT).unwrap()
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    headers
}

fn good() -> HeaderMap {
    headers(&[(ID, MESSAGE), (TIMESTAMP, "1614265330"), (SIGNATURE, EXPECTED)])
}

fn refused(headers: &HeaderMap, body: &[u8]) -> Rejected {
    verify(&key(KEY), headers, body, sent()).unwrap_err()
}

#[test]
fn the_vector_of_the_scheme_holds_both_ways() {
    let signed = sign(&key(KEY), MESSAGE, sent(), BODY);
    assert_eq!(signed.signature, EXPECTED);
    assert_eq!(signed.headers().unwrap(), good());
    let verified = verify(&key(KEY), &good(), BODY, sent()).unwrap();
    assert_eq!(verified, Verified { id: MESSAGE.into(), timestamp: sent(), matched: Which::Current });
}

#[test]
fn one_bit_of_the_body_is_enough() {
    for at in 0..BODY.len() {
        for bit in 0..8 {
            let mut body = BODY.to_vec();
            body[at] ^= 1 << bit;
            assert_eq!(refused(&good(), &body), Rejected::Mismatch, "byte {at}, bit {bit}");
        }
    }
    assert_eq!(refused(&good(), b""), Rejected::Mismatch);
}

#[test]
fn the_same_json_written_otherwise_is_another_message() {
    assert_eq!(refused(&good(), br#"{"test":2432232314}"#), Rejected::Mismatch);
    assert_eq!(refused(&good(), b"{\"test\": 2432232314}\n"), Rejected::Mismatch);
}

#[test]
fn one_bit_of_the_signature_is_enough() {
    for at in "v1,".len()..EXPECTED.len() {
        for bit in 0..7 {
            let mut signature = EXPECTED.as_bytes().to_vec();
            signature[at] ^= 1 << bit;
            let Ok(value) = HeaderValue::from_bytes(&signature) else { continue };
            let mut changed = good();
            changed.insert(SIGNATURE, value);
            let why = refused(&changed, BODY);
            assert!(matches!(why, Rejected::Mismatch | Rejected::HeaderMalformed(_)), "byte {at}, bit {bit}: {why:?}");
        }
    }
}

#[test]
fn the_id_and_the_time_are_signed_too() {
    let other_id = headers(&[(ID, "msg_other"), (TIMESTAMP, "1614265330"), (SIGNATURE, EXPECTED)]);
    assert_eq!(refused(&other_id, BODY), Rejected::Mismatch);
    let other_time = headers(&[(ID, MESSAGE), (TIMESTAMP, "1614265331"), (SIGNATURE, EXPECTED)]);
    assert_eq!(refused(&other_time, BODY), Rejected::Mismatch);
}

#[test]
fn a_full_stop_cannot_move_between_id_time_and_body() {
    // Given a signed message whose body begins with a number and a full stop
    let signed = sign(&key(KEY), "a", sent(), b"1614265331.x");
    // When it is sent as the message "a.1614265330" of one second later
    let moved = headers(&[(ID, "a.1614265330"), (TIMESTAMP, "1614265331"), (SIGNATURE, &signed.signature)]);
    // Then it is refused, although the signed bytes are the same
    assert_eq!(refused(&moved, b"x"), Rejected::HeaderMalformed(ID));
}

#[test]
fn another_key_is_refused_and_the_previous_one_accepted() {
    let wrong = verify(&key(OTHER_KEY), &good(), BODY, sent()).unwrap_err();
    assert_eq!(wrong, Rejected::Mismatch);
    let changing = key(OTHER_KEY).with_previous(Some(Secret::parse(KEY).unwrap()));
    let verified = verify(&changing, &good(), BODY, sent()).unwrap();
    assert_eq!(verified.matched, Which::Previous);
}

#[test]
fn while_a_key_changes_both_sign_and_either_receiver_accepts() {
    let changing = key(OTHER_KEY).with_previous(Some(Secret::parse(KEY).unwrap()));
    let both = sign(&changing, MESSAGE, sent(), BODY).headers().unwrap();
    assert_eq!(both[SIGNATURE].to_str().unwrap().split(' ').count(), 2);
    assert_eq!(verify(&key(KEY), &both, BODY, sent()).unwrap().matched, Which::Current);
    assert_eq!(verify(&key(OTHER_KEY), &both, BODY, sent()).unwrap().matched, Which::Current);
    assert_eq!(verify(&changing, &both, BODY, sent()).unwrap().matched, Which::Current);
}

#[test]
fn a_good_signature_counts_among_others() {
    let others = format!("v1a,AAAA v2,BBBB v1,{} {EXPECTED} v1,zzzz", "A".repeat(43) + "=");
    let many = headers(&[(ID, MESSAGE), (TIMESTAMP, "1614265330"), (SIGNATURE, &others)]);
    assert!(verify(&key(KEY), &many, BODY, sent()).is_ok());
}

#[test]
fn a_header_that_is_absent_empty_or_doubled_is_a_failure() {
    for name in [ID, TIMESTAMP, SIGNATURE] {
        let mut absent = good();
        absent.remove(name);
        assert_eq!(refused(&absent, BODY), Rejected::HeaderMissing(name));

        for empty in ["", " "] {
            let mut blank = good();
            blank.insert(name, HeaderValue::from_static(empty));
            assert_eq!(refused(&blank, BODY), Rejected::HeaderMalformed(name));
        }

        let mut doubled = good();
        let value = doubled[name].clone();
        doubled.append(name, value);
        assert_eq!(refused(&doubled, BODY), Rejected::HeaderRepeated(name));

        let mut not_text = good();
        not_text.insert(name, HeaderValue::from_bytes(b"\xff\xfe").unwrap());
        assert_eq!(refused(&not_text, BODY), Rejected::HeaderMalformed(name));
    }
}

#[test]
fn a_signature_without_its_version_or_in_another_case_is_refused() {
    let bare = EXPECTED.strip_prefix("v1,").unwrap();
    let cases = [
        (bare.to_owned(), Rejected::NoKnownVersion),
        (format!("V1,{bare}"), Rejected::NoKnownVersion),
        (format!("v1={bare}"), Rejected::NoKnownVersion),
        (format!("v1a,{bare}"), Rejected::NoKnownVersion),
        (format!("v1,{}", bare.to_lowercase()), Rejected::Mismatch),
        (format!("v1,{}", bare.trim_end_matches('=')), Rejected::Mismatch),
        ("v1,".to_owned(), Rejected::Mismatch),
        (format!("v1, {bare}"), Rejected::Mismatch),
        (format!("v1,{}", "A".repeat(4000)), Rejected::Mismatch),
    ];
    for (signature, expected) in cases {
        let changed = headers(&[(ID, MESSAGE), (TIMESTAMP, "1614265330"), (SIGNATURE, &signature)]);
        assert_eq!(refused(&changed, BODY), expected, "{signature}");
    }
}

#[test]
fn the_window_is_300_seconds_either_way() {
    let at = |offset: i64| {
        let now = sent() - SignedDuration::from_secs(offset);
        verify(&key(KEY), &good(), BODY, now).map(|verified| verified.matched)
    };
    // The message's time relative to ours: -301 s is 301 s old, +301 s is ahead.
    assert_eq!(at(-301), Err(Rejected::TooOld));
    assert_eq!(at(-300), Ok(Which::Current));
    assert_eq!(at(0), Ok(Which::Current));
    assert_eq!(at(300), Ok(Which::Current));
    assert_eq!(at(301), Err(Rejected::TooNew));
}

#[test]
fn a_time_that_is_no_time_is_refused() {
    for bad in
        ["abc", "-1", "+1614265330", "1614265330.0", "1614265330 ", "0x60", "99999999999999999999", "253402300800"]
    {
        let changed = headers(&[(ID, MESSAGE), (TIMESTAMP, bad), (SIGNATURE, EXPECTED)]);
        assert_eq!(refused(&changed, BODY), Rejected::HeaderMalformed(TIMESTAMP), "{bad}");
    }
}

#[test]
fn the_sender_is_not_told_why_and_the_metrics_are() {
    let all = [
        Rejected::HeaderMissing(ID),
        Rejected::HeaderRepeated(ID),
        Rejected::HeaderMalformed(ID),
        Rejected::TooOld,
        Rejected::TooNew,
        Rejected::NoKnownVersion,
        Rejected::Mismatch,
    ];
    let reasons: std::collections::HashSet<_> = all.iter().map(Rejected::reason).collect();
    assert_eq!(reasons.len(), all.len());
    for rejected in all {
        assert_eq!(rejected.to_string(), "the signature could not be verified");
    }
}

#[test]
fn a_secret_has_24_to_64_bytes_of_base64_after_its_prefix() {
    use base64::Engine as _;
    let of = |bytes: usize| {
        let encoded = base64::engine::general_purpose::STANDARD.encode(vec![7; bytes]);
        Secret::parse(&format!("whsec_{encoded}")).map(drop)
    };
    assert_eq!(of(23), Err(SecretError::Length { bytes: 23 }));
    assert_eq!(of(24), Ok(()));
    assert_eq!(of(64), Ok(()));
    assert_eq!(of(65), Err(SecretError::Length { bytes: 65 }));
    assert_eq!(Secret::parse("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").map(drop), Err(SecretError::Prefix));
    assert_eq!(Secret::parse("whsec_not base64!").map(drop), Err(SecretError::Base64));
    assert_eq!(Secret::parse("").map(drop), Err(SecretError::Prefix));
    assert!(Secret::parse(&format!("{KEY}\n")).is_ok());
}

#[test]
fn a_secret_is_not_seen() {
    let secret = Secret::parse(KEY).unwrap();
    assert_eq!(secret.reveal(), KEY);
    let secrets = Secrets::new(secret.clone()).with_previous(Some(secret));
    let shown = format!("{secrets:?}");
    assert!(!shown.contains("MfKQ") && !shown.contains("49, 242"), "{shown}");
}

#[test]
fn a_generated_secret_is_new_and_readable() {
    let (one, two) = (Secret::generate().reveal(), Secret::generate().reveal());
    assert_ne!(one, two);
    assert!(Secret::parse(&one).is_ok());
}

proptest::proptest! {
    #[test]
    fn whatever_is_signed_verifies_and_nothing_else_does(
        id in "[!-\\-/-~]{1,64}",
        body in proptest::collection::vec(proptest::num::u8::ANY, 0..512),
        seconds in 0..4_000_000_000_i64,
        key_bytes in proptest::collection::vec(proptest::num::u8::ANY, 24..=64),
        flip in proptest::num::usize::ANY,
    ) {
        use base64::Engine as _;
        let key = format!("whsec_{}", base64::engine::general_purpose::STANDARD.encode(&key_bytes));
        let secrets = Secrets::new(Secret::parse(&key).unwrap());
        let now = Timestamp::from_second(seconds).unwrap();
        let headers = sign(&secrets, &id, now, &body).headers().unwrap();
        proptest::prop_assert_eq!(verify(&secrets, &headers, &body, now).unwrap().id, id);

        let mut longer = body.clone();
        longer.push(0);
        proptest::prop_assert_eq!(verify(&secrets, &headers, &longer, now), Err(Rejected::Mismatch));
        if !body.is_empty() {
            let mut other = body;
            let at = flip % other.len();
            other[at] ^= 1;
            proptest::prop_assert_eq!(verify(&secrets, &headers, &other, now), Err(Rejected::Mismatch));
        }
    }
}
