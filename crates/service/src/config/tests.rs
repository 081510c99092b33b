//! Given some sources, when a section is asked for, then its values, or an error that says what to mend.

use super::*;
use secrets::secret_file;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

mod secrets;

crate::section! {
    /// Posts come in here.
    ///
    /// In a second paragraph.
    #[derive(Clone, PartialEq)]
    pub struct Inlet in "inlet" {
        /// Where it listens.
        pub listen: std::net::SocketAddr = "127.0.0.1:7410".parse().unwrap(),
        /// Largest body in bytes.
        #[range(1..=16_777_216)]
        pub body_max_bytes: u64 = 1_048_576,
        /// Small number.
        pub retries: u8 = 3,
        /// Share.
        #[range(0.0..=1.0)]
        pub share: f64 = 0.5,
        /// On or off.
        pub enabled: bool = true,
        /// Names.
        pub names: Vec<String> = vec!["a \"b\"".to_owned()],
        /// Perhaps.
        pub perhaps: Option<String> = None,
        /// How.
        pub profile: Profile = Profile::Laptop,
        /// Where to keep it.
        pub directory: PathBuf = PathBuf::from("data"),
        /// By name.
        pub endpoints: BTreeMap<String, Endpoint> = BTreeMap::new(),
    }
    check |inlet, at| {
        if inlet.names.is_empty() {
            return Err(at.refuse("names", "names nobody", "name one"));
        }
        Ok(())
    }
}

/// Forgets `deny_unknown_fields` on purpose: unknown keys are errors all the same.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Endpoint {
    pub brand: String,
    #[serde(default = "ten")]
    pub limit: u32,
}

fn ten() -> u32 {
    10
}

crate::section! {
    /// Things to hide.
    pub struct Vault in "vault" {
        /// Opens the door.
        pub password: Option<Secret> = None,
        /// Signs.
        pub signing: Option<crate::webhook::Secret> = None,
        /// A plain text whose name says that it is none.
        pub api_token: String = String::new(),
    }
}

struct World {
    directory: tempfile::TempDir,
    sources: Sources,
}

