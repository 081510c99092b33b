//! The one binary of Earshot: every service, all of them at once (`earshot up`), and the tools.

mod asked;
mod bench;
mod brands;
mod classify;
mod completions;
mod configuration;
mod customers;
mod doctor;
mod filtered;
mod healthcheck;
mod history;
mod import;
mod log;
mod measures;
mod player;
mod progress;
mod scenarios;
mod scorecard;
mod services;
mod set_aside;
mod top;
mod up;
mod verify;

use clap::{Parser, Subcommand};
use mimalloc::MiMalloc;
use service::config::{ConfigArgs, Sources};
use std::process::ExitCode;

/// The C library's allocator takes a quarter of the processor time of a busy system: what one thread allocates, another
/// frees. This one is made for that.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Social customer care on an event log: posts come in, are classified, routed, answered and measured.
#[derive(Parser)]
#[command(name = "earshot", version, propagate_version = true)]
#[command(after_help = "Examples:
  earshot up                              everything in one process, with a live demo
  earshot up --data-dir care --no-demo    the bare system
  earshot import day.jsonl.gz             history from a file
  earshot explain 3f0c...                 why a conversation is where it is
  earshot scenario run my.yaml            how my brand settings behave in a real course of events
  earshot doctor                          what is wrong with this machine's setup")]
struct Cli {
    #[command(flatten)]
    config: ConfigArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run everything in one process with a nats-server of its own: the embedded default
    Up(up::Args),
    /// Take posts in: signed webhooks and gRPC
    Ingest,
    /// Say what posts are: language, sentiment, intent; or train and try models
    Classifier(classify::Args),
    /// Decide whose work a conversation is, and serve the desk
    Routing,
    /// Take replies to the networks
    Notifier,
    /// Measure; or compare changed definitions and export what was measured
    Analytics(measures::Args),
    /// Serve the console, JSON, live events and gRPC-Web
    Gateway,
    /// Run a local network of Earshot's own, for demos and tests
    Sandbox,
    /// Bring in conversations from files
    Import(import::Args),
    /// Follow the log as it grows
    Tail(log::Args),
    /// Look at one conversation
    Conversation(history::Args),
    /// Look at one customer, over all his conversations
    Customer(customers::Args),
    /// Say why a conversation is where it is
    Explain(history::ExplainArgs),
    /// Read the whole log and hold it against what the services say
    Replay(verify::Args),
    /// Check and publish brand settings
    Brand(brands::Args),
    /// See what rules kept out of the care queue, bring it back, and try new filters
    Filtered(filtered::Args),
    /// Play real courses of events against brand settings, in virtual time
    Scenario(scenarios::Args),
    /// Set brands, teams, people or periods side by side: clarity, speed, personality
    Scorecard(scorecard::Args),
    /// Watch a wallboard in the terminal: what burns and why, targets, who is there, surges
    Top(top::Args),
    /// See what was set aside, and try it again
    SetAside(set_aside::Args),
    /// Measure posts a second and latency, against the raw speed of the same server
    Bench(bench::Args),
    /// Check this machine's setup, a line each, with the cure
    Doctor,
    /// Ask a process whether it is ready; exits with 0 or 1
    Healthcheck(healthcheck::Args),
    /// Show settings and where they come from
    Config(configuration::Args),
    /// Print completions for a shell
    Completions(completions::Args),
}

fn main() -> ExitCode {
    let Cli { config, command } = Cli::parse();
    let sources = Sources::with_args(services::SECTIONS, &config);
    match command {
        Command::Analytics(args) if measures::is_tool(&args) => measures::main(args, &services::tool_sources(sources)),
        Command::Import(_)
        | Command::Tail(_)
        | Command::Conversation(_)
        | Command::Customer(_)
        | Command::Filtered(_)
        | Command::Explain(_)
        | Command::Replay(_)
        | Command::Brand(_)
        | Command::Scorecard(_)
        | Command::SetAside(_)
        | Command::Top(_)
        | Command::Bench(_)
        | Command::Doctor => tool(command, &services::tool_sources(sources)),
        command => run(command, sources),
    }
}

/// Services, and what works on no running system.
fn run(command: Command, sources: Sources) -> ExitCode {
    match command {
        Command::Up(args) => up::main(args, sources),
        Command::Ingest => services::main("ingest", &sources, services::section::<ingest::Settings>, ingest::run),
        Command::Classifier(args) => classify::main(args, &sources),
        Command::Routing => services::main("routing", &sources, services::section::<routing::Settings>, routing::run),
        Command::Notifier => {
            services::main("notifier", &sources, services::section::<notifier::Settings>, notifier::run)
        }
        Command::Analytics(args) => measures::main(args, &sources),
        Command::Gateway => service::main("gateway", &sources, gateway::run),
        Command::Sandbox => service::main("sandbox", &sources, services::sandbox),
        Command::Healthcheck(args) => healthcheck::main(&args, &sources),
        Command::Config(args) => configuration::main(&args, &sources),
        Command::Completions(args) => completions::main::<Cli>(&args),
        Command::Scenario(args) => scenarios::main(args),
        command => tool(command, &sources),
    }
}

/// What works on a running system or on its log.
fn tool(command: Command, sources: &Sources) -> ExitCode {
    match command {
        Command::Import(args) => import::main(args, sources),
        Command::Tail(args) => log::main(args, sources),
        Command::Conversation(args) => history::main(args, sources),
        Command::Customer(args) => customers::main(args, sources),
        Command::Filtered(args) => filtered::main(args, sources),
        Command::Explain(args) => history::explain(args, sources),
        Command::Replay(args) => verify::main(args, sources),
        Command::Brand(args) => brands::main(args, sources),
        Command::Scorecard(args) => scorecard::main(args, sources),
        Command::SetAside(args) => set_aside::main(args, sources),
        Command::Top(args) => top::main(args, sources),
        Command::Bench(args) => bench::main(args, sources),
        Command::Doctor => doctor::main(sources),
        command => run(command, sources.clone()),
    }
}
