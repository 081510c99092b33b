//! `earshot up`: everything in one process, with a nats-server of its own. What is kept stands in one directory; a second
//! start goes on where the first stopped; Ctrl-C lets everything finish.

use crate::player::{self, Play};
use crate::services::{DATA_DIR, RUNNING_SETTINGS, usage};
use crate::{brands, services};
use journal::Journal;
use journal::nats_server::{NatsServer, NatsServerConfig};
use serde::Serialize;
use service::config::Sources;
use service::webhook::{Secret, Secrets};
use service::{Process, Shutdown};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tokio::task::{JoinHandle, JoinSet};

/// The demo of the project's own: a day in the life of three brands.
const DEMO_DAY: &str = include_str!("../../../demo/day.jsonl");
const DEMO_BRANDS: [(&str, &str); 3] = [
    ("aurora-air.yaml", include_str!("../../../demo/brands/aurora-air.yaml")),
    ("nordnet.yaml", include_str!("../../../demo/brands/nordnet.yaml")),
    ("basil-and-bean.yaml", include_str!("../../../demo/brands/basil-and-bean.yaml")),
];

#[derive(clap::Args)]
#[command(after_help = "Examples:
  earshot up                                     the demo: three brands, a storm, live
  earshot up --replay conversations.jsonl.gz     real conversations, with their own times
  earshot up --data-dir care --no-demo --brands settings/
  earshot up --no-demo --free-ports --json       on free ports, which the one line of JSON names")]
pub struct Args {
    /// Where everything is kept
    #[arg(long, value_name = "DIR", default_value = DATA_DIR)]
    data_dir: PathBuf,
    /// The bare system: no demo, no local network
    #[arg(long, conflicts_with = "replay")]
    no_demo: bool,
    /// Play a file of conversations instead of the demo, with its own times
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,
    /// How many times faster than life the demo or file is played
    #[arg(long, default_value_t = 12.0, value_name = "TIMES")]
    speed: f64,
    /// Where the demo's day begins; what lies before is there at once
    #[arg(long, default_value = "12:30", value_name = "HH:MM")]
    from: String,
    /// Seed of what the demo leaves to chance
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Publish the brand settings of this directory (*.yaml)
    #[arg(long, value_name = "DIR")]
    brands: Option<PathBuf>,
    /// Address of the console and the JSON API
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<SocketAddr>,
    /// Take a free port for every listener that none is set for
    #[arg(long)]
    free_ports: bool,
    /// Port of the nats-server; 0 takes a free one
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    nats_port: u16,
    /// Use this NATS server instead of one of its own
    #[arg(long, value_name = "URL")]
    nats: Option<String>,
    /// Say where everything is in one line of JSON when it is ready
    #[arg(long)]
    json: bool,
}

/// Where everything is.
#[derive(Debug, Clone, Serialize)]
pub struct Addresses {
    pub console: String,
    pub webhook: String,
    pub ingest: String,
    pub routing: String,
    pub classifier: String,
    pub notifier: String,
    pub analytics: String,
    pub admin: String,
    pub nats: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<String>,
    pub data_dir: PathBuf,
}

const LISTENERS: [&str; 7] = [
    "ingest.listen",
    "ingest.grpc_listen",
    "routing.listen",
    "classifier.listen",
    "notifier.listen",
    "analytics.listen",
    "admin.listen",
];

