use super::*;
use std::fs;

fn found(text: &str, language: &str, known: &[&str], dictionaries: &Dictionaries) -> Vec<String> {
    slips(text, language, known, dictionaries).into_iter().map(|slip| text[slip.at].to_owned()).collect()
}

/// A folder with a small dictionary: English, in UTF-8, and Estonian, in an encoding of one byte a letter.
fn installed() -> (tempfile::TempDir, Dictionaries) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("en_GB.aff", b"SET UTF-8\nSFX S Y 1\nSFX S 0 s .\n");
    write("en_GB.dic", b"9\nengineer/S\nthe\ncome/S\nwe\nwatch\nit\nsign\nup\ncolour\n");
    write("en_US.aff", b"SET UTF-8\n");
    write("en_US.dic", b"1\ncolor\n");
    write("et_EE.aff", b"SET ISO8859-15\n");
    write("et_EE.dic", b"2\nv\xf5rk\n\xb8anr\n");
    write("fr_FR.aff", b"SET KOI9\n");
    write("fr_FR.dic", b"0\n");
    let read = Dictionaries::read(&[folder.path().to_owned()], &["en", "et", "fr", "de"]);
    (folder, read)
}

#[test]
fn frequent_slips_are_caught_without_a_dictionary() {
    let none = Dictionaries::default();
    for (text, language, slip) in [
        ("The engineer comes tomorow at 8", "en", "tomorow"),
        ("Tomorow at 8", "en-GB", "Tomorow"),
        ("We will definately recieve it", "en", "definately"),
        ("Palun vabanust", "et", "vabanust"),
        ("Das ist der Standart", "de", "Standart"),
        ("Nous sommes dailleurs désolés", "fr", "dailleurs"),
        ("Haber si llega, porfabor", "es", "porfabor"),
        ("Vamos resolver com certesa", "pt", "certesa"),
        ("Qual'è il problema, un pò di pazienza", "it", "Qual'è"),
    ] {
        let slips = slips(text, language, &[], &none);
        assert!(slips.iter().any(|found| text[found.at.clone()] == *slip), "{text}: {slips:?}");
        assert!(slips.iter().all(|found| found.found_by == FoundBy::FrequentSlips && !found.correction.is_empty()));
    }
    assert_eq!(found("The engineer comes tomorrow", "en", &[], &none), [""; 0]);
    assert_eq!(found("tomorow", "ja", &[], &none), [""; 0]);
}

#[test]
fn names_links_numbers_and_the_customers_words_are_no_slips() {
    let (_folder, read) = installed();
    let text = "@tomorow https://tomorow.com 8pm Zakariah tomorow@isp.com AB12 it";
    assert_eq!(found(text, "en", &[], &read), [""; 0]);
    assert_eq!(found("we watch the enginer", "en", &["*Enginer* *enginer*"], &read), [""; 0]);
    assert_eq!(found("we watch the enginer", "en", &[], &read), ["enginer"]);
    assert_eq!(found("we watch the oneworld", "en", &[], &read), [""; 0], "nothing like it is known");
}

#[test]
fn installed_dictionaries_are_used_in_their_encodings() {
    let (_folder, read) = installed();
    assert_eq!(read.names("en"), ["en_GB", "en_US"]);
    assert_eq!(found("The engineers come, colour color sign-up engineerz", "en", &[], &read), ["engineerz"]);
    assert_eq!(found("võrk žanr vörk", "et", &[], &read), ["vörk"]);
    let slip = &slips("vörk", "et", &[], &read)[0];
    assert_eq!(slip.found_by, FoundBy::Dictionary("et_EE".to_owned()));
    assert_eq!(slip.correction, "võrk");
    assert!(read.names("fr").is_empty() && read.names("de").is_empty());
    assert_eq!(
        found("kannst du das bitte verwalten", "en", &[], &read),
        [""; 0],
        "another language than it is said to be"
    );
    assert_eq!(read.problems.len(), 1, "{:?}", read.problems);
    assert!(read.problems[0].ends_with("encoding `koi9` is not known"), "{}", read.problems[0]);
}

#[test]
fn no_right_word_is_a_frequent_slip() {
    for ((language, wrong), right) in FREQUENT.iter() {
        assert!(language_of_table(language).is_some(), "{language}");
        assert_ne!(wrong, &right.to_lowercase());
        let corrected = FREQUENT.get(&(*language, right.to_lowercase()));
        assert!(corrected.is_none(), "{right} is both right and wrong");
    }
    assert!(FREQUENT.len() > 200, "{}", FREQUENT.len());
}