impl World {
    fn new() -> Self {
        let known_sections = vec!["inlet".to_owned(), "vault".to_owned()];
        World { directory: tempfile::tempdir().unwrap(), sources: Sources { known_sections, ..Sources::default() } }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn file(mut self, text: &str) -> Self {
        let path = self.path("earshot.toml");
        std::fs::write(&path, text).unwrap();
        self.sources.file = Some(path);
        self
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.sources.env.push((name.to_owned(), value.to_owned()));
        self
    }

    fn set(mut self, assignment: &str) -> Self {
        self.sources.set.push(assignment.to_owned());
        self
    }

    fn load(&self) -> Loaded {
        load(&self.sources).unwrap()
    }

    fn inlet(&self) -> Inlet {
        self.load().section().unwrap()
    }

    /// The error, with the directory's name taken out.
    fn error<T: Section + std::fmt::Debug>(&self) -> String {
        let error = load(&self.sources).and_then(|loaded| loaded.section::<T>()).unwrap_err();
        error.to_string().replace(&format!("{}/", self.directory.path().display()), "")
    }
}

#[test]
fn what_nobody_sets_has_its_default() {
    assert_eq!(World::new().inlet(), Inlet::default());
    assert_eq!(World::new().file("").inlet(), Inlet::default());
    assert_eq!(World::new().file("[inlet]\n").inlet(), Inlet::default());
}

#[test]
fn flags_win_over_environment_over_file() {
    let file = "[inlet]\nretries = 4\nshare = 0.1\nprofile = \"single\"\n";
    let world = World::new().file(file).env("EARSHOT_INLET__RETRIES", "5").env("EARSHOT_INLET__SHARE", "0.2");
    let mut world = world.set("inlet.retries=6");
    let inlet = world.inlet();
    assert_eq!((inlet.retries, inlet.share, inlet.profile), (6, 0.2, Profile::Single));
    let loaded = world.load();
    assert_eq!(loaded.origin("inlet.retries").to_string(), "flag --set inlet.retries");
    assert_eq!(loaded.origin("inlet.share").to_string(), "environment variable EARSHOT_INLET__SHARE");
    assert!(loaded.origin("inlet.profile").to_string().ends_with("earshot.toml:4"));
    assert_eq!(loaded.origin("inlet.enabled"), Origin::Default);
    assert_eq!(loaded.origin("inlet.endpoints.web.limit"), Origin::Default);

    world.sources = world.sources.override_with("inlet.retries", "--retries", Some(7));
    world.sources = world.sources.override_with("inlet.share", "--share", None::<f64>);
    assert_eq!(world.inlet().retries, 7);
    assert_eq!(world.load().origin("inlet.retries").to_string(), "flag --retries");
}

#[test]
fn text_is_read_as_what_the_setting_is() {
    let world = World::new()
        .env("EARSHOT_INLET__LISTEN", "[::1]:80")
        .env("EARSHOT_INLET__BODY_MAX_BYTES", "2_000")
        .env("EARSHOT_INLET__ENABLED", "false")
        .env("EARSHOT_INLET__SHARE", "1")
        .env("EARSHOT_INLET__NAMES", "anna, ben ,")
        .env("EARSHOT_INLET__PERHAPS", "12345")
        .env("EARSHOT_INLET__DIRECTORY", "/srv/earshot")
        .env("EARSHOT_INLET__PROFILE", "cluster")
        .env("EARSHOT_INLET__ENDPOINTS__WEB__BRAND", "true")
        .env("EARSHOT_INLET__ENDPOINTS__WEB__LIMIT", "5");
    let inlet = world.inlet();
    assert_eq!(inlet.listen.to_string(), "[::1]:80");
    assert_eq!((inlet.body_max_bytes, inlet.enabled, inlet.share), (2000, false, 1.0));
    assert_eq!(inlet.names, ["anna", "ben"]);
    assert_eq!(inlet.perhaps.as_deref(), Some("12345"), "a text that looks like a number stays a text");
    assert_eq!(inlet.endpoints["web"], Endpoint { brand: "true".into(), limit: 5 });

    let lists = World::new().set(r#"inlet.names=["a,b", "c"]"#).set(r#"inlet.endpoints={ web = { brand = "x" } }"#);
    assert_eq!(lists.inlet().names, ["a,b", "c"]);
    assert_eq!(lists.inlet().endpoints["web"], Endpoint { brand: "x".into(), limit: 10 });
}

#[test]
fn an_empty_variable_counts_as_unset_and_an_empty_flag_as_nothing() {
    let world = World::new().file("[inlet]\nperhaps = \"yes\"\n").env("EARSHOT_INLET__PERHAPS", "");
    assert_eq!(world.inlet().perhaps.as_deref(), Some("yes"));
    assert_eq!(world.set("inlet.perhaps=").inlet().perhaps, None);
}

#[test]
fn a_wrong_setting_in_the_file_is_named_with_line_and_cure() {
    let cases = [
        ("[inlet]\n\nretrys = 4\n", "earshot.toml:3: inlet.retrys is not a setting; did you mean retries?"),
        (
            "[inlet]\nvolume = 4\n",
            "earshot.toml:2: inlet.volume is not a setting; there are: listen, body_max_bytes, retries, share, \
             enabled, names, perhaps, profile, directory, endpoints",
        ),
        ("[inlt]\n", "earshot.toml:1: inlt is no section; did you mean inlet?"),
        ("inlet = 4\n", "earshot.toml:1: inlet is a section, not a value; write [inlet] and its keys below"),
        (
            "[inlet]\nretries = \"many\"\n",
            "earshot.toml:2: inlet.retries is \"many\", but must be a whole number from 0 to 255; the default is 3",
        ),
        (
            "[inlet]\nretries = 256\n",
            "earshot.toml:2: inlet.retries is 256, but must be a whole number from 0 to 255; the default is 3",
        ),
        (
            "[inlet]\nretries = -1\n",
            "earshot.toml:2: inlet.retries is -1, but must be a whole number from 0 to 255; the default is 3",
        ),
        (
            "[inlet]\nbody_max_bytes = 0\n",
            "earshot.toml:2: inlet.body_max_bytes is 0, but must be from 1 to 16777216; the default is 1048576",
        ),
        (
            "[inlet]\nshare = 1.5\n",
            "earshot.toml:2: inlet.share is 1.5, but must be from 0.0 to 1.0; the default is 0.5",
        ),
        (
            "[inlet]\nshare = nan\n",
            "earshot.toml:2: inlet.share is NaN, but must be from 0.0 to 1.0; the default is 0.5",
        ),
        (
            "[inlet]\nenabled = \"yes\"\n",
            "earshot.toml:2: inlet.enabled is \"yes\", but must be true or false; the default is true",
        ),
        ("[inlet]\nperhaps = 5\n", "earshot.toml:2: inlet.perhaps is 5, but must be text in quotes"),
        (
            "[inlet]\nprofile = \"clustr\"\n",
            "earshot.toml:2: inlet.profile is \"clustr\", but must be one of laptop, single, cluster; \
             did you mean \"cluster\"?",
        ),
        (
            "[inlet]\nlisten = \"localhost\"\n",
            "earshot.toml:2: inlet.listen is \"localhost\", but is refused: invalid socket address syntax; \
             write an address and a port, such as 127.0.0.1:8080 or [::1]:8080",
        ),
        ("[inlet]\nnames = [\n  \"a\",\n  7,\n]\n", "earshot.toml:4: inlet.names[1] is 7, but must be text in quotes"),
        ("[inlet]\nnames = []\n", "earshot.toml:2: inlet.names is a list, but names nobody; name one"),
        (
            "[inlet]\nnames = \"a\"\n",
            "earshot.toml:2: inlet.names is \"a\", but must be a list; the default is [\"a \\\"b\\\"\"]",
        ),
        (
            "[inlet.endpoints.web]\nbrand = \"x\"\nlimits = 3\n",
            "earshot.toml:3: inlet.endpoints.web.limits is not a setting; did you mean limit?",
        ),
        (
            "[inlet]\nendpoints = { web = { limit = 3 } }\n",
            "earshot.toml:2: inlet.endpoints.web.brand is missing; add brand to its section",
        ),
        (
            "[inlet]\nretries = 1\nretries = 2\n",
            "earshot.toml:3: the file is not TOML: duplicate key; see https://toml.io for the syntax",
        ),
        (
            "[inlet]\nbody_max_bytes = 99999999999999999999\n",
            "earshot.toml:2: the number 99999999999999999999 is too large; use at most 9223372036854775807",
        ),
    ];
    for (file, expected) in cases {
        assert_eq!(World::new().file(file).error::<Inlet>(), expected, "{file}");
    }
}

#[test]
fn a_wrong_variable_or_flag_is_named_as_it_was_written() {
    let env = World::new().env("EARSHOT_INLET__RETRIES", "soon").error::<Inlet>();
    let expected = "environment variable EARSHOT_INLET__RETRIES: inlet.retries is \"soon\", \
                    but must be a whole number from 0 to 255; the default is 3";
    assert_eq!(env, expected);
    let unknown = World::new().env("EARSHOT_INLET__RETRY", "1").error::<Inlet>();
    assert!(
        unknown.starts_with("environment variable EARSHOT_INLET__RETRY: inlet.retry is not a setting"),
        "{unknown}"
    );
    let section = World::new().env("EARSHOT_INLETS__RETRIES", "1").error::<Inlet>();
    assert!(section.ends_with("inlets is no section; did you mean inlet?"), "{section}");
    let flag = World::new().set("inlet.share=2").error::<Inlet>();
    assert!(flag.starts_with("flag --set inlet.share: inlet.share is \"2\", but must be from 0.0 to 1.0"), "{flag}");
    let no_value = World::new().set("inlet.share").error::<Inlet>();
    assert_eq!(no_value, "--set \"inlet.share\" has no =; write --set section.key=value");
    let no_key = World::new().set("inlet=3").error::<Inlet>();
    assert_eq!(no_key, "flag --set inlet: \"inlet\" is no setting's name; write section.key, such as nats.profile");
    let below = World::new().file("[inlet]\nretries = 3\n").set("inlet.retries.more=3").error::<Inlet>();
    assert_eq!(
        below,
        "flag --set inlet.retries.more: inlet.retries is no table, so nothing can be set below it; set it as a whole"
    );
    let broken = World::new().set("inlet.names=[\"a\"").error::<Inlet>();
    assert!(
        broken.starts_with("flag --set inlet.names: inlet.names is \"[\\\"a\\\"\", but must be a TOML value"),
        "{broken}"
    );
}

#[test]
fn a_single_underscore_is_not_passed_over() {
    let error = World::new().env("EARSHOT_INLET_BODY_MAX_BYTES", "5").error::<Inlet>();
    assert_eq!(
        error,
        "EARSHOT_INLET_BODY_MAX_BYTES sets nothing: between section and key stand two underscores; \
         write EARSHOT_INLET__BODY_MAX_BYTES"
    );
    let ours = World::new().env("EARSHOT_CONFIG", "x").env("EARSHOT_NATS_SERVER", "/usr/bin/nats-server");
    assert_eq!(ours.inlet(), Inlet::default());
}

#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    let mut world = World::new();
    world.sources.file = Some(world.path("nowhere.toml"));
    let error = world.error::<Inlet>();
    assert!(error.starts_with("cannot read the settings file nowhere.toml: No such file"), "{error}");
    std::fs::write(world.path("latin1.toml"), b"[inlet]\nperhaps = \"caf\xe9\"\n").unwrap();
    world.sources.file = Some(world.path("latin1.toml"));
    assert_eq!(world.error::<Inlet>(), "the settings file latin1.toml is not UTF-8 at byte 22; save it as UTF-8");
}

#[test]
fn a_listing_has_every_key_with_its_origin() {
    let world = World::new();
    let path = secret_file(&world, "password", "sesame");
    let world = world.file(&format!(
        "[vault]\npassword_file = {path:?}\n[inlet]\nretries = 9\n[inlet.endpoints.web]\nbrand = \"x\"\n"
    ));
    let loaded = world.load();
    let rows: Vec<String> = loaded
        .rows::<Inlet>()
        .unwrap()
        .into_iter()
        .map(|row| format!("{} = {} ({})", row.key, row.value, row.origin))
        .map(|row| row.replace(&format!("{}/", world.directory.path().display()), ""))
        .collect();
    assert_eq!(
        rows,
        [
            "inlet.listen = \"127.0.0.1:7410\" (default)",
            "inlet.body_max_bytes = 1048576 (default)",
            "inlet.retries = 9 (earshot.toml:4)",
            "inlet.share = 0.5 (default)",
            "inlet.enabled = true (default)",
            "inlet.names = [\"a \\\"b\\\"\"] (default)",
            "inlet.perhaps = (unset) (default)",
            "inlet.profile = \"laptop\" (default)",
            "inlet.directory = \"data\" (default)",
            "inlet.endpoints.web.brand = \"x\" (earshot.toml:6)",
            "inlet.endpoints.web.limit = 10 (default)",
        ]
    );
    let password = &loaded.rows::<Vault>().unwrap()[0];
    assert_eq!(password.value, "(secret)");
    assert!(password.origin.to_string().starts_with("secret file "), "{}", password.origin);
}

#[test]
fn the_sample_is_a_settings_file_of_the_defaults() {
    let sections = [SectionDoc::of::<Inlet>(), SectionDoc::of::<Vault>(), SectionDoc::of::<Nats>()];
    let sample = render_sample(&sections);
    assert!(sample.contains("\n# Posts come in here.\n#\n# In a second paragraph.\n[inlet]\n"), "{sample}");
    assert!(
        sample.contains("\n# Largest body in bytes.\n# Must be from 1 to 16777216.\n#body_max_bytes = 1048576\n"),
        "{sample}"
    );
    assert!(
        sample.contains("\n# Opens the door.\n# password is a secret: set password_file or EARSHOT_VAULT__PASSWORD.\n"),
        "{sample}"
    );
    assert_eq!(World::new().file(&sample).inlet(), Inlet::default());
    // Every line that is meant to be uncommented can be.
    let uncommented: Vec<&str> = sample
        .lines()
        .map(|line| line.strip_prefix('#').filter(|rest| !rest.is_empty() && !rest.starts_with(' ')).unwrap_or(line))
        .collect();
    let world = World::new().file(&uncommented.join("\n"));
    assert_eq!(world.inlet(), Inlet::default());
    assert!(world.load().origin("inlet.retries") != Origin::Default);
    let nats: Nats = world.load().section().unwrap();
    assert_eq!(nats.url, ["nats://127.0.0.1:4222"]);
}

#[test]
fn the_shared_sections_refuse_what_cannot_work() {
    fn error<T: Section + std::fmt::Debug>(assignment: &str) -> String {
        World::new().set(assignment).error::<T>()
    }
    assert!(error::<Nats>("nats.url=").contains("names no server"));
    assert!(error::<Nats>("nats.url=localhost:4222").contains("must begin with nats:// or tls://"));
    let with_password = error::<Nats>("nats.url=nats://anna:sesame@nats-1:4222");
    assert!(with_password.contains("credentials_file") && !with_password.contains("sesame"), "{with_password}");
    assert!(error::<Telemetry>("telemetry.otlp_endpoint=collector:4317").contains("http://"));
    assert!(error::<Telemetry>("telemetry.log_level=loud").contains("is no log filter"));
    assert!(error::<ProcessSettings>("process.drain_seconds=0").contains("from 1 to 600"));
    assert!(error::<Admin>("admin.listen=7400").contains("127.0.0.1:8080"));
    assert!(Admin::default().listen.ip().is_loopback());
}

#[test]
fn refuse_names_what_the_loader_knows() {
    let world = World::new().file("[inlet]\ndirectory = \"/nowhere\"\n");
    let error = world.load().refuse("inlet.directory", "is no directory", "make it");
    assert_eq!(error.key(), Some("inlet.directory"));
    assert!(
        matches!(error.origin(), Some(Origin::File { line: 2, path }) if path.ends_with(Path::new("earshot.toml")))
    );
    let unset = World::new().load().refuse("inlet.perhaps", "is needed with a list of names", "set it");
    assert_eq!(unset.to_string(), "inlet.perhaps is needed with a list of names; set it");
    assert!(error.to_string().ends_with("inlet.directory is \"/nowhere\", but is no directory; make it"), "{error}");
}

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Anything {
    text: String,
    number: i64,
    list: Vec<String>,
    table: BTreeMap<String, bool>,
}

proptest::proptest! {
    /// What a listing or a sample writes is read back as the same, whatever the text.
    #[test]
    fn what_is_written_is_read_back(
        text in ".*", number in proptest::num::i64::ANY,
        list in proptest::collection::vec(".*", 0..4),
        table in proptest::collection::btree_map(".*", proptest::bool::ANY, 0..4),
    ) {
        let value = Anything { text, number, list, table };
        let json = serde_json::to_value(&value).unwrap();
        let written = format!("value = {}", sample::toml_value(&json));
        let tree = tree::parse_toml(&written, Path::new("test.toml")).unwrap();
        let read: Anything = serde::Deserialize::deserialize(de::De { node: &tree["value"], key: "value".into() }).unwrap();
        proptest::prop_assert_eq!(read, value);
    }

    /// No settings file, however mangled, makes the reader panic.
    #[test]
    fn a_mangled_file_is_an_error_at_most(
        at in 0..200_usize, with in ".{0,4}",
    ) {
        let good = "[inlet]\nretries = 4\nnames = [\"a\", \"b\"]\nshare = 0.5\n[inlet.endpoints.web]\nbrand = \"x\"\n";
        let at = at % good.len();
        let mangled = format!("{}{with}{}", &good[..at], &good[at..]);
        let world = World::new().file(&mangled);
        let _ = load(&world.sources).and_then(|loaded| loaded.section::<Inlet>());
    }
}