pub fn main(args: Args, mut sources: Sources) -> ExitCode {
    if let Err(error) = std::fs::create_dir_all(&args.data_dir) {
        let cure = "free space, or choose another --data-dir";
        eprintln!("earshot up: {} cannot be made: {error}; {cure}", args.data_dir.display());
        return ExitCode::FAILURE;
    }
    let secrets = match Keys::load_or_make(&args.data_dir) {
        Ok(secrets) => secrets,
        Err(error) => {
            eprintln!("earshot up: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    secrets.set_in(&mut sources);
    sources = sources.override_with("gateway.listen", "--listen", args.listen);
    if args.free_ports {
        let free = |sources: Sources, key: &str| sources.override_with(key, "--free-ports", Some("127.0.0.1:0"));
        let set = |key: &str, sources: &Sources| sources.set.iter().any(|one| one.starts_with(&format!("{key}=")));
        for key in LISTENERS {
            if !set(key, &sources) {
                sources = free(sources, key);
            }
        }
        if args.listen.is_none() && !set("gateway.listen", &sources) {
            sources = free(sources, "gateway.listen");
        }
    } else if !sources.set.iter().any(|one| one.starts_with("admin.listen=")) {
        sources = sources.override_with("admin.listen", "earshot up", Some("127.0.0.1:7480"));
    }
    let data_dir = args.data_dir.display().to_string();
    sources = sources
        .override_with("analytics.data_dir", "--data-dir", Some(format!("{data_dir}/analytics")))
        .override_with("notifier.allow_private_targets", "earshot up", Some(true));
    service::main("up", &sources.clone(), async move |process: Process| run(args, sources, process, secrets).await)
}

/// The secrets of the webhooks in and out, made at the first start and kept in the data directory.
struct Keys {
    webhook: Secret,
    reply: Secret,
}

impl Keys {
    fn load_or_make(data_dir: &Path) -> anyhow::Result<Self> {
        Ok(Keys { webhook: key(&data_dir.join("webhook.secret"))?, reply: key(&data_dir.join("reply.secret"))? })
    }

    fn set_in(&self, sources: &mut Sources) {
        for (variable, secret) in
            [("EARSHOT_INGEST__WEBHOOK_SECRET", &self.webhook), ("EARSHOT_NOTIFIER__SECRET", &self.reply)]
        {
            let file = format!("{variable}_FILE");
            if !sources.env.iter().any(|(name, _)| name == variable || *name == file) {
                sources.env.push((variable.to_owned(), secret.reveal()));
            }
        }
    }
}

fn key(file: &Path) -> anyhow::Result<Secret> {
    use anyhow::Context as _;
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    if file.exists() {
        let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        return Secret::parse(text.trim()).with_context(|| format!("{} is no secret; delete it", file.display()));
    }
    let secret = Secret::generate();
    let mut options = std::fs::OpenOptions::new();
    let mut opened = options.write(true).create_new(true).mode(0o600).open(file)?;
    opened.write_all(secret.reveal().as_bytes()).with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(secret)
}

async fn run(args: Args, sources: Sources, process: Process, keys: Keys) -> anyhow::Result<()> {
    check(&args)?;
    let nats = start_nats(&args, &process).await?;
    let Some((server, url)) = nats else { return Ok(()) };
    let ended = run_on(&args, sources, &process, keys, &url, server.as_ref()).await;
    process.shutdown.begin();
    if let Some(server) = server {
        server.stop().await;
    }
    ended
}

/// What can be wrong with the flags is said before anything is started.
fn check(args: &Args) -> anyhow::Result<()> {
    if !(args.speed.is_finite() && args.speed > 0.0 && args.speed <= 100_000.0) {
        return Err(usage("--speed must be a number above 0 and at most 100000"));
    }
    player::minute_of_day(&args.from).ok_or_else(|| usage("--from is not a time of day; give it as HH:MM"))?;
    if let Some(file) = args.replay.as_ref().filter(|file| !file.is_file()) {
        return Err(usage(format!("--replay: {} is not a file", file.display())));
    }
    if let Some(brands) = args.brands.as_ref().filter(|brands| !brands.is_dir()) {
        return Err(usage(format!("--brands: {} is not a directory", brands.display())));
    }
    Ok(())
}

/// The nats-server of this system, or the one it was told to use. None: asked to stop before it was there.
async fn start_nats(args: &Args, process: &Process) -> anyhow::Result<Option<(Option<NatsServer>, String)>> {
    if let Some(url) = &args.nats {
        return Ok(Some((None, url.clone())));
    }
    let config = NatsServerConfig { port: args.nats_port, ..NatsServerConfig::new(args.data_dir.join("nats")) };
    let Some(server) = process.shutdown.unless_begun(NatsServer::start(config)).await else { return Ok(None) };
    let server = server?;
    let url = server.url().to_owned();
    Ok(Some((Some(server), url)))
}

/// What has been started: each part ends by itself when the process is asked to stop.
struct Parts {
    tasks: JoinSet<(&'static str, anyhow::Result<()>)>,
    shutdown: Shutdown,
}

impl Parts {
    fn add(&mut self, name: &'static str, ended: JoinHandle<anyhow::Result<()>>) {
        self.tasks.spawn(async move {
            match ended.await {
                Ok(result) => (name, result),
                Err(error) => (name, Err(anyhow::anyhow!("it stopped unexpectedly: {error}"))),
            }
        });
    }

    /// Waits for the end of all. The first that fails has the others stop, and is what is said.
    async fn all(mut self) -> anyhow::Result<()> {
        let mut first = Ok(());
        while let Some(ended) = self.tasks.join_next().await {
            let (name, result) = ended?;
            if let Err(error) = result {
                tracing::error!(
                    part = name,
                    error = format!("{error:#}"),
                    "a part of the system failed; the others stop"
                );
                first = first.and(Err(error.context(name)));
            }
            self.shutdown.begin();
        }
        first
    }
}

async fn run_on(
    args: &Args,
    sources: Sources,
    process: &Process,
    keys: Keys,
    url: &str,
    server: Option<&NatsServer>,
) -> anyhow::Result<()> {
    let mut config = services::journal_config(process)?;
    config.urls = vec![url.to_owned()];
    config.monitor_urls = server.map(|server| server.monitor_url().to_owned()).into_iter().collect();
    let Some(journal) = process.shutdown.unless_begun(Journal::connect(config)).await else { return Ok(()) };
    let journal = journal?;
    let mut parts = Parts { tasks: JoinSet::new(), shutdown: process.shutdown.clone() };

    let ingest = ingest::start(process.named("ingest"), journal.clone()).await?;
    parts.add("ingest", ingest.ended);
    let classifier = classifier::serve::start(process.named("classifier"), journal.clone()).await?;
    parts.add("classifier", classifier.ended);
    let routing = routing::start(process.named("routing"), journal.clone()).await?;
    parts.add("routing", routing.ended);
    let analytics = analytics::start(process.named("analytics"), journal.clone()).await?;
    parts.add("analytics", analytics.ended);

    let webhook = format!("http://{}/webhooks/generic", ingest.http);
    let sandbox = match args.no_demo {
        true => None,
        false => Some(start_sandbox(args, process, &keys, &webhook).await?),
    };
    // The addresses that were really taken are settings of the parts that call them.
    let mut wired = sources;
    for (key, address) in [
        ("gateway.ingest", ingest.grpc),
        ("gateway.classifier", classifier.grpc),
        ("gateway.routing", routing.grpc),
        ("gateway.analytics", analytics.grpc),
    ] {
        wired = wired.override_with(key, "earshot up", Some(format!("http://{address}")));
    }
    if let Some(sandbox) = &sandbox {
        wired = wired
            .override_with("notifier.url", "earshot up", Some(format!("{}/replies", sandbox.url())))
            .override_with(
                "notifier.lookup_url",
                "earshot up",
                Some(format!("{}/replies/by-key/{{key}}", sandbox.url())),
            );
    }
    let mut rewired = process.clone();
    rewired.config = service::config::load(&wired)?;
    let notifier = notifier::start(rewired.named("notifier"), journal.clone()).await?;
    parts.add("notifier", notifier.ended);
    let wired = wired.override_with("gateway.notifier", "earshot up", Some(format!("http://{}", notifier.grpc)));
    rewired.config = service::config::load(&wired)?;
    let gateway = gateway::start(rewired.named("gateway")).await?;
    parts.add("gateway", gateway.ended);

    let addresses = Addresses {
        console: format!("http://{}", gateway.http),
        webhook,
        ingest: format!("http://{}", ingest.grpc),
        routing: format!("http://{}", routing.grpc),
        classifier: format!("http://{}", classifier.grpc),
        notifier: format!("http://{}", notifier.grpc),
        analytics: format!("http://{}", analytics.grpc),
        admin: process.admin.map(|admin| format!("http://{admin}")).unwrap_or_default(),
        nats: url.to_owned(),
        sandbox: sandbox.as_ref().map(::sandbox::Running::url),
        data_dir: args.data_dir.clone(),
    };
    write_running_settings(&args.data_dir, &addresses)?;
    let publishing = publish_and_play(args, process, &addresses, &keys);
    if let Some(published) = process.shutdown.unless_begun(publishing).await
        && let Some((name, task)) = published?
    {
        parts.add(name, task);
    }
    let ended = parts.all().await;
    if let Some(sandbox) = sandbox {
        sandbox.stop().await;
    }
    journal.flush().await?;
    ended
}

async fn start_sandbox(
    args: &Args,
    process: &Process,
    keys: &Keys,
    webhook: &str,
) -> anyhow::Result<::sandbox::Running> {
    let mut config = ::sandbox::Config::new(Secrets::new(keys.reply.clone()))
        .delivering_to(webhook, Secrets::new(keys.webhook.clone()));
    config.listen = if args.free_ports { "127.0.0.1:0".parse()? } else { "127.0.0.1:7490".parse()? };
    config.store = Some(args.data_dir.join("sandbox.jsonl"));
    config.brands = DEMO_BRANDS.iter().map(|(file, _)| file.trim_end_matches(".yaml").to_owned()).collect();
    // The sandbox outlives the others, so that the last replies of a drain still reach it.
    Ok(::sandbox::Sandbox::start(config, Shutdown::new(process.shutdown.drain_limit().as_secs())).await?)
}

/// The settings by which tools find this system, without any secret.
fn write_running_settings(data_dir: &Path, addresses: &Addresses) -> anyhow::Result<()> {
    let host = |url: &str| url.trim_start_matches("http://").to_owned();
    let webhook = host(addresses.webhook.trim_end_matches("/webhooks/generic"));
    let text = format!(
        "# Where the system that runs from this directory listens. `earshot up` writes it anew at each start.\n\
         [nats]\nurl = [\"{}\"]\n\
         [ingest]\nlisten = \"{webhook}\"\ngrpc_listen = \"{}\"\n\
         [routing]\nlisten = \"{}\"\n[classifier]\nlisten = \"{}\"\n[notifier]\nlisten = \"{}\"\n\
         [analytics]\nlisten = \"{}\"\ndata_dir = {}\n[gateway]\nlisten = \"{}\"\n[admin]\nlisten = \"{}\"\n",
        addresses.nats,
        host(&addresses.ingest),
        host(&addresses.routing),
        host(&addresses.classifier),
        host(&addresses.notifier),
        host(&addresses.analytics),
        // Where tools read the projection, wherever they are called from.
        serde_json::to_string(&std::path::absolute(data_dir.join("analytics"))?)?,
        host(&addresses.console),
        host(&addresses.admin),
    );
    let file = data_dir.join(RUNNING_SETTINGS);
    std::fs::write(&file, text).map_err(|error| anyhow::anyhow!("{} cannot be written: {error}", file.display()))
}

type Task = (&'static str, JoinHandle<anyhow::Result<()>>);

/// Once everything is ready: brand settings into force, addresses told, the demo begun.
async fn publish_and_play(
    args: &Args,
    process: &Process,
    addresses: &Addresses,
    keys: &Keys,
) -> anyhow::Result<Option<Task>> {
    process.health.ready().await;
    for (file, yaml) in brand_files(args)? {
        let published = brands::publish(&addresses.routing, &file, yaml).await?;
        tracing::info!(%file, "{published}");
    }
    let play = match (&args.replay, args.no_demo) {
        (_, true) => None,
        (Some(file), _) => Some(Play::of_file(file)?),
        (None, _) => Some(Play::of_demo(DEMO_DAY, player::minute_of_day(&args.from))?),
    };
    tell(args, addresses)?;
    let Some(play) = play else { return Ok(None) };
    let play = play.at(args.speed, args.seed, args.data_dir.join("demo.json"));
    let player = player::Player::new(play, addresses, Secrets::new(keys.webhook.clone()), process)?;
    Ok(Some(("demo", tokio::spawn(player.run()))))
}

fn brand_files(args: &Args) -> anyhow::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    if !args.no_demo && args.replay.is_none() {
        files.extend(DEMO_BRANDS.iter().map(|(file, yaml)| ((*file).to_owned(), (*yaml).to_owned())));
    }
    let Some(dir) = &args.brands else { return Ok(files) };
    let mut found: Vec<PathBuf> = std::fs::read_dir(dir)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    found.retain(|path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"));
    found.sort();
    for path in found {
        let yaml = std::fs::read_to_string(&path)?;
        files.push((path.display().to_string(), yaml));
    }
    Ok(files)
}

fn tell(args: &Args, addresses: &Addresses) -> anyhow::Result<()> {
    if args.json {
        println!("{}", serde_json::to_string(addresses)?);
        return Ok(());
    }
    println!();
    println!("Earshot is up. Everything is kept in {}; Ctrl-C stops it and loses nothing.", args.data_dir.display());
    println!("  console     {}", addresses.console);
    println!("  JSON API    {}/api/openapi.json", addresses.console);
    println!("  webhook     {}", addresses.webhook);
    println!(
        "  gRPC        ingest {}, routing {}, analytics {}",
        addresses.ingest, addresses.routing, addresses.analytics
    );
    println!("  health      {}/readyz, {}/metrics", addresses.admin, addresses.admin);
    println!("  NATS        {}", addresses.nats);
    if let Some(sandbox) = &addresses.sandbox {
        println!("  sandbox     {sandbox} (a local network: write a post there, see it arrive)");
    }
    println!("No listener asks who you are yet; keep them on loopback.");
    Ok(())
}
