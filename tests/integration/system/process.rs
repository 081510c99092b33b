//! Processes of the tests: the binary under test, nats-server, and free ports. Each process is on a leash, so that none
//! outlives its test, however that ends.

use std::collections::HashMap;
use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

/// The binary under test: the one `cargo xtask test` names, else the one beside this test, built now.
pub fn earshot() -> PathBuf {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| std::env::var_os("EARSHOT_BIN").map_or_else(build, PathBuf::from)).clone()
}

fn build() -> PathBuf {
    // This test is <target>/<profile>/deps/integration-<hash>.
    let me = std::env::current_exe().unwrap();
    let folder = me.ancestors().nth(2).unwrap();
    let profile = folder.file_name().unwrap().to_string_lossy();
    let profile = if profile == "debug" { "dev".into() } else { profile };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--locked", "--package", "earshot", "--profile", &profile]).current_dir(root);
    assert!(cargo.status().unwrap().success(), "the binary under test cannot be built");
    folder.join("earshot")
}

/// A nats-server that is new enough: EARSHOT_NATS_SERVER, or the first on PATH.
pub async fn nats_server() -> PathBuf {
    let found = journal::nats_server::find().await;
    found.unwrap_or_else(|error| panic!("this test needs a nats-server: {error}")).path
}

/// Kills its process with the signal `$2` when its own input ends without a word, so also when this test is killed.
const LEASH: &str = r#"read -r let_go || kill "-$2" "$1" 2>/dev/null"#;

/// A process that ends with its test.
pub struct Leashed {
    child: Child,
    leash: Child,
    hand: Option<ChildStdin>,
    log: PathBuf,
}

impl Leashed {
    /// Starts it; what it says goes into `log`. `signal` is how it ends with its test.
    pub fn start(command: &mut Command, signal: &str, log: &Path) -> Self {
        let file = File::options().create(true).append(true).open(log).unwrap();
        command.stdin(Stdio::null()).stderr(file);
        let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let pid = child.id().to_string();
        let mut leash = Command::new("sh");
        leash.args(["-c", LEASH, "leash", &pid, signal]).stdin(Stdio::piped());
        let mut leash = leash.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let hand = leash.stdin.take();
        Leashed { child, leash, hand, log: log.to_owned() }
    }

    /// `kill -9`, as a crash.
    pub fn kill9(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.let_go();
    }

    /// Asks it to stop, and waits until it has.
    pub fn terminate(mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        self.let_go();
        status
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// What it has said so far.
    pub fn said(&self) -> String {
        log_of(&self.log)
    }

    /// The process has ended and is waited for: its number may belong to somebody else from now on.
    fn let_go(&mut self) {
        use std::io::Write;
        if let Some(mut hand) = self.hand.take() {
            // The leash may have ended with the process group.
            let _ = hand.write_all(b"it has ended\n");
        }
    }
}

impl Drop for Leashed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let said = self.said();
            let last: Vec<&str> = said.lines().rev().take(40).collect();
            eprintln!("--- the last words in {}", self.log.display());
            last.iter().rev().for_each(|line| eprintln!("{line}"));
        }
        // While the process is not waited for, its number is its own.
        drop(self.hand.take());
        let _ = self.leash.wait();
        let _ = self.child.wait();
    }
}

/// What a process has said, as far as it is UTF-8.
pub fn log_of(file: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(file).unwrap_or_default()).into_owned()
}

/// Ports for processes that come back on the port they had: below those that the system gives to anybody, and in a block
/// that no other test has while this one runs.
pub struct Ports {
    first: u16,
    given: HashMap<String, u16>,
    _lock: File,
}

const FIRST_PORT: u16 = 12_000;
const BLOCK: u16 = 64;
const BLOCKS: u16 = 256;

impl Ports {
    pub fn take() -> Self {
        let dir = std::env::temp_dir().join("earshot-test-ports");
        std::fs::create_dir_all(&dir).unwrap();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let start = now.subsec_micros() as u16 % BLOCKS;
        for at in 0..BLOCKS {
            let block = (start + at) % BLOCKS;
            let lock = File::create(dir.join(block.to_string())).unwrap();
            if lock.try_lock().is_ok() {
                return Ports { first: FIRST_PORT + block * BLOCK, given: HashMap::new(), _lock: lock };
            }
        }
        panic!("no block of ports is free: something holds the files in {}", dir.display());
    }

    /// The port of this name: always the same one.
    pub fn of(&mut self, name: &str) -> u16 {
        if let Some(port) = self.given.get(name) {
            return *port;
        }
        let port = (self.first..self.first + BLOCK)
            .filter(|port| !self.given.values().any(|given| given == port))
            .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
            .expect("a block has more ports than a system needs");
        self.given.insert(name.to_owned(), port);
        port
    }
}
