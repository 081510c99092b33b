//! Given a secret, when settings are read, listed or refused, then nobody sees it.

use super::*;

pub(super) fn secret_file(world: &World, name: &str, text: &str) -> String {
    let path = world.path(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn a_secret_comes_from_a_file_or_the_environment() {
    let world = World::new();
    let path = secret_file(&world, "password", "open sesame\n");
    let world = world.file(&format!("[vault]\npassword_file = {path:?}\n"));
    let vault: Vault = world.load().section().unwrap();
    assert_eq!(vault.password.as_ref().unwrap().expose(), "open sesame");

    let world = world.env("EARSHOT_VAULT__PASSWORD", "12345");
    let vault: Vault = world.load().section().unwrap();
    assert_eq!(vault.password.as_ref().unwrap().expose(), "12345", "the environment wins over the file");

    let other = secret_file(&world, "other", "by flag");
    let world = world.set(&format!("vault.password_file={other}"));
    let vault: Vault = world.load().section().unwrap();
    assert_eq!(vault.password.as_ref().unwrap().expose(), "by flag", "and a flag over both");
}

#[test]
fn a_secret_has_no_place_in_the_settings_file_or_a_flag_and_is_never_shown() {
    let cases = [
        World::new().file("[vault]\npassword = \"sesame\"\n"),
        World::new().set("vault.password=sesame"),
        World::new().file("[vault]\nsigning = \"sesame\"\n"),
        World::new().env("EARSHOT_VAULT__SIGNING", "sesame"),
        World::new().env("EARSHOT_VAULT__SIGNING", "whsec_sesame"),
        World::new().file("[vault]\npassword = [\"sesame\"]\n"),
        World::new().file("[vault]\npasswort = \"sesame\"\n"),
        World::new().file("[vault]\napi_token = [\"sesame\"]\n"),
    ];
    for world in cases {
        let error = world.error::<Vault>();
        assert!(!error.contains("sesame"), "{error}");
        assert!(error.contains("vault."), "{error}");
    }
    let in_file = World::new().file("[vault]\npassword = \"sesame\"\n").error::<Vault>();
    assert_eq!(
        in_file,
        "earshot.toml:2: vault.password is a secret and must not stand here; \
         put it in a file and name that with vault.password_file, or set EARSHOT_VAULT__PASSWORD"
    );
    let malformed = World::new().env("EARSHOT_VAULT__SIGNING", "sesame").error::<Vault>();
    assert!(malformed.contains("vault.signing is refused: a webhook secret begins with whsec_"), "{malformed}");

    let world = World::new().env("EARSHOT_VAULT__PASSWORD", "sesame").env("EARSHOT_VAULT__API_TOKEN", "sesame");
    let loaded = world.load();
    let vault: Vault = loaded.section().unwrap();
    assert!(!format!("{:?}", vault.password).contains("sesame"));
    let rows = loaded.rows::<Vault>().unwrap();
    assert!(!format!("{rows:?}").contains("sesame"), "{rows:?}");
    assert!(!format!("{loaded:?}").contains("sesame"), "{loaded:?}");
}

#[test]
fn a_secret_file_that_is_none_is_an_error() {
    let world = World::new();
    let empty = secret_file(&world, "empty", "\n");
    let world = world.file(&format!("[vault]\npassword_file = {empty:?}\n"));
    let error = world.error::<Vault>();
    assert_eq!(
        error,
        "secret file empty (earshot.toml:2): vault.password cannot be had: empty is empty; \
         put the secret in that file, alone"
    );
    let gone = World::new().set("vault.password_file=/nowhere/at/all").error::<Vault>();
    assert!(gone.contains("/nowhere/at/all: No such file"), "{gone}");
    let both = World::new().file("[vault]\npassword = \"a\"\npassword_file = \"b\"\n").error::<Vault>();
    assert_eq!(both, "earshot.toml:3: vault.password_file is set beside vault.password; keep one of the two");
    let not_secret = World::new().file("[inlet]\nperhaps_file = \"b\"\n").error::<Inlet>();
    assert!(not_secret.contains("inlet.perhaps_file is not a setting"), "{not_secret}");
}
